"""A new file that a person goes on with, and beside it the schema by which an editor completes and checks it."""

from __future__ import annotations

from pathlib import Path

from cec.cli.messages import say
from cec.cli.output import deliver
from cec.cli.places import STANDARD
from cec.cli.schema import schema_of
from cec.errors import Fault, FileError


def refuse_if_there(file: Path) -> None:
    """FileError where a new file has the name of one that is there: it may be somebody's work."""
    if str(file) != STANDARD and file.exists():
        raise FileError(Fault("is there already; name another file", "", str(file), code="file-exists"))


def write_new(noun: str, file: Path, content: bytes, note: str, *, quiet: bool) -> None:
    """Write a YAML file of a noun, and the noun's schema where there is none beside it; the `note` is said of it."""
    if str(file) == STANDARD:
        deliver(content)
        return
    refuse_if_there(file)
    schema = _write_with_schema(noun, file, content)
    if not quiet:
        say(f"{file} is written{note}")
        if schema:
            say(f"{schema} is written: with it an editor completes and checks {file.name} as you type")


def _write_with_schema(noun: str, file: Path, content: bytes) -> Path | None:
    """Where the schema beside a new file is now, or None where one was; the file names it in its first line."""
    from cec.files import replacing, taking_names

    schema = file.parent / f"{noun}.schema.json"
    is_new = not schema.exists()
    with taking_names() as parts:
        with replacing(file, parts) as stream:
            stream.write(f"{line_for_editors(noun)}\n".encode() + content)
        if is_new:
            with replacing(schema, parts) as stream:
                stream.write(schema_of(noun))
    return schema if is_new else None


def line_for_editors(noun: str, folder: str = "") -> str:
    """The comment by which an editor finds the schema of a YAML file, in a folder or beside it.

    >>> line_for_editors("regimen", "../schemas/")
    '# yaml-language-server: $schema=../schemas/regimen.schema.json'
    """
    return f"# yaml-language-server: $schema={folder}{noun}.schema.json"

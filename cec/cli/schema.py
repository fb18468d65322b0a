"""cec schema: the JSON Schema of what cec reads and writes; and how an editor finds that of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from cec.cli.messages import wrong_usage
from cec.cli.options import FileOptions
from cec.cli.output import deliver
from cec.public.schemas import SCHEMAS, schema

if TYPE_CHECKING:
    from cec.public.schemas import Noun

EDITED = ("regimen", "patient", "pharmacy")
"""The files that people write."""


def schema_of(what: str) -> bytes:
    """The JSON Schema of a kind of file, as it is published."""
    from cec.rendering.json import render

    return render(schema(cast("Noun", what)))


def line_for_editors(what: str, folder: str = "") -> str:
    """The comment by which an editor finds the schema of a YAML file, in a folder or beside it.

    >>> line_for_editors("regimen", "../schemas/")
    '# yaml-language-server: $schema=../schemas/regimen.schema.json'
    """
    return f"# yaml-language-server: $schema={folder}{what}.schema.json"


def write_for_editors(what: str, file: Path, content: bytes) -> Path | None:
    """Write a YAML file that names its schema, and beside it the schema; where it is now, or None where one was."""
    from cec.files import replacing, taking_names

    beside = file.parent / f"{what}.schema.json"
    is_new = not beside.exists()
    with taking_names() as parts:
        with replacing(file, parts) as stream:
            stream.write(f"{line_for_editors(what)}\n".encode() + content)
        if is_new:
            with replacing(beside, parts) as stream:
                stream.write(schema_of(what))
    return beside if is_new else None


def words_for_editors(schema: Path | None, file: Path) -> str:
    """What is said of a schema that was written beside a file; nothing where there was one."""
    return f"{schema} is written: with it an editor completes and checks {file.name} as you type" if schema else ""


def print_schema(
    what: Annotated[
        str,
        typer.Argument(
            metavar="|".join(SCHEMAS), help="A saved order, a worklist, a history (--format json), or one of the files."
        ),
    ],
    output: FileOptions,
) -> None:
    """The JSON Schema of what cec reads and writes.

    With it an editor completes and checks YAML as you type, and another program reads orders.

    Examples:
      cec schema regimen -o regimen.schema.json
      cec schema order
    """
    if what not in SCHEMAS:
        raise wrong_usage(f"'{what}' has no schema; there are {', '.join(SCHEMAS)}")
    deliver(schema_of(what), output.output, overwrites=output.overwrite)

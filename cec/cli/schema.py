"""cec schema: the JSON Schema of what cec reads and writes; and how an editor finds that of a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from cec.cli.options import OutputFileOption
from cec.cli.output import deliver

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def _order() -> dict[str, Any]:
    from cec.load.order_file import order_schema

    return order_schema()


def _regimen() -> dict[str, Any]:
    from cec.load.regimen_file import REGIMEN

    return REGIMEN.schema


def _patient() -> dict[str, Any]:
    from cec.load.patient_file import PATIENT

    return PATIENT.schema


def _pharmacy() -> dict[str, Any]:
    from cec.load.pharmacy_file import PHARMACY

    return PHARMACY.schema


def _treatment() -> dict[str, Any]:
    from cec.load.treatment_file import TREATMENT

    return TREATMENT.schema


def _cases() -> dict[str, Any]:
    from cec.cases.worked_case import CASES

    return CASES.schema


SCHEMAS: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "order": ("An order that cec saved", _order),
    "regimen": ("A regimen file of cec", _regimen),
    "patient": ("A patient file of cec", _patient),
    "pharmacy": ("A pharmacy file of cec", _pharmacy),
    "treatment": ("A file of a treatment of several phases", _treatment),
    "cases": ("Worked cases beside a regimen of cec", _cases),
}
"""What a schema can be printed of: its title, and where it comes from."""

EDITED = ("regimen", "patient", "pharmacy")
"""The files that people write."""


def schema_of(what: str) -> bytes:
    """The JSON Schema of a kind of file, as it is published."""
    from cec.render.json import write

    title, schema = SCHEMAS[what]
    return write({"$schema": DRAFT, "title": title, **schema()})


def line_for_editors(what: str, folder: str = "") -> str:
    """The comment by which an editor finds the schema of a YAML file, in a folder or beside it.

    >>> line_for_editors("regimen", "../schemas/")
    '# yaml-language-server: $schema=../schemas/regimen.schema.json'
    """
    return f"# yaml-language-server: $schema={folder}{what}.schema.json"


def write_for_editors(what: str, file: Path, content: bytes) -> Path | None:
    """Write a YAML file that names its schema, and beside it the schema; where it is now, or None where one was."""
    from cec.files import replacing, taking_names

    schema = file.parent / f"{what}.schema.json"
    is_new = not schema.exists()
    with taking_names() as parts:
        with replacing(file, parts) as stream:
            stream.write(f"{line_for_editors(what)}\n".encode() + content)
        if is_new:
            with replacing(schema, parts) as stream:
                stream.write(schema_of(what))
    return schema if is_new else None


def words_for_editors(schema: Path | None, file: Path) -> str:
    """What is said of a schema that was written beside a file; nothing where there was one."""
    return f"{schema} is written: with it an editor completes and checks {file.name} as you type" if schema else ""


def print_schema(
    what: Annotated[
        str, typer.Argument(metavar="|".join(SCHEMAS), help="A saved order (--format json), or one of the files.")
    ],
    output: OutputFileOption = None,
) -> None:
    """The JSON Schema of saved orders and of each kind of file.

    With it an editor completes and checks YAML as you type, and another program reads orders.

    Examples:
      cec schema regimen -o regimen.schema.json
      cec schema order
    """
    if what not in SCHEMAS:
        raise typer.BadParameter(f"'{what}' has no schema; there are {', '.join(SCHEMAS)}")
    deliver(schema_of(what), output)

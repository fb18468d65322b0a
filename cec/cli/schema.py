"""cec schema: the JSON Schema of what cec reads and writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from cec.cli.messages import wrong_usage
from cec.cli.output import deliver
from cec.cli.output_options import FileOptions
from cec.public.schemas import SCHEMAS, schema

if TYPE_CHECKING:
    from cec.public.schemas import Noun

EDITED = ("regimen", "patient", "pharmacy")
"""The files that people write."""


def schema_of(what: str) -> bytes:
    """The JSON Schema of a kind of file, as it is published."""
    from cec.rendering.json import render

    return render(schema(cast("Noun", what)))


def print_schema(
    what: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help=f"Of which file or JSON: {', '.join([*SCHEMAS][:-1])} or {[*SCHEMAS][-1]}."
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

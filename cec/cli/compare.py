"""cec compare: two saved orders side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cec.cli.option import ChosenFrom
from cec.cli.output import chosen_format, show
from cec.cli.output_options import PrintOptions
from cec.cli.places import keep_apart
from cec.errors import together
from cec.rendering import COMPARISONS


def compare(
    *,
    first: Annotated[Path, typer.Argument(metavar="ORDER", help="A saved order.")],
    second: Annotated[Path, typer.Argument(metavar="OTHER", help="The order that it is compared with.")],
    output: Annotated[PrintOptions, ChosenFrom(COMPARISONS)],
) -> None:
    """Two saved orders side by side; exit 1 if they differ.

    Measures, and of each drug dose, percent, dose per m2 or kg, days, times and reasons: two cycles, two revisions, or
    an order and the same by another regimen.

    Examples:
      cec compare order.json eva.json
      cec compare order.json eva.json -o comparison.pdf
    """
    from cec.course.comparing import compare as side_by_side
    from cec.course.first_look import read_unedited

    chosen = chosen_format(output, COMPARISONS)
    keep_apart({"ORDER": first, "OTHER": second}, {"--output": output.output})
    saved, other = together(lambda: read_unedited(first), lambda: read_unedited(second))
    comparison = side_by_side(saved.order, other.order, (first.name, second.name))
    show(comparison, chosen)
    if comparison.differ:
        raise typer.Exit(1)

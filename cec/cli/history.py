"""cec history: one patient's cycles, from folders of saved orders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cec.cli.inputs import read_text_of
from cec.cli.messages import say_fault
from cec.cli.option import ORDERS, ChosenFrom, option
from cec.cli.output import chosen_format, show
from cec.cli.output_options import PrintOptions
from cec.cli.places import keep_apart
from cec.rendering import HISTORIES

if TYPE_CHECKING:
    import datetime


def history(
    *,
    orders: Annotated[list[Path], typer.Argument(metavar="ORDER...", help="Saved orders, or folders of them.")],
    number: Annotated[
        str, option("ID", "Whose orders, where there are those of several patients.", "--id", heading=ORDERS)
    ] = "",
    on: Annotated[
        str | None,
        option("DATE", "What is dated before this day counts as given: 2026-12-01.", "--on", heading=ORDERS),
    ] = None,
    output: Annotated[PrintOptions, ChosenFrom(HISTORIES)],
) -> None:
    """One patient's cycles: ordered and given doses, delays, totals.

    Of each cycle the current order counts. cec reads no clock: what is dated before the next cycle, the last change or
    --on counts as given, unless somebody told otherwise. Files and folders are read, never changed. Exit 1 if a file is
    damaged: the history may lack a cycle.

    Examples:
      cec history orders --id 1042
      cec history orders --id 1042 -o history.pdf
    """
    from cec.course.found_orders import orders_of_patient
    from cec.course.history import history as history_of
    from cec.facts.reading import read_date

    chosen = chosen_format(output, HISTORIES)
    keep_apart({f"ORDER {path}": path for path in orders}, {"--output": output.output})
    day: datetime.date | None = read_text_of("--on", on, read_date)
    found = orders_of_patient(orders, number)
    show(history_of(found, day), chosen)
    for fault in found.faults:
        say_fault(fault, "file")
    if found.faults:
        raise typer.Exit(1)

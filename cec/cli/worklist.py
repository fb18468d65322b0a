"""cec worklist: every dose that is made up on a day, over all patients, from folders of saved orders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cec.cli.inputs import pharmacy_file, read_text_of
from cec.cli.messages import say_fault
from cec.cli.option import ORDERS, OUTPUT, ChosenFrom, flag, option
from cec.cli.options import PharmacyFileOptions
from cec.cli.output import chosen_format, show
from cec.cli.output_options import OralOption, PrintOptions
from cec.cli.places import keep_apart
from cec.rendering import WORKLISTS

if TYPE_CHECKING:
    import datetime


def worklist(
    *,
    date: Annotated[str, typer.Argument(metavar="DATE", help="The day: 2026-12-01.")],
    orders: Annotated[list[Path], typer.Argument(metavar="ORDER...", help="Saved orders, or folders of them.")],
    pharmacy: PharmacyFileOptions,
    released: Annotated[
        bool, flag("Only orders that somebody released; drafts are named.", "--released", heading=ORDERS)
    ] = False,
    leave_out: Annotated[
        list[Path] | None,
        option("FILE", "An order that does not count on this list. Repeatable.", "--leave-out", heading=ORDERS),
    ] = None,
    output: Annotated[PrintOptions, ChosenFrom(WORKLISTS)],
    pick_list: Annotated[bool, flag("Only the pick list of the day.", "--pick-list", heading=OUTPUT)] = False,
    oral: OralOption = False,
) -> None:
    """Every dose of a day over all patients, from saved orders.

    Of each cycle the current order counts; replaced and cancelled ones are named. Amounts and preparations are those of
    the orders; the pharmacy file only says which vials patients share, and how long an opened one keeps. Files and
    folders are read, never changed. Exit 1 if a file is damaged: the list may lack its patient.

    Examples:
      cec worklist 2026-12-01 orders
      cec worklist 2026-12-01 orders --format labels -o labels.pdf
    """
    from cec.course.found_orders import orders_of_day
    from cec.course.worklist import ward_day
    from cec.facts.reading import read_date
    from cec.load import load_pharmacy

    chosen = chosen_format(output, WORKLISTS, pick_list=pick_list, oral=oral)
    reads = {f"ORDER {path}": path for path in orders}
    keep_apart({**reads, "--pharmacy": pharmacy.pharmacy}, {"--output": output.output})
    day: datetime.date = read_text_of("DATE", date, read_date)  # type: ignore[assignment]
    policy = load_pharmacy(file) if (file := pharmacy_file(pharmacy.pharmacy)) else None
    found = orders_of_day(day, orders, leave_out or ())
    show(ward_day(day, found.files, policy, released_only=released, not_listed=found.not_listed), chosen)
    for fault in found.not_listed.damaged:
        say_fault(fault, "file")
    if found.not_listed.damaged:
        raise typer.Exit(1)

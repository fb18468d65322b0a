"""cec verify: doses that somebody else wrote, a saved order, or a table of orders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cec.cli.drafting import drafting_of
from cec.cli.option import CHECKS, CYCLE, TABLE, ChosenFrom, flag, option, typed_options
from cec.cli.options import CheckOptions, PatientOptions, PharmacyOptions, StartOptions, TimeOptions
from cec.cli.output import chosen_format, show
from cec.cli.output_options import OutputOptions
from cec.cli.table_options import TableOptions
from cec.cli.verify_bundle import bundle_agrees, formats_of_bundle
from cec.cli.verify_order import order_agrees
from cec.cli.verify_table import is_folder, is_pipe, is_table, table_agrees
from cec.cli.verifying import Asked, read_percent, refuse_typed, shipped_regimens
from cec.errors import Fault, FileError, together
from cec.rendering import VERIFIED_DOSES


def verify(
    *,
    patient: PatientOptions,
    pharmacy: PharmacyOptions,
    checks: CheckOptions,
    output: Annotated[OutputOptions, ChosenFrom(VERIFIED_DOSES)],
    what: Annotated[
        str,
        typer.Argument(
            metavar="REGIMEN|ORDER.json|ORDERS.csv",
            help="A regimen, a saved order, a Bundle of FHIR (JSON), or a table of orders; - is a table (CSV) on "
            "standard input, as is a pipe.",
        ),
    ],
    written: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DRUG=AMOUNT]...",
            help="What was written for one administration: clofarabine=38mg. Where they were written, too: "
            "clofarabine.times=1 (a day), .days='1-5', .over=2h, .route=IV. days=5 is the written number of days.",
            show_default=False,
        ),
    ] = None,
    tolerance: Annotated[
        str | None,
        option("PERCENT", "How far a written dose may be from the expected one; by default 5%.", heading=CHECKS),
    ] = None,
    regimen: Annotated[
        str | None,
        option(
            "NAME|FILE",
            "The regimen of rows or of a Bundle that name none, or the file that a saved order's regimen is now in.",
            heading=TABLE,
        ),
    ] = None,
    start: Annotated[
        str | None,
        option("DATE", "Day 1 of the cycle, of a table's rows that say no other.", heading=CYCLE),
    ] = None,
    cycle: Annotated[
        str | None,
        option("NUMBER", "Which cycle this is, for a table's rows that say no other.", heading=CYCLE),
    ] = None,
    table: TableOptions,
    partial: Annotated[
        bool,
        flag(
            "The order holds only part of the drugs: those that nobody wrote are named and no fault.",
            "--partial",
            heading=CHECKS,
        ),
    ] = False,
) -> None:
    """Hold doses that somebody else wrote against cec's own.

    With the mistake that explains a wrong one, where one fits, and what was not compared. Exit 1 if anything does not
    agree. This is not an independent second person.

    Examples:
      cec verify cec-induction --height 128 --weight 26 clofarabine=192mg
      cec verify orders.csv --regimen cec-induction
    """
    asked = Asked(
        written=written or [],
        regimen=regimen,
        patient=patient,
        pharmacy=pharmacy,
        checks=checks,
        start=start,
        cycle=cycle,
        tolerance=tolerance,
        table=table,
        partial=partial,
        output=output,
    )
    file = Path(what)
    if formats := formats_of_bundle(file):
        agrees = bundle_agrees(file, formats, asked)
    elif file.suffix.lower() == ".json":
        agrees = order_agrees(file, asked)
    elif is_table(what) or (is_pipe(what) and not asked.of_one_order):
        agrees = table_agrees(file, asked)
    else:
        agrees = typed_doses_agree(what, asked)
    if not agrees:
        raise typer.Exit(1)


def typed_doses_agree(regimen: str, asked: Asked) -> bool:
    """Show the doses that were typed, held against the order that a regimen gives; whether all agree."""
    from cec.load.search import leads_somewhere
    from cec.rendering.verification import VerifiedDoses
    from cec.verification import verify_doses
    from cec.verification.choices import verify_any_choice
    from cec.verification.typed import typed_days, typed_doses

    if is_folder(regimen) and not leads_somewhere(regimen):
        raise FileError(Fault("is a folder; name a regimen, a saved order or a table of orders in it", "", regimen))
    refuse_typed(asked.typed("regimen"), "the regimen is the first argument")
    refuse_typed(typed_options(asked.table), "is for a table of orders")
    chosen = chosen_format(asked.output, VERIFIED_DOSES)
    drafting, amounts, days, percent = together(
        lambda: drafting_of(
            regimen,
            asked.patient,
            asked.pharmacy,
            asked.checks,
            start=StartOptions(asked.start),
            times=TimeOptions(asked.cycle),
            output=asked.output.output,
        ),
        lambda: typed_doses(asked.written),
        lambda: typed_days(asked.written),
        lambda: read_percent(asked.tolerance),
    )
    terms: dict[str, Any] = {"days": days, "tolerance": percent, "others": shipped_regimens(), "partial": asked.partial}
    order, verification = verify_any_choice(
        drafting.draft,
        lambda order: verify_doses(order, amounts, **terms),
        drafting.regimen,
        drafting.patient,
        amounts,
    )
    show(VerifiedDoses(order, verification), chosen)
    return verification.agrees

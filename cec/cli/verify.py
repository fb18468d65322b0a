"""cec verify: doses that somebody else wrote, a saved order, or a table of orders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import asdict, astuple

from cec.cli.drafting import drafting_of
from cec.cli.inputs import read_text_of
from cec.cli.option import CHECKS, CYCLE, TABLE, ChosenFrom, flag, option
from cec.cli.options import (
    CheckOptions,
    OutputOptions,
    PatientOptions,
    PharmacyOptions,
    StartOptions,
    TableOptions,
    TimeOptions,
)
from cec.cli.output import chosen_format, show
from cec.cli.places import keep_apart
from cec.cli.verify_bundle import verified_bundle
from cec.cli.verify_table import is_folder, is_pipe, is_table, terms_of, verified
from cec.errors import CecError, Fault, FileError, together
from cec.render import VERIFIED_DOSES, VERIFIED_ORDERS, VERIFIED_TABLES, Formats

if TYPE_CHECKING:
    from cec.cli.output import Chosen
    from cec.regimen import Regimen

_DAYS = "days="
_NOT_GIVEN: tuple[object, ...] = (None, False, [], {})
"""Values of options that nobody typed."""


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
    from cec.render.verification import VerifiedDoses
    from cec.verification import verify_doses
    from cec.verification.choices import verify_any_choice
    from cec.verification.typed import typed_days, typed_doses

    file = Path(what)
    of_one_order = (written, *astuple(patient), *astuple(checks))
    of_bundle = _formats_of_bundle(file)
    if is_table(what) or file.suffix.lower() == ".json":
        _refuse_partial(partial, is_alone=of_bundle is not None)
    if of_bundle is not None:
        _refuse_beside(file, "its doses", (written, *astuple(table)))
        if of_bundle is VERIFIED_TABLES:
            _refuse_beside(file, "its patients", (*astuple(patient), checks.accept))
        agrees = verified_bundle(
            file,
            chosen_format(output, of_bundle),
            regimen=regimen,
            patient=patient,
            pharmacy=pharmacy,
            checks=checks,
            start=start,
            cycle=cycle,
            tolerance=lambda: _percent(tolerance),
            partial=partial,
            others=_shipped(),
        )
    elif file.suffix.lower() == ".json":
        _refuse_beside(file, "its patient, doses and days", (*of_one_order, start, cycle, *astuple(table)))
        _refuse_beside(file, "its pharmacy, and has no tolerance", (*astuple(pharmacy), tolerance))
        agrees = _saved_order(file, regimen, chosen_format(output, VERIFIED_ORDERS))
    elif is_table(what) or (is_pipe(what) and all(value in _NOT_GIVEN for value in of_one_order)):
        _refuse_beside(file, "its patients, doses and days", of_one_order)
        chosen = chosen_format(output, VERIFIED_TABLES)
        terms = terms_of(
            regimen,
            pharmacy,
            lambda: _percent(tolerance),
            start=start,
            cycle=cycle,
            table=table,
            others=_shipped(),
        )
        agrees = verified(file, terms, chosen, regimen=regimen, pharmacy=pharmacy)
    else:
        _refuse_folder(what)
        if regimen is not None:
            raise typer.BadParameter("the regimen is the first argument", param_hint="--regimen")
        if typed := [name for name, value in asdict(table).items() if value]:
            option = {"renamed": "--map", "ignored": "--ignore-column"}.get(typed[0], f"--{typed[0]}")
            raise typer.BadParameter("is for a table of orders", param_hint=option)
        chosen = chosen_format(output, VERIFIED_DOSES)
        drafting, amounts, days, percent = together(
            lambda: drafting_of(
                what,
                patient,
                pharmacy,
                checks,
                start=StartOptions(start),
                times=TimeOptions(cycle),
                output=output.output,
            ),
            lambda: typed_doses(written or ()),
            lambda: typed_days(written or ()),
            lambda: _percent(tolerance),
        )
        others = _shipped()
        order, verification = verify_any_choice(
            drafting.draft,
            lambda order: verify_doses(order, amounts, days=days, tolerance=percent, others=others, partial=partial),
            drafting.regimen,
            drafting.patient,
            amounts,
        )
        show(VerifiedDoses(order, verification), chosen)
        agrees = verification.agrees
    if not agrees:
        raise typer.Exit(1)


def _refuse_beside(file: Path, holds: str, values: Sequence[object]) -> None:
    """Wrong usage where an option was typed for what the file says itself."""
    if any(value not in _NOT_GIVEN for value in values):
        raise typer.BadParameter(f"{file.name} holds {holds}; give none beside it")


def _formats_of_bundle(file: Path) -> Formats | None:
    """The formats of the verification of a Bundle of FHIR, or of a file with one on each line; None for other files."""
    endings = {suffix.lower() for suffix in file.suffixes}
    if not endings & {".json", ".jsonl", ".ndjson"}:
        return None
    from cec.verification.bundle import are_bundles, is_bundle, read_file

    try:
        if file.suffix.lower() == ".json":
            return VERIFIED_DOSES if is_bundle(read_file(file)) else None
        return VERIFIED_TABLES if are_bundles(file) else None
    except CecError:
        return None


def _refuse_partial(partial: bool, *, is_alone: bool) -> None:
    """Wrong usage of --partial where an order is held against itself, or a table says which drugs it has."""
    if partial and not is_alone:
        raise typer.BadParameter("is for a Bundle, or for doses that are typed", param_hint="--partial")


def _refuse_folder(what: str) -> None:
    """FileError where the first argument is a folder and no shipped regimen."""
    from cec.load.search import leads_somewhere

    if is_folder(what) and not leads_somewhere(what):
        raise FileError(Fault("is a folder; name a regimen, a saved order or a table of orders in it", "", what))


def _saved_order(file: Path, regimen: str | None, chosen: Chosen) -> bool:
    """Show a saved order held against its own inputs, and its regimen against its file; whether all agrees."""
    from cec.course.chain import beside
    from cec.course.predecessor import held_against_predecessor, with_predecessor
    from cec.load import load_regimen
    from cec.load.order_file import read_order
    from cec.load.search import leads_somewhere
    from cec.render.verification import VerifiedOrder
    from cec.render.words import NO_SIGNATURE
    from cec.verification import verify_order

    keep_apart({"ORDER": file, "--regimen": regimen}, {"--output": chosen.output})
    saved = read_order(file)
    name = saved.order.regimen.name
    now = load_regimen(regimen or name) if regimen or leads_somewhere(name) else None
    notes: tuple[str, ...] = (
        () if now else (f"no regimen is found by the name {name}; give its file with --regimen to compare",)
    )
    compared = held_against_predecessor(file, saved.order)
    if saved.fingerprint == saved.order.fingerprint and not compared.differences:
        notes += beside(file).remarks
    if release := saved.order.release:
        notes += (f"released by {release.by} on {release.on} ({NO_SIGNATURE})",)
    verification = with_predecessor(verify_order(saved, now), compared)
    show(VerifiedOrder(verification, (*notes, *compared.notes)), chosen)
    return verification.agrees


def _shipped() -> tuple[Regimen, ...]:
    from cec.load import load_regimen, regimen_names

    return tuple(map(load_regimen, regimen_names()))


def _percent(text: str | None) -> object:
    """The tolerance that was typed, else the usual one."""
    from cec.load.texts import read_tolerance
    from cec.verification.doses import TOLERANCE

    return TOLERANCE if text is None else read_text_of("--tolerance", text, read_tolerance)

"""cec change: a saved order from a day of its cycle on, as a new order that replaces it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

from cec.cli.inputs import naming_options, products_by_drug, read_text_of, texts_of_patient
from cec.cli.messages import say, wrong_usage
from cec.cli.option import PATIENT, PHARMACY, flag, option
from cec.cli.options import ChangedPatientOptions, CheckOptions
from cec.cli.output_options import QuietOption
from cec.cli.saved import NewOrderOption, OrderArgument, about, new_order_file, read_words
from cec.errors import together, together_by_name

if TYPE_CHECKING:
    from cec.order import Order, SkippedDay
    from cec.patient import Patient
    from cec.pharmacy import Pharmacy

Read = TypeVar("Read")

WHEN, DAYS, GIVEN = "When", "Days", "What was given"
"""Headings of its own options."""


def change(
    *,
    order: OrderArgument,
    on: Annotated[
        str,
        option("DATE", "The day of the change; what is dated before it counts as given as ordered.", heading=WHEN),
    ],
    reason: Annotated[str, option("TEXT", "Why; it stands on the order.", heading=WHEN)],
    from_day: Annotated[
        str | None, option("DAY", "The day of the cycle from which it holds: 3. Earlier days stay.", heading=WHEN)
    ] = None,
    patient: ChangedPatientOptions,
    stop: Annotated[
        list[str] | None, option("DRUG", "Give no more of a drug; all ends the cycle. Repeatable.", heading=PATIENT)
    ] = None,
    skip_day: Annotated[
        list[str] | None, option("DAY", "A day on which nothing is given: 3, 3-4. Repeatable.", heading=DAYS)
    ] = None,
    move: Annotated[
        bool, flag("It and every later day come as many calendar days later.", "--move", heading=DAYS)
    ] = False,
    drop: Annotated[bool, flag("It is left out; later days keep their dates.", "--drop", heading=DAYS)] = False,
    restore_day: Annotated[
        list[str] | None,
        option("DAY", "A day that was left out and is given after all: 3, 3-4. Repeatable.", heading=DAYS),
    ] = None,
    move_day: Annotated[
        list[str] | None,
        option("DAY=DATE", "Give one day alone on another date: 8=2026-12-08. Repeatable.", heading=DAYS),
    ] = None,
    start: Annotated[
        str | None, option("DATE", "Day 1, while nothing was given: the whole cycle moves.", heading=DAYS)
    ] = None,
    time: Annotated[
        list[str] | None,
        option(
            "TIME", "Start of each day's first infusion: 14:00; or of one drug: mesna=10:00. Repeatable.", heading=DAYS
        ),
    ] = None,
    given: Annotated[
        list[str] | None,
        option("DOSE", "Another amount than ordered: 'clofarabine on day 2=20 mg'. Repeatable.", heading=GIVEN),
    ] = None,
    not_given: Annotated[
        list[str] | None, option("DRUG", "A dose that was not given: 'etoposide on day 2'. Repeatable.", heading=GIVEN)
    ] = None,
    pharmacy: Annotated[
        Path | None, option("FILE", "The pharmacy file as it is now; without it that of the order.", heading=PHARMACY)
    ] = None,
    product: Annotated[
        list[str] | None,
        option("DRUG=PRODUCT", "Make up this drug from this product from that day on. Repeatable.", heading=PHARMACY),
    ] = None,
    checks: CheckOptions,
    output: NewOrderOption = None,
    quiet: QuietOption = False,
) -> None:
    """Change a saved order from a day of its cycle on.

    Measures, doses, days, times. The new order, NAME.r2.json, replaces the old one; earlier days stay as they were. It
    is a draft until it is released itself.

    Examples:
      cec change order.json --on 2026-12-03 --skip-day 3 --move --reason 'no bed'
      cec change eva.json --on 2026-12-02 --from-day 3 --stop all --reason fever
    """
    from cec.cli.drafting import acceptances
    from cec.course.chain import continued_in
    from cec.course.changing import Asked, changed
    from cec.course.first_look import look_at, read_unedited
    from cec.course.writing import revision_name, write_beside
    from cec.facts.reading import read_date
    from cec.load.change_texts import read_day, read_given, read_moved_day, read_not_given, read_times
    from cec.load.days import read_plain_days
    from cec.rendering import render
    from cec.rendering.words.revision import changed_words, revision_words

    saved = read_unedited(order).order
    asked = Asked(
        **together_by_name(
            on=lambda: read_text_of("--on", on, read_date),
            reason=lambda: read_words("--reason", reason),
            from_day=lambda: read_text_of("--from-day", from_day, read_day),
            facts=lambda: frozenset(patient.facts),
            stopped=lambda: tuple(stop or ()),
            skipped=lambda: _skipped(skip_day or (), move=move, drop=drop),
            restored=lambda: tuple(
                day for days in _each("--restore-day", restore_day, read_plain_days) for day in days
            ),
            moved=lambda: tuple(_each("--move-day", move_day, read_moved_day)),
            start=lambda: read_text_of("--start", start, read_date),
            times=lambda: read_text_of("--time", time or (), read_times),
            products=lambda: products_by_drug(product or ()),
            pharmacy=lambda: _pharmacy(pharmacy),
            given=lambda: (*_each("--given", given, read_given), *_each("--not-given", not_given, read_not_given)),
            accepted=lambda: acceptances(checks.accept or ()),
            patient=lambda: _patient(saved, patient),
        )
    )
    if not asked.changes_anything:
        raise wrong_usage("nothing is changed; say what is other from that day on")
    with about(order):
        new_order = changed(saved, asked, strict=checks.strict)
        new = new_order_file(output, revision_name(order, new_order.revision))
        old = look_at(order)
        write_beside(old, new, render(new_order, "json"))
        later = continued_in(old, order.parent)
    if later:
        say(
            f"{later.path}, the cycle after it, was drafted from the order before this change: what was given before "
            "it, the last weight and the dates may be others now; look whether it stands, or cancel it and draft it "
            "again with cec next"
        )
    if not quiet:
        for line in (f"{new}: {revision_words(new_order)}", *changed_words(saved, new_order)):
            say(line)


def _patient(order: Order, options: ChangedPatientOptions) -> Patient:
    """The patient of the order with what was typed; declarations are those that were typed alone."""
    from cec.load import load_patient

    now = order.patient_now
    size = {"height": str(now.height), "weight": str(now.weight)}
    return naming_options(lambda: load_patient(texts={**size, **texts_of_patient(options)}))


def _skipped(typed: Sequence[str], *, move: bool, drop: bool) -> tuple[SkippedDay, ...]:
    """The days on which nothing is given, and what becomes of what they would have been given."""
    from cec.load.days import read_plain_days
    from cec.order import SkippedDay

    if move and drop:
        raise wrong_usage("--move and --drop say two things; give one of them", "--skip-day")
    if bool(typed) != (move or drop):
        text = "say --move (it and later days come later) or --drop (it is left out)" if typed else "name a day to skip"
        raise wrong_usage(text, "--skip-day")
    days = [day for each in _each("--skip-day", typed, read_plain_days) for day in each]
    return tuple(SkippedDay(day, "move" if move else "drop") for day in days)


def _pharmacy(typed: Path | None) -> Pharmacy | None:
    """The pharmacy file as it is now, where one is named; the order keeps its own without."""
    from cec.cli.inputs import pharmacy_file
    from cec.load import load_pharmacy

    return None if typed is None else load_pharmacy(pharmacy_file(typed))


def _each(option: str, typed: Sequence[str] | None, read: Callable[[str], Read]) -> list[Read]:
    """What each text of an option says; InputError with every fault."""
    return together(*(partial(read_text_of, option, text, read) for text in typed or ()))

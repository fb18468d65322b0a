"""What was typed, put over a saved order -> the order of the next cycle. All faults of all options together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from cec.cli.drafting import acceptances, read_dates
from cec.cli.inputs import (
    Overrides,
    naming_options,
    pharmacy_file,
    pharmacy_with_overrides,
    read_text_of,
    saved_pharmacy_with_overrides,
    texts_of_patient,
    today,
)
from cec.cli.saved import about
from cec.errors import CecError, Fault, InputError, together

if TYPE_CHECKING:
    from pathlib import Path

    from cec.cli.options import CarriedPatientOptions, CheckOptions, PharmacyOptions, StartOptions, TimeOptions
    from cec.course.carried import CarriedPatient, Following
    from cec.order import Order
    from cec.pharmacy import Pharmacy


class Asked(NamedTuple):
    """What was typed of the next cycle."""

    regimen: str | None
    start: StartOptions
    times: TimeOptions
    patient: CarriedPatientOptions
    pharmacy: PharmacyOptions
    checks: CheckOptions


class Continued(NamedTuple):
    """The order of the next cycle, and what a person should know of the inputs of the last one."""

    order: Order
    remarks: tuple[str, ...]


def continue_order(order: Order, file: Path, asked: Asked) -> Continued:
    """The order of the cycle after one that was saved in this file; CecError with every fault."""
    from cec.calculate.lines import day_1, refuse_idle_days
    from cec.course.carried import Following
    from cec.course.next_cycle import (
        cycle_that_follows,
        drafted_after,
        not_carried,
        refuse_overlap,
        refuse_without_number,
        too_early,
    )
    from cec.facts.reading import read_count
    from cec.load.treatment_file import load_either

    name = file.name
    with about(file):
        if order.start is None:
            raise InputError("has no start: nobody can tell when its cycle was given; cec schedule saves one that has")
    named, of_pharmacy, dates, phase, cycle, days, accepted = together(
        lambda: None if asked.regimen is None else load_either(asked.regimen),
        lambda: _pharmacy(order, name, asked),
        lambda: read_dates(asked.start),
        lambda: read_text_of("--phase", asked.start.phase, read_count),
        lambda: read_text_of("--cycle", asked.times.cycle, read_count),
        lambda: read_text_of("--days", asked.start.days, read_count),
        lambda: acceptances(asked.checks.accept or ()),
    )
    pharmacy, pharmacy_overrides = of_pharmacy
    with about(file):
        following = cycle_that_follows(order, named, phase=phase, cycle=cycle)
        refuse_idle_days(days, following.regimen)
        start = day_1(following.regimen, following.cycle, dates)
        if start is None:
            raise InputError(Fault("there is none; give the date of day 1", "--start"))
        _, _, carried = together(
            lambda: refuse_without_number(order, following),
            lambda: refuse_overlap(order, start),
            lambda: _patient(order, name, asked.patient, Following(following.regimen, pharmacy, start)),
        )
    drafted = drafted_after(
        order,
        following,
        carried,
        pharmacy,
        start,
        accept=accepted,
        strict=asked.checks.strict,
        days=days,
        as_of=today(),
        overrides=pharmacy_overrides,
    )
    ended = (f"{name}: {text}; not carried on" for text in not_carried(order))
    early = (f"{name}: {text}" for text in too_early(order, start))
    return Continued(drafted, (*ended, *early, *_changed_files(order, name, asked.regimen, pharmacy)))


def _pharmacy(order: Order, name: str, asked: Asked) -> tuple[Pharmacy, Overrides]:
    """The pharmacy that was named or set up once, else that of the order; and what was typed in the place of what."""
    if asked.pharmacy.pharmacy is not None or pharmacy_file(None):
        return pharmacy_with_overrides(asked.pharmacy, asked.times)
    last = next((change.pharmacy for change in reversed(order.changes) if change.pharmacy), order.pharmacy)
    return saved_pharmacy_with_overrides(last, name, asked.pharmacy, asked.times)


def _patient(order: Order, name: str, options: CarriedPatientOptions, following: Following) -> CarriedPatient:
    """The patient as carried on from an order, with what was typed; CecError with all that is asked for too."""
    from cec.course.carried import News, carry_patient

    lists = (options.keep_reduction, options.drop_reduction, options.unknown, options.also_given)
    news = News(texts_of_patient(options), *(tuple(each or ()) for each in lists))
    return naming_options(lambda: carry_patient(order, following, news, name))


def _changed_files(order: Order, name: str, regimen: str | None, pharmacy: Pharmacy) -> Iterator[str]:
    """What changed since an order was drafted: the file of its regimen, the pharmacy file."""
    from cec.load import load_regimen

    own = order.regimen
    if regimen is None and order.of_treatment is None:
        with suppress(CecError):
            if (now := load_regimen(own.name)).sha256 != own.sha256:
                yield (
                    f"{name}: gone on by its {own.name}, edition {own.edition}; the file of that name is another now, "
                    f"edition {now.edition}: name it as REGIMEN to go on by it"
                )
    if pharmacy.sha256 != order.pharmacy.sha256:
        yield f"{name}: its pharmacy file differs from the one used now; cec compare tells what differs"

"""The cycle after an order: which of its regimen or treatment it is, and its draft, which names the order before."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

import msgspec

from cec.calculate import draft_order
from cec.calculate.treatment import PlannedCycle, planned_cycle
from cec.course.carried import CarriedPatient
from cec.course.carried_facts import age_told_on
from cec.course.given import counts, last_day_given
from cec.days import paper_date
from cec.errors import Fault, InputError
from cec.fingerprint import fingerprint
from cec.load.treatment_file import is_treatment, load_either, load_treatment
from cec.order import Follows, Order
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.treatment import Treatment


def cycle_that_follows(
    order: Order, named: Regimen | Treatment | str | None, *, phase: int | None = None, cycle: int | None = None
) -> PlannedCycle:
    """The cycle of this phase and number of the regimen or treatment that is named, else the next of the order's own.

    Of a regimen it has no number where nobody can tell it. InputError for a cycle that a treatment has not.
    """
    plan = _plan(order, named)
    if isinstance(plan, Regimen):
        if phase is not None:
            raise InputError(Fault("is of a treatment of phases, and this is a regimen", "--phase"))
        is_next = order.cycle is not None and plan.name == order.regimen.name
        return PlannedCycle(plan, (order.cycle or 0) + counts(order) if cycle is None and is_next else cycle)
    if phase is None and cycle is None:
        phase, cycle = _place_after(order, plan)
    if phase is None or cycle is None:
        raise InputError(Fault("give both --phase and --cycle, or neither: then the next one follows", "--phase"))
    return planned_cycle(plan, phase, cycle)


def _plan(order: Order, named: Regimen | Treatment | str | None) -> Regimen | Treatment:
    """The regimen or treatment that is named, by itself or by its name or file; else that of the order, unchanged."""
    if named is not None:
        return load_either(named) if isinstance(named, str) else named
    place = order.of_treatment
    if place is None:
        return order.regimen
    if not is_treatment(place.name):
        text = f"no file of the treatment {place.name} is found: name it as REGIMEN, or its folder with --regimens"
        raise InputError(text)
    treatment = load_treatment(place.name)
    if treatment.sha256 != place.sha256:
        text = f"the file of {place.name} was changed since: name it as REGIMEN to go on by it as it is now"
        raise InputError(text)
    return treatment


def _place_after(order: Order, treatment: Treatment) -> tuple[int, int]:
    """The phase and its cycle that follow an order of a treatment; InputError after the last."""
    place = order.of_treatment
    if place is None or place.name != treatment.name:
        raise InputError(
            Fault(f"the order is not of {treatment.name}: say which cycle with --phase and --cycle", "--phase")
        )
    cycle = (order.cycle or 1) + counts(order)
    if cycle <= treatment.phases[place.phase - 1].cycles:
        return place.phase, cycle
    if place.phase == len(treatment.phases):
        raise InputError(f"cycle {order.cycle} of phase {place.phase} is the last of {treatment.name}")
    return place.phase + 1, 1


def refuse_without_number(order: Order, following: PlannedCycle) -> None:
    """InputError where nobody can tell which of its cycles the one after an order is."""
    if following.cycle is not None:
        return
    name = following.regimen.name
    if name != order.regimen.name:
        text = f"{name} is another regimen than {order.regimen.name}: say which of its cycles this is, like 1"
    else:
        text = "the order does not say which cycle it is: say which the next one is"
    raise InputError(Fault(text, "--cycle"))


def refuse_overlap(order: Order, first_day: datetime.date) -> None:
    """InputError for a cycle that begins before another is over."""
    last = last_day_given(order)
    if last and first_day <= last:
        raise InputError(
            Fault(f"{first_day} is not after the last day of the cycle before, {last}; look at the date", "--start")
        )


def drafted_after(
    order: Order,
    following: PlannedCycle,
    carried: CarriedPatient,
    pharmacy: Pharmacy,
    start: datetime.date,
    *,
    accept: Mapping[str, str],
    strict: bool,
    days: int | None = None,
    as_of: datetime.date | None = None,
    overrides: tuple[str, ...] = (),
) -> Order:
    """The order of the cycle that follows, which names the one it was continued from; InputError where they overlap."""
    drafted = draft_order(
        following.regimen,
        carried.patient,
        pharmacy,
        start=start,
        cycle=following.cycle,
        days=following.days or days,
        of_treatment=following.of_treatment,
        as_of=as_of,
        accept=accept,
        strict=strict,
        overrides=(*carried.overrides, *overrides, *too_early(order, start)),
    )
    refuse_overlap(order, min((row.date for row in drafted.administrations), default=start))
    told_on = age_told_on(order) if carried.age_is_carried else None
    named = msgspec.structs.replace(
        drafted, follows=Follows(order.first or order.fingerprint, order.fingerprint, told_on)
    )
    return msgspec.structs.replace(named, fingerprint=fingerprint(named))


def too_early(order: Order, start: datetime.date) -> Iterator[str]:
    """That a cycle begins before the day that the order before names as the earliest: its days may have moved."""
    earliest = order.next_cycle.date if order.next_cycle and counts(order) else None
    if earliest and start < earliest:
        yield f"day 1 is before {paper_date(earliest)}, the earliest that the cycle before names"


def not_carried(order: Order) -> Iterator[str]:
    """What of a cycle ends with it, in words, where a person may expect it to go on."""
    changes = order.changes
    withheld = [*order.patient.withheld, *(each for change in changes for each in change.withheld)]
    set_doses = [*order.patient.set_doses, *(each for change in changes for each in change.set_doses)]
    yield from (f"{each.drug} was left out ({each.reason})" for each in withheld)
    yield from (f"{each.drug} was set to {each.dose} ({each.reason})" for each in set_doses)
    yield from (f"{drug} was stopped ({change.reason})" for change in changes for drug in change.stopped)
    yield from (f"{drug}: {', '.join(chosen)} was chosen" for drug, chosen in order.patient.choices.items())

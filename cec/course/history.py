"""The history of one patient, from the orders that count: what each cycle ordered and gave, and what it comes to."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from cec.calculate.rules.lifetime import lifetime_maximums, total_in
from cec.course.amounts_of_cycle import Cycle, Part, Sums, Units, cycle_of, sums_of, units_of
from cec.course.found_orders import FiledOrder, OrdersOfPatient, damaged_alert, patient_of
from cec.course.patient_history import (
    CycleOfHistory,
    DoseChange,
    DrugInAll,
    DrugOfCycle,
    History,
    Intensity,
    RevisionOfCycle,
)
from cec.course.vials import percent_of
from cec.drug_names import drug_key
from cec.order import Alert, Order
from cec.regimen import entry_of
from cec.units import AMOUNT, Quantity, convert, kept

A_WEEK = 7
CHANGED = ("reduced", "set")
"""The steps of a dose that a person makes."""
TWO_ON_ONE_DAY = "two-orders-one-day"
EARLIER_DIFFER = "earlier-doses-differ"
SAME = Fraction(1, 10**9)
"""Two totals that differ by no more than this part of them were only cut to the digits that an order keeps."""


def history(found: OrdersOfPatient, on: datetime.date | None = None) -> History:
    """The cycles of a patient in their sequence, and what they come to.

    What is dated before the next cycle, or before `on`, counts as given unless somebody told otherwise.
    """
    filed = sorted(found.files, key=_day_1)
    units = units_of(order for _, order in filed)
    pairs = itertools.zip_longest(filed, filed[1:])
    cycles = [cycle_of(each, units, _given_before(following, on)) for each, following in pairs]
    before_all = _told_before_all(cycles, units)
    totals = list(_totals(cycles, before_all))
    following = [*cycles[1:], None]
    return History(
        schema="cec.history/1",
        patient=patient_of(filed[-1].order),
        on=on,
        cycles=tuple(map(_cycle_of_history, cycles, following, itertools.repeat(units), totals)),
        drugs=tuple(_drugs_in_all(cycles, units, before_all)),
        left_out=found.left_out,
        alerts=(
            *map(damaged_alert, found.faults),
            *found.alerts,
            *_overlaps(cycles),
            *_differing_earlier_doses(cycles, units),
        ),
    )


def _day_1(filed: FiledOrder) -> datetime.date:
    return filed.order.start or datetime.date.max


def _given_before(following: FiledOrder | None, on: datetime.date | None) -> datetime.date | None:
    """The day before which what an order gives counts as given: the next day 1, or that for which somebody asks."""
    days = [day for day in (_day_1(following) if following else None, on) if day]
    return min(days, default=None)


class Told(NamedTuple):
    """What was given of a drug before the oldest order, and the order that tells it."""

    amount: Fraction
    by: Order


def _told_before_all(cycles: Sequence[Cycle], units: Units) -> dict[str, Told]:
    """What was given of each drug before these orders: as the oldest tells it, or a later one that knows of more."""
    before_all: dict[str, Told] = {}
    given: dict[str, Fraction] = {}
    for cycle in cycles:
        for drug, amount in cycle.order.patient.earlier_doses.items():
            key = drug_key(drug)
            before = _told_before(cycle.order, drug, units.get(key, amount.unit)) or Fraction(0)
            more = before - given.get(key, Fraction(0))
            known = before_all[key].amount if key in before_all else Fraction(0)
            if cycle is cycles[0] or more > known + SAME * before:
                before_all[key] = Told(more, cycle.order)
        for key, parts in cycle.parts.items():
            sums = sums_of(parts)
            given[key] = given.get(key, Fraction(0)) + sums.given + sums.to_give
    return before_all


def _totals(cycles: Sequence[Cycle], before_all: Mapping[str, Told]) -> Iterator[Mapping[str, Fraction]]:
    """What the patient has had of each drug after each cycle, by the key of its name."""
    totals = {key: each.amount for key, each in before_all.items()}
    for cycle in cycles:
        for key, parts in cycle.parts.items():
            sums = sums_of(parts)
            totals[key] = totals.get(key, Fraction(0)) + sums.given + sums.to_give
        yield dict(totals)


def _cycle_of_history(
    cycle: Cycle, following: Cycle | None, units: Units, totals: Mapping[str, Fraction]
) -> CycleOfHistory:
    order = cycle.order
    days = (following.day_1 - cycle.day_1).days if following else 0
    return CycleOfHistory(
        file=cycle.file,
        fingerprint=order.fingerprint,
        revision=order.revision,
        regimen=order.regimen.name,
        title=order.regimen.title,
        edition=order.regimen.edition,
        day_1=cycle.day_1,
        first=min(cycle.dates[0], cycle.day_1),
        last=cycle.dates[-1],
        drugs=tuple(
            _drug_of_cycle(parts, kept(totals[key], units[key]), days, cycle.planned_days)
            for key, parts in cycle.parts.items()
        ),
        cycle=order.cycle,
        release=order.release or None,
        planned_days=cycle.planned_days,
        days=days or None,
        changes=tuple(_dose_changes(order)),
        revisions=tuple(
            RevisionOfCycle(
                change.on,
                change.reason,
                None if change.only_tells else change.from_day,
                change.given,
                change.restored,
            )
            for change in order.changes
        ),
    )


def _drug_of_cycle(parts: Sequence[Part], total: Quantity, days: int, planned_days: int | None) -> DrugOfCycle:
    sums, amount, unit = sums_of(parts), parts[0].ordered.unit, total.unit
    return DrugOfCycle(
        drug=parts[0].drug,
        first=min(part.date for part in parts),
        last=max(part.date for part in parts),
        ordered=_added([part.ordered for part in parts], amount),
        given=_added([part.given for part in parts], amount),
        to_give=_added([part.to_give for part in parts], amount),
        doses=sum(1 for part in parts if part.ordered.value),
        given_doses=sum(1 for part in parts if part.given.value),
        ordered_per=kept(sums.ordered, unit),
        given_per=kept(sums.given, unit),
        to_give_per=kept(sums.to_give, unit),
        cumulative=total,
        intensity=_intensity(sums, unit, days, planned_days) if days else None,
    )


def _added(amounts: Sequence[Quantity], unit: str) -> Quantity:
    return kept(sum((Fraction(convert(each, unit, AMOUNT).value) for each in amounts), Fraction(0)), unit)


def _intensity(sums: Sums, unit: str, days: int, planned_days: int | None) -> Intensity:
    """What is given in a week, beside what the protocol gives in one."""
    a_week = (sums.given + sums.to_give) * A_WEEK / days
    if not planned_days or not sums.planned:
        return Intensity(kept(a_week, unit), days)
    planned = sums.planned * A_WEEK / planned_days
    return Intensity(kept(a_week, unit), days, kept(planned, unit), percent_of(a_week, planned))


def _dose_changes(order: Order) -> Iterator[DoseChange]:
    for dose in order.doses:
        for step in dose.steps:
            if step.what in CHANGED:
                yield DoseChange(dose.drug, tuple(dose.days), dose.ordered, step.in_words)


def _drugs_in_all(cycles: Sequence[Cycle], units: Units, before_all: Mapping[str, Told]) -> Iterator[DrugInAll]:
    """What the patient has had of each drug that any of these orders gives."""
    maximums = _lowest_maximums(cycles)
    for key in dict.fromkeys(key for cycle in cycles for key in cycle.parts):
        parts = [part for cycle in cycles for part in cycle.parts.get(key, ())]
        drug, unit, sums = parts[-1].drug, units[key], sums_of(parts)
        before, maximum = before_all.get(key), maximums.get(key)
        total = (before.amount if before else Fraction(0)) + sums.given + sums.to_give
        yield DrugInAll(
            drug=drug,
            before=kept(before.amount, unit) if before else None,
            counted_since=entry_of(drug, (before.by if before else cycles[0].order).patient.earlier_doses_since),
            given=kept(sums.given, unit),
            to_give=kept(sums.to_give, unit),
            total=kept(total, unit),
            lifetime_maximum=maximum,
            percent=percent_of(total, Fraction(maximum.value)) if maximum else None,
            intensity=_intensity_in_all(cycles, key, unit),
        )


def _intensity_in_all(cycles: Sequence[Cycle], key: str, unit: str) -> Intensity | None:
    """What a drug comes to in a week over the cycles that give it and that another one followed."""
    followed = [(cycle, later) for cycle, later in itertools.pairwise(cycles) if key in cycle.parts]
    days = sum((later.day_1 - cycle.day_1).days for cycle, later in followed)
    lengths = [cycle.planned_days for cycle, _ in followed]
    planned_days = None if None in lengths else sum(filter(None, lengths))
    sums = sums_of(part for cycle, _ in followed for part in cycle.parts[key])
    return _intensity(sums, unit, days, planned_days) if days else None


def _lowest_maximums(cycles: Sequence[Cycle]) -> dict[str, Quantity]:
    """The lifetime maximum of each drug; where regimens say several, the lowest of the newest's unit."""
    maximums: dict[str, Quantity] = {}
    for cycle in cycles:
        for drug, maximum in lifetime_maximums(cycle.order.regimen).items():
            before = maximums.get(drug_key(drug))
            if before is None or before.unit != maximum.unit or maximum.value < before.value:
                maximums[drug_key(drug)] = maximum
    return maximums


def _told_before(order: Order, drug: str, unit: str) -> Fraction | None:
    """What an order tells of earlier doses of a drug; None where it tells nothing."""
    amount = entry_of(drug, order.patient.earlier_doses)
    if amount is None:
        return None
    return total_in(unit, amount, order.measures[-1].weight, order.measures[-1].bsa.area)


def _overlaps(cycles: Sequence[Cycle]) -> Iterator[Alert]:
    """Two orders that both give something on one day: which of them was given nobody can tell, and both count."""
    for earlier, later in itertools.pairwise(cycles):
        if days := set(earlier.dates) & set(later.dates):
            text = f"{earlier.file} and {later.file} both give drugs on {min(days)}; both are counted here"
            yield Alert(TWO_ON_ONE_DAY, "check", "", text)


def _differing_earlier_doses(cycles: Sequence[Cycle], units: Units) -> Iterator[Alert]:
    """What a later order tells of earlier doses, where that is not what the orders before it come to."""
    for cycle, totals in zip(cycles[1:], _totals(cycles, _told_before_all(cycles[:1], units)), strict=False):
        earlier, maximums = cycle.order.patient.earlier_doses, lifetime_maximums(cycle.order.regimen)
        for key, drug in {drug_key(drug): drug for drug in (*earlier, *maximums)}.items():
            unit = units.get(key) or earlier[drug].unit
            before, total = _told_before(cycle.order, drug, unit), totals.get(key, Fraction(0))
            if abs((before or Fraction(0)) - total) > SAME * total:
                what = "nothing" if before is None else str(kept(before, unit))
                come_to = f"the orders before it come to {kept(total, unit)}"
                text = f"{cycle.file} tells of {what} before it; {come_to}; the larger sum counts here"
                yield Alert(EARLIER_DIFFER, "check", drug, text)

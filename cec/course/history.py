"""The history of one patient, from the orders that count: what each cycle ordered and gave, and what it comes to."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from cec.calculate.rules.lifetime import lifetime_maximums
from cec.course.amounts_of_cycle import CountedCycle, CountedDose, Sums, Units, cycle_of, sums_of, units_of
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
from cec.course.totals import AmountBefore, differing_earlier_doses, told_before_all, totals_after
from cec.course.vials import percent_of
from cec.drug_names import drug_key
from cec.order import Alert, Order
from cec.regimen import entry_of
from cec.units import AMOUNT, Quantity, convert, kept

A_WEEK = 7
CHANGED = ("reduced", "set")
"""The steps of a dose that a person makes."""
TWO_ON_ONE_DAY = "two-orders-one-day"


def history(found: OrdersOfPatient, on: datetime.date | None = None) -> History:
    """The cycles of a patient in their sequence, and what they come to.

    What is dated before the next cycle, or before `on`, counts as given unless somebody told otherwise.
    """
    filed = sorted(found.files, key=_day_1)
    units = units_of(order for _, order in filed)
    pairs = itertools.zip_longest(filed, filed[1:])
    cycles = [cycle_of(each, units, _given_before(following, on)) for each, following in pairs]
    before_all = told_before_all(cycles, units)
    totals = list(totals_after(cycles, before_all))
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
            *differing_earlier_doses(cycles, units),
        ),
    )


def _day_1(filed: FiledOrder) -> datetime.date:
    return filed.order.start or datetime.date.max


def _given_before(following: FiledOrder | None, on: datetime.date | None) -> datetime.date | None:
    """The day before which what an order gives counts as given: the next day 1, or that for which somebody asks."""
    days = [day for day in (_day_1(following) if following else None, on) if day]
    return min(days, default=None)


def _cycle_of_history(
    cycle: CountedCycle, following: CountedCycle | None, units: Units, totals: Mapping[str, Fraction]
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
            _drug_of_cycle(doses, kept(totals[key], units[key]), days, cycle.planned_days)
            for key, doses in cycle.doses.items()
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


def _drug_of_cycle(doses: Sequence[CountedDose], total: Quantity, days: int, planned_days: int | None) -> DrugOfCycle:
    sums, amount, unit = sums_of(doses), doses[0].ordered.unit, total.unit
    return DrugOfCycle(
        drug=doses[0].drug,
        first=min(dose.date for dose in doses),
        last=max(dose.date for dose in doses),
        ordered=_added([dose.ordered for dose in doses], amount),
        given=_added([dose.given for dose in doses], amount),
        to_give=_added([dose.to_give for dose in doses], amount),
        doses=sum(1 for dose in doses if dose.ordered.value),
        given_doses=sum(1 for dose in doses if dose.given.value),
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


def _drugs_in_all(
    cycles: Sequence[CountedCycle], units: Units, before_all: Mapping[str, AmountBefore]
) -> Iterator[DrugInAll]:
    """What the patient has had of each drug that any of these orders gives."""
    maximums = _lowest_maximums(cycles)
    for key in dict.fromkeys(key for cycle in cycles for key in cycle.doses):
        doses = [dose for cycle in cycles for dose in cycle.doses.get(key, ())]
        drug, unit, sums = doses[-1].drug, units[key], sums_of(doses)
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


def _intensity_in_all(cycles: Sequence[CountedCycle], key: str, unit: str) -> Intensity | None:
    """What a drug comes to in a week over the cycles that give it and that another one followed."""
    followed = [(cycle, later) for cycle, later in itertools.pairwise(cycles) if key in cycle.doses]
    days = sum((later.day_1 - cycle.day_1).days for cycle, later in followed)
    lengths = [cycle.planned_days for cycle, _ in followed]
    planned_days = None if None in lengths else sum(filter(None, lengths))
    sums = sums_of(dose for cycle, _ in followed for dose in cycle.doses[key])
    return _intensity(sums, unit, days, planned_days) if days else None


def _lowest_maximums(cycles: Sequence[CountedCycle]) -> dict[str, Quantity]:
    """The lifetime maximum of each drug; where regimens say several, the lowest of the newest's unit."""
    maximums: dict[str, Quantity] = {}
    for cycle in cycles:
        for drug, maximum in lifetime_maximums(cycle.order.regimen).items():
            before = maximums.get(drug_key(drug))
            if before is None or before.unit != maximum.unit or maximum.value < before.value:
                maximums[drug_key(drug)] = maximum
    return maximums


def _overlaps(cycles: Sequence[CountedCycle]) -> Iterator[Alert]:
    """Two orders that both give something on one day: which of them was given nobody can tell, and both count."""
    for earlier, later in itertools.pairwise(cycles):
        if days := set(earlier.dates) & set(later.dates):
            text = f"{earlier.file} and {later.file} both give drugs on {min(days)}; both are counted here"
            yield Alert(TWO_ON_ONE_DAY, "check", "", text)

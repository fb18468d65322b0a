"""One drug line -> its dose: a chain of steps of which the last is what is ordered; on its days, with its totals."""

from __future__ import annotations

import datetime
import itertools
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from cec.calculate.declared import Declared
from cec.calculate.lines import WHERE_IT_ENDS, CycleLine
from cec.calculate.measured_stages import Staged, Work
from cec.calculate.measures import Measured
from cec.calculate.rates import minutes_of, rate_steps
from cec.calculate.rounding import deviation_percent, to_nearest
from cec.calculate.settled import Settled
from cec.calculate.stages import PRESCRIBER, most_of_one, stages_of
from cec.days import numbers_of
from cec.errors import OrderRefused
from cec.order import Administration, Dose, Step
from cec.patient import Reduction, Withheld
from cec.pharmacy import Pharmacy
from cec.regimen import DrugLine
from cec.units import DURATION, Exact, Quantity, convert_exactly, exact, plain, span
from cec.when_words import narrowed_to, times_in_words

_NO_DEVIATION = Decimal(0)
A_DAY = datetime.timedelta(days=1)


class Dosed(Struct, frozen=True):
    """A dose, and the exact amount that it was before rounding."""

    dose: Dose
    unrounded: Exact


def compute_dose(
    settled: Settled,
    measured: Measured,
    pharmacy: Pharmacy,
    *,
    declared: Declared | None = None,
    source: str = "",
    number: int = 1,
) -> Dosed:
    """The dose of a settled drug line for one administration, on the days and with the changes that are declared.

    `source` is what the line cites, `number` its place in the regimen from 1.

    OrderRefused where rounding would move the dose too far, or the dose has endless digits.
    """
    line = settled.line
    declared = declared or Declared(numbers_of(line.days))
    if isinstance(declared.by, Withheld):
        return _withheld(settled, declared, source, number)
    for_whom = settled.for_whom
    if measured.shown.clearance and "clearance" in for_whom and measured.shown.clearance.own_how:
        for_whom += f": {measured.shown.clearance.own_how}"
    chain = stages_of(Work(line, settled.prescribed, settled, measured, pharmacy, declared, source, for_whom))
    last, ordered = chain[-1].exact, chain[-1].step.value
    is_rounded = chain[-1].step.what == "rounded"
    before = chain[-2].exact if is_rounded else last
    if ordered.endless:
        raise OrderRefused(
            f"{line.drug}: the dose has endless digits, {ordered}; "
            f"give a dose_rounding for {line.drug} in the pharmacy file"
        )
    if ordered.value == 0 and not (isinstance(declared.by, Reduction) and declared.by.percent == 100):
        raise OrderRefused(f"{line.drug}: the dose comes to {ordered}; look at the rounding of the pharmacy")
    moved = _NO_DEVIATION
    if is_rounded:
        moved = plain(to_nearest(deviation_percent(last.number, before.number), Decimal("0.01")))
    dose = _dose(
        settled,
        number,
        declared.days,
        tuple(step for _, step in chain),
        last,
        deviation_percent=moved,
        unreduced=_before("reduced", chain) if isinstance(declared.by, Reduction) else None,
    )
    if line.rate and ordered.value:
        over = Quantity(Decimal(minutes_of(line, ordered, measured)), "min")
        dose = replace(dose, over=over, rate_steps=rate_steps(line, ordered, measured))
    return Dosed(dose, before)


def _before(stage: str, chain: Sequence[Staged]) -> Quantity | None:
    """The value of the step before that of a stage; nothing where the dose did not pass through it."""
    pairs = itertools.pairwise(chain)
    return next((before.step.value for before, after in pairs if after.step.what == stage), None)


def _dose(
    settled: Settled,
    number: int,
    days: tuple[int, ...],
    steps: tuple[Step, ...],
    ordered: Exact,
    *,
    deviation_percent: Decimal = _NO_DEVIATION,
    unreduced: Quantity | None = None,
    withheld: str = "",
) -> Dose:
    """What a drug line comes to on these days; nothing is calculated of what is withheld."""
    values, line = {step.what: step.value for step in steps}, settled.line
    return Dose(
        line=number,
        drug=line.drug,
        purpose=line.purpose,
        route=line.route,
        prescribed=values["prescribed"],
        calculated=values.get("calculated", ordered.kept),
        ordered=ordered.kept,
        entry=settled.entry,
        maximum=most_of_one(line),
        days=days,
        per_day=line.per_day,
        steps=steps,
        over=line.over,
        over_least=line.over_least,
        until=line.until,
        confirm=line.confirm,
        timing=_timing(line),
        called=line.called,
        diluent=line.diluent,
        note=line.note,
        assumed=line.assumed,
        deviation_percent=deviation_percent,
        unreduced=unreduced,
        withheld=withheld,
    )


def _withheld(settled: Settled, declared: Declared, source: str, number: int) -> Dosed:
    """No dose of a drug line: what a person withholds is not computed, so that nothing unknown stands in its way."""
    nothing = Quantity(Decimal(0), settled.line.amount_unit)
    reason = declared.by.reason if declared.by else ""
    steps = (
        Step("prescribed", settled.prescribed, f"{settled.prescribed}, as the regimen says", source),
        Step("set", nothing, f"withheld{declared.scope}: {reason}", PRESCRIBER),
    )
    dose = _dose(settled, number, declared.days, steps, exact(nothing), withheld=reason)
    return Dosed(dose, exact(nothing))


def _timing(line: DrugLine) -> str:
    """When in the day, in words, where the regimen says."""
    per_day = f"{line.per_day} times a day" if line.every and not line.is_on_end and not line.anchors else ""
    times = ", ".join(filter(None, (*times_in_words(line), per_day)))
    return "; ".join(filter(None, (line.called, times, *narrowed_to(line))))


def with_days(dose: Dose, line: CycleLine, days: tuple[int, ...]) -> Dose:
    """A dose on these days of its line, with the totals of a day and of the cycle, or why there are none."""
    counts = line.counts_on(days)
    count = line.count_on(days, counts)
    return replace(
        dose,
        days=days,
        per_day=line.per_day,
        counts=() if set(counts) == {line.per_day} else counts,
        daily_total=_of_a_day(dose, line.per_day),
        cycle_total=None if count is None else _times(dose.ordered, count),
        no_total=_no_total(line) if count is None else "",
    )


def with_days_given(
    doses: Sequence[Dose], rows: Sequence[Administration], lines: Mapping[int, CycleLine]
) -> list[Dose]:
    """The doses, those whose start hangs on another drug on the days on which they really come."""
    days: dict[int, Counter[int]] = {}
    for row in rows:
        days.setdefault(row.dose_index, Counter())[row.protocol_day] += 1
    return [
        _on_days(dose, days[index]) if lines[dose.line].of.is_carried and index in days else dose
        for index, dose in enumerate(doses)
    ]


def _on_days(dose: Dose, given: Mapping[int, int]) -> Dose:
    """A dose that is given so many times on each of these days."""
    days = tuple(sorted(given))
    counts = tuple(given[day] for day in days)
    return replace(
        dose,
        days=days,
        hangs_on_days=() if days == dose.line_days else dose.line_days,
        per_day=max(counts),
        counts=() if len(set(counts)) == 1 else counts,
        daily_total=_of_a_day(dose, max(counts)),
        cycle_total=_times(dose.ordered, sum(counts)),
        no_total="",
    )


def restricted(dose: Dose, days: Collection[int]) -> Dose:
    """A dose on those of its days that are among these; its totals are not told."""
    counts = {day: dose.count_on(day) for day in dose.days if day in days}
    return replace(dose, days=tuple(counts), counts=tuple(counts.values()), daily_total=None, cycle_total=None)


def joined(parts: Sequence[Dose]) -> Dose:
    """One dose of several restricted ones that differ in nothing but their days, with its totals."""
    counts = dict(sorted((day, part.count_on(day)) for part in parts for day in part.days))
    most = parts[0].per_day if len({part.per_day for part in parts}) == 1 else max(counts.values())
    return replace(
        parts[0],
        days=tuple(counts),
        counts=() if set(counts.values()) == {most} else tuple(counts.values()),
        per_day=most,
        daily_total=_of_a_day(parts[0], most),
        cycle_total=_times(parts[0].ordered, sum(counts.values())),
    )


def _no_total(line: CycleLine) -> str:
    return (
        "which days of the week it is given on depends on the date of day 1"
        if line.hangs_on_weekday
        else f"its days go on without an end; {WHERE_IT_ENDS}"
    )


def _of_a_day(dose: Dose, count: int) -> Quantity:
    """All administrations of a day together or, of an infusion over more than a day, what it gives in 24 h."""
    if dose.over is None or span(dose.over) <= A_DAY:
        return _times(dose.ordered, count)
    day = exact(dose.ordered).times(Decimal(count)).times(Decimal(24))
    return day.divided_by(convert_exactly(dose.over, "h", DURATION), dose.ordered.unit).kept


def _times(amount: Quantity, count: int) -> Quantity:
    return exact(amount).times(Decimal(count)).kept if count != 1 else amount

"""One drug line -> its dose, as a chain of steps. The ordered amount is the value of the last step."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from cec.calculate.declared import Declared, declared_for
from cec.calculate.lines import CycleLine, cycle_of, lines_of_cycle
from cec.calculate.measured_stages import Staged, Work
from cec.calculate.measures import Measured, measured_again
from cec.calculate.rates import minutes_of, rate_steps
from cec.calculate.rounding import deviation_percent, to_nearest
from cec.calculate.settled import Settled, as_given
from cec.calculate.stages import PRESCRIBER, most_of_one, stages_of
from cec.days import numbers_of
from cec.errors import OrderRefused
from cec.order import Dose, Order, Step
from cec.patient import Reduction, Withheld
from cec.pharmacy import Pharmacy
from cec.regimen import DrugLine
from cec.units import Exact, Quantity, exact, plain
from cec.when_words import narrowed_to, times_in_words

_NO_DEVIATION = Decimal(0)


class Dosed(NamedTuple):
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


def dosed_again(order: Order) -> tuple[Dosed, ...]:
    """The doses of an order with the exact amounts before rounding, which an order does not keep."""
    lines = lines_of_cycle(order.regimen, cycle_of(order))
    dosed = []
    for dose in order.doses:
        settled = as_given(order.line_of(dose), dose)
        measured = measured_again(order, dose.days[0])
        declared = declared_again(dose, order, lines)
        dosed.append(Dosed(dose, compute_dose(settled, measured, order.pharmacy, declared=declared).unrounded))
    return tuple(dosed)


def declared_again(dose: Dose, order: Order, lines: Mapping[int, CycleLine]) -> Declared | None:
    """What was declared of the drug line of a dose on its days; `lines` are those of the order's cycle."""
    found = declared_for(dose.line, order.patient, lines)
    return next((each for each in found if not set(dose.line_days).isdisjoint(each.days)), None)


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

"""One drug line -> its dose, as a chain of steps. The ordered amount is the value of the last step."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from cec.calculate.formulas import calvert
from cec.calculate.rounding import deviation_percent, round_dose, to_nearest
from cec.conditions import judge, unknown_facts
from cec.errors import OrderRefused
from cec.facts import NO_FACTS, Facts
from cec.order import STAGES, Dose, Measures, Step
from cec.patient import Reduction
from cec.pharmacy import Pharmacy
from cec.regimen import DrugLine, entry_of
from cec.units import EXACT, Measure, Quantity, dose_unit, multiply, plain, write_number

MOST_DIGITS = 30
"""A dose of more significant digits than this is endless (an unrounded BSA, a third): it cannot be written down."""


class _Work(NamedTuple):
    """What the stages of one line see."""

    line: DrugLine
    prescribed: Quantity
    measures: Measures
    pharmacy: Pharmacy
    reduction: Reduction | None
    source: str


def compute_dose(
    line: DrugLine,
    measures: Measures,
    pharmacy: Pharmacy,
    facts: Facts = NO_FACTS,
    *,
    reduction: Reduction | None = None,
    source: str = "",
    number: int = 1,
) -> Dose:
    """The dose of one drug line for one administration; `source` is the regimen's citation, `number` the line's.

    OrderRefused where the patient has no dose in the line, a fact that it depends on is unknown, rounding would move
    the dose too far, or the dose has endless digits.
    """
    work = _Work(line, _prescribed_for(line, facts), measures, pharmacy, reduction, line.source or source)
    steps: list[Step] = []
    for stage in STAGES:
        step = _STAGE[stage](work, steps)
        if step:
            steps.append(step)
    values = {step.what: step.value for step in steps}
    ordered = steps[-1].value
    moved = deviation_percent(ordered.value, steps[-2].value.value) if "rounded" in values else Decimal(0)
    if len(ordered.value.as_tuple().digits) > MOST_DIGITS:
        raise OrderRefused(
            f"{line.drug}: the dose has endless digits, {write_number(ordered.value)[:12]}… {ordered.unit}; "
            f"give a dose_rounding for {line.drug} in the pharmacy file"
        )
    if ordered.value == 0 and not (reduction and reduction.percent == 100):
        raise OrderRefused(f"{line.drug}: the dose comes to {ordered}; look at the rounding of the pharmacy")
    daily_total = _times(ordered, line.per_day)
    return Dose(
        line=number,
        drug=line.drug,
        purpose=line.purpose,
        route=line.route,
        prescribed=work.prescribed,
        calculated=values["calculated"],
        unreduced=values.get("capped", values["calculated"]) if "reduced" in values else None,
        ordered=ordered,
        maximum=line.maximum,
        deviation_percent=plain(to_nearest(moved, Decimal("0.01"))),
        days=line.days,
        per_day=line.per_day,
        daily_total=daily_total,
        cycle_total=_times(daily_total, len(line.days)),
        steps=tuple(steps),
        over=line.over,
        timing=_timing(line),
        diluent=line.diluent,
        note=line.note,
        assumed=line.assumed,
    )


def _prescribed_for(line: DrugLine, facts: Facts) -> Quantity:
    """The prescribed dose of a line: the line's, or that of the first band whose conditions hold."""
    if isinstance(line.dose, Quantity):
        return line.dose
    for band in line.dose:
        holds = judge(band.when, facts)
        if holds:
            return band.dose
        if holds is None:
            unknown = ", ".join(fact.name for fact in unknown_facts(band.when, facts))
            raise OrderRefused(f"{line.drug}: the dose depends on {unknown}, which is not given")
    raise OrderRefused(f"{line.drug}: the regimen has no dose for this patient: no band fits")


def _prescribed(work: _Work, _steps: list[Step]) -> Step:
    divided = f" a day, in {work.line.divided_into} parts" if work.line.divided_into > 1 else ""
    return Step("prescribed", work.prescribed, f"{work.prescribed}{divided}, as the regimen says", work.source)


def _measured(work: _Work, _steps: list[Step]) -> Step | None:
    return _MEASURE[dose_unit(work.prescribed.unit).measure](work)


def _area(work: _Work) -> Step:
    bsa = work.measures.bsa
    return Step("measured", Quantity(bsa.value, "m2"), f"body surface area: {bsa.how}", bsa.source)


def _weight(work: _Work) -> Step:
    return Step("measured", work.measures.weight, "actual body weight")


def _clearance(work: _Work) -> Step:
    clearance = work.measures.clearance
    if clearance is None or clearance.value.unit != "mL/min":
        raise OrderRefused(
            f"{work.line.drug}: a dose by AUC needs the creatinine clearance in mL/min; give it as measured, "
            "or, for adults, creatinine with age and sex"
        )
    return Step("measured", clearance.value, f"creatinine clearance: {clearance.how}", clearance.source)


def _nothing(_work: _Work) -> None:
    return None


_MEASURE: dict[Measure, Callable[[_Work], Step | None]] = {
    "bsa": _area,
    "weight": _weight,
    "creatinine_clearance": _clearance,
    "nothing": _nothing,
}
"""The step of what multiplies a dose."""


def _calculated(work: _Work, steps: list[Step]) -> Step:
    prescribed, parts = work.prescribed, work.line.divided_into
    measure, source = dose_unit(prescribed.unit).measure, ""
    if measure == "creatinine_clearance":
        formula = calvert(prescribed, steps[-1].value)
        amount, how, source = formula.value, formula.how, formula.source
    elif measure != "nothing":
        amount = multiply(prescribed, steps[-1].value)
        how = f"{prescribed} × {steps[-1].value} = {amount}"
    else:
        amount, how = prescribed, "flat dose"
    if parts > 1:
        amount = Quantity(EXACT.divide(amount.value, Decimal(parts)), amount.unit)
        how += f"; divided into {parts} doses: {_readable(amount)} each"
    return Step("calculated", amount, how, source)


def _capped(work: _Work, steps: list[Step]) -> Step | None:
    maximum, dose = work.line.maximum, steps[-1].value
    if maximum is None:
        return None
    if dose.value <= maximum.value:
        return Step("capped", dose, f"within the maximum of {maximum}", work.source)
    return Step("capped", maximum, f"{_readable(dose)} is above the maximum of {maximum}", work.source)


def _reduced(work: _Work, steps: list[Step]) -> Step | None:
    if work.reduction is None:
        return None
    dose, percent = steps[-1].value, work.reduction.percent
    rest = EXACT.subtract(Decimal(100), percent)
    reduced = Quantity(EXACT.divide(EXACT.multiply(dose.value, rest), Decimal(100)), dose.unit)
    how = f"by {write_number(percent)}% to {write_number(rest)}% of {_readable(dose)}: {work.reduction.reason}"
    return Step("reduced", reduced, how, "declared by the prescriber")


def _rounded(work: _Work, steps: list[Step]) -> Step | None:
    rule, dose = entry_of(work.line.drug, work.pharmacy.dose_rounding), steps[-1].value
    if rule is None or dose.value == 0:
        return None
    rounded, how = round_dose(dose, rule, work.line.drug)
    moved = deviation_percent(rounded.value, dose.value)
    shown = f"{write_number(to_nearest(moved, Decimal('0.01')))}%"
    if work.line.maximum and rounded.value > work.line.maximum.value:
        raise OrderRefused(
            f"{work.line.drug}: rounding {_readable(dose)} {how} gives {rounded}, "
            f"above the maximum of {work.line.maximum}; use another rounding for it"
        )
    limit = work.pharmacy.largest_deviation
    if abs(moved) > limit:
        raise OrderRefused(
            f"{work.line.drug}: rounding {_readable(dose)} {how} gives {rounded}, which moves the dose by {shown}; "
            f"the pharmacy allows {write_number(limit)}% at most"
        )
    return Step("rounded", rounded, f"{_readable(dose)} {how}: {rounded} ({shown})", "pharmacy policy")


_STAGE = {
    "prescribed": _prescribed,
    "measured": _measured,
    "calculated": _calculated,
    "capped": _capped,
    "reduced": _reduced,
    "rounded": _rounded,
}


def _readable(quantity: Quantity) -> str:
    """A quantity for the text of a step: cut where its digits are endless."""
    from cec.units import shorten

    return f"{shorten(quantity.value, 12)} {quantity.unit}"


def _times(quantity: Quantity, count: int) -> Quantity:
    return Quantity(EXACT.multiply(quantity.value, Decimal(count)), quantity.unit)


def _timing(line: DrugLine) -> str:
    """When in the day, in words, where the regimen says."""
    parts = [", ".join(line.at)]
    if line.every:
        parts.append(f"every {line.every}, {line.per_day} times a day")
    if line.after:
        parts.append(f"{line.gap} after {line.after}" if line.gap else f"after {line.after}")
    return "; ".join(filter(None, parts))

"""One drug line -> its dose, as a chain of steps. The ordered amount is the value of the last step.

Each stage starts from the exact number of the one before: a step shows what is kept of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import NamedTuple

import msgspec

from cec.calculate.declared import Declared, declared_for
from cec.calculate.formulas import calvert
from cec.calculate.lines import lines_of_cycle
from cec.calculate.measures import Measured, measured_again
from cec.calculate.rounding import deviation_percent, finer_rounding, round_dose, to_nearest
from cec.conditions import judge, unknown_facts
from cec.errors import OrderRefused
from cec.facts import NO_FACTS, Facts
from cec.order import STAGES, Dose, Order, Stage, Step
from cec.patient import Reduction, SetDose, Withheld
from cec.pharmacy import DoseRounding, Pharmacy
from cec.regimen import DrugLine, entry_of
from cec.units import EXACT, Exact, Measure, Quantity, dose_unit, exact, multiply, plain, write_number

PRESCRIBER = "declared by the prescriber"
"""The source of every step that a person declares."""


_NO_DEVIATION = Decimal(0)


class Dosed(NamedTuple):
    """A dose, and the exact amount that it was before rounding."""

    dose: Dose
    unrounded: Exact


class _Work(NamedTuple):
    """What the stages of one line see."""

    line: DrugLine
    prescribed: Quantity
    measured: Measured
    pharmacy: Pharmacy
    declared: Declared
    source: str


class _Staged(NamedTuple):
    """One stage of a dose: what came out exactly, and the step that shows it."""

    exact: Exact
    step: Step


def _staged(what: Stage, value: Exact, how: str, source: str = "") -> _Staged:
    return _Staged(value, Step(what, value.kept, how, source))


def compute_dose(
    line: DrugLine,
    measured: Measured,
    pharmacy: Pharmacy,
    facts: Facts = NO_FACTS,
    *,
    declared: Declared | None = None,
    source: str = "",
    number: int = 1,
) -> Dosed:
    """The dose of one drug line for one administration, on the days and with the changes that are declared.

    `source` is what the line cites, `number` its place in the regimen from 1.

    OrderRefused where the patient has no dose in the line, a fact that it depends on is unknown, rounding would move
    the dose too far, or the dose has endless digits.
    """
    declared = declared or Declared(line.days)
    if isinstance(declared.by, Withheld):
        return _withheld(line, declared, facts, source, number)
    work = _Work(line, _prescribed_for(line, facts), measured, pharmacy, declared, source)
    chain: list[_Staged] = []
    for stage in STAGES:
        staged = _STAGE[stage](work, chain)
        if staged:
            chain.append(staged)
    values = {step.what: step.value for _, step in chain}
    last, ordered = chain[-1].exact, chain[-1].step.value
    before = chain[-2].exact if chain[-1].step.what == "rounded" else last
    if ordered.endless:
        raise OrderRefused(
            f"{line.drug}: the dose has endless digits, {ordered}; "
            f"give a dose_rounding for {line.drug} in the pharmacy file"
        )
    if ordered.value == 0 and not (isinstance(declared.by, Reduction) and declared.by.percent == 100):
        raise OrderRefused(f"{line.drug}: the dose comes to {ordered}; look at the rounding of the pharmacy")
    moved = _NO_DEVIATION
    if chain[-1].step.what == "rounded":
        moved = plain(to_nearest(deviation_percent(last.number, before.number), Decimal("0.01")))
    dose = _dose(
        line,
        number,
        declared.days,
        tuple(step for _, step in chain),
        last,
        deviation_percent=moved,
        unreduced=values.get("capped", values["calculated"]) if "reduced" in values else None,
    )
    return Dosed(dose, before)


def _dose(
    line: DrugLine,
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
    values = {step.what: step.value for step in steps}
    return Dose(
        line=number,
        drug=line.drug,
        purpose=line.purpose,
        route=line.route,
        prescribed=values["prescribed"],
        calculated=values.get("calculated", ordered.kept),
        ordered=ordered.kept,
        maximum=line.maximum,
        days=days,
        per_day=line.per_day,
        daily_total=_times(ordered, line.per_day),
        cycle_total=_times(ordered, line.per_day * len(days)),
        steps=steps,
        over=line.over,
        timing=_timing(line),
        diluent=line.diluent,
        note=line.note,
        assumed=line.assumed,
        deviation_percent=deviation_percent,
        unreduced=unreduced,
        withheld=withheld,
    )


def dosed_again(order: Order) -> tuple[Dosed, ...]:
    """The doses of an order with the exact amounts before rounding, which an order does not keep."""
    lines = lines_of_cycle(order.regimen, order.cycle)
    dosed = []
    for dose in order.doses:
        line = msgspec.structs.replace(order.line_of(dose), dose=dose.prescribed)
        measured = measured_again(order, dose.days[0])
        declared = declared_again(dose, order, lines)
        dosed.append(Dosed(dose, compute_dose(line, measured, order.pharmacy, declared=declared).unrounded))
    return tuple(dosed)


def declared_again(dose: Dose, order: Order, lines: Mapping[int, DrugLine]) -> Declared | None:
    """What was declared of the drug line of a dose on its days; `lines` are those of the order's cycle."""
    found = declared_for(dose.line, order.line_of(dose), order.patient, lines)
    return next((each for each in found if not set(dose.days).isdisjoint(each.days)), None)


def _withheld(line: DrugLine, declared: Declared, facts: Facts, source: str, number: int) -> Dosed:
    """No dose of a drug line: what a person withholds is not computed, so that nothing unknown stands in its way."""
    bands = line.dose if isinstance(line.dose, tuple) else ()
    prescribed = next((band.dose for band in bands if judge(band.when, facts)), line.doses[0])
    nothing = Quantity(Decimal(0), line.amount_unit)
    reason = declared.by.reason if declared.by else ""
    steps = (
        Step("prescribed", prescribed, f"{prescribed}, as the regimen says", source),
        Step("set", nothing, f"withheld{declared.scope}: {reason}", PRESCRIBER),
    )
    dose = _dose(line, number, declared.days, steps, exact(nothing), withheld=reason)
    return Dosed(dose, exact(nothing))


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


def _prescribed(work: _Work, _chain: list[_Staged]) -> _Staged:
    divided = f" a day, in {work.line.divided_into} parts" if work.line.divided_into > 1 else ""
    how = f"{work.prescribed}{divided}, as the regimen says"
    return _staged("prescribed", exact(work.prescribed), how, work.source)


def _measured(work: _Work, _chain: list[_Staged]) -> _Staged | None:
    return _MEASURE[dose_unit(work.prescribed.unit).measure](work)


def _area(work: _Work) -> _Staged:
    bsa = work.measured.shown.bsa
    return _staged("measured", work.measured.bsa, f"body surface area: {bsa.how}", bsa.source)


def _weight(work: _Work) -> _Staged:
    return _staged("measured", exact(work.measured.shown.weight), "actual body weight")


def _clearance(work: _Work) -> _Staged:
    clearance, value = work.measured.shown.clearance, work.measured.clearance
    if clearance is None or value is None or value.unit != "mL/min":
        raise OrderRefused(
            f"{work.line.drug}: a dose by AUC needs the creatinine clearance in mL/min; give it as measured, "
            "or, for adults, creatinine with age and sex"
        )
    return _staged("measured", value, f"creatinine clearance: {clearance.how}", clearance.source)


def _nothing(_work: _Work) -> None:
    return None


_MEASURE: dict[Measure, Callable[[_Work], _Staged | None]] = {
    "bsa": _area,
    "weight": _weight,
    "creatinine_clearance": _clearance,
    "nothing": _nothing,
}
"""The step of what multiplies a dose."""


def _calculated(work: _Work, chain: list[_Staged]) -> _Staged:
    prescribed, parts = work.prescribed, work.line.divided_into
    measure, source = dose_unit(prescribed.unit).measure, ""
    if measure == "creatinine_clearance":
        formula = calvert(prescribed, chain[-1].exact)
        amount, how, source = formula.value, formula.how, formula.source
    elif measure != "nothing":
        amount = multiply(prescribed, chain[-1].exact)
        how = f"{prescribed} × {chain[-1].step.value} = {amount}"
    else:
        amount, how = exact(prescribed), "flat dose"
    if parts > 1:
        amount = amount.divided_by(Decimal(parts))
        how += f"; divided into {parts} doses: {amount} each"
    return _staged("calculated", amount, how, source)


def _capped(work: _Work, chain: list[_Staged]) -> _Staged | None:
    maximum, dose = work.line.maximum, chain[-1].exact
    if maximum is None:
        return None
    if dose.number <= maximum.value:
        return _staged("capped", dose, f"within the maximum of {maximum}", work.source)
    return _staged("capped", exact(maximum), f"{dose} is above the maximum of {maximum}", work.source)


def _reduced(work: _Work, chain: list[_Staged]) -> _Staged | None:
    reduction = work.declared.by
    if not isinstance(reduction, Reduction):
        return None
    dose, rest = chain[-1].exact, Quantity(EXACT.subtract(Decimal(100), reduction.percent), "%")
    reduced = dose.times(rest.value).divided_by(Decimal(100))
    how = f"by {write_number(reduction.percent)}%, to {rest} of {dose}{work.declared.scope}: {reduction.reason}"
    return _staged("reduced", reduced, how, PRESCRIBER)


def _rounded(work: _Work, chain: list[_Staged]) -> _Staged | None:
    rule, dose = entry_of(work.line.drug, work.pharmacy.dose_rounding), chain[-1].exact
    if rule is None or dose.number == 0 or isinstance(work.declared.by, SetDose):
        return None
    rounded, how = round_dose(dose, rule, work.line.drug)
    moved = deviation_percent(Fraction(rounded.value), dose.number)
    shown = f"{write_number(to_nearest(moved, Decimal('0.01')))}%"
    if work.line.maximum and rounded.value > work.line.maximum.value:
        raise OrderRefused(
            f"{work.line.drug}: rounding {dose} {how} gives {rounded}, "
            f"above the maximum of {work.line.maximum}; use another rounding for it"
        )
    limit = work.pharmacy.deviation_allowed(work.line.drug)
    if abs(moved) > limit:
        raise OrderRefused(
            f"{work.line.drug}: rounding {dose} {how} gives {rounded}, which moves the dose by {shown}; "
            f"the pharmacy allows {write_number(limit)}% at most; {_what_would_do(work, dose, rule, abs(moved))}"
        )
    return _staged("rounded", exact(rounded), f"{dose} {how}: {rounded} ({shown})", "pharmacy policy")


def _what_would_do(work: _Work, dose: Exact, rule: DoseRounding, moved: Fraction) -> str:
    """The rounding that would do, of what can be measured with the drug's products, and the ways around this one."""
    from cec.calculate.preparation.stock import finest_measure, formulary_drug, usable_products

    drug = work.line.drug
    entry = formulary_drug(work.pharmacy, drug)
    products = usable_products(entry, work.line.route, NO_FACTS) if entry else ()
    finest = finest_measure(entry, products, dose.unit) if entry and products else None
    finer = finer_rounding(dose, rule.to, work.pharmacy.deviation_allowed(drug), finest) if rule.to else None
    percent = write_number(to_nearest(moved, Decimal(1), ROUND_CEILING))
    ways = [f"nearest {finer[0]} would do, and give {finer[1]}"] if finer else []
    ways.append(f"largest_deviation_of: {{{drug}: {percent}%}} would allow it")
    ways.append(f"--without '{drug}: reason' leaves it out")
    return "; or ".join(ways)


def _set(work: _Work, chain: list[_Staged]) -> _Staged | None:
    """The amount to which a person sets the dose: the last word, never rounded."""
    declared = work.declared.by
    if not isinstance(declared, SetDose):
        return None
    return _staged(
        "set", exact(declared.dose), f"set to {declared.dose}, not {chain[-1].exact}: {declared.reason}", PRESCRIBER
    )


_STAGE: dict[Stage, Callable[[_Work, list[_Staged]], _Staged | None]] = {
    "prescribed": _prescribed,
    "measured": _measured,
    "calculated": _calculated,
    "capped": _capped,
    "reduced": _reduced,
    "rounded": _rounded,
    "set": _set,
}


def _times(amount: Exact, count: int) -> Quantity:
    return amount.times(Decimal(count)).kept


def _timing(line: DrugLine) -> str:
    """When in the day, in words, where the regimen says."""
    parts = [", ".join(line.at)]
    if line.every:
        parts.append(f"every {line.every}, {line.per_day} times a day")
    if line.after:
        parts.append(f"{line.gap} after {line.after}" if line.gap else f"after {line.after}")
    return "; ".join(filter(None, parts))

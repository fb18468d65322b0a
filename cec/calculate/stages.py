"""The stages of a dose: each starts from the exact number of the one before, and gives the step that shows it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import NamedTuple

from cec.calculate.declared import Declared
from cec.calculate.formulas import dose_by_exposure, own_clearance
from cec.calculate.measures import Measured
from cec.calculate.rounding import deviation_percent, finer_rounding, round_dose, to_nearest
from cec.calculate.settled import Settled
from cec.errors import OrderRefused
from cec.facts import FACTS, NO_FACTS, Bounds
from cec.order import STAGES, Stage, Step
from cec.patient import Reduction, SetDose
from cec.pharmacy import DoseRounding, Pharmacy
from cec.regimen import DrugLine, entry_of
from cec.units import (
    DURATION,
    EXACT,
    Exact,
    Measure,
    Quantity,
    convert_exactly,
    dose_unit,
    exact,
    multiply,
    span,
    write_number,
)

PRESCRIBER = "declared by the prescriber"
"""The source of every step that a person declares."""


class Work(NamedTuple):
    """What the stages of one line see."""

    settled: Settled
    measured: Measured
    pharmacy: Pharmacy
    declared: Declared
    source: str
    for_whom: str = ""
    """In words, for which patients the regimen prescribes just this, where not for all."""

    @property
    def line(self) -> DrugLine:
        """The drug line, with one dose and one route."""
        return self.settled.line

    @property
    def prescribed(self) -> Quantity:
        """The dose that the regimen says, or that a person chose."""
        return self.settled.prescribed


class Staged(NamedTuple):
    """One stage of a dose: what came out exactly, and the step that shows it."""

    exact: Exact
    step: Step


def _staged(what: Stage, value: Exact, how: str, source: str = "") -> Staged:
    return Staged(value, Step(what, value.kept, how, source))


def stages_of(work: Work) -> list[Staged]:
    """The stages through which a dose passes, in their order."""
    chain: list[Staged] = []
    for stage in STAGES:
        staged = _STAGE[stage](work, chain)
        if staged:
            chain.append(staged)
    return chain


def _prescribed(work: Work, _chain: Sequence[Staged]) -> Staged:
    divided = f" a day, in {work.line.divided_into} parts" if work.line.divided_into > 1 else ""
    if work.settled.step_words:
        how = f"{work.prescribed}{divided}, as the regimen says: {work.settled.step_words}{work.for_whom}"
        return _staged("prescribed", exact(work.prescribed), how, work.source)
    chosen = f"chosen from {work.settled.chosen} of the regimen" if work.settled.chosen else "as the regimen says"
    how = f"{work.prescribed}{divided}, {chosen}{work.for_whom}"
    return _staged("prescribed", exact(work.prescribed), how, work.source)


def _infused(work: Work, chain: Sequence[Staged]) -> Staged | None:
    """What a rate comes to while one bag runs."""
    unit, over = dose_unit(work.prescribed.unit), work.line.over
    if not unit.time:
        return None
    if over is None:
        raise OrderRefused(f"{work.line.drug}: a rate needs 'over': how long it runs")
    number, _, hours = unit.time.rpartition("h")
    time = Quantity(Decimal(number or 1), "h") if number or not hours else Quantity(Decimal(1), unit.time)
    bag = (
        chain[-1]
        .exact.times(convert_exactly(over, "min", DURATION))
        .divided_by(convert_exactly(time, "min", DURATION), unit.without_time)
    )
    return _staged("infused", bag, f"{work.prescribed} × {over} = {bag}", work.source)


def _measured(work: Work, _chain: Sequence[Staged]) -> Staged | None:
    return _MEASURE[dose_unit(work.prescribed.unit).measure](work)


def _area(work: Work) -> Staged:
    bsa = work.measured.shown.bsa
    return _staged("measured", work.measured.bsa, f"body surface area: {bsa.how}", bsa.source)


def _weight(work: Work) -> Staged:
    return _staged("measured", exact(work.measured.shown.weight), "actual body weight")


def _clearance(work: Work) -> Staged:
    clearance, value = work.measured.shown.clearance, work.measured.clearance
    own_is_known = value and (value.unit == "mL/min" or _is_for_children(work))
    if clearance is None or value is None or not own_is_known:
        ways = "creatinine with age" if _is_for_children(work) else "for adults, creatinine with age and sex"
        raise OrderRefused(
            f"{work.line.drug}: a dose by AUC needs the creatinine clearance in mL/min; give it as measured, or, {ways}"
        )
    _refuse_impossible(work, value, clearance.how)
    return _staged("measured", value, f"creatinine clearance: {clearance.how}", clearance.source)


def _refuse_impossible(work: Work, own: Exact, how: str) -> None:
    """OrderRefused for an estimated clearance in mL/min that nobody has."""
    possible = FACTS["creatinine_clearance"].possible or Bounds()
    if _is_estimated(work) and own.unit == "mL/min" and not possible.hold(own.compared().value):
        raise OrderRefused(
            f"{work.line.drug}: an estimated clearance of {own} is not possible ({possible} mL/min): {how}; "
            "look at the creatinine"
        )


def _is_estimated(work: Work) -> bool:
    clearance = work.measured.shown.clearance
    return clearance is not None and not clearance.is_measured


def _is_for_children(work: Work) -> bool:
    """Whether the dose is by an AUC whose formula takes the clearance of children, which is estimated per 1.73 m2."""
    return dose_unit(work.prescribed.unit).measure == "clearance and weight"


def _another_dose(work: Work) -> Staged | None:
    base = work.settled.base
    return _staged("measured", exact(base), f"ordered: {work.settled.base_words}") if base else None


def _nothing(_work: Work) -> None:
    return None


_MEASURE: dict[Measure, Callable[[Work], Staged | None]] = {
    "bsa": _area,
    "weight": _weight,
    "creatinine_clearance": _clearance,
    "clearance and weight": _clearance,
    "another dose": _another_dose,
    "nothing": _nothing,
}
"""The step of what multiplies a dose."""


def _converted(work: Work, chain: Sequence[Staged]) -> Staged | None:
    """The patient's own clearance, where the one that was measured is per 1.73 m2."""
    clearance = chain[-1].exact
    if chain[-1].step.what != "measured" or clearance.unit != "mL/min/1.73 m2":
        return None
    own = own_clearance(clearance, _within(work.measured.bsa, work.line.bsa_cap))
    _refuse_impossible(work, own.value, own.how)
    return _staged("converted", own.value, own.how)


def _limited(work: Work, chain: Sequence[Staged]) -> Staged | None:
    """The measure within the cap of the line; a clearance that is estimated, within that of the pharmacy too."""
    measure = chain[-1].exact
    cap = {"m2": work.line.bsa_cap, "kg": work.line.weight_cap, "mL/min": work.line.clearance_cap}.get(measure.unit)
    if chain[-1].step.what not in {"measured", "converted"}:
        return None
    policy = work.pharmacy.clearance_cap if measure.unit == "mL/min" and _is_estimated(work) else None
    if isinstance(policy, Quantity) and measure.number > policy.value and (cap is None or policy.value < cap.value):
        how = f"{measure}, estimated, is above the pharmacy's clearance_cap of {policy}"
        return _staged("limited", exact(policy), how, "pharmacy policy")
    if cap is None:
        return None
    if measure.number <= cap.value:
        return _staged("limited", measure, f"within the cap of {cap}", work.source)
    return _staged("limited", exact(cap), f"{measure} is above the cap of {cap}", work.source)


def _within(measure: Exact, cap: Quantity | None) -> Exact:
    return exact(cap) if cap and measure.number > cap.value else measure


def _calculated(work: Work, chain: Sequence[Staged]) -> Staged:
    parts, unit, source = work.line.divided_into, dose_unit(work.prescribed.unit), ""
    if unit.measure in {"creatinine_clearance", "clearance and weight"}:
        weight = _within(exact(work.measured.shown.weight), work.line.weight_cap).kept
        formula = dose_by_exposure(work.prescribed, chain[-1].exact, weight)
        amount, how, source = formula.value, formula.how, formula.source
    elif unit.measure == "another dose":
        amount = chain[-1].exact.times(work.prescribed.value).divided_by(Decimal(100))
        how = f"{write_number(work.prescribed.value)}% × {chain[-1].exact} = {amount}"
    else:
        dose = next(each for each in reversed(chain) if each.step.what in {"prescribed", "infused"})
        if unit.measure == "nothing":
            amount, how = dose.exact, "flat dose" if dose.step.what == "prescribed" else "flat rate"
        else:
            amount = multiply(dose.exact, chain[-1].exact)
            how = f"{dose.exact} × {chain[-1].exact} = {amount}"
    if parts > 1:
        amount = amount.divided_by(Decimal(parts))
        how += f"; divided into {parts} doses: {amount} each"
    return _staged("calculated", amount, how, source)


def _capped(work: Work, chain: Sequence[Staged]) -> Staged | None:
    maximum, dose = work.line.maximum, chain[-1].exact
    if maximum is None:
        return None
    if dose.number <= maximum.value:
        return _staged("capped", dose, f"within the maximum of {maximum}", work.source)
    return _staged("capped", exact(maximum), f"{dose} is above the maximum of {maximum}", work.source)


def _capped_by_day(work: Work, chain: Sequence[Staged]) -> Staged | None:
    maximum, count, dose = work.line.maximum_a_day, _a_day(work.line), chain[-1].exact
    if maximum is None:
        return None
    day, most = dose.times(Decimal(count)), exact(maximum).divided_by(Decimal(count))
    together = f"{count} × {dose} = {day} a day" if count > 1 else f"{dose} a day"
    if dose.number <= most.number:
        return _staged("capped by day", dose, f"{together}: within the maximum of {maximum} a day", work.source)
    evenly = f": {most} each" if count > 1 else ""
    how = f"{together} is above the maximum of {maximum} a day{evenly}"
    return _staged("capped by day", most, how, work.source)


def _a_day(line: DrugLine) -> int:
    """The most administrations of a line on one day: as many as it has starts, each so often as 24 h hold."""
    count = line.per_day
    if line.every:
        count = min(count, -(-datetime.timedelta(days=1) // span(line.every)))
    return count * max(1, len(line.anchors))


def most_of_one(line: DrugLine) -> Quantity | None:
    """The most that one administration may be: by its own maximum, and by that of the day, evenly."""
    most = [exact(line.maximum)] if line.maximum else []
    most += [exact(line.maximum_a_day).divided_by(Decimal(_a_day(line)))] if line.maximum_a_day else []
    return min(most, key=lambda amount: amount.number).kept if most else None


def _reduced(work: Work, chain: Sequence[Staged]) -> Staged | None:
    reduction = work.declared.by
    if not isinstance(reduction, Reduction):
        return None
    dose, rest = chain[-1].exact, Quantity(EXACT.subtract(Decimal(100), reduction.percent), "%")
    reduced = dose.times(rest.value).divided_by(Decimal(100))
    how = f"by {write_number(reduction.percent)}%, to {rest} of {dose}{work.declared.scope}: {reduction.reason}"
    return _staged("reduced", reduced, how, PRESCRIBER)


def _rounded(work: Work, chain: Sequence[Staged]) -> Staged | None:
    rule, dose = entry_of(work.line.drug, work.pharmacy.dose_rounding), chain[-1].exact
    if rule is None or dose.number == 0 or isinstance(work.declared.by, SetDose):
        return None
    rounded, how = round_dose(dose, rule, work.line.drug)
    moved = deviation_percent(Fraction(rounded.value), dose.number)
    shown = f"{write_number(to_nearest(moved, Decimal('0.01')))}%"
    most = most_of_one(work.line)
    if most and rounded.value > most.value:
        raise OrderRefused(
            f"{work.line.drug}: rounding {dose} {how} gives {rounded}, "
            f"above the maximum of {most}; use another rounding for it"
        )
    limit = work.pharmacy.deviation_allowed(work.line.drug)
    if abs(moved) > limit:
        raise OrderRefused(
            f"{work.line.drug}: rounding {dose} {how} gives {rounded}, which moves the dose by {shown}; "
            f"the pharmacy allows {write_number(limit)}% at most; {_what_would_do(work, dose, rule, abs(moved))}"
        )
    return _staged("rounded", exact(rounded), f"{dose} {how}: {rounded} ({shown})", "pharmacy policy")


def _what_would_do(work: Work, dose: Exact, rule: DoseRounding, moved: Fraction) -> str:
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


def _set(work: Work, chain: Sequence[Staged]) -> Staged | None:
    """The amount to which a person sets the dose: the last word, never rounded."""
    declared = work.declared.by
    if not isinstance(declared, SetDose):
        return None
    return _staged(
        "set", exact(declared.dose), f"set to {declared.dose}, not {chain[-1].exact}: {declared.reason}", PRESCRIBER
    )


_STAGE: dict[Stage, Callable[[Work, Sequence[Staged]], Staged | None]] = {
    "prescribed": _prescribed,
    "infused": _infused,
    "measured": _measured,
    "converted": _converted,
    "limited": _limited,
    "calculated": _calculated,
    "capped": _capped,
    "capped by day": _capped_by_day,
    "reduced": _reduced,
    "rounded": _rounded,
    "set": _set,
}

"""The stages of a dose: each starts from the exact number of the one before, and gives the step that shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import NamedTuple

from cec.calculate.declared import Declared
from cec.calculate.formulas import calvert
from cec.calculate.measures import Measured
from cec.calculate.rounding import deviation_percent, finer_rounding, round_dose, to_nearest
from cec.errors import OrderRefused
from cec.facts import NO_FACTS
from cec.order import STAGES, Stage, Step
from cec.patient import Reduction, SetDose
from cec.pharmacy import DoseRounding, Pharmacy
from cec.regimen import DrugLine, entry_of
from cec.units import EXACT, Exact, Measure, Quantity, dose_unit, exact, multiply, write_number

PRESCRIBER = "declared by the prescriber"
"""The source of every step that a person declares."""


class Work(NamedTuple):
    """What the stages of one line see."""

    line: DrugLine
    prescribed: Quantity
    measured: Measured
    pharmacy: Pharmacy
    declared: Declared
    source: str


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
    how = f"{work.prescribed}{divided}, as the regimen says"
    return _staged("prescribed", exact(work.prescribed), how, work.source)


def _measured(work: Work, _chain: Sequence[Staged]) -> Staged | None:
    return _MEASURE[dose_unit(work.prescribed.unit).measure](work)


def _area(work: Work) -> Staged:
    bsa = work.measured.shown.bsa
    return _staged("measured", work.measured.bsa, f"body surface area: {bsa.how}", bsa.source)


def _weight(work: Work) -> Staged:
    return _staged("measured", exact(work.measured.shown.weight), "actual body weight")


def _clearance(work: Work) -> Staged:
    clearance, value = work.measured.shown.clearance, work.measured.clearance
    if clearance is None or value is None or value.unit != "mL/min":
        raise OrderRefused(
            f"{work.line.drug}: a dose by AUC needs the creatinine clearance in mL/min; give it as measured, "
            "or, for adults, creatinine with age and sex"
        )
    return _staged("measured", value, f"creatinine clearance: {clearance.how}", clearance.source)


def _nothing(_work: Work) -> None:
    return None


_MEASURE: dict[Measure, Callable[[Work], Staged | None]] = {
    "bsa": _area,
    "weight": _weight,
    "creatinine_clearance": _clearance,
    "nothing": _nothing,
}
"""The step of what multiplies a dose."""


def _calculated(work: Work, chain: Sequence[Staged]) -> Staged:
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


def _capped(work: Work, chain: Sequence[Staged]) -> Staged | None:
    maximum, dose = work.line.maximum, chain[-1].exact
    if maximum is None:
        return None
    if dose.number <= maximum.value:
        return _staged("capped", dose, f"within the maximum of {maximum}", work.source)
    return _staged("capped", exact(maximum), f"{dose} is above the maximum of {maximum}", work.source)


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
    "measured": _measured,
    "calculated": _calculated,
    "capped": _capped,
    "reduced": _reduced,
    "rounded": _rounded,
    "set": _set,
}

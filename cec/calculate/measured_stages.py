"""The stages of a dose in which it is measured: what multiplies it, in the unit that it needs, within its caps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec import Struct

from cec.calculate.declared import Declared
from cec.calculate.kidneys import own_clearance
from cec.calculate.measures import Measured
from cec.calculate.settled import Settled
from cec.errors import OrderRefused
from cec.facts import FACTS, Bounds
from cec.order import Stage, Step
from cec.pharmacy import Pharmacy
from cec.regimen import DrugLine
from cec.units import Exact, Measure, Quantity, dose_unit, exact


class Work(Struct, frozen=True):
    """What the stages of one line see."""

    line: DrugLine
    """With one dose and one route."""
    prescribed: Quantity
    """The dose that the regimen says, or that a person chose."""
    settled: Settled
    measured: Measured
    pharmacy: Pharmacy
    declared: Declared
    source: str
    for_whom: str = ""
    """In words, for which patients the regimen prescribes just this, where not for all."""


class Staged(NamedTuple):
    """One stage of a dose: what came out exactly, and the step that shows it."""

    exact: Exact
    step: Step


def staged(what: Stage, value: Exact, how: str, source: str = "") -> Staged:
    """One stage, from its exact number."""
    return Staged(value, Step(what, value.kept, how, source))


def measured(work: Work, _chain: Sequence[Staged]) -> Staged | None:
    """What multiplies the dose: body surface area, weight, clearance, what is ordered of another drug, or nothing."""
    return _MEASURE[dose_unit(work.prescribed.unit).measure](work)


def _area(work: Work) -> Staged:
    bsa = work.measured.shown.bsa
    return staged("measured", work.measured.bsa, f"body surface area: {bsa.how}", bsa.source)


def _weight(work: Work) -> Staged:
    return staged("measured", exact(work.measured.shown.weight), "actual body weight")


def _clearance(work: Work) -> Staged:
    clearance, value = work.measured.shown.clearance, work.measured.clearance
    own_is_known = value and (value.unit == "mL/min" or _is_for_children(work))
    if clearance is None or value is None or not own_is_known:
        ways = "creatinine with age" if _is_for_children(work) else "for adults, creatinine with age and sex"
        raise OrderRefused(
            f"{work.line.drug}: a dose by AUC needs the creatinine clearance in mL/min; give it as measured, or, {ways}"
        )
    _refuse_impossible(work, value, clearance.how)
    return staged("measured", value, f"creatinine clearance: {clearance.how}", clearance.source)


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
    return staged("measured", exact(base), f"ordered: {work.settled.base_words}") if base else None


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


def converted(work: Work, chain: Sequence[Staged]) -> Staged | None:
    """The patient's own clearance, where the one that was measured is per 1.73 m2."""
    clearance = chain[-1].exact
    if chain[-1].step.what != "measured" or clearance.unit != "mL/min/1.73 m2":
        return None
    own = own_clearance(clearance, within(work.measured.bsa, work.line.bsa_cap))
    _refuse_impossible(work, own.value, own.how)
    return staged("converted", own.value, own.how)


def limited(work: Work, chain: Sequence[Staged]) -> Staged | None:
    """The measure within the cap of the line; a clearance that is estimated, within that of the pharmacy too."""
    if chain[-1].step.what not in {"measured", "converted"}:
        return None
    measure = chain[-1].exact
    cap = {"m2": work.line.bsa_cap, "kg": work.line.weight_cap, "mL/min": work.line.clearance_cap}.get(measure.unit)
    policy = work.pharmacy.clearance_cap if measure.unit == "mL/min" and _is_estimated(work) else None
    if isinstance(policy, Quantity) and measure.number > policy.value and (cap is None or policy.value < cap.value):
        how = f"{measure}, estimated, is above the pharmacy's clearance_cap of {policy}"
        return staged("limited", exact(policy), how, "pharmacy policy")
    if cap is None:
        return None
    if measure.number <= cap.value:
        return staged("limited", measure, f"within the cap of {cap}", work.source)
    return staged("limited", exact(cap), f"{measure} is above the cap of {cap}", work.source)


def within(measure: Exact, cap: Quantity | None) -> Exact:
    """A measure, or the cap where it is above that."""
    return exact(cap) if cap and measure.number > cap.value else measure

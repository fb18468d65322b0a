"""Mistakes in what all doses of an order are computed from: weight, height, BSA, creatinine clearance.

Each gives the measures that it leads to. A measure that was written down may have been cut to the digits that people
write, and the BSA rounded otherwise than this pharmacy does.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from decimal import Decimal

from msgspec.structs import replace

from cec.calculate.formulas import BSA_FORMULAS, body_surface_area
from cec.calculate.kidneys import MEASURED, KidneyFunction, creatinine_clearance
from cec.calculate.measures import Measured, measured_as
from cec.calculate.rounding import to_nearest
from cec.errors import CecError
from cec.order import Order
from cec.units import LENGTH, WEIGHT, Exact, Quantity, convert, exact, shorten, write_number
from cec.verification.case import OtherMeasures
from cec.verification.screening import MeasureSpans, between, rounded_area, spans_of

LARGEST_CAPPED_BSA = Quantity(Decimal(2), "m2")
LARGEST_CAPPED_CLEARANCE = Quantity(Decimal(125), "mL/min")

_AREA_STEP = Quantity(Decimal("0.01"), "m2")
_TYPED_STEPS = (Decimal("0.1"), Decimal(1))


def pounds_as_kg(order: Order, measured: Measured) -> Iterator[OtherMeasures]:
    """The number of pounds in the place of kg."""
    for pounds in _typed(convert(measured.shown.weight, "lb", WEIGHT).value):
        words = f"{shorten(pounds, 2)} lb taken as kg"
        yield from remeasured(order, measured, words, "lb", weight=Quantity(pounds, "kg"))


def kg_as_pounds(order: Order, measured: Measured) -> Iterator[OtherMeasures]:
    """The number of kg in the place of pounds."""
    number = measured.shown.weight.value
    for kg in _typed(convert(Quantity(number, "lb"), "kg", WEIGHT).value):
        words = f"{write_number(number)} kg taken as lb ({shorten(kg, 2)} kg)"
        yield from remeasured(order, measured, words, "kg", weight=Quantity(kg, "kg"))


def inches_as_cm(order: Order, measured: Measured) -> Iterator[OtherMeasures]:
    """The number of inches in the place of cm."""
    for inches in _typed(convert(measured.shown.height, "in", LENGTH).value):
        words = f"{shorten(inches, 2)} in taken as cm"
        yield from remeasured(order, measured, words, "in", height=Quantity(inches, "cm"))


def previous_weight(order: Order, measured: Measured) -> Iterator[OtherMeasures]:
    """The weight of the last calculation."""
    weight = order.patient.previous_weight
    if weight:
        yield from remeasured(order, measured, f"the last weight was {weight}", weight=weight)


def other_formula(order: Order, measured: Measured) -> Iterator[OtherMeasures]:
    """BSA by a formula that the pharmacy does not use."""
    for name, formula in BSA_FORMULAS.items():
        if name != measured.shown.bsa.formula:
            yield from remeasured(order, measured, f"BSA by {formula.title}", formula=name)


def capped_bsa(_order: Order, measured: Measured) -> Iterator[OtherMeasures]:
    """BSA cut off at 2 m2."""
    if measured.bsa.number > LARGEST_CAPPED_BSA.value:
        words = f"BSA cut off at {LARGEST_CAPPED_BSA}"
        yield already_measured(words, replace(measured, bsa=exact(LARGEST_CAPPED_BSA)))


def capped_clearance(_order: Order, measured: Measured) -> Iterator[OtherMeasures]:
    """Creatinine clearance cut off at 125 mL/min."""
    clearance, largest = measured.clearance, LARGEST_CAPPED_CLEARANCE
    if clearance and clearance.unit == largest.unit and clearance.number > largest.value:
        words = f"clearance cut off at {largest}"
        kidneys = measured.kidneys and measured.kidneys._replace(value=exact(largest))
        yield already_measured(words, replace(measured, kidneys=kidneys))


def uncapped_clearance(order: Order, measured: Measured) -> Iterator[OtherMeasures]:
    """An estimated clearance that the pharmacy caps, taken whole."""
    cap, kidneys = order.pharmacy.clearance_cap, measured.kidneys
    if isinstance(cap, Quantity) and kidneys and not kidneys.shown.is_measured:
        words = f"clearance not cut off at {cap}"
        clearance = replace(kidneys.shown, method=MEASURED)
        shown = replace(measured.shown, clearance=clearance)
        yield already_measured(words, replace(measured, shown=shown, kidneys=kidneys._replace(shown=clearance)))


MEASURE_MISTAKES: dict[str, Callable[[Order, Measured], Iterator[OtherMeasures]]] = {
    "weight in pounds taken as kg": pounds_as_kg,
    "weight in kg taken as pounds": kg_as_pounds,
    "height in inches taken as cm": inches_as_cm,
    "an earlier weight": previous_weight,
    "another BSA formula": other_formula,
    "BSA capped at 2": capped_bsa,
    "clearance capped at 125": capped_clearance,
    "clearance not capped": uncapped_clearance,
}
"""Each mistake that changes every dose that hangs on the measure, by its name."""


def _typed(value: Decimal) -> list[Decimal]:
    """A number as people type it: to one decimal, whole, and with every digit."""
    return list(dict.fromkeys((*(to_nearest(value, step) for step in _TYPED_STEPS), value)))


def remeasured(
    order: Order,
    measured: Measured,
    words: str,
    kind: str = "",
    *,
    height: Quantity | None = None,
    weight: Quantity | None = None,
    formula: str = "",
) -> Iterator[OtherMeasures]:
    """Other measures, with the BSA rounded as the pharmacy does, not rounded, and to 0.01 m2.

    None where the formula is not for this patient.
    """
    shown = measured.shown
    cm, kg = height or shown.height, weight or shown.weight
    chosen = BSA_FORMULAS[formula or shown.bsa.formula]
    try:
        equation = chosen.equation_for(kg.value, order.patient.sex)
    except CecError:
        return
    steps = tuple(dict.fromkeys((order.pharmacy.bsa_rounding, None, _AREA_STEP)))

    def compute() -> dict[Hashable, Measured]:
        area = body_surface_area(chosen.name, cm, kg, order.patient.sex)
        kidneys = _kidneys(order, measured, cm, kg)
        rounded = (Exact(Quantity(to_nearest(area.number, step.value), "m2")) if step else area for step in steps)
        others = (measured_as(cm, kg, used, chosen.name, kidneys=kidneys, from_day=shown.from_day) for used in rounded)
        return {(words, step): replace(other, unrounded_bsa=area) for step, other in zip(steps, others, strict=True)}

    coarsest = max(step.value for step in steps if step)
    bsa = rounded_area(equation, cm.value, kg.value, coarsest)
    yield OtherMeasures(words, kind or words, MeasureSpans(bsa, between(kg.value, kg.value)), compute)


def already_measured(words: str, measured: Measured) -> OtherMeasures:
    """Other measures that are computed already."""
    return OtherMeasures(words, words, spans_of(measured), lambda: {"": measured})


def _kidneys(order: Order, measured: Measured, height: Quantity, weight: Quantity) -> KidneyFunction | None:
    """The creatinine clearance of somebody of this size; where nobody can have it, the one of the order."""
    if order.patient.creatinine is None and order.patient.creatinine_clearance is None:
        return None
    try:
        patient = replace(order.patient, height=height, weight=weight)
        return creatinine_clearance(patient, order.age, None)
    except CecError:
        return measured.kidneys

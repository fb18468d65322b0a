"""Mistakes in what all doses of an order are computed from: weight, height, BSA, creatinine clearance.

Each gives the measures that it leads to. A measure that was written down may have been cut to the digits that people
write, and the BSA rounded otherwise than this pharmacy does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import msgspec

from cec.calculate.formulas import BSA_FORMULAS, body_surface_area
from cec.calculate.measures import creatinine_clearance
from cec.calculate.rounding import to_nearest
from cec.errors import CecError
from cec.order import CreatinineClearance, Measures, Order
from cec.units import LENGTH, WEIGHT, Quantity, convert, shorten, write_number
from cec.verification.case import OtherMeasures

LARGEST_CAPPED_BSA = Quantity(Decimal(2), "m2")
LARGEST_CAPPED_CLEARANCE = Quantity(Decimal(125), "mL/min")

_AREA_STEP = Quantity(Decimal("0.01"), "m2")
_TYPED_STEPS = (Decimal("0.1"), Decimal(1))


def pounds_as_kg(order: Order, measures: Measures) -> Iterator[OtherMeasures]:
    """The number of pounds in the place of kg."""
    for pounds in _typed(convert(measures.weight, "lb", WEIGHT).value):
        words = f"{shorten(pounds, 2)} lb taken as kg"
        yield from remeasured(order, measures, words, "lb", weight=Quantity(pounds, "kg"))


def kg_as_pounds(order: Order, measures: Measures) -> Iterator[OtherMeasures]:
    """The number of kg in the place of pounds."""
    number = measures.weight.value
    for kg in _typed(convert(Quantity(number, "lb"), "kg", WEIGHT).value):
        words = f"{write_number(number)} kg taken as lb ({shorten(kg, 2)} kg)"
        yield from remeasured(order, measures, words, "kg", weight=Quantity(kg, "kg"))


def inches_as_cm(order: Order, measures: Measures) -> Iterator[OtherMeasures]:
    """The number of inches in the place of cm."""
    for inches in _typed(convert(measures.height, "in", LENGTH).value):
        words = f"{shorten(inches, 2)} in taken as cm"
        yield from remeasured(order, measures, words, "in", height=Quantity(inches, "cm"))


def previous_weight(order: Order, measures: Measures) -> Iterator[OtherMeasures]:
    """The weight of the last calculation."""
    weight = order.patient.previous_weight
    if weight:
        yield from remeasured(order, measures, f"the last weight was {weight}", weight=weight)


def other_formula(order: Order, measures: Measures) -> Iterator[OtherMeasures]:
    """BSA by a formula that the pharmacy does not use."""
    for name, formula in BSA_FORMULAS.items():
        if name != measures.bsa.formula:
            yield from remeasured(order, measures, f"BSA by {formula.title}", formula=name)


def capped_bsa(_order: Order, measures: Measures) -> Iterator[OtherMeasures]:
    """BSA cut off at 2 m2."""
    if measures.bsa.value > LARGEST_CAPPED_BSA.value:
        bsa = msgspec.structs.replace(measures.bsa, value=LARGEST_CAPPED_BSA.value)
        words = f"BSA cut off at {LARGEST_CAPPED_BSA}"
        yield OtherMeasures(words, words, "", msgspec.structs.replace(measures, bsa=bsa))


def capped_clearance(_order: Order, measures: Measures) -> Iterator[OtherMeasures]:
    """Creatinine clearance cut off at 125 mL/min."""
    clearance, largest = measures.clearance, LARGEST_CAPPED_CLEARANCE
    if clearance and clearance.value.unit == largest.unit and clearance.value.value > largest.value:
        words = f"clearance cut off at {largest}"
        capped = CreatinineClearance(largest, clearance.method, words)
        yield OtherMeasures(words, words, "", msgspec.structs.replace(measures, clearance=capped))


MEASURE_MISTAKES: dict[str, Callable[[Order, Measures], Iterator[OtherMeasures]]] = {
    "weight in pounds taken as kg": pounds_as_kg,
    "weight in kg taken as pounds": kg_as_pounds,
    "height in inches taken as cm": inches_as_cm,
    "an earlier weight": previous_weight,
    "another BSA formula": other_formula,
    "BSA capped at 2": capped_bsa,
    "clearance capped at 125": capped_clearance,
}
"""Each mistake that befalls every drug whose dose hangs on the measure, by its name."""


def _typed(value: Decimal) -> list[Decimal]:
    """A number as people type it: to one decimal, whole, and with every digit."""
    return list(dict.fromkeys((*(to_nearest(value, step) for step in _TYPED_STEPS), value)))


def remeasured(
    order: Order,
    measures: Measures,
    words: str,
    kind: str = "",
    *,
    height: Quantity | None = None,
    weight: Quantity | None = None,
    formula: str = "",
) -> Iterator[OtherMeasures]:
    """Other measures, with the BSA rounded as the pharmacy does, not rounded, and to 0.01 m2."""
    cm, kg = height or measures.height, weight or measures.weight
    formula = formula or measures.bsa.formula
    try:
        area = body_surface_area(formula, cm, kg, order.patient.sex)
    except CecError:
        return
    clearance = _clearance(order, measures, cm, kg)
    for step in dict.fromkeys((order.pharmacy.bsa_rounding, None, _AREA_STEP)):
        value = to_nearest(area, step.value) if step else area
        bsa = msgspec.structs.replace(measures.bsa, formula=formula, value=value, unrounded=area)
        yield OtherMeasures(
            words, kind or words, f"{words} {step}", Measures(measures.from_day, cm, kg, bsa, clearance)
        )


def _clearance(order: Order, measures: Measures, height: Quantity, weight: Quantity) -> CreatinineClearance | None:
    """The creatinine clearance of somebody of this size; where nobody can have it, the one of the order."""
    try:
        return creatinine_clearance(msgspec.structs.replace(order.patient, height=height, weight=weight), order.age)
    except CecError:
        return measures.clearance

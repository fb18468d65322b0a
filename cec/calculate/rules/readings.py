"""In which unit a bound of the clearance holds: the patient's own mL/min, or per 1.73 m2 where it says so.

A clearance that is known in the other unit is converted by the body surface area. Where that decides, a person looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from msgspec import Struct

from cec.calculate.kidneys import COCKCROFT_GAULT, MEASURED, SCHWARTZ
from cec.calculate.rounding import to_nearest
from cec.calculate.rules.rule import Case, LimitQuestion, Rule, TextQuestion, number_of, question_of
from cec.conditions import conditions_of, stretch_of
from cec.facts.stretches import HIGHEST, LOWEST, Cut, Stretch
from cec.pharmacy import Pharmacy
from cec.regimen import Condition, Conditions, Regimen
from cec.units import Quantity

OWN, NORMALISED, KNOWN = CLEARANCES = ("creatinine_clearance", "normalised_clearance", "kidney_function")
"""The facts that are a clearance: the patient's own, per 1.73 m2, and as it was measured or estimated."""
UNITS = {OWN: "mL/min", NORMALISED: "mL/min/1.73 m2"}
"""Those that are always in one unit."""


def reading_rules(regimen: Regimen, pharmacy: Pharmacy) -> Iterator[Rule]:
    """A check where a clearance had to be converted by the BSA, and a bound lies between the number and its reading."""
    bounds = list(_bounds(regimen, pharmacy))
    for fact, cut, others in dict.fromkeys((each.fact, each.cut, each.others) for each in bounds):
        converted = (SCHWARTZ,) if fact == OWN else (MEASURED, COCKCROFT_GAULT)
        below, above = Stretch(LOWEST, cut), Stretch(cut, HIGHEST)
        for own, normalised in ((below, above), (above, below)):
            yield Rule(
                code="clearance-readings",
                level="check",
                about="creatinine clearance",
                asks=(
                    known_by(*converted),
                    *map(question_of, others),
                    LimitQuestion(OWN, own, is_outside=False),
                    LimitQuestion(NORMALISED, normalised, is_outside=False),
                ),
                text=partial(_two_readings, tuple(bounds)),
                limits="on one side of a bound, in mL/min and per 1.73 m2",
            )


def _two_readings(bounds: tuple[_Bound, ...], case: Case) -> str:
    """The clearance in both readings, which one counts, and the bounds that lie between them."""
    own, normalised = (number_of(name, case.facts[name]) or Decimal(0) for name in (OWN, NORMALISED))
    is_normalised = case.clearance is not None and case.clearance.method == SCHWARTZ
    known, counted = (NORMALISED, OWN) if is_normalised else (OWN, NORMALISED)
    between: dict[str, list[str]] = {}
    for each in bounds:
        if each.fact == counted and (Cut(own) < each.cut) is not (Cut(normalised) < each.cut):
            owners = between.setdefault(write_clearance(each.cut.number, UNITS[counted]), [])
            owners += [each.owner] if each.owner not in owners else []
    listed = ", ".join(f"{bound} ({', '.join(owners)})" for bound, owners in between.items())
    return (
        f"{clearance_of(case, known)} is {clearance_of(case, counted)} by the body surface area of this patient, and "
        f"counts as that; between the two lies {listed}"
    )


class _Bound(Struct, frozen=True):
    """A bound of a condition on the clearance, whose it is, and the other conditions beside it."""

    fact: str
    cut: Cut
    owner: str
    others: Conditions


def _bounds(regimen: Regimen, pharmacy: Pharmacy) -> Iterator[_Bound]:
    """Every bound against which the clearance of a patient is held."""
    for owner, when in conditions_of(regimen, pharmacy):
        for condition in when:
            if condition.fact in UNITS:
                others = tuple(each for each in when if each is not condition)
                yield from (_Bound(condition.fact, cut, owner, others) for cut in _cuts(condition))


def _cuts(condition: Condition) -> Iterator[Cut]:
    return (cut for cut in stretch_of(condition) if cut.number.is_finite() and cut.number)


def known_by(*methods: str) -> TextQuestion:
    """Is the clearance known in one of these ways?"""
    return TextQuestion("clearance_method", partial(_is_among, methods))


def _is_among(methods: tuple[str, ...], method: str) -> bool:
    return method in methods


def clearance_of(case: Case, name: str) -> str:
    """The clearance in one of its readings, to a tenth, with its unit."""
    return write_clearance(number_of(name, case.facts[name]) or Decimal(0), unit_of(case, name))


def unit_of(case: Case, name: str) -> str:
    """The unit of one of the readings of the clearance."""
    return UNITS.get(name) or (case.clearance.value.unit if case.clearance else UNITS[OWN])


def write_clearance(number: Decimal, unit: str) -> str:
    """A number of one of the readings with its unit, to a tenth.

    >>> write_clearance(Decimal("12.235"), "mL/min")
    '12.2 mL/min'
    """
    return str(Quantity(to_nearest(number, Decimal("0.1")), unit))

"""Kidney function: whether it can be this patient's, and what must be looked at where a dose hangs on it.

cec never raises a creatinine, adjusts a weight, or caps a clearance that nobody asked it to cap.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from cec.calculate.kidneys import ADULT, CALVERT, COCKCROFT_GAULT, MEASURED, NEWELL, SCHWARTZ
from cec.calculate.rounding import to_nearest
from cec.calculate.rules.readings import (
    CLEARANCES,
    KNOWN,
    NORMALISED,
    OWN,
    UNITS,
    clearance_of,
    known_by,
    unit_of,
    write_clearance,
)
from cec.calculate.rules.rule import Case, LimitQuestion, Question, Rule, number_of, question_of
from cec.facts import FACTS, Bounds
from cec.facts.stretches import HIGHEST, LOWEST, Cut, Stretch, stretch_within
from cec.order import code_of_drug
from cec.pharmacy import Pharmacy
from cec.regimen import DrugLine, Regimen
from cec.units import Measure, Quantity, dose_unit

BY_AUC = BY_CALVERT, BY_NEWELL = ("creatinine_clearance", "clearance and weight")
"""What doses by AUC are computed from: Calvert's formula takes the clearance alone."""
USUAL_CAP = Quantity(Decimal(125), "mL/min")
LOWEST_CREATININE = Quantity(Decimal("0.7"), "mg/dL")
HEAVY = Quantity(Decimal(25), "kg/m2")
"""What published rules name; where they are met and nothing says what holds, a person looks."""
NCCN = "NCCN order templates, appendix B"
TWO_SIDES = (
    "FDA and NCCN's order templates cap an estimated clearance at 125 mL/min, eviQ (ADDIKD) does not; "
    "clearance_cap in the pharmacy file settles it"
)
CAP_SOURCES = f"FDA ucm228974; {NCCN}; eviQ, ADDIKD"


def clearance_rules(regimen: Regimen, pharmacy: Pharmacy) -> Iterator[Rule]:
    """Every check of a clearance itself, and of doses that are computed from it or chosen by it."""
    yield from _plausible()
    for use in uses_of_clearance(regimen):
        if use.measure == BY_CALVERT:
            yield _under_18(use)
        if use.measure == BY_NEWELL:
            yield _from_18(use)
        if use.measure in BY_AUC and not use.line.clearance_cap:
            yield from _high(use, pharmacy)
        yield from _estimated(use)


class Use(Struct, frozen=True):
    """A dose that hangs on the clearance: the drug line, its number, and for whom the dose is."""

    number: int
    line: DrugLine
    when: tuple[Question, ...]
    measure: Measure = "nothing"
    """What a dose by AUC is computed from; nothing where the clearance only chooses among doses."""


def uses_of_clearance(regimen: Regimen) -> Iterator[Use]:
    """Every dose of a regimen by AUC, and every line whose doses are by clearance."""
    for number, line in enumerate(regimen.drugs, 1):
        for entry in line.entries:
            measure = dose_unit(entry.dose.unit).measure
            for conditions in entry.for_whom or ((),) if measure in BY_AUC else ():
                yield Use(number, line, tuple(map(question_of, conditions)), measure)
        asked = (condition for entry in line.entries for conditions in entry.for_whom for condition in conditions)
        if any(condition.fact in CLEARANCES for condition in asked):
            yield Use(number, line, ())


def _plausible() -> Iterator[Rule]:
    """Checks of a told clearance and of an estimate, in the unit of its formula."""
    units = f"{UNITS[OWN]} or {UNITS[NORMALISED]}"
    of_told = (OWN, (MEASURED,), _told, f"{UNITS[OWN]}, measured")
    for name, methods, text, words in (of_told, (KNOWN, (SCHWARTZ, COCKCROFT_GAULT), _estimate, f"{units}, estimated")):
        bounds = FACTS[name].plausible or Bounds()
        yield Rule(
            code="clearance",
            level="check",
            about="creatinine clearance",
            asks=(known_by(*methods), LimitQuestion(name, stretch_within(bounds))),
            text=text,
            limits=f"{bounds} {words}",
        )


def _told(case: Case) -> str:
    slipped = write_clearance((number_of(OWN, case.facts[OWN]) or Decimal(0)) / 10, UNITS[OWN])
    outside = FACTS[OWN].bounds_in(UNITS[OWN], FACTS[OWN].plausible or Bounds())
    return f"{clearance_of(case, OWN)} is not {outside}; look again; the decimal point may have slipped: {slipped}"


def _estimate(case: Case) -> str:
    """What was estimated and from what, and what it would be with the creatinine in its other unit."""
    serum, unit, bounds = case.patient.creatinine, unit_of(case, KNOWN), FACTS[KNOWN].plausible or Bounds()
    words = f"{clearance_of(case, KNOWN)}, estimated from a creatinine of {serum}, is outside {bounds} {unit}"
    return "; ".join((words, "look at the creatinine", *(_in_other_unit(serum, unit, bounds, case) if serum else ())))


def _in_other_unit(serum: Quantity, unit: str, bounds: Bounds, case: Case) -> Iterator[str]:
    """What the estimate would be if the creatinine were in its other unit, where that would be plausible."""
    fact, now = FACTS["creatinine"], number_of(KNOWN, case.facts[KNOWN]) or Decimal(0)
    for other in (Quantity(serum.value, each) for each in fact.kinds[0].units if each != serum.unit):
        meant = now * fact.in_unit(serum).value / fact.in_unit(other).value
        if bounds.hold(meant):
            yield f"{other} would give {write_clearance(meant, unit)}"


def _under_18(use: Use) -> Rule:
    """A stop of a dose by Calvert's formula in a child."""
    return Rule(
        code=code_of_drug("auc-under-18", use.line.drug),
        level="stop",
        about=use.line.drug,
        asks=(LimitQuestion("age", Stretch(LOWEST, Cut(ADULT)), is_outside=False), *use.when),
        text="under 18 years; Calvert's formula for a dose by AUC was made in adults",
        source=CALVERT,
        limits="at least 18 years",
        not_checked=use.line.drug,
        line=use.number,
    )


def _from_18(use: Use) -> Rule:
    """A check of a dose by Newell's formula in an adult."""
    return Rule(
        code=code_of_drug("auc-from-18", use.line.drug),
        level="check",
        about=use.line.drug,
        asks=(LimitQuestion("age", Stretch(Cut(ADULT), HIGHEST), is_outside=False), *use.when),
        text="18 years or more; Newell's formula for a dose by AUC was made in children",
        source=NEWELL,
        limits="under 18 years",
        not_checked=use.line.drug,
        line=use.number,
    )


def _high(use: Use, pharmacy: Pharmacy) -> Iterator[Rule]:
    """What is said of a clearance above the cap: how the pharmacy's setting settles it, or that none does."""
    cap = pharmacy.clearance_cap
    limit = cap if isinstance(cap, Quantity) else USUAL_CAP
    if isinstance(cap, Quantity):
        words = f"counts as {cap}, the pharmacy's clearance_cap for an estimate"
    elif cap:
        words = f"is above {limit} and not capped: the pharmacy's clearance_cap is none"
    else:
        words = f"is above {limit} and not capped: {TWO_SIDES}"
    of_estimate = Rule(
        code=code_of_drug("high-clearance", use.line.drug),
        level="note" if cap else "check",
        about=use.line.drug,
        asks=(
            known_by(SCHWARTZ, COCKCROFT_GAULT),
            LimitQuestion(OWN, stretch_within(Bounds(None, limit.value))),
            *use.when,
        ),
        text=partial(_clearance_words, words),
        source="" if cap else CAP_SOURCES,
        limits=f"at most {limit}, estimated",
        line=use.number,
    )
    yield of_estimate
    yield replace(
        of_estimate,
        level="note",
        asks=(known_by(MEASURED), *of_estimate.asks[1:]),
        text=partial(_clearance_words, f"is above {limit}; a measured one is not capped"),
        source="",
        limits=f"at most {limit}, measured",
    )


def _clearance_words(words: str, case: Case) -> str:
    method = case.clearance.method if case.clearance else ""
    return f"the clearance of {clearance_of(case, OWN)} ({method}) {words}"


def _estimated(use: Use) -> Iterator[Rule]:
    """Checks of what Cockcroft-Gault was given, where a dose hangs on its estimate."""
    lowest = FACTS["creatinine"].in_unit(LOWEST_CREATININE).value
    of_creatinine = Rule(
        code=code_of_drug("low-creatinine", use.line.drug),
        level="check",
        about=use.line.drug,
        asks=(known_by(COCKCROFT_GAULT), LimitQuestion("creatinine", Stretch(Cut(lowest), HIGHEST)), *use.when),
        text=_low_creatinine,
        source=NCCN,
        limits=f"at least {LOWEST_CREATININE}, of an adult's estimate",
        line=use.number,
    )
    yield of_creatinine
    of_index = LimitQuestion("body_mass_index", Stretch(LOWEST, Cut(HEAVY.value)))
    yield replace(
        of_creatinine,
        code=code_of_drug("heavy-clearance", use.line.drug),
        asks=(known_by(COCKCROFT_GAULT), of_index, *use.when),
        text=_heavy,
        limits=f"under {HEAVY}, of an adult's estimate",
    )


def _low_creatinine(case: Case) -> str:
    return (
        f"a creatinine of {case.patient.creatinine}, below {LOWEST_CREATININE}, gives a high estimate; NCCN's order "
        f"templates consider {LOWEST_CREATININE} at least; it is used as it is"
    )


def _heavy(case: Case) -> str:
    index = to_nearest(number_of("body_mass_index", case.facts["body_mass_index"]) or Decimal(0), Decimal("0.1"))
    return (
        f"the actual weight of {case.patient.weight} (body mass index {index}) is in Cockcroft-Gault; NCCN's order "
        f"templates take an adjusted weight from {HEAVY} on; it is used as it is"
    )

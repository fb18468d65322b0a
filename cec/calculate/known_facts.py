"""What is known of a patient and a cycle, by fact: what was told, and what follows from it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache

from cec.calculate.kidneys import KidneyFunction
from cec.conditions import conditions_of, cuts_within, judge
from cec.errors import Fault, InputError
from cec.facts import FACTS, Fact, Facts, Value, earlier_doses_of, told_facts
from cec.patient import Patient, unit_typed
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.units import Quantity, write_number


def known_facts(patient: Patient, computed: Facts) -> Facts:
    """Every fact that is known of a patient, with those of the cycle and those that only `cec.calculate` computes.

    >>> from cec.load import load_patient
    >>> patient = load_patient(texts={"height": "200 cm", "weight": "90 kg", "previous_weight": "100 kg"})
    >>> facts = known_facts(patient, {"cycle": None})
    >>> print(facts["weight_change"], facts["body_mass_index"], facts["total_cycles"])
    10% 22.5 kg/m2 None
    """
    facts: dict[str, Value | None] = {
        **patient.history,  # first: what is measured or counted is never replaced by a yes or no
        **{earlier_doses_of(drug).name: amount for drug, amount in all_earlier_doses(patient).items()},
        **{fact.name: patient.fact(fact.name) for fact in told_facts("patient")},
        "weight_unit": unit_typed(patient.weight, patient.weight_given),
        **computed,
    }
    for fact in FACTS.values():
        if fact.derive:
            inputs = [facts.get(name) for name in fact.inputs]
            facts[fact.name] = None if None in inputs else fact.derive(*inputs)
    return facts


def all_earlier_doses(patient: Patient) -> dict[str, Quantity]:
    """What a patient has had of each drug of which all is told: not where it was counted from some day on."""
    return {drug: amount for drug, amount in patient.earlier_doses.items() if drug not in patient.earlier_doses_since}


def clearance_facts(kidneys: KidneyFunction | None) -> Facts:
    """A clearance, to be held against bounds: the patient's own, per 1.73 m2, and as it is known, by which method."""
    if kidneys is None or kidneys.own is None or kidneys.normalised is None:
        return {}
    return {
        "creatinine_clearance": kidneys.own.compared(),
        "normalised_clearance": kidneys.normalised.compared(),
        "kidney_function": kidneys.value.compared("mL/min"),
        "clearance_method": kidneys.shown.method,
    }


def what_is_missing(fact: Fact, facts: Facts) -> Fact:
    """The fact that somebody should tell where this one is not known: itself, or what it is derived from.

    >>> what_is_missing(FACTS["creatinine_clearance"], {"age": None}).not_given
    'no creatinine given'
    """
    missing = next((name for name in fact.inputs if facts.get(name) is None), "")
    return what_is_missing(FACTS[missing], facts) if missing else fact


def possible_months(age: Value | None) -> tuple[Decimal, Decimal] | None:
    """The least age in completed months that an age told in years, weeks or days may be, and the first it cannot be.

    Years and weeks are completed ones. How many months so many days are depends on which months they were.

    >>> possible_months(Quantity(Decimal(1), "years")), possible_months(Quantity(Decimal(30), "days"))
    ((Decimal('12'), Decimal('24')), (Decimal('0'), Decimal('2')))
    >>> possible_months(Quantity(Decimal(8), "weeks")), possible_months(Quantity(Decimal(12), "months"))
    ((Decimal('1'), Decimal('3')), None)
    """
    if not isinstance(age, Quantity) or age.unit == "months" or age.value % 1:
        return None
    if age.unit == "years":
        return age.value * 12, age.value * 12 + 12
    least, most = (age.value, age.value) if age.unit == "days" else (age.value * 7, age.value * 7 + 6)
    return _months_within(int(least), max), _months_within(int(most), min) + 1


def _months_within(days: int, longest: Callable[[Iterable[int]], int]) -> Decimal:
    """How many months in a row so many days hold: of the longest in the calendar, or of the shortest."""
    periods, rest = divmod(days, sum(_FOUR_YEARS))
    return Decimal(48 * periods + bisect_right(_spans(longest), rest))


@cache
def _spans(longest: Callable[[Iterable[int]], int]) -> list[int]:
    """The days of 1 to 47 months in a row, of the longest in the calendar or of the shortest."""
    return [longest(sum((_FOUR_YEARS * 2)[first : first + months]) for first in range(48)) for months in range(1, 48)]


_FOUR_YEARS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31) * 3 + (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of the months of four years of which the last is a leap year, as from 1901 to 2099 all are."""


def refuse_coarse_age(regimen: Regimen, pharmacy: Pharmacy, facts: Facts) -> None:
    """InputError where an age that is not told in months may lie on either side of a bound that something hangs on."""
    possible = possible_months(facts.get("age"))
    if possible is None:
        return
    within: dict[Decimal, list[str]] = {}
    for owner, when in conditions_of(regimen, pharmacy):
        others = tuple(each for each in when if each.fact != "age")
        for months in cuts_within(when, "age", *possible):
            if judge(others, facts) is not False and owner not in within.setdefault(months, []):
                within[months].append(owner)
    bounds = ", ".join(f"{write_number(months)} months ({', '.join(owners)})" for months, owners in within.items())
    if bounds:
        text = f"an age of {facts['age']} may lie on either side of {bounds}; give it in months, or the date of birth"
        raise InputError(Fault(text, about=("age",)))


def refuse_impossible(patient: Patient, facts: Facts) -> None:
    """InputError for each fact beyond its possible bounds, also where it was computed and nobody told it.

    >>> from decimal import Decimal
    >>> from cec.load import load_patient
    >>> born = load_patient(texts={"height": "150", "weight": "50", "born": "1900-01-01"})
    >>> refuse_impossible(born, {"age": Quantity(Decimal(1512), "months")})
    Traceback (most recent call last):
    cec.errors.InputError: 1,512 months is not a possible age (0 to 1,440 months)
    """
    faults = []
    for fact in FACTS.values():
        if not fact.possible or not isinstance(amount := facts.get(fact.name), Quantity):
            continue
        is_estimated = fact.told == "patient" and fact.inputs and patient.fact(fact.name) is None
        if not is_estimated and (words := fact.impossible(amount)):
            sources = (fact.name, fact.other_form, *fact.inputs)
            given = tuple(name for name in sources if name in FACTS and patient.fact(name) is not None)
            faults.append(Fault(words, about=given, code="impossible-value"))
    if faults:
        raise InputError(*faults)

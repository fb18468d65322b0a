"""A patient in words: who it is, and what doses are computed from."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal

from cec.days import days_in_words, paper_date
from cec.facts import told_facts
from cec.order import Bsa, Change, CreatinineClearance, Order
from cec.patient import Patient, Reduction, SetDose, Withheld
from cec.units import Quantity, write_number


def identity(patient: Patient, age: Quantity | None, as_of: datetime.date | None = None) -> str:
    """Who the patient is, as far as it was told: name, id, birth date, age (and on which day), sex."""
    parts = (
        patient.name,
        f"id {patient.id}" if patient.id else "",
        f"born {paper_date(patient.born)}" if patient.born else "",
        age_of(patient, age, as_of),
        patient.sex or "",
    )
    return ", ".join(filter(None, parts))


def place_of_care(patient: Patient) -> str:
    """Where the patient is, in whose care and under which number of the protocol, as far as it was told."""
    parts = (
        ("ward", patient.ward),
        ("bed", patient.bed),
        ("physician", patient.physician),
        ("protocol number", patient.protocol_number),
    )
    return ", ".join(f"{name} {text}" for name, text in parts if text)


def age_of(patient: Patient, age: Quantity | None, as_of: datetime.date | None) -> str:
    """The age as people say it; where it comes from the date of birth, with the day for which it was computed."""
    on = f" (on {paper_date(as_of)})" if patient.born and as_of else ""
    return f"{age_in_words(age)}{on}" if age else ""


def age_in_words(age: Quantity) -> str:
    """An age as people say it: months from two years on in years and months.

    >>> from decimal import Decimal
    >>> age_in_words(Quantity(Decimal(102), "months")), age_in_words(Quantity(Decimal(23), "months"))
    ('8 years 6 months', '23 months')
    >>> age_in_words(Quantity(Decimal("30.5"), "months")), age_in_words(Quantity(Decimal(8), "years"))
    ('30.5 months', '8 years')
    """
    if age.unit != "months" or age.value < 24 or age.value % 1:
        return str(age)
    years, months = divmod(int(age.value), 12)
    return f"{years} years" + (f" {months} month{'s' if months > 1 else ''}" if months else "")


def measure_facts(order: Order) -> Iterator[tuple[str, str]]:
    """What the doses are computed from, each with its label: measures, BSA with its working, creatinine clearance.

    What was measured again within the cycle says from which day on it holds.
    """
    for each in order.measures:
        since = f"from day {each.from_day}: " if len(order.measures) > 1 else ""
        yield "Measures", f"{since}{measures(order.patient_on(each.from_day))}"
        yield "BSA", f"{since}{bsa_words(each.bsa)}"
        if each.clearance:
            yield "Creatinine clearance", f"{since}{clearance_words(each.clearance)}"


_SHOWN_ELSEWHERE = frozenset(
    (
        *("id", "name", "born", "age", "sex", "height", "weight", "measured_on", "creatinine_clearance", "diagnosis"),
        *("ward", "bed", "physician", "protocol_number", "allergies", "previous_day_1", "previous_cycles"),
    )
)
"""Facts that stand on an order with their own labels."""


def known_facts(patient: Patient, start: datetime.date | None = None) -> Iterator[tuple[str, str]]:
    """What else is known of the patient, as far as checks of a cycle may use it, each with its label."""
    before = [f"day 1 {paper_date(patient.previous_day_1)}"] if patient.previous_day_1 else []
    if patient.previous_day_1 and start:
        before.append(f"{(start - patient.previous_day_1).days} days before this")
    if patient.previous_cycles is not None:
        count = patient.previous_cycles
        before.append(f"{count or 'no'} cycle{'' if count == 1 else 's'} of this treatment given before")
    yield "Previous cycle", ", ".join(before)
    yield (
        "History",
        "; ".join(f"{fact.replace('_', ' ')}: {'yes' if is_so else 'no'}" for fact, is_so in patient.history.items()),
    )
    yield "Given before", "; ".join(_earlier_doses(patient))
    words = {True: "yes", False: "no"}
    others = ((fact, patient.fact(fact.name)) for fact in told_facts("patient"))
    yield (
        "Also known",
        "; ".join(
            f"{fact.about} {words[value] if isinstance(value, bool) else value}"
            for fact, value in others
            if fact.name not in _SHOWN_ELSEWHERE and value is not None
        ),
    )


def _earlier_doses(patient: Patient) -> Iterator[str]:
    """What was given of each drug before; from which day on, where it was not told for longer."""
    for drug, amount in patient.earlier_doses.items():
        since = patient.earlier_doses_since.get(drug)
        yield f"{drug} {amount}{f' since {paper_date(since)}' if since else ''}"


def declarations(patient: Patient | Change) -> Iterator[str]:
    """What a person declared of doses, each in words: reduced, set to an amount, withheld."""
    for reduction in patient.reductions:
        by, to = (write_number(percent) for percent in (reduction.percent, 100 - reduction.percent))
        yield f"{_target(reduction)}: reduced by {by}%, to {to}%: {reduction.reason}"
    for dose in patient.set_doses:
        yield f"{_target(dose)}: set to {dose.dose}: {dose.reason}"
    for withheld in patient.withheld:
        yield f"{_target(withheld)}: not given: {withheld.reason}"


def _target(declaration: Reduction | SetDose | Withheld) -> str:
    """Which drug a declaration is about, with its line and days where not all are meant."""
    line = "" if declaration.line is None else f", line {declaration.line}"
    days = f" on {days_in_words(declaration.days)}" if declaration.days else ""
    return f"{declaration.drug}{line}{days}"


def measures(patient: Patient) -> str:
    """Height and weight with their units, what was typed where it was in another unit, and when they were taken."""
    height = f"height {patient.height}" + (f" (given as {patient.height_given})" if patient.height_given else "")
    weight = f"weight {patient.weight}" + (f" (given as {patient.weight_given})" if patient.weight_given else "")
    taken = f", measured {paper_date(patient.measured_on)}" if patient.measured_on else ""
    return f"{height}, {weight}{taken}"


def bsa_words(bsa: Bsa) -> str:
    """The BSA that doses use, m2, with its formula, its working and its unrounded value."""
    return f"{bsa.area} by {bsa.title or bsa.formula}: {bsa.how}"


def clearance_in_short(clearance: CreatinineClearance, patient: Patient) -> str:
    """A creatinine clearance to one decimal with what it was estimated from; its working stands elsewhere."""
    if clearance.is_measured:
        return clearance.how
    own = f" (the patient's own {_to_a_tenth(clearance.own)})" if clearance.own else ""
    creatinine = f"; creatinine {patient.creatinine} of (date) __________" if patient.creatinine else ""
    return f"{_to_a_tenth(clearance.value)}{own} by {clearance.method}{creatinine}"


def _to_a_tenth(quantity: Quantity) -> Quantity:
    """The quantity to one decimal, half-up."""
    tenths = int(quantity.value * 10 + Decimal("0.5"))
    return Quantity(Decimal(tenths) / 10, quantity.unit)


def clearance_words(clearance: CreatinineClearance) -> str:
    """A creatinine clearance with its method and its working."""
    if clearance.method == "measured":
        return clearance.how
    own = f"; the patient's own: {clearance.own_how}" if clearance.own_how else ""
    return f"{clearance.value} by {clearance.method}: {clearance.how}{own}"

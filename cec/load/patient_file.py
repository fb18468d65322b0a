"""The shape of a patient file; command-line options and the cells of a table are read by the same fields."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from cec.drug_names import drug_key, spelled_twice
from cec.errors import Fault, InputError
from cec.facts import (
    EARLIER_DOSES,
    EARLIER_DOSES_SINCE,
    FACTS,
    HISTORY,
    Bounds,
    Fact,
    Form,
    earlier_doses_of,
    told_facts,
)
from cec.facts.reading import read_date, read_text, read_yes_or_no
from cec.load.declarations import CHOICES, DECLARATIONS
from cec.load.shapes import Field, Schema, text
from cec.load.shapes.mappings import mapping, mapping_of, stated_of
from cec.load.writing import write_fact
from cec.patient import Patient
from cec.units import Quantity

_FIELDS = frozenset(Patient.__struct_fields__)

_TYPES: dict[Form, str] = {
    "quantity": "string",
    "count": "integer",
    "yes or no": "boolean",
    "date": "string",
    "word": "string",
    "text": "string",
}


def _schema(fact: Fact) -> Schema:
    """The JSON Schema of a fact's value."""
    schema: Schema = {"type": ["string", "number"] if fact.bare else _TYPES[fact.form]}
    if fact.words:
        schema["enum"] = list(fact.words)
    elif fact.examples and fact.form in {"quantity", "date"}:
        schema["examples"] = list(fact.examples)
    if fact.form == "count":
        schema["minimum"] = 0
    if fact.form == "date":
        schema["format"] = "date"
    return schema


def _field(fact: Fact) -> Field:
    """The key of a patient file that tells a fact; with the text itself where it was not in the unit of the fact."""

    def read(value: str) -> Any:
        words = read_text(value)
        amount = fact.read(words)
        if f"{fact.name}_given" not in _FIELDS:
            return amount
        return amount, "" if re.fullmatch(rf"[0-9.]+\s*({fact.unit})?", words, re.IGNORECASE) else words

    def write(value: Any) -> str:
        amount, words = value if f"{fact.name}_given" in _FIELDS else (value, "")
        return words or write_fact(amount, fact)

    return Field(text(read, _schema(fact), write), fact.description, fact.is_required)


_WITH_TEXT = {field.removesuffix("_given") for field in _FIELDS if field.endswith("_given")}
"""The facts whose text is kept beside their value."""

_OTHER_NAMES = {"set": "set_doses", "without": "withheld"}
"""Keys of a file that the noun has under another name."""


def build_patient(values: dict[str, Any]) -> Patient:
    """The patient of these values; InputError where they cannot be true of one person together."""
    if "born" in values and "age" in values:
        raise InputError(Fault("give either born or age, not both", about=("born", "age")))
    patient = Patient(**_by_field(values))
    if faults := tuple(_contradictions(patient)):
        raise InputError(*faults)
    return patient


def _by_field(values: dict[str, Any]) -> dict[str, Any]:
    """What was read by the keys of a file, by the fields of the noun; facts that have none are in `facts`."""
    fields: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    for key, value in values.items():
        if key in _WITH_TEXT:
            fields[key], given = value
            fields |= {f"{key}_given": given} if given else {}
        elif (field := _OTHER_NAMES.get(key, key)) in _FIELDS:
            fields[field] = value
        else:  # a count is kept as a quantity without a unit
            is_count = isinstance(value, int) and not isinstance(value, bool)
            facts[key] = Quantity(Decimal(value), "") if is_count else value
    return {**fields, "facts": facts} if facts else fields


def _contradictions(patient: Patient) -> Iterator[Fault]:
    """What of a patient cannot be true together."""
    for day in (patient.measured_on, patient.previous_day_1):
        if patient.born and day and day < patient.born:
            yield Fault(f"{day} lies before the date of birth, {patient.born}", about=("born",))
    reduced = [each.drug for each in patient.reductions if not each.days and each.line is None]
    times = Counter(map(drug_key, reduced))
    if twice := {drug_key(drug): drug for drug in sorted(reduced) if times[drug_key(drug)] > 1}:
        words = f"{', '.join(twice.values())} is reduced twice; give one percentage and one reason"
        yield Fault(words, about=("reductions",))
    if uncounted := patient.earlier_doses_since.keys() - patient.earlier_doses.keys():
        words = f"{EARLIER_DOSES_SINCE}: {', '.join(sorted(uncounted))}: has no entry in {EARLIER_DOSES}"
        yield Fault(words, about=(EARLIER_DOSES_SINCE,))
    if alike := spelled_twice(patient.earlier_doses):
        words = ", ".join(f"'{name}' and '{other}' are one drug" for other, name in alike)
        yield Fault(f"{EARLIER_DOSES}: {words}; give the sum of what was given before")


PATIENT_FIELDS: dict[str, Field] = {
    **{fact.name: _field(fact) for fact in told_facts("patient")},
    HISTORY: Field(
        mapping_of(text(read_yes_or_no, {"type": "boolean"})),
        "what is known, e.g. prior_hsct: true; what is not here is unknown",
    ),
    EARLIER_DOSES: Field(
        mapping_of(text(earlier_doses_of("").read, {"type": "string", "examples": ["150 mg/m2"]})),
        "amounts given before, by drug, for lifetime maximums",
    ),
    EARLIER_DOSES_SINCE: Field(
        mapping_of(text(read_date, {"type": "string", "format": "date"})),
        "by drug, from which day on earlier_doses counts them, where what was given before is not known",
    ),
    **DECLARATIONS,
    "choices": CHOICES,
}


def _parts(patient: Patient) -> dict[str, Any]:
    """What a file says of a patient, by its keys."""
    stated = stated_of(patient)
    stated |= stated.pop("facts", {})
    stated |= {key: stated.pop(field) for key, field in _OTHER_NAMES.items() if field in stated}
    for name in _WITH_TEXT:
        stated[name] = (stated[name], stated.pop(f"{name}_given", ""))
    return stated


PATIENT = mapping(PATIENT_FIELDS, build_patient, parts=_parts)


def _begun(values: dict[str, Any]) -> Patient:
    """A patient of values that may lack height or weight; what goes with the other stands for them, to find faults."""
    (height, _), (weight, _) = (values.get(name, (None, "")) for name in ("height", "weight"))
    if height is None:
        tall = (weight.value / _USUAL_INDEX).sqrt() * 100 if weight else Decimal(120)
        values["height"] = _within("height", tall), ""
    if weight is None:
        heavy = _USUAL_INDEX * (height.value / 100) ** 2 if height else _USUAL_INDEX * Decimal("1.44")
        values["weight"] = _within("weight", heavy), ""
    return build_patient(values)


_USUAL_INDEX = Decimal(16)
"""kg/m2."""


def _within(name: str, number: Decimal) -> Quantity:
    """A measure of about this number, in the unit of its fact, that is possible."""
    fact = FACTS[name]
    low, high = fact.possible or Bounds()
    return Quantity(min(max(number, low or number), high or number), fact.unit)


BEGUN = mapping({name: replace(field, required=False) for name, field in PATIENT_FIELDS.items()}, _begun)
"""A patient file in which height and weight may still be missing."""

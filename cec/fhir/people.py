"""The patient of a Bundle: who it is, and what its Observations and allergies tell, as texts of facts."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from cec.errors import Fault, InputError
from cec.facts import FACTS, fact_of
from cec.facts.reading import read_date
from cec.fhir.codes import BY_LOINC, DERIVED, FACT, LOINC
from cec.fhir.elements import Element, codes_of, words_of
from cec.fhir.quantities import ReadQuantity, read_of_kinds
from cec.fhir.resources import Resources
from cec.load.parts import Part
from cec.units import Quantity

_LONGEST = 12
"""Decimals that a typed number may have; longer ones are the tails of doubles."""
_BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
_MEASURED = {"amended", "corrected", "final", "preliminary"}
_NOT_MEASURED = {"cancelled", "entered-in-error", "registered", "unknown"}
_MOST_NAMED = 10
"""Kinds of Observations that are named where they are not read."""
_WITH_TEXT = ("height", "weight")
"""Facts of which a patient keeps what was typed, too."""


class Told(NamedTuple):
    """One fact: its text as a file would say it or, where no text can, its value; and where it is from."""

    fact: str
    text: str
    source: Element
    value: Quantity | None = None


def patient_of(resources: Resources) -> Element | None:
    """The one Patient of a Bundle; None, and a fault, where there is not just one."""
    patients = resources.of("Patient")
    if len(patients) == 1:
        return patients[0]
    what = f"{len(patients)} Patients: {', '.join(each.name for each in patients)}" if patients else "no Patient"
    resources.each[0]._replace(name="Bundle").fault(f"has {what}; an order is for one", "not-a-bundle")
    return None


def is_about(patient: Element | None, resource: Element, resources: Resources) -> bool:
    """Whether a resource is about the patient of the Bundle; a fault where it is about nobody, or somebody else."""
    if patient is None:
        return True
    of_allergy = resource.get("resourceType").text == "AllergyIntolerance"
    subject = resource.get("patient" if of_allergy else "subject")
    found = resources.at(subject, resource)
    if found is not None and found.name != patient.name:
        subject.fault(f"is about {found.name}, not about {patient.name}", "no-such-resource")
    return found is not None and found.name == patient.name


def identity(patient: Element) -> Iterator[Told]:
    """Id, name, date of birth and sex, as far as the Patient tells them."""
    if number := _number(patient):
        yield Told("id", number, patient)
    names = sorted(patient.all("name"), key=lambda name: ("official", "usual", "").index(_use(name)))
    if names and (name := _name(names[0])):
        yield Told("name", name, names[0])
    if born := patient.get("birthDate"):
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", born.text, re.ASCII):
            yield Told("born", born.text, born)
        else:
            born.note(f"{born.text} is not a whole date, so no date of birth is known")
    yield from _sex(patient)


def _use(name: Element) -> str:
    use = name.get("use").text
    return use if use in {"official", "usual"} else ""


def _number(patient: Element) -> str:
    """The medical record number, else the only identifier, else the id of the resource."""
    identifiers = patient.all("identifier")
    of_record = [
        each for each in identifiers if "MR" in [code.get("code").text for code in each.get("type").all("coding")]
    ]
    chosen = of_record or identifiers
    return chosen[0].get("value").text if len(chosen) == 1 else patient.get("id").text


def _name(name: Element) -> str:
    given = " ".join(each.text for each in name.all("given"))
    return name.get("text").text or f"{given} {name.get('family').text}".strip()


def _sex(patient: Element) -> Iterator[Told]:
    gender = patient.get("gender")
    at_birth = next((each.get("valueCode").text for _, each in patient.extensions(_BIRTH_SEX)), "")
    sex = {"F": "female", "M": "male"}.get(at_birth, "")
    if gender.text in {"female", "male"} and sex in {"", gender.text}:
        yield Told("sex", gender.text, gender)
    elif gender:
        birth = f", and {sex} at birth" if sex else ""
        gender.note(f"is {gender.text}{birth}, so no sex is told to formulas; give it with --sex")


def told_by_extensions(resource: Element) -> Iterator[Told]:
    """The facts that cec's own extensions tell."""
    for name, extension in resource.extensions(FACT):
        yield Told(name, extension.get("valueString").text, extension)


def allergies(resources: Sequence[Element]) -> Iterator[Told]:
    """What the patient is allergic to, in one text."""
    active = [each for each in resources if _is_active(each)]
    if words := [text for each in active if (text := words_of(each.get("code")))]:
        yield Told("allergies", "; ".join(dict.fromkeys(words)), active[0])


def _is_active(allergy: Element) -> bool:
    states = {
        code.get("code").text
        for name in ("clinicalStatus", "verificationStatus")
        for code in allergy.get(name).all("coding")
    }
    if gone := sorted(states & {"inactive", "resolved", "refuted", "entered-in-error"}):
        allergy.note(f"is {gone[0]}, so it is not read")
    return not gone


class Measured(NamedTuple):
    """An Observation of a fact: its quantity, and when it was taken."""

    fact: str
    observation: Element
    amount: ReadQuantity
    when: str

    @property
    def date(self) -> datetime.date | None:
        """The day, where it is told."""
        try:
            return read_date(self.when[:10]) if self.when else None
        except InputError:
            return None


def measured(
    resources: Resources, patient: Element | None, used: frozenset[str], elsewhere: Collection[str]
) -> Iterator[Told]:
    """The measures that Observations tell: the one that the requests name, else the newest of each.

    `used` are the names of the Observations that requests were computed from; `elsewhere` are facts that are known
    already. Which Observations were not read is a remark.
    """
    by_fact: dict[str, list[Measured]] = {}
    others: Counter[str] = Counter()
    for observation in resources.of("Observation"):
        measure = _measure(observation, others)
        if measure and is_about(patient, observation, resources) and measure.fact not in elsewhere:
            by_fact.setdefault(measure.fact, []).append(measure)
    if others:
        resources.found.notes.append(_unread(others))
    dated: list[Measured] = []
    for fact, measures in by_fact.items():
        named = [each for each in measures if each.observation.name in used]
        chosen = _chosen(fact, named or measures, is_named=bool(named))
        if chosen is not None:
            yield _told(chosen)
            dated += [chosen] if fact in _WITH_TEXT and chosen.date else []
    if dated:
        oldest = min(dated, key=lambda each: each.when)
        yield Told("measured_on", oldest.when[:10], oldest.observation)


def _unread(others: Counter[str]) -> str:
    """A remark on Observations that are not read, by what they are, the most frequent first."""
    shown = [f"{name}{f' ({count:,})' * (count > 1)}" for name, count in others.most_common(_MOST_NAMED)]
    more = f" and {len(others) - len(shown):,} other kinds" if len(others) > len(shown) else ""
    return f"Observations that are not read: {', '.join(shown)}{more}"


def _measure(observation: Element, others: Counter[str]) -> Measured | None:
    """What an Observation tells; None, and a remark or one more of the `others`, where that is nothing that is read."""
    code = observation.get("code")
    status = observation.get("status").text
    known = [BY_LOINC[each] for each in codes_of(code, LOINC) if each in BY_LOINC]
    if status in _NOT_MEASURED:
        observation.note(f"{words_of(code)} is {status}, so it is not read")
    elif any(codes_of(code, DERIVED)):
        pass
    elif not known:
        loinc = next((f" (LOINC {each})" for each in codes_of(code, LOINC)), "")
        others[f"{words_of(code) or 'without a code'}{loinc}"] += 1
    elif status not in _MEASURED:
        observation.get("status").fault(f"'{status}' is not a status of an Observation", "not-one-of")
    elif not observation.get("valueQuantity"):
        observation.note(f"{words_of(code)} has no quantity, so it is not read")
    else:
        fact = known[0].fact
        amount = read_of_kinds(observation.get("valueQuantity"), *fact_of(fact).kinds)
        when = (
            observation.first("effectiveDateTime")
            or observation.first("effectiveInstant")
            or observation.first("effectivePeriod", "start")
        )
        return Measured(fact, observation, amount, when) if amount else None
    return None


def _chosen(fact: str, measures: Sequence[Measured], *, is_named: bool) -> Measured | None:
    """The measure that counts: the newest; None, and a fault, where it cannot be told which that is."""
    if len({each.amount.quantity for each in measures}) == 1:
        return max(measures, key=lambda each: each.when)
    listed = ", ".join(f"{each.amount.text}{f' of {each.when}' if each.when else ''}" for each in measures)
    about = FACTS[fact].about
    if is_named:
        text = f"the requests are computed from different measures of the {about}: {listed}"
        measures[0].observation.fault(f"{text}: of a cycle that was changed, verify the saved order", "told-twice")
        return None
    newest = max(each.when[:10] for each in measures)
    latest = [each for each in measures if each.when[:10] == newest]
    if not all(each.when for each in measures) or len({each.amount.quantity for each in latest}) > 1:
        measures[0].observation.fault(
            f"it is not told which {about} is the newest: {listed}; give it with {FACTS[fact].option}"
        )
        return None
    latest[0].observation.note(f"{latest[0].amount.text} is taken, the newest {about} of {listed}")
    return latest[0]


def _told(measure: Measured) -> Told:
    amount = measure.amount
    decimals = -int(amount.quantity.value.as_tuple().exponent)
    fits = decimals <= _LONGEST
    return Told(measure.fact, amount.text, measure.observation, None if fits else amount.quantity)


def long_part(fact: Told) -> Part:
    """A fact whose number has more decimals than people type, as what is told of its key."""
    kind, amount = fact_of(fact.fact), fact.value
    if amount is None or amount.value <= 0:
        return Part(fact.fact, None, (Fault(f"{fact.text} is not above 0"),))
    kept = kind.in_unit(amount) if kind.is_kept_in_unit else amount
    words = "" if amount.unit == kind.unit else fact.text
    return Part(fact.fact, (kept, words) if fact.fact in _WITH_TEXT else kept)

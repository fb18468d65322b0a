"""The patient of a Bundle: who it is, and what its allergies tell, as texts of facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cec.fhir.codes import FACT
from cec.fhir.elements import Element, words_of
from cec.fhir.resources import Resources
from cec.units import Quantity

_BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"


class FactText(NamedTuple):
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


def identity(patient: Element) -> Iterator[FactText]:
    """Id, name, date of birth and sex, as far as the Patient tells them; a fault where the patient has died."""
    if patient.get("deceasedBoolean").is_true or patient.get("deceasedDateTime"):
        patient.fault("says that the patient has died: nothing is to be given")
    if patient.get("active").node.json == "false":
        patient.note("is not in use any more (active is false): another Patient may be meant")
    if number := _number(patient):
        yield FactText("id", number, patient)
    names = sorted(patient.all("name"), key=lambda name: ("official", "usual", "").index(_use(name)))
    if names and (name := _name(names[0])):
        yield FactText("name", name, names[0])
    if born := patient.get("birthDate"):
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", born.text, re.ASCII):
            yield FactText("born", born.text, born)
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


def _sex(patient: Element) -> Iterator[FactText]:
    gender = patient.get("gender")
    at_birth = next((each.get("valueCode").text for _, each in patient.extensions(_BIRTH_SEX)), "")
    sex = {"F": "female", "M": "male"}.get(at_birth, "")
    if gender.text in {"female", "male"} and sex in {"", gender.text}:
        yield FactText("sex", gender.text, gender)
    elif gender:
        birth = f", and {sex} at birth" if sex else ""
        gender.note(f"is {gender.text}{birth}, so no sex is told to formulas; give it with --sex")


def told_by_extensions(resource: Element) -> Iterator[FactText]:
    """The facts that cec's own extensions tell."""
    for name, extension in resource.extensions(FACT):
        yield FactText(name, extension.get("valueString").text, extension)


def allergies(resources: Sequence[Element]) -> Iterator[FactText]:
    """What the patient is allergic to, in one text."""
    active = [each for each in resources if _is_active(each)]
    if words := [text for each in active if (text := words_of(each.get("code")))]:
        yield FactText("allergies", "; ".join(dict.fromkeys(words)), active[0])


def _is_active(allergy: Element) -> bool:
    states = {
        code.get("code").text
        for name in ("clinicalStatus", "verificationStatus")
        for code in allergy.get(name).all("coding")
    }
    if gone := sorted(states & {"inactive", "resolved", "refuted", "entered-in-error"}):
        allergy.note(f"is {gone[0]}, so it is not read")
    return not gone

"""The patient of the next cycle: what is carried on from an order, with what is told anew in its place."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from cec.anchors import is_same_name
from cec.course.carried_facts import carried_patient, days_measured, keys_carried
from cec.course.earlier import earlier_doses
from cec.course.reductions import decided_reductions
from cec.errors import CecError, Fault, InputError, together
from cec.facts import told_facts
from cec.facts.reading import from_zero
from cec.load import patient_over
from cec.load.declarations import read_reduction
from cec.load.misspelt import refuse_unasked
from cec.load.typed import Texts
from cec.order import Order
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.units import TOTALS, Quantity

_NOTHING: Texts = MappingProxyType({})


class Following(NamedTuple):
    """By what the next cycle is drafted, and its day 1."""

    regimen: Regimen
    pharmacy: Pharmacy
    start: datetime.date


class News(NamedTuple):
    """What is told of the next cycle: texts by the keys of a patient file, and what is decided of the last one."""

    texts: Texts = _NOTHING
    keep_reductions: Sequence[str] = ()
    drop_reductions: Sequence[str] = ()
    unknown: Sequence[str] = ()
    """Facts that nobody knows now."""
    also_given: Sequence[str] = ()
    """Amounts that no order tells: doxorubicin=120 mg/m2."""


class CarriedPatient(NamedTuple):
    """The patient of the next cycle, in words what replaced what, and whether an age told as a number was carried."""

    patient: Patient
    overrides: tuple[str, ...]
    age_is_carried: bool


def carry_patient(order: Order, following: Following, news: News, name: str) -> CarriedPatient:
    """The patient as carried on from the order of this name; InputError with all that is asked for and was not news."""
    regimen, pharmacy, start = following
    facts = {fact.name for fact in told_facts("patient")} & news.texts.keys()
    anew = tuple(_reduced(news.texts.get("reductions") or ()))
    carried = carried_patient(order)
    keys, decided, also_given = together(
        lambda: keys_carried(order, start, pharmacy, anew=facts, unknown=news.unknown),
        lambda: decided_reductions(order, regimen, keep=news.keep_reductions, drop=news.drop_reductions, anew=anew),
        lambda: _also_given(news.also_given, order, regimen),
    )
    days = [day for measure, day in days_measured(order).items() if measure in keys and day and carried.fact(measure)]
    carried = msgspec.structs.replace(carried, measured_on=min(days, default=None))
    patient, overrides = patient_over(carried, keys, news.texts, name)
    _refuse_another_person(order.patient, patient)
    if new_history := patient.history.keys() - order.patient.history.keys():
        alone = {fact: patient.history[fact] for fact in new_history}
        refuse_unasked(msgspec.structs.replace(patient, history=alone), regimen, pharmacy)
    earlier = earlier_doses(order, regimen, also_given)
    patient = msgspec.structs.replace(
        patient,
        reductions=(*decided.kept, *patient.reductions),
        earlier_doses=earlier.amounts,
        earlier_doses_since=earlier.since,
    )
    source = f"continued from {name}, order {order.fingerprint[:16]}"
    age_is_carried = "age" in keys and not {"age", "born"} & facts
    return CarriedPatient(patient, (source, *decided.words, *overrides), age_is_carried)


NEVER_CHANGES = ("id", "born", "sex")
"""By what two patients are told apart."""


def _refuse_another_person(before: Patient, patient: Patient) -> None:
    """InputError for a patient who is not that of the order: history and earlier doses would be another's."""
    both = ((name, before.fact(name), patient.fact(name)) for name in NEVER_CHANGES)
    faults = [
        Fault(f"the order is for {was}, not for {value}: the next cycle is that of the same patient", f"--{name}")
        for name, was, value in both
        if was and value and was != value
    ]
    if faults:
        raise InputError(*faults)


def _reduced(texts: Any) -> Iterator[str]:
    """The drugs of which a reduction was told; one that cannot be read is refused where the patient is read."""
    for text in texts:
        with suppress(CecError):
            yield read_reduction(text).drug


def _also_given(texts: Sequence[str], order: Order, regimen: Regimen) -> Mapping[str, Quantity]:
    """What was given of each drug that no order tells; InputError for a drug that neither cycle nor history has."""
    read = from_zero(*TOTALS)
    lines = (*order.regimen.drugs, *regimen.drugs)
    drugs = tuple(dict.fromkeys((*order.patient.earlier_doses, *(line.drug for line in lines))))
    amounts: dict[str, Quantity] = {}
    for text in texts:
        drug, _, amount = (part.strip() for part in text.partition("="))
        if not drug or not amount:
            words = f"'{text}' is not DRUG=AMOUNT; write it like doxorubicin='120 mg/m2'"
        elif not is_same_name(drug, *drugs):
            words = f"neither {order.regimen.name} nor {regimen.name} gives {drug}; they give {', '.join(drugs)}"
        elif is_same_name(drug, *amounts):
            words = f"{drug} is given twice; give the sum"
        else:
            try:
                amounts[drug] = read(amount)
            except CecError as error:
                raise InputError(*(fault._replace(where="--also-given") for fault in error.faults)) from None
            continue
        raise InputError(Fault(words, "--also-given"))
    return amounts

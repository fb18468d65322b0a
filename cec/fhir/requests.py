"""MedicationRequests: whether they ask for anything, the drug, the amount of one administration, what is prescribed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from cec.drug_names import drug_key, is_same_drug, other_drug
from cec.errors import InputError
from cec.fhir.codes import ATC, RXNORM
from cec.fhir.dosage import beside_amount
from cec.fhir.elements import Element, codes_of, words_of
from cec.fhir.quantities import ReadQuantity, has_unit_of, read_of_kinds
from cec.fhir.resources import Resources
from cec.fhir.ucum import INTERNATIONAL, OWN_UNITS
from cec.pharmacy.formulary import FormularyDrug
from cec.units import AMOUNT, DOSES, RATES, Kind, Quantity, convert_exactly, read_quantity

ORDERED = {"active", "completed", "draft", "on-hold", "unknown"}
NOT_ORDERED = {"cancelled", "entered-in-error", "stopped"}
"""States in which a request asks for something, and for nothing."""
INTENTS = {"proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order"}
"""What a request may be for; an `option` is one of several of which nobody ordered any yet."""


class RequestedDose(NamedTuple):
    """One dosage of a request. Without an amount it says only what the protocol prescribes."""

    source: Element
    drug: str
    amount: ReadQuantity | None
    prescribed: Quantity | None
    beside: Mapping[str, Any]
    """By `times`, `days`, `route`, `over`, `maximum`, `dates`: what is said of each."""


class Known(NamedTuple):
    """What is known before requests are read."""

    resources: Resources
    formulary: Mapping[str, FormularyDrug]
    zone: ZoneInfo | None
    """In which zone a time in UTC has its date."""
    drugs: Collection[str]
    """Those whose doses count."""

    def counts(self, drug: str) -> bool:
        """Whether the doses of a drug count."""
        return any(is_same_drug(drug, each) for each in self.drugs)


def doses_of(request: Element, known: Known, days: Sequence[int]) -> Iterator[RequestedDose]:
    """Every dosage of a request, on these days of the cycle where they are told; what cannot be read is a fault.

    Of a drug that does not count, it is a remark, and its dosage is left out.
    """
    medication = _medication(request, known.resources)
    if medication is None or (drug := _drug(medication, known.formulary)) is None:
        return
    dosages = request.all("dosageInstruction")
    if not dosages:
        request.fault(f"{drug} has no dosageInstruction", "no-dose")
    faults = request.found.faults
    for dosage in dosages:
        before = len(faults)
        dose = _dose(dosage, drug, known, days)
        if faults[before:] and not known.counts(drug):
            dosage.note(f"{drug}, which the regimen does not give, is not read: {faults[before].text}")
            del faults[before:]
        else:
            yield dose


def _dose(dosage: Element, drug: str, known: Known, days: Sequence[int]) -> RequestedDose:
    """What one dosage says."""
    amount, prescribed = _amounts(dosage, drug)
    if amount is None and prescribed is None and not _has_amount(dosage):
        dosage.fault(f"{drug} has no doseQuantity: '{dosage.get('text').text}' is words alone", "no-dose")
    beside = dict(beside_amount(dosage, amount, known.zone))
    if amount and known.counts(drug):
        _compare_words(dosage, amount)
    return RequestedDose(dosage, drug, amount, prescribed, {**beside, "days": tuple(days)} if days else beside)


_IN_WORDS = re.compile(r"(?<![\w.,/-])(?P<number>[0-9][0-9.,]*)\s*(?P<unit>[a-zA-Zµμ]+)(?![\w/]|\s*/)")


def _compare_words(dosage: Element, amount: ReadQuantity) -> None:
    """A remark where the words of a dosage have amounts, and none is about that of its codes (5% off at most)."""
    words, coded = dosage.get("text").text, Fraction(amount.quantity.value)
    amounts = [each for match in _IN_WORDS.finditer(words) for each in _amounts_in_words(match, amount.quantity.unit)]
    if amounts and all(abs(each - coded) * 20 > coded for each in amounts):
        dosage.note(f"'{words}' does not say {amount.text}, which stands in its codes")


def _amounts_in_words(match: re.Match[str], unit: str) -> Iterator[Fraction]:
    """What a number with its unit is in another one, a comma read either way; nothing where it is not an amount."""
    for number in {match["number"].replace(",", "."), match["number"].replace(",", "")}:
        with suppress(InputError):
            yield convert_exactly(read_quantity(f"{number} {match['unit']}", AMOUNT), unit, AMOUNT).number


def counted_drug(request: Element, known: Known) -> str:
    """The drug of a request, where its doses count; nothing where they do not, or where nobody can tell."""
    faults = request.found.faults
    before = len(faults)
    medication = _medication(request, known.resources)
    drug = _drug(medication, known.formulary) if medication else None
    del faults[before:]
    return drug if drug and known.counts(drug) else ""


def _medication(request: Element, resources: Resources) -> Element | None:
    """The concept that names the drug."""
    if request.get("medicationCodeableConcept"):
        return request.get("medicationCodeableConcept")
    if request.get("medicationReference"):
        found = resources.at(request.get("medicationReference"), request)
        return found.get("code") if found else None
    request.fault("has neither medicationCodeableConcept nor medicationReference, as R4 names them")
    return None


def _drug(medication: Element, formulary: Mapping[str, FormularyDrug]) -> str | None:
    """The drug, by its name or by a code that the formulary knows; None, and a fault, where these disagree."""
    words = words_of(medication)
    for display in (each.get("display").text for each in medication.all("coding")):
        if display and other_drug(display, words, formulary):
            medication.fault(f"is '{words}' in words, but '{display}' by what its code is called", "told-twice")
            return None
    by_code: dict[str, str] = {}
    for system, name in ((RXNORM, "RxNorm"), (ATC, "ATC")):
        codes = dict(_codes(formulary, system))
        own = next((known for drug, known in codes.items() if is_same_drug(drug, words)), set())
        for code in codes_of(medication, system):
            if own and code not in own:
                medication.fault(
                    f"{words} has the {name} code {code}; the formulary has {', '.join(sorted(own))}", "told-twice"
                )
                return None
            by_code |= {f"{name} {code}": drug for drug, known in codes.items() if code in known}
    drugs = list(dict.fromkeys(by_code.values()))
    named = [other for drug in drugs if (other := other_drug(words, drug, formulary))]
    if len(drugs) > 1 or named:
        listed = ", ".join(f"{code} is {drug}" for code, drug in by_code.items())
        medication.fault(f"'{words}' and its codes are of different drugs: {listed}", "told-twice")
        return None
    if not drugs and not words:
        medication.fault("names no drug: it has no text, and no code that the formulary knows")
        return None
    return drugs[0] if drugs else words


def _codes(formulary: Mapping[str, FormularyDrug], system: str) -> Iterator[tuple[str, set[str]]]:
    """The codes of one system that each drug has: its own, and those of its products."""
    for name, drug in formulary.items():
        codes = {drug.rxnorm, *(product.rxnorm for product in drug.products)} if system == RXNORM else {drug.atc}
        if codes - {""}:
            yield name, codes - {""}


def _has_amount(dosage: Element) -> bool:
    return any(each.get("doseQuantity") or each.get("rateQuantity") for each in dosage.all("doseAndRate"))


def _amounts(dosage: Element, drug: str) -> tuple[ReadQuantity | None, Quantity | None]:
    """The amount of one administration, and the dose of the protocol, each by its unit and not by what it is called.

    Systems disagree which of them is `ordered`.
    """
    amounts: list[ReadQuantity] = []
    prescribed: list[Quantity] = []
    for each in dosage.all("doseAndRate"):
        if each.get("doseRange"):
            each.get("doseRange").fault(f"{drug} is a range, which is not the dose of one administration", "no-dose")
        dose = each.get("doseQuantity")
        if not dose and has_unit_of(rate := each.get("rateQuantity"), *RATES) and _is_ordered(each):
            prescribed += (read.quantity for read in [read_of_kinds(rate, *RATES)] if read)
        if not dose:
            continue
        is_per = not has_unit_of(dose, AMOUNT) and has_unit_of(dose, *DOSES)
        read = _dose_quantity(dose, drug, DOSES if is_per else (AMOUNT,))
        if read and is_per:
            prescribed.append(read.quantity)
        elif read:
            amounts.append(read)
    for several in ({each.quantity for each in amounts}, set(prescribed)):
        if len(several) > 1:
            dosage.fault(f"{drug} has {len(several)} doses: {', '.join(sorted(map(str, several)))}", "told-twice")
    return (amounts[0] if amounts else None), (prescribed[0] if prescribed else None)


def _dose_quantity(dose: Element, drug: str, kinds: tuple[Kind, ...]) -> ReadQuantity | None:
    """A dose above 0 in a unit of one of these kinds; None, and a fault, where it is none, or not of this drug."""
    read = read_of_kinds(dose, *kinds)
    if read and read.quantity.value <= 0:
        dose.fault(f"{drug} is {read.text}; a dose is above 0, and what is left out a request with doNotPerform")
        return None
    if read and any(unit in read.code for unit in INTERNATIONAL) and (why := _own_unit(drug)):
        dose.fault(f"{drug} is in international units: {why}")
        return None
    return read


def _is_ordered(part: Element) -> bool:
    """Whether a dose is that of a protocol, as R4 calls it."""
    return any(code.get("code").text == "ordered" for code in part.get("type").all("coding"))


def _own_unit(drug: str) -> str:
    return next((why for name, why in OWN_UNITS.items() if drug_key(name) == drug_key(drug)), "")


def is_not_to_be_given(request: Element) -> bool:
    """Whether a request says that the drug is left out."""
    return request.get("doNotPerform").is_true


def why_not_ordered(request: Element) -> str:
    """Why a request asks for nothing; empty where it asks for something."""
    status = request.get("status").text
    if status in NOT_ORDERED:
        return f"is {status}"
    return "is an option, which nobody ordered" if request.get("intent").text == "option" else ""


def is_ordered(request: Element) -> bool:
    """Whether a request asks for anything; a remark where it does not, a fault where nobody can tell."""
    if why := why_not_ordered(request):
        request.note(f"{why}, so it is not read")
        return False
    status, intent = request.get("status").text, request.get("intent").text
    if status not in ORDERED:
        request.get("status").fault(f"'{status}' is not a status of a request", "not-one-of")
    if intent and intent not in INTENTS:
        request.get("intent").fault(f"'{intent}' is not an intent of a request", "not-one-of")
    return True

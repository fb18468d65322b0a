"""MedicationRequests: the drug, the amount of one administration, and how it is to be given."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from cec.drug_names import drug_key, is_same_drug, other_drug
from cec.errors import InputError
from cec.fhir.codes import ATC, INTERNATIONAL, OWN_UNITS, ROUTE_CODES, RXNORM, SNOMED, units_of_code
from cec.fhir.elements import Element, codes_of, date_of, words_of
from cec.fhir.quantities import ReadQuantity, has_unit_of, is_other_unit, read_decimal, read_of_kinds
from cec.fhir.resources import Resources
from cec.load.routes import understand_route
from cec.pharmacy import FormularyDrug
from cec.units import AMOUNT, DOSES, DURATION, RATES, Quantity, convert_exactly, dose_unit, kept, span

ORDERED = {"active", "completed", "draft", "on-hold", "unknown"}
NOT_ORDERED = {"cancelled", "entered-in-error", "stopped"}
"""States in which a request asks for something, and for nothing."""
_TIMES_A_DAY = {"QD": 1, "BID": 2, "TID": 3, "QID": 4}
"""How often a day these codes of timings say."""


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
    beside = dict(_beside(dosage, amount, known.zone))
    return RequestedDose(dosage, drug, amount, prescribed, {**beside, "days": tuple(days)} if days else beside)


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
        if (read := read_of_kinds(dose, *(DOSES if is_per else (AMOUNT,)))) is None:
            continue
        if is_per:
            prescribed.append(read.quantity)
        elif any(unit in read.code for unit in INTERNATIONAL) and (why := _own_unit(drug)):
            dose.fault(f"{drug} is in international units: {why}")
        else:
            amounts.append(read)
    for several in ({each.quantity for each in amounts}, set(prescribed)):
        if len(several) > 1:
            dosage.fault(f"{drug} has {len(several)} doses: {', '.join(sorted(map(str, several)))}", "told-twice")
    return (amounts[0] if amounts else None), (prescribed[0] if prescribed else None)


def _is_ordered(part: Element) -> bool:
    """Whether a dose is that of a protocol, as R4 calls it."""
    return any(code.get("code").text == "ordered" for code in part.get("type").all("coding"))


def _own_unit(drug: str) -> str:
    return next((why for name, why in OWN_UNITS.items() if drug_key(name) == drug_key(drug)), "")


def _beside(dosage: Element, amount: ReadQuantity | None, zone: ZoneInfo | None) -> Iterator[tuple[str, Any]]:
    """What is said beside the amount, by the words for it."""
    timing = dosage.get("timing")
    if dates := _dates(timing, zone):
        yield "dates", tuple(sorted(dates))
    if times := _times_a_day(timing, dates):
        yield "times", times
    most = dosage.get("maxDosePerAdministration")
    if most and not is_other_unit(most, AMOUNT) and (maximum := read_of_kinds(most, AMOUNT)):
        yield "maximum", maximum.quantity
    if route := _route(dosage.get("route")):
        yield "route", route
    if over := _over(dosage, amount):
        yield "over", over
    if dosage.get("asNeededBoolean").is_true or dosage.get("asNeededCodeableConcept"):
        dosage.note("is as needed: how often it is given is not compared")


def _dates(timing: Element, zone: ZoneInfo | None) -> list[datetime.date]:
    """The dates of events; of times in UTC those in this zone, and none where it is not known."""
    events = timing.all("event")
    if zone is None and any(event.text.endswith("Z") for event in events):
        timing.note("has times in UTC, and the pharmacy names no time_zone: their dates are not compared")
        return []
    return [date for event in events if (date := date_of(event, zone)) is not None]


def _times_a_day(timing: Element, dates: Sequence[datetime.date]) -> int:
    """How often a day; 0 where that is not told."""
    repeat = timing.get("repeat")
    counts = set(Counter(dates).values())
    if len(counts) == 1:
        return counts.pop()
    if dates:
        return 0
    if repeat.get("frequency") and repeat.get("period"):
        often = read_decimal(repeat.get("frequencyMax") or repeat.get("frequency"))
        period = read_decimal(repeat.get("period"))
        hours = {"h": 1, "d": 24}.get(repeat.get("periodUnit").text)
        if often and period and hours and hours * period <= 24:
            times = Fraction(often) * 24 / (hours * Fraction(period))
            return int(times) if times.denominator == 1 else 0
        return 0
    if of_day := repeat.all("timeOfDay") or repeat.all("when"):
        return len(of_day)
    codes = (each.get("code").text for each in timing.get("code").all("coding"))
    return next((_TIMES_A_DAY[code] for code in codes if code in _TIMES_A_DAY), 0)


def _route(route: Element) -> str:
    """The route in cec's words, by the words that stand there, else by its code; nothing where it is not told."""
    if not route:
        return ""
    by_code = {each.code: each.route for each in ROUTE_CODES}
    coded = next((by_code[code] for code in codes_of(route, SNOMED) if code in by_code), "")
    words = route.get("text").text
    try:
        written = understand_route(words) if words else ""
    except InputError:
        written = ""
    if coded and written and not (written == coded or written.startswith(f"{coded} ")):
        route.fault(f"says '{words}' in words and {coded} by its code: which one is meant is not guessed", "told-twice")
        return ""
    if not coded and not written:
        route.note(f"'{words_of(route)}' is not a route that is known here, so it is not compared")
    return written or coded


def _over(dosage: Element, amount: ReadQuantity | None) -> Quantity | None:
    """How long one administration runs at most; None where that is not told. A rate must fit the dose and the time."""
    repeat = dosage.get("timing", "repeat")
    found: list[tuple[Element, Quantity]] = []
    if length := repeat.get("durationMax") or repeat.get("duration"):
        number, code = read_decimal(length), repeat.get("durationUnit").text
        units = [unit for unit in units_of_code(code) if unit in DURATION.units]
        if not units:
            repeat.fault(f"has a duration in '{code}'; it is in min, h, d or wk", "unknown-unit")
        elif number:
            found.append((length, Quantity(number, units[0])))
    for each in dosage.all("doseAndRate"):
        found += _by_rate(each, amount)
    if not found:
        return None
    _, over = found[0]
    for element, other in found[1:]:
        if span(other) != span(over):
            dose = amount.text if amount else "the dose"
            element.fault(
                f"does not fit: by this rate {dose} runs for {other}, but the timing says {over}", "told-twice"
            )
    return over


def _by_rate(part: Element, amount: ReadQuantity | None) -> Iterator[tuple[Element, Quantity]]:
    """How long the amount runs by each rate that is written beside it, and where that stands."""
    if rate := part.get("rateRatio"):
        yield from ((rate, over) for over in _of_ratio(rate, amount))
    if rate := part.get("rateQuantity"):
        yield from ((rate, over) for over in _of_rate(rate, amount))
    if part.get("rateRange"):
        part.get("rateRange").note("is a range of rates, which is not compared")


def _of_ratio(ratio: Element, amount: ReadQuantity | None) -> Iterator[Quantity]:
    """How long the amount runs by a rate of so much in so long."""
    if is_other_unit(ratio.get("numerator"), AMOUNT):
        ratio.note("is not a rate of the drug, so it is not compared")
        return
    much = read_of_kinds(ratio.get("numerator"), AMOUNT)
    long = read_of_kinds(ratio.get("denominator"), DURATION)
    if much and long and amount:
        parts = _parts(ratio, amount, much.quantity)
        yield from (kept(part * Fraction(long.quantity.value), long.quantity.unit) for part in parts)


def _of_rate(rate: Element, amount: ReadQuantity | None) -> Iterator[Quantity]:
    """How long the amount runs by a rate per time; a rate of a volume, or per m2, does not tell it."""
    if is_other_unit(rate, *RATES):
        words = rate.get("unit").text or rate.get("code").text
        rate.note(f"{rate.get('value').text} {words} is not a rate, so it is not compared")
        return
    read = read_of_kinds(rate, *RATES)
    unit = dose_unit(read.quantity.unit) if read else None
    if read and amount and unit and not unit.per and unit.amount != "mL":
        hours = {"h": Fraction(1), "min": Fraction(1, 60), "24h": Fraction(24)}[unit.time]
        parts = _parts(rate, amount, Quantity(read.quantity.value, unit.amount))
        yield from (kept(part * hours, "h") for part in parts)


def _parts(rate: Element, amount: ReadQuantity, much: Quantity) -> Iterator[Fraction]:
    """How many times the amount of a rate the whole amount is; a fault where they are of different kinds."""
    try:
        whole = convert_exactly(amount.quantity, much.unit, AMOUNT).number
    except InputError:
        rate.fault(f"is a rate of {much}, but the dose is {amount.quantity}", "told-twice")
        return
    if much.value:
        yield whole / Fraction(much.value)


def is_not_to_be_given(request: Element) -> bool:
    """Whether a request says that the drug is left out."""
    return request.get("doNotPerform").is_true


def is_ordered(request: Element) -> bool:
    """Whether a request asks for anything; a remark where it does not, a fault where nobody can tell."""
    status = request.get("status").text
    if status in NOT_ORDERED:
        request.note(f"is {status}, so it is not read")
    elif status not in ORDERED:
        request.get("status").fault(f"'{status}' is not a status of a request", "not-one-of")
    return status not in NOT_ORDERED

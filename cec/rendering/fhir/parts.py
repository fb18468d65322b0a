"""What resources are made of: quantities in UCUM, concepts, references, timings; and the Bundle that holds them."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from cec.fhir.codes import ATC, DAYS_OF_CYCLE, DOSE_RATE_TYPE, PRECISION, RXNORM, SNOMED, route_code
from cec.fhir.ucum import UCUM, ucum_of
from cec.rendering.json import render
from cec.units import DURATION, Quantity, convert, dose_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cec.pharmacy.formulary import FormularyDrug

Resource: TypeAlias = dict[str, Any]

_ALL_IDS = uuid.UUID("6f3b2c0a-52a7-5b0e-9a36-3f0f0c1d7a11")
"""The namespace of the ids. If it changes, every resource gets another."""


def id_of(*names: str | int) -> str:
    """The id of what has these names: the same for the same."""
    return str(uuid.uuid5(_ALL_IDS, json.dumps(names)))


def filled(**parts: Any) -> Resource:
    """A mapping of the parts that say something: R4 has no empty values."""
    return {name: part for name, part in parts.items() if part not in (None, "", [], (), {})}


def bundle(resources: Iterable[Resource], identity: str) -> bytes:
    """A Bundle of these resources, each under its id, as exact JSON."""
    entries = [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in resources]
    return render({"resourceType": "Bundle", "id": identity, "type": "collection", "entry": entries})


def refer(resource: Resource) -> Resource:
    """A reference to a resource of the same Bundle."""
    return {"reference": f"urn:uuid:{resource['id']}", "type": resource["resourceType"]}


def number(amount: Quantity, name: str = "value") -> Resource:
    """The number of an amount under a name; of one that goes on, to how many decimals it is known."""
    decimals = [{"url": PRECISION, "valueInteger": max(0, -int(amount.value.as_tuple().exponent))}]
    return {name: amount.value} | ({f"_{name}": {"extension": decimals}} if amount.endless else {})


def quantity(amount: Quantity) -> Resource:
    """An amount in UCUM, with the unit as people read it."""
    return {**number(amount), "unit": amount.unit, "system": UCUM, "code": ucum_of(amount.unit)}


ONE_DAY = Quantity(Decimal(1), "days")


def dose_of(amount: Quantity) -> Resource:
    """A dose of a protocol as it stands beside its type: an amount, or a rate."""
    is_rate = bool(dose_unit(amount.unit).time)
    return {"rateQuantity" if is_rate else "doseQuantity": quantity(amount)}


def ratio(numerator: Quantity, denominator: Quantity) -> Resource:
    """So much for each of so much."""
    return {"numerator": quantity(numerator), "denominator": quantity(denominator)}


def concept(text: str = "", *codings: Resource) -> Resource:
    """A concept in words, with its codes."""
    return filled(coding=list(codings), text=text)


def coding(system: str, code: str, display: str = "") -> Resource:
    """A code of a system."""
    return filled(system=system, code=code, display=display)


def notes(texts: Iterable[str]) -> list[Resource]:
    """Annotations, each text once."""
    return [{"text": text} for text in dict.fromkeys(filter(None, texts))]


def drug_concept(drug: str, formulary: FormularyDrug | None) -> Resource:
    """A drug by its name, and by the codes that the formulary has of it."""
    codes = ((RXNORM, formulary.rxnorm), (ATC, formulary.atc)) if formulary else ()
    return concept(drug, *(coding(system, code) for system, code in codes if code))


def route_concept(route: str) -> Resource:
    """A route in words, and its code where one says it."""
    code = route_code(route)
    return concept(route, *([coding(SNOMED, code.code, code.display)] if code else []))


def dose_type(word: str) -> Resource:
    """Whether an amount is `ordered` or `calculated`, in R4's words: what a protocol orders, and what comes of it."""
    return concept("", coding(DOSE_RATE_TYPE, word))


def lasting(least: Quantity | None, most: Quantity | None) -> Resource:
    """How long something runs, as `Timing.repeat` has it; a range from its shortest to its longest."""
    if most is None:
        return {}
    shortest = least or most
    longest = number(convert(most, shortest.unit, DURATION), "durationMax") if least else {}
    return {**number(shortest, "duration"), **longest, "durationUnit": ucum_of(shortest.unit)}


def a_day(least: int, most: int | None = None) -> Resource:
    """So many times a day, as `Timing.repeat` has it."""
    return filled(frequency=least, frequencyMax=most, period=1, periodUnit="d")


def days_of_cycle(days: Sequence[int]) -> list[Resource]:
    """The extension of an action that names the days of the cycle; none where there are none."""
    return [{"url": DAYS_OF_CYCLE, "extension": [{"url": "day", "valueInteger": day} for day in days]}] if days else []

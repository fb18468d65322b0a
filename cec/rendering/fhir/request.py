"""The doses of an order as MedicationRequests of FHIR R4, each with how it came about and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cec.days import days_in_words
from cec.fhir.codes import regimen_address
from cec.order import identity
from cec.rendering.days import day_names
from cec.rendering.fhir.parts import (
    ONE_DAY,
    a_day,
    dose_of,
    dose_type,
    drug_concept,
    filled,
    lasting,
    notes,
    quantity,
    ratio,
    refer,
    route_concept,
)
from cec.rendering.fhir.patient import order_id
from cec.rendering.words import OMITTED, given_by, label_words, over_days
from cec.rendering.words.preparation import instructions
from cec.rendering.words.regimen import frequency
from cec.rendering.words.revision import given_rows, row_marks
from cec.rendering.words.times import box_words, rate_words, starting_time
from cec.units import AMOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from cec.order import Administration, Dose, Identity, Order
    from cec.rendering.fhir.parts import Resource

    Marks = Mapping[Identity, Sequence[str]]


def requests_of(
    order: Order, patient: Resource, observations: Sequence[Sequence[Resource]], zone: ZoneInfo | None
) -> list[Resource]:
    """A request for each dose of an order; `observations` are those of each of its measures."""
    shared = _Shared(order, patient, zone, _marks(order))
    measured = (observations[order.measures.index(order.measures_on(dose.days[0]))] for dose in order.doses)
    return [_request(shared, place, each) for place, each in enumerate(measured)]


class _Shared(NamedTuple):
    """What all requests of an order are written from."""

    order: Order
    patient: Resource
    zone: ZoneInfo | None
    marks: Marks


def status_of(order: Order) -> str:
    """Whether anybody released the order."""
    return "active" if order.release else "draft"


def _request(shared: _Shared, place: int, measured: Sequence[Resource]) -> Resource:
    """One drug and dose on its days."""
    order, patient, zone, marks = shared
    dose, line = order.doses[place], order.line_of(order.doses[place])
    rows = [row for row in order.administrations if row.dose_index == place]
    is_given = bool(dose.ordered.value)
    return filled(
        resourceType="MedicationRequest",
        id=order_id(order, "MedicationRequest", place),
        status="cancelled" if order.cancelled else status_of(order),
        intent="order",
        doNotPerform=None if is_given else True,
        medicationCodeableConcept=drug_concept(dose.drug, order.pharmacy.formulary_entry(dose.drug)),
        subject=refer(patient),
        supportingInformation=list(map(refer, measured)),
        requester={"display": order.patient.physician} if order.patient.physician else {},
        reasonCode=[{"text": dose.withheld}] if dose.withheld else [],
        instantiatesCanonical=[regimen_address(order.regimen.name, order.regimen.edition)],
        groupIdentifier={"value": order.fingerprint or order.sha256},
        note=notes((*_marked_days(rows, marks), *_words(order, place, rows))),
        dosageInstruction=[
            filled(
                text=_dosage_words(dose),
                additionalInstruction=[{"text": text} for text in dose.label],
                timing=_timing(dose, rows, zone, is_given=is_given),
                route=route_concept(dose.route),
                doseAndRate=_amounts(dose) if is_given else [],
                maxDosePerPeriod=ratio(line.maximum_a_day, ONE_DAY) if line.maximum_a_day else {},
                maxDosePerAdministration=quantity(dose.maximum) if dose.maximum else {},
                maxDosePerLifetime=quantity(line.lifetime_maximum) if line.lifetime_maximum else {},
            )
        ],
    )


def _marks(order: Order) -> Marks:
    """Of each administration that is not as first ordered what became of it: changed and why, or given."""
    reason = order.changes[-1].reason if order.changes else ""
    marks = {name: [f"{mark} ({reason})"] for name, mark in row_marks(order).items()}
    for name, status in given_rows(order).items():
        marks.setdefault(name, []).append(status)
    return marks


def _marked_days(rows: Sequence[Administration], marks: Marks) -> Iterator[str]:
    """What became of the administrations of a request, with their days, and numbers where only some of a day are."""
    of_mark: dict[str, list[Administration]] = {}
    for row in rows:
        for mark in marks.get(identity(row), ()):
            of_mark.setdefault(mark, []).append(row)
    for mark, marked in of_mark.items():
        days = sorted({row.protocol_day for row in marked})
        if len(marked) == sum(row.protocol_day in days for row in rows):
            yield f"{days_in_words(days)}: {mark}"
        else:
            yield f"{', '.join(f'day {row.protocol_day} dose {row.number}' for row in marked)}: {mark}"


def _dosage_words(dose: Dose) -> str:
    """The whole dosage in words: nothing of it stands only in codes."""
    days = days_in_words(dose.days)
    amount = f"{dose.ordered} (protocol dose {dose.prescribed})" if dose.ordered.value else OMITTED
    name = f"{dose.drug} ({dose.called})" if dose.called else dose.drug
    until = f"until {dose.until}" if dose.until else ""
    confirm = f"only when {dose.confirm}" if dose.confirm else ""
    parts = (
        f"{name} {amount}",
        given_by(dose),
        f"{frequency(dose)} on {days}",
        dose.timing,
        *over_days(dose),
        until,
        confirm,
    )
    return ", ".join(filter(None, parts))


def _words(order: Order, place: int, rows: list[Administration]) -> Iterator[str]:
    """How the amount came about, how it is made up, and what to mind."""
    dose, names = order.doses[place], day_names(order)
    for step in dose.steps:
        source = f" [{step.source}]" if step.source else ""
        yield f"{step.what}: {step.how}{source}"
    yield from (dose.purpose, dose.note, f"in {dose.diluent}" if dose.diluent else "")
    yield from label_words(dose)
    for row in rows:
        day = names.of(row.protocol_day)
        bound = [f"{day}: {starting_time(row)}"] if row.not_after else []
        yield from (*bound, *row.notes, *box_words(row), *(f"{day}: {words}" for words in rate_words(row)))
    for preparation in order.preparations:
        if preparation.dose_index == place:
            yield from (f"{label}: {text}" for label, text in instructions(preparation))


def _timing(dose: Dose, rows: list[Administration], zone: ZoneInfo | None, *, is_given: bool) -> Resource:
    """Each date and time where the cycle has a day 1; else how often on each of its days."""
    events = [row.start.replace(tzinfo=zone).isoformat() if row.start else row.date.isoformat() for row in rows]
    runs = lasting(dose.over_least, dose.over) if is_given else {}
    least = min(dose.counts, default=dose.per_day)
    often = {} if events else a_day(least, dose.per_day if dose.per_day != least else None)
    return filled(event=events, repeat={**runs, **often})


def _amounts(dose: Dose) -> list[Resource]:
    """The protocol's dose, and the amount of one administration with the rate at which it runs evenly.

    Where both are amounts and differ, as of 100 mg that are reduced by half, the protocol's stands in words alone: of
    two amounts a reader could take the wrong one.
    """
    rate: dict[str, Any] = {}
    if dose.over and dose.over.value and not dose.over_least and not dose.rate_steps:
        rate = {"rateRatio": ratio(dose.ordered, dose.over)}
    by_protocol = {"type": dose_type("ordered"), **dose_of(dose.prescribed)}
    amount = {"type": dose_type("calculated"), "doseQuantity": quantity(dose.ordered), **rate}
    is_another = dose.prescribed.unit in AMOUNT.units and dose.prescribed != dose.ordered
    return [amount] if is_another else [by_protocol, amount]

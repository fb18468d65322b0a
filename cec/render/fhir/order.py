"""The order as a Bundle of FHIR R4: a draft, with every digit that it has.

| resource | what is in it |
|---|---|
| Patient | who it is, as far as it was told |
| Observation | each measure that doses and checks use; BSA and clearance with their working |
| RequestGroup | the cycle: its regimen, day 1, and the days of each drug |
| MedicationRequest | each drug and distinct dose: a draft, or a `doNotPerform` where it is left out |
| DetectedIssue | each alert, with the reason where it was accepted |

`ordered` and `calculated` are R4's words: the protocol's dose is `ordered`, the amount that comes of it `calculated`.
Ids are made from the order's fingerprint. No clock is read: nothing says when anything was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cec.days import LAST_DAY, days_in_words
from cec.drug_names import is_same_drug
from cec.errors import Fault, InputError
from cec.fhir.codes import ALERT, FACT, regimen_address
from cec.render.days import day_names
from cec.render.fhir.parts import (
    ONE_DAY,
    a_day,
    bundle,
    coding,
    concept,
    days_of_cycle,
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
from cec.render.fhir.patient import observations_of, order_id, other_measures, patient_of, told_of
from cec.render.words import OMITTED, assumptions, changes, given_by, label_words, origin, over_days, validity
from cec.render.words.alerts import on_paper
from cec.render.words.preparation import instructions
from cec.render.words.regimen import cycle_words, frequency, title_of
from cec.render.words.times import box_words, rate_words, starting_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from cec.course.void import Void
    from cec.order import Administration, Alert, Dose, Order
    from cec.render.fhir.parts import Resource

_SEVERITY = {"stop": "high", "check": "moderate", "note": "low"}


def render(order: Order, *, void: Void | None = None) -> bytes:
    """The Bundle; InputError where the order has clock times and the pharmacy names no zone."""
    zone = order.pharmacy.zone
    if zone is None and any(row.start for row in order.administrations):
        text = "FHIR has clock times only with their zone; name the pharmacy's time_zone, e.g. Europe/Warsaw"
        raise InputError(Fault(text))
    patient = patient_of(order)
    observations = [observations_of(order, each, patient) for each in order.measures]
    facts = list(other_measures(order, patient))
    requests = [
        _request(order, place, patient, observations[order.measures.index(order.measures_on(dose.days[0]))], zone)
        for place, dose in enumerate(order.doses)
    ]
    if void:
        requests = [each | {"status": "cancelled" if void.cancelled else "stopped"} for each in requests]
    group = _group(order, patient, requests, void)
    issues = [_issue(order, place, patient, requests) for place in range(len(order.alerts))]
    measured = [observation for each in observations for observation in each]
    return bundle([patient, *measured, *facts, group, *requests, *issues], order_id(order, "Bundle"))


def _group(order: Order, patient: Resource, requests: list[Resource], void: Void | None) -> Resource:
    """The cycle with its regimen and, for each request, the days of the cycle."""
    facts = [*told_of(order.patient), ("cycle", str(order.cycle or ""))]
    actions = [
        filled(
            extension=days_of_cycle(dose.days if dose.days[-1] != LAST_DAY else ()),
            title=" ".join(filter(None, (dose.drug, dose.called))),
            resource=refer(request),
        )
        for dose, request in zip(order.doses, requests, strict=True)
    ]
    of_cycle = filled(
        title=", ".join(filter(None, (title_of(order), cycle_words(order)))),
        timingPeriod={"start": order.start.isoformat()} if order.start else {},
        action=actions,
    )
    return filled(
        resourceType="RequestGroup",
        id=order_id(order, "RequestGroup"),
        extension=[{"url": f"{FACT}{name}", "valueString": text} for name, text in facts if text],
        identifier=[{"type": {"text": "SHA-256 of the order"}, "value": order.fingerprint or order.sha256}],
        instantiatesCanonical=[regimen_address(order.regimen.name, order.regimen.edition)],
        replaces=[{"type": "RequestGroup", "identifier": {"value": order.replaces}}] if order.replaces else [],
        status="revoked" if order.cancelled or void else _status(order),
        intent="order",
        subject=refer(patient),
        note=notes(_notes(order, void)),
        action=[of_cycle],
    )


def _status(order: Order) -> str:
    """Whether anybody released the order."""
    return "active" if order.release else "draft"


def _notes(order: Order, void: Void | None) -> Iterator[str]:
    """What every paper of the order says."""
    yield validity(order, void)
    yield origin(order)
    yield from (
        f"Changed on {each.on.isoformat()}{'' if each.only_tells else f', from day {each.from_day} on'}: {each.reason}"
        for each in order.changes
    )
    yield from changes(order)
    yield from (f"Assumed, because the source does not say: {what}: {why}" for what, why in assumptions(order))
    yield from order.overrides
    yield from (f"Prescribe separately: {text}" for text in order.regimen.prescribe_separately)
    if (following := order.next_cycle) is not None:
        date = f", {following.date.isoformat()}" if following.date else ""
        source = f" [{following.source}]" if following.source else ""
        yield f"Earliest day 1 of the next cycle: day {following.day}{date}; {following.text}{source}".rstrip("; ")


def _request(
    order: Order,
    place: int,
    patient: Resource,
    measured: list[Resource],
    zone: ZoneInfo | None,
) -> Resource:
    """One drug and dose on its days."""
    dose, line = order.doses[place], order.line_of(order.doses[place])
    rows = [row for row in order.administrations if row.dose_index == place]
    is_given = bool(dose.ordered.value)
    return filled(
        resourceType="MedicationRequest",
        id=order_id(order, "MedicationRequest", place),
        status="cancelled" if order.cancelled else _status(order),
        intent="order",
        doNotPerform=None if is_given else True,
        medicationCodeableConcept=drug_concept(dose.drug, order.pharmacy.formulary_entry(dose.drug)),
        subject=refer(patient),
        supportingInformation=list(map(refer, measured)),
        requester={"display": order.patient.physician} if order.patient.physician else {},
        reasonCode=[{"text": dose.withheld}] if dose.withheld else [],
        instantiatesCanonical=[regimen_address(order.regimen.name, order.regimen.edition)],
        groupIdentifier={"value": order.fingerprint or order.sha256},
        note=notes(_words(order, place, rows)),
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
    """The protocol's dose, and the amount of one administration with the rate at which it runs evenly."""
    rate: dict[str, Any] = {}
    if dose.over and dose.over.value and not dose.over_least and not dose.rate_steps:
        rate = {"rateRatio": ratio(dose.ordered, dose.over)}
    return [
        {"type": dose_type("ordered"), **dose_of(dose.prescribed)},
        {"type": dose_type("calculated"), "doseQuantity": quantity(dose.ordered), **rate},
    ]


def _issue(order: Order, place: int, patient: Resource, requests: list[Resource]) -> Resource:
    """One alert; with the drug that it is about and, where a person accepted it, the reason."""
    alert: Alert = order.alerts[place]
    about = [
        refer(request)
        for dose, request in zip(order.doses, requests, strict=True)
        if is_same_drug(dose.drug, alert.about)
    ]
    return filled(
        resourceType="DetectedIssue",
        id=order_id(order, "DetectedIssue", place),
        status="preliminary",
        code=concept(alert.code, coding(ALERT, alert.code)),
        severity=_SEVERITY[alert.level],
        patient=refer(patient),
        implicated=about,
        evidence=[{"code": [{"text": alert.source}]}] if alert.source else [],
        detail=on_paper(alert).text,
        mitigation=[{"action": {"text": alert.accepted}}] if alert.accepted else [],
    )

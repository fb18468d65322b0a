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

from typing import TYPE_CHECKING

from cec.days import LAST_DAY
from cec.drug_names import is_same_drug
from cec.errors import Fault, InputError
from cec.fhir.codes import ALERT, FACT, regimen_address
from cec.rendering.csv.order import declared_patient
from cec.rendering.fhir.parts import (
    bundle,
    coding,
    concept,
    days_of_cycle,
    filled,
    notes,
    refer,
)
from cec.rendering.fhir.patient import observations_of, order_id, other_measures, patient_of, told_of
from cec.rendering.fhir.request import requests_of, status_of
from cec.rendering.words import assumptions, changes, origin, validity
from cec.rendering.words.alerts import on_paper
from cec.rendering.words.regimen import cycle_words, title_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cec.course.void import Void
    from cec.order import Alert, Order
    from cec.rendering.fhir.parts import Resource

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
    requests = requests_of(order, patient, observations, zone)
    if void:
        requests = [each | {"status": "cancelled" if void.cancelled else "stopped"} for each in requests]
    group = _group(order, patient, requests, void)
    issues = [_issue(order, place, patient, requests) for place in range(len(order.alerts))]
    measured = [observation for each in observations for observation in each]
    return bundle([patient, *measured, *facts, group, *requests, *issues], order_id(order, "Bundle"))


def _group(order: Order, patient: Resource, requests: list[Resource], void: Void | None) -> Resource:
    """The cycle with its regimen and, for each request, the days of the cycle."""
    facts = [*told_of(declared_patient(order)), ("cycle", str(order.cycle or ""))]
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
        status="revoked" if order.cancelled or void else status_of(order),
        intent="order",
        subject=refer(patient),
        note=notes(_notes(order, void)),
        action=[of_cycle],
    )


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

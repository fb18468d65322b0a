"""A Bundle of FHIR R4: whose it is, what was measured, by which regimen, and what was ordered. All faults at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from cec.errors import FileError
from cec.fhir.codes import ALERT, DAYS_OF_CYCLE, regimen_at
from cec.fhir.elements import Element, codes_of, date_of, refuse_modifiers
from cec.fhir.measures import measured
from cec.fhir.people import FactText, allergies, identity, is_about, patient_of, told_by_extensions
from cec.fhir.requests import (
    NOT_ORDERED,
    Known,
    RequestedDose,
    counted_drug,
    doses_of,
    is_not_to_be_given,
    is_ordered,
    why_not_ordered,
)
from cec.fhir.resources import Resources
from cec.pharmacy import Pharmacy

_READ = {
    "Patient",
    "Observation",
    "MedicationRequest",
    "RequestGroup",
    "DetectedIssue",
    "AllergyIntolerance",
    "Medication",
}


class Group(NamedTuple):
    """The order that a Bundle holds: the plans that it follows, facts of the cycle, and of each request the days."""

    addresses: tuple[str, ...] = ()
    """Of its RequestGroup, or else of its requests."""
    facts: tuple[FactText, ...] = ()
    days: Mapping[str, tuple[int, ...]] | None = None
    """Days of the cycle by the names of the requests; None where there is no RequestGroup."""

    @property
    def regimen(self) -> tuple[str, str]:
        """The name and the edition of the regimen that it follows; no name where that is none of cec's."""
        return next((found for found in map(regimen_at, self.addresses) if found[0]), ("", ""))

    @property
    def named(self) -> str:
        """The addresses of the plans, in words."""
        return ", ".join(self.addresses)


class ReadBundle(NamedTuple):
    """What a Bundle says of one order."""

    facts: tuple[FactText, ...]
    """Those of the patient and of the cycle."""
    doses: tuple[RequestedDose, ...]
    accepted: Mapping[str, str]
    """The reasons with which alerts were accepted, by their codes."""
    notes: tuple[str, ...]
    """What was not read, and which of several was taken."""
    measured_within: tuple[tuple[int, FactText], ...] = ()
    """Measures that were taken within the cycle, each with the day of it from which it holds."""


def read_bundle(
    resources: Resources,
    group: Group,
    pharmacy: Pharmacy,
    *,
    drugs: Collection[str] | None = None,
    elsewhere: Collection[str] = (),
) -> ReadBundle:
    """What a Bundle says; FileError with every fault of what is read of it.

    `drugs` are those of which the requests count: what cannot be read of others is a remark; None: no request counts.
    The pharmacy has codes of drugs and the zone of dates. `elsewhere` names the facts that are known already.
    """
    patient = patient_of(resources)
    known = Known(resources, pharmacy.formulary, pharmacy.zone, drugs or ())
    ordered = [each for each in _requests(resources, group, known) if is_ordered(each)]
    requests = [] if drugs is None else ordered
    given = [each for each in requests if is_about(patient, each, resources) and not is_not_to_be_given(each)]
    for each in resources.of("RequestGroup"):
        if each.get("subject"):
            is_about(patient, each, resources)
    active = [each for each in resources.of("AllergyIntolerance") if is_about(patient, each, resources)]
    measures = measured(resources, patient, _used(ordered, group, resources), elsewhere, pharmacy.zone)
    facts = [
        *group.facts,
        *((*identity(patient), *told_by_extensions(patient)) if patient else ()),
        *measures.first,
        *allergies(active),
    ]
    for resource in (*resources.of("Patient", "RequestGroup", "AllergyIntolerance"), *requests):
        refuse_modifiers(resource, *resource.all("dosageInstruction"), *resource.all("action"))
    _refuse_other_plans(ordered, group)
    days = group.days or {}
    doses = tuple(dose for each in given for dose in doses_of(each, known, days.get(each.name, ())))
    if drugs is not None and not doses and not resources.found.faults:
        resources.each[0]._replace(name="Bundle").fault(
            "has no MedicationRequest that asks for a dose of the regimen", "no-dose"
        )
    once = _once(facts, elsewhere)
    if faults := resources.found.faults:
        raise FileError(*sorted(faults, key=lambda fault: (fault.line, fault.column)))
    notes = (*resources.found.notes, *_not_read(resources))
    return ReadBundle(once, doses, dict(_accepted(resources)), notes, measures.later)


def _addresses(resource: Element) -> list[str]:
    """The plans that a RequestGroup or a request follows."""
    return [each.text for name in ("instantiatesCanonical", "instantiatesUri") for each in resource.all(name)]


def _refuse_other_plans(requests: Iterable[Element], group: Group) -> None:
    """A fault of each request of the order that follows another of cec's regimens than the order does."""
    for request in requests:
        for address in _addresses(request):
            (name, edition), (other, other_edition) = regimen_at(address), group.regimen
            if name and other and (name != other or (edition and other_edition and edition != other_edition)):
                request.fault(f"follows {address}, but the order {group.named}", "told-twice")


def _once(facts: Iterable[FactText], elsewhere: Collection[str]) -> tuple[FactText, ...]:
    """Each fact that is not known from elsewhere, once; a fault for one that is told in two ways."""
    by_name: dict[str, FactText] = {}
    for each in facts:
        if each.fact not in elsewhere:
            first = by_name.setdefault(each.fact, each)
            if first.text != each.text:
                what = each.fact.replace("_", " ")
                each.source.fault(
                    f"tells the {what} as {each.text}, and {first.source.name} as {first.text}", "told-twice"
                )
    if "born" in by_name:
        by_name.pop("age", None)
    return tuple(by_name.values())


def group_of(resources: Resources) -> Group:
    """What the one RequestGroup says, or else the requests; a fault where there are several groups."""
    every = resources.of("RequestGroup")
    groups = [each for each in every if each.get("status").text != "entered-in-error"] or every[:1]
    if not groups:
        requests = (each for each in resources.of("MedicationRequest") if not why_not_ordered(each))
        return Group(tuple(dict.fromkeys(address for each in requests for address in _addresses(each))))
    if len(groups) > 1:
        groups[1].fault(
            f"is a second order in the Bundle, beside {groups[0].name}; give them one by one", "not-a-bundle"
        )
    (group, *_) = groups
    if group.get("status").text in {"revoked", *NOT_ORDERED}:
        group.fault(f"is {group.get('status').text}: nothing of it is to be given")
    if group.get("replaces"):
        group.note(
            "replaces an earlier order: a day that a person moved within the cycle has another date than the protocol "
            "gives it, and differs here; cec verify of the saved order computes these too"
        )
    days: dict[str, tuple[int, ...]] = {}
    start: list[FactText] = []
    for action in _actions(group):
        if day_1 := action.get("timingPeriod", "start") or action.get("timingDateTime"):
            start += (FactText("start", date.isoformat(), day_1) for date in [date_of(day_1)] if date)
        if action.get("resource") and (request := resources.at(action.get("resource"), group)):
            days[request.name] = tuple(_days_of_cycle(action))
    return Group(tuple(_addresses(group)), (*told_by_extensions(group), *start[:1]), days)


def _actions(element: Element) -> Iterator[Element]:
    """Every action, those within others after them."""
    for action in element.all("action"):
        yield action
        yield from _actions(action)


def _days_of_cycle(action: Element) -> Iterator[int]:
    for _, extension in action.extensions(DAYS_OF_CYCLE):
        for day in extension.all("extension"):
            text = day.get("valueInteger").text
            if text.lstrip("-").isdecimal():
                yield int(text)
            else:
                day.fault(f"'{text}' is not a day of the cycle")


def _requests(resources: Resources, group: Group, known: Known) -> Iterator[Element]:
    """The requests of the order: of those of its RequestGroup, where there is one; the others are a remark.

    A fault for one of these that asks for a drug of the order once more: nobody can tell whether it is given too.
    """
    requests = list(resources.of("MedicationRequest"))
    if group.days is None:
        yield from requests
        return
    of_order = [each for each in requests if each.name in group.days]
    yield from of_order
    drugs = {counted_drug(each, known) for each in of_order}
    for request in requests:
        if request.name in group.days:
            continue
        drug = "" if why_not_ordered(request) else counted_drug(request, known)
        if drug and drug in drugs:
            request.fault(f"asks for {drug} once more beside the RequestGroup: cancel it, or take it out", "told-twice")
        else:
            request.note("is not of the RequestGroup, so it is not read")


def _used(requests: Iterable[Element], group: Group, resources: Resources) -> dict[str, int | None]:
    """The names of what requests in the Bundle are based on, each with the first day of the cycle on which one of these
    requests is given, where that is told.
    """
    first_days: dict[str, list[int | None]] = {}
    for request in requests:
        for reference in request.all("supportingInformation"):
            address = reference.get("reference").text
            if found := resources.leads_to(address):
                days = (group.days or {}).get(request.name, ())
                first_days.setdefault(found.name, []).append(min(days, default=None))
            elif address.startswith("urn:uuid:"):
                reference.fault(f"leads to {address}, which is not in the Bundle", "no-such-resource")
    return {
        name: None if None in days else min(day for day in days if day is not None) for name, days in first_days.items()
    }


def _accepted(resources: Resources) -> Iterator[tuple[str, str]]:
    """The alerts of cec that were accepted, with the reason."""
    for issue in resources.of("DetectedIssue"):
        reason = issue.first("mitigation", "action", "text")
        for code in codes_of(issue.get("code"), ALERT):
            if reason:
                yield code, reason


def _not_read(resources: Resources) -> Iterator[str]:
    """A remark on resources of other kinds, by their kinds."""
    others = sorted({each.get("resourceType").text for each in resources.each} - _READ)
    if others:
        yield f"not read: {', '.join(others)}"

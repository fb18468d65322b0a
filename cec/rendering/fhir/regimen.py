"""A regimen as FHIR R4: a PlanDefinition of the cycle, and an ActivityDefinition for each drug line.

What R4 has codes for stands in codes; all of it stands in words too: bands, choices, what narrows days, checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cec.days import Series, numbers_of
from cec.fhir.codes import activity_address, regimen_address
from cec.fhir.ucum import ucum_of
from cec.regimen import any_words
from cec.rendering.fhir.parts import (
    ONE_DAY,
    a_day,
    bundle,
    coding,
    concept,
    days_of_cycle,
    dose_of,
    dose_type,
    filled,
    id_of,
    lasting,
    number,
    quantity,
    ratio,
    route_concept,
)
from cec.rendering.words.regimen import line_times, protocol_dose, title_with_doses, where_entry_holds
from cec.rendering.words.times import not_before
from cec.treatment import Treatment
from cec.units import span

if TYPE_CHECKING:
    from cec.regimen import Anchor, DoseEntry, DrugLine, Regimen
    from cec.rendering.fhir.parts import Resource

_STATUS = {"draft": "draft", "example": "draft", "in use": "active", "withdrawn": "retired"}
_PLAN_TYPE = "http://terminology.hl7.org/CodeSystem/plan-definition-type"


def render(shown: Regimen | Treatment) -> bytes:
    """The Bundle of a regimen's definitions, or of a treatment's and those of its regimens."""
    if not isinstance(shown, Treatment):
        return bundle(_definitions(shown), id_of(shown.sha256, "Bundle"))
    parts = [_treatment(shown)]
    for regimen in {each.name: each for each in shown.regimens}.values():
        parts += _definitions(regimen)
    return bundle(parts, id_of(shown.sha256, "Bundle"))


def _definitions(regimen: Regimen) -> Iterator[Resource]:
    yield _plan(regimen)
    yield from (_activity(regimen, place) for place in range(1, len(regimen.drugs) + 1))


def _head(kind: str, of: Regimen | Treatment) -> Resource:
    """What every definition of a file has."""
    source = of.source
    return filled(
        resourceType=kind,
        id=id_of(of.sha256, kind),
        version=str(of.edition),
        name=_computer_name(of.name),
        title=of.title,
        relatedArtifact=[filled(type="citation", citation=source.citation, url=source.url)],
    )


def _computer_name(name: str) -> str:
    """A name as R4 wants it of definitions: a capital letter, then letters and digits.

    >>> _computer_name("cec-induction"), _computer_name("2-drugs")
    ('CecInduction', 'R2Drugs')
    """
    words = "".join(word[:1].upper() + word[1:] for word in re.split("[^A-Za-z0-9]+", name))
    return words if words[:1].isalpha() else f"R{words}"


def _address(regimen: Regimen) -> str:
    return regimen_address(regimen.name, regimen.edition).partition("|")[0]


def _plan(regimen: Regimen) -> Resource:
    """The protocol of one cycle."""
    length = regimen.cycle_length
    of_cycle = {"repeat": {**number(length, "period"), "periodUnit": ucum_of(length.unit)}} if length else {}
    actions = [_action(regimen, place) for place in range(1, len(regimen.drugs) + 1)]
    texts = [
        *((f"assumed: {what}", why) for what, why in regimen.assumed.items()),
        *((f"prescribe separately: {text}", "") for text in regimen.prescribe_separately),
    ]
    return _head("PlanDefinition", regimen) | filled(
        url=_address(regimen),
        identifier=[{"type": {"text": "SHA-256 of the regimen file"}, "value": regimen.sha256}],
        type=concept("", coding(_PLAN_TYPE, "clinical-protocol")),
        status=_STATUS[regimen.status],
        experimental=True if regimen.status == "example" else None,
        description=f"{title_with_doses(regimen)}; for {regimen.indication}",
        lastReviewDate=regimen.review.date.isoformat() if regimen.review else "",
        reviewer=[{"name": regimen.review.by}] if regimen.review else [],
        action=[
            filled(title="cycle", description=_next_cycle(regimen), timingTiming=of_cycle, action=actions),
            *_checks(regimen),
            *(filled(title=title, description=text) for title, text in texts),
        ],
    )


def _next_cycle(regimen: Regimen) -> str:
    following = regimen.next_cycle
    if following is None:
        return ""
    return f"next cycle {not_before(following.earliest_day, following.text, following.source)}"


def _action(regimen: Regimen, place: int) -> Resource:
    """A drug line in the cycle: its days, what its start hangs on, and where its dosage stands."""
    line = regimen.drugs[place - 1]
    days = numbers_of(line.days) if line.has_plain_days else ()
    plain = not any(isinstance(day, Series) for day in line.days)
    over = f"over {line.runs}" if line.runs else ""
    words = ", ".join(filter(None, (f"{line.drug} {protocol_dose(line)}", line.route, over, line_times(line))))
    return filled(
        extension=days_of_cycle(days if plain else ()),
        id=f"line-{place}",
        title=" ".join(filter(None, (line.drug, line.called))),
        description="; ".join(_beside(line)),
        textEquivalent=words,
        documentation=[{"type": "citation", "citation": line.source}] if line.source else [],
        relatedAction=[related for each in line.anchors if (related := _related(regimen, each))],
        definitionCanonical=f"{activity_address(regimen.name, place)}|{regimen.edition}",
    )


def _beside(line: DrugLine) -> Iterator[str]:
    """What a protocol says of a drug line beside dose, days and times."""
    texts = (
        line.purpose,
        f"only for {any_words(line.only)}" if line.only else "",
        line.note,
        f"in {line.diluent}" if line.diluent else "",
        f"label: {line.label}" if line.label else "",
        *(f"assumed: {what}: {why}" for what, why in line.assumed.items()),
    )
    yield from filter(None, texts)


def _related(regimen: Regimen, anchor: Anchor) -> Resource | None:
    """What a start hangs on, as R4 says it; None where only words can: the first of several, single days."""
    places = [place for place, line in enumerate(regimen.drugs, 1) if anchor.to in line.names]
    if not places or anchor.which in {"first", "last"} or anchor.days:
        return None
    relationship = f"{'before' if anchor.is_before else 'after'}-{anchor.edge}"
    if anchor.by is None and anchor.edge == "start":
        relationship = "concurrent-with-start"
    return filled(
        actionId=f"line-{places[0]}",
        relationship=relationship,
        offsetDuration=quantity(anchor.by) if anchor.by else {},
    )


def _checks(regimen: Regimen) -> Iterator[Resource]:
    """What a person must look at, and when, in words."""
    for check in regimen.checks:
        source = [{"type": "citation", "citation": check.source}] if check.source else []
        text = f"when {any_words(check.any_of)}: {check.text}"
        yield filled(title=f"{check.level} {check.code}", description=text, documentation=source)


def _activity(regimen: Regimen, place: int) -> Resource:
    """A drug line: its dosage for each of its doses."""
    line = regimen.drugs[place - 1]
    return _head("ActivityDefinition", regimen) | filled(
        id=id_of(regimen.sha256, "ActivityDefinition", place),
        name=_computer_name(f"{regimen.name} line {place}"),
        title=line.drug,
        url=activity_address(regimen.name, place),
        status=_STATUS[regimen.status],
        experimental=True if regimen.status == "example" else None,
        kind="MedicationRequest",
        intent="order",
        productCodeableConcept=concept(line.drug),
        dosage=[_dosage(line, entry, number) for number, entry in enumerate(line.entries, 1)],
    )


def _dosage(line: DrugLine, entry: DoseEntry, sequence: int) -> Resource:
    """One dose of a line, with for whom and when it is."""
    most = entry.maximum or line.maximum
    words = " ".join(filter(None, (line.drug, entry.words, where_entry_holds(entry))))
    over = (entry.over_least, entry.over) if entry.over else (line.over_least, line.over)
    return filled(
        sequence=sequence,
        text=f"{words}, {line_times(line)}",
        timing=filled(repeat={**lasting(*over), **_often(line)}),
        route=route_concept(line.route),
        doseAndRate=_doses(line, entry),
        maxDosePerPeriod=ratio(line.maximum_a_day, ONE_DAY) if line.maximum_a_day else {},
        maxDosePerAdministration=quantity(most) if most else {},
        maxDosePerLifetime=quantity(line.lifetime_maximum) if line.lifetime_maximum else {},
    )


def _often(line: DrugLine) -> dict[str, Any]:
    """How often a day, where that is the same on all of its days."""
    is_plain = not (line.is_on_end or (line.every and span(line.every) > span(ONE_DAY)))
    return a_day(line.per_day) if is_plain else {}


def _doses(line: DrugLine, entry: DoseEntry) -> list[Resource]:
    """The dose in codes: of a range its ends, of a choice each; none where it is so much more than the day before."""
    if entry.step or line.divided_into > 1:
        return []
    if entry.up_to:
        both = {"low": quantity(entry.dose), "high": quantity(entry.up_to)}
        return [{"type": dose_type("ordered"), "doseRange": both}]
    return [{"type": dose_type("ordered"), **dose_of(dose)} for dose in (entry.dose, *entry.alternatives)]


def _treatment(treatment: Treatment) -> Resource:
    """The phases of a treatment, each so many cycles of a regimen."""
    phases = [
        filled(
            title=f"phase {place}: {phase.title or regimen.title}",
            timingTiming={
                "repeat": {
                    "count": phase.cycles,
                    **number(phase.cycle_length, "period"),
                    "periodUnit": ucum_of(phase.cycle_length.unit),
                }
            },
            definitionCanonical=regimen_address(regimen.name, regimen.edition),
        )
        for place, (phase, regimen) in enumerate(zip(treatment.phases, treatment.regimens, strict=True), 1)
    ]
    return _head("PlanDefinition", treatment) | filled(
        url=regimen_address(treatment.name, treatment.edition).partition("|")[0],
        type=concept("", coding(_PLAN_TYPE, "clinical-protocol")),
        status="active",
        description=f"for {treatment.indication}",
        action=phases,
    )

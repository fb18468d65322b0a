"""What a Bundle of FHIR tells of patient, cycle and regimen, read as `cec verify` reads it of a table."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence

from cec.conditions import conditions_of, history_asked
from cec.errors import Fault, FileError, InputError
from cec.facts import FACTS
from cec.facts.families import EARLIER_DOSES_SINCE
from cec.fhir.bundle import Group, ReadBundle
from cec.fhir.measures import long_part
from cec.fhir.people import FactText
from cec.load import load_regimen
from cec.load.patient_keys import Part, read_part
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.tables.columns import is_of_history
from cec.tables.rows import Read, read_fact, read_row

_SINCE = re.compile("earlier_(?P<drug>.+)_since")
"""From when on earlier doses of a drug were counted."""
_NAME = re.compile(r"(examples/)?[a-z0-9]+(-[a-z0-9]+)*")
_ASKED_FOR = frozenset(name for name, fact in FACTS.items() if fact.told == "patient" and fact.plausible) - {
    *("height", "weight", "age", "creatinine", "creatinine_clearance")
}
"""Laboratory values that only checks of a regimen use: read where it asks for them."""


def names_given(given: Mapping[str, Part]) -> frozenset[str]:
    """The facts that are given beside the Bundle, and the other forms of these."""
    others = (FACTS[name].other_form for name in given if name in FACTS)
    return frozenset((*given, *others, *(given["history"].value or () if "history" in given else ())))


def named_regimen(group: Group, file: str) -> Regimen:
    """The regimen that a Bundle names; FileError where there is none of that name and edition."""
    say_which = "say with --regimen which one it is held against"
    name, edition = group.regimen
    if not group.named:
        raise FileError(Fault(f"names no regimen; {say_which}", "", file, code="unknown-regimen"))
    if not _NAME.fullmatch(name):
        raise FileError(
            Fault(
                f"names {name or group.named}, which is not a regimen here; {say_which}",
                "",
                file,
                code="unknown-regimen",
            )
        )
    regimen = load_regimen(name)
    if edition and edition != str(regimen.edition):
        text = f"names edition {edition} of {regimen.name}; here is edition {regimen.edition}; {say_which}"
        raise FileError(Fault(text, "", file, code="unknown-regimen"))
    return regimen


def patient_and_cycle(
    parts: Mapping[str, Part], start: datetime.date | None, cycle: int | None, read: ReadBundle
) -> Read:
    """What the Bundle and the options tell together.

    InputError with every fault and, where a measure is missing, with the Observations that are not read: it may be one
    of them.
    """
    try:
        return read_row(parts, start, cycle)
    except InputError as error:
        is_missing = any(fact.is_required and fact.name not in parts for fact in FACTS.values())
        others = [Fault(note) for note in read.notes if note.startswith("Observation")] if is_missing else []
        raise InputError(*error.faults, *others) from None


def parts_that_count(
    facts: Sequence[FactText], regimen: Regimen, pharmacy: Pharmacy
) -> tuple[dict[str, Part], tuple[str, ...]]:
    """Each fact that counts, read, with the place of what is wrong with it; and a remark on those that do not."""
    history = history_asked(regimen, pharmacy)
    asked = {condition.fact for _, conditions in conditions_of(regimen, pharmacy) for condition in conditions}
    parts: dict[str, Part] = {}
    notes: list[str] = []
    for each in facts:
        if each.fact in _ASKED_FOR - asked:
            notes.append(f"{each.source.name}: {regimen.name} asks for no {each.fact}, so {each.text} is not read")
        elif not is_of_history(each.fact) or each.fact in history:
            parts[each.fact] = read_fact_text(each)
        else:
            notes.append(f"{each.source.name}: {regimen.name} asks for no '{each.fact}', so it is not read")
    return parts, tuple(notes)


def read_fact_text(fact: FactText) -> Part:
    """What is told of one fact; its faults with their place in the Bundle."""
    if since := _SINCE.fullmatch(fact.fact):
        part = read_part(EARLIER_DOSES_SINCE, {since["drug"]: fact.text})
    else:
        part = long_part(fact) if fact.value else read_fact(fact.fact, fact.text)
    name, node, file = fact.source.name, fact.source.node, fact.source.file
    return part._replace(
        faults=tuple(Fault(each.text, name, file, node.line, node.column, code=each.code) for each in part.faults)
    )

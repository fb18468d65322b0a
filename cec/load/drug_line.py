"""How a drug line is read, with its conditions and dose bands; what does not fit together is refused."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from typing import Any

from cec.days import LAST_DAY, numbers_of
from cec.errors import CecError, InputError
from cec.facts import FACTS, Fact, bounded_facts
from cec.facts.reading import read_text
from cec.load.bands import entry_faults
from cec.load.declared import Record, Ways
from cec.load.how_much import HOW_MUCH
from cec.load.nodes import Node
from cec.load.routes import ROUTES, read_route
from cec.load.shapes import INVALID, Schema, Shape, list_of, mapping_of, text
from cec.load.texts import read_clock, read_condition, read_reduction_percent
from cec.load.when import WHEN
from cec.load.written import write_condition, write_list
from cec.regimen import BEFORE_FIRST_INFUSION, AnyOf, Condition, DrugLine
from cec.routes import fatal_in_csf, is_into_csf
from cec.units import Measure, dose_unit, span

MOST_A_DAY = 96
"""Doses of one line on one day: one every quarter of an hour."""
LONGEST_GAP = 31
"""Days between the end of one drug and the start of another that waits for it."""
DAY = datetime.timedelta(days=1)


def _conditions() -> Shape:
    """Conditions by fact, all of which must hold."""
    by_fact = mapping_of(text(read_text, {"type": ["string", "boolean"]}))

    def read(node: Any, where: str, reading: Any) -> Any:
        values = by_fact.read(node, where, reading)
        if not isinstance(values, dict):
            return values
        places = {key.text: value for key, value in node.entries}
        conditions: list[Condition] = []
        for name, words in values.items():
            try:
                conditions.append(read_condition(name, words))
            except CecError as error:
                invalid = reading.fault(places[name], f"{where}: {name}", *error.faults)
        if len(conditions) < len(values):
            return invalid
        return tuple(conditions) if conditions else reading.fault(node, where, "is empty; name at least one condition")

    def write(conditions: Any) -> Node:
        texts = ((each.fact, write_condition(each)) for each in conditions)
        return Node(0, 0, entries=tuple((Node(0, 0, text=fact), Node(0, 0, text=words)) for fact, words in texts))

    return Shape(read, {**by_fact.schema, "properties": _fact_schemas(), "minProperties": 1}, write)


def _fact_schemas() -> Schema:
    """The JSON Schema of a condition on each fact of the table; any other word is a yes or no of the history."""
    bounds = {fact.name: {"type": "string", "description": _bound_words(fact)} for fact in bounded_facts()}
    answers = {fact.name: {"type": "boolean"} for fact in FACTS.values() if fact.form == "yes or no"}
    return {**bounds, **answers}


def _bound_words(fact: Fact) -> str:
    """What a condition on a fact is about, with its units."""
    units = f" ({', '.join(unit for kind in fact.kinds for unit in kind.units)})" if fact.kinds else ""
    return f"{fact.about}{units}: under, at most, over or at least"


CONDITIONS = _conditions()


def _any_conditions() -> Shape:
    """Conditions that must all hold, or a list of such of which any may."""
    several = list_of(CONDITIONS)

    def read(node: Any, where: str, reading: Any) -> Any:
        if node.items is not None:
            return several.read(node, where, reading)
        conditions = CONDITIONS.read(node, where, reading)
        return conditions if conditions is INVALID else (conditions,)

    def write(any_of: AnyOf) -> Node:
        return several.write(any_of) if len(any_of) > 1 else CONDITIONS.write(any_of[0])

    return Shape(read, {"anyOf": [CONDITIONS.schema, several.schema]}, write)


def _clock_times(value: str) -> tuple[str, ...]:
    if value == BEFORE_FIRST_INFUSION:
        return (value,)
    times = tuple(read_clock(part.strip()) for part in value.split(","))
    if list(times) != sorted(set(times)):
        raise InputError(f"'{value}' names a time twice or not in rising order")
    return times


def _drug_line(values: dict[str, Any]) -> DrugLine:
    """A drug line, with what does not fit together refused."""
    line = DrugLine(**values)
    faults = [*_unit_faults(line), *_frequency_faults(line), *_duration_faults(line), *_place_faults(line)]
    if unknown := sorted(set(line.assumed) - set(DrugLine.__struct_fields__) - {"taper"}):
        faults.append(f"assumed: {', '.join(unknown)}: not a key of a drug line")
    if faults:
        raise CecError(*faults)
    return line


def _unit_faults(line: DrugLine) -> Iterator[str]:
    """Why doses and maximums are not in one unit, or a cap or a duration is of no use to the doses."""
    of_doses = [dose_unit(dose.unit) for dose in line.doses]
    units = {each.amount for each in of_doses}
    maximums = [("maximum", line.maximum), ("maximum_a_day", line.maximum_a_day)]
    maximums += [("dose: maximum", entry.maximum) for entry in line.entries]
    for name, maximum in maximums:
        if maximum and not line.shared_with and maximum.unit not in units:
            yield f"{name} {maximum} is not in the unit of the dose ({', '.join(sorted(units))})"
    measures = {measure for each in of_doses for measure in _MEASURES_OF[each.measure]}
    caps = {"bsa": line.bsa_cap, "weight": line.weight_cap, "clearance": line.clearance_cap}
    for measure, cap in caps.items():
        if cap and measure not in measures:
            yield f"{measure}_cap {cap}: the dose does not hang on the {_WORDS[measure]}; leave it out"
    if any(each.time for each in of_doses) and not all(entry.over or line.over for entry in line.entries):
        yield "a rate needs 'over': how long it runs, e.g. over: 24 h"
    if "Gy" in units and line.route != "radiotherapy":
        yield "a dose in Gy needs route: radiotherapy"
    if len(units) > 1:
        yield f"doses are in {' and in '.join(sorted(units))}; use one unit"


_MEASURES_OF: dict[Measure, tuple[str, ...]] = {
    "bsa": ("bsa",),
    "weight": ("weight",),
    "creatinine_clearance": ("clearance",),
    "clearance and weight": ("clearance", "weight", "bsa"),
    "another dose": (),
    "nothing": (),
}
"""The caps of measures that a dose may have."""
_WORDS = {"bsa": "BSA", "weight": "weight", "clearance": "clearance"}


def _frequency_faults(line: DrugLine) -> Iterator[str]:
    """Why it is not clear how often, and how far apart, a day's doses are."""
    if line.times > 1 and line.divided_into > 1:
        yield "give either times or divided_into, not both"
    if line.times > 1 and not line.every:
        yield f"times: {line.times} needs 'every', e.g. every: 6 h"
    if line.times > 1 and len(line.at) > 1:
        yield "give either 'times' with 'every', or clock times in 'at'"
    if line.divided_into > 1 and not line.every and len(line.at) != line.divided_into:
        yield f"divided_into: {line.divided_into} needs 'every' (e.g. every: 8 h) or as many clock times in 'at'"
    if line.per_day > MOST_A_DAY:
        yield f"{line.per_day} doses a day; no drug is given more than {MOST_A_DAY} times"
    elif line.every and max(line.times, line.divided_into) == 1:
        yield "every needs times or divided_into: how many doses a day"
    elif line.every and (span(line.every) > DAY or span(line.every) * line.per_day > DAY):
        yield f"{line.per_day} doses every {line.every} do not fit into a day"


def _duration_faults(line: DrugLine) -> Iterator[str]:
    """Why an infusion has no length, or would still run when it starts again."""
    over = line.longest
    if "infusion" in line.route.lower() and not all(entry.over or line.over for entry in line.entries):
        yield f"'over' is missing: how long the {line.route} runs, e.g. over: 2 h"
    if not over:
        return
    if span(over) > DAY * LAST_DAY:
        yield f"over {over} is longer than the longest cycle, {LAST_DAY} days"
    if line.every and span(over) > span(line.every):
        yield f"over {over} every {line.every}: one dose would still run when the next one starts"
    if between := _shortest_between(line):
        yield f"over {over} at {' and '.join(between)}: one dose would still run when the next one starts"
    apart = min((after - before for before, after in itertools.pairwise(numbers_of(line.days))), default=None)
    if apart and span(over) > datetime.timedelta(days=apart):
        yield f"over {over} on days {apart} apart: one day's infusion would still run when the next day's starts"


def _shortest_between(line: DrugLine) -> tuple[str, str] | None:
    """Two clock times of a line that are nearer to each other than one dose runs, also from one day to the next."""
    over = line.longest
    if not over or not line.at or line.at == (BEFORE_FIRST_INFUSION,):
        return None
    clocks = ((text, datetime.time.fromisoformat(text)) for text in line.at)
    starts = [(text, datetime.timedelta(hours=clock.hour, minutes=clock.minute)) for text, clock in clocks]
    if any(after - before == 1 for before, after in itertools.pairwise(numbers_of(line.days))):
        text, first = starts[0]
        starts.append((f"{text} of the next day", first + DAY))
    for (text, before), (later, after) in itertools.pairwise(starts):
        if after - before < span(over):
            return text, later
    return None


def _place_faults(line: DrugLine) -> Iterator[str]:
    """Why it is not clear when in the day the line comes."""
    if line.after and line.at:
        yield "give either 'after' or 'at', not both"
    if line.gap and not line.after:
        yield "gap needs 'after': the drug that it waits for"
    if line.gap and span(line.gap) > DAY * LONGEST_GAP:
        yield f"gap {line.gap} is longer than {LONGEST_GAP} days"


def _in_place(lines: Shape) -> Shape:
    """The same shape, with faults of entries at their places, and a route that kills noted: no dose comes of it."""

    def read(node: Any, where: str, reading: Any) -> Any:
        line = lines.read(node, where, reading)
        if not isinstance(line, DrugLine):
            return line
        faults = list(entry_faults(line))
        for fault in faults:
            entries = next(value for key, value in node.entries if key.text == "dose")
            place = entries.items[fault.entry] if entries.items else entries
            reading.fault(place, f"{where} ({line.drug}): dose", fault.text)
        if faults:
            return INVALID
        if is_into_csf(line.route) and (row := fatal_in_csf([line.drug])):
            place = next(value for key, value in node.entries if key.text == "route")
            reading.danger(place, f"{where} ({line.drug}): route", f"{line.route}: {row.why} [{row.source}]")
        return line

    return Shape(read, lines.schema, lines.write)


DRUG_LINE = Record(_drug_line, "drug", _in_place)

WAYS: Ways = {
    **HOW_MUCH,
    "conditions": CONDITIONS,
    "any conditions": _any_conditions(),
    "route": text(read_route, {"anyOf": [{"enum": list(ROUTES)}, {"type": "string", "pattern": " or "}]}),
    **WHEN,
    "reduction": text(
        read_reduction_percent, {"type": "string", "examples": ["by 50%", "to 75%"]}, lambda percent: f"by {percent:f}%"
    ),
    "clock times": text(
        _clock_times, {"type": "string", "examples": ["08:00, 20:00", BEFORE_FIRST_INFUSION]}, write_list
    ),
}
"""How the texts of drug lines and checks are read whose types alone do not tell."""

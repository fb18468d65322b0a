"""How a drug line is read, with its conditions and dose bands; what does not fit together is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cec.errors import CecError
from cec.facts import FACTS, Fact, bounded_facts
from cec.facts.reading import read_text
from cec.load.anchors import ANCHORS
from cec.load.bands import entry_faults
from cec.load.declared import Record, Ways
from cec.load.how_long import with_over
from cec.load.how_much import HOW_MUCH
from cec.load.nodes import Node
from cec.load.routes import ROUTES, read_route
from cec.load.shapes import INVALID, Schema, Shape, list_of, mapping_of, stated_of, text
from cec.load.texts import read_condition, read_reduction_percent
from cec.load.when import WHEN
from cec.load.when_faults import when_faults
from cec.load.written import write_condition
from cec.regimen import AnyOf, Condition, DrugLine
from cec.routes import RADIOTHERAPY, fatal_in_csf, is_into_csf
from cec.units import Measure, dose_unit


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


def _drug_line(values: dict[str, Any]) -> DrugLine:
    """A drug line, with what does not fit together refused."""
    over = values.pop("over", None)
    line = DrugLine(**values, **(over.by_field if over else {}))
    faults = [*_unit_faults(line), *when_faults(line)]
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
    if "Gy" in units and line.route != RADIOTHERAPY:
        yield "a dose in Gy needs route: radiotherapy"
    if len(units) > 1:
        named = sorted(unit or f"% of {line.shared_with}" for unit in units)
        yield f"doses are in {' and in '.join(named)}; use one unit"


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


def _in_place(lines: Shape) -> Shape:
    """The shape with faults of entries at their places, and a route that kills noted: no dose comes of it."""

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


def _parts(line: DrugLine) -> dict[str, Any]:
    return with_over(stated_of(line))


DRUG_LINE = Record(_drug_line, "drug", _in_place, _parts)

WAYS: Ways = {
    **HOW_MUCH,
    "conditions": CONDITIONS,
    "any conditions": _any_conditions(),
    "route": text(read_route, {"anyOf": [{"enum": list(ROUTES)}, {"type": "string", "pattern": " or "}]}),
    **WHEN,
    "reduction": text(
        read_reduction_percent, {"type": "string", "examples": ["by 50%", "to 75%"]}, lambda percent: f"by {percent:f}%"
    ),
    "anchors": ANCHORS,
}
"""How the texts of drug lines and checks are read whose types alone do not tell."""

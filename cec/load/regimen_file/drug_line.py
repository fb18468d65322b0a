"""What does not fit together within a drug line: its units, caps, entries and route."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cec.errors import CecError
from cec.load.nodes import Node
from cec.load.regimen_file.dose_entries import entry_faults
from cec.load.regimen_file.durations import with_both_ends, with_one_over
from cec.load.regimen_file.timing_faults import timing_faults
from cec.load.shapes import INVALID, Reading, Shape
from cec.load.shapes.file_records import Record
from cec.load.shapes.mappings import stated_of
from cec.regimen import DrugLine
from cec.routes import RADIOTHERAPY, fatal_in_csf, is_into_csf
from cec.units import Measure, dose_unit


def _drug_line(values: dict[str, Any]) -> DrugLine:
    """A drug line, with what does not fit together refused."""
    line = DrugLine(**with_both_ends(values))
    faults = [*_unit_faults(line), *timing_faults(line)]
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

    def read(node: Node, where: str, reading: Reading) -> Any:
        line = lines.read(node, where, reading)
        if not isinstance(line, DrugLine):
            return line
        where = f"{where} ({line.drug})"
        dose = node.value_of("dose") or node
        faults = entry_faults(line)
        for fault in faults:
            reading.fault(dose.items[fault.entry] if dose.items else dose, f"{where}: dose", fault.text)
        if faults:
            return INVALID
        if is_into_csf(line.route) and (row := fatal_in_csf([line.drug])):
            place = node.value_of("route") or node
            reading.danger(place, f"{where}: route", f"{line.route}: {row.why} [{row.source}]")
        return line

    return Shape(read, lines.schema, lines.write)


def _values_of(line: DrugLine) -> dict[str, Any]:
    return with_one_over(stated_of(line))


DRUG_LINE = Record(_drug_line, "drug", _in_place, _values_of)

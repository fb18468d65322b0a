"""What a regimen's file says without a fault, and a second person would ask about."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from cec.days import is_open, numbers_of
from cec.drug_names import DIFFERENT_DRUGS, is_same_drug, misspelt_drug
from cec.errors import CecError, Fault
from cec.load.days import read_plain_days
from cec.load.nodes import Node, SourceFile
from cec.regimen import DrugLine, Regimen, name_in_file
from cec.routes import given_into_csf, is_into_csf, is_intravenous
from cec.units import DOSES, Quantity, convert_exactly, dose_unit, exact, read_quantity, shorten, span, write_number

FAR = 5
"""A dose is far from the others of its drug beyond so many times the highest, or so many times below the lowest."""
_SEVERAL = 3
"""Regimens that give a drug a maximum, before one without is asked about."""
LONG_RUN = Quantity(Decimal(12), "h")
"""From here on an infusion is called continuous."""


def advice(regimen: Regimen, file: SourceFile, others: Sequence[Regimen]) -> Iterator[Fault]:
    """What to look at in a regimen's file, each with its place; `others` are regimens that it is held against."""
    lines = list(zip(regimen.drugs, _at(file.root, "drugs").items or (), strict=True))
    found = [*_name(regimen, file), *_sources(regimen, file.root), *_title(regimen, file.root)]
    for line, node in lines:
        found += _maximum(line, node, others)
        found += (*_always_capped(line, node), *_short_run(line, node), *_part_of_a_day(line, node))
        found += _by_clearance(line, node)
        found += (*_far(line, node, others), *_into_csf(line, node), *_misspelt(line, node))
    for text, where, node in sorted(found, key=lambda each: (each[2].line, each[2].column)):
        yield Fault(text, where, file.name, node.line, node.column)


Found = Iterator[tuple[str, str, Node]]
"""What to look at, where it is, and its node."""


def _name(regimen: Regimen, file: SourceFile) -> Found:
    """A name that is not that of the file."""
    stem = re.split(r"[/\\]", file.name)[-1].removesuffix(".yaml")
    if name_in_file(regimen.name) != stem:
        yield (
            f"is '{regimen.name}', the file's is {stem}: a name leads to the file of that name",
            "name",
            _at(file.root, "name"),
        )


def _sources(regimen: Regimen, root: Node) -> Found:
    """A source that nobody can look up, and checks without one."""
    if not regimen.source.url and not re.search(r"[0-9]{4}", regimen.source.citation):
        text = "nobody can look this up: give an address (url), or a year or number by which the publication is found"
        yield text, "source", _at(root, "source")
    without = [check.code for check in regimen.checks if not check.source and check.level != "note"]
    if without:
        yield f"no source is given of {', '.join(without)}", "checks", _at(root, "checks")


def _short_run(line: DrugLine, node: Node) -> Found:
    """A continuous infusion that is none."""
    if line.route != "IV continuous infusion" or not line.over or span(line.over) >= span(LONG_RUN):
        return
    is_slip = line.over.unit == "min" and line.over.value >= LONG_RUN.value
    right = f"is {write_number(line.over.value)} h meant?" if is_slip else "write IV infusion, or how long it runs"
    yield f"a continuous infusion of {line.over}: {right}", _where(line), _at(node, "over")


def _always_capped(line: DrugLine, node: Node) -> Found:
    """A flat dose above its own maximum, which is then never given."""
    for entry in line.entries:
        maximum = entry.maximum or line.maximum
        if maximum and entry.dose.unit == maximum.unit and not entry.step and entry.dose.value > maximum.value:
            text = f"{entry.dose} is above the maximum of {maximum}, and never given: write the dose that is"
            yield text, _where(line), _at(node, "dose")


def _part_of_a_day(line: DrugLine, node: Node) -> Found:
    """A rate per 24 h that runs for less of each of its days, of which the day then gets only that part."""
    runs = span(line.over) * line.per_day if line.over else _A_DAY
    if runs < _A_DAY and all(dose_unit(dose.unit).time == "24h" for dose in line.doses):
        part = shorten(Fraction(runs // _A_MINUTE, _A_DAY // _A_MINUTE) * 100, 1)
        yield f"runs {line.over} of each day: {part}% of the {line.doses[0]}", _where(line), _at(node, "over")


def _by_clearance(line: DrugLine, node: Node) -> Found:
    """A dose by AUC of another drug than that for which its equations were made."""
    if "clearance" in dose_unit(line.doses[0].unit).measure and not _CARBOPLATIN.search(line.drug):
        text = "a dose by AUC is computed by equations for carboplatin: is the drug right?"
        yield text, _where(line), _at(node, "dose")


_CARBOPLATIN = re.compile(r"(?i)[ck]arboplat")
_A_DAY, _A_MINUTE = datetime.timedelta(days=1), datetime.timedelta(minutes=1)


def _into_csf(line: DrugLine, node: Node) -> Found:
    """A drug that is not known to be given into the cerebrospinal fluid."""
    if is_into_csf(line.route) and given_into_csf(line.drug) is None:
        text = f"{line.route}: not known here to be given there: is the name right, and the route?"
        yield text, _where(line), _at(node, "route")


def _misspelt(line: DrugLine, node: Node) -> Found:
    """A name that is nearly that of a known drug: limits, products and routes that kill go by names."""
    if near := misspelt_drug(line.drug, DIFFERENT_DRUGS):
        text = f"is {near} meant? rules and products of a pharmacy, and routes that kill, are known by the name"
        yield text, _where(line), _at(node, "drug")


def _far(line: DrugLine, node: Node, others: Sequence[Regimen]) -> Found:
    """A line of which every dose is far from all of its drug elsewhere, by the same kind of route, in the same unit."""
    doses = [
        (each, regimen)
        for regimen in others
        for other in regimen.drugs
        if _is_alike(line, other)
        for each in other.doses
    ]
    found = [_how_far(dose, doses) for dose in line.doses]
    if found and all(found):
        yield found[0], _where(line), _at(node, "dose")


def _maximum(line: DrugLine, node: Node, others: Sequence[Regimen]) -> Found:
    """A maximum far from all of the drug elsewhere, or none where most alike lines elsewhere have one."""
    alike = [(other, regimen) for regimen in others for other in regimen.drugs if _is_alike(line, other)]
    maximums = [(other.maximum, regimen) for other, regimen in alike if other.maximum]
    if line.maximum:
        if far := _how_far(line.maximum, maximums):
            yield f"maximum: {far}", _where(line), _at(node, "maximum")
        return
    bases = {_base(dose) for dose in line.doses}
    same = [(other, regimen.name) for other, regimen in alike if bases & {_base(dose) for dose in other.doses}]
    capped = {name for other, name in same if other.maximum}
    if len(line.doses) == 1 and len(capped) >= _SEVERAL and 2 * len(capped) > len({name for _, name in same}):
        most, regimen = maximums[0]
        yield f"has no maximum; {regimen.name} has {most}", _where(line), _at(node, "dose")


def _how_far(dose: Quantity, others: Sequence[tuple[Quantity, Regimen]]) -> str:
    """How far a dose is from all others of its unit, in words; nothing where it is not."""
    same = [(_size(each), each, regimen) for each, regimen in others if _base(each) == _base(dose)]
    size = _size(dose)
    if not same or not size:
        return ""
    lowest, highest = min(same, key=lambda each: each[0]), max(same, key=lambda each: each[0])
    if size > FAR * highest[0]:
        return f"{dose} is {_number(size / highest[0])} times the {highest[1]} of {highest[2].name}"
    if size * FAR < lowest[0]:
        return f"{dose} is {_number(lowest[0] / size)} times less than the {lowest[1]} of {lowest[2].name}"
    return ""


def _is_alike(line: DrugLine, other: DrugLine) -> bool:
    """Whether two lines give one drug by the same kind of route."""
    return is_same_drug(line.drug, other.drug) and _kind_of_route(line.route) == _kind_of_route(other.route)


def _kind_of_route(route: str) -> str:
    if is_into_csf(route):
        return "into the cerebrospinal fluid"
    return "into a vein" if is_intravenous(route) else route


def _base(dose: Quantity) -> tuple[str, str]:
    """What a dose is per, of a rate also per what time, and the unit to which its amount is brought."""
    unit = dose_unit(dose.unit)
    return "/".join(filter(None, (unit.per, unit.time))), "mg" if unit.amount in {"g", "mcg"} else unit.amount


def _size(dose: Quantity) -> Fraction:
    """The number of a dose in the unit of its base."""
    per, amount = _base(dose)
    unit = f"{amount}/{per}" if per else amount
    for kind in DOSES:
        if dose.unit in kind.units and unit in kind.units:
            return convert_exactly(dose, unit, kind).number
    return exact(dose).number


def _number(ratio: Fraction) -> str:
    whole = ratio.numerator // ratio.denominator
    return str(whole) if ratio.denominator == 1 else f"over {whole}"


_DOSE = re.compile(r"\bAUC [0-9.]+|(?<![\w.])[0-9][0-9.]* ?(?:mcg|mg|g|units)(?:/m2|/kg)(?![\w/])")
_DAYS = re.compile(r"(?i)\bd(?:ays?)? ?([0-9]+(?:\s*(?:-|to)\s*[0-9]+|(?:, ?[0-9]+)+)?)\b")
_EVERY = re.compile(r"(?i)\b(?:q|every) ?([0-9]+) ?(d|w|days?|weeks?)\b")


def _title(regimen: Regimen, root: Node) -> Found:
    """Doses, days and a cycle length in the title that no line has."""
    node = _at(root, "title")
    doses = {(_base(dose), _size(dose)) for line in regimen.drugs for dose in line.doses}
    for match in _DOSE.finditer(regimen.title):
        dose = _read(match[0])
        if dose and (_base(dose), _size(dose)) not in doses:
            yield f"says {match[0]}, which no line gives", "title", node
    days = {numbers_of(line.days) for line in regimen.drugs if not is_open(line.days)}
    for match in _DAYS.finditer(regimen.title):
        if days and read_plain_days(match[1]) not in days:
            yield f"says days {match[1]}, on which no line is given", "title", node
    for match in _EVERY.finditer(regimen.title):
        length = int(match[1]) * (7 if match[2].lower().startswith("w") else 1)
        if regimen.cycle_length and span(regimen.cycle_length).days != length:
            yield f"says {match[0]}, and cycle_length is {regimen.cycle_length}", "title", node


def _read(text: str) -> Quantity | None:
    """The dose that words of a title say; None where they say none."""
    try:
        return read_quantity(text, *DOSES)
    except CecError:
        return None


def _where(line: DrugLine) -> str:
    return f"drugs ({line.drug})"


def _at(node: Node, key: str) -> Node:
    """The value of a key of a mapping; the mapping itself where it does not have the key."""
    return next((value for name, value in node.entries or () if name.text == key), node)

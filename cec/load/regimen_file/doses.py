"""Doses of drug lines from their text: amounts, rates, choices and ranges that a person must settle, and entries."""

from __future__ import annotations

import re
from typing import Any, Literal

from msgspec.structs import replace

from cec.errors import InputError
from cec.facts.reading import positive
from cec.load.nodes import Node
from cec.load.regimen_file.durations import with_both_ends, with_one_over
from cec.load.shapes import INVALID, Reading, Shape, text, texts_like
from cec.load.shapes.file_records import Record
from cec.load.shapes.mappings import stated_of
from cec.load.writing import write_text
from cec.regimen import DoseEntry
from cec.units import DOSES, Quantity

_TRAILING_ZERO = re.compile(r"\d\.\d*0(?!\d)", re.ASCII)
_A_DAY = re.compile(r"(?P<amount>[^/]+)(?P<per>/\s*(?:m2|m²|kg))?\s*/\s*(?:day|d|daily)", re.ASCII)
_EACH = re.compile(r"(?P<amount>.+?)\s*/\s*(?:dose|administration)", re.ASCII)
_STEP = re.compile(r"(?P<dose>\S.*?)\s+(?P<step>more|less)(?P<each_day>\s+each\s+day)?")
_RANGE = re.compile(
    r"(?P<before>AUC\s*)?(?P<low>[0-9][0-9.]*)\s+to\s+(?:AUC\s*)?(?P<high>[0-9][0-9.]*)(?P<unit>\s*[^0-9.\s].*)?"
)


def read_doses(value: str) -> DoseEntry:
    """What the text of a dose prescribes: one dose, a choice of several, or a range.

    >>> [str(dose) for dose in read_doses("AUC 5 or AUC 6").doses]
    ['AUC 5', 'AUC 6']
    >>> read_doses("20 to 30 mg/m2").open_words
    '20 to 30 mg/m2'
    """
    if both := _RANGE.fullmatch(value.strip()):
        before, unit = both["before"] or "", both["unit"] or ""
        low, high = (_read_dose(f"{before}{both[end]}{unit}") for end in ("low", "high"))
        if low.value >= high.value:
            raise InputError(f"'{value}' does not rise; write it like 20 to 30 mg/m2")
        return DoseEntry(low, up_to=high)
    if change := _STEP.fullmatch(value.strip()):
        step: Literal["more", "less"] = "more" if change["step"] == "more" else "less"
        return DoseEntry(_read_dose(change["dose"]), step=step, each_day=bool(change["each_day"]))
    parts = re.split(r"\s+or\s+", value.strip())
    if len(parts) > 1 and any(re.fullmatch(r"[0-9.]+", part) for part in parts):
        raise InputError(f"'{value}' has a dose without a unit; write each with its own, like AUC 5 or AUC 6")
    first, *others = map(_read_dose, parts)
    if len({first, *others}) <= len(others):
        raise InputError(f"'{value}' names a dose twice")
    return DoseEntry(first, alternatives=tuple(others))


def _read_dose(value: str) -> Quantity:
    """One dose of a regimen; InputError for a zero that ends a decimal, and for a dose of a day."""
    _refuse_trailing_zeros(value)
    if each := _EACH.fullmatch(value):
        raise InputError(f"'{value}': a dose is that of one administration; write {each['amount']}")
    if re.match(r"AUC\s*=|auc", value):
        raise InputError(f"'{value}' is not a dose by AUC; write it like AUC 5")
    if day := _A_DAY.fullmatch(value):
        rate = f"{day['amount'].strip()}{day['per'] or ''}"
        raise InputError(
            f"'{value}' does not say how a day's dose is given: write {rate}/24h with over for an infusion, "
            f"{rate} where it is one dose a day, or {rate} with divided_into for parts of it"
        )
    return positive(*DOSES)(value)


def _refuse_trailing_zeros(value: str) -> None:
    """InputError for a zero that ends a decimal: with it a number may mean a thousand times as much."""
    if zeros := _TRAILING_ZERO.search(value):
        shorter = value.replace(zeros[0], zeros[0].rstrip("0").rstrip("."))
        raise InputError(f"'{value}' has a zero that ends a decimal: 1.000 may mean 1 or 1000; write {shorter}")


def write_doses(entry: DoseEntry) -> str:
    """The text of what an entry prescribes."""
    if entry.up_to:
        return entry.open_words.replace(",", "")
    if entry.step:
        return f"{write_text(entry.dose)} {entry.step}{' each day' if entry.each_day else ''}"
    return " or ".join(map(write_text, entry.doses))


def without_trailing_zeros(quantity: Shape) -> Shape:
    """The shape of a quantity in which no zero ends a decimal."""

    def read(node: Node, where: str, reading: Reading) -> Any:
        try:
            _refuse_trailing_zeros(node.text or "")
        except InputError as error:
            return reading.fault(node, where, *error.faults)
        return quantity.read(node, where, reading)

    return replace(quantity, read=read)


ENTRY_DOSE = text(read_doses, texts_like(*(kind.example for kind in DOSES)), write_doses)
"""The dose of one entry of a list."""


def or_entries(dose_or_list: Shape) -> Shape:
    """The shape of the dose of a line: a text, or a list of entries."""

    def read(node: Node, where: str, reading: Reading) -> Any:
        if node.items == () and not node.is_cut:
            return reading.fault(node, where, "is empty; write a dose, or a list of entries")
        if node.items is not None:
            return dose_or_list.read(node, where, reading)
        entry = ENTRY_DOSE.read(node, where, reading)
        if entry is INVALID:
            return INVALID
        if entry.step:
            return reading.fault(
                node, where, f"'{node.text}' than what? write a list of entries, of which this is a later one"
            )
        return (entry,) if entry.open_words else entry.dose

    def write(dose: Any) -> Node:
        is_text = isinstance(dose, tuple) and len(dose) == 1 and not dose[0].for_whom
        return ENTRY_DOSE.write(dose[0]) if is_text else dose_or_list.write(dose)

    return Shape(read, {"anyOf": [ENTRY_DOSE.schema, *dose_or_list.schema["anyOf"][:1]]}, write)


def _entry(values: dict[str, Any]) -> DoseEntry:
    """An entry of a list of doses."""
    entry: DoseEntry = values.pop("dose")
    when, *or_when = values.pop("when", None) or ((),)
    return replace(entry, when=when, or_when=tuple(or_when), **with_both_ends(values))


def _values_of(entry: DoseEntry) -> dict[str, Any]:
    """What an entry was made of, by the keys of its file."""
    of_dose = {"alternatives", "up_to", "step", "each_day"}
    stated = {name: value for name, value in stated_of(entry).items() if name not in of_dose}
    return {**with_one_over(stated), "dose": entry, **({"when": entry.for_whom} if entry.when else {})}


ENTRY = Record(_entry, parts=_values_of)

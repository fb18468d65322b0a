"""Regimen files from a table in which each row is a drug line.

What a row does not tell, or tells in words that nobody reads, stands in the file as an empty key with a comment, which
`cec regimen check` refuses. No drug is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cec.authoring.beginning import DRAFT, LINE, LINE_KEYS, faults_of, faults_of_line, quoted
from cec.errors import Fault

HEAD_WORDS = ("regimen", "title", "for", "source", "url")
WORDS = (*HEAD_WORDS, "unit", *LINE_KEYS)
"""What a column of such a table may tell: of the regimen, the unit of the dose, and every key of a drug line."""

NUMBERS = ("dose", "maximum", "maximum_a_day", "lifetime_maximum", "bsa_cap", "weight_cap", "over", "every", "gap")
"""Keys whose texts are numbers with units, in which a table may have another decimal sign."""

_WANTED = {
    "drug": "the drug's full name",
    "dose": "e.g. 100 mg/m2, 1.5 mg/kg, AUC 5",
    "route": "e.g. IV infusion, IV bolus, oral, intrathecal; IV where the source does not say",
    "days": "days of the cycle, e.g. 1-5",
    "over": "how long one infusion runs, e.g. 2 h",
    "for": "disease and patients",
    "citation": "the publication or protocol that every line was held against",
}
"""What would be right, by the keys that are most often wanting."""


class Row(NamedTuple):
    """A row of the table: its number there, and its texts by the words that say what they are."""

    number: int
    texts: Mapping[str, str]


class Gap(NamedTuple):
    """Something that a file still wants: the key, what is wrong, and the row that it is about; 0 for the regimen."""

    key: str
    reason: str
    row: int = 0


class Imported(NamedTuple):
    """The text of one regimen file, how many drug lines it has, and what it still wants."""

    name: str
    text: str
    lines: int
    gaps: Sequence[Gap]


class _Line(NamedTuple):
    """A drug line: its row, its texts by key, and why some of them are empty."""

    row: int
    texts: dict[str, str]
    wanting: dict[str, str]


def imported(rows: Sequence[Row], usual: Mapping[str, str]) -> list[Imported]:
    """A file for each regimen that the rows name, its drug lines in their order; `usual` holds where they say nothing.

    >>> row = Row(2, {"regimen": "AC", "drug": "doxorubicin", "dose": "60 mg/m2", "route": "IV bolus", "days": "1"})
    >>> [(each.name, each.lines, [gap.key for gap in each.gaps]) for each in imported([row], {"for": "breast cancer"})]
    [('ac', 1, ['citation'])]
    """
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(file_name(row.texts["regimen"]), []).append(row)
    return [_regimen(name, group, usual) for name, group in by_name.items()]


def file_name(text: str) -> str:
    """The name of a regimen of which a table has this text: small letters, digits and hyphens; nothing without any.

    >>> file_name("AC (piersi), łódzki"), file_name("FOLFOX-6"), file_name("?")
    ('ac-piersi-lodzki', 'folfox-6', '')
    """
    plain = unicodedata.normalize("NFKD", text.casefold().translate(str.maketrans("łøđß", "lods")))
    return "-".join(re.findall("[a-z0-9]+", "".join(each for each in plain if not unicodedata.combining(each))))


def names_in_two_ways(rows: Sequence[Row]) -> Iterator[Fault]:
    """A fault for each name of a file to which two texts lead: they may be two regimens."""
    texts: dict[str, dict[str, int]] = {}
    for row in rows:
        text = " ".join(row.texts["regimen"].split())
        texts.setdefault(file_name(text), {}).setdefault(text, row.number)
    for name, found in texts.items():
        if len(found) > 1:
            named = " and ".join(f"'{text}' (row {number})" for text, number in found.items())
            hint = f"--value 'regimen:{next(iter(found))}=NAME' tells them apart or makes them one"
            yield Fault(f"{named} would both be {name}.yaml; {hint}")


def _regimen(name: str, rows: Sequence[Row], usual: Mapping[str, str]) -> Imported:
    """The file of the rows of one regimen."""
    usual = {"title": " ".join(rows[0].texts["regimen"].split()), **usual}
    lines = [_line(row) for row in rows]
    texts, wanting = {}, {}
    for key, word in {"title": "title", "for": "for", "citation": "source", "url": "url"}.items():
        found = {text: row.number for row in reversed(rows) if (text := " ".join(row.texts.get(word, "").split()))}
        texts[key] = next(iter(found), usual.get(word, "")) if len(found) < 2 else ""
        if len(found) > 1:
            listed = ", ".join(f"'{text}' in row {number}" for text, number in reversed(found.items()))
            wanting[key] = f"the table tells it in {len(found)} ways: {listed}"
        elif not texts[key] and key != "url":
            wanting[key] = _untold(key)
    gaps = [Gap(key, reason) for key, reason in wanting.items()]
    gaps += [Gap(key, reason, line.row) for line in lines for key, reason in line.wanting.items()]
    return Imported(name, "".join(f"{each}\n" for each in _text(name, texts, wanting, lines)), len(lines), gaps)


def _text(name: str, head: Mapping[str, str], wanting: Mapping[str, str], lines: Sequence[_Line]) -> Iterator[str]:
    """The lines of a file."""
    yield "# Imported from a table. Hold every line against the source; cec regimen check refuses what is empty."
    yield f"name: {name}"
    yield _entry("title", head["title"], wanting.get("title", ""))
    yield "edition: 1"
    yield f"status: {DRAFT}"
    yield _entry("for", head["for"], wanting.get("for", ""))
    yield "source:"
    keys = [key for key in ("citation", "url") if head[key] or key in wanting]
    yield from (f"  {_entry(key, head[key], wanting.get(key, ''))}" for key in keys)
    yield "drugs:"
    for line in lines:
        for place, (key, text) in enumerate(line.texts.items()):
            comment = f"row {line.row}: {line.wanting.get(key, '')}"
            yield f"{'    ' if place else '  - '}{_entry(key, text, comment)}"


def _entry(key: str, text: str, comment: str) -> str:
    """A key with its text or, where there is none, with a comment."""
    return f"{key}: {quoted(text)}" if text else f"{key}:  # {' '.join(comment.split())}"


def _line(row: Row) -> _Line:
    """The drug line of a row, without the texts that cannot be read."""
    texts = {key: row.texts.get(key, "") for key in dict.fromkeys((*LINE["required"], "days"))}
    others = (key for key in LINE_KEYS if key not in texts and key not in HEAD_WORDS)
    texts |= {key: text for key in others if (text := row.texts.get(key, ""))}
    unit = row.texts.get("unit", "")
    texts["dose"], other = _dose(texts["dose"], unit), _other_unit(texts["dose"], unit)
    if "infusion" in texts["route"] and not (texts.get("over") or texts.get("rate")):
        texts["over"] = ""
    wanting = {key: _untold(key) for key, text in texts.items() if not text}
    if other:
        texts["dose"], wanting["dose"] = "", other
    while faults := [each for each in _faults(texts) if each[0] in texts and texts[each[0]]]:
        for key, reason in faults:
            wanting[key], texts[key] = reason, ""
    ordered = {key: texts[key] for key in LINE_KEYS if key in texts}
    return _Line(row.number, ordered, wanting)


def _untold(key: str) -> str:
    """What is said of a key that the table does not tell."""
    return f"the table does not tell it: {_WANTED.get(key) or LINE_KEYS[key]['description']}"


def _dose(dose: str, unit: str) -> str:
    """A dose with the unit that stands in another column, where the dose has none of its own."""
    return f"{dose} {unit}" if dose and unit and not re.search(r"[^\W\d]|%", dose) else dose


def _other_unit(dose: str, unit: str) -> str:
    """What is wrong where a dose has a unit of its own, and another stands in the column of units; or nothing.

    >>> _other_unit("60 mg", "mg/m2"), _other_unit("60mg/m2", "mg/m2"), _other_unit("AUC 5", "AUC")
    ("'60 mg' stands beside the unit 'mg/m2': which one is meant is not guessed", '', '')
    """
    plain, of_column = ("".join(text.casefold().split()) for text in (dose, unit))
    if not re.search("[0-9]", plain) or not of_column or _dose(dose, unit) != dose:
        return ""
    if re.search(rf"[0-9]{re.escape(of_column)}$", plain) or plain.startswith(of_column):
        return ""
    return f"'{dose}' stands beside the unit '{unit}': which one is meant is not guessed"


def _faults(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with the texts of a drug line, each with its key and what it says now."""
    for fault in faults_of_line(texts):
        key = fault.where.partition(": ")[2].partition(":")[0].strip().split(" ")[0]
        yield key, fault.text


def faults_beyond_gaps(file: Imported) -> list[Fault]:
    """What `cec regimen check` will say of a file beyond its gaps: lines that do not fit together."""
    return [fault for fault in faults_of(file.text) if "is empty; write a value" not in fault.text]

"""What differs between two regimens, as a pharmacist would say it, over every key that they declare."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import msgspec

from cec.calculate.rounding import to_nearest
from cec.load.regimen_file import REGIMEN
from cec.regimen import Regimen, name_in_file
from cec.units import write_signed

WORDS = frozenset(
    {
        *("name", "title", "edition", "phase", "for", "source", "status", "superseded_by", "url", "citation"),
        *("purpose", "note", "text", "assumed", "about", "label", "diluent"),
    }
)
"""Keys of words and of the file itself: whatever else differs is given otherwise, or checked otherwise."""

Kind = Literal["given", "checked", "told"]
"""What a change is about: what is given, what is checked, what is only said."""


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that differs: of what, which key, before and after; an empty text is what is not there."""

    kind: Kind
    about: str
    key: str
    before: str
    after: str
    percent: str = ""

    def __str__(self) -> str:
        what = f"{self.about}: {self.key}".removesuffix(": ")
        if not self.before or not self.after:
            there = self.after or self.before
            return f"{what}: {'added' if self.after else 'removed'}{f' ({there})' if there != PRESENT else ''}"
        before, after = _without_the_same_unit(self.before, self.after)
        return f"{what} {before} → {after}{f' ({self.percent})' if self.percent else ''}"


PRESENT = "it"
"""Stands for a whole that is there, where nothing more is to be said of it."""


class Changes(msgspec.Struct, frozen=True):
    """What differs between two regimens, by name and edition."""

    before: str
    after: str
    changes: tuple[Change, ...]
    advice: tuple[str, ...] = ()

    def of(self, kind: Kind) -> tuple[Change, ...]:
        """The changes of one kind."""
        return tuple(each for each in self.changes if each.kind == kind)


def changes(before: Regimen, after: Regimen) -> Changes:
    """Everything that two regimens say otherwise."""
    found = tuple(_of_regimen(_tree(before), _tree(after)))
    is_given_otherwise = any(each.kind == "given" for each in found)
    is_one = (before.name, before.edition) == (name_in_file(after.name), after.edition)
    advice = (f"both are edition {after.edition}, though they give something else: raise the edition",)
    first, second = (f"{each.name}, edition {each.edition}" for each in (before, after))
    return Changes(first, second, found, advice if is_given_otherwise and is_one else ())


def _tree(regimen: Regimen) -> dict[str, Any]:
    """What a file would say of a regimen, as texts, lists and mappings."""
    tree: dict[str, Any] = REGIMEN.write(regimen).plain
    return tree


def _of_regimen(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    """Changes of the drug lines, then of their sequence, of the checks, and of the rest."""
    yield from _of_lines(before.pop("drugs", []), after.pop("drugs", []))
    yield from _of_checks(before.pop("checks", []), after.pop("checks", []))
    for key in _keys(before, after):
        yield from _of_value("regimen", key, before.get(key), after.get(key))


def _of_lines(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> Iterator[Change]:
    """Changes line by line: lines of one drug are told apart by their name, else by their sequence."""
    lines, others = _by_name(before), _by_name(after)
    for name in _keys(lines, others):
        line, other = lines.get(name), others.get(name)
        if line is None or other is None:
            yield Change("given", name, "", _line_words(line), _line_words(other))
        else:
            for key in _keys(line, other):
                yield from _of_value(name, key, line.get(key), other.get(key))
    both = [name for name in lines if name in others]
    if both != (now := [name for name in others if name in lines]):
        yield Change("given", "regimen", "sequence", ", ".join(both), ", ".join(now))


def _by_name(lines: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Lines by what they are called, or by their drug; further lines of a drug with their number."""
    named: dict[str, dict[str, Any]] = {}
    for line in lines:
        name = str(line.get("called") or line["drug"])
        number = 2
        while name in named:
            name, number = f"{line['drug']} (line {number} of it)", number + 1
        named[name] = line
    return named


def _line_words(line: dict[str, Any] | None) -> str:
    """What a line gives, in short; nothing where there is none."""
    if line is None:
        return ""
    left_out = WORDS | {"drug", "called"}
    return ", ".join(f"{key} {_words(value)}" for key, value in line.items() if key not in left_out)


def _of_checks(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> Iterator[Change]:
    """Changes check by check, by their codes."""
    checks, others = ({str(check["code"]): check for check in each} for each in (before, after))
    for code in _keys(checks, others):
        check, other = checks.get(code), others.get(code)
        if check is None or other is None:
            there = check or other or {}
            words = f"{there['level']}, {_words(there['when'])}"
            yield Change("checked", f"check {code}", "", words if check else "", words if other else "")
        else:
            for key in _keys(check, other):
                yield from _of_value(f"check {code}", key, check.get(key), other.get(key), "checked")


def _of_value(about: str, key: str, before: Any, after: Any, kind: Kind = "given") -> Iterator[Change]:
    """The changes of one key; of mappings and lists of one length those of each part."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for inner in _keys(before, after):
            yield from _of_value(about, f"{key}: {inner}", before.get(inner), after.get(inner), kind)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, parts in enumerate(zip(before, after, strict=True), 1):
            yield from _of_value(about, f"{key} {number}", *parts, kind)
    else:
        is_said = WORDS & set(re.split(r"[ :0-9]+", key))
        first, second = ("" if each is None else _words(each) or PRESENT for each in (before, after))
        yield Change("told" if is_said else kind, about, key, first, second, _percent(first, second))


def _keys(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    return iter(dict.fromkeys((*before, *after)))


_NUMBERS = re.compile(r"[0-9]+(?:, [0-9]+)+")


def _words(value: Any) -> str:
    """A value in one line, numbers that follow each other as a range.

    >>> _words("1, 2, 3, 8"), _words({"age": "< 3 years"}), _words(["a", "b"])
    ('1-3, 8', 'age < 3 years', 'a; b')
    """
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return "; ".join(map(_words, value))
    return _ranges(value) if _NUMBERS.fullmatch(value) else str(value)


def _ranges(text: str) -> str:
    """Numbers of a list, those that follow each other as a range."""
    runs: list[list[int]] = []
    for number in map(int, text.split(", ")):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


_QUANTITY = re.compile(r"(?P<before>AUC )?(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit> \S.*)?")


def _percent(before: str, after: str) -> str:
    """By how much a quantity changed, where both are in one unit.

    >>> _percent("100 mg/m2", "150 mg/m2"), _percent("3 h", "2 h"), _percent("2 mg", "2 mg/m2")
    ('+50%', '-33.3%', '')
    """
    quantities = [_QUANTITY.fullmatch(text) for text in (before, after)]
    (first, second) = quantities
    if not first or not second or _unit(first) != _unit(second) or not _unit(first) or not Decimal(first["number"]):
        return ""
    change = (Fraction(second["number"]) / Fraction(first["number"]) - 1) * 100
    return f"{write_signed(to_nearest(change, Decimal('0.1')))}%"


def _unit(match: re.Match[str]) -> str:
    return (match["before"] or "") + (match["unit"] or "")


def _without_the_same_unit(before: str, after: str) -> tuple[str, str]:
    """Both texts; the first without its unit where the second has the same."""
    first, second = _QUANTITY.fullmatch(before), _QUANTITY.fullmatch(after)
    same = first and second and first["unit"] and _unit(first) == _unit(second)
    return (first["number"] if first and same else before), after

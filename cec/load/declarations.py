"""What a person declares of doses, each from its short form or its keys: reduced, set to an amount, withheld."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec import Struct

from cec.errors import InputError
from cec.facts.reading import positive, read_count, read_text
from cec.load.days import PLAIN_DAYS, read_plain_days
from cec.load.nodes import Node
from cec.load.shapes import INVALID, Field, Reading, Shape, either, list_of, text
from cec.load.shapes.file_records import Record, file_of
from cec.load.shapes.mappings import mapping_of
from cec.load.texts import read_reduction_percent
from cec.load.writing import write_percent
from cec.patient import Reduction, SetDose, Withheld
from cec.units import AMOUNT

_ANOTHER_REDUCTION = r"[\w)]\s*(=\s*(?:(?:by|to)\s+)?[0-9][0-9.,]*\s*[%:]|[\s:][0-9][0-9.,]*\s*%\s*:)"
"""A word with a percentage, as a drug has it in a reduction. `neutrophils >= 50%` is none."""

_TARGET = r"(?P<drug>\S.*?)(?:\s+on\s+days?\s+(?P<days>[0-9][0-9\s,-]*?))?(?:\s+line\s+(?P<line>[0-9]+))?"
"""A drug, with its days and the number of its line in the regimen where not all of them are meant."""


_SHORT_FORM = r"([^=:]+?)\s*=\s*([^:]+?)\s*:\s*(\S.*)"
"""A drug, what becomes of its dose, and why."""


class Target(NamedTuple):
    """What a declaration is about."""

    drug: str
    days: tuple[int, ...] = ()
    line: int | None = None


def read_target(value: str) -> Target:
    """The drug, days and line that a declaration names.

    >>> read_target("etoposide on days 3-5"), read_target("fluorouracil line 2")
    (Target(drug='etoposide', days=(3, 4, 5), line=None), Target(drug='fluorouracil', days=(), line=2))
    """
    match = re.fullmatch(_TARGET, value, re.IGNORECASE)
    if not match:
        raise InputError(f"'{value}' is not a drug; write it like etoposide, or etoposide on days 3-5")
    days, line = match["days"], match["line"]
    return Target(match["drug"], read_plain_days(days) if days else (), read_count(line) if line else None)


def _without_another(value: str) -> str:
    """The text of a part of a declaration; one that holds a reduction, which would go unseen in it, is refused."""
    words = read_text(value)
    if re.search(_ANOTHER_REDUCTION, words):
        raise InputError(
            f"'{words}' holds another reduction; give each by itself (one --reduce each, one item each in a file, "
            "; between them in a cell), or write the reason without = and :"
        )
    return words


def read_reduction(value: str) -> Reduction:
    """One reduction from its short form.

    >>> read_reduction("etoposide=25%: mucositis grade 3")
    Reduction(drug='etoposide', percent=Decimal('25'), reason='mucositis grade 3')
    """
    words = read_text(value)
    match = re.fullmatch(_SHORT_FORM, words)
    if not match:
        raise InputError(
            f"'{words}' is not a reduction; write drug, percent and reason: etoposide=by 25%: mucositis grade 3"
        )
    drug, days, line = read_target(match[1])
    percent, reason = _without_another(match[2]), _without_another(match[3])
    return Reduction(drug, read_reduction_percent(percent), reason, days, line)


def read_set_dose(value: str) -> SetDose:
    """One dose that is set to an amount, from its short form.

    >>> read_set_dose("etoposide on day 3=70 mg: one vial left").days
    (3,)
    """
    words = read_text(value)
    match = re.fullmatch(_SHORT_FORM, words)
    if not match:
        raise InputError(f"'{words}' sets no dose; write drug, amount and reason: etoposide=70 mg: one vial left")
    drug, days, line = read_target(match[1])
    return SetDose(drug, positive(AMOUNT)(match[2]), _without_another(match[3]), days, line)


def read_withheld(value: str) -> Withheld:
    """One drug that is not given, from its short form.

    >>> read_withheld("prednisone: steroid psychosis")
    Withheld(drug='prednisone', reason='steroid psychosis')
    """
    words = read_text(value)
    target, _, reason = (part.strip() for part in words.partition(":"))
    if not target or not reason:
        raise InputError(f"'{words}' does not withhold a drug; write drug and reason: prednisone: steroid psychosis")
    drug, days, line = read_target(target)
    return Withheld(drug, _without_another(reason), days, line)


def _listed(record: type[Struct], read: Callable[[str], Any], example: str) -> Shape:
    """A list of declarations, each in its short form or with its keys."""

    def or_words(keys: Shape) -> Shape:
        words = text(read, {"type": "string", "examples": [example]})
        return either(words, keys, lambda node: node.text is not None, lambda _: False)

    return list_of(file_of(record, {record: Record(label="drug", around=or_words)}, _WAYS))


_WAYS = {
    "percentage": text(read_reduction_percent, {"type": ["string", "number"]}, write_percent),
    "reason": text(_without_another),
    "days": PLAIN_DAYS,
}

DECLARATIONS: dict[str, Field] = {
    "reductions": Field(
        _listed(Reduction, read_reduction, "etoposide=by 25%: mucositis grade 3"),
        "declared reductions: drug, percent, reason",
    ),
    "set": Field(
        _listed(SetDose, read_set_dose, "etoposide=70 mg: one vial left"), "doses set to an amount: drug, dose, reason"
    ),
    "without": Field(
        _listed(Withheld, read_withheld, "prednisone: steroid psychosis"),
        "drugs that are not given in this cycle: drug, reason",
    ),
}
"""The keys of a patient file by which a person changes doses."""


def read_choice(value: str) -> tuple[str, str]:
    """What is chosen of a drug.

    >>> read_choice("carboplatin=AUC 5")
    ('carboplatin', 'AUC 5')
    """
    drug, _, chosen = (part.strip() for part in read_text(value).partition("="))
    if not drug or not chosen:
        raise InputError(f"'{value}' chooses nothing; write a drug and what is chosen: carboplatin='AUC 5'")
    return drug, chosen


def _choices() -> Shape:
    """By drug what is chosen, or a list of it; on a command line each as `carboplatin=AUC 5`."""
    each = text(read_text)
    several = list_of(each)
    by_drug = mapping_of(either(several, each, lambda node: node.items is not None, lambda _: True))
    typed = list_of(text(read_choice, {"type": "string", "examples": ["carboplatin=AUC 5"]}))

    def read(node: Node, where: str, reading: Reading) -> Any:
        values = (typed if node.items is not None else by_drug).read(node, where, reading)
        if values is INVALID:
            return values
        choices: dict[str, tuple[str, ...]] = {}
        for drug, chosen in values.items() if isinstance(values, dict) else values:
            choices[drug] = (*choices.get(drug, ()), *((chosen,) if isinstance(chosen, str) else chosen))
        return choices

    return Shape(read, {"anyOf": [by_drug.schema, typed.schema]}, by_drug.write)


CHOICES = Field(
    _choices(), "what is chosen where the regimen leaves a dose or a route open, by drug, e.g. {carboplatin: AUC 5}"
)

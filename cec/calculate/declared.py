"""What a person declares of doses (reduced, set, withheld): held against the regimen before any of it moves a dose, and
what a person must look at in what came of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from typing import TypeAlias

from msgspec import Struct

from cec.anchors import is_same_name
from cec.calculate.lines import CycleLine
from cec.calculate.rounding import deviation_percent, to_nearest
from cec.days import days_in_words, list_days
from cec.drug_names import is_same_drug
from cec.errors import Fault, InputError
from cec.order import Alert, Dose, code_of_drug
from cec.patient import Patient, Reduction, SetDose, Withheld
from cec.regimen import DrugLine
from cec.units import Quantity, write_number

Declaration: TypeAlias = Reduction | SetDose | Withheld

_KEYS: dict[type, tuple[str, str]] = {
    Reduction: ("reductions", "a reduction of {} is declared"),
    SetDose: ("set", "a dose of {} is set"),
    Withheld: ("without", "{} is withheld"),
}
"""The key of a patient file that holds each kind of declaration, and what it says of a drug."""

DEEPEST_REDUCTION = Decimal(50)
"""Percent beyond which a reduction is asked about: our own limit, because "by 75%" may be meant "to 75%"."""

HIGHEST_SET = Decimal(10)
"""Percent above the calculated dose beyond which an amount that was set is asked about: our own limit."""

MOST_SET = 2
"""How many times the calculated dose an amount that was set may be: our own limit."""


class Declared(Struct, frozen=True):
    """What is declared of a drug line on some of its days."""

    days: tuple[int, ...]
    by: Declaration | None = None
    scope: str = ""
    """In words, what a declaration that names only the drug holds for, where the drug has several lines."""


def declared_for(number: int, patient: Patient, lines: Mapping[int, CycleLine]) -> list[Declared]:
    """The days of a drug line in groups of which the same is declared, in the sequence of their first days."""
    line, days = lines[number].of, lines[number].days
    if next(_all(patient), None) is None:
        return [Declared(days)] if days else []
    groups: dict[Declaration | None, list[int]] = {}
    for day in days:
        groups.setdefault(declaration_on(patient, line.names, number, day), []).append(day)
    count = sum(is_same_drug(each.of.drug, line.drug) for each in lines.values())
    return [
        Declared(
            tuple(of_days),
            each,
            f" on all {count} lines of it" if _is_of_all(each, line) and count > 1 else "",
        )
        for each, of_days in groups.items()
    ]


def _is_of_all(each: Declaration | None, line: DrugLine) -> bool:
    """Whether a declaration names the drug alone, and so holds for every line of it."""
    return each is not None and each.line is None and is_same_name(each.drug, line.drug)


def declaration_on(patient: Patient, names: Sequence[str], number: int, day: int) -> Declaration | None:
    """What a person declared on a day of the drug line of this number, by its drug or by what it is called."""
    found = (each for each in _all(patient) if is_about(each, number, names) and (not each.days or day in each.days))
    return next(found, None)


def refuse_contradictions(patient: Patient, lines: Mapping[int, CycleLine], name: str) -> None:
    """InputError with every declaration that the cycle's drug lines (by their numbers) of a regimen cannot take."""
    faults = [
        Fault(text, about=(_KEYS[type(each)][0],)) for each in _all(patient) for text in _faults(each, lines, name)
    ]
    faults += _overlaps(patient, lines)
    faults += _hidden(patient, lines)
    if faults:
        raise InputError(*faults)


def _all(patient: Patient) -> Iterator[Declaration]:
    yield from patient.withheld
    yield from patient.set_doses
    yield from patient.reductions


def is_about(each: Declaration, number: int, names: Sequence[str]) -> bool:
    """Whether a declaration is about the drug line of this number, which has these names."""
    return is_same_name(each.drug, *names) and each.line in {None, number}


def _faults(each: Declaration, lines: Mapping[int, CycleLine], name: str) -> Iterator[str]:
    """Why a declaration fits no line of the cycle."""
    words = _KEYS[type(each)][1].format(each.drug)
    own = {number: line for number, line in lines.items() if is_same_name(each.drug, *line.of.names)}
    if not own:
        yield f"{words}, but {name} gives {', '.join(dict.fromkeys(line.of.drug for line in lines.values()))}"
        return
    if each.line is not None and each.line not in own:
        places = (f"line {number} ({line.of.route}, days {list_days(line.days)})" for number, line in own.items())
        yield f"{words} in line {each.line}, but {each.drug} is {', '.join(places)}"
        return
    meant = [line for number, line in own.items() if each.line in {None, number}]
    if strange := sorted(set(each.days) - {day for line in meant for day in line.days}):
        given = sorted({day for line in meant for day in line.days})
        yield f"{words} on day {list_days(strange)}, but it is given on days {list_days(given)}"
    if isinstance(each, SetDose):
        if len(meant) > 1:
            named = f"{each.drug} line {next(iter(own))}={each.dose}: why"
            yield f"{words}, but it has {len(meant)} lines; name the line, like '{named}'"
        if units := {line.of.amount_unit for line in meant} - {each.dose.unit}:
            yield f"{words} to {each.dose}, but its dose is in {', '.join(sorted(units))}"


def _overlaps(patient: Patient, lines: Mapping[int, CycleLine]) -> Iterator[Fault]:
    """Two declarations about the same line on the same day."""
    for declaration, other in combinations(_all(patient), 2):
        for number, line in lines.items():
            both = set(line.days) & set(declaration.days or line.days) & set(other.days or line.days)
            if is_about(declaration, number, line.of.names) and is_about(other, number, line.of.names) and both:
                if type(declaration) is type(other) is Reduction:
                    text = f"{line.of.drug} is reduced twice; give one percentage and one reason"
                else:
                    first, second = (_KEYS[type(each)][1].format(line.of.drug) for each in (declaration, other))
                    text = f"{first} and {second} on the same day; give one of them"
                yield Fault(text, about=(_KEYS[type(declaration)][0],))
                break


def _hidden(patient: Patient, lines: Mapping[int, CycleLine]) -> Iterator[Fault]:
    """Reasons that seem to reduce another drug, which they cannot: that one would stay whole."""
    for reduction in patient.reductions:
        yield from hidden_reductions(reduction, [line.of.drug for line in lines.values()])


def hidden_reductions(reduction: Reduction, drugs: Iterable[str]) -> Iterator[Fault]:
    """What is wrong with a reduction whose reason seems to reduce another of these drugs.

    >>> from decimal import Decimal
    >>> mucositis = Reduction("etoposide", Decimal(25), "mucositis; clofarabine: 50%")
    >>> [fault.text[:76] for fault in hidden_reductions(mucositis, ["etoposide", "clofarabine"])]
    ["the reason of etoposide, 'mucositis; clofarabine: 50%', seems to reduce clof"]
    """
    for drug in dict.fromkeys(drugs):
        if not is_same_name(drug, reduction.drug) and _reduces(drug, reduction.reason):
            yield Fault(
                f"the reason of {reduction.drug}, '{reduction.reason}', seems to reduce {drug} too; give it a "
                f"reduction of its own, like {drug}=50%: why, or write the reason without its number",
                about=("reductions",),
            )


def _reduces(drug: str, reason: str) -> bool:
    """Whether a number that is a percentage, or has no unit, stands behind the name of a drug."""
    return _reduction_of(drug).search(reason) is not None


@lru_cache
def _reduction_of(drug: str) -> re.Pattern[str]:
    number = r"[0-9]+(?:[.,][0-9]+)?\s*(?:%|$|[,;])"
    return re.compile(rf"(?<!\w){re.escape(drug)}\W*(?:(?:by|to)\s+)?{number}", re.IGNORECASE)


def declared_alerts(doses: Sequence[Dose]) -> Iterator[Alert]:
    """The alerts on each dose that a person withheld, reduced or set."""
    for dose in doses:
        if dose.withheld:
            text = f"withheld on {days_in_words(dose.days)}: {dose.withheld}"
            yield Alert(code_of_drug("withheld", dose.drug), "check", dose.drug, text)
        elif dose.unreduced:
            yield from _deep_reduction(dose)
        elif dose.steps[-1].what == "set":
            yield from _set_dose(dose)


def _deep_reduction(dose: Dose) -> Iterator[Alert]:
    """A reduction of more than half."""
    reduced = next(step for step in dose.steps if step.what == "reduced")
    left = Fraction(reduced.value.value) * 100 / Fraction(dose.unreduced.value) if dose.unreduced else Fraction(100)
    if 100 - left > DEEPEST_REDUCTION:
        by = write_number(to_nearest(100 - left, Decimal("0.01")))
        text = f"reduced {reduced.how.partition(': ')[0]}: by {by}% is more than half; is it not meant to {by}%?"
        if not reduced.value.value:
            text = "reduced by 100%, which is more than half: nothing of it is given"
        yield Alert(code_of_drug("large-reduction", dose.drug), "check", dose.drug, text)


def _set_dose(dose: Dose) -> Iterator[Alert]:
    """An amount that was set above the dose that would be ordered without it, or above the maximum."""
    amount, before = dose.ordered, dose.steps[-2].value
    above = deviation_percent(Fraction(amount.value), Fraction(before.value)) if before.value else Fraction(0)
    percent = f"{write_number(to_nearest(above, Decimal('0.01')))}%"
    if amount.value > MOST_SET * before.value:
        text = f"set to {amount}, more than twice the calculated dose"
        yield Alert(code_of_drug("set-dose", dose.drug), "stop", dose.drug, text)
    elif above < -DEEPEST_REDUCTION:
        text = f"set to {amount}, less than half of the calculated {before}"
        yield Alert(code_of_drug("set-dose", dose.drug), "check", dose.drug, text)
    elif above > HIGHEST_SET:
        text = f"set to {amount}, {percent} above the calculated {before}"
        yield Alert(code_of_drug("set-dose", dose.drug), "check", dose.drug, text)
    if dose.maximum and _exceeds(amount, dose.maximum):
        text = f"set to {amount}, above the maximum of {dose.maximum}"
        yield Alert(code_of_drug("set-above-maximum", dose.drug), "check", dose.drug, text)


def _exceeds(amount: Quantity, maximum: Quantity) -> bool:
    return amount.unit == maximum.unit and amount.value > maximum.value

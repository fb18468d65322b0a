"""What a check offers a person to declare, and whether it is declared. Nothing of it is ever applied by itself.

Only a reduction whose reason begins with the code of the check answers it, where it is as large as the offered one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from cec.calculate.declared import declaration_on
from cec.calculate.rules.rule import Case
from cec.drug_names import is_same_drug
from cec.order import Dose
from cec.patient import Reduction, SetDose
from cec.regimen import Check
from cec.units import write_number


class _Found(NamedTuple):
    """What was found of the doses of one drug: whether it answers the check, and in words."""

    is_answer: bool
    text: str


def is_answered(check: Check, case: Case) -> bool:
    """Whether a person declared all that a check offers, for every dose that is given of these drugs."""
    found = list(_found(check, case))
    return bool(found) and all(each.is_answer for each in found)


def offer_words(check: Check, case: Case) -> str:
    """What was declared of the drugs that a check offers to reduce, or the option that declares it."""
    return "; ".join(each.text for each in _found(check, case))


def begins_with(reason: str, code: str) -> bool:
    """Whether a reason begins with the code of a check.

    >>> begins_with("clofarabine-renal: 45 mL/min", "clofarabine-renal")
    True
    >>> begins_with("clofarabine-renal-severe", "clofarabine-renal")
    False
    """
    return re.match(rf"{re.escape(code)}(?![\w-])", reason, re.IGNORECASE) is not None


def _found(check: Check, case: Case) -> Iterator[_Found]:
    for drug, offered in check.offers.items():
        given = [dose for dose in case.doses if is_same_drug(dose.drug, drug) and dose.ordered.value]
        declared = [_declaration_on(dose, case) for dose in given]
        alike: dict[tuple[_Declared, int], list[Dose]] = {}
        is_mixed = len(set(declared)) > 1
        for dose, declaration in zip(given, declared, strict=True):
            alike.setdefault((declaration, dose.line if is_mixed else 0), []).append(dose)
        for (declaration, line), doses in alike.items():
            yield _about(declaration, check, drug, offered, _scope(line, doses, given))


_Declared = Reduction | SetDose | None


def _declaration_on(dose: Dose, case: Case) -> _Declared:
    declared = declaration_on(case.patient, (dose.drug, dose.called), dose.line, dose.line_days[0])
    return declared if isinstance(declared, Reduction | SetDose) else None


def _scope(line: int, doses: list[Dose], given: list[Dose]) -> str:
    """Which doses of a drug these are, where they are not all: their days, and their line where it has several."""
    if not line:
        return ""
    days = tuple(sorted({day for dose in doses for day in dose.line_days}))
    of_line = [dose for dose in given if dose.line == line]
    on_days = f" on day{'s' * (len(days) > 1)} {', '.join(map(str, days))}" if len(doses) < len(of_line) else ""
    return on_days + (f" line {line}" if len(of_line) < len(given) else "")


def _about(declaration: _Declared, check: Check, drug: str, offered: Decimal, scope: str) -> _Found:
    """What a declaration is to the offer of a check, for the doses that `scope` names, all without one."""
    by = f"by {write_number(offered)}%"
    where = scope.replace(" line ", " in line ")
    if declaration is None:
        return _Found(is_answer=False, text=f"--reduce '{drug}{scope}={by}: {check.code}'")
    if isinstance(declaration, SetDose):
        return _Found(is_answer=False, text=f"{drug} is set to {declaration.dose}{where}: {declaration.reason}")
    declared = f"by {write_number(declaration.percent)}%"
    if not begins_with(declaration.reason, check.code):
        text = f"already reduced {declared}{where} for {declaration.reason}; this would be further"
        return _Found(is_answer=False, text=text)
    if declaration.percent < offered:
        return _Found(is_answer=False, text=f"{declared} is declared{where}, less than the {by} that is offered")
    return _Found(is_answer=True, text=f"answered: {declared}, declared{where}")

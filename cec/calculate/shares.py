"""Doses that are a share of another drug's: of what is ordered of it, so that they follow its caps and reductions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from cec.calculate.declared import Declared
from cec.calculate.lines import CycleLine
from cec.calculate.rules.rule import code_of_drug
from cec.calculate.settled import Settled
from cec.days import days_in_words
from cec.drug_names import is_same_drug
from cec.order import Alert, Dose
from cec.regimen import DrugLine
from cec.units import AMOUNT, Exact, Quantity, convert_exactly, drug_of_share

NamesOf: TypeAlias = Mapping[int, tuple[str, ...]]
"""What each drug line may be named by, by its number."""


class Base(NamedTuple):
    """What a share is taken of: an amount, and in words whether it is that of one administration or of a day."""

    amount: Quantity
    words: str


def with_bases(
    settled: Settled, declared: Declared, doses: Sequence[Dose], names_of: NamesOf
) -> Iterator[tuple[Settled, Declared]]:
    """A share on the days of its declaration, once for each amount that is ordered of the other drug on them.

    On days on which nothing is ordered of it there is no share: see `left_out`.
    """
    drug = drug_of_share(settled.prescribed.unit)
    if not drug:
        yield settled, declared
        return
    days_of: dict[Base, list[int]] = {}
    for day in declared.days:
        if base := _base(settled.line, drug, [dose for dose in doses if day in dose.days], names_of):
            days_of.setdefault(base, []).append(day)
    for base, days in days_of.items():
        yield settled._replace(base=base.amount, base_words=base.words), declared._replace(days=tuple(days))


def _base(line: DrugLine, drug: str, doses: Iterable[Dose], names_of: NamesOf) -> Base | None:
    """What is ordered of the drug on a day: of the administration that the line hangs on, else of all of them."""
    given = [dose for dose in doses if is_same_drug(dose.drug, drug) and dose.ordered.value]
    if not given:
        return None
    hangs_on = [anchor.to for anchor in line.anchors]
    awaited = [dose for dose in given if any(is_same_drug(name, to) for name in names_of[dose.line] for to in hangs_on)]
    if awaited:
        return Base(_in(line.amount_unit, awaited[0].ordered, 1).kept, f"one dose of {drug}")
    parts = [_in(line.amount_unit, dose.ordered, dose.per_day).number for dose in given]
    return Base(Exact(sum(parts, Fraction(0)), line.amount_unit).kept, f"{drug} of the day")


def _in(unit: str, amount: Quantity, count: int) -> Exact:
    return convert_exactly(amount, unit, AMOUNT).times(Decimal(count))


def left_out(lines: Mapping[int, CycleLine], doses: Sequence[Dose]) -> Iterator[Alert]:
    """Of each share the days on which it is not given, because nothing is ordered of the other drug then."""
    for line in lines.values():
        drug = line.of.shared_with
        if not drug:
            continue
        given = {day for dose in doses if is_same_drug(dose.drug, drug) and dose.ordered.value for day in dose.days}
        if without := [day for day in line.days if day not in given]:
            text = f"left out on {days_in_words(without)}: it is a share of {drug}, which is not given then"
            yield Alert(code_of_drug("share-left-out", line.of.drug), "check", line.of.drug, text, line.of.source)

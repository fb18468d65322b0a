"""What a drug line says for one patient: which of its doses, what a person chose, and of what it is a share.

A share of another drug's dose is taken of what is ordered of it, so that it follows its caps and reductions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeAlias

import msgspec
from msgspec.structs import replace

from cec.calculate.declared import Declared
from cec.calculate.left_open import chosen_dose, chosen_route
from cec.calculate.lines import CycleLine, is_so
from cec.days import days_in_words
from cec.drug_names import is_same_drug
from cec.errors import OrderRefused
from cec.facts import Facts
from cec.order import Alert, Dose, code_of_drug
from cec.patient import Choices
from cec.regimen import AnyOf, DoseEntry, DrugLine, any_words
from cec.routes import CHOICE, is_intravenous
from cec.units import AMOUNT, EXACT, Exact, Quantity, convert_exactly, drug_of_share

NamesOf: TypeAlias = Mapping[int, tuple[str, ...]]
"""What each drug line may be named by, by its number."""


class Settled(msgspec.Struct, frozen=True):
    """A drug line with the one dose and the one route that it has for a patient."""

    line: DrugLine
    prescribed: Quantity
    entry: int = 0
    """Which of the line's doses it is, from 0."""
    any_of: AnyOf = ()
    """One of which holds of a patient whom the dose is for."""
    chosen: str = ""
    """What a person chose from, where it was left open."""
    step_words: str = ""
    """How much more or less it is than on the line's day before."""
    base: Quantity | None = None
    """Of a share of another drug's dose: what is ordered of that drug."""
    base_words: str = ""

    @property
    def for_whom(self) -> str:
        """In words, for which patients the regimen prescribes just this, where not for all."""
        return f" for {any_words(self.any_of)}" if self.any_of else ""


class OnDays(NamedTuple):
    """A settled line and the days on which it is so."""

    settled: Settled
    days: tuple[int, ...]


class DayBefore(NamedTuple):
    """The line's day before one, however many days lie between them, and what it prescribes on it."""

    day: int
    dose: Quantity


class Base(msgspec.Struct, frozen=True):
    """What a share is taken of: an amount, and in words whether it is that of one administration or of a day."""

    amount: Quantity
    words: str


def settled_on(
    line: DrugLine, days: Sequence[int], facts: Facts, choices: Choices, *, on_paper: bool = False
) -> list[OnDays]:
    """The line as it is settled for this patient on these days, all of the line's in a cycle.

    With `on_paper` a route may stay open, to be chosen there.

    OrderRefused where a fact or a choice is not known, or no dose is for this patient.
    """
    if isinstance(line.dose, Quantity) and CHOICE not in line.route:  # as nearly every line is
        return [OnDays(Settled(line, line.dose), tuple(days))]
    on_days = entries_on(line, days, facts)
    if not any(entry.step for entry in line.entries):
        return [OnDays(settle(line, entry, choices, on_paper=on_paper), each) for entry, each in on_days.items()]
    entry_on = {day: entry for entry, each in on_days.items() for day in each}
    found: dict[tuple[int, Quantity], tuple[Settled, list[int]]] = {}
    before: DayBefore | None = None
    for day in days:
        settled = settle(line, entry_on[day], choices, before, on_paper=on_paper)
        before = DayBefore(day, settled.prescribed)
        found.setdefault((settled.entry, settled.prescribed), (settled, []))[1].append(day)
    return [OnDays(settled, tuple(each)) for settled, each in found.values()]


def settle(
    line: DrugLine, entry: int, choices: Choices, before: DayBefore | None = None, *, on_paper: bool = False
) -> Settled:
    """The line with one of its doses, and with what was chosen; OrderRefused where a choice is not made.

    `before` is its day before, with what it prescribes on it.
    """
    dose, words = chosen_dose(line, line.entries[entry], choices)
    route = chosen_route(line, choices, on_paper=on_paper)
    if step := line.entries[entry].step:
        if before is None:
            raise OrderRefused(f"{line.drug}: the dose is {dose} {step} than on the day before, and there is none")
        change, words = dose, f"{dose} {step} than {before.dose} on day {before.day}"
        number = (EXACT.add if step == "more" else EXACT.subtract)(before.dose.value, change.value)
        if number <= 0:
            raise OrderRefused(f"{line.drug}: {words} leaves nothing")
        dose = Quantity(number, dose.unit)
        return replace(settled_as(line, entry, dose, route), step_words=words)
    return replace(settled_as(line, entry, dose, route), chosen=words)


def unsettled(line: DrugLine, entry: int) -> Settled:
    """A drug line with one of its doses, whatever it leaves open: nothing of it is given."""
    return settled_as(line, entry, line.entries[entry].dose, line.route)


def settled_as(line: DrugLine, entry: int, dose: Quantity, route: str) -> Settled:
    """A drug line with one of its doses, settled to this amount and route."""
    of_list = line.entries[entry]
    return Settled(_with(line, of_list, dose, route), dose, entry, of_list.for_whom)


def entries_on(line: DrugLine, days: Sequence[int], facts: Facts) -> dict[int, tuple[int, ...]]:
    """Which of a line's doses (from 0) hold for the patient on which of these days, in the sequence of the days.

    OrderRefused where a fact is not known, or no dose is for this patient.
    """
    first = line.entries[0]
    if len(line.entries) == 1 and not first.days and not first.cycles and _holds(line, first, facts):
        return {0: tuple(days)}
    cycle = facts.get("cycle")
    number = int(cycle.value) if isinstance(cycle, Quantity) else None
    found: dict[int, list[int]] = {}
    for day in days:
        on_day = [place for place, entry in enumerate(line.entries) if entry.is_on(day, number)]
        entry = next((place for place in on_day if _holds(line, line.entries[place], facts)), None)
        if entry is None:
            raise OrderRefused(f"{line.drug}: the regimen has no dose for this patient: no entry of its dose fits")
        found.setdefault(entry, []).append(day)
    return {entry: tuple(on_days) for entry, on_days in found.items()}


def _with(line: DrugLine, entry: DoseEntry, dose: Quantity, route: str) -> DrugLine:
    over, rate = (entry.over, entry.rate) if entry.over or entry.rate else (line.over, line.rate)
    is_timed = route == line.route or is_intravenous(route) or "infusion" in route
    return replace(
        line,
        dose=dose,
        route=route,
        maximum=entry.maximum or line.maximum,
        over=over if is_timed else None,
        over_least=(entry.over_least if entry.over else line.over_least) if is_timed and over else None,
        rate=rate if is_timed else None,
        confirm="; ".join(filter(None, (line.confirm, entry.confirm))),
    )


def _holds(line: DrugLine, entry: DoseEntry, facts: Facts) -> bool:
    return is_so(entry.for_whom, facts, f"{line.drug}: the dose depends on")


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
        yield replace(settled, base=base.amount, base_words=base.words), replace(declared, days=tuple(days))


def _base(line: DrugLine, drug: str, doses: Iterable[Dose], names_of: NamesOf) -> Base | None:
    """What is ordered of the drug on a day: of the administration that the line hangs on, else of all of them."""
    given = [dose for dose in doses if is_same_drug(dose.drug, drug) and dose.ordered.value]
    if not given:
        return None
    hangs_on = [anchor.to for anchor in line.anchors]
    awaited = [dose for dose in given if any(is_same_drug(name, to) for name in names_of[dose.line] for to in hangs_on)]
    if awaited:
        return Base(_in_unit(line.amount_unit, awaited[0].ordered, 1).kept, f"one dose of {drug}")
    parts = [_in_unit(line.amount_unit, dose.ordered, dose.per_day).number for dose in given]
    return Base(Exact(sum(parts, Fraction(0)), line.amount_unit).kept, f"{drug} of the day")


def _in_unit(unit: str, amount: Quantity, count: int) -> Exact:
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

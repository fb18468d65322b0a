"""What a drug line says for one patient: whether it is for them, which of its doses, and what a person chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from cec.calculate.left_open import chosen_dose, chosen_route
from cec.calculate.lines import CycleLine
from cec.calculate.rules.rule import code_of_drug
from cec.conditions import are_apart, judge_any, unknown_facts
from cec.drug_names import is_same_drug
from cec.errors import Fault, OrderRefused
from cec.facts import FACTS, Facts
from cec.order import Alert, Dose
from cec.patient import Choices
from cec.regimen import AnyOf, DoseEntry, DrugLine, any_words
from cec.routes import CHOICE, is_intravenous
from cec.units import EXACT, Quantity, drug_of_share


class Settled(NamedTuple):
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
    """How much more or less it is than on the day before."""
    base: Quantity | None = None
    """Of a share of another drug's dose: what is ordered of that drug."""
    base_words: str = ""

    @property
    def for_whom(self) -> str:
        """In words, for which patients the regimen prescribes just this, where not for all."""
        return f" for {any_words(self.any_of)}" if self.any_of else ""


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
    before: Quantity | None = None
    for day in days:
        settled = settle(line, entry_on[day], choices, before, on_paper=on_paper)
        before = settled.prescribed
        found.setdefault((settled.entry, before), (settled, []))[1].append(day)
    return [OnDays(settled, tuple(each)) for settled, each in found.values()]


def settle(
    line: DrugLine, entry: int, choices: Choices, before: Quantity | None = None, *, on_paper: bool = False
) -> Settled:
    """The line with one of its doses, and with what was chosen; OrderRefused where a choice is not made.

    `before` is what it prescribes on its day before.
    """
    dose, words = chosen_dose(line, line.entries[entry], choices)
    route = chosen_route(line, choices, on_paper=on_paper)
    if step := line.entries[entry].step:
        if before is None:
            raise OrderRefused(f"{line.drug}: the dose is {dose} {step} than on the day before, and there is none")
        change, words = dose, f"{dose} {step} than {before} on the day before"
        number = (EXACT.add if step == "more" else EXACT.subtract)(before.value, change.value)
        if number <= 0:
            raise OrderRefused(f"{line.drug}: {words} leaves nothing")
        dose = Quantity(number, dose.unit)
        return settled_as(line, entry, dose, route)._replace(step_words=words)
    return settled_as(line, entry, dose, route)._replace(chosen=words)


def unsettled(line: DrugLine, entry: int) -> Settled:
    """A drug line with one of its doses, whatever it leaves open: nothing of it is given."""
    return settled_as(line, entry, line.entries[entry].dose, line.route)


def as_given(line: DrugLine, dose: Dose) -> Settled:
    """A drug line as it was settled for a dose of an order."""
    settled = settled_as(line, dose.entry, dose.prescribed, dose.route)
    if not drug_of_share(dose.prescribed.unit):
        return settled
    return settled._replace(base=next((step.value for step in dose.steps if step.what == "measured"), None))


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


class OnDays(NamedTuple):
    """A settled line and the days on which it is so."""

    settled: Settled
    days: tuple[int, ...]


class ForPatient(NamedTuple):
    """The lines of a cycle that are for a patient, by number; alerts on the others; and what is not known."""

    lines: dict[int, CycleLine]
    alerts: tuple[Alert, ...]
    faults: tuple[Fault, ...]


def _with(line: DrugLine, entry: DoseEntry, dose: Quantity, route: str) -> DrugLine:
    over, rate = (entry.over, entry.rate) if entry.over or entry.rate else (line.over, line.rate)
    is_timed = route == line.route or is_intravenous(route) or "infusion" in route
    return msgspec.structs.replace(
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
    return _is_so(entry.for_whom, facts, f"{line.drug}: the dose depends on")


def _is_so(any_of: AnyOf, facts: Facts, what: str) -> bool:
    """Whether one of several conditions holds; OrderRefused where that is not known."""
    holds = judge_any(any_of, facts)
    if holds is None:
        unknown = {fact.name: fact for conditions in any_of for fact in unknown_facts(conditions, facts)}
        history = [name for name in unknown if name not in FACTS]
        way = f"; say yes or no, like --history {history[0]}=true" if history else ""
        raise OrderRefused(f"{what} {', '.join(unknown)}, which is not given{way}")
    return holds


def lines_for(lines: Mapping[int, CycleLine], facts: Facts) -> ForPatient:
    """The lines that are for this patient, what is to be said of the others, and the facts that nobody told.

    Nothing is said of a line instead of which another one gives the drug by the same route.
    """
    own: dict[int, CycleLine] = {}
    others: list[DrugLine] = []
    faults: list[Fault] = []
    for number, line in lines.items():
        try:
            if not line.of.only or _is_so(line.of.only, facts, f"{line.of.drug}: whether it is given depends on"):
                own[number] = line
            else:
                others.append(line.of)
        except OrderRefused as refusal:
            faults += refusal.faults
    alerts = [
        _not_for_patient(line) for line in others if not any(_is_instead_of(each.of, line) for each in own.values())
    ]
    if not own and not faults:
        faults.append(Fault("nothing of this regimen is for this patient: " + "; ".join(each.text for each in alerts)))
    return ForPatient(own, tuple(alerts), tuple(faults))


def _is_instead_of(line: DrugLine, other: DrugLine) -> bool:
    """Whether a line gives the drug of another one, by its route, to those whom that is not for."""
    is_alike = is_same_drug(line.drug, other.drug) and line.route == other.route
    return is_alike and are_apart(line.only, other.only)


def _not_for_patient(line: DrugLine) -> Alert:
    text = f"{line.drug} is not for this patient: only for {any_words(line.only)}"
    return Alert(code_of_drug("not-for-patient", line.drug), "note", line.drug, text, line.source)

"""What a drug line says for one patient: whether it is for them, which of its doses, and what a person chose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from cec.calculate.lines import CycleLine
from cec.calculate.rules.rule import code_of_drug
from cec.conditions import judge_any, unknown_facts
from cec.drug_names import is_same_drug
from cec.errors import Fault, InputError, OrderRefused
from cec.facts import Facts
from cec.order import Alert, Dose
from cec.patient import Choices
from cec.regimen import AnyOf, DoseEntry, DrugLine, any_words, entry_of
from cec.routes import CHOICE, is_intravenous, routes_of
from cec.units import DOSES, EXACT, Quantity, drug_of_share, read_quantity, write_quantity


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
    dose, words = _chosen_dose(line, line.entries[entry], choices)
    route = _chosen_route(line, choices, on_paper=on_paper)
    if (step := line.entries[entry].step) and before:
        change, words = dose, f"{dose} {step} than {before} on the day before"
        number = (EXACT.add if step == "more" else EXACT.subtract)(before.value, change.value)
        if number <= 0:
            raise OrderRefused(f"{line.drug}: {words} leaves nothing")
        dose = Quantity(number, dose.unit)
        return settled_as(line, entry, dose, route)._replace(step_words=words)
    return settled_as(line, entry, dose, route)._replace(chosen=words)


def unsettled(line: DrugLine, entry: int) -> Settled:
    """The same where it does not matter what is left open, because nothing of it is given."""
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
        unknown = dict.fromkeys(fact.name for conditions in any_of for fact in unknown_facts(conditions, facts))
        raise OrderRefused(f"{what} {', '.join(unknown)}, which is not given")
    return holds


def lines_for(lines: Mapping[int, CycleLine], facts: Facts) -> ForPatient:
    """The lines that are for this patient, what is to be said of the others, and the facts that nobody told."""
    own: dict[int, CycleLine] = {}
    alerts: list[Alert] = []
    faults: list[Fault] = []
    for number, line in lines.items():
        try:
            if _is_so(line.of.only, facts, f"{line.of.drug}: whether it is given depends on"):
                own[number] = line
            else:
                alerts.append(_not_for_patient(line.of))
        except OrderRefused as refusal:
            faults += refusal.faults
    if not own and not faults:
        faults.append(Fault("nothing of this regimen is for this patient: " + "; ".join(each.text for each in alerts)))
    return ForPatient(own, tuple(alerts), tuple(faults))


def _not_for_patient(line: DrugLine) -> Alert:
    text = f"{line.drug} is not for this patient: only for {any_words(line.only)}"
    return Alert(code_of_drug("not-for-patient", line.drug), "note", line.drug, text, line.source)


def _chosen_dose(line: DrugLine, entry: DoseEntry, choices: Choices) -> tuple[Quantity, str]:
    """The dose of an entry and, where a person had to choose it, from what."""
    if not entry.open_words:
        return entry.dose, ""
    for text in _texts(line, choices):
        dose = _read(text)
        if dose and _is_one_of(dose, entry):
            return dose, entry.open_words
    raise _open(line, entry.open_words, entry.dose)


def _chosen_route(line: DrugLine, choices: Choices, *, on_paper: bool = False) -> str:
    routes = routes_of(line.route)
    chosen = next((text for text in _texts(line, choices) if text in routes), "")
    if len(routes) == 1 or chosen or on_paper:
        return chosen or line.route
    raise _open(line, line.route, routes[0])


def _open(line: DrugLine, words: str, example: object) -> OrderRefused:
    way = f"--choose {line.names[-1]}='{example}'"
    return OrderRefused(Fault(f"{line.drug}: the regimen leaves open {words}; settle it, like {way}", about=(OPEN,)))


OPEN = "choices"
"""What the fault of a choice that is not made is about."""


class LeftOpen(NamedTuple):
    """What a line leaves open: what may be chosen and, where that is a dose, its entry."""

    texts: tuple[str, ...]
    entry: DoseEntry | None = None


def left_open(lines: Iterable[DrugLine], choices: Choices) -> list[tuple[str, LeftOpen]]:
    """What is not chosen yet of each line, by what the line is named."""
    found = []
    for line in lines:
        name, texts = line.names[-1], _texts(line, choices)
        for entry in line.entries:
            doses = tuple(map(write_quantity, entry.doses))
            if entry.open_words and not any((dose := _read(text)) and _is_one_of(dose, entry) for text in texts):
                found.append((name, LeftOpen(doses, entry)))
        routes = routes_of(line.route)
        if len(routes) > 1 and not set(texts) & set(routes):
            found.append((name, LeftOpen(routes)))
    return found


def merged(choices: Choices, more: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Choices with others, each of a drug or of what its line is called."""
    found = dict(choices)
    for name, text in more:
        found[name] = (*found.get(name, ()), text)
    return found


def _texts(line: DrugLine, choices: Choices) -> tuple[str, ...]:
    return tuple(text for name in line.names for text in entry_of(name, choices) or ())


def _read(text: str) -> Quantity | None:
    try:
        return read_quantity(text, *DOSES)
    except InputError:
        return None


def _is_one_of(dose: Quantity, entry: DoseEntry) -> bool:
    if entry.up_to:
        return dose.unit == entry.dose.unit and entry.dose.value <= dose.value <= entry.up_to.value
    return dose in entry.doses


def choice_faults(lines: Collection[DrugLine], choices: Choices) -> Iterator[str]:
    """Every choice that the lines of the cycle do not leave open."""
    for drug, texts in choices.items():
        own = [line for line in lines if any(is_same_drug(drug, name) for name in line.names)]
        entries = [entry for line in own for entry in line.entries if entry.open_words]
        routes = {route for line in own if len(routes_of(line.route)) > 1 for route in routes_of(line.route)}
        open_words = [*(entry.open_words for entry in entries), *(line.route for line in own if routes)]
        if not own:
            yield f"{drug} is chosen, but this cycle gives {', '.join(dict.fromkeys(line.drug for line in lines))}"
        elif not open_words:
            yield f"{drug}={texts[0]} is chosen, but the regimen leaves nothing of {drug} open"
        for text in texts if open_words else ():
            dose = _read(text)
            if text not in routes and not (dose and any(_is_one_of(dose, entry) for entry in entries)):
                yield f"{drug}={text} is none of {' or '.join(dict.fromkeys(open_words))}"

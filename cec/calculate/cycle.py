"""The doses and the places of one whole cycle, for one patient as measured and one pharmacy."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec.structs import replace

from cec.anchors import is_same_name
from cec.calculate.acceptance import refuse_with_stops
from cec.calculate.declared import Declared, declared_for, refuse_contradictions
from cec.calculate.dosing import Dosed, compute_dose, with_days, with_days_given
from cec.calculate.known_facts import clearance_facts, known_facts, refuse_coarse_age, refuse_impossible
from cec.calculate.lines import Cycle, CycleLine, lines_for, lines_of_cycle
from cec.calculate.measures import Measured, measure
from cec.calculate.rules import alerts_of
from cec.calculate.rules.rule import Case
from cec.calculate.schedule import NO_DATE
from cec.calculate.schedule.clock import Dates
from cec.calculate.settled import Settled, left_out, settled_on, unsettled, with_bases
from cec.days import LAST_DAY
from cec.errors import CecError, Fault, InputError
from cec.facts import Facts
from cec.facts.derived import days_between
from cec.order import Alert, Change, Dose, EarliestNextCycle
from cec.patient import Patient, Withheld
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.units import Quantity

if TYPE_CHECKING:
    from cec.calculate.schedule.remarks import Drawn


class Inputs(NamedTuple):
    """What a cycle is computed from."""

    regimen: Regimen
    patient: Patient
    pharmacy: Pharmacy
    cycle: Cycle
    age: Quantity | None
    measured_for: datetime.date | None = None
    """The day before which nobody may have measured too long ago: the start, or the first day dosed anew."""
    changes: tuple[Change, ...] = ()
    """Those that moved days."""
    from_day: int = -LAST_DAY
    """The first day of which its doses are given."""
    times: Mapping[str, tuple[str, ...]] = {}
    """The clock times that a person sets, by drug."""


class Computed(msgspec.Struct, frozen=True):
    """A whole cycle: its doses and their places; how it is made up and what is to be said of it comes later."""

    inputs: Inputs
    measured: Measured
    facts: Facts
    lines: Mapping[int, CycleLine]
    dosed: tuple[Dosed, ...]
    drawn: Drawn | None
    not_given: tuple[Alert, ...]

    def case(self, doses: Sequence[Dose]) -> Case:
        """The case for the rules, with these doses."""
        inputs = self.inputs
        return Case(inputs.regimen, inputs.patient, inputs.pharmacy, self.facts, doses, self.measured.shown.clearance)


def compute_cycle(
    inputs: Inputs,
    accept: Mapping[str, str],
    *,
    strict: bool,
    scheduled: bool = True,
    earlier: Computed | None = None,
) -> Computed:
    """The doses of a cycle and, from its start on where it is `scheduled`, their places.

    OrderRefused where a dose cannot be given; of a stop that nobody accepted it is said first. A dose that is given on
    `earlier` days alone, as it was computed then, is not refused.
    """
    regimen, patient, pharmacy, cycle = inputs[:4]
    measured = measure(patient, pharmacy, inputs.age)
    facts = known_facts(
        patient,
        {
            "age": inputs.age,
            "bsa": measured.bsa.compared(),
            **clearance_facts(measured.kidneys),
            "start": cycle.start,
            "cycle": None if cycle.number is None else Quantity(Decimal(cycle.number), ""),
        },
    )
    if inputs.measured_for and patient.measured_on:
        facts = {**facts, "days_since_measured": days_between(patient.measured_on, inputs.measured_for)}
    refuse_impossible(patient, facts)
    refuse_coarse_age(regimen, pharmacy, facts)
    own_lines, not_for_patient, unknown = lines_for(lines_of_cycle(regimen, cycle), facts)
    regimen, lines = at_times(regimen, own_lines, inputs.times)
    past = _past(earlier, lines, inputs.from_day)
    dosed, faults, refused = _each_dose(inputs._replace(regimen=regimen), (measured, facts), lines, past)
    doses = tuple(each.dose for each in dosed)
    not_given = (*not_for_patient, *left_out(lines, doses))
    if faults := (*unknown, *faults) or _nothing_given(regimen, doses, not_given):
        case = Case(regimen, patient, pharmacy, facts, doses, measured.shown.clearance, refused)
        refuse_with_stops(alerts_of(case), faults, accept, strict=strict)
    drawn, dosed = _placed(inputs._replace(regimen=regimen), dosed, lines, scheduled=scheduled)
    return Computed(inputs, measured, facts, lines, dosed, drawn, not_given)


def _nothing_given(regimen: Regimen, doses: Sequence[Dose], not_given: Iterable[Alert]) -> tuple[Fault, ...]:
    """Why a patient gets nothing of a regimen, where that is so."""
    left = [f"{alert.about}: {alert.text}" for alert in not_given] or ["no day of a line falls into the cycle"]
    return () if doses else (Fault(f"{regimen.name} gives this patient nothing: {'; '.join(left)}"),)


def _past(earlier: Computed | None, lines: Mapping[int, CycleLine], from_day: int) -> dict[int, list[Dosed]]:
    """The doses of each line of which no day is left, as they were computed for those days."""
    past: dict[int, list[Dosed]] = {}
    for each in earlier.dosed if earlier else ():
        line = lines.get(each.dose.line)
        if line and not line.of.is_carried and max(line.days) < from_day:
            past.setdefault(each.dose.line, []).append(each)
    return past


def _each_dose(
    inputs: Inputs, known: tuple[Measured, Facts], lines: Mapping[int, CycleLine], past: Mapping[int, list[Dosed]]
) -> tuple[tuple[Dosed, ...], tuple[Fault, ...], tuple[tuple[int, str], ...]]:
    """The doses of the cycle's lines, all that stands against any of them, and the lines against which it stands."""
    (regimen, patient, pharmacy, *_), (measured, facts) = inputs, known
    refuse_contradictions(patient, lines, regimen.name)
    dosed: list[Dosed] = []
    faults: list[Fault] = []
    refused: list[tuple[int, str]] = []
    names_of = {number: line.of.names for number, line in lines.items()}
    for number in sorted(lines, key=lambda number: (bool(lines[number].of.shared_with), number)):
        line = lines[number]
        source = line.of.source or regimen.source.citation
        try:
            own = _settled(number, patient, lines, facts, on_paper=pharmacy.print_choices)
            if line.of.shared_with:
                doses = [each.dose for each in dosed]
                own = [group for each in own for group in with_bases(*each, doses, names_of)]
            for settled, declared in own:
                found = compute_dose(settled, measured, pharmacy, declared=declared, source=source, number=number)
                dosed.append(replace(found, dose=with_days(found.dose, line, declared.days)))
        except CecError as refusal:
            if number in past:
                dosed = [each for each in dosed if each.dose.line != number] + past[number]
                continue
            faults += refusal.faults
            refused.append((number, line.of.drug))
    dosed.sort(key=lambda each: (each.dose.line, each.dose.days))
    return tuple(dosed), tuple(faults), tuple(refused)


def _settled(
    number: int, patient: Patient, lines: Mapping[int, CycleLine], facts: Facts, *, on_paper: bool
) -> list[tuple[Settled, Declared]]:
    """A drug line with each of its doses and what is declared of it, on the days on which both hold."""
    line, every = lines[number].of, declared_for(number, patient, lines)
    is_given = any(not isinstance(declared.by, Withheld) for declared in every)
    on_days = settled_on(line, lines[number].days, facts, patient.choices, on_paper=on_paper) if is_given else []
    groups: list[tuple[Settled, Declared]] = []
    for declared in every:
        if isinstance(declared.by, Withheld):
            groups.append((unsettled(line, 0), declared))
            continue
        for settled, days in on_days:
            both = tuple(day for day in days if day in declared.days)
            if both:
                groups.append((settled, Declared(both, declared.by, declared.scope)))
    return sorted(groups, key=lambda group: group[1].days)


def _placed(
    inputs: Inputs, dosed: tuple[Dosed, ...], lines: Mapping[int, CycleLine], *, scheduled: bool
) -> tuple[Drawn | None, tuple[Dosed, ...]]:
    """The places, where there is a start; and the doses, those that hang on other drugs on the days of theirs."""
    start = inputs.cycle.start if scheduled else None
    hangs_on_others = any(line.of.is_carried for line in lines.values())
    if not start and (not hangs_on_others or any(line.is_open for line in lines.values())):
        return None, dosed
    from cec.calculate.schedule.drawing import draw

    doses = [each.dose for each in dosed]
    dates = Dates(inputs.regimen.calendar, start or NO_DATE, inputs.changes)
    drawn = draw(inputs.regimen, doses, dates, inputs.pharmacy, lines)
    doses = with_days_given(doses, drawn.rows, lines)
    placed = tuple(replace(each, dose=dose) for each, dose in zip(dosed, doses, strict=True))
    return (drawn if start else None), placed


def at_times(
    regimen: Regimen, lines: Mapping[int, CycleLine], times: Mapping[str, tuple[str, ...]]
) -> tuple[Regimen, Mapping[int, CycleLine]]:
    """The regimen and the lines of a cycle, those of these drugs at the clock times that a person set.

    InputError for a drug that is not given, or is not given so often a day.
    """
    if not times:
        return regimen, lines
    drugs, placed = list(regimen.drugs), dict(lines)
    for drug, clock in times.items():
        own = {number: line for number, line in lines.items() if is_same_name(drug, *line.of.names)}
        if not own:
            given = ", ".join(dict.fromkeys(line.of.drug for line in lines.values()))
            raise InputError(Fault(f"a time of {drug} is set, but {regimen.name} gives {given}", about=("time",)))
        for number, line in own.items():
            wanted = 1 if line.of.every else line.per_day
            if len(clock) != wanted:
                text = f"{drug} has {wanted} clock time{'' if wanted == 1 else 's'} a day, not {len(clock)}"
                raise InputError(Fault(text, about=("time",)))
            of = replace(line.of, at=clock, start=(), after="", gap=None, days=line.days)
            drugs[number - 1], placed[number] = of, replace(line, of=of)
    return replace(regimen, drugs=tuple(drugs)), placed


def day_for_age(patient: Patient, start: datetime.date | None, as_of: datetime.date | None) -> datetime.date | None:
    """The day for which an age is computed from a date of birth."""
    if patient.born is None:
        return None
    day = start or patient.measured_on or as_of
    if day is None:
        raise InputError("an age from a date of birth needs a day: give a start or the day of the measures")
    if day < patient.born:
        raise InputError(f"the date of birth, {patient.born}, lies after {day}")
    return day


def earliest_next_cycle(
    regimen: Regimen, start: datetime.date | None, changes: tuple[Change, ...] = ()
) -> EarliestNextCycle | None:
    """The earliest day 1 of the next cycle."""
    rule = regimen.next_cycle
    if rule is None:
        return None
    date = Dates(regimen.calendar, start, changes).of(rule.earliest_day) if start else None
    return EarliestNextCycle(rule.earliest_day, date, rule.text, rule.source)

"""Whether the entries of a drug line give each patient one dose on each of its days, in each cycle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from cec.days import LAST_DAY, Series, holds, numbers_of
from cec.load.regimen_file.patient_groups import EntryFault, faults_of_groups
from cec.regimen import DoseEntry, DrugLine
from cec.units import span

MOST_ENTRIES = 100
"""Doses of one drug line: each is held against every other."""


def entry_faults(line: DrugLine) -> list[EntryFault]:
    """What is wrong with the doses of a line, in their order: none or several for somebody, or no step from another."""
    entries = line.entries
    if len(entries) > MOST_ENTRIES:
        return [EntryFault(MOST_ENTRIES, f"has more than {MOST_ENTRIES} entries; no table of doses has so many")]
    days = _days(line)
    by_days = _first_by_holders([entry.days for entry in entries], days)
    by_cycles = _first_by_holders([entry.cycles for entry in entries], numbers_of(line.cycles or (Series(1),)))
    faults = (*_faults_by_day(line, by_days, by_cycles), *_step_faults(entries, days, tuple(by_cycles.values())))
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.entry)


Holders = dict[frozenset[int], int]
"""Which entries are for a day or a cycle: each such set of them, with the first day or cycle that it is for."""


def _faults_by_day(line: DrugLine, by_days: Holders, by_cycles: Holders) -> Iterator[EntryFault]:
    """What is wrong with the entries of each day of each cycle; entries that are for none come last."""
    entries = line.entries
    used: set[int] = set()
    for (on_day, day), (in_cycle, cycle) in product(by_days.items(), by_cycles.items()):
        numbers = sorted(on_day & in_cycle)
        used.update(numbers)
        if not numbers:
            of_cycle = f" of cycle {cycle}" if any(entry.cycles for entry in entries) else ""
            yield EntryFault(0, f"no entry is for day {day}{of_cycle}{_lines_apart(entries)}")
        yield from faults_of_groups([entries[number] for number in numbers], line.only, numbers)
    for number in range(len(entries)):
        if number not in used:
            yield EntryFault(number, "is for none of the days and cycles of the line")


def _first_by_holders(several: Sequence[Sequence[int | Series]], numbers: Sequence[int]) -> Holders:
    """Which of several lists (an empty one is of all) hold a number: each such set of them, with its first number."""
    if not any(several):
        return {frozenset(range(len(several))): number for number in numbers[:1]}
    found: Holders = {}
    for number in numbers:
        holders = frozenset(place for place, each in enumerate(several) if not each or holds(number, each))
        found.setdefault(holders, number)
    return found


def _lines_apart(entries: Sequence[DoseEntry]) -> str:
    """What to do where a drug is given on other days in some cycles, which is no matter of entries."""
    is_both = any(entry.days for entry in entries) and any(entry.cycles for entry in entries)
    return "; where the days differ by cycle, write a line for each, with days and cycles of its own" if is_both else ""


def _step_faults(entries: Sequence[DoseEntry], days: Sequence[int], cycles: Sequence[int]) -> Iterator[EntryFault]:
    """Why a dose cannot be so much more or less than that of the day before."""
    first_day = min(days)
    for number, entry in enumerate(entries):
        if not entry.step:
            continue
        if any(entry.is_on(first_day, cycle) for cycle in cycles):
            yield EntryFault(number, f"has no day before day {first_day}, than which it could be {entry.step}")
        if not entry.each_day and any(sum(entry.is_on(day, cycle) for day in days) > 1 for cycle in cycles):
            yield EntryFault(number, _once_or_each_day(entry))
        if any(other.dose.unit != entry.dose.unit for other in entries):
            yield EntryFault(number, f"all doses must be in {entry.dose.unit} for one to be {entry.step} than another")


def _once_or_each_day(entry: DoseEntry) -> str:
    """What is wrong with a step on several days: it may be meant for their beginning alone, or for each of them."""
    return (
        f"'{entry.words}' on several days would be so much {entry.step} on each of them than on the day before: "
        f"write {entry.words} each day where that is meant, else the dose itself"
    )


def _days(line: DrugLine) -> tuple[int, ...]:
    """The days of a line, with those of its repeats, in the longest cycle."""
    of_entries = sorted({day for entry in line.entries for day in numbers_of(entry.days)})
    stated = numbers_of(line.days) or tuple(of_entries) or (1,)
    if line.repeat is None:
        return stated
    return tuple(sorted({day for first in stated for day in range(first, LAST_DAY + 1, span(line.repeat).days)}))

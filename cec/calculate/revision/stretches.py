"""The stretches of a cycle that a person changed: from each of them on other measures, declarations or products hold.

What holds on a day comes of every change from that day or an earlier one, in the sequence in which they were made.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from cec.anchors import is_same_name
from cec.calculate.cycle import Inputs
from cec.calculate.declared import Declaration, is_about
from cec.calculate.lines import CycleLine
from cec.calculate.preparation.stock import prefer_product
from cec.days import LAST_DAY
from cec.order import Administration, Change, date_of, patient_after, without_restored_days
from cec.patient import Patient, Reduction, SetDose, Withheld
from cec.pharmacy import Pharmacy

Older = TypeVar("Older", bound=Declaration)

EARLIEST, LATEST = -LAST_DAY, 2 * LAST_DAY
"""Days before the first and after the last of any cycle."""


class Stretch(NamedTuple):
    """Days of a cycle on which the same inputs hold, from the first to the one before the last."""

    from_day: int
    to_day: int
    inputs: Inputs
    stopped: tuple[str, ...]
    """Drugs of which nothing is given on these days."""

    def has(self, day: int) -> bool:
        """Whether a day lies in it."""
        return self.from_day <= day < self.to_day

    def gives(self, row: Administration) -> bool:
        """Whether an administration lies in it and its drug is not stopped."""
        return self.has(row.protocol_day) and not is_same_name(row.drug, *self.stopped)


def stretches_of(first: Inputs, changes: Sequence[Change], lines: Mapping[int, CycleLine]) -> list[Stretch]:
    """The stretches of a cycle with these changes; `first` is what its first revision was computed from."""
    bounds = sorted({EARLIEST, *(change.from_day for change in changes if not change.start)}, key=int)
    stretches = []
    for from_day, to_day in zip(bounds, [*bounds[1:], LATEST], strict=True):
        holding = without_restored_days(change for change in changes if change.start or change.from_day <= from_day)
        inputs = first._replace(
            patient=_declared(patient_after(first.patient, holding), holding, lines),
            pharmacy=_pharmacy(first.pharmacy, holding),
            changes=tuple(changes),
            from_day=from_day,
            measured_for=_measured_for(first, changes, holding),
            times=dict(time for change in holding for time in change.times.items()),
        )
        stretches.append(Stretch(from_day, to_day, inputs, _left_stopped(holding)))
    return stretches


def _left_stopped(changes: Sequence[Change]) -> tuple[str, ...]:
    """The drugs that are stopped, but for those of which a later change sets or reduces a dose."""
    stopped: list[tuple[int, str]] = []
    for change in changes:
        doses: list[Declaration] = [*change.set_doses, *change.reductions]
        stopped = [
            (from_day, drug)
            for from_day, drug in stopped
            if not any(is_same_name(drug, each.drug) and (each.days or change.from_day >= from_day) for each in doses)
        ]
        stopped += [(change.from_day, drug) for drug in change.stopped]
    return tuple(drug for _, drug in stopped)


def _measured_for(first: Inputs, changes: Sequence[Change], holding: Sequence[Change]) -> datetime.date | None:
    """The date of the first day that was dosed by the last measures; None where those are the ones of the start."""
    days = [change.from_day for change in holding if change.has_measures]
    if not days or first.cycle.start is None:
        return None
    return date_of(first.regimen.calendar, first.cycle.start, days[-1], tuple(changes))


def _pharmacy(pharmacy: Pharmacy, changes: Sequence[Change]) -> Pharmacy:
    """The pharmacy after these changes."""
    for change in changes:
        pharmacy = change.pharmacy or pharmacy
        if change.first_infusion:
            pharmacy = replace(pharmacy, first_infusion=change.first_infusion)
        for drug, product in change.products.items():
            pharmacy = prefer_product(pharmacy, drug, product)
    return pharmacy


def _declared(patient: Patient, changes: Sequence[Change], lines: Mapping[int, CycleLine]) -> Patient:
    """The patient with what is declared of doses after these changes: of one line on one day the last counts.

    Days on which a drug is left out by their number, or by a plan for later days, stay so until their number is named.
    """
    declared: list[Declaration] = [*patient.withheld, *patient.set_doses, *patient.reductions]
    left_out = [_LeftOut(LATEST, each) for each in patient.withheld if each.days]
    for change in changes:
        staying = [each.by for each in left_out if each.from_day > change.from_day]
        doses: list[Declaration] = [*change.set_doses, *change.reductions]
        doses = [left for each in doses for left in ([each] if each.days else left_of(each, staying, lines))]
        stopped = list(_stopped(change, lines))
        newer = [*change.withheld, *doses, *stopped]
        dropped = _dropped(change, [*declared, *newer], lines)
        for later in (newer, dropped):
            declared = [each for older in declared for each in left_of(older, later, lines)] + list(later)
        left_out = [replace(each, by=left) for each in left_out for left in left_of(each.by, doses, lines)]
        left_out += [_LeftOut(LATEST if each.days else change.from_day, each) for each in change.withheld]
        left_out += [_LeftOut(LATEST, each) for each in dropped]
        left_out += [_LeftOut(change.from_day, each) for each in stopped]
    return replace(
        patient,
        withheld=tuple(each for each in declared if isinstance(each, Withheld)),
        set_doses=tuple(each for each in declared if isinstance(each, SetDose)),
        reductions=tuple(each for each in declared if isinstance(each, Reduction)),
    )


class _LeftOut(msgspec.Struct, frozen=True):
    """What a person leaves out; a dose that is told without days from this day on gives it again."""

    from_day: int
    by: Declaration


def _stopped(change: Change, lines: Mapping[int, CycleLine]) -> Iterator[Withheld]:
    """The drugs that a change stops, on the days that are left of them."""
    for drug in change.stopped:
        own = [line for line in lines.values() if is_same_name(drug, *line.of.names)]
        days = sorted({day for line in own for day in line.days if day >= change.from_day})
        if days:
            yield Withheld(drug, change.reason, tuple(days))


def _dropped(change: Change, declared: Sequence[Declaration], lines: Mapping[int, CycleLine]) -> list[Withheld]:
    """What would be given on days that a change leaves out, line by line; what is withheld then already stays so."""
    dropped = []
    for skip in change.skipped:
        for number, line in lines.items():
            if skip.then == "drop" and skip.day in line.days and not _is_withheld(number, line, skip.day, declared):
                dropped.append(Withheld(line.of.drug, change.reason, (skip.day,), number))
    return dropped


def _is_withheld(number: int, line: CycleLine, day: int, declared: Sequence[Declaration]) -> bool:
    withheld = (each for each in declared if isinstance(each, Withheld))
    return any(is_about(each, number, line.of.names) and (not each.days or day in each.days) for each in withheld)


def left_of(older: Older, newer: Sequence[Declaration], lines: Mapping[int, CycleLine]) -> Iterator[Older]:
    """What is left of a declaration on lines and days of which nothing newer is declared."""
    own = {number: line for number, line in lines.items() if is_about(older, number, line.of.names)}
    whole, left = {}, {}
    for number, line in own.items():
        whole[number] = tuple(day for day in line.days if not older.days or day in older.days)
        gone = {day for each in newer if is_about(each, number, line.of.names) for day in each.days or line.days}
        left[number] = tuple(day for day in whole[number] if day not in gone)
    if left == whole:
        yield older
    elif len(set(left.values())) == 1:
        if days := next(iter(left.values())):
            yield replace(older, days=days)
    else:
        yield from (replace(older, days=days, line=number) for number, days in left.items() if days)

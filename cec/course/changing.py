"""What a person asks of an order -> the change of it, refused with every fault where it cannot be made."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from cec.anchors import is_same_name
from cec.calculate.revision import NO_DATES, revise
from cec.course.change_faults import change_faults
from cec.days import LAST_DAY, days_in_words, list_days
from cec.errors import Fault, InputError, OrderRefused
from cec.load.change_texts import GivenText
from cec.order import (
    Administration,
    Change,
    GivenAmount,
    MovedDay,
    NewStart,
    Order,
    SkippedDay,
    identity,
    measured_anew,
)
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.units import Quantity

_NOTHING: Mapping[str, Any] = MappingProxyType({})
ALL = "all"
"""What is written to stop every drug."""


class Asked(NamedTuple):
    """What a person asks to change, read."""

    on: datetime.date
    reason: str
    from_day: int | None = None
    facts: frozenset[str] = frozenset()
    """The names of what was measured anew."""
    stopped: tuple[str, ...] = ()
    skipped: tuple[SkippedDay, ...] = ()
    restored: tuple[int, ...] = ()
    """Days that were left out and are given after all."""
    moved: tuple[MovedDay, ...] = ()
    start: datetime.date | None = None
    times: tuple[str, Mapping[str, tuple[str, ...]]] = ("", _NOTHING)
    """When the day's first infusion starts, and the clock times of drugs."""
    products: Mapping[str, str] = _NOTHING
    pharmacy: Pharmacy | None = None
    given: tuple[GivenText, ...] = ()
    accepted: Mapping[str, str] = _NOTHING
    patient: Patient | None = None
    """The patient with what was measured anew, and only what is newly declared of doses."""

    @property
    def is_about_doses(self) -> bool:
        """Whether doses, times or products become others from some day on."""
        declared = self.patient and (self.patient.reductions or self.patient.set_doses or self.patient.withheld)
        of_drugs = self.stopped or self.products or self.pharmacy or any(self.times)
        return bool(self.facts or declared or of_drugs)

    @property
    def changes_anything(self) -> bool:
        """Whether anything is asked but an acceptance."""
        of_days = self.skipped or self.restored or self.moved or self.start
        return bool(self.is_about_doses or of_days or self.given)


def changed(before: Order, asked: Asked, *, strict: bool = False) -> Order:
    """The order that replaces another; InputError or OrderRefused with why there is none."""
    return revise(before, change_of(before, asked), strict=strict)


def change_of(before: Order, asked: Asked) -> Change:
    """What is asked of an order as a change of it; InputError with every fault."""
    if before.cancelled:
        raise OrderRefused(f"is cancelled ({before.cancelled.reason}); nothing replaces it")
    if before.start is None or not (before.administrations or asked.restored):
        raise InputError(
            NO_DATES if before.start is None else "gives nothing any more, so nothing of it can be changed"
        )
    given, faults = _given(before, asked)
    from_day = _from_day(before, asked)
    change = Change(
        on=asked.on,
        from_day=from_day,
        reason=asked.reason,
        written_by=before.written_by,
        **(measured_anew(asked.patient, asked.facts, asked.on) if asked.patient else {}),
        reductions=asked.patient.reductions if asked.patient else (),
        set_doses=asked.patient.set_doses if asked.patient else (),
        withheld=asked.patient.withheld if asked.patient else (),
        stopped=_stopped(before, asked, from_day, faults),
        skipped=asked.skipped,
        restored=asked.restored,
        moved=asked.moved,
        start=NewStart(asked.start, before.start) if asked.start else None,
        first_infusion=asked.times[0],
        times=dict(asked.times[1]),
        products=dict(asked.products),
        pharmacy=asked.pharmacy,
        given=given,
        accepted=dict(asked.accepted),
    )
    of_change = list(change_faults(before, change))
    if faults and asked.from_day is None:  # what is wrong with a day that nobody typed follows from the others
        of_change = [each for each in of_change if each.where != "--from-day"]
    faults += of_change
    if faults:
        raise InputError(*faults)
    return change


def _from_day(before: Order, asked: Asked) -> int:
    """The day from which the change holds: as told, else the first that it skips, restores or moves."""
    days = sorted({row.protocol_day for row in before.administrations})
    if asked.start:
        return days[0]
    if asked.from_day is not None:
        return asked.from_day
    named = [*(skip.day for skip in asked.skipped), *asked.restored, *(moved.day for moved in asked.moved)]
    if named and not asked.is_about_doses:
        return min(named)
    if asked.is_about_doses or not asked.given:
        raise InputError(Fault("say from which day of the cycle the change holds", "--from-day"))
    later = (day for day in range(days[0], LAST_DAY) if (date := before.date_of(day)) and date >= asked.on)
    return next(later, LAST_DAY)


def _stopped(before: Order, asked: Asked, from_day: int, faults: list[Fault]) -> tuple[str, ...]:
    """The drugs that are stopped, by the names that the regimen has for them."""
    drugs = list(dict.fromkeys(row.drug for row in before.administrations if row.protocol_day >= from_day))
    if not drugs and asked.stopped:
        faults.append(Fault(f"nothing is given from day {from_day} on", "--stop"))
    if ALL in asked.stopped:
        faults += _still_hanging(before, from_day, asked.stopped)
        return tuple(drugs)
    stopped = []
    for name in asked.stopped:
        own = [drug for drug in drugs if is_same_name(drug, name)]
        if drugs and not own:
            faults.append(Fault(f"{name} is not given from day {from_day} on; {', '.join(drugs)} are", "--stop"))
        stopped += own
    return tuple(dict.fromkeys(stopped))


def _still_hanging(before: Order, from_day: int, named: Sequence[str]) -> Iterator[Fault]:
    """What hangs on a dose of an earlier day, as a rescue does: it is stopped by its name, never with all others."""
    for place, dose in enumerate(before.doses):
        if not dose.hangs_on_days or is_same_name(dose.drug, *named):
            continue
        rows = (row for row in before.administrations if row.dose_index == place and row.protocol_day >= from_day)
        earlier = {max((day for day in dose.line_days if day <= row.protocol_day), default=from_day) for row in rows}
        if days := sorted(day for day in earlier if day < from_day):
            text = (
                f"{dose.drug} hangs on what was given on day {list_days(days)}: if it is to be stopped too, name it "
                f"beside all (--stop all --stop '{dose.drug}'); else name the drugs that are stopped"
            )
            yield Fault(text, "--stop")


def _given(before: Order, asked: Asked) -> tuple[tuple[GivenAmount, ...], list[Fault]]:
    """What was given otherwise than ordered, of each administration that is meant, and what is wrong with it."""
    amounts: list[GivenAmount] = []
    faults: list[Fault] = []
    for each in asked.given:
        try:
            row = _row_of(before, each, asked.on)
        except InputError as error:
            faults += (fault._replace(where=each.option) for fault in error.faults)
            continue
        if any((other.line, other.day, other.number) == identity(row) for other in amounts):
            faults.append(Fault(f"{each.drug} on day {each.day} is told twice; tell it once", each.option))
        amount = each.amount or Quantity(Decimal(0), row.dose.unit)
        amounts.append(GivenAmount(*identity(row), row.drug, amount))
    return tuple(amounts), faults


def _row_of(before: Order, each: GivenText, on: datetime.date) -> Administration:
    """The administration that somebody means; InputError where it can have been given neither so nor at all."""
    row = _row_named(before, each)
    if row.date > on:
        raise InputError(f"{each.drug} on day {each.day} is dated {row.date}, after {on}: it is only ordered")
    if each.amount and each.amount.unit != row.dose.unit:
        raise InputError(f"{each.drug} on day {each.day} is ordered in {row.dose.unit}, not {each.amount.unit}")
    return row


def _row_named(before: Order, each: GivenText) -> Administration:
    rows = [row for row in before.administrations if is_same_name(each.drug, row.drug, *before.line_of(row).names)]
    of_day = [row for row in rows if row.protocol_day == each.day]
    if not of_day:
        days = sorted({row.protocol_day for row in rows})
        other = f"it is ordered on {days_in_words(days)}" if days else f"{before.regimen.name} does not give it"
        raise InputError(f"{each.drug} is not ordered on day {each.day}; {other}")
    if each.number is None and len(of_day) == 1:
        return of_day[0]
    if each.number is None or not 1 <= each.number <= len(of_day):
        count = len(of_day)
        if count == 1:
            raise InputError(f"{each.drug} has one dose on day {each.day}: write 'on day {each.day}'")
        raise InputError(
            f"{each.drug} has {count} doses on day {each.day}: write 'on day {each.day} dose 1' to {count}"
        )
    return of_day[each.number - 1]

"""What a person asks of an order -> the change of it, refused with every fault where it cannot be made."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from cec.anchors import is_same_name
from cec.calculate.declared import Declaration
from cec.calculate.revision import NO_DATES, revise
from cec.course.given import administrations_given
from cec.days import LAST_DAY, list_days
from cec.errors import Fault, InputError, OrderRefused
from cec.load.change_texts import GivenText
from cec.order import Administration, Change, GivenAmount, MovedDay, NewStart, Order, SkippedDay
from cec.order import date_of as date_after
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.units import Quantity

MEASURED = ("height", "weight", "measured_on", "creatinine", "creatinine_clearance")
"""Facts of a patient that a change has under their own names."""
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
        return bool(self.is_about_doses or self.skipped or self.moved or self.start or self.given)


def changed(before: Order, asked: Asked, *, strict: bool = False) -> Order:
    """The order that replaces another; InputError or OrderRefused with why there is none."""
    return revise(before, change_of(before, asked), strict=strict)


def change_of(before: Order, asked: Asked) -> Change:
    """What is asked of an order as a change of it; InputError with every fault."""
    if before.cancelled:
        raise OrderRefused(f"is cancelled ({before.cancelled.reason}); nothing replaces it")
    if before.start is None or not before.administrations:
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
        **_measured(asked),
        reductions=asked.patient.reductions if asked.patient else (),
        set_doses=asked.patient.set_doses if asked.patient else (),
        withheld=asked.patient.withheld if asked.patient else (),
        stopped=_stopped(before, asked, from_day, faults),
        skipped=asked.skipped,
        moved=asked.moved,
        start=NewStart(asked.start, before.start) if asked.start else None,
        first_infusion=asked.times[0],
        times=dict(asked.times[1]),
        products=dict(asked.products),
        pharmacy=asked.pharmacy,
        given=given,
        accepted=dict(asked.accepted),
    )
    faults += _faults(before, change)
    if faults:
        raise InputError(*faults)
    return change


def _measured(asked: Asked) -> dict[str, Any]:
    """What was measured anew, by the names that a change has for it."""
    if asked.patient is None:
        return {}
    values: dict[str, Any] = {name: getattr(asked.patient, name) for name in MEASURED if name in asked.facts}
    values |= {
        f"{name}_given": getattr(asked.patient, f"{name}_given") for name in ("height", "weight") if name in values
    }
    if {"height", "weight"} & values.keys():
        values.setdefault("measured_on", asked.on)
    values["facts"] = {name: asked.patient.facts[name] for name in sorted(asked.facts) if name in asked.patient.facts}
    return values


def _from_day(before: Order, asked: Asked) -> int:
    """The day from which the change holds: as told, else the first that is skipped or moved, or not yet given."""
    days = sorted({row.protocol_day for row in before.administrations})
    if asked.start:
        return days[0]
    if asked.from_day is not None:
        return asked.from_day
    named = [*(skip.day for skip in asked.skipped), *(moved.day for moved in asked.moved)]
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
        if any((other.line, other.day, other.number) == (row.line, row.protocol_day, row.number) for other in amounts):
            faults.append(Fault(f"{each.drug} on day {each.day} is told twice; tell it once", each.option))
        amount = each.amount or Quantity(Decimal(0), row.dose.unit)
        amounts.append(GivenAmount(row.line, row.protocol_day, row.number, row.drug, amount))
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
        other = f"it is ordered on days {list_days(days)}" if days else f"{before.regimen.name} does not give it"
        raise InputError(f"{each.drug} is not ordered on day {each.day}; {other}")
    if each.number is None and len(of_day) == 1:
        return of_day[0]
    if each.number is None or not 1 <= each.number <= len(of_day):
        count = len(of_day)
        raise InputError(
            f"{each.drug} has {count} doses on day {each.day}: write 'on day {each.day} dose 1' to {count}"
        )
    return of_day[each.number - 1]


def _faults(before: Order, change: Change) -> Iterator[Fault]:
    """Why a change cannot be made of an order, but for what only its doses tell."""
    last = before.changes[-1].on if before.changes else None
    if last and change.on < last:
        yield Fault(f"{change.on} lies before {last}, the day of the last change; look at the date", "--on")
    if change.start:
        yield from _start_faults(before, change)
        return
    left = [row for row in before.administrations if row.protocol_day >= change.from_day]
    if not left and not change.stopped and not change.given:
        yield Fault(f"nothing is given from day {change.from_day} on", "--from-day")
    yield from _day_faults(before, change)
    yield from _counting_as_given(before, change)


def _start_faults(before: Order, change: Change) -> Iterator[Fault]:
    """Why a cycle cannot begin on another day."""
    given = [each for each in administrations_given(before, change.on) if each.status == "given"]
    if given:
        row = given[0].row
        text = (
            f"{row.drug} on day {row.protocol_day}, {row.date}, counts as given: a cycle that began is not moved whole"
        )
        yield Fault(text, "--start")
    if change.skipped or change.moved or any(each.moved or each.skipped for each in before.changes):
        yield Fault("days were skipped or moved; draw the cycle up anew with cec schedule", "--start")
    if change.start and change.start.date < change.on:
        yield Fault(f"{change.start.date} lies before {change.on}, the day of the change", "--start")


def _day_faults(before: Order, change: Change) -> Iterator[Fault]:
    """Days that the order does not give, that lie before the change, or that are told twice."""
    given = sorted({row.protocol_day for row in before.administrations})
    skipped, moved = [each.day for each in change.skipped], [each.day for each in change.moved]
    for option, days in (("--skip-day", skipped), ("--move-day", moved)):
        if strange := sorted(set(days) - set(given)):
            yield Fault(f"nothing is given on day {list_days(strange)}; days: {list_days(given)}", option)
        if early := [day for day in days if day < change.from_day]:
            yield Fault(
                f"day {list_days(early)} lies before day {change.from_day}, from which the change holds", option
            )
        if len(set(days)) < len(days):
            yield Fault("names a day twice", option)
    if given_then := sorted({each.day for each in change.given if each.amount.value} & {*skipped, *moved}):
        yield Fault(f"something was given on day {list_days(given_then)}, which does not move then", "--given")
    if both := sorted(set(skipped) & set(moved)):
        yield Fault(f"day {list_days(both)} is skipped and moved; say one of both", "--move-day")
    for each in change.moved:
        if each.date < change.on:
            yield Fault(f"{each.date} lies before {change.on}, the day of the change", "--move-day")
    yield from _early_declarations(change)


def _early_declarations(change: Change) -> Iterator[Fault]:
    """What is declared of days before the one from which the change holds."""
    declarations: list[Declaration] = [*change.reductions, *change.set_doses, *change.withheld]
    for declared in declarations:
        if early := [day for day in declared.days if day < change.from_day]:
            text = f"{declared.drug} on day {list_days(early)}: the change holds from day {change.from_day} on"
            yield Fault(text, "--from-day")


def _counting_as_given(before: Order, change: Change) -> Iterator[Fault]:
    """A first day that is dated before the change, and days from it on of which something counts as given."""
    if before.start is None:
        return
    changes = (*before.changes, change)
    dropped = {skip.day for skip in change.skipped}
    days = sorted({row.protocol_day for row in before.administrations if row.protocol_day >= change.from_day} - dropped)
    date = date_after(before.regimen.calendar, before.start, change.from_day, changes)
    if change.from_day not in dropped and date < change.on:
        text = f"day {change.from_day} is {date}, before {change.on}: it counts as given; change from a later day on"
        yield Fault(text, "--from-day")
        return
    given = {
        each.row.protocol_day
        for each in administrations_given(before)
        if each.status == "given" and each.is_told and each.row.protocol_day >= change.from_day
    }
    if days_given := sorted(given & {*days, *dropped}):
        text = f"somebody told what was given on day {list_days(days_given)}; change from a later day on"
        yield Fault(text, "--from-day")
    if change.measured_on and date and change.measured_on > max(date, change.on):
        yield Fault(f"{change.measured_on} lies after day {change.from_day}, {date}", "--measured-on")

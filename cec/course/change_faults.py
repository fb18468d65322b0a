"""Why a change of an order cannot be made: its dates, its days, and what counts as given."""

from __future__ import annotations

from collections.abc import Iterator

from cec.calculate.declared import Declaration
from cec.course.given import administrations_given
from cec.days import days_in_words, list_days
from cec.errors import Fault
from cec.order import Change, Order, days_left_out
from cec.order import date_of as date_after


def change_faults(before: Order, change: Change) -> Iterator[Fault]:
    """Why a change cannot be made of an order, but for what only its doses tell."""
    last = before.changes[-1].on if before.changes else None
    if last and change.on < last:
        yield Fault(f"{change.on} lies before {last}, the day of the last change; look at the date", "--on")
    measured_on = before.patient.measured_on
    if not last and measured_on and change.on < measured_on:
        yield Fault(f"{change.on} lies before {measured_on}, the day of the measures; look at the date", "--on")
    if change.start:
        yield from _start_faults(before, change)
        return
    rows = [*before.administrations]
    if change.set_doses or change.reductions or change.restored:  # what was stopped or left out may be given again
        rows += [row for row, _ in before.removed]
    if all(row.protocol_day < change.from_day for row in rows) and not change.stopped and not change.given:
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
    if change.skipped or change.restored or change.moved or any(each.moved or each.skipped for each in before.changes):
        yield Fault("days were skipped or moved; draw the cycle up anew with cec schedule", "--start")
    if change.start:
        first = min((row.protocol_day for row in before.administrations if row.protocol_day < 1), default=1)
        date = before.regimen.calendar.date(change.start.date, first)
        if date < change.on:
            which = "" if first == 1 else f"day {first}, "
            yield Fault(
                f"{which}{date}{',' if which else ''} lies before {change.on}, the day of the change", "--start"
            )


def _day_faults(before: Order, change: Change) -> Iterator[Fault]:
    """Days that the order does not give, that lie before the change, or that are told twice."""
    given = {row.protocol_day for row in before.administrations}
    skipped, moved = [each.day for each in change.skipped], [each.day for each in change.moved]
    yield from _restoring_faults(before, change)
    for option, days, possible in (
        ("--skip-day", skipped, given),
        ("--restore-day", change.restored, {*change.restored}),
        ("--move-day", moved, given.union(change.restored)),
    ):
        if strange := sorted({*days} - possible):
            yield Fault(f"nothing is given on day {list_days(strange)}; days: {list_days(sorted(possible))}", option)
        if early := [day for day in days if day < change.from_day]:
            yield Fault(
                f"day {list_days(early)} lies before day {change.from_day}, from which the change holds", option
            )
        if len(set(days)) < len(days):
            yield Fault("names a day twice", option)
    if given_then := sorted({each.day for each in change.given if each.amount.value} & {*skipped, *moved}):
        yield Fault(f"something was given on day {list_days(given_then)}, which does not move then", "--given")
    for option, what, days in (("--move-day", "moved", moved), ("--restore-day", "restored", change.restored)):
        if both := sorted({*skipped} & {*days}):
            yield Fault(f"day {list_days(both)} is skipped and {what}; say one of both", option)
    for each in change.moved:
        if each.date < change.on:
            yield Fault(f"{each.date} lies before {change.on}, the day of the change", "--move-day")
    yield from _early_declarations(change)


def _restoring_faults(before: Order, change: Change) -> Iterator[Fault]:
    """Days that cannot be given after all: nobody left them out, or their date has passed."""
    left_out = days_left_out(before.changes)
    if others := sorted({*change.restored} - left_out):
        known = f"left out: {days_in_words(sorted(left_out))}" if left_out else "no day of this cycle is"
        text = f"nobody left {days_in_words(others)} out with --skip-day and --drop; {known}"
        yield Fault(text, "--restore-day")
    for day in sorted({*change.restored} & left_out):
        date = before.start and date_after(before.regimen.calendar, before.start, day, (*before.changes, change))
        if date and date < change.on:
            text = f"day {day} is {date}, before {change.on}, the day of the change; --move-day gives it a later date"
            yield Fault(text, "--restore-day")


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
    if change.from_day not in {*dropped, *change.restored} and date < change.on:
        text = f"day {change.from_day} is {date}, before {change.on}: it counts as given; change from a later day on"
        yield Fault(text, "--from-day")
        return
    given = {
        each.row.protocol_day
        for each in administrations_given(before)
        if each.status == "given" and each.is_told and each.row.protocol_day >= change.from_day
    }
    if (days_given := sorted(given & {*days, *dropped})) and not change.only_tells:
        text = f"somebody told what was given on day {list_days(days_given)}; change from a later day on"
        yield Fault(text, "--from-day")
    if change.measured_on and date and change.measured_on > max(date, change.on):
        yield Fault(f"{change.measured_on} lies after day {change.from_day}, {date}", "--measured-on")

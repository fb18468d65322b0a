"""Why a change of an order cannot be made: its dates, its days, and what counts as given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
    """What is wrong with the days that are skipped, restored or moved, and with what is told of them beside that."""
    skipped, moved = [each.day for each in change.skipped], [each.day for each in change.moved]
    given = {row.protocol_day for row in before.administrations}
    left_out = days_left_out(before.changes)
    for option, days, possible, why in (
        ("--skip-day", skipped, given, "nothing is given on {}; days: {}"),
        ("--restore-day", change.restored, left_out, "nobody left {} out with --skip-day and --drop; left out: {}"),
        ("--move-day", moved, given.union(change.restored), "nothing is given on {}; days: {}"),
    ):
        if strange := sorted({*days} - possible):
            known = list_days(sorted(possible)) or "none"
            yield Fault(why.format(days_in_words(strange), known), option)
        if early := sorted(day for day in days if day < change.from_day):
            text = f"day {list_days(early)} lies before day {change.from_day}, from which the change holds"
            yield Fault(text, option)
        if len({*days}) < len(days):
            yield Fault("names a day twice", option)
    if both := sorted({*skipped} & {*moved, *change.restored}):
        what = "moved" if {*both} & {*moved} else "restored"
        yield Fault(f"{days_in_words(both)}: skipped and {what}; say one of both", "--skip-day")
    if given_then := sorted({each.day for each in change.given if each.amount.value} & {*skipped, *moved}):
        yield Fault(f"something was given on day {list_days(given_then)}, which does not move then", "--given")
    yield from _early_dates(before, change, sorted({*change.restored} & left_out))
    yield from _early_declarations(change)


def _early_dates(before: Order, change: Change, restored: Iterable[int]) -> Iterator[Fault]:
    """Dates before the change to which days are moved, or on which restored ones would be given."""
    for each in change.moved:
        if each.date < change.on:
            yield Fault(f"{each.date} lies before {change.on}, the day of the change", "--move-day")
    for day in restored:
        date = before.start and date_after(before.regimen.calendar, before.start, day, (*before.changes, change))
        if date and date < change.on and day not in {each.day for each in change.moved}:
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

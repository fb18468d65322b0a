"""Days, dates and times in words."""

from __future__ import annotations

import datetime
import re

from cec.days import paper_date
from cec.order import Administration, Order

NO_TIME = "no time"
"""What stands for the time of a dose that finds none on its date."""
_ISO_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def with_paper_dates(text: str) -> str:
    """A text of dates, each as paper has it.

    >>> with_paper_dates("2026-11-23, 2026-11-24")
    '23-Nov-2026, 24-Nov-2026'
    """
    return _ISO_DATE.sub(lambda date: paper_date(datetime.date.fromisoformat(date[0])), text)


def weekday_date(day: datetime.date) -> str:
    """A date on paper with its day of the week.

    >>> weekday_date(datetime.date(2026, 11, 30))
    'Mon 30-Nov-2026'
    """
    return f"{_WEEKDAYS[day.weekday()]} {paper_date(day)}"


def named_days(order: Order) -> str:
    """The dates of the first day, of day 0 and of day 1."""
    days = [day for dose in order.doses for day in dose.days]
    named = {
        min(days): f"day {min(days)}",
        0: f"day 0 ({order.regimen.day_0})",
        1: "day 1",
        max(days): f"day {max(days)}",
    }
    return ", ".join(
        f"{words} {weekday_date(date)}" for day, words in sorted(named.items()) if (date := order.date_of(day))
    )


def not_before(day: int, text: str, source: str, date: datetime.date | None = None) -> str:
    """When the next cycle may begin, what must be fulfilled by then, and where that stands.

    >>> not_before(15, "ANC 0.75 x 10^9/L or more", "label", datetime.date(2026, 12, 14))
    'not before Mon 14-Dec-2026 (day 15); ANC 0.75 x 10^9/L or more [label]'
    """
    earliest = f"{weekday_date(date)} (day {day})" if date else f"day {day}"
    return "; ".join(filter(None, (f"not before {earliest}", text))) + (f" [{source}]" if source else "")


def clock(time: datetime.datetime) -> str:
    """The time of day, 24 hours.

    >>> clock(datetime.datetime(2026, 11, 30, 9, 0))
    '09:00'
    """
    return f"{time:%H:%M}"


def moment(time: datetime.datetime) -> str:
    """A date with its day of the week and the time of day.

    >>> moment(datetime.datetime(2026, 11, 30, 9, 0))
    'Mon 30-Nov-2026 09:00'
    """
    return f"{weekday_date(time.date())} {clock(time)}"


def row_time(row: Administration, date: datetime.date) -> str:
    """From when to when a row of the schedule runs; a time that is not on the date of its day has its own before it.

    >>> from decimal import Decimal
    >>> from cec.units import Quantity
    >>> night, after = datetime.datetime(2026, 11, 30, 22, 30), datetime.datetime(2026, 12, 1, 0, 30)
    >>> dose = Quantity(Decimal(96), "mg")
    >>> row = Administration(1, 2, 1, 1, "etoposide", dose, "IV infusion", night.date(), night, end=after)
    >>> row_time(row, datetime.date(2026, 11, 30))
    '22:30 to 01-Dec-2026 00:30'
    >>> row_time(row, datetime.date(2026, 11, 29))
    '30-Nov-2026 22:30 to 01-Dec-2026 00:30'
    """
    time = _dated(row.time, date)
    if row.start is None:
        return f"before {time}" if row.not_after else NO_TIME
    return f"{time} to {_dated(row.end, row.start.date())}" if row.end else time


def starting_time(row: Administration) -> str:
    """The time of day at which a row starts, or the bound that the regimen sets."""
    if row.start is None and row.not_after is None:
        return NO_TIME
    return f"{'' if row.start else 'before '}{clock(row.time)}"


def drug_and_day(row: Administration) -> str:
    """The drug of a row; with the day that it is a dose of, where that is another; with a word for its time of day."""
    beside = ", ".join(filter(None, (f"day {row.of_day}" if row.of_day is not None else "", _in_the_day(row))))
    return f"{row.drug} ({beside})" if beside else row.drug


def dose_of_day(row: Administration) -> str:
    """The day that a row is a dose of, where that is not the day of its date."""
    return "" if row.of_day is None else f" (day {row.of_day})"


def box_words(row: Administration) -> list[str]:
    """What a person ticks before it is given, each with its box."""
    return [f"[ ] {text}" for text in row.boxes]


def rate_words(row: Administration) -> list[str]:
    """From which clock time on it runs at which rate, where it does not run evenly."""
    if len(row.rate_steps) < 2 or row.start is None:
        return []
    steps = (f"{clock(row.start + datetime.timedelta(minutes=step.minute))} {step.rate}" for step in row.rate_steps)
    return [f"rate: {', '.join(steps)}"]


def _in_the_day(row: Administration) -> str:
    """The word of the day for the time of a row, or that several are spread over the day."""
    return "" if row.not_after else row.timing


def _dated(time: datetime.datetime, date: datetime.date) -> str:
    """A time of day, after its date where that is another."""
    return clock(time) if time.date() == date else f"{paper_date(time.date())} {clock(time)}"

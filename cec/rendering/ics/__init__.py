"""The order as a calendar (iCalendar, RFC 5545): an event per administration, and the earliest next cycle all day.

The same order gives the same bytes and no clock is read: SEQUENCE is the order's revision less 1, and DTSTAMP a fixed
time with as many minutes. Where the pharmacy names its zone, an infusion ends after its real hours.

Name and date of birth stay out of the file, because calendars are shared; the id tells whose event it is.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

from cec.errors import InputError
from cec.order import identity
from cec.rendering.days import DayNames, day_names, day_of
from cec.rendering.ics.uids import cautions, parts_of, uid_of
from cec.rendering.words import given_by, label_words, origin, over_days, validity, void_words
from cec.rendering.words.alerts import alert_words, in_one_line, on_paper
from cec.rendering.words.preparation import instructions
from cec.rendering.words.regimen import cycle_words, title_of, which_of_day
from cec.rendering.words.revision import given_rows, revision_line, row_marks
from cec.rendering.words.times import box_words, rate_words, starting_time, weekday_date
from cec.units import span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from icalendar import Event

    from cec.course.void import Void
    from cec.order import Administration, EarliestNextCycle, Identity, Order
    from cec.treatment import TreatmentCalendar

__all__ = ["cautions", "render", "treatment"]

_STAMP = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_CHANGES = frozenset({"limited", "capped", "capped by day", "reduced", "rounded", "set"})
"""The steps of a dose that move it away from what the regimen alone comes to."""


def render(order: Order, *, void: Void | None = None) -> bytes:
    """The calendar of one cycle as UTF-8. Times are local, without a zone, unless the pharmacy names its zone."""
    return _calendar([order], void)


def treatment(calendar: TreatmentCalendar) -> bytes:
    """The calendar of every cycle of a treatment; of when the next cycle may begin nothing: that is in it."""
    return _calendar(calendar.orders)


def _calendar(orders: Sequence[Order], void: Void | None = None) -> bytes:
    """The administrations of these cycles and, after a single one, when the next may begin."""
    import icalendar

    first = orders[0]
    if first.start is None:
        raise InputError("a calendar needs day 1 of the cycle; give it with --start")
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//cec-dosing//cec//EN")
    calendar.add("version", "2.0")
    last = first.start
    for order in orders:
        shared = _shared(order, void, first.pharmacy.zone)
        for row in order.administrations:
            calendar.add_component(_administration(row, shared))
            last = max(last, row.date)
        for row, reason in order.removed:
            calendar.add_component(_cancelled(row, reason, shared))
        if len(orders) == 1 and order.next_cycle and order.next_cycle.date:
            calendar.add_component(_next_cycle(order.next_cycle, order.next_cycle.date, shared))
    if first.pharmacy.zone:
        calendar.add_missing_timezones(datetime.date(first.start.year, 1, 1), datetime.date(last.year + 1, 12, 31))
    return b"".join(folded(line) + b"\r\n" for line in calendar.content_lines() if line)


_LONGEST = 74
"""Bytes of a line, without its end."""


def folded(line: str) -> bytes:
    r"""A line of a calendar in lines of their length, as icalendar breaks them, which takes it letter by letter.

    No letter is torn apart, nor a backslash from what it is before.
    """
    content = line.encode()
    parts = []
    begin, end = 0, _LONGEST
    while end < len(content):
        while content[end] & 0xC0 == 0x80:  # within a letter
            end -= 1
        if content[end - 1] in b"\\^" and end - begin > 1:
            end -= 1
        parts.append(content[begin:end])
        begin, end = end, end + _LONGEST
    return b"\r\n ".join((*parts, content[begin:]))


class _Shared(NamedTuple):
    """What the events of an order have in common: whether it counts, what to look at, and which order it is."""

    order: Order
    zone: ZoneInfo | None
    validity: str
    void: str
    """The word that stands before each event of an order that must not be used."""
    status: str
    revision: str
    marks: Mapping[Identity, str]
    given: Mapping[Identity, str]
    alerts: Mapping[str, Sequence[str]]
    identity: Sequence[str]
    names: DayNames


def _shared(order: Order, void: Void | None, zone: ZoneInfo | None) -> _Shared:
    drugs = dict.fromkeys(row.drug for row in order.administrations)
    words = [(alert.about, alert_words(on_paper(in_one_line(alert)))) for alert in order.alerts]
    is_cancelled = order.cancelled or (void and void.cancelled)
    return _Shared(
        order,
        zone,
        validity(order, void),
        "VOID: " if void_words(order, void) else "",
        "CANCELLED" if is_cancelled else "CONFIRMED" if order.release and not void else "TENTATIVE",
        revision_line(order),
        row_marks(order),
        given_rows(order),
        {drug: [text for about, text in words if about == drug or about not in drugs] for drug in drugs},
        tuple(_identity(order)),
        day_names(order),
    )


def _identity(order: Order) -> Iterator[str]:
    """Which order this is, and what a changed order would do to the event."""
    yield ", ".join(filter(None, (title_of(order), cycle_words(order), _id(order))))
    yield from cautions(order)
    yield origin(order)


def _id(order: Order) -> str:
    return f"id {order.patient.id}" if order.patient.id else ""


def _administration(row: Administration, shared: _Shared) -> Event:
    """One drug at one time. What has no duration has no end; nothing is said of when it is over.

    What has a bound and no start stands on its whole day, with the bound in its words: a bound is not a start.
    """
    before = "" if row.start else f"{starting_time(row)}: "
    summary = f"{before}{row.drug} {row.dose}, {given_by(row)}, d{day_of(shared.names, row)[1:]}"
    return _timed(_event(parts_of(row), summary, _description(row, shared), shared), row, shared.zone)


def _cancelled(row: Administration, reason: str, shared: _Shared) -> Event:
    """An administration that a change took away, under the UID that it had."""
    summary = f"CANCELLED: {row.drug} {row.dose}, day {row.protocol_day}"
    text = [shared.validity, f"{row.drug} {row.dose} is not given: {reason}", *shared.identity]
    return _timed(_event(parts_of(row), summary, text, shared._replace(status="CANCELLED")), row, shared.zone)


def _next_cycle(rule: EarliestNextCycle, date: datetime.date, shared: _Shared) -> Event:
    """The first day on which the next cycle may begin, all day."""
    source = f" [{rule.source}]" if rule.source else ""
    rest = f" {rule.text}{source}" if rule.text else ""
    text = [shared.validity, f"Not before {weekday_date(date)}, day {rule.day} of this cycle.{rest}", *shared.identity]
    summary = f"{shared.order.regimen.title}: earliest day 1 of the next cycle"
    return _all_day(_event(("next cycle",), summary, text, shared), date)


def _event(parts: Sequence[str | int], summary: str, description: Sequence[str], shared: _Shared) -> Event:
    """An event without its time; its UID is made of these parts, and the patient's id ends its summary."""
    import icalendar

    order, event = shared.order, icalendar.Event()
    event.add("uid", uid_of(order, parts))
    event.add("dtstamp", _STAMP + datetime.timedelta(minutes=order.revision - 1, seconds=30 if order.release else 0))
    event.add("sequence", order.revision - 1)
    event.add("status", shared.status)
    event.add("summary", shared.void + ", ".join(filter(None, (summary, _id(order)))))
    event.add("description", "\n".join(description))
    return event


def _timed(event: Event, row: Administration, zone: ZoneInfo | None) -> Event:
    """The event at the time of an administration."""
    if row.start is None:
        return _all_day(event, row.date)
    event.add("dtstart", row.start.replace(tzinfo=zone))
    if row.end:
        event.add("dtend", _end(row, zone) if zone else row.end)
    return event


def _all_day(event: Event, date: datetime.date) -> Event:
    event.add("dtstart", date)
    event.add("dtend", date + datetime.timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _end(row: Administration, zone: ZoneInfo) -> datetime.datetime:
    """When a row ends, in real hours; a time that comes twice and is the second of the two is written in UTC."""
    if row.start is None or row.over is None:
        raise ValueError("what ends has a start and a duration")
    end = row.start.replace(tzinfo=zone).astimezone(datetime.UTC) + span(row.over)
    return end if end.astimezone(zone).fold else end.astimezone(zone)


def _description(row: Administration, shared: _Shared) -> list[str]:
    """What stands in the event: draft, dose with its protocol dose, how it is made up, what to look at, which order."""
    dose = shared.order.doses[row.dose_index]
    which = which_of_day(dose, row.protocol_day, row.number, row.of_day)
    assumed = [f"{what}: {why}" for what, why in dose.assumed.items()]
    preparations = [each for each in shared.order.preparations if each.dose_index == row.dose_index]
    alerts = shared.alerts[row.drug]
    return [
        shared.validity,
        *filter(None, (shared.revision, shared.marks.get(identity(row)), shared.given.get(identity(row)))),
        f"{row.drug} {row.dose} (protocol dose {dose.prescribed}), {', '.join(filter(None, (given_by(row), which)))}",
        *(f"{step.what}: {step.how}" for step in dose.steps if step.what in _CHANGES),
        *filter(None, (dose.purpose, row.timing or dose.timing, dose.note)),
        *over_days(dose),
        *box_words(row),
        *row.notes,
        *rate_words(row),
        *label_words(dose),
        *(f"{label}: {text}" for each in preparations for label, text in instructions(each)),
        *(["Look at:", *alerts] if alerts else []),
        *(["Assumed, because the source does not say:", *assumed] if assumed else []),
        *shared.identity,
    ]

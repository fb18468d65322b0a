"""What a person must look at in an order that was changed: what was given otherwise, intervals, weekdays, weights; and
what is to be said of earlier days alone, with what was accepted of it before.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

from msgspec.structs import replace

from cec.calculate.preparation import MadeUp
from cec.calculate.rounding import deviation_percent, to_nearest
from cec.days import LAST_DAY, days_in_words, list_days
from cec.order import (
    Alert,
    Change,
    Order,
    code_of_drug,
    given_amounts,
    identity,
    patient_after,
    without_restored_days,
)
from cec.pharmacy import Pharmacy
from cec.regimen import WEEKDAYS
from cec.units import Exact, span, write_number

_ON_DAYS = re.compile(r"on days? [-0-9, to]+: ")
"""What stands before an alert that is only to be said of earlier days."""

Words: TypeAlias = tuple[str, str, str]
"""What an alert says: its code, what it is about, its words."""


def change_alerts(order: Order, pharmacy: Pharmacy) -> Iterator[Alert]:
    """The alerts on what the changes of an order moved, dosed anew or told; `pharmacy` is that of its last days."""
    yield from _small_weight_changes(order, pharmacy)
    yield from _given_otherwise(order)
    yield from _made_before(order)
    if any(change.skipped or change.moved for change in order.changes):
        yield from _intervals(order)
        yield from _weekdays(order)
        yield from _staying(order)
    yield from _interrupted(order)


def _small_weight_changes(order: Order, pharmacy: Pharmacy) -> Iterator[Alert]:
    """A weight that is nearer to the one before than the pharmacy doses anew for."""
    least = pharmacy.weight_change
    if least is None:
        return
    for number, change in enumerate(order.changes):
        before = patient_after(order.patient, order.changes[:number]).weight
        if change.weight is None or change.weight == before:
            continue
        percent = deviation_percent(change.weight.value, before.value)
        if abs(percent) < least:
            shown = write_number(to_nearest(abs(percent), Decimal("0.1")))
            more = "more" if percent > 0 else "less"
            text = (
                f"{change.weight} from day {change.from_day} is {shown}% {more} than {before}; the pharmacy doses anew "
                f"from {write_number(least)}% on"
            )
            yield Alert("below-weight-change", "check", "weight", text)


def _made_before(order: Order) -> Iterator[Alert]:
    """What is given from the day of the last change on as another dose than the one that was made up before that."""
    days_of: dict[str, list[int]] = {}
    for row in order.administrations:
        if order.is_made_anew(row) and order.day_to_make(row) == order.changes[-1].on:
            days_of.setdefault(row.drug, []).append(row.protocol_day)
    for drug, days in days_of.items():
        text = (
            f"{days_in_words(sorted(set(days)))}: another dose was to be made up before {order.changes[-1].on}, the "
            "day of this change; do not give that: make this one anew, and write by hand when, and its use-before"
        )
        yield Alert(code_of_drug("made-before", drug), "check", drug, text)


def _given_otherwise(order: Order) -> Iterator[Alert]:
    """By drug, what somebody told was given otherwise than ordered, and what the cycle comes to with it."""
    rows = {identity(row): row for row in order.administrations}
    given = given_amounts(order.changes)
    amounts = {name: given[name] for name, row in rows.items() if name in given and given[name] != row.dose}
    for drug in dict.fromkeys(rows[name].drug for name in amounts):
        own = [row for row in order.administrations if row.drug == drug]
        parts = [
            f"day {row.protocol_day}: {f'{amount} given' if amount.value else 'not given'}, {row.dose} ordered"
            for row in own
            if (amount := amounts.get(identity(row))) is not None
        ]
        wholes: dict[str, Fraction] = {}
        for row in own:  # the lines of one drug may be in other units
            number = Fraction(amounts.get(identity(row), row.dose).value)
            wholes[row.dose.unit] = wholes.get(row.dose.unit, Fraction(0)) + number
        together = " and ".join(str(Exact(whole, unit)) for unit, whole in wholes.items())
        text = f"{'; '.join(parts)}; with what is ordered {together} in this cycle"
        is_more = any(amounts.get(identity(row), row.dose).value > row.dose.value for row in own)
        yield Alert(code_of_drug("given", drug), "check" if is_more else "note", drug, text)


def _intervals(order: Order) -> Iterator[Alert]:
    """Days of a drug that came nearer to each other than the protocol has them."""
    for drug, days in _days_of_lines(order).values():
        for day, later in pairwise(days):
            apart = _apart(order, day, later)
            wanted = order.regimen.calendar.place(later) - order.regimen.calendar.place(day)
            if apart < wanted:
                text = f"{apart} days from day {day} to day {later}, the protocol has {wanted}"
                yield Alert(code_of_drug("days-apart", drug), "check", drug, text)


def _days_of_lines(order: Order) -> dict[int, tuple[str, list[int]]]:
    """The drug of each line that hangs on no other, and the days on which it is given."""
    found: dict[int, tuple[str, set[int]]] = {}
    for dose in order.doses:
        if dose.ordered.value and not order.line_of(dose).anchors:
            found.setdefault(dose.line, (dose.drug, set()))[1].update(dose.days)
    return {number: (drug, sorted(days)) for number, (drug, days) in found.items()}


def _apart(order: Order, day: int, later: int) -> int:
    first, second = order.date_of(day), order.date_of(later)
    return (second - first).days if first and second else 0


def _weekdays(order: Order) -> Iterator[Alert]:
    """Days of a drug that is given on certain days of the week, and came on others."""
    for number, (drug, days) in _days_of_lines(order).items():
        wanted = order.regimen.drugs[number - 1].weekdays
        dates = [(day, date) for day in days if (date := order.date_of(day))]
        if other := [day for day, date in dates if wanted and WEEKDAYS[date.weekday()] not in wanted]:
            text = f"is given on {', '.join(wanted)}; {days_in_words(other)} came on another day of the week"
            yield Alert(code_of_drug("weekday", drug), "check", drug, text)


def _staying(order: Order) -> Iterator[Alert]:
    """What stays where it is on a day that was left out or moved, because it hangs on a drug of an earlier day."""
    days_of: dict[tuple[str, str], set[int]] = {}
    for row in order.administrations:
        dose = order.doses[row.dose_index]
        roots = [day for day in dose.hangs_on_days if day <= row.protocol_day]
        for change in without_restored_days(order.changes) if roots and max(roots) < row.protocol_day else ():
            days_of.setdefault((row.drug, "left out"), set()).update(_left_out(change) & {row.protocol_day})
            if any(max(roots) < first <= row.protocol_day <= last for first, last in _moved(change)):
                days_of.setdefault((row.drug, "moved"), set()).add(row.protocol_day)
    for (drug, what), days in days_of.items():
        if days:
            which = "day {}, which is" if len(days) == 1 else "days {}, which are"
            text = f"stays on {which.format(list_days(sorted(days)))} {what}: it hangs on a drug that was given before"
            yield Alert(code_of_drug("stays", drug), "check", drug, text)


def _left_out(change: Change) -> set[int]:
    return {skip.day for skip in change.skipped if skip.then == "drop"}


def _moved(change: Change) -> Iterator[tuple[int, int]]:
    """The first and last of the days that a change gives later: with a skipped day all that follow."""
    skipped = [skip.day for skip in change.skipped if skip.then == "move"]
    yield from ((day, LAST_DAY) for day in skipped)
    yield from ((moved.day, moved.day) for moved in change.moved)


def _interrupted(order: Order) -> Iterator[Alert]:
    """Bags of one chain that no longer follow each other."""
    a_day = datetime.timedelta(days=1)
    for number, (drug, _) in _days_of_lines(order).items():
        rows = [row for row in order.administrations if row.line == number and row.end and row.over]
        for row, after in pairwise(rows):
            days = order.regimen.calendar.place(after.protocol_day) - order.regimen.calendar.place(row.protocol_day)
            is_chain = row.over and span(row.over) == days * a_day and order.regimen.drugs[number - 1].per_day == 1
            if is_chain and row.end and after.start and after.start > row.end:
                text = f"is not one chain: the bag of day {after.protocol_day} starts at {after.start:%H:%M} on "
                text += (
                    f"{after.start:%d-%b}, that of day {row.protocol_day} ends at {row.end:%H:%M} on {row.end:%d-%b}"
                )
                yield Alert(code_of_drug("interrupted", drug), "check", drug, text)


def with_earlier_days(
    latest: Iterable[Alert],
    earlier: Iterable[tuple[Iterable[Alert], MadeUp]],
    before: Order,
    accept: Mapping[str, str],
) -> list[Alert]:
    """The latest alerts, and those on pieces of earlier days that are not among them, each with the days of which it is
    to be said; as a person accepted them, now or of the order before.

    Notes are said of the last days alone. What was only said of earlier days was not accepted for later ones.
    """
    of_latest, of_earlier = _reasons(before)
    alerts = [replace(alert, accepted=accept.get(alert.code) or of_latest.get(_words(alert), "")) for alert in latest]
    reasons = {_words(alert): alert.accepted for alert in alerts}
    days: dict[Words, set[int]] = {}
    found: dict[Words, Alert] = {}
    for of_piece, piece in earlier:
        for alert in of_piece:
            words = _words(alert)
            reason = of_earlier.get(words) or of_latest.get(words, "")
            if piece.doses and alert.level != "note" and (words not in reasons or reason not in {"", reasons[words]}):
                found[words] = replace(alert, accepted=reason)
                days.setdefault(words, set()).update(day for dose in piece.doses for day in dose.days)
    return alerts + [replace(alert, text=f"{_on(days[words])}: {alert.text}") for words, alert in found.items()]


def _reasons(before: Order) -> tuple[dict[Words, str], dict[Words, str]]:
    """The reasons of what an order says of its last days, and of what it only says of earlier ones."""
    accepted = [alert for alert in before.alerts if alert.accepted]
    latest = {_words(alert): alert.accepted for alert in accepted if not _ON_DAYS.match(alert.words)}
    return latest, {_words(alert): alert.accepted for alert in accepted if _ON_DAYS.match(alert.words)}


def _words(alert: Alert) -> Words:
    """What an alert says, without the days of which it is said.

    >>> _words(Alert("light", "stop", "weight", "on days 1, 2: is light"))
    ('light', 'weight', 'is light')
    """
    match = _ON_DAYS.match(alert.words)
    return alert.code, alert.about, alert.words[match.end() :] if match else alert.words


def _on(days: Iterable[int]) -> str:
    numbers = sorted(days)
    return f"on {days_in_words(numbers)}"

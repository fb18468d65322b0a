"""Changes of an order that cannot be made: days that overtake each other, and drugs on which others still hang."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from cec.anchors import is_same_name
from cec.calculate.cycle import Computed
from cec.calculate.declared import is_about
from cec.calculate.lines import CycleLine
from cec.errors import InputError
from cec.order import Change, Order, given_amounts, identity


def refuse_overtaking(order: Order) -> None:
    """InputError where a day on which something is given would come on or after the date of a later one."""
    days = sorted({day for dose in order.doses if dose.ordered.value and not dose.hangs_on_days for day in dose.days})
    for day, later in pairwise(days):
        first, second = order.date_of(day), order.date_of(later)
        if first and second and first >= second:
            raise InputError(f"day {day} would come on {first}, and day {later} on {second}: move the later one too")


def refuse_changed_given(order: Order, before: Order) -> None:
    """InputError where the last change would make other doses or times of what counts as given."""
    change, now = order.changes[-1], {identity(row): row for row in order.administrations}
    otherwise = given_amounts(order.changes)
    days = {skip.day for skip in change.skipped} | {moved.day for moved in change.moved}
    for row in before.administrations:
        new = now.get(identity(row))
        is_missed = row.protocol_day in days and (new is None or new.date != row.date)
        if row.date >= change.on or is_missed or identity(row) in otherwise:
            continue
        if new is None or (new.dose, new.date, new.start) != (row.dose, row.date, row.start):
            after = f"{new.dose} on {new.date}" if new else "nothing"
            raise InputError(
                f"{row.drug} {row.dose} on day {row.protocol_day}, {row.date}, counts as given on {change.on}, and "
                f"would become {after}: tell what was given with --not-given or --given, or change from a later day on"
            )
    was = set(map(identity, before.administrations))
    for row in order.administrations:
        if row.date < change.on and identity(row) not in was:
            raise InputError(
                f"{row.drug} {row.dose} on day {row.protocol_day}, {row.date}, was not ordered and would count as "
                f"given on {change.on}: change from a later day on"
            )


def refuse_hanging(order: Order, before: Order, computed: Computed) -> None:
    """InputError with everything that hangs on a drug that the last change stops, and is not placed otherwise."""
    change = order.changes[-1]
    if change.stopped and (hanging := list(_hanging(order, before, computed, change))):
        ways = "stop it too, leave it out with --without, or set its clock time with --time"
        raise InputError(*(f"{text}: {ways}" for text in hanging))


def _hanging(order: Order, before: Order, computed: Computed, change: Change) -> Iterator[str]:
    stopped = [
        name
        for line in computed.lines.values()
        if is_same_name(line.of.drug, *change.stopped)
        for name in line.of.names
    ]
    left = {identity(row) for row in order.administrations}
    for number, line in computed.lines.items():
        if is_same_name(line.of.drug, *change.stopped) or any(
            is_about(each, number, line.of.names) for each in change.withheld
        ):
            continue
        rows = [row for row in before.administrations if row.line == number and row.protocol_day >= change.from_day]
        gone = any(identity(row) not in left for row in rows)
        if line.of.shared_with and is_same_name(line.of.shared_with, *stopped) and gone:
            yield f"{line.of.drug} is a share of {line.of.shared_with}, which is stopped"
            continue
        names = [anchor.to for anchor in line.of.anchors if is_same_name(anchor.to, *stopped)]
        if names and (gone or _is_replaced(number, line, computed, change)):
            yield f"{line.of.drug} starts by {names[0]}, which is stopped"


def _is_replaced(number: int, line: CycleLine, computed: Computed, change: Change) -> bool:
    """Whether a line takes a place of its own on a day from the change on, because what it hangs on is not given."""
    if not line.of.anchors or not computed.drawn or number not in computed.drawn.places.lines:
        return False
    starts = computed.drawn.places.of(number)
    return any(start.replaces_anchor and start.day >= change.from_day for start in starts)

"""What a revision changed, in words, and what each drug line comes to in a cycle that was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from cec.course.given import Given, administrations_given
from cec.days import list_days, paper_date
from cec.facts import FACTS
from cec.order import Administration, Change, Identity, Order, identity
from cec.rendering.words import DIGITS
from cec.rendering.words.alerts import alert_words, in_one_line
from cec.rendering.words.patient import declarations
from cec.rendering.words.times import clock, starting_time
from cec.units import Quantity


def revision_words(order: Order) -> str:
    """Which revision an order is, from which day on, and why; nothing of a first one."""
    return f"revision {order.revision}{_since(order.changes[-1])}: {order.changes[-1].reason}"


def _since(change: Change) -> str:
    """From which day of the cycle a change holds; nothing where it only tells what was given."""
    if change.start:
        return f", day 1 on {paper_date(change.start.date)}"
    return "" if change.only_tells else f", from day {change.from_day}"


def revision_line(order: Order) -> str:
    """What stands at the top of each paper of a revision: which it is, what it replaces, from which day on, and why.

    Nothing of a first order, nor of a cancelled one.
    """
    if order.cancelled or not order.changes:
        return ""
    *earlier, change = order.changes
    of_day = f" of {paper_date(earlier[-1].on)}" if earlier else ""
    return (
        f"Revision {order.revision} of {paper_date(change.on)}, replaces revision {order.revision - 1}{of_day} "
        f"(order {order.replaces[:DIGITS]}){_since(change)}: {change.reason}"
    )


def row_marks(order: Order) -> dict[Identity, str]:
    """Of each administration that is another than in the order before, that it is and in what, without amounts."""
    if order.cancelled or not order.changes:
        return {}
    rows = {identity(row): row for row in order.administrations}
    return {name: _mark(order, rows[name], altered.was) for name, altered in order.altered.items()}


def _mark(order: Order, row: Administration, was: Administration | None) -> str:
    if was is None:
        return f"NEW in revision {order.revision}"
    what = [name for name, shown in _SHOWN.items() if shown(row) != shown(was)]
    return f"CHANGED in revision {order.revision}: {', '.join(what) or 'time'}"


_SHOWN: dict[str, Callable[[Administration], object]] = {
    "drug": lambda row: row.drug,
    "dose": lambda row: row.dose,
    "route": lambda row: row.route,
    "date": lambda row: row.date,
    "time": lambda row: (row.start is None, row.time.time()),
    "duration": lambda row: row.over,
}
"""What of an administration may be another, by its name on paper."""


def given_rows(order: Order) -> dict[Identity, str]:
    """Of each administration that is not ordered any more, whether it counts as given, or what somebody told of it."""
    rows = administrations_given(order) if order.changes else ()
    return {identity(each.row): _status(each) for each in rows if each.status != "ordered"}


def _status(each: Given) -> str:
    if not each.is_told:
        return "counts as given"
    return f"{each.amount} given" if each.amount.value else "not given"


def changes_of(order: Order) -> Iterator[tuple[str, str]]:
    """What each change of an order said, with its label: when it was made, from which day it holds, what, and why."""
    for number, change in enumerate(order.changes, 2):
        since = "" if change.start else _since(change)
        what = "; ".join(_parts(change)) or "nothing"
        yield "Changed", f"revision {number}, {paper_date(change.on)}{since}: {what} ({change.reason})"


def _parts(change: Change) -> Iterator[str]:
    """What a change made otherwise, in words."""
    measured = (
        ("height", change.height, change.height_given),
        ("weight", change.weight, change.weight_given),
        ("serum creatinine", change.creatinine, ""),
        ("creatinine clearance", change.creatinine_clearance, ""),
    )
    for name, amount, given in measured:
        if amount:
            yield f"{name} {amount}{f' (given as {given})' if given else ''}"
    yield from (f"{FACTS[name].about} {value}" for name, value in change.facts.items())
    yield from declarations(change)
    yield from (f"{drug} stopped" for drug in change.stopped)
    for skip in change.skipped:
        yield f"day {skip.day} {'skipped, it and later days moved' if skip.then == 'move' else 'left out'}"
    yield from (f"day {day} given after all" for day in change.restored)
    yield from (f"day {moved.day} moved to {paper_date(moved.date)}" for moved in change.moved)
    if change.start:
        yield f"day 1 on {paper_date(change.start.date)}, was {paper_date(change.start.instead_of)}"
    if change.first_infusion:
        yield f"first infusion at {change.first_infusion}"
    yield from (f"{drug} at {', '.join(times)}" for drug, times in change.times.items())
    yield from (f"{drug} made of {product}" for drug, product in change.products.items())
    if change.pharmacy:
        yield f"pharmacy file {change.pharmacy.sha256[:DIGITS]}" if change.pharmacy.sha256 else "no pharmacy file"
    for each in change.given:
        yield f"{each.drug} on day {each.day}: {f'{each.amount} given' if each.amount.value else 'not given'}"
    yield from (f"{code} accepted: {reason}" for code, reason in change.accepted.items())


def changed_words(before: Order, order: Order) -> Iterator[str]:
    """By drug what is given otherwise than before or no longer, then the alerts that were not there before."""
    rows = {identity(row): row for row in order.administrations}
    words: dict[str, dict[str, list[int]]] = {}
    for name, altered in order.altered.items():
        row = rows[name]
        words.setdefault(row.drug, {}).setdefault(_otherwise(row, altered.was), []).append(row.protocol_day)
    for row in order.changes[-1].removed:
        words.setdefault(row.drug, {}).setdefault(f"not given, {row.dose} before", []).append(row.protocol_day)
    for drug, of_drug in words.items():
        parts = (f"{_days(days)}: {what}" for what, days in of_drug.items())
        yield f"{drug}: {'; '.join(parts)}"
    if not words and not order.changes[-1].only_tells:
        yield "every dose, day and time is as before"
    old = {(alert.code, alert.words) for alert in before.alerts}
    for alert in order.alerts:
        if not any(alert.code == code and alert.words.endswith(text) for code, text in old):
            yield alert_words(in_one_line(alert))


def _otherwise(row: Administration, was: Administration | None) -> str:
    """How an administration is given otherwise than it was."""
    if was is None:
        return f"{row.dose}, not there before"
    parts = []
    if row.dose != was.dose:
        parts.append(f"{row.dose}, was {was.dose}")
    if row.date != was.date:
        parts.append(f"on {paper_date(row.date)}, was {paper_date(was.date)}")
    if row.time.time() != was.time.time():
        parts.append(f"{_when(row)}, was {_when(was)}")
    return ", ".join(parts) or f"{row.route} over {row.runs}, was {was.route} over {was.runs}"


def _when(row: Administration) -> str:
    """When an administration starts, or before when."""
    return f"at {clock(row.start)}" if row.start else starting_time(row)


def _days(days: list[int]) -> str:
    return f"day{'' if len(set(days)) == 1 else 's'} {list_days(sorted(set(days)))}"


class LineTotal(NamedTuple):
    """One drug line: how often which amount was given, and is ordered, in words; and what they come to."""

    counted: str
    total: Quantity


def line_totals(order: Order) -> dict[int, LineTotal]:
    """By the number of the drug line: of each of which something was given or told, and of which a total is known."""
    by_line: dict[int, list[tuple[str, Quantity]]] = {}
    unknown = {dose.line for dose in order.doses if dose.no_total and dose.ordered.value}
    until = {dose.line for dose in order.doses if dose.until}
    for each in administrations_given(order) if order.changes else ():
        if each.row.line not in unknown:
            status = "ordered up to" if each.status == "ordered" and each.row.line in until else each.status
            by_line.setdefault(each.row.line, []).append((status, each.amount))
    return {
        line: _total(rows)
        for line, rows in by_line.items()
        if any(not status.startswith("ordered") for status, _ in rows)
    }


def _total(rows: list[tuple[str, Quantity]]) -> LineTotal:
    parts = []
    for status in ("given", "ordered", "ordered up to"):
        amounts = [amount for each, amount in rows if each == status and amount.value]
        if amounts:
            parts.append(f"{status} {_counted(amounts)}")
    without = sum(status == "not given" for status, _ in rows)
    parts += [f"{without} not given"] if without else []
    unit = rows[0][1].unit
    return LineTotal("; ".join(parts), Quantity(sum((amount.value for _, amount in rows), Decimal(0)), unit))


def _counted(amounts: Iterable[Quantity]) -> str:
    """How often each amount, in which no line tears a number from its amount: 2 × 38.4 mg + 1 × 20 mg."""
    counts: dict[Quantity, int] = {}
    for amount in amounts:
        counts[amount] = counts.get(amount, 0) + 1
    return " + ".join(f"{count} ×\N{NO-BREAK SPACE}{amount}" for amount, count in counts.items())

"""What must hold between the parts of an order, whoever wrote it: places in range, sequences, dates that go together.

Whether its numbers are what its inputs give is not asked here: `cec verify` computes them again.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Hashable, Iterable, Iterator, Sequence

from cec.errors import Fault
from cec.order import STAGES, Dose, Order, identity

A_CHANGE_OF_THE_CLOCK = datetime.timedelta(hours=1)
"""How far an infusion may seem to end before it starts, in the night in which the clock is put back."""
LONGEST_RUN = datetime.timedelta(days=2 * 366)
"""How far from the start of a cycle a time of it may lie."""


def structural_faults(order: Order) -> Iterator[Fault]:
    """Every rule that an order breaks, with its place."""
    for rule in _RULES:
        yield from (Fault(text, where) for where, text in rule(order))


Broken = Iterator[tuple[str, str]]
"""Where a rule is broken, and what is wrong there."""


def _measures(order: Order) -> Broken:
    days = [each.from_day for each in order.measures]
    if not days or days[0] > 1:
        yield "measures", "does not begin with day 1"
    yield from _not_rising("measures", days)


def _doses(order: Order) -> Broken:
    if not order.doses:
        yield "doses", "is empty"
    for number, dose in enumerate(order.doses, 1):
        where = f"doses {number}"
        if dose.line > len(order.regimen.drugs):
            yield f"{where}: line", f"the regimen has {len(order.regimen.drugs)} drug lines"
        if not dose.days:
            yield f"{where}: days", "is empty"
        yield from _not_rising(f"{where}: days", dose.days)
        yield from _steps(where, dose)
    yield from _falling("doses", [dose.line for dose in order.doses], "line")


def _steps(where: str, dose: Dose) -> Broken:
    """The stages of a dose in their order, from the prescribed dose to the ordered one."""
    stages = [STAGES.index(step.what) for step in dose.steps]
    if not stages or stages[0] != 0:
        yield f"{where}: steps", "does not begin with the prescribed dose"
    elif any(after <= before for before, after in itertools.pairwise(stages)):
        yield f"{where}: steps", f"is not in the sequence {', '.join(STAGES)}"
    elif dose.steps[0].value != dose.prescribed:
        yield f"{where}: prescribed", "is not the value of the first step"
    elif dose.steps[-1].value != dose.ordered:
        yield f"{where}: ordered", "is not the value of the last step"


def _administrations(order: Order) -> Broken:
    if order.administrations and order.start is None:
        yield "administrations", "there are dates, but the order has no start"
        return
    slack = A_CHANGE_OF_THE_CLOCK if order.pharmacy.time_zone else datetime.timedelta()
    for number, row in enumerate(order.administrations, 1):
        where = f"administrations {number}"
        if row.dose_index >= len(order.doses):
            yield f"{where}: dose_index", f"the order has {len(order.doses)} doses, counted from 0"
        elif row.line != order.doses[row.dose_index].line:
            yield f"{where}: line", "is not the line of its dose"
        elif row.protocol_day not in order.doses[row.dose_index].days:
            yield f"{where}: {'day' if row.of_day is None else 'of_day'}", "is not a day of its dose"
        if row.end and row.end < row.time - slack:
            yield f"{where}: end", "lies before its start"
        times = [row.start, row.not_after, row.end]
        if any(time and abs(time - _midnight(row.date)) > LONGEST_RUN for time in times):
            yield where, "its date and times lie too far apart"
    names = [(row.line, row.protocol_day, row.number) for row in order.administrations]
    yield from _repeated("administrations", names, "line, day and number")


def _midnight(date: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(date, datetime.time())


def _preparations(order: Order) -> Broken:
    for number, each in enumerate(order.preparations, 1):
        if each.dose_index >= len(order.doses):
            yield f"preparations {number}: dose_index", f"the order has {len(order.doses)} doses, counted from 0"
    yield from _repeated("preparations", [each.dose_index for each in order.preparations], "dose_index")


def _fluids(order: Order) -> Broken:
    for number, each in enumerate(order.daily_fluids, 1):
        if bool(each.days) == bool(each.dates):
            yield f"daily_fluids {number}: days", "must be told, or dates that are not a day of the cycle"
        yield from _not_rising(f"daily_fluids {number}: days", each.days)


def _chain(order: Order) -> Broken:
    """Fingerprint, revision, and what a revision says of the orders before it."""
    if not order.fingerprint:
        yield "fingerprint", "is missing"
    chained = {"first": order.first, "replaces": order.replaces, "changes": order.changes}
    for name, value in chained.items():
        if order.revision == 1 and value:
            yield name, "stands in an order of revision 1, which replaces none"
        elif order.revision > 1 and not value and not (name == "changes" and order.cancelled):
            yield name, f"is missing in an order of revision {order.revision}, which replaces another"
    if order.revision == 1 and order.cancelled:
        yield "cancelled", "stands in an order of revision 1; a cancelled cycle replaces its order"
    count = order.revision - (2 if order.cancelled else 1)
    if order.changes and len(order.changes) != count:
        yield "changes", f"revision {order.revision} comes of {count}, not of {len(order.changes)}"
    if order.revision == 1 and order.accepted:
        yield "accepted", "stands in an order of revision 1, whose alerts say it themselves"
    if order.revision == 2 and order.first != order.replaces:
        yield "replaces", "revision 2 replaces the first"
    if order.release and order.release.fingerprint != order.fingerprint:
        yield "release: fingerprint", "is not that of the order"


_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


def _changes(order: Order) -> Broken:
    """What a change says of drug lines and dates."""
    for number, change in enumerate(order.changes, 1):
        where = f"changes {number}"
        if order.start is None:
            yield where, "the order has no start"
        lines = [(f"{where}: given {place}", amount.line) for place, amount in enumerate(change.given, 1)]
        lines += [(f"{where}: removed {place}", row.line) for place, row in enumerate(change.removed, 1)]
        lines += [(f"{where}: altered {place}", row.line) for place, row in enumerate(change.altered, 1)]
        for place, line in lines:
            if line > len(order.regimen.drugs):
                yield f"{place}: line", f"the regimen has {len(order.regimen.drugs)} drug lines"
        clock = [change.first_infusion, *(time for times in change.times.values() for time in times)]
        if any(time and not _CLOCK.fullmatch(time) for time in clock):
            yield where, "a time is not a time of day, like 09:00"
    rows = {identity(row) for row in order.administrations}
    for number, name in enumerate(() if order.cancelled else order.altered, 1):
        if name not in rows:
            yield f"changes {len(order.changes)}: altered {number}", "is not an administration of the order"
    days = [change.on for change in order.changes]
    if any(after < before for before, after in itertools.pairwise(days)):
        yield "changes", "a day of change lies before that of the change before it"


def _not_rising(where: str, days: Sequence[int]) -> Broken:
    if any(after <= before for before, after in itertools.pairwise(days)):
        yield where, "names a day twice or not in rising order"


def _falling(where: str, numbers: Iterable[int], name: str) -> Broken:
    if any(after < before for before, after in itertools.pairwise(numbers)):
        yield where, f"is not in the sequence of {name}"


def _repeated(where: str, names: Iterable[Hashable], what: str) -> Broken:
    seen: set[Hashable] = set()
    for number, name in enumerate(names, 1):
        if name in seen:
            yield f"{where} {number}", f"has the {what} of another"
        seen.add(name)


_RULES = (_measures, _doses, _administrations, _preparations, _fluids, _chain, _changes)

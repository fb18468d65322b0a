"""Why it is not clear when a drug line is given: how often, how far apart, how long, and in which place of the day."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator

from cec.days import LAST_DAY, numbers_of
from cec.regimen import BEFORE_FIRST_INFUSION, DrugLine
from cec.routes import is_intravenous, routes_of
from cec.units import AMOUNT, dose_unit, is_convertible, span

MOST_A_DAY = 96
"""Doses of one line on one day: one every quarter of an hour."""
LONGEST_GAP = 31
"""Days between the end of one drug and the start of another that waits for it."""
_DAY = datetime.timedelta(days=1)
_AT_ONCE = {"oral", "sublingual", "buccal"}
"""Routes by which no dose runs. A bolus may be given slowly, and so may what a tube, a lung or a cavity gets."""


def timing_faults(line: DrugLine) -> Iterator[str]:
    """What does not fit together of when a line is given."""
    yield from _frequency_faults(line)
    yield from _length_faults(line)
    yield from _overlap_faults(line)
    yield from _place_faults(line)
    if not line.days and not line.anchors:
        yield "'days' is missing: days of the cycle, e.g. 1-5, or 1, 8, 15, or 15 onwards, or daily"
    if not line.days and (line.repeat or line.weekdays):
        yield "repeat and weekdays need days"


def _frequency_faults(line: DrugLine) -> Iterator[str]:
    """Why it is not clear how often, and how far apart, a day's doses are."""
    parts = max(line.times, line.divided_into)
    if line.times > 1 and line.divided_into > 1:
        yield "give either times or divided_into, not both"
    if len(line.at) > 1 and parts > 1 and len(line.at) != parts:
        yield f"{parts} doses a day at {len(line.at)} clock times; give as many of them"
    if len(line.at) > 1 and line.every:
        yield "give either every, or clock times in 'at'"
    if line.per_day > MOST_A_DAY and not line.is_on_end:
        yield f"{line.per_day} doses a day; no drug is given more than {MOST_A_DAY} times"
    elif line.anchors and parts > 1 and not line.every:
        yield f"{parts} doses from a start need 'every', e.g. every: 6 h"
    elif line.every and not line.is_on_end:
        yield from _interval_faults(line, parts)


def _interval_faults(line: DrugLine, parts: int) -> Iterator[str]:
    """Why a day's doses do not fit together with the time between them."""
    every = span(line.every) if line.every else _DAY
    if line.anchors and parts == 1:
        yield "every from a start needs times, or total_doses: how many doses, e.g. 7, or at most 12"
    elif line.anchors:
        return
    elif parts == 1 and (every >= _DAY or _DAY % every):
        yield (
            f"every {line.every} alone does not fill the day evenly; write times: how many doses a day, or "
            "total_doses: how many on end from a single day"
        )
    elif every > _DAY or every * line.per_day > _DAY:
        yield f"{line.per_day} doses every {line.every} do not fit into a day"


def _length_faults(line: DrugLine) -> Iterator[str]:
    """Why an infusion has no length, two of them, or one that is not its own."""
    lengths = [(entry.rate or line.rate, entry.over or line.over) for entry in line.entries]
    if any(rate and over for rate, over in lengths):
        yield "give either over or rate: a rate gives how long it runs"
    if "infusion" in line.route.lower() and not all(rate or over for rate, over in lengths):
        unsaid = "; route: IV where the source does not say" if line.route == "IV infusion" else ""
        yield f"'over' is missing: how long the {line.route} runs, e.g. over: 2 h, or rate: how fast{unsaid}"
    for rate in filter(None, (line.rate, *(entry.rate for entry in line.entries))):
        if any(dose_unit(dose.unit).time for dose in line.doses):
            yield f"rate {rate}: the dose is a rate itself; give over"
        unit, amount = dose_unit(rate.first.unit).amount, line.amount_unit
        if not is_convertible(unit, amount, AMOUNT):
            yield f"rate {rate}: {unit} cannot be held against a dose in {amount}"
    over = line.longest
    if (over or line.rate) and set(routes_of(line.route)) <= _AT_ONCE:
        yield f"{'over' if over else 'rate'}: what is given {line.route} does not run; leave it out"
    if over and span(over) > _DAY * LAST_DAY:
        yield f"over {over} is longer than the longest cycle, {LAST_DAY} days"


def _overlap_faults(line: DrugLine) -> Iterator[str]:
    """Why one dose would still run when the next one starts."""
    over = line.longest
    if not over:
        return
    if line.every and span(over) > span(line.every):
        yield f"over {over} every {line.every}: one dose would still run when the next one starts"
    is_spread = line.per_day > 1 and not (line.every or line.at or line.anchors)
    if is_spread and is_intravenous(line.route) and span(over) > _DAY / line.per_day:
        yield f"over {over}, {line.per_day} times spread over 24 h: one dose would still run when the next one starts"
    if between := _shortest_between(line):
        yield f"over {over} at {' and '.join(between)}: one dose would still run when the next one starts"
    days = numbers_of(line.days)
    apart = min((after - before for before, after in itertools.pairwise(days)), default=None)
    if apart and span(over) > datetime.timedelta(days=apart):
        single = f"; write days: {days[0]} where one bag runs that long" if len(days) == 2 else ""
        runs = f"over {over} on days {apart} apart: one day's infusion would still run when the next day's starts"
        yield f"{runs}{single}"


def _shortest_between(line: DrugLine) -> tuple[str, str] | None:
    """Two clock times of a line that are nearer to each other than one dose runs, also from one day to the next."""
    over = line.longest
    if not over or not line.at or not all(":" in text for text in line.at):
        return None
    clocks = ((text, datetime.time.fromisoformat(text)) for text in line.at)
    starts = [(text, datetime.timedelta(hours=clock.hour, minutes=clock.minute)) for text, clock in clocks]
    days = numbers_of(line.days)
    if any(after - before == 1 for before, after in itertools.pairwise(days)) and span(over) != _DAY:
        text, first = starts[0]
        starts.append((f"{text} of the next day", first + _DAY))
    for (text, before), (later, after) in itertools.pairwise(starts):
        if after - before < span(over):
            return text, later
    return None


def _place_faults(line: DrugLine) -> Iterator[str]:
    """Why it is not clear when in the day the line comes."""
    if line.after and line.at:
        yield "give either 'after' or 'at', not both"
    if line.start and (line.at or line.after):
        yield f"give either 'start' or '{'at' if line.at else 'after'}', not both"
    if line.gap and not line.after:
        yield "gap needs 'after': the drug that it waits for"
    if line.gap and span(line.gap) > _DAY * LONGEST_GAP:
        yield f"gap {line.gap} is longer than {LONGEST_GAP} days"
    if len(line.at) > 1 and BEFORE_FIRST_INFUSION in line.at:
        yield f"'{BEFORE_FIRST_INFUSION}' stands alone"

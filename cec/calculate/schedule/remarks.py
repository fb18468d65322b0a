"""What a person must see in a schedule: doses without a time, broken intervals, overlaps, intrathecal beside IV.

Each stands as a note on its row and, because not every format has the rows' notes, as an alert of the order.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from cec.calculate.schedule.clock import Clock
from cec.calculate.schedule.given_line import A_DAY, GivenLine
from cec.calculate.schedule.making import used_too_late
from cec.calculate.schedule.places import Places
from cec.days import list_days
from cec.order import Administration, Alert, code_of_drug
from cec.pharmacy import Pharmacy
from cec.regimen import Level
from cec.routes import is_into_csf, is_intravenous
from cec.units import span

_HOUR = datetime.timedelta(hours=1)


class Remark(Struct, frozen=True):
    """What is to be seen in one row: its kind, which names the alert, how grave it is, and the words."""

    kind: str
    level: Level
    text: str


class Running(Struct, frozen=True):
    """An infusion into the vein: between which instants it runs, its place among the rows, and its drug."""

    begin: datetime.datetime
    end: datetime.datetime
    place: int
    drug: str


class Drawn(Struct, frozen=True):
    """The administrations of a cycle in the order of time, and the places that gave them."""

    rows: list[Administration]
    places: Places


def remarks(
    rows: Sequence[Administration], drawn_of: Callable[[Administration], Drawn]
) -> tuple[tuple[Administration, ...], tuple[Alert, ...]]:
    """The same administrations, each with its notes, and an alert for each kind of remark on each drug.

    `drawn_of` tells how each was placed: of an order that a person changed, parts were drawn anew.
    """
    if not rows:
        return (), ()
    places = [drawn_of(row).places for row in rows]
    lines = [each.lines[row.line] for each, row in zip(places, rows, strict=True)]
    clock = places[0].times.clock
    before, running = _doses_before(rows, clock), _running(rows, clock)
    starting: dict[datetime.datetime, dict[int, str]] = {}
    for place, row in enumerate(rows):
        if is_intravenous(row.route) and row.start:
            starting.setdefault(row.start, {})[place] = row.drug
    found = [
        (
            *_without_time(row, lines[place]),
            *(_without_anchor(row, places[place]) if lines[place].of.anchors else ()),
            *_clock_change(row, clock),
            *_range(row),
            *_interval(row, before[place], lines[place], clock),
            *_overlap(row, running[place]),
            *_beside_iv(row, running[place], starting),
            *_too_late(row, places[place].times.pharmacy),
        )
        for place, row in enumerate(rows)
    ]
    noted = tuple(
        replace(row, notes=tuple(each.text for each in of_row)) if of_row else row
        for row, of_row in zip(rows, found, strict=True)
    )
    return noted, tuple(_alerts(rows, found))


def _alerts(rows: Sequence[Administration], found: Sequence[Sequence[Remark]]) -> Iterator[Alert]:
    """One alert for each kind of remark on each drug: the words of each with the days on which they hold."""
    texts: dict[tuple[str, Level, str], dict[str, list[int]]] = {}
    for row, of_row in zip(rows, found, strict=True):
        for remark in of_row:
            days = texts.setdefault((remark.kind, remark.level, row.drug), {}).setdefault(remark.text, [])
            days.append(row.protocol_day)
    for (kind, level, drug), days_by_text in texts.items():
        parts = (
            f"{text} ({'days' if len(set(days)) > 1 else 'day'} {list_days(sorted(set(days)))})"
            for text, days in days_by_text.items()
        )
        yield Alert(code_of_drug(kind, drug), level, drug, "; ".join(parts))


def _without_time(row: Administration, line: GivenLine) -> Iterator[Remark]:
    """A dose that finds no time on its date."""
    if _has_no_time(row):
        names = list(dict.fromkeys(anchor.to for anchor in line.of.anchors))
        waits = f"{', '.join(names)} does" if names else "the lines before it do"
        yield Remark(
            "no-time",
            "check",
            f"finds no time on its date: {waits} not end in time; it stays on its date, and a person sets its time "
            "(a clock time in the regimen, 'at', would hold it)",
        )


def _has_no_time(row: Administration) -> bool:
    return row.start is None and row.not_after is None


def _without_anchor(row: Administration, places: Places) -> Iterator[Remark]:
    """A dose that would hang on a drug which is not given on that day."""
    for start in places.of(row.line):
        if start.replaces_anchor and start.day == row.protocol_day and start.date == row.date:
            takes = "it takes its place in the order" if row.start else "it has no time, and a person sets it"
            yield Remark("anchor", "check", f"{start.replaces_anchor}, on which its start hangs, is not given: {takes}")
            return


def _clock_change(row: Administration, clock: Clock) -> Iterator[Remark]:
    """A time that there is not, or twice, and an infusion that runs while the clock is changed."""
    if _has_no_time(row):
        return
    if clock.is_missing(row.time):
        text = f"there is no {row.time:%H:%M} on this date: the clock is put forward over it; a person sets its time"
        yield Remark("clock-change", "check", text)
    elif clock.comes_twice(row.time):
        which = "second" if row.time.fold else "first"
        text = (
            f"{row.time:%H:%M} comes twice on this date, because the clock is put back: the {which} of the two is meant"
        )
        yield Remark("clock-change", "check", text)
    if row.start and row.end and row.over and row.end - row.start != span(row.over):
        text = f"the clock is changed while it runs: its {row.over} end at {row.end:%H:%M}"
        yield Remark("clock-change", "check", text)


def _too_late(row: Administration, pharmacy: Pharmacy) -> Iterator[Remark]:
    """A dose that is used, or runs, after what is made up for it keeps at the longest."""
    if text := used_too_late(row, pharmacy):
        yield Remark("used-too-late", "check", f"{text}: make it later, or in parts")


def _range(row: Administration) -> Iterator[Remark]:
    """That of a range of durations the longer is drawn."""
    if row.over_least and row.start:
        yield Remark("longer-duration", "note", f"runs {row.runs}: the schedule takes the longer")


def _doses_before(rows: Sequence[Administration], clock: Clock) -> list[Administration | None]:
    """Of each administration the last one before it of the same drug by the same route; of several, the first row."""
    last: dict[tuple[str, str], Administration] = {}
    current: dict[tuple[str, str], Administration] = {}
    before: list[Administration | None] = [None] * len(rows)
    for instant, place in sorted((clock.instant(row.time), place) for place, row in enumerate(rows)):
        row = rows[place]
        what = row.drug, row.route
        latest = current.get(what)
        if latest is None or clock.instant(latest.time) < instant:
            if latest is not None:
                last[what] = latest
            current[what] = row
        before[place] = last.get(what)
    return before


def _interval(row: Administration, last: Administration | None, line: GivenLine, clock: Clock) -> Iterator[Remark]:
    """An interval to the dose before that is shorter than prescribed; or longer, where a line's doses fill the day."""
    if not line.of.every or _has_no_time(row) or last is None or last.date < row.date - A_DAY:
        return
    every = span(line.of.every)
    since = clock.between(last.time, row.time)
    is_round_the_clock = every * line.of.per_day >= A_DAY and last.line == row.line
    if since < every or (since > every and is_round_the_clock):
        text = f"{_duration(since)} after the dose before, prescribed every {line.of.every}"
        yield Remark("interval", "check", text)


def _running(rows: Sequence[Administration], clock: Clock) -> list[list[Running]]:
    """Of each administration what runs into the vein as it starts; of what starts with it, the rows before it."""
    infusions: list[Running] = []
    found: list[list[Running]] = [[] for _ in rows]
    starts = sorted((clock.instant(row.start), place) for place, row in enumerate(rows) if row.start)
    for begin, place in starts:
        row = rows[place]
        infusions = [each for each in infusions if begin < each.end]
        found[place] = sorted(infusions, key=lambda each: each.place)
        if is_intravenous(row.route) and row.end:
            infusions.append(Running(begin, clock.instant(row.end), place, row.drug))
    return found


def _overlap(row: Administration, running: Sequence[Running]) -> Iterator[Remark]:
    """What runs into the vein when another IV dose starts; of two that start together, the later row says it."""
    if not is_intravenous(row.route) or row.start is None:
        return
    if any(other.drug == row.drug for other in running):
        yield Remark("runs-twice", "check", "starts while another dose of the same drug runs")
    names = dict.fromkeys(other.drug for other in running if other.drug != row.drug)
    if names:
        run = "runs" if len(names) == 1 else "run"
        yield Remark(
            "overlap", "note", f"starts while {', '.join(names)} {run}: another line, or known to be compatible"
        )


def _beside_iv(
    row: Administration, running: Sequence[Running], starting: Mapping[datetime.datetime, Mapping[int, str]]
) -> Iterator[Remark]:
    """What is given into a vein at the clock time of an intrathecal dose.

    `starting` has the drugs that start at each clock time, by their places among the rows.
    """
    if not is_into_csf(row.route) or row.start is None:
        return
    beside = {each.place: each.drug for each in running} | dict(starting.get(row.start, {}))
    if names := dict.fromkeys(beside[place] for place in sorted(beside)):
        text = f"{row.route}, at the same time as IV {', '.join(names)}: give them apart, at another time and place"
        yield Remark("intrathecal-beside-iv", "check", text)


def _duration(time: datetime.timedelta) -> str:
    """A duration in hours and minutes.

    >>> _duration(datetime.timedelta(hours=9)), _duration(datetime.timedelta(hours=9, minutes=30))
    ('9 h', '9 h 30 min')
    """
    hours, rest = divmod(time, _HOUR)
    minutes = rest // datetime.timedelta(minutes=1)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "")))

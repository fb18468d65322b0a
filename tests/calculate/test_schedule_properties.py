"""What holds of every schedule, whatever the regimen: random regimens of every key that says when."""

from __future__ import annotations

import datetime
from collections import Counter
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cec import CecError, Order, draft_order, load_patient, load_pharmacy, load_regimen
from cec.days import numbers_of
from cec.errors import OrderRefused
from cec.order import Administration
from cec.units import span

T = TypeVar("T")

WARSAW = "Europe/Warsaw"
STARTS = ("2026-10-23", "2027-03-26", "2028-02-27", "2026-11-29", "2026-12-29", "2027-02-26")
"""Two days before each change of the clock, before a leap day, and at the ends of months and of a year."""

DAYS = ("1", "1-3", "1, 8", "1-5, 8", "-2 to 2", "2 onwards", "daily", "1, 3, 5", "0")
IN_THE_DAY: tuple[dict[str, str], ...] = (
    {},
    {"times": "2"},
    {"times": "3"},
    {"divided_into": "2"},
    {"every": "6 h"},
    {"every": "8 h"},
    {"every": "12 h", "times": "2"},
    {"every": "4 h", "times": "3"},
    {"at": "08:00, 20:00"},
    {"at": "02:30"},
    {"at": "after breakfast, night"},
    {"at": "22:00", "every": "2 h", "times": "2"},
    {"at": "before first infusion"},
)
NARROWED: tuple[dict[str, str], ...] = (
    {},
    {"weekdays": "Monday to Friday"},
    {"total_doses": "3"},
    {"total_doses": "at most 5"},
    {"repeat": "every 7 days"},
)
WAYS = (
    {"route": "IV infusion", "over": "1 h"},
    {"route": "IV infusion", "over": "30 to 90 min"},
    {"route": "IV infusion", "rate": "20 mg/h"},
    {"route": "IV continuous infusion", "over": "24 h"},
    {"route": "IV infusion", "over": "20 h"},
    {"route": "IV infusion", "over": "5 h"},
    {"route": "IV bolus"},
    {"route": "oral"},
    {"route": "intrathecal"},
)
ANCHORS = (
    "with {}",
    "after {}",
    "with each {}",
    "after the last {}",
    "30 min before {}",
    "9 h before {}",
    "5 h after the end of {}",
    "42 h after the start of the first {}",
)


class Draw(Protocol):
    """Draws a value of a strategy."""

    def __call__(self, strategy: st.SearchStrategy[T], /) -> T: ...


REPEATED: tuple[dict[str, str], ...] = ({}, {}, {"every": "6 h", "times": "3"}, {"every": "6 h", "total_doses": "4"})


def line_of(draw: Draw, number: int, earlier: list[str]) -> dict[str, str]:
    """A line of a drug of its own, which may hang on one above."""
    drug = f"drug {number}"
    line = {"drug": drug, "dose": "50 mg", **draw(st.sampled_from(WAYS))}
    hangs: bool = draw(st.booleans())
    if earlier and hangs:
        line["start"] = draw(st.sampled_from(ANCHORS)).format(draw(st.sampled_from(earlier)))
        repeated: tuple[dict[str, str], ...] = (
            {},
            {},
            {"every": "6 h", "times": "3"},
            {"every": "6 h", "total_doses": "4"},
        )
        return line | draw(st.sampled_from(repeated))
    return (
        line
        | {"days": draw(st.sampled_from(DAYS))}
        | draw(st.sampled_from(IN_THE_DAY))
        | draw(st.sampled_from(NARROWED))
    )


@st.composite
def lines_drawn(draw: Draw) -> list[dict[str, str]]:
    lines: list[dict[str, str]] = []
    for number in range(1, draw(st.integers(2, 5)) + 1):
        lines.append(line_of(draw, number, [line["drug"] for line in lines]))
    return lines


def order_of(lines: list[dict[str, str]], start: str, zone: str) -> Order | None:
    """The order of a regimen of these lines; None where the regimen is refused, or no day of a line is in the cycle."""
    head = {"name": "random", "title": "Random", "edition": "1", "for": "a test", "source": {"citation": "this test"}}
    tree = {**head, "cycle_length": "12 days", "day_0": "transplantation", "drugs": lines}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "random.yaml"
        path.write_text(yaml.safe_dump(tree, sort_keys=False, default_style='"'), encoding="utf-8")
        try:
            regimen = load_regimen(path)
        except CecError:
            return None
    who = load_patient(texts={"height": "170 cm", "weight": "70 kg"})
    pharmacy = load_pharmacy(texts={"time_zone": zone, "gap": "10 min"} if zone else {"gap": "10 min"})
    try:
        return draft_order(regimen, who, pharmacy, start=datetime.date.fromisoformat(start))
    except OrderRefused as refusal:
        if "no day of a line falls into the cycle" in str(refusal):
            return None
        raise


def real(time: datetime.datetime, order: Order) -> datetime.datetime:
    """A time of the wall as one of real hours."""
    if not order.pharmacy.time_zone:
        return time
    return time.replace(tzinfo=ZoneInfo(order.pharmacy.time_zone)).astimezone(datetime.UTC).replace(tzinfo=None)


def of_line(order: Order, number: int) -> list[Administration]:
    return [row for row in order.administrations if row.line == number]


def place(order: Order, day: int) -> datetime.date:
    """The date of a day, with a day 0 between -1 and 1, counted here."""
    assert order.start
    return order.start + datetime.timedelta(days=day - 1)


def misplaced(order: Order) -> list[str]:
    """Rows that do not stand on their date; and those without a time of which no alert says so."""
    codes = {alert.code for alert in order.alerts}
    faults = []
    for row in order.administrations:
        time = row.start or row.not_after
        if (time and time.date() != row.date) or place(order, row.day) != row.date:
            faults.append(f"{row.drug} of {row.date}")
        name = row.drug.replace(" ", "-")
        if time is None and not {f"no-time-{name}", f"anchor-{name}"} & codes:
            faults.append(f"{row.drug} without a time")
    return faults


def running_twice(order: Order) -> list[str]:
    """Drugs of which a dose starts while another runs, and no alert says so."""
    codes = {alert.code for alert in order.alerts}
    faults: list[str] = []
    for number, line in enumerate(order.regimen.drugs, 1):
        rows = [row for row in of_line(order, number) if row.start and row.end]
        times = [(real(row.start, order), real(row.end, order)) for row in rows if row.start and row.end]
        if any(end > later for (_, end), (later, _) in pairwise(times)):
            faults += {f"runs-twice-{line.drug.replace(' ', '-')}"} - codes
    return faults


def broken_intervals(order: Order) -> list[str]:
    """Lines whose doses of a day are not as far apart, in real hours, as the regimen says."""
    faults = []
    for number, line in enumerate(order.regimen.drugs, 1):
        of_day: dict[int, list[datetime.datetime]] = {}
        for row in of_line(order, number):
            if row.start:
                of_day.setdefault(0 if line.is_on_end else row.protocol_day, []).append(real(row.start, order))
        steps = {later - earlier for times in of_day.values() for earlier, later in pairwise(times)}
        if line.every and not line.anchors and not steps <= {span(line.every)}:
            faults.append(line.drug)
    return faults


def miscounted(order: Order) -> list[str]:
    """Lines that are not given as often as their days and times say."""
    faults = []
    for number, line in enumerate(order.regimen.drugs, 1):
        found = Counter(row.protocol_day for row in of_line(order, number))
        if line.total_doses and found.total() > line.total_doses.most:
            faults.append(line.drug)
        is_plain = not (line.anchors or line.total_doses or line.weekdays or line.repeat)
        if is_plain and found != dict.fromkeys(numbers_of(line.days, 12), line.per_day):
            faults.append(line.drug)
    return faults


def test_two_bags_a_day_that_run_for_a_day_are_both_given_on_each_day() -> None:
    infusion = {"drug": "drug 1", "dose": "50 mg", "route": "IV continuous infusion", "over": "24 h", "days": "1-3"}
    order = order_of([infusion | {"at": "after breakfast, night"}], "2026-10-23", "")
    assert order
    assert [row.start and f"{row.start:%d %H:%M}" for row in order.administrations] == [
        *("23 08:30", "23 22:00", "24 08:30", "24 22:00", "25 08:30", "25 22:00")
    ]
    assert "runs-twice-drug-1" in {alert.code for alert in order.alerts}


@settings(max_examples=150)
@given(lines=lines_drawn(), start=st.sampled_from(STARTS), zone=st.sampled_from(("", WARSAW)))
def test_what_holds_of_every_schedule(lines: list[dict[str, str]], start: str, zone: str) -> None:
    if order := order_of(lines, start, zone):
        assert misplaced(order) == []
        assert running_twice(order) == []
        assert broken_intervals(order) == []
        assert miscounted(order) == []


def test_each_of_these_is_seen() -> None:
    """A schedule with one row moved by an hour, to another day or left out."""
    lines = [
        {"drug": "drug 1", "dose": "50 mg", "days": "1-3", "route": "IV infusion", "over": "5 h", "every": "6 h"},
        {"drug": "drug 2", "dose": "50 mg", "days": "1-3", "route": "oral"},
    ]
    order = order_of(lines, STARTS[0], WARSAW)
    assert order
    rows = order.administrations
    first = next(row for row in rows if row.line == 1 and row.number == 2)
    assert first.start
    assert first.end
    hours = datetime.timedelta(hours=2)
    earlier = replace(first, start=first.start - hours, end=first.end - hours)
    moved = replace(order, administrations=tuple(earlier if row is first else row for row in rows))
    assert running_twice(moved)
    assert broken_intervals(moved)
    assert miscounted(replace(order, administrations=rows[1:]))
    assert misplaced(replace(order, administrations=(replace(rows[0], date=rows[-1].date), *rows[1:])))
    assert misplaced(replace(order, administrations=(replace(rows[0], start=None, end=None), *rows[1:])))


@settings(max_examples=60)
@given(lines=lines_drawn(), start=st.sampled_from(STARTS), seed=st.randoms(use_true_random=False))
def test_the_order_of_the_lines_moves_nothing_to_another_date(
    lines: list[dict[str, str]], start: str, seed: Any
) -> None:
    """Clock times may differ by it; so may the dates of what is counted in hours from a clock time, and only those."""
    own = [line for line in lines if not {"start", "every", "times", "divided_into"} & line.keys()]
    if len(own) < 2:
        return
    shuffled = list(own)
    seed.shuffle(shuffled)
    first, second = order_of(own, start, ""), order_of(shuffled, start, "")
    if first is None or second is None:
        return
    dates = [Counter((row.drug, row.date) for row in order.administrations) for order in (first, second)]
    assert dates[0] == dates[1]

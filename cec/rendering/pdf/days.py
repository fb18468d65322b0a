"""The days of a cycle for those who give the doses: rows in sequence, with fields for what was really done."""

from __future__ import annotations

import datetime
from itertools import groupby
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any, NamedTuple

from cec.days import list_days
from cec.order import identity
from cec.rendering.days import days_of
from cec.rendering.pdf.doses import TO_WRITE, flags, pump
from cec.rendering.pdf.timeline import Drawn, timeline
from cec.rendering.words import changed_words, given_by, over_days
from cec.rendering.words.preparation import fluid_on
from cec.rendering.words.revision import given_rows, row_marks
from cec.rendering.words.times import box_words, clock, dose_of_day, rate_words, row_time, starting_time, weekday_date
from cec.routes import is_into_csf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cec.order import Dose, Identity, Order, Preparation
    from cec.rendering.days import Day, Omitted, Running

_MIDNIGHT = datetime.time()
_NO_ROW: dict[str, Any] = {
    **dict.fromkeys(
        ("letter", "time", "drug", "dose", "rest", "protocol", "changed", "mark", "status", "beside", "how", "text"), ""
    ),
    **dict.fromkeys(("pump", "must_see", "notes"), ()),
    "ends": True,
}


class Placed(NamedTuple):
    """A row of a day, the dose that it is of, and what its timeline shows of it."""

    kind: str
    dose_index: int
    cells: dict[str, Any]
    drawn: tuple[datetime.datetime, datetime.datetime] | None = None


class Noted(NamedTuple):
    """What is noted of single administrations: in what each is another than before, and what became of it."""

    marks: dict[Identity, str]
    past: dict[Identity, str]


def day_blocks(order: Order, days: list[Day] | None = None) -> list[dict[str, Any]]:
    """One block per day: dated by the schedule; without a start, the drugs of each day in their sequence."""
    preparations = {each.dose_index: each for each in order.preparations}
    noted = Noted(row_marks(order), given_rows(order))
    return _folded([_block(order, day, preparations, noted) for day in days or days_of(order)])


FEWEST_FOLDED = 2
MOST_ROWS_FOLDED = 6
"""Of a day that is written once with others: each dose has columns to sign on each date."""


def _folded(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same, days in a row that are alike written once, with each date to sign: never where anything runs.

    A day with an infusion has fields for its rate, start and end, and stands by itself.
    """
    folded: list[dict[str, Any]] = []
    for _, alike in groupby(blocks, _likeness):
        days = list(alike)
        if len(days) < FEWEST_FOLDED or not _may_be_folded(days[0]):
            folded += [{**day, "dates": []} for day in days]
        else:
            dates = [f"{day['name']}, {day['date']}" for day in days]
            folded.append({**days[0], "name": _names(days), "date": "", "dates": dates})
    return folded


def _likeness(day: dict[str, Any]) -> str:
    """What is alike on days that are written once."""
    return repr({key: value for key, value in day.items() if key not in {"name", "date"}})


def _may_be_folded(day: dict[str, Any]) -> bool:
    rows = day["rows"]
    is_short = 0 < len(rows) <= MOST_ROWS_FOLDED
    return (
        bool(day["date"])
        and is_short
        and all(row["kind"] == "given" and not row["ends"] and not row["status"] for row in rows)
    )


def _names(days: list[dict[str, Any]]) -> str:
    """Which days they are of how many, and that they are the same."""
    numbered = [day["name"].removeprefix("Day ").partition(" of ") for day in days]
    return f"Days {list_days([int(number) for number, _, _ in numbered])} of {numbered[0][2]}, the same on each"


def _block(order: Order, day: Day, preparations: dict[int, Preparation], noted: Noted) -> dict[str, Any]:
    """A day: what still runs stands first, then what is given, and what is omitted at its drug's place."""
    given = list(_dated(order, day, preparations, noted) if day.date else _undated(order, day.number, preparations))
    running = [_running(each, day, preparations.get(each.dose_index)) for each in day.running]
    rows = _with_omitted([*running, *given], day.omitted)
    is_drawn = (each.kind in {"given", "running"} for each in rows)
    letters = iter(_letters(len(rows)))
    lettered = [(next(letters) if drawn else "", each) for each, drawn in zip(rows, is_drawn, strict=True)]
    bars = [Drawn(letter, *each.drawn) for letter, each in lettered if each.drawn]
    return {
        "name": day.name,
        "date": weekday_date(day.date) if day.date else "",
        "fluid": f"fluid {fluid_on(order, day.number)}" if _has_fluid(order, day.number) else "",
        "scale": timeline(day.date, bars) if day.date else None,
        "rows": [
            {**_NO_ROW, **each.cells, "kind": each.kind, "letter": letter if day.date else ""}
            for letter, each in lettered
        ],
    }


def _has_fluid(order: Order, day: int) -> bool:
    """Whether anything runs into a patient on a day."""
    return any(day in each.days and (each.volume.value or each.not_counted) for each in order.daily_fluids)


def _letters(count: int) -> list[str]:
    """A, B and so on: what names the rows of a day can be taken neither for a dose nor for a day."""
    return [f"{ascii_uppercase[n // 26 - 1] if n >= 26 else ''}{ascii_uppercase[n % 26]}" for n in range(count)]


def _with_omitted(rows: list[Placed], omitted: tuple[Omitted, ...]) -> list[Placed]:
    """The rows with what is left out, each behind the last that stands before it among the order's doses."""
    for each in omitted:
        before = [place for place, row in enumerate(rows) if row.kind != "running" and row.dose_index < each.dose_index]
        cells = {"drug": each.drug, "text": f"do not give: {each.reason}"}
        if each.row:
            cells |= {"dose": str(each.row.dose), "time": starting_time(each.row)}
        row = Placed("omitted", each.dose_index, cells)
        running = sum(row.kind == "running" for row in rows)
        rows.insert(before[-1] + 1 if before else running, row)
    return rows


def _running(running: Running, day: Day, preparation: Preparation | None) -> Placed:
    rate = f"; {preparation.rate}" if preparation and preparation.rate else ""
    rest = f"rest of {running.amount}"
    cells = {
        "drug": running.drug,
        "rest": rest,
        "text": running.text,
        "pump": [rate.removeprefix("; ")],
        "ends": running.ends_today,
    }
    begin = datetime.datetime.combine(day.date, _MIDNIGHT) if day.date else None
    drawn = (begin, running.until) if begin and running.until else None
    return Placed("running", running.dose_index, cells, drawn)


def _dated(order: Order, day: Day, preparations: dict[int, Preparation], noted: Noted) -> Iterator[Placed]:
    """The rows of a date with their times; what goes into the cerebrospinal fluid has a page of its own."""
    apart: set[str] = set()
    for row in day.rows:
        date = day.date or row.date
        if is_into_csf(row.route):
            time = starting_time(row)
            if time not in apart:
                yield _apart(row.dose_index, row.route, time)
            apart.add(time)
            continue
        cells = _cells(order, order.doses[row.dose_index], preparations.get(row.dose_index))
        ends_later = row.end if row.end and row.end.date() > date else None
        cells |= {
            "drug": row.drug + dose_of_day(row).replace("(day ", "(day\N{NO-BREAK SPACE}"),
            "beside": row.timing if row.start else "",
            "mark": noted.marks.get(identity(row), ""),
            "status": noted.past.get(identity(row), ""),
            "time": starting_time(row) if ends_later else _in_lines(row_time(row, date)),
            "must_see": [*cells["must_see"], *rate_words(row)],
            "notes": [*box_words(row), *row.notes],
        }
        if ends_later:
            cells["how"] += f", ends {weekday_date(ends_later.date())} {clock(ends_later)}"
        yield Placed("given", row.dose_index, cells, (row.start, row.end or row.start) if row.start else None)


def _apart(dose_index: int, route: str, time: str) -> Placed:
    text = f"{route}: on a page of its own, with its own signatures"
    return Placed("apart", dose_index, {"time": time, "text": text})


def _in_lines(time: str) -> str:
    """From when, and below it until when."""
    return time.replace(" to ", "\nto ")


def _undated(order: Order, day: int, preparations: dict[int, Preparation]) -> Iterator[Placed]:
    """The rows of a day whose times are written by hand; what comes before the infusions stands first."""
    doses = [(index, dose) for index, dose in enumerate(order.doses) if day in dose.days and dose.ordered.value]
    doses.sort(key=lambda numbered: not numbered[1].timing.startswith("before"))
    for route in dict.fromkeys(dose.route for _, dose in doses if is_into_csf(dose.route)):
        yield _apart(0, route, TO_WRITE)
    for index, dose in doses:
        if is_into_csf(dose.route):
            continue
        for number in range(1, dose.count_on(day) + 1):
            which = f"{number} of {dose.count_on(day)}" if dose.count_on(day) > 1 else ""
            time = ", ".join(filter(None, (which, dose.timing or TO_WRITE)))
            yield Placed("given", index, {**_cells(order, dose, preparations.get(index)), "time": time})


def _cells(order: Order, dose: Dose, preparation: Preparation | None) -> dict[str, Any]:
    """What is given in one row, whatever its time."""
    return {
        "drug": dose.drug,
        "dose": str(dose.ordered),
        "protocol": str(dose.prescribed).partition(" of ")[0],  # of a share: no other drug's name beside a dose
        "changed": changed_words(dose),
        "how": given_by(dose, to_tick=True),
        "pump": pump(dose, preparation),
        "must_see": [*over_days(dose), *flags(order, dose)],
        "ends": dose.is_infused,
    }

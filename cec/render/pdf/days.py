"""The days of a cycle for a sheet: rows in sequence, the scale and bars of their timeline, volumes and rates."""

from __future__ import annotations

import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from cec.render.days import days_of
from cec.render.words import label_words, over_days, route_to_tick
from cec.render.words.times import box_words, drug_and_day, rate_words, row_time, weekday_date
from cec.render.worksheet import fluid_of
from cec.routes import is_into_csf

if TYPE_CHECKING:
    from cec.order import Dose, Order, Preparation
    from cec.render.days import Day, Running

_LONGEST = datetime.timedelta(hours=24)
"""A day's bars end here; what runs on, or begins later, shows an arrow."""
_HOURS_PER_MARK = (1, 2, 3, 4, 6, 8, 12)
_MOST_MARKS = {False: 6, True: 4}
"""How many marks a scale has room for, and where volumes and rates stand beside it."""
_TO_WRITE = "_________"
_HOUR = datetime.timedelta(hours=1)
_MINUTE = datetime.timedelta(minutes=1)


def day_blocks(order: Order) -> list[dict[str, Any]]:
    """One block per day: dated by the schedule; without a start, the drugs of each day in their sequence."""
    preparations = {each.dose_index: each for each in order.preparations}
    return _folded([_block(order, day, preparations) for day in days_of(order)])


FEWEST_FOLDED = 2
MOST_ROWS_FOLDED = 8
"""Of a day that is written once with others: each dose has a column to sign on each date."""


def _folded(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same, days in a row that are alike written once, with each date to sign: never where anything runs on.

    A day with an infusion has fields for when it started and ended, and stands by itself.
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
    return bool(day["date"]) and is_short and not (day["running"] or day["omitted"] or any(row["ends"] for row in rows))


def _names(days: list[dict[str, Any]]) -> str:
    """The first and the last of several days in a row, and that they are the same."""
    first, last = (day["name"].removeprefix("Day ") for day in (days[0], days[-1]))
    return f"Days {first.partition(' of ')[0]} to {last}, the same on each"


def _block(order: Order, day: Day, preparations: dict[int, Preparation]) -> dict[str, Any]:
    """A day: what still runs stands first, what is omitted last."""
    scale, rows = _dated(order, day, preparations) if day.date else (None, _undated(order, day.number, preparations))
    return {
        "name": day.name,
        "date": weekday_date(day.date) if day.date else "",
        "fluid": "; ".join(f"fluid {fluid_of(fluid)}" for fluid in order.daily_fluids if day.number in fluid.days),
        "scale": scale,
        "running": [
            {"drug": each.drug, "text": _with_rate(each, preparations.get(each.dose_index)), "ends": each.ends_today}
            for each in day.running
        ],
        "rows": rows,
        "omitted": [{"drug": each.drug, "text": each.why} for each in day.omitted],
    }


def _with_rate(running: Running, preparation: Preparation | None) -> str:
    return f"{running.text}; {preparation.rate}" if preparation and preparation.rate else running.text


def _dated(
    order: Order, day: Day, preparations: dict[int, Preparation]
) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The rows of a day with their times, and its timeline in minutes since its first midnight."""
    rows = day.rows
    if not rows:
        return None, []
    date = day.date or rows[0].date
    timed = [row for row in rows if row.start or row.not_after] or list(rows)
    midnight = datetime.datetime.combine(min(row.time for row in timed).date(), datetime.time())
    first = min(row.time for row in timed)
    last = min(max(row.end or row.time for row in timed), first + _LONGEST)
    from_hour = (first - midnight) // _HOUR
    to_hour = max(-((midnight - last) // _HOUR), from_hour + 1)
    most = _MOST_MARKS[bool(preparations)]
    every = next((hours for hours in _HOURS_PER_MARK if (to_hour - from_hour) / hours < most), 24)
    scale = {
        "from": from_hour * 60,
        "to": to_hour * 60,
        "marks": [{"at": hour * 60, "text": f"{hour % 24:02}"} for hour in range(from_hour, to_hour + 1, every)],
    }
    drawn = []
    for row in rows:
        begin, end = row.time, row.end or row.time
        bar = {
            "from": (min(begin, last) - midnight) // _MINUTE,
            "to": (min(end, last) - midnight) // _MINUTE,
            "onward": end > last,
        }
        dose = order.doses[row.dose_index]
        cells = _row(dose, preparations.get(row.dose_index))
        drawn.append(
            {
                **cells,
                "drug": drug_and_day(row),
                "time": _in_lines(row_time(row, date)),
                "bar": bar if row in timed else None,
                "notes": [*box_words(row), *over_days(dose), *label_words(dose), *row.notes, *rate_words(row)],
            }
        )
    return scale, drawn


def _in_lines(time: str) -> str:
    """From when, and below it until when; a date has a line of its own."""
    begin, _, end = time.partition(" to ")
    if not end:
        return time
    return f"{begin} to\n{end}" if " " in end else f"{begin}\nto {end}"


def _undated(order: Order, day: int, preparations: dict[int, Preparation]) -> list[dict[str, Any]]:
    """The rows of a day whose times are written by hand; what comes before the infusions stands first."""
    doses = [(line, dose) for line, dose in enumerate(order.doses) if day in dose.days and dose.ordered.value]
    doses.sort(key=lambda numbered: not numbered[1].timing.startswith("before"))
    rows = []
    for line, dose in doses:
        for number in range(1, dose.count_on(day) + 1):
            which = f"{number} of {dose.count_on(day)}" if dose.count_on(day) > 1 else ""
            time = ", ".join(filter(None, (which, dose.timing or _TO_WRITE)))
            notes = [*over_days(dose), *label_words(dose)]
            rows.append({**_row(dose, preparations.get(line)), "time": time, "bar": None, "notes": notes})
    return rows


def _row(dose: Dose, preparation: Preparation | None) -> dict[str, Any]:
    """What is given in one row, whatever its time."""
    over = f" over {dose.runs}" if dose.over else ""
    return {
        "drug": dose.drug,
        "dose": str(dose.ordered),
        "changed": f"reduced from {dose.unreduced}" if dose.unreduced else "",
        "how": [str(dose.prescribed), f"{route_to_tick(dose.route)}{over}"],
        "apart": is_into_csf(dose.route),
        "preparation": _volume_and_rate(preparation) if preparation else [],
        "ends": dose.over is not None,
    }


def _volume_and_rate(preparation: Preparation) -> list[str]:
    """The volume that is given and how fast it runs, where the formulary gives them."""
    if preparation.form == "tablet":
        return ["tablets"] if preparation.contains == preparation.dose else [f"tablets: {preparation.contains}"]
    if preparation.final_volume is None:
        return [str(preparation.draw), f"of {preparation.strength}"] if preparation.draw else []
    return [str(preparation.final_volume), *([str(preparation.rate)] if preparation.rate else [])]

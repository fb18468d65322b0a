"""cec schedule: days, times and dates against the calendar."""

from __future__ import annotations

import csv
import io
import json

import pytest
from running import cec

SIZE = ("--height", "128cm", "--weight", "26kg")


def schedule(*options: str, regimen: str = "cec-induction", start: str = "2026-11-30") -> str:
    done = cec("schedule", regimen, *SIZE, "--start", start, *options)
    assert (done.code, done.err) == (0, "")
    return done.out


def rows(*options: str, regimen: str = "cec-induction", start: str = "2026-11-30") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(schedule("--format", "csv", *options, regimen=regimen, start=start))))


def test_a_day_is_a_block_with_its_rows_in_sequence() -> None:
    lines = schedule().splitlines()
    start = lines.index("Day 1 of 5, Mon 30-Nov-2026")
    assert lines[start + 1 : start + 7] == [
        "Time            Drug                  Dose  Route        Over  09:00                    14:00",
        "before 09:00    prednisone           13 mg  oral               *",
        "09:00 to 11:00  clofarabine        38.4 mg  IV infusion  2 h   ============",
        "11:00 to 13:00  etoposide            96 mg  IV infusion  2 h               ============",
        "13:00 to 14:00  cyclophosphamide  422.4 mg  IV infusion  1 h                           ======",
        "",
    ]


@pytest.mark.parametrize(("regimen", "days"), [("cec-induction", 5), ("cec-consolidation", 4)])
def test_each_phase_has_its_number_of_days(regimen: str, days: int) -> None:
    text = schedule(regimen=regimen)
    assert text.count(f" of {days}, ") == days
    assert f"daily for {days} days" in " ".join(text.split())
    assert {row["day"] for row in rows(regimen=regimen)} == {str(day) for day in range(1, days + 1)}


@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("2026-11-30", "Fri 04-Dec-2026"),  # over the end of a month
        ("2026-12-30", "Sun 03-Jan-2027"),  # over the end of a year
        ("2028-02-27", "Thu 02-Mar-2028"),  # over a leap day
        ("2027-02-27", "Wed 03-Mar-2027"),  # over the same days without one
    ],
)
def test_month_ends_and_leap_days(start: str, last: str) -> None:
    assert f"Day 5 of 5, {last}" in schedule(start=start)


def test_infusions_run_over_midnight() -> None:
    """From 20:15: 2 h, 15 min, 2 h: etoposide ends at 00:30, and cyclophosphamide has no time left on day 1."""
    text = schedule("--time", "20:15", "--gap", "15 min")
    for time in ("20:15 to 22:15", "22:30 to 01-Dec-2026 00:30", "no time"):
        assert f"\n{time}  " in text
    assert "CHECK no-time-cyclophosphamide" in text
    assert "Mon 30-Nov-2026 to Sat 05-Dec-2026" in text  # day 5's etoposide ends there
    day_1 = [row for row in rows("--time", "20:15", "--gap", "15 min") if row["date"] == "2026-11-30"]
    assert [(row["start"], row["not_after"], row["end"]) for row in day_1] == [
        ("", "2026-11-30T20:15", ""),
        ("2026-11-30T20:15", "", "2026-11-30T22:15"),
        ("2026-11-30T22:30", "", "2026-12-01T00:30"),
        ("", "", ""),
    ]


def test_totals_cycle_and_the_next_cycle() -> None:
    """Day 15 of a cycle from 30-Nov-2026 is 14-Dec-2026."""
    text = schedule("--cycle", "2")
    assert "Cycle     2, Mon 30-Nov-2026 to Fri 04-Dec-2026" in text
    assert "not before Mon 14-Dec-2026 (day 15)" in text
    for total in ("192 mg", "480 mg", "2,112 mg", "65 mg"):
        assert total in text
    assert "Draft: not valid until checked and signed" in text


def test_json_and_csv_have_iso_times() -> None:
    order = json.loads(schedule("--format", "json"))
    assert len(order["administrations"]) == len(rows()) == 20
    first = order["administrations"][1]
    assert (first["date"], first["start"], first["end"]) == ("2026-11-30", "2026-11-30T09:00:00", "2026-11-30T11:00:00")


def test_the_regimen_and_the_start_must_be_named() -> None:
    assert cec("schedule", *SIZE, "--start", "2026-11-30").code == 2
    assert cec("schedule", "cec-induction", *SIZE).code == 2

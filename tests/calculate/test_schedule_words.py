"""What a schedule says, in whole texts, and on which side of its limits: worked by hand.

170 cm, 70 kg. Day 1 is Monday 30-Nov-2026; the first infusion starts at 09:00.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_starts import order_of, refusal

INFUSION = "drug: a, dose: 1 mg, route: IV infusion, over: 2 h"
NO_TIME = "it stays on its date, and a person sets its time (a clock time in the regimen, 'at', would hold it)"
LATE = {"pharmacy": {"first_infusion": "22:30"}}
"""a runs from 22:30 to 00:30, so that nothing after it finds a time on its date."""
WITHHELD = {"without": ["a: kidneys"]}
BOLUS = "drug: b, dose: 1 mg, route: IV bolus"
REMARKS: list[tuple[tuple[str, ...], dict[str, Any], str, str]] = [
    ((f"{INFUSION}, days: 1", f"{BOLUS}, days: 1"), LATE,
     "no-time-b", f"finds no time on its date: the lines before it do not end in time; {NO_TIME} (day 1)"),
    ((f"{INFUSION}, days: 1", f"{BOLUS}, days: 1", "drug: c, dose: 1 mg, route: oral, start: with b"), LATE,
     "no-time-c", f"finds no time on its date: b does not end in time; {NO_TIME} (day 1)"),
    ((f"{INFUSION}, days: 1-2", f"{BOLUS}, start: after a"), WITHHELD,
     "anchor-b", "a, on which its start hangs, is not given: it takes its place in the order (days 1, 2)"),
    ((f"{INFUSION}, days: 1", "drug: b, dose: 1 mg, route: oral, start: 3 h after the start of a"), WITHHELD,
     "anchor-b", "a, on which its start hangs, is not given: it has no time, and a person sets it (day 1)"),
    ((f"{INFUSION}, days: 1".replace("2 h", "30 to 60 min"),), {},
     "longer-duration-a", "runs 30 to 60 min: the schedule takes the longer (day 1)"),
    ((f'{INFUSION}, days: 1, at: "09:00"', f'{INFUSION}, days: 1, at: "10:00"'), {},
     "runs-twice-a", "starts while another dose of the same drug runs (day 1)"),
    ((f"{INFUSION}, days: 1-2", 'drug: b, dose: 1 mg, route: IV bolus, days: 1-2, at: "10:00"'), {},
     "overlap-b", "starts while a runs: another line, or known to be compatible (days 1, 2)"),
    ((f"{INFUSION}, days: 1", 'drug: methotrexate, dose: 1 mg, route: intrathecal, days: 1, at: "09:30"'), {},
     "intrathecal-beside-iv-methotrexate",
     "intrathecal, at the same time as IV a: give them apart, at another time and place (day 1)"),
    ((f"{INFUSION}, days: 1", f'{BOLUS}, days: 1, at: "09:30"',
      'drug: methotrexate, dose: 1 mg, route: intrathecal, days: 1, at: "09:30"'), {},
     "intrathecal-beside-iv-methotrexate",
     "intrathecal, at the same time as IV a, b: give them apart, at another time and place (day 1)"),
    # from day 1 at 09:00 every 8 h: 3 a day, on 2 days 6 of 9
    (("drug: a, dose: 1 mg, route: oral, days: 1-2, every: 8 h, total_doses: 9",), {},
     "total-doses-a", "6 of 9 doses fit into its days of this cycle: a person decides on the others"),
]  # fmt: skip


@pytest.mark.parametrize("sample", REMARKS, ids=lambda sample: sample[2])
def test_the_words_of_remarks(sample: tuple[tuple[str, ...], dict[str, Any], str, str], tmp_path: Path) -> None:
    lines, options, code, text = sample
    alert = {alert.code: alert for alert in order_of(tmp_path, *lines, **options).alerts}[code]
    level = "note" if code.startswith(("overlap", "longer-duration")) else "check"
    assert (alert.level, alert.about, alert.text) == (level, code.rpartition("-")[2], text)


IN_PEACE = [
    # the second begins when the first has ended
    (f'{INFUSION}, days: 1, at: "09:00"', f'{INFUSION}, days: 1, at: "11:00"'),
    (f"{INFUSION}, days: 1", 'drug: b, dose: 1 mg, route: IV bolus, days: 1, at: "11:00"'),
    (f"{INFUSION}, days: 1", 'drug: methotrexate, dose: 1 mg, route: intrathecal, days: 1, at: "11:00"'),
    (f"{INFUSION}, days: 1", 'drug: methotrexate, dose: 1 mg, route: intrathecal, days: 1, at: "08:59"'),
    ("drug: a, dose: 1 mg, route: oral, days: 1-3, every: 8 h, total_doses: 9",),
    ("drug: a, dose: 1 mg, route: IV bolus, days: 1-2, every: 8 h, times: 2",),
]


@pytest.mark.parametrize("lines", IN_PEACE)
def test_what_just_ends_or_fits_passes_in_peace(lines: tuple[str, ...], tmp_path: Path) -> None:
    assert [alert.code for alert in order_of(tmp_path, *lines).alerts] == ["incomplete"]


@pytest.mark.parametrize(
    ("other", "bounds"),
    [
        (f'{INFUSION}, days: 2, at: "06:00"', ["1 09:00", "2 06:00", "3 09:00"]),
        (f'{INFUSION}, days: 2, at: "10:00"', ["1 09:00", "2 10:00", "3 09:00"]),
        ('drug: b, dose: 1 mg, route: IV bolus, days: 2, at: "06:00"', ["1 09:00", "2 09:00", "3 09:00"]),
    ],
)
def test_before_the_first_infusion_also_on_days_without_one(other: str, bounds: list[str], tmp_path: Path) -> None:
    """A bolus is not an infusion; where there is none the pharmacy's time of the first infusion counts."""
    tablet = "drug: t, dose: 1 mg, route: oral, days: 1-3, at: before first infusion"
    rows = [row for row in order_of(tmp_path, tablet, other).administrations if row.drug == "t"]
    assert [f"{row.day} {row.not_after:%H:%M}" for row in rows if row.not_after] == bounds
    assert {(row.start, row.end, row.timing) for row in rows} == {(None, None, "before first infusion")}


def test_twice_before_the_first_infusion_is_counted_from_it(tmp_path: Path) -> None:
    tablet = "drug: t, dose: 1 mg, route: oral, days: 1-2, times: 2, every: 12 h, at: before first infusion"
    rows = [row for row in order_of(tmp_path, tablet).administrations if row.drug == "t"]
    assert [f"{row.day} {row.not_after:%H:%M} {row.number}" for row in rows if row.not_after] == [
        *("1 09:00 1", "1 21:00 2", "2 09:00 1", "2 21:00 2"),
    ]


def test_a_line_without_an_end_has_no_schedule(tmp_path: Path) -> None:
    assert refusal(tmp_path, "drug: a, dose: 1 mg, route: oral, days: 15 onwards") == (
        "a (day 15 onwards): nothing says where these days end; "
        "the regimen's cycle_length says where they end, or total_doses, or --days 28"
    )

"""On which days a line is given: open ends, repeats, weekdays, totals, days before day 1, cycles. Worked by hand."""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path

import pytest
from regimen_texts import regimen_text
from running import cec

from cec import CecError, Order, draft_order, load_patient, load_regimen, render
from cec.calculate.lines import day_1
from cec.errors import InputError
from cec.regimen import Regimen

MONDAY = datetime.date(2026, 11, 30)


def read(folder: Path, *lines: str, head: str = "") -> Regimen:
    path = folder / "test.yaml"
    path.write_text(head + regimen_text("test", *lines), encoding="utf-8")
    return load_regimen(path)


def order_of(
    regimen: Regimen, start: datetime.date | None = MONDAY, *, days: int | None = None, cycle: int | None = None
) -> Order:
    """170 cm, 70 kg: 1.82 m2."""
    who = load_patient(texts={"height": "170 cm", "weight": "70 kg"})
    return draft_order(regimen, who, start=start, days=days, cycle=cycle)


def days_given(order: Order) -> list[int]:
    return [row.protocol_day for row in order.administrations]


AZACITIDINE = (
    "drug: azacitidine, dose: 75 mg/m2, route: subcutaneous, days: 1-9, weekdays: Monday to Friday, total_doses: 7"
)
CAPECITABINE = (
    "drug: capecitabine, dose: 825 mg/m2, times: 2, every: 12 h, route: oral, days: 1 onwards, "
    "weekdays: Monday to Friday, total_doses: 56"
)
IBRUTINIB = "drug: ibrutinib, dose: 420 mg, route: oral, days: daily"


@pytest.mark.parametrize(
    ("weekday", "days"),
    [
        (0, [1, 2, 3, 4, 5, 8, 9]),
        (1, [1, 2, 3, 4, 7, 8, 9]),
        (2, [1, 2, 3, 6, 7, 8, 9]),
        (3, [1, 2, 5, 6, 7, 8, 9]),
        (4, [1, 4, 5, 6, 7, 8]),
        (5, [3, 4, 5, 6, 7]),
        (6, [2, 3, 4, 5, 6, 9]),
    ],
)
def test_a_total_over_weekdays_from_each_day_of_the_week(weekday: int, days: list[int], tmp_path: Path) -> None:
    """Nine days hold seven working days from Monday to Thursday; fewer from the others, which is an alert."""
    order = order_of(read(tmp_path, AZACITIDINE), MONDAY + datetime.timedelta(days=weekday))
    assert days_given(order) == days
    told = [alert.text for alert in order.alerts if alert.code == "total-doses-azacitidine"]
    assert [text.partition(" doses")[0] for text in told] == ([] if len(days) == 7 else [f"{len(days)} of 7"])
    assert order.doses[0].days == tuple(days)
    assert order.doses[0].cycle_total
    assert order.doses[0].cycle_total.value == order.doses[0].ordered.value * len(days)


@pytest.mark.parametrize("weekday", range(7))
def test_tablets_on_working_days_to_a_total(weekday: int, tmp_path: Path) -> None:
    """825 mg/m2 × 1.82 m2 = 1501.5 mg; 56 doses, two a day, are 28 working days."""
    order = order_of(read(tmp_path, CAPECITABINE), MONDAY + datetime.timedelta(days=weekday))
    assert str(order.doses[0].ordered) == "1,501.5 mg"
    assert len(order.administrations) == 56
    by_date = Counter(row.date for row in order.administrations)
    assert len(by_date) == 28
    assert set(by_date.values()) == {2}
    assert {date.weekday() for date in by_date} == {0, 1, 2, 3, 4}


def test_a_total_may_end_within_a_day(tmp_path: Path) -> None:
    """Five doses, two a day: two days of two and one of one."""
    order = order_of(
        read(tmp_path, "drug: a, dose: 10 mg, times: 2, every: 12 h, route: oral, days: 1-5, total_doses: 5")
    )
    assert [(row.day, f"{row.start:%H:%M}") for row in order.administrations] == [
        *((1, "09:00"), (1, "21:00"), (2, "09:00"), (2, "21:00"), (3, "09:00")),
    ]
    assert (order.doses[0].days, order.doses[0].counts, str(order.doses[0].cycle_total)) == (
        (1, 2, 3),
        (2, 2, 1),
        "50 mg",
    )


def test_an_open_end_needs_one_for_a_schedule_and_none_for_a_dose(tmp_path: Path) -> None:
    regimen = read(tmp_path, IBRUTINIB)
    with pytest.raises(InputError, match=r"ibrutinib .*where these days end; .*cycle_length.*total_doses.*--days 28"):
        order_of(regimen)
    assert len(order_of(regimen, days=28).administrations) == 28
    dose = order_of(regimen, None).doses[0]
    assert (str(dose.ordered), dose.cycle_total) == ("420 mg", None)
    assert "without an end" in dose.no_total
    text = render(order_of(regimen, None), "table").decode()
    row = next(line for line in text.splitlines() if line.startswith("ibrutinib "))
    assert " ".join(row.split()) == "ibrutinib 420 mg 420 mg 420 mg oral 1 onwards 420 mg not known"
    assert "ibrutinib: no total of the cycle: its days go on without an end" in text


def test_a_lifetime_maximum_is_never_left_out_silently(tmp_path: Path) -> None:
    """Nobody knows how much a cycle without an end, or of weekdays without a date, gives in all."""
    for days in ("daily", "1-9, weekdays: Monday to Friday"):
        line = f"drug: a, dose: 10 mg, lifetime_maximum: 500 mg, route: oral, days: {days}"
        regimen = read(tmp_path, line)
        with pytest.raises(CecError, match="its lifetime maximum cannot be held against this cycle"):
            order_of(regimen, None)
    assert str(order_of(regimen).doses[0].cycle_total) == "70 mg"


def test_days_never_lengthens_a_cycle(tmp_path: Path) -> None:
    regimen = read(tmp_path, IBRUTINIB, head="cycle_length: 3 weeks\n")
    assert len(order_of(regimen).administrations) == 21
    assert len(order_of(regimen, days=28).administrations) == 21
    assert len(order_of(regimen, days=14).administrations) == 14


def test_the_same_days_come_again_to_the_end_of_the_cycle(tmp_path: Path) -> None:
    line = "drug: a, dose: 10 mg, route: oral, days: [1, 2], repeat: every 28 days"
    assert days_given(order_of(read(tmp_path, line, head="cycle_length: 84 days\n"))) == [1, 2, 29, 30, 57, 58]
    # the total counts after the repeats
    with_total = f"{line}, total_doses: 3"
    assert days_given(order_of(read(tmp_path, with_total, head="cycle_length: 84 days\n"))) == [1, 2, 29]
    assert days_given(order_of(read(tmp_path, line), days=30)) == [1, 2, 29, 30]


BUSULFAN = "drug: busulfan, dose: 0.8 mg/kg, times: 4, every: 6 h, route: IV infusion, over: 2 h, days: -7 to -4"


def test_days_before_day_1_with_a_day_0(tmp_path: Path) -> None:
    """Day 0 on 10-Dec-2026: day -7 is 03-Dec, day 1 is 11-Dec. 0.8 mg/kg × 70 kg = 56 mg, 4 × 4 doses."""
    regimen = read(tmp_path, BUSULFAN, head="day_0: transplantation\n")
    start = day_1(regimen, None, {"--day-0": datetime.date(2026, 12, 10)})
    assert start == datetime.date(2026, 12, 11)
    assert day_1(regimen, None, {"--first-day": datetime.date(2026, 12, 3)}) == start
    assert day_1(regimen, None, {"--day-1": datetime.date(2026, 12, 11)}) == start
    with pytest.raises(InputError, match=r"day 0 of test is the transplantation.*--day-0, --day-1 or --first-day"):
        day_1(regimen, None, {"--start": datetime.date(2026, 12, 10)})
    order = order_of(regimen, start)
    assert str(order.doses[0].ordered) == "56 mg"
    assert len(order.administrations) == 16
    assert (str(order.administrations[0].date), order.administrations[0].day) == ("2026-12-03", -7)
    text = render(order, "table").decode()
    dates = "day -7 Thu 03-Dec-2026, day -4 Sun 06-Dec-2026, day 0 (transplantation) Thu 10-Dec-2026, day 1 Fri 11-Dec"
    assert dates in " ".join(text.split())


def test_days_before_day_1_without_a_day_0(tmp_path: Path) -> None:
    """Day 1 follows day -1: seven days before day 1 is day -7."""
    regimen = read(tmp_path, BUSULFAN, head="day_0: none\n")
    order = order_of(regimen, datetime.date(2026, 12, 11))
    assert str(order.administrations[0].date) == "2026-12-04"
    with pytest.raises(InputError, match="has no day 0; give --day-1"):
        day_1(regimen, None, {"--day-0": datetime.date(2026, 12, 10)})


def test_a_start_is_asked_for_once(tmp_path: Path) -> None:
    read(tmp_path, BUSULFAN, head="day_0: transplantation\n")
    patient = ("--height", "170", "--weight", "70")
    typed = ("schedule", str(tmp_path / "test.yaml"), *patient)
    assert cec(*typed).code == 2
    assert cec(*typed, "--day-0", "2026-12-10", "--day-1", "2026-12-11").code == 2
    assert cec(*typed, "--day-0", "2026-12-10").code == 0
    refused = cec(*typed, "--start", "2026-12-10")
    assert refused.code == 1
    assert "--day-0, --day-1 or --first-day" in " ".join(refused.err.split())


CYCLES = (
    "drug: a, dose: 1 mg, route: oral, days: 1, cycles: {}",
    "drug: b, dose: 1 mg, route: oral, days: 1",
)


@pytest.mark.parametrize(
    ("cycles", "given"),
    [
        ("1-4", {1, 2, 3, 4}),
        ("[1, 3, 5]", {1, 3, 5}),
        ("odd", {1, 3, 5, 7, 9}),
        ("even", {2, 4, 6, 8}),
        ("2 onwards", {2, 3, 4, 5, 6, 7, 8, 9}),
        ("every 4th from 1", {1, 5, 9}),
    ],
)
def test_cycles_in_words(cycles: str, given: set[int], tmp_path: Path) -> None:
    regimen = read(tmp_path, CYCLES[0].format(cycles), CYCLES[1])
    drugs = {cycle: {dose.drug for dose in order_of(regimen, cycle=cycle).doses} for cycle in range(1, 10)}
    assert {cycle for cycle, some in drugs.items() if "a" in some} == given


def test_headings_are_those_of_the_cycle(tmp_path: Path) -> None:
    """Cycle 2 gives b on day 1 only; cycles to the longest that is counted are written as an open end."""
    lines = (
        "drug: a, dose: 1 mg, route: oral, days: 1-14, cycles: 1",
        "drug: b, dose: 1 mg, route: oral, days: 1, cycles: 2-366",
    )
    regimen = read(tmp_path, *lines)
    text = " ".join(render(order_of(regimen, cycle=2), "table").decode().split())
    assert "Test: b 1 mg on day 1 " in text
    assert "Day 1 of 1, Mon 30-Nov-2026" in text
    assert "edition 1, 1 day " in text
    assert "a 1 mg" not in text
    shown = " ".join(cec("regimen", "show", str(tmp_path / "test.yaml")).said.split())
    assert "cycle 2 onwards" in shown
    assert "3, 4" not in shown


FAULTS = [
    ("days: D1-14", "write 1-14"),
    ("days: q21d", "cycle_length: 21 days"),
    ("days: Monday to Friday", "weekdays: Monday to Friday"),
    ("days: 1-5, cycles: some", "every 4th from 1"),
    ("days: -7 to -4", "day_0: transplantation"),
    ("days: 1-5, weekdays: Mon", "Monday to Friday"),
    ("days: 1-5, total_doses: many", "at most 12"),
    ("days: 1-5, repeat: 28 days", "every 28 days"),
    ('days: ["1 onwards", 8]', "which has no end"),
    ("days: 1-366", "write 15 onwards, or end by day 365"),
]


@pytest.mark.parametrize(("keys", "told"), FAULTS)
def test_a_fault_says_what_is_wanted(keys: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(CecError) as refused:
        read(tmp_path, f"drug: a, dose: 1 mg, route: oral, {keys}")
    assert told in str(refused.value)


def test_a_next_cycle_before_the_last_dose_is_refused(tmp_path: Path) -> None:
    """A dose on day 15; of an infusion of 48 h from day 15 on, day 16 too; 24 h after the start on day 15: day 16."""
    lines = {
        "days: 15": 16,
        "days: 15, over: 48 h": 17,
        "start: 24 h after the start of b": 17,
    }
    for keys, earliest in lines.items():
        drugs = (f"drug: a, dose: 1 mg, route: IV bolus, {keys}", "drug: b, dose: 1 mg, route: oral, days: 15")
        for day in (8, earliest - 1):
            with pytest.raises(CecError, match=f"write {earliest} or a later day"):
                read(tmp_path, *drugs, head=f"next_cycle: {{earliest_day: {day}}}\n")
        read(tmp_path, *drugs, head=f"next_cycle: {{earliest_day: {earliest}}}\n")


def test_lines_until_something_is_so_are_aside_when_the_next_cycle_begins(tmp_path: Path) -> None:
    line = "drug: a, dose: 1 mg, route: oral, days: 6-30, until: ANC above 1 x 10^9/L"
    read(tmp_path, line, head="next_cycle: {earliest_day: 15}\n")
    with pytest.raises(CecError, match="write 31 or a later day"):
        read(tmp_path, line.replace("until", "note"), head="next_cycle: {earliest_day: 15}\n")


def test_a_day_after_the_cycle_and_a_next_cycle_long_after_it_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CecError, match="day 15 lies after the end of the cycle"):
        read(tmp_path, "drug: a, dose: 1 mg, route: oral, days: 15", head="cycle_length: 14 days\n")
    head = "cycle_length: 14 days\nnext_cycle: {earliest_day: 16}\n"
    with pytest.raises(CecError, match="write 15 or an earlier day"):
        read(tmp_path, "drug: a, dose: 1 mg, route: oral, days: 1", head=head)
    read(tmp_path, "drug: a, dose: 1 mg, route: oral, days: daily", head=head.replace("16", "15"))

"""What the start of a line hangs on, and how a day's doses are spread: worked by hand.

170 cm, 70 kg: 1.82 m2. Day 1 is Monday 30-Nov-2026; the first infusion starts at 09:00 where nothing is said.
"""

from __future__ import annotations

import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from regimen_texts import regimen_text

from cec import CecError, Order, draft_order, load_order, load_patient, load_pharmacy, load_regimen, render
from cec.verification import verify_order

START = datetime.date(2026, 11, 30)


def order_of(
    folder: Path,
    *lines: str,
    start: datetime.date | None = START,
    head: str = "",
    pharmacy: dict[str, str] | None = None,
    **patient: str | list[str],
) -> Order:
    path = folder / "test.yaml"
    path.write_text(head + regimen_text("test", *lines), encoding="utf-8")
    who = load_patient(texts={"height": "170 cm", "weight": "70 kg", **patient})
    return draft_order(load_regimen(path), who, load_pharmacy(texts=pharmacy or {}), start=start)


def refusal(folder: Path, *lines: str, head: str = "") -> str:
    with pytest.raises(CecError) as refused:
        order_of(folder, *lines, head=head)
    return str(refused.value)


def rows(order: Order, drug: str) -> list[str]:
    """Day and clock time of each dose of a drug, with the day that it is a dose of where that is another."""
    return [
        f"{row.day} {row.start:%H:%M}{f' of {row.of_day}' if row.of_day is not None else ''}"
        if row.start
        else f"{row.day} -"
        for row in order.administrations
        if row.drug == drug
    ]


def checks(order: Order) -> list[str]:
    return [alert.code for alert in order.alerts if alert.level == "check"]


IFOSFAMIDE = "drug: ifosfamide, dose: 1800 mg/m2, route: IV infusion, over: 1 h, days: 1-5"
MESNA = (
    "drug: mesna, dose: 20% of ifosfamide, route: IV bolus, "
    "start: [with ifosfamide, 4 h after its start, 8 h after its start]"
)


def test_three_doses_from_one_start(tmp_path: Path) -> None:
    """1800 mg/m2 × 1.82 m2 = 3276 mg at 09:00; a fifth of it, 655.2 mg, at 09:00, 13:00 and 17:00: 15 rows."""
    order = order_of(tmp_path, IFOSFAMIDE, MESNA)
    assert [str(dose.ordered) for dose in order.doses] == ["3,276 mg", "655.2 mg"]
    assert rows(order, "mesna") == [f"{day} {clock}" for day in range(1, 6) for clock in ("09:00", "13:00", "17:00")]
    assert (order.doses[1].days, order.doses[1].per_day, str(order.doses[1].cycle_total)) == (
        (1, 2, 3, 4, 5),
        3,
        "9,828 mg",
    )
    assert order_of(tmp_path, IFOSFAMIDE, MESNA, start=None).doses[1].per_day == 3


METHOTREXATE = (
    "drug: methotrexate, called: high-dose methotrexate, dose: 3 g/m2, route: IV infusion, over: 4 h, "
    'at: "10:00", days: 1'
)
INTRATHECAL = "drug: methotrexate, dose: 12 mg, route: intrathecal, days: 1"
FOLINIC_ACID = (
    "drug: folinic acid, dose: 15 mg/m2, route: IV bolus, start: 42 h after the start of high-dose methotrexate, "
    "every: 6 h, total_doses: at most 12"
)


def test_a_rescue_in_hours_from_an_infusion(tmp_path: Path) -> None:
    """10:00 on day 1 and 42 h are 04:00 on day 3; the twelfth dose, 66 h later, is at 22:00 on day 5."""
    order = order_of(tmp_path, METHOTREXATE, INTRATHECAL, FOLINIC_ACID)
    assert [str(dose.ordered) for dose in order.doses] == ["5.46 g", "12 mg", "27.3 mg"]
    found = rows(order, "folinic acid")
    assert (found[0], found[-1], len(found)) == ("3 04:00", "5 22:00", 12)
    assert found == [f"{day} {clock}" for day in (3, 4, 5) for clock in ("04:00", "10:00", "16:00", "22:00")]
    assert (order.doses[2].days, order.doses[2].per_day, str(order.doses[2].cycle_total)) == ((3, 4, 5), 4, "327.6 mg")
    assert rows(order, "methotrexate") == ["1 09:00", "1 10:00"]
    undated = order_of(tmp_path, METHOTREXATE, INTRATHECAL, FOLINIC_ACID, start=None)
    assert (undated.doses[2].days, undated.administrations) == ((3, 4, 5), ())


def test_hours_from_the_dose_of_a_certain_day(tmp_path: Path) -> None:
    """Of methotrexate on days 1 and 15 the first alone: 24 h after 10:00 on day 1 it is 10:00 on day 2."""
    twice = METHOTREXATE.replace("days: 1", "days: [1, 15]")
    line = "drug: x, dose: 1 mg, route: oral, start: 24 h after the start of high-dose methotrexate{}"
    assert rows(order_of(tmp_path, twice, line.format(" on day 1")), "x") == ["2 10:00"]
    assert rows(order_of(tmp_path, twice, line.format("")), "x") == ["2 10:00", "16 10:00"]
    assert "is not given on day 2" in refusal(tmp_path, twice, line.format(" on day 2"))
    three_times = METHOTREXATE.replace("days: 1", "days: [1, 8, 15]")
    of_two = line.replace("start: ", 'start: "').format(' on days 1, 8"')
    assert rows(order_of(tmp_path, three_times, of_two), "x") == ["2 10:00", "9 10:00"]


def test_such_an_order_is_saved_verified_and_shown_in_every_format(tmp_path: Path) -> None:
    order = order_of(tmp_path, METHOTREXATE, INTRATHECAL, FOLINIC_ACID, IFOSFAMIDE, MESNA)
    assert verify_order(load_order(render(order, "json"))).agrees
    for name in ("table", "csv", "ics", "pdf", "labels"):
        assert render(order, name)
    text = " ".join(render(order, "table").decode().split())
    assert "folinic acid: 42 h after the start of high-dose methotrexate, every 6 h; at most 12 doses in all" in text


def test_before_another_drug_also_before_day_1(tmp_path: Path) -> None:
    """8 h before 07:00 on day 1 it is 23:00 on the day before, which is day 0 or, where none is counted, day -1."""
    lines = (
        'drug: paclitaxel, dose: 175 mg/m2, route: IV infusion, over: 3 h, at: "07:00", days: 1',
        "drug: dexamethasone, dose: 20 mg, route: oral, start: [8 h before paclitaxel, 30 min before paclitaxel]",
    )
    assert rows(order_of(tmp_path, *lines), "dexamethasone") == ["-1 23:00", "1 06:30"]
    order = order_of(tmp_path, *lines, head="day_0: transplantation\n")
    assert rows(order, "dexamethasone") == ["0 23:00", "1 06:30"]
    assert str(order.administrations[0].date) == "2026-11-29"
    assert order.doses[1].days == (0, 1)
    assert verify_order(load_order(render(order, "json"))).agrees


CYTARABINE = "drug: cytarabine, dose: 1 g/m2, route: IV infusion, over: 3 h, times: 2, every: 12 h, days: 1-2"


def test_after_the_last_of_several(tmp_path: Path) -> None:
    """Cytarabine at hours 0, 12, 24 and 36 for 3 h each: 3 h after the end of the fourth it is hour 42, 03:00."""
    after = (
        "drug: asparaginase, dose: 6000 units/m2, route: intramuscular, start: 3 h after the end of the last cytarabine"
    )
    assert rows(order_of(tmp_path, CYTARABINE, after), "asparaginase") == ["3 03:00"]
    old = "drug: asparaginase, dose: 6000 units/m2, route: intramuscular, days: 2, after: cytarabine, gap: 3 h"
    assert "cytarabine is given several times a day: write 3 h after the end of each cytarabine" in refusal(
        tmp_path, CYTARABINE, old
    )
    for which, found in {
        "with the first": ["1 09:00"],
        "after the last": ["3 00:00"],
        "with each": ["1 09:00", "1 21:00", "2 09:00", "2 21:00"],
    }.items():
        line = f"drug: x, dose: 1 mg, route: IV bolus, start: {which} cytarabine"
        assert rows(order_of(tmp_path, CYTARABINE, line), "x") == found
    narrowed = "drug: x, dose: 1 mg, route: IV bolus, start: with the last cytarabine, days: 1-2"
    assert rows(order_of(tmp_path, CYTARABINE, narrowed), "x") == ["1 21:00", "2 21:00"]


def test_with_another_drug_takes_its_start(tmp_path: Path) -> None:
    lines = (
        "drug: oxaliplatin, dose: 85 mg/m2, route: IV infusion, over: 2 h, days: 1",
        "drug: folinic acid, dose: 400 mg/m2, route: IV infusion, over: 2 h, start: with oxaliplatin",
        "drug: fluorouracil, dose: 400 mg/m2, route: IV bolus, days: 1",
        "drug: fluorouracil, dose: 2400 mg/m2, route: IV continuous infusion, over: 46 h, start: after oxaliplatin",
    )
    order = order_of(tmp_path, *lines)
    assert rows(order, "folinic acid") == ["1 09:00"]
    assert rows(order, "fluorouracil") == ["1 11:00", "1 11:00"]


def test_what_hangs_on_a_drug_not_given_is_a_check(tmp_path: Path) -> None:
    """Cisplatin is withheld: "after" takes its place in the order, hours have no time; both stay on their day."""
    lines = (
        "drug: cisplatin, dose: 75 mg/m2, route: IV infusion, over: 2 h, days: 1",
        "drug: docetaxel, dose: 75 mg/m2, route: IV infusion, over: 1 h, days: 1",
        "drug: furosemide, dose: 20 mg, route: IV bolus, start: after cisplatin",
        "drug: aprepitant, dose: 80 mg, route: oral, start: 24 h after the start of cisplatin",
    )
    order = order_of(tmp_path, *lines, without=["cisplatin: kidneys"])
    assert rows(order, "furosemide") == ["1 10:00"]
    assert rows(order, "aprepitant") == ["1 -"]
    assert {"anchor-furosemide", "anchor-aprepitant"} <= set(checks(order))
    given = order_of(tmp_path, *lines)
    assert rows(given, "aprepitant") == ["2 09:00"]
    assert not any(code.startswith("anchor") for code in checks(given))


def test_what_hangs_on_a_drug_that_is_not_for_this_patient_is_a_check(tmp_path: Path) -> None:
    lines = (
        "drug: rituximab, only: {age: under 30 years}, dose: 375 mg/m2, route: IV infusion, over: 4 h, days: 1",
        "drug: paracetamol, dose: 1 g, route: oral, start: 30 min before rituximab",
        "drug: chlorphenamine, dose: 10 mg, route: IV bolus, start: with rituximab",
    )
    older = order_of(tmp_path, *lines, age="40 years")
    assert (rows(older, "paracetamol"), rows(older, "chlorphenamine")) == (["1 -"], ["1 09:00"])
    assert {"anchor-paracetamol", "anchor-chlorphenamine"} <= set(checks(older))
    younger = order_of(tmp_path, *lines, age="20 years")
    assert (rows(younger, "paracetamol"), rows(younger, "chlorphenamine")) == (["1 08:30"], ["1 09:00"])
    assert not any(code.startswith("anchor") for code in checks(younger))


def test_two_lines_of_one_drug_on_a_day_are_told_apart_by_their_start(tmp_path: Path) -> None:
    """200 mg/m2 over 2 h from 09:00, then 800 mg/m2 over 22 h from 11:00."""
    lines = (
        "drug: methotrexate, called: loading dose, dose: 200 mg/m2, route: IV infusion, over: 2 h, days: 1",
        "drug: methotrexate, dose: 800 mg/m2, route: IV infusion, over: 22 h, start: after loading dose",
    )
    assert rows(order_of(tmp_path, *lines), "methotrexate") == ["1 09:00", "1 11:00"]
    unnamed = "drug: x, dose: 1 mg, route: oral, start: with methotrexate"
    assert "is given by lines 1 and 2 on one day; name the one that is meant by its 'called'" in refusal(
        tmp_path, *lines, unnamed
    )


def test_what_goes_before_a_drug_follows_its_line_of_the_cycle(tmp_path: Path) -> None:
    """A loading dose on two days of the first cycle, one dose in each later one; half an hour before 09:00 is 08:30."""
    lines = (
        "drug: paracetamol, dose: 1 g, route: oral, start: 30 min before obinutuzumab",
        "drug: obinutuzumab, dose: 500 mg, route: IV infusion, over: 4 h, days: 1-2, cycles: 1",
        "drug: obinutuzumab, dose: 1 g, route: IV infusion, over: 4 h, days: 1, cycles: 2-6",
    )
    (tmp_path / "test.yaml").write_text(regimen_text("test", *lines), encoding="utf-8")
    who, regimen = load_patient(texts={"height": "170 cm", "weight": "70 kg"}), load_regimen(tmp_path / "test.yaml")
    orders = [draft_order(regimen, who, start=START, cycle=cycle) for cycle in (1, 2)]
    assert [rows(order, "paracetamol") for order in orders] == [["1 08:30", "2 08:30"], ["1 08:30"]]
    both = [line.replace(", cycles: 1", "") for line in lines]
    assert "is given by lines 2 and 3 on one day" in refusal(tmp_path, *both)


def test_what_is_added_to_the_fluid_before_and_after_keeps_nobody_waiting_for_itself(tmp_path: Path) -> None:
    """Fluid 09:00 to 11:00, cisplatin to 12:00, fluid to 14:00; magnesium with both."""
    lines = (
        "drug: sodium chloride, called: before, dose: 1000 mL, route: IV infusion, over: 2 h, days: 1",
        "drug: magnesium sulfate, dose: 2 g, route: IV infusion, over: 2 h, start: [with before, with later]",
        "drug: cisplatin, dose: 40 mg/m2, route: IV infusion, over: 1 h, days: 1",
        "drug: sodium chloride, called: later, dose: 1000 mL, route: IV infusion, over: 2 h, start: after cisplatin",
    )
    order = order_of(tmp_path, *lines)
    assert rows(order, "sodium chloride") == ["1 09:00", "1 12:00"]
    assert (rows(order, "magnesium sulfate"), rows(order, "cisplatin")) == (["1 09:00", "1 12:00"], ["1 11:00"])
    longer = lines[1].replace("over: 2 h", "over: 3 h")
    assert rows(order_of(tmp_path, lines[0], longer, *lines[2:]), "cisplatin") == ["1 12:00"]


def test_a_chain_begins_where_its_anchor_says(tmp_path: Path) -> None:
    lines = (
        "drug: cisplatin, dose: 75 mg/m2, route: IV infusion, over: 2 h, days: 1-2",
        "drug: ifosfamide, dose: 3 g/m2, route: IV continuous infusion, over: 24 h, start: after cisplatin, days: 1-2",
        'drug: mesna, dose: 3 g/m2, route: IV continuous infusion, over: 24 h, at: "14:00", days: 1-3',
    )
    order = order_of(tmp_path, *lines)
    assert rows(order, "ifosfamide") == ["1 11:00", "2 11:00"]
    assert rows(order, "mesna") == ["1 14:00", "2 14:00", "3 14:00"]
    loose = "drug: x, dose: 1 mg, route: IV bolus, start: with mesna"
    assert "one chain of bags" in refusal(tmp_path, *lines, loose)
    assert rows(order_of(tmp_path, *lines, loose.replace("with", "with the first")), "x") == ["1 14:00"]
    assert rows(order_of(tmp_path, *lines, f"{loose}, days: 2-3"), "x") == ["2 14:00", "3 14:00"]


def test_nobody_waits_for_what_hangs_in_hours_or_on_a_long_infusion(tmp_path: Path) -> None:
    lines = (
        "drug: a, dose: 1 mg, route: IV infusion, over: 24 h, days: 1",
        "drug: b, dose: 1 mg, route: IV infusion, over: 2 h, start: with a",
        "drug: c, dose: 1 mg, route: IV infusion, over: 1 h, days: 1",
        "drug: d, dose: 1 mg, route: IV infusion, over: 5 h, start: 30 min after the end of c",
        "drug: e, dose: 1 mg, route: IV bolus, days: 1",
    )
    order = order_of(tmp_path, *lines)
    assert {drug: rows(order, drug) for drug in "bcde"} == {
        "b": ["1 09:00"],
        "c": ["1 09:00"],
        "d": ["1 10:30"],
        "e": ["1 10:00"],
    }


@pytest.mark.parametrize(
    ("keys", "clocks"),
    [
        ("times: 2", ["08:00", "20:00"]),
        ("times: 3", ["08:00", "14:00", "20:00"]),
        ("times: 4", ["08:00", "12:00", "16:00", "20:00"]),
        ("divided_into: 2", ["08:00", "20:00"]),
        ("at: [after breakfast, after supper]", ["08:30", "18:30"]),
        ("times: 2, at: [after breakfast, after supper]", ["08:30", "18:30"]),
        ("at: [morning, noon, evening, night]", ["08:00", "12:00", "20:00", "22:00"]),
        ("every: 8 h", ["09:00", "17:00", "01:00"]),
        ("every: 6 h, times: 3", ["09:00", "15:00", "21:00"]),
        ('at: "07:00", every: 4 h, times: 2', ["07:00", "11:00"]),
    ],
)
def test_the_doses_of_a_day(keys: str, clocks: list[str], tmp_path: Path) -> None:
    order = order_of(tmp_path, f"drug: x, dose: 60 mg, route: oral, days: 1, {keys}")
    assert [f"{row.start:%H:%M}" for row in order.administrations] == clocks
    (dose,) = order.doses
    assert (dose.per_day, str(dose.ordered)) == (len(clocks), "30 mg" if "divided" in keys else "60 mg")


def test_words_of_the_day_stand_beside_their_clock_times_which_the_pharmacy_sets(tmp_path: Path) -> None:
    line = "drug: x, dose: 60 mg, route: oral, days: 1, at: [after breakfast, night]"
    order = order_of(tmp_path, line, pharmacy={"times_of_day": {"night": "23:00"}})  # type: ignore[dict-item]
    assert rows(order, "x") == ["1 08:30", "1 23:00"]
    text = " ".join(render(order, "table").decode().split())
    assert "08:30 x (after breakfast)" in text
    assert "23:00 x (night)" in text
    with pytest.raises(CecError, match="did you mean 'night'"):
        load_pharmacy(texts={"times_of_day": {"nigth": "23:00"}})


def test_several_into_a_vein_without_an_interval_are_spread_over_24_h(tmp_path: Path) -> None:
    order = order_of(tmp_path, "drug: x, dose: 1 mg, route: IV infusion, over: 1 h, times: 3, days: 1")
    assert rows(order, "x") == ["1 09:00", "1 17:00", "2 01:00 of 1"]
    assert {row.timing for row in order.administrations} == {"spread over the day"}


def test_so_many_on_end_from_a_single_day(tmp_path: Path) -> None:
    """15 doses every 8 h from 09:00 on day 1: the last one 112 h later, at 01:00 on day 6."""
    order = order_of(tmp_path, "drug: x, dose: 1 mg, route: oral, days: 1, every: 8 h, total_doses: 15")
    found = rows(order, "x")
    assert (len(found), found[0], found[-1]) == (15, "1 09:00", "6 01:00")


def test_round_the_clock_holds_from_day_to_day(tmp_path: Path) -> None:
    """0.8 mg/kg × 70 kg = 56 mg, 16 doses 6 h apart from day -7 to -4."""
    line = "drug: busulfan, dose: 0.8 mg/kg, every: 6 h, route: IV infusion, over: 2 h, days: -7 to -4"
    order = order_of(tmp_path, line, head="day_0: transplantation\n")
    assert (str(order.doses[0].ordered), len(order.administrations)) == ("56 mg", 16)
    starts = [row.start for row in order.administrations if row.start]
    assert {later - earlier for earlier, later in pairwise(starts)} == {datetime.timedelta(hours=6)}
    assert (order.administrations[3].day, order.administrations[3].of_day) == (-6, -7)


FAULTS = [
    ("start: 24 h after b", "from when on? Write 24 h after the start of b, or after the end of b"),
    ("start: 4 h after its start", "whose? Name the drug first"),
    ("start: with c", "no line is for 'c'; there are b"),
    ("start: with b, days: 3", "b is not given on day 3"),
    ("start: 24 h after the start of b, days: 1", "write 24 h after the start of b on day 1"),
    ('start: with b, at: "08:00"', "give either 'start' or 'at'"),
    ("start: with b, times: 2", "2 doses from a start need 'every'"),
    ("start: with b, every: 6 h", "every from a start needs times, or total_doses"),
    ("start: with b, every: 6 h, total_doses: 5", "write times: 5 for so many from each"),
    ("start: whenever", "is not a start; write it like with oxaliplatin"),
    ("start: with a", "no line is for 'a'; there are b"),
    ("route: oral", "'days' is missing"),
    (
        "days: 1, every: 5 h",
        "every 5 h alone does not fill the day evenly; write times: how many doses a day, or total_doses: how many on "
        "end from a single day",
    ),
    ("days: 1, at: teatime", "or a word: morning, noon"),
]


@pytest.mark.parametrize(("keys", "told"), FAULTS)
def test_what_is_not_clear_is_refused_with_what_would_be(keys: str, told: str, tmp_path: Path) -> None:
    route = "" if "route" in keys else "route: IV bolus, "
    assert told in refusal(
        tmp_path, f"drug: a, dose: 1 mg, {route}{keys}", "drug: b, dose: 1 mg, route: IV infusion, over: 1 h, days: 1-2"
    )


def test_a_circle_is_refused(tmp_path: Path) -> None:
    lines = (
        "drug: a, dose: 1 mg, route: IV bolus, start: after b",
        "drug: b, dose: 1 mg, route: IV bolus, start: after c",
        "drug: c, dose: 1 mg, route: IV bolus, days: 1, start: with a",
    )
    assert refusal(tmp_path, *lines).count("hangs in the end on itself, or on what does: a circle") == 3


def test_a_name_may_begin_with_first(tmp_path: Path) -> None:
    """The line that is called "first dose" at 09:00, not the first of the drug's two lines by another name."""
    lines = (
        'drug: a, called: early, dose: 1 mg, route: oral, at: "07:00", days: 1',
        'drug: a, called: first dose, dose: 1 mg, route: oral, at: "09:00", days: 1',
        "drug: x, dose: 1 mg, route: oral, start: 2 h after the start of first dose",
    )
    order = order_of(tmp_path, *lines)
    assert rows(order, "x") == ["1 11:00"]
    assert order.regimen.drugs[2].start[0].to == "first dose"
    assert verify_order(load_order(render(order, "json"))).agrees


def test_no_file_lets_starts_hang_on_each_other_without_an_end(tmp_path: Path) -> None:
    """Twelve in a row; a start of a hundred doses; and doses that multiply: 96 × 96 × 96 on each of two days."""
    row = [f"drug: a{n}, dose: 1 mg, route: oral, start: with a{n + 1}" for n in range(1, 13)]
    assert "hangs on more than 10 others" in refusal(tmp_path, *row, "drug: a13, dose: 1 mg, route: oral, days: 1")
    first = "drug: b, dose: 1 mg, route: oral, days: 1-2, every: 15 min"
    many = "drug: x, dose: 1 mg, route: oral, start: [" + ", ".join(["with each b"] * 100) + "]"
    assert "100 starts; at most 96 hang on one dose" in refusal(tmp_path, first, many)
    each = (
        first,
        "drug: c, dose: 1 mg, route: oral, start: with each b, every: 1 min, times: 96",
        "drug: d, dose: 1 mg, route: oral, start: with each c, every: 1 min, times: 96",
    )
    assert "doses in one cycle; at most 50,000 are scheduled" in refusal(tmp_path, *each)


def test_a_line_called_so_can_be_chosen_for(tmp_path: Path) -> None:
    """Of 3 to 5 g/m2 a person chooses 4: 4 × 1.82 = 7.28 g; the intrathecal line has no choice."""
    high = METHOTREXATE.replace("dose: 3 g/m2", "dose: 3 to 5 g/m2")
    order = order_of(tmp_path, high, INTRATHECAL, choices=["high-dose methotrexate=4 g/m2"])
    assert [str(dose.ordered) for dose in order.doses] == ["7.28 g", "12 mg"]


def test_a_line_called_so_can_be_reduced(tmp_path: Path) -> None:
    order = order_of(tmp_path, METHOTREXATE, INTRATHECAL, reductions=["high-dose methotrexate=by 50%: kidneys"])
    assert [str(dose.ordered) for dose in order.doses] == ["2.73 g", "12 mg"]

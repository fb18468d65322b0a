"""The examples of the regimen language, as they stand, with what must come out: worked by hand.

170 cm, 70 kg: BSA √(170 × 70 / 3600) = 1.8181…, to 0.01 m2: 1.82 m2.
"""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cec import CecError, Order, draft_order, load_patient, load_regimen
from cec.calculate.lines import day_1

MONDAY = datetime.date(2026, 11, 30)
HEAD = "name: test\ntitle: Test\nedition: 1\nfor: a test\nsource: {citation: the regimen language}\n"


def order_of(
    folder: Path,
    lines: str,
    *,
    head: str = "",
    start: datetime.date | None = MONDAY,
    days: int | None = None,
    cycle: int | None = None,
    **patient: str | list[str],
) -> Order:
    path = folder / "test.yaml"
    path.write_text(f"{HEAD}{head}drugs:\n{lines}", encoding="utf-8")
    who = load_patient(texts={"height": "170 cm", "weight": "70 kg", **patient})
    return draft_order(load_regimen(path), who, start=start, days=days, cycle=cycle)


def ordered(order: Order) -> list[str]:
    return [str(dose.ordered) for dose in order.doses]


def test_ibrutinib(tmp_path: Path) -> None:
    line = "  - {drug: ibrutinib, dose: 420 mg, route: oral, days: daily}\n"
    assert len(order_of(tmp_path, line, days=28).administrations) == 28


def test_trastuzumab(tmp_path: Path) -> None:
    """8 mg/kg × 70 kg = 560 mg over 90 min, then 6 mg/kg = 420 mg over 30 min."""
    line = (
        "  - {drug: trastuzumab, route: IV infusion, days: 1, dose: [{cycles: 1, dose: 8 mg/kg, over: 90 min}, "
        "{cycles: 2 onwards, dose: 6 mg/kg, over: 30 min}]}\n"
    )
    first, second = (order_of(tmp_path, line, cycle=cycle).doses[0] for cycle in (1, 2))
    assert [(str(dose.ordered), dose.runs) for dose in (first, second)] == [("560 mg", "90 min"), ("420 mg", "30 min")]


@pytest.mark.parametrize("weekday", range(7))
def test_capecitabine(weekday: int, tmp_path: Path) -> None:
    """825 mg/m2 × 1.82 m2 = 1501.5 mg; 28 days, 56 rows, from any weekday."""
    line = (
        "  - {drug: capecitabine, dose: 825 mg/m2, times: 2, at: [after breakfast, after supper], route: oral, "
        "days: 1 onwards, weekdays: Monday to Friday, total_doses: 56}\n"
    )
    order = order_of(tmp_path, line, start=MONDAY + datetime.timedelta(days=weekday))
    assert ordered(order) == ["1,501.5 mg"]
    assert set(Counter(row.date for row in order.administrations).values()) == {2}
    assert (len(order.administrations), len(order.doses[0].days)) == (56, 28)
    assert {f"{row.start:%H:%M} {row.timing}" for row in order.administrations} == {
        "08:30 after breakfast",
        "18:30 after supper",
    }


def test_azacitidine(tmp_path: Path) -> None:
    line = (
        "  - {drug: azacitidine, dose: 75 mg/m2, route: subcutaneous, days: 1-9, weekdays: Monday to Friday, "
        "total_doses: 7}\n"
    )
    monday = order_of(tmp_path, line)
    assert monday.doses[0].days == (1, 2, 3, 4, 5, 8, 9)
    friday = order_of(tmp_path, line, start=MONDAY + datetime.timedelta(days=4))
    assert friday.doses[0].days == (1, 4, 5, 6, 7, 8)
    assert [alert.text[:6] for alert in friday.alerts if alert.code == "total-doses-azacitidine"] == ["6 of 7"]


def test_carboplatin(tmp_path: Path) -> None:
    """AUC 6 and 160 mL/min, capped to 125: 6 × (125 + 25) = 900 mg."""
    line = (
        "  - {drug: carboplatin, dose: AUC 5 or AUC 6, clearance_cap: 125 mL/min, route: IV infusion, "
        "over: 30 to 60 min, days: 1}\n"
    )
    with pytest.raises(CecError, match="AUC 5 or AUC 6"):
        order_of(tmp_path, line, age="50", creatinine_clearance="160 mL/min")
    order = order_of(tmp_path, line, age="50", creatinine_clearance="160 mL/min", choices=["carboplatin=AUC 6"])
    assert (ordered(order), order.doses[0].runs) == (["900 mg"], "30 to 60 min")


def test_busulfan(tmp_path: Path) -> None:
    line = "  - {drug: busulfan, dose: 0.8 mg/kg, every: 6 h, route: IV infusion, over: 2 h, days: -7 to -4}\n"
    order = order_of(tmp_path, line, head="day_0: transplantation\n", start=datetime.date(2026, 12, 11))
    assert (ordered(order), len(order.administrations)) == (["56 mg"], 16)
    assert day_1(order.regimen, None, {"--day-0": datetime.date(2026, 12, 10)}) == order.start


def test_ifosfamide_and_mesna(tmp_path: Path) -> None:
    lines = (
        "  - {drug: ifosfamide, dose: 1800 mg/m2, route: IV infusion, over: 1 h, days: 1-5}\n"
        "  - {drug: mesna, dose: 20% of ifosfamide, route: IV bolus, start: [with ifosfamide, 4 h after its start, "
        "8 h after its start]}\n"
    )
    order = order_of(tmp_path, lines)
    assert ordered(order) == ["3,276 mg", "655.2 mg"]
    assert sum(row.drug == "mesna" for row in order.administrations) == 15


def test_venetoclax(tmp_path: Path) -> None:
    line = (
        "  - {drug: venetoclax, route: oral, days: daily, dose: [{days: 1-7, dose: 20 mg}, {days: 8-14, dose: 50 mg}, "
        "{days: 15 onwards, dose: 100 mg, confirm: no tumour lysis}]}\n"
    )
    order = order_of(tmp_path, line, head="cycle_length: 28 days\n")
    assert ordered(order) == ["20 mg", "50 mg", "100 mg"]
    undated = order_of(tmp_path, line, start=None)
    assert [str(dose.cycle_total or dose.no_total[:8]) for dose in undated.doses] == ["140 mg", "350 mg", "its days"]


def test_high_dose_methotrexate(tmp_path: Path) -> None:
    lines = (
        "  - {drug: methotrexate, called: high-dose methotrexate, dose: 3 g/m2, route: IV infusion, over: 4 h, "
        'at: "10:00", days: 1}\n'
        "  - {drug: methotrexate, dose: 12 mg, route: intrathecal, days: 1}\n"
        "  - {drug: folinic acid, dose: 15 mg/m2, route: IV bolus, "
        "start: 42 h after the start of high-dose methotrexate, every: 6 h, "
        "until: methotrexate under 0.1 micromol/L, total_doses: at most 12}\n"
    )
    order = order_of(tmp_path, lines)
    assert ordered(order) == ["5.46 g", "12 mg", "27.3 mg"]
    rescue = [f"day {row.day} {row.start:%H:%M}" for row in order.administrations if row.drug == "folinic acid"]
    assert (rescue[0], rescue[-1]) == ("day 3 04:00", "day 5 22:00")


def test_rituximab(tmp_path: Path) -> None:
    line = (
        "  - {drug: rituximab, dose: 375 mg/m2, route: IV infusion, rate: 50 mg/h rising by 50 mg/h every 30 min to "
        "400 mg/h, days: 1}\n"
    )
    order = order_of(tmp_path, line)
    assert (ordered(order), order.doses[0].runs) == (["682.5 mg"], "3 h 27 min")


PREDNISONE = (
    "  - {drug: prednisone, only: [{age: at least 10 years}, {t_all: true}], dose: 60 mg/m2, divided_into: 2, "
    "route: oral or IV, days: 1-28}\n"
    "  - {drug: other, dose: 1 mg, route: oral, days: 1}\n"
)


def test_prednisone(tmp_path: Path) -> None:
    """60 mg/m2 × 1.82 m2 = 109.2 mg a day, in two: 54.6 mg."""
    chosen = {"choices": ["prednisone=oral"], "history": {"t_all": "false"}}
    order = order_of(tmp_path, PREDNISONE, age="12 years", **chosen)  # type: ignore[arg-type]
    assert (str(order.doses[0].ordered), str(order.doses[0].daily_total)) == ("54.6 mg", "109.2 mg")
    assert {f"{row.start:%H:%M}" for row in order.administrations if row.drug == "prednisone"} == {"08:00", "20:00"}
    others = order_of(tmp_path, PREDNISONE, age="8 years", **chosen)  # type: ignore[arg-type]
    assert [dose.drug for dose in others.doses] == ["other"]


def test_paracetamol(tmp_path: Path) -> None:
    """15 mg/kg × 70 kg = 1050 mg; 2000 mg a day in four: 500 mg each."""
    line = "  - {drug: paracetamol, dose: 15 mg/kg, maximum_a_day: 2000 mg, every: 6 h, route: oral, days: 1}\n"
    order = order_of(tmp_path, line)
    assert (ordered(order), len(order.administrations)) == (["500 mg"], 4)


DEXRAZOXANE = """\
  - drug: dexrazoxane
    route: IV infusion
    over: 15 min
    days: 1
    dose:
      - {when: {creatinine_clearance: under 40 mL/min}, dose: 500 mg/m2, maximum: 1000 mg}
      - {when: {creatinine_clearance: at least 40 mL/min}, dose: 1000 mg/m2, maximum: 2000 mg}
"""


@pytest.mark.parametrize(
    ("clearance", "size", "dose"),
    [
        ("39 mL/min", {}, "910 mg"),
        ("40 mL/min", {}, "1,820 mg"),
        ("39 mL/min", {"height": "190 cm", "weight": "120 kg"}, "1,000 mg"),
        ("40 mL/min", {"height": "190 cm", "weight": "120 kg"}, "2,000 mg"),
    ],
)
def test_dexrazoxane(clearance: str, size: dict[str, str], dose: str, tmp_path: Path) -> None:
    """500 and 1000 mg/m2 × 1.82 m2; 190 cm, 120 kg: √(190 × 120 / 3600) = 2.5166, 2.52 m2: capped."""
    told: Any = size
    assert ordered(order_of(tmp_path, DEXRAZOXANE, age="50", creatinine_clearance=clearance, **told)) == [dose]


# Rows of the list of what went wrong


def test_a_pump_never_overlaps_itself_and_no_tablet_comes_late(tmp_path: Path) -> None:
    lines = (
        "  - {drug: fluorouracil, dose: 1 g/m2, route: IV continuous infusion, over: 24 h, days: 1-4}\n"
        "  - {drug: cisplatin, dose: 75 mg/m2, route: IV infusion, over: 1 h, days: 1}\n"
        "  - {drug: ondansetron, dose: 8 mg, route: oral, days: 1-4}\n"
    )
    order = order_of(tmp_path, lines)
    assert [(row.day, str(row.date)) for row in order.administrations if row.drug == "cisplatin"] == [(1, "2026-11-30")]
    assert [str(row.date) for row in order.administrations if row.drug == "ondansetron"] == [
        "2026-11-30",
        "2026-12-01",
        "2026-12-02",
        "2026-12-03",
    ]


def test_an_intrathecal_dose_stands_on_its_day(tmp_path: Path) -> None:
    lines = (
        "  - {drug: mesna, dose: 1 g/m2, route: IV continuous infusion, over: 24 h, days: 1-3}\n"
        "  - {drug: methotrexate, dose: 12 mg, route: intrathecal, days: 2}\n"
    )
    (row,) = (row for row in order_of(tmp_path, lines).administrations if row.drug == "methotrexate")
    assert (row.day, str(row.date), row.of_day) == (2, "2026-12-01", None)

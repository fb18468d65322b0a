"""An order changed from a day of its cycle on. Every number is worked by hand: 26 kg are 0.96 m2, 28 kg are 1 m2.

√(128 cm × 26 kg / 3600) = √0.92444 = 0.9615; √(128 × 28 / 3600) = √0.99556 = 0.9978, to the nearest 0.01 m2.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import icalendar
import msgspec
import pytest
from revising import MONDAY, codes, day, doses, drafted, kg, revised, rows
from running import cec
from wards import PHARMACY

from cec import Order, draft_order, load_order, load_patient, load_pharmacy, load_regimen, render
from cec.calculate.revision import computed_again
from cec.errors import InputError, OrderRefused
from cec.order import GivenAmount, MovedDay, NewStart, SkippedDay
from cec.patient import Reduction, SetDose, Withheld
from cec.rendering.pdf.labels import label_data
from cec.rendering.worksheet import when_made, work_days
from cec.units import Quantity
from cec.verification import verify_order

ORDER = drafted()


def write_regimen(folder: Path, text: str) -> Path:
    """A regimen of this text in a folder."""
    path = folder / "a-regimen.yaml"
    head = "name: a-regimen\ntitle: A regimen\nedition: 1\nfor: a test\nsource: {citation: written for this test}\n"
    path.write_text(head + text, encoding="utf-8")
    return path


def mg(number: str) -> Quantity:
    return Quantity(Decimal(number), "mg")


def same_on(order: Order, other: Order, days: range) -> bool:
    """Whether all that is given on these days is the same, whatever place its dose has in the order."""
    return [_placeless(row) for row in order.administrations if row.protocol_day in days] == [
        _placeless(row) for row in other.administrations if row.protocol_day in days
    ]


def _placeless(row: Any) -> Any:
    return msgspec.structs.replace(row, dose_index=0)


def test_a_heavier_child_is_dosed_anew_from_that_day() -> None:
    order = revised(ORDER, day(3), 3, weight=kg(28))
    # 40 mg/m2: 38.4 + 38.4 + 40 + 40 + 40 = 196.8; 100 mg/m2: 2 × 96 + 3 × 100; 0.5 mg/kg: 2 × 13 + 3 × 14
    assert doses(order, "clofarabine") == ["38.4 mg on 1, 2: 76.8 mg", "40 mg on 3, 4, 5: 120 mg"]
    assert sum(row.dose.value for row in order.administrations if row.drug == "clofarabine") == Decimal("196.8")
    assert doses(order, "etoposide") == ["96 mg on 1, 2: 192 mg", "100 mg on 3, 4, 5: 300 mg"]
    assert doses(order, "prednisone") == ["13 mg on 1, 2: 26 mg", "14 mg on 3, 4, 5: 42 mg"]
    assert [(each.from_day, str(each.weight), str(each.bsa.area)) for each in order.measures] == [
        (1, "26 kg", "0.96 m2"),
        (3, "28 kg", "1 m2"),
    ]
    assert same_on(order, ORDER, range(1, 3))
    assert not same_on(order, ORDER, range(3, 6))
    assert order.patient == ORDER.patient
    assert order.patient_now.weight == kg(28)
    assert (order.revision, order.first, order.replaces) == (2, ORDER.fingerprint, ORDER.fingerprint)
    assert order.release is None
    # (28 - 26) / 26 = 7.7%
    assert "28 kg is +7.7% from the last 26 kg" in " ".join(alert.text for alert in order.alerts)


def test_preparations_fluids_and_the_shelf_are_those_of_both_weights() -> None:
    pharmacy = load_pharmacy(Path(__file__).parents[2] / "cec" / "load" / "starter_pharmacy.yaml")
    order = revised(drafted(pharmacy=pharmacy), day(3), 3, weight=kg(28))
    contents = [str(each.contains) for each in order.preparations if each.drug == "clofarabine"]
    assert contents == ["38.4 mg", "40 mg"]
    # 13 mg: one tablet of 10 mg and three of 1 mg, on 2 days; 14 mg: one and four, on 3 days
    items = {item.item: item.count for item in order.pick_list}
    assert [items["prednisone 10 mg tablet"], items["prednisone 1 mg tablet"]] == [5, 2 * 3 + 3 * 4]
    # the same bags on both: 350 mL / 26 kg = 13.46, 350 / 28 = 12.5
    assert [(each.days, str(each.per_kg)) for each in order.daily_fluids] == [
        ((1, 2), "13.5 mL/kg"),
        ((3, 4, 5), "12.5 mL/kg"),
    ]


def test_vials_that_doses_share_are_those_for_the_patient_of_their_day(tmp_path: Path) -> None:
    """Twice 30 mg a day: of 10 mg six vials on day 1, at 26 kg; from day 2 on, at 28 kg, one of 60 mg holds both."""
    text = "drugs:\n  - {drug: a, dose: 30 mg, route: IV bolus, days: 1-3, times: 2, every: 12 h}\n"
    products = [
        {
            "name": "large vial",
            "form": "solution",
            "strength": "1 mg/mL",
            "volume": "60 mL",
            "not_for": {"weight": "under 27 kg"},
        },
        {"name": "small vial", "form": "solution", "strength": "1 mg/mL", "volume": "10 mL"},
    ]
    texts: dict[str, Any] = {"share_vials": "true", "formulary": {"a": {"products": products}}}
    pharmacy = load_pharmacy(texts=texts)
    order = revised(drafted(write_regimen(tmp_path, text), pharmacy=pharmacy), day(2), 2, weight=kg(28))
    assert {item.item: item.count for item in order.pick_list} == {"small vial": 6, "large vial": 2}


def test_a_day_that_is_skipped_moves_it_and_all_later_ones() -> None:
    order = revised(ORDER, day(4), 3, skipped=(SkippedDay(3, "move"),))
    assert rows(order, "clofarabine") == [
        (1, "30-Nov", "38.4 mg"),
        (2, "01-Dec", "38.4 mg"),
        (3, "03-Dec", "38.4 mg"),
        (4, "04-Dec", "38.4 mg"),
        (5, "05-Dec", "38.4 mg"),
    ]
    assert order.doses == ORDER.doses
    assert order.removed == ()
    assert sorted(order.altered) == [(line, number, 1) for line in (1, 2, 3, 4) for number in (3, 4, 5)]
    # day 15 was 14-Dec
    assert order.next_cycle is not None
    assert order.next_cycle.date == datetime.date(2026, 12, 15)


def test_a_day_that_is_dropped_is_not_given_and_later_ones_stay() -> None:
    order = revised(ORDER, day(4), 3, skipped=(SkippedDay(3, "drop"),))
    # 4 × 38.4 = 153.6 mg; 153.6 / 0.96 = 160 mg/m2
    assert doses(order, "clofarabine") == ["38.4 mg on 1, 2, 4, 5: 153.6 mg"]
    assert [number for number, _, _ in rows(order, "clofarabine")] == [1, 2, 4, 5]
    assert {row.protocol_day for row, _ in order.removed} == {3}
    assert len(order.removed) == 4
    assert rows(order, "clofarabine")[2][1] == "03-Dec"


def test_a_dropped_day_takes_its_doses_of_a_number_of_doses_with_it(tmp_path: Path) -> None:
    drug = "{drug: cyclophosphamide, dose: 200 mg/m2, route: IV infusion, over: 1 h, days: 2-4, every: 12 h"
    order = drafted(write_regimen(tmp_path, f"drugs:\n  - {drug}, total_doses: 5}}\n"))
    # 200 × 0.96 = 192 mg; five doses are 2 on day 2, 2 on day 3, 1 on day 4; without day 3 they are 3, not 4: 576 mg
    assert [number for number, _, _ in rows(order, "cyclophosphamide")] == [2, 2, 3, 3, 4]
    dropped = revised(order, day(3), 3, skipped=(SkippedDay(3, "drop"),))
    assert [number for number, _, _ in rows(dropped, "cyclophosphamide")] == [2, 2, 4]
    assert doses(dropped, "cyclophosphamide") == ["192 mg on 2, 4: 576 mg"]
    # without --drop it is two days later, all five
    moved = revised(order, day(3), 3, skipped=(SkippedDay(3, "move"),))
    assert [number for number, _, _ in rows(moved, "cyclophosphamide")] == [2, 2, 3, 3, 4]


def test_a_drug_that_is_stopped_after_day_2() -> None:
    order = revised(ORDER, day(3), 3, stopped=("etoposide",))
    # 2 × 96 = 192 mg; 192 / 0.96 = 200 mg/m2
    assert doses(order, "etoposide") == ["96 mg on 1, 2: 192 mg"]
    assert [(row.drug, row.protocol_day) for row, _ in order.removed] == [("etoposide", each) for each in (3, 4, 5)]
    assert doses(order, "clofarabine") == doses(ORDER, "clofarabine")


def test_all_drugs_stopped() -> None:
    drugs = ("clofarabine", "etoposide", "cyclophosphamide", "prednisone")
    order = revised(ORDER, day(3), 3, stopped=drugs)
    assert {row.protocol_day for row in order.administrations} == {1, 2}
    assert len(order.removed) == 12


def test_what_was_declared_before_holds_until_something_newer_is_declared() -> None:
    first = drafted(reductions=["etoposide=25%: mucositis grade 3"])
    # 96 mg × 0.75 = 72; 1 m2: 100 × 0.75 = 75; by half 50; set 60
    assert doses(revised(first, day(3), 3, weight=kg(28)), "etoposide") == [
        "72 mg on 1, 2: 144 mg",
        "75 mg on 3, 4, 5: 225 mg",
    ]
    half = (Reduction("etoposide", Decimal(50), "mucositis grade 4"),)
    assert doses(revised(first, day(3), 3, weight=kg(28), reductions=half), "etoposide") == [
        "72 mg on 1, 2: 144 mg",
        "50 mg on 3, 4, 5: 150 mg",
    ]
    on_day_4 = (SetDose("etoposide", mg("60"), "one vial left", (4,)),)
    assert doses(revised(first, day(3), 3, set_doses=on_day_4), "etoposide") == [
        "72 mg on 1, 2, 3, 5: 288 mg",
        "60 mg on 4: 60 mg",
    ]
    without = revised(first, day(3), 4, withheld=(Withheld("etoposide", "refused"),))
    assert doses(without, "etoposide") == ["72 mg on 1, 2, 3: 216 mg"]
    again = revised(without, day(4), 5, set_doses=(SetDose("etoposide", mg("48"), "agreed to half"),))
    assert doses(again, "etoposide") == ["72 mg on 1, 2, 3: 216 mg", "48 mg on 5: 48 mg"]


def test_a_day_that_was_left_out_is_given_after_all_with_every_drug_as_it_was_then_declared() -> None:
    quarter = (Reduction("etoposide", Decimal(25), "mucositis"),)
    dropped = revised(ORDER, day(1), 3, skipped=(SkippedDay(3, "drop"), SkippedDay(4, "drop")))
    without = revised(dropped, day(1), 2, withheld=(Withheld("prednisone", "nausea"),))
    less = revised(without, day(2), 3, reductions=quarter)
    restored = revised(less, day(2), 3, restored=(3,))
    # 96 mg × 0.75 = 72 mg; day 4 stays left out, prednisone from day 2 on
    assert doses(restored, "etoposide") == ["96 mg on 1, 2: 192 mg", "72 mg on 3, 5: 144 mg"]
    assert doses(restored, "clofarabine") == ["38.4 mg on 1, 2, 3, 5: 153.6 mg"]
    assert {(row.drug, row.protocol_day) for row, _ in restored.removed if row.protocol_day < 4} == {
        ("prednisone", 2),
        ("prednisone", 3),
    }
    assert same_on(restored, ORDER, range(1, 2))
    assert computed_again(restored) == restored
    later = revised(less, day(2), 3, restored=(4,), moved=(MovedDay(5, day(8)), MovedDay(4, day(7))))
    assert [row.date for row in later.administrations if row.drug == "clofarabine"][2:] == [day(7), day(8)]
    again = revised(restored, day(2), 3, skipped=(SkippedDay(3, "drop"),))
    assert again.administrations == less.administrations


def test_what_was_left_out_by_its_day_stays_so_until_that_day_is_named() -> None:
    dropped = revised(ORDER, day(1), 3, skipped=(SkippedDay(3, "drop"),))
    quarter = (Reduction("etoposide", Decimal(25), "mucositis"),)
    less = revised(dropped, day(1), 2, reductions=quarter)
    # 96 mg × 0.75 = 72 mg on days 2, 4, 5; day 3 stays without anything
    assert doses(less, "etoposide") == ["96 mg on 1: 96 mg", "72 mg on 2, 4, 5: 216 mg"]
    assert {row.protocol_day for row in less.administrations} == {1, 2, 4, 5}
    named = revised(dropped, day(1), 2, reductions=(Reduction("etoposide", Decimal(25), "mucositis", (3,)),))
    assert doses(named, "etoposide") == ["96 mg on 1, 2, 4, 5: 384 mg", "72 mg on 3: 72 mg"]
    # the same of --without, told for a day with the order or with a change, and of a dose that is set
    left_out = drafted(without=["etoposide on day 3: no vial"])
    half = (SetDose("etoposide", mg("48"), "half"),)
    for before in (left_out, revised(ORDER, day(1), 2, withheld=(Withheld("etoposide", "no vial", (3,)),))):
        assert doses(revised(before, day(1), 2, set_doses=half), "etoposide") == [
            "96 mg on 1: 96 mg",
            "48 mg on 2, 4, 5: 144 mg",
        ]


def test_a_stop_that_is_planned_for_later_days_stays_when_earlier_ones_are_reduced() -> None:
    less: dict[str, Any] = {"reductions": (Reduction("etoposide", Decimal(25), "mucositis"),)}
    planned = revised(ORDER, day(1), 4, stopped=("etoposide",))
    assert doses(revised(planned, day(2), 2, **less), "etoposide") == ["96 mg on 1: 96 mg", "72 mg on 2, 3: 144 mg"]
    without = revised(ORDER, day(1), 4, withheld=(Withheld("etoposide", "refused"),))
    assert doses(revised(without, day(2), 2, **less), "etoposide") == ["96 mg on 1: 96 mg", "72 mg on 2, 3: 144 mg"]
    # from the day of the stop on it can only mean to give it again: 96 × 0.75 = 72 mg
    assert doses(revised(planned, day(2), 4, **less), "etoposide") == [
        "96 mg on 1, 2, 3: 288 mg",
        "72 mg on 4, 5: 144 mg",
    ]


def test_an_earlier_plan_for_later_days_holds_where_nothing_newer_says_otherwise() -> None:
    planned = revised(ORDER, day(1), 4, weight=kg(28))
    order = revised(planned, day(2), 2, reductions=(Reduction("clofarabine", Decimal(50), "fever"),))
    # 38.4, then half: 19.2 and, from day 4 at 1 m2, 20
    assert doses(order, "clofarabine") == ["38.4 mg on 1: 38.4 mg", "19.2 mg on 2, 3: 38.4 mg", "20 mg on 4, 5: 40 mg"]
    assert doses(order, "etoposide") == ["96 mg on 1, 2, 3: 288 mg", "100 mg on 4, 5: 200 mg"]


def test_amounts_that_were_given_otherwise() -> None:
    given = (GivenAmount(1, 2, 1, "clofarabine", mg("20")), GivenAmount(2, 2, 1, "etoposide", mg("0")))
    order = revised(ORDER, day(3), 3, given=given)
    texts = {alert.code: alert.text for alert in order.alerts}
    # 4 × 38.4 + 20 = 173.6; 4 × 96 = 384
    assert texts["given-clofarabine"] == (
        "day 2: 20 mg given, 38.4 mg ordered; with what is ordered 173.6 mg in this cycle"
    )
    assert texts["given-etoposide"] == "day 2: not given, 96 mg ordered; with what is ordered 384 mg in this cycle"
    assert order.administrations == ORDER.administrations
    assert {alert.level for alert in order.alerts if alert.code.startswith("given")} == {"note"}
    more = revised(ORDER, day(3), 3, given=(GivenAmount(1, 2, 1, "clofarabine", mg("384")),))
    assert {alert.level for alert in more.alerts if alert.code.startswith("given")} == {"check"}


def test_lines_of_one_drug_in_other_units_are_not_added(tmp_path: Path) -> None:
    lines = """
drugs:
  - {drug: methotrexate, dose: 1 g/m2, route: IV infusion, over: 4 h, days: 1}
  - {drug: methotrexate, dose: 12 mg, route: intrathecal, days: "1, 8"}
"""
    order = drafted(write_regimen(tmp_path, lines))
    found = revised(order, day(2), 8, given=(GivenAmount(2, 1, 1, "methotrexate", mg("10")),))
    # 1 g/m2 × 0.96 m2; 10 + 12 mg
    (text,) = [alert.text for alert in found.alerts if alert.code == "given-methotrexate"]
    assert text.endswith("; with what is ordered 0.96 g and 22 mg in this cycle")


def test_the_whole_cycle_moves_before_it_began() -> None:
    friday = datetime.date(2026, 12, 4)
    order = revised(ORDER, day(1), 1, start=NewStart(friday, MONDAY))
    assert order.start == friday
    assert [date for _, date, _ in rows(order, "clofarabine")] == ["04-Dec", "05-Dec", "06-Dec", "07-Dec", "08-Dec"]
    assert order.doses == ORDER.doses
    assert computed_again(order).fingerprint == order.fingerprint
    later = revised(order, friday, 2, weight=kg(28))
    assert computed_again(later).fingerprint == later.fingerprint


LIFETIME = """
drugs:
  - {drug: doxorubicin, dose: 30 mg/m2, route: IV infusion, over: 1 h, days: "1, 2, 3", lifetime_maximum: 450 mg/m2}
"""


def test_the_lifetime_total_is_of_each_dose_by_its_own_size(tmp_path: Path) -> None:
    regimen = write_regimen(tmp_path, LIFETIME)
    order = drafted(regimen, earlier_doses={"doxorubicin": "360 mg/m2"})
    # 360 + 3 × 30 = 450 mg/m2 at either weight: by today's size alone it would be 360 + 2 × 28.8 / 1 + 30 = 447.6
    heavier = revised(order, day(3), 3, weight=kg(28))
    assert heavier.doses[0].ordered == mg("28.8")
    assert "lifetime-maximum-doxorubicin" not in codes(heavier)
    # at 0.96 m2 again, one dose set to 30 mg is 31.25 mg/m2: 360 + 60 + 31.25 = 451.25
    with pytest.raises(OrderRefused, match=r"451\.25 mg/m2, above the lifetime maximum of 450 mg/m2"):
        revised(order, day(3), 3, set_doses=(SetDose("doxorubicin", mg("30"), "rounded up"),))
    # told that 20 mg were given on day 1 instead of 28.8: 20 / 0.96 = 20.83…: there is room again
    less = (GivenAmount(1, 1, 1, "doxorubicin", mg("20")),)
    revised(order, day(3), 3, given=less, set_doses=(SetDose("doxorubicin", mg("30"), "rounded up"),))


STOPS = """
checks:
  - {when: {weight: under 27 kg}, level: stop, code: light, text: is light}
  - {when: {weight: over 27 kg}, level: stop, code: heavy, text: is heavy}
drugs:
  - {drug: clofarabine, dose: 40 mg/m2, route: IV infusion, over: 2 h, days: 1-5}
"""


def test_a_stop_that_newly_speaks_is_accepted_anew_and_an_accepted_one_is_carried(tmp_path: Path) -> None:
    regimen = load_regimen(write_regimen(tmp_path, STOPS))
    patient = load_patient(texts={"height": "128 cm", "weight": "26 kg"})
    order = draft_order(regimen, patient, start=MONDAY, accept={"light": "tumour board"})
    kept = revised(order, day(2), 3, reductions=(Reduction("clofarabine", Decimal(25), "fever"),))
    assert [alert.accepted for alert in kept.alerts if alert.code == "light"] == ["tumour board"]
    with pytest.raises(OrderRefused) as refused:
        revised(order, day(3), 3, weight=kg(28))
    assert set(refused.value.stops) == {"heavy"}
    heavier = revised(order, day(3), 3, weight=kg(28), accepted={"heavy": "looked at again"})
    assert {(alert.code, alert.text): alert.accepted for alert in heavier.alerts if alert.level == "stop"} == {
        ("heavy", "is heavy"): "looked at again",
        ("light", "on days 1, 2: is light"): "tumour board",
    }
    with pytest.raises(OrderRefused) as again:  # light once more: what was accepted of days 1 and 2 is not of day 4
        revised(heavier, day(4), 4, weight=kg(26))
    assert set(again.value.stops) == {"light"}
    lighter = revised(heavier, day(4), 4, weight=kg(26), accepted={"light": "weighed twice"})
    assert {alert.text: alert.accepted for alert in lighter.alerts if alert.level == "stop"} == {
        "is light": "weighed twice",
        "on days 1, 2: is light": "tumour board",
        "on day 3: is heavy": "looked at again",
    }
    third = revised(heavier, day(4), 5, stopped=("clofarabine",))
    assert {alert.accepted for alert in third.alerts if alert.level == "stop"} == {"looked at again", "tumour board"}
    assert verify_order(third).finding == "agrees"


def test_ten_times_the_weight_within_a_cycle_is_a_stop() -> None:
    with pytest.raises(OrderRefused, match=r"stop weight-change: .*; the decimal point may have slipped: 26 kg"):
        revised(ORDER, day(3), 3, weight=kg(260))
    mended = revised(ORDER, day(3), 3, weight=kg(260), accepted={"weight-change": "to see it"})
    with pytest.raises(OrderRefused, match=r"stop weight-change: weight: 26 kg is -90% from the last 260 kg"):
        revised(mended, day(3), 3, weight=kg(26))
    back = revised(mended, day(3), 3, weight=kg(26), accepted={"weight-change": "260 kg was a slip"})
    assert doses(back, "clofarabine") == doses(ORDER, "clofarabine")
    assert "weight-change" not in codes(revised(ORDER, day(3), 3, weight=kg(27)))


def test_the_pharmacy_says_from_which_change_of_weight_it_doses_anew() -> None:
    order = drafted(pharmacy=load_pharmacy(texts={"weight_change": "10%"}))
    # 28 / 26 is 7.7% more; 28.6 / 26 is 10%
    found = revised(order, day(3), 3, weight=kg(28))
    (alert,) = [alert for alert in found.alerts if alert.code == "below-weight-change"]
    assert alert.text == "28 kg from day 3 is 7.7% more than 26 kg; the pharmacy doses anew from 10% on"
    assert doses(found, "clofarabine")[1].startswith("40 mg")
    enough = revised(order, day(3), 3, weight=Quantity(Decimal("28.6"), "kg"))
    assert "below-weight-change" not in codes(enough)
    assert "below-weight-change" not in codes(revised(ORDER, day(3), 3, weight=kg(28)))


HANGING = """
drugs:
  - {drug: ifosfamide, dose: 1 g/m2, route: IV infusion, over: 1 h, days: 1-3}
  - {drug: mesna, dose: 300 mg/m2, route: IV bolus, start: 4 h after the start of ifosfamide, days: 1-3}
  - {drug: dexrazoxane, dose: 50% of ifosfamide, route: IV infusion, over: 15 min, days: 1-3}
"""


def test_what_hangs_on_a_stopped_drug_is_named_until_it_is_placed(tmp_path: Path) -> None:
    order = drafted(write_regimen(tmp_path, HANGING))
    with pytest.raises(InputError) as refused:
        revised(order, day(2), 2, stopped=("ifosfamide",))
    assert [fault.text.partition(":")[0] for fault in refused.value.faults] == [
        "mesna starts by ifosfamide, which is stopped",
        "dexrazoxane is a share of ifosfamide, which is stopped",
    ]
    stopped = revised(order, day(2), 2, stopped=("ifosfamide", "dexrazoxane"), times={"mesna": ("13:00",)})
    times = [f"{row.time:%d %H:%M}" for row in stopped.administrations if row.drug == "mesna"]
    assert times == ["30 13:00", "01 13:00", "02 13:00"]
    assert {row.drug for row in stopped.administrations if row.protocol_day > 1} == {"mesna"}
    assert verify_order(stopped).finding == "agrees"


RESCUE = """
drugs:
  - {drug: methotrexate, dose: 1 g/m2, route: IV infusion, over: 4 h, days: "1, 8"}
  - {drug: leucovorin, dose: 15 mg/m2, route: IV, start: 24 h after the start of methotrexate, every: 24 h, times: 3}
"""


def test_a_rescue_that_hangs_on_a_given_drug_stays_by_the_hour(tmp_path: Path) -> None:
    order = drafted(write_regimen(tmp_path, RESCUE))
    first = [(2, "01-Dec"), (3, "02-Dec"), (4, "03-Dec")]
    assert [each[:2] for each in rows(order, "leucovorin")] == [*first, (9, "08-Dec"), (10, "09-Dec"), (11, "10-Dec")]
    # day 8 is postponed alone by two days: its rescue goes with it, by the protocol still on days 9 to 11
    moved = revised(order, day(5), 8, moved=(MovedDay(8, datetime.date(2026, 12, 9)),))
    assert [each[:2] for each in rows(moved, "methotrexate")] == [(1, "30-Nov"), (8, "09-Dec")]
    after = [(9, "10-Dec"), (10, "11-Dec"), (11, "12-Dec")]
    assert [each[:2] for each in rows(moved, "leucovorin")] == [*first, *after]
    # a day on which only rescue is given is left out: what hangs on day 1 stays, and it is said
    dropped = revised(order, day(4), 3, skipped=(SkippedDay(3, "drop"),))
    assert dropped.administrations == order.administrations
    (alert,) = [alert for alert in dropped.alerts if alert.code == "stays-leucovorin"]
    assert alert.text == "stays on day 3, which is left out: it hangs on a drug that was given before"
    # one that is moved: rescue of day 1 stays, and it is said; day 8 and its rescue come a day later
    later = revised(order, day(3), 3, skipped=(SkippedDay(3, "move"),))
    after = [(9, "09-Dec"), (10, "10-Dec"), (11, "11-Dec")]
    assert [each[:2] for each in rows(later, "leucovorin")] == [*first, *after]
    (alert,) = [alert for alert in later.alerts if alert.code.startswith("stays-")]
    assert alert.text == "stays on days 3, 4, which are moved: it hangs on a drug that was given before"
    stopped = revised(order, day(3), 3, stopped=("methotrexate", "leucovorin"))
    assert [each[:2] for each in rows(stopped, "leucovorin")] == [(2, "01-Dec")]
    only_mtx = revised(
        order, day(3), 3, stopped=("methotrexate",), withheld=(Withheld("leucovorin", "no second", (8,)),)
    )
    assert [each[:2] for each in rows(only_mtx, "leucovorin")] == first
    # more rescue from day 3 on, because the level is high
    raised = revised(order, day(3), 3, set_doses=(SetDose("leucovorin", mg("28"), "level"),))
    # 15 mg/m2 × 0.96 m2 = 14.4 mg
    assert [dose for _, _, dose in rows(raised, "leucovorin")] == ["14.4 mg", *["28 mg"] * 5]
    for each in (moved, stopped, only_mtx, raised):
        assert verify_order(each).finding == "agrees"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"moved": (MovedDay(3, day(5)),)}, r"day 3 would come on 2026-12-04, and day 4 on 2026-12-03"),
        ({"moved": (MovedDay(4, day(5)),)}, r"day 4 would come on 2026-12-04, and day 5 on 2026-12-04"),
        ({"moved": (MovedDay(5, day(3)),)}, r"day 4 would come on 2026-12-03, and day 5 on 2026-12-02"),
        ({"times": {"mesna": ("10:00",)}}, r"a time of mesna is set, but cec-induction gives"),
        ({"times": {"etoposide": ("10:00", "12:00")}}, r"etoposide has 1 clock time a day, not 2"),
        ({"reductions": (Reduction("mesna", Decimal(25), "why"),)}, r"a reduction of mesna is declared, but"),
        ({"accepted": {"infant": "why"}}, r"there is no alert 'infant' on this order"),
        ({"weight": kg(1000)}, r"is not a possible body weight"),
    ],
)
def test_a_change_that_cannot_be_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises((InputError, OrderRefused), match=words):
        revised(ORDER, day(3), 3, **change)


def test_what_counts_as_given_is_never_made_another() -> None:
    for change in ({"weight": kg(28)}, {"stopped": ("etoposide",)}, {"skipped": (SkippedDay(2, "move"),)}):
        with pytest.raises(
            InputError, match=r"day [23], 2026-12-0[12], counts as given on 2026-12-05, and would become"
        ):
            revised(ORDER, day(6), 2, **change)
    # day 2 was missed, and somebody told of day 3 and later in time
    revised(ORDER, day(3), 2, skipped=(SkippedDay(2, "move"),))


WEEKLY = """
cycle_length: 28 days
drugs:
  - drug: vincristine
    dose: 1.5 mg/m2
    maximum: 2 mg
    route: IV infusion
    over: 10 min
    days: 1, 8, 15, 22
    weekdays: Monday
  - {drug: cytarabine, dose: 100 mg/m2, route: IV continuous infusion, over: 24 h, days: 1-4}
"""


def test_no_dose_is_ordered_for_a_day_that_is_past() -> None:
    stopped = revised(ORDER, day(1), 3, stopped=("clofarabine", "etoposide", "cyclophosphamide", "prednisone"))
    less = Reduction("prednisone", Decimal(25), "why", (3,))
    with pytest.raises(InputError, match=r"prednisone 9.75 mg on day 3, 2026-12-02, was not ordered and would count"):
        revised(stopped, day(5), 2, skipped=(SkippedDay(2, "drop"),), reductions=(less,))  # 13 mg × 0.75 = 9.75 mg


def test_intervals_weekdays_and_chains_that_no_longer_hold(tmp_path: Path) -> None:
    order = drafted(write_regimen(tmp_path, WEEKLY))
    moved = revised(order, day(6), 8, moved=(MovedDay(8, datetime.date(2026, 12, 9)),))
    texts = {alert.code: alert.text for alert in moved.alerts}
    # 9 to 14 December are 5 days; day 8 is a Wednesday
    assert texts["days-apart-vincristine"] == "5 days from day 8 to day 15, the protocol has 7"
    assert texts["weekday-vincristine"] == "is given on Monday; day 8 came on another day of the week"
    broken = revised(order, day(3), 3, skipped=(SkippedDay(3, "move"),))
    texts = {alert.code: alert.text for alert in broken.alerts}
    assert texts["interrupted-cytarabine"].startswith(
        "is not one chain: the bag of day 3 starts at 09:10 on 03-Dec, that"
    )
    later = revised(order, day(3), 3, first_infusion="14:00")
    assert "interrupted-cytarabine" in codes(later)
    assert not {"days-apart-vincristine", "weekday-vincristine", "interrupted-cytarabine"} & codes(order)
    # four weeks of Mondays moved by a week keep their interval and their day
    week = revised(order, day(6), 8, skipped=tuple(SkippedDay(each, "move") for each in range(8, 15)))
    assert not {"days-apart-vincristine", "weekday-vincristine"} & codes(week)


def test_earlier_days_stay_as_another_version_wrote_them() -> None:
    first, *others = ORDER.administrations
    other = msgspec.structs.replace(first, route="by mouth")
    old = msgspec.structs.replace(ORDER, written_by="0.0.9", administrations=(other, *others))
    order = revised(old, day(3), 3, weight=kg(28))
    assert _placeless(order.administrations[0]) == _placeless(other)
    assert verify_order(order).finding == "other by today's rules"


def test_a_time_that_the_clock_shows_twice_is_the_same_after_it_was_saved(tmp_path: Path) -> None:
    """12 h after 15:00 (13:00 UTC) on 24 October it is 01:00 UTC: the second 02:00 of the night, in winter time."""
    text = 'drugs:\n  - {drug: etoposide, dose: 100 mg/m2, route: IV, days: 1-3, at: "15:00", every: 12 h}\n'
    (tmp_path / "pharmacy.yaml").write_text("time_zone: Europe/Warsaw\n", encoding="utf-8")
    patient = load_patient(texts={"id": "17", "height": "128 cm", "weight": "26 kg"})
    pharmacy = load_pharmacy(tmp_path / "pharmacy.yaml")
    start = datetime.date(2026, 10, 24)
    order = draft_order(load_regimen(write_regimen(tmp_path, text)), patient, pharmacy, start=start)
    assert [f"{row.time:%d %H:%M}" for row in order.administrations[:3]] == ["24 15:00", "25 02:00", "25 15:00"]
    saved = load_order(render(order, "json"))
    new = revised(saved, datetime.date(2026, 10, 26), 3, weight=kg(28))
    assert new.fingerprint == revised(order, datetime.date(2026, 10, 26), 3, weight=kg(28)).fingerprint
    assert verify_order(load_order(render(new, "json"))).finding == "agrees"


def test_earlier_days_stay_byte_for_byte() -> None:
    order = revised(ORDER, day(3), 3, weight=kg(28), stopped=("etoposide",), first_infusion="14:00")
    assert same_on(order, ORDER, range(1, 3))
    assert not same_on(order, ORDER, range(3, 6))


def test_the_calendar_cancels_what_a_change_took_away() -> None:
    order = revised(ORDER, day(3), 3, stopped=("etoposide",))
    was = {str(each["uid"]): each for each in events(ORDER)}
    now = {str(each["uid"]): each for each in events(order)}
    assert was.keys() == now.keys()
    gone = [uid for uid, event in now.items() if event["status"] == "CANCELLED"]
    assert len(gone) == 3
    for uid in gone:
        assert str(now[uid]["summary"]).startswith("CANCELLED: etoposide 96 mg")
        assert now[uid]["dtstart"] == was[uid]["dtstart"]
    assert {event["sequence"] for event in was.values()} == {0}
    assert {event["sequence"] for event in now.values()} == {1}
    assert all(now[uid]["dtstamp"].dt > event["dtstamp"].dt for uid, event in was.items())
    # one that is put back is no longer cancelled
    back = revised(order, day(4), 4, set_doses=(SetDose("etoposide", mg("96"), "recovered"),))
    assert sum(event["status"] == "CANCELLED" for event in events(back)) == 1
    # also without an id the events of a chain are the same
    nameless = draft_order(ORDER.regimen, load_patient(texts={"height": "128", "weight": "26"}), start=MONDAY)
    assert {str(each["uid"]) for each in events(nameless)} == {
        str(each["uid"]) for each in events(revised(nameless, day(3), 3, stopped=("etoposide",)))
    }


def events(order: Order) -> list[Any]:
    """The events of an order's calendar."""
    return list(icalendar.Calendar.from_ical(render(order, "ics")).walk("VEVENT"))


AUC = """
drugs:
  - {drug: carboplatin, dose: AUC 5, route: IV infusion, over: 1 h, days: "1, 2"}
  - {drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 1}
"""


def test_a_clearance_measured_anew(tmp_path: Path) -> None:
    order = drafted(write_regimen(tmp_path, AUC), creatinine_clearance="80 mL/min", age="20 years")
    # 5 × (80 + 25) = 525; 5 × (60 + 25) = 425
    clearance = Quantity(Decimal(60), "mL/min")
    found = revised(order, day(2), 2, creatinine_clearance=clearance)
    assert doses(found, "carboplatin") == ["525 mg on 1: 525 mg", "425 mg on 2: 425 mg"]
    assert verify_order(found).finding == "agrees"


def test_a_drug_of_earlier_days_alone_stands_in_no_ones_way(tmp_path: Path) -> None:
    """26 kg: 96 mg; 28 kg would be 100 mg, which the rounding moves by 4%."""
    pharmacy = load_pharmacy(texts={"dose_rounding": {"etoposide": "nearest 96 mg"}, "largest_deviation": "2%"})
    order = drafted(write_regimen(tmp_path, AUC), pharmacy=pharmacy, creatinine_clearance="80 mL/min", age="20 years")
    assert doses(order, "etoposide") == ["96 mg on 1: 96 mg"]
    found = revised(order, day(2), 2, weight=kg(28))  # 100 mg would be moved by 4% to 96 mg, and is not given any more
    assert doses(found, "etoposide") == ["96 mg on 1: 96 mg"]
    with pytest.raises(OrderRefused, match="moves the dose by -4%"):
        revised(order, day(1), 1, weight=kg(28))


def test_dates_that_contradict_a_new_start() -> None:
    order = drafted(measured_on="2026-11-29")
    with pytest.raises(InputError, match="lies after the start"):
        revised(order, datetime.date(2026, 11, 20), 1, start=NewStart(datetime.date(2026, 11, 25), MONDAY))


def test_after_everything_was_stopped_a_drug_is_given_again(tmp_path: Path) -> None:
    path, again = tmp_path / "ann.json", ("--on", "2026-12-03", "--from-day", "5", "--reason", "better")
    path.write_bytes(
        render(revised(ORDER, day(4), 4, stopped=tuple(sorted({dose.drug for dose in ORDER.doses}))), "json")
    )
    assert "nothing is given from day 5 on" in cec("change", str(path), *again, "--weight", "28kg").err
    done = cec("change", str(path), *again, "--set", "clofarabine=18 mg: one dose", "-o", str(tmp_path / "r3.json"))
    assert (done.code, "clofarabine: day 5: 18 mg, not there before" in done.err) == (0, True)


def test_what_a_change_says_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "ann.json"
    path.write_bytes(render(ORDER, "json"))
    given = ("--on", "2026-12-06", "--given", "clofarabine on day 2=20 mg", "--reason", "told")
    assert "r2.json: revision 2: told" in cec("change", str(path), *given, "-o", str(tmp_path / "r2.json")).err
    assert (
        "Changed revision 2, 06-Dec-2026: clofarabine on day 2: 20 mg given (told)"
        in cec("print", str(tmp_path / "r2.json")).said
    )
    (tmp_path / "r2.json").unlink()
    same = ("--on", "2026-12-02", "--from-day", "3", "--weight", "26kg", "--reason", "weighed")
    assert "every dose, day and time is as before" in cec("change", str(path), *same).err


def test_an_amount_that_was_told_wrongly_is_told_again_on_the_same_day(tmp_path: Path) -> None:
    """38.4 mg on each of five days are 192 mg; 20 mg told in the place of one are 173.6 mg, 30 mg 183.6 mg."""
    path, told = tmp_path / "ann.json", ("--on", "2026-12-02", "--reason", "told", "--given")
    path.write_bytes(render(ORDER, "json"))
    first = cec("change", str(path), *told, "clofarabine on day 3=20 mg", "-o", str(tmp_path / "r2.json"))
    assert "with what is ordered 173.6 mg in this cycle" in " ".join(first.err.split())
    again = cec(
        "change", str(tmp_path / "r2.json"), *told, "clofarabine on day 3=30 mg", "-o", str(tmp_path / "r3.json")
    )
    assert "with what is ordered 183.6 mg in this cycle" in " ".join(again.err.split())
    assert cec("verify", str(tmp_path / "r3.json")).code == 0
    whole = cec(
        "change", str(tmp_path / "r3.json"), *told, "clofarabine on day 3=38.4 mg", "-o", str(tmp_path / "r4.json")
    )
    assert (whole.code, "given-clofarabine" in whole.err) == (0, False)
    (tmp_path / "r4.json").unlink()
    weighed = ("--on", "2026-12-02", "--from-day", "3", "--weight", "28kg", "--reason", "weighed")
    assert "somebody told what was given on day 3" in cec("change", str(tmp_path / "r3.json"), *weighed).err


@pytest.mark.parametrize(
    ("dose", "words"),
    [
        ("clofarabine on day 9=20 mg", "clofarabine is not ordered on day 9; it is ordered on days 1 to 5"),
        ("clofarabine on day 1 dose 2=20 mg", "clofarabine has one dose on day 1: write 'on day 1'"),
    ],
)
def test_a_dose_that_there_is_not_is_the_only_fault(tmp_path: Path, dose: str, words: str) -> None:
    path = tmp_path / "ann.json"
    path.write_bytes(render(ORDER, "json"))
    done = cec("change", str(path), "--on", "2026-12-06", "--given", dose, "--reason", "told")
    assert done.err.count("cec: ") == 1
    assert words in done.err


def test_the_interval_between_cycles_is_counted_to_day_1_whatever_changes_later() -> None:
    """12-Nov to 30-Nov are 18 days: 14 to 20 are asked about; the weight of day 5, 22 days on, moves nothing."""
    order = drafted(previous_day_1="2026-11-12", age="8")
    (before,) = [alert for alert in order.alerts if alert.code == "short-interval"]
    changed = revised(order, day(5), 5, weight=kg(27))
    (after,) = [alert for alert in changed.alerts if alert.code == "short-interval"]
    assert after.text == before.text
    assert verify_order(changed).agrees


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        # weighed on 02-Dec, dosed by it from 10-Dec on: 8 days
        (day(3), "height and weight were measured 8 days before the first day that is dosed by them"),
        # weighed on 03-Dec: 7 days, which the pharmacy allows
        (day(4), ""),
    ],
)
def test_a_weight_is_as_old_as_on_the_first_day_that_is_dosed_by_it(tmp_path: Path, measured: Any, words: str) -> None:
    text = "drugs:\n  - {drug: vincristine, dose: 1.5 mg/m2, route: IV infusion, over: 10 min, days: '1, 11'}\n"
    order = drafted(write_regimen(tmp_path, text), measured_on="2026-11-28")
    changed = revised(order, measured, 11, weight=kg(27), measured_on=measured)
    texts = [alert.text.partition(";")[0] for alert in changed.alerts if alert.code == "old-measures"]
    assert texts == ([words] if words else [])


def test_what_was_made_up_the_day_before_is_made_anew_after_a_change(tmp_path: Path) -> None:
    """Made at 08:00, day 2 of 07:00 is made on Monday; changed on Tuesday to 28 kg, 1 m2, it is 40 mg and made then."""
    path = tmp_path / "pharmacy.yaml"
    path.write_text(f'made_at: "08:00"\nfirst_infusion: "07:00"\n{PHARMACY}', encoding="utf-8")
    order = drafted(pharmacy=load_pharmacy(path))
    changed = revised(order, day(2), 2, weight=kg(28))
    assert [alert.code for alert in changed.alerts if alert.code.startswith("made-before")] == [
        "made-before-clofarabine"
    ]
    (row,) = [row for row in changed.administrations if (row.drug, row.protocol_day) == ("clofarabine", 2)]
    assert (str(row.dose), changed.day_to_make(row)) == ("40 mg", day(2))
    labels = [each for each in label_data(changed)["labels"] if each["drug"] == "clofarabine"]
    assert [each["made"] for each in labels] == [*("", "01-Dec-2026 08:00", "02-Dec-2026 08:00", "03-Dec-2026 08:00")]
    on_day_2 = next(each for each in work_days(changed) if each.number == 2)
    assert when_made(on_day_2.tasks[0]) == "to be made anew after the change"
    assert [task.dose.drug for task in on_day_2.ahead] == ["clofarabine"]
    # clofarabine of the days after is made on the day before each
    later = [
        row for row in changed.administrations if row.made_at and row.protocol_day > 1 and row.drug == "clofarabine"
    ]
    assert [changed.day_to_make(each) for each in later] == [day(2), day(2), day(3), day(4)]
    # on the day before nothing was made yet, and a dose that stays the same is not made again
    for peaceful in (revised(order, day(1), 2, weight=kg(28)), revised(order, day(2), 2, stopped=("etoposide",))):
        assert not {code for code in codes(peaceful) if code.startswith("made-before")}
    assert verify_order(changed).agrees

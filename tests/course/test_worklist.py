"""The worklist of a day over several patients: what is on it, what is not, and which vials patients share."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest
from wards import CLOFARABINE, PHARMACY, TUESDAY, filed, order_of, pharmacy_file

from cec import load_pharmacy, render, schema
from cec.calculate.revision import revise
from cec.course.ward_day import DoseOfDay, WardDay, Worklist
from cec.course.worklist import ward_day
from cec.errors import InputError
from cec.order import Change, GivenAmount, Order
from cec.patient import SetDose
from cec.rendering import WORKLISTS
from cec.rendering.worklist import lines
from cec.units import Quantity

NO_SHARING = PHARMACY.replace("share_vials_between_patients: true\n", "")


def four_patients(folder: Path, pharmacy: str = PHARMACY) -> list[Order]:
    doses = [("40 mg", "09:00"), ("30 mg", "10:00"), ("46.8 mg", "11:00"), ("34.4 mg", "12:00")]
    return [
        order_of(folder, CLOFARABINE.format(dose, time), id=f"10{number}", pharmacy=pharmacy)
        for number, (dose, time) in enumerate(doses)
    ]


def vials(dose: DoseOfDay) -> str:
    return "; ".join(
        f"{product.product}: {', '.join(f'{each.vial} {each.amount}' for each in product.vials)}"
        for product in dose.drawn_from
    )


def counts(day: WardDay) -> dict[str, Decimal | None]:
    return {item.item: item.count for item in day.worklist.pick_list}


def test_four_patients_share_the_vials_of_clofarabine(tmp_path: Path) -> None:
    """The working stands in test_vials.py: 8 vials instead of 9, 8.8 mg (5.5%) unused instead of 28.8 mg (16%).

    One vial of 20 mg of the 180 mg that nine hold, 11.1%, is saved.
    """
    day = ward_day(TUESDAY, filed(*four_patients(tmp_path)))
    assert [vials(dose) for dose in day.worklist.doses] == [
        "clofarabine 20 mg vial: 1 20 mg, 2 20 mg",
        "clofarabine 20 mg vial: 3 20 mg, 4 10 mg",
        "clofarabine 20 mg vial: 4 10 mg, 5 20 mg, 6 16.8 mg",
        "clofarabine 20 mg vial: 6 3.2 mg, 7 20 mg, 8 11.2 mg",
    ]
    (each,) = day.worklist.vials
    assert (each.opened.count, str(each.opened.unused), each.opened.unused_percent) == (8, "8.8 mg", Decimal("5.5"))
    assert (each.single.count, str(each.single.unused), each.single.unused_percent) == (9, "28.8 mg", Decimal(16))
    assert (str(each.saved), each.saved_percent, each.not_shared) == ("20 mg", Decimal("11.1"), "")
    assert counts(day) == {"clofarabine 20 mg vial": 8, "100 mL bag of sodium chloride 0.9%": 4}
    assert day.worklist.alerts == ()


def test_without_a_policy_every_dose_has_vials_of_its_own(tmp_path: Path) -> None:
    day = ward_day(TUESDAY, filed(*four_patients(tmp_path, NO_SHARING)))
    assert [vials(dose).count(",") + 1 for dose in day.worklist.doses] == [2, 2, 3, 2]
    assert counts(day)["clofarabine 20 mg vial"] == 9
    assert not day.worklist.vials[0].saved.value


def test_the_pharmacy_file_says_what_is_shared(tmp_path: Path) -> None:
    """Orders of a pharmacy that shares nothing, a list by one that does; and the other way round."""
    shares, alone = (
        load_pharmacy(pharmacy_file(tmp_path, text, f"{number}.yaml"))
        for number, text in enumerate((PHARMACY, NO_SHARING))
    )
    assert counts(ward_day(TUESDAY, filed(*four_patients(tmp_path, NO_SHARING)), shares))["clofarabine 20 mg vial"] == 8
    assert counts(ward_day(TUESDAY, filed(*four_patients(tmp_path)), alone))["clofarabine 20 mg vial"] == 9


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (PHARMACY.replace(", keeps_opened: 6 h}\n    diluents", "}\n    diluents"), "how long an opened one keeps"),
        (PHARMACY.replace("1 mg/mL, volume: 20 mL", "2 mg/mL, volume: 10 mL"), "is not so in the pharmacy file"),
        (PHARMACY.replace("clofarabine 20 mg vial", "clofarabine ready-made vial"), "is not in the pharmacy file"),
    ],
)
def test_what_the_pharmacy_file_does_not_say_is_not_shared(text: str, why: str, tmp_path: Path) -> None:
    policy = load_pharmacy(pharmacy_file(tmp_path, text, "policy.yaml"))
    list_ = ward_day(TUESDAY, filed(*four_patients(tmp_path)), policy).worklist
    assert why in list_.vials[0].not_shared
    assert list_.vials[0].opened.count == 9
    differs = [alert.text for alert in list_.alerts if alert.code == "product-differs-clofarabine"]
    assert len(differs) == ("keeps" not in why)
    assert all("clofarabine 20 mg vial" in each and "a.json" in each for each in differs)


def test_an_opened_vial_is_shared_only_as_long_as_it_keeps(tmp_path: Path) -> None:
    """8 mg at 09:00 and 8 mg at 15:00 are of one vial that keeps 6 h; at 15:30 another is opened."""
    for time, count in (("15:00", 1), ("15:30", 2)):
        orders = [order_of(tmp_path, CLOFARABINE.format("8 mg", at), id=at) for at in ("09:00", time)]
        assert counts(ward_day(TUESDAY, filed(*orders)))["clofarabine 20 mg vial"] == count


def test_nothing_into_the_csf_is_shared_between_patients(tmp_path: Path) -> None:
    """12 mg into the cerebrospinal fluid of each of two, and 20 mg into a vein of one: three vials of 50 mg."""
    spinal = "drug: methotrexate, dose: 12 mg, route: intrathecal, days: 1, at: '09:00'"
    vein = "drug: methotrexate, dose: 20 mg, route: IV bolus, days: 1, at: '10:00'"
    day = ward_day(TUESDAY, filed(order_of(tmp_path, spinal, id="1"), order_of(tmp_path, spinal, vein, id="2")))
    assert [vials(dose) for dose in day.worklist.doses] == [
        "methotrexate 50 mg vial: 1 12.5 mg",
        "methotrexate 50 mg vial: 2 12.5 mg",
        "methotrexate 50 mg vial: 3 20 mg",
    ]


def test_sizes_of_vials_are_not_mixed_up(tmp_path: Path) -> None:
    """1,300 mg take a vial of 1 g whole and 300 mg of one of 500 mg; the other 200 mg are for the next patient."""
    infusion = "drug: cyclophosphamide, dose: {}, route: IV infusion, over: 1 h, days: 1, at: '{}'"
    first, second = (
        order_of(tmp_path, infusion.format(dose, time), id=time)
        for dose, time in (("1300 mg", "09:00"), ("150 mg", "10:00"))
    )
    day = ward_day(TUESDAY, filed(first, second))
    assert [vials(dose) for dose in day.worklist.doses] == [
        "cyclophosphamide 1 g vial: 1 1,000 mg; cyclophosphamide 500 mg vial: 1 300 mg",
        "cyclophosphamide 500 mg vial: 1 150 mg",
    ]
    assert counts(day)["cyclophosphamide 500 mg vial"] == 1
    fluids = [(item.item, str(item.volume)) for item in day.worklist.pick_list if item.kind == "fluid"]
    assert fluids == [
        ("fluid to dissolve cyclophosphamide 1 g vial: to be chosen", "50 mL"),
        ("fluid to dissolve cyclophosphamide 500 mg vial: to be chosen", "25 mL"),
    ]


def test_tablets_are_counted_whole_for_each_patient(tmp_path: Path) -> None:
    """7.5 mg twice are one tablet and a half each: 3 tablets for one patient, 2 and 2 for two."""
    twice, once = (
        f"drug: prednisone, dose: 7.5 mg, route: oral, days: 1, at: '{times}'" for times in ("08:00, 20:00", "08:00")
    )
    assert counts(ward_day(TUESDAY, filed(order_of(tmp_path, twice, id="1")))) == {"prednisone 5 mg tablet": 3}
    two = filed(order_of(tmp_path, once, id="1"), order_of(tmp_path, once, id="2"))
    assert counts(ward_day(TUESDAY, two)) == {"prednisone 5 mg tablet": 4}


def test_the_list_is_in_the_sequence_of_times_and_of_that_day_alone(tmp_path: Path) -> None:
    days = "drug: clofarabine, dose: {}, route: IV infusion, over: 2 h, days: 1-3, at: '{}'"
    late = order_of(tmp_path, days.format("8 mg", "11:00"), id="1")
    early = order_of(tmp_path, days.format("9 mg", "09:00"), id="2", start=TUESDAY - datetime.timedelta(days=2))
    over = order_of(tmp_path, days.format("7 mg", "08:00"), id="3", start=TUESDAY - datetime.timedelta(days=3))
    day = ward_day(TUESDAY, filed(late, early, over))
    assert [(dose.number, str(dose.administration.dose)) for dose in day.worklist.doses] == [(1, "9 mg"), (2, "8 mg")]
    assert [each.file for each in day.worklist.orders] == ["a.json", "b.json"]
    assert [dose.administration.day for dose in day.worklist.doses] == [3, 1]


def test_drafts_are_listed_or_left_out_by_name(tmp_path: Path) -> None:
    line = CLOFARABINE.format("8 mg", "09:00")
    files = filed(order_of(tmp_path, line, id="1"), order_of(tmp_path, line, id="2", released=False))
    assert [order.release is None for order in ward_day(TUESDAY, files).worklist.orders] == [False, True]
    released = ward_day(TUESDAY, files, released_only=True).worklist
    assert [order.file for order in released.orders] == ["a.json"]
    assert [(each.file, each.patient.id, each.why) for each in released.left_out] == [("b.json", "2", "a draft")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"id": "1"}, {"id": "1", "name": "Anna"}),
        ({"name": "Anna Nowak", "born": "2018-05-14"}, {"name": "anna  nowak", "born": "2018-05-14"}),
        ({"id": "1", "name": "Anna Nowak", "born": "2018-05-14"}, {"name": "Anna Nowak", "born": "2018-05-14"}),
    ],
)
def test_two_orders_of_one_patient_on_one_day_are_refused(
    first: dict[str, Any], second: dict[str, Any], tmp_path: Path
) -> None:
    line = CLOFARABINE.format("8 mg", "09:00")
    files = filed(order_of(tmp_path, line, **first), order_of(tmp_path, line, **second))
    with pytest.raises(InputError, match=r"b\.json: gives drugs on 2026-12-01, and so does a\.json"):
        ward_day(TUESDAY, files)
    other_day = filed(
        order_of(tmp_path, line, **first), order_of(tmp_path, line, start=TUESDAY.replace(day=2), **second)
    )
    assert len(ward_day(TUESDAY, other_day).worklist.doses) == 1


def test_what_is_given_before_a_time_comes_before_what_starts_then(tmp_path: Path) -> None:
    early = "drug: prednisone, dose: 20 mg, route: oral, days: 1, at: before first infusion"
    both = (early, CLOFARABINE.format("8 mg", "09:00"))
    doses = ward_day(
        TUESDAY, filed(order_of(tmp_path, *both, id="1"), order_of(tmp_path, *both, id="2"))
    ).worklist.doses
    assert [(each.administration.drug, each.order) for each in doses] == [
        ("prednisone", 0),
        ("prednisone", 1),
        ("clofarabine", 0),
        ("clofarabine", 1),
    ]


def test_every_fault_of_a_list_is_told_at_once(tmp_path: Path) -> None:
    """Two of one patient, and two of whom nobody says whose they are: these are not taken for one patient."""
    line = CLOFARABINE.format("8 mg", "09:00")
    people: tuple[dict[str, Any], ...] = ({"id": "1"}, {"id": "1"}, {}, {})
    with pytest.raises(InputError) as refused:
        ward_day(TUESDAY, filed(*(order_of(tmp_path, line, **texts) for texts in people)))
    assert [(fault.file, fault.text.split(":")[0]) for fault in refused.value.faults] == [
        ("c.json", "names no patient"),
        ("d.json", "names no patient"),
        (
            "b.json",
            "gives drugs on 2026-12-01, and so does a.json, another order of the same patient; "
            "leave one of them out with --leave-out FILE, or cancel it",
        ),
    ]


@pytest.mark.parametrize("texts", [{}, {"name": "Anna Nowak"}, {"born": "2018-05-14"}])
def test_an_order_of_nobody_is_refused(texts: dict[str, Any], tmp_path: Path) -> None:
    files = filed(order_of(tmp_path, CLOFARABINE.format("8 mg", "09:00"), **texts))
    with pytest.raises(InputError, match=r"a\.json: patient: names no patient"):
        ward_day(TUESDAY, files)
    assert ward_day(TUESDAY.replace(day=2), files).worklist.doses == ()


def test_patients_who_may_be_mixed_up_are_asked_about(tmp_path: Path) -> None:
    line, born = CLOFARABINE.format("8 mg", "09:00"), "2018-05-14"
    on_two_days = filed(
        order_of(tmp_path, line, id="1", name="Anna Nowak", born=born),
        order_of(tmp_path, line, id="2", name="Anna Nowak", born=born),
    )
    (alert,) = ward_day(TUESDAY, on_two_days).worklist.alerts
    assert alert.code == "two-ids-one-patient"
    apart = filed(
        order_of(tmp_path, line, id="1", name="Anna Nowak", born=born),
        order_of(tmp_path, line, id="2", name="Anna Nowak", born="2018-05-15"),
    )
    assert ward_day(TUESDAY, apart).worklist.alerts == ()


def test_the_json_of_a_list_is_as_its_schema_says_and_reads_back(tmp_path: Path) -> None:
    day = ward_day(TUESDAY, filed(*four_patients(tmp_path)))
    tree = json.loads(render(day, "json", WORKLISTS))
    jsonschema.validate(tree, schema("worklist"))
    assert msgspec.convert(json.loads(render(day, "json", WORKLISTS), parse_float=Decimal), Worklist) == day.worklist
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**tree, "date": "tomorrow"}, schema("worklist"), format_checker=jsonschema.FormatChecker())


def test_a_dose_is_on_the_list_of_the_day_on_which_it_is_made_up(tmp_path: Path) -> None:
    """Made at 08:00, a dose at 02:00 on Wednesday is made on Tuesday, and so is one at 10:00 on Tuesday."""
    pharmacy = f'made_at: "08:00"\n{PHARMACY}'
    night, day = (
        order_of(tmp_path, CLOFARABINE.format("8 mg", time), id=time, start=start, pharmacy=pharmacy)
        for time, start in (("02:00", TUESDAY + datetime.timedelta(days=1)), ("10:00", TUESDAY))
    )
    of_tuesday = ward_day(TUESDAY, filed(night, day))
    assert [line.time for line in lines(of_tuesday.worklist)] == ["10:00", "Wed 02-Dec-2026 02:00"]
    assert counts(of_tuesday)["clofarabine 20 mg vial"] == 1  # both are made at 08:00
    assert ward_day(TUESDAY + datetime.timedelta(days=1), filed(night, day)).worklist.doses == ()


def test_a_dose_that_was_changed_after_it_was_made_up_is_on_the_list_of_that_day_too(tmp_path: Path) -> None:
    """Made at 08:00, day 2 at 07:00 on Wednesday is made on Tuesday; set to 6 mg on Wednesday it is made then."""
    text = CLOFARABINE.format("8 mg", "07:00").replace("days: 1,", "days: '1, 2',")
    order = order_of(tmp_path, text, id="7", start=TUESDAY, pharmacy=f'made_at: "08:00"\n{PHARMACY}')
    wednesday = TUESDAY + datetime.timedelta(days=1)
    six = (SetDose("clofarabine", Quantity(Decimal(6), "mg"), "liver"),)
    changed = revise(order, Change(on=wednesday, from_day=2, reason="liver", written_by="0.1.0", set_doses=six))
    assert [line.dose for line in lines(ward_day(TUESDAY, filed(order)).worklist)] == ["8 mg"]
    assert [line.dose for line in lines(ward_day(TUESDAY, filed(changed)).worklist)] == []
    (anew,) = lines(ward_day(wednesday, filed(changed)).worklist)
    assert (anew.dose, anew.time, anew.use_before) == ("6 mg", "07:00", "by hand")
    assert "made-before-clofarabine" in {alert.code for alert in changed.alerts}


def test_doses_that_count_as_given_by_their_date_alone_are_named_once(tmp_path: Path) -> None:
    """Three doses of Tuesday: one order was changed on Wednesday, one on Tuesday, and of the third somebody told."""
    orders = [
        order_of(tmp_path, CLOFARABINE.format("8 mg", time), id=time, start=TUESDAY)
        for time in ("09:00", "10:00", "11:00")
    ]
    given = (GivenAmount(1, 1, 1, "clofarabine", Quantity(Decimal(7), "mg")),)
    days = (TUESDAY + datetime.timedelta(days=1), TUESDAY, TUESDAY + datetime.timedelta(days=1))
    told = [
        revise(order, Change(on=on, from_day=2, reason="why", written_by="0.1.0", given=amounts))
        for order, on, amounts in zip(orders, days, ((), (), given), strict=True)
    ]
    (alert,) = ward_day(TUESDAY, filed(*told)).worklist.alerts
    assert (alert.code, alert.level) == ("counts-as-given", "check")
    assert alert.text.startswith("dose 1 of this list (clofarabine) already counts as given")
    assert ward_day(TUESDAY, filed(*orders)).worklist.alerts == ()

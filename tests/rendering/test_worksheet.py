"""The preparation worksheet: what stands on it, in every format, and how `cec prepare` answers wrong calls."""

from __future__ import annotations

import csv
import datetime
import io
import re
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from running import cec

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen
from cec.order import DailyFluid
from cec.patient import Reduction
from cec.rendering import WORKSHEETS, render
from cec.rendering.terminal.drawing import Terminal
from cec.rendering.words.preparation import fluid_of, instructions, instructions_with_blanks
from cec.rendering.worksheet import tasks
from cec.units import Quantity

STARTER = Path(__file__).parent.parent.parent / "cec" / "load" / "starter_pharmacy.yaml"
CALL = ["prepare", "cec-induction", "--height", "109cm", "--weight", "18.5kg", "--start", "2026-11-30"]
WITH_STARTER = [*CALL, "--pharmacy", str(STARTER)]


@pytest.fixture(scope="module")
def order() -> Order:
    """Doses worked by hand: clofarabine 30 mg, etoposide 75 mg, cyclophosphamide 330 mg, prednisone 9.25 mg."""
    return draft_order(
        load_regimen("cec-induction"),
        load_patient(texts={"height": "109 cm", "weight": "18.5 kg", "id": "4711"}),
        load_pharmacy(STARTER),
        start=datetime.date(2026, 11, 30),
    )


def text_of(order: Order, **options: object) -> str:
    return render(order, "table", WORKSHEETS, **options).decode()


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


IN_THE_TEXT = (
    "09:00 clofarabine 30 mg, IV infusion over 2 h",
    "Take 2 × clofarabine 20 mg/20 mL vial; 10 mg (25%) stays unused",
    "Draw 30 mL of 1 mg/mL = 30 mg",
    "Into 100 mL bag of sodium chloride 0.9% (US and EU label): take 30 mL out first, then add the drug",
    "Run 50 mL/h",
    "total volume 100 mL, expected 75 to 200 mL",
    "final concentration 0.3 mg/mL, expected 0.15 to 0.4 mg/mL",
    "filter: 0.2 micron, before dilution",
    "several hold: 24 h, room temperature (US label); 24 h, 2 to 8 degrees C (EU label)",
    "keeps at 0.2 mg/mL 96 h, 15 to 25 degrees C (CH label)",
    "Draw 3.8 mL of 20 mg/mL = 76 mg (+1.33% of 75 mg)",
    "total volume 250 mL, expected 187.5 to 375 mL",
    "Draw 16.5 mL of 20 mg/mL = 330 mg",
    "the formulary names no bag for",
    "prednisone 9.25 mg, oral From protocol 0.5 mg/kg, BSA 0.75 m2, weight 18.5 kg",
    "In all 10 × prednisone 1 mg tablet and 5 × prednisone 2.5 mg tablet and 5 × prednisone 5 mg tablet",
    "the formulary has a solution too: prednisone 1 mg/mL oral solution",
    "Dissolve each cyclophosphamide 500 mg powder vial with 25 mL: 20 mg/mL Draw 16.5 mL",
    "the formulary does not name the fluid that dissolves cyclophosphamide 500 mg powder vial",
)


def test_days_that_are_alike_tell_once_what_to_take_draw_mix_and_check(order: Order) -> None:
    text = text_of(order)
    days = text.split("Days 1 to 5 of 5, the same on each")[1]
    for line in IN_THE_TEXT:
        assert " ".join(days.split()).count(line) == 1
    assert "Fluid infused on each day: 350 mL, 18.9 mL/kg; not counted: cyclophosphamide" in days


def test_each_of_the_days_that_are_alike_has_its_own_fields(order: Order) -> None:
    """Four drugs on each day; clofarabine has a vial and a bag, and two figures to hold against what is allowed."""
    text = text_of(order)
    for day in ("1  Mon 30-Nov", "2  Tue 01-Dec", "3  Wed 02-Dec", "4  Thu 03-Dec", "5  Fri 04-Dec"):
        assert len(re.findall(rf"Day +{day.replace('  ', ' +')}-2026", text)) == 4
    assert text.count("made by ____________  draw seen by ____________") == 15
    assert text.count("checked by ____________  released by ____________") == 15
    assert text.count("before 09:00  dispensed by ____________  checked by ____________") == 5
    assert text.count("batch of clofarabine 20 mg/20 mL vial: ____________") == 5
    assert text.count("Mon 30-Nov-2026  [ ] total volume 100 mL  [ ] final concentration 0.3 mg/mL") == 1


def with_days(order: Order, drug: str, days: tuple[int, ...]) -> Order:
    """The same order, one drug of which is given on these days alone."""
    lines = tuple(replace(line, days=days) if line.drug == drug else line for line in order.regimen.drugs)
    return draft_order(replace(order.regimen, drugs=lines), order.patient, order.pharmacy, start=order.start)


def test_a_day_that_differs_stands_alone(order: Order) -> None:
    """Without cyclophosphamide on day 3, the other days are alike."""
    text = text_of(with_days(order, "cyclophosphamide", (1, 2, 4, 5)))
    alike, alone = text.split("Days 1, 2, 4, 5 of 5, the same on each")[1].split("Day 3 of 5, Wed 02-Dec-2026")
    assert "cyclophosphamide 330 mg" in alike
    assert "cyclophosphamide" not in alone.split("Pick list")[0]
    assert "Batch clofarabine 20 mg/20 mL vial: ____________" in " ".join(alone.split())
    assert "Signed made by ____________ draw seen by ____________ checked by" in " ".join(alone.split())
    assert "[ ] total volume 100 mL, expected 75 to 200 mL" in alone
    assert "Fluid infused on day 3: 350 mL, 18.9 mL/kg" in alone


def test_days_of_other_clock_times_are_not_alike(order: Order) -> None:
    """Clofarabine comes first; on day 2, without it, etoposide begins at 09:00 instead of 11:00."""
    text = text_of(with_days(order, "clofarabine", (1, 3, 4, 5)))
    assert "11:00  etoposide" in text.split("Days 1, 3 to 5 of 5")[1].split("Day 2 of 5")[0]
    assert "09:00  etoposide" in text.split("Day 2 of 5, Tue 01-Dec-2026")[1]


def test_an_omitted_drug_is_named_with_its_reason(order: Order) -> None:
    who = replace(order.patient, reductions=(Reduction("etoposide", Decimal(100), "anaphylaxis"),))
    for start in (order.start, None):
        left = draft_order(order.regimen, who, order.pharmacy, start=start)
        assert "OMITTED etoposide: reduced by 100%, to 0% of 75 mg: anaphylaxis" in text_of(left)
        assert not [task for task in tasks(left) if task.dose.drug == "etoposide"]
        assert "etoposide 0 mg" not in text_of(left)


def test_the_pick_list_is_for_the_whole_cycle(order: Order) -> None:
    """2 vials of clofarabine and 2 tablets of 1 mg on each of 5 days: 10 of each."""
    lines = text_of(order).split("Pick list for the whole cycle")[1].splitlines()
    taken = {" ".join(line.split()[1:]): line.split()[0] for line in lines if re.match(" *[0-9]+ ", line)}
    assert taken["clofarabine 20 mg/20 mL vial clofarabine"] == "10"
    assert taken["etoposide 100 mg/5 mL vial etoposide"] == "5"
    assert taken["prednisone 1 mg tablet prednisone"] == "10"
    assert taken["100 mL bag of sodium chloride 0.9% clofarabine"] == "5"
    # 1 vial of cyclophosphamide on each of 5 days, each with 25 mL: 125 mL of what the file does not name
    assert taken["mL fluid to dissolve cyclophosphamide 500 mg powder vial: to be chosen cyclophosphamide"] == "125"


def test_no_box_and_no_colour_in_a_pipe(order: Order) -> None:
    text = text_of(order, explain=True)
    assert "\N{ESCAPE}" not in text
    assert not [character for character in text if "\N{BOX DRAWINGS LIGHT HORIZONTAL}" <= character <= "\u259f"]


@pytest.mark.parametrize("width", [80, 60, 45])
def test_nothing_is_wider_than_the_paper(order: Order, width: int) -> None:
    wide = [
        line for line in text_of(order, terminal=Terminal(width=width), explain=True).splitlines() if len(line) > width
    ]
    assert not [line for line in wide if "____" not in line]
    if width == 80:
        assert not wide


def test_only_the_pick_list(order: Order) -> None:
    text = text_of(order, pick_list=True)
    assert "Day 1" not in text.split("Cycle")[1]
    assert "clofarabine 20 mg/20 mL vial" in text


def test_the_working_of_every_figure(order: Order) -> None:
    text = text_of(order, explain=True)
    assert "3.8 mL × 20 mg/mL = 76 mg, +1.33% of the ordered 75 mg" in text
    assert "100 mL / 2 h = 50 mL/h" in text


def test_csv_has_a_row_for_every_dose_with_places_to_fill_in(order: Order) -> None:
    rows = rows_of(render(order, "csv", WORKSHEETS))
    assert len(rows) == 20
    clofarabine = next(row for row in rows if row["drug"] == "clofarabine")
    assert {
        "id": "4711",
        "day": "1",
        "date": "2026-11-30",
        "start": "2026-11-30T09:00",
        "draw_mL": "30",
        "bag_mL": "100",
        "remove_mL": "30",
        "final_volume_mL": "100",
        "lowest_volume_mL": "75",
        "highest_volume_mL": "200",
        "rate_mL_per_h": "50",
        "unused": "10",
        "batch": "",
        "made_by": "",
        "checked_by": "",
    }.items() <= clofarabine.items()
    picked = rows_of(render(order, "csv", WORKSHEETS, pick_list=True))
    assert [row["count"] for row in picked if row["item"] == "clofarabine 20 mg/20 mL vial"] == ["10"]


def test_json_is_the_order_and_reads_back_equal(order: Order) -> None:
    content = render(order, "json", WORKSHEETS)
    assert msgspec.json.decode(content, type=Order) == order
    plain = msgspec.json.decode(content)
    assert plain["preparations"][1]["contains"] == {"value": 76, "unit": "mg"}
    assert plain["daily_fluids"][0]["volume"] == {"value": 350, "unit": "mL"}


def test_without_dates_days_follow_the_regimen(order: Order) -> None:
    undated = replace(order, start=None, administrations=())
    assert [(task.day, task.dose.drug) for task in tasks(undated)][:4] == [
        (1, "clofarabine"),
        (1, "etoposide"),
        (1, "cyclophosphamide"),
        (1, "prednisone"),
    ]
    text = text_of(undated)
    assert "Days 1 to 5 of 5, the same on each" in text
    assert text.count("made by") == 15


def test_a_concentration_without_limits_says_that_nobody_checked_it(order: Order) -> None:
    made = order.preparations[0]
    unchecked = replace(
        made, lowest_concentration=None, highest_concentration=None, lowest_volume=None, highest_volume=None
    )
    unlimited = ("Not checked", "final concentration 0.3 mg/mL: the formulary states no limits")
    assert unlimited in instructions(unchecked)
    assert not any(label == "Check" for label, _ in instructions(unchecked))  # no box to tick
    one_sided = replace(made, lowest_concentration=None, highest_volume=None)
    assert ("Check", "total volume 100 mL, expected at least 75 mL") in instructions(one_sided)
    assert ("Check", "final concentration 0.3 mg/mL, expected at most 0.4 mg/mL (US label)") in instructions(one_sided)
    grown = replace(made, remove=None, final_volume=Quantity(Decimal(130), "mL"))
    assert (
        "Into",
        "100 mL bag of sodium chloride 0.9% (US and EU label): add the drug; total volume 130 mL",
    ) in instructions(grown)


def test_what_is_not_checked_has_no_box_and_a_bag_that_nobody_chose_a_line(order: Order) -> None:
    """Cyclophosphamide has no bag in the file: 16.5 mL are drawn, and what they go into is written by hand."""
    task = next(task for task in tasks(order) if task.dose.drug == "cyclophosphamide")
    written = instructions_with_blanks(task.preparation, task.dose, task.row)
    labels = [label for label, _ in written]
    assert labels[:4] == ["Take", "Dissolve", "Draw", "Into"]
    assert dict(written)["Into"] == ""
    no_bag = replace(order.preparations[0], bag=None, final_volume=None, concentration=None, remove=None, rate=None)
    assert ("Not checked", "total volume: not known, allowed 75 to 200 mL") in instructions(no_bag)
    assert not any(label == "Check" for label, _ in instructions(no_bag))


def test_the_fluid_of_a_day_is_not_known_where_no_volume_is() -> None:
    nothing, per_kg, some = (Quantity(Decimal(value), unit) for value, unit in ((0, "mL"), (0, "mL/kg"), (100, "mL")))
    assert fluid_of(DailyFluid((1,), nothing, per_kg, ("clofarabine", "mesna"))) == (
        "not known; not counted: clofarabine, mesna"
    )
    assert fluid_of(DailyFluid((1,), nothing, per_kg)) == "0 mL, 0 mL/kg"
    assert fluid_of(DailyFluid((1,), some, Quantity(Decimal(5), "mL/kg"), ("mesna",))) == (
        "100 mL, 5 mL/kg; not counted: mesna"
    )


def test_a_content_that_hardly_differs_has_no_negative_zero(order: Order) -> None:
    made = replace(
        order.preparations[0], contains=Quantity(Decimal("29.9999"), "mg"), deviation_percent=Decimal("-0.00")
    )
    assert ("Draw", "30 mL of 1 mg/mL = 29.9999 mg (0% of 30 mg)") in instructions(made)


def test_the_command_prints_the_worksheet() -> None:
    code, out, err = cec(*WITH_STARTER)
    assert (code, err) == (0, "")
    assert out.startswith("Preparation worksheet\n")


def test_without_a_formulary_each_dose_has_lines_to_write_on_and_says_what_is_missing() -> None:
    code, out, err = cec(*CALL)
    assert (code, err) == (0, "")
    text = " ".join(out.split())
    assert text.count("Take ____________ Draw ____________ mL Into ____________ mL of ____________") == 3
    assert text.count("the pharmacy has no formulary: product, volumes and bag are written by hand") == 4
    assert text.count("made by ____________ draw seen by ____________") == 15
    assert (
        "prednisone 9.25 mg, oral From protocol 0.5 mg/kg, BSA 0.75 m2, weight 18.5 kg Take ____________ Miss" in text
    )


def test_another_product_for_one_order() -> None:
    """9.25 mg of the 1 mg/mL solution: 9.25 mL, to 0.1 mL 9.3 mL."""
    choice = "prednisone=prednisone 1 mg/mL oral solution"
    code, out, _ = cec(*WITH_STARTER, "--product", choice, "--explain")
    assert code == 0
    assert "Measure 9.3 mL of 1 mg/mL = 9.3 mg (+0.54% of 9.25 mg)" in " ".join(out.split())
    assert f"product from the command line: {choice}" in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            [*CALL, "--pick-list"],
            1,
            "a pick list is counted from the products of a formulary, and the pharmacy has none",
        ),
        ([*WITH_STARTER, "--product", "prednisone=aspirin"], 1, "--product: 'aspirin' is not a product of prednisone"),
        ([*WITH_STARTER, "--product", "prednisone"], 1, "is not a drug with its product"),
        ([*WITH_STARTER, "--product", "cisplatin=vial"], 1, "'cisplatin' is not in the formulary"),
        ([*WITH_STARTER, "--format", "ics"], 2, "'ics' is not a format; write table, csv, json or pdf"),
        ([*WITH_STARTER, "--format", "csv", "--explain"], 2, "is not an option of csv, but of table and json"),
        ([*WITH_STARTER, "--format", "json", "--pick-list"], 2, "is not an option of json, but of table and csv"),
    ],
)
def test_wrong_calls_are_told_plainly(arguments: list[str], code: int, message: str) -> None:
    left, out, err = cec(*arguments)
    assert (left, out) == (code, "")
    assert message in " ".join(err.split())
    assert "Traceback" not in err


def test_a_volume_of_a_litre_is_whole_beside_the_box_to_tick(tmp_path: Path) -> None:
    """350 mg at 0.2 to 0.4 mg/mL go into 875 to 1,750 mL."""
    path = tmp_path / "pharmacy.yaml"
    path.write_text(STARTER.read_text("utf-8").replace("250 mL, 500 mL]", "500 mL, 1000 mL]"), "utf-8")
    done = cec("prepare", "cec-induction", "--height", "200cm", "--weight", "220.5kg", "--pharmacy", str(path))
    assert "total volume 1,000 mL, expected 875 to 1,750 mL" in " ".join(done.out.split())
    assert done.out.count("[ ] total volume 1,000 mL  [ ] final concentration 0.35 mg/mL") == 5

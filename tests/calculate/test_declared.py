"""What a person declares of doses: reduced by and to, on some days or one line; set to an amount; withheld.

128 cm, 26 kg: BSA 0.96 m2 (√(128 × 26 / 3600) = 0.96148…), so 38.4, 96 and 422.4 mg, and 13 mg of prednisone.
"""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from regimen_texts import regimen_text
from running import cec
from test_pdf import pages

from cec import Order, draft_order, load_order, load_patient, load_pharmacy, load_regimen, render
from cec.errors import InputError, OrderRefused

SIZE = ("--height", "128", "--weight", "26", "--age", "8", "--sex", "f")
FOLFOX = regimen_text(
    "folfox",
    "drug: oxaliplatin, dose: 85 mg/m2, route: IV infusion, over: 2 h, days: 1",
    "drug: fluorouracil, dose: 400 mg/m2, route: IV bolus, days: 1",
    "drug: fluorouracil, dose: 2400 mg/m2, route: IV continuous infusion, over: 46 h, days: 1",
)


def order_of(regimen: Any = "cec-induction", **declared: Any) -> Order:
    texts: dict[str, Any] = {"height": "128", "weight": "26", "age": "8", "sex": "f", **declared}
    return draft_order(load_regimen(regimen), load_patient(texts=texts))


def amounts(order: Order, drug: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(str(dose.ordered), dose.days) for dose in order.doses if dose.drug == drug]


def codes(order: Order) -> list[str]:
    return [alert.code for alert in order.alerts if alert.level != "note"]


@pytest.mark.parametrize("words", ["25%", "by 25%", "to 75%"])
def test_by_and_to_are_one_reduction_and_both_are_printed(words: str) -> None:
    """96 mg less a quarter is 72 mg."""
    order = order_of(reductions=[f"etoposide={words}: mucositis"])
    assert amounts(order, "etoposide") == [("72 mg", (1, 2, 3, 4, 5))]
    assert "reduced by 25%, to 75% of 96 mg: mucositis" in render(order, "table").decode()
    assert codes(order) == []


def test_a_reduction_of_more_than_half_is_asked_about() -> None:
    """75% of 96 mg is 72 mg; who types 75% for it gets 24 mg, and a question."""
    order = order_of(reductions=["etoposide=75%: CrCl 40"])
    assert amounts(order, "etoposide") == [("24 mg", (1, 2, 3, 4, 5))]
    (alert,) = (alert for alert in order.alerts if alert.code == "large-reduction-etoposide")
    assert alert.level == "check"
    assert alert.text == "reduced by 75%, to 25% of 96 mg: by 75% is more than half; is it not meant to 75%?"
    assert codes(order_of(reductions=["etoposide=50%: CrCl 40"])) == []


def test_some_days_may_be_reduced() -> None:
    """2 × 96 + 3 × 72 = 408 mg."""
    order = order_of(reductions=["etoposide on days 3-5=to 75%: mucositis"])
    assert amounts(order, "etoposide") == [("96 mg", (1, 2)), ("72 mg", (3, 4, 5))]
    assert "2 × 96 mg + 3 × 72 mg = 408 mg" in pages(render(order, "pdf"))[0]
    assert load_order(render(order, "json")) == order


def test_one_line_of_a_drug_may_be_reduced(tmp_path: Path) -> None:
    """0.96 m2: 384 mg and 2,304 mg; a quarter less of the third line is 1,728 mg."""
    path = tmp_path / "folfox.yaml"
    path.write_text(FOLFOX, encoding="utf-8")
    order = order_of(path, reductions=["fluorouracil line 3=25%: diarrhoea"])
    assert amounts(order, "fluorouracil") == [("384 mg", (1,)), ("1,728 mg", (1,))]
    both = order_of(path, reductions=["fluorouracil=25%: diarrhoea"])
    assert amounts(both, "fluorouracil") == [("288 mg", (1,)), ("1,728 mg", (1,))]
    assert "to 75% of 384 mg on all 2 lines of it: diarrhoea" in render(both, "table").decode()
    with pytest.raises(InputError, match=r"in line 1, but fluorouracil is line 2 \(IV bolus, days 1\), line 3"):
        order_of(path, reductions=["fluorouracil line 1=25%: diarrhoea"])
    with pytest.raises(InputError, match="2 lines; name the line, like 'fluorouracil line 2=300 mg: why'"):
        order_of(path, set=["fluorouracil=300 mg: diarrhoea"])


def test_a_dose_that_is_set_is_the_last_step_and_never_rounded() -> None:
    texts: dict[str, Any] = {"height": "128", "weight": "26", "set": ["etoposide=70.3 mg: one vial left"]}
    pharmacy = load_pharmacy(texts={"dose_rounding": {"etoposide": "nearest 5 mg"}})
    order = draft_order(load_regimen("cec-induction"), load_patient(texts=texts), pharmacy)
    dose = order.doses[1]
    assert (str(dose.ordered), str(dose.calculated), dose.steps[-1].what) == ("70.3 mg", "96 mg", "set")
    assert dose.steps[-1].how == "set to 70.3 mg, not 96 mg: one vial left"
    texts["set"] = ["etoposide=96 mg: agreed by telephone"]
    as_before = draft_order(load_regimen("cec-induction"), load_patient(texts=texts), pharmacy).doses[1]
    assert as_before.steps[-1].how == "set to 96 mg, which it was already: agreed by telephone"
    assert str(dose.cycle_total) == "351.5 mg"


@pytest.mark.parametrize(
    ("amount", "found"),
    [
        ("105.6", []),  # 10% above 96 mg
        ("105.7", ["set-dose-etoposide"]),
        ("192", ["set-dose-etoposide"]),
        ("48", []),  # half; down to it less is a person's own decision
        ("47.9", ["set-dose-etoposide"]),
        ("9.6", ["set-dose-etoposide"]),  # a lost digit
    ],
)
def test_an_amount_above_the_calculated_one_is_asked_about(amount: str, found: list[str]) -> None:
    assert codes(order_of(set=[f"etoposide={amount} mg: why"])) == found


def test_an_amount_above_twice_the_calculated_one_is_a_stop() -> None:
    with pytest.raises(OrderRefused, match=r"set to 192\.1 mg, more than twice the calculated dose"):
        order_of(set=["etoposide=192.1 mg: why"])


def test_an_amount_above_the_maximum_is_asked_about(tmp_path: Path) -> None:
    """1.5 mg/m2 × 1.5 m2 is capped at 2 mg; 2.1 mg is 5% above."""
    path = tmp_path / "capped.yaml"
    line = "  - {drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV bolus, days: 1}\n"
    path.write_text(FOLFOX.partition("  - ")[0] + line, encoding="utf-8")
    texts: dict[str, Any] = {"height": "150", "weight": "54", "set": ["vincristine=2.1 mg: syringe"]}
    order = draft_order(load_regimen(path), load_patient(texts=texts))
    assert "set-above-maximum-vincristine" in codes(order)


def test_a_withheld_drug_is_omitted_with_its_reason_on_every_paper() -> None:
    order = order_of(without=["prednisone: steroid psychosis"])
    dose = order.doses[3]
    assert (dose.withheld, str(dose.ordered)) == ("steroid psychosis", "0 mg")
    assert "withheld-prednisone" in codes(order)
    table = render(order, "table").decode()
    assert "prednisone: OMITTED on every day, withheld: steroid psychosis" in table
    assert "13 mg" not in table
    first = pages(render(order, "pdf"))[0]
    assert "prednisone OMITTED not given in this cycle: steroid psychosis" in first
    assert load_order(render(order, "json")) == order


def test_a_drug_that_cannot_be_computed_may_be_withheld(tmp_path: Path) -> None:
    path = tmp_path / "auc.yaml"
    path.write_text(FOLFOX + "  - {drug: carboplatin, dose: AUC 5, route: IV infusion, over: 1 h, days: 1}\n")
    with pytest.raises(OrderRefused, match="carboplatin: a dose by AUC needs the creatinine clearance"):
        order_of(path, age="18")
    assert order_of(path, without=["carboplatin: no clearance known"]).doses[-1].withheld == "no clearance known"


def test_some_days_may_be_withheld() -> None:
    order = order_of(without=["etoposide on days 4-5: thrombocytopenia"])
    assert amounts(order, "etoposide") == [("96 mg", (1, 2, 3)), ("0 mg", (4, 5))]
    assert "3 × 96 mg = 288 mg" in pages(render(order, "pdf"))[0]


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"reductions": ["etoposide on day 9=25%: x"]}, "on day 9, but it is given on days 1 to 5"),
        ({"without": ["prednisolone: x"]}, "prednisolone is withheld, but cec-induction gives clofarabine"),
        ({"set": ["etoposide=70 mg: a"], "reductions": ["etoposide=25%: b"]}, "on the same day; give one of them"),
        ({"set": ["etoposide=70 units: a"]}, "a dose of etoposide is set to 70 units, but its dose is in mg"),
        ({"reductions": ["etoposide=25%: a", "etoposide on day 2=50%: b"]}, "etoposide is reduced twice"),
        ({"reductions": ["etoposide=to 100%: a"]}, "reduces nothing"),
        ({"reductions": ["etoposide=25: a"]}, "has no unit; write it like 5%"),
        ({"set": ["etoposide: a"]}, "sets no dose; write drug, amount and reason"),
        ({"without": ["etoposide"]}, "does not withhold a drug; write drug and reason"),
        ({"without": ["etoposide: a, clofarabine=50%: b"]}, "holds another reduction"),
    ],
)
def test_what_fits_no_dose_is_refused(declared: dict[str, list[str]], words: str) -> None:
    with pytest.raises(InputError, match=words.replace("(", r"\(")):
        order_of(**declared)


def test_options_files_and_cells_say_the_same(tmp_path: Path) -> None:
    options = ("--reduce", "etoposide on days 3-5=to 75%: mucositis", "--without", "prednisone: psychosis")
    typed = json.loads(cec("dose", *SIZE, *options, "--format", "json").out, parse_float=Decimal)
    path = tmp_path / "patient.yaml"
    path.write_text(
        "height: 128 cm\nweight: 26 kg\nage: 8\nsex: f\n"
        "reductions: [{drug: etoposide, percent: to 75%, days: 3-5, reason: mucositis}]\n"
        "without: ['prednisone: psychosis']\n"
    )
    filed = json.loads(cec("dose", "--patient", str(path), "--format", "json").out, parse_float=Decimal)
    assert typed["doses"] == filed["doses"]
    table = tmp_path / "t.csv"
    table.write_text(
        "height,weight,age,sex,set,without\n128,26,8,f,etoposide=70 mg: one vial left,prednisone: psychosis\n"
    )
    done = cec("batch", str(table))
    (row,) = csv.DictReader(io.StringIO(done.out))
    assert (row["etoposide_mg"], row["prednisone_mg"], row["clofarabine_mg"]) == ("70", "0", "38.4")
    assert "withheld-prednisone" in row["alerts"]


def test_a_table_with_one_column_for_each_drug_cannot_hold_amounts_that_differ_by_day(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("id,height,weight,reduce\na,128,26,etoposide on days 3-5=25%: mucositis\nb,128,26,\n")
    done = cec("batch", str(table), "--rejects", str(tmp_path / "rejects.csv"))
    assert done.code == 1
    assert "amounts differ by day; use --long" in (tmp_path / "rejects.csv").read_text()


def test_the_csv_of_doses_can_be_verified_with_what_was_declared(tmp_path: Path) -> None:
    path = tmp_path / "doses.csv"
    cec("dose", *SIZE, "--reduce", "etoposide=25%: mucositis", "--set", "clofarabine=38 mg: vials", "-o", str(path))
    done = cec("verify", str(path))
    assert done.code == 0, done.out


def test_beside_a_stop_no_amount_is_printed(tmp_path: Path) -> None:
    """79 cm, 9.8 kg: a stop below 10 kg; 9.8 × 0.5 = 4.9 mg of prednisone, which no 5 mg tablet less 5% comes near."""
    path = tmp_path / "pharmacy.yaml"
    path.write_text("dose_rounding: {prednisone: nearest 20 mg}\n")
    small = ("--height", "79cm", "--weight", "9.8kg", "--pharmacy", str(path))
    done = cec("dose", *small)
    assert done.code == 1
    assert "stop under-10-kg" in done.err
    assert "prednisone: its dose is refused too, told once this is settled" in done.err
    assert " mg" not in done.err.replace("20 mg", "")
    done = cec("dose", *small, "--accept", "under-10-kg=tumour board")
    assert "rounding 4.9 mg to the nearest 20 mg" in done.err

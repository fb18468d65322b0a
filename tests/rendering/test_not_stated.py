"""What is unknown is not printed as no, and what a check used stands on the order."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from papers import pages_of
from regimen_texts import regimen_file

from cec import draft_order, load_patient, load_pharmacy, load_regimen
from cec.load.typed import Texts
from cec.order import Order, PickItem
from cec.rendering import WORKSHEETS, render

STARTER = Path(__file__).parent.parent.parent / "cec" / "load" / "starter_pharmacy.yaml"
START = datetime.date(2026, 11, 30)
SIZE = {"height": "109 cm", "weight": "18.5 kg"}
KNOWN: Texts = {
    **SIZE,
    "allergies": "latex",
    "previous_day_1": "2026-11-02",
    "previous_cycles": "1",
    "previous_weight": "18 kg",
    "creatinine": "44 micromol/L",
    "history": {"prior_hsct": "false", "long_neutropenia": "true"},
    "earlier_doses": {"etoposide": "500 mg/m2"},
}


def order_of(texts: Texts = SIZE, pharmacy: Path | None = STARTER, regimen: str | Path = "cec-induction") -> Order:
    return draft_order(load_regimen(regimen), load_patient(texts=texts), load_pharmacy(pharmacy), start=START)


def stock(folder: Path, drugs: Mapping[str, str]) -> Path:
    path = folder / "pharmacy.yaml"
    path.write_text("formulary:\n" + "".join(f"  {drug}: {entry}\n" for drug, entry in drugs.items()), encoding="utf-8")
    return path


def labels_of(order: Order) -> list[str]:
    """The text of each label; slips with alerts are none."""
    return [page for page in pages_of(render(order, "labels", paper="100x60mm")) if re.search(r"label \d+ of", page)]


VIAL = "{products: [{name: a vial, form: solution, strength: 1 mg/mL, volume: 20 mL}], bags: [100 mL], cytotoxic: %s}"


@pytest.mark.parametrize(
    ("cytotoxic", "on_label", "on_worksheet"),
    [("true", "CYTOTOXIC", True), ("false", "", False)],
)
def test_what_is_stated_of_cytotoxic_drugs_stands_as_it_is_stated(
    cytotoxic: str, on_label: str, on_worksheet: bool, tmp_path: Path
) -> None:
    order = order_of(pharmacy=stock(tmp_path, {"clofarabine": VIAL % cytotoxic}))
    label = labels_of(order)[0]
    assert ("CYTOTOXIC" in label, "Cytotoxic: yes" in label) == (bool(on_label), False)
    assert ("cytotoxic" in order.preparations[0].handling) == on_worksheet


def test_a_drug_of_which_nothing_is_stated_is_not_called_harmless(tmp_path: Path) -> None:
    """Neither one that the formulary does not hold, nor one of which it does not say, nor one that cannot be drawn."""
    silent = "{products: [{name: a vial, form: solution, strength: 7 mg/mL, volume: 20 mL}]}"  # 75 / 7 mL: no end
    order = order_of(pharmacy=stock(tmp_path, {"etoposide": silent, "clofarabine": VIAL % "true"}))
    clofarabine, etoposide, cyclophosphamide, _ = order.preparations
    assert "cytotoxic: not stated" in etoposide.handling
    assert "cannot be measured" in etoposide.missing
    assert "cytotoxic: not stated" in cyclophosphamide.handling
    assert "cytotoxic" in clofarabine.handling
    labels = labels_of(order)[:3]
    assert ["Cytotoxic: yes" in label for label in labels] == [False, True, True]
    worksheets = [render(order, name, WORKSHEETS).decode() for name in ("table", "csv")]
    worksheets.append(" ".join(pages_of(render(order, "pdf", WORKSHEETS))))
    assert all("cytotoxic: not stated" in text for text in worksheets)


def test_a_product_without_storage_times_says_so_and_one_with_them_does_not() -> None:
    clofarabine, _, cyclophosphamide, prednisone = order_of().preparations
    assert "keeps: not stated" in cyclophosphamide.handling
    assert "keeps: not stated" not in clofarabine.handling
    assert "keeps: not stated" not in prednisone.handling  # tablets keep as their pack says


def test_what_the_formulary_does_not_give_is_on_the_pick_list(tmp_path: Path) -> None:
    """Cyclophosphamide's bag is not in the starter file; of clofarabine alone, three products are missing."""
    items = order_of().pick_list
    to_choose = [item for item in items if "to be chosen" in item.item]
    assert [(item.kind, item.drug, item.count, item.item) for item in to_choose] == [
        ("fluid", "cyclophosphamide", None, "fluid to dissolve cyclophosphamide 500 mg powder vial: to be chosen"),
        ("bag", "cyclophosphamide", Decimal(5), "bag: to be chosen"),
    ]
    for text in (render(order_of(), name, WORKSHEETS, pick_list=True).decode() for name in ("table", "csv")):
        assert "bag: to be chosen" in text
    alone = order_of(pharmacy=stock(tmp_path, {"clofarabine": VIAL % "true"})).pick_list
    assert [(item.kind, item.drug) for item in alone if "to be chosen" in item.item] == [
        ("vial", "etoposide"),
        ("bag", "etoposide"),
        ("vial", "cyclophosphamide"),
        ("bag", "cyclophosphamide"),
        ("tablet", "prednisone"),
    ]
    assert all(item.count == 5 for item in alone if "to be chosen" in item.item)


def test_a_complete_formulary_leaves_nothing_to_choose(tmp_path: Path) -> None:
    path = regimen_file(tmp_path, "sample", "drug: clofarabine, dose: 40 mg/m2, route: IV infusion, over: 2 h, days: 1")
    order = order_of(pharmacy=STARTER, regimen=path)
    assert order.pick_list == (
        PickItem("clofarabine 20 mg/20 mL vial", "vial", "clofarabine", order.pick_list[0].count),
        PickItem("100 mL bag of sodium chloride 0.9%", "bag", "clofarabine", order.pick_list[1].count),
    )
    pushed = regimen_file(tmp_path, "pushed", "drug: clofarabine, dose: 40 mg/m2, route: IV bolus, days: 1")
    assert [item.kind for item in order_of(pharmacy=STARTER, regimen=pushed).pick_list] == ["vial"]


STANDS = (
    "day 1 02-Nov-2026, 28 days before this, 1 cycle of this treatment given before",
    "prior hsct: no; long neutropenia: yes",
    "etoposide 500 mg/m2",
    "serum creatinine 44 micromol/L",
    "body weight at the last calculation 18 kg",
)


def test_facts_that_checks_use_stand_on_the_order_and_on_the_first_page() -> None:
    order = order_of(KNOWN)
    text = " ".join(render(order, "table").decode().split())
    first = pages_of(render(order, "pdf"))[0]
    assert [words for words in STANDS if words not in text] == []
    assert [words for words in STANDS if words not in first] == []


def test_nothing_is_said_of_facts_that_nobody_told() -> None:
    for text in (render(order_of(), "table").decode(), pages_of(render(order_of(), "pdf"))[0]):
        assert not any(label in text for label in ("Previous cycle", "History", "Given before", "Also known"))


def test_allergies_measures_and_checks_stand_on_every_page() -> None:
    order = order_of(KNOWN)
    for content in (render(order, "pdf"), render(order, "pdf", WORKSHEETS)):
        assert len(pages_of(content)) > 1
        for page in pages_of(content):
            assert "ALLERGIES latex 18.5 kg, 109 cm, BSA 0.75 m2, measured: day not told" in page
            assert "Alerts CHECK longer-infusion, CHECK" in page
    for page in pages_of(render(order_of(), "pdf")):
        assert "ALLERGIES not told 18.5 kg" in page
    for page in pages_of(render(order_of({**SIZE, "allergies": "none known", "measured_on": "2026-11-29"}), "pdf")):
        assert "ALLERGIES none known 18.5 kg, 109 cm, BSA 0.75 m2, measured 29-Nov-2026" in page


def test_an_accepted_stop_stands_on_every_page() -> None:
    patient = load_patient(texts={"height": "79 cm", "weight": "9.9 kg"})
    order = draft_order(load_regimen("cec-induction"), patient, start=START, accept={"under-10-kg": "tumour board"})
    assert all(
        "Alerts STOP under-10-kg (accepted), CHECK longer-infusion" in page for page in pages_of(render(order, "pdf"))
    )


def test_checks_that_were_not_made_are_not_said_to_have_found_nothing(tmp_path: Path) -> None:
    size: dict[str, str] = {"height": "128 cm", "weight": "26 kg"}
    order = draft_order(load_regimen("cec-induction"), load_patient(texts=size))
    first = pages_of(render(order, "pdf"))[0]
    checks = load_regimen("cec-induction").checks
    gaps = order.alerts[-1].not_made
    wanting = {check for gap in gaps for check in gap.checks}
    count = len({check.code for check in checks} - wanting)
    assert f"Look at: nothing; held against {count} checks of the regimen and those of the program" in first
    assert all(f"{gap.why} ({', '.join(gap.checks)})" in first.partition("; not checked: ")[2] for gap in gaps)
    assert "Alerts" not in first
    plain = load_regimen(regimen_file(tmp_path, "plain", "drug: etoposide, dose: 100 mg/m2, route: IV, days: 1"))
    order = draft_order(plain, load_patient(texts={**size, "age": "8", "sex": "f"}))
    assert not order.alerts
    (words,) = re.findall(r"Look at: nothing; held against .*? Before day 1", pages_of(render(order, "pdf"))[0])
    assert "not checked" not in words
    assert "of the regimen" not in words

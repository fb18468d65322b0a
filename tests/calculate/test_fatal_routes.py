"""Routes that kill: no file, option or acceptance lets a vinca alkaloid into the cerebrospinal fluid."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import polars as pl
import pytest
from papers import pages_of
from regimen_texts import regimen_file
from running import cec

import cec as public
from cec.errors import FileError, OrderRefused
from cec.load import check_regimen, load_patient, load_pharmacy, load_regimen
from cec.order import Order
from cec.rendering import render
from cec.rendering.csv.worksheet import render as worksheet_csv
from cec.rendering.pdf.worksheet import render as worksheet_pdf
from cec.rendering.terminal.worksheet import render as worksheet_text
from cec.routes import CSF_ROUTES, FATAL_IN_CSF, fatal_in_csf, label_of_route

WORDS = "FOR INTRAVENOUS USE ONLY - FATAL IF GIVEN BY OTHER ROUTES"
"""As WHO alert 115 (2007) has it."""
MEASURES = ("--height", "128cm", "--weight", "26kg")
PHARMACY = """\
formulary:
  oncovin:
    products:
      - {name: vinCRIStine sulfate 1 mg/mL vial, form: solution, strength: 1 mg/mL, volume: 2 mL}
  methotrexate:
    products:
      - {name: methotrexate 5 mg/2 mL vial, form: solution, strength: 2.5 mg/mL, volume: 2 mL, label: FOR SPINAL USE}
"""


def order_of(folder: Path, *lines: str, pharmacy: str = "", accept: dict[str, str] | None = None) -> Order:
    stock = None
    if pharmacy:
        stock = folder / "pharmacy.yaml"
        stock.write_text(pharmacy, encoding="utf-8")
    return public.draft_order(
        load_regimen(regimen_file(folder, "sample", *lines)),
        load_patient(texts={"height": "128 cm", "weight": "26 kg"}),
        load_pharmacy(stock),
        start=datetime.date(2026, 11, 30),
        accept=accept or {},
    )


@pytest.mark.parametrize("route", CSF_ROUTES)
@pytest.mark.parametrize(
    "drug",
    [
        "vincristine",
        "vinCRIStine sulfate",
        "Vincristine, liposomal",
        "vinblastine",
        "vinorelbine tartrate",
        "vindesine",
        "winkrystyna",
        "bortezomib",
    ],
)
def test_a_fatal_route_is_a_stop_that_no_reason_accepts(drug: str, route: str, tmp_path: Path) -> None:
    line = f"drug: '{drug}', dose: 1.5 mg/m2, route: {route}, days: 1"
    with pytest.raises(OrderRefused) as refused:
        order_of(tmp_path, line)
    (fault,) = refused.value.faults
    code = fault.text.split()[1].rstrip(":")
    assert fault.text.startswith(f"stop fatal-route-{drug.replace(',', '').casefold().partition(' ')[0]}")
    assert "nothing lifts this stop" in fault.text
    assert "mg" not in fault.text  # a stop shows no dose
    with pytest.raises(OrderRefused, match="nothing lifts this stop"):
        order_of(tmp_path, line, accept={code: "tumour board"})


@pytest.mark.parametrize(
    ("drug", "route"),
    [
        ("methotrexate", "intrathecal"),
        ("cytarabine", "intraventricular"),
        ("hydrocortisone", "intrathecal"),
        ("vincristine", "IV infusion, over: 10 min"),
        ("vinorelbine", "oral"),
    ],
)
def test_what_does_not_kill_passes_in_peace(drug: str, route: str, tmp_path: Path) -> None:
    order = order_of(tmp_path, f"drug: {drug}, dose: 1.5 mg/m2, route: {route}, days: 1")
    assert [alert.code for alert in order.alerts] == ["incomplete"]
    assert check_regimen(tmp_path / "sample.yaml") == order.regimen


def test_another_drug_of_the_same_stem_is_no_stop(tmp_path: Path) -> None:
    order = order_of(tmp_path, "drug: vinpocetine, dose: 1.5 mg/m2, route: intrathecal, days: 1")
    assert [(alert.level, alert.code) for alert in order.alerts][:1] == [("check", "into-csf-vinpocetine")]


def test_a_line_of_another_cycle_stops_too(tmp_path: Path) -> None:
    with pytest.raises(OrderRefused, match="fatal-route-vincristine"):
        order_of(
            tmp_path,
            "drug: etoposide, dose: 100 mg/m2, route: IV, days: 1",
            "drug: vincristine, dose: 1.5 mg/m2, route: intrathecal, days: 1, cycles: 2",
        )


def test_the_name_of_a_product_counts(tmp_path: Path) -> None:
    """Whatever the pharmacy calls the drug: what is drawn is vincristine."""
    line = "drug: Oncovin, dose: 1.5 mg/m2, route: intrathecal, days: 1"
    with pytest.raises(OrderRefused, match="stop fatal-route-oncovin: Oncovin, intrathecal: a vinca alkaloid"):
        order_of(tmp_path, line, pharmacy=PHARMACY)


def test_the_check_of_a_file_names_it_with_its_place(tmp_path: Path) -> None:
    path = regimen_file(
        tmp_path,
        "sample",
        "drug: methotrexate, dose: 12 mg, route: intrathecal, days: 1",
        "drug: vincristine, dose: 1.5 mg/m2, route: intrathecal, days: 1",
    )
    with pytest.raises(FileError) as refused:
        check_regimen(path)
    (fault,) = refused.value.faults
    assert (fault.line, fault.where) == (8, "drugs 2 (vincristine): route")
    assert "intrathecal: a vinca alkaloid in the cerebrospinal fluid nearly always kills [WHO alert 115" in fault.text
    for command in ("check", "show"):
        done = cec("regimen", command, str(path))
        assert done.code == 1
        assert "sample.yaml:8:" in done.out + done.err


def test_every_command_stops_and_prints_no_dose(tmp_path: Path) -> None:
    path = str(regimen_file(tmp_path, "sample", "drug: vincristine, dose: 1.5 mg/m2, route: intrathecal, days: 1"))
    pharmacy = tmp_path / "pharmacy.yaml"
    pharmacy.write_text(PHARMACY, encoding="utf-8")
    accept = ("--accept", "fatal-route-vincristine=told to")
    start = ("--start", "2026-11-30")
    for arguments in (
        ("dose", path, *MEASURES, *accept),
        ("dose", path, *MEASURES, *accept, "--format", "json"),
        ("schedule", path, *MEASURES, *accept, *start),
        ("prepare", path, *MEASURES, *accept, "--pharmacy", str(pharmacy)),
        ("verify", path, *MEASURES, "vincristine=1.44mg"),
    ):
        done = cec(*arguments)
        assert (done.code, done.out) == (1, ""), arguments
        assert "stop fatal-route-vincristine" in done.err
        assert "1.44" not in done.err  # 1.5 mg/m2 × 0.96 m2


def test_a_batch_rejects_every_row(tmp_path: Path) -> None:
    path = regimen_file(tmp_path, "sample", "drug: vincristine, dose: 1.5 mg/m2, route: intrathecal, days: 1")
    patients = tmp_path / "patients.csv"
    patients.write_text("id,height_cm,weight_kg\n1,128,26\n2,109,18.5\n", encoding="utf-8")
    done = cec("batch", str(patients), "--regimen", str(path))
    assert done.code == 1
    assert done.err.count("stop fatal-route-vincristine") == 2
    assert "1.44" not in done.out
    frame = public.dose_table(pl.DataFrame({"height": ["128"], "weight": ["26"]}), str(path))
    assert "stop fatal-route-vincristine" in frame.get_column("rejected")[0]
    assert frame.get_column("vincristine_mg")[0] is None


def test_the_words_stand_on_every_label_and_row_of_the_drug_and_on_no_other(tmp_path: Path) -> None:
    order = order_of(
        tmp_path,
        "drug: vincristine, dose: 1.5 mg/m2, route: IV bolus, days: 1",
        "drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 1",
        "drug: vinorelbine, dose: 60 mg/m2, route: oral, days: 1",
        pharmacy=PHARMACY,
    )
    assert [dose.label for dose in order.doses] == [(WORDS,), (), ()]
    labels = labels_of(order)
    assert [WORDS in label for label in labels] == [True, False]  # capsules have none here
    assert pages_of(render(order, "pdf"))[1].count(WORDS) == 1
    assert " ".join(pages_of(worksheet_pdf(order))).count(WORDS) == 1
    for text in (worksheet_text(order), worksheet_csv(order), render(order, "table")):
        assert " ".join(text.decode().split()).count(WORDS) == 1
    assert WORDS in render(order, "ics").decode().replace("\r\n ", "")


def test_label_of_a_line_and_of_a_product_stand_on_their_labels(tmp_path: Path) -> None:
    order = order_of(
        tmp_path,
        "drug: methotrexate, dose: 12 mg, route: intrathecal, days: 1, label: keep apart",
        "drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 1",
        pharmacy=PHARMACY,
    )
    assert [dose.label for dose in order.doses] == [("keep apart", "FOR SPINAL USE"), ()]
    labels = labels_of(order)
    of_drug = {drug: " ".join(label for label in labels if drug in label) for drug in ("methotrexate", "etoposide")}
    for words in ("keep apart", "FOR SPINAL USE"):
        assert [words in text for text in of_drug.values()] == [True, False]
    assert "label: keep apart" in cec("regimen", "show", str(tmp_path / "sample.yaml")).said
    assert "label: FOR SPINAL USE" in cec("pharmacy", "show", str(tmp_path / "pharmacy.yaml")).said


def test_every_row_of_the_table_has_words_and_a_source_and_no_stem_of_another_drug() -> None:
    assert FATAL_IN_CSF
    for row in FATAL_IN_CSF:
        assert row.why
        assert row.label
        assert row.source
        assert all(len(word) > 7 and word == word.casefold() for word in row.words)
        assert all(label_of_route([word], "IV bolus") == row.label for word in row.words)
        assert not any(label_of_route([word], route) for word in row.words for route in ("oral", *CSF_ROUTES))
    assert all(fatal_in_csf([name]) is None for name in ("", "vin", "vincamine", "vincristinex", "methotrexate"))


def labels_of(order: Order) -> list[str]:
    """The text of each label; slips with alerts are none."""
    return [page for page in pages_of(render(order, "labels", paper="100x60mm")) if re.search(r"label \d+ of", page)]

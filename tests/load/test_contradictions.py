"""One fact told twice is compared: names of products, figures beside names, days of cycles, names of regimens."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pypdf
import pytest
from regimen_texts import SHIPPED, faults_in, regimen_text
from running import Done, cec

from cec import draft_order, load_order, load_patient, load_pharmacy, load_regimen, render
from cec.drug_names import DIFFERENT_DRUGS, own_words
from cec.load import regimen_folder
from cec.verification import verify_order

MEASURES = ("--height", "128cm", "--weight", "26kg")
NAME = "not the shipped cec-induction"


def faults_of(folder: Path, formulary: str) -> list[str]:
    path = folder / "pharmacy.yaml"
    path.write_text(f"formulary:\n{formulary}", encoding="utf-8")
    return [str(fault) for fault in faults_in(path, load_pharmacy)]


def drug(name: str, product: str, figures: str = "form: tablet, content: 5 mg") -> str:
    return f"  {name}:\n    products:\n      - {{name: '{product}', {figures}}}\n"


@pytest.mark.parametrize(
    ("formulary", "says"),
    [
        (drug("vinblastine", "vinCRIStine sulfate vial"), "names vincristine, which is not vinblastine"),
        (drug("prednisone", "prednisoLONE tablet"), "names prednisolone, which is not prednisone"),
        (drug("trastuzumab", "trastuzumab emtansine"), "names emtansine, which is not trastuzumab"),
        (drug("Oncovin", "Kidrolase vial") + drug("Kidrolase", "Kidrolase"), "names Kidrolase, which is not Oncovin"),
        (drug("doxorubicin", "doxorubicin pegylated liposomal"), "is liposomal and pegylated: another drug than doxo"),
        (drug("doxorubicin liposomal", "doxorubicin vial"), "does not say liposomal: another drug than doxorubicin l"),
        (drug("paclitaxel", "paclitaxel albumin-bound"), "is protein-bound: another drug than paclitaxel"),
        (drug("etoposide", "etoposide phosphate vial"), "is phosphate: another drug than etoposide"),
    ],
)
def test_a_product_of_another_drug_is_a_fault_with_its_place(formulary: str, says: str, tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, formulary)
    assert f"pharmacy.yaml:4:9: formulary: {formulary.split(':', maxsplit=1)[0].strip()}: products 1: " in fault
    assert says in fault
    assert cec("pharmacy", "check", str(tmp_path / "pharmacy.yaml")).code == 1


@pytest.mark.parametrize(
    "formulary",
    [
        drug("etoposide", "Vepesid"),
        drug("etoposide", "Etoposide Teva"),
        drug("etoposide phosphate", "Etopophos (etoposide phosphate)"),
        drug("fludarabine", "fludarabine phosphate"),  # its usual salt, in which it is dosed
        drug("dexamethasone", "dexamethasone sodium phosphate"),
        drug("Doxorubicin, liposomal", "liposomal doxorubicin (Myocet)"),
        drug("doxorubicin liposomal", "Caelyx"),
        drug("paclitaxel protein-bound", "Abraxane: paclitaxel albumin-bound"),
        drug("winkrystyna", "vincristine vial"),
        drug("klofarabina", "clofarabine vial"),
        drug("folinic acid", "leucovorin calcium"),
        drug("methylprednisolone", "methylprednisolone sodium succinate"),
        drug("cytarabine and daunorubicin liposomal", "daunorubicin and cytarabine liposome"),
    ],
)
def test_brands_salts_and_other_languages_pass_in_peace(formulary: str, tmp_path: Path) -> None:
    assert faults_of(tmp_path, formulary) == []


VIAL = "form: solution, strength: {}, volume: {}"
POWDER = "form: powder, content: {}, reconstituted_with: {}"
TABLET = "form: tablet, content: {}"


@pytest.mark.parametrize(
    ("name", "figures", "says"),
    [
        ("200 mg/mL vial", VIAL.format("20 mg/mL", "5 mL"), "says 200 mg/mL, the strength is 20 mg/mL"),
        ("20 mg/20 mL vial", VIAL.format("10 mg/mL", "20 mL"), "says 20 mg/20 mL, the strength is 10 mg/mL"),
        ("100 mg/5 mL vial", VIAL.format("20 mg/mL", "50 mL"), "says 5 mL, the volume is 50 mL"),
        ("20 mg/mL, 5 mL vial", VIAL.format("20 mg/mL", "25 mL"), "says 5 mL, the volume is 25 mL"),
        ("100 mg vial", VIAL.format("20 mg/mL", "50 mL"), "says 100 mg, the content is 1,000 mg"),
        ("2.5 mg tablet", TABLET.format("10 mg"), "says 2.5 mg, the content is 10 mg"),
        ("2,5 mg tabletka", TABLET.format("25 mg"), "says 2,5 mg, the content is 25 mg"),
        ("500 mg powder", POWDER.format("1000 mg", "50 mL"), "says 500 mg, the content is 1,000 mg"),
        ("5000 IU vial", POWDER.format("10000 units", "2 mL"), "says 5000 IU, the content is 10,000 units"),
        (
            "500 mg",
            POWDER.format("500 mg", "25 mL") + ", strength: 100 mg/mL",
            "500 mg in 25 mL gives at most 20 mg/mL",
        ),
        ("500 mg", POWDER.format("500 mg", "25 mL") + ", strength: 2 mg/mL", "500 mg in 25 mL gives at most 20 mg/mL"),
    ],
)
def test_figures_of_a_name_that_are_not_those_beside_it_are_faults(
    name: str, figures: str, says: str, tmp_path: Path
) -> None:
    (fault,) = faults_of(tmp_path, drug("etoposide", name, figures))
    assert says in fault
    assert fault.endswith("; write what the label says")


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("etoposide 100 mg/5 mL vial", VIAL.format("20 mg/mL", "5 mL")),
        ("etoposide 20 mg/mL", VIAL.format("20 mg/mL", "12.5 mL")),
        ("1 g/20 mL", VIAL.format("50 mg/mL", "20 mL")),
        ("1,000 mg/20 mL", VIAL.format("50 mg/mL", "20 mL")),
        ("1.000 mg/20 ml", VIAL.format("50 mg/mL", "20 mL")),
        ("50 mcg/mL", VIAL.format("0.05 mg/mL", "2 mL")),
        ("10,000 units", POWDER.format("10000 units", "2 mL")),
        ("1 g powder vial", POWDER.format("1000 mg", "50 mL")),
        ("50 mg powder", POWDER.format("50 mg", "10 mL") + ", strength: 4.8 mg/mL"),  # the powder has a volume too
        ("500 mg (20 mg/mL)", POWDER.format("500 mg", "25 mL")),
        ("500 mg", POWDER.format("500 mg", "26.3 mL") + ", strength: 19 mg/mL"),
        ("2,5 mg", TABLET.format("2.5 mg")),
        ("trimethoprim 80 mg, sulfamethoxazole 400 mg", TABLET.format("400 mg")),
        ("No. 7, box of 20", TABLET.format("5 mg")),
        ("5 mg/5 mL", "form: oral solution, strength: 1 mg/mL, volume: 100 mL"),
        ("1 mg/mL oral solution", "form: oral solution, strength: 1 mg/mL"),
    ],
)
def test_figures_that_say_the_same_in_another_way_pass_in_peace(name: str, figures: str, tmp_path: Path) -> None:
    assert faults_of(tmp_path, drug("etoposide", name, figures)) == []


def test_no_name_of_the_list_is_a_word_that_names_no_drug() -> None:
    assert all(own_words(name) == {name} for name in DIFFERENT_DRUGS)


def next_cycle(folder: Path, day: int, line: str, *others: str) -> list[str]:
    path = folder / "sample.yaml"
    text = regimen_text("sample", f"drug: etoposide, dose: 100 mg/m2, route: IV infusion, {line}", *others)
    path.write_text(f"{text}next_cycle: {{earliest_day: {day}}}\n", encoding="utf-8")
    return [str(fault) for fault in faults_in(path)]


@pytest.mark.parametrize(
    ("day", "line", "last"),
    [
        (8, 'over: 1 h, days: "1, 8, 15"', 15),
        (15, 'over: 1 h, days: "1, 8, 15"', 15),
        (5, "over: 96 h, days: 2", 5),
        (3, "over: 25 h, days: 2", 3),
    ],
)
def test_a_next_cycle_before_this_one_ends_is_refused(day: int, line: str, last: int, tmp_path: Path) -> None:
    (fault,) = next_cycle(tmp_path, day, line)
    assert (
        f"earliest_day {day} is not after day {last}, on which this cycle still gives a drug; write {last + 1}" in fault
    )


@pytest.mark.parametrize(
    ("day", "line"),
    [
        (16, 'over: 1 h, days: "1, 8, 15"'),
        (6, "over: 96 h, days: 2"),
        (15, "over: 24 h, days: 1-14"),
        (2, "over: 1 h, days: 1"),
    ],
)
def test_a_next_cycle_after_the_last_day_passes_in_peace(day: int, line: str, tmp_path: Path) -> None:
    assert next_cycle(tmp_path, day, line) == []


def test_what_hangs_on_another_drug_ends_before_the_next_cycle(tmp_path: Path) -> None:
    """24 h after a start on day 1 it begins on day 2; over 12 h it has ended then, over 25 h on day 3."""
    line = "drug: mesna, dose: 1 g, route: IV infusion, start: 24 h after the start of etoposide, over: {}"
    assert next_cycle(tmp_path, 3, "over: 1 h, days: 1", line.format("12 h")) == []
    (fault,) = next_cycle(tmp_path, 3, "over: 1 h, days: 1", line.format("25 h"))
    assert "earliest_day 3 is not after day 3, on which this cycle still gives a drug; write 4" in fault


@pytest.fixture
def altered(tmp_path: Path) -> Path:
    """A file that bears the name of the shipped regimen and gives a tenth more of one drug."""
    text = (regimen_folder() / "cec-induction.yaml").read_text(encoding="utf-8")
    path = tmp_path / "cec-induction.yaml"
    path.write_text(text.replace("dose: 40 mg/m2", "dose: 44 mg/m2", 1), encoding="utf-8")
    return path


def test_a_file_that_bears_a_shipped_name_is_not_given_it(altered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_regimen(altered).name == NAME
    monkeypatch.chdir(altered.parent)
    altered.rename("cec-induction")
    assert load_regimen("cec-induction") == SHIPPED["cec-induction"]
    assert load_regimen("./cec-induction").name == NAME


def test_a_copy_of_the_shipped_file_passes_in_peace(tmp_path: Path) -> None:
    """Also with other line ends and a remark: it says the same."""
    content = (regimen_folder() / "cec-induction.yaml").read_bytes()
    copy = tmp_path / "copy.yaml"
    copy.write_bytes(b"# a copy\r\n" + content.replace(b"\n", b"\r\n"))
    order = draft_order(load_regimen(copy), load_patient(texts={"height": "128 cm", "weight": "26 kg"}))
    assert (order.regimen.name, [alert.code for alert in order.alerts]) == ("cec-induction", ["incomplete"])


def test_every_output_says_that_it_is_not_the_shipped_one(altered: Path, tmp_path: Path) -> None:
    start = ("--start", "2026-11-30")
    for form in ("table", "json", "csv", "ics"):
        done = cec("schedule", str(altered), *MEASURES, *start, "--format", form)
        assert (done.code, NAME in " ".join(done.out.replace("\r\n ", "").split())) == (0, True), form
    for form in ("pdf", "labels"):
        target = tmp_path / f"{form}.pdf"
        assert cec("schedule", str(altered), *MEASURES, *start, "--format", form, "-o", str(target)).code == 0
        pages = [
            " ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(target.read_bytes())).pages
        ]
        assert all(NAME in page for page in pages), form
    for done in (
        cec("regimen", "show", str(altered)),
        cec("regimen", "check", str(altered)),
        cec("verify", str(altered), *MEASURES, "clofarabine=42.24mg"),
    ):
        assert NAME in done.said
    assert (
        cec("dose", str(altered), *MEASURES, "--strict").err.count("check not-shipped: regimen: not the shipped") == 1
    )


def test_a_saved_order_of_such_a_file_is_read_and_verified(altered: Path) -> None:
    order = draft_order(load_regimen(altered), load_patient(texts={"height": "128 cm", "weight": "26 kg"}))
    assert [alert.code for alert in order.alerts] == ["not-shipped", "incomplete"]
    saved = load_order(render(order, "json"))
    assert verify_order(saved, load_regimen(altered)).agrees


def rows(done: Done) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(done.out)))


def test_the_name_means_the_shipped_regimen_in_tables(altered: Path, tmp_path: Path) -> None:
    """0.96 m2: 38.4 mg of the shipped regimen, 42.24 mg of the file."""
    patients = tmp_path / "patients.csv"
    patients.write_text(f"height_cm,weight_kg,regimen\n128,26,cec-induction\n128,26,{altered}\n128,26,\n", "utf-8")
    shipped, of_the_path, of_the_option = rows(cec("batch", str(patients), "--regimen", str(altered)))
    assert (shipped["regimen"], shipped["clofarabine_mg"]) == ("cec-induction", "38.4")
    assert (of_the_path["clofarabine_mg"], of_the_option["clofarabine_mg"]) == ("42.24", "42.24")
    assert of_the_option["regimen"] == NAME
    assert "not-shipped" in of_the_option["alerts"].split()
    assert "not-shipped" not in shipped["alerts"].split()


def test_a_row_that_names_a_shipped_regimen_is_held_against_that(altered: Path, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    columns = "height_cm,weight_kg,regimen,clofarabine_mg,etoposide_mg,cyclophosphamide_mg,prednisone_mg\n"
    orders.write_text(f"{columns}128,26,cec-induction,42.24,96,422.4,13\n", encoding="utf-8")
    done = cec("verify", str(orders), "--regimen", str(altered))
    assert done.code == 1
    assert "clofarabine 42.24 mg, expected 38.4 mg" in done.said
    orders.write_text(f"{columns}128,26,{NAME},42.24,96,422.4,13\n", encoding="utf-8")
    assert cec("verify", str(orders), "--regimen", str(altered)).code == 0

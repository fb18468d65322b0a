"""The order sheet: every amount stands on it, nothing is torn apart, and it prints the same each time."""

from __future__ import annotations

import datetime
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from running import cec

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen, render
from cec.errors import InputError
from cec.load.typed import Texts
from cec.rendering import WORKSHEETS
from cec.rendering.pdf.order import render_pictures
from cec.rendering.pdf.typesetting import typeset
from cec.units import Quantity

STARTER = Path(__file__).parent.parent.parent / "cec" / "load" / "starter_pharmacy.yaml"
START = datetime.date(2026, 11, 30)
SIZE = {"height": "128 cm", "weight": "26 kg"}
LONG = """
name: long
title: Eight drugs in 28 days
edition: 1
for: an example
source: {citation: written for this test}
drugs:
  - {drug: methotrexate, dose: 5 g/m2, route: IV infusion, over: 24 h, days: "1, 15"}
  - {drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV bolus, days: "1, 8, 15, 22"}
  - {drug: asparaginase Erwinia chrysanthemi, dose: 25000 units/m2, route: intramuscular, days: "2, 4, 6"}
  - {drug: methylprednisolone sodium succinate, dose: 20 mg/m2, times: 3, every: 8 h, route: IV bolus, days: 1-7}
  - {drug: cytarabine, dose: 75 mg/m2, route: IV bolus, days: "1-4, 8-11, 15-18, 22-25"}
  - {drug: mercaptopurine, dose: 60 mg/m2, route: oral, days: 1-28, at: "21:00"}
  - {drug: folinic acid, dose: 15 mg/m2, route: IV bolus, days: "2, 16", times: 4, every: 6 h, at: "21:00"}
  - {drug: doxorubicin, dose: 30 mg/m2, route: IV continuous infusion, over: 48 h, days: "1, 8"}
"""


def order(
    regimen: str | Path = "cec-induction",
    patient: Texts = SIZE,
    *,
    start: datetime.date | None = START,
    stocked: bool = False,
) -> Order:
    pharmacy = load_pharmacy(STARTER if stocked else None)
    return draft_order(load_regimen(regimen), load_patient(texts=patient), pharmacy, start=start)


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def pages(content: bytes) -> list[str]:
    """The text of each page in one line, with plain spaces."""
    return [re.sub(r"[\s\u200b]+", " ", page.extract_text()) for page in read(content).pages]


@cache
def sheet(paper: str = "a4") -> list[str]:
    return pages(render(order(), "pdf", paper=paper))


def stands_in(amount: Quantity, text: str) -> bool:
    """Whether the amount stands there whole, not as the end or the beginning of another."""
    return re.search(rf"(?<![\d.,]){re.escape(str(amount))}(?![\w/])", text) is not None


def test_an_amount_within_another_is_not_taken_for_it() -> None:
    assert stands_in(Quantity(Decimal(96), "mg"), "etoposide 96 mg IV")
    for other in ("496 mg", "1,096 mg", "0.96 mg", "96 mg/m2", "96 mL"):
        assert not stands_in(Quantity(Decimal(96), "mg"), other)


def test_the_amounts_worked_by_hand_stand_on_the_sheet() -> None:
    # 128 cm, 26 kg: 0.96 m2 × 40, 100, 440 mg/m2, and 26 kg × 0.5 mg/kg
    for day in range(1, 6):
        block = sheet()[1].partition(f"Day {day} of 5,")[2].partition("Day ")[0]
        for drug, amount in (
            ("clofarabine", "38.4 mg"),
            ("etoposide", "96 mg"),
            ("cyclophosphamide", "422.4 mg"),
            ("prednisone", "13 mg"),
        ):
            assert re.search(rf"{drug} {amount} protocol [\d.]+ mg/(m2|kg)", block)
    assert "38.4 mg IV infusion over 2 h" in sheet()[0]
    for total in ("5 × 38.4 mg = 192 mg", "5 × 96 mg = 480 mg", "5 × 422.4 mg = 2,112 mg", "5 × 13 mg = 65 mg"):
        assert total in sheet()[0]


@pytest.mark.slow
@settings(max_examples=8)
@given(
    st.sampled_from(["cec-induction", "cec-consolidation"]),
    st.integers(1000, 2000),
    st.integers(150, 1200),
    st.booleans(),
    st.none() | st.dates(datetime.date(2020, 1, 1), datetime.date(2099, 12, 31)),
)
def test_sheet_terminal_and_json_show_the_same_amounts(
    regimen: str, height: int, tenths: int, stocked: bool, start: datetime.date | None
) -> None:
    drawn = order(
        regimen, {"height": f"{height} mm", "weight": f"{Decimal(tenths) / 10} kg"}, start=start, stocked=stocked
    )
    told = json.loads(render(drawn, "json"), parse_float=Decimal, parse_int=Decimal)
    terminal = re.sub(r"\s+", " ", render(drawn, "table").decode())
    printed = pages(render(drawn, "pdf"))
    for dose in told["doses"]:
        for name in ("prescribed", "calculated", "ordered", "cycle_total"):
            amount = Quantity(**dose[name])
            assert stands_in(amount, printed[0]), f"{dose['drug']} {name} {amount}"
            assert stands_in(amount, terminal)
        ordered = re.escape(f"{dose['drug']} {Quantity(**dose['ordered'])} protocol {Quantity(**dose['prescribed'])}")
        assert sum(len(re.findall(rf"{ordered}(?![/\w])", page)) for page in printed[1:]) == len(dose["days"])


def test_volumes_and_rates_stand_where_a_formulary_gives_them() -> None:
    # 109 cm, 18.5 kg: 30 mg of clofarabine at 1 mg/mL in 100 mL over 2 h
    stocked = pages(render(order(patient={"height": "109 cm", "weight": "18.5 kg"}, stocked=True), "pdf"))
    assert " ".join(stocked[1:]).count("100 mL, 0.3 mg/mL, 50 mL/h") == 5
    assert "IV infusion over 2 h, 100 mL sodium chloride 0.9%, 0.3 mg/mL, 50 mL/h" in stocked[0]
    assert "30 mL of 1 mg/mL" in stocked[0]
    assert "the formulary names no bag for cyclophosphamide" in stocked[0]
    assert "IV infusion over 1 h, ______ mL, ______ mL/h" in stocked[0]
    assert not re.search(r"\d mL/h", "".join(sheet()))


@pytest.mark.slow
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("start", [START, None])
@pytest.mark.parametrize("stocked", [True, False])
def test_a_cycle_takes_two_pages(paper: str, start: datetime.date | None, stocked: bool) -> None:
    content = render(order(start=start, stocked=stocked), "pdf", paper=paper)
    assert len(pages(content)) == 2 if paper == "a4" else len(pages(content)) <= 4  # 18 mm less
    width, height = (595, 842) if paper == "a4" else (612, 792)
    for page in read(content).pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (width, height)


def test_regimen_doses_days_patient_and_page_stand_on_every_page(tmp_path: Path) -> None:
    file = tmp_path / "long.yaml"
    file.write_text(LONG, encoding="utf-8")
    long = order(file, {**SIZE, "id": "0070-118", "name": "Zofia Łącka"})
    printed = pages(render(long, "pdf"))
    assert len(printed) > 4
    for number, page in enumerate(printed, 1):
        for told in (
            "Eight drugs in 28 days",
            "long, edition 1",
            "ALLERGIES not told",
            "26 kg, 128 cm, BSA 0.96 m2",
            "28 days",
            "30-Nov-2026 to 27-Dec-2026",
            "Zofia Łącka",
            "0070-118",
            "Draft: not valid until checked and signed",
            f"Page {number} of {len(printed)}",
            long.sha256[:16],
            long.regimen.sha256[:16],
        ):
            assert told in page


CROWDED: Texts = {
    **SIZE,
    "weight": "57.3 kg",
    "age": "8",
    "sex": "female",
    "creatinine": "0.9 mg/dL",
    "reductions": ["etoposide=25%: mucositis grade 3", "clofarabine=25%: creatinine clearance below 60 mL/min"],
}


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("name", ["Anna", "Konstantynopolitańczykowianeczka " * 2])
def test_the_signatures_stand_behind_all_that_they_are_for(paper: str, name: str) -> None:
    """They say which pages that is; the nurse's pages come after them."""
    content = render(order(patient={**CROWDED, "name": name}, stocked=True), "pdf", paper=paper)
    printed = [page.replace(" ", "") for page in pages(content)]  # pypdf takes some kerning for spaces
    (signed,) = [number for number, page in enumerate(printed, 1) if "Pharmacist,secondcheck" in page]
    covered = "page1" if signed == 1 else f"pages1to{signed}"
    assert f"Thesesignaturescover{covered}of{len(printed)}." in printed[signed - 1]
    whole = "".join(printed)
    end = whole.index("Thesesignaturescover")
    for told in (
        "Whereitcomesfrom",
        "28.65mg",
        "Totalsofthewholecycle",
        "Criteriaforthenextcycle",
        "prednisone,taper:thereportnamesnotaper;none",
    ):
        assert whole.index(told) < end
    assert [whole.index(f"Day{day}of5,") > end for day in range(1, 6)] == [True] * 5
    assert [whole.count(f"Day{day}of5,") for day in range(1, 6)] == [1] * 5
    assert whole.count("Nurse") == 4


def test_only_what_changes_a_dose_is_called_a_change(tmp_path: Path) -> None:
    file = tmp_path / "capped.yaml"
    file.write_text(
        LONG.partition("drugs:")[0]
        + "drugs:\n  - {drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV bolus, days: 1}\n",
        encoding="utf-8",
    )
    small = " ".join(pages(render(order(file), "pdf")))  # 0.96 m2 × 1.5 mg/m2 = 1.44 mg
    assert "within the maximum of 2 mg" in small
    assert "capped" not in small
    large = " ".join(pages(render(order(file, {"height": "180 cm", "weight": "80 kg"}), "pdf")))  # 2 m2: 3 mg
    assert "capped: 3 mg is above the maximum of 2 mg" in large
    assert "on day 1" in large


@pytest.mark.slow
def test_a_day_never_splits_over_pages(tmp_path: Path) -> None:
    file = tmp_path / "long.yaml"
    file.write_text(LONG, encoding="utf-8")
    long = order(file)
    printed = pages(render(long, "pdf"))[1:]
    for day in range(1, 29):
        (page,) = [page for page in printed if f"Day {day} of 28," in page]
        before, _, block = page.partition(f"Day {day} of 28,")
        if not re.match(r" \w{3} \d\d-\w{3}-\d{4} (Rate|fluid)", block):  # written once with the days like it
            block = before.rpartition("the same on each")[2]
        block = block.partition("Day ")[0]
        rows = [row for row in long.administrations if row.day == day]
        drugs = [f"{row.drug} (day {row.of_day})" if row.of_day else row.drug for row in rows]
        assert [drug for drug in drugs if drug not in block] == []
        assert sum(block.count(f" {row.dose} ") for row in {row.dose_index: row for row in rows}.values()) >= len(rows)


TABLETS = """\
  - {drug: mercaptopurine, dose: 50 mg/m2, route: oral, days: daily, at: night}
  - {drug: methotrexate, dose: 20 mg/m2, route: oral, days: [1, 8, 15, 22]}
  - {drug: aciclovir, dose: 400 mg, route: oral, days: daily, times: 2}
  - {drug: fluconazole, dose: 100 mg, route: oral, days: daily}
  - {drug: prednisone, dose: 40 mg/m2, divided_into: 2, route: oral, days: 1-5}
"""


def test_days_in_a_row_that_are_alike_are_written_once_with_each_date_to_sign(tmp_path: Path) -> None:
    """Days 2 to 5, 6 and 7, and the six between two weekly doses are alike: 28 days take few pages."""
    file = tmp_path / "tablets.yaml"
    file.write_text(LONG.partition("drugs:")[0] + "cycle_length: 28 days\ndrugs:\n" + TABLETS, encoding="utf-8")
    printed = pages(render(order(file), "pdf"))
    assert len(printed) <= 8
    text = " ".join(printed)
    for name in ("Days 2 to 5", "Days 6, 7", "Days 9 to 14", "Days 16 to 21", "Days 23 to 28"):
        assert f"{name} of 28, the same on each" in text
    for day in range(1, 29):
        assert text.count(f"Day {day} of 28,") == 1
    first = text.partition("Days 2 to 5 of 28")[2].partition("Days 6, 7")[0]
    assert first.count("aciclovir 400 mg protocol 400 mg, spread over the day") == 2
    assert "A aciclovir 400 mg, 08:00" in first


def test_days_on_which_an_infusion_runs_are_never_written_once(tmp_path: Path) -> None:
    file = tmp_path / "infusion.yaml"
    line = "  - {drug: cytarabine, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 1-5}\n"
    file.write_text(LONG.partition("drugs:")[0] + "drugs:\n" + line, encoding="utf-8")
    text = " ".join(pages(render(order(file), "pdf")))
    assert "the same on each" not in text
    assert text.count("Started") == 5


def test_a_day_longer_than_a_page_goes_on_under_its_name(tmp_path: Path) -> None:
    lines = [
        f"  - {{drug: drug{n}, dose: {n} mg/m2, route: IV bolus, days: 1, times: 4, every: 6 h}}" for n in range(10, 22)
    ]
    file = tmp_path / "many.yaml"
    file.write_text("\n".join((LONG.partition("drugs:")[0] + "drugs:", *lines)), encoding="utf-8")
    many = order(file)
    printed = [page for page in pages(render(many, "pdf")) if "Started" in page]
    assert len(printed) > 1
    assert all("Day 1 of 2, Mon 30-Nov-2026" in page for page in printed[:-1])
    assert "Day 2 of 2, Tue 01-Dec-2026" in printed[-1]
    # every 6 h from 09:00: the fourth of each drug is after midnight, and says which day's it is
    for name, count in (("", 36), (" (day 1)", 12)):
        rows = {
            f"{row.drug}{name} {row.dose} protocol {many.doses[row.dose_index].prescribed}"
            for row in many.administrations
        }
        assert sum(page.count(row) for page in printed for row in rows) == count


def test_what_people_must_know_and_sign_stands_on_the_first_page() -> None:
    first = sheet()[0]
    for told in (
        "0.96 m2 by Mosteller: √(128 cm × 26 kg / 3600) = 0.96148… m2, rounded half-up to 0.01 m2: 0.96 m2",
        "height 128 cm, weight 26 kg, measured on ____",
        "40 mg/m2 × 0.96 m2 = 38.4 mg",
        "for 5 days: 30-Nov-2026 to 04-Dec-2026",
        "prevention of cytokine release syndrome",
        "Totals of the whole cycle: never one dose",
        "; not checked: ",
        "no day 1 of the previous cycle given (early-cycle, short-interval)",
        "prednisone, taper: the report names no taper; none",
        "tumour lysis syndrome prophylaxis",
        "not before Mon 14-Dec-2026 (day 15); neutrophils (ANC) 0.75 x 10^9/L or more",
        *("Diagnosis", "ALLERGIES not told", "Name", "Id", "Born"),
        *("Ward", "Bed", "Physician", "Protocol number", "Date of the order", "Venous access"),
        *("ANC", "Platelets", "Creatinine", "Bilirubin", "proceed", "hold"),
        *("Prescriber", "Pharmacist, first check", "Pharmacist, second check"),
        "These signatures cover page 1 of 2.",
        "A second calculation by this program is not an independent check.",
    ):
        assert told in first, told


def test_an_accepted_stop_and_a_reduction_stand_there_with_their_reasons() -> None:
    small = load_patient(
        texts={"height": "75 cm", "weight": "9 kg", "reductions": ["etoposide=25%: mucositis grade 3"]}
    )
    reason = "tumour board of 12-Nov-2026"
    drafted = draft_order(load_regimen("cec-induction"), small, start=START, accept={"under-10-kg": reason})
    printed = pages(render(drafted, "pdf"))
    stop = re.search(r"STOP Weight: below 10 kg.* under-10-kg Accepted: tumour board of 12-Nov-2026", printed[0])
    assert stop
    assert printed[0].index("Accepted by (name)") < printed[0].index("Dose of one administration")
    # 75 cm, 9 kg: 0.43 m2, etoposide 43 mg; a quarter less is 32.25 mg
    assert "reduced: by 25%, to 75% of 43 mg: mucositis grade 3" in printed[0]
    days = " ".join(printed[1:])
    assert days.count("etoposide 32.25 mg protocol 100 mg/m2, reduced by 25%, to 75%") == 5
    assert "43 mg" not in days
    assert "STOP (accepted) Weight: below 10 kg" in days


def test_without_a_start_days_and_times_are_left_to_write() -> None:
    printed = pages(render(order(start=None), "pdf"))
    assert "for 5 days" in printed[0]
    assert "2026" not in "".join(printed)
    for day in range(1, 6):
        assert f"Day {day} of 5, date" in printed[1]
    assert printed[1].index("prednisone 13 mg") < printed[1].index("clofarabine 38.4 mg")


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "#set text(0pt)",
        "*bold* _it_ $x$ `raw` @ref <label> [a] = h \\ // c /* d */ ~ -- ' \"",
        "#panic()",
        "Świętosława Żółć-Łącka, źdźbło",
        "Ľubomír Škvorecký Þór Æ Øß ğ ő ț Ольга Ωμέγα Nguyễn",
        "n" * 300,
    ],
)
def test_every_text_prints_literally(text: str) -> None:
    patient = {**SIZE, "name": text, "id": text, "diagnosis": text, "allergies": text}
    first = pages(render(order(patient=patient), "pdf"))[0].replace(" ", "")
    assert first.count(text.replace(" ", "")) == 4


@pytest.mark.parametrize(
    ("name", "letter"),
    [("Ola 漢", "U+6F22"), ("Ola \N{GRINNING FACE}", "U+1F600"), ("Ola שלום", "U+05E9"), ("a\u200bb", "U+200B")],
)
def test_a_letter_that_cannot_be_printed_is_an_error(name: str, letter: str) -> None:
    data = {"title": "An example", "patient": {"name": name}}
    with pytest.raises(InputError, match=re.escape(letter)) as error:
        typeset("blank", data)
    assert "patient name" in str(error.value)


def test_the_pdf_is_tagged_for_readers_of_any_kind() -> None:
    content = render(order(), "pdf")
    reader = read(content)
    root: Any = reader.trailer["/Root"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en-GB"
    assert reader.metadata is not None
    assert str(reader.metadata.title).endswith("Chemotherapy order: CEC induction")
    resources: list[Any] = [page["/Resources"] for page in reader.pages]
    fonts = {str(font["/BaseFont"]) for one in resources for font in one["/Font"].values()}
    assert {name.partition("+")[2] for name in fonts} == {"IBMPlexSans-Regular", "IBMPlexSans-Medm", "IBMPlexSans-Bold"}


def test_the_same_order_is_the_same_bytes() -> None:
    assert render(order(), "pdf") == render(order(), "pdf")
    assert render(order(), "pdf") != render(order(patient={**SIZE, "id": "1"}), "pdf")


def test_pages_come_as_pictures_too() -> None:
    drawn = render_pictures(order(), ppi=40)
    assert [picture[:8] for picture in drawn] == [b"\x89PNG\r\n\x1a\n"] * 2


def test_the_command_writes_a_sheet_and_refuses_what_it_cannot_print(tmp_path: Path) -> None:
    asked = ("schedule", "cec-induction", "--height", "128cm", "--weight", "26kg", "--start", "2026-11-30")
    for name, paper, width in (("a.pdf", "a4", 595), ("b.pdf", "letter", 612)):
        assert cec(*asked, "-o", str(tmp_path / name), "--paper", paper).code == 0
        assert round(PdfReader(tmp_path / name).pages[0].mediabox.width) == width
    for extra, code, message in (
        (("--paper", "a5", "--format", "pdf"), 2, "'a5' is not a paper for pdf; write a4 or letter"),
        (("--paper", "a4"), 2, "is not an option of table, but of pdf and labels"),
        (("--name", "Ola 漢", "--format", "pdf"), 1, "cannot be printed"),
    ):
        done = cec(*asked, *extra)
        assert (done.code, done.out) == (code, "")
        assert message in done.err


def test_sheets_are_printed_in_several_threads_at_a_time() -> None:
    """A compiler of typst takes one sheet at a time and lets other threads run meanwhile, which might want it too."""
    sheets = [{"title": f"An example {number}", "patient": {"name": "Anna"}} for number in range(24)]
    alone = [typeset("blank", sheet) for sheet in sheets]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(partial(typeset, "blank"), sheets)) == alone


def test_names_are_spelled_on_paper_as_the_pharmacy_spells_them(tmp_path: Path) -> None:
    """In drug names alone: not in the code of an alert, which is typed, nor on the code of a label."""
    pharmacy = tmp_path / "pharmacy.yaml"
    pharmacy.write_text(STARTER.read_text(encoding="utf-8") + "\ntall_man: [cloFARabine]\n", encoding="utf-8")
    light = load_patient(texts={"height": "109 cm", "weight": "18.5 kg"})
    drawn = draft_order(load_regimen("cec-induction"), light, load_pharmacy(pharmacy), start=START)
    signed, *days = pages(render(drawn, "pdf"))
    assert "cloFARabine 30 mg" in signed
    assert "cloFARabine 5 × 30 mg" in signed
    assert " ".join(days).count("cloFARabine 30 mg protocol 40 mg/m2") == 5
    assert " ".join(pages(render(drawn, "labels", paper="100x60mm"))).count("cloFARabine") == 5
    assert "cloFARabine" in " ".join(pages(render(drawn, "pdf", WORKSHEETS)))
    assert "cloFARabine" not in render(drawn, "csv").decode()

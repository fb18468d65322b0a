"""Labels: what each one says, on every paper, and what is refused rather than cut off."""

from __future__ import annotations

import datetime
import io
import re
from decimal import Decimal
from pathlib import Path

import pypdf
import pytest
from msgspec.structs import replace
from running import cec

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen, render
from cec.errors import InputError
from cec.order import Alert
from cec.pharmacy import Pharmacy
from cec.render import FORMATS
from cec.render.pdf.labels import label_data
from cec.units import Quantity

STARTER = Path(__file__).parent.parent.parent / "cec" / "load" / "starter_pharmacy.yaml"
START = datetime.date(2026, 11, 30)
POINTS_PER_MM = 72 / 25.4


def order_of(pharmacy: Pharmacy | None = None, start: datetime.date | None = START, **texts: str) -> Order:
    """Doses worked by hand: clofarabine 30 mg, etoposide 75 mg, cyclophosphamide 330 mg, prednisone 9.25 mg."""
    patient = load_patient(texts={"height": "109 cm", "weight": "18.5 kg"} | texts)
    return draft_order(load_regimen("cec-induction"), patient, pharmacy or load_pharmacy(STARTER), start=start)


@pytest.fixture(scope="module")
def order() -> Order:
    return order_of(id="0070", name="Świętosława Żółć", born="2020-02-02")


def pages_of(content: bytes) -> list[str]:
    """The text of each page, its white space evened."""
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def labels_of(order: Order) -> list[str]:
    return [page for page in printed(order) if "Look at before" not in page]


def slips_of(order: Order) -> list[str]:
    return [page for page in printed(order) if "Look at before" in page]


def printed(order: Order) -> list[str]:
    return pages_of(render(order, "labels", paper="100x60mm"))


def test_there_is_one_label_for_each_administration(order: Order) -> None:
    labels = labels_of(order)
    assert len(labels) == len(order.administrations) == 20  # four drugs on five days
    for number, (label, row) in enumerate(zip(labels, order.administrations, strict=True), 1):
        assert f"{row.drug} " in label
        assert str(row.dose) in label
        assert label.endswith(f"label {number} of 20")


@pytest.mark.slow
def test_a_label_says_who_what_in_how_much_how_and_when(order: Order) -> None:
    for text in (
        "Świętosława Żółć",
        "Id 0070",
        "born 02-Feb-2020",
        "clofarabine",
        "CYTOTOXIC",
        "30 mg in 100 mL",  # 30 mg at 0.15 to 0.4 mg/mL is 75 to 200 mL: the smallest bag of the starter file is 100 mL
        "of sodium chloride 0.9%",
        "IV infusion over 2 h, 50 mL/h",
        "Day 1 of 5, Mon 30-Nov-2026, 09:00 to 11:00",
        "Expires",
        "filter: 0.2 micron, before dilution; line: no other drug in the same line",
        f"CEC induction, edition 1; order {order.fingerprint[:16]}",
    ):
        assert text in labels_of(order)[1]


def test_what_is_given_is_the_amount_of_a_label_and_the_ordered_one_stands_small_behind_it(order: Order) -> None:
    etoposide = labels_of(order)[2]
    assert "76 mg in 250 mL" in etoposide
    assert (
        "ordered: 75 mg (as measured +1.33%)" in etoposide
    )  # 75 mg at 20 mg/mL is 3.75 mL, at a step of 0.1 mL 3.8 mL
    prednisone = labels_of(order)[0]
    assert "CYTOTOXIC" not in prednisone
    assert "prednisone 9.5 mg" in prednisone  # 1 + 1 + 2.5 + 5 mg: the nearest that tablets of 1 mg give
    assert "ordered: 9.25 mg (as measured +2.7%)" in prednisone
    clofarabine = labels_of(order)[1]
    assert "30 mg in 100 mL" in clofarabine
    assert "ordered:" not in clofarabine
    assert "1 × prednisone 5 mg tablet" in prednisone


@pytest.mark.slow
def test_what_must_be_looked_at_stands_on_slips_before_the_labels(order: Order) -> None:
    slips = slips_of(order)
    assert printed(order)[: len(slips)] == slips
    assert all(f"slip {number} of {len(slips)}, no label" in slip for number, slip in enumerate(slips, 1))
    assert all("Draft: not valid until checked and signed" in slip for slip in slips)
    assert all("Świętosława Żółć" in slip and "Id 0070" in slip for slip in slips)
    text = " ".join(slips)
    levels = [text.index(f"{alert.level.upper()} {alert.code}") for alert in order.alerts]
    assert len(levels) == len(order.alerts)
    assert printed(replace(order, alerts=())) == labels_of(order)


def test_an_alert_that_no_slip_has_room_for_goes_on_to_the_next(order: Order) -> None:
    words = [f"word{number}x" for number in range(400)]
    alert = Alert("long", "check", "etoposide", " ".join(words), "a source", "tumour board")
    slips = slips_of(replace(order, alerts=(alert,)))
    assert len(slips) > 1
    text = " ".join(slips)
    assert [text.count(word) for word in ("CHECK long, etoposide:", "Accepted: tumour board", "[a source]")] == [1] * 3
    assert all("CHECK long, etoposide, continued:" in slip for slip in slips[1:])
    assert re.findall(r"word\d+x", text) == words


def test_a_note_for_the_one_who_dissolves_stands_on_no_label(order: Order) -> None:
    assert any("dissolve" in text for one in order.preparations for text in one.handling)
    assert "dissolve" not in " ".join(labels_of(order))


def test_without_a_formulary_people_write_the_volume_and_what_is_cytotoxic_is_not_stated() -> None:
    prednisone, clofarabine, *_ = labels_of(order_of(Pharmacy()))
    assert re.search(r"30 mg in +mL of +IV infusion over 2 h Day 1", clofarabine)
    assert "cytotoxic: not stated" in clofarabine
    assert "CYTOTOXIC" not in clofarabine
    assert " mL" not in prednisone


def test_who_is_not_named_has_lines_to_write_on() -> None:
    assert labels_of(order_of())[0].startswith("Name Id ")


def test_a_dose_that_is_pushed_has_its_drawn_volume() -> None:
    pushed = order_of()
    row = replace(pushed.administrations[2], route="IV bolus", over=None, end=None, rate=None)
    made = replace(pushed.preparations[1], bag=None, final_volume=None, diluent="")
    line = replace(pushed, administrations=(row,), preparations=(pushed.preparations[0], made))
    (label,) = labels_of(line)
    assert "76 mg in 3.8 mL" in label
    assert "of as measured" not in label  # nothing to dilute, so no line for a diluent
    assert "IV bolus Day 1" in label


@pytest.mark.parametrize(
    ("paper", "size", "count"), [("a4", (210, 297), 3), ("letter", (215.9, 279.4), 4), ("100x60mm", (100, 60), 21)]
)
def test_every_paper_has_its_size_and_number_of_pages(
    order: Order, paper: str, size: tuple[float, float], count: int
) -> None:
    content = render(order, "labels", paper=paper)
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    assert len(pages) == count
    box = pages[0].mediabox
    assert (float(box.width) / POINTS_PER_MM, float(box.height) / POINTS_PER_MM) == pytest.approx(size, abs=0.1)
    text = " ".join(pages_of(content))
    assert all(f"label {number} of 20" in text for number in range(1, 21))


@pytest.mark.parametrize("paper", FORMATS["labels"].papers)
def test_labels_are_tagged_and_the_same_order_gives_the_same_bytes(order: Order, paper: str) -> None:
    content = render(order, "labels", paper=paper)
    assert content == render(order, "labels", paper=paper)
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert "/StructTreeRoot" in reader.root_object
    assert "/MarkInfo" in reader.root_object
    assert b"pdfuaid" in content


def test_a_dose_of_nothing_has_no_label(order: Order) -> None:
    none = replace(
        order, administrations=tuple(replace(row, dose=Quantity(Decimal(0), "mg")) for row in order.administrations)
    )
    with pytest.raises(InputError, match="every dose of this order is 0"):
        render(none, "labels")
    last = replace(none, administrations=(*none.administrations[:-1], order.administrations[-1]))
    (label,) = labels_of(last)
    assert label.endswith("label 1 of 1")


def test_names_that_look_like_markup_are_printed_as_they_are() -> None:
    name = "#set text(0pt) *b* $x$ _i_ @a <b> \\u{41} //c"
    (label, *_) = labels_of(order_of(name=name))
    assert name.replace(" ", "") in label.replace(" ", "")


@pytest.mark.parametrize("paper", FORMATS["labels"].papers)
def test_every_label_says_that_it_is_a_draft(order: Order, paper: str) -> None:
    text = " ".join(pages_of(render(order, "labels", paper=paper)))
    assert text.count("Draft: not valid until checked and signed") == 20 + len(slips_of(order))


def test_a_route_into_the_liquor_stands_out(order: Order) -> None:
    spinal = replace(order.administrations[1], route="intrathecal", over=None, end=None, rate=None)
    (label,) = labels_of(replace(order, administrations=(spinal,)))
    assert "INTRATHECAL" in label
    assert "INTRATHECAL" not in labels_of(order)[1]


def test_long_names_and_ids_stay_whole() -> None:
    name, number = "Konstantynopolitańczykiewicz-" * 4, "9" * 60
    pages = [re.sub(r"[\s\u200b]", "", page) for page in printed(order_of(name=name, id=number))]
    assert all(name in page and number in page for page in pages)
    assert "label2of20" in pages[2]


def test_what_has_no_room_is_refused_with_the_label_that_lacks_it() -> None:
    with pytest.raises(InputError, match="no room for the label of prednisone, Day 1 of 5: take larger labels"):
        render(order_of(name="Anna Maria " * 80), "labels", paper="100x60mm")


def test_labels_need_a_start_and_a_paper_that_there_is(order: Order) -> None:
    with pytest.raises(InputError, match="give a start, like --start 2026-11-30"):
        render(order_of(start=None), "labels")
    with pytest.raises(InputError, match="'a5' is not a paper for labels; write a4, letter or 100x60mm"):
        render(order, "labels", paper="a5")


def test_a_letter_that_no_font_has_is_refused_by_its_field() -> None:
    with pytest.raises(InputError, match="patient name: '漢'"):
        render(order_of(name="漢字"), "labels")


def test_a_row_after_midnight_shows_the_day_and_date_of_its_start_and_whose_dose_it_is(order: Order) -> None:
    row = order.administrations[1]
    night = datetime.datetime.fromisoformat("2026-12-01T01:00")
    end = night + datetime.timedelta(hours=2)
    late = replace(row, start=night, end=end, date=night.date(), day=2, of_day=1)
    (label,) = label_data(replace(order, administrations=(late,)))["labels"]
    assert (label["day"], label["date"]) == ("Day 2\N{NO-BREAK SPACE}of 5 (day 1)", "Tue 01-Dec-2026")
    assert label["time"] == "01:00\N{NO-BREAK SPACE}to 03:00"


def test_the_command_writes_labels(tmp_path: Path) -> None:
    target = tmp_path / "labels.pdf"
    done = cec(
        *("schedule", "cec-induction", "--height", "109cm", "--weight", "18.5kg", "--start", "2026-11-30"),
        *("--format", "labels", "--paper", "100x60mm", "-o", str(target)),
    )
    assert (done.code, done.out) == (0, "")
    assert [page.rsplit("label ", 1)[-1] for page in pages_of(target.read_bytes())][-2:] == ["19 of 20", "20 of 20"]


def test_a_label_says_that_its_dose_was_reduced_or_set_and_prints_no_other_amount() -> None:
    """Etoposide 75 mg x 75% = 56.25 mg; beside it no amount that could be taken for the dose."""
    patient = load_patient(
        texts={
            "height": "109 cm",
            "weight": "18.5 kg",
            "reductions": ["etoposide on days 2-5=by 25%: mucositis"],
            "set": ["cyclophosphamide=300 mg: one vial"],
        }
    )
    changed = draft_order(load_regimen("cec-induction"), patient, start=START)
    labels = labels_of(changed)
    found: dict[str, list[bool]] = {}
    for label, row in zip(labels, changed.administrations, strict=True):
        is_reduced = "reduced by 25%, to 75%" in label and "56.25 mg" in label
        found.setdefault(row.drug, []).append(is_reduced or "set by a person" in label)
    assert found == {
        "prednisone": [False] * 5,
        "clofarabine": [False] * 5,
        "etoposide": [False, True, True, True, True],
        "cyclophosphamide": [True] * 5,
    }
    for label in labels:
        assert "mucositis" not in label
        assert len(re.findall(r"[0-9.,]+ mg(?![/\w])", label.partition("Expires")[0])) == 1

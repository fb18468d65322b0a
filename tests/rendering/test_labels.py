"""Labels: what each one says, on every paper, and what is refused rather than cut off."""

from __future__ import annotations

import datetime
import io
import re
from decimal import Decimal
from pathlib import Path

import pypdf
import pytest
import zxingcpp
from msgspec.structs import replace
from papers import pages_of
from PIL import Image
from regimen_texts import regimen_file
from running import cec

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen, render
from cec.errors import InputError
from cec.order import Alert
from cec.pharmacy import Pharmacy
from cec.rendering import FORMATS, WORKSHEETS
from cec.rendering.pdf.labels import label_data
from cec.rendering.pdf.typesetting import pictures
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


def labels_of(order: Order) -> list[str]:
    return [page for page in printed(order) if "Look at before" not in page]


def slips_of(order: Order) -> list[str]:
    return [page for page in printed(order) if "Look at before" in page]


def printed(order: Order, *, oral: bool = True) -> list[str]:
    return pages_of(render(order, "labels", paper="100x60mm", oral=oral))


def test_there_is_one_label_for_each_administration(order: Order) -> None:
    labels = labels_of(order)
    assert len(labels) == len(order.administrations) == 20  # four drugs on five days
    rows = sorted(order.administrations, key=lambda row: row.route == "oral")  # what is swallowed stands apart
    for number, (label, row) in enumerate(zip(labels, rows, strict=True), 1):
        assert f"{row.drug} " in label
        assert str(row.dose) in label
        assert f"label {number} of 20;" in label


def test_doses_by_mouth_have_labels_where_they_are_asked_for(order: Order) -> None:
    assert not any("prednisone" in page for page in printed(order, oral=False) if "Look at" not in page)
    assert sum("prednisone" in page for page in printed(order) if "Look at" not in page) == 5
    only = replace(order, administrations=tuple(row for row in order.administrations if row.route == "oral"))
    with pytest.raises(InputError, match="every dose of this order is by mouth: --oral labels them too"):
        render(only, "labels")
    oral = labels_of(only)[0]
    assert "Take 2 × prednisone 1 mg tablet" in oral
    assert "Dispensed" in oral
    for text in ("Use before", "mL", "Store"):
        assert text not in oral


def test_a_label_says_who_what_in_how_much_how_and_when(order: Order) -> None:
    label = labels_of(order)[0]
    for text in (
        "Świętosława Żółć",
        "Id 0070",
        "born 02-Feb-2020",
        "clofarabine",
        "CYTOTOXIC",
        "30 mg total 100 mL",  # 30 mg at 0.15 to 0.4 mg/mL is 75 to 200 mL: the smallest bag of the starter is 100 mL
        "0.3 mg/mL",
        "in sodium chloride 0.9%",
        "IV infusion over 2 h, 50 mL/h",
        "Mon 30-Nov-2026, day 1 of 5, 09:00 to 11:00",
        "Use before",
        "filter: 0.2 micron, before dilution; line: no other drug in the same line",
        f"order {order.fingerprint[:16]}; CEC induction, edition 1",
    ):
        assert text in label


def test_what_is_given_is_the_amount_of_a_label_and_the_ordered_one_stands_small_behind_it(order: Order) -> None:
    etoposide = labels_of(order)[1]
    assert "76 mg total 250 mL" in etoposide
    assert "ordered 75 mg (measured +1.33%)" in etoposide  # 75 mg at 20 mg/mL is 3.75 mL, at a step of 0.1 mL 3.8 mL
    prednisone = labels_of(order)[-1]
    assert "CYTOTOXIC" not in prednisone
    assert "prednisone 9.5 mg" in prednisone  # 1 + 1 + 2.5 + 5 mg: the nearest that tablets of 1 mg give
    assert "ordered 9.25 mg (measured +2.7%)" in prednisone
    clofarabine = labels_of(order)[0]
    assert "30 mg total 100 mL" in clofarabine
    assert "ordered" not in clofarabine
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


def test_slips_name_all_that_was_wanting_for_checks(order: Order) -> None:
    (incomplete,) = (alert for alert in order.alerts if alert.not_made)
    text = " ".join(" ".join(slips_of(order)).replace("\xa0", " ").split())
    assert all(gap.what in text for gap in incomplete.not_made)


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
    clofarabine, *_, prednisone = labels_of(order_of(Pharmacy()))
    assert re.search(r"30 mg total +mL in +IV infusion over 2 h Mon 30-Nov-2026, day 1", clofarabine)
    assert re.search(r"Cytotoxic: yes +no", clofarabine)
    assert "CYTOTOXIC" not in clofarabine
    assert " mL" not in prednisone


def test_who_is_not_named_has_lines_to_write_on() -> None:
    assert labels_of(order_of())[0].startswith("Name Id ")


def test_a_dose_that_is_pushed_has_its_drawn_volume() -> None:
    pushed = order_of()
    row = replace(pushed.administrations[2], route="IV bolus", over=None, end=None, rate=None)
    made = replace(pushed.preparations[1], bag=None, final_volume=None, concentration=None, diluent="")
    doses = tuple(replace(dose, route="IV bolus", over=None) for dose in pushed.doses)
    line = replace(pushed, administrations=(row,), doses=doses, preparations=(pushed.preparations[0], made))
    (label,) = labels_of(line)
    assert "76 mg total 3.8 mL 20 mg/mL" in label
    assert "IV bolus Mon 30-Nov-2026, day 1 of 5" in label


@pytest.mark.parametrize(
    ("paper", "size", "count"), [("a4", (210, 297), 3), ("letter", (215.9, 279.4), 4), ("100x60mm", (100, 60), 21)]
)
def test_every_paper_has_its_size_and_number_of_pages(
    order: Order, paper: str, size: tuple[float, float], count: int
) -> None:
    content = render(order, "labels", paper=paper, oral=True)
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
    assert "label 1 of 1;" in label


def test_names_that_look_like_markup_are_printed_as_they_are() -> None:
    name = "#set text(0pt) *b* $x$ _i_ @a <b> \\u{41} //c"
    (label, *_) = labels_of(order_of(name=name))
    assert name.replace(" ", "") in label.replace(" ", "")


@pytest.mark.parametrize("paper", FORMATS["labels"].papers)
def test_every_label_says_that_it_is_a_draft(order: Order, paper: str) -> None:
    text = " ".join(pages_of(render(order, "labels", paper=paper)))
    assert text.count("Draft: not valid until checked and signed") == 15 + len(slips_of(order))


def test_what_goes_into_the_cerebrospinal_fluid_has_a_layout_and_sheets_of_its_own(order: Order) -> None:
    spinal = replace(order.administrations[1], route="intrathecal", over=None, end=None, rate=None)
    both = replace(order, administrations=(order.administrations[2], spinal))
    beside, apart = pages_of(render(replace(both, alerts=()), "labels"))  # on A4, where one sheet would hold both
    assert "FOR INTRATHECAL USE ONLY" in apart
    assert "given" in apart
    assert "etoposide" not in apart
    assert "INTRATHECAL" not in beside


LONG_NAME, LONG_ID = "Konstantynopolitańczykiewicz-", "9" * 30


@pytest.mark.parametrize(("paper", "longer"), [("a4", 2), ("letter", 4), ("100x60mm", 2)])
def test_a_long_name_and_eight_warnings_shrink_nothing_and_stay_whole(paper: str, longer: int) -> None:
    """Sizes are those of the texts that everybody has: name 11 pt, drug 13 pt, dose 15 pt, all else 10 pt."""
    words = tuple(f"WARNING NUMBER {number} OF EIGHT - READ IT ON EVERY LABEL" for number in range(1, 9))
    plain = on_day_1(order_of(id="0070", name="Anna"))
    long = on_day_1(order_of(id=LONG_ID, name=LONG_NAME * longer))
    long = replace(long, doses=tuple(replace(dose, label=words) for dose in long.doses))
    content = render(long, "labels", paper=paper)
    of_plain, of_long = sizes_of(render(plain, "labels", paper=paper)), sizes_of(content)
    for drug, dose in (("clofarabine", "30 mg"), ("etoposide", "76 mg"), ("cyclophosphamide", "330 mg")):
        assert of_plain[drug] == 13
        assert of_plain[dose] == of_long[dose] == 15
    assert of_plain["Anna"] == 11
    assert set(of_long.values()) == {6.5, 7, 8, 9.5, 10, 11, 13, 15}
    assert {of_plain[text] for text in ("0070", "50 mL/h", "IV infusion over 1 h", "total 100 mL", "Use before")} == {
        10
    }
    assert {size for line, size in of_long.items() if line.startswith("WARNING")} == {9.5}
    text = re.sub(r"[\s\u200b]", "", " ".join(pages_of(content)))
    assert text.count(LONG_NAME * longer) == text.count(LONG_ID) >= 3
    for each in words:
        assert text.count(each.replace(" ", "")) == 3


def on_day_1(order: Order) -> Order:
    return replace(order, administrations=tuple(row for row in order.administrations if row.day == 1))


def sizes_of(content: bytes) -> dict[str, float]:
    """The size of type of each text on the labels, in points; the largest where it stands in several."""
    sizes: dict[str, float] = {}

    def visit(text: str, _matrix: object, position: list[float], _font: object, size: float) -> None:
        for line in filter(None, map(str.strip, text.replace("\N{NO-BREAK SPACE}", " ").splitlines())):
            sizes[line] = max(sizes.get(line, 0), round(abs(size * position[3] if position[3] else size), 2))

    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        page.extract_text(visitor_text=visit)
    return sizes


def test_what_has_no_room_is_refused_with_the_label_that_lacks_it() -> None:
    with pytest.raises(InputError, match="no room for the label of clofarabine, Mon 30-Nov-2026, day 1 of 5: take"):
        render(order_of(name="Anna Maria " * 80), "labels", paper="100x60mm")


COMPARED = ("drug", "dose", "route", "rate", "date", "time", "volume", "concentration", "diluent", "use_before")


def test_what_is_compared_is_read_back_once_from_each_label_and_is_large(tmp_path: Path) -> None:
    path = tmp_path / "pharmacy.yaml"
    path.write_text(USE_BEFORE, "utf-8")
    order = replace(order_of(load_pharmacy(path), id="0070", name="Anna"), alerts=())
    content = render(order, "labels", paper="100x60mm")
    pages = [page.replace("\N{NO-BREAK SPACE}", " ") for page in pages_of(content)]
    labels = label_data(order)["labels"]
    assert len(pages) == len(labels) == 15
    for page, label in zip(pages, labels, strict=True):
        texts = [label[name] for name in COMPARED]
        assert [text for text in ("Anna", "Id 0070", *texts) if text and page.count(text) != 1] == []
    sizes = sizes_of(content)
    assert min(sizes[text] for text in ("0.3 mg/mL", "in sodium chloride 0.9%", "total 100 mL", "Anna", "0070")) >= 9.5


@pytest.mark.parametrize("paper", FORMATS["labels"].papers)
def test_another_program_reads_the_code_of_each_label_from_its_picture(order: Order, paper: str) -> None:
    pages = pictures("labels", label_data(replace(order, alerts=()), oral=True), paper, ppi=200)
    texts = [found.text for page in pages for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(page)))]
    expected = [
        f"order: {order.fingerprint[:16]}\npatient: 0070\ndrug: {drug}\ndose: {dose}\nday: {day}"
        for day in range(1, 6)
        for drug, dose in (
            ("clofarabine", "30 mg"),
            ("etoposide", "76 mg"),
            ("cyclophosphamide", "330 mg"),
            ("prednisone", "9.5 mg"),
        )
    ]
    assert sorted(texts) == sorted(expected)


def test_a_code_holds_letters_of_every_alphabet_that_is_printed() -> None:
    odd = order_of(id="Żółć/0070; x=1")
    (page, *_) = pictures("labels", label_data(replace(odd, alerts=())), "100x60mm", ppi=200)
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page)))
    assert "patient: Żółć/0070; x=1\n" in found.text


USE_BEFORE = """made_at: "08:00"
formulary:
  clofarabine:
    products: [{name: a vial, form: solution, strength: 1 mg/mL, volume: 20 mL}]
    diluents: [sodium chloride 0.9%]
    bags: [100 mL]
    stability: [{hours: 24 h, conditions: 2 to 8 degrees C, jurisdiction: EU label}]
"""


def test_a_label_says_up_to_when_a_dose_may_be_used(tmp_path: Path) -> None:
    """Made at 08:00, and 24 h: 08:00 on the next day."""
    path = tmp_path / "pharmacy.yaml"
    path.write_text(USE_BEFORE, "utf-8")
    made, *_ = labels_of(order_of(load_pharmacy(path)))
    for text in ("Use before Tue 01-Dec-2026 08:00", "Made 30-Nov-2026 08:00", "Store 2 to 8 degrees C (EU label)"):
        assert text in made
    path.write_text(USE_BEFORE.partition("\n")[2], "utf-8")
    timeless, *_ = labels_of(order_of(load_pharmacy(path)))
    assert re.search("Use before +, within 24 h of making", timeless)
    assert "01-Dec" not in timeless


def test_hospital_ward_and_bed_and_which_of_the_days_doses(tmp_path: Path) -> None:
    line = "drug: cytarabine, dose: 75 mg/m2, divided_into: 3, every: 8 h, route: IV infusion, over: 1 h, days: 1"
    patient = load_patient(texts={"height": "109 cm", "weight": "18.5 kg", "ward": "3A", "bed": "12"})
    order = draft_order(
        load_regimen(regimen_file(tmp_path, "thrice", line)), patient, Pharmacy("City hospital"), start=START
    )
    labels = labels_of(order)
    assert all("City hospital, ward 3A, bed 12" in label for label in labels)
    which = ("dose 1 of 3 of the day", "dose 2 of 3 of the day", "dose 3 of 3 of day 1")  # at 09:00, 17:00, and 01:00
    assert [text in label for text, label in zip(which, labels, strict=True)] == [True] * 3


def test_a_dose_after_midnight_says_on_label_code_and_worksheet_of_which_day_it_is_the_third(tmp_path: Path) -> None:
    """Every 8 h from 17:00: Tue 01-Dec has the second and third dose of day 1, then the first of its own."""
    nights = (
        "drug: decitabine, dose: 15 mg/m2, times: 3, every: 8 h, route: IV infusion, over: 3 h, days: 1-2, at: '17:00'"
    )
    patient = load_patient(texts={"height": "109 cm", "weight": "18.5 kg"})
    order = draft_order(load_regimen(regimen_file(tmp_path, "nights", nights)), patient, start=START)
    expected = [
        "day 1, dose 1 of 3 of the day",
        "day 2 (day 1), dose 2 of 3 of day 1",
        "day 2 (day 1), dose 3 of 3 of day 1",
        "day 2, dose 1 of 3 of the day",
        "day 3 (day 2), dose 2 of 3 of day 2",
        "day 3 (day 2), dose 3 of 3 of day 2",
    ]
    labels = [
        re.search(r"(day \d) of 3(.*?), \d\d:\d\d to \d\d:\d\d(, dose \d of 3 of \w+ ?\w+)", text)
        for text in labels_of(order)
    ]
    assert ["".join(found.groups()) for found in labels if found] == expected
    pages = pictures("labels", label_data(replace(order, alerts=())), "100x60mm", ppi=200)
    codes = [found.text for page in pages for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(page)))]
    assert [code.splitlines()[-1].replace("day: ", "day ", 1) for code in codes] == expected
    worksheet = " ".join(pages_of(render(order, "pdf", WORKSHEETS)))
    assert worksheet.count("dose 3 of 3 of day 1, 09:00") == worksheet.count("dose 3 of 3 of day 2, 09:00") == 1


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
    assert label["date"] == "Tue 01-Dec-2026, day 2 of 5 (day 1)"
    assert label["time"] == "01:00 to 03:00"


def test_the_command_writes_labels(tmp_path: Path) -> None:
    target = tmp_path / "labels.pdf"
    done = cec(
        *("schedule", "cec-induction", "--height", "109cm", "--weight", "18.5kg", "--start", "2026-11-30"),
        *("--format", "labels", "--paper", "100x60mm", "-o", str(target)),
    )
    assert (done.code, done.out) == (0, "")
    pages = pages_of(target.read_bytes())
    assert ["label 14 of 15;" in page for page in pages[-2:]] == [True, False]


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
    rows = sorted(changed.administrations, key=lambda row: row.route == "oral")
    found: dict[str, list[bool]] = {}
    for label, row in zip(labels, rows, strict=True):
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
        assert len(re.findall(r"[0-9.,]+ mg(?![/\w])", label.partition("Use before")[0])) == 1

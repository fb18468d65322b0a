"""Two saved orders side by side."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdf
import pytest
from chains import first_order, save
from revising import day, kg, revised
from running import cec

from cec import Order
from cec.course.comparing import compare
from cec.order import SkippedDay
from cec.rendering.comparison import cell_words


@pytest.fixture(scope="module")
def light() -> Order:
    """128 cm, 26 kg: √(128 × 26 / 3600) = 0.9614 m2, 0.96 m2."""
    return first_order()


@pytest.fixture(scope="module")
def heavy() -> Order:
    """129 cm, 28 kg: √(129 × 28 / 3600) = 1.0017 m2, 1 m2; etoposide 100 mg less 25% is 75 mg."""
    return first_order(height="129 cm", weight="28 kg", reductions=["etoposide=by 25%: mucositis"])


def lines(first: Order, second: Order) -> dict[tuple[str, str], tuple[str, str, bool]]:
    rows = compare(first, second, ("a.json", "b.json")).rows
    return {(row.about, row.what): (cell_words(row.first), cell_words(row.second), row.differs) for row in rows}


def test_measures_doses_percent_and_reasons_stand_side_by_side(light: Order, heavy: Order) -> None:
    found = lines(light, heavy)
    assert found["patient", "weight"] == ("26 kg", "28 kg", True)
    assert found["patient", "BSA"] == ("0.96 m2", "1 m2", True)
    assert found["clofarabine", "dose"] == ("38.4 mg", "40 mg", True)
    assert found["clofarabine", "per m2 or kg"] == ("40 mg/m2", "40 mg/m2", False)
    assert found["etoposide", "dose"] == ("96 mg", "75 mg", True)
    assert found["etoposide", "of the protocol's"] == ("100%", "75%", True)
    assert found["etoposide", "per m2 or kg"] == ("100 mg/m2", "75 mg/m2", True)
    assert found["etoposide", "reasons"] == ("-", "reduced by 25%, to 75%: mucositis", True)
    assert found["etoposide", "times"] == ("11:00", "11:00", False)
    assert found["prednisone", "per m2 or kg"] == ("0.5 mg/kg", "0.5 mg/kg", False)


def test_an_age_and_a_dose_that_was_set_are_said_as_people_say_them(light: Order) -> None:
    """From 14-May-2018 to 30-Nov-2026 are 8 years and 6 months, 102 months."""
    other = lines(light, first_order(born="2018-05-14", set=["etoposide=70 mg: one vial left"]))
    assert other["patient", "age"] == ("-", "8 years 6 months", True)
    assert other["etoposide", "reasons"] == ("-", "set to 70 mg: one vial left", True)


def test_days_that_differ_are_named(light: Order) -> None:
    """Etoposide left out on day 5, half of 440 mg/m2 × 0.96 m2 = 422.4 mg of cyclophosphamide on days 4 and 5."""
    other = first_order(
        without=["etoposide on day 5: fever"], reductions=["cyclophosphamide on days 4-5=by 50%: cystitis"]
    )
    found = lines(light, other)
    assert found["etoposide", "days"] == ("1 to 5", "1 to 4", True)
    assert found["etoposide", "dose"] == ("96 mg", "days 1 to 4: 96 mg; day 5: OMITTED", True)
    assert found["etoposide", "reasons"] == ("-", "day 5: left out: fever", True)
    assert found["cyclophosphamide", "dose"][1] == "days 1 to 3: 422.4 mg; days 4, 5: 211.2 mg"
    assert found["cyclophosphamide", "of the protocol's"][1] == "days 1 to 3: 100%; days 4, 5: 50%"
    assert found["cyclophosphamide", "times"] == ("13:00", "days 1 to 4: 13:00; day 5: 11:00", True)


def test_another_regimen_is_compared_drug_by_drug(light: Order) -> None:
    found = lines(light, first_order("cec-consolidation"))
    assert found["order", "regimen"][2]
    assert found["clofarabine", "days"] == ("1 to 5", "1 to 4", True)
    assert found["clofarabine", "dose"] == ("38.4 mg", "38.4 mg", False)


def test_an_order_is_the_same_as_itself(light: Order, heavy: Order) -> None:
    for order in (light, heavy):
        assert not compare(order, order, ("a.json", "b.json")).differ


def test_exit_1_says_that_they_differ_in_every_format(light: Order, heavy: Order, tmp_path: Path) -> None:
    paths = [str(save(order, tmp_path / name)) for order, name in ((light, "a.json"), (heavy, "b.json"))]
    done = cec("compare", *paths)
    assert done.code == 1
    assert any(line.split() == ["weight", "26", "kg", "28", "kg", "differs"] for line in done.out.splitlines())
    assert "lines differ." in done.out
    found: Any = json.loads(cec("compare", *paths, "--format", "json").out, parse_float=Decimal)
    dose = next(row for row in found["rows"] if (row["about"], row["what"]) == ("clofarabine", "dose"))
    assert dose["first"] == [{"value": {"value": Decimal("38.4"), "unit": "mg"}}]
    assert (dose["differs"], found["differ"]) == (True, True)
    sheet = tmp_path / "ab.pdf"
    assert cec("compare", *paths, "-o", str(sheet)).code == 1
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(sheet.read_bytes())).pages)
    assert "DIFFERS" in text
    assert "reduced by 25%, to 75%: mucositis" in " ".join(text.split())
    same = cec("compare", paths[0], paths[0])
    assert (same.code, "are the same." in same.out, "differs" in same.out) == (0, True, False)


def test_an_edited_order_is_not_compared(light: Order, tmp_path: Path) -> None:
    path = save(light, tmp_path / "a.json")
    edited = tmp_path / "b.json"
    edited.write_bytes(path.read_bytes().replace(b"38.4", b"38.5"))
    done = cec("compare", str(path), str(edited))
    assert done.code == 1
    assert "b.json: its content is not that of its fingerprint" in done.err
    assert done.out == ""


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(
    light: Order, heavy: Order, tmp_path: Path, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    paths = [str(save(order, tmp_path / name)) for order, name in ((light, "a.json"), (heavy, "b.json"))]
    assert max(map(len, cec("compare", *paths).out.splitlines())) <= width


def test_what_was_measured_again_holds_from_its_day_on(light: Order) -> None:
    """28 kg from day 3 on: √(128 × 28 / 3600) = 0.9978 m2, 1 m2; the height was told once and is the same."""
    heavier = revised(light, day(3), 3, weight=kg(28))
    found = lines(light, heavier)
    assert found["patient", "weight"][1] == "day 1: 26 kg; day 3: 28 kg"
    assert found["patient", "height"] == ("128 cm", "128 cm", False)
    assert found["clofarabine", "dose"][1] == "days 1, 2: 38.4 mg; days 3 to 5: 40 mg"
    moved = revised(light, day(3), 3, skipped=(SkippedDay(3, "move"),))
    assert lines(light, moved)["clofarabine", "moved to"][1] == (
        "day 3: 03-Dec-2026; day 4: 04-Dec-2026; day 5: 05-Dec-2026"
    )
    stopped = lines(light, revised(light, day(3), 3, stopped=("etoposide",)))
    assert stopped["etoposide", "days"] == ("1 to 5", "1, 2", True)
    assert stopped["etoposide", "taken away"] == ("-", "days 3 to 5: a reason", True)

"""Vials that doses of one day share: never between the cerebrospinal fluid and another route, and always said."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import pypdf
import pytest
from regimen_texts import regimen_file

from cec import draft_order, load_patient, load_pharmacy, load_regimen
from cec.order import Order
from cec.rendering import WORKSHEETS, render

SPINAL = "drug: methotrexate, dose: 12 mg, route: {route}, days: 1"
INTO_A_VEIN = "drug: methotrexate, dose: 20 mg/m2, route: IV bolus, days: 1-2"
PHARMACY = """\
share_vials: {shared}
formulary:
  methotrexate:
    cytotoxic: true
    measuring_step: 0.1 mL
    products: [{{name: methotrexate 50 mg/2 mL vial, form: solution, strength: 25 mg/mL, volume: 2 mL}}]
"""


def order_of(folder: Path, *lines: str, shared: str = "true") -> Order:
    pharmacy = folder / "pharmacy.yaml"
    pharmacy.write_text(PHARMACY.format(shared=shared), encoding="utf-8")
    return draft_order(
        load_regimen(regimen_file(folder, "sample", *lines)),
        load_patient(texts={"height": "128 cm", "weight": "26 kg"}),
        load_pharmacy(pharmacy),
        start=datetime.date(2026, 11, 30),
    )


def vials(order: Order) -> int:
    (item,) = order.pick_list
    assert item.count is not None
    return int(item.count)


def shared(order: Order) -> list[list[str]]:
    return [[text for text in each.handling if "shared" in text] for each in order.preparations]


@pytest.mark.parametrize("route", ["intrathecal", "intraventricular"])
def test_a_vial_is_never_shared_between_the_csf_and_another_route(route: str, tmp_path: Path) -> None:
    """12 mg and 19.2 mg (20 × 0.96) would go into one vial of 50 mg; apart they take one each, and day 2 another."""
    order = order_of(tmp_path, SPINAL.format(route=route), INTO_A_VEIN)
    assert vials(order) == 3
    assert shared(order) == [[], []]


def test_two_doses_into_a_vein_share_and_each_block_says_so(tmp_path: Path) -> None:
    """30 mg and 19.2 mg of one day fit into one vial of 50 mg; day 2 takes another."""
    order = order_of(tmp_path, "drug: methotrexate, dose: 30 mg, route: subcutaneous, days: 1", INTO_A_VEIN)
    assert vials(order) == 2
    assert shared(order) == [
        ["vials are shared on day 1 with 19.2 mg IV bolus; the pick list counts them together"],
        ["vials are shared on day 1 with 30 mg subcutaneous; the pick list counts them together"],
    ]
    pages = " ".join(
        page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render(order, "pdf", WORKSHEETS))).pages
    )
    texts = [render(order, name, WORKSHEETS).decode() for name in ("table", "csv")] + [pages]
    for text in texts:
        assert "vials are shared on day 1 with 19.2 mg IV bolus" in " ".join(text.split()).replace(
            "\N{NO-BREAK SPACE}", " "
        )


def test_the_doses_of_one_line_share_too(tmp_path: Path) -> None:
    """Twice 19.2 mg a day: one vial of 50 mg a day."""
    order = order_of(tmp_path, f"{INTO_A_VEIN}, times: 2, every: 12 h")
    assert vials(order) == 2
    assert shared(order) == [
        ["vials are shared on days 1, 2 with 19.2 mg IV bolus; the pick list counts them together"]
    ]


def test_where_nothing_is_shared_nothing_is_said(tmp_path: Path) -> None:
    order = order_of(
        tmp_path, "drug: methotrexate, dose: 30 mg, route: subcutaneous, days: 1", INTO_A_VEIN, shared="false"
    )
    assert vials(order) == 3
    assert shared(order) == [[], []]
    alone = order_of(tmp_path, INTO_A_VEIN)
    assert shared(alone) == [[]]

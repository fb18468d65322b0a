"""An order in a notebook, and commands where standard output takes texts alone."""

from __future__ import annotations

import datetime
import io
import json
from contextlib import redirect_stderr, redirect_stdout
from html.parser import HTMLParser

import pytest

import cec
from cec.__main__ import main


class Cells(HTMLParser):
    """The texts of a table's cells, row by row, and every tag."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self._is_cell = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.tags.add(tag)
        self.rows += [[]] if tag == "tr" else []
        self._is_cell = tag in {"td", "th"}
        if self._is_cell:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self._is_cell:
            self.rows[-1][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._is_cell = self._is_cell and tag not in {"td", "th"}


def test_a_notebook_shows_the_table_of_doses_escaped() -> None:
    """40, 100 and 440 mg/m2 by 0.96 m2, and 0.5 mg/kg by 26 kg."""
    texts = {"name": "<script>alert(1)</script> & co", "height": "128 cm", "weight": "26 kg"}
    order = cec.draft_order(
        cec.load_regimen("cec-induction"), cec.load_patient(texts=texts), start=datetime.date(2026, 11, 30)
    )
    html = order._repr_html_()
    shown = Cells()
    shown.feed(html)
    assert [row[:4] for row in shown.rows[1:]] == [
        ["clofarabine", "40 mg/m2", "38.4 mg", "1"],
        ["etoposide", "100 mg/m2", "96 mg", "1"],
        ["cyclophosphamide", "440 mg/m2", "422.4 mg", "1"],
        ["prednisone", "0.5 mg/kg", "13 mg", "1"],
    ]
    assert "script" not in shown.tags
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co, 128 cm, 26 kg, BSA 0.96 m2" in html
    assert all(f"{alert.level} {alert.code}: " in html for alert in order.alerts)
    assert "Draft" in html
    assert "revision" not in html


def test_a_notebook_shows_which_revision_it_is_and_every_dose_of_it() -> None:
    """40 mg/m2 by 0.96 m2 and, from day 3 on, by 1 m2: √(128 × 28 / 3600) = 0.998, to 0.01 m2."""
    patient = cec.load_patient(texts={"id": "7", "height": "128 cm", "weight": "26 kg"})
    first = cec.draft_order(cec.load_regimen("cec-induction"), patient, start=datetime.date(2026, 11, 30), cycle=2)
    weight = {"weight": "28 kg"}
    order = cec.change(first, on=datetime.date(2026, 12, 2), reason="heavier", from_day=3, texts=weight)
    html, shown = order._repr_html_(), Cells()
    shown.feed(html)
    assert "cycle 2, from 2026-11-30, revision 2</strong><br>id 7, 128 cm, 28 kg, BSA 1 m2" in html
    doses = [(row[2], row[4]) for row in shown.rows if row[0] == "clofarabine"]
    assert doses == [("38.4 mg", "1-2"), ("40 mg", "3-5")]


def run(*arguments: str) -> tuple[object, str, str]:
    out, err, code = io.StringIO(), io.StringIO(), None
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(arguments)
        except SystemExit as end:
            code = end.code
    return code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_a_command_writes_texts_where_there_are_no_bytes(form: str) -> None:
    code, out, err = run("dose", "--height", "128cm", "--weight", "26kg", "--format", form)
    assert (code, err, "38.4" in out) == (0, "", True)
    if form == "json":
        assert json.loads(out)["doses"][0]["ordered"] == {"value": 38.4, "unit": "mg"}


def test_what_is_no_text_is_refused_where_there_are_no_bytes() -> None:
    code, out, err = run("dose", "--height", "128cm", "--weight", "26kg", "--format", "pdf")
    assert (code, out, err) == (1, "", "standard output: takes text alone, and this is not text; add -o FILE\n")
    assert run("--version") == (0, f"cec {cec.__version__}\n", "")

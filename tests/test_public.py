"""The public names: a list that one can hold in one's head, each loading only when it is used."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import cec
from cec.errors import FileError

NAMES = [
    "CecError",
    "Order",
    "Patient",
    "Pharmacy",
    "Regimen",
    "__version__",
    "dose_table",
    "draft_order",
    "load_order",
    "load_patient",
    "load_pharmacy",
    "load_regimen",
    "render",
    "verify_bundle",
]


def test_the_list_of_public_names() -> None:
    assert cec.__all__ == NAMES
    for name in NAMES:
        assert getattr(cec, name) is not None
    assert dir(cec) == NAMES
    with pytest.raises(AttributeError, match="calc_dose"):
        _ = cec.calc_dose


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" in project["dynamic"], "cec/version.py alone says it"
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", cec.__version__)


def test_a_batch_loads_no_pint_until_it_converts() -> None:
    code = "import cec.batch.run, polars, sys; print(sorted({'pint', 'typst', 'icalendar'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "content",
    [b"", b"[", b"{}", b"null", b"[" * 100_000, b"\xff", b'{"regimen": 1}', b'{"sha256": "x"}'],
)
def test_what_is_no_saved_order_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not an order that cec saved"):
        cec.load_order(content)
    path = tmp_path / "order.json"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"order\.json: is not an order"):
        cec.load_order(path)


def test_a_saved_order_loads_back_from_its_file(tmp_path: Path) -> None:
    patient = cec.load_patient(texts={"height": "4 ft 2 in", "weight": "57.3 lb", "name": "Łucja Żak"})
    order = cec.draft_order(cec.load_regimen("cec-induction"), patient)
    path = tmp_path / "order.json"
    path.write_bytes(cec.render(order, "json"))
    assert cec.load_order(path) == order
    with pytest.raises(cec.CecError, match=r"'word' is not a format; write table, json, .* or "):
        cec.render(order, "word")

"""The pharmacy file that a person sets up once; every output names the file that was used, or says none was."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from pypdf import PdfReader
from running import cec

from cec.rendering import FORMATS

SIZE = ("--height", "128cm", "--weight", "26kg")
START = ("--start", "2026-11-30")
ROUNDED = "name: Ward 3\ndose_rounding: {clofarabine: nearest 1 mg}\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's configuration folder, which is not there yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cec.load.search.own_folder", lambda: tmp_path / "own")
    return tmp_path / "own"


def put(path: Path, text: str = ROUNDED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def clofarabine(*arguments: str) -> str:
    """The ordered dose: 40 × 0.96 = 38.4 mg; to the nearest 1 mg 38 mg, to the nearest 2 mg 38 mg, 5 mg 40 mg."""
    order = json.loads(cec("dose", *SIZE, *arguments, "--format", "json").out)
    return str(order["doses"][0]["ordered"]["value"])


def test_the_file_of_the_variable_comes_before_that_of_the_folder(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert clofarabine() == "38.4"
    put(own / "pharmacy.yaml")
    assert clofarabine() == "38"
    named = put(own.parent / "named.yaml", "dose_rounding: {clofarabine: nearest 5 mg}\n")
    monkeypatch.setenv("CEC_PHARMACY", str(named))
    assert clofarabine() == "40"
    assert clofarabine("--pharmacy", str(own / "pharmacy.yaml")) == "38"
    assert clofarabine("--pharmacy", "none") == "38.4"
    assert clofarabine("--bsa-formula", "mosteller") == "40"


def test_a_file_that_is_not_there_is_refused(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CEC_PHARMACY", str(own / "none-such.yaml"))
    done = cec("dose", *SIZE)
    assert (done.code, done.out) == (1, "")
    assert "none-such.yaml: there is no such file; CEC_PHARMACY names it" in done.err
    assert cec("dose", *SIZE, "--pharmacy", "none").code == 0
    monkeypatch.setenv("CEC_PHARMACY", "none")
    put(own / "pharmacy.yaml")
    assert clofarabine() == "38.4"


def test_no_output_takes_the_place_of_the_file(own: Path) -> None:
    path = put(own / "pharmacy.yaml")
    done = cec("dose", *SIZE, "-o", str(path), "--format", "csv")
    assert (done.code, "would be overwritten" in done.err) == (1, True)
    assert path.read_text(encoding="utf-8") == ROUNDED


def words_of(format_name: str, target: Path) -> str:
    """All words of an order in a format."""
    dates = () if format_name == "fhir" else START  # clock times there need a zone, and so a pharmacy file
    command = ("schedule", "cec-induction", *SIZE, *dates) if dates else ("dose", *SIZE)
    assert cec(*command, "--format", format_name, "-o", str(target), "--overwrite").code == 0
    content = target.read_bytes()
    if content.startswith(b"%PDF-"):
        pages = PdfReader(io.BytesIO(content)).pages
        return " ".join(" ".join(page.extract_text().split()) for page in pages)
    return " ".join(content.decode().replace("\r\n ", "").replace("\\,", ",").split())


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_names_the_file_or_says_that_there_is_none(format_name: str, own: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    is_json = format_name == "json"
    without = words_of(format_name, target)
    assert ('"sha256": ""' in without) if is_json else ("no pharmacy file" in without)
    put(own / "pharmacy.yaml")
    sha256 = json.loads(cec("dose", *SIZE, "--format", "json").out)["pharmacy"]["sha256"]
    assert len(sha256) == 64
    found = words_of(format_name, target)
    assert (sha256 if is_json else f"pharmacy file {sha256[:16]}") in found
    assert "Ward 3" in found


@pytest.mark.slow
def test_verify_batch_show_and_doctor_name_it_too(own: Path, tmp_path: Path) -> None:
    table = put(tmp_path / "patients.csv", "id,height,weight\n1,128 cm,26 kg\n")
    written = ("verify", "cec-induction", *SIZE, "clofarabine=38mg")
    assert "no pharmacy file" in cec(*written).said
    assert cec("batch", str(table)).err.endswith("\nno pharmacy file\n")
    assert "Pharmacy no pharmacy file" in cec("doctor").said
    assert "Built-in policy, no file" in cec("pharmacy", "show").said
    path = put(own / "pharmacy.yaml")
    assert " (Ward 3)" in cec(*written).said
    assert cec("batch", str(table)).err.endswith(" (Ward 3)\n")
    assert f"Pharmacy {path} (your configuration folder)" in cec("doctor").said
    assert cec("pharmacy", "show").out.startswith("Ward 3\n")
    put(path, "dose_rounding: {clofarabine: nearly 1 mg}\n")
    done = cec("doctor")
    assert (done.code, f"{path}:1:" in done.said) == (1, True)

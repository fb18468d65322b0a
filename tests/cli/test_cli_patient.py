"""cec patient: a file to fill in, its faults, and what it says."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from every_key import PATIENT
from msgspec.structs import replace
from running import cec

from cec.load import load_patient
from cec.load.patient_file import PATIENT_FIELDS
from cec.units import Quantity

TYPED = (
    *("--id", "007", "--name", "yes", "--born", "2018-05-14", "--height", "4 ft 2 in", "--weight", "57.3lb"),
    *("--history", "prior_hsct=no", "--reduce", "etoposide on days 3-5=by 25%: mucositis: grade 3"),
    *("--set", 'clofarabine=30 mg: a "vial" left', "--without", "prednisone: steroid psychosis # twice"),
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_typed_is_read_back_from_the_file(here: Path) -> None:
    done = cec("patient", "new", "ann.yaml", *TYPED)
    assert (done.code, done.err.splitlines()[0]) == (0, "ann.yaml is written")
    patient = load_patient(here / "ann.yaml")
    assert (patient.id, patient.name, str(patient.height), patient.weight_given) == ("007", "yes", "127 cm", "57.3lb")
    assert patient.history == {"prior_hsct": False}
    assert (patient.reductions[0].days, patient.reductions[0].reason) == ((3, 4, 5), "mucositis: grade 3")
    assert patient.set_doses[0].reason == 'a "vial" left'
    assert patient.withheld[0].reason == "steroid psychosis # twice"


def test_every_key_stands_in_the_file_and_its_example_can_be_read(here: Path) -> None:
    assert cec("patient", "new", "ann.yaml", "--height", "128", "--weight", "26").code == 0
    lines = (here / "ann.yaml").read_text(encoding="utf-8").splitlines()
    keys = [match[1] for line in lines if (match := re.match(r"(?:# )?([a-z0-9_]+):", line))]
    assert keys == list(PATIENT_FIELDS)
    shown = [line.removeprefix("# ") if re.match(r"# [a-z0-9_]+: ", line) else line for line in lines]
    either = {"age", "creatinine_clearance"}
    kept = [line for line in shown if line.partition(":")[0] not in either]
    (here / "all.yaml").write_text("\n".join(kept), encoding="utf-8")
    assert cec("patient", "check", "all.yaml").err == ""


def test_a_file_without_measures_is_to_be_filled_in(here: Path) -> None:
    assert "fill in height and weight" in cec("patient", "new", "ann.yaml", "--ward", "3 B").err
    done = cec("patient", "check", "ann.yaml")
    assert done.code == 1
    assert [word in done.out + done.err for word in ("'height' is missing", "'weight' is missing")] == [True, True]
    assert cec("patient", "new", "bob.yaml", "--born", "14.5.2018").code == 1
    assert not (here / "bob.yaml").exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("--reduce", "nonsense"), "--reduce: 'nonsense' is not a reduction"),
        (("--history", "prior_hsct=maybe"), "'maybe' is neither true nor false"),
        (("--height", "1"), "1 cm is not a possible height"),
        (("--weight", "900"), "900 kg is not a possible body weight"),
        (("--born", "2018-05-14", "--age", "8"), "give either born or age, not both"),
        (("--born", "2018-05-14", "--measured-on", "2017-01-01"), "lies before the date of birth"),
        (("--set", "etoposide=70"), "--set"),
    ],
)
def test_what_is_typed_wrongly_is_refused_without_the_measures_too(
    typed: tuple[str, ...], words: str, here: Path
) -> None:
    done = cec("patient", "new", "ann.yaml", *typed)
    assert (done.code, (here / "ann.yaml").exists()) == (1, False)
    assert words in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("size", [("--weight", "350"), ("--weight", "0.3"), ("--height", "20"), ("--height", "250")])
def test_one_measure_at_its_bound_begins_a_file(size: tuple[str, str], here: Path) -> None:
    assert cec("patient", "new", "ann.yaml", *size).code == 0
    assert f"{size[0][2:]}: {size[1]}\n" in (here / "ann.yaml").read_text(encoding="utf-8")


def test_it_begins_from_another_file(here: Path) -> None:
    (here / "ann.yaml").write_text(PATIENT, encoding="utf-8")
    assert cec("patient", "new", "again.yaml", "--patient", "ann.yaml").code == 0
    assert load_patient(here / "again.yaml") == load_patient(here / "ann.yaml")
    assert cec("patient", "new", "later.yaml", "--patient", "ann.yaml", "--weight", "21").code == 0
    heavier = replace(load_patient(here / "ann.yaml"), weight=Quantity(Decimal(21), "kg"))
    assert load_patient(here / "later.yaml") == heavier


def test_a_file_that_is_there_stays(here: Path) -> None:
    (here / "ann.yaml").write_text("height: 128\n", encoding="utf-8")
    done = cec("patient", "new", "ann.yaml", *TYPED)
    assert (done.code, (here / "ann.yaml").read_text(encoding="utf-8")) == (1, "height: 128\n")
    assert "is there already" in done.err


def test_what_no_regimen_knows_is_named_with_its_place(here: Path) -> None:
    text = "height: 128\nweight: 26\nhistory: {prior_hst: true}\nreductions: ['etoposid=by 25%: why']\n"
    (here / "ann.yaml").write_text(text, encoding="utf-8")
    done = cec("patient", "check", "ann.yaml")
    told = done.out + done.err
    assert done.code == 1
    assert "ann.yaml:3:11: history: no check asks for 'prior_hst'; did you mean 'prior_hsct'?" in told
    assert "ann.yaml:4:1: reductions: no regimen gives 'etoposid'; did you mean 'etoposide'?" in told
    (here / "ann.yaml").write_text(text.replace("prior_hst", "prior_hsct").replace("etoposid=", "etoposide="))
    assert cec("patient", "check", "ann.yaml").code == 0


def test_it_is_shown_as_it_is_read() -> None:
    assert cec("patient", "new", "ann.yaml", *TYPED, "--allergies", "latex").code == 0
    out = cec("patient", "show", "ann.yaml").out
    assert "id 007" in out
    assert "height 127 cm (given as 4 ft 2 in)" in out
    assert "etoposide on days 3 to 5: reduced by 25%, to 75%: mucositis: grade 3" in out
    assert 'clofarabine: set to 30 mg: a "vial" left' in out
    assert "prednisone: not given: steroid psychosis # twice" in out
    assert "latex" in out

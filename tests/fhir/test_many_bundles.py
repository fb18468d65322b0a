"""A Bundle on each line: dosed as a table, and verified line by line."""

from __future__ import annotations

import csv
import datetime
import json
from pathlib import Path

import pytest
from bundles import START, Bundle, dosage, drafted, mcode, observation, resources, written
from revising import kg, revised
from running import cec


def lines(folder: Path, *bundles: Bundle | str) -> str:
    file = folder / "bundles.ndjson"
    texts = (each if isinstance(each, str) else json.dumps(each) for each in bundles)
    file.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return str(file)


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def spoilt() -> Bundle:
    bundle = written(drafted(id="9"))
    observation(bundle, "29463-7")["valueQuantity"]["code"] = "lb"
    return bundle


def test_each_line_is_dosed_or_rejected_with_its_reason(tmp_path: Path) -> None:
    heavier = written(drafted(id="8", weight="30 kg"))
    file = lines(tmp_path, written(drafted()), heavier, spoilt(), '{"resourceType": "Patient"}', "{", mcode())
    usual = ("--regimen", "cec-induction")
    done = cec("batch", file, "-o", str(tmp_path / "doses.csv"), "--ignore-column", "anc", *usual)
    assert done.code == 1
    # √(128 × 30 / 3600) = 1.0327…: 1.03 m2 × 40 mg/m2 = 41.2 mg; 65 in and 150 lb are 1.77 m2: 70.8 mg
    doses = {row["id"]: row["clofarabine_mg"] for row in table(tmp_path / "doses.csv")}
    assert doses == {"7": "38.4", "8": "41.2", "MRN1234": "70.8"}
    reasons = {row["row"]: row["reason"] for row in table(tmp_path / "doses.rejects.csv")}
    assert reasons.keys() == {"3", "4", "5"}
    assert "'lb' is not a UCUM code that is read" in reasons["3"]
    assert "is a Patient of FHIR; a Bundle is read" in reasons["4"]
    assert "is not a JSON object on one line" in reasons["5"]


def test_a_cycle_of_two_weights_is_not_dosed_by_one_of_them(tmp_path: Path) -> None:
    weighed_again = revised(drafted(), START + datetime.timedelta(days=2), 3, weight=kg(28))
    file = lines(tmp_path, written(drafted(id="8")), written(weighed_again))
    assert cec("batch", file, "-o", str(tmp_path / "doses.csv")).code == 1
    assert [row["id"] for row in table(tmp_path / "doses.csv")] == ["8"]
    (rejected,) = table(tmp_path / "doses.rejects.csv")
    assert "other measures from day 3 on (weight 28 kg): which ones are meant?" in rejected["reason"]


def test_what_was_not_read_stands_in_the_row(tmp_path: Path) -> None:
    file = lines(tmp_path, mcode())
    options = ("-o", str(tmp_path / "doses.csv"), "--ignore-column", "anc")
    assert cec("batch", file, *options).code == 1
    assert "no regimen is named; write it" in (tmp_path / "doses.rejects.csv").read_text(encoding="utf-8")
    assert cec("batch", file, *options, "--overwrite", "--regimen", "cec-induction").code == 0
    (row,) = table(tmp_path / "doses.csv")
    assert "150 lb is taken, the newest body weight" in row["remarks"]
    assert "not read: Condition" in row["remarks"]


def test_the_plan_of_another_system_is_never_taken_for_the_usual_regimen(tmp_path: Path) -> None:
    bundle = written(drafted())
    next(resources(bundle, "RequestGroup"))["instantiatesCanonical"] = ["https://a.example/plans/cec"]
    file = lines(tmp_path, bundle)
    assert cec("batch", file, "--regimen", "cec-induction").code == 1
    mapped = cec("batch", file, "--value", "regimen:https://a.example/plans/cec=cec-induction")
    assert mapped.code == 0
    assert ",38.4,96,422.4,13," in mapped.out


def test_a_fact_that_the_first_lines_do_not_tell_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cec.tables.bundles._LOOKED_AT", 1)
    monkeypatch.setattr("cec.tables.streams.FIRST_READ", 1000)
    plain, with_platelets = written(drafted()), written(drafted(id="8", platelets="80 x 10^9/L"))
    done = cec("batch", lines(tmp_path, plain, with_platelets), "-o", str(tmp_path / "doses.csv"))
    assert done.code == 1
    (rejected,) = table(tmp_path / "doses.rejects.csv")
    assert "tells the platelets, which none of the first Bundles does" in rejected["reason"]


def test_each_line_is_verified(tmp_path: Path) -> None:
    wrong = written(drafted(id="8"))
    dosage(wrong, "prednisone")["doseAndRate"][1]["doseQuantity"]["value"] = 130
    done = cec("verify", lines(tmp_path, written(drafted()), wrong, spoilt(), mcode()), "--pharmacy", "none")
    assert done.code == 1
    assert "4 Bundles: 1 agree, 1 differ, 2 cannot be held against an order" in done.said
    assert "line 2, id 8: prednisone 130 mg, expected 13 mg: ten times" in done.said
    assert "line 4: names no regimen" in done.said


def test_no_option_tells_the_weight_of_every_patient(tmp_path: Path) -> None:
    done = cec("verify", lines(tmp_path, written(drafted())), "--weight", "26")
    assert done.code == 2
    assert "holds its patients" in done.err

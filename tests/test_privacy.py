"""No patient's data in an error: a fault names its place and the value that is wrong, and nothing else of the file.

Nor in anything that outlives the run: what is temporary is the owner's alone and gone at the end.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from running import cec

from cec import CecError, dose_table, draft_order, load_order, load_patient, load_pharmacy, load_regimen, render

WHO = "Zebrawska"
"""A name that stands nowhere else."""
TEXTS = {"height": "128", "weight": "26", "name": WHO, "id": f"{WHO}-7", "diagnosis": WHO, "allergies": WHO}
ORDER = render(draft_order(load_regimen("cec-induction"), load_patient(texts=TEXTS)), "json").decode()


def refusal(call: object, *arguments: object, **named: object) -> str:
    """What is said of it."""
    assert callable(call)
    with pytest.raises(CecError) as caught:
        call(*arguments, **named)
    return f"{caught.value} {caught.value.faults!r} {caught.value.__cause__ or ''}"


@pytest.mark.parametrize(
    "damaged",
    [
        ORDER[:-20],
        ORDER[: ORDER.index(WHO) + 4],
        ORDER.replace('"sha256"', '"sha"', 1),
        ORDER.replace(f'"{WHO}"', f'"{WHO}", "name": "{WHO}"', 1),
        ORDER.replace(f'"{WHO}"', f'["{WHO}"]', 1),
        ORDER.replace(f'"{WHO}"', f'"{WHO}\\u0007"', 1),
        ORDER.replace("128", "-128", 1),
        f"{WHO} {ORDER}",
        f'"{WHO}"',
    ],
)
def test_a_damaged_order_is_refused_without_its_patient(damaged: str) -> None:
    assert damaged != ORDER
    assert WHO not in refusal(load_order, damaged.encode())


@pytest.mark.parametrize(
    "text",
    [
        f"name: {WHO}\nheight: 1\nweight: 26\n",
        f"name: {WHO}\nheight: 128\nweight 26\n",
        f"name: [{WHO}]\nheight: 128\nweight: 26\n",
        f"name: {{first: {WHO}}}\nheight: 128\nweight: 26\n",
        f"name: {WHO}\nname: {WHO}\nheight: 128\nweight: 26\n",
        f"nmae: {WHO}\nheight: 128\nweight: 26\n",
        f"name: '{WHO}\nheight: 128\nweight: 26\n",
        f"name: {WHO}\x07\nheight: 128\nweight: 26\n",
        f"name: &a {WHO}\nheight: *a\nweight: 26\n",
        f"name: {WHO}: x\nheight: 128\nweight: 26\n",
        f"name: !x {WHO}\nheight: 128\nweight: 26\n",
        f"- {WHO}\n",
    ],
)
def test_a_patient_file_is_refused_without_its_patient(text: str, tmp_path: Path) -> None:
    path = tmp_path / "patient.yaml"
    path.write_text(text, encoding="utf-8")
    assert WHO not in refusal(load_patient, path)
    assert WHO not in refusal(load_patient, text), "what a file holds, where its name belongs"
    done = cec("dose", "--patient", str(path))
    assert (done.code, WHO in done.err) == (1, False)


def test_what_was_typed_of_another_fact_is_refused_alone() -> None:
    assert WHO not in refusal(load_patient, texts={**TEXTS, "weight": "x"})
    assert WHO not in refusal(load_pharmacy, f"name: {WHO}\n")
    infant = load_patient(texts={**TEXTS, "height": "79", "weight": "9"})
    assert WHO not in refusal(draft_order, load_regimen("cec-induction"), infant)
    assert WHO not in refusal(dose_table, pl.DataFrame({"name": [WHO], "height": ["128"], "weigth": ["26"]}))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", f"name,height,weight\n{WHO},128,26,99\n"),
        ("a.csv", f'name,height,weight\n"{WHO},128,26\n'),
        ("a.csv", f"name,height,weight\n{WHO},128,1\n"),
        ("a.csv", f"name,name,height,weight\n{WHO},{WHO},128,26\n"),
        ("a.jsonl", json.dumps({"name": WHO, "height": 128})[:-1] + "\n"),
        ("a.jsonl", json.dumps({"name": WHO, "height": [128], "weight": 26}) + "\n"),
    ],
)
def test_a_row_is_rejected_without_its_patient(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    done = cec("batch", str(tmp_path / name), "-o", str(tmp_path / "out.csv"))
    assert (done.code, WHO in done.err) == (1, False)


def test_a_name_in_a_message_is_seen() -> None:
    """The guard: the value that is wrong itself is told."""
    assert WHO in refusal(load_patient, texts={**TEXTS, "weight": WHO})


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_no_temporary_file_is_open_to_others_or_outlives_the_run(tmp_path: Path) -> None:
    """A batch that has begun to write, with a name in each row; it is looked at while it runs."""
    temporary, output = tmp_path / "temporary", tmp_path / "out"
    temporary.mkdir()
    output.mkdir()
    command = [sys.executable, "-m", "cec", "batch", "-", "-o", str(output / "doses.csv")]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin
        process.stdin.write(b"name,height,weight\n" + f"{WHO},176,67\n".encode() * 300_000)
        process.stdin.flush()
        deadline = time.monotonic() + 30
        while not list(output.glob(".cec-*")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.05)  # it is made, and then closed to others while it is empty
        open_to_others = [
            path for path in (*temporary.rglob("*"), *output.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077
        ]
        process.stdin.close()
        assert process.wait(60) == 0
    assert open_to_others == []
    assert sorted(path.name for path in output.iterdir()) == ["doses.csv", "doses.rejects.csv"]
    assert list(temporary.iterdir()) == []

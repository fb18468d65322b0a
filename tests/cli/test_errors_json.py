"""Faults for a program: one object to a line, stable codes, every one of them in the docs and in use."""

from __future__ import annotations

import ast
import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from running import cec

from cec.errors import CODES, CecError, Fault, FileError, InputError, OrderRefused

PACKAGE = Path(__file__).parent.parent.parent / "cec"
KEYS = ["code", "text", "where", "file", "line", "column", "about"]


def faults(*arguments: str) -> list[dict[str, Any]]:
    """What a command tells a program."""
    done = cec(*arguments, "--errors", "json")
    return [json.loads(line) for line in done.err.splitlines()]


REGIMEN = "name: x\ntitle: X\nedition: 1\nfor: tests\nsource: {citation: made up}\ndrugs:\n  - drug: doxorubicin\n"


@pytest.mark.parametrize(
    ("typed", "code", "where"),
    [
        ("dose --height 128 --weight 26,5", "not-a-number", "--weight"),
        ("dose --height 128 --weight 26mg", "other-kind-of-unit", "--weight"),
        ("dose --height 128 --weight '26 stone'", "unknown-unit", "--weight"),
        ("dose --height 128 --weight 26 --creatinine 0.5", "no-unit", "--creatinine"),
        ("dose --height 1.28 --weight 26", "impossible-value", None),
        ("dose --height 128 --weight 26 --born 1.2.2018", "not-a-date", "--born"),
        ("dose --height 128 --weight 26 --born 43234", "day-number", "--born"),
        ("dose --height 128 --weight 26 --sex K", "not-one-of", "--sex"),
        ("dose nowhere --height 128 --weight 26", "unknown-regimen", None),
        ("dose --height 128", "usage", None),
        ("dose --hight 128", "usage", None),
        ("dose --patient none.yaml", "no-such-file", None),
        ("batch none.csv", "no-such-file", None),
        ("verify none.json", "no-such-file", None),
    ],
)
def test_a_fault_has_its_code(
    typed: str, code: str, where: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (fault,) = faults(*shlex.split(typed))
    assert list(fault) == KEYS
    assert (fault["code"], fault["where"]) == (code, where)
    assert fault["code"] in CODES


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("    dos: 5 mg\n", "unknown-key", (8, 5)),
        ("    dose:\n", "empty-value", (8, 10)),
        ("    dose: 60 mg/m2\n    days: 1\n", "missing-key", (7, 5)),
        ("    dose: [a, b\n", "not-yaml", (9, 1)),
        ("    dose: 60 mg/m2\n    route: [oral]\n    days: 1\n", "wrong-shape", (9, 12)),
    ],
)
def test_faults_of_a_file_have_their_place(text: str, code: str, place: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(REGIMEN + text, encoding="utf-8")
    found = faults("dose", str(path), "--height", "128", "--weight", "26")
    first = next(each for each in found if each["code"] == code)
    assert (first["file"], first["line"], first["column"]) == (str(path), *place)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("dose folder --height 128 --weight 26", "unreadable-file"),
        ("verify other.json", "not-an-order"),
        ("dose --height 128 --weight 26 -o other.json", "file-exists"),
        ("print broken.json", "not-json"),
        ("dose latin.yaml --height 128 --weight 26", "not-utf-8"),
        ("dose --height 128 --weight 26 -o none/x.json", "unwritable-file"),
        ("batch p.csv --sheets folder --start 2026-11-30 -o d.csv", "file-exists"),
        ("batch twice.csv", "column-twice"),
        ("dose --height 128 --weight 26 --accept bsa=why", "input"),
        ("batch p.csv -o p2.csv", "file-exists"),
        ("dose kills.yaml --height 128 --weight 26", "refused"),
    ],
)
def test_faults_of_files_and_places(typed: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x").touch()
    files = {
        "other.json": "{}",
        "broken.json": "{",
        "p.csv": "id,height_cm,weight_kg\n1,128,26\n",
        "p2.csv": "x",
        "twice.csv": "height_cm,height,weight_kg\n128,128,26\n",
        "kills.yaml": REGIMEN.replace("doxorubicin", "vincristine")
        + "    dose: 1 mg\n    route: intrathecal\n    days: 1\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "latin.yaml").write_bytes(b"name: \xb9\n")
    assert code in {each["code"] for each in faults(*shlex.split(typed))}, faults(*shlex.split(typed))


@pytest.mark.parametrize("command", [("history",), ("worklist", "2026-12-01")])
def test_a_damaged_file_beside_others_is_a_fault_and_no_note(command: tuple[str, ...], tmp_path: Path) -> None:
    order, damaged = tmp_path / "ann.json", tmp_path / "bob.json"
    drafted = ("schedule", "cec-induction", "--height", "128", "--weight", "26", "--id", "7", "--start", "2026-11-30")
    assert cec(*drafted, "-o", str(order)).code == 0
    damaged.write_text('{"schema": "cec.order/2"', encoding="utf-8")
    (fault,) = faults(*command, str(tmp_path))
    assert (fault["code"], fault["file"]) == ("file", str(damaged))


def test_the_findings_of_a_check_have_the_codes_too(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(f"{REGIMEN}    dos: 5 mg\n", encoding="utf-8")
    (file,) = json.loads(cec("regimen", "check", str(path), "--format", "json").out)["files"]
    assert {each["code"] for each in file["findings"]} == {"unknown-key", "missing-key"}


def test_a_stop_names_its_alert() -> None:
    found = faults("dose", "--height", "79", "--weight", "9")
    assert [(each["code"], each["about"]) for each in found] == [
        ("stop", ["under-10-kg"]),
        ("check", ["longer-infusion"]),
    ]


def test_rejected_rows_and_counts_of_a_batch(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("height_cm,weight_kg\n128,26\n1.28,26\n", encoding="utf-8")
    row, *notes = faults("batch", str(path))
    assert (row["code"], row["where"], row["file"], row["line"]) == ("rejected-row", "height_cm", str(path), 3)
    assert list(row) == KEYS
    assert {each["code"] for each in notes} == {"note"}
    path.write_text("height_cm,allergy,zz\n128,26,1\n", encoding="utf-8")
    assert [each["code"] for each in faults("batch", str(path))] == ["no-such-column"]
    path.write_text("height_cm,weight_kg,allergy\n128,26,1\n", encoding="utf-8")
    assert [each["code"] for each in faults("batch", str(path))] == ["unread-column"]


def test_text_is_what_it_was_and_another_form_is_wrong_usage() -> None:
    assert cec("dose", "--height", "128", "--weight", "26,5", "--errors", "text") == cec(
        "dose", "--height", "128", "--weight", "26,5"
    )
    done = cec("dose", "--height", "128", "--weight", "26", "--errors", "xml")
    assert (done.code, "'xml' is neither text nor json" in done.err) == (2, True)
    assert cec("dose", "--height", "128", "--weight", "26,5").err.startswith("cec: --weight"), "it holds for one call"


def codes_in(tree: ast.AST) -> set[str]:
    """The codes that a module gives to faults, and to its exceptions."""
    given = {
        keyword.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant) and getattr(node.func, "id", "") == "Fault"
    }
    return {each for each in given if isinstance(each, str)}


def words_of(tree: ast.AST) -> set[str]:
    """Every text that stands in a module as a constant."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_code_is_listed_and_used() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py") if path.name != "errors.py"]
    given = set().union(*map(codes_in, trees))
    assert given - set(CODES) == set(), "a code that CODES of cec/errors.py does not list"
    used = set().union(*map(words_of, trees)) | {kind.code for kind in (CecError, InputError, FileError, OrderRefused)}
    assert set(CODES) - used == set(), "a code that nothing has"
    assert codes_in(ast.parse('Fault("x", code="no-such-code")')) == {"no-such-code"}, "an unlisted one would be seen"


def test_the_reference_has_every_code() -> None:
    page = (PACKAGE.parent / "docs" / "reference" / "codes.md").read_text(encoding="utf-8")
    assert [code for code in CODES if f"| `{code}` |" not in page] == []


def test_faults_in_python_have_codes_too() -> None:
    from cec import load_patient

    with pytest.raises(InputError) as refused:
        load_patient(texts={"height": "128", "weight": "26,5"})
    (fault,) = refused.value.faults
    assert isinstance(fault, Fault)
    assert (fault.code or refused.value.code) == "not-a-number"

"""No output takes the place of an input or of another output, however the two are spelt."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from regimen_texts import regimen_file
from running import cec

import cec as cec_package
from cec.cli.batch_places import beside
from cec.cli.places import keep_apart
from cec.errors import InputError

TABLE = "id,height_cm,weight_kg\n1,128,26\n2,1.28,26\n"
ORDERS = "id,height_cm,weight_kg,etoposide_mg\n1,128,26,96\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, which is the working one, with a file of each kind."""
    (tmp_path / "p.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (tmp_path / "ward.rejects.csv").write_text(TABLE, encoding="utf-8")
    regimen_file(tmp_path, "mine", "drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 1-5")
    (tmp_path / "shop.yaml").write_text("gap: 10 min\n", encoding="utf-8")
    (tmp_path / "child.yaml").write_text("height: 128 cm\nweight: 26 kg\n", encoding="utf-8")
    assert cec("dose", "--height", "128", "--weight", "26", "-o", str(tmp_path / "order.json")).code == 0
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.csv").symlink_to("p.csv")
    (tmp_path / "dangling.csv").symlink_to("o.csv")
    os.link(tmp_path / "p.csv", tmp_path / "hard.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def state(folder: Path) -> dict[str, bytes]:
    """What every file of a folder holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("batch p.csv -o o.csv --rejects o.csv", "--rejects: o.csv is what --output names too"),
        ("batch p.csv -o o.csv --rejects ./o.csv", "--rejects: ./o.csv is what --output names too"),
        ("batch p.csv -o o.csv --rejects sub/../O.csv", "--rejects: sub/../O.csv is what --output names too"),
        ("batch p.csv -o o.csv --rejects dangling.csv", "--rejects: dangling.csv is what --output names too"),
        ("batch p.csv -o p.csv", "--output: p.csv is read as PATIENTS and would be overwritten"),
        ("batch p.csv -o link.csv", "--output: link.csv is read as PATIENTS and would be overwritten"),
        ("batch link.csv -o hard.csv", "--output: hard.csv is read as PATIENTS and would be overwritten"),
        ("batch p.csv -o o.csv --rejects p.csv", "--rejects: p.csv is read as PATIENTS and would be overwritten"),
        ("batch p.csv --rejects p.csv", "--rejects: p.csv is read as PATIENTS and would be overwritten"),
        ("batch ward.rejects.csv -o ward.csv", "--rejects (by default): ward.rejects.csv is read as PATIENTS and"),
        (
            "batch p.csv -o shop.yaml --output-format csv --pharmacy shop.yaml",
            "--output: shop.yaml is read as --pharmacy and would be overwritten",
        ),
        (
            "batch p.csv -o o.csv --rejects mine.yaml --regimen mine.yaml",
            "--rejects: mine.yaml is read as --regimen and would be overwritten",
        ),
        ("batch p.csv -o o.csv --start 2026-11-30 --sheets p.csv", "--sheets: p.csv is read as PATIENTS and would"),
        ("batch p.csv -o o.csv --start 2026-11-30 --sheets o.csv", "--sheets: o.csv is what --output names too"),
        (
            "batch p.csv -o sub/o.csv --start 2026-11-30 --sheets sub",
            "--output: sub/o.csv is in the folder of --sheets",
        ),
        ("verify orders.csv -o orders.csv", "--output: orders.csv is read as ORDERS and would be overwritten"),
        ("verify order.json -o order.json --format json", "--output: order.json is read as ORDER and would be"),
        (
            "dose mine.yaml --patient child.yaml -o mine.yaml --format csv",
            "--output: mine.yaml is read as REGIMEN and would be overwritten",
        ),
        ("dose --patient child.yaml -o child.yaml --format csv", "--output: child.yaml is read as --patient and would"),
        ("bsa --patient child.yaml -o child.yaml --format csv", "--output: child.yaml is read as --patient and would"),
        ("regimen show mine.yaml -o mine.yaml", "--output: mine.yaml is read as REGIMEN and would be overwritten"),
        ("pharmacy show shop.yaml -o shop.yaml", "--output: shop.yaml is read as FILE and would be overwritten"),
    ],
)
def test_nothing_is_written_where_two_names_are_one_file(arguments: str, message: str, folder: Path) -> None:
    before = state(folder)
    done = cec(*arguments.split())
    assert (done.code, done.out) == (1, "")
    assert message in done.err
    assert state(folder) == before


@pytest.mark.parametrize(
    ("arguments", "new"),
    [
        ("-o o.csv --rejects sub/o.csv", ["o.csv", "sub/o.csv"]),
        ("-o sub/p.csv", ["sub/p.csv", "sub/p.rejects.csv"]),
        ("-o dangling.csv", ["dangling.rejects.csv", "o.csv"]),
        ("-o o.csv --rejects -", ["o.csv"]),
        ("-o o.csv --rejects /dev/null", ["o.csv"]),
        ("-o /dev/null --output-format csv --rejects /dev/null", []),
        ("-o /dev/null --output-format csv", []),
    ],
)
def test_other_files_are_written(arguments: str, new: list[str], folder: Path) -> None:
    before = state(folder)
    done = cec("batch", "p.csv", *arguments.split())
    assert (done.code, done.out.startswith("row,")) == (1, arguments.endswith("-"))
    assert "2 read: 1 dosed, 1 rejected" in done.err
    after = state(folder)
    assert sorted(set(after) - set(before) - {"dangling.csv"}) == new
    assert all(after[name] == content for name, content in before.items())


@pytest.mark.parametrize(
    "arguments",
    [
        "dose --height 128 --weight 26",
        "schedule cec-induction --height 128 --weight 26 --start 2026-11-30",
        "prepare cec-induction --height 128 --weight 26",
        "print order.json",
        "compare order.json order.json",
        "worklist 2026-12-01 dated.json",
        "history dated.json",
        "verify order.json",
        "verify cec-induction --height 128 --weight 26 clofarabine=38.4mg --partial",
        "bsa --height 128 --weight 26",
        "schema order",
        "regimen list",
        "regimen show cec-induction",
        "regimen check mine.yaml",
        "patient show child.yaml",
        "pharmacy show shop.yaml",
    ],
)
def test_a_file_that_is_there_is_only_replaced_where_somebody_says_so(arguments: str, folder: Path) -> None:
    dated = ("schedule", "cec-induction", "--patient", "child.yaml", "--id", "7", "--start", "2026-11-30")
    assert cec(*dated, "-o", "dated.json").code == 0
    words, notes = arguments.split(), folder / "notes.txt"
    notes.write_text("to be kept", encoding="utf-8")
    done = cec(*words, "-o", "notes.txt")
    assert (done.code, done.err) == (1, "notes.txt: is there already: name another file; --overwrite replaces it\n")
    assert notes.read_text(encoding="utf-8") == "to be kept"
    assert cec(*words, "-o", "notes.txt", "--overwrite").code == 0
    assert notes.read_text(encoding="utf-8") != "to be kept"
    notes.write_text("", encoding="utf-8")  # nothing is lost of it
    assert cec(*words, "-o", "notes.txt").code == 0


def test_a_saved_order_is_only_replaced_by_another_first_draft(tmp_path: Path) -> None:
    """A draft may be drafted again; what is released, replaces another or is something else is never put over one."""
    order, other = tmp_path / "ann.json", tmp_path / "other.json"
    draft = ("schedule", "cec-induction", "--height", "128", "--id", "7", "--start", "2026-11-30", "-o", str(order))
    assert cec(*draft, "--weight", "26").code == 0
    assert cec(*draft, "--weight", "27").code == 1
    assert cec(*draft, "--weight", "27", "--overwrite").code == 0
    change = ("--on", "2026-12-01", "--from-day", "3", "--weight", "28", "--reason", "heavier", "-o", str(other))
    assert cec("change", str(order), *change).code == 0
    before = {path: path.read_bytes() for path in (order, other)}
    again = cec(*draft, "--weight", "29", "--overwrite")
    assert (again.code, f"is a saved order, from which {other.name} was made" in again.err) == (1, True)
    for words in (
        ("print", str(other), "--format", "json", "-o", str(order), "--overwrite"),
        ("print", str(order), "--format", "json", "-o", str(other)),
        ("compare", str(other), str(other), "--format", "json", "-o", str(order)),
        ("schema", "order", "-o", str(order)),
        ("dose", "--height", "128", "--weight", "26", "--format", "json", "-o", str(other)),
    ):
        done = cec(*words)
        assert done.code in {1, 2}, words
        assert "is a saved order, which nothing is written over" in done.err, done.err
    released = tmp_path / "released.json"
    assert cec("release", str(other), "--by", "A. Nowak", "--on", "2026-12-01", "-o", str(released)).code == 0
    assert cec(*draft[:-1], str(released), "--weight", "27").code == 1
    assert {path: path.read_bytes() for path in before} == before


def test_rejects_of_no_known_format_are_told_how_to_be_named(folder: Path) -> None:
    done = cec("batch", "p.csv", "-o", "o.doc")
    assert (done.code, "the name o.doc does not tell the format" in done.err) == (2, True)
    done = cec("batch", "p.csv", "-o", "o.csv", "--rejects", "r.xls")
    assert (done.code, (folder / "r.xls").exists()) == (2, False)
    assert "--rejects: the name r.xls tells no format; end it in .csv, .tsv, " in done.err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="standard output has another kind of number there")
def test_standard_output_that_leads_to_the_file_of_rejects(folder: Path) -> None:
    """The shell has made the file; what is written into it must not be lost when the rejects take its name."""
    command = [sys.executable, "-m", "cec", "batch", "p.csv", "--rejects", "o.csv"]
    there = {**os.environ, "PYTHONPATH": str(Path(cec_package.__file__).parent.parent)}
    with (folder / "o.csv").open("wb") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, check=False, env=there)
    assert done.returncode == 1
    assert b"--rejects: o.csv is what --output names too" in done.stderr


@pytest.mark.parametrize(
    ("output", "rejects"),
    [
        ("ward.2026-01.csv", "ward.2026-01.rejects.csv"),
        ("ward.2026-01.CSV.gz", "ward.2026-01.rejects.csv"),
        ("ward.tsv.zst", "ward.rejects.csv"),
        ("a.b.jsonl", "a.b.rejects.jsonl"),
        ("clinic/doses.parquet", "clinic/doses.rejects.parquet"),
        ("dose 1.5", "dose 1.5.rejects.csv"),
        ("-", ""),
        ("/dev/null", ""),
    ],
)
def test_rejects_stand_beside_the_output_by_its_whole_name(output: str, rejects: str) -> None:
    assert beside(output) == rejects.replace("/", os.sep)


@pytest.mark.parametrize("name", ["a\0b", "", "\ud800", "a" * 300])
def test_what_is_no_name_of_a_file_is_none_of_the_others(name: str) -> None:
    keep_apart({}, {"--output": "o.csv", "--rejects": name})
    keep_apart({"PATIENTS": name}, {"--output": "o.csv"})


def test_the_name_beside_no_name_is_one() -> None:
    assert beside("a\0b") == "a\0b.rejects.csv"
    assert beside("") == ""


@pytest.mark.parametrize("name", ["a" * 300, "a\0b"])
@pytest.mark.parametrize("arguments", ["{}.csv", "p.csv -o {}.csv", "p.csv --rejects {}.csv", "p.csv --sheets {}"])
def test_what_is_no_name_of_a_file_is_told(name: str, arguments: str, folder: Path) -> None:
    before = state(folder)
    done = cec("batch", *arguments.format(name).split(), "--start", "2026-11-30")
    assert (done.code, done.out) == (1, "")
    assert ("File name too long" if len(name) > 3 else "is not a name of a file") in done.err or "null byte" in done.err
    assert state(folder) == before


def test_all_that_is_wrong_is_told_at_once(folder: Path) -> None:
    with pytest.raises(InputError) as raised:
        keep_apart({"PATIENTS": folder / "p.csv"}, {"--output": folder / "p.csv", "--rejects": folder / "hard.csv"})
    assert [fault.where for fault in raised.value.faults] == ["--output", "--rejects"]

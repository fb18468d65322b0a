"""Bad input: one clear message for each fault, exit 1 (2 for wrong usage), no traceback, nothing half-written."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import Done, cec
from typer.core import TyperOption

from cec.cli import program

SIZE = ("--height", "128cm", "--weight", "26kg")
REGIMEN = """\
name: example
title: Example
edition: 1
for: an example
source: {citation: written for this test}
drugs:
  - drug: vincristine
    dose: 1.5 mg/m2
    route: IV bolus
    days: 1
"""


def refused(done: Done) -> str:
    assert (done.code, done.out) == (1, ""), done
    assert "Traceback" not in done.err
    return done.err


@pytest.mark.parametrize(
    ("height", "weight", "messages"),
    [
        ("0", "26", ["0 cm is not a possible height (20 to 250 cm)"]),
        ("128", "0", ["0 kg is not a possible body weight (0.3 to 350 kg)"]),
        ("-128", "26", ["--height: '-128' is negative"]),
        ("128", "26,5", ["--weight: '26,5' has a comma"]),
        ("128", "26 kilo", ["--weight: '26 kilo'", "did you mean kg?"]),
        ("128", "26 mg", ["--weight: '26 mg' is not a body weight but an amount of drug"]),
        ("1.28", "26", ["1.28 cm is not a possible height", "did you mean 1.28 m?"]),
        ("NaN", "26", ["--height: 'NaN' is not a number"]),
        ("128", "1e3", ["--weight: '1e3' is in exponent notation"]),
        ("128", "٢٦", ["--weight: '٢٦' has digits other than 0 to 9"]),
        ("", "26", ["--height: is empty"]),
        ("26", "128", ["are height and weight swapped?"]),
        ("19.9", "26", ["19.9 cm is not a possible height"]),
        ("250.1", "80", ["250.1 cm is not a possible height"]),
        ("128", "0.29", ["0.29 kg is not a possible body weight"]),
        ("128", "350.1", ["350.1 kg is not a possible body weight"]),
        ("128 cm cm", "26", ["--height: "]),
        ("128", "26 kg\x1b[2J", ["--weight: "]),
        ("1" * 5000, "26", ["--height: "]),
    ],
)
def test_a_measure_that_is_none(height: str, weight: str, messages: list[str]) -> None:
    message = refused(cec("dose", "--height", height, "--weight", weight))
    assert len(message.splitlines()) == 1
    assert message.startswith("cec: ")
    assert "\x1b" not in message
    assert len(message) < 400
    for part in messages:
        assert part in message


def test_several_facts_of_the_history_in_one_option_are_told_how_to_write_them() -> None:
    message = refused(cec("dose", *["--height", "128", "--weight", "26", "--history", "a=true,b=false"]))
    assert message == "cec: --history: 'a=true,b=false' names several; write --history once for each\n"


def test_all_faults_of_all_options_and_files_come_together(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.yaml")
    done = cec(
        "schedule", "cec-inducton", "--height", "1,28", "--weight", "26 kilo", "--sex", "x", "--start", "30.11.2026",
        "--time", "25:00", "--cycle", "0", "--accept", "x", "--reduce", "etoposide", "--bsa-formula", "mosteler",
        "--gap", "15",
    )  # fmt: skip
    message = refused(done)
    for part in (
        "did you mean 'cec-induction'?",
        "--height: '1,28' has a comma",
        "--weight: '26 kilo'",
        "--sex: ",
        "--start: '30.11.2026' is not a date; write year-month-day, like 2026-11-30",
        "--time: '25:00'",
        "--cycle: '0'",
        "--accept: 'x'",
        "--reduce: 'etoposide'",
        "--bsa-formula: ",
        "--gap: '15'",
    ):
        assert message.count(part) == 1, part
    assert len(message.splitlines()) == 11
    both = refused(cec("dose", "--patient", missing, "--pharmacy", str(tmp_path)))
    assert f"{missing}: there is no such file" in both
    assert both.count(f"{tmp_path}: is a folder") == 1


@pytest.mark.parametrize("start", ["30.11.2026", "2027-02-29", "2026-13-01", "tomorrow", "", "20261130", "2026-1-1"])
def test_a_start_that_is_no_date(start: str) -> None:
    assert "--start: " in refused(cec("schedule", "cec-induction", *SIZE, "--start", start))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1.5 mg/m2", "40 mg/m3", "mg/m3"),
        ("1.5 mg/m2", "1,5 mg/m2", "has a comma"),
        ("days: 1", "days: 5-1", "runs backwards"),
        ("    days: 1\n", "    days: 1\n    days: 2\n", "a second time"),
        ("route:", "rout:", "did you mean 'route'?"),
        ("title: Example", "title: Example\ntitle: Other", "a second time"),
        ("edition: 1", "edition: " + "[" * 100_000, "levels deep"),
    ],
)
def test_a_regimen_with_a_fault_is_named_by_line_and_column(old: str, new: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "regimen.yaml"
    assert old in REGIMEN
    path.write_text(REGIMEN.replace(old, new, 1), encoding="utf-8")
    error = refused(cec("dose", str(path), *SIZE))
    assert error.startswith(f"{path}:")
    assert message in error
    checked = cec("regimen", "check", str(path))
    assert checked.code == 1
    assert checked.out == error


def test_a_repeated_drug_line_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "regimen.yaml"
    line = REGIMEN.partition("drugs:\n")[2]
    path.write_text(REGIMEN + line, encoding="utf-8")
    assert "vincristine" in refused(cec("dose", str(path), *SIZE))


@pytest.mark.parametrize("option", ["--patient", "--pharmacy", None])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name: \xff\xfe", "not UTF-8"),
        (b"#" * 50_000_000, "larger than"),
        (b"", "is empty"),
        (b"[" * 100_000, "levels deep"),
        (b"{" * 100_000, "levels deep"),
        (b"- " * 100_000, "levels deep"),
        (b"\x00\x01", ""),
        (b"just words", ""),
    ],
    ids=["not UTF-8", "50 MB", "empty", "100,000 brackets", "100,000 braces", "100,000 lists", "control", "words"],
)
def test_a_file_that_is_none_of_ours(option: str | None, content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(content)
    where = (option, str(path)) if option else (str(path),)
    error = refused(cec("dose", *where, *SIZE))
    assert error.startswith(str(path))
    assert message in error
    assert len(error) < 2000


def test_a_folder_as_file(tmp_path: Path) -> None:
    for where in (("--patient", str(tmp_path)), ("--pharmacy", str(tmp_path)), (str(tmp_path),), ("-o", str(tmp_path))):
        assert "is a folder" in refused(cec("dose", *where, *SIZE))


@pytest.mark.parametrize("name", ["cec-inducton", "CEC", "cec induction", "", "nothing-like-it", "none.yaml"])
def test_a_regimen_that_does_not_exist(name: str) -> None:
    error = refused(cec("dose", name, *SIZE))
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("dose", "--height", "128"),
        ("dose", "--hight", "128"),
        ("dose", *SIZE, "--format", "pdff"),
        ("dose", *SIZE, "--explain", "--format", "csv"),
        ("bsa", *SIZE, "--format", "ics"),
        ("dos",),
        ("regimen", "check"),
        ("regimen", "show"),
        ("dose", "one", "two", *SIZE),
    ],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    done = cec(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err
    assert "Error: " in done.err


def every_option() -> Iterator[tuple[tuple[str, ...], TyperOption]]:
    """Each option of each command, after the words of that command."""
    commands: list[tuple[tuple[str, ...], Any]] = [((), program())]
    for words, command in commands:
        commands += [((*words, name), inner) for name, inner in getattr(command, "commands", {}).items()]
        yield from ((words, param) for param in command.params if isinstance(param, TyperOption))


def test_of_an_option_that_stands_twice_neither_is_taken() -> None:
    once, repeatable = 0, set()
    for words, option in every_option():
        typed = [option.opts[-1], *([] if option.is_flag else ["x"])] * 2
        done = cec(*words, *typed)
        refused = "given more than once; give it once" in done.err
        assert refused == (not option.multiple and not option.is_eager), (words, option.opts)
        assert done.code == 2 if refused else option.multiple or option.is_eager
        assert option.is_eager or option.multiple == ("Repeatable" in (option.help or "")), (words, option.opts)
        once += refused
        repeatable |= set(option.opts) if option.multiple else set()
    assert once > 80
    assert {"--history", "--reduce", "--accept", "--map"} <= repeatable


def test_options_that_stand_twice_are_named_together() -> None:
    done = cec("dose", "--height", "128", "--weight", "26", "--weight=28", "-o", "a", "--output", "b")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("Error: --weight, --output/-o: given more than once; give it once\n")


def test_two_products_of_one_drug_are_a_fault(tmp_path: Path) -> None:
    pharmacy = str(tmp_path / "pharmacy.yaml")
    cec("pharmacy", "new", pharmacy)
    products = ("--product", "clofarabine=clofarabine 20 mg/20 mL vial", "--product", "Clofarabine=another vial")
    told = refused(cec("dose", *SIZE, "--pharmacy", pharmacy, *products))
    assert told == "cec: --product: a product of Clofarabine is named twice; name one\n"


def test_a_fault_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "dose.json"
    target.write_text("old", encoding="utf-8")
    refused(cec("dose", "--height", "128", "--weight", "26,5", "-o", str(target), "--overwrite"))
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["dose.json"]


def test_a_place_that_cannot_be_written() -> None:
    assert "cannot be written" in refused(cec("dose", *SIZE, "-o", "/nowhere/at/all/dose.json"))


def test_two_reasons_for_one_stop_are_a_fault() -> None:
    message = refused(cec("dose", *SIZE, "--accept", "infant=board", "--accept", "infant =parents"))
    assert message == "cec: --accept: 'infant' is accepted twice; give one reason for it\n"


def test_an_acceptance_of_nothing_is_a_fault() -> None:
    assert "nothing to accept" in refused(cec("dose", *SIZE, "--accept", "no-such-code=because"))
    small = refused(cec("dose", "--height", "79cm", "--weight", "9.8kg", "--accept", "under-10kg=board"))
    assert small.startswith("cec: stop under-10-kg: ")
    assert "there is no alert 'under-10kg' on this order; did you mean 'under-10-kg'?\n" in small


def run(command: str) -> subprocess.CompletedProcess[str]:
    """A shell line in which cec is this one, its output buffered as in real life."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    environment |= {"PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    line = command.replace("cec ", f"{shlex.quote(sys.executable)} -m cec ", 1)
    return subprocess.run(["/bin/bash", "-c", line], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("cec dose --height 128 --weight 26 > /dev/full", 1, "standard output: cannot be written: No space left"),
        ("cec dose --height 128 --weight 26 >&-", 1, "standard output: is closed"),
        ("cec dose --height 128 --weight 26 --format json | head -c 1 > /dev/null", 0, ""),
    ],
)
def test_an_output_that_takes_nothing(command: str, code: int, message: str) -> None:
    done = run(command)
    assert done.returncode == code
    assert done.stderr.startswith(message)
    assert len(done.stderr.splitlines()) == bool(message)


def test_an_interruption_ends_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cec.calculate.draft_order", interrupt)
    assert cec("dose", *SIZE) == Done(130, "", "")
    monkeypatch.setattr("cec.cli.main", interrupt)
    assert cec("dose", *SIZE) == Done(130, "", "")


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("cec.calculate.draft_order", bug)
    with pytest.raises(ZeroDivisionError):
        cec("dose", *SIZE)


def test_another_file_in_the_place_of_a_regimen_is_told_apart(tmp_path: Path) -> None:
    patient, order, regimen = tmp_path / "patient.yaml", tmp_path / "order.json", tmp_path / "own.yaml"
    patient.write_text("id: 7\nheight: 128 cm\nweight: 26 kg\n", encoding="utf-8")
    order.write_text("{}", encoding="utf-8")
    regimen.write_text("name: own\n", encoding="utf-8")
    answers = {file: " ".join(cec("dose", str(file)).err.split()) for file in (patient, order, regimen)}
    assert answers[patient].endswith(f"; {patient} has a height, as a patient file has: --patient {patient}")
    assert answers[order].endswith(f"; a saved order is for cec print and cec verify: cec verify {order}")
    assert answers[regimen].endswith("give the measures, or a patient file with --patient")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = cec("dose", "--height", "128cm", "--weight", "26kg", "-o", str(tmp_path / "none" / "order.pdf"))
    assert done.err == f"{tmp_path / 'none' / 'order.pdf'}: cannot be written: there is no folder {tmp_path / 'none'}\n"


def test_an_option_of_another_command_is_told() -> None:
    done = cec("dose", "--height", "128cm", "--weight", "26kg", "--start", "2026-11-30")
    assert done.code == 2
    assert (
        "cec dose has no --start; cec schedule, cec prepare, cec change, cec next, cec verify, cec batch have it"
        in done.err
    )
    assert "'--height' requires an argument" in cec("dose", "--height").err, "it has one itself"
    assert "cec dose has no --stert; did you mean '--set'?" in cec("dose", "--stert", "2026-11-30").err
    assert "cec dose has no --wieght; did you mean '--weight'?" in cec("dose", "--wieght", "26").err


def test_all_that_must_be_given_is_asked_for_at_once() -> None:
    assert "Error: Missing argument 'ORDER', option '--by', option '--on'." in cec("release", "-q").err
    assert "Error: Missing option '--on'." in cec("release", "o.json", "--by", "A. Nowak").err

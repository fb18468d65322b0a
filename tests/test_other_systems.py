"""What Windows and macOS do otherwise, played here: separators, encodings, signals, line ends, names, files in use.

The workflow runs the whole suite there; these tests tell on any computer.
"""

from __future__ import annotations

import ast
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest
from running import cec

from cec import __main__ as program
from cec import load_pharmacy, load_regimen
from cec.batch.sheets import sheet_name
from cec.cli.places import keep_apart
from cec.errors import FileError, InputError
from cec.files import write_file

ROOT = Path(__file__).parent.parent
SIZE = ("--height", "128", "--weight", "26")
PHARMACY = "name: Oddział żółty\n"

POSIX_ONLY = {
    *("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "fork", "sched_getaffinity", "posix_fadvise"),
    *("getuid", "geteuid", "uname", "kill", "killpg", "setsid", "mkfifo", "SIGHUP", "SIGPIPE", "SIGKILL", "fchmod"),
    *("pthread_sigmask", "getpgid", "mkfifo", "major", "sysconf"),
}
"""Modules and names that Windows has not; elsewhere `getattr` or `hasattr` asks for them by their text."""


def posix_only(tree: ast.AST) -> Iterator[str]:
    """What of this Windows cannot import or find, where nobody asks whether it is there."""
    asked = set(re.findall(r"hasattr\(\w+, '(\w+)'\)", ast.unparse(tree)))
    elsewhere = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "sys.platform == 'win32'"
        for part in branch.orelse
        for node in ast.walk(part)
    }
    for node in ast.walk(tree):
        if id(node) in elsewhere:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in POSIX_ONLY)
        elif isinstance(node, ast.ImportFrom) and node.module in {*POSIX_ONLY, "os", "signal"}:
            yield from (alias.name for alias in node.names if alias.name in POSIX_ONLY or node.module in POSIX_ONLY)
        elif (
            isinstance(node, ast.Attribute)
            and ast.unparse(node.value) in {"os", "signal"}
            and node.attr in POSIX_ONLY - asked
        ):
            yield node.attr


def in_the_encoding_of_the_system(tree: ast.AST) -> Iterator[str]:
    """Texts that are read or written in cp1252 on one computer and in UTF-8 on another."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and not any(keyword.arg == "encoding" for keyword in node.keywords):
            called = ast.unparse(node.func)
            constants = [str(each.value) for each in node.args if isinstance(each, ast.Constant)]
            opens = re.fullmatch(r"open|.*\.open", called) and called != "os.open" and "b" not in "".join(constants)
            if opens or (re.fullmatch(r".*\.read_text", called) and not node.args) or called.endswith(".write_text"):
                yield ast.unparse(node)


def test_no_module_needs_what_only_one_system_has() -> None:
    trees = {str(path): ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "cec").rglob("*.py")}
    found = {path: [*posix_only(tree), *in_the_encoding_of_the_system(tree)] for path, tree in trees.items()}
    assert len(found) > 300
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import fcntl", ["fcntl"]),
        ("if sys.platform == 'win32':\n    import fcntl\nelse:\n    import fcntl", ["fcntl"]),
        ("import os\nos.fork()", ["fork"]),
        ("from signal import SIGHUP", ["SIGHUP"]),
        ("if hasattr(signal, 'SIGHUP'):\n    signal.SIGHUP", []),
        ("path.read_text()", ["path.read_text()"]),
        ("open(name)", ["open(name)"]),
        ("Path(name).write_text(text)", ["Path(name).write_text(text)"]),
        ("path.open('rb')", []),
        ("path.read_text(encoding='utf-8')", []),
    ],
)
def test_the_guard_sees_what_only_one_system_has(code: str, found: list[str]) -> None:
    tree = ast.parse(code)
    assert [*posix_only(tree), *in_the_encoding_of_the_system(tree)] == found


# Signals


def test_a_system_without_a_hangup_is_run_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "SIGHUP", raising=False)
    assert cec("--version").code == 0
    assert [name for name in program._ENDINGS if hasattr(signal, name)] == ["SIGTERM"]


# Line ends and encodings of files


def with_line_ends(folder: Path, ends: str, encoding: str = "utf-8") -> dict[str, Path]:
    """A regimen, a patient, a pharmacy and a table as an editor of another system saves them."""
    texts = {
        "mine.yaml": (ROOT / "regimens" / "cec-induction.yaml")
        .read_text(encoding="utf-8")
        .replace("name: cec-induction", "name: mine"),
        "patient.yaml": "name: Łucja\nheight: 128 cm\nweight: 26 kg\n",
        "pharmacy.yaml": PHARMACY,
        "patients.csv": "name,height,weight\nŁucja,128,26\n",
        "patients.jsonl": '{"name": "Łucja", "height": 128, "weight": 26}\n',
    }
    for name, text in texts.items():
        (folder / name).write_bytes(text.replace("\n", ends).encode(encoding))
    return {name: folder / name for name in texts}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_files_are_read_whatever_editor_saved_them(ends: str, encoding: str, tmp_path: Path) -> None:
    """Notepad ends lines with CR LF, and may put a byte order mark before the first."""
    paths = with_line_ends(tmp_path, ends, encoding)
    words = (str(paths["mine.yaml"]), "--patient", str(paths["patient.yaml"]))
    done = cec("dose", *words, "--pharmacy", str(paths["pharmacy.yaml"]), "--format", "csv")
    assert (done.code, done.err) == (0, "")
    assert ",clofarabine,40,mg/m2,38.4,38.4,mg," in done.out  # √(128 × 26 / 3600), rounded to 0.96, × 40
    assert load_pharmacy(paths["pharmacy.yaml"]).name == "Oddział żółty"
    for table in ("patients.csv", "patients.jsonl"):
        output = tmp_path / f"doses-of-{table}"
        assert cec("batch", str(paths[table]), "-o", str(output)).code == 0
        content = output.read_bytes()
        assert "38.4" in content.decode()
        assert "Łucja" in content.decode()
        assert b"\r\n" not in content


def test_what_powershell_redirects_is_named_for_what_it_is(tmp_path: Path) -> None:
    """Windows PowerShell writes UTF-16 where `>` leads into a file."""
    paths = with_line_ends(tmp_path, "\r\n", "utf-16")
    for words in (
        ("regimen", "check", str(paths["mine.yaml"])),
        ("pharmacy", "check", str(paths["pharmacy.yaml"])),
        ("batch", str(paths["patients.csv"])),
    ):
        done = cec(*words)
        assert done.code == 1
        assert "UTF-16" in done.out + done.err
        assert "UTF-8" in done.out + done.err


# Encodings of streams


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
def test_what_is_printed_is_utf_8_whatever_the_system_is_set_to(encoding: str, tmp_path: Path) -> None:
    """Standard output holds the same bytes; a message that the system cannot show is shown with codes."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    bytes_of = {}
    for words in (("dose", *SIZE), ("dose", *SIZE, "--format", "json"), ("dose", "--help")):
        outputs = [
            subprocess.run(
                [sys.executable, "-m", "cec", *words], env=each, cwd=tmp_path, capture_output=True, check=True
            )
            for each in (environment, os.environ)
        ]
        assert outputs[0].stdout == outputs[1].stdout
        assert outputs[0].stderr == b""
        bytes_of[words] = outputs[0].stdout.decode()
    assert "√" in bytes_of["dose", *SIZE]
    command = [sys.executable, "-m", "cec", "regimen", "show", "żółć.yaml"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


# Separators and names


@pytest.mark.parametrize(
    "name",
    ["CON", "nul", "LPT1.txt", "a:b", "..\\..\\x", "../../x", 'a*?<>|"b', "x ", "x.", "", "Łódź", "x" * 300, "\x1b[2J"],
)
def test_a_sheet_has_a_name_that_every_system_takes(name: str) -> None:
    sheet = sheet_name(2, name)
    assert PureWindowsPath(sheet).name == sheet
    assert re.match(r"[0-9]{6}[-.]", sheet), "no name of a device begins so"
    assert sheet.isascii()
    assert not set(sheet) & set('<>:"/\\|?*')
    assert not sheet.endswith((" ", "."))
    assert len(sheet) < 100


def test_one_file_under_two_spellings_is_one_where_case_does_not_count(tmp_path: Path) -> None:
    """As on macOS and Windows: what is not there yet is compared without its capital letters."""
    with pytest.raises(InputError, match="names too"):
        keep_apart({}, {"--output": tmp_path / "Doses.csv", "--rejects": tmp_path / "doses.CSV"})
    keep_apart({}, {"--output": tmp_path / "doses.csv", "--rejects": tmp_path / "rejects.csv"})


def test_paths_with_blanks_and_letters_of_every_language_are_taken(tmp_path: Path) -> None:
    folder = tmp_path / "My Documents" / unicodedata.normalize("NFD", "Żółć ü")
    folder.mkdir(parents=True)
    paths = with_line_ends(folder, "\n")
    assert load_regimen(paths["mine.yaml"]).title == "CEC induction"
    output = folder / "a b.csv"
    assert cec("batch", str(paths["patients.csv"]), "-o", str(output)).code == 0
    assert cec("dose", *SIZE, "-o", str(folder / "ü.json")).code == 0
    assert cec("verify", str(folder / "ü.json")).code == 0


# Files in use, and processes that begin anew


def test_a_file_that_another_program_holds_is_told_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows a table that is open in a spreadsheet cannot be replaced."""
    target = tmp_path / "doses.csv"
    target.write_bytes(b"old")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(FileError, match=r"doses\.csv: cannot be written: Access is denied"):
        write_file(target, b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@pytest.mark.slow
def test_a_process_that_begins_anew_doses_as_well() -> None:
    """Windows and macOS start processes so: nothing of their parent is there."""
    import polars as pl

    with multiprocessing.get_context("spawn").Pool(1) as pool:
        frame = pool.apply(_dosed)
    assert frame == ["38.4"]
    assert isinstance(pl.DataFrame(), pl.DataFrame)


def _dosed() -> list[str]:
    import polars as pl

    from cec import dose_table

    frame = dose_table(pl.DataFrame({"height": ["128"], "weight": ["26"]}))
    return [str(each) for each in frame["clofarabine_mg"].to_list()]

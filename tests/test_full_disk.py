"""Where there is no room for a file, one line says so, and the old one stays. A limit of 1 KiB is a full disk here."""

from __future__ import annotations

import gzip
import io
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import polars as pl
import pytest

import cec

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no such shell")

SIZE = "--height 128cm --weight 26kg"
DAY_1 = "--start 2026-11-30"
IN_TMPDIR = "; set TMPDIR to a folder with room for temporary files"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of 200 patients."""
    folder = tmp_path_factory.mktemp("tables")
    sizes = [f"{100 + n % 80}.{n % 10},{15 + n % 50}.{n * 7 % 10},{n % 15 + 2}" for n in range(200)]
    head = "id,height_cm,weight_kg,age"
    write(folder / "p.csv", head, (f"{n},{size}" for n, size in enumerate(sizes)))
    write(folder / "wrong.csv", head, (f"{n},1.28,26," for n in range(200)))
    write(folder / "named.csv", f"{head},regimen", (f"{n},{size},cec-induction" for n, size in enumerate(sizes)))
    packed = io.BytesIO()
    pl.read_csv(folder / "p.csv", infer_schema=False).write_parquet(packed)
    (folder / "p.parquet.gz").write_bytes(gzip.compress(packed.getvalue()))
    shutil.copy(Path(cec.__file__).parent / "load" / "starter_pharmacy.yaml", folder / "starter.yaml")
    (folder / "temporary").mkdir()
    return folder


def write(path: Path, head: str, rows: Iterator[str]) -> None:
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")


def on_a_full_disk(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command where no file may be longer than 1 KiB; temporary files are in a folder of their own."""
    script = f"ulimit -f 1; exec {shlex.quote(sys.executable)} -m cec {command}"
    outside = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # it writes, too
    environment = {**outside, "TMPDIR": str(folder / "temporary"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        ["/bin/bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "place", "hint"),
    [
        ("batch p.csv -o old.csv --overwrite", "old.csv", ""),
        ("batch p.csv -o old.jsonl --overwrite", "old.jsonl", ""),
        ("batch p.csv -o old.parquet --overwrite", "old.parquet", ""),
        (f"batch p.csv {DAY_1} --long -o old.csv --overwrite", "old.csv", ""),
        ("batch wrong.csv -o old.csv --overwrite --rejects old.jsonl", "old.jsonl", ""),
        ("batch wrong.csv -o old.csv --overwrite --rejects old.parquet", "old.parquet", ""),
        (f"batch p.csv {DAY_1} -o old.csv --overwrite --sheets sheets", "000002-0.pdf: --sheets", ""),
        ("batch p.csv --output-format parquet | cat", "temporary", IN_TMPDIR),
        ("batch named.csv -o old.csv --overwrite", "temporary", IN_TMPDIR),
        ("batch p.parquet.gz -o old.csv --overwrite", "temporary", IN_TMPDIR),
        (f"dose {SIZE} -o old.pdf --overwrite", "old.pdf", ""),
        (f"schedule cec-induction {SIZE} {DAY_1} -o old.ics --overwrite", "old.ics", ""),
        (f"prepare cec-induction {SIZE} {DAY_1} --pharmacy starter.yaml -o old.pdf --overwrite", "old.pdf", ""),
        (f"verify cec-induction {SIZE} clofarabine=38.4mg -o old.json --overwrite", "old.json", ""),
        ("pharmacy new new.yaml", "new.yaml", ""),
    ],
)
def test_one_line_says_what_could_not_be_written(command: str, place: str, hint: str, folder: Path) -> None:
    old = {f"old.{ending}" for ending in ("csv", "jsonl", "json", "parquet", "txt", "pdf", "ics")}
    for name in old:
        (folder / name).write_bytes(b"old")
    before = set(folder.iterdir())
    done = on_a_full_disk(command, folder)
    place = str(folder / place) if place == "temporary" else place
    assert done.stderr == f"{place}: cannot be written: File too large{hint}\n"
    assert done.returncode == (0 if command.endswith("| cat") else 1)
    assert {(folder / name).read_bytes() for name in old} == {b"old"}
    assert set(folder.iterdir()) == before
    assert list((folder / "temporary").iterdir()) == []


@pytest.mark.slow
def test_a_folder_for_temporary_files_is_needed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "sitecustomize.py").write_text(
        "import tempfile\ntempfile._candidate_tempdir_list = lambda: ['/nowhere']\n", encoding="utf-8"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))
    done = on_a_full_disk("batch named.csv -o new.csv", folder)
    assert done.stderr == (
        "temporary files: cannot be written: No usable temporary directory found in ['/nowhere']" + IN_TMPDIR + "\n"
    )


FULL = Path("/dev/full")


@pytest.mark.slow
@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    "command",
    [
        *("--help", "--version", "help dose", "dose --help", "regimen -h", "--show-completion bash"),
        *("schema regimen", "regimen list", f"dose {SIZE}", f"dose {SIZE} --format csv", "batch p.csv"),
    ],
)
def test_a_full_standard_output_is_told_in_a_line(command: str, folder: Path) -> None:
    assert streams(command, folder, stdout=FULL) == (1, "standard output: cannot be written: No space left on device\n")


@pytest.mark.slow
@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    ("command", "status"),
    [("", 2), ("regimen", 2), ("dose --nonsense", 2), ("dose --height 1 --weight 26", 1), (f"dose {SIZE}", 0)],
)
def test_where_standard_error_is_full_the_exit_status_still_tells(command: str, status: int, folder: Path) -> None:
    assert streams(command, folder, stderr=FULL)[0] == status


def streams(command: str, folder: Path, *, stdout: Path | None = None, stderr: Path | None = None) -> tuple[int, str]:
    """The exit status of a command, and what it writes to standard error, where its streams lead to these places."""
    with ExitStack() as files:
        out, err = (files.enter_context(place.open("wb")) if place else subprocess.PIPE for place in (stdout, stderr))
        words = [sys.executable, "-m", "cec", *shlex.split(command)]
        done = subprocess.run(words, cwd=folder, stdout=out, stderr=err, check=False)
    return done.returncode, (done.stderr or b"").decode()

"""What a command loads, in an interpreter of its own: a library when it is used, and for no command that needs none."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running import cec

from cec.cli.commands import COMMANDS

LIBRARIES = frozenset(
    {
        *("typer", "rich", "msgspec", "pint", "yaml", "polars", "typst", "icalendar", "fastexcel"),
        *("csv", "secrets", "tempfile", "zoneinfo", "importlib.metadata"),
        *("cec.calculate", "cec.regimen", "cec.batch", "cec.tables", "cec.verification", "cec.cli.shells"),
        *("cec.calculate.schedule.drawing", "cec.calculate.preparation.from_stock"),
    }
)
"""What is heavy enough to be told, and rooms that not every command enters."""
ROOT = Path(__file__).parent.parent.parent
FEW = {"typer"}
OPTIONS = FEW | {"msgspec"}
READS = OPTIONS | {"yaml", "cec.regimen"}
COMPUTES = READS | {"cec.calculate"}
DRAWS = {"cec.calculate.schedule.drawing"}
MAKES_UP = {"cec.calculate.preparation.from_stock"}
SCHEDULES = COMPUTES | DRAWS
EXAMINES = SCHEDULES | {"csv", "importlib.metadata", "tempfile"}
VERIFIES = SCHEDULES | {"cec.verification"}
TABLES = {"cec.tables", "polars", "csv", "zoneinfo", "importlib.metadata", "tempfile"}
ROWS = SCHEDULES | MAKES_UP | TABLES | {"cec.batch"}
SIZE = "--height 128 --weight 26"

LOADED = {
    "--version": FEW,
    "dose --help": OPTIONS,
    f"dose {SIZE}": COMPUTES,
    f"dose {SIZE} --format json": COMPUTES,
    f"dose {SIZE} --format csv": COMPUTES | {"csv"},
    f"dose {SIZE} --age 8 --sex female": COMPUTES | {"csv"},
    f"dose {SIZE} --creatinine 44micromol/L": COMPUTES,
    f"schedule cec-induction {SIZE} --start 2026-11-30": SCHEDULES,
    f"schedule cec-induction {SIZE} --start 2026-11-30 --format ics": SCHEDULES | {"icalendar", "tempfile", "zoneinfo"},
    f"schedule cec-induction {SIZE} --start 2026-11-30 -o sheet.pdf": SCHEDULES | {"typst"},
    f"prepare cec-induction {SIZE} --pharmacy pharmacy.yaml": COMPUTES | MAKES_UP,
    "print order.json --format csv": READS | {"csv"},
    "release order.json --by me --on 2026-11-29": READS,
    "cancel cycle.json --on 2026-11-29 --reason fever": READS,
    "change change/cycle.json --on 2026-12-02 --from-day 3 --weight 28 --reason heavier": COMPUTES | DRAWS,
    "next next/cycle.json --start 2026-12-28 --cycle 2 --height 129 --weight 27": SCHEDULES,
    "compare cycle.json day/cycle.json": COMPUTES,
    "history day": COMPUTES,
    "worklist 2026-11-30 day/cycle.json": COMPUTES,
    f"verify cec-induction {SIZE} clofarabine=38.4mg": VERIFIES,
    "verify orders.csv --regimen cec-induction": VERIFIES | ROWS,
    "batch patients.csv -o doses.csv": ROWS,
    f"bsa {SIZE}": COMPUTES,
    "schema pharmacy": READS,
    "doctor": EXAMINES,
    "help": OPTIONS,
    "regimen list": READS,
    "regimen show cec-induction": READS,
    "regimen new own-regimen --from cec-induction": READS,
    "regimen import protocols.csv -o imported": READS | TABLES,
    "regimen check mine.yaml": COMPUTES,
    "regimen diff cec-induction cec-consolidation": COMPUTES,
    "regimen test cec-induction": EXAMINES,
    "regimen review mine.yaml --by me": READS,
    "patient new eva.yaml": READS,
    "patient check ann.yaml": READS,
    "patient show ann.yaml": READS,
    "pharmacy new new.yaml": READS | {"tempfile"},
    "pharmacy check pharmacy.yaml": COMPUTES,
    "pharmacy show pharmacy.yaml": COMPUTES,
}
"""Of each command what it loads of these."""
DIFFERS = ("regimen diff", "verify cec-induction")
"""End with 1, for what is compared is not alike."""


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the commands name."""
    folder = tmp_path_factory.mktemp("workplace")
    (folder / "ann.yaml").write_text("height: 128 cm\nweight: 26 kg\n", encoding="utf-8")
    (folder / "patients.csv").write_text("height,weight\n128,26\n", encoding="utf-8")
    rows = "regimen;drug;dose;days;route;for;source\nAC;doxorubicin;60 mg/m2;1;IV bolus;tests;made up\n"
    (folder / "protocols.csv").write_text(rows, encoding="utf-8")
    doses = "clofarabine_mg,etoposide_mg,cyclophosphamide_mg,prednisone_mg"
    (folder / "orders.csv").write_text(f"height,weight,{doses}\n128,26,38.4,96,422.4,13\n", encoding="utf-8")
    assert cec("dose", *SIZE.split(), "-o", str(folder / "order.json")).code == 0
    start = ("--start", "2026-11-30")
    assert (
        cec("schedule", "cec-induction", *SIZE.split(), "--id", "7", *start, "-o", str(folder / "cycle.json")).code == 0
    )
    for name in ("day", "change", "next"):
        (folder / name).mkdir()
        shutil.copy(folder / "cycle.json", folder / name)
    assert cec("pharmacy", "new", str(folder / "pharmacy.yaml")).code == 0
    shipped = (ROOT / "regimens" / "cec-induction.yaml").read_text(encoding="utf-8")
    (folder / "mine.yaml").write_text(shipped.replace("name: cec-induction", "name: mine"), encoding="utf-8")
    return folder


def loaded_by(command: str, folder: Path) -> set[str]:
    """What a command loads of the libraries that are watched."""
    code = f"""
import sys
from cec.__main__ import main
try:
    main({shlex.split(command)!r})
except SystemExit as end:
    assert not end.code or {command.startswith(DIFFERS)}, end.code
open('loaded', 'w').write(' '.join({{*{sorted(LIBRARIES)!r}}} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set((folder / "loaded").read_text().split())


@pytest.mark.slow
@pytest.mark.parametrize("command", LOADED)
def test_a_command_loads_what_it_needs_and_nothing_else(command: str, workplace: Path) -> None:
    assert loaded_by(command, workplace) == LOADED[command]


def test_every_command_is_watched() -> None:
    assert [words for words in COMMANDS if not any(f"{line} ".startswith(f"{words} ") for line in LOADED)] == []

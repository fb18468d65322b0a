"""dose_table in processes that were forked: an answer or a clear error, never a process that waits for ever."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

HEAD = """
import multiprocessing, os, signal, sys
import cec, polars
from cec.batch import forked

forked.PATIENCE = 2

FRAME = polars.DataFrame({"height": ["128"], "weight": ["26"]})

def dose(frame):
    return cec.dose_table(frame).get_column("clofarabine_mg")[0]
"""
FORK = """
if os.fork() == 0:
    signal.alarm(60)  # a child that waits for ever is ended
    try:
        print(dose(FRAME), flush=True)
    except cec.CecError as error:
        print(error, flush=True)
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
USE = 'FRAME.select("height", again="height")\n'
DOSE = "dose(FRAME)\n"
SPAWN = """
if __name__ == "__main__":
    FRAME.select("height", again="height")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(dose, [FRAME])[0])
"""


def run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize("before", [USE, DOSE], ids=["polars", "cec"])
def test_a_fork_after_polars_was_used_is_told_what_to_do(before: str) -> None:
    assert run("-c", HEAD + before + FORK) == (
        "polars does not work in this process, which was forked from one that had used it; start processes by"
        " multiprocessing.get_context('spawn')"
    )


@pytest.mark.slow
def test_a_fork_before_polars_was_used_gives_doses() -> None:
    assert run("-c", HEAD + FORK) == "38.4"  # 40 mg/m2 × 0.96 m2


@pytest.mark.slow
def test_a_process_that_was_spawned_gives_doses(tmp_path: Path) -> None:
    path = tmp_path / "spawning.py"
    path.write_text(HEAD + SPAWN, encoding="utf-8")
    assert run(str(path)) == "38.4"

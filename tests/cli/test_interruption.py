"""What a signal to end leaves behind: nothing, and the old files as they were."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from running import cec

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

SIZE = ("dose", "--height", "128", "--weight", "26")
ENDINGS = (signal.SIGTERM, signal.SIGHUP) if sys.platform != "win32" else ()
ROWS = b"id,height,weight\n" + b"9,176,67\n" * 300_000


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    """The signals are heard, also where whoever runs the tests ignores them, as nohup does."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in ENDINGS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@contextmanager
def batch(output: Path, *started: str, more: tuple[str, ...] = ()) -> Iterator[subprocess.Popen[bytes]]:
    """A batch that has begun to write, and waits for more rows."""
    command = [*started, sys.executable, "-m", "cec", "batch", "-", "-o", str(output), "--overwrite", *more]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin
        try:
            process.stdin.write(ROWS)
            process.stdin.flush()
            deadline = time.monotonic() + 30
            while not list(output.parent.glob(".cec-*.part")):
                assert time.monotonic() < deadline, "nothing was begun before the signal"
                time.sleep(0.02)
            yield process
        finally:
            process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("number", ENDINGS)
def test_a_signal_to_end_leaves_the_old_file_and_no_other(tmp_path: Path, number: int) -> None:
    output = tmp_path / "doses.csv"
    output.write_text("old", encoding="utf-8")
    with batch(output) as process:
        process.send_signal(number)
        process.send_signal(number)  # as shells do when their terminal is closed
        assert process.wait(30) == 128 + number
        assert process.stderr
        assert process.stderr.read() == b""
    assert output.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["doses.csv"]


@pytest.mark.slow
def test_the_same_by_force_would_be_found(tmp_path: Path) -> None:
    with batch(tmp_path / "doses.csv") as process:
        process.kill()
        assert process.wait(30) == -signal.SIGKILL
    assert list(tmp_path.glob(".cec-*.part"))


@pytest.mark.slow
def test_under_nohup_a_closed_terminal_is_nothing(tmp_path: Path) -> None:
    output = tmp_path / "doses.csv"
    with batch(output, "nohup") as process:
        process.send_signal(signal.SIGHUP)
        assert process.stdin
        process.stdin.close()
        assert process.wait(30) == 0
    assert output.read_bytes().count(b"\n") == ROWS.count(b"\n")


@pytest.mark.parametrize("number", ENDINGS)
def test_the_handlers_of_whoever_calls_main_stay(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def look(*_: object, **__: object) -> None:
        seen.append(signal.getsignal(number))
        signal.raise_signal(number)

    monkeypatch.setattr("cec.calculate.draft_order", look)
    assert signal.getsignal(number) is signal.SIG_DFL
    assert cec(*SIZE) == (128 + number, "", "")
    assert signal.getsignal(number) is signal.SIG_DFL
    assert seen[0] is not signal.SIG_DFL

    def own(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(number, own)
    try:
        assert cec(*SIZE) == (130, "", "")
        assert signal.getsignal(number) is own
    finally:
        signal.signal(number, before)
    assert seen[1] is own


def test_another_thread_may_call_main() -> None:
    done = []
    thread = threading.Thread(target=lambda: done.append(cec("bsa", "--height", "128", "--weight", "26").code))
    thread.start()
    thread.join()
    assert done == [0]

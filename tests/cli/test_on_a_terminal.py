"""Commands on a terminal of their own, 80 and 120 columns wide: what no pipe loads is drawn there, by rich."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals", allow_module_level=True)

import fcntl
import pty
import struct
import termios

ROOT = Path(__file__).parent.parent.parent
SIZE = "--height 128 --weight 26"
WIDTHS = (80, 120)
WATCHED = ("typer", "yaml", "rich.console")
RULE = "─"


def on_a_terminal(command: str, columns: int, folder: Path) -> str:
    """What a command shows on a terminal so wide; in the file `loaded` what it has loaded of what is watched."""
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    code = f"""
import sys
from cec.__main__ import main
try:
    main({shlex.split(command)!r})
except SystemExit:
    pass
open('loaded', 'w').write(' '.join({{*{WATCHED!r}}} & sys.modules.keys()))
"""
    settings = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS", "LINES"}}
    settings |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen([sys.executable, "-c", code], stdin=end, stdout=end, stderr=end, cwd=folder, env=settings):
        os.close(end)
        shown = b"".join(iter(lambda: _read(terminal), b""))
    os.close(terminal)
    return shown.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    """What has come to a terminal; nothing at its end, which Linux tells as an error."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def without_style(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


@pytest.mark.slow
@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize(
    ("command", "amount"),
    [
        (f"dose {SIZE}", "422.4 mg"),  # 0.96 m2 × 440 mg/m2
        (f"schedule cec-induction {SIZE} --start 2026-11-30", "38.4 mg"),  # 0.96 m2 × 40 mg/m2
        (f"verify cec-induction {SIZE} clofarabine=192mg", "+400%"),  # 192 mg / 38.4 mg = 5
    ],
)
def test_tables_are_ruled_and_bold(command: str, amount: str, columns: int, tmp_path: Path) -> None:
    shown = on_a_terminal(command, columns, tmp_path)
    lines = without_style(shown).splitlines()
    assert "\x1b[1m" in shown
    assert any(amount in line for line in lines)
    assert any(set(line.strip()) <= {RULE, " "} and RULE in line for line in lines)
    assert max(map(len, lines)) <= columns
    assert set((tmp_path / "loaded").read_text().split()) == set(WATCHED)


@pytest.mark.slow
@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize(
    "command", ["batch patients.csv -o doses.csv --regimen cec-induction", "verify orders.csv --regimen cec-induction"]
)
def test_a_bar_shows_how_far_a_table_is(command: str, columns: int, tmp_path: Path) -> None:
    rows = 20_000
    sizes = [f"{1200 + row % 500} mm,{26 + row % 30}" for row in range(rows)]
    (tmp_path / "patients.csv").write_text("\n".join(["height,weight", *sizes]), encoding="utf-8")
    orders = [f"{size},38.4,96,422.4,13" for size in sizes]
    head = "height,weight,clofarabine_mg,etoposide_mg,cyclophosphamide_mg,prednisone_mg"
    (tmp_path / "orders.csv").write_text("\n".join([head, *orders[:20]]), encoding="utf-8")
    shown = on_a_terminal(command, columns, tmp_path)
    assert re.search(r"rows, [\d,]+ a second", without_style(shown))
    assert "\x1b[?25l" in shown, "the cursor is hidden while a bar is drawn"
    assert set((tmp_path / "loaded").read_text().split()) == set(WATCHED)


def test_the_same_into_a_file_is_plain(tmp_path: Path) -> None:
    """The bad example: a table that no terminal shows has neither rules nor styles, and loads nothing to draw them."""
    on_a_terminal(f"dose {SIZE} -o doses.txt", 80, tmp_path)
    text = (tmp_path / "doses.txt").read_text(encoding="utf-8")
    assert "422.4 mg" in text
    assert RULE not in text
    assert "\x1b" not in text
    assert "rich.console" not in (tmp_path / "loaded").read_text().split()

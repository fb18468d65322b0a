"""How long a command takes from start to end, as a multiple of `python -c pass`, and what the time goes to.

Run by hand: python benchmarks/startup.py [ROUNDS]. All commands take turns in one run on one machine; medians count.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

SIZE = ("--height", "128cm", "--weight", "26kg")
BARE = ("-c", "pass")
COMMANDS = {
    "python -c pass": BARE,
    "cec dose, table": ("-m", "cec", "dose", *SIZE),
    "cec dose, JSON": ("-m", "cec", "dose", *SIZE, "--format", "json"),
    "cec dose, CSV": ("-m", "cec", "dose", *SIZE, "--format", "csv"),
    "cec dose in inches and pounds": ("-m", "cec", "dose", "--height", "50in", "--weight", "57lb"),
    "cec schedule, table": ("-m", "cec", "schedule", "cec-induction", *SIZE, "--start", "2026-11-30"),
    "cec --version": ("-m", "cec", "--version"),
}
MOST = {"cec dose, table": 20, "cec dose, JSON": 18}
"""What each may cost at most, in multiples of a bare interpreter."""

ROOMS = {
    "typer": ("typer", "shellingham", "annotated_doc", "colorama"),
    "rich": ("rich", "pygments", "markdown_it"),
    "pint": ("pint", "flexparser", "flexcache", "platformdirs"),
    "PyYAML": ("yaml",),
    "msgspec": ("msgspec",),
    "typst": ("typst",),
    "cec itself": ("cec",),
}


def seconds(arguments: tuple[str, ...]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def ratios_of(commands: dict[str, tuple[str, ...]], rounds: int) -> dict[str, float]:
    """The median of each command over that of the bare interpreter; every round runs all of them once."""
    os.environ["PYTHONPATH"] = str(Path(__file__).parent.parent)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for arguments in commands.values():
        seconds(arguments)  # once for nothing, so that no counted run compiles
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, arguments in commands.items():
            times[name].append(seconds(arguments))
    bare = statistics.median(times["python -c pass"])
    print(f"python -c pass: {bare * 1000:.1f} ms, Python {sys.version.split()[0]}, {os.cpu_count()} processors")
    return {name: statistics.median(taken) / bare for name, taken in times.items()}


def imports(arguments: tuple[str, ...]) -> dict[str, float]:
    """Milliseconds that each library's own modules take to load (-X importtime, the time of each module alone)."""
    done = subprocess.run([sys.executable, "-X", "importtime", *arguments], check=True, capture_output=True, text=True)
    spent = dict.fromkeys([*ROOMS, "standard library"], 0.0)
    for line in done.stderr.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) == 3 and parts[0].strip().isdigit():
            top = parts[2].strip().partition(".")[0]
            room = next((name for name, tops in ROOMS.items() if top in tops), "standard library")
            spent[room] += int(parts[0]) / 1000
    return spent


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    for name, ratio in ratios_of(COMMANDS, rounds).items():
        most = f", at most {MOST[name]}" if name in MOST else ""
        print(f"{name:32}{ratio:6.1f} x{most}{'  TOO SLOW' if ratio > MOST.get(name, 1000) else ''}")
    for name in MOST:
        spent = imports(COMMANDS[name])
        bare = sum(imports(BARE).values())
        print(f"\n{name}: {sum(spent.values()) - bare:.0f} ms of imports beyond a bare interpreter's, of which")
        for room, taken in sorted(spent.items(), key=lambda item: -item[1]):
            print(f"  {room:20}{taken:7.1f} ms")


if __name__ == "__main__":
    main()

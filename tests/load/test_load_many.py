"""Files of very many lines: twice the lines take twice the work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from cec.errors import CecError
from cec.load import load_patient, load_pharmacy, load_regimen

HEAD = "name: many\ntitle: Many\nedition: 1\nfor: a test\nsource: {citation: written for this test}\n"
ONE_LINE = f"{HEAD}drugs:\n  - {{drug: drug, dose: 1 mg/m2, route: oral, days: 1}}\n"
PATIENT = "height: 128 cm\nweight: 26 kg\n"
CHECK = "level: check, when: {age: under 9 years}, text: Look."
PRODUCT = "form: solution, content: 1 mg, strength: 1 mg/mL"

FILES: dict[str, tuple[Callable[[Path], object], str, Callable[[int], str]]] = {
    "drugs": (
        load_regimen,
        f"{HEAD}drugs:\n",
        lambda n: f"  - {{drug: drug {n}, dose: {n + 1} mg/m2, route: oral, days: 1-5}}\n",
    ),
    "days of one drug": (
        load_regimen,
        f"{HEAD}drugs:\n",
        lambda n: f"  - {{drug: drug, dose: 1 mg/m2, route: oral, days: {n % 50 + 1}, cycles: {n // 50 + 1}}}\n",
    ),
    "the same line": (
        load_regimen,
        f"{HEAD}drugs:\n",
        lambda _: "  - {drug: drug, dose: 1 mg/m2, route: oral, days: 1-5}\n",
    ),
    "drugs one after the other": (
        load_regimen,
        f"{HEAD}drugs:\n",
        lambda n: f"  - {{drug: drug {n}, dose: 1 mg/m2, route: oral, days: 1, start: with drug {n + 1}}}\n",
    ),
    "drugs after nothing": (
        load_regimen,
        f"{HEAD}drugs:\n",
        lambda n: f"  - {{drug: drug {n}, dose: 1 mg/m2, route: oral, days: 1, after: another {n}}}\n",
    ),
    "unknown keys": (load_regimen, ONE_LINE, lambda n: f"key{n}: 1\n"),
    "checks": (load_regimen, f"{ONE_LINE}checks:\n", lambda n: f"  - {{code: c{n}, {CHECK}}}\n"),
    "checks of one code": (load_regimen, f"{ONE_LINE}checks:\n", lambda _: f"  - {{code: same, {CHECK}}}\n"),
    "other dose sets": (
        load_regimen,
        f"{ONE_LINE}other_dose_sets:\n",
        lambda n: f"  - {{doses: {{drug: 2 mg/m2, other {n}: 1 mg/m2}}}}\n",
    ),
    "products": (
        load_pharmacy,
        "formulary:\n  vincristine:\n    products:\n",
        lambda n: f"      - {{name: product {n}, {PRODUCT}}}\n",
    ),
    "formulary": (
        load_pharmacy,
        "formulary:\n",
        lambda n: f"  drug {n}:\n    products:\n      - {{name: product, {PRODUCT}}}\n",
    ),
    "rounding bands": (
        load_pharmacy,
        "dose_rounding:\n  drug:\n    bands:\n",
        lambda n: f"      - {{from: {2 * n + 1} mg, to: {2 * n + 2} mg, dose: {2 * n + 1} mg}}\n",
    ),
    "reductions": (load_patient, f"{PATIENT}reductions:\n", lambda n: f"  - 'drug {n}=25%: mucositis'\n"),
    "history": (load_patient, f"{PATIENT}history:\n", lambda n: f"  fact_{n}: true\n"),
}


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, of Python or C."""
    found = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal found
        found += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", FILES)
def test_twice_the_lines_take_twice_the_work(kind: str, tmp_path: Path) -> None:
    load, head, line = FILES[kind]

    def work_on(lines: int) -> int:
        path = tmp_path / f"{lines}.yaml"
        path.write_text(head + "".join(map(line, range(lines))), encoding="utf-8")

        def read() -> None:
            with suppress(CecError):
                load(path)

        return calls(read)

    work_on(10)  # what is loaded or remembered once
    assert work_on(400) < 2.2 * work_on(200)


def test_work_that_grows_with_the_square_is_seen() -> None:
    few, many = range(20), range(40)
    assert calls(lambda: [abs(one) for one in many for _ in many]) > 2.2 * calls(
        lambda: [abs(one) for one in few for _ in few]
    )


def test_each_day_that_a_line_repeats_is_told_once_with_the_first_line_that_has_it(tmp_path: Path) -> None:
    lines = ("days: 1-3", "days: 5-8", "days: 3-5", "days: 1-3", "days: 8-9, cycles: 2", "days: 9, cycles: 3")
    path = tmp_path / "regimen.yaml"
    drugs = "".join(f"  - {{drug: drug, dose: 1 mg/m2, route: oral, {days}}}\n" for days in lines)
    path.write_text(f"{HEAD}drugs:\n{drugs}", encoding="utf-8")
    with pytest.raises(CecError) as caught:
        load_regimen(path)
    assert [str(fault).partition("drugs ")[2].partition(" on the")[0] for fault in caught.value.faults] == [
        "3 (drug): repeats line 1",
        "3 (drug): repeats line 2",
        "4 (drug): repeats line 1",  # and line 3 on day 3, which line 1 has first
        "5 (drug): repeats line 2",
    ]

"""10,000 random inputs: options as somebody might type them, and YAML files that somebody damaged.

Each ends in an order or in plain lines: never a traceback, never a number without a unit, never a default in the place
of something that was typed. The inputs are the same on every run.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from running import cec as run

import cec.load
from cec.cli.drafting import drafting_of
from cec.cli.messages import WrongUsage
from cec.cli.options import CheckOptions, PatientOptions, PharmacyOptions, StartOptions, TimeOptions
from cec.errors import CecError
from cec.load import load_pharmacy, load_regimen, regimen_folder
from cec.load.yaml_nodes import read_text
from cec.order import Order
from cec.rendering.json import render
from cec.units import Quantity
from cec.units.kinds import KINDS

OPTION_SETS = 5_000
COMMANDS = 1_000
FILES = 4_000

UNITS = {symbol for kind in KINDS for symbol in kind.units} | {"AUC", "", "mL/min/1.73 m2"}
FACTORS = {"": "1", "cm": "1", "m": "100", "mm": "0.1", "in": "2.54", "ft": "30.48", "kg": "1", "g": "0.001"}
FACTORS |= {"lb": "0.45359237", "lbs": "0.45359237"}
"""cm or kg in each unit that is typed here, by the tables of any schoolbook."""

PIECES = (
    "kg",
    "cm",
    "m",
    "lb",
    "g",
    "in",
    "ft",
    "mg",
    "mg/m2",
    "kilo",
    "",
    " ",
    "%",
    "years",
    "y",
    "months",
    "²",
    "µg",
)
NUMBERS = (
    "0",
    "1",
    "26",
    "128",
    "1.28",
    "57.3",
    "4",
    "0.5",
    "007",
    "1e3",
    "26,5",
    "-3",
    "NaN",
    "inf",
    ".5",
    "5.",
    "٢٦",
    "1_0",
)
NOISE = (
    "",
    "",
    "",
    "",
    "\x00",
    "\n",
    "\t",
    "'",
    '"',
    ": ",
    "- ",
    "#",
    "{",
    "[",
    "&a",
    "*a",
    "!!x",
    "%",
    "\\",
    "ż",
    "🙂",
    "1" * 40,
)
DATES = ("2026-11-30", "2028-02-29", "2027-02-29", "30.11.2026", "2026-13-01", "1899-01-01", "2201-01-01", "", "today")

Random = random.Random


def number(dice: Random) -> str:
    whole = dice.choice((dice.randint(1, 30), dice.randint(20, 250), dice.randint(1, 10 ** dice.randint(1, 12))))
    return f"{whole}.{dice.randint(0, 999)}" if dice.random() < 0.3 else str(whole)


def text(dice: Random) -> str:
    """Something that might stand for a quantity."""
    parts = [
        dice.choice((dice.choice(NUMBERS), number(dice))),
        dice.choice(("", " ")),
        dice.choice(PIECES),
        dice.choice(NOISE),
    ]
    if dice.random() < 0.1:
        dice.shuffle(parts)
    return "".join(parts)


def height(dice: Random) -> str:
    good = f"{dice.randint(70, 200)}{dice.choice(('', '.5', '.25'))}{dice.choice(('', 'cm', ' cm'))}"
    other = dice.choice((f"1.{dice.randint(10, 99)} m", f"{dice.randint(28, 78)} in", f"{dice.randint(700, 2000)} mm"))
    return dice.choice((good, good, good, other, text(dice)))


def weight(dice: Random) -> str:
    good = f"{dice.randint(8, 110)}{dice.choice(('', '.5', '.75'))}{dice.choice(('', 'kg', ' kg'))}"
    other = dice.choice((f"{dice.randint(20, 240)}lb", f"{dice.randint(8, 110)}000 g"))
    return dice.choice((good, good, good, other, text(dice)))


Maker = Callable[[Random], Any]

PATIENT: dict[str, Maker] = {
    "id": lambda dice: dice.choice(("007", "", "ż", text(dice))),
    "name": lambda dice: dice.choice(("Ewa", "#set text(0pt)", "a\nb", text(dice))),
    "born": lambda dice: dice.choice(DATES),
    "age": lambda dice: dice.choice(("8", "8y", "30 months", "11 months", "0", text(dice))),
    "sex": lambda dice: dice.choice(("f", "m", "female", "Male", "x", "")),
    "measured_on": lambda dice: dice.choice(DATES),
    "previous_weight": weight,
    "creatinine": lambda dice: dice.choice(("0.5 mg/dL", "44 micromol/L", "0 mg/dL", text(dice))),
    "creatinine_clearance": lambda dice: dice.choice(("90 mL/min", "12 mL/min", text(dice))),
    "previous_cycles": lambda dice: dice.choice(("0", "1", "4", "-1", text(dice))),
    "previous_day_1": lambda dice: dice.choice(DATES),
    "history": lambda dice: [dice.choice(("prior_hsct=true", "prior_hsct=false", "prior_hsct", "x=y", text(dice)))],
    "reduce": lambda dice: [
        dice.choice(("etoposide=25%: mucositis", "etoposide=100%: a", "etoposide=0%: a", "x=25%: a", text(dice)))
    ],
}
PHARMACY: dict[str, Maker] = {
    "bsa_formula": lambda dice: dice.choice(("du-bois", "haycock", "schlich", "livingston-lee", "dubois", text(dice))),
    "product": lambda dice: [dice.choice(("etoposide=x", text(dice)))],
}
CHECKS: dict[str, Maker] = {
    "accept": lambda dice: [dice.choice(("under-10-kg=a reason", "infant=", "infant=a reason", text(dice)))],
    "strict": lambda dice: dice.random() < 0.5,
}
TIMES: dict[str, Maker] = {
    "time": lambda dice: dice.choice(("09:00", "23:30", "24:00", "9", text(dice))),
    "gap": lambda dice: dice.choice(("15 min", "0 min", "3 days", text(dice))),
    "cycle": lambda dice: dice.choice(("1", "3", "0", text(dice))),
}


def some(makers: dict[str, Maker], dice: Random, share: float = 0.2) -> dict[str, Any]:
    """Some of the options."""
    return {name: make(dice) for name, make in makers.items() if dice.random() < share}


@pytest.fixture(scope="module", autouse=True)
def _shipped_regimens_are_read_once() -> Iterator[None]:
    """Reading the same two files thousands of times would be most of the time."""
    shipped = {name: load_regimen(name) for name in cec.load.regimen_names()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cec.load, "load_regimen", lambda name: shipped.get(str(name)) or load_regimen(name))
        yield


def quantities(part: Any) -> Iterator[dict[str, Any]]:
    """Every quantity in a JSON tree."""
    if isinstance(part, dict):
        if "value" in part and "unit" in part:
            yield part
        for child in part.values():
            yield from quantities(child)
    elif isinstance(part, list):
        for child in part:
            yield from quantities(child)


def typed_size(typed: str) -> Decimal | None:
    """cm or kg in a plain text of one number and one unit, read without any of cec's own reading."""
    match = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)\s*", typed, re.ASCII)
    return Decimal(match[1]) * Decimal(FACTORS[match[2]]) if match and match[2] in FACTORS else None


def check_order(order: dict[str, Any], typed: dict[str, Any]) -> None:
    """Every number has its unit, every dose is one, and everything that was typed is there."""
    for quantity in quantities(order):
        assert quantity["unit"] in UNITS
        assert isinstance(quantity["value"], int | float | Decimal)
    for dose in order["doses"]:
        assert set(dose["ordered"]) == {"value", "unit"}
        assert dose["ordered"]["unit"] == "mg"
        assert dose["ordered"]["value"] > 0 or "reduce" in typed
        assert dose["ordered"] == dose["steps"][-1]["value"]
    patient = order["patient"]
    for name, unit in (("height", "cm"), ("weight", "kg")):
        assert patient[name]["unit"] == unit
        size = typed_size(typed[name])
        assert size is None or patient[name]["value"] == size, (typed[name], patient[name])
        assert size is not None or " " in typed[name].strip()  # feet and inches together
    for name in set(typed) & set(patient) - {"height", "weight", "history"}:
        assert patient[name] not in (None, "")
    for name in set(typed) & {"born", "age", "sex", "measured_on", "previous_weight", "creatinine", "previous_cycles"}:
        assert name in patient
    assert "reduce" not in typed or len(patient["reductions"]) == len(typed["reduce"])
    assert "history" not in typed or len(patient["history"]) == len(typed["history"])
    assert "bsa_formula" not in typed or order["measures"][0]["bsa"]["formula"] == typed["bsa_formula"]
    assert "start" not in typed or order["start"] == typed["start"]
    assert "cycle" not in typed or order["cycle"] == int(typed["cycle"])
    accepted = [alert for alert in order["alerts"] if "accepted" in alert]
    assert all(alert["level"] != "stop" for alert in order["alerts"] if alert not in accepted)
    assert "accept" not in typed or accepted


def check_refusal(error: CecError) -> None:
    """Plain lines, each of which says something and shows only what can be printed."""
    assert error.faults
    for fault in error.faults:
        assert len(fault.text) > 10
        assert str(fault).isprintable(), str(fault)


def patient_options(typed: dict[str, Any]) -> PatientOptions:
    """What was typed of the patient, as a command gets it."""
    others = {name: value for name, value in typed.items() if name in PatientOptions.__struct_fields__}
    return PatientOptions({name: text for name, text in typed.items() if name not in others}, **others)


@pytest.mark.slow
def test_option_sets_give_an_order_or_plain_lines() -> None:
    dice, orders = Random(26), 0
    for _ in range(OPTION_SETS):
        patient = {"height": height(dice), "weight": weight(dice), **some(PATIENT, dice, 0.12)}
        pharmacy, checks = some(PHARMACY, dice, 0.05), some(CHECKS, dice, 0.05)
        start = {"start": dice.choice(DATES[:2]), **some(TIMES, dice, 0.15)} if dice.random() < 0.5 else {}
        regimen = dice.choice((None, "cec-induction", "cec-consolidation"))
        try:
            order: Order = drafting_of(
                regimen,
                patient_options(patient),
                PharmacyOptions(**pharmacy),
                CheckOptions(**checks),
                start=StartOptions(start.get("start")),
                times=TimeOptions(**{name: value for name, value in start.items() if name != "start"}),
            ).order()
        except CecError as error:
            check_refusal(error)
            continue
        orders += 1
        check_order(json.loads(render(order), parse_float=Decimal), {**patient, **pharmacy, **checks, **start})
        assert order.regimen.name == (regimen or "cec-induction")
        assert len(order.administrations) == (
            sum(len(dose.days) for dose in order.doses if dose.ordered.value) if start else 0
        )
    assert OPTION_SETS / 10 < orders < OPTION_SETS * 0.9


@pytest.mark.slow
def test_commands_end_in_an_order_or_plain_lines() -> None:
    dice, ends = Random(128), {0: 0, 1: 0, 2: 0}
    for _ in range(COMMANDS):
        typed = {
            "height": height(dice),
            "weight": weight(dice),
            **some(PATIENT, dice, 0.1),
            **some(PHARMACY, dice, 0.03),
        }
        command = dice.choice(("dose", "dose", "schedule", "prepare", "verify", "bsa", "regimen"))
        arguments = [command, *(("cec-induction",) if command in {"schedule", "prepare", "verify"} else ())]
        if command == "bsa":
            typed = {name: value for name, value in typed.items() if name in {"height", "weight", "sex"}}
        if command == "regimen":
            arguments += [dice.choice(("show", "check")), dice.choice(("cec-induction", text(dice), "/", "."))]
            typed = {}
        if command in {"schedule", "prepare"}:
            typed = {**typed, "start": dice.choice(DATES), **some(TIMES, dice)}
        for name, value in typed.items():
            for each in value if isinstance(value, list) else [value]:
                arguments += [f"--{name.replace('_', '-')}", each] if dice.random() < 0.97 else [each]
        if command == "verify":
            arguments += [f"{drug}={text(dice)}" for drug in ("clofarabine", "etoposide", "x") if dice.random() < 0.7]
        elif command != "regimen":
            arguments += ["--format", dice.choice(("json", "json", "csv"))]
        done = run(*(each.replace("\x00", "") for each in arguments))
        ends[done.code] += 1
        assert done.code == 0 or done.err or done.out, arguments
        assert done.code == 0 or not done.out or command in {"verify", "regimen"}, arguments
        assert "Traceback" not in done.err
    assert min(ends.values()) > COMMANDS / 100, ends


LINES = (
    "drugs:",
    "  - drug: x",
    "    dose: 0",
    "when: {age: under}",
    "days: 1-400",
    "\t",
    "---",
    "? a",
    "<<: *a",
    "a: b: c",
)


def damaged(source: str, dice: Random) -> str:
    """The text with one to three things wrong with it."""
    for _ in range(dice.randint(1, 3)):
        lines = source.split("\n")
        place = dice.randrange(len(lines))
        line = lines[place]
        where = dice.randrange(len(line) + 1)
        change = dice.randrange(8)
        if change == 0:
            lines[place] = line[:where] + dice.choice(NOISE) + line[where:]
        elif change == 1:
            lines[place] = line[:where] + line[where + 1 :]
        elif change == 2:
            lines[place] = re.sub(r"[0-9.]+", dice.choice((dice.choice(NUMBERS), number(dice))), line, count=1)
        elif change == 3:
            lines.insert(place, lines[dice.randrange(len(lines))])
        elif change == 4:
            del lines[place]
        elif change == 5:
            lines[place] = "  " + line
        elif change == 6:
            lines.insert(place, dice.choice(LINES))
        else:
            lines[place] = re.sub(r"(mg/m2|mg/kg|mg|kg| h\b|mL)", dice.choice(PIECES), line, count=1)
        source = "\n".join(lines)
    return source


@pytest.mark.slow
def test_damaged_regimens_are_read_as_they_stand_or_refused(tmp_path: Path) -> None:
    source = (regimen_folder() / "cec-induction.yaml").read_text(encoding="utf-8")
    path, dice, orders = tmp_path / "regimen.yaml", Random(2015), 0
    size = PatientOptions({"height": "128cm", "weight": "26kg"})
    for _ in range(FILES // 2):
        content = damaged(source, dice)
        path.write_text(content, encoding="utf-8")
        try:
            regimen = load_regimen(path)
            order = json.loads(
                render(drafting_of(str(path), size, PharmacyOptions(), CheckOptions()).order()), parse_float=Decimal
            )
        except CecError as error:
            check_refusal(error)
            continue
        orders += 1
        for line, dose in zip(regimen.drugs, order["doses"], strict=True):
            assert isinstance(line.dose, Quantity)
            basis = {"mg/m2": Decimal("0.96"), "mg/kg": Decimal(26), "mg": Decimal(1)}
            stated = re.findall(rf"dose: *[\"']?([0-9]+(?:\.[0-9]+)?) *{line.dose.unit}", content)
            assert line.dose.value in map(Decimal, stated), (line.dose, "stands nowhere in the file")
            if line.dose.unit in basis:
                assert dose["ordered"] == {"value": line.dose.value * basis[line.dose.unit], "unit": "mg"}
    assert orders > FILES / 100


@pytest.mark.slow
def test_damaged_pharmacies_are_read_as_they_stand_or_refused(tmp_path: Path) -> None:
    source = (Path(cec.load.__file__).parent / "starter_pharmacy.yaml").read_text(encoding="utf-8")
    path, dice, read = tmp_path / "pharmacy.yaml", Random(2018), 0
    for _ in range(FILES // 2):
        content = damaged(source, dice)
        path.write_text(content, encoding="utf-8")
        try:
            pharmacy = load_pharmacy(path)
        except CecError as error:
            check_refusal(error)
            continue
        read += 1
        assert {key.text for key, _ in read_text(content, "").entries or ()} <= set(pharmacy.__struct_fields__)
    assert read > FILES / 100


def test_there_are_10_000() -> None:
    assert OPTION_SETS + COMMANDS + FILES == 10_000


@pytest.mark.parametrize(
    ("wrong", "typed"),
    [
        (lambda order: order["doses"][0]["ordered"].pop("unit"), {}),
        (lambda order: order["doses"][0]["ordered"].update(unit="mL"), {}),
        (lambda order: order["doses"][0]["ordered"].update(value=Decimal(0)), {}),
        (lambda order: order["patient"]["height"].update(value=Decimal("1.28")), {}),
        (lambda order: order["patient"].pop("age"), {"age": "8"}),
        (lambda order: order["measures"][0]["bsa"].update(formula="mosteller"), {"bsa_formula": "du-bois"}),
        (lambda order: order["alerts"].append({"level": "stop", "code": "x"}), {}),
    ],
)
def test_the_guard_sees_what_is_wrong(wrong: Callable[[Any], Any], typed: dict[str, str]) -> None:
    patient = PatientOptions({"height": "128cm", "weight": "26kg", **{k: typed[k] for k in typed if k == "age"}})
    pharmacy = PharmacyOptions(bsa_formula=typed.get("bsa_formula"))
    order = json.loads(render(drafting_of(None, patient, pharmacy, CheckOptions()).order()), parse_float=Decimal)
    typed = {"height": "128cm", "weight": "26kg", **typed}
    check_order(order, typed)
    wrong(order)
    with pytest.raises((AssertionError, KeyError)):
        check_order(order, typed)


def test_wrong_usage_is_no_refusal() -> None:
    with pytest.raises(WrongUsage):
        drafting_of(None, PatientOptions(), PharmacyOptions(), CheckOptions())

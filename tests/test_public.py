"""The public names: a list that one can hold in one's head, each loading only when it is used."""

from __future__ import annotations

import datetime
import doctest
import inspect
import io
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import every_key
import msgspec
import polars as pl
import pytest
import yaml
from running import cec as command

import cec
from cec.errors import FileError
from cec.load.patient_file import PATIENT_FIELDS

NAMES = [
    "CecError",
    "Order",
    "Patient",
    "Pharmacy",
    "Regimen",
    "Verdict",
    "Verification",
    "__version__",
    "change",
    "compare",
    "dose_table",
    "draft_order",
    "load_order",
    "load_patient",
    "load_pharmacy",
    "load_regimen",
    "next_cycle",
    "render",
    "schema",
    "verify",
    "verify_bundle",
    "worklist",
]


def test_the_list_of_public_names() -> None:
    assert cec.__all__ == NAMES
    for name in NAMES:
        assert getattr(cec, name) is not None
    assert dir(cec) == NAMES
    with pytest.raises(AttributeError, match="calc_dose"):
        _ = cec.calc_dose


def test_no_public_name_hides_a_package() -> None:
    """`import cec.rendering.pdf.order as sheet` goes by the attributes of each package on its way."""
    folder = Path(cec.__file__).parent
    assert not [name for name in cec.__all__ if (folder / name).is_dir() or (folder / f"{name}.py").is_file()]


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" in project["dynamic"], "cec/version.py alone says it"
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", cec.__version__)


def test_a_batch_loads_no_pint_until_it_converts() -> None:
    code = "import cec.batch.run, polars, sys; print(sorted({'pint', 'typst', 'icalendar'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "content",
    [b"", b"[", b"{}", b"null", b"[" * 100_000, b"\xff", b'{"regimen": 1}', b'{"sha256": "x"}'],
)
def test_what_is_no_saved_order_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not an order that cec saved"):
        cec.load_order(content)
    path = tmp_path / "order.json"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"order\.json: is not an order"):
        cec.load_order(path)


def test_a_saved_order_loads_back_from_its_file(tmp_path: Path) -> None:
    patient = cec.load_patient(texts={"height": "4 ft 2 in", "weight": "57.3 lb", "name": "Łucja Żak"})
    order = cec.draft_order(cec.load_regimen("cec-induction"), patient)
    path = tmp_path / "order.json"
    path.write_bytes(cec.render(order, "json"))
    assert cec.load_order(path) == order
    with pytest.raises(cec.CecError, match=r"'word' is not a format; write table, json, .* or "):
        cec.render(order, "word")


FUNCTIONS = [name for name in NAMES if inspect.isfunction(getattr(cec, name))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_runs_as_its_docstring_shows(name: str) -> None:
    """Typed, documented, and called by an example that ends as it says."""
    function = getattr(cec, name)
    hints = {each for each in function.__annotations__ if each != "return"}
    assert hints == {*inspect.signature(function).parameters}, "every parameter has a type"
    assert "return" in function.__annotations__
    assert examples_fail(function) == []


def examples_fail(function: Any) -> list[str]:
    """The examples of a function that do not end as they show; a sentence where there are none that call it."""
    module = sys.modules[function.__module__]
    tests = list(doctest.DocTestFinder(recurse=False).find(function, globs=vars(module).copy()))
    calls = [example for test in tests for example in test.examples if f"{function.__name__}(" in example.source]
    if not calls:
        return [f"no example calls {function.__name__}"]
    runner, report = doctest.DocTestRunner(verbose=False), io.StringIO()
    failed = [runner.run(test, out=report.write).failed for test in tests]
    return [report.getvalue()] if any(failed) else []


def test_an_example_that_does_not_hold_is_seen() -> None:
    def wrong() -> int:
        """Two.

        >>> wrong()
        3
        """
        return 2

    assert "Expected:\n    3\nGot:\n" in examples_fail_in(wrong)
    assert examples_fail(lambda: 1) == ["no example calls <lambda>"]


def examples_fail_in(function: Any) -> str:
    """What is reported of a function's own examples."""
    (test,) = doctest.DocTestFinder(recurse=False).find(function, globs={"wrong": function})
    report = io.StringIO()
    doctest.DocTestRunner(verbose=False).run(test, out=report.write)
    return report.getvalue()


def test_verdicts_are_typed_and_texts_refused_together() -> None:
    """0.5 mg/kg × 26 kg is 13 mg; 38.4 is 40 mg/m2 × 0.96 m2."""
    patient = cec.load_patient(texts={"height": "128 cm", "weight": "26 kg"})
    order = cec.draft_order(cec.load_regimen("cec-induction"), patient)
    written = {
        "clofarabine": "38 mg",
        "etoposide": "96 mg",
        "cyclophosphamide": "422 mg",
        "prednisone": "130 mg",
        "days": "5",
    }
    verification = cec.verify(order, written)
    assert isinstance(verification, cec.Verification)
    assert all(isinstance(each, cec.Verdict) for each in verification.verdicts)
    assert {each.drug: each.verdict for each in verification.verdicts} == {
        "clofarabine": "agrees",
        "etoposide": "agrees",
        "cyclophosphamide": "agrees",
        "prednisone": "differs",
        "days": "agrees",
    }
    assert cec.verify(order, ["clofarabine=38 mg"], partial=True).agrees
    with pytest.raises(cec.CecError) as refused:
        cec.verify(order, {"clofarabine": "38", "days": "five"}, tolerance="30%")
    assert [fault.where for fault in refused.value.faults] == ["clofarabine", "days", "tolerance"]


def test_what_is_wanting_of_a_next_cycle_is_told_together() -> None:
    texts = {"id": "7", "height": "128 cm", "weight": "26 kg", "reductions": ["etoposide=25%: mucositis"]}
    order = cec.draft_order(
        cec.load_regimen("cec-induction"), cec.load_patient(texts=texts), start=datetime.date(2026, 11, 30), cycle=1
    )
    with pytest.raises(cec.CecError) as refused:
        cec.next_cycle(order, start=datetime.date(2026, 12, 2))
    words_of_all = str(refused.value)
    assert all(words in words_of_all for words in ("the weight is asked for", "etoposide", "not after the last day")), (
        words_of_all
    )
    assert {fault.where for fault in refused.value.faults} == {"weight", "height", "start", ""}
    with pytest.raises(cec.CecError, match="skip: 'later' is neither move nor drop"):
        cec.change(order, on=datetime.date(2026, 12, 2), reason="no bed", skip={3: "later"})  # type: ignore[dict-item]
    with pytest.raises(cec.CecError, match="written: is a text"):
        cec.verify(order, "clofarabine=38mg")
    with pytest.raises(cec.CecError, match="nothing is changed"):
        cec.change(order, on=datetime.date(2026, 12, 2), reason="none")
    with pytest.raises(cec.CecError, match="'sheet' has no schema; there are order, regimen"):
        cec.schema("sheet")  # type: ignore[arg-type]


def first_order(**texts: Any) -> cec.Order:
    """Revision 1, of 128 cm and 26 kg on 29-Nov-2026."""
    patient = {"id": "7", "height": "128 cm", "weight": "26 kg", "measured_on": "2026-11-29", **texts}
    return cec.draft_order(
        cec.load_regimen("cec-induction"), cec.load_patient(texts=patient), start=datetime.date(2026, 11, 30), cycle=1
    )


OF_A_PATIENT: dict[str, Any] = {
    **yaml.safe_load(every_key.PATIENT.replace(" 2026-", " !!str 2026-").replace(" 2018-", " !!str 2018-")),
    "age": "8 years",
    "history": {"prior_hsct": "true"},
    "previous_cycles": "1",
    "choices": ["clofarabine=IV infusion"],
    "reductions": ["etoposide=25%: mucositis"],
    "set": ["etoposide=70 mg: one vial left"],
    "without": ["prednisone: psychosis"],
}


TOLD_WITHIN_A_CYCLE = {
    *("height", "weight", "measured_on", "creatinine", "creatinine_clearance", "reductions", "set", "without"),
    *("anc", "platelets", "bilirubin", "alt", "ast", "haemoglobin"),
}


@pytest.mark.parametrize("key", sorted(PATIENT_FIELDS))
def test_every_key_that_a_change_takes_is_in_it_and_others_are_refused(key: str) -> None:
    """A name or an earlier dose told to a change was read and then lost: the new order was the old one again."""
    order, on, texts = first_order(), datetime.date(2026, 12, 2), {key: OF_A_PATIENT[key]}
    if key in TOLD_WITHIN_A_CYCLE:
        (change,) = cec.change(order, on=on, reason="told", from_day=3, texts=texts).changes
        assert msgspec.to_builtins(change).keys() - {"on", "from_day", "reason", "written_by", "altered"}
    else:
        with pytest.raises(cec.CecError, match=f"(?m)^{key}: is not told here; texts may tell height, weight"):
            cec.change(order, on=on, reason="told", from_day=3, texts=texts)


def test_earlier_doses_are_those_of_the_orders_before() -> None:
    again: dict[str, Any] = {
        "weight": "27 kg",
        "height": "128 cm",
        "measured_on": "2027-01-03",
        "earlier_doses": {"etoposide": "1 g"},
    }
    with pytest.raises(cec.CecError, match="earlier_doses: is not told here"):
        cec.next_cycle(first_order(), start=datetime.date(2027, 1, 4), texts=again)


@pytest.mark.parametrize("name", ["stop", "times", "given", "not_given"])
def test_a_text_is_not_taken_letter_by_letter(name: str) -> None:
    several: dict[str, Any] = {name: "etoposide"}
    with pytest.raises(cec.CecError, match=rf"^{name}: is a text; write \['etoposide'\]$"):
        cec.change(first_order(), on=datetime.date(2026, 12, 2), reason="fever", from_day=3, **several)


@pytest.mark.parametrize("name", ["keep_reductions", "drop_reductions", "unknown", "also_given"])
def test_a_text_for_the_next_cycle_is_not_taken_letter_by_letter(name: str) -> None:
    several: dict[str, Any] = {name: "etoposide"}
    with pytest.raises(cec.CecError, match=rf"^{name}: is a text; write \['etoposide'\]$"):
        cec.next_cycle(first_order(), start=datetime.date(2027, 1, 4), **several)
    with pytest.raises(cec.CecError, match=r"^orders: is a text; write \['orders'\]$"):
        cec.worklist(datetime.date(2026, 12, 1), "orders")


def test_python_and_the_command_line_draft_the_same_next_cycle(tmp_path: Path) -> None:
    """All but the names of files and the day of the clock."""
    texts = {"id": "7", "height": "128 cm", "weight": "26 kg", "age": "8 years", "measured_on": "2026-11-29"}
    order = cec.draft_order(
        cec.load_regimen("cec-induction"), cec.load_patient(texts=texts), start=datetime.date(2026, 11, 30), cycle=1
    )
    path = tmp_path / "order.json"
    path.write_bytes(cec.render(order, "json"))
    new = ("--weight", "27 kg", "--height", "129 cm", "--measured-on", "2027-01-03")
    done = command("next", str(path), "--start", "2027-01-04", *new, "-o", str(tmp_path / "c2.json"))
    assert done.code == 0, done.err
    typed = cec.load_order(tmp_path / "c2.json")
    again = {"weight": "27 kg", "height": "129 cm", "measured_on": "2027-01-03"}
    called = cec.next_cycle(order, start=datetime.date(2027, 1, 4), texts=again)
    assert (called.patient, called.doses, called.administrations, called.cycle) == (
        typed.patient,
        typed.doses,
        typed.administrations,
        typed.cycle,
    )


NOON = datetime.datetime(2026, 11, 30, 12)  # noqa: DTZ001  a program's own, without a zone
MONDAY = datetime.date(2026, 11, 30)
untyped: Any = cec
FRAME = {"height_cm": [128], "weight_kg": [26], "sex": ["f"]}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: untyped.load_patient(texts={"height": 128, "weight": "26 kg"}), "height: 128 is not a text"),
        (
            lambda: untyped.load_patient(texts={"history": {"prior_hsct": True}}),
            "history: prior_hsct: True is not a text",
        ),
        (lambda: untyped.load_patient(texts=["128 cm"]), "texts: a list is not a mapping of texts"),
        (lambda: drafted(regimen="cec-induction"), r"regimen: a str is not a Regimen; load_regimen\(\) gives one"),
        (lambda: drafted(patient={"height": "128 cm"}), "patient: a dict is not a Patient"),
        (lambda: drafted(pharmacy="pharmacy.yaml"), "pharmacy: a str is not a Pharmacy"),
        (lambda: drafted(start="2026-11-30"), "start: '2026-11-30' is not a day"),
        (lambda: drafted(start=NOON), "start: datetime.datetime.* is not a day; write datetime.date"),
        (lambda: drafted(cycle="1"), "cycle: '1' is not an int from 1 on"),
        (lambda: drafted(cycle=0), "cycle: 0 is not an int from 1 on"),
        (lambda: drafted(cycle=True), "cycle: True is not an int from 1 on"),
        (
            lambda: untyped.verify(drafted(), {"clofarabine": "38.4 mg"}, tolerance=0.03),
            "tolerance: 0.03 is not a text",
        ),
        (lambda: untyped.change(drafted(), on=NOON, reason="fever"), "on: datetime.datetime.* is not a day"),
        (lambda: cec.change(drafted(), on=MONDAY, reason="a\x00b", from_day=3), "reason: has a character"),
        (
            lambda: cec.change(drafted(), on=MONDAY, reason="far", from_day=10**9),
            "from_day: no cycle has a day 1000000",
        ),
        (lambda: cec.change(drafted(), on=MONDAY, reason="far", skip={-400: "drop"}), "skip: no cycle has a day -400"),
        (lambda: cec.change(drafted(), on=MONDAY, reason="far", start=datetime.date.max), "start: 9999-12-31 is not"),
        (lambda: cec.change(drafted(), on=MONDAY, reason="far", move_day={3: datetime.date.min}), "move_day 3: 0001-"),
        (
            lambda: cec.change(drafted(), on=datetime.date.max, reason="far", from_day=3),
            "on: 9999-12-31 is not between",
        ),
        (lambda: cec.next_cycle(drafted(), start=datetime.date.max), "start: 9999-12-31 is not between the years"),
        (lambda: untyped.next_cycle(drafted(), start="2027-01-04"), "start: '2027-01-04' is not a day"),
        (lambda: untyped.worklist("2026-11-30", ["."]), "day: '2026-11-30' is not a day"),
        (lambda: untyped.dose_table(pl.DataFrame(FRAME), start=NOON), "start: datetime.datetime.* is not a day"),
        (lambda: untyped.dose_table(pl.DataFrame(FRAME), cycle=0), "cycle: 0 is not an int from 1 on"),
        (lambda: untyped.dose_table(pl.DataFrame(FRAME), None), "name a regimen; None is not one"),
        (lambda: untyped.dose_table(pl.DataFrame(FRAME), columns=["a"]), "columns is not a mapping; write columns="),
        (lambda: untyped.dose_table(pl.DataFrame(FRAME), ignore=None), "ignore is not a list"),
        (lambda: untyped.dose_table(pl.DataFrame(FRAME), values={"sex": "f"}), "values is not a mapping of mappings"),
        (lambda: untyped.dose_table(pl.DataFrame(FRAME), values={"sex": {1: "male"}}), "values has 1, .* write '1'"),
    ],
)
def test_another_type_than_is_wanted_is_refused_by_its_name(wrong: Callable[[], Any], words: str) -> None:
    """A datetime is a date for Python, and its day depends on a zone; a number has no unit; cycle 0 is none."""
    with pytest.raises(cec.CecError, match=words):
        wrong()


def drafted(**given: Any) -> Any:
    regimen = given.pop("regimen", None) or cec.load_regimen("cec-induction")
    patient = given.pop("patient", None) or cec.load_patient(texts={"height": "128 cm", "weight": "26 kg"})
    return cec.draft_order(regimen, patient, **given)

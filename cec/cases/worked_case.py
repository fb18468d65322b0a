"""A worked case: what is given, the working on paper, and what must come out; and how a file of them is read."""

import datetime
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec.structs import replace

from cec.errors import CecError, FileError
from cec.facts.reading import read_boolean, read_count, read_date, read_text
from cec.keys import key, reads
from cec.load.nodes import Node
from cec.load.patient_file import PATIENT
from cec.load.pharmacy_file import PHARMACY
from cec.load.shapes import Reading, Shape, list_of, text
from cec.load.shapes.file_records import Record, file_of
from cec.load.shapes.mappings import mapping_of
from cec.load.yaml_nodes import read_file
from cec.units import AREA, Amount, read_number, read_quantity

ENDING = ".cases.yaml"
"""How the name of a file of worked cases ends; it begins as that of the regimen beside which it lies."""

OMITTED = "omitted"
"""What stands for the dose of a drug of which nothing is given."""

_DATE = text(read_date, {"type": "string", "format": "date"})
DATES = {"start": "--start", "day_0": "--day-0", "day_1": "--day-1", "first_day": "--first-day"}
"""The days of a cycle whose date may be given, with their options."""

ARGUMENTS: dict[str, Shape] = {
    **dict.fromkeys(DATES, _DATE),
    "cycle": text(read_count, {"type": "integer", "minimum": 1}),
    "days": text(read_count, {"type": "integer", "minimum": 1}),
    "accept": mapping_of(text(read_text)),
    "strict": text(read_boolean, {"type": "boolean"}),
}
"""What is given beside patient and pharmacy: dates, and arguments of `draft_order` by their names."""

AmountOrOmitted = Annotated[Amount, reads("amount or omitted")]


class WorkedCase(msgspec.Struct, frozen=True, omit_defaults=True):
    """One patient, worked by hand from the protocol, and what must come out."""

    case: Annotated[str, key("whom or what it is about, in a few words")]
    given: Annotated[
        Node,
        key(
            "the keys of a patient file; start (or day_0, day_1, first_day), cycle, days, accept (alert: reason), "
            "strict, and pharmacy (its keys)",
            reads="given",
        ),
    ]
    working: Annotated[str, key("the calculation by hand, from the numbers of the protocol", reads="working")]
    refused: Annotated[str, key("words of the refusal, where no dose may come of it")] = ""
    bsa: Annotated[Decimal | None, key("body surface area, m2", reads="area")] = None
    clearance: Annotated[Decimal | None, key("creatinine clearance as it is used", reads="number")] = None
    doses: Annotated[
        dict[str, AmountOrOmitted],
        key("every drug with the amount of one administration, e.g. {etoposide: 96 mg}; 'etoposide on days 3-5' too"),
    ] = {}
    unreduced: Annotated[dict[str, AmountOrOmitted], key("amounts before a declared reduction, by drug")] = {}
    cycle_totals: Annotated[
        dict[str, AmountOrOmitted], key("amounts of the whole cycle, by drug", name="cycle totals")
    ] = {}
    rows: Annotated[
        tuple[str, ...], key("rows of the schedule, e.g. 2026-11-30 09:00-11:00 clofarabine 38.4 mg, in their order")
    ] = ()
    number_of_rows: Annotated[int | None, key("how many administrations the cycle has", name="number of rows")] = None
    next_cycle: Annotated[
        datetime.date | None, key("the earliest day 1 of the next cycle", name="next cycle", reads="date")
    ] = None
    alerts: Annotated[
        tuple[str, ...] | None, key("the code of every alert, [] where there are none", reads="codes")
    ] = None
    says: Annotated[tuple[str, ...], key("words that stand in the alerts")] = ()
    steps: Annotated[tuple[str, ...], key("words that stand in the steps of a dose")] = ()
    not_checked: Annotated[
        tuple[str, ...] | None, key("what could not be checked, [] where nothing", name="not checked", reads="codes")
    ] = None
    accepted: Annotated[dict[str, str], key("the reason of every alert that was accepted, by its code")] = {}


NOT_EXPECTED = frozenset({"case", "given", "working", "refused"})
"""The fields of a case of which nothing comes out in an order."""


class CasesFile(NamedTuple):
    """The worked cases of a regimen: the file's name and SHA-256, each case with its line."""

    name: str
    sha256: str
    cases: tuple[tuple[int, WorkedCase], ...]


def cases_path(regimen: str | Path) -> Path:
    """Where the worked cases of a regimen's file lie.

    >>> cases_path("ward/ac.yaml").name
    'ac.cases.yaml'
    """
    return Path(regimen).with_suffix(ENDING)


def load_cases(path: str | Path) -> CasesFile:
    """Every worked case of a file; FileError with every fault."""
    source = read_file(path)
    cases = read_cases(source.root, source.name)
    lines = [node.line for node in source.root.items or ()]
    return CasesFile(source.name, source.sha256, tuple(zip(lines, cases, strict=True)))


def read_cases(root: Node, name: str = "") -> tuple[WorkedCase, ...]:
    """The cases of a list; FileError with every fault."""
    reading = Reading(name)
    cases = CASES.read(root, "case", reading)
    if not reading.faults:
        names = Counter(case.case for case in cases)
        twice = [case for case, times in names.items() if times > 1]
        for case in twice:
            reading.fault(root, "", f"case '{case}' stands twice; give each a name of its own")
        if not cases:
            reading.fault(root, "", "is empty; write a case, or remove the file")
    if reading.faults:
        raise FileError(*sorted(reading.faults, key=lambda fault: (fault.line, fault.column)))
    return tuple(cases)


class Given(NamedTuple):
    """What is given of a case, read."""

    patient: Any
    pharmacy: Any
    arguments: dict[str, Any]


def read_given(node: Node, name: str = "") -> Given:
    """Patient, pharmacy and arguments of a case; FileError with every fault."""
    reading = Reading(name)
    entries = node.entries or ()
    about = {key.text or "": value for key, value in entries if key.text in ARGUMENTS}
    of_patient = tuple((key, value) for key, value in entries if key.text not in (*ARGUMENTS, "pharmacy"))
    patient = PATIENT.read(replace(node, entries=of_patient), "given", reading)
    pharmacy = next((value for key, value in entries if key.text == "pharmacy"), Node(entries=()))
    read = Given(
        patient,
        PHARMACY.read(pharmacy, "given: pharmacy", reading),
        {name: ARGUMENTS[name].read(value, f"given: {name}", reading) for name, value in about.items()},
    )
    if reading.faults:
        raise FileError(*reading.faults)
    return read


def _case(values: dict[str, Any]) -> WorkedCase:
    """A case that says what comes out: a refusal, or an order with its alerts."""
    case = WorkedCase(**values)
    expected = [name for name in values if name not in NOT_EXPECTED]
    if case.refused and expected:
        raise CecError(f"refused stands beside {', '.join(expected)}; what is refused has neither doses nor alerts")
    if not case.refused and case.alerts is None:
        raise CecError("'alerts' is missing: the code of every alert, [] where there are none")
    return case


def _keep(node: Node, where: str, reading: Reading) -> Any:
    """The node itself: it is read when the case is run, for what cannot be read may be what is refused."""
    if node.entries is None:
        return reading.fault(node, where, f"is {node.form}; keys with values are wanted")
    return node


def _or_omitted(amount: Shape) -> Shape:
    """An amount, or None where nothing is given."""

    def read(node: Node, where: str, reading: Reading) -> Any:
        return None if node.text == OMITTED else amount.read(node, where, reading)

    return Shape(read, {"type": "string", "examples": ["96 mg", OMITTED]})


def _given_schema() -> dict[str, Any]:
    others = {**{name: shape.schema for name, shape in ARGUMENTS.items()}, "pharmacy": PHARMACY.schema}
    return {**PATIENT.schema, "properties": PATIENT.schema["properties"] | others}


CASES = list_of(
    file_of(
        WorkedCase,
        {WorkedCase: Record(_case, "case")},
        {
            "given": Shape(_keep, _given_schema()),
            "working": text(str.strip),
            "area": text(lambda value: read_quantity(value, AREA, bare="m2").value, {"type": ["string", "number"]}),
            "number": text(lambda value: read_number(value, "105.728"), {"type": "number"}),
            "amount or omitted": _or_omitted,
            "date": _DATE,
            "codes": list_of(text(read_text)),
        },
    )
)
"""A file of worked cases."""

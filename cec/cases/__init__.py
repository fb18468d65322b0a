"""Worked cases of regimens, run: what people worked by hand from a protocol, beside what this program computes.

They lie beside the regimen's file as NAME.cases.yaml. Run on the machine that doses, with its libraries and its copy of
the regimen, they are how a hospital validates both.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cec.calculate import draft_order
from cec.calculate.lines import day_1
from cec.cases.expectations import compare
from cec.cases.outcome import CaseOutcome, Compared, RegimenOutcome
from cec.cases.worked_case import DATES, NOT_EXPECTED, CasesFile, Given, WorkedCase, cases_path, load_cases, read_given
from cec.errors import CecError, Fault, FileError, InputError
from cec.load.shapes.mappings import stated_of
from cec.order import Order
from cec.regimen import Regimen


def run_cases(regimen: Regimen, path: str | Path) -> RegimenOutcome:
    """What comes of every worked case beside a regimen's file; FileError where there are none, or cannot be read."""
    file = cases_path(path)
    if not file.is_file():
        raise FileError(Fault(f"has no worked cases; write some from the protocol, in {file}", "", str(path)))
    return run_file(regimen, path, load_cases(file))


def run_file(regimen: Regimen, path: str | Path, file: CasesFile) -> RegimenOutcome:
    """What comes of every case of a file."""
    cases = tuple(run_case(case, regimen, file.name, line) for line, case in file.cases)
    return RegimenOutcome(
        name=regimen.name,
        title=regimen.title,
        edition=regimen.edition,
        source=regimen.source.words,
        file=str(path),
        sha256=regimen.sha256,
        cases_file=file.name,
        cases_sha256=file.sha256,
        agrees=all(case.agrees for case in cases),
        cases=cases,
    )


def run_case(case: WorkedCase, regimen: Regimen, file: str = "", line: int = 0) -> CaseOutcome:
    """What comes of one case, drafted by the calculation that drafts every order."""
    compared = tuple(_compared(case, regimen, file))
    agrees = all(each.agrees for each in compared)
    return CaseOutcome(case.case, line, case.given.plain, case.working, agrees, compared)


def _compared(case: WorkedCase, regimen: Regimen, file: str) -> Iterator[Compared]:
    """What is expected of one case, a refusal or an order, beside what came out."""
    try:
        given = read_given(case.given, file)
        order = _order(regimen, given)
    except CecError as error:
        reasons = " ".join("; ".join(map(str, error.faults)).split())
        if case.refused:
            yield Compared("refusal", case.refused, reasons, case.refused in reasons)
        else:
            yield Compared("order", "an order", f"refused: {reasons}", agrees=False)
        return
    if case.refused:
        doses = ", ".join(f"{dose.drug} {dose.ordered}" for dose in order.doses)
        yield Compared("refusal", case.refused, f"an order: {doses}", agrees=False)
        return
    expected = {field: value for field, value in stated_of(case).items() if field not in NOT_EXPECTED}
    yield from compare(order, expected)


def _order(regimen: Regimen, given: Given) -> Order:
    """The order of what is given, from whichever day of the cycle has its date."""
    arguments = {name: value for name, value in given.arguments.items() if name not in DATES}
    dates = {DATES[name]: value for name, value in given.arguments.items() if name in DATES}
    if len(dates) > 1:
        raise InputError(f"{' and '.join(dates)} say the same; give one of them")
    start = day_1(regimen, arguments.get("cycle"), dates)
    return draft_order(regimen, given.patient, given.pharmacy, start=start, **arguments)


def differences(outcome: RegimenOutcome) -> Iterator[Fault]:
    """Everything that came out otherwise than it was worked, each with the place of its case."""
    for case in outcome.differing:
        for each in case.compared:
            if not each.agrees:
                text = f"{each.what}: {each.expected} expected, {each.computed} computed"
                yield Fault(text, f"case '{case.case}'", outcome.cases_file, case.line, 1)

"""The validation report as PDF: every worked case with its working and results, and fields to sign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cec.cases.outcome import counted
from cec.days import paper_date
from cec.rendering.pdf.typesetting import pictures, typeset
from cec.rendering.words.validation import given_words, installation_words

if TYPE_CHECKING:
    from cec.cases.outcome import CaseOutcome, RegimenOutcome, Validation

SIGN = ("Run by", "Cases held against the protocol by", "Accepted for use by")
"""Who signs the report."""
_TEMPLATE = "validation"
_APART = re.compile(r"(?<![.;:,]) {2,}")
"""What keeps two sums in one line of a working apart."""


def render(report: Validation, *, paper: str = "a4") -> bytes:
    """The report as a tagged PDF on a4 or letter; the same report gives the same bytes."""
    return typeset(_TEMPLATE, report_data(report), paper)


def render_pictures(report: Validation, *, paper: str = "a4", ppi: int = 144) -> list[bytes]:
    """Each page of the same report as a PNG."""
    return pictures(_TEMPLATE, report_data(report), paper, ppi)


def report_data(report: Validation) -> dict[str, Any]:
    """All that stands on the report, in its words."""
    names = ", ".join(each.name for each in report.regimens)
    return {
        "title": f"Validation report: {names}",
        "installation": [*map(list, installation_words(report.installation)), ["Run on", paper_date(report.on)]],
        "counted": counted(report.regimens),
        "agrees": report.agrees,
        "regimens": [_regimen(each) for each in report.regimens],
        "signatures": list(SIGN),
        "foot": f"cec {report.installation.cec}; run on {paper_date(report.on)}",
    }


def _regimen(outcome: RegimenOutcome) -> dict[str, Any]:
    return {
        "name": f"{outcome.name}: {outcome.title}, edition {outcome.edition}",
        "facts": [
            ["Source", outcome.source],
            ["Regimen", f"{outcome.file}, SHA-256 {outcome.sha256}"],
            ["Cases", f"{outcome.cases_file}, SHA-256 {outcome.cases_sha256}"],
            ["Result", counted((outcome,))],
        ],
        "cases": [_case(number, case) for number, case in enumerate(outcome.cases, 1)],
    }


def _case(number: int, case: CaseOutcome) -> dict[str, Any]:
    return {
        "name": f"{number}. {case.case}",
        "agrees": case.agrees,
        "given": given_words(case.given),
        "working": [_APART.sub("; ", line.strip()) for line in case.working.splitlines()],
        "rows": [[each.what, each.expected, each.computed, each.agrees] for each in case.compared],
    }

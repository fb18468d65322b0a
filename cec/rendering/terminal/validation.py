"""Worked cases that were run, and the installation that ran them, on the terminal."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from cec.cases.outcome import counted
from cec.days import paper_date
from cec.rendering.terminal import draw
from cec.rendering.terminal.drawing import BLANK_LINE, PIPE, STRONG, Part, Terminal, labelled, section, wrap, wrap_each
from cec.rendering.words.validation import compared_words, given_words, installation_words

if TYPE_CHECKING:
    from cec.cases.outcome import CaseOutcome, Examination, RegimenOutcome, Validation


def render(report: Validation, *, terminal: Terminal = PIPE, explain: bool = False) -> bytes:
    """What came of every case; with the working and every result where they are to be explained."""
    return draw(
        [
            *wrap("Validation report: worked cases, run on this installation", terminal, style=STRONG),
            BLANK_LINE,
            *labelled(installation_words(report.installation), terminal),
            *labelled([("Run on", paper_date(report.on))], terminal),
            *chain.from_iterable(_regimen(each, terminal, explain=explain) for each in report.regimens),
            BLANK_LINE,
            *wrap(counted(report.regimens), terminal, style=STRONG),
        ],
        terminal,
    )


def _regimen(outcome: RegimenOutcome, terminal: Terminal, *, explain: bool) -> list[Part]:
    return [
        BLANK_LINE,
        *wrap(f"{outcome.name}: {outcome.title}, edition {outcome.edition}", terminal, style=STRONG),
        *labelled(
            [
                ("Source", outcome.source),
                ("File", f"{outcome.file}, SHA-256 {outcome.sha256}"),
                ("Cases", f"{outcome.cases_file}, SHA-256 {outcome.cases_sha256}"),
            ],
            terminal,
            "  ",
        ),
        *chain.from_iterable(_case(case, terminal, explain=explain) for case in outcome.cases),
        *wrap(counted((outcome,)), terminal, "  ", "  "),
    ]


def _case(case: CaseOutcome, terminal: Terminal, *, explain: bool) -> list[Part]:
    """A case with what differs, or, explained, with all of it."""
    style = "" if case.agrees else "bold red"
    shown = case.compared if explain else [each for each in case.compared if not each.agrees]
    parts = wrap(f"{'agrees' if case.agrees else 'DIFFERS'}  {case.case}", terminal, "  ", " " * 11, style)
    if explain or not case.agrees:
        parts += labelled([("given", given_words(case.given)), ("working", case.working)], terminal, " " * 11)
    for each in shown:
        parts += wrap(compared_words(each), terminal, " " * 11, " " * 13, "" if each.agrees else STRONG)
    return parts


def examination(found: Examination, *, terminal: Terminal = PIPE) -> bytes:
    """Versions, places, and what came of the worked cases; of those that differ every result that does."""
    first, *others = found.places
    differing = (
        f"{regimen.name}: {case.case}: {compared_words(each)}"
        for regimen in found.regimens
        for case in regimen.differing
        for each in case.compared
        if not each.agrees
    )
    return draw(
        [
            *labelled(
                [
                    *installation_words(found.installation),
                    ("Regimens", first),
                    *(("", place) for place in others),
                    ("Pharmacy", found.pharmacy),
                ],
                terminal,
            ),
            *section("Faults", wrap_each(found.faults, terminal)),
            *section("Differs", wrap_each(differing, terminal)),
            BLANK_LINE,
            *wrap_each((f"{each.name}: {counted((each,))}" for each in found.regimens), terminal, "", ""),
            *wrap(counted(found.regimens), terminal, style=STRONG),
        ],
        terminal,
    )

"""A regimen on one screen, as the protocol reads, and the list of regimens."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from cec.regimen import any_words
from cec.rendering.terminal import draw
from cec.rendering.terminal.drawing import (
    BLANK_LINE,
    LEVELS,
    PIPE,
    STRONG,
    Part,
    TableColumn,
    Terminal,
    cards,
    first_that_fits,
    labelled,
    section,
    table,
    wrap,
    wrap_each,
)
from cec.rendering.words.regimen import (
    days_of_regimen,
    doses_of_title,
    line_times,
    phase_words,
    protocol_dose,
    standing,
    title_with_doses,
    treatment_words,
    where_entry_holds,
)
from cec.rendering.words.times import not_before
from cec.treatment import Treatment
from cec.units import write_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cec.regimen import Check, DrugLine, Regimen
    from cec.rendering.regimens import ListedRegimen, ListedRegimens

_COLUMNS = (
    TableColumn("Drug"),
    TableColumn("Dose", right=True, style=STRONG),
    TableColumn("Route"),
    TableColumn("Over"),
    TableColumn("When"),
)
EXAMPLE = "shipped example"
AS_EXAMPLES_STAND = "example; not reviewed"
"""How nearly all of them stand: their heading says it."""


def render(shown: Regimen | Treatment, *, terminal: Terminal, explain: bool = False) -> bytes:
    """A regimen as its file says it: doses, days, times, assumptions, checks, what to prescribe separately.

    Checks with their texts and sources where they are to be explained, else when each of them speaks. Of a treatment
    its phases, and then the regimen of each.
    """
    if isinstance(shown, Treatment):
        return _render_treatment(shown, terminal, explain=explain)
    return draw(_regimen(shown, terminal, explain=explain), terminal)


def _render_treatment(treatment: Treatment, terminal: Terminal, *, explain: bool) -> bytes:
    """The phases of a treatment, and then the regimen of each."""
    phases = zip(treatment.phases, treatment.regimens, strict=True)
    return draw(
        [
            *wrap(treatment.title, terminal, style=STRONG),
            BLANK_LINE,
            *labelled(
                [
                    ("Treatment", f"{treatment.name}, edition {treatment.edition}, {treatment.count} cycles"),
                    ("For", treatment.indication),
                    ("Source", treatment.source.words),
                    *((f"Phase {number}", phase_words(*each)) for number, each in enumerate(phases, 1)),
                ],
                terminal,
            ),
            *chain.from_iterable(
                [BLANK_LINE, *_regimen(regimen, terminal, explain=explain)] for regimen in treatment.regimens
            ),
        ],
        terminal,
    )


def _regimen(regimen: Regimen, terminal: Terminal, *, explain: bool) -> list[Part]:
    checks = (
        chain.from_iterable(_check(check, terminal) for check in regimen.checks)
        if explain
        else _checks(regimen, terminal)
    )
    return [
        *wrap(title_with_doses(regimen), terminal, style=STRONG),
        BLANK_LINE,
        *labelled(
            [
                ("Regimen", f"{regimen.name}, edition {regimen.edition}, {days_of_regimen(regimen)}"),
                ("For", regimen.indication),
                ("Source", regimen.source.words),
                ("Next cycle", _next_cycle(regimen)),
                ("Standing", standing(regimen)),
            ],
            terminal,
        ),
        BLANK_LINE,
        *_lines(regimen.drugs, terminal),
        *_notes(regimen.drugs, terminal),
        *section("Assumed, because the source does not say", _assumed(regimen, terminal)),
        *section("Checks" if explain else "Checks (in full with --explain)", list(checks)),
        *section("Prescribe separately", wrap("; ".join(regimen.prescribe_separately), terminal, "  ", "  ")),
        BLANK_LINE,
        *wrap(f"File SHA-256 {regimen.sha256}", terminal),
    ]


def _next_cycle(regimen: Regimen) -> str:
    following = regimen.next_cycle
    if following is None:
        return ""
    return not_before(following.earliest_day, following.text, following.source)


def _lines(drugs: Sequence[DrugLine], terminal: Terminal) -> list[Part]:
    """The drug lines in their sequence."""
    rows = [(line.drug, protocol_dose(line), line.route, line.runs, line_times(line)) for line in drugs]
    stacked = [
        (f"{drug}\n  {', '.join(filter(None, (route, over)))}\n  {when}", dose)
        for drug, dose, route, over, when in rows
    ]
    return first_that_fits(
        (lambda: table(_COLUMNS, rows), lambda: table(_COLUMNS[:2], stacked, ruled=True)),
        lambda: cards(_COLUMNS, rows, terminal),
        terminal,
    )


def _notes(drugs: Sequence[DrugLine], terminal: Terminal) -> list[Part]:
    notes = [
        (
            line.drug,
            "; ".join(
                filter(
                    None,
                    (
                        line.purpose,
                        f"only for {any_words(line.only)}" if line.only else "",
                        _bands(line),
                        line.note,
                        f"label: {line.label}" if line.label else "",
                        f"in {line.diluent}" if line.diluent else "",
                        f"no more than {line.lifetime_maximum} in a lifetime" if line.lifetime_maximum else "",
                        f"source: {line.source}" if line.source else "",
                    ),
                )
            ),
        )
        for line in drugs
    ]
    lines = wrap_each((f"{drug}: {note}" for drug, note in notes if note), terminal, "", "  ")
    return [BLANK_LINE, *lines] if lines else []


def _bands(line: DrugLine) -> str:
    """Every dose band with its bounds; nothing where there is one dose."""
    entries = line.entries if len(line.entries) > 1 else ()
    return "; ".join(f"{entry.words} {where_entry_holds(entry)}" for entry in entries)


def _assumed(regimen: Regimen, terminal: Terminal) -> list[Part]:
    entries = [
        *regimen.assumed.items(),
        *((f"{line.drug}, {what}", why) for line in regimen.drugs for what, why in line.assumed.items()),
    ]
    return wrap_each((f"{what}: {why}" for what, why in entries), terminal)


def _checks(regimen: Regimen, terminal: Terminal) -> list[Part]:
    """When each check speaks, by level."""
    parts: list[Part] = []
    for level, style in LEVELS.items():
        codes = [f"{check.code} ({_when(check)})" for check in regimen.checks if check.level == level]
        if codes:
            parts += wrap(f"{level.upper()} {'; '.join(codes)}", terminal, "  ", "    ", style)
    return parts


def _when(check: Check) -> str:
    return any_words(check.any_of)


def _check(check: Check, terminal: Terminal) -> list[Part]:
    name = ", ".join(filter(None, (f"{check.level.upper()} {check.code}", check.about)))
    source = f" [{check.source}]" if check.source else ""
    offers = "".join(f"; offers {drug} by {write_number(percent)}%" for drug, percent in check.offers.items())
    return wrap(f"{name}: {_when(check)}: {check.text}{offers}{source}", terminal, "  ", "    ", LEVELS[check.level])


def listed(document: ListedRegimens, *, terminal: Terminal = PIPE) -> bytes:
    """Each regimen with its doses and days, where it is from and how it stands; examples apart."""
    own = [each for each in document.regimens if each.place != EXAMPLE]
    examples = [each for each in document.regimens if each.place == EXAMPLE]
    return draw(
        [
            *chain.from_iterable(_entry(each, terminal) for each in own),
            *section(
                "Examples, transcribed from publications, not reviewed",
                list(chain.from_iterable(_entry(each, terminal) for each in examples)),
            ),
        ],
        terminal,
    )


def _entry(each: ListedRegimen, terminal: Terminal) -> list[Part]:
    if each.regimen:
        title, gives = f"{each.regimen.title}, {days_of_regimen(each.regimen)}", doses_of_title(each.regimen.drugs)
        stands = standing(each.regimen)
    elif each.treatment:
        title, _, gives = treatment_words(each.treatment).partition(": ")
        stands = "a treatment of phases"
    else:
        return [
            *wrap(each.name, terminal, style=STRONG),
            *wrap(f"{each.place}: {each.unreachable}", terminal, "  ", "  "),
        ]
    if each.place == EXAMPLE:
        places = [] if stands == AS_EXAMPLES_STAND else [stands]
    else:
        places = [f"shipped; {stands}"] if each.place == "shipped" else [f"{each.place}, {each.path}", stands]
    return [
        *wrap(f"{each.name}: {title}", terminal, style=STRONG),
        *wrap_each((gives, *places, each.unreachable), terminal, "  ", "  "),
    ]

"""The top and the foot of every order on the terminal: what regimen, for whom, from which measures; what to mind."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cec.order import Alert, Order
from cec.rendering.days import count_of_days, day_numbers
from cec.rendering.terminal.drawing import (
    BLANK_LINE,
    LEVELS,
    STRONG,
    WIDEST_TEXT,
    Part,
    Terminal,
    labelled,
    section,
    wrap,
    wrap_each,
)
from cec.rendering.words import assumptions, changes, origin, validity, void_words
from cec.rendering.words.alerts import alert_words, by_severity, in_one_line
from cec.rendering.words.patient import identity, known_facts, measure_facts, place_of_care
from cec.rendering.words.regimen import cycle_words, title_of
from cec.rendering.words.revision import changes_of, revision_line
from cec.rendering.words.times import named_days, weekday_date

if TYPE_CHECKING:
    from cec.course.void import Void


def head(order: Order, terminal: Terminal, *, explain: bool = False, void: Void | None = None) -> list[Part]:
    """That it must not be used, where that is so; title with doses, source, patient, measures, BSA."""
    regimen, patient = order.regimen, order.patient
    cycle = f"{cycle_words(order) if order.of_treatment else order.cycle}, " if order.cycle else ""
    entries = [
        ("Regimen", f"{regimen.name}, edition {regimen.edition}, {count_of_days(order)}"),
        ("For", regimen.indication),
        ("Source", regimen.source.words),
        ("Patient", identity(patient, order.age, order.as_of)),
        ("In care", place_of_care(patient)),
        ("Diagnosis", patient.diagnosis),
        ("Allergies", patient.allergies),
        *measure_facts(order),
        *known_facts(order.patient_on(1), order.start),
        *changes_of(order),
        ("Cycle", f"{cycle}{dates(order)}" if order.start else cycle.rstrip(", ")),
    ]
    return [
        *wrap(void_words(order, void), terminal, style=LEVELS["stop"]),
        *wrap(revision_line(order), terminal, style=STRONG),
        *wrap(title_of(order), terminal, style=STRONG),
        BLANK_LINE,
        *labelled(_brief(entries, terminal) if terminal.brief and not explain else entries, terminal),
        BLANK_LINE,
    ]


def dates(order: Order) -> str:
    """First and last day of the cycle; where a day 0 has a name, also that and day 1."""
    if order.start is None:
        return ""
    if order.regimen.calendar.has_day_0:
        return named_days(order)
    days = day_numbers(order)
    first, last = (weekday_date(order.date_of(day) or order.start) for day in (days[0], days[-1]))
    return first if first == last else f"{first} to {last}"


def to_look_at(order: Order, terminal: Terminal, *, explain: bool = False) -> list[Part]:
    """Reductions, alerts, the severest first, and which input replaced which; with `explain` every check not made."""
    return [
        *section("Changed by a person", wrap_each(changes(order), terminal)),
        *look_at(by_severity(order.alerts), terminal, explain=explain),
        *section("What replaced what", wrap_each(order.overrides, terminal)),
    ]


def look_at(alerts: Iterable[Alert], terminal: Terminal, *, explain: bool = False) -> list[Part]:
    """What a person must look at, under its heading."""
    return section("Look at", list(chain.from_iterable(alert(each, terminal, explain=explain) for each in alerts)))


def foot(order: Order, terminal: Terminal, *, explain: bool = False, void: Void | None = None) -> list[Part]:
    """Assumptions, what else to prescribe, and the fingerprint of the input."""
    assumed = [f"{about}: {why}" for about, why in assumptions(order)]
    separately = order.regimen.prescribe_separately
    identified = [*wrap(validity(order, void), terminal, style=STRONG), *wrap(origin(order), terminal)]
    if terminal.brief and not explain:
        brief = {"Assumed": assumed, _SEPARATELY: separately}
        texts = (_in_one_line(title, items, terminal) for title, items in brief.items() if items)
        brief_lines = wrap_each(texts, terminal, "", "")
        return [*([BLANK_LINE, *brief_lines] if brief_lines else []), BLANK_LINE, *identified]
    return [
        *section(_ASSUMED, wrap_each(assumed, terminal)),
        *section(_SEPARATELY, wrap("; ".join(separately), terminal, "  ", "  ")),
        BLANK_LINE,
        *identified,
    ]


_ASSUMED, _SEPARATELY = "Assumed, because the source does not say", "Prescribe separately"
_EXPLAIN = "; --explain tells"


def _in_one_line(title: str, items: Sequence[str], terminal: Terminal) -> str:
    """A title with as many items as one line has room for, and how many more there are."""
    room = min(terminal.width, WIDEST_TEXT)
    for count in range(len(items), 0, -1):
        more = f" and {len(items) - count} more{_EXPLAIN}" if count < len(items) else ""
        text = f"{title}: {'; '.join(items[:count])}{more}"
        if len(text) <= room:
            return text
    return f"{title}: {len(items)} point{'' if len(items) == 1 else 's'}{_EXPLAIN}"


def _brief(entries: Iterable[tuple[str, str]], terminal: Terminal) -> Iterator[tuple[str, str]]:
    """The entries, of the source as many words as one line has room for."""
    filled = [(label, text) for label, text in entries if text]
    room = min(terminal.width, WIDEST_TEXT) - max(len(label) for label, _ in filled) - 2
    for label, text in filled:
        is_long = label == "Source" and len(text) > room
        yield label, textwrap.shorten(text, room, placeholder=f" …{_EXPLAIN}") if is_long else text


def alert(each: Alert, terminal: Terminal, *, explain: bool = False, where: str = "--explain tells") -> list[Part]:
    """What a person must look at, with its level, code and source, and the reason where it was accepted.

    Checks that were not made are one line, which says `where` they are told; with `explain` a line for each reason.
    """
    room = min(terminal.width, WIDEST_TEXT) - len("  " + alert_words(replace(each, text="", accepted="")))
    lines = wrap(
        alert_words(in_one_line(each, room, "" if explain else where)), terminal, "  ", "    ", LEVELS[each.level]
    )
    reasons = (f"{gap.why}: {', '.join(gap.checks)}" for gap in each.not_made if explain)
    return [*lines, *wrap_each(reasons, terminal, "    ", "      ")]

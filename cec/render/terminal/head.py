"""The top and the foot of every order on the terminal: what regimen, for whom, from which measures; what to mind."""

from __future__ import annotations

from itertools import chain

from msgspec.structs import replace

from cec.order import Alert, Order
from cec.render.terminal.drawing import BLANK_LINE, LEVELS, STRONG, WIDEST_TEXT, Part, Terminal, labelled, section, wrap
from cec.render.words import DRAFT, assumptions, changes, origin
from cec.render.words.alerts import alert_words, by_severity, in_one_line
from cec.render.words.patient import identity, known_facts, measure_facts, place_of_care
from cec.render.words.regimen import cycle_words, days_of_order, named_days, title_of
from cec.render.words.times import weekday_date


def head(order: Order, terminal: Terminal) -> list[Part]:
    """Title with doses, source, patient, measures, BSA."""
    regimen, patient = order.regimen, order.patient
    cycle = f"{cycle_words(order) if order.of_treatment else order.cycle}, " if order.cycle else ""
    return [
        *wrap(title_of(order), terminal, style=STRONG),
        BLANK_LINE,
        *labelled(
            [
                ("Regimen", f"{regimen.name}, edition {regimen.edition}, {days_of_order(order)}"),
                ("For", regimen.indication),
                ("Source", ", ".join(filter(None, (regimen.source.citation, regimen.source.url)))),
                ("Patient", identity(patient, order.age, order.as_of)),
                ("In care", place_of_care(patient)),
                ("Diagnosis", patient.diagnosis),
                ("Allergies", patient.allergies),
                *measure_facts(order),
                *known_facts(patient, order.start),
                ("Cycle", f"{cycle}{dates(order)}" if order.start else cycle.rstrip(", ")),
            ],
            terminal,
        ),
        BLANK_LINE,
    ]


def dates(order: Order) -> str:
    """First and last day of the cycle; where a day 0 has a name, also that and day 1."""
    if order.start is None:
        return ""
    if order.regimen.calendar.has_day_0:
        return named_days(order)
    days = [day for dose in order.doses for day in dose.days]
    first, last = (weekday_date(order.regimen.calendar.date(order.start, day)) for day in (min(days), max(days)))
    return first if first == last else f"{first} to {last}"


def to_look_at(order: Order, terminal: Terminal, *, explain: bool = False) -> list[Part]:
    """Reductions, alerts, the severest first, and which input replaced which; with `explain` every check not made."""
    reduced = [wrap(text, terminal, "  ", "    ") for text in changes(order)]
    alerts = by_severity(order.alerts)
    replaced = [wrap(text, terminal, "  ", "    ") for text in order.overrides]
    return [
        *section("Changed by a person", list(chain.from_iterable(reduced))),
        *section("Look at", list(chain.from_iterable(alert(each, terminal, explain=explain) for each in alerts))),
        *section("What replaced what", list(chain.from_iterable(replaced))),
    ]


def foot(order: Order, terminal: Terminal) -> list[Part]:
    """Assumptions, what else to prescribe, and the fingerprint of the input."""
    assumed = [wrap(f"{about}: {why}", terminal, "  ", "    ") for about, why in assumptions(order)]
    separately = wrap("; ".join(order.regimen.prescribe_separately), terminal, "  ", "  ")
    return [
        *section("Assumed, because the source does not say", list(chain.from_iterable(assumed))),
        *section("Prescribe separately", separately),
        BLANK_LINE,
        *wrap(DRAFT, terminal, style=STRONG),
        *wrap(origin(order), terminal),
    ]


def alert(each: Alert, terminal: Terminal, *, explain: bool = False, where: str = "--explain tells") -> list[Part]:
    """What a person must look at, with its level, code and source, and the reason where it was accepted.

    Checks that were not made are one line, which says `where` they are told; with `explain` a line for each reason.
    """
    room = min(terminal.width, WIDEST_TEXT) - len("  " + alert_words(replace(each, text="", accepted="")))
    lines = wrap(
        alert_words(in_one_line(each, room, "" if explain else where)), terminal, "  ", "    ", LEVELS[each.level]
    )
    reasons = (f"{gap.why}: {', '.join(gap.checks)}" for gap in each.not_made if explain)
    return [*lines, *chain.from_iterable(wrap(reason, terminal, "    ", "      ") for reason in reasons)]

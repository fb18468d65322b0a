"""The calendar of a treatment: each cycle with its dates, doses and what to look at."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from cec.days import list_days, paper_date
from cec.rendering.terminal import draw
from cec.rendering.terminal.drawing import BLANK_LINE, LEVELS, PIPE, STRONG, Part, Terminal, labelled, wrap, wrap_each
from cec.rendering.words import DIGITS, DRAFT, ordered_words
from cec.rendering.words.alerts import alert_words, by_severity
from cec.rendering.words.patient import identity, measure_facts
from cec.rendering.words.regimen import cycle_of_phase
from cec.rendering.words.times import weekday_date

if TYPE_CHECKING:
    from cec.order import Alert, Dose, Order
    from cec.treatment import TreatmentCalendar


def render(calendar: TreatmentCalendar, *, terminal: Terminal = PIPE) -> bytes:
    """The calendar as UTF-8 text: what all cycles share, each cycle, and what to look at once, with its cycles."""
    treatment, orders = calendar
    first, patient = orders[0], orders[0].patient
    return draw(
        [
            *wrap(treatment.title, terminal, style=STRONG),
            BLANK_LINE,
            *labelled(
                [
                    ("Treatment", f"{treatment.name}, edition {treatment.edition}, {len(orders)} cycles"),
                    ("For", treatment.indication),
                    ("Source", treatment.source.words),
                    ("Patient", identity(patient, first.age, first.as_of)),
                    *measure_facts(first),
                ],
                terminal,
            ),
            *chain.from_iterable(_cycle(order, terminal) for order in orders),
            *_to_look_at(orders, terminal),
            BLANK_LINE,
            *wrap(DRAFT, terminal, style=STRONG),
            *wrap(f"{treatment.name}, edition {treatment.edition}; SHA-256 {treatment.sha256[:DIGITS]}", terminal),
        ],
        terminal,
    )


def _cycle(order: Order, terminal: Terminal) -> list[Part]:
    """A cycle: its dates, and of each dose on which dates it is given."""
    start = weekday_date(order.start) if order.start else ""
    return [
        BLANK_LINE,
        *wrap(f"{start}: {order.regimen.title}, {cycle_of_phase(order)}", terminal, style=STRONG),
        *wrap_each((_dose(order, dose) for dose in order.doses), terminal),
    ]


def _dose(order: Order, dose: Dose) -> str:
    """A dose with how often and on which dates it is given."""
    dates = [paper_date(date) for day in dose.days if (date := order.date_of(day))]
    when = dates[0] if len(dates) == 1 else f"{len(dates)} days, {dates[0]} to {dates[-1]}"
    times = f", {'at most ' if dose.counts else ''}{dose.per_day} a day" if dose.per_day > 1 else ""
    return f"{dose.drug} {ordered_words(dose)} {dose.route}{times}: {when}"


def _to_look_at(orders: tuple[Order, ...], terminal: Terminal) -> list[Part]:
    """Every alert once, the severest first, with the cycles in which it stands."""
    cycles: dict[Alert, list[int]] = {}
    for number, order in enumerate(orders, 1):
        for alert in order.alerts:
            cycles.setdefault(alert, []).append(number)
    parts: list[Part] = []
    for alert in by_severity(tuple(cycles)):
        of = cycles[alert]
        which = (
            "every cycle"
            if len(of) == len(orders)
            else f"{'cycle' if len(of) == 1 else 'cycles'} {list_days(of)} in all"
        )
        parts += wrap(f"{alert_words(alert)} ({which})", terminal, "  ", "    ", LEVELS[alert.level])
    return [BLANK_LINE, *wrap("Look at", terminal, style=STRONG), *parts] if parts else []

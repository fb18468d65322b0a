"""The alerts of an order in words, the same in every format that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from cec.patient import target
from cec.units import write_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cec.order import Alert, Order

LEVELS = ("stop", "check", "note")
"""The severest first."""


def by_severity(alerts: Iterable[Alert]) -> list[Alert]:
    """The alerts, the severest first."""
    return sorted(alerts, key=lambda alert: LEVELS.index(alert.level))


def alert_code(alert: Alert) -> str:
    """The code of an alert, and what it is about."""
    return f"{alert.code}, {alert.about}" if alert.about else alert.code


def alert_text(alert: Alert) -> str:
    """What an alert says, with its source."""
    return f"{alert.words} [{alert.source}]" if alert.source else alert.words


def on_paper(alert: Alert) -> Alert:
    """The alert as it stands where nobody types: what it offers in words, not as the option.

    >>> from decimal import Decimal
    >>> from cec.order import Alert
    >>> from cec.patient import Reduction
    >>> offer = Reduction("x", Decimal(50), "renal", days=(2,))
    >>> on_paper(Alert("renal", "check", "x", "30 to 60 mL/min", offers=(offer,))).text
    '30 to 60 mL/min; offered: x on day 2 by 50%'
    """
    offered = (f"offered: {target(each)} by {write_number(each.percent)}%" for each in alert.offers)
    return replace(alert, text="; ".join((alert.text, *offered)), offers=())


def checks_in_short(alerts: Iterable[Alert]) -> list[str]:
    """The codes of stops and checks, each once with its level, the severest first; of several doses one may speak.

    >>> from cec.order import Alert
    >>> checks_in_short([Alert("bmi", "check", "", "low"), Alert("infant", "stop", "", "young", accepted="yes")])
    ['STOP infant (accepted)', 'CHECK bmi']
    """
    spoken = (alert for alert in by_severity(alerts) if alert.level != "note")
    return list(
        dict.fromkeys(f"{each.level.upper()} {each.code}{' (accepted)' if each.accepted else ''}" for each in spoken)
    )


def names_allergy(alert: Alert, drug: str) -> bool:
    """Whether an alert says that the patient's allergies name this drug."""
    return alert.code.startswith("allergy-") and alert.about == drug


def alert_sentence(alert: Alert) -> str:
    """What an alert says on paper, as a sentence, beginning with what it is about.

    >>> from cec.order import Alert
    >>> alert_sentence(Alert("longer-infusion", "check", "clofarabine", "under 20 kg, consider more than 2 h"))
    'Clofarabine: under 20 kg, consider more than 2 h.'
    """
    words = on_paper(alert).text
    text = f"{alert.about}: {words}" if alert.about else words
    return f"{text[0].upper()}{text[1:].rstrip('.')}." if text else ""


def checks_held(order: Order) -> str:
    """What an order was held against, and what of it was not made: where nothing spoke, that is what was looked at."""
    not_made = [gap for alert in order.alerts for gap in alert.not_made]
    left = {check for gap in not_made for check in gap.checks}
    count = len({check.code for check in order.regimen.checks} - left)
    of_regimen = f"{count} check{'' if count == 1 else 's'} of the regimen and " if count else ""
    held = f"held against {of_regimen}those of the program (measures, doses, routes, times)"
    if not left:
        return held
    gaps = "; ".join(f"{gap.why} ({', '.join(gap.checks)})" for gap in not_made)
    codes = dict.fromkeys(alert.code for alert in order.alerts if alert.not_made)
    return f"{held}; not checked: {gaps}. {', '.join(codes)}"


def alert_words(alert: Alert) -> str:
    """A whole alert in one line: level, code, what it is about, what it says, and the reason why it was accepted.

    >>> from cec.order import Alert
    >>> alert_words(Alert("infant", "stop", "", "under 1 year", "a report", "tumour board"))
    'STOP infant: under 1 year [a report] Accepted: tumour board'
    """
    accepted = f" Accepted: {alert.accepted}" if alert.accepted else ""
    return f"{alert.level.upper()} {alert_code(alert)}: {alert_text(alert)}{accepted}"


ROOM = 60
"""Letters of a line that says which checks were not made, where nothing else limits it."""


def in_one_line(alert: Alert, room: int = ROOM, where: str = "") -> Alert:
    """The alert; that on checks which were not made with no more than their number, as many reasons as have room in so
    many letters, and `where` all of them are told.

    >>> from cec.order import Alert, NotMade
    >>> wanting = (NotMade("no creatinine given", ("a", "b")), NotMade("no prior_hsct in the history", ("c",)))
    >>> in_one_line(Alert("incomplete", "note", "", "not checked: …", not_made=wanting)).text
    '3 checks not made: no creatinine, no prior_hsct'
    >>> in_one_line(Alert("incomplete", "note", "", "not checked: …", not_made=wanting), 40, "--explain tells").text
    '3 checks not made; --explain tells'
    """
    if not alert.not_made:
        return alert
    count = len({check for each in alert.not_made for check in each.checks})
    number = f"{count:,} check{'s' * (count > 1)} not made"
    return replace(alert, text=as_many_as_fit(number, [each.what for each in alert.not_made], room, where))


def as_many_as_fit(what: str, reasons: Sequence[str], room: int, where: str = "") -> str:
    """A line of at most so many letters: what it is about, as many reasons as fit, and `where` all of them are told.

    >>> as_many_as_fit("3 rows", ["no age 2", "no creatinine 1"], 20)
    '3 rows: no age 2, …'
    >>> as_many_as_fit("3 rows", ["no age 2"], 5, "there")
    '3 rows; there'
    """
    end = f"; {where}" if where else ""
    texts = (
        f"{what}{': ' * (shown > 0)}{', '.join(reasons[:shown])}{', …' * (0 < shown < len(reasons))}{end}"
        for shown in range(len(reasons), -1, -1)
    )
    return next((text for text in texts if len(text) <= room), f"{what}{end}")

"""The alerts of an order in words, the same in every format that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cec.order import Alert

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
    return f"{alert.text} [{alert.source}]" if alert.source else alert.text


def alert_words(alert: Alert) -> str:
    """A whole alert in one line: level, code, what it is about, what it says, and the reason why it was accepted.

    >>> from cec.order import Alert
    >>> alert_words(Alert("infant", "stop", "", "under 1 year", "a report", "tumour board"))
    'STOP infant: under 1 year [a report] Accepted: tumour board'
    """
    accepted = f" Accepted: {alert.accepted}" if alert.accepted else ""
    return f"{alert.level.upper()} {alert_code(alert)}: {alert_text(alert)}{accepted}"

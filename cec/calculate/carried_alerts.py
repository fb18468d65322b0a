"""Alerts of an order that was changed: what is to be said of earlier days alone, and what was accepted before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from msgspec.structs import replace

from cec.calculate.preparation import MadeUp
from cec.days import days_in_words
from cec.order import Alert, Order

_ON_DAYS = re.compile(r"on days? [-0-9, to]+: ")
"""What stands before an alert that is only to be said of earlier days."""

Words: TypeAlias = tuple[str, str, str]
"""What an alert says: its code, what it is about, its words."""


def with_earlier_days(
    latest: Iterable[Alert],
    earlier: Iterable[tuple[Iterable[Alert], MadeUp]],
    before: Order,
    accept: Mapping[str, str],
) -> list[Alert]:
    """The latest alerts, and those on pieces of earlier days that are not among them, each with the days of which it is
    to be said; as a person accepted them, now or of the order before.

    Notes are said of the last days alone. What was only said of earlier days was not accepted for later ones.
    """
    of_latest, of_earlier = _reasons(before)
    alerts = [replace(alert, accepted=accept.get(alert.code) or of_latest.get(_words(alert), "")) for alert in latest]
    reasons = {_words(alert): alert.accepted for alert in alerts}
    days: dict[Words, set[int]] = {}
    found: dict[Words, Alert] = {}
    for of_piece, piece in earlier:
        for alert in of_piece:
            words = _words(alert)
            reason = of_earlier.get(words) or of_latest.get(words, "")
            if piece.doses and alert.level != "note" and (words not in reasons or reason not in {"", reasons[words]}):
                found[words] = replace(alert, accepted=reason)
                days.setdefault(words, set()).update(day for dose in piece.doses for day in dose.days)
    return alerts + [replace(alert, text=f"{_on(days[words])}: {alert.text}") for words, alert in found.items()]


def _reasons(before: Order) -> tuple[dict[Words, str], dict[Words, str]]:
    """The reasons of what an order says of its last days, and of what it only says of earlier ones."""
    accepted = [alert for alert in before.alerts if alert.accepted]
    latest = {_words(alert): alert.accepted for alert in accepted if not _ON_DAYS.match(alert.words)}
    return latest, {_words(alert): alert.accepted for alert in accepted if _ON_DAYS.match(alert.words)}


def _words(alert: Alert) -> Words:
    """What an alert says, without the days of which it is said.

    >>> _words(Alert("light", "stop", "weight", "on days 1, 2: is light"))
    ('light', 'weight', 'is light')
    """
    match = _ON_DAYS.match(alert.words)
    return alert.code, alert.about, alert.words[match.end() :] if match else alert.words


def _on(days: Iterable[int]) -> str:
    numbers = sorted(days)
    return f"on {days_in_words(numbers)}"

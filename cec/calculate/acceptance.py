"""Whether an order stands: stops that a person accepted, and the refusal where one is left.

Beside a stop that nobody accepted no amount is printed that could be given: what speaks of amounts is only named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from cec.errors import Fault, InputError, OrderRefused
from cec.order import NOT_CHECKED, Alert


def refuse_with_stops(
    alerts: Sequence[Alert], faults: Sequence[Fault], accept: Mapping[str, str], *, strict: bool
) -> None:
    """OrderRefused for doses that cannot be given, with `faults`; where a stop is left, with the stop in their place.

    `alerts` are those of the rules, which need no dose.
    """
    alerts = tuple(_with_reasons(alerts, accept))
    if not any(_stops(alert, strict=strict) for alert in alerts):
        raise OrderRefused(*faults)
    refused = dict.fromkeys(fault.text.partition(":")[0] for fault in faults)
    raise _refusal(
        alerts, (), [f"{drug}: its dose is refused too, told once this is settled" for drug in refused], strict=strict
    )


def accepted_alerts(
    alerts: Sequence[Alert], of_amounts: Sequence[Alert], accept: Mapping[str, str], *, strict: bool
) -> tuple[Alert, ...]:
    """All alerts, accepted ones with their reason; OrderRefused for a stop that nobody accepted.

    `of_amounts` are alerts on what doses came to, whose words name amounts.
    """
    known = {alert.code for alert in (*alerts, *of_amounts)}
    idle = [_nothing_to_accept(code, known) for code in sorted(set(accept) - known)]
    alerts, of_amounts = tuple(_with_reasons(alerts, accept)), tuple(_with_reasons(of_amounts, accept))
    if any(_stops(alert, strict=strict) for alert in (*alerts, *of_amounts)):
        raise _refusal(alerts, of_amounts, idle, strict=strict)
    if idle:
        raise InputError(*idle)
    return (*alerts, *of_amounts)


def _nothing_to_accept(code: str, known: Collection[str]) -> str:
    """That an order has no alert of a code, with the code that is most like it."""
    from difflib import get_close_matches

    near = get_close_matches(code, known, 1)
    return f"nothing to accept: there is no alert '{code}' on this order" + (
        f"; did you mean '{near[0]}'?" if near else ""
    )


def _with_reasons(alerts: Iterable[Alert], accept: Mapping[str, str]) -> Iterator[Alert]:
    for alert in alerts:
        reason = accept.get(alert.code, "")
        yield msgspec.structs.replace(alert, accepted=reason) if reason and not alert.accepted else alert


def _refusal(
    alerts: Sequence[Alert], of_amounts: Sequence[Alert], others: Sequence[str], *, strict: bool
) -> OrderRefused:
    """The refusal: every stop with how it is accepted, the checks beside them, and what else stands against a dose."""
    stops = [alert for alert in (*alerts, *of_amounts) if _stops(alert, strict=strict)]
    asked = [alert for alert in alerts if alert in stops or (alert.level == "check" and not alert.accepted)]
    faults = [_stop(alert) if alert in stops else _check(_words(alert), alert) for alert in asked]
    for alert in of_amounts:
        if alert in stops:
            faults.append(_stop(alert))
        elif alert.level == "check" and not alert.accepted:
            faults.append(_check(f"check {alert.code}: it names amounts, and is told with the dose", alert))
    return OrderRefused(*faults, *others, stops={alert.code: _words(alert) for alert in stops})


def _stop(alert: Alert) -> Fault:
    """An alert that stops the order, with how it is accepted."""
    way = f"no dose unless accepted with a reason: --accept '{alert.code}=REASON'"
    return Fault(f"{_words(alert)}; {way}", about=(alert.code,), code="stop")


def _check(words: str, alert: Alert) -> Fault:
    """A check that stands beside a stop."""
    return Fault(words, about=(alert.code,), code="check")


def _stops(alert: Alert, *, strict: bool) -> bool:
    """Whether an alert that nobody accepted lets no dose through."""
    is_stop = alert.level == "stop" or (strict and (alert.level == "check" or alert.code == NOT_CHECKED))
    return is_stop and not alert.accepted


def _words(alert: Alert) -> str:
    return f"{alert.level} {alert.code}: {alert.about + ': ' if alert.about else ''}{alert.words}"

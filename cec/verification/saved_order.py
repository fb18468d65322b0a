"""A saved order, computed again from the inputs inside it: every number, date or word that is not the same."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from cec.calculate import draft_order
from cec.errors import CecError
from cec.order import Order
from cec.regimen import Regimen
from cec.units import Quantity
from cec.verification.outcome import Difference, OrderVerification


def verify_order(order: Order, regimen_now: Regimen | None = None) -> OrderVerification:
    """Each place where a saved order differs from what its inputs give, and from its regimen's file as it is now.

    >>> from cec import draft_order, load_patient, load_regimen
    >>> order = draft_order(load_regimen("cec-induction"), load_patient(texts={"height": "128 cm", "weight": "26 kg"}))
    >>> verify_order(order, order.regimen).agrees
    True
    """
    differences = (*_recomputed(order), *(_regimen_file(order.regimen, regimen_now) if regimen_now else ()))
    return OrderVerification(order.regimen.name, not differences, differences, order.sha256)


def _recomputed(order: Order) -> Iterator[Difference]:
    """Where the order differs from its own inputs' order."""
    accept = {alert.code: alert.accepted for alert in order.alerts if alert.accepted}
    try:
        again = draft_order(
            order.regimen,
            order.patient,
            order.pharmacy,
            start=order.start,
            cycle=order.cycle,
            as_of=order.as_of,
            accept=accept,
            overrides=order.overrides,
        )
    except CecError as error:
        yield Difference("the whole order", "an order", f"no order: {'; '.join(map(str, error.faults))}")
        return
    if order.sha256 != again.sha256:
        changed = "regimen, patient, pharmacy, start, cycle or an accepted alert was changed after the order was saved"
        yield Difference("whole input SHA-256", order.sha256[:16], f"{again.sha256[:16]}: {changed}")
    yield from _differences("", _plain(order), _plain(msgspec.structs.replace(again, sha256=order.sha256)))


def _regimen_file(saved: Regimen, now: Regimen) -> Iterator[Difference]:
    """Where the regimen in the order differs from its file."""
    yield from _differences("regimen file", _plain(saved), _plain(now))


def _plain(noun: Order | Regimen) -> Any:
    return msgspec.to_builtins(noun, builtin_types=(Decimal, datetime.date, datetime.datetime))


def _differences(where: str, saved: Any, now: Any) -> Iterator[Difference]:
    """Every place below `where` that is not the same."""
    if saved == now:
        return
    if isinstance(saved, dict) and isinstance(now, dict) and not (_is_quantity(saved) or _is_quantity(now)):
        for key in dict.fromkeys((*saved, *now)):
            yield from _differences(f"{where}: {key}" if where else key, saved.get(key), now.get(key))
    elif isinstance(saved, list | tuple) and isinstance(now, list | tuple):
        for index in range(max(len(saved), len(now))):
            left, right = (items[index] if index < len(items) else None for items in (saved, now))
            yield from _differences(f"{where} {index + 1}{_named(left or right)}", left, right)
    else:
        yield Difference(where or "the whole order", _words(saved), _words(now))


def _is_quantity(value: dict[str, Any]) -> bool:
    return set(value) == {"value", "unit"}


def _named(item: Any) -> str:
    """The name of an item in a list, in brackets."""
    name = item.get("drug") or item.get("code") or item.get("what") if isinstance(item, dict) else ""
    return f" ({name})" if name else ""


def _words(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return "nothing"
    if isinstance(value, dict) and _is_quantity(value):
        return str(Quantity(**value))
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict | list | tuple):
        return msgspec.json.encode(value).decode()
    return str(value)

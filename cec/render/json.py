"""The order as one JSON object, every number with exactly the digits that it has."""

from __future__ import annotations

from typing import Any

import msgspec

from cec.order import Order


def render(order: Order) -> bytes:
    """The order as JSON; read back, it is an equal order."""
    return write(order)


def write(value: Any) -> bytes:
    """Anything of cec's as indented JSON with exact numbers."""
    exact = msgspec.json.Encoder(decimal_format="number").encode(value)
    return msgspec.json.format(exact, indent=2) + b"\n"

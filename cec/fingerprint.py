"""The fingerprint of an order: SHA-256 of its canonical JSON, which another tool that only re-indents it keeps.

Canonical: keys sorted, no spaces, UTF-8 with no escapes beyond what JSON asks for, and every number as a plain decimal
without trailing zeros or an exponent. `fingerprint` and `release`, which are about the whole order, are left out.
"""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from typing import Any

import msgspec

from cec.order import Order

OUTSIDE = ("fingerprint", "release")
"""The keys of an order that its fingerprint does not hold."""

_SORTED = msgspec.json.Encoder(order="sorted", decimal_format="number")
_MAY_NOT_BE_PLAIN = tuple(re.compile(rb"%b[,}\]]" % begins) for begins in (rb"\.[0-9]*0", rb"E[+-]?[0-9]+", b"-0"))
"""What a number that is not plain ends in. Each begins with a sign of its own, which is found eight times as fast."""
_TEXT_OR_NUMBER = rb'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.E+-]*'


def fingerprint(order: Order) -> str:
    """SHA-256 of an order's canonical JSON, as 64 hexadecimal digits."""
    return _sha256(msgspec.structs.replace(order, fingerprint="", release=msgspec.UNSET))


def fingerprint_of_json(order: dict[str, Any]) -> str:
    """The fingerprint of an order as it stands in a file: keys with texts, exact numbers, lists and mappings."""
    return _sha256({key: value for key, value in order.items() if key not in OUTSIDE})


def canonical_json(value: Any) -> bytes:
    """Any record or tree of cec's as canonical JSON.

    >>> canonical_json({"unit": "mg", "value": Decimal("38.40"), "days": [1, Decimal("2E+1")]})
    b'{"days":[1,20],"unit":"mg","value":38.4}'
    """
    content = _SORTED.encode(value)
    if any(each.search(content) for each in _MAY_NOT_BE_PLAIN):
        return re.sub(_TEXT_OR_NUMBER, _plain, content)
    return content


def _sha256(value: Any) -> str:
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _plain(match: re.Match[bytes]) -> bytes:
    """A text as it is, a number in its plain form, every digit kept."""
    part = match[0]
    if part.startswith(b'"'):
        return part
    number = f"{Decimal(part.decode()):f}"
    number = number.rstrip("0").rstrip(".") if "." in number else number
    return b"0" if number == "-0" else number.encode()

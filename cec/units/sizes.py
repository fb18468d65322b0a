"""Heights and weights from their text, in one unit or in a large and a small one together."""

from __future__ import annotations

import re
from decimal import Decimal

from cec.errors import InputError
from cec.units.conversion import convert
from cec.units.kinds import LENGTH, WEIGHT
from cec.units.quantity import EXACT, Quantity, cut
from cec.units.reading import read_number, read_quantity
from cec.units.spellings import spelled_out

_TWO_UNITS = re.compile(
    r"(?P<large>[0-9]+)\s*(?P<unit>[^\s0-9.,+-]+)\s*(?P<small>[0-9]+(?:\.[0-9]+)?)\s*(?P<other>[^\s0-9.,+-]+)", re.ASCII
)


def read_length(text: str) -> Quantity:
    """A height in cm, from cm (also for a bare number), m, mm, in, ft, or feet and inches together.

    >>> print(read_length("4 ft 2 in"), read_length("4'2\\""))
    127 cm 127 cm
    """
    inches = in_two_units(text, "ft", "in", 12, "4 ft 2 in")
    return convert(inches or read_quantity(text, LENGTH, bare="cm"), "cm", LENGTH)


def read_weight(text: str) -> Quantity:
    """A body weight in kg, from kg (also for a bare number), g, lb, or pounds and ounces together.

    >>> print(read_weight("26000 g"), read_weight("57 lb 4 oz"))
    26 kg 25.9681631825 kg
    """
    ounces = in_two_units(text, "lb", "oz", 16, "57 lb 4 oz")
    pounds = ounces and Quantity(EXACT.multiply(ounces.value, Decimal("0.0625")), "lb")
    return convert(pounds or read_quantity(text, WEIGHT, bare="kg"), "kg", WEIGHT)


def in_two_units(text: str, large: str, small: str, number: int, example: str) -> Quantity | None:
    """What a text tells in a unit and a smaller one of which so many make the larger; None where it has another form.

    >>> in_two_units("6 years 4 months", "years", "months", 12, "6 years 4 months")
    Quantity(value=Decimal('76'), unit='months')
    """
    match = _TWO_UNITS.fullmatch(text.strip())
    if not match or [_small_word(match["unit"]), _small_word(match["other"])] != [large, small]:
        return None
    rest = read_number(match["small"], example)
    if rest >= number:
        raise InputError(f"'{cut(text)}' has {number} {small} or more beside {large}; write it like {example}")
    return Quantity(EXACT.fma(read_number(match["large"], example), Decimal(number), rest), small)


def _small_word(word: str) -> str:
    """A unit as this room knows it, however it is spelt; ounces, and m for months, stand only beside larger ones."""
    lower = word.lower()
    return _BESIDE_OTHERS.get(lower) or spelled_out(lower)


_BESIDE_OTHERS = {**dict.fromkeys(("oz", "ounce", "ounces"), "oz"), "m": "months", "''": "in"}

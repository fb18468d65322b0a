"""Vials and tablets: how many of which size, by an exact search over whole numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

from cec.errors import InputError
from cec.units import EXACT

LARGEST_SEARCH = 400_000
"""Totals looked at for one dose; sizes that need more have digits that no container has."""


def least_waste(contents: Sequence[Decimal], need: Decimal) -> tuple[int, ...]:
    """How many containers of each content hold `need` with the least left over, then with the fewest containers.

    >>> least_waste([Decimal(500), Decimal(1000), Decimal(2000)], Decimal(3300))
    (1, 1, 1)
    """
    sizes, unit, needed = _whole(contents, need)
    wanted = -(-needed // unit)
    fewest, bulk = _fewest(sizes, wanted)
    rest = wanted - bulk * max(sizes)
    total = next(total for total in range(rest, len(fewest)) if fewest[total] is not None)
    return _counts(fewest, sizes, total, bulk)


def nearest_total(contents: Sequence[Decimal], dose: Decimal) -> tuple[int, ...]:
    """How many pieces of each content come nearest to `dose`, then with the fewest pieces; a tie goes up.

    >>> nearest_total([Decimal(1), Decimal("2.5"), Decimal(5), Decimal(10)], Decimal("9.25"))
    (2, 1, 1, 0)
    """
    sizes, unit, wanted = _whole(contents, dose)
    fewest, bulk = _fewest(sizes, -(-wanted // unit))
    rest = wanted - bulk * max(sizes) * unit
    totals = (total for total in range(len(fewest)) if fewest[total] is not None)
    total = min(totals, key=lambda total: (abs(total * unit - rest), -total))
    return _counts(fewest, sizes, total, bulk)


def common_measure(contents: Sequence[Decimal]) -> Decimal:
    """The largest amount of which every content is a multiple.

    >>> common_measure([Decimal(1), Decimal("2.5"), Decimal(10)])
    Decimal('0.5')
    """
    places = max(0, *(-int(number.normalize(EXACT).as_tuple().exponent) for number in contents))
    unit = math.gcd(*(int(number.scaleb(places, EXACT)) for number in contents))
    return Decimal(unit).scaleb(-places, EXACT)


def _whole(contents: Sequence[Decimal], amount: Decimal) -> tuple[list[int], int, int]:
    """The contents as multiples of their largest common unit; that unit and the amount as whole numbers."""
    places = max(-int(number.normalize(EXACT).as_tuple().exponent) for number in (*contents, amount))
    whole = [int(number.scaleb(max(places, 0), EXACT)) for number in contents]
    unit = math.gcd(*whole)
    return [number // unit for number in whole], unit, int(amount.scaleb(max(places, 0), EXACT))


def _fewest(sizes: list[int], wanted: int) -> tuple[list[tuple[int, int] | None], int]:
    """For every total from 0 to beyond what is wanted: the fewest pieces and the last piece laid down.

    The second figure is how many of the largest size are set aside beforehand, to keep the table short. Nothing is
    lost by it: among as many smaller pieces as the largest counts units, some sum to a multiple of the largest and
    would be fewer as pieces of the largest, so smaller pieces never make up more than the largest squared.
    """
    largest = max(sizes)
    bulk = max(0, (wanted - largest * largest) // largest)
    end = wanted - bulk * largest + largest
    if end * len(sizes) > LARGEST_SEARCH:
        raise InputError("the contents of the products have no common measure; write them as on the labels")
    fewest: list[tuple[int, int] | None] = [(0, -1)]
    for total in range(1, end + 1):
        best: tuple[int, int] | None = None
        for index, size in enumerate(sizes):
            before = fewest[total - size] if size <= total else None
            if before is not None and (best is None or before[0] + 1 < best[0]):
                best = (before[0] + 1, index)
        fewest.append(best)
    return fewest, bulk


def _counts(fewest: list[tuple[int, int] | None], sizes: list[int], total: int, bulk: int) -> tuple[int, ...]:
    """How many of each size make up a total, with those set aside."""
    counts = [0] * len(sizes)
    counts[sizes.index(max(sizes))] = bulk
    while total:
        entry = fewest[total]
        if entry is None:
            break
        counts[entry[1]] += 1
        total -= sizes[entry[1]]
    return tuple(counts)

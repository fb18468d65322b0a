"""A prescribed rate -> how long a dose runs, and from which minute on at which rate."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from cec.calculate.measures import Measured
from cec.errors import OrderRefused
from cec.order import RateStep
from cec.regimen import DrugLine, Rate
from cec.units import AMOUNT, DURATION, Exact, Quantity, convert_exactly, dose_unit, exact

_MINUTES = {"min": 1, "h": 60, "24h": 24 * 60}
"""Of the times that a rate is per."""

MOST_STEPS = 100
"""Steps of one infusion."""


def rate_steps(line: DrugLine, dose: Quantity, measured: Measured) -> tuple[RateStep, ...]:
    """The rates of an infusion of a dose, each with the minute from which it holds; the last ends it.

    OrderRefused for more steps than anybody sets.
    """
    if line.rate is None or not dose.value:
        return ()
    steps: list[RateStep] = []
    for minute, rate, _ in _steps(line.rate, dose, measured):
        if len(steps) == MOST_STEPS:
            raise OrderRefused(f"{line.drug}: {dose} needs more than {MOST_STEPS} steps of its rate")
        steps.append(RateStep(int(minute), rate.kept))
    return tuple(steps)


def minutes_of(line: DrugLine, dose: Quantity, measured: Measured) -> int:
    """How many minutes a dose runs at its rate, rounded up."""
    end = Fraction(0)
    if line.rate:
        for number, (_, _, until) in enumerate(_steps(line.rate, dose, measured)):
            end = until
            if number > MOST_STEPS:
                break
    return int(-(-end // 1))


def _steps(rate: Rate, dose: Quantity, measured: Measured) -> Iterator[tuple[Fraction, Exact, Fraction]]:
    """From which minute, at which rate, until which minute, until nothing of the dose is left."""
    left, minute = exact(dose).number, Fraction(0)
    now, most = _own(rate.first, measured), _own(rate.most, measured) if rate.most else None
    lasts = rate.first_for or rate.every
    while left > 0:
        per_minute = _per_minute(now, dose.unit)
        is_last = rate.rise is None or lasts is None or (most is not None and now.number >= most.number)
        runs = left / per_minute
        if not is_last and lasts is not None:
            runs = min(runs, convert_exactly(lasts, "min", DURATION).number)
        yield minute, now, minute + runs
        left -= runs * per_minute
        minute += runs
        if left > 0 and rate.rise:
            risen = Exact(now.number + _own(rate.rise, measured).number, now.unit)
            now = most if most is not None and risen.number > most.number else risen
            lasts = rate.every


def _own(rate: Quantity, measured: Measured) -> Exact:
    """A rate for this patient: mg/m2/min × m2 is mg/min."""
    unit = dose_unit(rate.unit)
    sizes = {"bsa": measured.bsa.number, "weight": Fraction(measured.shown.weight.value)}
    return Exact(exact(rate).number * sizes.get(unit.measure, Fraction(1)), f"{unit.amount}/{unit.time}")


def _per_minute(rate: Exact, unit: str) -> Fraction:
    """How much of a dose in a unit runs in a minute."""
    own = dose_unit(rate.unit)
    return rate.number * convert_exactly(Quantity(Decimal(1), own.amount), unit, AMOUNT).number / _MINUTES[own.time]

"""How much fluid each calendar day gives: an infusion that runs over midnight counts on each day for its part."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from cec.calculate.dates import Dates
from cec.calculate.rounding import to_nearest
from cec.days import Calendar
from cec.order import Administration, DailyFluid, Dose, Preparation, RateStep
from cec.routes import is_oral
from cec.units import Quantity, is_dissolved, span

_STEP = Decimal("0.1")
"""The step to which a day's part of a volume is written, mL and mL/kg."""
_A_DAY = datetime.timedelta(days=1)
_A_MINUTE = datetime.timedelta(minutes=1)
_INSTANT = datetime.timedelta(microseconds=1)
_NOTHING = datetime.timedelta()
_MIDNIGHT = datetime.datetime.combine(datetime.date(2001, 1, 1), datetime.time())
_DATES = Dates(Calendar(), _MIDNIGHT.date())

Part = tuple[int, Fraction]
"""A day, by its number or how many days after the first, and which part of an infusion runs on it."""


def daily_fluids(
    doses: Sequence[Dose],
    preparations: Sequence[Preparation],
    weight_on: Callable[[int], Quantity],
    rows: Sequence[Administration] = (),
    dates: Dates = _DATES,
) -> tuple[DailyFluid, ...]:
    """The infused volume of each calendar day, mL and mL/kg (to 0.1): each bag, or what is drawn where there is none.

    `weight_on` gives that of a day of the cycle. Without a schedule nobody knows when an infusion begins: one over more
    than a day counts in parts of 24 h.
    """
    if not preparations:
        return ()
    made_up = {each.dose_index: each for each in preparations if each.dose.value}
    volumes = {day: Fraction(0) for dose in doses for day in dose.days}
    unknown: dict[int, dict[str, None]] = defaultdict(dict)
    for index, parts in _scheduled(rows, dates) if rows else _unscheduled(doses, dates.calendar):
        if index not in made_up:
            continue
        volume = _volume(doses[index], made_up[index])
        for number, part in parts:
            volumes[number] = volumes.get(number, Fraction(0)) + part * Fraction(volume or 0)
            if volume is None:
                unknown[number][doses[index].drug] = None
    alike: dict[tuple[Decimal, Decimal, tuple[str, ...]], list[int]] = {}
    for day in sorted(volumes):
        total = _written(volumes[day])
        alike.setdefault((total, _per_kg(total, weight_on(day)), tuple(unknown[day])), []).append(day)
    return tuple(
        DailyFluid(tuple(days), Quantity(total, "mL"), Quantity(per_kg, "mL/kg"), names)
        for (total, per_kg, names), days in alike.items()
    )


def _scheduled(rows: Iterable[Administration], dates: Dates) -> Iterator[tuple[int, list[Part]]]:
    """Each administration: its dose, and its parts by day of the cycle."""
    for row in rows:
        parts = _parts(row.time, row.end or row.time, row.rate_steps)
        yield row.dose_index, [(dates.day(row.date + later * _A_DAY), part) for later, part in parts]


def _unscheduled(doses: Sequence[Dose], calendar: Calendar) -> Iterator[tuple[int, list[Part]]]:
    """The same where no clock time is known: the days of an infusion begin with it."""
    for index, dose in enumerate(doses):
        parts = list(_parts(_MIDNIGHT, _MIDNIGHT + (span(dose.over) if dose.over else _A_DAY), dose.rate_steps))
        for day in dose.days:
            yield from [(index, [(calendar.later(day, later), part) for later, part in parts])] * dose.count_on(day)


def _parts(start: datetime.datetime, end: datetime.datetime, steps: Sequence[RateStep] = ()) -> Iterator[Part]:
    """Which part runs on which day: by the time, and by the rate where that is not the same throughout."""
    midnight = datetime.datetime.combine(start.date(), datetime.time()) + _A_DAY
    if end <= midnight:
        yield 0, Fraction(1)
        return
    bounds = [start, *(midnight + later * _A_DAY for later in range(-(-(end - midnight) // _A_DAY))), end]
    amounts = [_amount(begin - start, stop - start, steps) for begin, stop in pairwise(bounds)]
    yield from ((later, amount / sum(amounts)) for later, amount in enumerate(amounts))


def _amount(begin: datetime.timedelta, stop: datetime.timedelta, steps: Sequence[RateStep]) -> Fraction:
    """What runs between two times after the start, in microseconds at a rate of 1."""
    rates = [(each.minute * _A_MINUTE, Fraction(each.rate.value)) for each in steps] or [(_NOTHING, Fraction(1))]
    ends = [*(after for after, _ in rates[1:]), datetime.timedelta.max]
    return sum(
        (
            rate * (max(min(until, stop) - max(since, begin), _NOTHING) // _INSTANT)
            for (since, rate), until in zip(rates, ends, strict=True)
        ),
        Fraction(0),
    )


def _volume(dose: Dose, preparation: Preparation) -> Decimal | None:
    """The volume of one administration in mL; nothing where it is not known."""
    if is_oral(dose.route):
        return Decimal(0)
    if not is_dissolved(dose.ordered.unit):
        return dose.ordered.value if dose.ordered.unit == "mL" else Decimal(0)
    infused = preparation.final_volume if dose.is_infused else preparation.draw
    return infused.value if infused else None


def _per_kg(volume: Decimal, weight: Quantity) -> Decimal:
    return to_nearest(Fraction(volume) / Fraction(weight.value), _STEP)


def _written(volume: Fraction) -> Decimal:
    """The volume to the step, without a zero behind its point."""
    whole, part = to_nearest(volume, Decimal(1)), to_nearest(volume, _STEP)
    return whole if whole == part else part

"""How much fluid each calendar day gives: an infusion that runs over midnight counts on each day for its part."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from cec.calculate.rounding import to_nearest
from cec.calculate.schedule.clock import Clock, Dates
from cec.days import Calendar
from cec.order import Administration, DailyFluid, Dose, Preparation, RateStep
from cec.routes import is_oral
from cec.units import Quantity, is_dissolved, span

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_STEP = Decimal("0.1")
"""The step to which a day's part of a volume is written, mL and mL/kg."""
_A_DAY = datetime.timedelta(days=1)
_A_MINUTE = datetime.timedelta(minutes=1)
_INSTANT = datetime.timedelta(microseconds=1)
_NOTHING = datetime.timedelta()
_MIDNIGHT = datetime.datetime.combine(datetime.date(2001, 1, 1), datetime.time())
_NO_ZONE = Clock(None)

Part = tuple[int, Fraction]
"""How many days after the first, and which part of an infusion runs then."""


class _On(NamedTuple):
    """A day of the cycle; with a date, one behind it that is none."""

    day: int
    date: datetime.date = datetime.date.min


def daily_fluids(
    doses: Sequence[Dose],
    preparations: Sequence[Preparation],
    weight_on: Callable[[int], Quantity],
    rows: Sequence[Administration],
    dates: Dates,
    *,
    zone: ZoneInfo | None,
) -> tuple[DailyFluid, ...]:
    """The infused volume of each calendar day, mL and mL/kg (to 0.1): each bag, or what is drawn where there is none.

    `weight_on` gives that of a day of the cycle. Without a schedule nobody knows when an infusion begins: one over more
    than a day counts in parts of 24 h. With a time zone an infusion runs by real hours where the clock is changed.
    """
    infused = {each.dose_index: _volume(doses[each.dose_index], each) for each in preparations if each.dose.value}
    volumes = {_On(day): Fraction(0) for dose in doses for day in dose.days}
    unknown: dict[_On, dict[str, None]] = defaultdict(dict)
    for index, parts in _scheduled(rows, dates, Clock(zone)) if rows else _unscheduled(doses, dates.calendar):
        if index not in infused:
            continue
        volume = infused[index]
        for number, part in parts:
            if volume is None:
                unknown[number][doses[index].drug] = None
            before, now = volumes.get(number, Fraction(0)), volume or Fraction(0)
            volumes[number] = before + (now if part == 1 else part * now)
    alike: dict[tuple[bool, Decimal, Decimal, tuple[str, ...]], list[_On]] = {}
    for on in sorted(volumes):
        total, is_day = _written(volumes[on]), on == _On(on.day)
        alike.setdefault((is_day, total, _per_kg(total, weight_on(on.day)), tuple(unknown[on])), []).append(on)
    return tuple(
        DailyFluid(
            tuple(on.day for on in of_amount if is_day),
            Quantity(total, "mL"),
            Quantity(per_kg, "mL/kg"),
            names,
            tuple(on.date for on in of_amount if not is_day),
        )
        for (is_day, total, per_kg, names), of_amount in alike.items()
    )


def _scheduled(
    rows: Iterable[Administration], dates: Dates, clock: Clock
) -> Iterator[tuple[int, list[tuple[_On, Fraction]]]]:
    """Each administration: its dose, and its parts by day of the cycle."""
    for row in rows:
        parts = _parts(row.time, row.end or row.time, row.rate_steps, clock)
        yield row.dose_index, [(_on(row.date + later * _A_DAY, dates), part) for later, part in parts]


def _on(date: datetime.date, dates: Dates) -> _On:
    """The day of the cycle that a date is, or lies behind."""
    day = dates.day(date)
    return _On(day) if dates.of(day) == date else _On(day, date)


def _unscheduled(doses: Sequence[Dose], calendar: Calendar) -> Iterator[tuple[int, list[tuple[_On, Fraction]]]]:
    """Each dose and its parts by day where no clock time is known: the days of an infusion begin with it."""
    for index, dose in enumerate(doses):
        parts = list(_parts(_MIDNIGHT, _MIDNIGHT + (span(dose.over) if dose.over else _A_DAY), dose.rate_steps))
        for day in dose.days:
            on_days = [(_On(calendar.later(day, later)), part) for later, part in parts]
            yield from [(index, on_days)] * dose.count_on(day)


def _parts(
    start: datetime.datetime, end: datetime.datetime, steps: Sequence[RateStep] = (), clock: Clock = _NO_ZONE
) -> Iterator[Part]:
    """Which part runs on which day: by the time, and by the rate where that is not the same throughout."""
    midnight = datetime.datetime.combine(start.date(), datetime.time()) + _A_DAY
    if end <= midnight:
        yield 0, Fraction(1)
        return
    bounds = [start, *(midnight + later * _A_DAY for later in range(-(-(end - midnight) // _A_DAY))), end]
    amounts = [
        _amount(clock.between(start, begin), clock.between(start, stop), steps) for begin, stop in pairwise(bounds)
    ]
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


def _volume(dose: Dose, preparation: Preparation) -> Fraction | None:
    """The volume of one administration in mL; nothing where it is not known."""
    if is_oral(dose.route):
        return Fraction(0)
    if not is_dissolved(dose.ordered.unit):
        return Fraction(dose.ordered.value) if dose.ordered.unit == "mL" else Fraction(0)
    infused = preparation.final_volume if dose.is_infused else preparation.draw
    return Fraction(infused.value) if infused else None


def _per_kg(volume: Decimal, weight: Quantity) -> Decimal:
    return to_nearest(Fraction(volume) / Fraction(weight.value), _STEP)


def _written(volume: Fraction) -> Decimal:
    """The volume to the step, without a zero behind its point."""
    whole, part = to_nearest(volume, Decimal(1)), to_nearest(volume, _STEP)
    return whole if whole == part else part

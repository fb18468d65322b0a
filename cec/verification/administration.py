"""What is compared beside the dose: times a day, days, duration and route, each where it was written."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from cec.facts.reading import positive, read_count, read_date
from cec.load.days import read_plain_days
from cec.load.routes import understand_route
from cec.order import Dose
from cec.regimen import DrugLine
from cec.units import AMOUNT, DOSES, DURATION, Quantity, convert_exactly, span
from cec.verification.outcome import Beside, Comparison


class Particular(NamedTuple):
    """One thing about how a drug is given: its name, how its text is read and written, and the regimen's value."""

    name: Beside
    read: Callable[[str], Any]
    expected: Callable[[Dose | DrugLine], Any]
    """None where the regimen says nothing of it."""
    write: Callable[[Any], str] = str
    agree: Callable[[Any, Any], bool] = lambda expected, written: bool(expected == written)
    also: tuple[str, ...] = ()
    """Other names of its column where a row is one drug."""


def read_days_of(text: str) -> tuple[int, ...]:
    """Days of the cycle, with commas or, as `cec dose` writes them, with spaces between them.

    >>> read_days_of("1 2 3 8"), read_days_of("1-3, 8")
    ((1, 2, 3, 8), (1, 2, 3, 8))
    """
    words = text.split()
    return read_plain_days(", ".join(words) if all(word.isdigit() for word in words) else text)


def write_days(days: Sequence[int]) -> str:
    """Days as they can be typed.

    >>> write_days((1, 2, 3, 8, 9))
    '1-3, 8, 9'
    """
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), lambda numbered: numbered[1] - numbered[0])]
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def _routes_agree(expected: str, written: str) -> bool:
    """Whether two routes are the same; IV alone stands for every way into a vein."""
    return expected == written or any(
        plain == "IV" and other.startswith("IV ") for plain, other in ((expected, written), (written, expected))
    )


PARTICULARS: dict[str, Particular] = {
    "times": Particular("times a day", read_count, lambda line: line.per_day, also=("per_day",)),
    "days": Particular("days", read_days_of, lambda line: line.days, write_days),
    "route": Particular("route", understand_route, lambda line: line.route, agree=_routes_agree),
    "over": Particular(
        "duration",
        positive(DURATION),
        lambda line: line.over,
        agree=lambda expected, written: expected is not None and span(expected) == span(written),
    ),
}
"""By the word that stands after a drug: cytarabine.times=2, cytarabine_times, or the column times of a drug's row."""


def write_dates(dates: Sequence[datetime.date]) -> str:
    """Dates in runs without a gap, each date once; how often each stands there, where that is not the same for all.

    >>> days = [datetime.date(2026, 11, day) for day in (28, 29, 30)]
    >>> write_dates([*days, datetime.date(2026, 12, 7)]), write_dates(sorted([*days, *days]))
    ('2026-11-28 to 2026-11-30, 2026-12-07', '2026-11-28 to 2026-11-30')
    >>> write_dates([*days, days[-1]])
    '2026-11-28, 2026-11-29, 2026-11-30 (2 times)'
    """
    counts = Counter(dates)
    if len(set(counts.values())) > 1:
        return ", ".join(f"{date}{f' ({count} times)' * (count > 1)}" for date, count in counts.items())
    runs: list[list[datetime.date]] = []
    for date in counts:
        if runs and date - runs[-1][-1] == datetime.timedelta(days=1):
            runs[-1].append(date)
        else:
            runs.append([date])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _is_any_of(expected: Sequence[Quantity], written: Quantity) -> bool:
    """Whether a dose of a protocol is one of these, in whatever unit of its kind."""
    kinds = [kind for kind in DOSES if written.unit in kind.units]
    return any(
        convert_exactly(each, written.unit, kind).number == written.value
        for each in expected
        for kind in kinds
        if each.unit in kind.units
    )


WHERE_WRITTEN: dict[str, Particular] = {
    "prescribed": Particular(
        "protocol dose",
        positive(*DOSES),
        lambda _line: None,
        lambda doses: " or ".join(map(str, doses)) if isinstance(doses, tuple) else str(doses),
        _is_any_of,
    ),
    "maximum": Particular(
        "maximum",
        positive(AMOUNT),
        lambda line: line.maximum,
        agree=lambda expected, written: _is_any_of((expected,), written),
    ),
    "dates": Particular("dates", read_date, lambda _line: None, write_dates),
}
"""What only some systems write, so that nothing is said where it is not there; no column and no typed word tells it."""


def expected_of(line: Dose | DrugLine) -> dict[str, Any]:
    """What a regimen says about how a drug is given, by the words of PARTICULARS."""
    return {word: particular.expected(line) for word, particular in PARTICULARS.items()}


def compared(expected: Mapping[str, Any], written: Mapping[str, Any]) -> tuple[Comparison, ...]:
    """Each particular that is expected or written, and whether it agrees, where it was written."""
    return (
        *(
            _compare(particular, expected[word], written.get(word))
            for word, particular in PARTICULARS.items()
            if expected[word] is not None or word in written
        ),
        *(
            _compare(particular, expected[word], written[word])
            for word, particular in WHERE_WRITTEN.items()
            if expected.get(word) is not None and word in written
        ),
    )


def _compare(particular: Particular, expected: Any, written: Any) -> Comparison:
    text = "" if expected is None else particular.write(expected)
    if written is None:
        return Comparison(particular.name, "not compared", text)
    agrees = particular.agree(expected, written)
    return Comparison(particular.name, "agrees" if agrees else "differs", text, particular.write(written))

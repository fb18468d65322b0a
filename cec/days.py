"""Days and cycles as a protocol counts them: lists and ranges, open ends, and their dates."""

import datetime
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, TypeAlias

import msgspec

LAST_DAY = 366
"""The day up to which days without an end are counted, which no cycle of a regimen reaches; also the last cycle that
is counted."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_A_DAY = datetime.timedelta(days=1)

Day: TypeAlias = Annotated[int, msgspec.Meta(ge=-LAST_DAY, le=LAST_DAY)]
"""A day of a cycle: below 1 before its day 1."""
Cycle: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=LAST_DAY)]
"""A cycle of a treatment."""


class Series(msgspec.Struct, frozen=True, omit_defaults=True):
    """Days or cycles without an end: "15 onwards", "every 4th from 1"."""

    first: Day
    every: Cycle = 1

    def up_to(self, last: int) -> range:
        """All of them up to this one."""
        return range(self.first, last + 1, self.every)


Days: TypeAlias = tuple[Day | Series, ...]
"""In rising order; a series only as the last."""
Cycles: TypeAlias = tuple[Cycle | Series, ...]


def is_open(days: Sequence[int | Series]) -> bool:
    """Whether days go on without an end."""
    return any(isinstance(each, Series) for each in days)


def numbers_of(days: Sequence[int | Series], last: int = LAST_DAY) -> tuple[int, ...]:
    """The numbers of days or cycles, of a series up to the last.

    >>> numbers_of((1, 2, Series(8)), 10), numbers_of((Series(1, 2),), 6)
    ((1, 2, 8, 9, 10), (1, 3, 5))
    """
    return tuple(
        itertools.chain.from_iterable(each.up_to(last) if isinstance(each, Series) else (each,) for each in days)
    )


def holds(number: int, days: Sequence[int | Series]) -> bool:
    """Whether a day or cycle is one of these.

    >>> holds(9, (1, Series(5, 4))), holds(7, (1, Series(5, 4)))
    (True, False)
    """
    return any(number in each.up_to(number) if isinstance(each, Series) else number == each for each in days)


def list_days(days: Sequence[int | Series]) -> str:
    """Days or cycles in words; those that reach the longest cycle's end go on without one.

    >>> list_days((1, 2, 3, 4, 5, 8, 15, 16)), list_days((-7, -6, -5, 1)), list_days((1, Series(8)))
    ('1 to 5, 8, 15, 16', '-7 to -5, 1', '1, 8 onwards')
    >>> list_days((Series(1, 2),)), list_days((Series(2, 2),)), list_days((Series(1, 4),))
    ('odd', 'even', 'every 4th from 1')
    """
    return ", ".join(filter(None, (_list_runs([each for each in days if isinstance(each, int)]), *_series(days))))


def days_in_words(days: Sequence[int]) -> str:
    """Days of the cycle, after the noun for one or several.

    >>> days_in_words((3,)), days_in_words((1, 2, 3, 8))
    ('day 3', 'days 1 to 3, 8')
    """
    return f"{'day' if len(days) == 1 else 'days'} {list_days(days)}"


def _list_runs(numbers: Sequence[int]) -> str:
    return ", ".join(_run_in_words(run) for run in runs_of(numbers))


def _run_in_words(run: Sequence[int]) -> str:
    if run[-1] == LAST_DAY and len(run) > 1:
        return f"{run[0]} onwards"
    return f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run))


def _series(days: Iterable[int | Series]) -> Iterator[str]:
    for each in days:
        if isinstance(each, Series):
            yield series_in_words(each)


def series_in_words(series: Series) -> str:
    """An open end as a file has it."""
    if series.every == 1:
        return f"{series.first} onwards"
    if series.every == 2 and series.first <= 2:
        return ("odd", "even")[series.first - 1]
    return f"every {ordinal(series.every)} from {series.first}"


def ordinal(number: int) -> str:
    """A number in a sequence.

    >>> ordinal(3), ordinal(4), ordinal(12), ordinal(22)
    ('3rd', '4th', '12th', '22nd')
    """
    teens = number % 100 in {11, 12, 13}
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def runs_of(days: Sequence[int]) -> list[list[int]]:
    """Days of a cycle in runs without a gap.

    >>> runs_of((1, 2, 3, 8))
    [[1, 2, 3], [8]]
    """
    grouped = itertools.groupby(enumerate(days), lambda numbered: numbered[1] - numbered[0])
    return [[day for _, day in run] for _, run in grouped]


class Calendar(msgspec.Struct, frozen=True):
    """How a protocol counts: whether a day 0 stands between -1 and 1."""

    has_day_0: bool = False

    def place(self, day: int) -> int:
        """How many days after day 1 a day lies.

        >>> Calendar(True).place(-1), Calendar(False).place(-1)
        (-2, -1)
        """
        return day if day < 0 and not self.has_day_0 else day - 1

    def at(self, place: int) -> int:
        """The day that lies so many days after day 1.

        >>> Calendar(True).at(-1), Calendar(False).at(-1), Calendar(False).at(0)
        (0, -1, 1)
        """
        return place if place < 0 and not self.has_day_0 else place + 1

    def date(self, start: datetime.date, day: int) -> datetime.date:
        """The date of a day of the cycle whose day 1 is `start`.

        >>> print(Calendar().date(datetime.date(2028, 2, 28), 3))
        2028-03-01
        """
        return start + self.place(day) * _A_DAY

    def day(self, start: datetime.date, date: datetime.date) -> int:
        """The day of the cycle that a date is."""
        return self.at((date - start).days)

    def later(self, day: int, by: int) -> int:
        """The day so many days after another.

        >>> Calendar(False).later(-1, 1), Calendar(True).later(-1, 1)
        (1, 0)
        """
        return self.at(self.place(day) + by)


def paper_date(day: datetime.date) -> str:
    """A date that no reader can take for another: day, month in letters, year.

    >>> paper_date(datetime.date(2026, 11, 23))
    '23-Nov-2026'
    """
    return f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year}"

"""What is typed of a change of an order: doses that were given otherwise, moved days, clock times, products."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from cec.drug_names import drug_key
from cec.errors import InputError
from cec.facts.reading import positive, read_count, read_date, read_text
from cec.load.days import read_plain_days
from cec.load.texts import read_clock
from cec.order import MovedDay
from cec.units import AMOUNT, Quantity

_DOSE = re.compile(
    r"(?P<drug>\S.*?)\s+on\s+day\s+(?P<day>-?[0-9]+)(?:\s+dose\s+(?P<number>[0-9]+))?(?:\s*=\s*(?P<amount>.+))?",
    re.IGNORECASE,
)


class GivenText(Struct, frozen=True):
    """What somebody says of one dose: which amount was given, or that it was not given."""

    drug: str
    day: int
    number: int | None = None
    """Which of that day's doses, where there are several."""
    amount: Quantity | None = None
    """None where it was not given."""

    @property
    def option(self) -> str:
        """The option by which it is told."""
        return "--given" if self.amount else "--not-given"


def read_given(text: str) -> GivenText:
    """A dose of which another amount was given than ordered.

    >>> read_given("clofarabine on day 2=20 mg").amount
    Quantity(value=Decimal('20'), unit='mg')
    """
    match = _DOSE.fullmatch(read_text(text))
    if not match or not match["amount"]:
        raise InputError(f"'{text}' is not a dose with an amount; write it like 'clofarabine on day 2=20 mg'")
    return _given(match, positive(AMOUNT)(match["amount"]))


def read_not_given(text: str) -> GivenText:
    """A dose that was not given.

    >>> read_not_given("etoposide on day 2 dose 1")
    GivenText(drug='etoposide', day=2, number=1, amount=None)
    """
    match = _DOSE.fullmatch(read_text(text))
    if not match or match["amount"]:
        raise InputError(f"'{text}' is not a dose; write it like 'etoposide on day 2'")
    return _given(match, None)


def _given(match: re.Match[str], amount: Quantity | None) -> GivenText:
    number = read_count(match["number"]) if match["number"] else None
    (day,) = read_plain_days(match["day"])
    return GivenText(match["drug"], day, number, amount)


def read_day(text: str) -> int:
    """One day of a cycle.

    >>> read_day("3"), read_day("-1")
    (3, -1)
    """
    days = read_plain_days(text)
    if len(days) != 1:
        raise InputError(f"'{text}' is not one day; write it like 3")
    return days[0]


def read_moved_day(text: str) -> MovedDay:
    """A day of a cycle and the date to which it moves.

    >>> read_moved_day("8=2026-12-08").date
    datetime.date(2026, 12, 8)
    """
    day, equals, date = (part.strip() for part in text.partition("="))
    if not equals:
        raise InputError(f"'{text}' is not a day with its date; write it like 8=2026-12-08")
    return MovedDay(read_day(day), read_date(date))


def read_times(texts: Sequence[str]) -> tuple[str, dict[str, tuple[str, ...]]]:
    """When the day's first infusion starts, where that is told, and the clock times of drugs.

    >>> read_times(["14:00", "mesna=10:00, 14:00"])
    ('14:00', {'mesna': ('10:00', '14:00')})
    """
    first, times = "", dict[str, tuple[str, ...]]()
    for text in texts:
        drug, equals, clock = (part.strip() for part in text.partition("="))
        if not equals:
            if first:
                raise InputError(f"the first infusion starts at {first} and at {text}; give one time")
            first = read_clock(drug)
        elif not drug or any(drug_key(drug) == drug_key(other) for other in times):
            raise InputError(f"'{text}' is not a drug with its times, each drug once: mesna=10:00, 14:00")
        else:
            times[drug] = tuple(read_clock(time.strip()) for time in clock.split(","))
    return first, times

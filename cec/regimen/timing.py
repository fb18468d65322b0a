"""When a drug line is given: times of day and days of the week in words, what its start hangs on, and how often."""

from typing import Annotated, Literal

import msgspec

from cec.days import Day
from cec.units import Duration

PARTS_OF_DAY = ("morning", "noon", "evening", "night")

MEALS = ("breakfast", "lunch", "supper")

WORDS_OF_DAY = (*PARTS_OF_DAY, *(f"{when} {meal}" for meal in MEALS for when in ("before", "with", "after")))
"""Times of day in words, whose clock times the pharmacy sets."""

BEFORE_FIRST_INFUSION = "before first infusion"
"""The one time of day that has no clock time."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Anchor(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a start hangs on: the start or the end of another drug's administration, and how long before or after it."""

    to: str
    """The other drug, or what its line is called."""
    edge: Literal["start", "end"]
    by: Duration | None = None
    is_before: bool = False
    which: Literal["", "each", "first", "last"] = ""
    days: tuple[Day, ...] = ()
    """Only the administrations of these days."""

    @property
    def is_beside(self) -> bool:
        """Whether it says only "with" or "after", and so takes a place in the order."""
        return self.by is None


class DoseCount(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many administrations a cycle has of a line: from the least to the most."""

    least: Annotated[int, msgspec.Meta(ge=0)]
    most: Annotated[int, msgspec.Meta(ge=1)]

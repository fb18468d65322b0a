"""One dose of a drug line, for whom and when it is, and how fast it runs."""

from typing import Annotated, Literal

import msgspec

from cec.days import Cycles, Days, holds
from cec.keys import key
from cec.regimen.limits import AnyOf, Conditions
from cec.units import Amount, DoseQuantity, Duration, Quantity, write_range


class Rate(msgspec.Struct, frozen=True, omit_defaults=True):
    """How fast an infusion runs: at one rate, or rising in steps up to the last."""

    first: DoseQuantity
    first_for: Duration | None = None
    """How long the first step lasts, where that is another time."""
    rise: DoseQuantity | None = None
    every: Duration | None = None
    most: DoseQuantity | None = None

    def __str__(self) -> str:
        for_how_long = f" for {self.first_for}" if self.first_for else ""
        to = f" to {self.most}" if self.most else ""
        return f"{self.first}{for_how_long}" + (f" rising by {self.rise} every {self.every}{to}" if self.rise else "")


class DoseEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One dose of several: for whom, on which days and in which cycles it is, and what else then holds.

    A choice of doses is settled by a person.
    """

    dose: Annotated[
        DoseQuantity,
        key(
            "the dose for them; or 50 mg/m2 more (less) than on the day before; of several days more each day",
            reads="entry dose",
        ),
    ]
    """Of a choice the first, of a range the lowest."""
    when: Annotated[
        Conditions, key("for whom this dose is, e.g. {age: under 1 year}; of a list any", reads="any conditions")
    ] = ()
    or_when: AnyOf = ()
    """The rest of a list, of which any may hold."""
    days: Annotated[Days, key("on which days of the line, where not on all", reads="days")] = ()
    cycles: Annotated[Cycles, key("in which cycles, where not in all", reads="cycles")] = ()
    maximum: Annotated[
        Amount | None, key("the most that one administration may be for them", reads="no trailing zeros")
    ] = None
    over: Annotated[Duration | None, key("how long one infusion runs for them", reads="over")] = None
    over_least: Duration | None = None
    """The shortest, where a range is said."""
    rate: Annotated[Rate | None, key("how fast it runs for them", reads="rate")] = None
    confirm: Annotated[str, key("what must be so before it is given", reads="words")] = ""
    alternatives: tuple[DoseQuantity, ...] = ()
    """Of a choice the others."""
    up_to: DoseQuantity | None = None
    """Of a range the highest."""
    step: Literal["", "more", "less"] = ""
    """Whether the dose is so much more, or less, than that of the line's day before."""
    each_day: bool = False
    """Whether it goes on so, from day to day."""

    @property
    def for_whom(self) -> AnyOf:
        """One of which must hold; empty where the entry is for everybody."""
        return (self.when, *self.or_when) if self.when else ()

    def is_on(self, day: int, cycle: int | None) -> bool:
        """Whether it is for a day of a cycle."""
        is_of_cycle = not self.cycles or (cycle is not None and holds(cycle, self.cycles))
        return is_of_cycle and (not self.days or holds(day, self.days))

    @property
    def doses(self) -> tuple[Quantity, ...]:
        """Every dose that it may come to."""
        return (self.dose, *self.alternatives, *((self.up_to,) if self.up_to else ()))

    @property
    def words(self) -> str:
        """What it prescribes, as the file says it."""
        return self.open_words or " ".join(
            filter(None, (str(self.dose), self.step, "each day" if self.each_day else ""))
        )

    @property
    def open_words(self) -> str:
        """What a person must settle, as the file says it; nothing where it is one dose."""
        if self.up_to:
            return write_range(self.dose, self.up_to)
        return " or ".join(map(str, self.doses)) if self.alternatives else ""

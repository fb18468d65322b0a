"""What one drug line comes to, as a chain of steps."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated, Literal, get_args

import msgspec

from cec.days import Day
from cec.order.counts import Number, Place
from cec.units import Amount, DoseQuantity, Duration, Quantity, span, write_duration

Stage = Literal[
    "prescribed",
    "infused",
    "measured",
    "converted",
    "limited",
    "calculated",
    "capped",
    "capped by day",
    "reduced",
    "rounded",
    "set",
]

STAGES: tuple[Stage, ...] = get_args(Stage)
"""The stages of a dose, in their order; a dose passes through those that apply to it."""


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One stage of a dose: what came out, how, and by whose rule."""

    what: Stage
    value: Quantity
    how: str
    source: str = ""

    @property
    def in_words(self) -> str:
        """What a person declared: reduced by so much, set to an amount, withheld."""
        return f"reduced {self.how}" if self.what == "reduced" else self.how


def runs(least: Quantity | None, over: Quantity | None, *, is_computed: bool) -> str:
    """How long an infusion runs: as the regimen says it or, where a rate gives it, in hours and minutes."""
    if not is_computed or over is None:
        return write_duration(least, over)
    hours, minutes = divmod(span(over), datetime.timedelta(hours=1))
    rest = minutes // datetime.timedelta(minutes=1)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")))


class RateStep(msgspec.Struct, frozen=True):
    """A rate of an infusion, from a minute of it on."""

    minute: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    rate: Quantity


class Dose(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one drug line comes to on some of its days: `ordered`, the value of the last step, for one administration.

    A line that gives another amount on other days has one such entry for each amount.
    """

    line: Number
    """The number of the drug line in the regimen, from 1."""
    drug: str
    route: str
    prescribed: DoseQuantity
    calculated: Amount
    ordered: Amount
    deviation_percent: Decimal
    """How far rounding moved the dose, in percent to two decimals."""
    days: tuple[Day, ...]
    """The days of the cycle with this amount."""
    per_day: Number
    steps: tuple[Step, ...]
    hangs_on_days: tuple[Day, ...] = ()
    """The days of the drug that its start hangs on, where it is carried to others."""
    counts: tuple[Number, ...] = ()
    """How many administrations each of these days has, where that is not `per_day` on all of them."""
    daily_total: Amount | None = None
    """All administrations of one of these days together; of an infusion over more than a day, what it gives in 24 h."""
    cycle_total: Amount | None = None
    """All administrations of these days together."""
    no_total: str = ""
    """Why there are no totals, where it is not known how many administrations there will be."""
    entry: Place = 0
    """Which of the line's doses it is, where it has several, from 0."""
    maximum: Amount | None = None
    over: Duration | None = None
    over_least: Duration | None = None
    """The shortest, where a range is said: `over` is then its longest."""
    rate_steps: tuple[RateStep, ...] = ()
    """The rates that `over` comes from, where the regimen says how fast it runs."""
    until: str = ""
    """Up to when it is given: how many doses it will be nobody knows, the totals say the most."""
    confirm: str = ""
    """What must be so before it is given."""
    purpose: str = ""
    timing: str = ""
    """When in the day, in words, where the regimen says."""
    unreduced: Amount | None = None
    """The dose that a declared reduction was taken from."""
    called: str = ""
    """A name of the drug line alone, where its drug has several."""
    withheld: str = ""
    """Why a person leaves the drug out on these days: then it is not computed, and nothing is given."""
    diluent: str = ""
    """The diluent that the regimen names."""
    note: str = ""
    label: tuple[str, ...] = ()
    """What must stand on its labels: by its drug and route, by the regimen's line, by the products taken."""
    assumed: dict[str, str] = {}

    @property
    def runs(self) -> str:
        """How long one infusion runs, in words."""
        return runs(self.over_least, self.over, is_computed=bool(self.rate_steps))

    @property
    def is_infused(self) -> bool:
        """Whether it runs from a bag: not what is pushed from a syringe, nor what is swallowed."""
        return self.over is not None or "infusion" in self.route.casefold()

    @property
    def line_days(self) -> tuple[int, ...]:
        """The days by which its line is given: those of the drug that its start hangs on, where that is another."""
        return self.hangs_on_days or self.days

    def count_on(self, day: int) -> int:
        """How many administrations one of its days has."""
        return self.counts[self.days.index(day)] if self.counts else self.per_day

"""The order: every number that anybody will read, each with its derivation. Always a draft until people sign it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias, get_args

import msgspec

from cec.days import LAST_DAY, Day
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import DrugLine, Level, Regimen
from cec.units import (
    Age,
    Amount,
    AnyClearance,
    Clearance,
    Concentration,
    DoseQuantity,
    Duration,
    Flow,
    FluidPerWeight,
    Height,
    Quantity,
    Volume,
    Weight,
    span,
    write_duration,
    write_range,
)

DayOfDate: TypeAlias = Annotated[int, msgspec.Meta(ge=-2 * LAST_DAY, le=2 * LAST_DAY)]
"""The day of the cycle that a date is, also before the first and after the last: a dose may follow after midnight."""
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
"""Which one of several, or how many, counted from 1."""
Place: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
"""The place in a list, counted from 0."""
Sha256: TypeAlias = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")]
"""64 hexadecimal digits, or nothing."""
Version: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,6}(\\.[0-9]{1,6}){2}$")]
"""A version of the program, like 0.1.0."""

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


class Bsa(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body surface area used for every dose per m2, with its working."""

    formula: str
    title: str
    value: Decimal
    unrounded: Decimal
    how: str
    source: str
    unit: Literal["m2"]
    endless: bool = False
    """Whether the digits of `value` go on, as where it is not rounded."""
    unrounded_endless: bool = False
    """Whether the digits of `unrounded` go on."""

    @property
    def area(self) -> Quantity:
        """What a dose per m2 is multiplied by."""
        return Quantity(self.value, self.unit, self.endless)


class CreatinineClearance(msgspec.Struct, frozen=True, omit_defaults=True):
    """Kidney function as measured, or as estimated from serum creatinine, with its working."""

    value: AnyClearance
    method: str
    how: str
    source: str = ""
    own: Clearance | None = None
    """The patient's own, where `value` is per 1.73 m2."""
    own_how: str = ""

    @property
    def is_measured(self) -> bool:
        """Whether it was measured, not estimated."""
        return self.method == "measured"


class Measures(msgspec.Struct, frozen=True, omit_defaults=True):
    """What doses are computed from, from this day of the cycle on: height in cm, weight in kg, BSA, clearance."""

    from_day: Day
    height: Height
    weight: Weight
    bsa: Bsa
    clearance: CreatinineClearance | None = None


def _runs(least: Quantity | None, over: Quantity | None, *, is_computed: bool) -> str:
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
        return _runs(self.over_least, self.over, is_computed=bool(self.rate_steps))

    @property
    def line_days(self) -> tuple[int, ...]:
        """The days by which its line is given: those of the drug that its start hangs on, where that is another."""
        return self.hangs_on_days or self.days

    def count_on(self, day: int) -> int:
        """How many administrations one of its days has."""
        return self.counts[self.days.index(day)] if self.counts else self.per_day


class Administration(msgspec.Struct, frozen=True, omit_defaults=True):
    """One drug at one time: a row of the schedule. Times are local, without a zone."""

    day: DayOfDate
    """The day of the cycle on whose date it starts."""
    line: Number
    """The number of the drug line in the regimen, from 1."""
    number: Number
    """Which of the line's doses of that day this is, from 1."""
    dose_index: Place
    """Its place in the order's doses, from 0."""
    drug: str
    dose: Amount
    route: str
    date: datetime.date
    start: datetime.datetime | None = None
    not_after: datetime.datetime | None = None
    """The latest time, where the regimen sets a bound and no start."""
    end: datetime.datetime | None = None
    over: Duration | None = None
    rate: Flow | None = None
    over_least: Duration | None = None
    rate_steps: tuple[RateStep, ...] = ()
    boxes: tuple[str, ...] = ()
    """What a person ticks before it is given: what must be so, or that the end is not reached."""
    of_day: Day | None = None
    """The day of the cycle that it is a dose of, where that is not the day of its date."""
    timing: str = ""
    notes: tuple[str, ...] = ()
    """What a person must see in its time: another interval than prescribed, what runs meanwhile."""

    @property
    def runs(self) -> str:
        """How long it runs, in words."""
        return _runs(self.over_least, self.over, is_computed=bool(self.rate_steps))

    @property
    def protocol_day(self) -> int:
        """The day of the cycle that it is a dose of: not always that of its date."""
        return self.day if self.of_day is None else self.of_day

    @property
    def time(self) -> datetime.datetime:
        """When it starts; the latest time where the regimen sets only a bound; where it has no time, the day's end."""
        return self.start or self.not_after or datetime.datetime.combine(self.date, datetime.time(23, 59))


class VialUse(msgspec.Struct, frozen=True):
    """How many of one product are taken; half a tablet is 0.5."""

    product: str
    count: Decimal


class Preparation(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one dose (the same on all its days) is made up; `missing` says why a figure is not there.

    `draw` contains `contains`, which is the ordered dose as nearly as it can be measured. `remove` is the diluent taken
    out of the bag first. The total volume must lie from `lowest_volume` to `highest_volume`.
    """

    drug: str
    dose_index: Place
    """The place of its dose in the order's doses, from 0."""
    dose: Amount
    product: str = ""
    form: str = ""
    strength: Concentration | None = None
    draw: Volume | None = None
    contains: Amount | None = None
    deviation_percent: Decimal | None = None
    vials: tuple[VialUse, ...] = ()
    unused: Amount | None = None
    unused_percent: Decimal | None = None
    diluent: str = ""
    diluent_jurisdiction: str = ""
    """By whose label this diluent is allowed."""
    bag: Volume | None = None
    remove: Volume | None = None
    final_volume: Volume | None = None
    concentration: Concentration | None = None
    lowest_concentration: Concentration | None = None
    highest_concentration: Concentration | None = None
    concentration_jurisdiction: str = ""
    """By whose label these concentrations are allowed."""
    rate: Flow | None = None
    lowest_volume: Volume | None = None
    highest_volume: Volume | None = None
    handling: tuple[str, ...] = ()
    how: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Where the formulary's facts of the drug and of what is taken are from."""
    codes: tuple[str, ...] = ()
    """Codes of the drug and of what is taken, each with the name of its system."""
    missing: str = ""

    @property
    def allowed_concentration(self) -> str:
        """The final concentrations that are allowed, with whose label says so; nothing where none are stated."""
        limits = write_range(self.lowest_concentration, self.highest_concentration)
        return f"{limits} ({self.concentration_jurisdiction})" if limits and self.concentration_jurisdiction else limits


class PickItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is taken from the shelf for the whole cycle: a count of containers, or a volume where none is known."""

    item: str
    kind: Literal["vial", "tablet", "bottle", "bag"]
    drug: str
    count: Decimal | None = None
    volume: Volume | None = None


class DailyFluid(msgspec.Struct, frozen=True, omit_defaults=True):
    """The volume infused on each of these days, and per kg; drugs whose volume is not known are not counted."""

    days: tuple[Day, ...]
    volume: Volume
    per_kg: FluidPerWeight
    not_counted: tuple[str, ...] = ()


NOT_CHECKED = "incomplete"
"""The code of the note on checks that could not be made, of which somebody can tell more."""
NOT_APPLICABLE = "not-applicable"
"""The code of the same note where nothing is left to tell: the checks are not for this patient."""

NOT_ASKED = "not-asked"
"""The code of the note on facts of the history for which the regimen does not ask."""


class NotMade(msgspec.Struct, frozen=True):
    """Checks that were not made, and why: a fact that nobody told, or a patient whom they are not drawn for."""

    why: str
    checks: tuple[str, ...]

    @property
    def what(self) -> str:
        """What was wanting, in few words.

        >>> NotMade("no prior_hsct in the history", ("prior-hsct",)).what
        'no prior_hsct'
        """
        return self.why.partition(" given")[0].partition(" in the history")[0]


class Alert(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person must look at. A `stop` gives no dose until it is accepted with a reason."""

    code: str
    level: Level
    about: str
    text: str
    source: str = ""
    accepted: str = ""
    not_made: tuple[NotMade, ...] = ()
    """Of the note on checks that were not made: which, by what was wanting."""


class EarliestNextCycle(msgspec.Struct, frozen=True, omit_defaults=True):
    """The earliest day 1 of the next cycle; the date where this cycle has one."""

    day: Number
    date: datetime.date | None = None
    text: str = ""
    source: str = ""


class Change(msgspec.Struct, frozen=True):
    """What a revision changed: on which day it was decided, from which day of the cycle it holds, and why."""

    on: datetime.date
    from_day: Day
    what: str
    reason: str


class Release(msgspec.Struct, frozen=True):
    """Who released the order of this fingerprint, and on which day."""

    by: str
    on: datetime.date
    fingerprint: Sha256


class PlaceInTreatment(msgspec.Struct, frozen=True):
    """Where a cycle stands in a treatment of several phases; its number in its phase is the order's `cycle`."""

    name: str
    title: str
    edition: Number
    sha256: Sha256
    phase: Number
    phases: Number
    cycles: Number
    """How many cycles the phase has."""
    in_all: Number
    """Which cycle of the whole treatment it is."""
    of_all: Number


SCHEMA: Literal["cec.order/2"] = "cec.order/2"
"""The form of a saved order. Keys may be added, each with a default; whatever else changes raises the number."""


class Order(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The doses of one cycle for one patient and, where a start is given, their schedule.

    Regimen, patient and pharmacy stand in it whole: an order can be computed again from itself.
    """

    schema: Literal["cec.order/2"]
    written_by: Version
    """The version of cec that drafted the order."""
    fingerprint: Sha256 = ""
    """SHA-256 of the order's own canonical JSON without this key and `release`; see `cec.fingerprint`."""
    revision: Number
    """1, and one more for each order that replaces another."""
    first: Sha256 = ""
    """From revision 2 on, the fingerprint of revision 1."""
    replaces: Sha256 = ""
    """From revision 2 on, the fingerprint of the order that this one replaces."""
    changes: tuple[Change, ...] = ()
    release: Release | msgspec.UnsetType | None = msgspec.UNSET
    """`null` in a draft; not there in orders that were saved before a draft said so."""
    regimen: Regimen
    patient: Patient
    pharmacy: Pharmacy
    measures: tuple[Measures, ...]
    """In the sequence of their days; one entry where nothing was measured again within the cycle."""
    doses: tuple[Dose, ...]
    """In the sequence of the drug lines and, within a line, of its days."""
    sha256: Sha256
    """SHA-256 of everything that the order was computed from."""
    age: Age | None = None
    start: datetime.date | None = None
    cycle: Number | None = None
    of_treatment: PlaceInTreatment | None = None
    days: Number | None = None
    """Up to which day lines with an open end were drawn, where a person said so."""
    administrations: tuple[Administration, ...] = ()
    preparations: tuple[Preparation, ...] = ()
    daily_fluids: tuple[DailyFluid, ...] = ()
    pick_list: tuple[PickItem, ...] = ()
    next_cycle: EarliestNextCycle | None = None
    alerts: tuple[Alert, ...] = ()
    overrides: tuple[str, ...] = ()
    """Which inputs replaced others, in words."""
    as_of: datetime.date | None = None
    """The day for which an age is computed from a date of birth."""

    def line_of(self, dose: Dose | Administration) -> DrugLine:
        """The regimen's drug line that a dose or an administration belongs to."""
        return self.regimen.drugs[dose.line - 1]

    def days_of(self, dose: Dose) -> tuple[int, ...]:
        """Every day of this cycle on which the dose's drug line is given, in whatever amount."""
        return tuple(sorted({day for each in self.doses if each.line == dose.line for day in each.days}))

    @property
    def last_day(self) -> int | None:
        """The last day of this cycle on which a drug is given; None where days go on without an end."""
        last = max(day for dose in self.doses for day in dose.days)
        return None if last == LAST_DAY else last

    def date_of(self, day: int) -> datetime.date | None:
        """The date of a day of the cycle, where the order has a start."""
        return self.regimen.calendar.date(self.start, day) if self.start else None

    def measures_on(self, day: int) -> Measures:
        """The measures that doses of a day of the cycle are computed from."""
        return next((each for each in reversed(self.measures) if each.from_day <= day), self.measures[0])

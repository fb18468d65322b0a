"""The drug line of a regimen: how much, when, for whom."""

import datetime
from functools import cached_property
from typing import Annotated

import msgspec

from cec.days import Cycles, Days, is_open, numbers_of
from cec.keys import key
from cec.regimen.dose_entry import DoseEntry, Rate
from cec.regimen.limits import AnyOf
from cec.regimen.timing import Anchor, DoseCount
from cec.units import (
    Amount,
    Area,
    Clearance,
    DoseQuantity,
    Duration,
    Quantity,
    TotalDose,
    Weight,
    dose_unit,
    drug_of_share,
    span,
    write_duration,
)

_A_DAY = datetime.timedelta(days=1)


class DrugLine(msgspec.Struct, frozen=True, omit_defaults=True, dict=True):
    """One drug of a regimen: dose, route, duration and days, and when in the day it is given.

    `dose` is for one administration, unless `divided_into` says that it is a day's dose in so many parts. Its unit is
    its basis: mg/m2 by BSA, mg/kg by weight, AUC by Calvert, mg flat.
    """

    drug: Annotated[str, key("the drug's full name")]
    dose: Annotated[
        DoseQuantity | tuple[DoseEntry, ...],
        key(
            "dose of one administration, in mg/m2 (by BSA), mg/kg (by weight), mg (flat) or AUC (Calvert; or by "
            "newell-1993); a rate, e.g. 100 mg/m2/24h, whose bag is rate × over; or a list of {when, dose} for bands "
            "of age or weight, in which nobody is left out or in two; AUC 5 or AUC 6, or 20 to 30 mg/m2, where a "
            "person must choose",
            reads="dose",
        ),
    ]
    route: Annotated[str, key("e.g. IV infusion, IV bolus, oral, intrathecal", reads="route")]
    days: Annotated[
        Days,
        key("days of the cycle, e.g. 1-5, or 1, 8, 15, or 15 onwards, or daily; with start, only these", reads="days"),
    ] = ()
    repeat: Annotated[
        Duration | None, key("the same days again to the end of the cycle, e.g. every 28 days", reads="repeat")
    ] = None
    weekdays: Annotated[tuple[str, ...], key("only those of its days, e.g. Monday to Friday", reads="weekdays")] = ()
    total_doses: Annotated[
        DoseCount | None,
        key("administrations in the cycle, e.g. 7, or at most 12, or at least 4, at most 12", reads="dose count"),
    ] = None
    only: Annotated[
        AnyOf,
        key("for whom it is, e.g. {age: under 10 years}; of a list any; others go without", reads="any conditions"),
    ] = ()
    purpose: Annotated[str, key("what it is given for, where that is not the treatment itself")] = ""
    over: Annotated[Duration | None, key("how long one infusion runs, e.g. 2 h, or 30 to 60 min", reads="over")] = None
    over_least: Duration | None = None
    """The shortest, where a range is said."""
    rate: Annotated[
        Rate | None,
        key(
            "how fast it runs, which gives how long, e.g. 10 mg/m2/min, or 50 mg/h rising by 50 mg/h every 30 min to "
            "400 mg/h",
            reads="rate",
        ),
    ] = None
    until: Annotated[
        str, key("up to when it is given: a box beside each dose, e.g. ANC above 3 x 10^9/L", reads="words")
    ] = ""
    confirm: Annotated[
        str, key("what must be so before it is given: a box, e.g. platelets above 75 x 10^9/L", reads="words")
    ] = ""
    maximum: Annotated[
        Amount | None, key("the most that one administration may be, e.g. 2 mg", reads="no trailing zeros")
    ] = None
    maximum_a_day: Annotated[
        Amount | None,
        key("the most that the line's administrations of one day may be together, evenly", reads="no trailing zeros"),
    ] = None
    lifetime_maximum: Annotated[
        TotalDose | None, key("the most that a patient may have in all, e.g. 450 mg/m2", reads="no trailing zeros")
    ] = None
    bsa_cap: Annotated[Area | None, key("the BSA above which the dose does not rise, e.g. 2 m2")] = None
    weight_cap: Annotated[Weight | None, key("the weight above which the dose does not rise, e.g. 100 kg")] = None
    clearance_cap: Annotated[
        Clearance | None,
        key("the clearance above which a dose by AUC does not rise, measured or estimated, e.g. 125 mL/min"),
    ] = None
    times: Annotated[int, key("how often a day the dose is given; without every or at, spread over the day")] = 1
    every: Annotated[
        Duration | None, key("time from one start to the next, e.g. 6 h; alone, round the clock on its days")
    ] = None
    divided_into: Annotated[int, key("the dose is a day's dose, given in so many equal parts")] = 1
    at: Annotated[
        tuple[str, ...],
        key(
            'clock times in quotes, e.g. "08:00, 20:00", or words, e.g. morning, after supper, before first infusion',
            reads="clock times",
        ),
    ] = ()
    start: Annotated[
        tuple[Anchor, ...],
        key(
            "what its start hangs on, e.g. with oxaliplatin, 24 h after the start of methotrexate, 30 min before "
            "paclitaxel; or a list of such",
            reads="anchors",
        ),
    ] = ()
    called: Annotated[str, key("a name of this line alone, where a drug has several")] = ""
    after: Annotated[str, key("the drug after whose end this one starts, as start: after")] = ""
    gap: Annotated[Duration | None, key("how long after that end, as start: 3 h after the end of")] = None
    cycles: Annotated[
        Cycles, key("the cycles in which the drug is given, e.g. 1-4, or odd, or 2 onwards", reads="cycles")
    ] = ()
    diluent: Annotated[str, key("what the protocol names as diluent")] = ""
    label: Annotated[str, key("what must stand on every label of the drug, e.g. for intravenous use only")] = ""
    note: Annotated[str, key("anything else the protocol says of this line")] = ""
    source: Annotated[str, key("where this line is from, if not from the regimen's source")] = ""
    assumed: Annotated[dict[str, str], key("what goes beyond the source: key of this line, and why")] = {}

    share_unit: str = ""
    """Of a share of another drug's dose, the unit of that drug's amounts; no key of a file."""

    @cached_property
    def shared_with(self) -> str:
        """The drug of whose dose its doses are shares; nothing where they are none."""
        doses = (self.dose,) if isinstance(self.dose, Quantity) else self.doses
        return next((drug for dose in doses if (drug := drug_of_share(dose.unit))), "")

    @property
    def is_by_rate(self) -> bool:
        """Whether how long it runs depends on the amount."""
        return bool(self.rate or any(entry.rate for entry in self.entries))

    @property
    def runs(self) -> str:
        """How long one infusion runs, or how fast, as the file says it."""
        return str(self.rate) if self.rate else write_duration(self.over_least, self.over)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What the line may be named by: its drug, and what it is called."""
        return (self.drug, self.called) if self.called else (self.drug,)

    @cached_property
    def doses(self) -> tuple[Quantity, ...]:
        """Every dose that the line prescribes to anybody."""
        return tuple(dose for entry in self.entries for dose in entry.doses)

    @cached_property
    def entries(self) -> tuple[DoseEntry, ...]:
        """Its doses: one for everybody, or those of its list."""
        return (DoseEntry(self.dose),) if isinstance(self.dose, Quantity) else self.dose

    @property
    def longest(self) -> Quantity | None:
        """How long one infusion runs at most; None where none has a length."""
        overs = [over for entry in self.entries if (over := entry.over or self.over)]
        return max(overs, key=span, default=None)

    @cached_property
    def amount_unit(self) -> str:
        """The unit of the amounts that its doses come to."""
        return self.share_unit or dose_unit(self.doses[0].unit).amount

    @cached_property
    def has_plain_days(self) -> bool:
        """Whether its days are those of the file, whatever cycle it is and when it begins."""
        return not (is_open(self.days) or self.repeat or self.weekdays or self.total_doses or self.anchors)

    @cached_property
    def anchors(self) -> tuple[Anchor, ...]:
        """What its starts hang on, each an administration of another drug."""
        return (Anchor(self.after, "end", self.gap),) if self.after else self.start

    @cached_property
    def hangs_on_cycle(self) -> bool:
        """Whether it is not given alike in every cycle."""
        return bool(self.cycles or any(entry.cycles for entry in self.entries))

    @cached_property
    def per_day(self) -> int:
        """Administrations on each of its days, where they hang on no other drug."""
        stated = max(self.times, self.divided_into, len(self.at))
        if stated > 1 or not self.every:
            return stated
        if self.total_doses and self.is_on_end:
            return self.total_doses.most
        return max(1, _A_DAY // span(self.every))

    @cached_property
    def is_carried(self) -> bool:
        """Whether its doses may come on other days than those that its starts are counted from."""
        return bool(self.anchors) or self.is_on_end

    @cached_property
    def is_on_end(self) -> bool:
        """Whether so many doses follow each other from one start, over midnight and on."""
        if not (self.every and self.total_doses and self.times == self.divided_into == 1):
            return False
        return bool(self.anchors) or len(numbers_of(self.days)) < 2

    @property
    def caps(self) -> tuple[str, ...]:
        """What keeps its doses from rising, in words."""
        caps = {
            "maximum {}": self.maximum,
            "maximum {} a day": self.maximum_a_day,
            "BSA to {}": self.bsa_cap,
            "weight to {}": self.weight_cap,
            "clearance to {}": self.clearance_cap,
        }
        return tuple(words.format(cap) for words, cap in caps.items() if cap)


CAPS = ("maximum", "maximum_a_day", "bsa_cap", "weight_cap", "clearance_cap")
"""The keys of a drug line that keep its doses from rising."""

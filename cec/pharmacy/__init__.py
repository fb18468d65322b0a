"""The pharmacy: how it doses (policy) and what it stocks (formulary)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from cec.errors import InputError
from cec.keys import key
from cec.pharmacy.formulary import FormularyDrug, Stability
from cec.regimen import entry_of
from cec.units import Amount, Area, Clearance, Duration, Quantity

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


TIMES_OF_DAY = {
    "morning": "08:00",
    "noon": "12:00",
    "evening": "20:00",
    "night": "22:00",
    "before breakfast": "07:30",
    "with breakfast": "08:00",
    "after breakfast": "08:30",
    "before lunch": "11:30",
    "with lunch": "12:00",
    "after lunch": "12:30",
    "before supper": "17:30",
    "with supper": "18:00",
    "after supper": "18:30",
}
"""The clock times of words of the day, where the pharmacy sets no others."""


class RoundingBand(msgspec.Struct, frozen=True):
    """Doses from `low` to `high` (both included) are given as `dose`."""

    low: Annotated[Amount, key("lowest calculated dose of the band, included", name="from")]
    high: Annotated[Amount, key("highest calculated dose of the band, included", name="to")]
    dose: Annotated[Amount, key("the dose that is given")]


class DoseRounding(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the doses of one drug are rounded: to an amount, or by a table of bands."""

    way: Literal["nearest", "down", "band"]
    to: Amount | None = None
    bands: Annotated[tuple[RoundingBand, ...], key("from, to, dose")] = ()


class Pharmacy(msgspec.Struct, frozen=True):
    """The policy, with its defaults, and the formulary. An empty `sha256` is the built-in default, no file.

    Saved whole, defaults too: an order that is computed again must not meet the defaults of a later edition.
    """

    name: Annotated[str, key("the pharmacy's name, for the sheet")] = ""
    default_regimen: Annotated[str, key("the regimen of `cec dose` where none is named")] = "cec-induction"
    bsa_formula: Annotated[str, key("e.g. mosteller; see cec bsa", reads="BSA formula")] = "mosteller"
    bsa_rounding: Annotated[Area | None, key("e.g. 0.01 m2, half-up; or none", reads="rounding of the BSA")] = Quantity(
        Decimal("0.01"), "m2"
    )
    clearance_cap: Annotated[
        Clearance | Literal["none"] | None,
        key(
            "the most that an estimated clearance counts in a dose by AUC, e.g. 125 mL/min; or none, where the "
            "pharmacy does not cap it",
            reads="clearance cap",
        ),
    ] = None
    """Nothing where the file does not say: two published rules disagree."""
    dose_rounding: Annotated[
        dict[str, DoseRounding], key("by drug: nearest 0.5 mg, down to 5 mg, or a table of bands")
    ] = {}
    largest_deviation: Annotated[
        Decimal, key("the most that rounding, and measuring with it, may move a dose", reads="deviation")
    ] = Decimal(5)
    """Percent."""
    largest_deviation_of: Annotated[
        dict[str, Annotated[Decimal, key("in percent", reads="percentage")]],
        key("the same by drug, where it is another, e.g. {prednisone: 10%}"),
    ] = {}
    first_infusion: Annotated[str, key("start of the day's first infusion, in quotes", reads="time of day")] = "09:00"
    gap: Annotated[Duration, key("time between two infusions, e.g. 15 min", reads="gap")] = Quantity(Decimal(0), "min")
    first_dose: Annotated[
        str, key("start of the day over which several doses without an interval are spread", reads="time of day")
    ] = "08:00"
    last_dose: Annotated[str, key("the last dose of that day, in quotes", reads="time of day")] = "20:00"
    times_of_day: Annotated[
        dict[str, Annotated[str, key("its clock time, in quotes", reads="time of day")]],
        key(
            "clock times of words, where they are others, e.g. {after breakfast: '08:15', night: '23:00'}",
            reads="words of day",
        ),
    ] = {}
    time_zone: Annotated[
        str, key("for calendars and real hours across a change of the clock, e.g. Europe/Warsaw", reads="time zone")
    ] = ""
    made_at: Annotated[
        str,
        key("when the doses of a day are made up, in quotes: use-before counts from it", reads="time of day"),
    ] = ""
    """Nothing where the file does not say: papers then say within how long of making a dose is used."""
    storage: Annotated[
        str, key("where doses made up are kept, as `conditions` of stability say it, e.g. 2 to 8 degrees C")
    ] = ""
    jurisdiction: Annotated[
        str, key("whose label is followed for stability, as `jurisdiction` there says it, e.g. EU label")
    ] = ""
    measures_valid_for: Annotated[Duration, key("how old height and weight may be at the start")] = Quantity(
        Decimal(7), "days"
    )
    weight_change: Annotated[
        Decimal | None,
        key(
            "the change of weight within a cycle from which the pharmacy doses anew, e.g. 10%; cec doses by the weight "
            "that it is told, and asks below this",
            reads="percentage",
        ),
    ] = None
    require_review: Annotated[
        bool, key("whether a regimen whose file nobody reviewed as it is gives no dose without a reason")
    ] = False
    print_choices: Annotated[
        bool, key("whether a route that a regimen leaves open may be chosen on paper, where it prints as boxes")
    ] = False
    tall_man: Annotated[
        tuple[str, ...],
        key("how names that are mixed up are written on paper, e.g. [vinCRIStine, vinBLAStine]"),
    ] = ()
    share_vials: Annotated[bool, key("whether doses that a patient gets on one day may share a vial")] = False
    share_vials_between_patients: Annotated[
        bool,
        key("whether the worklist may share vials between patients, of products that say how long an opened one keeps"),
    ] = False
    formulary: Annotated[
        dict[str, FormularyDrug], key("by drug: products, bags and how it is made up", reads="formulary")
    ] = {}
    sha256: str = ""

    @property
    def names_of_drugs(self) -> Mapping[str, Iterable[str]]:
        """The drugs that each key of the file names."""
        return {
            "dose_rounding": self.dose_rounding,
            "largest_deviation_of": self.largest_deviation_of,
            "formulary": self.formulary,
        }

    def formulary_entry(self, drug: str) -> FormularyDrug | None:
        """What the formulary says of a drug, however its name is spelled."""
        return entry_of(drug, self.formulary)

    def names_of(self, drug: str) -> tuple[str, ...]:
        """The drug's name and those of its products in the formulary."""
        entry = self.formulary_entry(drug)
        return (drug, *(product.name for product in entry.products)) if entry else (drug,)

    def deviation_allowed(self, drug: str) -> Decimal:
        """The most that rounding, and measuring with it, may move a dose of this drug, in percent."""
        of_drug = entry_of(drug, self.largest_deviation_of)
        return self.largest_deviation if of_drug is None else of_drug

    def clock_of(self, time: str) -> str:
        """The clock time of a word of the day; a clock time itself.

        >>> Pharmacy().clock_of("after supper"), Pharmacy(times_of_day={"night": "23:00"}).clock_of("night")
        ('18:30', '23:00')
        """
        return self.times_of_day.get(time) or TIMES_OF_DAY.get(time, time)

    def follows(self, stability: Stability) -> bool:
        """Whether it follows the label that says how long a drug keeps, and keeps what it makes as that says."""
        is_by_it = not self.jurisdiction or self.jurisdiction.casefold() == stability.jurisdiction.casefold()
        return is_by_it and (not self.storage or self.storage.casefold() == stability.conditions.casefold())

    @property
    def zone(self) -> "ZoneInfo | None":
        """The time zone; None where none is named. InputError for a name that there is not."""
        return zone_of(self.time_zone) if self.time_zone else None


def zone_of(name: str) -> "ZoneInfo":
    """The time zone of a name.

    >>> zone_of("Europe/Warsaw").key
    'Europe/Warsaw'
    """
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InputError(f"'{name}' is not a time zone; write it like Europe/Warsaw") from None

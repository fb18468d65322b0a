"""The pharmacy: how it doses (policy) and what it stocks (formulary)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from cec.errors import InputError
from cec.keys import key
from cec.regimen import Conditions, entry_of
from cec.units import Amount, Area, Clearance, Concentration, Duration, Quantity, Volume, write_range

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


class Product(msgspec.Struct, frozen=True, omit_defaults=True):
    """One product on the shelf: a vial, a tablet or a bottle.

    A solution has a `strength` (mg/mL) and a `volume`; a powder has a `content` and the volume it is dissolved in
    (`reconstituted_with`), which give its strength; a tablet has a `content`.
    """

    name: Annotated[str, key("as it stands on the shelf")]
    form: Annotated[Literal["solution", "powder", "tablet", "oral solution"], key("what it is")]
    strength: Annotated[Concentration | None, key("concentration of a solution, e.g. 1 mg/mL")] = None
    volume: Annotated[Volume | None, key("volume of one container of a solution")] = None
    content: Annotated[Amount | None, key("drug in one container of powder, or in one tablet")] = None
    reconstituted_with: Annotated[Volume | None, key("volume that a powder is dissolved in")] = None
    reconstitution_fluid: Annotated[str, key("the fluid that a powder is dissolved in")] = ""
    keeps_opened: Annotated[
        Duration | None, key("how long an opened vial may be drawn from, by its label or your own rule, e.g. 6 h")
    ] = None
    halves: Annotated[bool, key("whether the tablet may be halved")] = False
    label: Annotated[str, key("what must stand on every label of a dose made from it")] = ""
    not_for: Annotated[
        Conditions,
        key("patients who never get it, e.g. {age: under 5 years}; nor where that is not known", reads="conditions"),
    ] = ()
    """Patients of whom all this is true never get it."""
    rxnorm: Annotated[str, key("RxNorm code of the product")] = ""
    source: Annotated[str, key("where these facts are from")] = ""


UNDILUTED = "undiluted"
"""What stands for the diluent of what is drawn up and given as it is."""


class Stability(msgspec.Struct, frozen=True, omit_defaults=True):
    """How long the diluted drug keeps, and by whose label."""

    hours: Annotated[Duration, key("how long it keeps")]
    conditions: Annotated[str, key("e.g. room temperature")]
    jurisdiction: Annotated[str, key("whose label says so, e.g. US")]
    concentration: Annotated[Concentration | None, key("at which concentration, where it matters")] = None
    source: Annotated[str, key("where this is from")] = ""
    lowest_concentration: Annotated[Concentration | None, key("from which concentration on, instead of one")] = None
    highest_concentration: Annotated[Concentration | None, key("up to which concentration, instead of one")] = None
    diluent: Annotated[
        str, key("in which diluent, where it matters; undiluted, for what is drawn up and given as it is")
    ] = ""

    @property
    def words(self) -> str:
        """How long it keeps, and where that holds.

        >>> print(Stability(Quantity(Decimal(24), "h"), "room temperature", "US label", diluent="glucose 5%").words)
        in glucose 5% 24 h, room temperature (US label)
        """
        bounds = self.concentration or write_range(self.lowest_concentration, self.highest_concentration)
        at = f"{'' if str(bounds).startswith('at') else 'at '}{bounds}" if bounds else ""
        diluent = self.diluent if self.diluent == UNDILUTED else f"in {self.diluent}" if self.diluent else ""
        where = " ".join(filter(None, (at, diluent)))
        return f"{where} {self.hours}, {self.conditions} ({self.jurisdiction})".strip()


class Diluent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a drug may be diluted in, and by whose label where labels differ."""

    name: Annotated[str, key("the diluent")]
    jurisdiction: Annotated[str, key("whose label allows it, e.g. US label")] = ""
    source: Annotated[str, key("where this is from")] = ""

    @property
    def words(self) -> str:
        """Its name, with whose label allows it where that is stated."""
        return f"{self.name} ({self.jurisdiction})" if self.jurisdiction else self.name


class FormularyDrug(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the pharmacy knows of one drug; every list in the order of preference."""

    drug: str
    products: Annotated[tuple[Product, ...], key("products in stock, the preferred one first")] = ()
    diluents: Annotated[
        tuple[Diluent, ...],
        key("allowed diluents, the preferred one first; or {name, jurisdiction}, where labels differ"),
    ] = ()
    lowest_concentration: Annotated[Concentration | None, key("lowest allowed final concentration")] = None
    highest_concentration: Annotated[Concentration | None, key("highest allowed final concentration")] = None
    concentration_jurisdiction: Annotated[str, key("whose label allows these concentrations, e.g. US label")] = ""
    bags: Annotated[tuple[Volume, ...], key("bag sizes in stock")] = ()
    drug_volume: Annotated[
        Literal["replaces diluent", "added to bag"],
        key("whether as much diluent is taken out as drug goes in (the default), or the bag grows by it"),
    ] = "replaces diluent"
    measuring_step: Annotated[Volume | None, key("the smallest step that a syringe is read to, e.g. 0.1 mL")] = None
    cytotoxic: Annotated[bool | None, key("whether labels and worksheets call it cytotoxic")] = None
    """Nothing where the file does not say."""
    filter: Annotated[str, key("filter")] = ""
    light: Annotated[str, key("protection from light")] = ""
    line: Annotated[str, key("rules for the infusion line")] = ""
    stability: Annotated[tuple[Stability, ...], key("how long the diluted drug keeps, by whose label")] = ()
    atc: Annotated[str, key("ATC code")] = ""
    rxnorm: Annotated[str, key("RxNorm code of the ingredient")] = ""
    source: Annotated[str, key("where these facts are from")] = ""


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

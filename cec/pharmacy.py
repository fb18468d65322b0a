"""The pharmacy: how it doses (policy) and what it stocks (formulary)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import msgspec

from cec.errors import InputError
from cec.regimen import Condition
from cec.units import Quantity

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class RoundingBand(msgspec.Struct, frozen=True):
    """Doses from `low` to `high` (both included) are given as `dose`."""

    low: Quantity
    high: Quantity
    dose: Quantity


class DoseRounding(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the doses of one drug are rounded: to an amount, or by a table of bands."""

    way: Literal["nearest", "down", "band"]
    to: Quantity | None = None
    bands: tuple[RoundingBand, ...] = ()


class Product(msgspec.Struct, frozen=True, omit_defaults=True):
    """One product on the shelf: a vial, a tablet or a bottle.

    A solution has a `strength` (mg/mL) and a `volume`; a powder has a `content` and the volume it is dissolved in
    (`reconstituted_with`), which give its strength; a tablet has a `content`.
    """

    name: str
    form: Literal["solution", "powder", "tablet", "oral solution"]
    strength: Quantity | None = None
    volume: Quantity | None = None
    content: Quantity | None = None
    reconstituted_with: Quantity | None = None
    reconstitution_fluid: str = ""
    halves: bool = False
    label: str = ""
    not_for: tuple[Condition, ...] = ()
    """Patients of whom all this is true never get it."""
    rxnorm: str = ""
    source: str = ""


class Stability(msgspec.Struct, frozen=True, omit_defaults=True):
    """How long the diluted drug keeps, and by whose label."""

    hours: Quantity
    conditions: str
    jurisdiction: str
    concentration: Quantity | None = None
    source: str = ""


class Diluent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a drug may be diluted in, and by whose label where labels differ."""

    name: str
    jurisdiction: str = ""
    source: str = ""

    @property
    def words(self) -> str:
        """Its name, with whose label allows it where that is stated."""
        return f"{self.name} ({self.jurisdiction})" if self.jurisdiction else self.name


class FormularyDrug(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the pharmacy knows of one drug; every list in the order of preference."""

    drug: str
    products: tuple[Product, ...] = ()
    diluents: tuple[Diluent, ...] = ()
    lowest_concentration: Quantity | None = None
    highest_concentration: Quantity | None = None
    concentration_jurisdiction: str = ""
    """By whose label these concentrations are allowed."""
    bags: tuple[Quantity, ...] = ()
    drug_volume: Literal["replaces diluent", "added to bag"] = "replaces diluent"
    """What becomes of the drawn volume: as much diluent is taken out first, or the bag grows by it."""
    measuring_step: Quantity | None = None
    cytotoxic: bool | None = None
    """Whether labels and worksheets call it cytotoxic; nothing where the file does not say."""
    filter: str = ""
    light: str = ""
    line: str = ""
    stability: tuple[Stability, ...] = ()
    atc: str = ""
    rxnorm: str = ""
    source: str = ""


class Pharmacy(msgspec.Struct, frozen=True):
    """The policy, with its defaults, and the formulary. An empty `sha256` is the built-in default, no file.

    Saved whole, defaults too: an order that is computed again must not meet the defaults of a later edition.
    """

    name: str = ""
    default_regimen: str = "cec-induction"
    bsa_formula: str = "mosteller"
    bsa_rounding: Quantity | None = Quantity(Decimal("0.01"), "m2")
    dose_rounding: dict[str, DoseRounding] = {}
    largest_deviation: Decimal = Decimal(5)
    """The most that rounding, and measuring with it, may move a dose, in percent."""
    first_infusion: str = "09:00"
    gap: Quantity = Quantity(Decimal(0), "min")
    time_zone: str = ""
    measures_valid_for: Quantity = Quantity(Decimal(7), "days")
    share_vials: bool = False
    formulary: dict[str, FormularyDrug] = {}
    sha256: str = ""

    @property
    def zone(self) -> ZoneInfo | None:
        """The time zone; None where none is named. InputError for a name that there is not."""
        return zone_of(self.time_zone) if self.time_zone else None


def zone_of(name: str) -> ZoneInfo:
    """The time zone of a name.

    >>> zone_of("Europe/Warsaw").key
    'Europe/Warsaw'
    """
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InputError(f"'{name}' is no time zone; write it like Europe/Warsaw") from None

"""What a pharmacy stocks of a drug, and how it is made up: products, diluents, concentrations, how long it keeps."""

from typing import Annotated, Literal

import msgspec

from cec.keys import key
from cec.regimen import Conditions
from cec.units import Amount, Concentration, Duration, Volume, write_range


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

        >>> from decimal import Decimal
        >>> from cec.units import Quantity
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

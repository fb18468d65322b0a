"""The shape of a pharmacy file: policy and formulary."""

from __future__ import annotations

import datetime
import itertools
import re
from typing import Any

from cec.errors import CecError, InputError
from cec.facts.reading import positive, read_boolean, read_text
from cec.load.drug_line import CONDITIONS
from cec.load.product_names import drug_faults, figure_faults
from cec.load.shapes import Field, Shape, choice, either, list_of, mapping, mapping_of, stated_of, text
from cec.load.texts import (
    read_clock,
    read_percent,
    read_rounding_amount,
)
from cec.load.written import write_percent, write_text
from cec.pharmacy import (
    Diluent,
    DoseRounding,
    FormularyDrug,
    Pharmacy,
    Product,
    RoundingBand,
    Stability,
    zone_of,
)
from cec.units import AMOUNT, CONCENTRATION, DURATION, VOLUME, Quantity, convert, read_quantity, span

TEXT = text(read_text)
TRUE_FALSE = text(read_boolean, {"type": "boolean"})
AMOUNT_TEXT = text(positive(AMOUNT), {"type": "string", "examples": ["20 mg"]})
VOLUME_TEXT = text(positive(VOLUME), {"type": "string", "examples": ["20 mL"]})
CONCENTRATION_TEXT = text(positive(CONCENTRATION), {"type": "string", "examples": ["1 mg/mL"]})


def read_rounding(value: str) -> DoseRounding:
    """A rule from its words.

    >>> read_rounding("down to 5 mg")
    DoseRounding(way='down', to=Quantity(value=Decimal('5'), unit='mg'), bands=())
    """
    match = re.fullmatch(r"(nearest|down to)\s+(.+)", value)
    if not match:
        raise InputError(f"'{value}' is no rounding; write it like: nearest 0.5 mg, or: down to 5 mg")
    return DoseRounding("nearest" if match[1] == "nearest" else "down", positive(AMOUNT)(match[2]))


def _write_rounding(rounding: DoseRounding) -> str:
    """The words of a rule."""
    return f"{'down to' if rounding.way == 'down' else rounding.way} {write_text(rounding.to)}"


def _bands(bands: tuple[RoundingBand, ...]) -> DoseRounding:
    """A table of bands; gaps are allowed (no rounding there is refused at the dose), overlaps are not."""
    faults = [f"band {band.low} to {band.high} runs backwards" for band in bands if band.low.value > band.high.value]
    faults += [
        f"band {after.low} to {after.high} does not lie above the band before it, {before.low} to {before.high}"
        for before, after in itertools.pairwise(bands)
        if after.low.value <= before.high.value
    ]
    if len({quantity.unit for band in bands for quantity in (band.low, band.high, band.dose)}) != 1:
        faults.append("the bands are empty or in several units; use one unit")
    if faults:
        raise CecError(*faults)
    return DoseRounding("band", bands=bands)


BAND = mapping(
    {
        "from": Field(AMOUNT_TEXT, "lowest calculated dose of the band, included", required=True),
        "to": Field(AMOUNT_TEXT, "highest calculated dose of the band, included", required=True),
        "dose": Field(AMOUNT_TEXT, "the dose that is given", required=True),
    },
    lambda values: RoundingBand(values["from"], values["to"], values["dose"]),
    parts=lambda band: {"from": band.low, "to": band.high, "dose": band.dose},
)
ROUNDING = either(
    mapping(
        {"bands": Field(list_of(BAND), "from, to, dose", required=True)},
        lambda values: _bands(values["bands"]),
        parts=lambda rounding: {"bands": rounding.bands},
    ),
    text(read_rounding, {"type": "string", "examples": ["nearest 0.5 mg", "down to 5 mg"]}, _write_rounding),
    lambda node: node.entries is not None,
    lambda rounding: rounding.way == "band",
)

PRODUCT = mapping(
    {
        "name": Field(TEXT, "as it stands on the shelf", required=True),
        "form": Field(choice("solution", "powder", "tablet", "oral solution"), "what it is", required=True),
        "strength": Field(CONCENTRATION_TEXT, "concentration of a solution, e.g. 1 mg/mL"),
        "volume": Field(VOLUME_TEXT, "volume of one container of a solution"),
        "content": Field(AMOUNT_TEXT, "drug in one container of powder, or in one tablet"),
        "reconstituted_with": Field(VOLUME_TEXT, "volume that a powder is dissolved in"),
        "reconstitution_fluid": Field(TEXT, "the fluid that a powder is dissolved in"),
        "halves": Field(TRUE_FALSE, "whether the tablet may be halved"),
        "not_for": Field(
            CONDITIONS, "patients who never get it, e.g. {age: under 5 years}; nor where that is not known"
        ),
        "label": Field(TEXT, "what must stand on every label of a dose made from it"),
        "rxnorm": Field(TEXT, "RxNorm code of the product"),
        "source": Field(TEXT, "where these facts are from"),
    },
    lambda values: _product(Product(**values)),
    label="name",
)


def _product(product: Product) -> Product:
    """A product that has the figures its form needs, and no others."""
    needed = {
        "solution": {"strength", "volume"},
        "oral solution": {"strength"},
        "powder": {"content", "reconstituted_with"},
        "tablet": {"content"},
    }[product.form]
    allowed = needed | {"oral solution": {"volume"}, "powder": {"strength"}}.get(product.form, set())
    faults = []
    for name in ("strength", "volume", "content", "reconstituted_with"):
        given = getattr(product, name) is not None
        if name in needed and not given:
            faults.append(f"'{name}' is missing: a {product.form} has {' and '.join(sorted(needed))}")
        elif given and name not in allowed:
            faults.append(f"'{name}' does not belong to a {product.form}")
    if product.halves and product.form != "tablet":
        faults.append("only a tablet can be halved")
    if faults := faults or list(figure_faults(product)):
        raise CecError(*faults)
    return product


STABILITY = mapping(
    {
        "hours": Field(
            text(positive(DURATION), {"type": "string", "examples": ["24 h"]}), "how long it keeps", required=True
        ),
        "conditions": Field(TEXT, "e.g. room temperature", required=True),
        "jurisdiction": Field(TEXT, "whose label says so, e.g. US", required=True),
        "concentration": Field(CONCENTRATION_TEXT, "at which concentration, where it matters"),
        "source": Field(TEXT, "where this is from"),
    },
    lambda values: Stability(**values),
)

DILUENT = either(
    mapping(
        {
            "name": Field(TEXT, "the diluent", required=True),
            "jurisdiction": Field(TEXT, "whose label allows it, e.g. US label", required=True),
            "source": Field(TEXT, "where this is from"),
        },
        lambda values: Diluent(**values),
    ),
    text(lambda value: Diluent(read_text(value)), write=lambda diluent: write_text(diluent.name)),
    lambda node: node.entries is not None,
    lambda diluent: diluent != Diluent(diluent.name),
)

FORMULARY_DRUG_FIELDS: dict[str, Field] = {
    "products": Field(list_of(PRODUCT), "products in stock, the preferred one first"),
    "diluents": Field(
        list_of(DILUENT), "allowed diluents, the preferred one first; or {name, jurisdiction}, where labels differ"
    ),
    "lowest_concentration": Field(CONCENTRATION_TEXT, "lowest allowed final concentration"),
    "highest_concentration": Field(CONCENTRATION_TEXT, "highest allowed final concentration"),
    "concentration_jurisdiction": Field(TEXT, "whose label allows these concentrations, e.g. US label"),
    "bags": Field(list_of(VOLUME_TEXT), "bag sizes in stock"),
    "drug_volume": Field(
        choice("replaces diluent", "added to bag"),
        "whether as much diluent is taken out as drug goes in (the default), or the bag grows by it",
    ),
    "measuring_step": Field(VOLUME_TEXT, "the smallest step that a syringe is read to, e.g. 0.1 mL"),
    "cytotoxic": Field(TRUE_FALSE, "whether labels and worksheets call it cytotoxic"),
    "filter": Field(TEXT, "filter"),
    "light": Field(TEXT, "protection from light"),
    "line": Field(TEXT, "rules for the infusion line"),
    "stability": Field(list_of(STABILITY), "how long the diluted drug keeps, by whose label"),
    "atc": Field(TEXT, "ATC code"),
    "rxnorm": Field(TEXT, "RxNorm code of the ingredient"),
    "source": Field(TEXT, "where these facts are from"),
}


def _formulary_drug(values: dict[str, Any]) -> dict[str, Any]:
    """The facts of a drug; CecError where no concentration could be allowed."""
    low, high = values.get("lowest_concentration"), values.get("highest_concentration")
    if low and high and convert(low, high.unit, CONCENTRATION).value > high.value:
        raise CecError(f"lowest_concentration {low} is above highest_concentration {high}")
    return values


def _formulary(drugs: dict[str, dict[str, Any]]) -> dict[str, FormularyDrug]:
    return {drug: FormularyDrug(drug=drug, **values) for drug, values in drugs.items()}


def _noting_other_drugs(drugs: Shape) -> Shape:
    """The same shape, in which a product that its name puts under another drug is a fault."""

    def read(node: Any, where: str, reading: Any) -> Any:
        values = drugs.read(node, where, reading)
        if reading.faults or not isinstance(values, dict):
            return values
        found: Any = values
        for key, entry in node.entries:
            others = [other for other in values if other != key.text]
            nodes = next((products.items for name, products in entry.entries if name.text == "products"), ())
            for number, (place, product) in enumerate(zip(nodes, values[key.text].get("products", ()), strict=True), 1):
                if faults := list(drug_faults(product, key.text, others)):
                    found = reading.fault(place, f"{where}: {key.text}: products {number}", *faults)
        return found

    return Shape(read, drugs.schema, drugs.write)


def _gap(value: str) -> Quantity:
    gap = read_quantity(value, DURATION)
    if span(gap) > datetime.timedelta(hours=12):
        raise InputError(f"'{value}' is more than 12 h: a day would run into the next one; write it like 15 min")
    return gap


def _time_zone(value: str) -> str:
    return zone_of(value).key


def _bsa_formula(value: str) -> str:
    from cec.calculate.formulas import bsa_formula

    return bsa_formula(value).name


def _without(stated: dict[str, Any], name: str) -> dict[str, Any]:
    """What is stated, without what no file says."""
    return {key: value for key, value in stated.items() if key != name}


def _pharmacy(values: dict[str, Any]) -> Pharmacy:
    values["formulary"] = _formulary(values.get("formulary", {}))
    return Pharmacy(**values)


PHARMACY_FIELDS: dict[str, Field] = {
    "name": Field(TEXT, "the pharmacy's name, for the sheet"),
    "default_regimen": Field(TEXT, "the regimen of `cec dose` where none is named"),
    "bsa_formula": Field(text(_bsa_formula), "e.g. mosteller; see cec bsa"),
    "bsa_rounding": Field(
        text(
            read_rounding_amount,
            {"type": "string", "examples": ["0.01 m2", "none"]},
            lambda step: "none" if step is None else write_text(step),
        ),
        "e.g. 0.01 m2, half-up; or none",
    ),
    "dose_rounding": Field(mapping_of(ROUNDING), "by drug: nearest 0.5 mg, down to 5 mg, or a table of bands"),
    "largest_deviation": Field(
        text(read_percent, {"type": "string", "examples": ["5%"]}, write_percent),
        "the most that rounding, and measuring with it, may move a dose",
    ),
    "first_infusion": Field(
        text(read_clock, {"type": "string", "examples": ["09:00"]}), "start of the day's first infusion, in quotes"
    ),
    "gap": Field(text(_gap, {"type": "string", "examples": ["15 min"]}), "time between two infusions, e.g. 15 min"),
    "time_zone": Field(
        text(_time_zone), "for calendars and real hours across a change of the clock, e.g. Europe/Warsaw"
    ),
    "measures_valid_for": Field(
        text(positive(DURATION), {"type": "string", "examples": ["7 days"]}),
        "how old height and weight may be at the start",
    ),
    "share_vials": Field(TRUE_FALSE, "whether doses of one day may share a vial"),
    "formulary": Field(
        _noting_other_drugs(
            mapping_of(
                mapping(FORMULARY_DRUG_FIELDS, _formulary_drug, parts=lambda drug: _without(stated_of(drug), "drug"))
            )
        ),
        "by drug: products, bags and how it is made up",
    ),
}

PHARMACY = mapping(PHARMACY_FIELDS, _pharmacy, parts=lambda pharmacy: _without(stated_of(pharmacy), "sha256"))

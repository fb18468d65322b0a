"""How the formulary of a pharmacy file is read: drugs, their products, diluents and how long they keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cec.errors import CecError
from cec.facts.reading import read_text
from cec.load.nodes import Node
from cec.load.product_names import drug_faults, figure_faults
from cec.load.shapes import INVALID, Reading, Shape, either, text
from cec.load.shapes.file_records import Record, Records
from cec.load.writing import write_text
from cec.pharmacy.formulary import Diluent, FormularyDrug, Product, Stability
from cec.units import CONCENTRATION, Quantity, convert

FIGURES = ("strength", "volume", "content", "reconstituted_with")
"""What a product's label says in numbers."""
NEEDED = {
    "solution": {"strength", "volume"},
    "oral solution": {"strength"},
    "powder": {"content", "reconstituted_with"},
    "tablet": {"content"},
}
"""The figures that each form of product must have."""
ALLOWED = {"oral solution": {"volume"}, "powder": {"strength"}}
"""Those that it may have beside these."""


def _product(values: dict[str, Any]) -> Product:
    """A product that has the figures its form needs, and no others."""
    product = Product(**values)
    form, needed = product.form, NEEDED[product.form]
    faults = []
    for name in FIGURES:
        is_given = getattr(product, name) is not None
        if name in needed and not is_given:
            faults.append(f"'{name}' is missing: a {form} has {' and '.join(sorted(needed))}")
        elif is_given and name not in needed | ALLOWED.get(form, set()):
            faults.append(f"'{name}' does not belong to a {form}")
    if product.keeps_opened and form not in {"solution", "powder"}:
        faults.append(f"'keeps_opened' does not belong to a {form}: only a vial is drawn from")
    if product.halves and form != "tablet":
        faults.append("only a tablet can be halved")
    if faults := faults or list(figure_faults(product)):
        raise CecError(*faults)
    return product


def _formulary_drug(values: dict[str, Any]) -> dict[str, Any]:
    """What a formulary says of a drug, whose name is the key above it."""
    _refuse_empty_range(values.get("lowest_concentration"), values.get("highest_concentration"))
    return values


def _stability(values: dict[str, Any]) -> Stability:
    """How long a drug keeps, at one concentration or within a range of them."""
    stability = Stability(**values)
    low, high = stability.lowest_concentration, stability.highest_concentration
    if stability.concentration and (low or high):
        raise CecError("has 'concentration' and a lowest or highest one: write one concentration, or the range")
    _refuse_empty_range(low, high)
    return stability


def _refuse_empty_range(low: Quantity | None, high: Quantity | None) -> None:
    """CecError where no concentration lies between these."""
    if low and high and convert(low, high.unit, CONCENTRATION).value > high.value:
        raise CecError(f"lowest_concentration {low} is above highest_concentration {high}")


def _or_name(diluents: Shape) -> Shape:
    """The shape of a diluent with what is said of it, or its name alone."""
    name = text(lambda value: Diluent(read_text(value)), write=lambda diluent: write_text(diluent.name))
    return either(
        diluents, name, lambda node: node.entries is not None, lambda diluent: diluent != Diluent(diluent.name)
    )


def without_other_drugs(drugs: Shape) -> Shape:
    """The shape of a formulary in which a product whose name is that of another drug is a fault."""

    def read(node: Node, where: str, reading: Reading) -> Any:
        values = drugs.read(node, where, reading)
        if reading.faults or values is INVALID:
            return values
        before = len(reading.faults)
        for key, entry in node.entries or ():
            drug = key.text or ""
            products = entry.value_of("products") or Node()
            others = [other for other in values if other != drug]
            for number, (place, product) in enumerate(
                zip(products.items or (), values[drug].get("products", ()), strict=True), 1
            ):
                reading.fault(place, f"{where}: {drug}: products {number}", *drug_faults(product, drug, others))
        return INVALID if len(reading.faults) > before else values

    return Shape(read, drugs.schema, drugs.write)


def named(drugs: Mapping[str, Mapping[str, Any]]) -> dict[str, FormularyDrug]:
    """The drugs of a formulary, each with its name."""
    return {drug: FormularyDrug(drug=drug, **values) for drug, values in drugs.items()}


FORMULARY_RECORDS: Records = {
    FormularyDrug: Record(_formulary_drug),
    Product: Record(_product, label="name"),
    Diluent: Record(around=_or_name),
    Stability: Record(_stability),
}
"""How the records of a formulary are built."""

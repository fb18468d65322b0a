"""What must be minded when a dose is made up, as the formulary says it or does not; and what its label says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from cec.calculate.preparation.stock import strength_of
from cec.order import Dose, Preparation
from cec.pharmacy import FormularyDrug, Pharmacy, Product, Stability
from cec.regimen import Regimen
from cec.routes import label_of_route

NOT_STATED = "{}: not stated"
"""What the formulary says nothing of; it must not read as a no."""


def cytotoxic_as_stated(drug: FormularyDrug | None) -> tuple[str, ...]:
    """Whether a drug is cytotoxic, as far as the formulary says; what it does not say is not a no."""
    is_cytotoxic = drug.cytotoxic if drug else None
    return (NOT_STATED.format("cytotoxic"),) if is_cytotoxic is None else ("cytotoxic",) if is_cytotoxic else ()


def _dissolve(products: Sequence[Product]) -> Iterator[str]:
    """How each powder is dissolved."""
    for product in products:
        if product.reconstituted_with:
            fluid = f" of {product.reconstitution_fluid}" if product.reconstitution_fluid else ""
            yield f"dissolve each {product.name} with {product.reconstituted_with}{fluid}: {strength_of(product)}"


def _opened(products: Sequence[Product]) -> Iterator[str]:
    """How long an opened vial of each may be drawn from, where that is known."""
    for product in products:
        if product.keeps_opened:
            yield f"an opened {product.name} may be drawn from for {product.keeps_opened}"


def _rules(drug: FormularyDrug) -> Iterator[str]:
    """What the technician must mind, as the formulary says it."""
    for name, text in (("filter", drug.filter), ("light", drug.light), ("line", drug.line)):
        if text:
            yield f"{name}: {text}"


def handling_of_injection(
    drug: FormularyDrug, taken: Sequence[Product], holding: Sequence[Stability]
) -> tuple[str, ...]:
    """What must be minded with an injection made from these products, and how long it keeps by what holds for it: else
    by all that the formulary says.
    """
    keeps = tuple(map(_keeps, holding or drug.stability)) or (NOT_STATED.format("keeps"),)
    return (*cytotoxic_as_stated(drug), *_dissolve(taken), *_opened(taken), *_rules(drug), *keeps)


def handling_of_oral(drug: FormularyDrug) -> tuple[str, ...]:
    """What must be minded with tablets and oral solutions, which keep as their packs say."""
    return (*cytotoxic_as_stated(drug), *_rules(drug), *map(_keeps, drug.stability))


def _keeps(stability: Stability) -> str:
    """How long it keeps, in words."""
    return f"keeps {stability.words}"


def with_labels(
    doses: Sequence[Dose], preparations: Sequence[Preparation], regimen: Regimen, pharmacy: Pharmacy
) -> tuple[Dose, ...]:
    """The doses with what their labels must say: by drug and route, by the regimen's line, by the products taken."""
    by_dose = {preparation.dose_index: preparation for preparation in preparations}
    labels = [_label(dose, by_dose.get(index), regimen, pharmacy) for index, dose in enumerate(doses)]
    return tuple(replace(dose, label=label) if label else dose for dose, label in zip(doses, labels, strict=True))


def _label(dose: Dose, preparation: Preparation | None, regimen: Regimen, pharmacy: Pharmacy) -> tuple[str, ...]:
    entry = pharmacy.formulary_entry(dose.drug)
    taken = {preparation.product, *(use.product for use in preparation.vials)} if preparation else set()
    texts = (
        label_of_route(pharmacy.names_of(dose.drug), dose.route),
        regimen.drugs[dose.line - 1].label,
        *(product.label for product in (entry.products if entry else ()) if product.name in taken),
    )
    return tuple(dict.fromkeys(filter(None, texts)))

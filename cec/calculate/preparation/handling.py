"""What must be minded when a dose is made up, as the formulary says it or does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec.structs import replace

from cec.calculate.preparation.stock import (
    strength_of,
    why_not_for,
)
from cec.conditions import judge
from cec.facts import Facts
from cec.order import Preparation
from cec.pharmacy.formulary import FormularyDrug, Product, Stability
from cec.regimen import Condition, Limit
from cec.units import Quantity

NOT_STATED = "{}: not stated"
"""What the formulary says nothing of; it must not read as a no."""

_SMALL = (Condition("age", (Limit("<", Quantity(Decimal(6), "years")),)),)
"""Children of this age often cannot swallow tablets; the bound is cec's own."""


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


def with_solution(preparation: Preparation, drug: FormularyDrug, facts: Facts) -> Preparation:
    """The preparation; of tablets for a small child, or for somebody of an age that is not known, with the solution
    that the formulary has too.
    """
    if preparation.form != "tablet" or judge(_SMALL, facts) is False:
        return preparation
    solutions = [each.name for each in drug.products if each.form == "oral solution" and not why_not_for(each, facts)]
    texts = tuple(f"the formulary has a solution too: {name}" for name in solutions)
    return replace(preparation, handling=(*preparation.handling, *texts))

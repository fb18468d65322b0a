"""What the formulary has of a drug: the products that a dose may be made of, with their strength and content."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from cec.calculate.preparation.containers import common_measure
from cec.conditions import judge, unknown_facts
from cec.errors import InputError
from cec.facts import Facts
from cec.pharmacy import Pharmacy
from cec.pharmacy.formulary import FormularyDrug, Product
from cec.regimen import condition_words
from cec.routes import is_oral
from cec.units import AMOUNT, CONCENTRATION, EXACT, VOLUME, Quantity, amount_in, convert, convert_exactly, kept


def usable_products(drug: FormularyDrug, route: str, facts: Facts) -> tuple[Product, ...]:
    """The first product for the route and the patient, and those of its form and strength: they may be mixed."""
    usable = [product for product in products_by_route(drug, route) if not why_not_for(product, facts)]
    if len(usable) < 2:
        return tuple(usable)
    form, strength = usable[0].form, strength_of(usable[0])
    return tuple(product for product in usable if product.form == form and strength_of(product) == strength)


def products_by_route(drug: FormularyDrug, route: str) -> list[Product]:
    """The products that a route takes, in the order of preference."""
    forms = {"tablet", "oral solution"} if is_oral(route) else {"solution", "powder"}
    return [product for product in drug.products if product.form in forms]


def why_not_for(product: Product, facts: Facts) -> str:
    """Why a product is not for this patient; nothing where it is. What is not known speaks against it.

    >>> from cec.regimen import Condition, Limit
    >>> young = Condition("age", (Limit("<", Quantity(Decimal(5), "years")),))
    >>> concentrate = Product("concentrate", "solution", not_for=(young,))
    >>> why_not_for(concentrate, {"age": Quantity(Decimal(4), "years")})
    'is not for age under 5 years'
    >>> why_not_for(concentrate, {})
    'is not for age under 5 years, and age is not known'
    """
    if not product.not_for or judge(product.not_for, facts) is False:
        return ""
    unknown = [fact.name.replace("_", " ") for fact in unknown_facts(product.not_for, facts)]
    why = f"is not for {' and '.join(map(condition_words, product.not_for))}"
    return f"{why}, and {' and '.join(unknown)} {'are' if len(unknown) > 1 else 'is'} not known" if unknown else why


def strength_of(product: Product) -> Quantity | None:
    """The concentration to draw from: as stated or, of a powder, its content in the volume added; never in g/mL.

    >>> gram, volume = Quantity(Decimal(1), "g"), Quantity(Decimal(50), "mL")
    >>> print(strength_of(Product("1 g vial", "powder", content=gram, reconstituted_with=volume)))
    20 mg/mL
    """
    if product.strength:
        is_in_grams = product.strength.unit == "g/mL"
        return convert(product.strength, "mg/mL", CONCENTRATION) if is_in_grams else product.strength
    if not product.content or not product.reconstituted_with:
        return None
    content = convert(product.content, "mg", AMOUNT) if product.content.unit == "g" else product.content
    volume = convert_exactly(product.reconstituted_with, "mL", VOLUME)
    return kept(Fraction(content.value) / volume.number, f"{content.unit}/mL")


def content_of(product: Product, unit: str) -> Quantity | None:
    """The drug in one container or tablet, in this unit of amount; overfill is not counted."""
    if product.content:
        return convert(product.content, unit, AMOUNT)
    if product.strength and product.volume:
        strength = convert(product.strength, f"{unit}/mL", CONCENTRATION)
        volume = convert(product.volume, "mL", VOLUME)
        return Quantity(EXACT.multiply(strength.value, volume.value), unit)
    return None


def finest_measure(drug: FormularyDrug, products: Sequence[Product], unit: str) -> Quantity | None:
    """The amount of which every dose of these products is a multiple; None where nothing says how they are measured.

    >>> tablets = [Product(name, "tablet", content=Quantity(Decimal(name), "mg")) for name in ("1", "2.5", "10")]
    >>> print(finest_measure(FormularyDrug("prednisone"), tablets, "mg"))
    0.5 mg
    """
    strength = strength_of(products[0])
    try:
        if products[0].form == "tablet":
            contents = [content.value for product in products if (content := content_of(product, unit))]
            halves = [content_of(product, unit) for product in products if product.halves]
            contents += [EXACT.multiply(half.value, Decimal("0.5")) for half in halves if half]
            return Quantity(common_measure(contents), unit) if contents else None
        if strength is None or drug.measuring_step is None:
            return None
        step = convert(drug.measuring_step, "mL", VOLUME)
        held = Quantity(EXACT.multiply(step.value, strength.value), amount_in(strength.unit))
        return convert(held, unit, AMOUNT)
    except InputError:
        return None


def prefer_product(pharmacy: Pharmacy, drug: str, product: str) -> Pharmacy:
    """The pharmacy with one product of a drug before its others, so that doses are made of it."""
    entry = pharmacy.formulary_entry(drug)
    if entry is None:
        raise InputError(f"'{drug}' is not in the formulary; it has {', '.join(pharmacy.formulary) or 'no drug'}")
    chosen = tuple(each for each in entry.products if each.name.casefold() == product.casefold())
    if not chosen:
        names = ", ".join(each.name for each in entry.products) or "none"
        raise InputError(f"'{product}' is not a product of {drug} in the formulary; its products: {names}")
    reordered = replace(entry, products=(*chosen, *(each for each in entry.products if each not in chosen)))
    formulary = {name: reordered if each is entry else each for name, each in pharmacy.formulary.items()}
    return replace(pharmacy, formulary=formulary)

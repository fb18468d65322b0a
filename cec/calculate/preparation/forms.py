"""By the form of the product: the volume to draw and the vials, tablets, or a volume of oral solution."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from cec.calculate.preparation.containers import least_waste, nearest_total
from cec.calculate.preparation.dilution import in_bag, lacking
from cec.calculate.preparation.handling import handling_of_injection, handling_of_oral
from cec.calculate.preparation.shelf_life import shelf_life, statements_that_hold
from cec.calculate.preparation.stock import content_of, strength_of
from cec.calculate.rounding import deviation_percent, round_down, to_nearest
from cec.errors import InputError
from cec.order import Dose, Preparation, VialUse
from cec.pharmacy import Pharmacy
from cec.pharmacy.formulary import FormularyDrug, Product
from cec.units import (
    AMOUNT,
    EXACT,
    VOLUME,
    Quantity,
    amount_in,
    convert,
    kept,
    plain,
    shorten,
    write_number,
    write_signed,
)

MOST_DECIMALS = 6
"""A figure with more decimals than this is taken for one that never ends."""


def _injection(
    begun: Preparation, dose: Dose, drug: FormularyDrug, products: tuple[Product, ...], pharmacy: Pharmacy
) -> Preparation:
    """The volume to draw from vials and, for an infusion, the bag it goes into; how long it keeps."""
    preparation = _from_vials(_drawn(begun, dose, drug, products[0]), products)
    if dose.is_infused:
        preparation = in_bag(preparation, dose, drug)
    taken = {use.product for use in preparation.vials}
    powders = [product for product in products if product.name in taken]
    for powder in powders:
        if powder.reconstituted_with and not powder.reconstitution_fluid:
            preparation = lacking(preparation, f"the formulary does not name the fluid that dissolves {powder.name}")
    holding = statements_that_hold(preparation, dose, drug, pharmacy)
    return replace(
        preparation,
        handling=handling_of_injection(drug, powders, holding),
        shelf_life=shelf_life(preparation, dose, drug, pharmacy),
    )


def _oral_solution(
    begun: Preparation, dose: Dose, drug: FormularyDrug, products: tuple[Product, ...], _: Pharmacy
) -> Preparation:
    """The volume of an oral solution, to the measuring step."""
    return replace(_drawn(begun, dose, drug, products[0]), handling=handling_of_oral(drug))


def _tablets(
    begun: Preparation, dose: Dose, drug: FormularyDrug, products: tuple[Product, ...], _: Pharmacy
) -> Preparation:
    """Whole tablets, and halves where the product allows, nearest to the dose; then as few as can be."""
    unit = dose.ordered.unit
    pieces = [(product, Decimal(1)) for product in products]
    pieces += [(product, Decimal("0.5")) for product in products if product.halves]
    contents = []
    for product, part in pieces:
        content = content_of(product, unit)
        if content is None:
            raise InputError(f"{product.name} has no content in the formulary, so tablets are not counted")
        contents.append(EXACT.multiply(content.value, part))
    counts = nearest_total(contents, dose.ordered.value)
    if dose.maximum and _sum(contents, counts) > convert(dose.maximum, unit, AMOUNT).value:
        total = Quantity(_sum(contents, counts), unit)
        raise InputError(f"the tablets nearest to {dose.ordered} hold {total}, above the maximum of {dose.maximum}")
    if not any(counts):
        raise InputError(f"{dose.ordered} is less than half of the smallest piece that the formulary allows")
    taken: dict[str, Decimal] = {}
    for (product, part), count in zip(pieces, counts, strict=True):
        taken[product.name] = taken.get(product.name, Decimal(0)) + part * count
    vials = tuple(VialUse(name, count) for name, count in taken.items() if count)
    preparation = _holding(replace(begun, vials=vials, product=_names(vials)), Quantity(_sum(contents, counts), unit))
    how = f"nearest to {dose.ordered}: {_words(vials)} = {preparation.contains}, {_moved(preparation)}"
    return replace(preparation, handling=handling_of_oral(drug), how=(how,))


def _drawn(begun: Preparation, dose: Dose, drug: FormularyDrug, product: Product) -> Preparation:
    """The volume that holds the dose, rounded half-up to the measuring step, and what that volume really holds.

    Where half-up would bring it above the regimen's maximum, the volume is rounded down.
    """
    strength = strength_of(product)
    if strength is None:
        raise InputError(f"{product.name} has no strength in the formulary, so no volume is given")
    if strength.endless or not _ends(strength.value):
        raise InputError(f"{product.name} has {strength}, without end: state its strength")
    unit = amount_in(strength.unit)
    amount = convert(begun.dose, unit, AMOUNT)
    needed = Fraction(amount.value) / Fraction(strength.value)
    draw = kept(needed, "mL")
    how = [f"{amount} / {strength} = {shorten(needed)} mL"]
    if drug.measuring_step:
        step = convert(drug.measuring_step, "mL", VOLUME)
        volume, way = to_nearest(needed, step.value), f"to the nearest {step}, half up"
        maximum = convert(dose.maximum, unit, AMOUNT) if dose.maximum else None
        if maximum and EXACT.multiply(volume, strength.value) > maximum.value:
            above = f"{write_number(volume)} mL would be above the maximum of {dose.maximum}"
            volume, way = round_down(needed, step.value), f"{above}; down to a multiple of {step}"
        if not volume:
            raise InputError(f"{shorten(needed)} mL of {product.name} is less than half of the measuring step, {step}")
        draw = Quantity(volume, "mL")
        how.append(f"{way}: {draw}")
    elif not _ends(needed):
        raise InputError(f"{shorten(needed)} mL of {product.name} cannot be measured: state a measuring_step")
    preparation = _holding(
        replace(begun, strength=strength, draw=draw),
        convert(Quantity(EXACT.multiply(draw.value, strength.value), unit), begun.dose.unit, AMOUNT),
    )
    return replace(preparation, how=(*how, f"{draw} × {strength} = {preparation.contains}, {_moved(preparation)}"))


def _from_vials(drawn: Preparation, products: tuple[Product, ...]) -> Preparation:
    """The vials with the least left over, and what is left."""
    if drawn.contains is None:
        return drawn
    vials, unused, opened = vials_for(drawn.contains, products)
    if not vials:
        return lacking(drawn, f"{drawn.product} has no size in the formulary, so vials are not counted")
    percent = plain(to_nearest(Fraction(unused.value) * 100 / Fraction(opened.value), Decimal("0.1")))
    how = f"{_words(vials)} = {opened}; unused {unused} ({write_number(percent)}%)"
    return replace(
        drawn, product=_names(vials), vials=vials, unused=unused, unused_percent=percent, how=(*drawn.how, how)
    )


def vials_for(need: Quantity, products: tuple[Product, ...]) -> tuple[tuple[VialUse, ...], Quantity, Quantity]:
    """The vials that hold an amount with the least left over; what is left, and what all of them hold."""
    sized = [(product.name, content.value) for product in products if (content := content_of(product, need.unit))]
    if not sized:
        return (), need, need
    contents = [content for _, content in sized]
    counts = least_waste(contents, need.value)
    opened = _sum(contents, counts)
    vials = tuple(VialUse(name, Decimal(count)) for (name, _), count in zip(sized, counts, strict=True) if count)
    return vials, Quantity(EXACT.subtract(opened, need.value), need.unit), Quantity(opened, need.unit)


def _sum(contents: list[Decimal], counts: tuple[int, ...]) -> Decimal:
    """What so many containers hold together."""
    return sum((EXACT.multiply(content, count) for content, count in zip(contents, counts, strict=True)), Decimal(0))


def _holding(begun: Preparation, contains: Quantity) -> Preparation:
    """The preparation with what it really contains and how far that lies from the ordered dose."""
    deviation = plain(to_nearest(deviation_percent(contains.value, begun.dose.value), Decimal("0.01")))
    return replace(begun, contains=contains, deviation_percent=deviation)


def _moved(preparation: Preparation) -> str:
    """How far the measured dose lies from the ordered one, in words."""
    if preparation.contains == preparation.dose:
        return "the ordered dose exactly"
    return f"{write_signed(preparation.deviation_percent or Decimal(0))}% of the ordered {preparation.dose}"


def _names(vials: tuple[VialUse, ...]) -> str:
    return " + ".join(vial.product for vial in vials)


def _words(vials: tuple[VialUse, ...]) -> str:
    """The containers in words."""
    return " and ".join(f"{write_number(vial.count)} × {vial.product}" for vial in vials)


def _ends(value: Decimal | Fraction) -> bool:
    """Whether a figure has few enough decimals to be written whole."""
    _, below = value.as_integer_ratio()
    return int(10**MOST_DECIMALS) % below == 0


MAKERS: dict[str, Callable[[Preparation, Dose, FormularyDrug, tuple[Product, ...], Pharmacy], Preparation]] = {
    "solution": _injection,
    "powder": _injection,
    "tablet": _tablets,
    "oral solution": _oral_solution,
}
"""How a dose is made up, by the form of the product."""

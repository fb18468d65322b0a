"""What a whole cycle takes from the shelf."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from cec.calculate.preparation.forms import vials_for
from cec.calculate.preparation.sharing import Given, given_by_day, sharing_groups
from cec.calculate.preparation.stock import usable_products
from cec.calculate.rounding import to_nearest
from cec.order import Dose, PickItem, Preparation
from cec.pharmacy import Pharmacy
from cec.routes import is_oral
from cec.units import AMOUNT, EXACT, VOLUME, Quantity, convert, convert_exactly, is_dissolved

if TYPE_CHECKING:
    from cec.calculate.preparation import Stock

Kind = Literal["vial", "tablet", "bottle", "fluid", "bag"]
Item = tuple[str, str]
"""A drug and what is taken for it."""


def pick_list(doses: Sequence[Dose], preparations: Sequence[Preparation], *stocks: Stock) -> tuple[PickItem, ...]:
    """The containers of the whole cycle; doses of one day share vials only where the pharmacy shares.

    What the formulary does not give is an item too, to be chosen by a person.
    """
    containers: dict[Kind, Counter[Item]] = {"vial": Counter(), "tablet": Counter()}
    beside: list[tuple[Dose, Preparation, Pharmacy]] = []
    endless = [each for each in preparations if doses[each.dose_index].no_total and each.dose.value]
    counted = [each for each in preparations if not doses[each.dose_index].no_total]
    for day, given in given_by_day(doses, counted):
        stock = next((each for each in reversed(stocks) if each.from_day <= day), stocks[0])
        for group in sharing_groups(given, stock.pharmacy):
            for item, count in _containers(group, stock):
                containers["tablet" if group[0][1].form == "tablet" else "vial"][item] += int(count)
        beside += [(dose, preparation, stock.pharmacy) for dose, preparation in given]
    return (
        *(
            PickItem(item, kind, drug, Decimal(count))
            for kind, counts in containers.items()
            for (drug, item), count in counts.items()
        ),
        *fluids_to_dissolve(containers["vial"], [stock.pharmacy for stock in stocks]),
        *items_beside_vials(beside),
        *(_not_counted(each, doses[each.dose_index]) for each in endless),
    )


def fluids_to_dissolve(vials: Mapping[Item, int], pharmacies: Sequence[Pharmacy]) -> Iterator[PickItem]:
    """The fluids that these vials of powder are dissolved in; one that the formulary does not name is to be chosen."""
    for (drug, item), count in vials.items():
        entries = (pharmacy.formulary_entry(drug) for pharmacy in pharmacies)
        products = (product for entry in entries if entry for product in entry.products if product.name == item)
        product = next(products, None)
        if product and product.reconstituted_with:
            volume = EXACT.multiply(convert(product.reconstituted_with, "mL", VOLUME).value, Decimal(count))
            fluid = product.reconstitution_fluid
            name = f"{fluid or 'fluid'} to dissolve {item}{'' if fluid else ': to be chosen'}"
            yield PickItem(name, "fluid", drug, volume=Quantity(volume, "mL"))


def items_beside_vials(given: Iterable[tuple[Dose, Preparation, Pharmacy]]) -> tuple[PickItem, ...]:
    """The bottles and bags of these administrations, each made up by its pharmacy, and what is left to choose."""
    open_items: Counter[tuple[Kind, str, str]] = Counter()
    bags: Counter[Item] = Counter()
    oral: dict[tuple[Item, Quantity | None], Decimal] = {}
    for dose, preparation, pharmacy in given:
        open_items.update((kind, dose.drug, item) for kind, item in _to_choose(dose, preparation))
        if preparation.bag:
            diluent = f" of {preparation.diluent}" if preparation.diluent else ", diluent to be named"
            bags[dose.drug, f"{preparation.bag} bag{diluent}"] += 1
        if preparation.form == "oral solution" and preparation.draw:
            bottle = (dose.drug, preparation.product), _size_of_bottle(dose.drug, preparation.product, pharmacy)
            oral[bottle] = EXACT.add(oral.get(bottle, Decimal(0)), preparation.draw.value)
    return (
        *(_bottles(item, size, volume) for (item, size), volume in oral.items()),
        *(PickItem(item, "bag", drug, Decimal(count)) for (drug, item), count in bags.items()),
        *(PickItem(item, kind, drug, Decimal(count)) for (kind, drug, item), count in open_items.items()),
    )


def _not_counted(preparation: Preparation, dose: Dose) -> PickItem:
    """What a dose is made of that is given nobody knows how often."""
    kind: Kind = "tablet" if preparation.form == "tablet" else "bottle" if is_oral(dose.route) else "vial"
    return PickItem(f"{preparation.product or 'product'}: not counted; {dose.no_total}", kind, dose.drug)


def _to_choose(dose: Dose, preparation: Preparation) -> Iterator[tuple[Kind, str]]:
    """What one administration needs and the formulary does not give."""
    if not is_dissolved(dose.ordered.unit):
        if dose.ordered.unit == "mL":
            yield "bag", f"{dose.ordered} of fluid: to be chosen"
        return
    is_oral_form = preparation.form in {"tablet", "oral solution"} or (not preparation.form and is_oral(dose.route))
    is_taken = bool(preparation.vials) or (preparation.form == "oral solution" and preparation.draw is not None)
    if not is_taken:
        yield ("tablet" if is_oral_form else "vial"), f"{preparation.product or 'product'}: to be chosen and counted"
    if not is_oral_form and preparation.bag is None and dose.is_infused:
        yield "bag", "bag: to be chosen"


def _containers(group: Given, stock: Stock) -> list[tuple[Item, Decimal]]:
    """The containers opened for a group."""
    dose, preparation = group[0]
    drug = stock.pharmacy.formulary_entry(dose.drug)
    if preparation.form == "tablet" or len(group) == 1 or drug is None:
        counts: dict[str, Decimal] = {}
        for _, each in group:
            for use in each.vials:
                counts[use.product] = counts.get(use.product, Decimal(0)) + use.count
        return [((dose.drug, name), to_nearest(count, Decimal(1), ROUND_CEILING)) for name, count in counts.items()]
    unit = dose.ordered.unit
    amounts = [convert(preparation.contains, unit, AMOUNT).value for _, preparation in group if preparation.contains]
    need = Quantity(sum(amounts, Decimal(0)), unit)
    vials, _, _ = vials_for(need, usable_products(drug, dose.route, stock.facts))
    return [((dose.drug, use.product), use.count) for use in vials]


def _size_of_bottle(drug: str, item: str, pharmacy: Pharmacy) -> Quantity | None:
    """What a bottle holds, where the formulary says how large it is."""
    entry = pharmacy.formulary_entry(drug)
    return next((product.volume for product in entry.products if product.name == item), None) if entry else None


def _bottles(item: Item, size: Quantity | None, volume: Decimal) -> PickItem:
    """The bottles of an oral solution, or its volume where nobody knows how large a bottle is."""
    drug, name = item
    total = Quantity(volume, "mL")
    if size is None:
        return PickItem(name, "bottle", drug, volume=total)
    bottles = Fraction(volume) / convert_exactly(size, "mL", VOLUME).number
    return PickItem(name, "bottle", drug, to_nearest(bottles, Decimal(1), ROUND_CEILING), total)

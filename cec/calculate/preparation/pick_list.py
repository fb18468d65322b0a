"""What a whole cycle takes from the shelf."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from cec.calculate.preparation.forms import vials_for
from cec.calculate.preparation.sharing import Given, given_by_day, sharing_groups
from cec.calculate.preparation.stock import formulary_drug, is_oral, usable_products
from cec.calculate.rounding import to_nearest
from cec.facts import NO_FACTS, Facts
from cec.order import Dose, PickItem, Preparation
from cec.pharmacy import Pharmacy
from cec.units import AMOUNT, VOLUME, Quantity, convert, convert_exactly, is_dissolved

Kind = Literal["vial", "tablet", "bottle", "bag"]
Item = tuple[str, str]
"""A drug and what is taken for it."""


class Stock(NamedTuple):
    """The pharmacy that makes up doses from a day of the cycle on, and what is known of the patient then."""

    from_day: int
    pharmacy: Pharmacy
    facts: Facts = NO_FACTS


def pick_list(doses: Sequence[Dose], preparations: Sequence[Preparation], *stocks: Stock) -> tuple[PickItem, ...]:
    """The containers of the whole cycle; doses of one day share vials only where the pharmacy shares.

    What the formulary does not give is an item too, to be chosen by a person.
    """
    if not preparations:
        return ()
    open_items: Counter[tuple[Kind, str, str]] = Counter()
    vials: Counter[Item] = Counter()
    tablets: Counter[Item] = Counter()
    bags: Counter[Item] = Counter()
    oral: dict[Item, Decimal] = {}
    endless = [each for each in preparations if doses[each.dose_index].no_total and each.dose.value]
    counted = [each for each in preparations if not doses[each.dose_index].no_total]
    for day, given in given_by_day(doses, counted):
        stock = next((each for each in reversed(stocks) if each.from_day <= day), stocks[0])
        for group in sharing_groups(given, stock.pharmacy):
            for item, count in _containers(group, stock):
                (tablets if group[0][1].form == "tablet" else vials)[item] += int(count)
        for dose, preparation in given:
            open_items.update((kind, dose.drug, item) for kind, item in _to_choose(dose, preparation))
            if preparation.bag:
                bags[
                    dose.drug,
                    f"{preparation.bag} bag"
                    f"{f' of {preparation.diluent}' if preparation.diluent else ', diluent to be named'}",
                ] += 1
            if preparation.form == "oral solution" and preparation.draw:
                item = (dose.drug, preparation.product)
                oral[item] = oral.get(item, Decimal(0)) + preparation.draw.value
    return (
        *(PickItem(item, "vial", drug, Decimal(count)) for (drug, item), count in vials.items()),
        *(PickItem(item, "tablet", drug, Decimal(count)) for (drug, item), count in tablets.items()),
        *(_bottles(drug, item, volume, stocks) for (drug, item), volume in oral.items()),
        *(PickItem(item, "bag", drug, Decimal(count)) for (drug, item), count in bags.items()),
        *(PickItem(item, kind, drug, Decimal(count)) for (kind, drug, item), count in open_items.items()),
        *(_not_counted(each, doses[each.dose_index]) for each in endless),
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
    drug = formulary_drug(stock.pharmacy, dose.drug)
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


def _bottles(drug: str, item: str, volume: Decimal, stocks: Sequence[Stock]) -> PickItem:
    """The bottles of an oral solution, or its volume where the formulary does not say how large a bottle is."""
    entries = (formulary_drug(stock.pharmacy, drug) for stock in stocks)
    products = (product for entry in entries if entry for product in entry.products if product.name == item)
    size = next((product.volume for product in products), None)
    total = Quantity(volume, "mL")
    if size is None:
        return PickItem(item, "bottle", drug, volume=total)
    bottles = Fraction(volume) / convert_exactly(size, "mL", VOLUME).number
    return PickItem(item, "bottle", drug, to_nearest(bottles, Decimal(1), ROUND_CEILING), total)

"""One dose, made up from the pharmacy's stock, and what a person must see in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from cec.calculate.dosing import Dosed
from cec.calculate.preparation.digits import digit_alerts
from cec.calculate.preparation.dilution import as_it_comes, bag_alerts
from cec.calculate.preparation.forms import MAKERS
from cec.calculate.preparation.handling import cytotoxic_as_stated, with_solution
from cec.calculate.preparation.shelf_life import running_time_alerts
from cec.calculate.preparation.stock import finest_measure, products_by_route, usable_products, why_not_for
from cec.calculate.rounding import deviation_percent, to_nearest
from cec.errors import InputError
from cec.facts import NO_FACTS, Facts
from cec.order import Alert, Dose, Preparation, code_of_drug
from cec.pharmacy import Pharmacy
from cec.pharmacy.formulary import FormularyDrug, Product
from cec.routes import routes_of
from cec.units import Exact, is_dissolved, write_number, write_signed

Prepared = tuple[Preparation, tuple[Alert, ...]]


def prepare_dose(dosed: Dosed, dose_index: int, pharmacy: Pharmacy, facts: Facts = NO_FACTS) -> Prepared:
    """How one dose is made up; where a figure cannot be given, the preparation says why.

    `facts` tell which products are not for this patient.
    """
    dose = dosed.dose
    begun = Preparation(dose.drug, dose_index, dose.ordered)
    if preparation := _without_stock(begun, dose):
        return preparation, tuple(digit_alerts(dose))
    drug = pharmacy.formulary_entry(dose.drug)
    begun = replace(begun, handling=cytotoxic_as_stated(drug))
    if drug is None:
        why = f"{dose.drug} is not in the formulary, so no volume is given"
        return replace(begun, missing=why), tuple(digit_alerts(dose))
    products = usable_products(drug, dose.route, facts)
    unsuited = tuple(_unsuited(dose, drug, products, facts))
    if not products:
        patient = " and for this patient" if unsuited else ""
        why = f"the formulary has no product of {dose.drug} for the route {dose.route}{patient}, so no volume is given"
        return replace(begun, missing=why), (*unsuited, *digit_alerts(dose))
    asked = (*unsuited, *digit_alerts(dose, finest_measure(drug, products, dose.ordered.unit), products[0].name))
    begun = replace(begun, product=products[0].name, form=products[0].form)
    try:
        preparation = MAKERS[products[0].form](begun, dose, drug, products, pharmacy)
    except InputError as error:
        return replace(begun, missing=str(error)), asked
    preparation = _with_references(with_solution(preparation, drug, facts), drug, products)
    return preparation, (
        *asked,
        *measuring_alerts(preparation, dosed.unrounded, pharmacy),
        *bag_alerts(preparation, dose, drug),
        *running_time_alerts(preparation, dose, drug, pharmacy),
    )


def _without_stock(begun: Preparation, dose: Dose) -> Preparation | None:
    """The preparation of what is not made of the pharmacy's stock, or of what is not known enough."""
    if dose.ordered.value == 0:
        return replace(begun, missing="the dose is 0, so nothing is prepared")
    if len(routes_of(dose.route)) > 1:
        return replace(begun, missing=f"the route is chosen on paper: {dose.route}")
    return None if is_dissolved(dose.ordered.unit) else as_it_comes(begun, dose)


def _unsuited(dose: Dose, drug: FormularyDrug, products: Sequence[Product], facts: Facts) -> Iterator[Alert]:
    """That the product which would have been taken is not for this patient, and which one is taken instead."""
    first = next(iter(products_by_route(drug, dose.route)), None)
    if first and (why := why_not_for(first, facts)):
        instead = f"{products[0].name} is taken instead" if products else "no other product is left"
        text = f"{first.name} {why}; {instead}"
        yield Alert(code_of_drug("product", dose.drug), "check", dose.drug, text, first.source or drug.source)


def _with_references(preparation: Preparation, drug: FormularyDrug, products: Sequence[Product]) -> Preparation:
    """The preparation with where its facts are from, and the codes of the drug and of what is taken."""
    names = {use.product for use in preparation.vials} or {products[0].name}
    taken = [product for product in products if product.name in names]
    sources = [product.source for product in taken]
    sources += [diluent.source for diluent in drug.diluents if diluent.name == preparation.diluent]
    sources += [*(stability.source for stability in drug.stability), drug.source]
    codes = [("ATC", drug.atc), ("RxNorm", drug.rxnorm)]
    codes += [(f"RxNorm of {product.name}", product.rxnorm) for product in taken]
    return replace(
        preparation,
        sources=tuple(dict.fromkeys(filter(None, sources))),
        codes=tuple(f"{name} {code}" for name, code in codes if code),
    )


def measuring_alerts(preparation: Preparation, unrounded: Exact, pharmacy: Pharmacy) -> Iterator[Alert]:
    """Whether measuring, alone or together with rounding, moves the dose further than the pharmacy allows.

    `unrounded` is the dose before rounding: calculated, and then capped or reduced where that applies.
    """
    if preparation.contains is None:
        return
    limit = pharmacy.deviation_allowed(preparation.drug)
    measured = deviation_percent(preparation.contains.value, preparation.dose.value)
    together = deviation_percent(preparation.contains.value, unrounded.number)
    if abs(measured) > limit:
        deviation = (
            f"{preparation.dose} of {preparation.drug} can only be measured as {preparation.contains} "
            f"({_percent(measured)})"
        )
    elif abs(together) > limit:
        deviation = (
            f"{unrounded} of {preparation.drug} is rounded to {preparation.dose} "
            f"and measured as {preparation.contains}, which is {_percent(together)} together"
        )
    else:
        return
    text = f"{deviation}; the pharmacy allows {write_number(limit)}%"
    yield Alert(
        code_of_drug("measured", preparation.drug), "check", preparation.drug, text, "pharmacy: largest_deviation"
    )


def _percent(moved: Fraction) -> str:
    return f"{write_signed(to_nearest(moved, Decimal('0.01')))}%"

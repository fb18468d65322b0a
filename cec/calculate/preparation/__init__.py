"""Preparation: how each dose is made up from the pharmacy's stock and labelled, and what a person must see in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from msgspec.structs import replace

from cec.calculate.dosing import Dosed
from cec.calculate.preparation.dilution import as_it_comes, bag_alerts
from cec.calculate.preparation.fluids import daily_fluids
from cec.calculate.preparation.forms import MAKERS
from cec.calculate.preparation.handling import cytotoxic_as_stated, with_solution
from cec.calculate.preparation.pick_list import Stock, pick_list
from cec.calculate.preparation.sharing import with_shared_vials
from cec.calculate.preparation.shelf_life import running_time_alerts, with_use_before
from cec.calculate.preparation.stock import finest_measure, products_by_route, usable_products, why_not_for
from cec.calculate.rounding import deviation_percent, to_nearest
from cec.calculate.schedule.clock import Dates
from cec.errors import InputError
from cec.facts import NO_FACTS, Facts
from cec.order import Administration, Alert, DailyFluid, Dose, PickItem, Preparation, code_of_drug
from cec.pharmacy import FormularyDrug, Pharmacy, Product
from cec.regimen import Regimen
from cec.routes import label_of_route, routes_of
from cec.units import AMOUNT, Exact, Quantity, convert, is_dissolved, plain, write_number, write_signed

Prepared = tuple[Preparation, tuple[Alert, ...]]

MOST_DECIMALS = 2
"""Of a dose of which no product is known: cec's own limit, without a source."""


class MadeUp(NamedTuple):
    """Doses with what their labels say, their preparations and administrations, and alerts on how they are made up."""

    doses: tuple[Dose, ...]
    preparations: tuple[Preparation, ...]
    rows: tuple[Administration, ...]
    alerts: tuple[Alert, ...] = ()


def make_up(
    dosed: Sequence[Dosed], rows: tuple[Administration, ...], regimen: Regimen, pharmacy: Pharmacy, facts: Facts
) -> MadeUp:
    """How doses are made up and labelled, and their administrations with the rate and until when each is used."""
    preparations, alerts = prepare(dosed, pharmacy, facts)
    doses = with_labels([each.dose for each in dosed], preparations, regimen, pharmacy)
    if preparations:
        rows = with_use_before(with_rates(rows, preparations), preparations, pharmacy)
    return MadeUp(doses, preparations, rows, alerts)


def of_whole_cycle(
    doses: Sequence[Dose],
    preparations: Sequence[Preparation],
    rows: Sequence[Administration],
    dates: Dates,
    weight_on: Callable[[int], Quantity],
    *stocks: Stock,
) -> tuple[tuple[DailyFluid, ...], tuple[PickItem, ...]]:
    """How much fluid each day gives, also per kg, and what all days of the cycle take from the shelf."""
    if not preparations:
        return (), ()
    fluids = daily_fluids(doses, preparations, weight_on, rows, dates, zone=stocks[-1].pharmacy.zone)
    return fluids, pick_list(doses, preparations, *stocks)


def prepare(
    dosed: Sequence[Dosed], pharmacy: Pharmacy, facts: Facts = NO_FACTS
) -> tuple[tuple[Preparation, ...], tuple[Alert, ...]]:
    """How each dose is made up from the pharmacy's stock, and what a person must see; nothing without a formulary."""
    if not pharmacy.formulary:
        return (), tuple(alert for each in dosed for alert in digit_alerts(each.dose))
    prepared = [prepare_dose(each, index, pharmacy, facts) for index, each in enumerate(dosed)]
    doses = [each.dose for each in dosed]
    preparations = with_shared_vials(doses, [preparation for preparation, _ in prepared], pharmacy)
    return preparations, tuple(alert for _, alerts in prepared for alert in alerts)


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


def with_rates(schedule: Sequence[Administration], preparations: Sequence[Preparation]) -> tuple[Administration, ...]:
    """The administrations, each with the rate of its preparation where there is one."""
    rates = {made_up.dose_index: made_up.rate for made_up in preparations}
    return tuple(replace(row, rate=rate) if (rate := rates.get(row.dose_index)) else row for row in schedule)


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


def digit_alerts(dose: Dose, finest: Quantity | None = None, product: str = "") -> Iterator[Alert]:
    """A check for a dose that is written finer than anybody can measure it, and that no rule has rounded.

    One digit finer than the `finest` amount that the product gives is let pass: 422.4 mg, where 0.1 mL holds 2 mg.
    """
    if not dose.ordered.value or (dose.steps and dose.steps[-1].what == "rounded"):
        return
    if finest is None:
        allowed, why = MOST_DECIMALS, "no product says how finely it is measured, and two decimals are the most"
        settles = "a dose_rounding in the pharmacy file, or a product with its measuring_step, settles it"
    else:
        allowed, why = decimals_of(finest) + 1, f"{product} is measured to {finest}"
        settles = f"a dose_rounding in the pharmacy file, like nearest {finest}, settles it"
    if decimals_of(dose.ordered) > allowed:
        text = f"{dose.ordered} has more digits than anybody can measure: {why}; {settles}"
        yield Alert(code_of_drug("digits", dose.drug), "check", dose.drug, text)


def decimals_of(amount: Quantity) -> int:
    """How many decimals an amount has; of grams, in mg.

    >>> decimals_of(Quantity(Decimal("16.410"), "mg")), decimals_of(Quantity(Decimal("5.4612"), "g"))
    (2, 1)
    """
    amount = convert(amount, "mg", AMOUNT) if amount.unit == "g" else amount
    return max(0, -int(plain(amount.value).as_tuple().exponent))


def _percent(moved: Fraction) -> str:
    return f"{write_signed(to_nearest(moved, Decimal('0.01')))}%"

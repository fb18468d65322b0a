"""The vials that a day opens: which doses may share one, by the policy, and what comes of it for each product."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cec.calculate.preparation.stock import content_of
from cec.course.vials import Need, drawn, percent_of, shared_vials, single_vials
from cec.course.ward_day import DrawnFrom, VialsOfDay
from cec.drug_names import drug_key
from cec.order import Administration, Alert, Preparation, code_of_drug
from cec.pharmacy import Pharmacy
from cec.pharmacy.formulary import Product
from cec.routes import is_into_csf
from cec.units import AMOUNT, EXACT, Quantity, convert

DIFFERS = "is not so in the pharmacy file"
NOT_THERE = "is not in the pharmacy file"
NOT_STATED = "the pharmacy file does not say how long an opened one keeps (keeps_opened)"
NO_TIME = "without a clock time nobody knows how long a vial would be open"
INTO_CSF = "into the cerebrospinal fluid"


class MadeUp(NamedTuple):
    """A dose of the day that is made up, and by which pharmacy for whom."""

    number: int
    file: str
    administration: Administration
    preparation: Preparation
    patient: Hashable
    pharmacy: Pharmacy
    """That of its order."""


class _Portion(NamedTuple):
    """What a dose takes of one product; a dose may take of several sizes of vial."""

    dose: MadeUp
    product: Product
    amount: Quantity
    time: datetime.datetime
    """When it is made up."""
    share: Hashable
    keeps: Quantity | None
    why_not: str


class VialsDrawn(NamedTuple):
    """From which vials each dose is drawn, by its number; the vials of each product; and what to look at."""

    drawn_from: Mapping[int, tuple[DrawnFrom, ...]]
    vials: tuple[VialsOfDay, ...]
    alerts: tuple[Alert, ...]


def vials_of_day(doses: Sequence[MadeUp], policy: Pharmacy | None) -> VialsDrawn:
    """From which vials the doses of a day are drawn, in the sequence in which they are made up.

    `policy` says which of them share; without it the pharmacy of each order does.
    """
    products: defaultdict[tuple[str, str], list[_Portion]] = defaultdict(list)
    for dose in doses:
        for portion in _portions(dose, policy):
            products[drug_key(dose.administration.drug), portion.product.name.casefold()].append(portion)
    drawn_from: defaultdict[int, list[DrawnFrom]] = defaultdict(list)
    vials = []
    for portions in products.values():
        portions.sort(key=lambda portion: portion.time)
        unit = portions[0].amount.unit
        needs = [_need(portion, unit) for portion in portions]
        draws = drawn(needs, unit)
        for portion, draw in zip(portions, draws, strict=True):
            drawn_from[portion.dose.number].append(DrawnFrom(portion.product.name, draw))
        opened, single = shared_vials(needs, draws, unit), single_vials(needs, unit)
        saved = Quantity(EXACT.subtract(single.hold.value, opened.hold.value), unit)
        why_not = "; ".join(dict.fromkeys(portion.why_not for portion in portions if portion.why_not))
        vials.append(
            VialsOfDay(
                portions[0].dose.administration.drug,
                portions[0].product.name,
                opened,
                single,
                saved,
                percent_of(saved.value, single.hold.value),
                why_not,
            )
        )
    alerts = tuple(alert for portions in products.values() for alert in _differing(portions, policy))
    return VialsDrawn({number: tuple(each) for number, each in drawn_from.items()}, tuple(vials), alerts)


def making_time(row: Administration) -> datetime.datetime:
    """When a dose is made up; where the pharmacy does not say, when it starts."""
    return row.made_at or row.time


def _need(portion: _Portion, unit: str) -> Need:
    content = content_of(portion.product, unit)
    amount = convert(portion.amount, unit, AMOUNT)
    return Need(amount.value, content.value if content else amount.value, portion.time, portion.share, portion.keeps)


def _portions(dose: MadeUp, policy: Pharmacy | None) -> Iterator[_Portion]:
    """What a dose takes of each of its sizes of vial: the larger ones whole, of the smallest what is left."""
    preparation = dose.preparation
    drug = dose.pharmacy.formulary_entry(preparation.drug)
    if not preparation.vials or not preparation.contains or preparation.form == "tablet" or drug is None:
        return
    unit = preparation.contains.unit
    counts = {use.product: use.count for use in preparation.vials}
    sized = [
        (product, content.value, counts[product.name])
        for product in drug.products
        if product.name in counts and (content := content_of(product, unit))
    ]
    rest = preparation.contains.value
    for place, (product, holds, count) in enumerate(sorted(sized, key=lambda each: each[1], reverse=True), 1):
        amount = rest if place == len(sized) else EXACT.multiply(holds, count)
        rest = EXACT.subtract(rest, amount)
        share, keeps, why_not = _sharing(dose, product, policy)
        yield _Portion(dose, product, Quantity(amount, unit), making_time(dose.administration), share, keeps, why_not)


def _sharing(dose: MadeUp, product: Product, policy: Pharmacy | None) -> tuple[Hashable, Quantity | None, str]:
    """Doses that are alike in this may share a vial; how long an opened one keeps; and why patients do not share it."""
    rules = policy or dose.pharmacy
    if not rules.share_vials:
        return dose.number, None, ""
    in_file = _of_name(rules, dose.preparation.drug, product)
    keeps = in_file.keeps_opened if in_file else None
    why_not = _why_not_between(dose, product, in_file) if rules.share_vials_between_patients else ""
    if rules.share_vials_between_patients and not why_not:
        return ("between patients", _figures(product)), keeps, ""
    return (dose.patient, is_into_csf(dose.administration.route), _figures(product)), keeps, why_not


def _why_not_between(dose: MadeUp, product: Product, in_file: Product | None) -> str:
    """Why a dose may not be drawn from a vial of which another patient gets something."""
    if is_into_csf(dose.administration.route):
        return INTO_CSF
    if in_file is None:
        return f"it {NOT_THERE}"
    if _figures(in_file) != _figures(product):
        return f"it {DIFFERS}"
    if in_file.keeps_opened is None:
        return NOT_STATED
    return "" if dose.administration.made_at or dose.administration.start else NO_TIME


def _of_name(pharmacy: Pharmacy, drug: str, product: Product) -> Product | None:
    """The product of that name in a pharmacy's formulary."""
    entry = pharmacy.formulary_entry(drug)
    names = (each for each in entry.products if each.name.casefold() == product.name.casefold()) if entry else ()
    return next(iter(names), None)


def _figures(product: Product) -> Hashable:
    """What makes two vials of one name the same thing."""
    figures = (product.strength, product.volume, product.content, product.reconstituted_with)
    return product.form, *figures, product.reconstitution_fluid.casefold()


def _differing(portions: Sequence[_Portion], policy: Pharmacy | None) -> Iterator[Alert]:
    """What a person must look at where a product is not the same thing in every order, or not in the pharmacy file."""
    drug, product = portions[0].dose.administration.drug, portions[0].product
    by_figures: dict[Hashable, str] = {}
    for portion in portions:
        by_figures.setdefault(_figures(portion.product), portion.dose.file)
    if len(by_figures) > 1:
        text = f"{product.name} is not the same product in {' and '.join(by_figures.values())}; look at the vials"
        yield Alert(code_of_drug("product-differs", drug), "check", drug, text)
    if policy is None:
        return
    for figures, file in by_figures.items():
        in_file = _of_name(policy, drug, product)
        if in_file is None or _figures(in_file) != figures:
            what = NOT_THERE if in_file is None else DIFFERS
            text = f"{product.name} {what}; its doses are drawn as their orders say, first in {file}"
            yield Alert(code_of_drug("product-differs", drug), "check", drug, text)

"""Dilution: a drawn dose -> the bag it goes into, its final volume and concentration, and how fast it runs.

A bag is counted at its nominal volume, without overfill. The drawn volume replaces as much diluent, so that the total
is the bag's volume, unless the formulary says `drug_volume: added to bag`: then the total is bag and drawn volume.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from fractions import Fraction

from msgspec.structs import replace

from cec.calculate.rounding import to_nearest
from cec.order import Alert, Dose, Preparation, code_of_drug
from cec.pharmacy.formulary import FormularyDrug
from cec.units import (
    AMOUNT,
    CONCENTRATION,
    DURATION,
    EXACT,
    VOLUME,
    Exact,
    Quantity,
    amount_in,
    convert,
    convert_exactly,
    write_number,
    write_range,
)

VOLUME_STEP = Decimal("0.1")
"""The step to which allowed volumes are written, mL."""
RATE_STEPS = ((Decimal(10), Decimal("0.1")), (Decimal(0), Decimal("0.01")))
"""From this rate on (mL/h), rates are written to this step."""


def in_bag(drawn: Preparation, dose: Dose, drug: FormularyDrug) -> Preparation:
    """The dose in the smallest stocked bag whose final concentration is allowed, and how fast it runs."""
    preparation = _with_window(_diluted(drawn, dose, drug), drug)
    if not preparation.diluent:
        preparation = lacking(preparation, f"the formulary names no diluent of {dose.drug}")
    bags = stocked_bags(drug)
    if not bags:
        return lacking(
            preparation, f"the formulary names no bag for {dose.drug}, so no final volume and no rate are given"
        )
    if not (drug.lowest_concentration or drug.highest_concentration) and len(bags) > 1:
        return lacking(preparation, f"the formulary states no final concentration of {dose.drug}, so no bag is chosen")
    bag = next((bag for bag in bags if _fits(preparation, bag, drug)), None)
    if bag is None:
        return lacking(preparation, f"no bag in the formulary fits this dose of {dose.drug}")
    return running(_filled(preparation, bag, drug), dose)


def _diluted(drawn: Preparation, dose: Dose, drug: FormularyDrug) -> Preparation:
    """The dose in the diluent that the regimen names, else in the formulary's first, with whose label allows it."""
    name = dose.diluent or next((diluent.name for diluent in drug.diluents), "")
    known = next((diluent for diluent in drug.diluents if diluent.name.casefold() == name.casefold()), None)
    return replace(drawn, diluent=name, diluent_jurisdiction=known.jurisdiction if known else "")


def stocked_bags(drug: FormularyDrug) -> list[Decimal]:
    """The bag sizes of a drug in mL, from the smallest."""
    return sorted(convert(bag, "mL", VOLUME).value for bag in drug.bags)


def lacking(preparation: Preparation, why: str) -> Preparation:
    """The preparation with one more reason why a figure is not there."""
    return replace(preparation, missing="; ".join(filter(None, (preparation.missing, why))))


def bag_alerts(preparation: Preparation, dose: Dose, drug: FormularyDrug) -> tuple[Alert, ...]:
    """What a person must look at in the choice of bag and diluent."""
    alerts = []
    bags = stocked_bags(drug)
    if preparation.bag is None and bags and (preparation.lowest_volume or preparation.highest_volume):
        stock = ", ".join(write_number(bag) for bag in bags)
        grown = f", the drawn {preparation.draw} included" if drug.drug_volume == "added to bag" else ""
        text = (
            f"no bag in stock ({stock} mL) gives {preparation.contains} of {dose.drug} a final concentration of "
            f"{preparation.allowed_concentration}; "
            f"a total volume of {_volumes_that_fit(preparation)}{grown} would"
        )
        alerts.append(Alert(code_of_drug("no-bag", dose.drug), "check", dose.drug, text, drug.source))
    allowed = {diluent.name.casefold() for diluent in drug.diluents}
    if dose.diluent and allowed and dose.diluent.casefold() not in allowed:
        names = ", ".join(diluent.words for diluent in drug.diluents)
        text = f"the regimen dilutes {dose.drug} in {dose.diluent}; the formulary allows {names}"
        alerts.append(Alert(code_of_drug("diluent", dose.drug), "check", dose.drug, text, drug.source))
    if _is_undiluted(preparation, dose, drug):
        text = (
            f"{dose.route} with no duration, so drawn up as it comes, at {preparation.strength}; the formulary allows "
            f"{drug.highest_concentration} at most: its line needs a duration (over), or a route that says bolus"
        )
        alerts.append(Alert(code_of_drug("undiluted", dose.drug), "check", dose.drug, text, drug.source))
    return tuple(alerts)


def _is_undiluted(preparation: Preparation, dose: Dose, drug: FormularyDrug) -> bool:
    """Whether a route leaves open if it is an infusion, and what is drawn up is stronger than the formulary allows."""
    strength, most = preparation.strength, drug.highest_concentration
    if dose.is_infused or dose.route != "IV" or strength is None or most is None or not preparation.draw:
        return False
    return strength.value > convert(most, strength.unit, CONCENTRATION).value


def _amounts(preparation: Preparation) -> list[Decimal]:
    """The ordered dose and what is really drawn, in the unit of the strength: both must be within the limits."""
    unit = _unit(preparation)
    return [convert(amount, unit, AMOUNT).value for amount in (preparation.dose, preparation.contains) if amount]


def _unit(preparation: Preparation) -> str:
    return amount_in(preparation.strength.unit) if preparation.strength else preparation.dose.unit


def _with_window(preparation: Preparation, drug: FormularyDrug) -> Preparation:
    """The allowed concentrations, and the total volumes that they allow the ordered dose, written inwards."""
    low, high = (
        convert(limit, f"{_unit(preparation)}/mL", CONCENTRATION) if limit else None
        for limit in (drug.lowest_concentration, drug.highest_concentration)
    )
    preparation = replace(
        preparation,
        lowest_concentration=low,
        highest_concentration=high,
        concentration_jurisdiction=drug.concentration_jurisdiction,
    )
    lowest, highest = _volumes(preparation, _amounts(preparation)[:1])
    return replace(preparation, lowest_volume=lowest, highest_volume=highest)


def _volumes(preparation: Preparation, amounts: list[Decimal]) -> tuple[Quantity | None, Quantity | None]:
    """The smallest and the largest total volume in which every amount has an allowed concentration."""
    low, high = preparation.lowest_concentration, preparation.highest_concentration
    lowest = to_nearest(Fraction(max(amounts)) / Fraction(high.value), VOLUME_STEP, ROUND_CEILING) if high else None
    highest = to_nearest(Fraction(min(amounts)) / Fraction(low.value), VOLUME_STEP, ROUND_DOWN) if low else None
    return (
        None if lowest is None else Quantity(lowest, "mL"),
        None if highest is None else Quantity(highest, "mL"),
    )


def _volumes_that_fit(preparation: Preparation) -> str:
    return write_range(*_volumes(preparation, _amounts(preparation)))


def _total(preparation: Preparation, bag: Decimal, drug: FormularyDrug) -> Decimal:
    """The final volume in a bag, mL."""
    return EXACT.add(bag, preparation.draw.value) if preparation.draw and drug.drug_volume == "added to bag" else bag


def _fits(preparation: Preparation, bag: Decimal, drug: FormularyDrug) -> bool:
    """Whether the bag can take the drawn volume, at an allowed concentration."""
    if preparation.draw is None or (drug.drug_volume == "replaces diluent" and preparation.draw.value > bag):
        return False
    total, low, high = (
        _total(preparation, bag, drug),
        preparation.lowest_concentration,
        preparation.highest_concentration,
    )
    return all(
        (low is None or amount >= EXACT.multiply(low.value, total))
        and (high is None or amount <= EXACT.multiply(high.value, total))
        for amount in _amounts(preparation)
    )


def _filled(preparation: Preparation, bag: Decimal, drug: FormularyDrug) -> Preparation:
    """The dose in this bag: what is taken out first, the total volume and its concentration, to four digits."""
    total = Quantity(_total(preparation, bag, drug), "mL")
    held = Quantity(_amounts(preparation)[-1], _unit(preparation))
    concentration = Exact(Fraction(held.value) / Fraction(total.value), f"{held.unit}/mL")
    last_digit = Decimal(1).scaleb(concentration.kept.value.adjusted() - 3)
    grows = total.value != bag
    filling = f"{write_number(bag)} + {preparation.draw}" if grows else f"{preparation.draw} replaces as much diluent"
    limits = (
        f"allowed {preparation.allowed_concentration}"
        if preparation.lowest_concentration or preparation.highest_concentration
        else "the formulary states no limits, so this is not checked"
    )
    return replace(
        preparation,
        bag=Quantity(bag, "mL"),
        remove=None if grows else preparation.draw,
        final_volume=total,
        concentration=Quantity(to_nearest(concentration.number, last_digit), concentration.unit),
        how=(*preparation.how, f"{held} in {total} ({filling}) = {concentration}; {limits}"),
    )


def as_it_comes(begun: Preparation, dose: Dose) -> Preparation:
    """What is not drawn up here: a fluid with its rate, which counts in the day's; an activity, radiation, cells."""
    if dose.ordered.unit != "mL":
        return replace(begun, missing=f"{dose.ordered} of {dose.drug} is not made up here")
    return running(replace(begun, final_volume=dose.ordered, missing="a fluid is given as it comes"), dose)


def running(preparation: Preparation, dose: Dose) -> Preparation:
    """The rate at which the final volume runs over the dose's duration."""
    if dose.over is None or len(dose.rate_steps) > 1 or preparation.final_volume is None:
        return preparation
    hours = convert_exactly(dose.over, "h", DURATION)
    unrounded = Exact(Fraction(preparation.final_volume.value) / hours.number, "mL/h")
    step = next(step for lowest, step in RATE_STEPS if unrounded.number >= lowest)
    rate = Quantity(to_nearest(unrounded.number, step), "mL/h")
    rounded = "" if rate == unrounded.kept else f", to the nearest {step} mL/h: {rate}"
    return replace(
        preparation, rate=rate, how=(*preparation.how, f"{preparation.final_volume} / {hours} = {unrounded}{rounded}")
    )

"""Dilution: a drawn dose -> the bag it goes into, its final volume and concentration, and how fast it runs.

A bag is counted at its nominal volume, without overfill. The drawn volume replaces as much diluent, so that the total
is the bag's volume, unless the formulary says `drug_volume: added to bag`: then the total is bag and drawn volume.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from fractions import Fraction

from msgspec.structs import replace

from cec.calculate.rounding import to_nearest
from cec.calculate.rules.rule import code_of_drug
from cec.order import Alert, Dose, Preparation
from cec.pharmacy import FormularyDrug
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
    made = _with_window(_diluted(drawn, dose, drug), drug)
    if not made.diluent:
        made = lacking(made, f"the formulary names no diluent of {dose.drug}")
    bags = stocked_bags(drug)
    if not bags:
        return lacking(made, f"the formulary names no bag for {dose.drug}, so no final volume and no rate are given")
    if not (drug.lowest_concentration or drug.highest_concentration) and len(bags) > 1:
        return lacking(made, f"the formulary states no final concentration of {dose.drug}, so no bag is chosen")
    bag = next((bag for bag in bags if _fits(made, bag, drug)), None)
    if bag is None:
        return lacking(made, f"no bag in the formulary fits this dose of {dose.drug}")
    return _running(_filled(made, bag, drug), dose)


def _diluted(drawn: Preparation, dose: Dose, drug: FormularyDrug) -> Preparation:
    """The dose in the diluent that the regimen names, else in the formulary's first, with whose label allows it."""
    name = dose.diluent or next((diluent.name for diluent in drug.diluents), "")
    known = next((diluent for diluent in drug.diluents if diluent.name.casefold() == name.casefold()), None)
    return replace(drawn, diluent=name, diluent_jurisdiction=known.jurisdiction if known else "")


def stocked_bags(drug: FormularyDrug) -> list[Decimal]:
    """The bag sizes of a drug in mL, from the smallest."""
    return sorted(convert(bag, "mL", VOLUME).value for bag in drug.bags)


def lacking(made: Preparation, why: str) -> Preparation:
    """The preparation with one more reason why a figure is not there."""
    return replace(made, missing="; ".join(filter(None, (made.missing, why))))


def bag_alerts(made: Preparation, dose: Dose, drug: FormularyDrug) -> tuple[Alert, ...]:
    """What a person must look at in the choice of bag and diluent."""
    alerts = []
    bags = stocked_bags(drug)
    if made.bag is None and bags and (made.lowest_volume or made.highest_volume):
        stock = ", ".join(write_number(bag) for bag in bags)
        grown = f", the drawn {made.draw} included" if drug.drug_volume == "added to bag" else ""
        text = (
            f"no bag in stock ({stock} mL) gives {made.contains} of {dose.drug} a final concentration of "
            f"{made.allowed_concentration}; "
            f"a total volume of {_volumes_that_fit(made)}{grown} would"
        )
        alerts.append(Alert(code_of_drug("no-bag", dose.drug), "check", dose.drug, text, drug.source))
    allowed = {diluent.name.casefold() for diluent in drug.diluents}
    if dose.diluent and allowed and dose.diluent.casefold() not in allowed:
        names = ", ".join(diluent.words for diluent in drug.diluents)
        text = f"the regimen dilutes {dose.drug} in {dose.diluent}; the formulary allows {names}"
        alerts.append(Alert(code_of_drug("diluent", dose.drug), "check", dose.drug, text, drug.source))
    return tuple(alerts)


def _amounts(made: Preparation) -> list[Decimal]:
    """The ordered dose and what is really drawn, in the unit of the strength: both must be within the limits."""
    unit = _unit(made)
    return [convert(amount, unit, AMOUNT).value for amount in (made.dose, made.contains) if amount]


def _unit(made: Preparation) -> str:
    return amount_in(made.strength.unit) if made.strength else made.dose.unit


def _with_window(made: Preparation, drug: FormularyDrug) -> Preparation:
    """The allowed concentrations, and the total volumes that they allow the ordered dose, written inwards."""
    low, high = (
        convert(limit, f"{_unit(made)}/mL", CONCENTRATION) if limit else None
        for limit in (drug.lowest_concentration, drug.highest_concentration)
    )
    made = replace(
        made,
        lowest_concentration=low,
        highest_concentration=high,
        concentration_jurisdiction=drug.concentration_jurisdiction,
    )
    lowest, highest = _volumes(made, _amounts(made)[:1])
    return replace(made, lowest_volume=lowest, highest_volume=highest)


def _volumes(made: Preparation, amounts: list[Decimal]) -> tuple[Quantity | None, Quantity | None]:
    """The smallest and the largest total volume in which every amount has an allowed concentration."""
    low, high = made.lowest_concentration, made.highest_concentration
    lowest = to_nearest(Fraction(max(amounts)) / Fraction(high.value), VOLUME_STEP, ROUND_CEILING) if high else None
    highest = to_nearest(Fraction(min(amounts)) / Fraction(low.value), VOLUME_STEP, ROUND_DOWN) if low else None
    return (
        None if lowest is None else Quantity(lowest, "mL"),
        None if highest is None else Quantity(highest, "mL"),
    )


def _volumes_that_fit(made: Preparation) -> str:
    return write_range(*_volumes(made, _amounts(made)))


def _total(made: Preparation, bag: Decimal, drug: FormularyDrug) -> Decimal:
    """The final volume in a bag, mL."""
    return EXACT.add(bag, made.draw.value) if made.draw and drug.drug_volume == "added to bag" else bag


def _fits(made: Preparation, bag: Decimal, drug: FormularyDrug) -> bool:
    """Whether the bag can take the drawn volume, at an allowed concentration."""
    if made.draw is None or (drug.drug_volume == "replaces diluent" and made.draw.value > bag):
        return False
    total, low, high = _total(made, bag, drug), made.lowest_concentration, made.highest_concentration
    return all(
        (low is None or amount >= EXACT.multiply(low.value, total))
        and (high is None or amount <= EXACT.multiply(high.value, total))
        for amount in _amounts(made)
    )


def _filled(made: Preparation, bag: Decimal, drug: FormularyDrug) -> Preparation:
    """The dose in this bag: what is taken out first, the total volume and its concentration, to four digits."""
    total = Quantity(_total(made, bag, drug), "mL")
    held = Quantity(_amounts(made)[-1], _unit(made))
    concentration = Exact(Fraction(held.value) / Fraction(total.value), f"{held.unit}/mL")
    last_digit = Decimal(1).scaleb(concentration.kept.value.adjusted() - 3)
    grows = total.value != bag
    filling = f"{write_number(bag)} + {made.draw}" if grows else f"{made.draw} replaces as much diluent"
    limits = (
        f"allowed {made.allowed_concentration}"
        if made.lowest_concentration or made.highest_concentration
        else "the formulary states no limits, so this is not checked"
    )
    return replace(
        made,
        bag=Quantity(bag, "mL"),
        remove=None if grows else made.draw,
        final_volume=total,
        concentration=Quantity(to_nearest(concentration.number, last_digit), concentration.unit),
        how=(*made.how, f"{held} in {total} ({filling}) = {concentration}; {limits}"),
    )


def _running(made: Preparation, dose: Dose) -> Preparation:
    """The rate at which the final volume runs over the dose's duration."""
    if dose.over is None or made.final_volume is None:
        return made
    hours = convert_exactly(dose.over, "h", DURATION)
    unrounded = Exact(Fraction(made.final_volume.value) / hours.number, "mL/h")
    step = next(step for lowest, step in RATE_STEPS if unrounded.number >= lowest)
    rate = Quantity(to_nearest(unrounded.number, step), "mL/h")
    rounded = "" if rate == unrounded.kept else f", to the nearest {step} mL/h: {rate}"
    return replace(made, rate=rate, how=(*made.how, f"{made.final_volume} / {hours} = {unrounded}{rounded}"))

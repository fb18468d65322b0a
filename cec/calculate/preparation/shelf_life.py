"""Use-before: how long what is made up keeps, by which of the formulary's statements, counted from when it is made; and
infusions that run longer than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from msgspec.structs import replace

from cec.calculate.schedule.clock import Clock
from cec.calculate.schedule.making import time_of_making
from cec.order import Administration, Alert, Dose, Preparation, ShelfLife, code_of_drug
from cec.pharmacy import Pharmacy
from cec.pharmacy.formulary import UNDILUTED, FormularyDrug, Stability
from cec.units import AMOUNT, CONCENTRATION, amount_in, convert, span


def shelf_life(preparation: Preparation, dose: Dose, drug: FormularyDrug, pharmacy: Pharmacy) -> ShelfLife:
    """How long an injection keeps; where the statements of the formulary that hold for it differ, or none does, why."""
    if not drug.stability:
        return ShelfLife(unknown="the formulary does not say how long it keeps")
    holding = statements_that_hold(preparation, dose, drug, pharmacy)
    if not holding and dose.is_infused and not preparation.bag:
        return ShelfLife(unknown="no bag is chosen, and how long it keeps depends on it")
    if not holding:
        return ShelfLife(unknown=f"the formulary does not say how long it keeps {_as_made_up(preparation, pharmacy)}")
    first = holding[0]
    if any((each.hours, each.conditions) != (first.hours, first.conditions) for each in holding):
        return ShelfLife(unknown=f"several hold: {'; '.join(each.words for each in holding)}")
    by = dict.fromkeys(each.jurisdiction for each in holding)
    return ShelfLife(within=first.hours, storage=first.conditions, jurisdiction=", ".join(by))


def statements_that_hold(
    preparation: Preparation, dose: Dose, drug: FormularyDrug, pharmacy: Pharmacy
) -> tuple[Stability, ...]:
    """What the formulary says of how long it keeps at this concentration, in this diluent, stored and labelled as here.

    A statement that names no concentration and no diluent holds for every bag, never for what is drawn up undiluted.
    """
    return tuple(each for each in drug.stability if _holds(each, preparation, dose) and pharmacy.follows(each))


def with_use_before(
    schedule: Iterable[Administration], preparations: Sequence[Preparation], pharmacy: Pharmacy
) -> tuple[Administration, ...]:
    """The administrations; each that is made up at the pharmacy's `made_at`, with when that is and what it must be
    used before, in real hours where the pharmacy names its time zone.
    """
    keeping = {each.dose_index: each.shelf_life for each in preparations if each.shelf_life}
    return tuple(_dated(row, keeping, pharmacy) for row in schedule)


def _dated(row: Administration, keeping: Mapping[int, ShelfLife], pharmacy: Pharmacy) -> Administration:
    """The administration with the time at which it is made, and that before which it is used."""
    life, made_at = keeping.get(row.dose_index), time_of_making(row, pharmacy)
    if life is None or made_at is None or not row.dose.value:
        return row
    if life.within is None:
        return replace(row, made_at=made_at)
    clock = Clock(pharmacy.zone)
    return replace(row, made_at=made_at, use_before=clock.local(clock.instant(made_at) + span(life.within)))


def running_time_alerts(
    preparation: Preparation, dose: Dose, drug: FormularyDrug, pharmacy: Pharmacy
) -> tuple[Alert, ...]:
    """A check where an infusion runs longer than what is stated of it, or of its drug where nothing of it is.

    It is held against whatever is stated, not only as the pharmacy stores it: what runs does not lie in a refrigerator.
    """
    if dose.over is None or not drug.stability:
        return ()
    holding = statements_that_hold(preparation, dose, drug, replace(pharmacy, storage=""))
    shorter = [each for each in holding or drug.stability if span(each.hours) < span(dose.over)]
    if not shorter:
        return ()
    statements = "; ".join(each.words for each in (shorter if holding else drug.stability))
    made_up = f"at {preparation.concentration}" if preparation.bag else "in a bag that nobody chose"
    text = (
        f"runs over {dose.runs}, but keeps {statements}"
        if holding
        else f"runs over {dose.runs}, and nothing says that it keeps as long {made_up}: {statements}"
    )
    source = "; ".join(dict.fromkeys(filter(None, (each.source or drug.source for each in shorter))))
    return (Alert(code_of_drug("runs-longer", dose.drug), "check", dose.drug, text, source),)


def _holds(stability: Stability, preparation: Preparation, dose: Dose) -> bool:
    """Whether a statement is about this concentration in this diluent; of a bag that nobody chose neither is known."""
    where = {preparation.diluent.casefold(), ""} if dose.is_infused else {UNDILUTED}
    if stability.diluent.casefold() not in where:
        return False
    low, high = stability.lowest_concentration, stability.highest_concentration
    if not (stability.concentration or low or high):
        return True
    concentration = preparation.concentration if dose.is_infused else preparation.strength
    if stability.concentration:
        return concentration == stability.concentration
    return (
        concentration is not None
        and (low is None or _concentration(preparation, low.unit) >= low.value)
        and (high is None or _concentration(preparation, high.unit) <= high.value)
    )


def _concentration(preparation: Preparation, unit: str) -> Fraction:
    """The concentration of what is made up, exactly."""
    if preparation.strength and not preparation.final_volume:
        return Fraction(convert(preparation.strength, unit, CONCENTRATION).value)
    held = convert(preparation.contains or preparation.dose, amount_in(unit), AMOUNT)
    return Fraction(held.value) / Fraction(preparation.final_volume.value if preparation.final_volume else 1)


def _as_made_up(preparation: Preparation, pharmacy: Pharmacy) -> str:
    """How it is made up and kept, for which nothing is stated."""
    diluent = f" in {preparation.diluent}" if preparation.diluent else ""
    made_up = f"at {preparation.concentration}{diluent}" if preparation.bag else UNDILUTED
    kept = f", {pharmacy.storage}" if pharmacy.storage else ""
    return f"{made_up}{kept}{f' ({pharmacy.jurisdiction})' if pharmacy.jurisdiction else ''}"

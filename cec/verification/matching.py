"""Which written amount belongs to which dose of an order: of a drug with several doses, what fits best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from cec.calculate.rounding import deviation_percent
from cec.drug_names import drug_key
from cec.errors import InputError
from cec.order import Dose
from cec.units import AMOUNT, convert
from cec.verification.written import Written

Pairs = dict[int, Written]
"""What was written for each dose, by its place among the doses of the order."""


def matched(doses: Sequence[Dose], written: Iterable[Written], tolerance: Decimal) -> tuple[Pairs, list[Written]]:
    """What was written for each dose, and what is left over; InputError for an amount of another kind than the dose.

    Of one drug the dose and the amount that are nearest to each other belong together, then the next; days that were
    written tell before all else.
    """
    pairs: Pairs = {}
    left_over: list[Written] = []
    lines = {drug_key(dose.called): dose for dose in doses if dose.called}
    names = {drug_key(dose.drug): dose.drug for dose in doses}
    by_name: dict[tuple[str, str], list[Written]] = {}
    for each in written:
        line = lines.get(drug_key(each.drug))
        drug = line.drug if line else names.get(drug_key(each.drug), each.drug)
        by_name.setdefault((drug, line.called if line else ""), []).append(each._replace(drug=drug))
    for (drug, called), of_drug in sorted(by_name.items(), key=lambda named: not named[0][1]):
        places = [
            place
            for place, dose in enumerate(doses)
            if dose.drug == drug and called in {"", dose.called} and place not in pairs
        ]
        found = _best_pairs([doses[place] for place in places], of_drug, tolerance)
        pairs |= {places[index]: of_drug[number] for index, number in found.items()}
        left_over += [each for number, each in enumerate(of_drug) if number not in found.values()]
    return pairs, left_over


def _best_pairs(doses: Sequence[Dose], written: Sequence[Written], tolerance: Decimal) -> dict[int, int]:
    """The place of the written amount for each dose, both by their places."""
    misfits = sorted(
        (misfit, index, number)
        for index, dose in enumerate(doses)
        for number, each in enumerate(written)
        if (misfit := _misfit(dose, each, tolerance)) is not None
    )
    if doses and written and not misfits:
        raise InputError(f"{written[0].drug}: {written[0].amount} cannot be held against {doses[0].ordered}")
    found: dict[int, int] = {}
    for _, index, number in misfits:
        if index not in found and number not in found.values():
            found[index] = number
    return found


def _misfit(dose: Dose, written: Written, tolerance: Decimal) -> tuple[bool, bool, Decimal] | None:
    """Whether the written days are others, whether the amount differs, and by how many times; None for another kind."""
    expected = dose.ordered
    try:
        amount = convert(written.amount, expected.unit, AMOUNT).value
    except InputError:
        return None
    is_on_other_days = "days" in written.beside and written.beside["days"] != dose.days
    low, high = sorted((amount, expected.value))
    if low == 0:
        return is_on_other_days, high > 0, high
    return is_on_other_days, abs(deviation_percent(amount, expected.value)) > tolerance, high / low

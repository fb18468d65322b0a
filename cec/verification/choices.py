"""Orders of a regimen that leaves something open, one for each choice that could have been made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import islice, product

from msgspec.structs import replace

from cec.calculate.left_open import OPEN, left_open, merged
from cec.calculate.rounding import to_nearest
from cec.drug_names import is_same_drug
from cec.errors import CecError
from cec.order import Dose, Order
from cec.patient import Choices, Patient
from cec.regimen import DoseEntry, Regimen
from cec.units import AMOUNT, Quantity, convert_exactly, write_quantity
from cec.verification.outcome import Verification
from cec.verification.written import Written

MOST_CHOICES = 64
"""Of which each is tried; a regimen that leaves more open is asked about."""

Draft = Callable[[Patient], Order]
Verify = Callable[[Order], Verification]


def verify_any_choice(
    draft: Draft, verify: Verify, regimen: Regimen, patient: Patient, written: Sequence[Written]
) -> tuple[Order, Verification]:
    """The order and the verification of what was chosen or, where nothing was, of the choice that agrees best."""
    try:
        order = draft(patient)
    except CecError as error:
        if not any(OPEN in fault.about for fault in error.faults):
            raise
    else:
        return order, verify(order)
    tried = []
    for choices in _each(regimen, patient, draft, written):
        order = draft(replace(patient, choices=choices))
        tried.append((order, verify(order)))
        if tried[-1][1].agrees:
            break
    return min(tried, key=lambda each: _distance(each[1]))


def _distance(verification: Verification) -> tuple[int, int]:
    """How many doses do not agree, and how many of these nothing explains."""
    wrong = [verdict for verdict in verification.verdicts if verdict.is_wrong]
    return len(wrong), sum(not verdict.explanations for verdict in wrong)


def _each(regimen: Regimen, patient: Patient, draft: Draft, written: Sequence[Written]) -> Iterator[Choices]:
    """Each set of choices; of a range its ends, and what the written amount comes from."""
    open_lines = left_open(regimen.drugs, patient.choices)
    lowest = merged(patient.choices, [(name, each.texts[0]) for name, each in open_lines])
    order = draft(replace(patient, choices=lowest))
    options = [(name, (*each.texts, *_within(name, each.entry, order, written))) for name, each in open_lines]
    for chosen in islice(product(*(texts for _, texts in options)), MOST_CHOICES):
        yield merged(patient.choices, [(name, text) for (name, _), text in zip(options, chosen, strict=True)])


def _within(name: str, entry: DoseEntry | None, order: Order, written: Sequence[Written]) -> Iterator[str]:
    """The dose within a range from which a written amount comes, where it comes of any."""
    if entry is None or entry.up_to is None:
        return
    dose = next((dose for dose in order.doses if name in order.line_of(dose).names and dose.ordered.value), None)
    for each in written if dose else ():
        if dose and is_same_drug(each.drug, dose.drug) and (text := _scaled(entry, dose, each.amount)):
            yield text


def _scaled(entry: DoseEntry, lowest: Dose, amount: Quantity) -> str:
    """The dose that an amount comes from, by what the lowest of its range comes to; nothing where it is outside."""
    try:
        number = convert_exactly(amount, lowest.ordered.unit, AMOUNT).number
    except CecError:
        return ""
    prescribed = Fraction(entry.dose.value) * number / Fraction(lowest.ordered.value)
    if entry.up_to is None or not Fraction(entry.dose.value) <= prescribed <= Fraction(entry.up_to.value):
        return ""
    return write_quantity(Quantity(to_nearest(prescribed, _FINEST), entry.dose.unit))


_FINEST = Decimal("0.000001")
"""To which the dose that was meant is known."""

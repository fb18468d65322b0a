"""The mistakes that turn a right dose into a wrong one, so that a wrong number explains itself.

One function per mistake, all in the table `MISTAKES`. Each gives the amounts that the mistake leads to, with its
working; one that lies within 1% of what was written, and nearer to it than the right dose, explains it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial

import msgspec

from cec.calculate.formulas import BSA_FORMULAS
from cec.calculate.rounding import to_nearest
from cec.errors import InputError
from cec.order import Dose
from cec.units import (
    AMOUNT,
    EXACT,
    LENGTH,
    WEIGHT,
    Quantity,
    convert,
    dose_unit,
    same_amount_per,
    write_number,
)
from cec.verification.case import Candidate, Case, candidate, in_words, recomputed, right, times
from cec.verification.outcome import Explanation

FITS_WITHIN = Decimal("0.01")
"""How near a written amount lies to what a mistake leads to, as a part of it."""

LARGEST_CAPPED_BSA = Decimal(2)


def explain(case: Case) -> tuple[Explanation, ...]:
    """Every mistake that explains a wrong amount; nothing where none does."""
    explanations = []
    for name, candidates in MISTAKES.items():
        hows = dict.fromkeys(candidate.how for candidate in candidates(case) if _fits(candidate.amount, case))
        if hows:
            explanations.append(Explanation(name, " or ".join(hows)))
    return tuple(explanations)


def fits(amount: Decimal, written: Decimal) -> bool:
    """Whether a written amount lies within 1% of an amount.

    >>> fits(Decimal(100), Decimal(101)), fits(Decimal(100), Decimal("101.1"))
    (True, False)
    """
    return abs(EXACT.subtract(written, amount)) <= EXACT.multiply(abs(amount), FITS_WITHIN)


def _fits(amount: Decimal, case: Case) -> bool:
    written, expected = case.written.value, case.dose.ordered.value
    return fits(amount, written) and abs(written - amount) < abs(written - expected)


def cycle_total(case: Case) -> Iterator[Candidate]:
    """All doses of the cycle in one."""
    if len(case.dose.days) > 1:
        yield from times(case, {"days": len(case.dose.days), "doses a day": case.dose.per_day})


def daily_total(case: Case) -> Iterator[Candidate]:
    """All doses of a day in one."""
    if case.dose.per_day > 1:
        yield from times(case, {"doses a day": case.dose.per_day})


def other_phase(case: Case) -> Iterator[Candidate]:
    """All doses of the other phase's cycle in one."""
    for other in case.others:
        for line in other.drugs:
            is_same = line.drug == case.line.drug and line.dose == case.line.dose
            if is_same and line.days != case.line.days and len(line.days) > 1:
                counts = {f"days (as {other.title} has them)": len(line.days), "doses a day": line.per_day}
                yield from times(case, counts)


def figure_not_multiplied(case: Case) -> Iterator[Candidate]:
    """The figure of the protocol as an amount."""
    prescribed = case.dose.prescribed
    if dose_unit(prescribed.unit).per:
        yield Candidate(prescribed.value, f"{write_number(prescribed.value)} of {prescribed}")


def multiplied(factors: Mapping[str, str], case: Case) -> Iterator[Candidate]:
    """The right amount times each of these factors, which stand by their names."""
    for amount in right(case):
        for words, factor in factors.items():
            yield candidate(case, EXACT.multiply(amount, Decimal(factor)), f"{words} {in_words(case, amount)}")


def divided(case: Case) -> Iterator[Candidate]:
    """One dose, taken for that of all days or of a whole day, in as many parts."""
    for amount in right(case):
        for what, count in (("days", len(case.dose.days)), ("doses a day", case.dose.per_day)):
            if count > 1:
                part = EXACT.divide(amount, Decimal(count))
                yield candidate(case, part, f"{in_words(case, amount)} divided over {count} {what}")


def swapped(case: Case) -> Iterator[Candidate]:
    """The dose of a drug whose written dose is in turn this one's."""
    for other, amount in _other_doses(case):
        if _is_swapped(case, other):
            yield Candidate(amount, f"{case.dose.drug} has the dose of {other.drug}, and {other.drug} that of it")


def other_drug(case: Case) -> Iterator[Candidate]:
    """The dose of another drug of the regimen."""
    for other, amount in _other_doses(case):
        if not _is_swapped(case, other):
            yield Candidate(amount, f"{other.drug} is {other.ordered}")


def pounds_as_kg(case: Case) -> Iterator[Candidate]:
    """The number of pounds in the place of kg."""
    pounds = convert(case.measures.weight, "lb", WEIGHT).value
    yield from recomputed(case, f"{_short(pounds)} lb taken as kg", weight=pounds)


def kg_as_pounds(case: Case) -> Iterator[Candidate]:
    """The number of kg in the place of pounds."""
    number = case.measures.weight.value
    kg = convert(Quantity(number, "lb"), "kg", WEIGHT).value
    yield from recomputed(case, f"{write_number(number)} kg taken as lb ({_short(kg)} kg)", weight=kg)


def inches_as_cm(case: Case) -> Iterator[Candidate]:
    """The number of inches in the place of cm."""
    inches = convert(case.measures.height, "in", LENGTH).value
    yield from recomputed(case, f"{_short(inches)} in taken as cm", height=inches)


def previous_weight(case: Case) -> Iterator[Candidate]:
    """The weight of the last calculation."""
    weight = case.order.patient.previous_weight
    if weight:
        yield from recomputed(case, f"the last weight was {weight}", weight=weight.value)


def other_formula(case: Case) -> Iterator[Candidate]:
    """BSA by a formula that the pharmacy does not use."""
    for name, formula in BSA_FORMULAS.items():
        if name != case.measures.bsa.formula and dose_unit(case.dose.prescribed.unit).measure == "bsa":
            yield from recomputed(case, f"BSA by {formula.title}", formula=name)


def capped_bsa(case: Case) -> Iterator[Candidate]:
    """BSA cut off at 2 m2."""
    if case.measures.bsa.value > LARGEST_CAPPED_BSA:
        yield from recomputed(case, "BSA cut off at 2 m2", largest_bsa=LARGEST_CAPPED_BSA)


def by_weight(case: Case) -> Iterator[Candidate]:
    """The figure per m2 multiplied by the weight."""
    yield from _by_other_measure(case, "m2", "kg", str(case.measures.weight))


def by_area(case: Case) -> Iterator[Candidate]:
    """The figure per kg multiplied by BSA."""
    yield from _by_other_measure(case, "kg", "m2", f"{write_number(case.measures.bsa.value)} m2")


def undeclared_reduction(case: Case) -> Iterator[Candidate]:
    """A quarter or a half less than was declared."""
    for amount in right(case):
        for percent in (25, 50):
            reduced = EXACT.multiply(amount, Decimal(100 - percent) / 100)
            yield candidate(case, reduced, f"{percent}% less than {in_words(case, amount)}")


def reduction_left_out(case: Case) -> Iterator[Candidate]:
    """The dose without its declared reduction."""
    if case.dose.unreduced:
        yield from recomputed(case, "the full dose", reduced=False)


def maximum_left_out(case: Case) -> Iterator[Candidate]:
    """The dose without the regimen's cap."""
    if case.line.maximum:
        line = msgspec.structs.replace(case.line, maximum=None)
        yield from recomputed(case, f"without the maximum of {case.line.maximum}", line=line)


def other_dose_set(case: Case) -> Iterator[Candidate]:
    """Other doses that are published under the same letters."""
    for other in case.order.regimen.other_dose_sets:
        prescribed = other.doses.get(case.dose.drug)
        if prescribed and prescribed != case.dose.prescribed:
            source = f" ({other.source})" if other.source else ""
            together = ", ".join(f"{drug} {dose}" for drug, dose in other.doses.items())
            yield from recomputed(case, f"{together}{source}", prescribed=prescribed)


MISTAKES: dict[str, Callable[[Case], Iterable[Candidate]]] = {
    "total of the cycle written as the daily dose": cycle_total,
    "total of the day written as one dose": daily_total,
    "the other phase's number of days": other_phase,
    "per-m2 or per-kg figure not multiplied": figure_not_multiplied,
    "ten times or a tenth": partial(multiplied, {"ten times": "10", "a tenth of": "0.1"}),
    "a hundred times or a hundredth": partial(multiplied, {"a hundred times": "100", "a hundredth of": "0.01"}),
    "mcg, mg or g mixed up": partial(multiplied, {"a thousand times": "1000", "a thousandth of": "0.001"}),
    "dose doubled": partial(multiplied, {"twice": "2"}),
    "daily or single dose taken for a total and divided": divided,
    "doses swapped": swapped,
    "another drug's dose": other_drug,
    "weight in pounds taken as kg": pounds_as_kg,
    "weight in kg taken as pounds": kg_as_pounds,
    "height in inches taken as cm": inches_as_cm,
    "an earlier weight": previous_weight,
    "another BSA formula": other_formula,
    "BSA capped at 2": capped_bsa,
    "mg/kg instead of mg/m2": by_weight,
    "kg and m2 mixed up": by_area,
    "reduction by 25% or 50% not declared": undeclared_reduction,
    "declared reduction left out": reduction_left_out,
    "maximum left out": maximum_left_out,
    "another dose set of the same letters": other_dose_set,
}
"""Every mistake by its name, the gravest first. A decimal point lost is ten times (38.4) or a hundred times (38.40)."""


def _other_doses(case: Case) -> Iterator[tuple[Dose, Decimal]]:
    """The other drugs' doses, each with its amount in the unit of this one."""
    for other in case.order.doses:
        if other.drug != case.dose.drug and (amount := _converted(other.ordered, case.dose.ordered.unit)) is not None:
            yield other, amount


def _is_swapped(case: Case, other: Dose) -> bool:
    """Whether the other drug was written with this drug's dose."""
    written = case.all_written.get(other.drug)
    amount = _converted(written, case.dose.ordered.unit) if written else None
    return amount is not None and fits(case.dose.ordered.value, amount)


def _converted(quantity: Quantity, unit: str) -> Decimal | None:
    try:
        return convert(quantity, unit, AMOUNT).value
    except InputError:
        return None


def _by_other_measure(case: Case, right: str, wrong: str, measure: str) -> Iterator[Candidate]:
    prescribed = case.dose.prescribed
    if dose_unit(prescribed.unit).per == right:
        figure = Quantity(prescribed.value, same_amount_per(prescribed.unit, wrong))
        yield from recomputed(case, f"{figure} × {measure}", prescribed=figure)


def _short(value: Decimal) -> str:
    return write_number(to_nearest(value, Decimal("0.1")))

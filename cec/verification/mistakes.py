"""The mistakes that turn a right dose into a wrong one, so that a wrong number explains itself.

All stand in the table `MISTAKES`; each gives the amounts that it leads to, with the working. Those in what a whole
order is computed from are in `measure_mistakes`. `explaining` judges which of them explain the wrong doses of an order;
words are made only for amounts that are the written one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from math import prod

import msgspec

from cec.errors import InputError
from cec.order import Dose
from cec.regimen import CAPS
from cec.units import AMOUNT, Quantity, convert_exactly, dose_unit, kept, same_amount_per, write_number
from cec.verification.case import Candidate, Case, candidate, in_words, may_fit, multiplied_by, recomputed
from cec.verification.measure_mistakes import MEASURE_MISTAKES
from cec.verification.screening import spans_of


def cycle_total(case: Case) -> Iterator[Candidate]:
    """All doses of the cycle in one."""
    if len(case.dose.days) > 1:
        yield from _times(case, {"days": len(case.dose.days), "doses a day": case.dose.per_day})


def daily_total(case: Case) -> Iterator[Candidate]:
    """All doses of a day in one."""
    if case.dose.per_day > 1:
        yield from _times(case, {"doses a day": case.dose.per_day})


def day_split_otherwise(case: Case) -> Iterator[Candidate]:
    """The day's dose in the number of doses that is written, where that is another: the total of the day stays."""
    times = _written_times(case)
    if times and times != case.dose.per_day:
        often = "once" if case.dose.per_day == 1 else f"{case.dose.per_day} times"
        for amount, each in multiplied_by(case, Fraction(case.dose.per_day, times)):
            words = f"{in_words(case, amount)} {often} a day, in {times} dose{'s' * (times > 1)}: each"
            yield candidate(case, each, words)


def other_phase(case: Case) -> Iterator[Candidate]:
    """All doses of the other phase's cycle in one."""
    for other in case.others:
        for line in other.drugs:
            is_same = line.drug == case.line.drug and line.dose == case.order.line_of(case.dose).dose
            if is_same and line.has_plain_days and line.days != case.line.days and len(line.days) > 1:
                counts = {f"days (as {other.title} has them)": len(line.days), "doses a day": line.per_day}
                yield from _times(case, counts)


def figure_not_multiplied(case: Case) -> Iterator[Candidate]:
    """The figure of the protocol as an amount."""
    prescribed = case.dose.prescribed
    if dose_unit(prescribed.unit).per:
        yield Candidate(Fraction(prescribed.value), f"{write_number(prescribed.value)} of {prescribed}")


def multiplied(factors: Mapping[str, Fraction], case: Case) -> Iterator[Candidate]:
    """The right amount times each of these factors, which stand by their names."""
    for words, factor in factors.items():
        for amount, each in multiplied_by(case, factor):
            yield candidate(case, each, f"{words} {in_words(case, amount)}", words)


def divided(case: Case) -> Iterator[Candidate]:
    """One dose, taken for that of all days or of a whole day, in as many parts."""
    for what, count in (("days", len(case.dose.days)), ("doses a day", case.dose.per_day)):
        for amount, each in multiplied_by(case, Fraction(1, count)) if count > 1 else ():
            yield candidate(case, each, f"{in_words(case, amount)} divided over {count} {what}", what)


def swapped(case: Case) -> Iterator[Candidate]:
    """The dose of a drug whose written dose is in turn this one's."""
    for other, amount in _other_doses(case):
        if case.fits(amount) and _is_swapped(case, other):
            pair = " and ".join(sorted((case.dose.drug, other.drug)))
            yield Candidate(amount, "", f"{pair} have each other's dose")


def other_drug(case: Case) -> Iterator[Candidate]:
    """The dose of another drug of the regimen."""
    for other, amount in _other_doses(case):
        if case.fits(amount) and not _is_swapped(case, other):
            yield Candidate(amount, f"{other.drug} is {other.ordered}", kind=other.drug)


def with_measures(mistake: str, case: Case) -> Iterator[Candidate]:
    """The dose from the measures that a mistake in them leads to, so far as that can be the written one."""
    for other in case.measured_wrong(mistake, case.measured.shown.from_day):
        for variant, measured in other.measured.items() if may_fit(case, other.spans) else ():
            if may_fit(case, spans_of(measured)):
                yield from recomputed(case, other.words, measured=measured, kind=other.kind, variant=variant)


def by_weight(case: Case) -> Iterator[Candidate]:
    """The figure per m2 multiplied by the weight."""
    yield from _by_other_measure(case, "m2", "kg")


def by_area(case: Case) -> Iterator[Candidate]:
    """The figure per kg multiplied by BSA."""
    yield from _by_other_measure(case, "kg", "m2")


def without_25(case: Case) -> Iterator[Candidate]:
    """The target AUC multiplied by the clearance alone."""
    prescribed, clearance = case.dose.prescribed, case.measured.clearance
    if dose_unit(prescribed.unit).measure == "creatinine_clearance" and clearance:
        amount = Fraction(prescribed.value) * clearance.number
        words = f"{prescribed} × {clearance} without the 25 is {in_words(case, amount)}"
        for each in recomputed(case, prescribed=kept(amount, case.dose.ordered.unit)):
            yield each._replace(working=each.working.replace("flat dose", words, 1))


def undeclared_reduction(case: Case) -> Iterator[Candidate]:
    """A quarter or a half less than was declared; nothing is less where the day's total is the expected one."""
    if any(case.fits(each.amount) for each in day_split_otherwise(case)):
        return
    for percent in (25, 50):
        for amount, each in multiplied_by(case, Fraction(100 - percent, 100)):
            yield candidate(case, each, f"{percent}% less than {in_words(case, amount)}", f"{percent}%")


def reduction_left_out(case: Case) -> Iterator[Candidate]:
    """The dose without its declared reduction."""
    if case.dose.unreduced:
        yield from recomputed(case, "the full dose", reduced=False)


def declaration_left_out(case: Case) -> Iterator[Candidate]:
    """The dose of a drug that was withheld, or of which another dose was set."""
    if case.dose.steps[-1].what == "set":
        yield from recomputed(case, "the full dose", reduced=False)


def maximum_left_out(case: Case) -> Iterator[Candidate]:
    """The dose without the regimen's cap."""
    if case.line.caps:
        line = msgspec.structs.replace(case.line, **dict.fromkeys(CAPS))
        for each in recomputed(case, line=line):
            yield each._replace(working=f"{each.working} without the cap ({' and '.join(case.line.caps)})")


def maximum_as_dose(case: Case) -> Iterator[Candidate]:
    """The regimen's cap, given as the dose."""
    if maximum := case.dose.maximum:
        yield Candidate(Fraction(maximum.value), f"the maximum is {maximum}")


def other_entry(case: Case) -> Iterator[Candidate]:
    """Another dose of the same drug line: that of another age, day or cycle."""
    for entry in case.order.line_of(case.dose).entries:
        for prescribed in entry.doses if not entry.step else ():
            if prescribed != case.dose.prescribed and may_fit(case, figure=prescribed):
                yield from recomputed(case, f"{prescribed}, not {case.dose.prescribed}", prescribed=prescribed)


def other_dose_set(case: Case) -> Iterator[Candidate]:
    """Other doses that are published under the same letters."""
    for other in case.order.regimen.other_dose_sets:
        prescribed = other.doses.get(case.dose.drug)
        if prescribed and prescribed != case.dose.prescribed and may_fit(case, figure=prescribed):
            source = f" ({other.source})" if other.source else ""
            together = ", ".join(f"{drug} {dose}" for drug, dose in other.doses.items())
            yield from recomputed(case, f"{together}{source}", prescribed=prescribed)


MISTAKES: dict[str, Callable[[Case], Iterable[Candidate]]] = {
    "total of the cycle written as the daily dose": cycle_total,
    "total of the day written as one dose": daily_total,
    "the day's dose in another number of doses": day_split_otherwise,
    "the other phase's number of days": other_phase,
    "per-m2 or per-kg figure not multiplied": figure_not_multiplied,
    "ten times or a tenth": partial(multiplied, {"ten times": Fraction(10), "a tenth of": Fraction(1, 10)}),
    "a hundred times or a hundredth": partial(
        multiplied, {"a hundred times": Fraction(100), "a hundredth of": Fraction(1, 100)}
    ),
    "mcg, mg or g mixed up": partial(
        multiplied, {"a thousand times": Fraction(1000), "a thousandth of": Fraction(1, 1000)}
    ),
    "dose doubled": partial(multiplied, {"twice": Fraction(2)}),
    "daily or single dose taken for a total and divided": divided,
    "doses swapped": swapped,
    "another drug's dose": other_drug,
    **{mistake: partial(with_measures, mistake) for mistake in MEASURE_MISTAKES},
    "mg/kg instead of mg/m2": by_weight,
    "kg and m2 mixed up": by_area,
    "AUC without the 25": without_25,
    "reduction by 25% or 50% not declared": undeclared_reduction,
    "declared reduction left out": reduction_left_out,
    "declared dose or omission left out": declaration_left_out,
    "maximum left out": maximum_left_out,
    "maximum written as the dose": maximum_as_dose,
    "another dose of the regimen's list": other_entry,
    "another dose set of the same letters": other_dose_set,
}
"""Every mistake by its name, the gravest first. A decimal point lost is ten times (38.4) or a hundred times (38.40)."""


def _times(case: Case, counts: Mapping[str, int]) -> Iterator[Candidate]:
    """The right amount so many times: the product of counts, each with what it counts, those of 1 left out."""
    words = "".join(f"{count} {what} × " for what, count in counts.items() if count > 1)
    for amount, each in multiplied_by(case, Fraction(prod(counts.values()))):
        yield candidate(case, each, f"{words}{in_words(case, amount)}")


def _written_times(case: Case) -> int:
    """How often a day the drug was written; 0 where that was not written."""
    written = case.all_written.get(case.dose.drug)
    times = written.beside.get("times") if written else None
    return times if isinstance(times, int) else 0


def _other_doses(case: Case) -> Iterator[tuple[Dose, Fraction]]:
    """The other drugs' doses, each with its amount in the unit of this one."""
    for other in case.order.doses:
        if other.drug != case.dose.drug and (amount := _converted(other.ordered, case.dose.ordered.unit)) is not None:
            yield other, amount


def _is_swapped(case: Case, other: Dose) -> bool:
    """Whether the other drug was written with this drug's dose."""
    written = case.all_written.get(other.drug)
    unit = case.dose.ordered.unit
    amount = _converted(written.amount, unit) if written else None
    if written is None or amount is None:
        return False
    half_step = convert_exactly(Quantity(written.last_digit / 2, written.amount.unit), unit, AMOUNT).number
    return abs(Fraction(case.dose.ordered.value) - amount) <= half_step


def _converted(quantity: Quantity, unit: str) -> Fraction | None:
    try:
        return convert_exactly(quantity, unit, AMOUNT).number
    except InputError:
        return None


_MEASURES = {"m2": "bsa", "kg": "weight"}


def _by_other_measure(case: Case, right_per: str, wrong_per: str) -> Iterator[Candidate]:
    prescribed = case.dose.prescribed
    if dose_unit(prescribed.unit).per == right_per and may_fit(case, by=_MEASURES[wrong_per]):
        figure = Quantity(prescribed.value, same_amount_per(prescribed.unit, wrong_per))
        yield from recomputed(case, prescribed=figure)

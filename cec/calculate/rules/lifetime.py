"""What a patient has had of a drug in all, with this cycle, held against the regimen's lifetime maximum."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from cec.calculate.rules.rule import Administered, Case, LimitQuestion, Limits, Rule, code_of_drug
from cec.errors import InputError
from cec.facts import Bounds, earlier_doses_of
from cec.facts.stretches import stretch_within
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen, entry_of
from cec.units import AMOUNT, Exact, Quantity, convert_exactly, dose_unit, write_number

MOST_BEFORE = Decimal(2)
"""Times the lifetime maximum beyond which what was given before is asked about."""


class Total(NamedTuple):
    """What was given before and is given in this cycle, in the unit of the maximum; and before, as it was told."""

    before: Exact
    this_cycle: Exact
    given: Quantity | None

    @property
    def amount(self) -> Exact:
        """What was given before and what this cycle gives, together, in the unit of the former."""
        return Exact(self.before.number + self.this_cycle.number, self.before.unit)


def lifetime_maximums(regimen: Regimen) -> dict[str, Quantity]:
    """The lifetime maximum of each drug that has one."""
    return {line.drug: line.lifetime_maximum for line in regimen.drugs if line.lifetime_maximum}


def total_name(drug: str) -> str:
    """The name of the fact of how much of a drug a patient has had with this cycle."""
    return f"total_{drug}"


def before_name(drug: str) -> str:
    """The name of the fact of how much of a drug a patient has had before, in the unit of its lifetime maximum."""
    return f"before_{drug}"


def lifetime_rules(regimen: Regimen, _pharmacy: Pharmacy) -> Iterator[Rule]:
    """A stop for each drug that this cycle would bring above its lifetime maximum; a check of far too much before."""
    for drug, maximum in lifetime_maximums(regimen).items():
        most = Quantity(MOST_BEFORE * maximum.value, maximum.unit)
        unit_slips = partial(_unit_slips, drug, maximum)
        yield Rule(
            code=code_of_drug("lifetime-maximum", drug),
            level="stop",
            about=drug,
            asks=(LimitQuestion(total_name(drug), limits=partial(_limits, maximum), given=(total_name(drug),)),),
            text=partial(_text, drug, maximum),
            source=next(line.source for line in regimen.drugs if line.drug == drug) or regimen.source.citation,
            limits="the regimen's lifetime maximum",
            hints=unit_slips,
            not_checked="lifetime maximum",
            wants=(earlier_doses_of(drug).name,),
            drug=drug,
            hangs_on_amounts=True,
        )
        yield Rule(
            code=code_of_drug("earlier-doses", drug),
            level="check",
            about=drug,
            asks=(LimitQuestion(before_name(drug), limits=partial(_limits, most), given=(before_name(drug),)),),
            text=partial(_before_text, drug, maximum),
            limits=f"{MOST_BEFORE} times the lifetime maximum",
            hints=unit_slips,
            drug=drug,
            hangs_on_amounts=True,
        )


def _limits(maximum: Quantity, total: Quantity | None) -> Limits:
    """Up to the maximum; no limits in a cycle that does not give the drug."""
    return stretch_within(Bounds(None, maximum.value)) if total else None


def _text(drug: str, maximum: Quantity, case: Case) -> str:
    total = total_of(drug, maximum, case)
    if total is None:
        return ""
    given = f" ({total.given})" if total.given and total.given.unit != maximum.unit else ""
    return (
        f"{total.before}{given} before and {total.this_cycle} in this cycle make {total.amount}, "
        f"above the lifetime maximum of {maximum}"
    )


def _before_text(drug: str, maximum: Quantity, case: Case) -> str:
    given, twice = entry_of(drug, case.patient.earlier_doses), write_number(MOST_BEFORE)
    return f"{given} before is more than {twice} times the lifetime maximum of {maximum}; look at the unit"


def _unit_slips(drug: str, maximum: Quantity, case: Case) -> tuple[str, ...]:
    """What was given before, if it was written per m2 or per kg and meant in all, where only that is plausible."""
    given = entry_of(drug, case.patient.earlier_doses)
    if given is None or _in_unit_of(maximum, given, case, drug) <= Fraction(MOST_BEFORE * maximum.value):
        return ()
    amount = Quantity(given.value, dose_unit(given.unit).amount)
    meant = Exact(_in_unit_of(maximum, amount, case, drug), maximum.unit)
    return (f"{amount} would be {meant}",) if amount != given and meant.number <= maximum.value else ()


def total_of(drug: str, maximum: Quantity, case: Case) -> Total | None:
    """What a patient has had of a drug in all with this cycle; none where this cycle does not give it."""
    unknown = next(
        (dose.no_total for dose in case.doses if dose.drug == drug and dose.no_total and dose.ordered.value), ""
    )
    if unknown:
        raise InputError(f"{drug}: its lifetime maximum cannot be held against this cycle: {unknown}")
    cycle = [_by_size(maximum, each) for each in case.administered if each.drug == drug and each.amount.value] or [
        _in_unit_of(maximum, dose.cycle_total, case, drug)
        for dose in case.doses
        if dose.drug == drug and dose.cycle_total and dose.cycle_total.value and not case.administered
    ]
    given = entry_of(drug, case.patient.earlier_doses)
    before = _in_unit_of(maximum, given, case, drug) if given else Fraction(0)
    if not cycle:
        return None
    return Total(Exact(before, maximum.unit), Exact(sum(cycle, Fraction(0)), maximum.unit), given)


def _in_unit_of(maximum: Quantity, amount: Quantity, case: Case, drug: str) -> Fraction:
    """An amount (mg, mg/m2 or mg/kg) as a number in the unit of the maximum, by today's BSA or weight."""
    bsa = case.facts["bsa"]
    return _by_size(
        maximum, Administered(drug, amount, bsa if isinstance(bsa, Quantity) else None, case.patient.weight)
    )


def _by_size(maximum: Quantity, given: Administered) -> Fraction:
    """An administration in the unit of a maximum, by the BSA and weight from which it was dosed."""
    try:
        return total_in(maximum.unit, given.amount, given.weight, given.bsa)
    except InputError:
        text = f"{given.drug}: {given.amount} cannot be held against a lifetime maximum of {maximum}"
        raise InputError(text) from None


def total_in(unit: str, amount: Quantity, weight: Quantity, bsa: Quantity | None) -> Fraction:
    """An amount, in all or per m2 or kg, as a number in a unit of totals, by this weight and BSA.

    >>> weight, bsa = Quantity(Decimal(16), "kg"), Quantity(Decimal("0.7"), "m2")
    >>> print(total_in("mg/m2", Quantity(Decimal(21), "mg"), weight, bsa))
    30
    """
    wanted, own = dose_unit(unit), dose_unit(amount.unit)
    value = convert_exactly(Quantity(amount.value, own.amount), wanted.amount, AMOUNT).number
    if own.measure == wanted.measure:
        return value
    measures = {"nothing": Fraction(1), "weight": Fraction(weight.value)}
    if bsa:
        measures["bsa"] = Fraction(bsa.value)
    return value * measures[own.measure] / measures[wanted.measure]

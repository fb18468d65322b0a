"""What a patient has had of a drug in all, with this cycle, held against the regimen's lifetime maximum."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from cec.calculate.known_facts import all_earlier_doses
from cec.calculate.rules.rule import Administered, Case, LimitQuestion, Limits, Rule
from cec.errors import InputError
from cec.facts import Bounds, Facts, earlier_doses_of
from cec.facts.stretches import stretch_within
from cec.order import code_of_drug
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen, entry_of
from cec.units import AMOUNT, Exact, Quantity, convert_exactly, dose_unit, kept, write_number

MOST_BEFORE = Decimal(2)
"""Times the lifetime maximum beyond which what was given before is asked about."""


class Total(Struct, frozen=True):
    """What was given before and is given in this cycle, in the unit of the maximum; and before, as it was told."""

    before: Exact
    this_cycle: Exact
    given: Quantity | None

    @property
    def amount(self) -> Exact:
        """What was given before and what this cycle gives, together, in the unit of the former."""
        return total(self.before.number + self.this_cycle.number, self.before.unit, self.given)


def total(number: Fraction, unit: str, *parts: Quantity | None) -> Exact:
    """What these amounts, perhaps with others, come to; where the digits of one were cut, it has no last digit either.

    >>> print(total(Fraction(4_691_666, 10_000), "mg/m2", Quantity(Decimal("469.1666"), "mg/m2", endless=True)))
    469.16660… mg/m2
    """
    is_cut = any(part.endless for part in parts if part)
    return Exact(Quantity(kept(number, unit).value, unit, endless=True)) if is_cut else Exact(number, unit)


def lifetime_maximums(regimen: Regimen) -> dict[str, Quantity]:
    """The lifetime maximum of each drug that has one."""
    return {line.drug: line.lifetime_maximum for line in regimen.drugs if line.lifetime_maximum}


def lifetime_rules(regimen: Regimen, _pharmacy: Pharmacy) -> Iterator[Rule]:
    """A stop for each drug that this cycle would bring above its lifetime maximum; a check of far too much before."""
    for drug, maximum in lifetime_maximums(regimen).items():
        most = Quantity(MOST_BEFORE * maximum.value, maximum.unit)
        unit_slips, amounts = partial(_unit_slips, drug, maximum), partial(_amounts, drug, maximum)
        yield Rule(
            code=code_of_drug("lifetime-maximum", drug),
            level="stop",
            about=drug,
            asks=(_at_most(maximum, f"total_{drug}"),),
            text=partial(_text, drug, maximum),
            source=next(line.source for line in regimen.drugs if line.drug == drug) or regimen.source.citation,
            limits="the regimen's lifetime maximum",
            hints=unit_slips,
            not_checked="lifetime maximum",
            wants=(earlier_doses_of(drug).name,),
            drug=drug,
            amounts=amounts,
        )
        yield Rule(
            code=code_of_drug("earlier-doses", drug),
            level="check",
            about=drug,
            asks=(_at_most(most, f"before_{drug}"),),
            text=partial(_before_text, drug, maximum),
            limits=f"{MOST_BEFORE} times the lifetime maximum",
            hints=unit_slips,
            drug=drug,
            amounts=amounts,
        )


def _at_most(maximum: Quantity, fact: str) -> LimitQuestion:
    """Whether an amount is above a maximum; it is not asked in a cycle that does not give the drug."""
    return LimitQuestion(fact, limits=partial(_limits, maximum), given=(fact,))


def _limits(maximum: Quantity, amount: Quantity | None) -> Limits:
    return stretch_within(Bounds(None, maximum.value)) if amount else None


def _amounts(drug: str, maximum: Quantity, case: Case) -> Facts:
    """What a patient has had of a drug with this cycle and before it, in the unit of the maximum and as it was told."""
    found, earlier = total_of(drug, maximum, case), entry_of(drug, all_earlier_doses(case.patient))
    totals = {f"total_{drug}": found.amount.compared(), f"before_{drug}": found.before.compared()} if found else {}
    return {earlier_doses_of(drug).name: earlier, **totals}


def _text(drug: str, maximum: Quantity, case: Case) -> str:
    found = total_of(drug, maximum, case)
    if found is None:
        return ""
    given = f" ({found.given})" if found.given and found.given.unit != maximum.unit else ""
    return (
        f"{found.before}{given} before and {found.this_cycle} in this cycle make {found.amount}, "
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
    amount = replace(given, unit=dose_unit(given.unit).amount)
    meant = total(_in_unit_of(maximum, amount, case, drug), maximum.unit, amount)
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
    return Total(total(before, maximum.unit, given), Exact(sum(cycle, Fraction(0)), maximum.unit), given)


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

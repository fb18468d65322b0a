"""The stages of a dose: each starts from the exact number of the one before, and gives the step that shows it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from cec.calculate.kidneys import dose_by_exposure
from cec.calculate.measured_stages import Staged, Work, converted, limited, measured, staged, within
from cec.calculate.rounding import deviation_percent, finer_rounding, round_dose, to_nearest
from cec.errors import OrderRefused
from cec.facts import NO_FACTS
from cec.order import STAGES, Stage
from cec.patient import Reduction, SetDose
from cec.pharmacy import DoseRounding
from cec.regimen import DrugLine, entry_of
from cec.units import (
    DURATION,
    EXACT,
    Exact,
    Quantity,
    convert_exactly,
    dose_unit,
    exact,
    multiply,
    span,
    write_number,
    write_signed,
)

PRESCRIBER = "declared by the prescriber"
"""The source of every step that a person declares."""


def stages_of(work: Work) -> list[Staged]:
    """The stages through which a dose passes, in their order."""
    chain: list[Staged] = []
    for stage in STAGES:
        if found := _STAGE[stage](work, chain):
            chain.append(found)
    return chain


def _prescribed(work: Work, _chain: Sequence[Staged]) -> Staged:
    divided = f" a day, in {work.line.divided_into} parts" if work.line.divided_into > 1 else ""
    origin = f"chosen from {work.settled.chosen} of the regimen" if work.settled.chosen else "as the regimen says"
    step = f": {work.settled.step_words}" if work.settled.step_words else ""
    how = f"{work.prescribed}{divided}, {origin}{step}{work.for_whom}"
    return staged("prescribed", exact(work.prescribed), how, work.source)


def _infused(work: Work, chain: Sequence[Staged]) -> Staged | None:
    """What a rate comes to while one bag runs."""
    unit, over = dose_unit(work.prescribed.unit), work.line.over
    if not unit.time:
        return None
    if over is None:
        raise OrderRefused(f"{work.line.drug}: a rate needs 'over': how long it runs")
    number, _, hours = unit.time.rpartition("h")
    time = Quantity(Decimal(number or 1), "h") if number or not hours else Quantity(Decimal(1), unit.time)
    bag = (
        chain[-1]
        .exact.times(convert_exactly(over, "min", DURATION))
        .divided_by(convert_exactly(time, "min", DURATION), unit.without_time)
    )
    return staged("infused", bag, f"{work.prescribed} × {over} = {bag}", work.source)


def _calculated(work: Work, chain: Sequence[Staged]) -> Staged:
    parts, unit, source = work.line.divided_into, dose_unit(work.prescribed.unit), ""
    if unit.measure in {"creatinine_clearance", "clearance and weight"}:
        weight = within(exact(work.measured.shown.weight), work.line.weight_cap).kept
        formula = dose_by_exposure(work.prescribed, chain[-1].exact, weight)
        amount, how, source = formula.value, formula.how, formula.source
    elif unit.measure == "another dose":
        amount = chain[-1].exact.times(work.prescribed.value).divided_by(Decimal(100))
        how = f"{write_number(work.prescribed.value)}% × {chain[-1].exact} = {amount}"
    else:
        dose = next(each for each in reversed(chain) if each.step.what in {"prescribed", "infused"})
        if unit.measure == "nothing":
            amount, how = dose.exact, "flat dose" if dose.step.what == "prescribed" else "flat rate"
        else:
            amount = multiply(dose.exact, chain[-1].exact)
            how = f"{dose.exact} × {chain[-1].exact} = {amount}"
    if parts > 1:
        amount = amount.divided_by(Decimal(parts))
        how += f"; divided into {parts} doses: {amount} each"
    return staged("calculated", amount, how, source)


def _capped(work: Work, chain: Sequence[Staged]) -> Staged | None:
    maximum, dose = work.line.maximum, chain[-1].exact
    if maximum is None:
        return None
    if dose.number <= maximum.value:
        return staged("capped", dose, f"within the maximum of {maximum}", work.source)
    return staged("capped", exact(maximum), f"{dose} is above the maximum of {maximum}", work.source)


def _capped_by_day(work: Work, chain: Sequence[Staged]) -> Staged | None:
    maximum = work.line.maximum_a_day
    if maximum is None:
        return None
    count, dose = _a_day(work.line), chain[-1].exact
    day, most = dose.times(Decimal(count)), exact(maximum).divided_by(Decimal(count))
    together = f"{count} × {dose} = {day} a day" if count > 1 else f"{dose} a day"
    if dose.number <= most.number:
        return staged("capped by day", dose, f"{together}: within the maximum of {maximum} a day", work.source)
    evenly = f": {most} each" if count > 1 else ""
    how = f"{together} is above the maximum of {maximum} a day{evenly}"
    return staged("capped by day", most, how, work.source)


def _a_day(line: DrugLine) -> int:
    """The most administrations of a line on one day: as many as it has starts, each so often as 24 h hold."""
    count = line.per_day
    if line.every:
        count = min(count, -(-datetime.timedelta(days=1) // span(line.every)))
    return count * max(1, len(line.anchors))


def most_of_one(line: DrugLine) -> Quantity | None:
    """The most that one administration may be: by its own maximum, and by that of the day, evenly."""
    if line.maximum_a_day is None:
        return line.maximum
    most = [exact(line.maximum_a_day).divided_by(Decimal(_a_day(line)))]
    most += [exact(line.maximum)] if line.maximum else []
    return min(most, key=lambda amount: amount.number).kept


def _reduced(work: Work, chain: Sequence[Staged]) -> Staged | None:
    reduction = work.declared.by
    if not isinstance(reduction, Reduction):
        return None
    dose, rest = chain[-1].exact, Quantity(EXACT.subtract(Decimal(100), reduction.percent), "%")
    reduced = dose.times(rest.value).divided_by(Decimal(100))
    how = f"by {write_number(reduction.percent)}%, to {rest} of {dose}{work.declared.scope}: {reduction.reason}"
    return staged("reduced", reduced, how, PRESCRIBER)


def _rounded(work: Work, chain: Sequence[Staged]) -> Staged | None:
    rule, dose = entry_of(work.line.drug, work.pharmacy.dose_rounding), chain[-1].exact
    if rule is None or dose.number == 0 or isinstance(work.declared.by, SetDose):
        return None
    rounded, how = round_dose(dose, rule, work.line.drug)
    moved = deviation_percent(Fraction(rounded.value), dose.number)
    shown = to_nearest(moved, Decimal("0.01"))
    most = most_of_one(work.line)
    if most and rounded.value > most.value:
        raise OrderRefused(
            f"{work.line.drug}: rounding {dose} {how} gives {rounded}, "
            f"above the maximum of {most}; use another rounding for it"
        )
    limit = work.pharmacy.deviation_allowed(work.line.drug)
    if abs(moved) > limit:
        raise OrderRefused(
            f"{work.line.drug}: rounding {dose} {how} gives {rounded}, which moves the dose by {write_number(shown)}%; "
            f"the pharmacy allows {write_number(limit)}% at most; {_what_would_do(work, dose, rule, abs(moved))}"
        )
    return staged("rounded", exact(rounded), f"{dose} {how}: {rounded} ({write_signed(shown)}%)", "pharmacy policy")


_OFFERED = 20
"""Percent up to which a refusal offers to allow what rounding does; beyond, the rule itself is looked at."""


def _what_would_do(work: Work, dose: Exact, rule: DoseRounding, moved: Fraction) -> str:
    """The rounding that would do, of what can be measured with the drug's products, and the ways around this one."""
    from cec.calculate.preparation.stock import finest_measure, usable_products

    drug = work.line.drug
    entry = work.pharmacy.formulary_entry(drug)
    products = usable_products(entry, work.line.route, NO_FACTS) if entry else ()
    finest = finest_measure(entry, products, dose.unit) if entry and products else None
    finer = finer_rounding(dose, rule.to, work.pharmacy.deviation_allowed(drug), finest) if rule.to else None
    percent = write_number(to_nearest(moved, Decimal(1), ROUND_CEILING))
    ways = [f"nearest {finer[0]} would do, and give {finer[1]}"] if finer else []
    if moved <= _OFFERED:
        ways.append(f"largest_deviation_of: {{{drug}: {percent}%}} would allow it")
    ways.append(f"--without '{drug}: reason' leaves it out")
    return "; or ".join(ways)


def _set(work: Work, chain: Sequence[Staged]) -> Staged | None:
    """The amount to which a person sets the dose: the last word, never rounded."""
    declared = work.declared.by
    if not isinstance(declared, SetDose):
        return None
    before, amount = str(chain[-1].exact), str(declared.dose)
    beside = "which it was already" if amount == before else f"not {before}"
    return staged("set", exact(declared.dose), f"set to {amount}, {beside}: {declared.reason}", PRESCRIBER)


_STAGE: dict[Stage, Callable[[Work, Sequence[Staged]], Staged | None]] = {
    "prescribed": _prescribed,
    "infused": _infused,
    "measured": measured,
    "converted": converted,
    "limited": limited,
    "calculated": _calculated,
    "capped": _capped,
    "capped by day": _capped_by_day,
    "reduced": _reduced,
    "rounded": _rounded,
    "set": _set,
}

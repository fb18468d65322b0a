"""Amounts that somebody else wrote, held against an order: agreement, deviation, and what explains it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from functools import cache
from typing import Any

import msgspec

from cec.calculate.again import as_given, measured_again
from cec.calculate.measures import Measured
from cec.calculate.rounding import deviation_percent, to_nearest
from cec.days import numbers_of
from cec.drug_names import drug_key, is_same_drug
from cec.order import Dose, Order
from cec.regimen import Regimen, any_words
from cec.units import AMOUNT, EXACT, Quantity, convert, plain
from cec.verification.administration import compared, expected_of
from cec.verification.case import Case, OtherMeasures
from cec.verification.explaining import Explanations, explain
from cec.verification.matching import matched
from cec.verification.measure_mistakes import MEASURE_MISTAKES
from cec.verification.outcome import Comparison, Explanation, Verdict, Verification, not_compared
from cec.verification.remarks import remarks
from cec.verification.written import Written

TOLERANCE = Decimal(5)
"""Percent of the expected dose by which a written one may differ."""


def verify_doses(
    order: Order,
    written: Iterable[Written | tuple[str, Quantity]],
    *,
    days: int | None = None,
    tolerance: Decimal = TOLERANCE,
    others: Sequence[Regimen] = (),
    partial: bool = False,
) -> Verification:
    """Each written amount (of one administration) held against the order, each drug of the order accounted for.

    `tolerance` is in percent. `days` is the written number of days on which drugs are given. `others` are regimens that
    the writer may have mistaken this one for; those of other drugs are passed over. With `partial`, only some of the
    drugs were to be written.

    >>> from cec import draft_order, load_patient, load_regimen
    >>> order = draft_order(load_regimen("cec-induction"), load_patient(texts={"height": "128 cm", "weight": "26 kg"}))
    >>> verdicts = verify_doses(order, [("clofarabine", Quantity(Decimal(192), "mg"))]).verdicts
    >>> print(verdicts[0].explanations[0].text)
    5 days × 38.4 mg is 192 mg
    """
    with localcontext(EXACT):
        pairs, left_over = matched(order.doses, (Written(*each) for each in written), tolerance)
        alike = tuple(other for other in others if _gives_the_same_drugs(other, order))
        cases = _cases(order, pairs, alike)
        judged = {place: _held(case, pairs[place], tolerance) for place, case in cases.items()}
        wrong = [place for place, verdict in judged.items() if verdict.verdict != "agrees"]
        explained = explain(cases, wrong, tolerance)
        standing_for = _standing_for(order.doses, pairs)
        covered = {place for places in standing_for.values() for place in places}
        verdicts = []
        for place, dose in enumerate(order.doses):
            expected = expected_of(dose)
            if place in judged:
                places = (place, *standing_for[place])
                comparisons = compared(expected | _of_places(order, places, pairs[place].beside), pairs[place].beside)
                verdicts.append(_whole(_explained(judged[place], place, explained), comparisons))
            elif not dose.ordered.value:
                verdicts.append(nothing_written(dose.drug, dose.ordered))
            elif place not in covered:
                verdicts.append(_unwritten(dose, partial=partial))
        verdicts += [_not_asked_for(each, order) for each in left_over]
        if days is not None:
            verdicts.append(_judge_days(days, order, alike))
        return Verification(
            regimen=order.regimen.name,
            agrees=not any(verdict.is_wrong for verdict in verdicts),
            tolerance_percent=tolerance,
            verdicts=tuple(verdicts),
            alerts=(*remarks([(case, place not in wrong) for place, case in cases.items()]), *order.alerts),
            sha256=order.sha256,
            shared_explanations=explained.shared,
            not_compared=not_compared(verdicts),
        )


def _cases(order: Order, pairs: Mapping[int, Written], others: tuple[Regimen, ...]) -> dict[int, Case]:
    """Every written amount with the dose that it is held against, by the place of that dose."""
    first: dict[str, Written] = {}
    for _, each in sorted(pairs.items()):
        first.setdefault(each.drug, each)

    @cache
    def measured(from_day: int) -> Measured:
        return measured_again(order, from_day)

    @cache
    def measured_wrong(mistake: str, from_day: int) -> tuple[OtherMeasures, ...]:
        return tuple(MEASURE_MISTAKES[mistake](order, measured(from_day)))

    cases = {}
    for place, each in sorted(pairs.items()):
        dose = order.doses[place]
        half = Quantity(EXACT.divide(each.last_digit, Decimal(2)), each.amount.unit)
        written, half_step = (convert(amount, dose.ordered.unit, AMOUNT) for amount in (each.amount, half))
        line = as_given(order.line_of(dose), dose).line
        right = measured(order.measures_on(dose.days[0]).from_day)
        cases[place] = Case(written, half_step.value, dose, line, order, first, others, right, measured_wrong)
    return cases


def _of_places(order: Order, places: Sequence[int], written: Collection[str]) -> dict[str, Any]:
    """What is expected of an amount that was written for these doses of an order, which are given alike.

    What is rarely `written` is looked for only then.
    """
    doses = [order.doses[place] for place in places]
    expected: dict[str, Any] = {"days": tuple(sorted({day for dose in doses for day in dose.days}))}
    if "prescribed" in written:
        whole = doses[0].prescribed
        parts = Decimal(order.line_of(doses[0]).divided_into)
        each = Quantity(EXACT.divide(whole.value, parts), whole.unit)
        expected["prescribed"] = tuple(dict.fromkeys((whole, each)))
    if "maximum" in written:
        expected["maximum"] = doses[0].maximum
    if "dates" in written:
        dates = sorted(row.date for row in order.administrations if row.dose_index in places)
        expected["dates"] = tuple(dates) or None
    return expected


def _held(case: Case, written: Written, tolerance: Decimal) -> Verdict:
    """The verdict on the amount of a dose, with the line and the unit in which it was written."""
    verdict = compare(case.dose.drug, case.dose.ordered, case.written, tolerance)
    is_in_unit = written.amount.unit == case.written.unit
    return msgspec.structs.replace(verdict, row=written.row, as_written=None if is_in_unit else written.amount)


def _unwritten(dose: Dose, *, partial: bool) -> Verdict:
    """What is to be said of a dose that nobody wrote."""
    if partial:
        return Verdict(dose.drug, "not written", dose.ordered)
    return Verdict(dose.drug, "missing", dose.ordered, comparisons=compared(expected_of(dose), {}))


def _explained(verdict: Verdict, place: int, explanations: Explanations) -> Verdict:
    """A verdict with what explains it."""
    single, hint = explanations.single.get(place, ()), explanations.hints.get(place, "")
    return msgspec.structs.replace(verdict, explanations=single, hint=hint)


def _gives_the_same_drugs(other: Regimen, order: Order) -> bool:
    """Whether another regimen gives just the drugs of the order: only then can one be taken for the other."""
    return {drug_key(line.drug) for line in other.drugs} == {drug_key(dose.drug) for dose in order.doses}


def _standing_for(doses: Sequence[Dose], pairs: Mapping[int, Written]) -> dict[int, list[int]]:
    """For each dose with a written amount the others that it was written for too, by their places.

    An amount written once stands for all doses of the drug that are given alike, on the days that were written.
    """
    others: dict[int, list[int]] = {place: [] for place in pairs}
    for number, dose in enumerate(doses):
        if number in pairs:
            continue
        for place, each in pairs.items():
            days = each.beside.get("days", dose.days)
            if _is_given_alike(dose, doses[place]) and set(dose.days) <= set(days):
                others[place].append(number)
                break
    return others


def _is_given_alike(dose: Dose, other: Dose) -> bool:
    """Whether two doses differ in their days alone."""
    return dose.drug == other.drug and dose.ordered == other.ordered and _but_days(dose) == _but_days(other)


def _but_days(dose: Dose) -> dict[str, Any]:
    return expected_of(dose) | {"days": None}


def _whole(verdict: Verdict, comparisons: tuple[Comparison, ...]) -> Verdict:
    """A verdict on a dose with what was compared beside it, of which nothing may differ."""
    differs = any(each.verdict == "differs" for each in comparisons)
    return msgspec.structs.replace(verdict, verdict="differs" if differs else verdict.verdict, comparisons=comparisons)


def compare(drug: str, expected: Quantity, written: Quantity, tolerance: Decimal) -> Verdict:
    """Whether a written amount agrees with the expected one, of the same unit, and by how many percent it differs."""
    if expected.value == 0:
        return _judged(Verdict(drug, "agrees", expected, written), differs=written.value > 0)
    deviation = deviation_percent(written.value, expected.value)
    shown = plain(to_nearest(deviation, Decimal("0.01")))
    return _judged(Verdict(drug, "agrees", expected, written, shown), differs=abs(deviation) > tolerance)


def _judged(verdict: Verdict, *, differs: bool) -> Verdict:
    """A verdict that agrees, unless the dose differs."""
    return msgspec.structs.replace(verdict, verdict="differs", dose_differs=True) if differs else verdict


def nothing_written(drug: str, nothing: Quantity) -> Verdict:
    """The verdict on a drug of which nothing is expected (withheld, or 100% less) and nothing was written."""
    return Verdict(drug, "agrees", nothing)


def _not_asked_for(written: Written, order: Order) -> Verdict:
    """What is to be said of an amount that no line of the order asks for."""
    drug, amount = written.drug, written.amount
    drugs = list(dict.fromkeys(dose.drug for dose in order.doses))
    near = difflib.get_close_matches(drug.casefold(), drugs, 1)
    hint = f"the regimen gives {', '.join(near or drugs)}" + (": another drug, or a misspelt name?" if near else "")
    if near and written.row is not None:
        hint += f" If it is the name here: --value 'drug:{drug}={near[0]}'"
    if drug in drugs:
        hint = f"{drug} is written more often than the regimen gives it"
        return Verdict(drug, "written too often", written=amount, hint=hint, row=written.row)
    if others := [line for line in order.regimen.drugs if is_same_drug(line.drug, drug) and line.only]:
        hint = f"{drug} is not for this patient: only for {any_words(others[0].only)}"
    return Verdict(drug, "not in the regimen", written=amount, hint=hint, row=written.row)


def _judge_days(days: int, order: Order, others: Sequence[Regimen]) -> Verdict:
    """What is to be said of the number of days."""
    given = number_of_days(dose.days for dose in order.doses)
    expected, written = Quantity(Decimal(given), "days"), Quantity(Decimal(days), "days")
    if days == given:
        return Verdict("days", "agrees", expected, written)
    found = tuple(
        Explanation("the other phase's number of days", f"{other.title} ({other.name}) has {written}")
        for other in others
        if other.name != order.regimen.name and number_of_days(numbers_of(line.days) for line in other.drugs) == days
    )
    return Verdict("days", "differs", expected, written, explanations=found, dose_differs=True)


def number_of_days(days: Iterable[tuple[int, ...]]) -> int:
    """On how many days anything is given, from the days of each drug line: days between them do not count.

    >>> number_of_days([(1, 8, 15), (1, 2)])
    4
    """
    return len({day for of_line in days for day in of_line})

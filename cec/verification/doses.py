"""Amounts that somebody else wrote, held against an order: agreement, deviation, and what explains it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from functools import cache

import msgspec

from cec.calculate.rounding import deviation_percent, to_nearest
from cec.order import Dose, Order
from cec.regimen import Regimen
from cec.units import AMOUNT, EXACT, Quantity, convert, plain
from cec.verification.case import Case, OtherMeasures
from cec.verification.explaining import Explanations, explain
from cec.verification.matching import matched
from cec.verification.measure_mistakes import MEASURE_MISTAKES
from cec.verification.outcome import Explanation, Verdict, Verification
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
) -> Verification:
    """Each written amount (of one administration) held against the order, each drug of the order accounted for.

    `tolerance` is in percent. `days` is the written number of days on which drugs are given. `others` are regimens that
    the writer may have mistaken this one for; those of other drugs are passed over.

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
        judged = {
            place: compare(case.dose.drug, case.dose.ordered, case.written, tolerance) for place, case in cases.items()
        }
        wrong = [place for place, verdict in judged.items() if verdict.verdict != "agrees"]
        explained = explain(cases, [place for place in wrong if cases[place].dose.ordered.value], tolerance)
        verdicts = [
            _explained(judged[place], place, explained)
            if place in judged
            else Verdict(dose.drug, "missing", dose.ordered)
            for place, dose in enumerate(order.doses)
            if place in judged or not _is_covered(dose, order, pairs)
        ]
        verdicts += [_stranger(each.drug, each.amount, order) for each in left_over]
        if days is not None:
            verdicts.append(_judge_days(days, order, alike))
        return Verification(
            regimen=order.regimen.name,
            agrees=all(verdict.verdict == "agrees" for verdict in verdicts),
            tolerance_percent=tolerance,
            verdicts=tuple(verdicts),
            alerts=(*remarks([(case, place not in wrong) for place, case in cases.items()]), *order.alerts),
            sha256=order.sha256,
            shared_explanations=explained.shared,
        )


def _cases(order: Order, pairs: Mapping[int, Written], others: tuple[Regimen, ...]) -> dict[int, Case]:
    """Every written amount with the dose that it is held against, by the place of that dose."""
    first: dict[str, Written] = {}
    for _, each in sorted(pairs.items()):
        first.setdefault(each.drug, each)

    @cache
    def measured_wrong(mistake: str, from_day: int) -> tuple[OtherMeasures, ...]:
        return tuple(MEASURE_MISTAKES[mistake](order, order.measures_on(from_day)))

    cases = {}
    for place, each in sorted(pairs.items()):
        dose = order.doses[place]
        half = Quantity(EXACT.divide(each.last_digit, Decimal(2)), each.amount.unit)
        written, half_step = (convert(amount, dose.ordered.unit, AMOUNT) for amount in (each.amount, half))
        line = order.line_of(dose)
        cases[place] = Case(written, half_step.value, dose, line, order, first, others, measured_wrong)
    return cases


def _explained(verdict: Verdict, place: int, explanations: Explanations) -> Verdict:
    """A verdict with what explains it."""
    single, hint = explanations.single.get(place, ()), explanations.hints.get(place, "")
    return msgspec.structs.replace(verdict, explanations=single, hint=hint)


def _gives_the_same_drugs(other: Regimen, order: Order) -> bool:
    """Whether another regimen gives just the drugs of the order: only then can one be taken for the other."""
    return {line.drug.casefold() for line in other.drugs} == {dose.drug.casefold() for dose in order.doses}


def _is_covered(dose: Dose, order: Order, pairs: Mapping[int, Written]) -> bool:
    """Whether an amount written once stands for this dose too: another one of the drug is the same and has it."""
    return any(order.doses[place].drug == dose.drug and order.doses[place].ordered == dose.ordered for place in pairs)


def compare(drug: str, expected: Quantity, written: Quantity, tolerance: Decimal) -> Verdict:
    """Whether a written amount agrees with the expected one, of the same unit, and by how many percent it differs."""
    if expected.value == 0:
        return Verdict(drug, "agrees" if written.value == 0 else "differs", expected, written)
    deviation = deviation_percent(written.value, expected.value)
    shown = plain(to_nearest(deviation, Decimal("0.01")))
    return Verdict(drug, "agrees" if abs(deviation) <= tolerance else "differs", expected, written, shown)


def _stranger(drug: str, amount: Quantity, order: Order) -> Verdict:
    """What is to be said of an amount that no line of the order asks for."""
    drugs = list(dict.fromkeys(dose.drug for dose in order.doses))
    near = difflib.get_close_matches(drug.casefold(), drugs, 1)
    hint = f"the regimen gives {', '.join(near or drugs)}" + (": another drug, or a misspelt name?" if near else "")
    if drug in drugs:
        hint = f"{drug} is written more often than the regimen gives it"
    return Verdict(drug, "not in the regimen", written=amount, hint=hint)


def _judge_days(days: int, order: Order, others: Sequence[Regimen]) -> Verdict:
    """What is to be said of the number of days."""
    given = number_of_days(dose.days for dose in order.doses)
    expected, written = Quantity(Decimal(given), "days"), Quantity(Decimal(days), "days")
    if days == given:
        return Verdict("days", "agrees", expected, written)
    found = tuple(
        Explanation("the other phase's number of days", f"{other.title} ({other.name}) has {written}")
        for other in others
        if other.name != order.regimen.name and number_of_days(line.days for line in other.drugs) == days
    )
    return Verdict("days", "differs", expected, written, explanations=found)


def number_of_days(days: Iterable[tuple[int, ...]]) -> int:
    """On how many days anything is given, from the days of each drug line: days between them do not count.

    >>> number_of_days([(1, 8, 15), (1, 2)])
    4
    """
    return len({day for of_line in days for day in of_line})

"""Amounts that somebody else wrote, held against an order: agreement, deviation, and what explains it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from cec.calculate.rounding import deviation_percent, to_nearest
from cec.errors import InputError
from cec.order import Dose, Order
from cec.regimen import Regimen
from cec.units import AMOUNT, Quantity, convert, plain
from cec.verification.case import Case
from cec.verification.mistakes import explain
from cec.verification.outcome import Explanation, Verdict, Verification
from cec.verification.remarks import remarks

TOLERANCE = Decimal(5)
"""Percent of the expected dose by which a written one may differ."""


def verify_doses(
    order: Order,
    written: Iterable[tuple[str, Quantity]],
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
    amounts = _by_drug(order, written)
    first = {drug: values[0] for drug, values in amounts.items()}
    alike = tuple(other for other in others if _gives_the_same_drugs(other, order))
    verdicts = []
    judged: list[tuple[Case, bool]] = []
    for dose in order.doses:
        told = amounts.get(dose.drug, [])
        if told:
            case = Case(_in_unit_of(dose, told.pop(0)), dose, order.line_of(dose), order, first, alike)
            verdicts.append(_judge(case, tolerance))
            judged.append((case, verdicts[-1].verdict == "agrees"))
        elif not _is_covered(dose, order, first):
            verdicts.append(Verdict(dose.drug, "missing", dose.ordered))
    verdicts += [_stranger(drug, amount, order) for drug, values in amounts.items() for amount in values]
    if days is not None:
        verdicts.append(_judge_days(days, order, alike))
    return Verification(
        regimen=order.regimen.name,
        agrees=all(verdict.verdict == "agrees" for verdict in verdicts),
        tolerance_percent=tolerance,
        verdicts=tuple(verdicts),
        alerts=(*remarks(judged), *order.alerts),
        sha256=order.sha256,
    )


def _by_drug(order: Order, written: Iterable[tuple[str, Quantity]]) -> dict[str, list[Quantity]]:
    """The written amounts by drug, under the name that the order has for it."""
    names = {dose.drug.casefold(): dose.drug for dose in order.doses}
    amounts: dict[str, list[Quantity]] = {}
    for drug, amount in written:
        amounts.setdefault(names.get(drug.casefold(), drug), []).append(amount)
    return amounts


def _in_unit_of(dose: Dose, amount: Quantity) -> Quantity:
    """A written amount in the unit of the dose."""
    try:
        return convert(amount, dose.ordered.unit, AMOUNT)
    except InputError:
        raise InputError(f"{dose.drug}: {amount} cannot be held against {dose.ordered}") from None


def _gives_the_same_drugs(other: Regimen, order: Order) -> bool:
    """Whether another regimen gives just the drugs of the order: only then can one be taken for the other."""
    return {line.drug.casefold() for line in other.drugs} == {dose.drug.casefold() for dose in order.doses}


def _is_covered(dose: Dose, order: Order, written: dict[str, Quantity]) -> bool:
    """Whether an amount written once stands for this line too: an earlier line of the drug has the same dose."""
    same = next(other for other in order.doses if other.drug == dose.drug and other.ordered == dose.ordered)
    return dose.drug in written and same is not dose


def _judge(case: Case, tolerance: Decimal) -> Verdict:
    """What is to be said of one written amount."""
    verdict = compare(case.dose.drug, case.dose.ordered, case.written, tolerance)
    if verdict.verdict == "agrees" or case.dose.ordered.value == 0:
        return verdict
    return msgspec.structs.replace(verdict, explanations=explain(case))


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

"""What of an order a worked case may expect: for each key, the expected beside what the order has."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from cec.cases.outcome import Compared
from cec.cases.worked_case import OMITTED
from cec.days import list_days
from cec.drug_names import is_same_drug
from cec.errors import InputError
from cec.load.declarations import read_target
from cec.load.shapes.file_records import declaration_of
from cec.order import Administration, Dose, Order
from cec.units import Amount, Quantity, convert, read_quantity
from cec.units.declared import KINDS_OF

NONE = "none"


def compare(order: Order, expected: Mapping[str, Any]) -> Iterator[Compared]:
    """Everything that is expected of an order, by the field of its case, beside what came out."""
    for field, value in expected.items():
        yield from EXPECTATIONS[field](order, value)


def row_words(row: Administration) -> str:
    """An administration in one line, as cases have it."""
    return f"{_when_and_what(row)} {row.dose}"


def _when_and_what(row: Administration) -> str:
    """An administration without its amount."""
    if row.start is None and row.not_after is None:
        return f"{row.date} {row.drug}"
    before = "before " if row.start is None else ""
    time = f"{row.time:%H:%M}" + (f"-{row.end:%H:%M}" if row.end else "")
    return f"{row.date} {before}{time} {row.drug}"


def _is_row(text: str, row: Administration) -> bool:
    """Whether a text names an administration, its amount in whichever unit."""
    before = f"{_when_and_what(row)} "
    if not text.startswith(before):
        return False
    try:
        return _same(read_quantity(text.removeprefix(before), *declaration_of(Amount).extra[KINDS_OF]), row.dose)
    except InputError:
        return False


_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3})")


def _without_marks(row: str) -> str:
    """A row as it is compared: 1,200 mg may be written 1200 mg."""
    return _THOUSANDS.sub("", " ".join(row.split()))


def _bsa(order: Order, expected: Decimal) -> Iterator[Compared]:
    yield _numbers("BSA, m2", expected, order.measures[0].bsa.value)


def _clearance(order: Order, expected: Decimal) -> Iterator[Compared]:
    clearance = order.measures[0].clearance
    yield _numbers("creatinine clearance", expected, clearance.value.value if clearance else None)


def _numbers(what: str, expected: Decimal, computed: Decimal | None) -> Compared:
    return Compared(what, f"{expected:f}", NONE if computed is None else f"{computed:f}", expected == computed)


def _doses(order: Order, expected: Mapping[str, Quantity | None]) -> Iterator[Compared]:
    """One dose of each drug that the case names, then each dose that it does not name."""
    yield from _amounts("one dose", order, expected, lambda dose: dose.ordered)
    named = {id(dose) for name in expected for dose in _named(order, name)}
    for dose in order.doses:
        if id(dose) not in named:
            days = f" on days {list_days(dose.days)}"
            yield Compared(
                f"{dose.called or dose.drug}{days}: one dose", "not in the case", _amount(dose.ordered), agrees=False
            )


def _unreduced(order: Order, expected: Mapping[str, Quantity | None]) -> Iterator[Compared]:
    yield from _amounts("before the reduction", order, expected, lambda dose: dose.unreduced)


def _cycle_totals(order: Order, expected: Mapping[str, Quantity | None]) -> Iterator[Compared]:
    for name, amount in expected.items():
        totals = [dose.cycle_total for dose in _named(order, name) if dose.cycle_total]
        total = Quantity(sum((each.value for each in totals), Decimal(0)), totals[0].unit) if totals else None
        yield _amounts_compared(f"{name}: total of the cycle", amount, [total])


def _amounts(
    what: str, order: Order, expected: Mapping[str, Quantity | None], amount_of: Callable[[Dose], Quantity | None]
) -> Iterator[Compared]:
    """What one dose of each drug, line or day is, expected and computed; several amounts of a drug are told apart."""
    for name, amount in expected.items():
        yield _amounts_compared(f"{name}: {what}", amount, list(map(amount_of, _named(order, name))))


def _amounts_compared(what: str, expected: Quantity | None, computed: list[Quantity | None]) -> Compared:
    words = dict.fromkeys(map(_amount, computed))
    agrees = bool(computed) and all(_same(expected, each) for each in computed)
    return Compared(what, _amount(expected), " and ".join(words) if computed else "not given", agrees)


def _same(expected: Quantity | None, computed: Quantity | None) -> bool:
    """Whether two amounts are the same, in whichever unit each is."""
    if expected is None or computed is None:
        return not (expected and expected.value) and not (computed and computed.value)
    for kind in declaration_of(Amount).extra[KINDS_OF]:
        try:
            return convert(expected, computed.unit, kind) == computed
        except InputError:
            continue
    return False


def _amount(amount: Quantity | None) -> str:
    return str(amount) if amount and amount.value else OMITTED


def _named(order: Order, name: str) -> list[Dose]:
    """The doses of a drug, of what a line is called, or of a line or days of it: 'etoposide on days 3-5'."""
    target = read_target(name)
    return [
        dose
        for dose in order.doses
        if (is_same_drug(dose.drug, target.drug) or is_same_drug(dose.called, target.drug))
        and (target.line in (None, dose.line))
        and (not target.days or not set(target.days).isdisjoint(dose.days))
    ]


def _rows(order: Order, expected: tuple[str, ...]) -> Iterator[Compared]:
    """Each expected row; one that is not there beside those of its date."""
    rows = list(map(row_words, order.administrations))
    last = -1
    for text in expected:
        plain = _without_marks(text)
        place = next((place for place, row in enumerate(order.administrations) if _is_row(plain, row)), None)
        if place is None:
            computed = "; ".join(row for row in rows if row[:10] == text[:10]) or "nothing on this date"
        else:
            computed = rows[place] if place > last else f"{rows[place]}, before the row above"
        yield Compared("schedule", text, computed, agrees=place is not None and place > last)
        last = last if place is None else place


def _number_of_rows(order: Order, expected: int) -> Iterator[Compared]:
    yield Compared(
        "number of administrations",
        str(expected),
        str(len(order.administrations)),
        expected == len(order.administrations),
    )


def _next_cycle(order: Order, expected: datetime.date) -> Iterator[Compared]:
    date = order.next_cycle.date if order.next_cycle else None
    yield Compared("next cycle not before", str(expected), str(date or NONE), expected == date)


def _alerts(order: Order, expected: tuple[str, ...]) -> Iterator[Compared]:
    computed = sorted(alert.code for alert in order.alerts if not alert.not_made)
    yield Compared("alerts", _listed(sorted(expected)), _listed(computed), sorted(expected) == computed)


def _says(order: Order, expected: tuple[str, ...]) -> Iterator[Compared]:
    yield from _words("words of an alert", expected, [alert.words for alert in order.alerts])


def _steps(order: Order, expected: tuple[str, ...]) -> Iterator[Compared]:
    yield from _words("words of a step", expected, [step.how for dose in order.doses for step in dose.steps])


def _not_checked(order: Order, expected: tuple[str, ...]) -> Iterator[Compared]:
    texts = [alert.text for alert in order.alerts if alert.not_made]
    yield from _words("not checked", expected, texts)
    if not expected:
        yield Compared("not checked", NONE, _listed(texts), agrees=not texts)


def _words(what: str, expected: Iterable[str], texts: list[str]) -> Iterator[Compared]:
    """Whether each of some words stands in one of the texts."""
    for words in expected:
        is_there = any(words in text for text in texts)
        yield Compared(what, words, words if is_there else _listed(texts), is_there)


def _accepted(order: Order, expected: Mapping[str, str]) -> Iterator[Compared]:
    computed = {alert.code: alert.accepted for alert in order.alerts if alert.accepted}
    for code in dict.fromkeys((*expected, *computed)):
        reasons = expected.get(code, NONE), computed.get(code, NONE)
        yield Compared(f"{code}: accepted", *reasons, reasons[0] == reasons[1])


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words) or NONE


EXPECTATIONS: dict[str, Callable[[Order, Any], Iterator[Compared]]] = {
    "bsa": _bsa,
    "clearance": _clearance,
    "doses": _doses,
    "unreduced": _unreduced,
    "cycle_totals": _cycle_totals,
    "rows": _rows,
    "number_of_rows": _number_of_rows,
    "next_cycle": _next_cycle,
    "alerts": _alerts,
    "says": _says,
    "steps": _steps,
    "not_checked": _not_checked,
    "accepted": _accepted,
}
"""How each field of a case is compared."""

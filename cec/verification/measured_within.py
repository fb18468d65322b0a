"""Measures that a Bundle tells of later days of its cycle -> the order that is dosed by each from its day on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from cec.calculate.revision import revise
from cec.errors import Fault, InputError
from cec.fhir.people import FactText
from cec.order import Change, Order, measured_anew
from cec.patient import Patient

REASON = "measured again, as the Bundle tells"


class MeasuredWithin(NamedTuple):
    """The names of the facts that hold from a day of the cycle on, and the patient who has them."""

    from_day: int
    facts: frozenset[str]
    patient: Patient


def measured_within(
    by_days: Iterable[tuple[int, FactText]], patient_with: Callable[[Sequence[FactText]], Patient]
) -> tuple[MeasuredWithin, ...]:
    """What was measured within a cycle, by days; `patient_with` reads the patient with these facts."""
    found = []
    for from_day, of_day in groupby(by_days, key=lambda each: each[0]):
        facts = [fact for _, fact in of_day]
        found.append(MeasuredWithin(from_day, frozenset(each.fact for each in facts), patient_with(facts)))
    return tuple(found)


def dosed_anew(order: Order, within: Iterable[MeasuredWithin], accept: Mapping[str, str], *, strict: bool) -> Order:
    """The order as it is dosed by what was measured within its cycle; InputError where nobody tells its day 1."""
    for each in within:
        on = order.date_of(each.from_day)
        if on is None:
            text = (
                f"the requests are computed from other measures from day {each.from_day} on, and the day 1 of their "
                "cycle is not told; give it with --start"
            )
            raise InputError(Fault(text, "--start"))
        change = Change(
            on=on,
            from_day=each.from_day,
            reason=REASON,
            written_by=order.written_by,
            accepted=dict(accept),
            **measured_anew(each.patient, each.facts, on),
        )
        order = revise(order, change, strict=strict)
    return order

"""A treatment of phases -> the order of each of its cycles, with what was given before counted on."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import msgspec

from cec.calculate.rules.lifetime import lifetime_maximums, total_of
from cec.calculate.rules.rule import Case
from cec.errors import CecError, InputError, OrderRefused
from cec.order import Order, PlaceInTreatment
from cec.patient import Patient
from cec.regimen import Regimen, entry_of
from cec.treatment import Treatment, TreatmentCalendar, cycles_of
from cec.units import Exact, Quantity, span


def place_of(treatment: Treatment, phase: int, cycle: int) -> PlaceInTreatment:
    """Where a cycle stands in its treatment, by its phase and its number there; InputError for one that it has not."""
    if phase > len(treatment.phases):
        raise InputError(f"{treatment.name} has {len(treatment.phases)} phases; there is no phase {phase}")
    cycles = treatment.phases[phase - 1].cycles
    if cycle > cycles:
        raise InputError(f"phase {phase} of {treatment.name} has {cycles} cycles; there is no cycle {cycle}")
    return PlaceInTreatment(
        name=treatment.name,
        title=treatment.title,
        edition=treatment.edition,
        sha256=treatment.sha256,
        phase=phase,
        phases=len(treatment.phases),
        cycles=cycles,
        in_all=sum(each.cycles for each in treatment.phases[: phase - 1]) + cycle,
        of_all=treatment.count,
    )


class PlannedCycle(NamedTuple):
    """A cycle that is to be drafted: of a treatment with its place there, and for how many days it is drawn."""

    regimen: Regimen
    cycle: int | None
    """None where nobody told its number."""
    of_treatment: PlaceInTreatment | None = None
    days: int | None = None


def planned_cycle(treatment: Treatment, phase: int, cycle: int) -> PlannedCycle:
    """A cycle of a treatment by its phase and its number there; InputError for one that the treatment has not."""
    place = place_of(treatment, phase, cycle)
    length = span(treatment.phases[phase - 1].cycle_length).days
    return PlannedCycle(treatment.regimens[phase - 1], cycle, place, length)


def draft_treatment(
    treatment: Treatment, patient: Patient, start: datetime.date, draft: Callable[..., Order]
) -> TreatmentCalendar:
    """The order of every cycle of a treatment whose first day 1 is `start`; `draft` is `draft_order` for the rest.

    What a cycle gives of a drug with a lifetime maximum counts as given before the next. CecError with the cycle that
    has no order.
    """
    maximums: dict[str, Quantity] = {}
    for regimen in treatment.regimens:
        maximums |= lifetime_maximums(regimen)
    orders: list[Order] = []
    for cycle in cycles_of(treatment, start):
        try:
            regimen, number, place, days = planned_cycle(treatment, cycle.phase, cycle.cycle)
            order = draft(regimen, patient, start=cycle.start, cycle=number, days=days, of_treatment=place)
        except CecError as error:
            error.faults = tuple(
                fault._replace(text=f"phase {cycle.phase}, cycle {cycle.cycle}: {fault.text}") for fault in error.faults
            )
            raise type(error)(*error.faults) from error
        orders.append(order)
        patient = _after(order, patient, maximums)
    for drug, maximum in maximums.items():
        _refuse_above(drug, maximum, orders)
    return TreatmentCalendar(treatment, tuple(orders))


def _refuse_above(drug: str, maximum: Quantity, orders: Sequence[Order]) -> None:
    """OrderRefused where the treatment alone gives more of a drug than a patient may have in a lifetime."""
    totals = (total_of(drug, maximum, _case(order, order.patient)) for order in orders)
    given = sum((total.this_cycle.number for total in totals if total), Fraction(0))
    if given > Fraction(maximum.value):
        amount = Exact(given, maximum.unit)
        raise OrderRefused(f"{drug}: all cycles together give {amount}, above the lifetime maximum of {maximum}")


def _case(order: Order, patient: Patient) -> Case:
    """An order as far as its totals need it."""
    measures = order.measures[0]
    facts = {"bsa": Quantity(measures.bsa.value, "m2")}
    return Case(order.regimen, patient, order.pharmacy, facts, order.doses, measures.clearance)


def _after(order: Order, patient: Patient, maximums: Mapping[str, Quantity]) -> Patient:
    """The patient after a cycle: with its doses of drugs that have a lifetime maximum, and its day 1 as the last.

    Where it was not told what was given before, that stays untold: it is said to be not checked in every cycle.
    """
    earlier = dict(patient.earlier_doses)
    for drug, maximum in maximums.items():
        total = total_of(drug, maximum, _case(order, patient))
        if total and entry_of(drug, earlier) is not None:
            earlier[drug] = total.amount.kept
    previous = patient.previous_cycles
    return msgspec.structs.replace(
        patient,
        earlier_doses=earlier,
        previous_day_1=order.start,
        previous_cycles=None if previous is None else previous + 1,
    )

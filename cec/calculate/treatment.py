"""A treatment of phases -> the order of each of its cycles, with what was given before counted on."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import msgspec

from cec.calculate.rules.lifetime import lifetime_maximums, total_of
from cec.calculate.rules.rule import Case
from cec.errors import CecError, InputError, OrderRefused
from cec.order import Order, PlaceInTreatment
from cec.patient import Patient
from cec.regimen import entry_of
from cec.treatment import CyclePlace, Treatment, TreatmentCalendar, cycles_of
from cec.units import Exact, Quantity, span


def place_in(treatment: Treatment, cycle: CyclePlace) -> PlaceInTreatment:
    """Where a cycle stands in its treatment."""
    return PlaceInTreatment(
        name=treatment.name,
        title=treatment.title,
        edition=treatment.edition,
        sha256=treatment.sha256,
        phase=cycle.phase,
        phases=len(treatment.phases),
        cycles=treatment.phases[cycle.phase - 1].cycles,
        in_all=cycle.in_all,
        of_all=treatment.count,
    )


def cycle_of_treatment(treatment: Treatment, phase: int, cycle: int, start: datetime.date) -> CyclePlace:
    """One cycle of a treatment by its phase and its number there, begun on this date; InputError for one it has not."""
    if phase > len(treatment.phases):
        raise InputError(f"{treatment.name} has {len(treatment.phases)} phases; there is no phase {phase}")
    if cycle > treatment.phases[phase - 1].cycles:
        count = treatment.phases[phase - 1].cycles
        raise InputError(f"phase {phase} of {treatment.name} has {count} cycles; there is no cycle {cycle}")
    before = sum(each.cycles for each in treatment.phases[: phase - 1])
    return CyclePlace(phase, cycle, before + cycle, start)


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
        phase = treatment.phases[cycle.phase - 1]
        try:
            order = draft(
                treatment.regimens[cycle.phase - 1],
                patient,
                start=cycle.start,
                cycle=cycle.cycle,
                days=span(phase.cycle_length).days,
                of_treatment=place_in(treatment, cycle),
            )
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

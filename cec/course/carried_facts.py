"""Which facts of a patient are carried on to the next cycle, and which are asked for because they are too old."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator

import msgspec

from cec.course.given import counts
from cec.errors import Fault, InputError
from cec.order import Order
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.units import span

OF_THE_PERSON = (
    *("id", "name", "born", "sex", "diagnosis", "allergies", "history"),
    *("ward", "bed", "physician", "protocol_number"),
)
"""What of a patient stays from one cycle to the next."""
OF_THE_CYCLE_BEFORE = ("previous_weight", "previous_day_1", "previous_cycles")
MEASURED = ("height", "measured_on", "creatinine", "creatinine_clearance")
"""What is carried on while it is no older than the pharmacy allows."""

YEARS_HOLD, OTHERS_HOLD = datetime.timedelta(days=365), datetime.timedelta(days=31)
"""How long an age that was told as a number is carried: in years, and in months, weeks or days."""


def carried_patient(order: Order) -> Patient:
    """The patient as the next cycle takes them from an order; a cycle that does not count changes nothing of them."""
    patient = order.patient_now
    if counts(order):
        cycles = patient.previous_cycles
        if cycles is not None:
            cycles += 1
        elif order.of_treatment:
            cycles = order.of_treatment.in_all
        patient = msgspec.structs.replace(
            patient, previous_weight=patient.weight, previous_day_1=order.date_of(1), previous_cycles=cycles
        )
    else:
        patient = msgspec.structs.replace(patient, previous_weight=order.patient.previous_weight)
    return patient


def keys_carried(
    order: Order, start: datetime.date, pharmacy: Pharmacy, *, anew: Collection[str], unknown: Collection[str]
) -> set[str]:
    """The keys of a patient file that are carried on; InputError for each fact that is asked for and was not told.

    `anew` is what was told anew, `unknown` what nobody knows now.
    """
    if beside := sorted({*unknown} - MAY_BE_UNKNOWN):
        may = ", ".join(sorted(MAY_BE_UNKNOWN))
        raise InputError(Fault(f"{', '.join(beside)}: only {may} may be unknown", "--unknown"))
    asked = {
        "weight": f"the weight is asked for in each cycle; it was {order.patient_now.weight}",
        **dict(_old_measures(order, start, pharmacy, anew)),
        **dict(_old_age(order, start)),
    }
    answered = {*anew, *unknown}
    answered |= {_ANSWERS[name] for name in answered if name in _ANSWERS}
    if faults := [Fault(why, f"--{name.replace('_', '-')}") for name, why in asked.items() if name not in answered]:
        raise InputError(*faults)
    without_day = {"measured_on"} if "height" in asked else set()
    return {*OF_THE_PERSON, *OF_THE_CYCLE_BEFORE, *MEASURED, "age"} - {*asked, *unknown, *without_day}


MAY_BE_UNKNOWN = {"creatinine", "creatinine_clearance", "age"}

_ANSWERS = {"born": "age", "creatinine_clearance": "creatinine", "creatinine": "creatinine_clearance"}
"""What is told too by telling another fact."""


def days_measured(order: Order) -> dict[str, datetime.date | None]:
    """On which day each measure that may be carried on was taken; None where nobody told."""
    days = {name: order.patient.measured_on for name in MEASURED if name != "measured_on"}
    for change in order.changes:
        days |= {name: change.measured_on or change.on for name in days if getattr(change, name) is not None}
    return days


def _old_measures(
    order: Order, start: datetime.date, pharmacy: Pharmacy, anew: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Each measure that is too old to be carried on to a start, and why."""
    patient, allowed = order.patient_now, pharmacy.measures_valid_for
    for name, day in days_measured(order).items():
        if (value := patient.fact(name)) is None:
            continue
        if "measured_on" in anew:
            why = "--measured-on tells the day of all measures"
        elif day is None:
            why = "nobody told on which day it was measured"
        elif (start - day).days > span(allowed).days:
            why = f"measured on {day}, {(start - day).days} days before {start}; the pharmacy allows {allowed}"
        else:
            continue
        if name in MAY_BE_UNKNOWN:
            why += f"; where nobody knows it now: --unknown {name}"
        yield name, f"it was {value}; {why}"


def _old_age(order: Order, start: datetime.date) -> Iterator[tuple[str, str]]:
    """An age told as a number too long before a start, and why it is not carried on."""
    age, told_on = order.patient_now.age, age_told_on(order)
    if age is None:
        return
    if told_on is None or start - told_on > (YEARS_HOLD if age.unit == "years" else OTHERS_HOLD):
        yield "age", f"{age} was told for {told_on or 'no day'}; give the age now, or --born"


def age_told_on(order: Order) -> datetime.date | None:
    """The day for which an order's age was told as a number; None where there is none or no day is known."""
    if order.patient_now.age is None:
        return None
    carried = order.follows.age_told_on if order.follows else None
    return carried or order.patient.measured_on or order.start

"""The cycle after an order: what is carried on to it, what is asked for, and which of a treatment's cycles it is."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator

import msgspec

from cec.course.given import administrations_given
from cec.errors import Fault, InputError
from cec.fingerprint import fingerprint
from cec.order import Follows, Order
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.treatment import Treatment
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


def counts(order: Order) -> bool:
    """Whether an order's cycle counts as one: something of it was given or is ordered."""
    return any(each.amount.value for each in administrations_given(order))


def last_day_given(order: Order) -> datetime.date | None:
    """The last day on which something of an order is given or ordered, to the end of its infusions."""
    rows = (each.row for each in administrations_given(order) if each.amount.value)
    return max((max(row.date, row.end.date()) if row.end else row.date for row in rows), default=None)


def refuse_overlap(order: Order, first_day: datetime.date) -> None:
    """InputError for a cycle that begins before another is over."""
    last = last_day_given(order)
    if last and first_day <= last:
        raise InputError(
            Fault(f"{first_day} is not after the last day of the cycle before, {last}; look at the date", "--start")
        )


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


def not_carried(order: Order) -> Iterator[str]:
    """What of a cycle ends with it, in words, where a person may expect it to go on."""
    changes = order.changes
    withheld = [*order.patient.withheld, *(each for change in changes for each in change.withheld)]
    set_doses = [*order.patient.set_doses, *(each for change in changes for each in change.set_doses)]
    yield from (f"{each.drug} was left out ({each.reason})" for each in withheld)
    yield from (f"{each.drug} was set to {each.dose} ({each.reason})" for each in set_doses)
    yield from (f"{drug} was stopped ({change.reason})" for change in changes for drug in change.stopped)
    yield from (f"{drug}: {', '.join(chosen)} was chosen" for drug, chosen in order.patient.choices.items())


def place_after(order: Order, treatment: Treatment) -> tuple[int, int]:
    """The phase and its cycle that follow an order of a treatment; InputError after the last."""
    place = order.of_treatment
    if place is None or place.name != treatment.name:
        raise InputError(
            Fault(f"the order is not of {treatment.name}: say which cycle with --phase and --cycle", "--phase")
        )
    cycle = (order.cycle or 1) + counts(order)
    if cycle <= treatment.phases[place.phase - 1].cycles:
        return place.phase, cycle
    if place.phase == len(treatment.phases):
        raise InputError(f"cycle {order.cycle} of phase {place.phase} is the last of {treatment.name}")
    return place.phase + 1, 1


def cycle_after(order: Order, following: Regimen, asked: int | None) -> int:
    """The number of the cycle after an order; InputError where nobody can tell it."""
    if asked is not None:
        return asked
    if following.name != order.regimen.name:
        text = f"{following.name} is another regimen than {order.regimen.name}: say which of its cycles this is, like 1"
        raise InputError(Fault(text, "--cycle"))
    if order.cycle is None:
        raise InputError(Fault("the order does not say which cycle it is: say which the next one is", "--cycle"))
    return order.cycle + counts(order)


def following(order: Order, drafted: Order, *, age_is_carried: bool) -> Order:
    """A drafted order that names the one it was continued from."""
    told_on = age_told_on(order) if age_is_carried else None
    named = msgspec.structs.replace(
        drafted, follows=Follows(order.first or order.fingerprint, order.fingerprint, told_on)
    )
    return msgspec.structs.replace(named, fingerprint=fingerprint(named))

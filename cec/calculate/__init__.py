"""Regimen × Patient × Pharmacy -> Order: the whole calculation on one page."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from decimal import localcontext
from types import MappingProxyType

import msgspec

from cec.calculate.acceptance import accepted_alerts
from cec.calculate.cycle import Computed, Inputs, compute_cycle, day_for_age, earliest_next_cycle
from cec.calculate.declared import declared_alerts
from cec.calculate.left_open import choice_faults
from cec.calculate.lines import Cycle
from cec.calculate.preparation import Stock, make_up, of_whole_cycle
from cec.calculate.rules import alerts_of, not_asked
from cec.calculate.rules.fatal_mistakes import refuse_fatal_routes
from cec.calculate.schedule import NO_DATE, Schedule
from cec.calculate.schedule.clock import Dates
from cec.conditions import history_asked
from cec.errors import Fault, InputError
from cec.fingerprint import fingerprint
from cec.order import SCHEMA, Order, PlaceInTreatment
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen, entry_of
from cec.units import EXACT
from cec.version import __version__

_DEFAULT_PHARMACY = Pharmacy()
_NOTHING: Mapping[str, str] = MappingProxyType({})


def draft_order(
    regimen: Regimen,
    patient: Patient,
    pharmacy: Pharmacy = _DEFAULT_PHARMACY,
    *,
    start: datetime.date | None = None,
    cycle: int | None = None,
    days: int | None = None,
    of_treatment: PlaceInTreatment | None = None,
    as_of: datetime.date | None = None,
    accept: Mapping[str, str] = _NOTHING,
    strict: bool = False,
    overrides: tuple[str, ...] = (),
    scheduled: bool = True,
) -> Order:
    """The order of one cycle for one patient: doses with their derivation and, from `start` on, the schedule.

    `as_of` is the day for which an age is computed where neither a start nor the day of the measures is known.
    Where it is not `scheduled`, it has doses alone, even with a start.
    `accept` lets a `stop` through, by code and with a reason; with `strict` a `check` stops too, and so does whatever
    could not be checked. OrderRefused where no dose may come of the input, and first where a route would kill.

    >>> from cec import draft_order, load_patient, load_regimen
    >>> patient = load_patient(texts={"height": "128 cm", "weight": "26 kg"})
    >>> for dose in draft_order(load_regimen("cec-induction"), patient).doses:
    ...     print(dose.drug, dose.ordered)
    clofarabine 38.4 mg
    etoposide 96 mg
    cyclophosphamide 422.4 mg
    prednisone 13 mg
    """
    _refuse_other_nouns(regimen=(regimen, Regimen), patient=(patient, Patient), pharmacy=(pharmacy, Pharmacy))
    refuse_other_types({"start": start, "as_of": as_of}, {"cycle": cycle, "days": days})
    with localcontext(EXACT):
        refuse_fatal_routes(regimen, pharmacy)
        refuse_contradicting_inputs(regimen, patient, pharmacy, cycle, start)
        as_of = day_for_age(patient, start, as_of)
        age = patient.age_on(as_of)
        inputs = Inputs(regimen, patient, pharmacy, Cycle(cycle, start, days), age)
        computed = compute_cycle(inputs, accept, strict=strict, scheduled=scheduled)
        schedule = _schedule(computed)
        doses, preparations, rows, of_preparation = make_up(
            computed.dosed, schedule.administrations, regimen, pharmacy, computed.facts
        )
        dates = Dates(regimen.calendar, start or NO_DATE)
        stock = Stock(1, pharmacy, computed.facts)
        fluids, picked = of_whole_cycle(doses, preparations, rows, dates, lambda _: patient.weight, stock)
        found = alerts_of(computed.case(doses))
        of_amounts = (*computed.not_given, *declared_alerts(doses), *of_preparation, *schedule.alerts)
        order = Order(
            schema=SCHEMA,
            written_by=__version__,
            revision=1,
            regimen=regimen,
            patient=patient,
            pharmacy=pharmacy,
            age=age,
            as_of=as_of,
            start=start,
            cycle=cycle,
            of_treatment=of_treatment,
            days=days,
            measures=(computed.measured.shown,),
            doses=doses,
            administrations=rows,
            preparations=preparations,
            daily_fluids=fluids,
            pick_list=picked,
            next_cycle=earliest_next_cycle(regimen, start),
            alerts=accepted_alerts(found, of_amounts, accept, strict=strict),
            overrides=overrides,
            sha256=sha256_of_inputs(regimen, patient, pharmacy, start, cycle, as_of, dict(accept), days, of_treatment),
        )
        return msgspec.structs.replace(order, fingerprint=fingerprint(order), release=None)


def _schedule(computed: Computed) -> Schedule:
    """The administrations of a cycle that was drawn, and what is to be said of them; else none."""
    if computed.drawn is None:
        return Schedule()
    from cec.calculate.schedule.drawing import noted

    return noted(computed.drawn, [each.dose for each in computed.dosed], computed.lines)


def _refuse_other_nouns(**nouns: tuple[object, type]) -> None:
    """InputError for a name, a path or a mapping where a program should give what was loaded from it."""
    faults = [
        Fault(f"a {type(given).__name__} is not a {kind.__name__}; load_{name}() gives one", name)
        for name, (given, kind) in nouns.items()
        if not isinstance(given, kind)
    ]
    if faults:
        raise InputError(*faults)


def refuse_other_types(days: Mapping[str, object], counts: Mapping[str, object]) -> None:
    """InputError for what a program gives as a day or a count, and is another thing; None where nothing is given.

    A time of day is not passed over: which day it is depends on the zone. `True` is not the number 1.

    >>> refuse_other_types({"start": "2026-11-30"}, {"cycle": None})
    Traceback (most recent call last):
    cec.errors.InputError: start: '2026-11-30' is not a day; write datetime.date(2026, 11, 30)
    """
    faults = [
        Fault(f"{value!r} is not a day; write datetime.date(2026, 11, 30)", name, code="not-a-date")
        for name, value in days.items()
        if value is not None and (not isinstance(value, datetime.date) or isinstance(value, datetime.datetime))
    ]
    faults += [
        Fault(f"{value} is not between the years 1900 and 2099", name, code="not-a-date")
        for name, value in days.items()
        if isinstance(value, datetime.date) and not 1900 <= value.year <= 2099
    ]
    faults += [
        Fault(f"{value!r} is not an int from 1 on", name, code="not-a-number")
        for name, value in counts.items()
        if value is not None and (type(value) is not int or value < 1)
    ]
    if faults:
        raise InputError(*faults)


def refuse_contradicting_inputs(
    regimen: Regimen, patient: Patient, pharmacy: Pharmacy, cycle: int | None, start: datetime.date | None
) -> None:
    """InputError for what cannot be true of one patient together, and for names that are probably misspelt."""
    faults: list[str | Fault] = []
    previous = patient.previous_cycles
    if cycle is not None and previous is not None and cycle > previous + 1:
        faults.append(f"cycle {cycle} cannot follow {previous} previous cycles")
    if previous == 0 and patient.previous_day_1:
        faults.append(f"no previous cycles, but a day 1 of the previous cycle, {patient.previous_day_1}")
    if start and patient.previous_day_1 and patient.previous_day_1 >= start:
        faults.append(f"day 1 of the previous cycle, {patient.previous_day_1}, is not before the start, {start}")
    if start and patient.measured_on and patient.measured_on > start:
        faults.append(f"the day of the measures, {patient.measured_on}, lies after the start, {start}; look at both")
    limited = {line.drug for line in regimen.drugs if line.lifetime_maximum}
    faults += [
        f"earlier doses of '{drug}': did you mean {near}, which has a lifetime maximum?"
        for drug in patient.earlier_doses
        if entry_of(drug, dict.fromkeys(limited, True)) is None and (near := _alike(drug, limited))
    ]
    if unasked := not_asked(patient, regimen, pharmacy):
        asked = history_asked(regimen, pharmacy)
        faults += [
            f"history: no check asks for '{fact}'; did you mean '{near}'?"
            for fact in unasked
            if (near := _alike(fact, asked))
        ]
    if patient.choices:
        faults += [Fault(text, about=("choices",)) for text in choice_faults(regimen.drugs, patient.choices)]
    if faults:
        raise InputError(*faults)


def _alike(word: str, known: set[str]) -> str:
    """The known word that this one is probably misspelt from, or nothing."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, sorted(known), 1, 0.85)), "")


def sha256_of_inputs(*inputs: object) -> str:
    """SHA-256 of everything that an order is computed from."""
    return hashlib.sha256(msgspec.json.encode(inputs, order="deterministic")).hexdigest()

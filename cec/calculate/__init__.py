"""Regimen × Patient × Pharmacy -> Order: the whole calculation on one page."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from types import MappingProxyType

import msgspec

from cec.calculate.acceptance import accepted_alerts, refuse_with_stops
from cec.calculate.declared import Declared, declared_for, refuse_contradictions
from cec.calculate.declared_alerts import declared_alerts
from cec.calculate.dosing import Dosed, compute_dose
from cec.calculate.fatal_routes import refuse_fatal_routes, with_labels
from cec.calculate.known_facts import clearance_facts, known_facts, refuse_coarse_age, refuse_impossible
from cec.calculate.left_open import choice_faults
from cec.calculate.lines import Cycle, CycleLine, lines_of_cycle, with_days, with_days_given
from cec.calculate.measures import Measured, measure
from cec.calculate.preparation import prepare
from cec.calculate.preparation.fluids import daily_fluids
from cec.calculate.preparation.pick_list import pick_list
from cec.calculate.preparation.shelf_life import with_use_before
from cec.calculate.rules.alerts import alerts_of, not_asked
from cec.calculate.rules.into_csf import amounts_into_csf
from cec.calculate.rules.lifetime import before_name, lifetime_maximums, total_name, total_of
from cec.calculate.rules.rule import Case
from cec.calculate.schedule import NO_DATE, Schedule, draw_up
from cec.calculate.settled import Settled, lines_for, settled_on, unsettled
from cec.calculate.shares import left_out, with_bases
from cec.conditions import history_asked
from cec.errors import CecError, Fault, InputError
from cec.facts import Facts, earlier_doses_of
from cec.fingerprint import fingerprint
from cec.order import SCHEMA, Administration, Alert, Dose, EarliestNextCycle, Order, PlaceInTreatment, Preparation
from cec.patient import Patient, Withheld
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen, entry_of
from cec.units import EXACT, Quantity
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
    revision: int = 1,
    scheduled: bool = True,
) -> Order:
    """The order of one cycle for one patient: doses with their derivation and, from `start` on, the schedule.

    `as_of` is the day for which an age is computed where neither a start nor the day of the measures is known.
    `revision` is 1, and one more for each order that replaces another: calendars tell by it which is the newer.
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
    with localcontext(EXACT):
        refuse_fatal_routes(regimen, pharmacy)
        _refuse_contradictions(regimen, patient, pharmacy, cycle, start)
        as_of = _day_for_age(patient, start, as_of)
        age = patient.age_on(as_of)
        measured = measure(patient, pharmacy, age)
        measures = measured.shown
        facts = known_facts(
            patient,
            {
                "age": age,
                "bsa": measured.bsa.compared(),
                **clearance_facts(measured.kidneys),
                "start": start,
                "cycle": None if cycle is None else Quantity(Decimal(cycle), ""),
            },
        )
        refuse_impossible(patient, facts)
        refuse_coarse_age(regimen, pharmacy, facts)
        lines, not_for_patient, unknown = lines_for(lines_of_cycle(regimen, Cycle(cycle, start, days)), facts)
        dosed, faults, refused = _each_dose(regimen, patient, pharmacy, (measured, facts), lines)
        doses = tuple(each.dose for each in dosed)
        not_given = (*not_for_patient, *left_out(lines, doses))
        if faults := (*unknown, *faults) or _nothing_given(regimen, doses, not_given):
            case = Case(regimen, patient, pharmacy, facts, doses, measures.clearance, refused)
            refuse_with_stops(alerts_of(case), faults, accept, strict=strict)
        schedule, dosed = _schedule(regimen, dosed, pharmacy, start if scheduled else None, lines)
        preparations, preparation_alerts = prepare(dosed, pharmacy, facts)
        doses = with_labels(tuple(each.dose for each in dosed), preparations, regimen, pharmacy)
        case = Case(regimen, patient, pharmacy, facts, doses, measures.clearance)
        found = alerts_of(case._replace(facts={**facts, **_totals(case)}))
        of_amounts = (*not_given, *declared_alerts(doses), *preparation_alerts, *schedule.alerts)
        order = Order(
            schema=SCHEMA,
            written_by=__version__,
            revision=revision,
            regimen=regimen,
            patient=patient,
            pharmacy=pharmacy,
            age=age,
            as_of=as_of,
            start=start,
            cycle=cycle,
            of_treatment=of_treatment,
            days=days,
            measures=(measures,),
            doses=doses,
            administrations=with_use_before(
                _with_rates(schedule.administrations, preparations), preparations, pharmacy
            ),
            preparations=preparations,
            daily_fluids=daily_fluids(doses, preparations, patient.weight, schedule.administrations, regimen.calendar),
            pick_list=pick_list(doses, preparations, pharmacy, facts),
            next_cycle=_earliest_next_cycle(regimen, start),
            alerts=accepted_alerts(found, of_amounts, accept, strict=strict),
            overrides=overrides,
            sha256=sha256_of_inputs(regimen, patient, pharmacy, start, cycle, as_of, dict(accept), days, of_treatment),
        )
        return msgspec.structs.replace(order, fingerprint=fingerprint(order), release=None)


def _nothing_given(regimen: Regimen, doses: Sequence[Dose], not_given: Iterable[Alert]) -> tuple[Fault, ...]:
    """Why a patient gets nothing of a regimen, where that is so."""
    left = [f"{alert.about}: {alert.text}" for alert in not_given] or ["no day of a line falls into the cycle"]
    return () if doses else (Fault(f"{regimen.name} gives this patient nothing: {'; '.join(left)}"),)


def _refuse_contradictions(
    regimen: Regimen, patient: Patient, pharmacy: Pharmacy, cycle: int | None, start: datetime.date | None
) -> None:
    """InputError for what cannot be true of one patient together, and for names that are probably misspelt."""
    faults = []
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
    choices = [Fault(text, about=("choices",)) for text in choice_faults(regimen.drugs, patient.choices)]
    if faults or choices:
        raise InputError(*faults, *choices)


def _alike(word: str, known: set[str]) -> str:
    """The known word that this one is probably misspelt from, or nothing."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, sorted(known), 1, 0.85)), "")


def sha256_of_inputs(*inputs: object) -> str:
    """SHA-256 of everything that an order is computed from."""
    return hashlib.sha256(msgspec.json.encode(inputs, order="deterministic")).hexdigest()


def _with_rates(
    schedule: tuple[Administration, ...], preparations: tuple[Preparation, ...]
) -> tuple[Administration, ...]:
    """The administrations, each with the rate of its preparation where there is one."""
    rates = {made_up.dose_index: made_up.rate for made_up in preparations}
    return tuple(
        msgspec.structs.replace(row, rate=rate) if (rate := rates.get(row.dose_index)) else row for row in schedule
    )


def _each_dose(
    regimen: Regimen,
    patient: Patient,
    pharmacy: Pharmacy,
    known: tuple[Measured, Facts],
    lines: Mapping[int, CycleLine],
) -> tuple[tuple[Dosed, ...], tuple[Fault, ...], tuple[tuple[int, str], ...]]:
    """The doses of the cycle's lines, all that stands against any of them, and the lines against which it stands."""
    measured, facts = known
    refuse_contradictions(patient, lines, regimen.name)
    dosed: list[Dosed] = []
    faults: list[Fault] = []
    refused: list[tuple[int, str]] = []
    names_of = {number: line.of.names for number, line in lines.items()}
    for number in sorted(lines, key=lambda number: (bool(lines[number].of.shared_with), number)):
        line = lines[number]
        source = line.of.source or regimen.source.citation
        try:
            own = _settled(number, patient, lines, facts, on_paper=pharmacy.print_choices)
            if line.of.shared_with:
                doses = [each.dose for each in dosed]
                own = [group for each in own for group in with_bases(*each, doses, names_of)]
            for settled, declared in own:
                found = compute_dose(settled, measured, pharmacy, declared=declared, source=source, number=number)
                dosed.append(found._replace(dose=with_days(found.dose, line, declared.days)))
        except CecError as refusal:
            faults += refusal.faults
            refused.append((number, line.of.drug))
    dosed.sort(key=lambda each: (each.dose.line, each.dose.days))
    return tuple(dosed), tuple(faults), tuple(refused)


def _settled(
    number: int, patient: Patient, lines: Mapping[int, CycleLine], facts: Facts, *, on_paper: bool
) -> list[tuple[Settled, Declared]]:
    """A drug line with each of its doses and what is declared of it, on the days on which both hold."""
    line, every = lines[number].of, declared_for(number, patient, lines)
    is_given = any(not isinstance(declared.by, Withheld) for declared in every)
    on_days = settled_on(line, lines[number].days, facts, patient.choices, on_paper=on_paper) if is_given else []
    groups: list[tuple[Settled, Declared]] = []
    for declared in every:
        if isinstance(declared.by, Withheld):
            groups.append((unsettled(line, 0), declared))
            continue
        for settled, days in on_days:
            both = tuple(day for day in days if day in declared.days)
            if both:
                groups.append((settled, Declared(both, declared.by, declared.scope)))
    return sorted(groups, key=lambda group: group[1].days)


def _schedule(
    regimen: Regimen,
    dosed: tuple[Dosed, ...],
    pharmacy: Pharmacy,
    start: datetime.date | None,
    lines: Mapping[int, CycleLine],
) -> tuple[Schedule, tuple[Dosed, ...]]:
    """The schedule, where there is a start; and the doses, those that hang on other drugs on the days of theirs."""
    doses = [each.dose for each in dosed]
    hangs_on_others = any(line.of.is_carried for line in lines.values())
    if not start and (not hangs_on_others or any(line.is_open for line in lines.values())):
        return Schedule(), dosed
    drawn = draw_up(regimen, doses, start or NO_DATE, pharmacy, lines)
    doses = with_days_given(doses, drawn.administrations, lines)
    placed = tuple(each._replace(dose=dose) for each, dose in zip(dosed, doses, strict=True))
    return (drawn if start else Schedule()), placed


def _day_for_age(patient: Patient, start: datetime.date | None, as_of: datetime.date | None) -> datetime.date | None:
    """The day for which an age is computed from a date of birth."""
    if patient.born is None:
        return None
    day = start or patient.measured_on or as_of
    if day is None:
        raise InputError("an age from a date of birth needs a day: give a start or the day of the measures")
    if day < patient.born:
        raise InputError(f"the date of birth, {patient.born}, lies after {day}")
    return day


def _totals(case: Case) -> Facts:
    """How much of each drug with a lifetime maximum the patient has had with this cycle, and before it; amounts into
    the cerebrospinal fluid."""
    maximums = lifetime_maximums(case.regimen)
    totals = {drug: total_of(drug, maximum, case) for drug, maximum in maximums.items()}
    earlier = {earlier_doses_of(drug).name: entry_of(drug, case.patient.earlier_doses) for drug in maximums}
    amounts = {total_name(drug): total and total.amount.compared() for drug, total in totals.items()}
    before = {before_name(drug): total and total.before.compared() for drug, total in totals.items()}
    return {**earlier, **amounts, **before, **amounts_into_csf(case)}


def _earliest_next_cycle(regimen: Regimen, start: datetime.date | None) -> EarliestNextCycle | None:
    """The earliest day 1 of the next cycle."""
    rule = regimen.next_cycle
    if rule is None:
        return None
    date = regimen.calendar.date(start, rule.earliest_day) if start else None
    return EarliestNextCycle(rule.earliest_day, date, rule.text, rule.source)

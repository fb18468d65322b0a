"""What was typed -> the order, or those of every cycle of a treatment. All faults of all options and files together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from cec.cli.inputs import (
    patient_with_overrides,
    pharmacy_file,
    pharmacy_with_overrides,
    read_text_of,
    require_measures,
    today,
)
from cec.cli.messages import wrong_usage
from cec.cli.options import NO_START, NO_TIMES, StartOptions, TimeOptions
from cec.cli.places import keep_apart
from cec.errors import Fault, InputError, together, together_by_name

if TYPE_CHECKING:
    import datetime

    from cec.cli.options import CheckOptions, PatientOptions, PharmacyOptions
    from cec.order import Order, PlaceInTreatment
    from cec.patient import Patient
    from cec.regimen import Regimen
    from cec.treatment import TreatmentCalendar


class Drafting(Struct, frozen=True):
    """What the options ask for, read: the regimen, the patient, and what makes an order for a patient."""

    regimen: Regimen
    patient: Patient
    draft: Callable[[Patient], Order]

    def order(self) -> Order:
        """The order for this patient; CecError with every fault."""
        return self.draft(self.patient)


def drafting_of(
    regimen: str | None,
    patient: PatientOptions,
    pharmacy: PharmacyOptions,
    checks: CheckOptions,
    *,
    start: StartOptions = NO_START,
    times: TimeOptions = NO_TIMES,
    output: Path | None = None,
) -> Drafting:
    """What the options ask for; CecError with every fault of what is read.

    InputError where `output` is one of the files that are read.
    """
    from cec.calculate import draft_order
    from cec.calculate.lines import day_1, refuse_idle_days
    from cec.facts.reading import read_count

    require_measures(patient, regimen or "")
    read = {"REGIMEN": regimen, "--patient": patient.patient, "--pharmacy": pharmacy_file(pharmacy.pharmacy)}
    keep_apart(read, {"--output": output})
    load_this_pharmacy = cache(lambda: pharmacy_with_overrides(pharmacy, times))
    of_regimen, of_patient, of_pharmacy, dates, days, cycle, accepted = together(
        lambda: _regimen_or_phase(
            load_this_pharmacy()[0].default_regimen if regimen is None else regimen, start, times.cycle
        ),
        lambda: patient_with_overrides(patient),
        load_this_pharmacy,
        lambda: read_dates(start),
        lambda: read_text_of("--days", start.days, read_count),
        lambda: read_text_of("--cycle", times.cycle, read_count),
        lambda: acceptances(checks.accept or ()),
    )
    this_regimen, of_treatment, length = of_regimen
    refuse_idle_days(days, this_regimen)
    this_patient, patient_overrides = of_patient
    this_pharmacy, pharmacy_overrides = of_pharmacy
    if this_patient.history:
        from cec.load.misspelt import refuse_unasked

        refuse_unasked(this_patient, this_regimen, this_pharmacy, patient.patient)
    draft_for = partial(
        draft_order,
        this_regimen,
        pharmacy=this_pharmacy,
        start=day_1(this_regimen, cycle, dates),
        cycle=cycle,
        days=length or days,
        of_treatment=of_treatment,
        as_of=today(),
        accept=accepted,
        strict=checks.strict,
        overrides=(*patient_overrides, *pharmacy_overrides),
    )
    return Drafting(this_regimen, this_patient, draft_for)


def _regimen_or_phase(
    name: str, start: StartOptions, cycle: str | None
) -> tuple[Regimen, PlaceInTreatment | None, int | None]:
    """A regimen; or that of a phase of a treatment, with the place of the cycle there, and its length in days."""
    from cec.facts.reading import read_count
    from cec.load import load_regimen

    phase = read_text_of("--phase", start.phase, read_count)
    if phase is None:
        return load_regimen(name), None, None

    from cec.calculate.treatment import planned_cycle
    from cec.load.treatment_file import is_treatment, load_treatment

    if not is_treatment(name):
        raise InputError(Fault(f"{name} is not a treatment of phases: leave --phase out", "--phase"))
    number = read_text_of("--cycle", cycle, read_count)
    if number is None:
        raise InputError(Fault("a phase has several cycles: say which with --cycle", "--cycle"))
    planned = planned_cycle(load_treatment(name), phase, number)
    return planned.regimen, planned.of_treatment, planned.days


def read_dates(start: StartOptions) -> dict[str, datetime.date]:
    """The dates that were typed of days of the cycle, by their options; InputError with every fault."""
    from cec.facts.reading import read_date

    return together_by_name(
        **{option: partial(read_text_of, option, text, read_date) for option, text in start.dates.items()}
    )


def draft_calendar(
    path: str,
    patient: PatientOptions,
    pharmacy: PharmacyOptions,
    checks: CheckOptions,
    *,
    start: StartOptions,
    times: TimeOptions,
    output: Path | None = None,
) -> TreatmentCalendar:
    """The orders of every cycle of a treatment; CecError with every fault."""
    from cec.calculate import draft_order
    from cec.calculate.treatment import draft_treatment
    from cec.facts.reading import read_date
    from cec.load.treatment_file import load_treatment

    require_measures(patient)
    read = {"REGIMEN": path, "--patient": patient.patient, "--pharmacy": pharmacy_file(pharmacy.pharmacy)}
    keep_apart(read, {"--output": output})
    typed = start.start or start.day_1
    if typed is None or times.cycle is not None or start.days is not None:
        text = "the calendar of a treatment has --start alone: its first day 1; --phase with --cycle draws one cycle"
        raise InputError(Fault(text))
    treatment, of_patient, of_pharmacy, day_1, accepted = together(
        lambda: load_treatment(path),
        lambda: patient_with_overrides(patient),
        lambda: pharmacy_with_overrides(pharmacy, times),
        lambda: read_text_of("--start", typed, read_date),
        lambda: acceptances(checks.accept or ()),
    )
    overrides = (*of_patient[1], *of_pharmacy[1])
    draft_cycle = partial(
        draft_order,
        pharmacy=of_pharmacy[0],
        as_of=today(),
        accept=accepted,
        strict=checks.strict,
        overrides=overrides,
    )
    return draft_treatment(treatment, of_patient[0], day_1, draft_cycle)


def require_start(start: StartOptions) -> None:
    """A schedule has one date that the others follow from: without it, or with two, the call is wrong (exit 2)."""
    if not start.dates:
        raise wrong_usage("there is no --start; give the date of day 1, or --day-0 or --first-day")
    if len(start.dates) > 1:
        raise wrong_usage(f"{' and '.join(start.dates)} say the same; give one of them")


def acceptances(typed: Sequence[str]) -> dict[str, str]:
    """Reasons by the code of the alert that they accept."""
    from cec.facts.reading import read_text

    accepted: dict[str, str] = {}
    for text in typed:
        code, _, reason = text.partition("=")
        if not code.strip() or not reason.strip():
            raise InputError(Fault(f"'{text}' is not CODE=REASON; write it like infant=\"tumour board\"", "--accept"))
        if code.strip() in accepted:
            raise InputError(Fault(f"'{code.strip()}' is accepted twice; give one reason for it", "--accept"))
        accepted[code.strip()] = read_text(reason)
    return accepted

"""What was typed -> the three nouns and the order. All faults of all options and files are reported together."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

import typer

from cec.cli.options import NO_START, StartOptions
from cec.cli.places import keep_apart
from cec.drug_names import drug_key
from cec.errors import CecError, Fault, InputError
from cec.facts import FACTS, HISTORY

if TYPE_CHECKING:
    from cec.cli.options import CheckOptions, PatientOptions, PharmacyOptions, TimeOptions
    from cec.order import Order, PlaceInTreatment
    from cec.patient import Patient
    from cec.pharmacy import Pharmacy
    from cec.regimen import Regimen
    from cec.treatment import TreatmentCalendar

Noun = TypeVar("Noun")
Text: TypeAlias = str | Sequence[str] | Mapping[str, str]
"""What was typed under one key of a file."""

_OPTIONS = {"reductions": "--reduce", "choices": "--choose", "first_infusion": "--time"}
"""Options that have another name than the key of the file that they replace."""


def draft(
    regimen: str | None,
    patient: PatientOptions,
    pharmacy: PharmacyOptions,
    checks: CheckOptions,
    *,
    start: StartOptions = NO_START,
    times: TimeOptions | None = None,
    output: Path | None = None,
) -> Order:
    """The order that the options ask for; CecError with every fault.

    InputError where `output` is one of the files that are read.
    """
    drafting = drafting_of(regimen, patient, pharmacy, checks, start=start, times=times, output=output)
    return drafting.draft(drafting.patient)


class Drafting(NamedTuple):
    """What the options ask for, read: the regimen, the patient, and what makes an order for a patient."""

    regimen: Regimen
    patient: Patient
    draft: Callable[[Patient], Order]


def drafting_of(
    regimen: str | None,
    patient: PatientOptions,
    pharmacy: PharmacyOptions,
    checks: CheckOptions,
    *,
    start: StartOptions = NO_START,
    times: TimeOptions | None = None,
    output: Path | None = None,
) -> Drafting:
    """What the options ask for; CecError with every fault of what is read."""
    from cec.calculate import draft_order
    from cec.calculate.lines import day_1, refuse_idle_days
    from cec.facts.reading import read_count, read_date

    require_measures(patient, regimen or "")
    read = {"REGIMEN": regimen, "--patient": patient.patient, "--pharmacy": pharmacy_file(pharmacy.pharmacy)}
    keep_apart(read, {"--output": output})
    load_this_pharmacy = cache(lambda: _pharmacy_and_overrides(pharmacy, times))
    loaded, of_patient, of_pharmacy, dates, days, cycle, revision, accepted = together(
        lambda: _regimen_or_phase(
            load_this_pharmacy()[0].default_regimen if regimen is None else regimen, start, times and times.cycle
        ),
        lambda: _patient_and_overrides(patient),
        load_this_pharmacy,
        lambda: {
            option: read_text_of(option, text, read_date) for option, text in (start.dates if start else {}).items()
        },
        lambda: read_text_of("--days", start.days, read_count),
        lambda: read_text_of("--cycle", times and times.cycle, read_count),
        lambda: read_text_of("--revision", times and times.revision, read_count),
        lambda: _acceptances(checks.accept or ()),
    )
    loaded, of_treatment, length = loaded
    refuse_idle_days(days, loaded)
    this_patient, patient_overrides = of_patient
    this_pharmacy, pharmacy_overrides = of_pharmacy
    if this_patient.history:
        from cec.load.known import refuse_unasked

        refuse_unasked(this_patient, loaded, this_pharmacy, patient.patient)
    draft_for = partial(
        draft_order,
        loaded,
        pharmacy=this_pharmacy,
        start=day_1(loaded, cycle, dates),
        cycle=cycle,
        days=length or days,
        of_treatment=of_treatment,
        as_of=today(),
        accept=accepted,
        strict=checks.strict,
        revision=revision or 1,
        overrides=(
            *patient_overrides,
            *pharmacy_overrides,
            *(f"product from the command line: {choice}" for choice in pharmacy.product or ()),
        ),
    )
    return Drafting(loaded, this_patient, draft_for)


def require_measures(patient: PatientOptions, regimen: str = "") -> None:
    """Height and weight must come from somewhere: without them the call is wrong (exit 2).

    What was given in the place of a regimen may be another file.
    """
    missing = [name for name, fact in FACTS.items() if fact.is_required and name not in patient.facts]
    if missing and patient.patient is None:
        options = " and no ".join(f"--{name}" for name in missing)
        text = f"there is no {options}; give the measures, or a patient file with --patient"
        raise typer.BadParameter(f"{text}{_other_file(regimen)}")


def _other_file(name: str) -> str:
    """What else a file probably is that stands in the place of a regimen, as the end of a message."""
    if name.endswith(".json"):
        return f"; a saved order is for cec print and cec verify: cec verify {name}"
    with suppress(OSError, UnicodeError):
        if name.endswith((".yaml", ".yml")) and re.search(r"(?m)^height:", Path(name).read_text(encoding="utf-8")):
            return f"; {name} has a height, as a patient file has: --patient {name}"
    return ""


def _regimen_or_phase(
    name: str, start: StartOptions, cycle: str | None
) -> tuple[Regimen, PlaceInTreatment | None, int | None]:
    """A regimen; or that of a phase of a treatment, with the place of the cycle there, and how long it is in days."""
    from cec.facts.reading import read_count
    from cec.load import load_regimen

    phase = read_text_of("--phase", start.phase, read_count)
    if phase is None:
        return load_regimen(name), None, None

    from cec.calculate.treatment import cycle_of_treatment, place_in
    from cec.load.treatment_file import is_treatment, load_treatment
    from cec.units import span

    if not is_treatment(name):
        raise InputError(Fault(f"{name} is not a treatment of phases: leave --phase out", "--phase"))
    treatment = load_treatment(name)
    number = read_text_of("--cycle", cycle, read_count)
    if number is None:
        raise InputError(Fault("a phase has several cycles: say which with --cycle", "--cycle"))
    place = cycle_of_treatment(treatment, int(str(phase)), int(str(number)), today())
    of_phase = treatment.phases[place.phase - 1]
    return treatment.regimens[place.phase - 1], place_in(treatment, place), span(of_phase.cycle_length).days


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
    from functools import partial

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
        lambda: _patient_and_overrides(patient),
        lambda: _pharmacy_and_overrides(pharmacy, times),
        lambda: read_text_of("--start", typed, read_date),
        lambda: _acceptances(checks.accept or ()),
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
        raise typer.BadParameter("there is no --start; give the date of day 1, or --day-0 or --first-day")
    if len(start.dates) > 1:
        raise typer.BadParameter(f"{' and '.join(start.dates)} say the same; give one of them")


def read_patient(options: PatientOptions) -> Patient:
    """The patient of the file and the options."""
    return _patient_and_overrides(options)[0]


def _patient_and_overrides(options: PatientOptions) -> tuple[Patient, tuple[str, ...]]:
    from cec.load import patient_and_overrides

    return _naming_options(lambda: patient_and_overrides(options.patient, texts_of_patient(options)))


def read_pharmacy(options: PharmacyOptions, times: TimeOptions | None = None) -> Pharmacy:
    """The pharmacy of the file and the options."""
    return _pharmacy_and_overrides(options, times)[0]


NO_FILE = "none"
"""What is typed where no pharmacy file is to be used, whatever was set up once."""


def pharmacy_file(typed: Path | None) -> Path | None:
    """The pharmacy file that was typed, else the one that was set up once; None where there is none."""
    from cec.load.search import own_pharmacy

    if typed is not None:
        return None if str(typed) == NO_FILE else typed
    own = own_pharmacy()
    return own.path if own else None


def _pharmacy_and_overrides(
    options: PharmacyOptions, times: TimeOptions | None = None
) -> tuple[Pharmacy, tuple[str, ...]]:
    from cec.load import pharmacy_and_overrides

    pharmacy, overrides = _naming_options(
        lambda: pharmacy_and_overrides(pharmacy_file(options.pharmacy), texts_of_pharmacy(options, times))
    )
    return (_prefer_products(pharmacy, options.product) if options.product else pharmacy), overrides


def _prefer_products(pharmacy: Pharmacy, choices: Sequence[str]) -> Pharmacy:
    """The pharmacy with the named products before the others of their drugs."""
    from cec.calculate.preparation.stock import prefer_product

    chosen: set[str] = set()
    for choice in choices:
        drug, _, product = (part.strip() for part in choice.partition("="))
        if not drug or not product:
            raise InputError(
                Fault(f"'{choice}' is not a drug with its product; write it like 'etoposide=100 mg vial'", "--product")
            )
        if drug_key(drug) in chosen:
            raise InputError(Fault(f"a product of {drug} is named twice; name one", "--product"))
        chosen.add(drug_key(drug))
        try:
            pharmacy = prefer_product(pharmacy, drug, product)
        except InputError as error:
            raise InputError(*(fault._replace(where="--product") for fault in error.faults)) from None
    return pharmacy


def texts_of_patient(options: PatientOptions) -> dict[str, Text]:
    """What was typed about the patient, by the keys of a patient file."""
    return {
        **options.facts,
        **_given(
            {
                HISTORY: _history(options.history or ()),
                "reductions": options.reduce or None,
                "set": options.set_dose or None,
                "without": options.without or None,
                "choices": options.choose or None,
            }
        ),
    }


def _history(typed: Sequence[str]) -> dict[str, str] | None:
    """What is true or false of the patient's history, by name; nothing where nothing was typed."""
    history: dict[str, str] = {}
    for text in typed:
        name, equals, word = (part.strip() for part in text.partition("="))
        if not name or not equals or name in history:
            reason = "is given twice" if name in history else "is not FACT=true or FACT=false"
            raise InputError(Fault(f"'{text}' {reason}; write it like prior_hsct=false", "--history"))
        history[name] = word
    return history or None


def texts_of_pharmacy(options: PharmacyOptions, times: TimeOptions | None = None) -> dict[str, Text]:
    """What was typed about the pharmacy, by the keys of a pharmacy file."""
    return _given(
        {
            "bsa_formula": options.bsa_formula,
            "first_infusion": times and times.time,
            "gap": times and times.gap,
        }
    )


def _given(texts: Mapping[str, Text | None]) -> dict[str, Text]:
    return {name: text for name, text in texts.items() if text is not None}


def together(*reads: Callable[[], object]) -> list[Any]:
    """What each reader gives; InputError with the faults of all, each once."""
    results: list[object] = []
    faults: list[Fault] = []
    for read in reads:
        try:
            results.append(read())
        except CecError as error:
            faults += error.faults
    if faults:
        raise InputError(*dict.fromkeys(faults))
    return results


def read_text_of(option: str, text: str | None, read: Callable[[str], object]) -> object:
    """What the text of an option says; None where it was not given."""
    if text is None:
        return None
    try:
        return read(text)
    except CecError as error:
        raise InputError(*(fault._replace(where=option) for fault in error.faults)) from None


def _naming_options(read: Callable[[], Noun]) -> Noun:
    """What `read` gives; faults of what was typed name the option."""
    try:
        return read()
    except CecError as error:
        raise type(error)(*map(_naming_option, error.faults)) from None


def _naming_option(fault: Fault) -> Fault:
    if fault.file or not fault.where:
        return fault
    key = fault.where.split()[0].rstrip(":")
    return fault._replace(where=_OPTIONS.get(key, f"--{key.replace('_', '-')}"))


def _acceptances(typed: Sequence[str]) -> dict[str, str]:
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


def mapping(typed: Sequence[str]) -> dict[str, str]:
    """Columns by what they tell; InputError for what is not WHAT=COLUMN, or gives one thing or one column twice.

    >>> mapping(["height=Wzrost", "clofarabine_mg=Klofarabina [mg]"])
    {'height': 'Wzrost', 'clofarabine_mg': 'Klofarabina [mg]'}
    """
    columns: dict[str, str] = {}
    faults: list[Fault] = []
    for text in typed:
        fact, sign, column = (part.strip() for part in text.partition("="))
        if not sign or not fact or not column:
            faults.append(Fault(f"'{text}' is not WHAT=COLUMN; write it like height=Wzrost", "--map"))
        elif fact in columns:
            faults.append(Fault(f"{fact} is given twice: {columns[fact]} and {column}; give one column", "--map"))
        elif other := next((each for each, name in columns.items() if name == column), ""):
            faults.append(Fault(f"{column} is given for {other} and for {fact}; a column tells one thing", "--map"))
        columns[fact] = column
    if faults:
        raise InputError(*faults)
    return columns


def today() -> datetime.date:
    """The day, by the clock of this computer."""
    return datetime.datetime.now().astimezone().date()

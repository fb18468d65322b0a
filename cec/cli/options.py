"""Options about patient, pharmacy, checks and cycle, each described once, in groups that a command takes as one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, ClassVar, TypeAlias

import typer
from msgspec import Struct

from cec.cli.option import (
    CHECKS,
    CYCLE,
    PATIENT,
    PHARMACY,
    Typed,
    fact_option,
    flag,
    option,
)
from cec.facts import FACTS, changing_facts, told_facts

RegimenArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="REGIMEN", help="A shipped regimen (cec regimen list) or the path of a regimen file.")
]


FilesArgument: TypeAlias = Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files to check.")]


TypedFacts: TypeAlias = Annotated[Mapping[str, str], Typed(told_facts("patient"))]
TypedSize: TypeAlias = Annotated[Mapping[str, str], Typed(tuple(FACTS[name] for name in ("height", "weight", "sex")))]
PatientFileOption: TypeAlias = Annotated[
    Path | None, option("FILE", "A patient file (YAML) with any of these; options replace what it says.")
]

_NOTHING: Mapping[str, str] = MappingProxyType({})


class SizeOptions(Struct, frozen=True):
    """The part of the patient that a body surface area needs."""

    heading: ClassVar[str] = PATIENT
    facts: TypedSize = _NOTHING
    patient: PatientFileOption = None


HistoryOption: TypeAlias = Annotated[
    list[str] | None,
    option("FACT=true|false", "What the regimen's checks ask for: prior_hsct=false. Repeatable."),
]
ReduceOption: TypeAlias = Annotated[
    list[str] | None,
    option(
        "REDUCTION",
        "A declared reduction with its reason: 'etoposide=by 25%: mucositis grade 3', also 'to 75%', "
        "'etoposide on days 3-5=by 25%: why', 'fluorouracil line 2=…' (the regimen's second line). Repeatable.",
    ),
]
SetDoseOption: TypeAlias = Annotated[
    list[str] | None,
    option("DOSE", "A dose set to an amount, not rounded: 'etoposide=70 mg: one vial left'. Repeatable.", "--set"),
]
WithoutOption: TypeAlias = Annotated[
    list[str] | None,
    option("DRUG:WHY", "A drug that is not given in this cycle: 'prednisone: steroid psychosis'. Repeatable."),
]
ChooseOption: TypeAlias = Annotated[
    list[str] | None,
    option("DRUG=CHOICE", "What the regimen leaves open: carboplatin='AUC 5', prednisolone=oral. Repeatable."),
]


class PatientOptions(Struct, frozen=True):
    """Who the doses are for: what was typed of each fact by its name, and what has options of another form."""

    heading: ClassVar[str] = PATIENT
    facts: TypedFacts = _NOTHING
    history: HistoryOption = None
    reduce: ReduceOption = None
    set_dose: SetDoseOption = None
    without: WithoutOption = None
    choose: ChooseOption = None
    patient: PatientFileOption = None


class CarriedPatientOptions(Struct, frozen=True):
    """What of a patient is told anew where the rest stands in a saved order; a file of old facts has no place there."""

    heading: ClassVar[str] = PATIENT
    facts: TypedFacts = _NOTHING
    history: HistoryOption = None
    reduce: ReduceOption = None
    keep_reduction: Annotated[
        list[str] | None, option("DRUG", "Its reduction goes on in the next cycle, with its reason. Repeatable.")
    ] = None
    drop_reduction: Annotated[
        list[str] | None, option("DRUG", "Its reduction ends with the last cycle. Repeatable.")
    ] = None
    set_dose: SetDoseOption = None
    without: WithoutOption = None
    choose: ChooseOption = None
    also_given: Annotated[
        list[str] | None,
        option(
            "DRUG=AMOUNT",
            "What was given of a drug that no order tells, before the first or elsewhere: doxorubicin='120 mg/m2' "
            "('0 mg/m2': nothing). It is added once. Repeatable.",
        ),
    ] = None
    unknown: Annotated[
        list[str] | None,
        option("FACT", "What is asked for and nobody knows now: creatinine. Repeatable."),
    ] = None


TypedMeasures: TypeAlias = Annotated[Mapping[str, str], Typed(changing_facts())]


class ChangedPatientOptions(Struct, frozen=True):
    """What was measured anew within a cycle, and what is declared of its doses from then on."""

    heading: ClassVar[str] = PATIENT
    facts: TypedMeasures = _NOTHING
    reduce: ReduceOption = None
    set_dose: SetDoseOption = None
    without: WithoutOption = None


AboutPatient: TypeAlias = SizeOptions | PatientOptions | CarriedPatientOptions | ChangedPatientOptions
"""Whatever a command takes of a patient."""


PharmacyFileOption: TypeAlias = Annotated[
    Path | None,
    option(
        "FILE",
        "The pharmacy file (cec pharmacy new), whose values options replace; without it that of CEC_PHARMACY, else "
        "pharmacy.yaml in your configuration folder. none: no file.",
    ),
]


class PharmacyFileOptions(Struct, frozen=True):
    """Which pharmacy file is used, and no other policy beside it."""

    heading: ClassVar[str] = PHARMACY
    pharmacy: PharmacyFileOption = None


class BsaPolicyOptions(PharmacyFileOptions, frozen=True):
    """The part of the pharmacy's policy that a body surface area needs."""

    bsa_formula: Annotated[str | None, option("FORMULA", "BSA formula: mosteller, du-bois … (cec bsa).")] = None


class PharmacyOptions(BsaPolicyOptions, frozen=True):
    """How this pharmacy doses."""

    product: Annotated[
        list[str] | None,
        option("DRUG=PRODUCT", "Make up this drug from this product of the formulary, not its first. Repeatable."),
    ] = None


class CheckOptions(Struct, frozen=True):
    """What a person decided about alerts."""

    heading: ClassVar[str] = CHECKS
    accept: Annotated[
        list[str] | None,
        option("CODE=REASON", "Let a stop through: infant='tumour board'. It stands on the order. Repeatable."),
    ] = None
    strict: Annotated[
        bool,
        flag("Let no check through either, nor what nobody could check, unless accepted.", "--strict"),
    ] = False


CycleOption: TypeAlias = Annotated[str | None, fact_option(FACTS["cycle"], CYCLE)]
START = fact_option(FACTS["start"], CYCLE)


class StartOptions(Struct, frozen=True):
    """When the cycle begins, by one of its days, and how far lines without an end are drawn."""

    heading: ClassVar[str] = CYCLE
    start: Annotated[str | None, START] = None
    day_0: Annotated[
        str | None, option("DATE", "The date of day 0, where the regimen says what that is: 2026-12-10.", "--day-0")
    ] = None
    day_1: Annotated[str | None, option("DATE", "The date of day 1, as --start.", "--day-1")] = None
    first_day: Annotated[
        str | None, option("DATE", "The date of the cycle's first day, also before day 1.", "--first-day")
    ] = None
    phase: Annotated[
        str | None,
        option("NUMBER", "Of a treatment of phases the cycle (--cycle) of this phase; --start is then its day 1."),
    ] = None
    days: Annotated[
        str | None, option("NUMBER", "Draw lines without an end up to this day; it lengthens no cycle.")
    ] = None

    @property
    def dates(self) -> dict[str, str]:
        """The dates that were typed, by their options."""
        typed = {"--start": self.start, "--day-0": self.day_0, "--day-1": self.day_1, "--first-day": self.first_day}
        return {option: text for option, text in typed.items() if text is not None}


NO_START = StartOptions()


class TimeOptions(Struct, frozen=True):
    """Which cycle it is, and the clock times of its days."""

    heading: ClassVar[str] = CYCLE
    cycle: CycleOption = None
    time: Annotated[str | None, option("TIME", "Start of each day's first infusion: 09:00.")] = None
    gap: Annotated[str | None, option("DURATION", "Time between two infusions: '15 min'.")] = None
    made_at: Annotated[
        str | None, option("TIME", "When the doses of a day are made up, from which use-before counts: 08:00.")
    ] = None


NO_TIMES = TimeOptions()

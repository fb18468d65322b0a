"""Options that several commands share, each described once, in groups that a command takes as one parameter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias

import typer
from msgspec import Struct

from cec.cli.option import (
    CHECKS,
    CYCLE,
    OUTPUT,
    PATIENT,
    PHARMACY,
    REGIMEN,
    TABLE,
    Typed,
    fact_option,
    flag,
    format_option,
    option,
    paper_option,
)
from cec.facts import FACTS, changing_facts, told_facts
from cec.rendering.papers import PAPERS

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

    facts: TypedFacts = _NOTHING
    history: HistoryOption = None
    reduce: ReduceOption = None
    set_dose: SetDoseOption = None
    without: WithoutOption = None
    choose: ChooseOption = None
    patient: PatientFileOption = None


class CarriedPatientOptions(Struct, frozen=True):
    """What of a patient is told anew where the rest stands in a saved order; a file of old facts has no place there."""

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

    facts: TypedMeasures = _NOTHING
    reduce: ReduceOption = None
    set_dose: SetDoseOption = None
    without: WithoutOption = None


PharmacyFileOption: TypeAlias = Annotated[
    Path | None,
    option(
        "FILE",
        "The pharmacy file (cec pharmacy new), whose values options replace; without it that of CEC_PHARMACY, else "
        "pharmacy.yaml in your configuration folder. none: no file.",
    ),
]
BsaFormulaOption: TypeAlias = Annotated[str | None, option("FORMULA", "BSA formula: mosteller, du-bois … (cec bsa).")]


ProductOption: TypeAlias = Annotated[
    list[str] | None,
    option("DRUG=PRODUCT", "Make up this drug from this product of the formulary, not its first. Repeatable."),
]


class PharmacyOptions(Struct, frozen=True):
    """How this pharmacy doses."""

    pharmacy: PharmacyFileOption = None
    bsa_formula: BsaFormulaOption = None
    product: ProductOption = None


class PharmacyFileOptions(Struct, frozen=True):
    """Which pharmacy file is used, and no other policy beside it."""

    pharmacy: PharmacyFileOption = None


class BsaPolicyOptions(Struct, frozen=True):
    """The part of the pharmacy's policy that a body surface area needs."""

    pharmacy: PharmacyFileOption = None
    bsa_formula: BsaFormulaOption = None


class CheckOptions(Struct, frozen=True):
    """What a person decided about alerts."""

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

    cycle: CycleOption = None
    time: Annotated[str | None, option("TIME", "Start of each day's first infusion: 09:00.")] = None
    gap: Annotated[str | None, option("DURATION", "Time between two infusions: '15 min'.")] = None
    made_at: Annotated[
        str | None, option("TIME", "When the doses of a day are made up, from which use-before counts: 08:00.")
    ] = None


NO_TIMES = TimeOptions()


OutputFileOption: TypeAlias = Annotated[
    Path | None,
    option("FILE", "Write to this file, whole or not at all; - is standard output.", "--output", "-o", heading=OUTPUT),
]
OverwriteOption: TypeAlias = Annotated[
    bool, flag("Replace a file that is there already; never a saved order that counts.", "--overwrite", heading=OUTPUT)
]
QuietOption: TypeAlias = Annotated[
    bool,
    flag("On standard error nothing but what went wrong: no counts, no hints.", "--quiet", "-q", heading=OUTPUT),
]


DecimalOption: TypeAlias = Annotated[
    str | None, option("SIGN", "The sign before the decimals of its numbers: , or, by default, a point.")
]
EncodingOption: TypeAlias = Annotated[
    str | None, option("ENCODING", "The encoding of CSV: cp1250, cp1252, iso-8859-2 …; by default UTF-8.")
]
SheetOption: TypeAlias = Annotated[str | None, option("SHEET", "The sheet of a workbook that has several.")]


class TableOptions(Struct, frozen=True):
    """How a table of patients is written; nothing of it is guessed."""

    renamed: Annotated[
        list[str] | None,
        option(
            "WHAT=COLUMN",
            "Which column tells the height, weight …: height=Wzrost,weight=Waga. Repeatable.",
            "--map",
        ),
    ] = None
    ignored: Annotated[
        list[str] | None,
        option(
            "COLUMN",
            "A column that tells nothing, although its name holds a word of a fact. Repeatable.",
            "--ignore-column",
        ),
    ] = None
    value: Annotated[
        list[str] | None,
        option(
            "WHAT:TEXT=VALUE",
            "What a text of a column means: sex:K=female, regimen:AC=ac.yaml, creatinine:brak= (nothing). Repeatable.",
        ),
    ] = None
    decimal: DecimalOption = None
    dates: Annotated[
        str | None,
        option("FORM", "How its dates are written: DD.MM.YYYY, MM/DD/YYYY …; by default year-month-day."),
    ] = None
    encoding: EncodingOption = None
    sheet: SheetOption = None


class LinesTableOptions(Struct, frozen=True):
    """How a table of drug lines is written, which has neither patients nor dates."""

    renamed: Annotated[
        list[str] | None,
        option("KEY=COLUMN", "Which column tells a key of a drug line: drug=Lek,dose=Dawka. Repeatable.", "--map"),
    ] = None
    ignored: Annotated[
        list[str] | None, option("COLUMN", "A column that is not read. Repeatable.", "--ignore-column")
    ] = None
    value: Annotated[
        list[str] | None,
        option(
            "KEY:TEXT=VALUE",
            "What a text of a column means: 'route:wlew=IV infusion', regimen:AC=ac-adults. Repeatable.",
        ),
    ] = None
    decimal: DecimalOption = None
    encoding: EncodingOption = None
    sheet: SheetOption = None


class FileOptions(Struct, frozen=True):
    """Where to, for what has one form."""

    output: OutputFileOption = None
    overwrite: OverwriteOption = False


class OutputOptions(Struct, frozen=True):
    """In which form, and where to, for a document that is not printed."""

    format: Annotated[str | None, format_option] = None
    output: OutputFileOption = None
    overwrite: OverwriteOption = False
    quiet: QuietOption = False


class PrintOptions(Struct, frozen=True):
    """In which form, and where to, and on which paper."""

    format: Annotated[str | None, format_option] = None
    output: OutputFileOption = None
    overwrite: OverwriteOption = False
    paper: Annotated[str | None, paper_option] = None
    quiet: QuietOption = False


AllPapersOption: TypeAlias = Annotated[
    Path | None,
    option(
        "FOLDER",
        f"Write {', '.join([*PAPERS][:-1])} and {[*PAPERS][-1]} into a new folder.",
        "--all",
        heading=OUTPUT,
    ),
]


OralOption: TypeAlias = Annotated[
    bool, flag("Labels of doses by mouth too, in a layout of their own.", "--oral", heading=OUTPUT)
]


class NewRegimenOptions(Struct, frozen=True):
    """What a new regimen is."""

    origin: Annotated[str | None, option("REGIMEN", "Another regimen, whose file is copied and renamed.", "--from")] = (
        None
    )
    title: Annotated[str | None, option("TEXT", "Its name on paper.")] = None
    indication: Annotated[str | None, option("TEXT", "Disease and patients.", "--for")] = None
    source: Annotated[str | None, option("TEXT", "The publication or protocol.")] = None
    url: Annotated[str | None, option("TEXT", "Its address.")] = None
    line: Annotated[
        list[str] | None,
        option(
            "LINE",
            "A drug line, by its keys: 'drug=etoposide; dose=100 mg/m2; route=IV infusion; over=2 h; days=1-5'. "
            "Repeatable, in the day's sequence.",
        ),
    ] = None


ExplainOption: TypeAlias = Annotated[
    bool,
    flag("Show every step of every dose, and what replaced what.", "--explain", heading=OUTPUT),
]


HEADINGS: Mapping[Any, str] = {
    SizeOptions: PATIENT,
    PatientOptions: PATIENT,
    CarriedPatientOptions: PATIENT,
    ChangedPatientOptions: PATIENT,
    PharmacyOptions: PHARMACY,
    PharmacyFileOptions: PHARMACY,
    BsaPolicyOptions: PHARMACY,
    CheckOptions: CHECKS,
    StartOptions: CYCLE,
    TimeOptions: CYCLE,
    TableOptions: TABLE,
    LinesTableOptions: TABLE,
    FileOptions: OUTPUT,
    OutputOptions: OUTPUT,
    PrintOptions: OUTPUT,
    NewRegimenOptions: REGIMEN,
}
"""Under which heading the options of a group stand in a help."""

"""Options that several commands share, each described once, in groups that a command takes as one parameter."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeAlias, get_type_hints

import typer
from typer.core import TyperCommand

from cec.render import ENDINGS, FORMATS, WORKSHEETS

RegimenArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="REGIMEN", help="A shipped regimen (cec regimen list) or the path of a regimen file.")
]


_ENDINGS = ", ".join(ending for ending, name in ENDINGS.items() if name in FORMATS)

FilesArgument: TypeAlias = Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files to check.")]


def _option(metavar: str, text: str, *names: str) -> Any:
    return typer.Option(*names, metavar=metavar, help=text)


HeightOption: TypeAlias = Annotated[
    str | None, _option("HEIGHT", "Height: 128cm, 1.28m, '4 ft 2 in'. A bare number is cm.")
]
WeightOption: TypeAlias = Annotated[str | None, _option("WEIGHT", "Body weight: 26kg, 57.3lb. A bare number is kg.")]
SexOption: TypeAlias = Annotated[str | None, _option("SEX", "female or male.")]
PatientFileOption: TypeAlias = Annotated[
    Path | None, _option("FILE", "A patient file (YAML) with any of these; options replace what it says.")
]


class SizeOptions(NamedTuple):
    """The part of the patient that a body surface area needs."""

    height: HeightOption = None
    weight: WeightOption = None
    sex: SexOption = None
    patient: PatientFileOption = None


class PatientOptions(NamedTuple):
    """Who the doses are for. Each field but `patient` and `reduce` has the name that a patient file has it under."""

    height: HeightOption = None
    weight: WeightOption = None
    id: Annotated[str | None, _option("TEXT", "The patient's number.")] = None
    name: Annotated[str | None, _option("TEXT", "The patient's name.")] = None
    born: Annotated[str | None, _option("DATE", "Date of birth: 2018-05-14.")] = None
    age: Annotated[str | None, _option("AGE", "Age: 8, 30months, '6 years 4 months'. A bare number is years.")] = None
    sex: SexOption = None
    measured_on: Annotated[str | None, _option("DATE", "The day of these measures: 2026-11-29.")] = None
    previous_weight: Annotated[str | None, _option("WEIGHT", "Body weight at the last calculation.")] = None
    creatinine: Annotated[str | None, _option("AMOUNT", "Serum creatinine: 0.5mg/dL, 44micromol/L.")] = None
    creatinine_clearance: Annotated[
        str | None, _option("CLEARANCE", "Measured creatinine clearance or GFR: 90mL/min. Used before any estimate.")
    ] = None
    previous_cycles: Annotated[str | None, _option("NUMBER", "Cycles of this treatment given before: 0.")] = None
    previous_day_1: Annotated[str | None, _option("DATE", "Day 1 of the previous cycle: 2026-11-02.")] = None
    history: Annotated[
        list[str] | None,
        _option("FACT=true|false", "What the regimen's checks ask for: prior_hsct=false. Repeatable."),
    ] = None
    reduce: Annotated[
        list[str] | None,
        _option("REDUCTION", "A declared reduction with its reason: 'etoposide=25%: mucositis grade 3'. Repeatable."),
    ] = None
    patient: PatientFileOption = None


PharmacyFileOption: TypeAlias = Annotated[
    Path | None, _option("FILE", "The pharmacy file (cec pharmacy new); options replace what it says.")
]
BsaFormulaOption: TypeAlias = Annotated[str | None, _option("NAME", "BSA formula: mosteller, du-bois … (cec bsa).")]


class PharmacyOptions(NamedTuple):
    """How this pharmacy doses."""

    pharmacy: PharmacyFileOption = None
    bsa_formula: BsaFormulaOption = None
    product: Annotated[
        list[str] | None,
        _option("DRUG=PRODUCT", "Make up this drug from this product of the formulary, not its first. Repeatable."),
    ] = None


class BsaPolicyOptions(NamedTuple):
    """The part of the pharmacy's policy that a body surface area needs."""

    pharmacy: PharmacyFileOption = None
    bsa_formula: BsaFormulaOption = None


class CheckOptions(NamedTuple):
    """What a person decided about alerts."""

    accept: Annotated[
        list[str] | None,
        _option("CODE=REASON", "Let a stop through: infant='tumour board'. It stands on the order. Repeatable."),
    ] = None
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Let no check through either, nor what nobody could check, unless accepted."),
    ] = False


CycleOption: TypeAlias = Annotated[str | None, _option("NUMBER", "Which cycle this is: 2.")]
START = _option("DATE", "Day 1 of the cycle: 2026-11-30.")


class TimeOptions(NamedTuple):
    """Which cycle it is, and the clock times of its days."""

    cycle: CycleOption = None
    time: Annotated[str | None, _option("TIME", "Start of each day's first infusion: 09:00.")] = None
    gap: Annotated[str | None, _option("DURATION", "Time between two infusions: '15 min'.")] = None


OutputFileOption: TypeAlias = Annotated[
    Path | None, _option("FILE", "Write to this file, whole or not at all; - is standard output.", "--output", "-o")
]


PaperOption: TypeAlias = Annotated[
    str | None,
    _option("a4|letter|100x60mm", "The paper of a PDF: a4, if not told otherwise; 100x60mm for labels, one to a page."),
]


class TableOutputOptions(NamedTuple):
    """In which form, and where to, for what is a table and no order."""

    format: Annotated[
        str | None, _option("table|json|csv", "The form of the output; by default as FILE ends, or table.")
    ] = None
    output: OutputFileOption = None


class WorksheetOutputOptions(NamedTuple):
    """In which form, and where to, for a preparation worksheet."""

    format: Annotated[
        str | None, _option("|".join(WORKSHEETS), "The form of the output; by default as FILE ends, or table.")
    ] = None
    output: OutputFileOption = None
    paper: Annotated[str | None, _option("a4|letter", "The paper of a PDF: a4, if not told otherwise.")] = None


class OutputOptions(NamedTuple):
    """In which form, and where to, for an order."""

    format: Annotated[
        str | None,
        _option("|".join(FORMATS), f"The form of the output; by default as FILE ends ({_ENDINGS}), or table."),
    ] = None
    output: OutputFileOption = None
    paper: PaperOption = None


ExplainOption: TypeAlias = Annotated[
    bool, typer.Option("--explain", help="Show every step of every dose, and what replaced what.")
]


class OnceCommand(TyperCommand):
    """A command in which what is not repeatable may be given once: of two weights, neither is the right one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments that are left over; wrong usage where an option stands twice."""
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        once = [param for param in given if param.param_type_name == "option" and not getattr(param, "multiple", False)]
        twice = [param for param in dict.fromkeys(once) if once.count(param) > 1 and not param.is_eager]
        if twice:
            ctx.fail(f"{', '.join('/'.join(param.opts) for param in twice)}: given more than once; give it once")
        return super().parse_args(ctx, args)


def takes_groups(command: Callable[..., None]) -> Callable[..., None]:
    """The command as typer wants it: each parameter that is a group of options spread out into its options."""
    hints = get_type_hints(command, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if hasattr(hint, "_field_defaults")}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        if name in groups:
            group = groups[name]
            field_hints = get_type_hints(group, include_extras=True)
            parameters += (
                _keyword(field, field_hints[field], group._field_defaults.get(field, inspect.Parameter.empty))
                for field in group._fields
            )
        else:
            parameters.append(_keyword(name, hints[name], parameter.default))

    def spread(**values: Any) -> None:
        gathered = {
            name: group(**{field: values.pop(field) for field in group._fields}) for name, group in groups.items()
        }
        command(**values, **gathered)

    spread.__doc__ = _with_example_apart(inspect.cleandoc(command.__doc__ or ""))
    spread.__name__ = command.__name__
    spread.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    vars(spread)["__signature__"] = inspect.Signature(parameters)
    return spread


def _with_example_apart(text: str) -> str:
    """A command's text, its example on a line that is never broken, so that it can be copied."""
    return text.replace("Example: cec ", "\b\nExample:\n  cec ")


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)

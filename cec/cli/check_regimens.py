"""cec regimen check and test: every fault of regimen files, and their worked cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cec.cli.inputs import today
from cec.cli.installation import installation
from cec.cli.option import OUTPUT, ChosenFrom, flag
from cec.cli.options import FilesArgument
from cec.cli.output import chosen_format, report, show
from cec.cli.output_options import OutputOptions, PrintOptions
from cec.cli.places import keep_apart
from cec.errors import CecError, Fault, FileError, together
from cec.rendering import CHECKED_FILES, VALIDATIONS

if TYPE_CHECKING:
    from cec.cases.outcome import Validation
    from cec.regimen import Regimen
    from cec.rendering.findings import CheckedFile


def check_regimens(files: FilesArgument, output: Annotated[OutputOptions, ChosenFrom(CHECKED_FILES)]) -> None:
    """Every fault of regimen files, and every worked case that differs.

    As file:line:column: where: what is wrong; what would be right. Exit 1 if there is any. A route that
    kills is a fault. The worked cases beside a file (NAME.cases.yaml) are run. Of a file without a fault it is said for
    whom a drug has no dose: who lies beyond all its bands.

    Examples:
      cec regimen check my-regimen.yaml
      cec regimen check regimens/*.yaml
    """
    report(files, partial(_checked, cache(_found)), output)


def _checked(found: Callable[[], Mapping[Path, Regimen]], file: Path) -> CheckedFile:
    """What a regimen file gives, and what is to be said of it and of its cases; FileError with its faults.

    Its doses are held against those of every other regimen that is found.
    """
    from cec.authoring.advice import advice
    from cec.cases import differences, run_cases
    from cec.cases.outcome import counted
    from cec.cases.worked_case import ENDING, cases_path, load_cases
    from cec.load import check_regimen
    from cec.load.search import regimen_path
    from cec.load.treatment_file import check_treatment, is_treatment
    from cec.load.yaml_nodes import read_file
    from cec.rendering.findings import CheckedFile, finding_of
    from cec.rendering.words.regimen import treatment_words

    if file.name.endswith(ENDING):
        count = len(load_cases(file).cases)
        return CheckedFile(str(file), f"worked cases: {count}, run where their regimen is checked")
    path = regimen_path(file)
    if is_treatment(file):
        treatment = check_treatment(file)
        if cases_path(path).is_file():
            text = "belongs to no regimen: the cases of a treatment stand beside the regimens of its phases"
            raise FileError(Fault(text, "", str(cases_path(path))))
        return CheckedFile(str(file), treatment_words(treatment))
    regimen = check_regimen(file)
    holds = _holds(regimen)
    others = [each for place, each in found().items() if place != path.resolve()]
    advised = tuple(finding_of(fault, str(file), "advice") for fault in advice(regimen, read_file(path), others))
    if not cases_path(path).is_file():
        return CheckedFile(str(file), holds, advised)
    outcome = run_cases(regimen, path)
    differing = tuple(finding_of(fault, str(file), "differs") for fault in differences(outcome))
    return CheckedFile(str(file), f"{holds}; {counted((outcome,))}", differing + advised)


def _found() -> dict[Path, Regimen]:
    """Every regimen to which a name leads and that can be read, by its file."""
    from cec.load import load_regimen
    from cec.load.search import found_regimens

    found = {}
    for each in found_regimens():
        if not each.unreachable:
            with suppress(CecError):
                found[each.path.resolve()] = load_regimen(each.path)
    return found


def _holds(regimen: Regimen) -> str:
    """What a regimen gives, and for whom it has no dose."""
    from cec.load.regimen_file.patient_groups import beyond_entries
    from cec.regimen import NOT_SHIPPED
    from cec.rendering.words.regimen import title_with_doses

    other = [f"it is {regimen.name}: give it another name"] if regimen.name.startswith(NOT_SHIPPED) else []
    without = (
        f"{line.drug}: no dose for {' or '.join(beyond)}"
        for line in regimen.drugs
        if (beyond := beyond_entries(line.entries, line.only))
    )
    return "; ".join((title_with_doses(regimen), *other, *without))


def validate_regimens(
    output: Annotated[PrintOptions, ChosenFrom(VALIDATIONS)],
    regimens: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REGIMEN...]", help="Names or files; without any, the shipped regimens."),
    ] = None,
    explain: Annotated[
        bool,
        flag("Show the working and every result of every case.", "--explain", heading=OUTPUT),
    ] = False,
) -> None:
    """Run the worked cases of regimens, and report them to sign.

    The report says what was worked by hand, what this program computes on this machine with these libraries, and which
    files were used; as a PDF it has fields to sign. Exit 1 if anything differs.

    Examples:
      cec regimen test
      cec regimen test cec-induction -o validation.pdf
    """
    from cec.load import regimen_names

    chosen = chosen_format(output, VALIDATIONS, explain=explain)
    names = regimens or list(regimen_names())
    keep_apart({f"REGIMEN {number}": name for number, name in enumerate(names, 1)}, {"--output": output.output})
    finished = validation(names)
    show(finished, chosen)
    if not finished.agrees:
        raise typer.Exit(1)


def validation(names: Sequence[str]) -> Validation:
    """The report on the worked cases of these regimens; CecError with every fault of their files."""
    from cec.cases import run_cases
    from cec.cases.outcome import Validation
    from cec.load import check_regimen
    from cec.load.search import regimen_path

    outcomes = together(
        *(partial(lambda name: run_cases(check_regimen(name), regimen_path(name)), name) for name in names)
    )
    agrees = all(outcome.agrees for outcome in outcomes)
    return Validation(today(), installation(), agrees, tuple(outcomes))

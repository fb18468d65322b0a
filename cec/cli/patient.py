"""cec patient: new, check, show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cec.cli.inputs import begun_patient, today
from cec.cli.new_file import refuse_if_there, write_new
from cec.cli.option import ChosenFrom
from cec.cli.options import FilesArgument, PatientOptions
from cec.cli.output import deliver, report, terminal_of
from cec.cli.output_options import FileOptions, OutputOptions, QuietOption
from cec.cli.places import keep_apart
from cec.facts import FACTS
from cec.rendering import CHECKED_FILES


def new_patient(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; - is standard output.")],
    *,
    patient: PatientOptions,
    quiet: QuietOption = False,
) -> None:
    """Write a commented patient file, with what is typed in it.

    It begins from the file of --patient, if one is named. A file that is there already stays as it is.

    Examples:
      cec patient new eva.yaml
      cec patient new eva-2.yaml --patient ann.yaml --weight 27
    """
    from cec.authoring.patients import new_patient

    refuse_if_there(file)
    begun = begun_patient(patient)
    stated = {key.text for key, _ in begun.root.entries or ()}
    missing = [name for name, fact in FACTS.items() if fact.is_required and name not in stated]
    note = f": fill in {' and '.join(missing)}, and what else is known" if missing else ""
    write_new("patient", file, new_patient(begun, file.name).encode(), note, quiet=quiet)


def check_patients(files: FilesArgument, output: Annotated[OutputOptions, ChosenFrom(CHECKED_FILES)]) -> None:
    """Every fault of patient files, each with its place.

    As file:line:column: where: what is wrong; what would be right. Exit 1 if there is any.

    Examples:
      cec patient check ann.yaml
      cec patient check patients/*.yaml
    """
    from cec.load import load_patient
    from cec.load.misspelt import refuse_unknown_to_all
    from cec.rendering.words.patient import measures

    def read(file: Path) -> str:
        patient = load_patient(file)
        refuse_unknown_to_all(patient, file)
        return measures(patient)

    report(files, read, output)


def show_patient(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A patient file.")],
    output: FileOptions,
) -> None:
    """What a patient file says, as cec reads it.

    The age is that of today where the date of birth is known.

    Examples:
      cec patient show ann.yaml
      cec patient show ann.yaml -o ann.txt
    """
    from cec.load import load_patient
    from cec.rendering.terminal.patient import render

    keep_apart({"FILE": file}, {"--output": output.output})
    drawn = render(load_patient(file), today(), terminal_of(output.output))
    deliver(drawn, output.output, overwrites=output.overwrite, is_drawn=True)

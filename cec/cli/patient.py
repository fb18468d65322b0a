"""cec patient: new, check, show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cec.cli.inputs import begun_patient, today
from cec.cli.messages import say, say_lines
from cec.cli.option import ChosenFrom
from cec.cli.options import FileOptions, FilesArgument, OutputOptions, PatientOptions, QuietOption
from cec.cli.output import deliver, report, terminal_of
from cec.cli.places import keep_apart
from cec.cli.schema import words_for_editors, write_for_editors
from cec.errors import Fault, FileError
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

    if str(file) != "-" and file.exists():
        raise FileError(Fault("is there already; name another file", "", str(file)))
    whole = begun_patient(patient)
    stated = {key.text for key, _ in whole.root.entries or ()}
    missing = [name for name, fact in FACTS.items() if fact.is_required and name not in stated]
    content = new_patient(whole, file.name).encode()
    if str(file) == "-":
        deliver(content, file)
        return
    schema = write_for_editors("patient", file, content)
    if not quiet:
        fill_in = f": fill in {' and '.join(missing)}, and what else is known" if missing else ""
        say(f"{file} is written{fill_in}")
        say_lines(words_for_editors(schema, file))


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

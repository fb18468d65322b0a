"""cec doctor: this installation, and whether it computes what people worked by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cec.cli.installation import installation
from cec.cli.option import ChosenFrom
from cec.cli.output import chosen_format, show
from cec.cli.output_options import OutputOptions
from cec.errors import CecError, Fault
from cec.rendering import EXAMINATIONS

if TYPE_CHECKING:
    from cec.cases.outcome import Examination


def doctor(output: Annotated[OutputOptions, ChosenFrom(EXAMINATIONS)]) -> None:
    """Versions, folders, and whether worked cases come out right here.

    The worked cases of the shipped regimens are run on this installation. Exit 1 if any of them differs, or if your
    pharmacy file, or a regimen that a name leads to, has faults.

    Examples:
      cec doctor
      cec doctor --format json -o doctor.json
    """
    chosen = chosen_format(output, EXAMINATIONS)
    found = examine()
    show(found, chosen)
    if not found.agrees:
        raise typer.Exit(1)


def examine() -> Examination:
    """What is found of this installation."""
    from cec.cases.outcome import Examination
    from cec.cli.check_regimens import validation
    from cec.load.search import shipped_names
    from cec.load.treatment_file import is_treatment

    finished = validation([name for name in shipped_names() if not is_treatment(name)])
    faults = tuple(map(str, _faults()))
    return Examination(
        agrees=finished.agrees and not faults,
        installation=installation(),
        places=tuple(_places()),
        pharmacy=_pharmacy(),
        faults=faults,
        regimens=finished.regimens,
    )


def _places() -> Iterator[str]:
    """Every place in which regimens are found by name, with their number."""
    from cec.load.search import found_regimens, own_places

    counts = Counter(each.place for each in found_regimens())
    for place in dict.fromkeys((*counts, *own_places())):
        number = f"{counts[place]} regimens" if counts[place] != 1 else "1 regimen"
        yield f"{place.folder} ({place.words}): {number if place.folder.is_dir() else 'not there'}"


def _pharmacy() -> str:
    """The pharmacy file that was set up once, and what leads to it."""
    from cec.load.search import own_pharmacy

    own = own_pharmacy()
    return f"{own.path} ({own.words})" if own else "no pharmacy file"


def _faults() -> Iterator[Fault]:
    """What is wrong with the pharmacy file, with regimens to which a name leads, and names that lead nowhere."""
    from cec.load import load_pharmacy
    from cec.load.search import found_regimens, own_pharmacy
    from cec.load.treatment_file import load_either

    if own := own_pharmacy():
        try:
            load_pharmacy(own.path)
        except CecError as error:
            yield from error.faults
    for each in found_regimens():
        if each.unreachable:
            yield Fault(each.unreachable, "", str(each.path))
        else:
            try:
                load_either(each.name, checked=True)
            except CecError as error:
                yield from error.faults

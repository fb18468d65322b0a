"""cec regimen: list, show, diff, review."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from cec.cli.inputs import read_text_of, today
from cec.cli.messages import say
from cec.cli.option import OUTPUT, ChosenFrom, flag, option
from cec.cli.options import RegimenArgument
from cec.cli.output import chosen_format, show
from cec.cli.output_options import OutputOptions, QuietOption
from cec.cli.places import keep_apart
from cec.errors import CecError, Fault, InputError, together
from cec.rendering import LISTED_REGIMENS, REGIMEN_CHANGES, SHOWN_REGIMENS

if TYPE_CHECKING:
    from cec.load.search import FoundRegimen
    from cec.rendering.regimens import ListedRegimen


def list_regimens(output: Annotated[OutputOptions, ChosenFrom(LISTED_REGIMENS)]) -> None:
    """Every regimen that a name leads to, with its doses and days.

    Where each is from, its status, and who reviewed the file as it is.

    Examples:
      cec regimen list
      cec regimen list | grep clofarabine
    """
    from cec.load.search import found_regimens
    from cec.rendering.regimens import ListedRegimens

    chosen = chosen_format(output, LISTED_REGIMENS)
    show(ListedRegimens(tuple(map(_listed, found_regimens()))), chosen)


def _listed(found: FoundRegimen) -> ListedRegimen:
    """A regimen or treatment of the list; of one that cannot be loaded, why."""
    from shlex import quote

    from cec.load.treatment_file import load_either
    from cec.regimen import Regimen
    from cec.rendering.regimens import ListedRegimen

    listed = ListedRegimen(found.name, str(found.path), found.place.words, found.unreachable)
    try:
        loaded = load_either(found.path)
    except CecError as error:
        count = len(error.faults)
        why = f"{count} {'fault' if count == 1 else 'faults'}: cec regimen check {quote(str(found.path))}"
        return replace(listed, unreachable="; ".join(filter(None, (found.unreachable, why))))
    if isinstance(loaded, Regimen):
        return replace(listed, regimen=loaded)
    return replace(listed, treatment=loaded)


def review_regimen(
    regimen: RegimenArgument,
    by: Annotated[str, option("NAME", "Who held the file against its source.", "--by", heading=OUTPUT)],
    on: Annotated[
        str | None,
        option("DATE", "On which day; today without it.", "--on", heading=OUTPUT),
    ] = None,
    quiet: QuietOption = False,
) -> None:
    """Note that somebody reviewed a regimen's file as it is now.

    Written into NAME.review.yaml beside the file, that of a shipped regimen into your configuration folder, with the
    file's SHA-256: when the file changes, the review no longer holds. No electronic signature.

    Examples:
      cec regimen review my-regimen.yaml --by 'A. Nowak'
      cec regimen review cec-induction --by 'A. Nowak' --on 2026-11-30
    """
    from cec.facts.reading import read_date, read_text
    from cec.files import write_with_folders
    from cec.load.reviews import read_reviews, review_paths, write_reviews
    from cec.load.search import regimen_path
    from cec.load.treatment_file import load_either
    from cec.regimen import Review

    date, name, loaded = together(
        lambda: read_text_of("--on", on, read_date) or today(),
        lambda: read_text_of("--by", by.strip() or None, read_text),
        lambda: load_either(regimen, checked=True),
    )
    if not name:
        raise InputError(Fault("is empty; write who reviewed the file", "--by"))
    path = review_paths(regimen_path(regimen))[-1]
    before = read_reviews(path) if path.is_file() else ()
    write_with_folders(path, write_reviews((*before, Review(name, date, loaded.sha256))))
    if not quiet:
        say(f"{path}: {loaded.name}, SHA-256 {loaded.sha256[:16]}, reviewed by {name} on {date}")


def show_regimen(
    regimen: RegimenArgument,
    output: Annotated[OutputOptions, ChosenFrom(SHOWN_REGIMENS)],
    explain: Annotated[bool, flag("Show the text and source of every check.", "--explain", heading=OUTPUT)] = False,
) -> None:
    """A regimen on one screen, as the protocol reads.

    Of a treatment its phases, and then the regimen of each.

    Examples:
      cec regimen show cec-consolidation
      cec regimen show my-regimen.yaml --explain
    """
    from cec.load import check_regimen
    from cec.load.treatment_file import check_treatment, is_treatment

    keep_apart({"REGIMEN": regimen}, {"--output": output.output})
    chosen = chosen_format(output, SHOWN_REGIMENS, explain=explain)
    show(check_treatment(regimen) if is_treatment(regimen) else check_regimen(regimen), chosen)


def compare_regimens(
    before: Annotated[str, typer.Argument(metavar="REGIMEN", help="A regimen, by its name or its file.")],
    after: Annotated[str, typer.Argument(metavar="REGIMEN", help="Another, or the same as it was changed.")],
    output: Annotated[OutputOptions, ChosenFrom(REGIMEN_CHANGES)],
) -> None:
    """What one regimen gives and checks otherwise than another.

    Over every key of both files: doses in percent, days, times, lines that came or went, checks, then words. Exit 1
    if they differ.

    Examples:
      cec regimen diff cec-induction cec-consolidation
      cec regimen diff cec-induction my-regimen.yaml --format json
    """
    from cec.authoring.changes import changes
    from cec.load import check_regimen

    chosen = chosen_format(output, REGIMEN_CHANGES)
    keep_apart({"the first REGIMEN": before, "the second REGIMEN": after}, {"--output": output.output})
    found = changes(*together(lambda: check_regimen(before), lambda: check_regimen(after)))
    show(found, chosen)
    if found.changes:
        raise typer.Exit(1)

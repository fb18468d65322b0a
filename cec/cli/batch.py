"""cec batch: a table of patients in, a table of doses out."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cec.cli.inputs import declared_of, mapping, pharmacy_file, read_pharmacy, read_text_of, today
from cec.cli.messages import say, tells_json, wrong_usage
from cec.cli.option import CYCLE, OUTPUT, TABLE, flag, option
from cec.cli.options import OverwriteOption, PharmacyOptions, QuietOption, TableOptions, TimeOptions
from cec.cli.output import progress
from cec.cli.places import STANDARD, has_content, keep_apart, keep_outside
from cec.errors import CecError, Fault, FileError, InputError, together
from cec.rendering.formats import FORMATS, check_options

if TYPE_CHECKING:
    from cec.tables.writing import RejectsKind

_FORMATS = "csv|jsonl|parquet|xlsx"
_BINARY = {"parquet": "Parquet", "xlsx": "a workbook"}


def batch(
    *,
    patients: Annotated[
        str,
        typer.Argument(
            metavar="PATIENTS",
            help="The table: .csv, .jsonl (or a FHIR Bundle on each line), .parquet, .xlsx; - is standard input.",
        ),
    ],
    output: Annotated[
        str,
        option(
            "FILE",
            "The table of doses: .csv, .jsonl, .parquet, .xlsx; by default -, which is standard output.",
            "--output",
            "-o",
            heading=OUTPUT,
        ),
    ] = "-",
    regimen: Annotated[
        str | None,
        option(
            "NAME|FILE",
            "The regimen of rows that name none; without a column of them by default the pharmacy's or cec-induction.",
            heading=TABLE,
        ),
    ] = None,
    pharmacy: PharmacyOptions,
    rejects: Annotated[
        str | None,
        option(
            "FILE",
            "The table of rejected rows; by default beside the output, or lines on standard error.",
            heading=OUTPUT,
        ),
    ] = None,
    table: TableOptions,
    overwrite: OverwriteOption = False,
    append: Annotated[
        bool,
        flag("Put the doses behind those that FILE has: those of mended rejects, say.", "--append", heading=OUTPUT),
    ] = False,
    long: Annotated[
        bool,
        flag("A row for each administration, from the start on.", "--long", heading=OUTPUT),
    ] = False,
    start: Annotated[
        str | None,
        option("DATE", "Day 1 of the cycle of rows that say no other: 2026-11-30.", heading=CYCLE),
    ] = None,
    days: Annotated[
        str | None,
        option("NUMBER", "Draw lines without an end up to this day; it lengthens no cycle.", heading=CYCLE),
    ] = None,
    times: TimeOptions,
    sheets: Annotated[
        str | None,
        option("FOLDER", "A new folder for a PDF sheet of every dosed row.", heading=OUTPUT),
    ] = None,
    paper: Annotated[
        str | None,
        option("|".join(FORMATS["pdf"].papers), "The paper of the sheets; by default a4.", heading=OUTPUT),
    ] = None,
    input_format: Annotated[
        str | None,
        option(_FORMATS, "The format of PATIENTS; by default as its name ends, or csv.", heading=TABLE),
    ] = None,
    output_format: Annotated[
        str | None,
        option(_FORMATS, "The format of the output; by default as its name ends, or csv.", heading=OUTPUT),
    ] = None,
    quiet: QuietOption = False,
) -> None:
    """The doses of every patient in a table. Every row is answered: dosed, or rejected with the reason.

    Columns height_cm and weight_kg, or height and weight with a unit in each cell; age, sex, regimen, start and others
    as in a patient file. Other columns pass through. Exit 1 if any row was rejected.

    Examples:
      cec batch patients.csv -o doses.csv
      cec batch patients.csv --long --start 2026-11-30 -o days.parquet
    """
    from cec.batch.job import Request
    from cec.batch.run import run
    from cec.batch.single_row import Settings
    from cec.batch.summary import notes
    from cec.facts.reading import read_count, read_date
    from cec.load import load_regimen
    from cec.rendering.words import pharmacy_words
    from cec.tables.opening import kind_of

    if paper is not None and sheets is None:
        raise wrong_usage("is the paper of sheets; name their folder with --sheets", "--paper")
    if overwrite and append:
        raise wrong_usage("replaces what --append would add to; give one of them", "--overwrite")
    place = _free(beside(output), is_sought=append) if rejects is None else rejects
    tables = {"--output": output, "--rejects" if rejects else "--rejects (by default)": place or None}
    keep_apart(
        {"PATIENTS": patients, "--regimen": regimen, "--pharmacy": pharmacy_file(pharmacy.pharmacy)},
        {**tables, "--sheets": sheets},
    )
    if sheets is not None:
        _keep_folder(sheets, tables)
    folder = os.path.dirname(output)  # noqa: PTH120  it raises nothing, whatever the name is
    if output != STANDARD and folder and not os.path.isdir(folder):  # noqa: PTH112
        raise FileError(Fault(f"cannot be written: there is no folder {folder}", "", output))
    if not overwrite:
        _refuse_existing(output, place, appends=append)
    shop = read_pharmacy(pharmacy, times)
    loaded, day_1, last, cycle, source_kind, target_kind, columns, declared, rejects_kind, paper_name = together(
        lambda: load_regimen(shop.default_regimen if regimen is None else regimen),
        lambda: read_text_of("--start", start, read_date),
        lambda: read_text_of("--days", days, read_count),
        lambda: read_text_of("--cycle", times.cycle, read_count),
        lambda: kind_of(patients, input_format, "--input-format"),
        lambda: kind_of(output, output_format, "--output-format"),
        lambda: mapping(table.renamed or ()),
        lambda: declared_of(table, table.dates),
        lambda: _kind_of_rejects(place),
        lambda: read_text_of("--paper", paper, _known_paper),
    )
    if output == STANDARD and target_kind in _BINARY and sys.stdout is not None and sys.stdout.isatty():
        raise InputError(f"{_BINARY[target_kind]} is for a file or a pipe, not for the terminal; add -o FILE")
    if append and target_kind == "xlsx":
        raise InputError("--append: nothing is put behind what a workbook has; write the rows into another file")
    request = Request(
        source=patients,
        source_kind=source_kind,
        target=output,
        target_kind=target_kind,
        rejects=place,
        rejects_kind=rejects_kind,
        settings=Settings(
            loaded,
            shop,
            start=day_1,
            cycle=cycle,
            as_of=today(),
            has_schedule=long,
            has_sheets=sheets is not None,
            days=last,
        ),
        renamed=columns,
        ignored=table.ignored or (),
        declared=declared,
        sheets=sheets or "",
        paper=paper_name or "a4",
        appends=append,
        fills_regimen=regimen is not None,
    )
    is_shown = output != STANDARD and not quiet  # nowhere that rows may stand
    with progress("sheets" if sheets else "rows", is_shown=is_shown) as bar:
        summary = run(request, bar)
    counted = [f"start is day 1 of a row; day 0 is {loaded.day_0}"] if loaded.calendar.has_day_0 else []
    lines = [*notes(summary, place), *counted, pharmacy_words(shop)]
    for note in lines if not quiet else lines[: bool(summary.rejected)]:
        say(note)
    if summary.rejected:
        raise typer.Exit(1)


def _known_paper(name: str) -> str:
    """The name of a paper that sheets are printed on; InputError for any other."""
    check_options(FORMATS["pdf"], {"paper": name})
    return name


def beside(output: str) -> str:
    """The file of rejects beside the output, of the same format; nothing where the output is not a file.

    >>> beside("doses.2026-11.csv.gz"), beside("doses.jsonl"), beside("doses")
    ('doses.2026-11.rejects.csv', 'doses.rejects.jsonl', 'doses.rejects.csv')
    """
    from cec.files import PACKED, TABLES

    path = Path(output)
    if output == STANDARD or not path.name or _is_device(output):
        return ""
    if path.suffix.lower() in PACKED:
        path = path.with_suffix("")
    ending = TABLES.get(path.suffix.lower())
    name = path.stem if ending else path.name
    return str(path.with_name(f"{name}.rejects.{ending or 'csv'}"))


def _free(place: str, *, is_sought: bool) -> str:
    """The file of rejects or, where a free name `is_sought`, the next one that is not there: doses.rejects-2.csv."""
    path, number = Path(place), 1
    while is_sought and place and _has_rows(str(path)):
        number += 1
        path = Path(place).with_stem(f"{Path(place).stem}-{number}")
    return str(path) if place else place


def _refuse_existing(output: str, rejects: str, *, appends: bool) -> None:
    """FileError where a file is there that would be replaced, or is not there that would be added to."""
    faults = []
    if appends and not has_content(output):
        faults.append(Fault("holds no doses to which --append could add", "", output))
    if not appends and has_content(output):
        hint = "--overwrite replaces it, --append puts more doses behind those that it has"
        faults.append(Fault(f"is there already: name another file; {hint}", "", output))
    if _has_rows(rejects):
        hint = "name another with --rejects, or --overwrite it"
        faults.append(Fault(f"is there already, with rejected rows perhaps mended: {hint}", "", rejects))
    if faults:
        raise FileError(*faults)


def _has_rows(path: str) -> bool:
    """Whether a file of rejects has any; also if it is none that can be read."""
    from cec.tables.opening import kind_of, opening

    if not has_content(path):
        return False
    try:
        with opening(path, kind_of(path)) as table:
            return any(block.rows or block.rejected for block in table.blocks)
    except CecError:
        return True


def _keep_folder(sheets: str, tables: Mapping[str, str | None]) -> None:
    """InputError where the folder of sheets is none, or is not for them alone."""
    if sheets in {"", STANDARD}:
        raise InputError(Fault(f"'{sheets}' is not a folder; name a new one", "--sheets"))
    keep_outside(sheets, "--sheets", tables)


def _kind_of_rejects(place: str) -> RejectsKind:
    """The format of the rejects, by the end of their file's name; CSV into a device or a pipe, else lines."""
    from cec.files import TABLES
    from cec.tables.opening import kind_of

    if not place:
        return "faults" if tells_json() else "lines"
    try:
        return "csv" if _is_device(place) else kind_of(place)
    except InputError:
        reason = f"the name {place} tells no format; end it in {', '.join(TABLES)}"
        raise InputError(Fault(reason, "--rejects")) from None


def _is_device(path: str) -> bool:
    """Whether this is something that is not a file: a device, a pipe, a folder."""
    return os.path.exists(path) and not os.path.isfile(path)  # noqa: PTH110, PTH113  these raise nothing

"""cec batch: a table of patients in, a table of doses out."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cec.cli.batch_places import kind_of_rejects, written_places
from cec.cli.inputs import pharmacy_file, read_pharmacy, read_text_of, today
from cec.cli.messages import input_as_wrong_usage, say, wrong_usage
from cec.cli.option import CYCLE, OUTPUT, TABLE, flag, option
from cec.cli.options import PharmacyOptions, TimeOptions
from cec.cli.output import progress
from cec.cli.output_options import OverwriteOption, QuietOption
from cec.cli.places import STANDARD
from cec.cli.table_options import TableOptions, declared_of, mapping
from cec.errors import InputError, together, together_by_name
from cec.rendering import FORMATS, check_options

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
    places = written_places(output, rejects, sheets, appends=append, overwrites=overwrite)
    places.keep_apart_from({"PATIENTS": patients, "--regimen": regimen, "--pharmacy": pharmacy_file(pharmacy.pharmacy)})
    with input_as_wrong_usage():
        source_kind = kind_of(patients, input_format, "--input-format")
        target_kind = kind_of(output, output_format, "--output-format")
        rejects_kind = kind_of_rejects(places.rejects)
        check_options(FORMATS["pdf"], {"paper": paper})
    if output == STANDARD and target_kind in _BINARY and sys.stdout is not None and sys.stdout.isatty():
        raise InputError(f"{_BINARY[target_kind]} is for a file or a pipe, not for the terminal; add -o FILE")
    if append and target_kind == "xlsx":
        raise InputError("--append: nothing is put behind what a workbook has; write the rows into another file")
    shop = read_pharmacy(pharmacy, times)
    of_rows, of_tables = together(
        lambda: together_by_name(
            regimen=lambda: load_regimen(shop.default_regimen if regimen is None else regimen),
            start=lambda: read_text_of("--start", start, read_date),
            days=lambda: read_text_of("--days", days, read_count),
            cycle=lambda: read_text_of("--cycle", times.cycle, read_count),
        ),
        lambda: together_by_name(
            renamed=lambda: mapping(table.renamed or ()),
            declared=lambda: declared_of(table),
        ),
    )
    settings = Settings(**of_rows, pharmacy=shop, as_of=today(), has_schedule=long, has_sheets=sheets is not None)
    request = Request(
        source=patients,
        source_kind=source_kind,
        target=output,
        target_kind=target_kind,
        rejects=places.rejects,
        rejects_kind=rejects_kind,
        settings=settings,
        **of_tables,
        ignored=table.ignored or (),
        sheets=sheets or "",
        paper=paper or "a4",
        appends=append,
        fills_regimen=regimen is not None,
    )
    is_shown = output != STANDARD and not quiet  # nowhere that rows may stand
    with progress("sheets" if sheets else "rows", is_shown=is_shown) as bar:
        summary = run(request, bar)
    usual = settings.regimen
    counted = [f"start is day 1 of a row; day 0 is {usual.day_0}"] if usual.calendar.has_day_0 else []
    lines = [*notes(summary, places.rejects), *counted, pharmacy_words(shop)]
    for note in lines if not quiet else lines[: bool(summary.rejected)]:
        say(note)
    if summary.rejected:
        raise typer.Exit(1)

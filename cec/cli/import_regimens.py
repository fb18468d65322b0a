"""cec regimen import: regimen files from a table in which each row is a drug line."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cec.cli.messages import say, say_fault
from cec.cli.option import OUTPUT, REGIMEN, option
from cec.cli.output_options import QuietOption
from cec.cli.places import keep_outside
from cec.cli.table_options import LinesTableOptions, declared_of, mapping
from cec.errors import Fault, FileError, InputError, together

if TYPE_CHECKING:
    from cec.authoring.importing import Imported, Row
    from cec.tables.declared import Declared
    from cec.tables.layout import Kind, Rejected


def import_regimens(
    source: Annotated[
        str, typer.Argument(metavar="TABLE", help="The table, a row for each drug line: .csv, .jsonl, .parquet, .xlsx.")
    ],
    *,
    output: Annotated[
        Path, option("FOLDER", "A new folder for the files, one for each regimen.", "--output", "-o", heading=OUTPUT)
    ],
    table: LinesTableOptions,
    indication: Annotated[
        str | None, option("TEXT", "Disease and patients, where no column tells them.", "--for", heading=REGIMEN)
    ] = None,
    citation: Annotated[
        str | None,
        option("TEXT", "The publication or protocol, where no column tells it.", "--source", heading=REGIMEN),
    ] = None,
    quiet: QuietOption = False,
) -> None:
    """Write regimen files from a table of drug lines.

    Its columns are regimen, drug, dose, unit, days, route, over, and any other key of a drug line. Every row becomes a
    line of a draft. What it does not tell stands there as an empty key with a comment, which `cec regimen check`
    refuses until somebody writes it. Exit 1 if there is any such gap.

    Examples:
      cec regimen import protocols.csv -o imported
      cec regimen import export.csv --map drug=Lek --decimal , -o from-export
    """
    from cec.authoring.importing import imported, names_in_two_ways
    from cec.tables.opening import kind_of

    kind, columns, declared = together(
        lambda: kind_of(source), lambda: mapping(table.renamed or ()), lambda: declared_of(table)
    )
    keep_outside(str(output), "--output", {"TABLE": source})
    rows, rejected, unread = _rows(source, kind, columns, declared, table.ignored or ())
    faults = [Fault(f"row {each.row} {each.reason}", "", source) for each in rejected]
    faults += [*_unnamed(rows, source), *(each._replace(file=source) for each in names_in_two_ways(rows))]
    if faults:
        raise FileError(*faults)
    files = imported(rows, {"for": indication or "", "source": citation or ""})
    if taken := [each.name for each in files if each.name in _shipped()]:
        text = f"'{taken[0]}' always leads to the shipped regimen; say --value 'regimen:TEXT=another-name'"
        raise InputError(Fault(text, "", source))
    _write(output, files)
    count = sum(_tell(output / f"{each.name}.yaml", each) for each in files)
    if not quiet:
        say(f"{len(files)} regimen files with {len(rows)} drug lines in {output}, as drafts; {count} to mend")
        if unread:
            say(f"columns not read: {', '.join(unread)}")
        say(f"cec regimen check {output}/*.yaml")
    if count:
        raise typer.Exit(1)


def _shipped() -> tuple[str, ...]:
    from cec.load.search import shipped_names

    return tuple(shipped_names())


def _rows(
    source: str, kind: Kind, named: Mapping[str, str], declared: Declared, ignored: Collection[str]
) -> tuple[list[Row], list[Rejected], list[str]]:
    """The rows of the table by what their columns tell, those that are no rows, and the columns that are not read."""
    from cec.authoring.importing import NUMBERS, Row
    from cec.tables.cells import as_texts
    from cec.tables.opening import opening, rows_of

    rows: list[Row] = []
    rejected: list[Rejected] = []
    faults: list[Fault] = []
    declared = declared._replace(has_points=kind != "csv")
    with opening(source, kind, declared) as table:
        heard = tuple(name for name in table.layout.columns if name not in ignored)
        columns = _columns(heard, named, declared, source)
        for block in table.blocks:
            read = rows_of(block, table.layout)
            rejected += read.rejected
            cells = {word: as_texts(read.frame.get_column(name)).to_list() for word, name in columns.items()}
            for place, number in enumerate(read.rows):
                texts = {word: (column[place] or "").strip() for word, column in cells.items()}
                texts = {word: declared.meaning(word, text).strip() for word, text in texts.items()}
                if not any(texts.values()):
                    continue
                for word in NUMBERS:
                    try:
                        texts |= {word: declared.number(texts[word])} if word in texts else {}
                    except InputError as error:
                        faults += [each._replace(where=f"row {number}: {columns[word]}") for each in error.faults]
                rows.append(Row(number, texts))
        unread = [name for name in heard if name not in columns.values()]
    if faults:
        raise FileError(*(each._replace(file=source) for each in faults))
    return rows, rejected, unread


def _columns(header: tuple[str, ...], named: Mapping[str, str], declared: Declared, source: str) -> dict[str, str]:
    """The column of each word, as somebody said it or by its name; FileError where regimen or drug has none."""
    from cec.authoring.importing import WORDS
    from cec.tables.declared import refuse_idle_values
    from cec.tables.names import plain_name

    faults = [
        Fault(f"there is no column '{name}' for the {word}; there are {', '.join(header)}", "", source)
        for word, name in named.items()
        if name not in header
    ]
    for word in named:
        if word not in WORDS:
            near = difflib.get_close_matches(word, WORDS, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(WORDS)}"
            faults.append(Fault(f"'{word}' is nothing that a column of regimens can tell; {hint}", "--map"))
    found = {plain_name(name): name for name in header if plain_name(name) in WORDS and name not in named.values()}
    columns = {word: name for word in WORDS if (name := named.get(word) or found.get(word, ""))}
    faults += [
        Fault(
            f"no column tells the {word}; say which with --map {word}=COLUMN; there are {', '.join(header)}", "", source
        )
        for word in ("regimen", "drug", "dose")
        if word not in columns and word not in named
    ]
    if faults:
        raise FileError(*faults)
    refuse_idle_values(declared.values, [*columns])
    return columns


def _unnamed(rows: list[Row], source: str) -> Iterator[Fault]:
    """A fault for each row of which nobody can tell to which regimen it belongs."""
    from cec.authoring.importing import file_name

    for row in rows:
        if not file_name(row.texts["regimen"]):
            text = f"row {row.number} names no regimen: write its name into every row, also where it is that above"
            yield Fault(text, "", source)
    if not rows:
        yield Fault("has no rows", "", source)


def _write(folder: Path, files: list[Imported]) -> None:
    """Write every file into a new folder, all of them or none."""
    from cec.files import appearing, taking_names

    with taking_names() as parts:
        place = Path(appearing(str(folder), parts))
        for each in files:
            (place / f"{each.name}.yaml").write_text(each.text, encoding="utf-8")


def _tell(path: Path, file: Imported) -> int:
    """How many gaps and faults a file has, each of which is told."""
    from cec.authoring.importing import faults_beyond_gaps

    gaps = [Fault(gap.reason, f"row {gap.row}: {gap.key}" if gap.row else gap.key) for gap in file.gaps]
    faults = [each._replace(file=str(path)) for each in (*gaps, *faults_beyond_gaps(file))]
    for fault in faults:
        say_fault(fault, "file")
    return len(faults)

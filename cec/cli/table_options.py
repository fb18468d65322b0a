"""Options of tables that are read, and what they say: which column tells what, and how its texts are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, TypeAlias

from msgspec import Struct

from cec.cli.inputs import read_text_of
from cec.cli.option import TABLE, option
from cec.errors import Fault, InputError, together

if TYPE_CHECKING:
    from cec.tables.declared import Declared

DecimalOption: TypeAlias = Annotated[
    str | None, option("SIGN", "The sign before the decimals of its numbers: a comma (,); by default a point.")
]
EncodingOption: TypeAlias = Annotated[
    str | None, option("ENCODING", "The encoding of CSV: cp1250, cp1252, iso-8859-2 …; by default UTF-8.")
]
SheetOption: TypeAlias = Annotated[str | None, option("SHEET", "The sheet of a workbook that has several.")]


class TableOptions(Struct, frozen=True):
    """How a table of patients is written; nothing of it is guessed."""

    heading: ClassVar[str] = TABLE
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

    heading: ClassVar[str] = TABLE
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


def mapping(typed: Sequence[str]) -> dict[str, str]:
    """Columns by what they tell; InputError for what is not WHAT=COLUMN, or gives one thing or one column twice.

    Several stand in one text with commas between them; a comma in the name of a column has no WHAT= right behind it.

    >>> mapping(["height=Wzrost", "clofarabine_mg=Klofarabina [mg]"])
    {'height': 'Wzrost', 'clofarabine_mg': 'Klofarabina [mg]'}
    """
    columns: dict[str, str] = {}
    faults: list[Fault] = []
    for text in (part for each in typed for part in re.split(r",(?=[A-Za-z_]\w*=)", each)):
        fact, sign, column = (part.strip() for part in text.partition("="))
        if not sign or not fact or not column:
            faults.append(Fault(f"'{text}' is not WHAT=COLUMN; write it like height=Wzrost", "--map"))
        elif fact in columns:
            faults.append(Fault(f"{fact} is given twice: {columns[fact]} and {column}; give one column", "--map"))
        elif other := next((each for each, name in columns.items() if name == column), ""):
            faults.append(Fault(f"{column} is given for {other} and for {fact}; a column tells one thing", "--map"))
        columns[fact] = column
    if faults:
        raise InputError(*faults)
    return columns


def declared_of(options: TableOptions | LinesTableOptions) -> Declared:
    """How a table is written, as was typed; InputError with every fault."""
    from cec.tables.declared import Declared, read_decimal, read_encoding, read_form, read_values

    dates = options.dates if isinstance(options, TableOptions) else None
    decimal, form, encoding, values = together(
        lambda: read_text_of("--decimal", options.decimal, read_decimal),
        lambda: read_text_of("--dates", dates, read_form),
        lambda: read_text_of("--encoding", options.encoding, read_encoding),
        lambda: read_values(options.value or ()),
    )
    utf8 = encoding in {None, "utf-8"}
    return Declared(decimal or ".", form or "", "" if utf8 else encoding, options.sheet or "", values)

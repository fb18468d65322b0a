"""Options of tables that are read: which column tells what, and how its texts are written."""

from __future__ import annotations

from typing import Annotated, ClassVar, TypeAlias

from msgspec import Struct

from cec.cli.option import TABLE, option

DecimalOption: TypeAlias = Annotated[
    str | None, option("SIGN", "The sign before the decimals of its numbers: , or, by default, a point.")
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

"""How a table is written, as somebody said it: decimal sign, form of dates, encoding, sheet, meanings of its texts.

Nothing of it is guessed. What is not said is read as cec writes it: decimal points, dates as year-month-day, UTF-8.
"""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from cec.days import MONTHS
from cec.errors import Fault, InputError
from cec.facts import fact_of
from cec.facts.reading import MIDNIGHT, date_of

if TYPE_CHECKING:
    import polars as pl

ENCODINGS = (
    *("utf-8", "utf-16", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1257"),
    *("cp852", "iso-8859-1", "iso-8859-2", "iso-8859-15"),
)
"""Encodings that are read, by the names that the help has."""

DATE_FORMS = ("DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "DD-MM-YYYY", "YYYYMMDD")
"""Forms of dates that are offered; others are read too."""


class Declared(NamedTuple):
    """How a table is written."""

    decimal: str = "."
    dates: str = ""
    encoding: str = ""
    sheet: str = ""
    values: Mapping[str, Mapping[str, str]] = {}
    """What texts mean, by the fact that their column tells."""
    has_points: bool = False
    """Whether numbers with a point stand among those with the declared sign: those that a workbook has as numbers."""

    def number(self, text: str) -> str:
        """A number of the table with a point before its decimals; InputError where it has one already."""
        return with_point(text, self.decimal, has_points=self.has_points)

    def numbers(self, cells: pl.Series) -> list[str]:
        """Cells with a point for the comma that the table has; what has a point already is marked: it is no number."""
        texts = cells.fill_null("")
        if self.decimal == ".":
            return texts.to_list()
        plain = texts.str.replace(r"^(\s*[0-9]+),([0-9]+\s*)$", "${1}.${2}").to_list()
        pairs = zip(texts.to_list(), plain, strict=True)
        return [f"?{text}" if "." in text and not self.has_points else number for text, number in pairs]

    def meaning(self, what: str, text: str) -> str:
        """What a text means in the column of this; itself where nobody said."""
        return self.values.get(what, {}).get(text.strip(), text)


AS_CEC_WRITES = Declared()


def plain_text(fact: str, text: str, declared: Declared) -> str:
    """A cell that tells a fact as cec would write it; InputError where it is not of the declared form.

    >>> plain_text("weight", "26,5 kg", Declared(",")), plain_text("born", "14.05.2018", Declared(dates="DD.MM.YYYY"))
    ('26.5 kg', '2018-05-14')
    >>> plain_text("sex", "K", Declared(values={"sex": {"K": "female"}}))
    'female'
    """
    if text.strip() in declared.values.get(fact, {}):
        return declared.meaning(fact, text)
    form = fact_of(fact).form
    if form == "date":
        return plain_date(text, declared.dates)
    return declared.number(text) if form == "quantity" else text


def with_point(text: str, decimal: str, *, has_points: bool = False) -> str:
    """A number whose decimals stand behind this sign with a point in its place; InputError where it has a point too.

    >>> with_point("4 ft 2,5 in", ","), with_point("1.5", ".")
    ('4 ft 2.5 in', '1.5')
    """
    if decimal == ".":
        return text
    if not has_points and re.search(r"[0-9]\.[0-9]", text.replace("1.73", "")):
        raise InputError(f"'{text.strip()}' has a point, and in this table decimals stand behind a comma (--decimal ,)")
    if re.fullmatch(r"\s*(,[0-9]+|[0-9]+,)([^0-9,].*)?", text):
        raise InputError(f"'{text.strip()}' needs a digit on both sides of the comma")
    return re.sub(r"(?<=[0-9]),(?=[0-9])", ".", text)


def plain_date(text: str, form: str) -> str:
    """The date of a text of this form as year-month-day; any other text as it stands. Midnight behind it is left out.

    >>> plain_date("1.5.2018", "D.M.YYYY"), plain_date("30.11.2026 00:00", "DD.MM.YYYY"), plain_date("?", "DD.MM.YYYY")
    ('2018-05-01', '2026-11-30', '?')
    """
    match = _pattern(form).fullmatch(text.strip()) if form else None
    if not match:
        return text
    month = match["month"]
    number = MONTHS.index(month.title()) + 1 if month.isalpha() else int(month)
    return date_of(text, int(match["year"]), number, int(match["day"])).isoformat()


_PARTS = {
    "YYYY": "(?P<year>[0-9]{4})",
    "MMM": f"(?P<month>(?i:{'|'.join(MONTHS)}))",
    "MM": "(?P<month>[0-9]{2})",
    "M": "(?P<month>[0-9]{1,2})",
    "DD": "(?P<day>[0-9]{2})",
    "D": "(?P<day>[0-9]{1,2})",
}


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """What matches dates of a form."""
    parts = re.findall("YYYY|MMM|MM|M|DD|D|[^YMD]", form)
    return re.compile("".join(_PARTS.get(part, re.escape(part)) for part in parts) + MIDNIGHT)


def likely_form(text: str) -> str:
    """The forms that a date which is not read may have, as an option takes them; nothing for what is no date at all.

    >>> likely_form("30.11.2026"), likely_form("1/2/2026"), likely_form("20261130"), likely_form("soon")
    ('DD.MM.YYYY', 'D/M/YYYY or M/D/YYYY', 'YYYYMMDD', '')
    """
    if re.fullmatch("(19|20)[0-9]{6}", text.strip()):
        return "YYYYMMDD"
    match = re.fullmatch(r"([0-9]{1,2})([./ -])([0-9]{1,2})\2([0-9]{4})\b.*", text.strip())
    if not match:
        return ""
    first, sign, second = int(match[1]), match[2], int(match[3])
    day, month = ("DD", "MM") if len(match[1]) == len(match[3]) == 2 else ("D", "M")
    forms = {
        f"{day}{sign}{month}{sign}YYYY": second <= 12,
        f"{month}{sign}{day}{sign}YYYY": first <= 12 and sign != ".",
    }
    return " or ".join(form for form, may_be in forms.items() if may_be)


def hint_for(fact: str, text: str, declared: Declared) -> str:
    """What may be said of a whole table where a cell cannot be read as it stands; nothing where nothing would help.

    >>> hint_for("weight", "26,5", AS_CEC_WRITES)
    '; where a whole table has decimal commas, say --decimal ,'
    """
    about = fact_of(fact)
    if about.form == "quantity":
        return hint_of_comma(text, declared.decimal)
    if about.form == "date":
        if declared.dates:
            return f" or, as --dates says, {declared.dates}"
        likely = likely_form(text)
        return f"; where a whole table has such dates, say --dates {likely}" if likely else ""
    if about.form in {"word", "yes or no"}:
        first, second, *_ = about.words or ("true", "false")
        column_and_text = f"{fact}:{text.strip()}"
        return f"; or say what it means: --value '{column_and_text}={first}' or '{column_and_text}={second}'"
    return ""


def hint_of_comma(text: str, decimal: str) -> str:
    """What may be said of a whole table where a number of it has a comma; nothing where that would not help.

    >>> hint_of_comma("1,422.4", "."), hint_of_comma("60,5 mL/min/1.73 m2", ".")
    ('', '; where a whole table has decimal commas, say --decimal ,')
    """
    has_point = "." in text.replace("1.73", "")
    has_comma = decimal == "." and not has_point and re.search("[0-9],[0-9]", text)
    return "; where a whole table has decimal commas, say --decimal ," if has_comma else ""


def read_decimal(text: str) -> str:
    """The decimal sign that an option names: a point or a comma."""
    if text not in {".", ","}:
        raise InputError(f"'{text}' is neither a point nor a comma; write --decimal ,")
    return text


def read_encoding(text: str) -> str:
    """The encoding that an option names, under the name that cec has for it.

    >>> read_encoding("windows-1250")
    'cp1250'
    """
    try:
        name = codecs.lookup(text).name
    except (LookupError, UnicodeError, ValueError):
        name = ""
    known = {codecs.lookup(each).name: each for each in ENCODINGS}
    if name not in known:
        raise InputError(f"'{text}' is not one of {', '.join(ENCODINGS)}")
    return known[name]


def read_form(text: str) -> str:
    """The form of dates that an option names: day, month and year, each once.

    >>> read_form("dd.mm.yyyy")
    'DD.MM.YYYY'
    """
    form = text.strip().upper().replace("RRRR", "YYYY").replace("JJJJ", "YYYY").replace("TT", "DD")
    parts = re.findall("YYYY|MMM|MM|M|DD|D|[./ -]", form)
    letters = sorted(part[0] for part in parts if part[0] in "DMY")
    if "".join(parts) != form or letters != ["D", "M", "Y"]:
        raise InputError(f"'{text}' is not a form of dates; write day, month and year like {', '.join(DATE_FORMS[:3])}")
    if form.isalpha() and ("D" in parts or "M" in parts):
        raise InputError(f"'{text}' does not tell where a day ends; write it like YYYYMMDD")
    return form


def read_values(typed: Sequence[str]) -> dict[str, dict[str, str]]:
    """What texts mean, by fact: of `sex:K=female` that K is female.

    >>> read_values(["sex:K=female", "creatinine:brak="])
    {'sex': {'K': 'female'}, 'creatinine': {'brak': ''}}
    """
    values: dict[str, dict[str, str]] = {}
    faults: list[Fault] = []
    for each in typed:
        fact, colon, rest = each.partition(":")
        text, sign, value = (part.strip() for part in rest.rpartition("="))
        name = fact.strip()
        if not colon or not sign or not name or not text:
            faults.append(Fault(f"'{each}' is not WHAT:TEXT=VALUE; write it like sex:K=female", "--value"))
        elif text in values.get(name, {}):
            faults.append(Fault(f"{name}:{text} is given twice; give it once", "--value"))
        elif not value and name == "regimen":
            faults.append(Fault(f"'{each}' names no regimen; write {name}:{text}=NAME, or its file", "--value"))
        elif value and fact_of(name).form in {"quantity", "count", "date"}:
            faults.append(
                Fault(f"'{each}' would change what was measured; only {name}:{text}= is read, for nothing", "--value")
            )
        values.setdefault(name, {})[text] = value
    if faults:
        raise InputError(*faults)
    return values


def refuse_idle_values(values: Mapping[str, Mapping[str, str]], known: Sequence[str]) -> None:
    """InputError for a meaning of texts in a column that the table does not have."""
    if idle := [name for name in values if name not in known]:
        near = difflib.get_close_matches(idle[0], known, 1)
        hint = f"did you mean {near[0]}?" if near else f"say which column does with --map {idle[0]}=COLUMN"
        raise InputError(Fault(f"no column tells the {idle[0]}; {hint}", "--value"))

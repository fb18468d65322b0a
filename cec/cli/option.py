"""How an option is written: what stands for its value, what the help says of it, and what it holds beside its text."""

from __future__ import annotations

from typing import Annotated, Any, get_type_hints

import typer
from msgspec import Struct

from cec.facts import Fact
from cec.rendering.formats import LABEL_PRINTER, Formats

PATIENT, PHARMACY, CHECKS, CYCLE, TABLE, OUTPUT = "Patient", "Pharmacy", "Checks", "Cycle", "Table", "Output"
REGIMEN, ORDERS = "Regimen", "Orders"
"""Headings of options in the help of every command."""


def option(metavar: str, text: str, *names: str, heading: str | None = None) -> Any:
    """An option with a value: what stands for the value, what the help says, and its names where they are others."""
    return typer.Option(*names, metavar=metavar, help=text, rich_help_panel=heading, show_default=False)


def flag(text: str, *names: str, heading: str | None = None) -> Any:
    """An option without a value: what the help says, and its names."""
    return typer.Option(*names, help=text, rich_help_panel=heading)


def fact_option(fact: Fact, heading: str | None = None) -> Any:
    """The option by which a fact is told, with its examples as a shell takes them."""
    return option(_metavar(fact), _fact_help(fact), fact.option, heading=heading)


def _metavar(fact: Fact) -> str:
    """What stands for the value of a fact in the help of a command."""
    if fact.kind:
        return fact.kind.name.split()[-1].upper()
    forms = {"count": "NUMBER", "date": "DATE", "text": "TEXT", "yes or no": "true|false"}
    return forms.get(fact.form, fact.name.upper())


def _fact_help(fact: Fact) -> str:
    """What a fact is, with examples.

    >>> from cec.facts import FACTS
    >>> _fact_help(FACTS["age"])
    "Age: 8, 30months, '6 years 4 months', 45days. A bare number is years."
    """
    examples = ", ".join(map(_as_typed, fact.examples))
    sentences = (
        f"{fact.about}: {examples}" if examples else fact.about,
        fact.note,
        f"a bare number is {fact.bare}" if fact.bare else "",
    )
    return " ".join(f"{words[0].upper()}{words[1:]}." for words in sentences if words)


def _as_typed(example: str) -> str:
    """An example as it is typed: a number with its unit in one word, more words in quotes."""
    number, _, unit = example.partition(" ")
    if not unit:
        return example
    return f"'{example}'" if " " in unit else f"{number}{unit}"


class Typed(Struct, frozen=True):
    """Marks a field of a group that holds what was typed of these facts, by name."""

    facts: tuple[Fact, ...]


class ChosenFrom(Struct, frozen=True):
    """Marks a group of output options: of which document they choose the format."""

    formats: Formats


def format_option(formats: Formats) -> Any:
    """The option by which a format of a document is chosen."""
    endings = ", ".join(each.ending for each in formats.values() if each.ending)
    words = f"The form of the output; by default as FILE ends ({endings}), or table."
    return Annotated[str | None, option("|".join(formats), words)]


def paper_option(formats: Formats) -> Any:
    """The option by which the paper of those formats is chosen that are printed."""
    papers = dict.fromkeys(paper for each in formats.values() for paper in each.papers)
    of_labels = f"; {LABEL_PRINTER} for labels, one to a page" if LABEL_PRINTER in papers else ""
    return Annotated[
        str | None,
        option("|".join(papers), f"The paper of a PDF: {next(iter(papers))}, if not told otherwise{of_labels}."),
    ]


def typed_options(*groups: Any) -> list[str]:
    """The options of groups that were typed, by the names by which they are typed.

    >>> from cec.cli.options import PatientOptions
    >>> from cec.cli.table_options import TableOptions
    >>> typed_options(PatientOptions({"height": "128"}, choose=["a=b"]), TableOptions(renamed=["height=cm"]))
    ['--height', '--choose', '--map']
    """
    names: list[str] = []
    for group in groups:
        hints = get_type_hints(type(group), include_extras=True)
        for field in group.__struct_fields__:
            value, mark = getattr(group, field), hints[field].__metadata__[0]
            if isinstance(mark, Typed):
                names += [fact.option for fact in mark.facts if fact.name in value]
            elif value not in (None, False, []):
                named = (each for each in (mark.default, *(mark.param_decls or ())) if isinstance(each, str))
                names.append(next(named, f"--{field.replace('_', '-')}"))  # typer has the first name as a default
    return names

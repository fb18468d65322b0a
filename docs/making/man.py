"""The man pages: one for cec and one for each command, from the program itself."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

from cec.cli import program
from cec.cli.command import options_by_heading
from cec.version import __version__
from making.commands import apart

STATUS = """\
0: done. 1: refused, with the reasons on standard error (bad input, a stop that nobody accepted, rejected rows, doses
that do not agree). 2: wrong usage."""
SAFETY = """\
What cec prints is a draft for a pharmacist and a prescriber to check and sign. It is not a medical device, and a second
calculation by the same program is not an independent double check."""


def pages() -> dict[str, str]:
    """The text of every page by the name of its file."""
    named = dict(_commands(("cec",), program()))
    return {f"{'-'.join(words)}.1": _page(words, command, named) for words, command in named.items()}


def _commands(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield words, command
    for word, inner in getattr(command, "commands", {}).items():
        yield from _commands((*words, word), inner)


def _page(words: tuple[str, ...], command: Any, named: dict[tuple[str, ...], Any]) -> str:
    text, examples = apart(inspect.cleandoc(command.help or ""))
    below = {each: inner for each, inner in named.items() if each[:-1] == words}
    others = below or {words[:-1]: None}
    parts = [
        f'.TH {"-".join(words).upper()} 1 "" "cec {__version__}" "cec"',
        ".SH NAME",
        rf"{_roff('-'.join(words))} \- {_roff(_first_sentence(text))}",
        ".SH SYNOPSIS",
        f".B {_roff(' '.join(words))}",
        _roff(" ".join(_usage(command))),
        ".SH DESCRIPTION",
        _roff(text),
    ]
    for heading, params in options_by_heading(command.params).items():
        parts += [f".SH {heading.upper()}", *map(_parameter, params)] if params else []
    if below:
        parts += [".SH COMMANDS", *(_entry(" ".join(each), _summary(inner)) for each, inner in below.items())]
    if examples:
        parts += [".SH EXAMPLES", ".nf", *map(_roff, examples), ".fi"]
    parts += [".SH EXIT STATUS", _roff(STATUS), ".SH SAFETY", _roff(SAFETY)]
    parts += [".SH SEE ALSO", ",\n".join(f".BR {_roff('-'.join(each))} (1)" for each in others).replace(",\n.", "\n.")]
    return "\n".join(parts) + "\n"


def _first_sentence(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split()).partition(". ")[0].rstrip(".")


def _summary(command: Any) -> str:
    return _first_sentence(inspect.cleandoc(command.help or ""))


def _usage(command: Any) -> Iterator[str]:
    """The words after the name of a command."""
    yield "[OPTIONS]"
    for param in command.params:
        if param.param_type_name == "argument":
            name = str(param.metavar or param.name)
            yield name if param.required or name.startswith("[") else f"[{name}]"
    if getattr(command, "commands", {}):
        yield "COMMAND [ARGS]..."


def _parameter(param: Any) -> str:
    """An argument or an option with what it says."""
    if param.param_type_name == "argument":
        return _entry(str(param.metavar or param.name), str(param.help or ""))
    names = ", ".join(sorted(param.opts, key=len))
    return _entry(names, str(param.help or ""), "" if param.is_flag else str(param.metavar or ""))


def _entry(name: str, text: str, value: str = "") -> str:
    shown = rf"\fB{_roff(name)}\fR" + (rf" \fI{_roff(value)}\fR" if value else "")
    return f".TP\n{shown}\n{_roff(text)}"


def _roff(text: str) -> str:
    """A text as roff takes it: nothing in it is a command, and a hyphen is one that can be copied."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    text = re.sub(r"\n\n+", "\n.PP\n", text)
    return re.sub(r"(?m)^(?=['.](?!PP$))", r"\\&", text)

"""What is said on standard error: in lines of a terminal's width, in a pipe one line for each message; wrong usage."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import typer

from cec.errors import Fault, InputError, printable

WIDEST = 110
"""Longer lines are hard to read."""
_NO_BREAK = "\N{NO-BREAK SPACE}"
_QUOTED = r"""(?<![^\s=(])(?:'[^']*'|"[^"]*")"""


WrongUsage: Any = typer.BadParameter.__base__
"""What typer raises of every wrong call, an unknown option too: its versions have it in different places."""


def wrong_usage(text: str, option: str = "") -> Any:
    """The error of a wrong call, to be raised; it names the option that it is about."""
    return WrongUsage(printable(f"{option}: {text}" if option else text))


@contextmanager
def input_as_wrong_usage() -> Iterator[None]:
    """An InputError while it is open, as of names of formats, is wrong usage of the option that it names."""
    try:
        yield
    except InputError as error:
        fault = error.faults[0]
        option = f"--{fault.where.removeprefix('--').replace('_', '-')}" if fault.where else ""
        raise wrong_usage(fault.text, option) from None


def say(message: str) -> None:
    """Show a message; nothing in it can steer a terminal. Where standard error is full, nobody can be told."""
    if _form.as_json:
        _put({"code": "note", "text": message})
        return
    with suppress(OSError):
        typer.echo(wrapped(printable(message), _columns()), err=True)


def say_fault(fault: Fault, usual_code: str = "input") -> None:
    """Show what is wrong; to a program as JSON, with this code where the fault has none of its own."""
    if _form.as_json:
        _put(fault_as_json(fault, usual_code))
    else:
        say(str(fault) if fault.file else f"cec: {fault}")


def fault_as_json(fault: Fault, usual_code: str) -> dict[str, Any]:
    """A fault as a program reads it: every key always there, with nothing where there is nothing to say.

    >>> fault_as_json(Fault("is empty", "for", "a.yaml", 5, 5, code="empty-value"), "file")["code"]
    'empty-value'
    """
    place = {"file": fault.file or None, "line": fault.line or None, "column": fault.column or None}
    return {
        "code": fault.code or usual_code,
        "text": fault.text,
        "where": fault.where or None,
        **place,
        "about": list(fault.about),
    }


def tell_json(*, wanted: bool) -> None:
    """Let everything on standard error be JSON from now on, an object to a line, or texts again."""
    _form.as_json = wanted


def tells_json() -> bool:
    """Whether what is said goes to a program."""
    return _form.as_json


def _put(message: dict[str, Any]) -> None:
    import msgspec

    with suppress(OSError):
        typer.echo(msgspec.json.encode(message).decode(), err=True)


class _Form:
    """How things are said, for the whole process."""

    as_json = False


_form = _Form()


def say_lines(text: str) -> None:
    """Show a text, each of its lines as a message."""
    for line in text.splitlines():
        say(line)


def wrapped(message: str, columns: int) -> str:
    """A message in lines that fit; what stands in quotes stays together, to be copied. 0 columns: in one line.

    >>> print(wrapped("cec: --weight 26 kg: write it as one word, 26kg, or as '26 kg'", 40))
    cec: --weight 26 kg: write it as one
      word, 26kg, or as '26 kg'
    """
    if not columns or len(message) <= columns:
        return message
    import textwrap

    bound = re.sub(_QUOTED, lambda quoted: quoted[0].replace(" ", _NO_BREAK), message)
    indent = " " * (len(message) - len(message.lstrip()) + 2)
    lines = textwrap.wrap(bound, columns, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace(_NO_BREAK, " ")


def _columns() -> int:
    """How wide the terminal is that standard error goes to; 0 where it goes elsewhere."""
    if sys.stderr is None or not sys.stderr.isatty():
        return 0
    asked_for = os.environ.get("COLUMNS", "")
    try:
        columns = int(asked_for) if asked_for.isdecimal() else os.get_terminal_size(sys.stderr.fileno()).columns
    except OSError:
        columns = 80
    return max(20, min(columns, WIDEST))

"""What is said on standard error: in lines of a terminal's width, in a pipe one line for each message."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress

import typer

from cec.errors import printable

WIDEST = 110
"""Longer lines are hard to read."""
_NO_BREAK = "\N{NO-BREAK SPACE}"
_QUOTED = re.compile(r"""(?<![^\s=(])(?:'[^']*'|"[^"]*")""")


def say(message: str) -> None:
    """Show a message; nothing in it can steer a terminal. Where standard error is full, nobody can be told."""
    with suppress(OSError):
        typer.echo(wrapped(printable(message), _columns()), err=True)


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

    bound = _QUOTED.sub(lambda quoted: quoted[0].replace(" ", _NO_BREAK), message)
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

"""A template and its data -> PDF. The one door to typst: fonts, standard and time stamp are those of every sheet."""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cec.errors import Fault, InputError
from cec.rendering.words import bind

_PAPERS = {"letter": "us-letter"}
"""typst's names of papers, where they are not those that people give them."""

_ROOM = Path(__file__).parent / "sheets"
_TIME_STAMP = 946_684_800
"""2000-01-01: a sheet's bytes say what was ordered, not when it was printed."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs"})
"""Kinds of characters that leave no mark on paper but may hide or turn round what stands beside them."""
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters that are drawn as nothing."""
_NO_GLYPH = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed')


def typeset(template: str, data: Mapping[str, Any], paper: str = "a4") -> bytes:
    r"""The template filled with the data, as a tagged PDF (PDF/UA-1); equal data give equal bytes.

    A template finds data and paper in a file beside it that is nowhere but in memory; `style.typ` reads both.
    No text of the data is ever read as markup, and no line ends between a number and its unit. A character that the
    fonts do not have is an InputError, never a blank.

    >>> typeset("blank", {"title": "An example", "patient": {"name": "Łucja #set text(0pt)"}})[:5]
    b'%PDF-'
    >>> typeset("blank", {"title": "An example", "patient": {"name": "Anna \N{SNOWMAN}"}})
    Traceback (most recent call last):
    cec.errors.InputError: patient name: '☃' (U+2603, snowman) in 'Anna ☃' cannot be printed; write it in Latin letters
    """
    content = _compile(template, data, paper, format="pdf", pdf_standards=["ua-1"], timestamp=_TIME_STAMP)
    return content[0]


def pictures(template: str, data: Mapping[str, Any], paper: str = "a4", ppi: int = 144) -> list[bytes]:
    """Each page of the same sheet as a PNG, `ppi` pixels to the inch."""
    return _compile(template, data, paper, format="png", ppi=ppi)


def _compile(template: str, data: Mapping[str, Any], paper: str, **options: Any) -> list[bytes]:
    import typst

    faults = [_fault(letter, data) for letter in _hidden_letters(data)]
    if faults:
        raise InputError(*faults)
    files = {
        "main.typ": f'#include "{template}.typ"'.encode(),
        "data.json": json.dumps({"data": _bound(data), "paper": _PAPERS.get(paper, paper)}).encode(),
    }
    try:
        content = _compiler().compile(files, **options)
    except typst.TypstError as error:
        letters = dict.fromkeys(_read(found["text"]) for found in _NO_GLYPH.finditer(error.diagnostic))
        if not letters:
            raise  # the template is wrong, not the input
        raise InputError(*(_fault(letter, data) for letter in letters)) from None
    return [content] if isinstance(content, bytes) else list(content or ())


_of_thread = threading.local()
"""The compiler of a thread, which works for one at a time and lets other threads run meanwhile."""


def _compiler() -> Any:
    """Any, for typst's stubs know of no files in memory."""
    import typst

    if not hasattr(_of_thread, "compiler"):
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_ROOM / "fonts"])
        _of_thread.compiler = typst.Compiler(root=_ROOM, font_paths=fonts)
    return _of_thread.compiler


def _bound(value: Any) -> Any:
    """The same data with no break between a number and its unit."""
    if isinstance(value, str):
        return bind(value)
    if isinstance(value, Mapping):
        return {key: _bound(below) for key, below in value.items()}
    return [_bound(below) for below in value] if isinstance(value, list | tuple) else value


def _hidden_letters(data: Mapping[str, Any]) -> list[str]:
    odd = (text for _, text in _texts(data, ()) if not (text.isascii() and text.isprintable()))
    letters = dict.fromkeys(letter for text in odd for letter in text)
    return [
        letter
        for letter in letters
        if letter in _FILLERS or (unicodedata.category(letter) in _HIDDEN and letter != "\n")
    ]


def _read(shown: str) -> str:
    r"""The characters that typst shows as `\u{7}`."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda code: chr(int(code[1], 16)), shown)


def _fault(letter: str, data: Mapping[str, Any]) -> Fault:
    """What cannot be printed, in which text."""
    where, text = next((found for found in _texts(data, ()) if letter in found[1]), ("", letter))
    name = unicodedata.name(letter[0], "no letter").lower()
    code = f"U+{ord(letter[0]):04X}, {name}"
    shown = f"'{letter}' ({code}) in '{text}'" if text.isprintable() else f"{code}, in {text!a}"
    return Fault(f"{shown} cannot be printed; write it in Latin letters", where)


def _texts(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every text of the data with the keys that lead to it."""
    if isinstance(value, str):
        yield " ".join(path), value
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield from _texts(below, (*path, key))
    elif isinstance(value, list | tuple):
        for below in value:
            yield from _texts(below, path)

"""What was found of this installation, on the terminal."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from cec.cases.outcome import counted
from cec.render.terminal.drawing import BLANK_LINE, PIPE, STRONG, Terminal, draw, labelled, section, wrap
from cec.render.words.validation import compared_words, installation_words

if TYPE_CHECKING:
    from cec.cases.outcome import Examination


def render(found: Examination, *, terminal: Terminal = PIPE) -> bytes:
    """Versions, places, and what came of the worked cases; of those that differ every result that does."""
    first, *others = found.places
    differing = (
        f"{regimen.name}: {case.case}: {compared_words(each)}"
        for regimen in found.regimens
        for case in regimen.differing
        for each in case.compared
        if not each.agrees
    )
    return draw(
        [
            *labelled(
                [
                    *installation_words(found.installation),
                    ("Regimens", first),
                    *(("", place) for place in others),
                    ("Pharmacy", found.pharmacy),
                ],
                terminal,
            ),
            *section("Faults", list(chain.from_iterable(wrap(text, terminal, "  ", "    ") for text in found.faults))),
            *section("Differs", list(chain.from_iterable(wrap(text, terminal, "  ", "    ") for text in differing))),
            BLANK_LINE,
            *chain.from_iterable(wrap(f"{each.name}: {counted((each,))}", terminal) for each in found.regimens),
            *wrap(counted(found.regimens), terminal, style=STRONG),
        ],
        terminal,
    )

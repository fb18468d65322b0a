"""The list of regimens on the terminal."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from cec.render.terminal import draw
from cec.render.terminal.drawing import PIPE, STRONG, Part, Terminal, section, wrap, wrap_each
from cec.render.words.regimen import days_of_regimen, doses_of_title, standing, treatment_words

if TYPE_CHECKING:
    from cec.render.regimens import ListedRegimen, ListedRegimens

EXAMPLE = "shipped example"
AS_EXAMPLES_STAND = "example; not reviewed"
"""How nearly all of them stand: their heading says it."""


def render(document: ListedRegimens, *, terminal: Terminal = PIPE) -> bytes:
    """Each regimen with its doses and days, where it is from and how it stands; examples apart."""
    own = [each for each in document.regimens if each.place != EXAMPLE]
    examples = [each for each in document.regimens if each.place == EXAMPLE]
    return draw(
        [
            *chain.from_iterable(_entry(each, terminal) for each in own),
            *section(
                "Examples, transcribed from publications, not reviewed",
                list(chain.from_iterable(_entry(each, terminal) for each in examples)),
            ),
        ],
        terminal,
    )


def _entry(each: ListedRegimen, terminal: Terminal) -> list[Part]:
    if each.regimen:
        title, gives = f"{each.regimen.title}, {days_of_regimen(each.regimen)}", doses_of_title(each.regimen.drugs)
        stands = standing(each.regimen)
    elif each.treatment:
        title, _, gives = treatment_words(each.treatment).partition(": ")
        stands = "a treatment of phases"
    else:
        return [
            *wrap(each.name, terminal, style=STRONG),
            *wrap(f"{each.place}: {each.unreachable}", terminal, "  ", "  "),
        ]
    if each.place == EXAMPLE:
        places = [] if stands == AS_EXAMPLES_STAND else [stands]
    else:
        places = [f"shipped; {stands}"] if each.place == "shipped" else [f"{each.place}, {each.path}", stands]
    return [
        *wrap(f"{each.name}: {title}", terminal, style=STRONG),
        *wrap_each((gives, *places, each.unreachable), terminal, "  ", "  "),
    ]

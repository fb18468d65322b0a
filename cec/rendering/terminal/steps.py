"""Where every number came from: the steps of each dose, with their sources."""

from __future__ import annotations

from itertools import chain

from cec.order import CreatinineClearance, Order, Step
from cec.rendering.terminal.drawing import STRONG, Part, Terminal, section, wrap
from cec.rendering.words.patient import clearance_words

_NARROWEST = 24
"""Characters that a working needs beside its value."""


def every_step(order: Order, terminal: Terminal) -> list[Part]:
    """Every step of every dose: what, value, how, source; the sources numbered below."""
    clearances = [each.clearance for each in order.measures if each.clearance]
    cited_first = [clearance.source for clearance in clearances]
    all_sources = [*cited_first, *(step.source for dose in order.doses for step in dose.steps)]
    sources = list(dict.fromkeys(source for source in all_sources if source))
    parts: list[Part] = []
    for clearance in clearances:
        parts += wrap("creatinine clearance", terminal, "  ", "    ", STRONG)
        parts += wrap(f"{clearance_words(clearance)}{_cited(clearance, sources)}", terminal, "    ", "      ")
    for dose in order.doses:
        name = f"{dose.drug}, {dose.purpose}" if dose.purpose else dose.drug
        parts += wrap(name, terminal, "  ", "    ", STRONG)
        for step in dose.steps:
            parts += _step(step, sources, terminal)
    cited = [wrap(source, terminal, f"  [{number}] ", "      ") for number, source in enumerate(sources, 1)]
    return [
        *section("Where each dose comes from", parts),
        *section("Sources of the steps", list(chain.from_iterable(cited))),
    ]


def _step(step: Step, sources: list[str], terminal: Terminal) -> list[Part]:
    how = f"{step.how}{_cited(step, sources)}"
    start = f"    {step.what:10}  {step.value!s:>12}  "
    if len(start) + _NARROWEST > terminal.width:
        return wrap(f"{step.what} {step.value}: {how}", terminal, "    ", "      ")
    return wrap(how, terminal, start, " " * len(start))


def _cited(value: Step | CreatinineClearance, sources: list[str]) -> str:
    """The number of its source in the list of sources."""
    return f" [{sources.index(value.source) + 1}]" if value.source else ""

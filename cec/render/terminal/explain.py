"""Where every number came from: the steps of each dose, with their sources."""

from __future__ import annotations

from itertools import chain

from cec.order import Order, Step
from cec.render.terminal.paper import STRONG, Look, Part, section, wrap


def steps(order: Order, look: Look) -> list[Part]:
    """Every step of every dose: what, value, how, source; the sources numbered below."""
    sources = list(dict.fromkeys(step.source for dose in order.doses for step in dose.steps if step.source))
    parts: list[Part] = []
    for dose in order.doses:
        name = f"{dose.drug}, {dose.purpose}" if dose.purpose else dose.drug
        parts += wrap(name, look, "  ", "    ", STRONG)
        for step in dose.steps:
            parts += _step(step, sources, look)
    cited = [wrap(source, look, f"  [{number}] ", "      ") for number, source in enumerate(sources, 1)]
    return [
        *section("Where each dose comes from", parts),
        *section("Sources of the steps", list(chain.from_iterable(cited))),
    ]


def _step(step: Step, sources: list[str], look: Look) -> list[Part]:
    source = f" [{sources.index(step.source) + 1}]" if step.source else ""
    start = f"    {step.what:10}  {step.value!s:>12}  "
    return wrap(f"{step.how}{source}", look, start, " " * len(start))

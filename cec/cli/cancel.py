"""cec cancel: a cycle of which nothing was given, cancelled."""

from __future__ import annotations

from typing import Annotated

from cec.cli.inputs import read_text_of
from cec.cli.messages import say
from cec.cli.option import CYCLE, option
from cec.cli.output_options import QuietOption
from cec.cli.saved import NewOrderOption, OrderArgument, about, new_order_file, read_words
from cec.errors import together


def cancel(
    *,
    order: OrderArgument,
    on: Annotated[
        str, option("DATE", "The day on which it is cancelled; what is dated before counts as given.", heading=CYCLE)
    ],
    reason: Annotated[str, option("TEXT", "Why: 'fever, postponed'.", heading=CYCLE)],
    output: NewOrderOption = None,
    quiet: QuietOption = False,
) -> None:
    """Cancel a cycle of which nothing was given.

    The order that says so replaces the old one, in a new file (NAME.r2.json). A cancelled cycle does not count: the
    next one has its number.

    Examples:
      cec cancel eva.json --on 2026-11-29 --reason 'no bed' -o cancelled.json
      cec cancel order.json --on 2026-11-30 --reason 'fever, postponed'
    """
    from cec.course.first_look import look_at, read_unedited
    from cec.course.release_and_cancel import cancelled
    from cec.course.writing import revision_name, write_beside
    from cec.days import paper_date
    from cec.facts.reading import read_date
    from cec.rendering import render

    saved, day, why = together(
        lambda: read_unedited(order),
        lambda: read_text_of("--on", on, read_date),
        lambda: read_words("--reason", reason),
    )
    with about(order):
        new_order = cancelled(saved.order, day, why)
        new = new_order_file(output, revision_name(order, new_order.revision))
        write_beside(look_at(order), new, render(new_order, "json"))
    if not quiet:
        say(f"{new}: revision {new_order.revision}, cancelled on {paper_date(day)}: {why}")

"""cec release: an order with the name of who released it in the place of the draft."""

from __future__ import annotations

from typing import Annotated

from cec.cli.inputs import read_text_of
from cec.cli.messages import say
from cec.cli.option import option
from cec.cli.output_options import QuietOption
from cec.cli.saved import NewOrderOption, OrderArgument, about, new_order_file, read_words
from cec.errors import together

RELEASE = "Release"
"""The heading of its options."""


def release(
    *,
    order: OrderArgument,
    by: Annotated[str, option("NAME", "Who releases it: 'A. Nowak, pharmacist'.", heading=RELEASE)],
    on: Annotated[str, option("DATE", "The day on which it is released: 2026-11-29.", heading=RELEASE)],
    output: NewOrderOption = None,
    quiet: QuietOption = False,
) -> None:
    """Release a saved order: a name and a day stand for "Draft".

    The released order is a new file, NAME.released.json. This is not an electronic signature: cec writes down the name
    that it is given. An order that another in its folder replaces is not released.

    Examples:
      cec release order.json --by 'A. Nowak' --on 2026-11-29
      cec release eva.json --by 'A. Nowak' --on 2026-11-29 -o eva-signed.json
    """
    from cec.course.first_look import look_at, read_unedited
    from cec.course.release_and_cancel import released
    from cec.course.writing import released_name, write_released
    from cec.days import paper_date
    from cec.facts.reading import read_date
    from cec.rendering.json import render
    from cec.rendering.words import NO_SIGNATURE

    saved, name, day, new = together(
        lambda: read_unedited(order),
        lambda: read_words("--by", by),
        lambda: read_text_of("--on", on, read_date),
        lambda: new_order_file(output, released_name(order)),
    )
    with about(order):
        write_released(look_at(order), new, render(released(saved, name, day)))
    if not quiet:
        say(f"{new}: released by {name} on {paper_date(day)}; {NO_SIGNATURE}")

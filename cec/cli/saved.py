"""What commands about saved orders share: the order that is read, and the new file that is written beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from cec.cli.option import OUTPUT, option
from cec.errors import CecError, Fault, InputError

OrderArgument: TypeAlias = Annotated[Path, typer.Argument(metavar="ORDER", help="A saved order, from --format json.")]
NewOrderOption: TypeAlias = Annotated[
    Path | None,
    option(
        "FILE",
        "The new order's file (.json), which must not be there yet; by default beside ORDER, named after it.",
        "--output",
        "-o",
        heading=OUTPUT,
    ),
]


def new_order_file(output: Path | None, usual: Path) -> Path:
    """The file that a new order is written to; InputError where its name is not that of an order."""
    if output is None:
        return usual
    if output.suffix.lower() != ".json":
        text = f"a saved order is JSON: name a file that ends in .json, not {output}; cec print makes its papers"
        raise InputError(Fault(text, "--output"))
    return output


def read_words(option: str, words: str) -> str:
    """A text that was typed for an option; InputError where it is empty."""
    from cec.cli.inputs import read_text_of
    from cec.facts.reading import read_text

    text = str(read_text_of(option, words, read_text))
    if not text:
        raise InputError(Fault("is empty; write who or why in words", option))
    return text


@contextmanager
def about(order: Path) -> Iterator[None]:
    """What is wrong while it is open, with the name of this order's file where it has none."""
    try:
        yield
    except CecError as error:
        named = (fault if fault.file or fault.where else fault._replace(file=str(order)) for fault in error.faults)
        raise type(error)(*named) from None

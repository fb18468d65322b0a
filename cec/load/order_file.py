"""A saved order, as `--format json` wrote it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cec.errors import CecError, Fault, FileError
from cec.load.nodes import read_bytes
from cec.order import Order


def load_order(source: str | Path | bytes) -> Order:
    """The order of a JSON file or of its bytes; FileError where there is none.

    The numbers are as they were saved: `cec verify` computes them again.
    """
    name, content = ("", source) if isinstance(source, bytes) else (str(source), read_bytes(Path(source)))
    try:
        return msgspec.json.decode(content, type=Order)
    except (msgspec.MsgspecError, CecError, ValueError, ArithmeticError, RecursionError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise FileError(Fault(f"is no order that cec saved: {reason}", "", name)) from None

"""python -m cec, and the command `cec`."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

OBJECTS = 100_000
"""New objects before Python looks for garbage. Loading makes that many and no garbage; to look costs a tenth of it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run cec with these arguments, by default the program's; an interruption ends it quietly, also while it loads."""
    gc.set_threshold(OBJECTS)
    try:
        from cec.cli import main as run

        run(arguments)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        gc.freeze()  # all of it is given back at once; to look through it first takes a tenth of a second


if __name__ == "__main__":
    main()

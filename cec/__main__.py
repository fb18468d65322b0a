"""python -m cec, and the command `cec`."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run cec with these arguments, by default the program's; an interruption ends it quietly, also while it loads."""
    try:
        from cec.cli import main as run

        run(arguments)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()

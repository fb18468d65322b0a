"""python -m cec, and the command `cec`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run cec; an interruption ends it quietly, also while it is loading."""
    try:
        from cec.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()

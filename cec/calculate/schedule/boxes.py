"""What a person ticks before a dose is given: what must be so first, or that the end is not yet reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from cec.calculate.lines import CycleLine
from cec.order import Administration, Dose


def with_boxes(
    rows: Sequence[Administration], doses: Sequence[Dose], lines: Mapping[int, CycleLine]
) -> list[Administration]:
    """The administrations, in their order, each with what a person ticks first.

    What must be confirmed stands at the first of a dose; the end of a line (`until`) at each of its doses beyond the
    least that are always given.
    """
    so_far: Counter[int] = Counter()
    of_dose: set[int] = set()
    boxed = []
    for row in rows:
        dose, total = doses[row.dose_index], lines[row.line].of.total_doses
        so_far[row.line] += 1
        boxes = []
        if dose.confirm and row.dose_index not in of_dose:
            boxes.append(f"confirmed: {dose.confirm}")
        if dose.until and so_far[row.line] > (total.least if total else 0):
            boxes.append(f"not yet: {dose.until}")
        of_dose.add(row.dose_index)
        boxed.append(replace(row, boxes=tuple(boxes)) if boxes else row)
    return boxed

"""When a drug line is given, in words: times of day, interval, what its start hangs on, what narrows its days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cec.days import days_in_words
from cec.regimen import WEEKDAYS, Anchor, DoseCount, DrugLine


def times_in_words(line: DrugLine) -> Iterator[str]:
    """Clock times or words of the day, the interval, and what its start hangs on.

    >>> from decimal import Decimal
    >>> from cec.units import Quantity
    >>> line = DrugLine("mesna", Quantity(Decimal(10), "mg/kg"), "IV bolus", (1,), at=("09:00", "13:00"))
    >>> list(times_in_words(line))
    ['at 09:00 and 13:00']
    """
    if line.at:
        yield listed(line.at) if any(":" not in time for time in line.at) else f"at {listed(line.at)}"
    if line.anchors:
        yield anchors_in_words(line.anchors)
    if line.every:
        yield f"every {line.every}"
    elif line.per_day > 1 and not line.at:
        yield "spread over the day"


def anchors_in_words(anchors: Sequence[Anchor]) -> str:
    """What the starts of a line hang on; of one drug it is named once.

    >>> from decimal import Decimal
    >>> from cec.units import Quantity
    >>> four = Quantity(Decimal(4), "h")
    >>> anchors_in_words([Anchor("ifosfamide", "start"), Anchor("ifosfamide", "start", four)])
    'with ifosfamide, 4 h after its start'
    """
    first = anchors[0]
    return ", ".join(
        f"{each.by} {'before' if each.is_before else 'after'} its {each.edge}"
        if number and each.by and (each.to, each.which, each.days) == (first.to, first.which, first.days)
        else anchor_in_words(each)
        for number, each in enumerate(anchors)
    )


def anchor_in_words(anchor: Anchor) -> str:
    """What a start hangs on.

    >>> anchor_in_words(Anchor("ifosfamide", "start")), anchor_in_words(Anchor("cytarabine", "end", which="last"))
    ('with ifosfamide', 'after the last cytarabine')
    """
    which = {"": "", "each": "each "}.get(anchor.which, f"the {anchor.which} ")
    days = f" on {days_in_words(anchor.days)}" if anchor.days else ""
    if anchor.by is None:
        return f"{'with' if anchor.edge == 'start' else 'after'} {which}{anchor.to}{days}"
    order = "before" if anchor.is_before else "after"
    edge = "" if anchor.is_before and anchor.edge == "start" else f"the {anchor.edge} of "
    return f"{anchor.by} {order} {edge}{which}{anchor.to}{days}"


def narrowed_to(line: DrugLine) -> Iterator[str]:
    """What else says on which of its days a line is given.

    >>> from decimal import Decimal
    >>> from cec.units import Quantity
    >>> line = DrugLine("x", Quantity(Decimal(1), "mg"), "oral", (1, 2), weekdays=WEEKDAYS[:5])
    >>> list(narrowed_to(line))
    ['Monday to Friday']
    """
    if line.repeat:
        yield f"again every {line.repeat}"
    if line.weekdays:
        yield _weekdays(line.weekdays)
    if line.total_doses:
        yield _doses(line.total_doses)
    if line.until:
        yield f"until {line.until}"
    if line.confirm:
        yield f"confirm first: {line.confirm}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words in one line, the last one after "and".

    >>> listed(["1", "8", "15"])
    '1, 8 and 15'
    """
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def _weekdays(weekdays: tuple[str, ...]) -> str:
    """Days of the week, a run of them as a range."""
    first, last = WEEKDAYS.index(weekdays[0]), WEEKDAYS.index(weekdays[-1])
    is_run = len(weekdays) > 2 and last - first == len(weekdays) - 1
    return f"{weekdays[0]} to {weekdays[-1]}" if is_run else listed(weekdays)


def _doses(count: DoseCount) -> str:
    """So many doses in all."""
    numbers = f"{count.least} to {count.most}" if count.least else f"at most {count.most}"
    return f"{count.most if count.least == count.most else numbers} {'dose' if count.most == 1 else 'doses'} in all"

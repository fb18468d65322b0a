"""A regimen in words: its title, its doses, days and times."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from cec.order import Dose
from cec.regimen import DrugLine, Regimen, list_days
from cec.render.words import listed
from cec.units import Quantity


def frequency(line: DrugLine | Dose) -> str:
    """How often on each of its days: daily, or so many times.

    >>> from decimal import Decimal
    >>> frequency(DrugLine("mesna", Quantity(Decimal(10), "mg/kg"), "IV bolus", (1,), times=3))
    '3 times daily'
    """
    return "daily" if line.per_day == 1 else f"{line.per_day} times daily"


def protocol_dose(line: DrugLine) -> str:
    """The dose that a drug line prescribes, with its cap; every dose where it depends on the patient."""
    if isinstance(line.dose, Quantity):
        text = str(line.dose)
    else:
        facts = listed(sorted({condition.fact for band in line.dose for condition in band.when}))
        text = f"{listed([str(band.dose) for band in line.dose], 'or')} by {facts}"
    if line.divided_into > 1:
        text += f" in {line.divided_into} doses"
    return f"{text} ({', '.join(line.caps)})" if line.caps else text


def line_days(line: DrugLine) -> str:
    """How often and on which days a drug line is given.

    >>> from decimal import Decimal
    >>> line_days(DrugLine("etoposide", Quantity(Decimal(100), "mg/m2"), "IV infusion", (1, 2, 3)))
    'daily for 3 days'
    """
    often = "daily" if line.divided_into > 1 else frequency(line)
    count = len(line.days)
    if count == 1:
        days = f"on day {line.days[0]}" if often == "daily" else f"{often} on day {line.days[0]}"
    elif line.days == tuple(range(1, count + 1)):
        days = f"{often} for {count} days"
    elif often == "daily":
        days = f"on days {list_days(line.days)}"
    else:
        days = f"{often} on days {list_days(line.days)}"
    return days + _only_in(line.cycles)


def _only_in(cycles: Sequence[int]) -> str:
    """The cycles that a line is limited to."""
    if not cycles:
        return ""
    return f" ({'cycle' if len(cycles) == 1 else 'cycles'} {listed([str(cycle) for cycle in cycles])} only)"


def line_times(line: DrugLine) -> str:
    """Days and times of a drug line together, as the protocol says them.

    >>> from decimal import Decimal
    >>> line_times(DrugLine("mesna", Quantity(Decimal(10), "mg/kg"), "IV bolus", (1,), at=("09:00", "13:00")))
    '2 times daily on day 1, at 09:00 and 13:00'
    """
    parts = (
        line_days(line),
        f"every {line.every}" if line.every else "",
        (line.at[0] if line.at[0].startswith("before") else f"at {listed(line.at)}") if line.at else "",
        f"{f'{line.gap} ' if line.gap else ''}after {line.after}" if line.after else "",
    )
    return ", ".join(filter(None, parts))


def doses_of_title(regimen: Regimen) -> str:
    """The drugs of a regimen with their doses and days: what tells it from others of the same letters.

    Drugs given to prevent or treat something else than the disease stand last; their days only where they differ.
    """
    main = [line for line in regimen.drugs if not line.purpose]
    beside = [line for line in regimen.drugs if line.purpose]
    groups = [_doses_of_group(days, list(group)) for days, group in groupby(main, line_days)]
    same = line_days(main[-1]) if main else ""
    groups += [_doses_of_group("" if days == same else days, list(group)) for days, group in groupby(beside, line_days)]
    return "; ".join(groups)


def _doses_of_group(days: str, lines: list[DrugLine]) -> str:
    doses = ", ".join(f"{line.drug} {protocol_dose(line)}" for line in lines)
    return f"{doses} {days}".rstrip()


def title_with_doses(regimen: Regimen) -> str:
    """The title of every sheet: the regimen's own, then its doses and days."""
    return f"{regimen.title}: {doses_of_title(regimen)}"


def number_of_days(regimen: Regimen) -> str:
    """How many days the regimen gives drugs on, and which where they have gaps."""
    days = sorted({day for line in regimen.drugs for day in line.days})
    count = "1 day" if len(days) == 1 else f"{len(days)} days"
    return count if days == list(range(1, len(days) + 1)) else f"{count} (day {list_days(days)})"

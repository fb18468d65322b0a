"""What is ordered of each drug, as it stands where it is signed: the dose, how and when, where it comes from."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from cec.days import days_in_words, list_days, paper_date, runs_of
from cec.order import identity
from cec.rendering.words import OMITTED, given_by, over_days, reason_of, signed_percent, spelled
from cec.rendering.words.alerts import names_allergy
from cec.rendering.words.preparation import containers
from cec.rendering.words.regimen import frequency
from cec.rendering.words.revision import given_rows, line_totals, row_marks
from cec.rendering.words.times import clock, weekday_date
from cec.routes import is_into_csf
from cec.units import Quantity, write_number

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Sequence

    from cec.order import Administration, Dose, Order, Preparation, Step

TO_WRITE = "______"
_VOLUME_AND_RATE = ",\N{NO-BREAK SPACE}".join(f"{TO_WRITE}\N{NO-BREAK SPACE}{unit}" for unit in ("mL", "mL/h"))
_FOR_THE_WORKSHEET = ("keeps", "dissolve")
"""What only those who prepare a dose must mind."""


def dose_data(order: Order, index: int) -> dict[str, Any]:
    """One drug: its dose, what must be seen beside it, how and when it is given, and where the dose comes from."""
    dose = order.doses[index]
    if not dose.ordered.value:
        return {
            "drug": dose.drug,
            "ordered": OMITTED,
            "flags": [],
            "marks": [],
            "given": [_not_given(order, dose)],
            "working": [],
        }
    preparation = next((each for each in order.preparations if each.dose_index == index), None)
    goes_on = index > 0 and order.doses[index - 1].line == dose.line
    of_line = () if goes_on else (dose.purpose, dose.note)
    made_of = "; ".join(filter(None, (_taken(preparation), *_handling(preparation)))) if preparation else ""
    rows = [row for row in order.administrations if row.dose_index == index]
    return {
        "drug": dose.drug,
        "ordered": str(dose.ordered),
        "flags": flags(order, dose),
        "marks": _marks(order, rows),
        "given": [
            ", ".join(filter(None, (given_by(dose, to_tick=True), _mixture(dose, preparation)))),
            *over_days(dose),
            _often(dose),
            ": ".join(filter(None, (_days(order, index), _dates(rows)))),
            *_given(order, rows),
        ],
        "working": [
            *_working(dose),
            *({"text": text, "changed": False} for text in (*of_line, made_of) if text),
        ],
    }


def _marks(order: Order, rows: Sequence[Administration]) -> list[str]:
    """In what any of these is another than in the order before, each once."""
    marks = row_marks(order)
    return list(dict.fromkeys(marks[name] for row in rows if (name := identity(row)) in marks))


def _given(order: Order, rows: Sequence[Administration]) -> Iterator[str]:
    """What became of those that are not ordered any more, with their dates where that is not true of all."""
    past = given_rows(order)
    statuses = [past.get(identity(row), "") for row in rows]
    for status in dict.fromkeys(filter(None, statuses)):
        alike = [row for row, each in zip(rows, statuses, strict=True) if each == status]
        yield status if len(alike) == len(rows) else f"{status}: {_dates(alike)}"


def flags(order: Order, dose: Dose) -> list[str]:
    """What must be seen in the row of a dose: that the allergies name its drug, and by which route it kills."""
    named = any(names_allergy(alert, dose.drug) for alert in order.alerts)
    return [*(["! allergy named"] if named else []), *dose.label]


def pump(dose: Dose, preparation: Preparation | None) -> list[str]:
    """What is hung or taken: volume, concentration and rate, as a pump asks for them; a line where none is known."""
    if preparation and preparation.form == "tablet":
        taken = containers(preparation).replace(f"{dose.drug} ", "")  # the drug stands beside it
        return [taken] if taken else []
    if preparation and preparation.final_volume:
        figures = (preparation.final_volume, preparation.concentration, preparation.rate)
        return [str(each) for each in figures if each]
    if dose.is_infused:
        return [_VOLUME_AND_RATE]
    return [f"{preparation.draw} of {preparation.strength}"] if preparation and preparation.draw else []


def _mixture(dose: Dose, preparation: Preparation | None) -> str:
    """What is set at a pump, with the diluent behind the volume."""
    volume, *others = pump(dose, preparation) or [""]
    diluent = preparation.diluent if preparation and preparation.final_volume else ""
    return ", ".join(filter(None, (f"{volume} {diluent}".strip(), *others)))


def _not_given(order: Order, dose: Dose) -> str:
    """That a drug is left out, and why: no dose, no duration, no date that somebody could give it by."""
    is_whole = dose.days == order.days_of(dose)
    return f"not given {'in this cycle' if is_whole else f'on {days_in_words(dose.days)}'}: {reason_of(dose)}"


def _often(dose: Dose) -> str:
    """How often and at what time of the day; what a day has of it in all, where it is given several times."""
    often = frequency(dose) if dose.per_day > 1 and "times a day" not in dose.timing else ""
    most = "at most " if dose.counts else ""
    daily = f"{most}{dose.daily_total} in all each day" if dose.per_day > 1 else ""
    return ", ".join(filter(None, (often, dose.timing, daily)))


def _days(order: Order, index: int) -> str:
    """On which days, in words; of doses that stand on later dates, that these are the days that they belong to."""
    dose = order.doses[index]
    if any(row.of_day is not None for row in order.administrations if row.dose_index == index):
        return f"doses of {days_in_words(dose.days)}"
    count = len(dose.days)
    if count == 1:
        return f"on day {dose.days[0]}"
    if len(runs_of(dose.days)) == 1:
        return f"for {count} days" + ("" if dose.days[0] == 1 else f" from day {dose.days[0]}")
    return f"on {count} days ({list_days(dose.days)})"


def _dates(rows: Sequence[Administration]) -> str:
    """The dates on which the doses start, and when the last one ends, where that is another."""
    dates = sorted({row.date for row in rows})
    if not dates:
        return ""
    runs: list[list[datetime.date]] = []
    for date in dates:
        if runs and (date - runs[-1][-1]).days == 1:
            runs[-1].append(date)
        else:
            runs.append([date])
    words = ", ".join(
        paper_date(run[0]) if len(run) == 1 else f"{paper_date(run[0])} to {paper_date(run[-1])}" for run in runs
    )
    end = max((row.end for row in rows if row.end), default=None)
    return (
        f"{words}; {'the last ' if len(rows) > 1 else ''}ends {weekday_date(end.date())} {clock(end)}"
        if end and end.date() > dates[-1]
        else words
    )


def _working(dose: Dose) -> Iterator[dict[str, Any]]:
    """How the dose was computed: prescribed × measure, and then what limits or changes it; not what changed nothing."""
    before: Step | None = None
    for step in dose.steps:
        says_more = step.what == "prescribed" and step.how != f"{step.value}, as the regimen says"
        changed = before is not None and step.value != before.value and step.what != "infused"
        if step.what == "calculated" or says_more:
            yield {"text": step.how, "changed": False}
        elif step.what not in {"prescribed", "measured"} and (changed or step.what != "rounded"):
            kept = step.what in {"capped", "capped by day"} and not changed
            yield {"text": step.how if kept or step.what == "set" else f"{step.what}: {step.how}", "changed": changed}
        before = step


def _taken(preparation: Preparation) -> str:
    """What a dose is measured out of, and how far that moves it."""
    if preparation.form == "tablet" or not preparation.draw:
        return ""
    taken = f"{preparation.draw} of {preparation.strength}"
    if not preparation.deviation_percent:
        return taken
    return f"{taken} = {preparation.contains} ({signed_percent(preparation.deviation_percent)} of {preparation.dose})"


def _handling(preparation: Preparation) -> Iterator[str]:
    """What those who give a dose must mind, and what the formulary does not say."""
    yield "; ".join(text for text in preparation.handling if not text.startswith(_FOR_THE_WORKSHEET))
    parts = preparation.missing.split("; ")
    yield "; ".join([part for part in parts if ", so no " in part] or parts)  # the worksheet tells the others


def totals_of(order: Order, *, apart: bool) -> list[list[str]]:
    """What each drug line comes to in the whole cycle, of those into the cerebrospinal fluid or of all others."""
    by_line = [list(doses) for _, doses in groupby(order.doses, lambda dose: dose.line)]
    of_route = [doses for doses in by_line if is_into_csf(doses[0].route) == apart]
    changed = {line: [each.counted, f"= {each.total}"] for line, each in line_totals(order).items()}
    return [
        [spelled(doses[0].drug, order.pharmacy), *(changed.get(doses[0].line) or _total(doses))] for doses in of_route
    ]


def _total(doses: Sequence[Dose]) -> list[str]:
    """How often which dose of a line, and what they come to; why not, where that is not known."""
    given = [dose for dose in doses if dose.ordered.value]
    if not given:
        return ["", OMITTED]
    counted = " + ".join(f"{_count(dose)} ×\N{NO-BREAK SPACE}{dose.ordered}" for dose in given)
    totals = [dose.cycle_total for dose in given if dose.cycle_total]
    if len(totals) < len(given):
        return ["", "; ".join(dict.fromkeys(dose.no_total for dose in given if dose.no_total))]
    total = Quantity(sum((each.value for each in totals), Decimal(0)), given[0].ordered.unit)
    most = "up to " if any(dose.until for dose in given) else ""
    return [f"{most}{counted}", f"= {total}"]


def _count(dose: Dose) -> str:
    """How often a dose is given in the cycle."""
    return write_number(dose.cycle_total.value / dose.ordered.value) if dose.cycle_total else ""

"""What a history says of each cycle and drug, in the same words in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cec.days import days_in_words, paper_date
from cec.rendering.words import OMITTED
from cec.rendering.worklist import released_and_file, who
from cec.units import write_number
from cec.when_words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cec.course.patient_history import CycleOfHistory, DrugInAll, DrugOfCycle, History, Intensity

TITLE = "History"
NO_PLAN = "the regimen prescribes no cycle length"


DRUG_COLUMNS = (
    *("Drug", "Ordered", "Given", "To be given", "Given, per m2 or kg", "A week", "Of the plan", "With all before it"),
)
TOTAL_COLUMNS = ("Drug", "Before these", "Given", "To be given", "In all", "Lifetime maximum", "A week", "Of the plan")


class DrugLine(NamedTuple):
    """A drug of a cycle in words."""

    drug: str
    ordered: str
    given: str
    to_give: str
    given_per: str
    a_week: str
    plan: str
    cumulative: str


class TotalLine(NamedTuple):
    """A drug over all cycles in words."""

    drug: str
    before: str
    given: str
    to_give: str
    total: str
    maximum: str
    a_week: str
    plan: str


def title_of(history: History) -> str:
    """Whose history it is."""
    return f"{TITLE} of {who(history.patient) or 'a patient'}"


def period(history: History) -> str:
    """How many cycles there are, from when to when, and what counts as given."""
    cycles, count = history.cycles, len(history.cycles)
    number = "1 cycle" if count == 1 else f"{count} cycles"
    days = ["the next cycle", "the last change", *([paper_date(history.on)] if history.on else [])]
    return (
        f"{number}, {paper_date(cycles[0].first)} to {paper_date(cycles[-1].last)}. What is dated before "
        f"{listed(days, 'or')} counts as given, unless somebody told otherwise; all else is to be given"
    )


def cycle_title(cycle: CycleOfHistory) -> str:
    """Which cycle it is, of which regimen, and its dates."""
    number = f"Cycle {cycle.cycle}" if cycle.cycle else "Cycle without a number"
    dates = paper_date(cycle.first)
    if cycle.last != cycle.first:
        dates += f" to {paper_date(cycle.last)}"
    return f"{number}, {dates}: {cycle.title} ({cycle.regimen}, edition {cycle.edition})"


def cycle_facts(cycle: CycleOfHistory) -> Iterator[str]:
    """When the next cycle came, which order it is, and what changed in it."""
    if cycle.days is not None:
        yield f"{_days(cycle.days)} from day 1 to the next day 1; {_against_plan(cycle)}"
    yield released_and_file(cycle)
    for revised in cycle.revisions:
        since = "" if revised.from_day in {None, *revised.restored} else f" from day {revised.from_day}"
        restored = f", {days_in_words(revised.restored)} given after all" if revised.restored else ""
        yield f"changed on {paper_date(revised.on)}{since}{restored}: {revised.reason}"
        for each in revised.given:
            amount = f"{each.amount} given" if each.amount.value else "not given"
            yield f"{each.drug} on day {each.day}: {amount}, as told on {paper_date(revised.on)}"
    drugs: dict[str, list[str]] = {}
    for change in cycle.changes:
        amount = str(change.amount) if change.amount.value else OMITTED
        drugs.setdefault(f"{amount} on {days_in_words(change.days)}, {change.how}", []).append(change.drug)
    yield from (f"{listed(of_words)}: {words}" for words, of_words in drugs.items())


def _against_plan(cycle: CycleOfHistory) -> str:
    """How the time from day 1 to day 1 stands to the plan, in words."""
    if cycle.planned_days is None or cycle.delay is None:
        return NO_PLAN
    if not cycle.delay:
        return "as planned"
    return (
        f"{_days(abs(cycle.delay))} {'later' if cycle.delay > 0 else 'earlier'} than the {cycle.planned_days} planned"
    )


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def drug_lines(cycle: CycleOfHistory) -> list[DrugLine]:
    """Every drug of a cycle."""
    return [_drug_line(drug) for drug in cycle.drugs]


def _drug_line(drug: DrugOfCycle) -> DrugLine:
    is_amount = drug.given_per.unit == drug.given.unit
    return DrugLine(
        drug.drug,
        f"{drug.ordered} in {_doses(drug.doses)}",
        f"{drug.given} in {_doses(drug.given_doses)}" if drug.given_doses else "nothing",
        str(drug.to_give) if drug.to_give.value else "",
        "" if is_amount else str(drug.given_per),
        *_intensity(drug.intensity),
        str(drug.cumulative),
    )


def _doses(count: int) -> str:
    return "1 dose" if count == 1 else f"{count} doses"


def _intensity(intensity: Intensity | None) -> tuple[str, str]:
    """What is given in a week, and that against the plan."""
    if intensity is None:
        return "", ""
    if intensity.planned_a_week is None or intensity.percent is None:
        return str(intensity.a_week), ""
    return str(intensity.a_week), f"{write_number(intensity.percent)}% of {intensity.planned_a_week}"


def total_lines(history: History) -> list[TotalLine]:
    """Every drug over all cycles."""
    return [_total_line(drug) for drug in history.drugs]


def _total_line(drug: DrugInAll) -> TotalLine:
    maximum = ""
    if drug.lifetime_maximum and drug.percent is not None:
        least = "at least " if drug.before is None or drug.counted_since else ""
        maximum = f"{least}{write_number(drug.percent)}% of {drug.lifetime_maximum}"
    since = f" since {paper_date(drug.counted_since)}" if drug.counted_since else ""
    return TotalLine(
        drug.drug,
        f"{drug.before}{since}" if drug.before else "not told",
        str(drug.given),
        str(drug.to_give) if drug.to_give.value else "",
        str(drug.total),
        maximum,
        *_intensity(drug.intensity),
    )

"""A patient's history as CSV: a row per cycle and drug."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cec.drug_names import is_same_drug
from cec.rendering.csv import number, write

if TYPE_CHECKING:
    from cec.course.patient_history import CycleOfHistory, DrugOfCycle, History

COLUMNS = (
    *("id", "name", "born", "cycle", "day_1", "first", "last", "regimen", "edition", "drug", "unit"),
    *("ordered", "given", "to_give", "doses", "given_doses", "unit_per", "ordered_per", "given_per", "to_give_per"),
    *("cumulative_per", "lifetime_maximum_per", "days", "planned_days", "delay_days"),
    *(
        "a_week_per",
        "planned_a_week_per",
        "percent_of_plan",
        "changes",
        "order",
        "revision",
        "file",
        "status",
        "alerts",
    ),
)


def render(history: History) -> bytes:
    """A row for each drug of each cycle; amounts in `unit`, what ends in `_per` in `unit_per`."""
    return write(COLUMNS, (_row(history, cycle, drug) for cycle in history.cycles for drug in cycle.drugs))


def _row(history: History, cycle: CycleOfHistory, drug: DrugOfCycle) -> tuple[str, ...]:
    patient, intensity = history.patient, drug.intensity
    maximum = next((each.lifetime_maximum for each in history.drugs if is_same_drug(each.drug, drug.drug)), None)
    changes = [
        f"{change.amount} on day {', '.join(map(str, change.days))}, {change.how}"
        for change in cycle.changes
        if change.drug == drug.drug
    ]
    changes += [f"from day {each.from_day}: {each.reason}" for each in cycle.revisions]
    return (
        *(patient.id, patient.name, patient.born.isoformat() if patient.born else "", str(cycle.cycle or "")),
        *(cycle.day_1.isoformat(), drug.first.isoformat(), drug.last.isoformat(), cycle.regimen, str(cycle.edition)),
        *(drug.drug, drug.ordered.unit, number(drug.ordered), number(drug.given), number(drug.to_give)),
        *(str(drug.doses), str(drug.given_doses), drug.given_per.unit, number(drug.ordered_per)),
        *(number(drug.given_per), number(drug.to_give_per), number(drug.cumulative), number(maximum)),
        *(_count(cycle.days), _count(cycle.planned_days), _count(cycle.delay)),
        number(intensity.a_week if intensity else None),
        number(intensity.planned_a_week if intensity else None),
        number(intensity.percent if intensity else None),
        "; ".join(changes),
        *(cycle.fingerprint, str(cycle.revision), cycle.file, "released" if cycle.release else "draft"),
        " ".join(dict.fromkeys(alert.code for alert in history.alerts)),
    )


def _count(value: int | None) -> str:
    return "" if value is None else str(value)

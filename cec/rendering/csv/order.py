"""The order as CSV: a row per drug, or per administration where the order has a start. Dates in ISO form.

Days stand with spaces between them: spreadsheets take 1-5 for a date. The rows of doses tell what these were computed
from, so that `cec verify` can hold them against the regimen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from cec.course.given import Given, administrations_given
from cec.order import Order, identity
from cec.patient import Patient, Reduction, SetDose, Withheld, target
from cec.rendering.csv import alert_codes, clock_time, levels_by_code, number, words, write_order
from cec.rendering.words.times import rate_words
from cec.units import Quantity

if TYPE_CHECKING:
    from cec.course.void import Void
    from cec.treatment import TreatmentCalendar

DOSE_COLUMNS = (
    *("regimen", "edition", "id", "cycle", "height_cm", "weight_kg", "age", "sex", "creatinine"),
    *("creatinine_clearance", "reduce", "set", "without", "choose", "bsa_m2", "drug", "protocol_dose"),
    *("protocol_unit", "calculated", "ordered", "unit", "deviation_percent", "route", "over", "days", "per_day"),
    *("daily_total", "cycle_total", "alerts", "alert_levels", "accepted"),
)
SCHEDULE_COLUMNS = (
    *("regimen", "edition", "id", "cycle", "reduce", "set", "without", "choose", "bsa_m2", "day", "date", "of_day"),
    *("start", "not_after", "end", "timing", "drug", "dose", "unit", "route", "over", "rate", "rate_unit", "alerts"),
    *("alert_levels", "accepted"),
)
STANDING_COLUMNS = ("revision", "standing", "given")
"""Which revision it is; whether each administration is ordered, given or not given; and how much of it was given."""
SCHEDULE_NUMBERS = ("edition", "cycle", "bsa_m2", "day", "dose", "rate")
"""The columns of a schedule that hold numbers; in all others is text, whatever it looks like."""
TREATMENT_COLUMNS = ("treatment", "phase", "cycle_in_all", *SCHEDULE_COLUMNS)
"""Those of a schedule, after the place of the cycle in a treatment."""


def render(order: Order, *, void: Void | None = None) -> bytes:
    """The order's rows under their headings."""
    if order.start:
        rows = ((*row, *standing) for row, standing in zip(schedule_rows(order), _standing_of_rows(order), strict=True))
        return write_order(order, (*SCHEDULE_COLUMNS, *STANDING_COLUMNS), rows, void)
    return write_order(order, DOSE_COLUMNS, dose_rows(order), void)


def _standing_of_rows(order: Order) -> Iterator[Sequence[str]]:
    """What stands of each administration, as in STANDING_COLUMNS; of a cancelled cycle nothing is given."""
    standing = {identity(each.row): each for each in administrations_given(order)}
    for row in order.administrations:
        each = standing.get(identity(row), Given(row, Quantity(Decimal(0), row.dose.unit), "not given"))
        yield str(order.revision), each.status, "" if each.status == "ordered" else number(each.amount)


def dose_rows(order: Order) -> Iterable[Sequence[str]]:
    """One row per drug line, as in DOSE_COLUMNS."""
    patient = order.patient
    for dose in order.doses:
        yield (
            order.regimen.name,
            str(order.regimen.edition),
            patient.id,
            str(order.cycle or ""),
            number(patient.height),
            number(patient.weight),
            words(patient.age_on(order.as_of)),
            patient.sex or "",
            words(patient.creatinine),
            words(patient.creatinine_clearance),
            *_declared(order),
            number(order.measures_on(dose.days[0]).bsa.value),
            dose.drug,
            number(dose.prescribed),
            dose.prescribed.unit,
            number(dose.calculated),
            number(dose.ordered),
            dose.ordered.unit,
            number(dose.deviation_percent),
            dose.route,
            dose.runs,
            " ".join(map(str, dose.days)),
            str(dose.per_day),
            number(dose.daily_total),
            number(dose.cycle_total),
            *_alerts(order),
        )


def _alerts(order: Order) -> tuple[str, str, str]:
    """The codes of the alerts, their levels in the same sequence, and what was accepted why."""
    levels = " ".join(levels_by_code(order).values())
    return (
        alert_codes(order),
        levels,
        "; ".join(f"{each.code}={each.accepted}" for each in order.alerts if each.accepted),
    )


def declared(declarations: Iterable[Reduction | SetDose | Withheld]) -> str:
    """What a person declares of doses in one way, as a cell of a table has it."""
    return "; ".join(f"{target(each)}{_change(each)}: {each.reason}" for each in declarations)


def _declared(order: Order) -> tuple[str, str, str, str]:
    """What a person reduced, set, withheld and chose, with the order or with a change of it."""
    patient = declared_patient(order)
    chosen = "; ".join(f"{drug}={text}" for drug, texts in patient.choices.items() for text in texts)
    return declared(patient.reductions), declared(patient.set_doses), declared(patient.withheld), chosen


def declared_patient(order: Order) -> Patient:
    """The patient of an order with all that is declared of its doses, on the days on which it holds."""
    if not order.changes:
        return order.patient
    from cec.calculate.revision.declared_days import declared_by_days

    return declared_by_days(order)


def _change(declaration: Reduction | SetDose | Withheld) -> str:
    if isinstance(declaration, Reduction):
        return f"={number(declaration.percent)}%"
    return f"={words(declaration.dose)}" if isinstance(declaration, SetDose) else ""


def schedule_rows(order: Order) -> Iterable[Sequence[str]]:
    """One row per administration, as in SCHEDULE_COLUMNS."""
    for row in order.administrations:
        yield (
            order.regimen.name,
            str(order.regimen.edition),
            order.patient.id,
            str(order.cycle or ""),
            *_declared(order),
            number(order.measures_on(row.protocol_day).bsa.value),
            str(row.day),
            row.date.isoformat(),
            str(row.of_day or ""),
            clock_time(row.start),
            clock_time(row.not_after),
            clock_time(row.end),
            "; ".join(filter(None, (row.timing, *row.boxes, *rate_words(row)))),
            row.drug,
            number(row.dose),
            row.dose.unit,
            row.route,
            row.runs,
            number(row.rate),
            row.rate.unit if row.rate else "",
            *_alerts(order),
        )


def treatment(calendar: TreatmentCalendar) -> bytes:
    """Every administration of every cycle."""
    return write_order(calendar.orders[0], TREATMENT_COLUMNS, _rows_of_cycles(calendar))


def _rows_of_cycles(calendar: TreatmentCalendar) -> Iterator[Sequence[str]]:
    for order in calendar.orders:
        place = order.of_treatment
        for row in schedule_rows(order):
            yield (calendar.treatment.name, str(place.phase if place else ""), str(place.in_all if place else ""), *row)

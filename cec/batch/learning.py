"""What one row of a class tells of all of them: alert codes, protocol doses, and why they are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from cec.batch.single_row import Cells, Settings, cells_of, draft, levels_of, read, reasons_of
from cec.calculate.again import dosed_again
from cec.calculate.lines import cycle_of, lines_of_cycle
from cec.calculate.preparation import prepare
from cec.calculate.preparation.digits import digit_alerts
from cec.calculate.schedule.drawing import draw_up
from cec.errors import CecError, OrderRefused
from cec.load.patient_keys import Part
from cec.order import Alert, Order
from cec.patient import Reduction
from cec.regimen import Level, entry_of
from cec.tables.rows import Read, Refusal, refusal
from cec.units import Quantity, dose_unit


class Variant(NamedTuple):
    """What a dose hangs on beside the measures: which line and which of its doses, route, reduction."""

    line: int
    entry: int
    dose: Quantity
    route: str
    reduction: Reduction | None

    @property
    def measure(self) -> str:
        """What the dose is multiplied by: bsa, weight, creatinine_clearance, or nothing."""
        return dose_unit(self.dose.unit).measure


class Class(NamedTuple):
    """What the rows of one class have in common: alert codes, doses, and a refusal where they have one.

    Without doses each row is answered for itself. With a refusal, a stop refuses the rows, and so may their amounts.
    """

    codes: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    refusal: Refusal | None = None
    codes_of_schedule: tuple[str, ...] = ()
    """They stand behind those of preparations, which hang on the amounts."""
    levels: Mapping[str, Level] = {}
    """The levels of alerts by their codes; others are checks."""
    not_made: tuple[str, ...] = ()
    """What was wanting for checks that were not made."""


UNKNOWN = Class()


def learn(parts: Mapping[str, Part], settings: Settings) -> tuple[Class, Cells | Refusal]:
    """What the single path says of one row: as far as it holds for every row of its class, and all of it."""
    stopped = None
    try:
        row = read(parts, settings)
    except CecError as error:
        return UNKNOWN, refusal(error)
    try:
        order = draft(row, settings)
        answer: Cells | Refusal = cells_of(order, settings)
    except OrderRefused as error:
        answer = refusal(error)
        stopped = answer if error.stops else None
        unstopped = _unstopped(row, error.stops, settings)
        if unstopped is None:
            return UNKNOWN, answer
        order = unstopped
    except CecError as error:
        return UNKNOWN, refusal(error)
    fixed = {check.text for check in settings.regimen.checks}
    if any(alert.level == "stop" and alert.words not in fixed for alert in order.alerts):
        return UNKNOWN, answer
    codes = tuple(alert.code for alert in order.alerts if not alert.not_made)
    # What is said of making up the doses hangs on their amounts; behind it stands what the schedule says.
    lines = lines_of_cycle(order.regimen, cycle_of(order))
    schedule = (
        draw_up(order.regimen, order.doses, order.start, order.pharmacy, lines)
        if order.start and order.administrations
        else None
    )
    behind = len(codes) - (len(schedule.alerts) if schedule else 0)
    before = behind - len(_of_amounts(order))
    return Class(
        codes[:before], _variants_of(order), stopped, codes[behind:], levels_of(order), reasons_of(order)
    ), answer


def _variants_of(order: Order) -> tuple[Variant, ...]:
    """What each dose of an order hangs on beside the measures; reasons of reductions are left out.

    Nothing where a person set or withheld a dose, or changed it on some days or one line, or a line has several doses,
    or one that hangs on more than one measure: such rows go one by one.
    """
    who = order.patient
    if who.set_doses or who.withheld or any(each.days or each.line for each in who.reductions):
        return ()
    if any(dose_unit(dose.prescribed.unit).measure in {"clearance and weight", "another dose"} for dose in order.doses):
        return ()
    if len({dose.line for dose in order.doses}) < len(order.doses):
        return ()
    reductions = {each.drug: msgspec.structs.replace(each, reason="") for each in order.patient.reductions}
    variants = (
        Variant(dose.line - 1, dose.entry, dose.prescribed, dose.route, entry_of(dose.drug, reductions))
        for dose in order.doses
    )
    return tuple(variants)


def _of_amounts(order: Order) -> Sequence[Alert]:
    """What is said of making up the doses of an order."""
    if not order.pharmacy.formulary:
        return [alert for dose in order.doses for alert in digit_alerts(dose)]
    return prepare(dosed_again(order), order.pharmacy)[1]


def _unstopped(row: Read, stops: Mapping[str, str], settings: Settings) -> Order | None:
    """The order of a row that was refused, its stops let through, or without the rounding of its doses."""
    if not stops:
        settings = settings._replace(pharmacy=msgspec.structs.replace(settings.pharmacy, dose_rounding={}))
    try:
        return draft(row, settings, accept=dict.fromkeys(stops, "to see the doses"))
    except CecError:
        return None

"""Preparation: how each dose is made up from the pharmacy's stock and labelled, and what a person must see in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from cec.calculate.dosing import Dosed
from cec.calculate.preparation.digits import digit_alerts
from cec.facts import NO_FACTS, Facts
from cec.order import Administration, Alert, DailyFluid, Dose, PickItem, Preparation
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.routes import label_of_route
from cec.units import Quantity

if TYPE_CHECKING:
    from cec.calculate.schedule.clock import Dates


class Stock(Struct, frozen=True):
    """The pharmacy that makes up doses from a day of the cycle on, and what is known of the patient then."""

    from_day: int
    pharmacy: Pharmacy
    facts: Facts = NO_FACTS


class MadeUp(NamedTuple):
    """Doses with what their labels say, their preparations and administrations, and alerts on how they are made up."""

    doses: tuple[Dose, ...]
    preparations: tuple[Preparation, ...]
    rows: tuple[Administration, ...]
    alerts: tuple[Alert, ...] = ()


def make_up(
    dosed: Sequence[Dosed], rows: tuple[Administration, ...], regimen: Regimen, pharmacy: Pharmacy, facts: Facts
) -> MadeUp:
    """How doses are made up and labelled, and their administrations with the rate and until when each is used."""
    preparations, alerts = prepare(dosed, pharmacy, facts)
    doses = with_labels([each.dose for each in dosed], preparations, regimen, pharmacy)
    if preparations:
        from cec.calculate.preparation.shelf_life import with_use_before

        rows = with_use_before(with_rates(rows, preparations), preparations, pharmacy)
    return MadeUp(doses, preparations, rows, alerts)


def of_whole_cycle(
    doses: Sequence[Dose],
    preparations: Sequence[Preparation],
    rows: Sequence[Administration],
    dates: Dates,
    weight_on: Callable[[int], Quantity],
    *stocks: Stock,
) -> tuple[tuple[DailyFluid, ...], tuple[PickItem, ...]]:
    """How much fluid each day gives, also per kg, and what all days of the cycle take from the shelf."""
    if not preparations:
        return (), ()
    from cec.calculate.preparation.fluids import daily_fluids
    from cec.calculate.preparation.pick_list import pick_list

    fluids = daily_fluids(doses, preparations, weight_on, rows, dates, zone=stocks[-1].pharmacy.zone)
    return fluids, pick_list(doses, preparations, *stocks)


def prepare(
    dosed: Sequence[Dosed], pharmacy: Pharmacy, facts: Facts = NO_FACTS
) -> tuple[tuple[Preparation, ...], tuple[Alert, ...]]:
    """How each dose is made up from the pharmacy's stock, and what a person must see; nothing without a formulary."""
    if not pharmacy.formulary:
        return (), tuple(alert for each in dosed for alert in digit_alerts(each.dose))
    from cec.calculate.preparation.from_stock import prepare_dose
    from cec.calculate.preparation.sharing import with_shared_vials

    prepared = [prepare_dose(each, index, pharmacy, facts) for index, each in enumerate(dosed)]
    doses = [each.dose for each in dosed]
    preparations = with_shared_vials(doses, [preparation for preparation, _ in prepared], pharmacy)
    return preparations, tuple(alert for _, alerts in prepared for alert in alerts)


def with_rates(schedule: Sequence[Administration], preparations: Sequence[Preparation]) -> tuple[Administration, ...]:
    """The administrations, each with the rate of its preparation where there is one."""
    rates = {made_up.dose_index: made_up.rate for made_up in preparations}
    return tuple(replace(row, rate=rate) if (rate := rates.get(row.dose_index)) else row for row in schedule)


def with_labels(
    doses: Sequence[Dose], preparations: Sequence[Preparation], regimen: Regimen, pharmacy: Pharmacy
) -> tuple[Dose, ...]:
    """The doses with what their labels must say: by drug and route, by the regimen's line, by the products taken."""
    by_dose = {preparation.dose_index: preparation for preparation in preparations}
    labels = [_label(dose, by_dose.get(index), regimen, pharmacy) for index, dose in enumerate(doses)]
    return tuple(replace(dose, label=label) if label else dose for dose, label in zip(doses, labels, strict=True))


def _label(dose: Dose, preparation: Preparation | None, regimen: Regimen, pharmacy: Pharmacy) -> tuple[str, ...]:
    entry = pharmacy.formulary_entry(dose.drug)
    taken = {preparation.product, *(use.product for use in preparation.vials)} if preparation else set()
    texts = (
        label_of_route(pharmacy.names_of(dose.drug), dose.route),
        regimen.drugs[dose.line - 1].label,
        *(product.label for product in (entry.products if entry else ()) if product.name in taken),
    )
    return tuple(dict.fromkeys(filter(None, texts)))

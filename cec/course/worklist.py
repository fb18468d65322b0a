"""The worklist of a day: every dose that is made up, over all patients, from the current orders of each."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from cec.calculate.preparation.pick_list import fluids_to_dissolve, items_beside_vials
from cec.calculate.rounding import to_nearest
from cec.course.found_orders import FiledOrder, damaged_alert, patient_of
from cec.course.given import Given, administrations_given
from cec.course.patients import Key, patient_alerts, patient_keys, unknown_patient
from cec.course.vials_of_day import MadeUp, vials_of_day
from cec.course.ward_day import (
    DoseOfDay,
    DrawnFrom,
    LeftOut,
    NotListed,
    OrderOfDay,
    PharmacyFile,
    VialsOfDay,
    WardDay,
    Worklist,
)
from cec.days import list_days
from cec.errors import Fault, InputError
from cec.order import Administration, Alert, Order, PickItem, Preparation
from cec.pharmacy import Pharmacy
from cec.routes import RADIOTHERAPY
from cec.units import Quantity

DRAFT_LEFT_OUT = "a draft"
NO_DATES = "orders-without-dates"
COUNTS_AS_GIVEN = "counts-as-given"
NOTHING_BESIDE = NotListed()


class _Row(NamedTuple):
    """A dose of the day, and the place of its order."""

    place: int
    order: Order
    administration: Administration
    preparation: Preparation | None
    given: Quantity | None
    """What was given, where somebody told it already."""
    counts_as_given: bool
    """Whether it does so by its date alone."""

    @property
    def pharmacy(self) -> Pharmacy:
        """The pharmacy that makes it up."""
        return self.order.pharmacy_on(self.administration.protocol_day)


def ward_day(
    day: datetime.date,
    files: Iterable[FiledOrder],
    policy: Pharmacy | None = None,
    *,
    released_only: bool = False,
    not_listed: NotListed = NOTHING_BESIDE,
) -> WardDay:
    """The worklist of a day from the orders that count: each the last of its chain, and not cancelled.

    A dose is on the list of the day on which it is made up: the one before, where its pharmacy makes it up then for the
    next morning. `policy` says which vials patients share, and how long an opened one keeps; without it each order's
    own pharmacy does. InputError where an order names no patient, or two orders of one patient both give something on
    one day.
    """
    found = [file for file in files if day in _dates(file.order) or any(_doses(file.order, day))]
    unknown = [fault for file, order in found for fault in unknown_patient(order.patient, file)]
    listed = [file for file in found if file.order.release or not released_only]
    drafts = [LeftOut(file, patient_of(order), DRAFT_LEFT_OUT) for file, order in found if (file, order) not in listed]
    keys = patient_keys([order.patient for _, order in listed])
    if faults := (*unknown, *_two_of_one(day, listed, keys)):
        raise InputError(*faults)
    rows = sorted(_rows(day, listed), key=_sequence)
    drawn = vials_of_day(list(_made_up(rows, listed, keys)), policy)
    return WardDay(
        Worklist(
            schema="cec.worklist/1",
            date=day,
            pharmacy=PharmacyFile(policy.name, policy.sha256) if policy else None,
            orders=tuple(map(_order_of_day, listed)),
            doses=tuple(
                _dose_of_day(number, row, drawn.drawn_from.get(number, ())) for number, row in enumerate(rows, 1)
            ),
            vials=drawn.vials,
            pick_list=_pick_list(rows, keys, drawn.vials),
            left_out=(*not_listed.left_out, *drafts, *_not_given(day, listed)),
            alerts=(
                *map(damaged_alert, not_listed.damaged),
                *patient_alerts((file, order.patient) for file, order in listed),
                *drawn.alerts,
                *_counting_as_given(rows),
                *_undated(not_listed.undated),
            ),
        ),
        tuple(order for _, order in listed),
    )


def _made_up(rows: Iterable[_Row], listed: Sequence[FiledOrder], keys: Sequence[Key]) -> Iterator[MadeUp]:
    for number, row in enumerate(rows, 1):
        if row.preparation:
            file, _ = listed[row.place]
            yield MadeUp(number, file, row.administration, row.preparation, keys[row.place], row.pharmacy)


def _counting_as_given(rows: Sequence[_Row]) -> Iterator[Alert]:
    """That doses of the list count as given by their dates alone; nothing where none does."""
    numbers = [number for number, row in enumerate(rows, 1) if row.counts_as_given]
    if numbers:
        drugs = ", ".join(dict.fromkeys(row.administration.drug for row in rows if row.counts_as_given))
        doses = f"dose {numbers[0]}" if len(numbers) == 1 else f"doses {list_days(numbers)}"
        text = (
            f"{doses} of this list ({drugs}) already {'counts' if len(numbers) == 1 else 'count'} as given: the order "
            "was changed after that day, and nobody told otherwise; look before one is made up"
        )
        yield Alert(COUNTS_AS_GIVEN, "check", "", text)


def _undated(files: Sequence[str]) -> Iterator[Alert]:
    """That orders without a date are on no list; nothing where there are none."""
    if files:
        have = "has no dates and is" if len(files) == 1 else "have no dates and are"
        yield Alert(NO_DATES, "note", "", f"{', '.join(files)} {have} on no list: an order gets them by --start")


def _dates(order: Order) -> set[datetime.date]:
    """The days on which an order gives something."""
    return {row.date for row in order.administrations if row.dose.value}


def _doses(order: Order, day: datetime.date) -> Iterator[Given]:
    """The doses of an order that are made up or dispensed on a day: all but radiation."""
    for each in administrations_given(order):
        if order.day_to_make(each.row) == day and each.row.dose.value and each.row.route != RADIOTHERAPY:
            yield each


def _rows(day: datetime.date, listed: Sequence[FiledOrder]) -> Iterator[_Row]:
    for place, (_, order) in enumerate(listed):
        preparations = {each.dose_index: each for each in order.preparations}
        for row, amount, status, is_told in _doses(order, day):
            if status != "not given":
                given, is_past = (amount, False) if is_told else (None, status == "given")
                yield _Row(place, order, order.as_made_up(row), preparations.get(row.dose_index), given, is_past)


def _not_given(day: datetime.date, listed: Iterable[FiledOrder]) -> Iterator[LeftOut]:
    """The doses of a day of which somebody told that they are not given."""
    for file, order in listed:
        for row, _, status, _ in _doses(order, day):
            if status == "not given":
                yield LeftOut(file, patient_of(order), f"{row.drug} {row.dose} was not given")


def _sequence(row: _Row) -> tuple[datetime.datetime, bool, str, str, int]:
    """By time, what is given before one first; doses of one time by ward, patient and the sequence of their order."""
    patient, given = patient_of(row.order), row.administration
    return given.time, given.start is not None, patient.ward, patient.name or patient.id, row.place


def _two_of_one(day: datetime.date, listed: Sequence[FiledOrder], keys: Sequence[Key]) -> Iterator[Fault]:
    """Every two orders of one patient that give something on one day: which of them is meant nobody can tell."""
    days = {day} | {each.row.date for _, order in listed for each in _doses(order, day)}
    first: dict[tuple[Key, datetime.date], str] = {}
    for (file, order), key in zip(listed, keys, strict=True):
        dates = () if any(unknown_patient(order.patient, file)) else sorted(days & _dates(order))
        for date in dates:
            if (other := first.setdefault((key, date), file)) != file:
                text = (
                    f"gives drugs on {date}, and so does {other}, another order of the same patient; "
                    "leave one of them out with --leave-out FILE, or cancel it"
                )
                yield Fault(text, "", file)


def _dose_of_day(number: int, row: _Row, drawn_from: tuple[DrawnFrom, ...]) -> DoseOfDay:
    label = row.order.doses[row.administration.dose_index].label
    return DoseOfDay(number, row.place, row.administration, row.preparation, row.given, label, drawn_from)


def _order_of_day(filed: FiledOrder) -> OrderOfDay:
    order = filed.order
    return OrderOfDay(
        filed.file,
        order.fingerprint,
        order.revision,
        patient_of(order),
        order.regimen.name,
        order.regimen.title,
        order.regimen.edition,
        order.cycle,
        order.release or None,
        order.alerts,
    )


def _pick_list(rows: Sequence[_Row], keys: Sequence[Key], vials: Sequence[VialsOfDay]) -> tuple[PickItem, ...]:
    """What the day takes from the shelf."""
    counts = {(each.drug, each.product): each.opened.count for each in vials}
    made_up = (
        (row.order.doses[row.administration.dose_index], row.preparation, row.pharmacy)
        for row in rows
        if row.preparation
    )
    return (
        *(PickItem(each.product, "vial", each.drug, Decimal(each.opened.count)) for each in vials),
        *_tablets(rows, keys),
        *fluids_to_dissolve(counts, [row.pharmacy for row in rows]),
        *items_beside_vials(made_up),
    )


def _tablets(rows: Iterable[_Row], keys: Sequence[Key]) -> Iterator[PickItem]:
    """Whole tablets: the other half of one is taken for the same patient where the order's pharmacy shares, or lost."""
    counts: defaultdict[tuple[str, str], defaultdict[Hashable, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for number, row in enumerate(rows):
        if row.preparation and row.preparation.form == "tablet":
            for use in row.preparation.vials:
                share: Hashable = keys[row.place] if row.pharmacy.share_vials else number
                counts[row.administration.drug, use.product][share] += use.count
    for (drug, product), shares in counts.items():
        whole = sum(to_nearest(count, Decimal(1), ROUND_CEILING) for count in shares.values())
        yield PickItem(product, "tablet", drug, Decimal(whole))

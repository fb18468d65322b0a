"""Pieces of an order, each of some of its days, joined into one: doses, how they are made up, administrations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from cec.calculate.cycle import Computed
from cec.calculate.dosing import Dosed
from cec.calculate.fatal_routes import with_labels
from cec.calculate.lines import joined, restricted
from cec.calculate.preparation import prepare, with_rates
from cec.calculate.preparation.sharing import without_shared_vials
from cec.calculate.preparation.shelf_life import with_use_before
from cec.calculate.stretches import EARLIEST, Stretch
from cec.order import Administration, Alert, Dose, Order, Preparation


class Piece(NamedTuple):
    """The doses of some days, their preparations and administrations, and what is to be said of how they are made up.

    Places of doses are counted within the piece.
    """

    doses: tuple[Dose, ...]
    preparations: tuple[Preparation, ...]
    rows: tuple[Administration, ...]
    alerts: tuple[Alert, ...] = ()


def days_before(order: Order, day: int) -> Piece:
    """What an order has on the days before one, as it stands there."""
    places = {place: kept for place, dose in enumerate(order.doses) if (kept := _on(dose, range(EARLIEST, day)))}
    index = {place: number for number, place in enumerate(places)}
    return Piece(
        tuple(places.values()),
        tuple(
            replace(without_shared_vials(each), dose_index=index[each.dose_index])
            for each in order.preparations
            if each.dose_index in index
        ),
        tuple(
            replace(row, dose_index=index[row.dose_index]) for row in order.administrations if row.protocol_day < day
        ),
    )


def piece_of(computed: Computed, stretch: Stretch) -> Piece:
    """What a computed cycle has on the days of a stretch."""
    rows = [row for row in computed.drawn.rows if stretch.gives(row)] if computed.drawn else []
    given = {(row.dose_index, row.protocol_day) for row in rows}
    dosed: list[Dosed] = []
    index: dict[int, int] = {}
    for place, each in enumerate(computed.dosed):
        is_carried = computed.lines[each.dose.line].of.is_carried and each.dose.ordered.value
        days = [day for day in each.dose.days if stretch.has(day) and (not is_carried or (place, day) in given)]
        if dose := _on(each.dose, days):
            index[place] = len(dosed)
            dosed.append(each._replace(dose=dose))
    pharmacy = stretch.inputs.pharmacy
    preparations, alerts = prepare(dosed, pharmacy, computed.facts)
    doses = with_labels([each.dose for each in dosed], preparations, stretch.inputs.regimen, pharmacy)
    placed = tuple(replace(row, dose_index=index[row.dose_index]) for row in rows)
    dated = with_use_before(with_rates(placed, preparations), preparations, pharmacy)
    return Piece(doses, tuple(map(without_shared_vials, preparations)), dated, alerts)


def _on(dose: Dose, days: Collection[int]) -> Dose | None:
    kept = restricted(dose, days)
    return kept if kept.days else None


def joined_pieces(pieces: Sequence[Piece]) -> Piece:
    """All of them as one; doses that differ in nothing but their days, and are made up alike, are one dose."""
    alike: dict[bytes, list[tuple[int, int]]] = {}
    for number, piece in enumerate(pieces):
        made_up = {each.dose_index: replace(each, dose_index=0) for each in piece.preparations}
        for place, dose in enumerate(piece.doses):
            bare = replace(dose, days=(), counts=(), per_day=1)
            alike.setdefault(msgspec.json.encode((bare, made_up.get(place))), []).append((number, place))
    found = [
        (joined([pieces[number].doses[place] for number, place in of_dose]), of_dose) for of_dose in alike.values()
    ]
    found.sort(key=lambda each: (each[0].line, each[0].days))
    index = {source: place for place, (_, of_dose) in enumerate(found) for source in of_dose}
    preparations = {
        index[number, each.dose_index]: each for number, piece in enumerate(pieces) for each in piece.preparations
    }
    return Piece(
        tuple(dose for dose, _ in found),
        tuple(replace(each, dose_index=place) for place, each in sorted(preparations.items())),
        tuple(_again(pieces, index)),
    )


def _again(pieces: Sequence[Piece], index: dict[tuple[int, int], int]) -> Iterable[Administration]:
    """The administrations of all pieces, with the places of their doses among all."""
    for number, piece in enumerate(pieces):
        yield from (replace(row, dose_index=index[number, row.dose_index]) for row in piece.rows)

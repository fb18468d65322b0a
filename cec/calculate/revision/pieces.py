"""Pieces of an order, each of some of its days, joined into one: doses, how they are made up, administrations.

Places of doses are counted within a piece.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec
from msgspec.structs import replace

from cec.calculate.cycle import Computed
from cec.calculate.dosing import Dosed, joined, restricted
from cec.calculate.preparation import MadeUp, make_up
from cec.calculate.preparation.sharing import without_shared_vials
from cec.calculate.revision.stretches import EARLIEST, Stretch
from cec.order import Administration, Dose, Order


def days_before(order: Order, day: int) -> MadeUp:
    """What an order has on the days before one, as it stands there."""
    places = {place: kept for place, dose in enumerate(order.doses) if (kept := _on(dose, range(EARLIEST, day)))}
    index = {place: number for number, place in enumerate(places)}
    return MadeUp(
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


def piece_of(computed: Computed, stretch: Stretch) -> MadeUp:
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
            dosed.append(replace(each, dose=dose))
    placed = tuple(replace(row, dose_index=index[row.dose_index]) for row in rows)
    made_up = make_up(dosed, placed, stretch.inputs.regimen, stretch.inputs.pharmacy, computed.facts)
    return made_up._replace(preparations=tuple(map(without_shared_vials, made_up.preparations)))


def _on(dose: Dose, days: Collection[int]) -> Dose | None:
    kept = restricted(dose, days)
    return kept if kept.days else None


def joined_pieces(pieces: Sequence[MadeUp]) -> MadeUp:
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
    return MadeUp(
        tuple(dose for dose, _ in found),
        tuple(replace(each, dose_index=place) for place, each in sorted(preparations.items())),
        tuple(_again(pieces, index)),
    )


def _again(pieces: Sequence[MadeUp], index: dict[tuple[int, int], int]) -> Iterable[Administration]:
    """The administrations of all pieces, with the places of their doses among all."""
    for number, piece in enumerate(pieces):
        yield from (replace(row, dose_index=index[number, row.dose_index]) for row in piece.rows)

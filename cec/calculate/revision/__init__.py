"""An order and a change of it -> the order that replaces it. What is dated before the change stays as it was.

Every stretch of days on which the same inputs hold is computed as a whole cycle, and its days are taken from that. What
is said of the cycle as a whole (totals, what is taken from the shelf, alerts) is said of all days together.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import localcontext

from msgspec.structs import replace

from cec.calculate import draft_order, refuse_contradicting_inputs, sha256_of_inputs
from cec.calculate.acceptance import accepted_alerts
from cec.calculate.cycle import Computed, Inputs, compute_cycle, day_for_age, earliest_next_cycle
from cec.calculate.declared import declared_alerts
from cec.calculate.lines import Cycle, lines_of_cycle
from cec.calculate.preparation import MadeUp, Stock, of_whole_cycle
from cec.calculate.preparation.sharing import with_shared_vials
from cec.calculate.revision.alerts import change_alerts, with_earlier_days
from cec.calculate.revision.pieces import days_before, joined_pieces, piece_of
from cec.calculate.revision.refusals import refuse_changed_given, refuse_hanging, refuse_overtaking
from cec.calculate.revision.stretches import EARLIEST, Stretch, stretches_of
from cec.calculate.rules import alerts_of
from cec.calculate.rules.fatal_mistakes import refuse_fatal_routes
from cec.calculate.rules.rule import Administered
from cec.calculate.schedule.clock import Dates
from cec.calculate.schedule.drawing import in_sequence, too_few, with_boxes
from cec.calculate.schedule.remarks import Drawn, remarks
from cec.errors import InputError
from cec.fingerprint import fingerprint
from cec.order import Administration, Alert, Change, Measures, Order, altered_rows, given_amounts, identity
from cec.units import EXACT
from cec.version import __version__

NO_DATES = "has no dates, so no day of it can be changed; draw it up with cec schedule and --start"


def revise(before: Order, change: Change, *, strict: bool = False) -> Order:
    """The order that replaces another from a day of its cycle on; a draft, until it is released itself.

    Stops that were accepted stay so while they say the same; OrderRefused for another that nobody accepted.
    """
    with localcontext(EXACT):
        change = replace(change, removed=(), altered=())
        changes = (*before.changes, change)
        start = change.start.date if change.start else before.start
        as_of = day_for_age(before.patient, start, before.as_of)
        cycle = Cycle(before.cycle, start, before.days)
        first = Inputs(before.regimen, before.patient, before.pharmacy, cycle, before.patient.age_on(as_of))
        if change.pharmacy:
            refuse_fatal_routes(before.regimen, change.pharmacy)
        if change.start:
            refuse_contradicting_inputs(before.regimen, before.patient, before.pharmacy, before.cycle, start)
        stretches = stretches_of(first, changes, lines_of_cycle(before.regimen, cycle))
        reasons = _reasons(before, change)
        computed: list[Computed] = []
        for stretch in stretches:
            earlier = computed[-1] if computed else None
            computed.append(compute_cycle(stretch.inputs, reasons, strict=strict, earlier=earlier))
        before = _as_drawn(before, computed)
        pieces = [piece_of(each, stretch) for each, stretch in zip(computed, stretches, strict=True)]
        from_day = EARLIEST if change.start else change.from_day
        later = [piece for piece, stretch in zip(pieces, stretches, strict=True) if stretch.from_day >= from_day]
        whole = joined_pieces([days_before(before, from_day), *later])
        measures = _measures(before, computed, stretches, from_day)
        rows, of_schedule = _noted(whole, from_day, computed, stretches)
        stocks = [Stock(s.from_day, s.inputs.pharmacy, c.facts) for s, c in zip(stretches, computed, strict=True)]
        preparations = with_shared_vials(whole.doses, whole.preparations, stocks[-1].pharmacy)
        identities = set(map(identity, rows))
        removed = tuple(row for row in before.administrations if identity(row) not in identities)
        altered = tuple(altered_rows(before.administrations, rows))
        changes = (*before.changes, replace(change, removed=removed, altered=altered))
        order = replace(
            before,
            written_by=__version__,
            revision=before.revision + 1,
            first=before.first or before.fingerprint,
            replaces=before.fingerprint,
            cancelled=None,
            changes=changes,
            accepted=before.accepted if before.changes else _accepted(before),
            age=first.age,
            as_of=as_of,
            start=start,
            measures=measures,
            doses=whole.doses,
            administrations=rows,
            preparations=preparations,
            next_cycle=earliest_next_cycle(before.regimen, start, changes),
            sha256=sha256_of_inputs(before.sha256, change),
        )
        dates = Dates(order.regimen.calendar, start or datetime.date.min, changes)
        fluids, picked = of_whole_cycle(
            order.doses, preparations, rows, dates, lambda day: order.measures_on(day).weight, *stocks
        )
        newest, *older = zip(reversed(computed), reversed(pieces), strict=True)
        found = alerts_of(replace(newest[0].case(order.doses), administered=_administered(order)))
        of_amounts = [
            *newest[0].not_given,
            *declared_alerts(order.doses),
            *newest[1].alerts,
            *of_schedule,
            *too_few(newest[0].lines, rows),
            *change_alerts(order, stretches[-1].inputs.pharmacy),
        ]
        of_rules = [(alerts_of(replace(each.case(piece.doses), is_whole=False)), piece) for each, piece in older]
        of_pieces = [((*each.not_given, *piece.alerts), piece) for each, piece in older]
        alerts = accepted_alerts(
            with_earlier_days(found, of_rules, before, change.accepted),
            with_earlier_days(of_amounts, of_pieces, before, change.accepted),
            change.accepted,
            strict=strict,
        )
        refuse_overtaking(order)
        refuse_hanging(order, before, computed[-1])
        refuse_changed_given(order, before)
        order = replace(order, daily_fluids=fluids, pick_list=picked, alerts=alerts)
        return replace(order, fingerprint=fingerprint(order), release=None)


def computed_again(order: Order) -> Order:
    """The order that its inputs and changes give by today's rules; CecError where they give none."""
    starts = [change.start.instead_of for change in order.changes if change.start]
    again = draft_order(
        order.regimen,
        order.patient,
        order.pharmacy,
        start=next(iter(starts), order.start),
        cycle=order.cycle,
        of_treatment=order.of_treatment,
        days=order.days,
        as_of=order.as_of,
        accept=order.accepted if order.changes else _accepted(order),
        overrides=order.overrides,
    )
    if order.follows:
        again = replace(again, follows=order.follows)
        again = replace(again, fingerprint=fingerprint(again))
    for change in order.changes:
        again = revise(again, change)
    return again


def _as_drawn(order: Order, computed: Sequence[Computed]) -> Order:
    """An order with its times as they were drawn: of one that comes twice that night, a file does not keep which."""
    drawn = {(identity(row), row.start, row.end): row for each in computed if each.drawn for row in each.drawn.rows}
    found = [(row, drawn.get((identity(row), row.start, row.end), row)) for row in order.administrations]
    return replace(
        order, administrations=tuple(replace(row, start=as_drawn.start, end=as_drawn.end) for row, as_drawn in found)
    )


def _accepted(order: Order) -> dict[str, str]:
    """The reasons with which the alerts of an order were accepted, by their codes."""
    return {alert.code: alert.accepted for alert in order.alerts if alert.accepted}


def _reasons(before: Order, change: Change) -> dict[str, str]:
    """Every reason with which an alert of the order or of the change was accepted, by code."""
    return {**before.accepted, **_accepted(before), **change.accepted}


def _measures(
    before: Order, computed: Sequence[Computed], stretches: Sequence[Stretch], from_day: int
) -> tuple[Measures, ...]:
    """The measures by the day from which they hold: those of earlier days as they stood, later ones anew."""
    each = [measures for measures in before.measures if measures.from_day < from_day]
    for stretch, of_stretch in zip(stretches, computed, strict=True):
        if stretch.from_day >= from_day:
            shown = replace(of_stretch.measured.shown, from_day=max(stretch.from_day, EARLIEST))
            if not each or replace(shown, from_day=1) != replace(each[-1], from_day=1):
                each.append(shown)
    first = min(1, each[0].from_day) if len(each) > 1 and each[1].from_day <= 1 else 1
    return (replace(each[0], from_day=first), *each[1:])


def _noted(
    whole: MadeUp, from_day: int, computed: Sequence[Computed], stretches: Sequence[Stretch]
) -> tuple[tuple[Administration, ...], tuple[Alert, ...]]:
    """All administrations, those of later days with what a person must see and tick anew, and the alerts on all."""
    lines = {number: line for each in computed for number, line in each.lines.items()}
    drawn = [each.drawn for each in computed if each.drawn]
    if not drawn:
        raise InputError(NO_DATES)
    rows = in_sequence(whole.rows, drawn[-1].places.times.clock)
    bare = [replace(row, boxes=(), notes=()) for row in rows]

    def drawn_of(row: Administration) -> Drawn:
        of_day = next(place for place, stretch in enumerate(stretches) if stretch.has(row.protocol_day))
        return next(each for each in (drawn[of_day], *drawn) if row.line in each.places.lines)

    noted, alerts = remarks(with_boxes(bare, whole.doses, lines), drawn_of)
    kept = (old if old.protocol_day < from_day else new for old, new in zip(rows, noted, strict=True))
    return tuple(kept), alerts


def _administered(order: Order) -> tuple[Administered, ...]:
    """What the cycle gives with the size from which each was dosed, where that is not what its doses come to."""
    amounts = given_amounts(order.changes)
    if len(order.measures) == 1 and not amounts:
        return ()
    return tuple(
        Administered(
            row.drug,
            amounts.get(identity(row), row.dose),
            order.measures_on(row.protocol_day).bsa.area,
            order.measures_on(row.protocol_day).weight,
        )
        for row in order.administrations
    )

"""Which doses of a day are made from the same opened vials; never one into the cerebrospinal fluid with another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from cec.days import days_in_words
from cec.order import Dose, Preparation
from cec.pharmacy import Pharmacy
from cec.routes import is_into_csf
from cec.units import Quantity

Given = list[tuple[Dose, Preparation]]
"""Doses with their preparations, once for each administration."""


def given_by_day(doses: Sequence[Dose], preparations: Sequence[Preparation]) -> Iterator[tuple[int, Given]]:
    """Every day with its administrations."""
    for day in sorted({day for dose in doses for day in dose.days}):
        yield (
            day,
            [
                (doses[preparation.dose_index], preparation)
                for preparation in preparations
                if day in doses[preparation.dose_index].days and preparation.dose.value
                for _ in range(doses[preparation.dose_index].count_on(day))
            ],
        )


def sharing_groups(given: Given, pharmacy: Pharmacy) -> list[Given]:
    """Administrations that are made of the same opened containers: each alone, or those of one product and day.

    A dose into the cerebrospinal fluid and one by another route are never made from one vial: what stands beside each
    other can be mixed up.
    """
    counted = [(dose, preparation) for dose, preparation in given if preparation.vials]
    if not pharmacy.share_vials:
        return [[pair] for pair in counted]
    groups: dict[tuple[str, str, Quantity | None, bool], Given] = {}
    for dose, preparation in counted:
        key = (dose.drug, preparation.form, preparation.strength, is_into_csf(dose.route))
        groups.setdefault(key, []).append((dose, preparation))
    return list(groups.values())


def with_shared_vials(
    doses: Sequence[Dose], preparations: Sequence[Preparation], pharmacy: Pharmacy
) -> tuple[Preparation, ...]:
    """The preparations; each that shares its vials says with which doses, on which days."""
    notes: dict[int, dict[str, list[int]]] = {}
    for day, given in given_by_day(doses, preparations):
        for group in sharing_groups(given, pharmacy):
            if len(group) < 2 or group[0][1].form == "tablet":
                continue
            for place, (_, preparation) in enumerate(group):
                others = [_name(other) for number, (other, _) in enumerate(group) if number != place]
                days = notes.setdefault(preparation.dose_index, {}).setdefault(", ".join(others), [])
                if day not in days:
                    days.append(day)
    return tuple(
        replace(each, handling=(*each.handling, *_words(notes.get(each.dose_index, {})))) for each in preparations
    )


def without_shared_vials(preparation: Preparation) -> Preparation:
    """The preparation without what it says of vials that it shares."""
    return replace(preparation, handling=tuple(each for each in preparation.handling if not _NOTE.fullmatch(each)))


_SHARED = "vials are shared on {} with {}; the pick list counts them together"
_NOTE = re.compile(_SHARED.format(".*", ".*"))


def _name(dose: Dose) -> str:
    return f"{dose.ordered} {dose.route}"


def _words(notes: dict[str, list[int]]) -> Iterator[str]:
    for others, days in notes.items():
        which = days_in_words(days)
        yield _SHARED.format(which, others)

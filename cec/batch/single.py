"""One row by the single path: the same readers and the same `draft_order` as `cec dose` and `cec schedule`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from cec.calculate import draft_order
from cec.order import Order
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.tables.rows import Read, read_all

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Settings(NamedTuple):
    """What holds for every row that does not say otherwise."""

    regimen: Regimen
    pharmacy: Pharmacy
    start: datetime.date | None = None
    cycle: int | None = None
    as_of: datetime.date | None = None
    has_schedule: bool = False
    """Whether a row comes to its administrations instead of its doses."""
    has_sheets: bool = False
    """Whether a sheet is printed for each row."""

    @property
    def needs_start(self) -> bool:
        """Whether a row must say when its cycle starts, and whose it is."""
        return self.has_schedule or self.has_sheets


def read_texts(texts: Mapping[str, str], settings: Settings) -> Read:
    """What a row says; CecError with every fault."""
    return read_all(texts, settings.start, settings.cycle, needs_start=settings.needs_start)


def draft_row(texts: Mapping[str, str], settings: Settings) -> Order:
    """The order of a row; CecError with every fault."""
    return draft_read(read_texts(texts, settings), settings)


def draft_read(read: Read, settings: Settings, accept: Mapping[str, str] = _NOTHING) -> Order:
    """The order of a row that was read; `accept` lets stops through, to see what else there is to say of such rows."""
    return draft_order(
        settings.regimen,
        read.patient,
        settings.pharmacy,
        start=read.start,
        cycle=read.cycle,
        as_of=settings.as_of,
        accept=accept,
    )

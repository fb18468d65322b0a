"""Orders of one patient and rows of a table under one regimen: their alerts, or why there are none."""

from __future__ import annotations

import datetime
from typing import NamedTuple

import polars as pl
import pytest

from cec import CecError, Pharmacy, Regimen, dose_table, draft_order, load_patient, load_pharmacy
from cec.order import NOT_CHECKED, Alert, Order

START = datetime.date(2026, 11, 30)


class Given(NamedTuple):
    """How orders are drafted."""

    regimen: Regimen
    pharmacy: Pharmacy = load_pharmacy()
    start: datetime.date | None = START


def order_of(given: Given, *accepted: str, **texts: object) -> Order:
    patient = load_patient(texts=texts)  # type: ignore[arg-type]
    return draft_order(
        given.regimen, patient, given.pharmacy, start=given.start, accept=dict.fromkeys(accepted, "a test")
    )


def alerts_of(given: Given, *accepted: str, **texts: object) -> dict[str, Alert]:
    """The alerts of an order by code, but for what was not checked."""
    return {alert.code: alert for alert in order_of(given, *accepted, **texts).alerts if not alert.not_made}


def refusal_of(given: Given, **texts: object) -> str:
    with pytest.raises(CecError) as refused:
        order_of(given, **texts)
    return str(refused.value)


def batch(given: Given, *rows: dict[str, str]) -> list[str]:
    """Why each row of a table is rejected, or the codes of its alerts but for what was not checked."""
    names = dict.fromkeys((name for row in rows for name in row), pl.String)
    frame = pl.DataFrame({name: [row.get(name) for row in rows] for name in names}, schema=names)
    done = dose_table(frame, given.regimen, given.pharmacy, start=given.start).select("rejected", "alerts")
    return [rejected or " ".join(set(codes.split()) - {NOT_CHECKED}) for rejected, codes in done.iter_rows()]

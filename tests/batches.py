"""Rows of a table by a batch and by the single path; and tables of patients that look real, from a seed."""

from __future__ import annotations

import datetime
import io
import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec
import polars as pl

from cec import Pharmacy, Regimen, draft_order, load_patient, load_pharmacy, load_regimen
from cec.batch.frames import dose_columns
from cec.batch.single_row import NOT_MADE
from cec.errors import CecError, InputError
from cec.facts.reading import read_count, read_date
from cec.order import NOT_APPLICABLE, NOT_ASKED, NOT_CHECKED, Order
from cec.rendering.csv import number
from cec.rendering.csv.order import STANDING_COLUMNS
from cec.tables.amounts import REJECTED, amount_columns
from cec.tables.columns import columns_for, patient_texts
from cec.tables.rows import cell_text, refusal
from cec.tables.streams import Source
from cec.units import AMOUNT, Quantity, convert

INDUCTION = load_regimen("cec-induction")
DAY = datetime.date(2026, 11, 30)

Table = Mapping[str, Sequence[str | None]]
"""The cells of a table, by what its columns tell."""


class Given(NamedTuple):
    """How rows are dosed."""

    regimen: Regimen
    pharmacy: Pharmacy
    start: datetime.date | None = None
    cycle: int | None = None
    as_of: datetime.date | None = None


class Answers(NamedTuple):
    """`dosed` has row, bsa_m2, an amount for each line, alerts and checks not made; `refused` row and reason."""

    dosed: pl.DataFrame
    refused: pl.DataFrame


def amount(text: str, unit: str) -> Quantity:
    """A number with its unit."""
    return Quantity(Decimal(text), unit)


def settings(pharmacy: Pharmacy | None = None, regimen: Regimen = INDUCTION) -> Given:
    """How rows are dosed, by default as for somebody who has set nothing."""
    return Given(regimen, pharmacy or load_pharmacy())


def with_policy(**changes: object) -> Pharmacy:
    """A pharmacy that does some things in another way."""
    return msgspec.structs.replace(load_pharmacy(), **changes)


OF_A_TABLE = "; (where a whole table|or say what it means)[^;]*"
"""What only a table is told: an option for all its rows."""


def by_columns(cells: Table, given: Given, rows: int = 1 << 20) -> Answers:
    """The dosed and the refused rows of a table, as a batch answers them in blocks of so many rows."""
    frame = pl.DataFrame(dict(cells), schema=dict.fromkeys(cells, pl.String))
    answered = [
        pl.DataFrame(
            dose_columns(
                frame[first : first + rows],
                given.regimen,
                given.pharmacy,
                start=given.start,
                cycle=given.cycle,
                as_of=given.as_of,
            )
        )
        for first in range(0, max(frame.height, 1), rows)
    ]
    found = pl.concat(answered).with_row_index("row").with_columns(pl.col(REJECTED).str.replace_all(OF_A_TABLE, ""))
    dosed = found.filter(pl.col(REJECTED).is_null()).select("row", *_columns(given.regimen))
    return Answers(dosed, found.filter(pl.col(REJECTED).is_not_null()).select("row", reason=REJECTED))


def one_by_one(cells: Table, given: Given) -> Answers:
    """The same by the single path alone."""
    dosed: list[tuple[object, ...]] = []
    refused: list[tuple[int, str]] = []
    for row, order in enumerate(_orders(cells, given)):
        if isinstance(order, str):
            refused.append((row, order))
            continue
        amounts: list[str | None] = [None] * len(given.regimen.drugs)
        for dose in order.doses:
            amounts[dose.line - 1] = number(convert(dose.ordered, order.line_of(dose).amount_unit, AMOUNT))
        dosed.append((row, number(order.measures[0].bsa.value), *amounts, *_codes_and_reasons(order)))
    schema = {"row": pl.UInt32, **dict.fromkeys(_columns(given.regimen), pl.String)}
    return Answers(
        pl.DataFrame(dosed, schema=schema, orient="row"),
        pl.DataFrame(refused, schema={"row": pl.UInt32, "reason": pl.String}, orient="row"),
    )


def _codes_and_reasons(order: Order) -> tuple[str, str]:
    """The codes of an order's alerts, and what was wanting for checks that were not made."""
    codes = [alert.code for alert in order.alerts if not alert.not_made]
    reasons = [each.what for alert in order.alerts for each in alert.not_made]
    return " ".join(dict.fromkeys(codes)), "; ".join(reasons)


def to_look_at(codes: str) -> str:
    """The codes in a cell of one order, without those of which a batch tells beside its rows."""
    return " ".join(code for code in codes.split() if code not in {NOT_CHECKED, NOT_APPLICABLE, NOT_ASKED})


def as_in_a_batch(row: Mapping[str, str]) -> dict[str, str]:
    """A row of one order's schedule as a batch has it: without the alerts of which it tells beside its rows."""
    pairs = zip(row["alerts"].split(), row["alert_levels"].split(), strict=True)
    kept = {code: level for code, level in pairs if to_look_at(code)}
    rest = {name: cell for name, cell in row.items() if name not in {"pharmacy", "status", *STANDING_COLUMNS}}
    return rest | {"alerts": " ".join(kept), "alert_levels": " ".join(kept.values())}


def amounts_of_orders(cells: Table, given: Given) -> dict[int, list[str | None]]:
    """Of each row that has an order, the amount of every line of the regimen in its unit; None of one not given."""
    found: dict[int, list[str | None]] = {}
    for row, order in enumerate(_orders(cells, given)):
        if isinstance(order, Order):
            doses = iter(order.doses)
            is_given = [not line.cycles or order.cycle in line.cycles for line in given.regimen.drugs]
            found[row] = [str(next(doses).ordered).replace(",", "") if one else None for one in is_given]
            assert not list(doses)
    return found


def _columns(regimen: Regimen) -> tuple[str, ...]:
    return ("bsa_m2", *amount_columns(regimen), "alerts", NOT_MADE)


def _orders(cells: Table, given: Given) -> list[Order | str]:
    """The order of each row, or why there is none."""
    columns = columns_for(list(cells), {}, [given.regimen])
    orders: list[Order | str] = []
    for row in range(len(next(iter(cells.values())))):
        every = {fact: cell_text(fact, column, cells[column.name][row]) for fact, column in columns.items()}
        texts = {fact: text for fact, text in every.items() if text and fact not in {"id", "name", "diagnosis"}}
        try:
            orders.append(_order(texts, given))
        except CecError as error:
            orders.append(refusal(error).reason)
    return orders


def _order(texts: Mapping[str, str], given: Given) -> Order:
    faults = []
    told: dict[str, object] = {}
    for fact, read in (("start", read_date), ("cycle", read_count)):
        try:
            told[fact] = read(texts[fact].strip()) if fact in texts else getattr(given, fact)
        except CecError as error:
            faults += [fault._replace(where=fact) for fault in error.faults]
    try:
        patient = load_patient(texts=patient_texts(texts))
    except CecError as error:
        faults = [*error.faults, *faults]
    if faults:
        raise InputError(*faults)
    return draft_order(given.regimen, patient, given.pharmacy, as_of=given.as_of, **told)  # type: ignore[arg-type]


def sizes(seed: int, rows: int, decimals: int = 1) -> dict[str, list[str | None]]:
    """Heights and weights of children, some of them strange."""
    draw = random.Random(seed)
    heights: list[str | None] = []
    weights: list[str | None] = []
    for _ in range(rows):
        years = draw.uniform(0.5, 20)
        heights.append(f"{max(45, 75 + min(years, 15) * 6 + draw.gauss(0, 9)):.{min(decimals, 2)}f}")
        weights.append(f"{max(2.5, 9 + years * 2.6 + draw.gauss(0, 6)):.{decimals}f}")
    return {"height": heights, "weight": weights}


def patients(seed: int, rows: int) -> dict[str, list[str | None]]:
    """Rows that tell all that a row can tell, some of it wrong or missing."""
    draw = random.Random(seed)
    table = sizes(seed, rows)

    def day() -> str:
        return str(DAY - datetime.timedelta(days=draw.choice([0, 1, 7, 8, 13, 14, 20, 21, 40, -1])))

    def sometimes(share: float, *texts: str) -> list[str | None]:
        return [draw.choice(texts) if draw.random() < share else None for _ in range(rows)]

    table["age"] = [f"{draw.uniform(0, 21):.1f}" if draw.random() < 0.8 else None for _ in range(rows)]
    table["sex"] = sometimes(0.9, "female", "male", "f", "M", "x")
    table["measured_on"] = [day() if draw.random() < 0.3 else None for _ in range(rows)]
    table["previous_day_1"] = [day() if draw.random() < 0.3 else None for _ in range(rows)]
    table["previous_weight"] = [f"{draw.uniform(8, 60):.1f}" if draw.random() < 0.2 else None for _ in range(rows)]
    table["previous_cycles"] = sometimes(0.3, "0", "1", "4", "-1")
    table["cycle"] = sometimes(0.2, "1", "2", "3")
    table["creatinine"] = sometimes(0.3, "0.5 mg/dL", "44 micromol/L", "1.2 mg/dL", "2 mg/dL", "0.5")
    table["prior_hsct"] = sometimes(0.2, "true", "false")
    table["reduce"] = sometimes(0.05, "etoposide=25%: mucositis", "etoposide=25%: a; clofarabine=50%: b", "x=5%: y")
    table["allergies"] = sometimes(0.1, "Etoposide 2024", "zażółć: wysypka", "Clolar? Endoxan!", "a\u200bb", " ")
    table["start"] = sometimes(0.5, str(DAY), "2026-12-24", "30.11.2026")
    for _ in range(rows // 50):
        name = draw.choice(list(table))
        table[name][draw.randrange(rows)] = draw.choice(
            ["", "  ", "-1", "1e3", "26,5", "128 cm", "57.3 lb", "0", "NaN"]
        )
    born = draw.random() < 0.3
    if born:
        table["born"] = [str(DAY - datetime.timedelta(days=draw.randrange(200, 7000))) for _ in range(rows)]
        table["age"] = [None if draw.random() < 0.95 else age for age in table["age"]]
    return {name: cells for name, cells in table.items() if name in {"height", "weight", "sex"} or draw.random() < 0.7}


def source_of(content: bytes) -> Source:
    """A table that is read from memory."""
    return Source("table.csv", io.BytesIO(content), len(content), lambda: 0)

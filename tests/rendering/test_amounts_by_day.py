"""An order in which a drug line has another amount from day 3 on, in every format.

128 cm; 26 kg (0.96 m2) on days 1 and 2, 28 kg (1 m2: √(128 × 28 / 3600) = 0.99777…) from day 3 on. Clofarabine
40 mg/m2 is 38.4, 38.4, 40, 40, 40 mg: 2 × 38.4 + 3 × 40 = 196.8 mg.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re

from msgspec.structs import replace
from test_pdf import pages

from cec import Order, draft_order, load_order, load_patient, load_regimen, render
from cec.order import Dose
from cec.units import Quantity

START = datetime.date(2026, 11, 30)


def of_weight(weight: str) -> Order:
    who = load_patient(texts={"height": "128 cm", "weight": weight, "id": "4711"})
    return draft_order(load_regimen("cec-induction"), who, start=START)


def with_two_amounts() -> Order:
    """The order of 26 kg on days 1 and 2, that of 28 kg from day 3 on."""
    light, heavy = of_weight("26 kg"), of_weight("28 kg")
    doses: list[Dose] = []
    places: dict[tuple[int, int], int] = {}
    for before, after in zip(light.doses, heavy.doses, strict=True):
        for number, (dose, days) in enumerate(((before, (1, 2)), (after, (3, 4, 5)))):
            places[dose.line, number] = len(doses)
            total = Quantity(dose.ordered.value * len(days), dose.ordered.unit)
            doses.append(replace(dose, days=days, cycle_total=total))
    rows = [
        replace(row, dose_index=places[row.line, int(row.day > 2)])
        for order, days in ((light, {1, 2}), (heavy, {3, 4, 5}))
        for row in order.administrations
        if row.day in days
    ]
    measures = (*light.measures, replace(heavy.measures[0], from_day=3))
    return replace(light, doses=tuple(doses), administrations=tuple(rows), measures=measures)


def test_each_amount_stands_with_its_days_on_the_terminal() -> None:
    text = render(with_two_amounts(), "table").decode()
    rows = [re.split(r"\s{2,}", line) for line in text.splitlines() if line.startswith("clofarabine ")]
    assert [(row[3], row[6], row[-1]) for row in rows] == [
        ("38.4 mg", "1, 2", "76.8 mg"),
        ("40 mg", "3 to 5", "120 mg"),
    ]
    assert "BSA       from day 1: 0.96 m2 by Mosteller" in text
    assert "BSA       from day 3: 1 m2 by Mosteller" in text


def test_the_sheet_adds_the_amounts_of_a_line() -> None:
    text = " ".join(pages(render(with_two_amounts(), "pdf")))
    assert "2 × 38.4 mg + 3 × 40 mg = 196.8 mg" in text
    assert "from day 3: 1 m2 by Mosteller" in text


def test_every_row_has_the_amount_and_the_bsa_of_its_day() -> None:
    rows = list(csv.DictReader(io.StringIO(render(with_two_amounts(), "csv").decode())))
    assert [(row["dose"], row["bsa_m2"]) for row in rows if row["drug"] == "clofarabine"] == [
        *[("38.4", "0.96")] * 2,
        *[("40", "1")] * 3,
    ]


def test_json_names_line_day_and_dose_of_every_administration() -> None:
    order = with_two_amounts()
    content = render(order, "json")
    whole = json.loads(content)
    rows = [(row["day"], row["line"], row["dose"]["value"], row["dose_index"]) for row in whole["administrations"]]
    assert [row for row in rows if row[1] == 1] == [
        (1, 1, 38.4, 0),
        (2, 1, 38.4, 0),
        (3, 1, 40, 1),
        (4, 1, 40, 1),
        (5, 1, 40, 1),
    ]
    assert [(dose["line"], dose["days"]) for dose in whole["doses"]][:2] == [(1, [1, 2]), (1, [3, 4, 5])]
    assert [each["from_day"] for each in whole["measures"]] == [1, 3]
    assert load_order(content) == order


def test_a_total_that_is_not_known_says_why() -> None:
    order = of_weight("26 kg")
    first = replace(order.doses[0], daily_total=None, cycle_total=None, no_total="until ANC above 3 x 10^9/L")
    order = replace(order, doses=(first, *order.doses[1:]))
    assert "until ANC above 3 x 10^9/L" in render(order, "table").decode()
    assert "until ANC above 3 x 10^9/L" in pages(render(order, "pdf"))[0]


def test_events_keep_their_identity_when_the_amounts_of_a_line_differ() -> None:
    """A UID hangs on line, day and number, not on the place of the dose."""
    uids = [
        re.findall(r"UID:(.*)", render(order, "ics").decode()) for order in (of_weight("26 kg"), with_two_amounts())
    ]
    assert uids[0] == uids[1]

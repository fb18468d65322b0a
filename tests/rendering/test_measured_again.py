"""What was measured again within a cycle stands on every paper with its own numbers and its own day.

128 cm and 26 kg are 0.96 m2 (√(128 × 26 / 3600) = 0.9615), 28 kg are 1 m2 (0.9978). Bedside Schwartz: 0.413 × 128 cm /
(44 / 88.4) = 106.2 mL/min/1.73 m2; of 88 micromol/L it is half of that, 53.1.
"""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import msgspec
import pytest
from revising import day, drafted, kg, revised

from cec import Order, load_pharmacy, render
from cec.rendering.pdf.order import sheet_data
from cec.units import Quantity

FIRST = drafted(measured_on="2026-11-28", creatinine="44 micromol/L", age="8")


def told(order: Order) -> str:
    """What the terminal says, in one line."""
    return " ".join(render(order, "table").decode().split())


def sheet(order: Order) -> dict[str, object]:
    data = json.loads(json.dumps(sheet_data(order), default=str).replace("\\u00a0", " "))
    return {"head": data["head"]["measures"], "details": [" ".join(map(str, each)) for each in data["details"]]}


def test_an_order_weighed_once_says_so_once() -> None:
    assert "Measures height 128 cm, weight 26 kg, measured 28-Nov-2026 BSA 0.96 m2" in told(FIRST)
    assert sheet(FIRST)["head"] == ["26 kg, 128 cm, BSA 0.96 m2", "measured 28-Nov-2026"]


def test_a_weight_from_day_1_on_replaces_the_first_everywhere() -> None:
    order = revised(FIRST, day(1), 1, weight=kg(28), weight_given="61.7 lb", measured_on=day(1))
    assert "height 128 cm, weight 28 kg (given as 61.7 lb), measured 30-Nov-2026 BSA 1 m2" in told(order)
    assert "weight 26 kg, measured" not in told(order)
    assert "from day 1: weight 28 kg (given as 61.7 lb) (a reason)" in told(order)
    assert sheet(order)["head"] == ["28 kg, 128 cm, BSA 1 m2", "measured 30-Nov-2026"]


@pytest.mark.parametrize(("measured_on", "words"), [(day(3), "measured 02-Dec-2026"), (None, "measured 28-Nov-2026")])
def test_each_weight_has_its_own_day(measured_on: datetime.date | None, words: str) -> None:
    order = revised(FIRST, day(3), 3, weight=kg(28), measured_on=measured_on)
    first, again = "from day 1: 26 kg, 128 cm, BSA 0.96 m2", "from day 3: 28 kg, 128 cm, BSA 1 m2"
    assert sheet(order)["head"] == [first, "measured 28-Nov-2026", again, words]
    assert f"Measures from day 3: height 128 cm, weight 28 kg, {words}" in told(order)


def test_a_clearance_stands_beside_its_own_creatinine() -> None:
    order = revised(FIRST, day(3), 3, creatinine=Quantity(Decimal(88), "micromol/L"))
    details = sheet(order)["details"]
    assert isinstance(details, list)
    shown = [each for each in details if each.startswith("Creatinine clearance")]
    assert ["106.2 mL/min" in shown[0], "creatinine 44 micromol/L" in shown[0]] == [True, True]
    assert ["53.1 mL/min" in shown[1], "creatinine 88 micromol/L" in shown[1]] == [True, True]


def test_a_creatinine_from_day_1_on_is_the_one_that_is_known() -> None:
    order = revised(FIRST, day(1), 1, creatinine=Quantity(Decimal(88), "micromol/L"))
    assert "serum creatinine 88 micromol/L" in told(order).partition(" Changed ")[0]
    assert "serum creatinine 44 micromol/L" not in told(order)
    assert "serum creatinine 44 micromol/L" not in str(sheet(order))


def test_a_time_that_holds_on_some_days_names_them() -> None:
    order = revised(FIRST, day(3), 4, times={"clofarabine": ("10:30",)})
    assert "clofarabine, days 4, 5: at 10:30 prednisone: prevention of cytokine release" in told(order)
    whole = revised(FIRST, day(1), 1, times={"clofarabine": ("10:30",)})
    assert "clofarabine: at 10:30 prednisone: prevention of cytokine release" in told(whole)


def test_fhir_tells_the_weight_that_doses_come_from() -> None:
    here = msgspec.structs.replace(load_pharmacy(), time_zone="Europe/Warsaw")
    first = drafted(pharmacy=here, measured_on="2026-11-28")
    order = revised(first, day(1), 1, weight=kg(28), measured_on=day(1))
    resources = [each["resource"] for each in json.loads(render(order, "fhir"))["entry"]]
    measured = [each for each in resources if each["resourceType"] == "Observation"]
    weights = [each for each in measured if each["valueQuantity"]["unit"] == "kg"]
    assert [(each["valueQuantity"]["value"], each["effectiveDateTime"]) for each in weights] == [(28, "2026-11-30")]
    assert "26 kg" not in json.dumps(weights)

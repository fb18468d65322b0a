"""One table says what a dose is per: a unit that is in it works everywhere, one that is not is refused when read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from regimen_texts import regimen_file
from running import cec

from cec import dose_table, draft_order, load_patient, load_regimen
from cec.errors import CecError, InputError, OrderRefused
from cec.tables.names import units_of
from cec.units import DOSES, amount_in, dose_unit, same_amount_per
from cec.units.conversion import closed_registry
from cec.units.kinds import AMOUNTS, Defined

MEASURES = ("--height", "128cm", "--weight", "26kg")  # BSA by Mosteller √(128 × 26 / 3600) = 0.9614…, to 0.01: 0.96 m2


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A regimen in units that the program does not have, each added by one row of the table."""
    monkeypatch.setitem(AMOUNTS, "flasks", Defined("flask", "[flasks]"))
    monkeypatch.setitem(AMOUNTS, "ng", Defined("nanogram", "0.001 microgram"))
    forget_units()
    yield regimen_file(
        tmp_path,
        "made-up",
        "drug: alpha, dose: 40 flasks/m2, route: oral, days: 1-3, lifetime_maximum: 450 flasks/m2",
        "drug: beta, dose: 3 flasks/kg, maximum: 50 flasks, route: oral, days: 1",
        "drug: gamma, dose: 2 flasks, route: oral, days: 1",
        "drug: delta, dose: 1.5 ng/kg, route: oral, days: 1",
    )
    forget_units()


def forget_units() -> None:
    """What tests before may have made of the table, and tests after must not take from it."""
    for cached in (dose_unit, closed_registry, units_of):
        cached.cache_clear()


def test_a_made_up_unit_is_dosed(made_up: Path) -> None:
    """40 × 0.96 = 38.4; 3 × 26 = 78, above the maximum of 50; 2; 1.5 × 26 = 39."""
    done = cec("dose", str(made_up), *MEASURES, "--format", "json")
    doses = json.loads(done.out)["doses"]
    assert [dose["ordered"] for dose in doses] == [
        {"value": 38.4, "unit": "flasks"},
        {"value": 50, "unit": "flasks"},
        {"value": 2, "unit": "flasks"},
        {"value": 39, "unit": "ng"},
    ]
    assert "40 flasks/m2 × 0.96 m2 = 38.4 flasks" in cec("dose", str(made_up), *MEASURES, "--explain").said
    assert "40 flasks/m2" in cec("regimen", "show", str(made_up)).said


@pytest.mark.parametrize(
    ("earlier", "said"),
    [
        ("400 flasks/m2", "400 flasks/m2 before and 120 flasks/m2 in this cycle make 520 flasks/m2"),
        ("384 flasks", "400 flasks/m2 (384 flasks) before"),  # 384 / 0.96
        ("16 flasks/kg", "433.33333… flasks/m2 (16 flasks/kg) before"),  # 16 × 26 / 0.96
    ],
)
def test_earlier_doses_count_towards_a_lifetime_maximum(made_up: Path, earlier: str, said: str) -> None:
    patient = load_patient(texts={"height": "128 cm", "weight": "26 kg", "earlier_doses": {"alpha": earlier}})
    with pytest.raises(OrderRefused) as caught:
        draft_order(load_regimen(made_up), patient)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("alpha=38.4flasks beta=50flasks gamma=2flasks delta=39ng", "Every written dose agrees"),
        ("alpha=38.4flasks beta=50flasks gamma=2flasks delta=0.039mcg", "Every written dose agrees"),
        ("alpha=40flasks beta=50flasks gamma=2flasks delta=39ng", "the figure per m2 of the regimen"),
        ("alpha=38.4flasks beta=50flasks gamma=2flasks delta=1.5ng", "per-m2 or per-kg figure not multiplied"),
        ("alpha=1040flasks beta=50flasks gamma=2flasks delta=39ng", "mg/kg instead of mg/m2"),
        ("alpha=38.4flasks beta=50flasks gamma=2flasks delta=1.44ng", "kg and m2 mixed up"),
        ("alpha=38.4flasks beta=78flasks gamma=2flasks delta=39ng", "maximum left out"),
        ("alpha=38.4mg beta=50flasks gamma=2flasks delta=39ng", "38.4 mg cannot be held against 38.4 flasks"),
    ],
)
def test_written_doses_in_it_are_verified(made_up: Path, written: str, said: str) -> None:
    done = cec("verify", str(made_up), *MEASURES, *written.split())
    assert said in f"{done.said} {done.err}"


def test_tables_in_it_are_dosed_and_verified(made_up: Path, tmp_path: Path) -> None:
    """√(100 × 16 / 3600) = 0.6666…, to 0.01: 0.67 m2; 40 × 0.67 = 26.8; 3 × 16 = 48; 1.5 × 16 = 24."""
    # Without the lifetime maximum, for which every row is drafted by itself.
    made_up.write_text(made_up.read_text(encoding="utf-8").replace(", lifetime_maximum: 450 flasks/m2", ""), "utf-8")
    patients = pl.DataFrame({"id": ["1", "2"], "height_cm": ["128", "100"], "weight_kg": ["26", "16"]})
    dosed = dose_table(patients, load_regimen(made_up))
    columns = ("alpha_flasks", "beta_flasks", "gamma_flasks", "delta_ng")
    assert dosed.select(columns).rows() == [("38.4", "50", "2", "39"), ("26.8", "48", "2", "24")]
    table = tmp_path / "orders.csv"
    dosed.select("id", "height_cm", "weight_kg", *columns).write_csv(table)
    assert cec("verify", str(table), "--regimen", str(made_up)).code == 0
    dosed.select("id", "height_cm", "weight_kg", *columns[:3], delta=pl.lit("240 ng")).write_csv(table)
    done = cec("verify", str(table), "--regimen", str(made_up))
    assert done.code == 1
    assert "ten times" in done.said


@pytest.mark.parametrize("unit", ["flasks/m2", "mg/m2/s", "drops/kg", "mg/cm", "mol", "ng/kg"])
def test_a_unit_that_is_not_in_the_table_is_refused_where_it_is_read(tmp_path: Path, unit: str) -> None:
    path = regimen_file(tmp_path, "refused", f"drug: alpha, dose: 40 {unit}, route: oral, days: 1")
    with pytest.raises(CecError, match=rf"'40 {unit}'") as caught:
        load_regimen(path)
    assert caught.value.faults[0].line == 7
    assert f"'40 {unit}'" in cec("regimen", "check", str(path)).out
    with pytest.raises(InputError, match="is not the unit of a dose"):
        dose_unit(unit)


def test_every_unit_of_a_dose_says_what_multiplies_it() -> None:
    """By the letters of the unit, which are read here once more."""
    for kind in DOSES:
        for unit in kind.units:
            amount, per, time = *unit.split("/"), *["", ""][unit.count("/") :]
            if per in {"h", "24h", "min"}:
                per, time = "", per
            measure = {"m2": "bsa", "kg": "weight", "": "nothing"}[per]
            by_exposure = {"AUC": "creatinine_clearance", "AUC by newell-1993": "clearance and weight"}
            by_letters = (amount, per, measure, time)
            assert dose_unit(unit) == (("mg", "", by_exposure[unit], "") if unit in by_exposure else by_letters)


def test_units_that_are_put_together() -> None:
    assert same_amount_per("units/kg", "m2") == "units/m2"
    assert (amount_in("mcg/mL"), amount_in("units/mL")) == ("mcg", "units")

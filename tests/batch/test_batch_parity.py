"""A batch says of every row what the single path says: doses, alerts, refusals and their words, in any blocks."""

from __future__ import annotations

import csv
import json
import random
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import msgspec
import polars as pl
import pytest
from batches import (
    INDUCTION,
    Answers,
    Table,
    amount,
    amounts_of_orders,
    by_columns,
    one_by_one,
    patients,
    settings,
    sizes,
    to_look_at,
    with_policy,
)
from running import cec as run_cec

import cec
from cec import Regimen, dose_table, load_pharmacy, load_regimen
from cec.batch.single_row import NOT_MADE
from cec.pharmacy import DoseRounding, RoundingBand
from cec.regimen import Check, Condition, Limit

BARE = msgspec.structs.replace(INDUCTION, checks=())
REGIMENS = Path(__file__).parent.parent / "regimens"
AUC, CYCLES, EVERY_KIND, LIFETIME, HOW_MUCH = (
    load_regimen(REGIMENS / f"{name}.yaml")
    for name in ("auc", "cycles", "every-kind-of-line", "lifetime", "how-much-for-whom")
)
STARTER = next(Path(cec.__file__).parent.rglob("starter_pharmacy.yaml"))


def assert_same(found: Answers, expected: Answers) -> None:
    assert found.dosed.rows() == expected.dosed.rows()
    assert found.refused.rows() == expected.refused.rows()


BANDS = DoseRounding(
    "band",
    bands=tuple(
        RoundingBand(amount(str(low), "mg"), amount(str(low + 9.99), "mg"), amount(str(low + 5), "mg"))
        for low in range(30, 230, 10)
    ),
)
POLICIES: dict[str, dict[str, object]] = {
    "default": {},
    "bsa to 0.05": {"bsa_rounding": amount("0.05", "m2")},
    "bsa not rounded": {
        "bsa_rounding": None,
        "dose_rounding": {
            drug: DoseRounding("nearest", amount("5", "mg"))
            for drug in ("clofarabine", "etoposide", "cyclophosphamide")
        },
    },
    "nearest and down": {
        "dose_rounding": {
            "etoposide": DoseRounding("nearest", amount("5", "mg")),
            "Prednisone": DoseRounding("down", amount("1", "mg")),
        }
    },
    "bands": {"dose_rounding": {"etoposide": BANDS}, "largest_deviation": Decimal(10)},
    "grams": {"dose_rounding": {"cyclophosphamide": DoseRounding("nearest", amount("0.02", "g"))}},
    "formulary": {"formulary": load_pharmacy(STARTER).formulary},
    "du bois": {"bsa_formula": "du-bois"},
    "schlich": {"bsa_formula": "schlich"},
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "name"), [*((policy, "cec-induction") for policy in POLICIES), ("default", "cec-consolidation")]
)
def test_all_that_a_row_can_tell(policy: str, name: str) -> None:
    """Doses, alerts, refusals and their words are those of the single path, row by row."""
    seed = len(policy) * 7 + len(name) + 3  # tables in which some rows are dosed and some are not
    table = patients(seed, 350)
    given = settings(with_policy(**POLICIES[policy]), load_regimen(name))._replace(as_of=None)
    found = by_columns(table, given)
    assert_same(found, one_by_one(table, given))
    assert found.dosed.height
    assert found.refused.height


@pytest.mark.slow
def test_a_regimen_of_every_kind_of_line() -> None:
    """Bands by age and weight, a maximum, divided doses, flat doses, g/m2, units/m2, and a drug of two lines."""
    table = patients(5, 500)
    found = by_columns(table, settings(regimen=EVERY_KIND))
    assert_same(found, one_by_one(table, settings(regimen=EVERY_KIND)))
    assert "banded_2_mg" in found.dosed.columns


@pytest.mark.slow
@pytest.mark.parametrize("has_formulary", [False, True])
def test_a_regimen_of_every_way_to_say_how_much_and_for_whom(*, has_formulary: bool) -> None:
    """Rates, caps, shares, choices, entries by fact and cycle, lines for some only, laboratory values."""
    rows = 300
    draw = random.Random(11)
    table = patients(8, rows)

    def drawn(*texts: str | None) -> list[str | None]:
        return [draw.choice(texts) for _ in range(rows)]

    table |= {
        "cycle": drawn("1", "2", "3"),
        "creatinine_clearance": drawn("50 mL/min", "91 mL/min", "120 mL/min"),
        "platelets": drawn("49 x 10^9/L", "50 x 10^9/L", "200 G/L", "200 G/L", None),
        "bilirubin": drawn("1 mg/dL", "60 micromol/L", None),
        "alt": drawn("200 U/L", "400 U/L", "30 U/L", None),
        "t_all": drawn("true", "false", None),
        "choose": [
            f"carboplatin={auc}; prednisolone={dose}; prednisolone={route}"
            for auc, dose, route in zip(
                drawn("AUC 4 by newell-1993", "AUC 5 by newell-1993"),
                drawn("20 mg/m2", "33.5 mg/m2", "40 mg/m2", "41 mg/m2"),
                drawn("oral", "IV bolus"),
                strict=True,
            )
        ],
    }
    formulary = load_pharmacy(STARTER).formulary if has_formulary else {}
    given = settings(
        with_policy(
            formulary=formulary,
            dose_rounding={"carboplatin": DoseRounding("nearest", amount("1", "mg"))},
        ),
        HOW_MUCH,
    )
    found = by_columns(table, given)
    assert_same(found, one_by_one(table, given))
    assert found.dosed.height > 25
    assert {"mesna_g", "sodium_chloride_mL", "interferon_million_units"} <= {*found.dosed.columns}
    assert found.dosed["ifosfamide_g"].null_count() > 0


def patients_of(regimen: Regimen, seed: int, rows: int) -> dict[str, list[str | None]]:
    """Patients in three cycles, of whom the table tells what the regimen asks beside."""
    table = patients(seed, rows) | {"cycle": [str(1 + row % 3) for row in range(rows)]}
    if regimen is AUC:
        table |= {"creatinine_clearance": [f"{60 + row % 70} mL/min" for row in range(rows)]}
    if regimen is LIFETIME:
        table |= {"earlier_doxorubicin": [("150 mg", "300 mg", "2 g")[row // 3 % 3] for row in range(rows)]}
    return table


@pytest.mark.slow
@pytest.mark.parametrize("regimen", [INDUCTION, EVERY_KIND, CYCLES, AUC, LIFETIME], ids=lambda regimen: regimen.name)
def test_every_line_has_its_own_dose_in_its_own_column(regimen: Regimen) -> None:
    """Held against the doses of the orders themselves, in the sequence of the regimen's lines."""
    table = patients_of(regimen, 17, 250)
    given = settings(regimen=regimen)
    found = by_columns(table, given)
    expected = amounts_of_orders(table, given)
    columns = [name for name in found.dosed.columns if name not in {"row", "bsa_m2", "alerts", NOT_MADE}]
    assert len(columns) == len(set(columns)) == len(regimen.drugs)
    assert found.dosed.get_column("row").to_list() == sorted(expected)
    assert len(expected) > 25
    for row in found.dosed.iter_rows(named=True):
        told = [row[name] and f"{row[name]} {name.rpartition('_')[2]}" for name in columns]
        assert told == expected[row["row"]]
    assert_same(found, one_by_one(table, given))


BY_CYCLE = {
    "interleukin_2_mg": ("9.6", "9.6", "9.6"),  # 10 mg/m2 x 0.96 m2
    "interleukin_mg": ("19.2", "19.2", "19.2"),  # 20 x 0.96
    "interleukin_3_mg": ("28.8", "28.8", "28.8"),  # 30 x 0.96: interleukin_2 is another drug
    "prednisone_mg": ("13", "13", "13"),  # 0.5 mg/kg x 26 kg
    "vincristine_mg": ("1.44", None, "1.44"),  # 1.5 x 0.96, in cycles 1 and 3
    "daunorubicin_mg": ("28.8", None, None),  # 30 x 0.96, in cycle 1
    "dexamethasone_mg": ("6.5", "6.5", "6.5"),  # 0.25 mg/kg x 26 kg
    "methotrexate_intrathecal_mg": ("12", "12", "12"),
    "methotrexate_mg": ("14.4", "14.4", "14.4"),  # 15 x 0.96
    "asparaginase_units": ("960", "960", "960"),  # 1,000 units/m2 x 0.96 m2
    "asparaginase_3_units": ("1920", "1920", "1920"),  # 2,000 x 0.96: asparaginase_2 is another drug
    "asparaginase_2_units": ("2880", "2880", "2880"),  # 3,000 x 0.96
}
"""By hand, what 128 cm and 26 kg (0.96 m2) are given in cycles 1, 2 and 3."""


def test_lines_of_certain_cycles_and_drugs_whose_names_begin_alike() -> None:
    table: Table = {"height": ["128"] * 4, "weight": ["26"] * 4, "cycle": ["1", "2", "3", None]}
    found = by_columns(table, settings(regimen=CYCLES))
    assert found.dosed.select(*BY_CYCLE).to_dict(as_series=False) == {name: list(BY_CYCLE[name]) for name in BY_CYCLE}
    assert found.dosed.columns == ["row", "bsa_m2", *BY_CYCLE, "alerts", NOT_MADE]
    assert "say which cycle this is" in found.refused.item(0, "reason")


def test_a_cycle_in_which_no_line_of_a_group_is_given() -> None:
    """In cycle 2 neither vincristine nor daunorubicin, which stand together between drugs by weight."""
    table: Table = {"height": ["128"] * 3, "weight": ["26"] * 3}
    found = by_columns(table, settings(regimen=CYCLES)._replace(cycle=2))
    in_second = ["0.96", *(cells[1] for cells in BY_CYCLE.values()), ""]
    assert [list(row[1:-1]) for row in found.dosed.rows()] == [in_second] * 3


def test_a_table_of_the_second_cycle(tmp_path: Path) -> None:
    """The command, from CSV to CSV and to JSON: a line that is not given has an empty cell, or null."""
    source = tmp_path / "patients.csv"
    source.write_text("id,height,weight\nA,128,26\nB,128,26\n", encoding="utf-8")
    for name in ("doses.csv", "doses.jsonl"):
        regimen = str(REGIMENS / "cycles.yaml")
        done = run_cec("batch", str(source), "--regimen", regimen, "--cycle", "2", "-o", str(tmp_path / name))
        assert done.code == 0, done.err
    in_second = [cells[1] or "" for cells in BY_CYCLE.values()]
    with (tmp_path / "doses.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["id", "height", "weight", "regimen", "bsa_m2", *BY_CYCLE, "alerts"],
            *([whose, "128", "26", "cycles", "0.96", *in_second, ""] for whose in "AB"),
        ]
    written = [json.loads(line) for line in (tmp_path / "doses.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [[row[name] for name in BY_CYCLE] for row in written] == [
        [cells[1] and float(cells[1]) for cells in BY_CYCLE.values()]
    ] * 2


def test_doses_by_auc_beside_others() -> None:
    """Calvert: AUC 5 x (100 + 25) = 625 mg, 5 x (60 + 25) = 425 mg; 100 and 1.5 mg/m2 x 0.96 m2 = 96 and 1.44 mg."""
    table: Table = {
        "height": ["128"] * 4,
        "weight": ["26"] * 4,
        "cycle": ["1", "2", "1", "1"],
        "creatinine_clearance": ["100 mL/min", "100 mL/min", None, "60 mL/min"],
    }
    found = by_columns(table, settings(regimen=AUC))
    assert found.dosed.columns[1:-2] == ["bsa_m2", "etoposide_mg", "carboplatin_mg", "vincristine_mg"]
    assert [row[:-2] for row in found.dosed.rows()] == [
        (0, "0.96", "96", "625", "1.44"),
        (1, "0.96", "96", None, "1.44"),
        (3, "0.96", "96", "425", "1.44"),
    ]
    assert found.refused.get_column("row").to_list() == [2]
    assert_same(found, one_by_one(table, settings(regimen=AUC)))


def test_a_lifetime_maximum_is_held_against_the_size_of_each_row() -> None:
    """128 cm, 26 kg: 0.96 m2. 450 mg/m2 x 0.96 m2 = 432 mg, two days of 28.8 mg: 374.4 mg may have been given before.

    128 cm, 20 kg: 0.84 m2 (0.8433). 450 x 0.84 = 378, two days of 25.2 mg: 327.6 mg may.
    """
    table: Table = {
        "height": ["128"] * 5,
        "weight": ["26", "26", "20", "20", "20"],
        "earlier_doxorubicin": ["374.4 mg", "374.5 mg", "374.4 mg", "327.6 mg", "327.7 mg"],
    }
    found = by_columns(table, settings(regimen=LIFETIME))
    assert [row[:4] for row in found.dosed.rows()] == [(0, "0.96", "28.8", "1.44"), (3, "0.84", "25.2", "1.26")]
    assert found.refused.get_column("row").to_list() == [1, 2, 4]
    assert found.refused.get_column("reason").str.contains("above the lifetime maximum of 450 mg/m2").all()
    assert_same(found, one_by_one(table, settings(regimen=LIFETIME)))


def test_a_row_whose_drugs_are_all_refused_costs_no_other() -> None:
    """Half of 1.44 mg, to the nearest 1 mg, is 1 mg, 39% more; 16% of 28.8 mg, 4.608 mg, to the nearest 10 mg is 0."""
    rounding = {"vincristine": DoseRounding("nearest", amount("1", "mg"))}
    rounding |= {"daunorubicin": DoseRounding("nearest", amount("10", "mg"))}
    given = settings(with_policy(dose_rounding=rounding, largest_deviation=Decimal(31)), CYCLES)
    both = "vincristine=50%: a; daunorubicin=84%: b"
    table: Table = {"height": ["128"] * 3, "weight": ["26"] * 3, "cycle": ["1"] * 3, "reduce": [None, both, None]}
    found = by_columns(table, given)
    assert found.dosed.get_column("row").to_list() == [0, 2]
    assert found.refused.get_column("row").to_list() == [1]
    assert_same(found, one_by_one(table, given))


def test_a_rounding_of_another_kind_is_refused_in_the_words_of_the_single_path() -> None:
    rounding = {"units": DoseRounding("nearest", amount("5", "mg"))}
    given = settings(with_policy(dose_rounding=rounding), EVERY_KIND)
    table = sizes(3, 20)
    found = by_columns(table, given)
    assert_same(found, one_by_one(table, given))
    assert found.refused.height
    assert "the pharmacy rounds it by 5 mg, its dose is in units" in found.refused.item(0, "reason")


@pytest.mark.parametrize(
    "cell", ["etoposide=25%: a\nward {}", "=25%: a ward{}", "a:b=25%: x{}", "etoposide=25%: {}\x07"]
)
def test_what_is_no_reduction_costs_no_other_row(cell: str) -> None:
    """A refusal quotes the whole cell, so that no two of them are of one kind."""
    table: Table = {
        "height": ["128"] * 9,
        "weight": ["26"] * 9,
        "reduce": [cell.format(row) if row % 2 else None for row in range(9)],
    }
    found = by_columns(table, settings())
    assert_same(found, one_by_one(table, settings()))
    assert set(range(0, 9, 2)) <= set(found.dosed.get_column("row"))


@pytest.mark.slow
@pytest.mark.parametrize("regimen", [BARE, EVERY_KIND, AUC], ids=["no checks", "every kind of line", "auc"])
def test_in_any_order_and_in_any_blocks(regimen: Regimen) -> None:
    """Which row of a pattern comes first, and in which block, changes nothing."""
    table = patients_of(regimen, 2, 120)
    backwards = {fact: cells[::-1] for fact, cells in table.items()}
    given = settings(regimen=regimen)
    for each in (table, backwards):
        expected = one_by_one(each, given)
        assert expected.dosed.height > 10
        for rows in (120, 7):
            assert_same(by_columns(each, given, rows), expected)


@pytest.mark.parametrize("ages", [("10", "30", "1.5"), ("30", "10", "1.5"), ("1.5", "30", "10")])
def test_without_a_sex_only_the_ages_of_the_growth_reference_are_a_gap(ages: Sequence[str]) -> None:
    """The reference is for 2 to 20 years; outside them a sex would not help, and the age is what is said.

    Nobody of 18 months has 128 cm: that is asked about anyway.
    """
    every = [*ages, *ages]
    table: Table = {"height": ["128"] * 6, "weight": ["26"] * 6, "age": every}
    dosed, _ = by_columns(table, settings(regimen=BARE))
    assert dosed.get_column("alerts").to_list() == ["height-for-age" if age == "1.5" else "" for age in every]
    reasons = dosed.get_column(NOT_MADE).to_list()
    assert reasons == ["no sex" if age == "10" else "age outside 2 to 20 years" for age in every]


def test_a_stop_that_tells_a_number_tells_that_of_each_row() -> None:
    """0.413 x 128 cm / 2 mg/dL = 26.4 mL/min/1.73 m2 x 0.96 / 1.73 = 14.7 mL/min, of 3 mg/dL 9.8, of 0.4 mg/dL 73.3."""
    kidney = Check((Condition("creatinine_clearance", (Limit("<", amount("60", "mL/min")),)),), "stop", "kidney", "low")
    table: Table = {
        "height": ["128"] * 4,
        "weight": ["26"] * 4,
        "age": ["10"] * 4,
        "sex": ["male"] * 4,
        "creatinine": ["2 mg/dL", "3 mg/dL", "2 mg/dL", "0.4 mg/dL"],
    }
    dosed, refused = by_columns(table, settings(regimen=msgspec.structs.replace(BARE, checks=(kidney,))))
    reasons = refused.get_column("reason").to_list()
    assert dosed.get_column("row").to_list() == [3]
    assert ["here 14.7" in reasons[0], "here 9.8" in reasons[1], "here 14.7" in reasons[2]] == [True] * 3


def test_a_regimen_of_twenty_lines_with_alerts_on_each_preparation(tmp_path: Path) -> None:
    """Each line of n mg/m2 is made of tablets of another size, so that each row has other alerts."""
    names = [f"drug {chr(97 + index)}" for index in range(20)]
    lines = [
        msgspec.structs.replace(BARE.drugs[-1], drug=name, dose=amount(str(10 + index), "mg/m2"), purpose="")
        for index, name in enumerate(names)
    ]
    tablets = (
        f"  {name}: {{products: [{{name: tablet, form: tablet, content: {3 + index % 5} mg}}]}}\n"
        for index, name in enumerate(names)
    )
    (tmp_path / "pharmacy.yaml").write_text("".join(["formulary:\n", *tablets]), encoding="utf-8")
    pharmacy = load_pharmacy(tmp_path / "pharmacy.yaml")
    given = settings(pharmacy, msgspec.structs.replace(BARE, drugs=tuple(lines)))
    table = sizes(20, 60)
    found = by_columns(table, given, 25)
    assert_same(found, one_by_one(table, given))
    alerts = found.dosed.get_column("alerts")
    assert alerts.n_unique() > 20
    assert alerts.str.contains("measured-drug-t").any()


@pytest.mark.parametrize(
    "cell",
    ["etoposide=125%: {}", "other=25%: {}", "etoposide: {}", "etoposide=25%:{:<9}\x07", "a=1%: {}; a=2%: {}", "=: {}"],
)
def test_the_reason_of_a_reduction_that_is_refused_is_told_as_it_stands(cell: str) -> None:
    table = {"height": ["128"] * 50, "weight": ["26"] * 50, "reduce": [cell.format(row, row) for row in range(50)]}
    found = by_columns(table, settings())
    assert found.refused.height == 50
    assert_same(found, one_by_one(table, settings()))


def _options(fact: str, text: str) -> list[str]:
    """What a person types for a cell."""
    if not text.strip():
        return []
    if fact == "reduce":
        return [f"--reduce={one}" for one in text.split("; ")]
    return [f"--history={fact}={text}" if fact == "prior_hsct" else f"--{fact.replace('_', '-')}={text}"]


@pytest.mark.parametrize("regimen", [INDUCTION, CYCLES], ids=lambda regimen: regimen.name)
def test_the_digits_are_those_of_cec_dose(regimen: Regimen, tmp_path: Path) -> None:
    """The command for one patient, from the words that a person types, is asked about each row."""
    table = patients_of(regimen, 47, 40)
    named = "cec-induction" if regimen is INDUCTION else str(REGIMENS / "cycles.yaml")
    asked = table.keys() - {"start", "allergies"}  # the command has no options for these
    cells = {fact: [text or "" for text in texts] for fact, texts in table.items() if fact in asked}
    source = tmp_path / "patients.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", *cells])
        writer.writerows([number, *row] for number, row in enumerate(zip(*cells.values(), strict=True)))
    run_cec("batch", str(source), f"--regimen={named}", "-o", str(tmp_path / "doses.csv"))
    with (tmp_path / "doses.csv").open(encoding="utf-8", newline="") as file:
        dosed = {int(row["number"]): row for row in csv.DictReader(file)}
    assert 5 < len(dosed) < 40
    for number in range(40):
        options = [part for fact, texts in cells.items() for part in _options(fact, texts[number])]
        single = run_cec("dose", named, "--format", "csv", *options)
        assert (single.code == 0) == (number in dosed), single.err
        if number in dosed:
            doses = list(csv.DictReader(single.out.splitlines()))
            told = [cell for name, cell in dosed[number].items() if name.endswith(("_mg", "_units")) and cell]
            assert [row["ordered"] for row in doses] == told
            assert [row["drug"] for row in doses] == [
                line.drug for line in regimen.drugs if not line.cycles or int(dosed[number]["cycle"]) in line.cycles
            ]
            assert {to_look_at(row["alerts"]) for row in doses} == {dosed[number]["alerts"]}


@pytest.mark.slow
def test_weights_of_many_digits() -> None:
    for decimals in (3, 9, 12):
        table = sizes(decimals, 300, decimals)
        assert_same(by_columns(table, settings()), one_by_one(table, settings()))


def test_allergies_name_drugs_and_products() -> None:
    """Only which drugs they name counts; a thousand ways to say that it is none are answered at once."""
    stock = load_pharmacy(STARTER).formulary["etoposide"]
    brand = msgspec.structs.replace(stock.products[0], name="Vepesid 100 mg")
    formulary = {"etoposide": msgspec.structs.replace(stock, products=(brand,))}
    said = ["etoposide", "VEPESID (2024)", "penicillin", "", "prednisone, etoposide", *map(str, range(1000))]
    table: dict[str, list[str | None]] = {"height": ["128"], "weight": ["26"]}
    table = {fact: cells * len(said) for fact, cells in table.items()} | {"allergies": list(said)}
    given = settings(with_policy(formulary=formulary))
    dosed, _ = by_columns(table, given)
    named = [[code for code in codes.split() if code.startswith("allergy")] for codes in dosed["alerts"]]
    both = ["allergy-etoposide", "allergy-prednisone"]
    assert named == [both[:1], both[:1], [], [], both, *([] for _ in range(1000))]
    assert dosed.head(10).equals(one_by_one({fact: cells[:10] for fact, cells in table.items()}, given)[0])


def test_a_product_is_not_for_some_rows() -> None:
    """Two children of the same doses, one under 5 years old; the third's age is not known."""
    stock = load_pharmacy(STARTER).formulary["etoposide"]
    young = Condition("age", (Limit("<", amount("5", "years")),))
    only = msgspec.structs.replace(stock.products[0], not_for=(young,))
    given = settings(with_policy(formulary={"etoposide": msgspec.structs.replace(stock, products=(only,))}))
    table: dict[str, list[str | None]] = {
        "height": ["109"] * 3,
        "weight": ["18.5"] * 3,
        "age": ["59 months", "60 months", None],
    }
    dosed, _ = found = by_columns(table, given)
    assert ["product-etoposide" in codes for codes in dosed["alerts"]] == [True, False, True]
    assert_same(found, one_by_one(table, given))


def test_a_regimen_of_a_hundred_questions() -> None:
    """Whole kg from 5 to 104: each row has as many of these alerts as its weight is under."""
    checks = tuple(
        Check(
            when=(Condition("weight", (Limit("<", amount(str(kilograms), "kg")),)),),
            level="note",
            code=f"under-{kilograms}",
            text="an example",
        )
        for kilograms in range(5, 105)
    )
    table = sizes(9, 3_000) | {"sex": ["female", "M", None] * 1_000}
    given = settings(regimen=msgspec.structs.replace(INDUCTION, checks=checks))
    dosed, refused = by_columns(table, given)
    assert refused.height < 10  # impossible sizes
    for row, codes in dosed.select("row", "alerts").iter_rows():
        weight = Decimal(table["weight"][row] or 0)
        assert codes.count("under-") == sum(weight < kilograms for kilograms in range(5, 105))


@pytest.mark.slow
def test_many_threads_at_one_time() -> None:
    """In blocks of any size, every row has its own answer."""
    table = patients(31, 250) | {"allergies": [f"pollen {row % 40}" for row in range(250)]}
    frame = pl.DataFrame(table, schema=dict.fromkeys(table, pl.String))
    given = settings(with_policy(formulary=load_pharmacy(STARTER).formulary))
    expected = one_by_one(table, given)
    columns = [name for name in expected.dosed.columns if name not in {"row", NOT_MADE}]
    told = {row: cells for row, *cells in expected.dosed.select("row", *columns).rows()}
    wrong: list[object] = []

    def work(seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(4):
            rows = draw.sample(range(250), draw.randrange(1, 60))
            made = dose_table(frame[rows], given.regimen, given.pharmacy)
            found = made.select("rejected", *columns).rows()
            for row, (reason, *cells) in zip(rows, found, strict=True):
                if (reason is None) != (row in told) or (reason is None and cells != told[row]):
                    wrong.append((row, reason, cells))

    every = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
    finally:
        sys.setswitchinterval(every)
    assert not wrong


@pytest.mark.parametrize(
    "cell",
    [
        "etoposide=25%: {}",
        "etoposide = 25 % :{}",
        "etoposide=25%: a; b {}",
        "clofarabine=25%: {0}; etoposide=12.5%: śluzówka {0}",
        "etoposide=25%: since 2026-11-{} (grade 3: see notes), 5/5",
    ],
)
def test_every_row_with_another_reason_of_reduction(cell: str) -> None:
    table = {"height": ["128"] * 50, "weight": ["26"] * 50, "reduce": [cell.format(row) for row in range(50)]}
    found = by_columns(table, settings())
    assert found.dosed.height == 50
    assert_same(found, one_by_one(table, settings()))

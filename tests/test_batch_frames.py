"""dose_table: frames in, frames out, the same digits in polars, Arrow, pandas and Spark."""

from __future__ import annotations

import datetime
import os
import re
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from batches import sizes
from polars.testing import assert_frame_equal

from cec import Pharmacy, dose_table, load_regimen
from cec.errors import CecError, FileError, InputError

README = Path(__file__).parent.parent / "README.md"
OWN = Path(__file__).parent / "regimens" / "every-kind-of-line.yaml"
PATIENTS = pl.DataFrame(
    {
        "id": ["007", "8", "9", "10"],
        "height_cm": [128.0, 109.0, 1.28, None],
        "weight_kg": [26.0, 18.5, 26.0, 20.0],
        "note": ["a", None, "c", "d"],
    }
)
AMOUNTS = ["clofarabine_mg", "etoposide_mg", "cyclophosphamide_mg", "prednisone_mg"]


def test_rows_stay_and_columns_are_added() -> None:
    made = dose_table(PATIENTS)
    assert made.columns == [*PATIENTS.columns, "regimen", "bsa_m2", *AMOUNTS, "alerts", "rejected"]
    assert_frame_equal(made.select(PATIENTS.columns), PATIENTS)
    assert made.select(AMOUNTS).rows()[:2] == [("38.4", "96", "422.4", "13"), ("30", "75", "330", "9.25")]
    assert made.get_column("rejected").to_list()[:2] == [None, None]
    assert "did you mean 1.28 m?" in made.get_column("rejected")[2]
    assert made.get_column("rejected")[3].startswith("'height' is missing")
    assert made.select("regimen", "bsa_m2", *AMOUNTS, "alerts").rows()[2:] == [(None,) * 7] * 2
    assert dose_table(PATIENTS.clear()).columns == made.columns


def test_whole_numbers_dates_and_booleans_are_read_as_they_print() -> None:
    frame = pl.DataFrame(
        {
            "height": [128],
            "weight": [26],
            "born": [datetime.date(2018, 5, 14)],
            "measured_on": [datetime.date(2026, 11, 29)],
            "prior_hsct": [True],
            "previous_cycles": [5],
        }
    )
    made = dose_table(frame, start=datetime.date(2026, 11, 30))
    assert {"prior-hsct", "fifth-cycle"} <= set(made.get_column("alerts")[0].split())
    assert dose_table(frame, cycle=1).get_column("rejected")[0] is None


def test_several_regimens() -> None:
    frame = pl.DataFrame(
        {"height": [128] * 3, "weight": [26] * 3, "age": [8] * 3, "regimen": ["", "every-kind-of-line", "nix"]}
    )
    made = dose_table(frame, [load_regimen("cec-induction"), load_regimen(OWN)])
    assert made.get_column("regimen").to_list() == ["cec-induction", "every-kind-of-line", "nix"]
    assert made.select("clofarabine_mg", "flat_mg").rows() == [("38.4", None), (None, "12.5"), (None, None)]
    assert "no shipped regimen" in made.get_column("rejected")[2]
    only = dose_table(frame.with_columns(regimen=pl.lit(str(OWN))))
    assert "needs the columns" in only.get_column("rejected")[0]


def test_policy_and_columns() -> None:
    frame = PATIENTS.head(1).rename({"height_cm": "Wzrost"})
    made = dose_table(frame, pharmacy=Pharmacy(bsa_formula="du-bois"), columns={"height": "Wzrost"})
    assert made.get_column("bsa_m2")[0] == "0.97"


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (PATIENTS.drop("weight_kg"), "no column tells the weight"),
        (PATIENTS.with_columns(alerts=pl.lit("")), "columns that this would add: alerts"),
        ({"height": [128]}, "is no frame"),
    ],
)
def test_frames_that_cannot_be_dosed(frame: Any, reason: str) -> None:
    with pytest.raises(CecError, match=reason):
        dose_table(frame)
    with pytest.raises(InputError, match="name a regimen"):
        dose_table(PATIENTS, [])
    with pytest.raises(FileError):
        dose_table(PATIENTS, "nix")


def test_arrow_tables_and_batches() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    table = PATIENTS.to_arrow()
    expected = dose_table(PATIENTS)
    for frame in (table, table.to_batches()[0]):
        made = dose_table(frame)
        assert type(made) is type(frame)
        assert made.schema.field("height_cm") == table.schema.field("height_cm")
        assert made.schema.field("clofarabine_mg").type == pyarrow.string()
        assert_frame_equal(pl.DataFrame(pl.from_arrow(made)), expected)
    named = dose_table(table.append_column("regimen", pyarrow.array(["", "cec-consolidation", None, None])))
    assert named.column("regimen").to_pylist()[:2] == ["cec-induction", "cec-consolidation"]


def test_pandas() -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = PATIENTS.to_pandas()
    frame.index = [7, 8, 9, 10]
    made = dose_table(frame)
    assert list(made.index) == [7, 8, 9, 10]
    assert list(made["clofarabine_mg"])[:2] == ["38.4", "30"]


def _example(word: str) -> str:
    """The Python block of the README that has this word."""
    blocks = re.findall(r"```py\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return str(next(block for block in blocks if word in block))


def test_dask() -> None:
    """The line of the README."""
    pytest.importorskip("pyarrow")
    dask = pytest.importorskip("dask.dataframe")
    patients = PATIENTS.to_pandas()
    made = dask.from_pandas(patients, npartitions=2).map_partitions(dose_table).compute(scheduler="synchronous")
    assert made.astype(str).equals(dose_table(patients).astype(str))


def test_ray() -> None:
    """The line of the README."""
    pyarrow = pytest.importorskip("pyarrow")
    ray = pytest.importorskip("ray")
    pytest.importorskip("ray.data")
    made = ray.data.from_arrow(PATIENTS.to_arrow()).map_batches(dose_table, batch_format="pyarrow")
    try:
        found = pyarrow.concat_tables(ray.get(made.to_arrow_refs()))
    finally:
        ray.shutdown()
    assert_frame_equal(pl.DataFrame(pl.from_arrow(found)), dose_table(PATIENTS))


def test_spark_gives_what_one_machine_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of the README, over several partitions."""
    pytest.importorskip("pandas")
    sql = pytest.importorskip("pyspark.sql")
    pytest.importorskip("pyarrow")
    root = str(Path(__file__).parent.parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    patients = pl.DataFrame(sizes(3, 500)).with_row_index("id").with_columns(pl.col("id").cast(pl.String))
    session = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        table = session.createDataFrame(patients.rows(), patients.columns).repartition(2)
        made = ["regimen", "bsa_m2", *AMOUNTS, "alerts", "rejected"]
        schema = ", ".join(f"{name} string" for name in [*table.columns, *made])

        names: dict[str, Any] = {"patients": table, "schema": schema}
        exec(_example("mapInArrow"), names)  # noqa: S102  the README's own words
        rows = names["dosed"].collect()
    finally:
        session.stop()
    found = pl.DataFrame([tuple(row) for row in rows], schema=[*table.columns, *made], orient="row")
    expected = dose_table(patients)
    assert_frame_equal(found, expected, check_row_order=False)

"""dose_table: frames in, frames out, the same digits in polars, Arrow, pandas and Spark."""

from __future__ import annotations

import datetime
import os
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from batches import sizes
from polars.testing import assert_frame_equal

from cec import Pharmacy, dose_table, load_regimen
from cec.batch import frames
from cec.errors import CecError, FileError, InputError

PAGE = Path(__file__).parent.parent.parent / "docs" / "python.md"
OWN = Path(__file__).parent.parent / "regimens" / "every-kind-of-line.yaml"
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
    assert "is not the name of a regimen and not a file" in made.get_column("rejected")[2]
    only = dose_table(frame.with_columns(regimen=pl.lit(str(OWN))))
    assert only.get_column("rejected")[0].startswith(f"{OWN} needs the columns ")
    assert only.get_column("rejected")[0].endswith(": name it among the regimens of the table")


def test_a_regimen_may_be_the_path_of_a_file() -> None:
    path = Path(__file__).parent.parent / "regimens" / "cycles.yaml"
    frame = pl.DataFrame({"height": [128], "weight": [26]})
    for regimen in (path, [path], str(path)):
        assert dose_table(frame, regimen, cycle=1)["regimen"].to_list() == ["cycles"]
    with pytest.raises(CecError, match="write ignore="):
        dose_table(frame, ignore="age")


def test_policy_and_columns() -> None:
    frame = PATIENTS.head(1).rename({"height_cm": "Wzrost"})
    made = dose_table(frame, pharmacy=Pharmacy(bsa_formula="du-bois"), columns={"height": "Wzrost"})
    assert made.get_column("bsa_m2")[0] == "0.97"


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (PATIENTS.drop("weight_kg"), "no column tells the weight"),
        (PATIENTS.with_columns(alerts=pl.lit("")), "columns that this would add: alerts"),
        ({"height": [128]}, "is not a frame"),
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


DOSED = ["38.4", "30"]
"""Clofarabine of the first two patients; the others are rejected."""


@pytest.mark.parametrize(
    ("fact", "cells"),
    [
        ("weight_kg", pl.Series([[26.0], [18.5]])),
        ("age", pl.Series([datetime.timedelta(days=3000)] * 2)),
        ("sex", pl.Series([{"a": "f"}] * 2)),
        ("id", pl.Series([b"1", b"\xff"])),
        ("born", pl.Series([datetime.time(9)] * 2)),
        ("regimen", pl.Series([["cec-induction"], None])),
        ("weight_kg", pl.Series([object(), object()], dtype=pl.Object)),
    ],
)
def test_columns_that_cannot_tell(fact: str, cells: pl.Series) -> None:
    """Named all at once, whatever the type; where they only pass through, they do so."""
    frame = PATIENTS.head(2).with_columns(cells.alias(fact), cells.alias("other"), creatinine=[[1], [2]])
    with pytest.raises(InputError) as fault:
        dose_table(frame)
    told = {fact, "creatinine"} - {"id"}
    assert {name for name in told if f"column '{name}' is " in str(fault.value)} == told
    assert str(fault.value).count("\n") == len(told) - 1
    passing = PATIENTS.head(2).with_columns(cells.alias("other"))
    assert dose_table(passing).get_column("clofarabine_mg").to_list() == DOSED
    assert dose_table(passing).get_column("other").to_list() == cells.to_list()


def test_types_that_can_tell() -> None:
    day = datetime.datetime(2018, 5, 14)  # noqa: DTZ001  as pandas and Parquet hold days
    frame = pl.DataFrame(
        {
            "height": pl.Series(["128", "109 cm", "128"], dtype=pl.Categorical),
            "weight": pl.Series([Decimal("26.00"), Decimal("18.50"), Decimal(26)]),
            "sex": pl.Series(["f", "m", None], dtype=pl.Enum(["f", "m"])),
            "born": [day, day, day.replace(hour=8)],
            "previous_cycles": [5.0, None, None],
            "creatinine": pl.Series([None] * 3, dtype=pl.Null),
        }
    )
    made = dose_table(frame, start=datetime.date(2026, 11, 30))
    assert made.get_column("clofarabine_mg").to_list() == [*DOSED, None]
    assert "fifth-cycle" in made.get_column("alerts")[0]
    assert made.get_column("rejected")[2].startswith("born: '2018-05-14 08:00:00")
    small = frame.select(
        pl.col("height").cast(pl.String).str.slice(0, 3).cast(pl.Int16), pl.col("weight").cast(pl.Float32)
    )
    assert dose_table(small).get_column("clofarabine_mg").to_list() == [*DOSED, "38.4"]


def test_frames_without_rows_or_columns() -> None:
    pandas = pytest.importorskip("pandas")
    pyarrow = pytest.importorskip("pyarrow")
    assert dose_table(PATIENTS.to_pandas().head(0)).shape == (0, 12)
    assert dose_table(PATIENTS.to_arrow().slice(0, 0)).num_rows == 0
    for empty in (pl.DataFrame(), pandas.DataFrame(), pyarrow.table({})):
        with pytest.raises(CecError, match="no column tells the height"):
            dose_table(empty)


def test_what_is_no_frame() -> None:
    pandas = pytest.importorskip("pandas")
    pyarrow = pytest.importorskip("pyarrow")
    with pytest.raises(InputError, match=r"a LazyFrame is not a frame .* call its collect\(\) first"):
        dose_table(PATIENTS.lazy())
    others = (
        *(PATIENTS.to_series(), pandas.Series([1]), PATIENTS.to_pandas().groupby("id"), pyarrow.array([1])),
        *(pyarrow.chunked_array([[1]]), [{"height": 128}], None),
    )
    for other in others:
        with pytest.raises(InputError, match="is not a frame"):
            dose_table(other)


def test_pandas_as_it_comes() -> None:
    """An index of one's own, names that stand twice, mixed cells, missing ones of every kind."""
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pandas.DataFrame(
        {
            "height_cm": pandas.Series(["128", 109, pandas.NA, 128.0], dtype=object),
            "weight_kg": pandas.Series([26, None, 20, 26], dtype="Int64"),
            "sex": pandas.Series(["f", None, float("nan"), "m"], dtype="category"),
            "previous_cycles": [5.0, float("nan"), None, 2.0],
            "regimen": pandas.Series(["", None, float("nan"), "cec-consolidation"], dtype=object),
            "born": pandas.to_datetime(["2018-05-14", None, None, "2018-05-14"]),
            "odd": [object(), [1], {2}, b"3"],
            7: [1j, 2, 3, 4],
        }
    )
    frame = pandas.concat([frame, frame[["odd"]]], axis=1)
    frame.index = pandas.Index(["x", "x", "y", 3], name="bed")
    before = frame.copy()
    made = dose_table(frame, start=datetime.date(2026, 11, 30))
    assert list(made.index) == list(frame.index)
    assert made.index.name == "bed"
    assert list(made.columns[:9]) == list(frame.columns)
    assert list(made["clofarabine_mg"].dropna()) == ["38.4", "38.4"]
    assert "fifth-cycle" in made["alerts"].iloc[0]
    assert made["regimen"].fillna("").to_list() == ["cec-induction", "", "", "cec-consolidation"]
    assert made["rejected"].isna().to_list() == [True, False, False, True]
    assert "'weight' is missing" in made["rejected"].iloc[1]
    assert made.iloc[:, 6].to_list() == frame.iloc[:, 6].to_list()
    assert frame.equals(before)
    with pytest.raises(InputError, match="column 'weight_kg' cannot be read"):
        dose_table(pandas.DataFrame({"height_cm": [128], "weight_kg": [26j]}))
    with pytest.raises(InputError, match="column 'weight_kg' is Duration"):
        dose_table(pandas.DataFrame({"height_cm": [128], "weight_kg": pandas.to_timedelta(["1h"])}))
    twice = pandas.DataFrame([[128, 26, 27]], columns=["height", "w", "w"])
    with pytest.raises(InputError, match="several columns have the name 'w', of which one must tell the weight"):
        dose_table(twice, columns={"weight": "w"})
    with pytest.raises(FileError, match="two columns tell the weight"):
        dose_table(twice.set_axis(["height", "weight", "weight"], axis=1))


def test_arrow_as_it_comes() -> None:
    """Dictionaries, large texts, several chunks, names that stand twice, and types that cannot tell."""
    pyarrow = pytest.importorskip("pyarrow")
    columns = {
        "height": pyarrow.chunked_array([["128", None], ["109"]]).dictionary_encode(),
        "weight": pyarrow.chunked_array([[26, None, 18]], pyarrow.int8()).dictionary_encode(),
        "sex": pyarrow.array(["f", None, "m"], pyarrow.large_string()),
        "born": pyarrow.array([datetime.date(2018, 5, 14)] * 3, pyarrow.date64()),
        "creatinine": pyarrow.nulls(3),
        "odd": pyarrow.array([[("a", 1)]] * 3, pyarrow.map_(pyarrow.string(), pyarrow.int8())),
        "month": pyarrow.array([(1, 2, 3)] * 3, pyarrow.month_day_nano_interval()),
    }
    table = pyarrow.table(columns).append_column("odd", pyarrow.array([1, 2, 3]))
    for frame in (table, table.combine_chunks().to_batches()[0]):
        made = dose_table(frame, start=datetime.date(2026, 11, 30))
        assert made.column("clofarabine_mg").to_pylist() == ["38.4", None, "29.6"]  # 40 x 0.74
        assert made.schema.names[:8] == table.schema.names
        assert made.column(0).to_pylist() == ["128", None, "109"]
        with pytest.raises(InputError, match=r"column 'month' cannot be read; .* the age"):
            dose_table(frame, columns={"age": "month"})


def test_what_another_thread_puts_away_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    class Cleared(dict[str, object]):
        def __setitem__(self, key: str, regimens: object) -> None:
            super().__setitem__(key, regimens)
            self.clear()

    monkeypatch.setattr(frames, "_kept", Cleared())
    assert dose_table(PATIENTS).get_column("clofarabine_mg").to_list()[:2] == DOSED


def _example(word: str) -> str:
    """The Python block of the page that has this word."""
    blocks = re.findall(r"```py\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(next(block for block in blocks if word in block))


def test_dask() -> None:
    """The line of the page about Python."""
    pytest.importorskip("pyarrow")
    dask = pytest.importorskip("dask.dataframe")
    patients = PATIENTS.to_pandas()
    made = dask.from_pandas(patients, npartitions=2).map_partitions(dose_table).compute(scheduler="synchronous")
    assert made.astype(str).equals(dose_table(patients).astype(str))


def test_ray() -> None:
    """The line of the page about Python."""
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
    """The example of the page about Python, over several partitions."""
    pytest.importorskip("pandas")
    sql = pytest.importorskip("pyspark.sql")
    pytest.importorskip("pyarrow")
    root = str(Path(__file__).parent.parent.parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    patients = pl.DataFrame(sizes(3, 500)).with_row_index("id").with_columns(pl.col("id").cast(pl.String))
    session = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        table = session.createDataFrame(patients.rows(), patients.columns).repartition(2)
        made = ["regimen", "bsa_m2", *AMOUNTS, "alerts", "rejected"]
        names: dict[str, Any] = {"patients": table}
        exec(_example("mapInArrow"), names)  # noqa: S102  the page's own words
        rows = names["dosed"].collect()
    finally:
        session.stop()
    found = pl.DataFrame([tuple(row) for row in rows], schema=[*table.columns, *made], orient="row")
    expected = dose_table(patients)
    assert_frame_equal(found, expected, check_row_order=False)


def test_what_speaks_the_protocol_of_arrow_becomes_an_arrow_table() -> None:
    """DuckDB's relations and readers of record batches; those that have a kind of their own keep it."""
    duckdb, pyarrow = pytest.importorskip("duckdb"), pytest.importorskip("pyarrow")
    table = PATIENTS.to_arrow()
    expected = dose_table(table).to_pylist()
    relation = duckdb.from_arrow(table)
    reader = pyarrow.RecordBatchReader.from_batches(table.schema, table.to_batches())
    for frame in (relation, reader):
        done = dose_table(frame)
        assert isinstance(done, pyarrow.Table)
        assert done.to_pylist() == expected
    assert isinstance(dose_table(table.to_batches()[0]), pyarrow.RecordBatch)
    assert isinstance(dose_table(table.to_pandas()), type(table.to_pandas()))


def test_frames_of_texts_are_read_as_they_are_said_to_be_written() -> None:
    """√(128 × 26.5 / 3600) = 0.9707 → 0.97 m2, × 40 = 38.8 mg. Numbers of the frame have no sign of their own."""
    frame = pl.DataFrame(
        {"height_cm": [128, 128], "weight": ["26,5", "26,5 kg"], "sex": ["K", "M"], "born": ["14.05.2018"] * 2}
    )
    said = {
        "values": {"sex": {"K": "female"}},
        "decimal": ",",
        "dates": "DD.MM.YYYY",
        "start": datetime.date(2026, 11, 30),
    }
    assert dose_table(frame, **said)["clofarabine_mg"].to_list() == ["38.8", "38.8"]  # type: ignore[arg-type]
    assert "say --decimal ," in dose_table(frame)["rejected"][0]
    with pytest.raises(InputError, match=r"no column tells the sx; did you mean sex\?"):
        dose_table(frame, values={"sx": {"K": "female"}})
    with pytest.raises(InputError, match="neither a point nor a comma"):
        dose_table(frame, decimal=";")

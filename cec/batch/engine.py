"""Texts of a table -> the doses of every row or why there are none, under one regimen; whatever is distinct, once.

Each different text is read once (`values`), rows of one class (`classes`) are drafted once by `draft_order`, and each
dose is computed once for each BSA, weight or clearance (`amounts`) and joined to its rows. Rows in doubt are drafted
one by one. Some rows of every class and block are drafted again; a difference ends the run.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from cec.batch.amounts import Amounts, Measured, Variant, variants_of
from cec.batch.classes import DOUBT, Classified, Classifier, Sizes
from cec.batch.over_columns import bsa_over_columns
from cec.batch.single_row import Settings, answer_columns, cells_of, draft, read
from cec.batch.values import MOST_KEPT, Different, Texts, different, size_of
from cec.calculate.dosing import dosed_again
from cec.calculate.formulas import body_surface_area
from cec.calculate.preparation import prepare
from cec.calculate.rounding import to_nearest
from cec.calculate.schedule import draw_up
from cec.errors import CecError, OrderRefused
from cec.load.parts import Part
from cec.order import Order
from cec.render.csv import number
from cec.tables.amounts import amount_columns
from cec.tables.columns import Column
from cec.tables.rows import Read, Refusal, read_fact, refusal
from cec.units import EXACT, plain

if TYPE_CHECKING:
    import polars as pl


class Answers(NamedTuple):
    """Every row once, by its place in the block from 0, each frame in order.

    `dosed` has row and the columns of `answer_columns`, `refused` row, facts (with commas between them) and reason.
    """

    dosed: pl.DataFrame
    refused: pl.DataFrame


Cells = list[str | None]
"""The cells of a dosed row, under the columns of `answer_columns`."""

Drafted = dict[int, Cells | Refusal]
"""Answers of the single path, by the place of the row."""


class Class(NamedTuple):
    """What the rows of one class have in common: alert codes, doses, and a refusal where they have one.

    Without doses each row is answered for itself. With a refusal, a stop refuses the rows, and so may their amounts.
    """

    codes: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    refusal: Refusal | None = None
    codes_of_schedule: tuple[str, ...] = ()
    """They stand behind those of preparations, which hang on the amounts."""


_UNKNOWN = Class()


class _Rows(NamedTuple):
    """A block of rows: the texts of each fact, the places of what each row tells among them, sizes and classes."""

    texts: Mapping[str, Texts]
    places: Mapping[str, pl.Series]
    sizes: Sizes
    classified: Classified

    def parts(self, row: int) -> dict[str, Part]:
        """What a row tells."""
        return self.parts_at([places[row] for places in self.places.values()])

    def parts_at(self, places: Iterable[int]) -> dict[str, Part]:
        """What is told at these places, one for each fact."""
        told = {fact: self.texts[fact].parts[place] for fact, place in zip(self.places, places, strict=True)}
        return {fact: part for fact, part in told.items() if part is not None}


class Engine:
    """One regimen under one pharmacy, for tables of these columns. Several threads may ask, one after the other."""

    def __init__(self, settings: Settings, columns: Mapping[str, Column]) -> None:
        import polars as pl

        self.settings, self.columns = settings, columns
        self.names = amount_columns(settings.regimen)
        step, formula = settings.pharmacy.bsa_rounding, settings.pharmacy.bsa_formula
        self._step = step.value if step else Decimal(1)
        sizes = (pl.col("height"), pl.col("weight"), pl.col("sex"))
        stock = settings.pharmacy.formulary.values()
        is_for_some = any(product.not_for for drug in stock for product in drug.products)
        self._area = bsa_over_columns(formula, *sizes) if step and not is_for_some else None
        """BSA over columns; without it each row is drafted by itself."""
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        """Forget all that was found out."""
        self._classifier = Classifier(self.settings, self._step)
        self._texts = {fact: Texts(fact, column, self._classifier.key_of) for fact, column in self.columns.items()}
        self._classes: dict[int, Class] = {0: _UNKNOWN}
        self._unheld: dict[int, dict[str, Part]] = {}
        self._amounts = Amounts(self.settings)

    def answer(self, texts: Mapping[str, pl.Series]) -> Answers:
        """The doses of every row, `texts` being a column of texts for each fact."""
        if not len(next(iter(texts.values()))):
            return self._nothing()
        with self._lock:
            if self._classifier.kept > MOST_KEPT:
                self._begin()
            for fact, known in self._texts.items():
                if len(known.parts) > MOST_KEPT:
                    self._texts[fact] = Texts(fact, self.columns[fact], self._classifier.key_of)
            places = {fact: self._texts[fact].places(cells) for fact, cells in texts.items()}
            rows = self._classified(places)
            drafted: Drafted = {}
            numbers = self._learnt(rows, drafted)
            dosed, refused = self._by_class(rows, numbers)
            alone = self._one_by_one(rows, _where(numbers == 0), drafted)
            answers = Answers(_in_order([*dosed, alone.dosed]), _in_order([*refused, alone.refused]))
            self._hold_some(answers, rows, numbers, drafted)
            return answers

    # What is known of each row

    def _classified(self, places: Mapping[str, pl.Series]) -> _Rows:
        """The sizes and the class of each row."""
        sizes, is_sure = self._sized(places)
        classified = self._classifier.classify(self._texts, places, sizes)
        return _Rows(self._texts, places, sizes, classified._replace(is_alone=classified.is_alone | ~is_sure))

    def _sized(self, places: Mapping[str, pl.Series]) -> tuple[Sizes, pl.Series]:
        """Height, weight and BSA of each row, and whether it may belong to a class at all."""
        import polars as pl

        height, weight = (self._texts[fact].sizes(places[fact]) for fact in ("height", "weight"))
        nothing = pl.repeat(0, len(height), dtype=pl.UInt32, eager=True)
        if self._area is None:
            return Sizes(height, weight, nothing), nothing != 0
        sexes = self._texts["sex"].values if "sex" in places else [None]
        sex = pl.Series(sexes, dtype=pl.String)[places.get("sex", nothing)]
        found = (
            pl.DataFrame({"height": height, "weight": weight, "sex": sex})
            .lazy()
            .select(steps=self._area / float(self._step) + 0.5)
            .select(
                steps=pl.col("steps").floor().cast(pl.UInt32, strict=False).fill_null(0),
                is_near=((pl.col("steps") - pl.col("steps").round()).abs() <= pl.col("steps") * DOUBT).fill_null(
                    value=False
                ),
            )
            .collect()
        )
        steps = found.get_column("steps")
        near = _where(found.get_column("is_near").fill_null(value=False))
        if near:
            steps = steps.scatter(near, [self._steps(row, places) for row in near])
        return Sizes(height, weight, steps), nothing == 0

    def _steps(self, row: int, places: Mapping[str, pl.Series]) -> int:
        """The BSA of a row by the formula itself, in steps; 0 where it has none."""
        facts = [fact for fact in ("height", "weight", "sex") if fact in places]
        told = {fact: self._texts[fact].values[places[fact][row]] for fact in facts}
        area = body_surface_area(self.settings.pharmacy.bsa_formula, told["height"], told["weight"], told.get("sex"))
        return int(EXACT.divide(to_nearest(area.number, self._step), self._step))

    # What holds for each class

    def _learnt(self, rows: _Rows, drafted: Drafted) -> pl.Series:
        """The number of each row's class, from 1 on, of which all is known; 0 where a row is drafted by itself.

        `drafted` gets the answers of rows that new classes were learnt from.
        """
        import polars as pl

        is_alone = rows.classified.is_alone
        nothing = pl.Series([0], dtype=pl.UInt32).new_from_index(0, len(is_alone))
        numbers = (rows.classified.numbers + 1).zip_with(~is_alone, nothing)
        first = numbers.arg_unique()
        found = numbers[first].to_list()
        for one, row in zip(found, first.to_list(), strict=True):
            if one not in self._classes:
                parts = rows.parts(row)
                self._classes[one], drafted[row] = self._learn(parts)
                self._unheld[one] = parts
        alone = [one for one in found if one and not self._classes[one].variants]
        return numbers.replace(alone, 0) if alone else numbers

    def _learn(self, parts: Mapping[str, Part]) -> tuple[Class, Cells | Refusal]:
        """What the single path says of one row: as far as it holds for every row of its class, and all of it."""
        stopped = None
        try:
            row = read(parts, self.settings)
        except CecError as error:
            return _UNKNOWN, refusal(error)
        try:
            order = draft(row, self.settings)
            answer: Cells | Refusal = cells_of(order, self.settings)
        except OrderRefused as error:
            answer = refusal(error)
            stopped = answer if error.stops else None
            unstopped = self._unstopped(row, error.stops)
            if unstopped is None:
                return _UNKNOWN, answer
            order = unstopped
        except CecError as error:
            return _UNKNOWN, refusal(error)
        fixed = {check.text for check in self.settings.regimen.checks}
        if any(alert.level == "stop" and alert.text not in fixed for alert in order.alerts):
            return _UNKNOWN, answer
        codes = tuple(alert.code for alert in order.alerts)
        before, behind = len(codes), len(codes)
        if order.pharmacy.formulary:  # what preparations say hangs on the amounts; behind it stands what schedules say
            schedule = draw_up(order.regimen, order.doses, order.start, order.pharmacy) if order.start else None
            behind -= len(schedule.alerts) if schedule else 0
            before = behind - len(prepare(dosed_again(order), order.pharmacy)[1])
        return Class(codes[:before], variants_of(order), stopped, codes[behind:]), answer

    def _unstopped(self, row: Read, stops: Mapping[str, str]) -> Order | None:
        """The order of a row that was refused, its stops let through, or without the rounding of its doses."""
        settings = self.settings
        if not stops:
            settings = settings._replace(pharmacy=msgspec.structs.replace(settings.pharmacy, dose_rounding={}))
        try:
            return draft(row, settings, accept=dict.fromkeys(stops, "to see the doses"))
        except CecError:
            return None

    # The doses of each class

    def _by_class(self, rows: _Rows, numbers: pl.Series) -> tuple[list[pl.DataFrame], list[pl.DataFrame]]:
        """The dosed and the refused rows of classes that have doses, those of the same doses together."""
        sets: dict[tuple[tuple[Variant, ...], bool], list[int]] = {}
        for each in numbers.unique().sort().to_list():
            if each:
                one = self._classes[each]
                sets.setdefault((one.variants, one.refusal is not None), []).append(each)
        dosed, refused = [], []
        for (variants, _), members in sets.items():
            places = numbers.is_in(members).arg_true()
            some = self._of_set(rows, places, numbers[places], variants)
            dosed.append(some.dosed)
            refused.append(some.refused)
        return dosed, refused

    def _of_set(self, rows: _Rows, places: pl.Series, numbers: pl.Series, variants: tuple[Variant, ...]) -> Answers:
        """The answers of rows that have the same protocol doses, and of which all are stopped or none."""
        import polars as pl

        every = {"bsa", *(variant.measure for variant in variants)}
        measures = {measure: self._measured(measure, rows, places) for measure in every}
        of_rows, areas = measures["bsa"]
        texts = [number(area) for area in areas if isinstance(area, Decimal)]
        columns = {"row": places, "bsa_m2": of_rows.each(texts, pl.String)}
        faults: list[pl.Series] = []
        codes: list[tuple[pl.Series, list[tuple[str, ...]]]] = []
        for variant in variants:
            name, (of_rows, values) = self.names[variant.line], measures[variant.measure]
            amounts = self._amounts.of(variant, values)
            columns[name] = of_rows.each([amount.text for amount in amounts], pl.String)
            if any(amount.fault for amount in amounts):
                faults.append(of_rows.each([amount.fault for amount in amounts], pl.String))
            if any(amount.codes for amount in amounts):
                kinds = list(dict.fromkeys(amount.codes for amount in amounts))
                codes.append((of_rows.each([kinds.index(amount.codes) for amount in amounts], pl.UInt32), kinds))
            if self.settings.has_rates:
                columns[f"{name} rate"] = of_rows.each([amount.rate for amount in amounts], pl.String)
                columns[f"{name} rate_unit"] = of_rows.each([amount.rate_unit for amount in amounts], pl.String)
        columns["alerts"] = self._alerts(numbers, codes)
        dosed = pl.DataFrame(columns)
        dosed = dosed.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in self._lacking(dosed))
        dosed = dosed.select("row", *answer_columns(self.settings))
        reasons = [self._stops(numbers)] if self._classes[numbers[0]].refusal else []
        if faults:
            told = pl.DataFrame([fault.alias(f"{place}") for place, fault in enumerate(faults)])
            both = told.select(pl.concat_str(pl.all(), separator="; ", ignore_nulls=True).replace("", None)).to_series()
            reasons.insert(0, both)
        if not reasons:
            return Answers(dosed, _no_refusals())
        reason = pl.select(pl.coalesce(reasons).alias("reason")).to_series()
        refused = pl.DataFrame({"row": places, "reason": reason}).select("row", pl.lit("").alias("facts"), "reason")
        return Answers(dosed.filter(reason.is_null()), refused.filter(reason.is_not_null()))

    def _lacking(self, dosed: pl.DataFrame) -> list[str]:
        """The columns of lines that these rows do not have."""
        return [name for name in answer_columns(self.settings) if name not in dosed.columns]

    def _measured(self, measure: str, rows: _Rows, places: pl.Series) -> tuple[Different, list[Measured]]:
        """Which of the different sizes each row has, and these sizes, from which doses are computed."""
        import polars as pl

        if measure == "nothing":
            return different([pl.repeat(0, len(places), dtype=pl.UInt32, eager=True)]), [None]
        if measure == "weight":
            weights = rows.places["weight"][places]
            of_rows = different([weights])
            values = rows.texts["weight"].values
            return of_rows, [size_of("weight", values[place]) for place in weights[of_rows.first]]
        column = rows.sizes.bsa if measure == "bsa" else rows.classified.clearance
        of_rows = different([column[places]])
        found = column[places][of_rows.first].to_list()
        if measure == "bsa":
            return of_rows, [plain(EXACT.multiply(self._step, Decimal(steps))) for steps in found]
        return of_rows, [rows.classified.clearances[place] for place in found]

    def _alerts(self, numbers: pl.Series, codes: Sequence[tuple[pl.Series, list[tuple[str, ...]]]]) -> pl.Series:
        """The codes of every row's alerts: of its class, then of its preparations in the order of the lines."""
        import polars as pl

        rows = different([numbers, *(kind for kind, _ in codes)])
        found = [list(self._classes[each].codes) for each in numbers[rows.first]]
        for kind, kinds in codes:
            for place, which in enumerate(kind[rows.first]):
                found[place] += kinds[which]
        for place, each in enumerate(numbers[rows.first]):
            found[place] += self._classes[each].codes_of_schedule
        return rows.each([" ".join(dict.fromkeys(one)) for one in found], pl.String)

    def _stops(self, numbers: pl.Series) -> pl.Series:
        """Why the rows of stopped classes have no doses."""
        import polars as pl

        rows = different([numbers])
        refusals = [self._classes[each].refusal for each in numbers[rows.first]]
        return rows.each([each and each.reason for each in refusals], pl.String)

    # The rest, and the sample

    def _one_by_one(self, rows: _Rows, places: list[int], drafted: Drafted) -> Answers:
        """The answers of these rows by the single path; rows that say the same are drafted once."""
        import polars as pl

        kept: dict[tuple[int, ...], Cells | Refusal] = {}
        dosed, refused = [], []
        keys = zip(*(cells[places].to_list() for cells in rows.places.values()), strict=True)
        for row, key in zip(places, keys, strict=True):
            if key not in kept:
                kept[key] = drafted[row] if row in drafted else self._single(rows.parts_at(key))
            cells = kept[key]
            if isinstance(cells, Refusal):
                refused.append((row, ",".join(cells.facts), cells.reason))
            else:
                dosed.append((row, *cells))
        nothing = self._nothing()
        return Answers(
            pl.DataFrame(dosed, schema=nothing.dosed.schema, orient="row"),
            pl.DataFrame(refused, schema=nothing.refused.schema, orient="row"),
        )

    def _nothing(self) -> Answers:
        import polars as pl

        columns = {"row": pl.UInt32, **dict.fromkeys(answer_columns(self.settings), pl.String)}
        return Answers(pl.DataFrame(schema=columns), _no_refusals())

    def _single(self, parts: Mapping[str, Part]) -> Cells | Refusal:
        """The cells of one row by the single path, or why there are none."""
        try:
            return cells_of(draft(read(parts, self.settings), self.settings), self.settings)
        except CecError as error:
            return refusal(error)

    def order(self, texts: Mapping[str, str]) -> Order:
        """The whole order of a row of texts that has doses."""
        return draft(read({fact: read_fact(fact, text) for fact, text in texts.items()}, self.settings), self.settings)

    def _hold_some(self, answers: Answers, rows: _Rows, numbers: pl.Series, drafted: Drafted) -> None:
        """Hold one row of the block, and of each class its first row and another, against orders of their own.

        A difference would be a bug, and no dose may leave then: AssertionError.
        """
        by_class = (numbers != 0).arg_true()
        held = {row for row in drafted if numbers[row]}
        held |= {by_class[len(by_class) // 2]} if len(by_class) else set()
        if self._unheld:
            last = (len(numbers) - 1 - numbers.reverse().arg_unique()).to_list()
            for row, number in zip(last, numbers[last].to_list(), strict=True):
                if number in self._unheld and rows.parts(row) != self._unheld[number]:
                    held.add(row)
                    del self._unheld[number]
        places = sorted(held)
        for found, expected in zip(answers, self._one_by_one(rows, places, drafted), strict=True):
            given = _rows_of(found, places)
            if given != expected.rows():
                raise AssertionError(f"classes and the single path differ: {given} and {expected.rows()}")


def _where(is_so: pl.Series) -> list[int]:
    return is_so.arg_true().to_list()


def _no_refusals() -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(schema={"row": pl.UInt32, "facts": pl.String, "reason": pl.String})


def _in_order(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The rows of all frames in the order of their places."""
    import polars as pl

    some = [frame for frame in frames if frame.height] or [frames[-1]]
    return some[0] if len(some) == 1 else pl.concat(some).sort("row")


def _rows_of(frame: pl.DataFrame, rows: Sequence[int]) -> list[tuple[Any, ...]]:
    """Those of these rows that stand in a frame, in order; its rows ascend."""
    import polars as pl

    places = frame.get_column("row").search_sorted(pl.Series(rows, dtype=pl.UInt32)).to_list()
    found = [(row, frame.row(place)) for row, place in zip(rows, places, strict=True) if place < frame.height]
    return [cells for row, cells in found if cells[0] == row]

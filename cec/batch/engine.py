"""Texts of a table -> the doses of every row or why there are none, under one regimen; whatever is distinct, once.

`Engine.answer` is the whole way: each different text is read once (`values`), BSA is measured over columns, rows are
classified by the limits of every rule (`classes`), one row of each class is learnt from `draft_order` (`learning`),
each dose is computed once for each BSA, weight or clearance and joined to its rows (`doses`), the rest are drafted one
by one (`rows`), and a sample of every class and block is drafted again; a difference ends the run.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from cec.batch.classes import Classifier
from cec.batch.doses import Amounts, dose_by_class
from cec.batch.learning import UNKNOWN, Class, learn
from cec.batch.limits import DOUBT, Sizes
from cec.batch.over_columns import bsa_over_columns
from cec.batch.rows import Answers, Drafted, Rows, no_answers, one_by_one, rows_of, together
from cec.batch.single_row import Settings, draft, read
from cec.batch.values import MOST_KEPT, Texts
from cec.calculate.formulas import body_surface_area
from cec.calculate.rounding import to_nearest
from cec.load.patient_keys import Part
from cec.order import Order
from cec.tables.amounts import amount_columns
from cec.tables.columns import Column, asked_columns
from cec.tables.rows import read_fact
from cec.units import EXACT

if TYPE_CHECKING:
    import polars as pl


class Engine:
    """One regimen under one pharmacy, for tables of these columns. Several threads may ask, one after the other."""

    def __init__(self, settings: Settings, columns: Mapping[str, Column]) -> None:
        import polars as pl

        self.settings, self.columns = settings, asked_columns(columns, settings.regimen, settings.pharmacy)
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
        self._classes: dict[int, Class] = {0: UNKNOWN}
        self._unheld: dict[int, dict[str, Part]] = {}
        self._amounts = Amounts(self.settings)

    def answer(self, texts: Mapping[str, pl.Series]) -> Answers:
        """The doses of every row, `texts` being a column of texts for each fact; what nothing here asks for is left."""
        texts = {fact: cells for fact, cells in texts.items() if fact in self.columns}
        if not len(next(iter(texts.values()))):
            return no_answers(self.settings)
        with self._lock:
            if self._classifier.kept > MOST_KEPT:
                self._begin()
            for fact, known in self._texts.items():
                if len(known.parts) > MOST_KEPT:
                    self._texts[fact] = Texts(fact, self.columns[fact], self._classifier.key_of)
            places = {fact: self._texts[fact].places(cells) for fact, cells in texts.items()}
            sizes, is_sure = self._measured(places)
            classified = self._classifier.classify(self._texts, places, sizes)
            rows = Rows(dict(self._texts), places, sizes, classified, self._step)
            drafted: Drafted = {}
            numbers = self._learnt(rows, classified.is_alone | ~is_sure, drafted)
            by_class = dose_by_class(rows, numbers, self._classes, self._amounts)
            rest = one_by_one(rows, (numbers == 0).arg_true().to_list(), self.settings, drafted)
            answers = together([*by_class, rest])
            self._hold_sample(answers, rows, numbers, drafted)
            return answers

    def order(self, texts: Mapping[str, str]) -> Order:
        """The whole order of a row of texts that has doses."""
        parts = {fact: read_fact(fact, text) for fact, text in texts.items() if fact in self.columns}
        return draft(read(parts, self.settings), self.settings)

    def _measured(self, places: Mapping[str, pl.Series]) -> tuple[Sizes, pl.Series]:
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
        near = found.get_column("is_near").arg_true().to_list()
        if near:
            steps = steps.scatter(near, [self._steps(row, places) for row in near])
        return Sizes(height, weight, steps), nothing == 0

    def _steps(self, row: int, places: Mapping[str, pl.Series]) -> int:
        """The BSA of a row by the formula itself, in steps; 0 where it has none."""
        facts = [fact for fact in ("height", "weight", "sex") if fact in places]
        values = {fact: self._texts[fact].values[places[fact][row]] for fact in facts}
        area = body_surface_area(
            self.settings.pharmacy.bsa_formula, values["height"], values["weight"], values.get("sex")
        )
        return int(EXACT.divide(to_nearest(area.number, self._step), self._step))

    def _learnt(self, rows: Rows, is_alone: pl.Series, drafted: Drafted) -> pl.Series:
        """The number of each row's class, from 1 on, of which all is known; 0 where a row is drafted by itself.

        `drafted` gets the answers of rows that new classes were learnt from.
        """
        import polars as pl

        nothing = pl.Series([0], dtype=pl.UInt32).new_from_index(0, len(is_alone))
        numbers = (rows.classified.numbers + 1).zip_with(~is_alone, nothing)
        first = numbers.arg_unique()
        found = numbers[first].to_list()
        for number, row in zip(found, first.to_list(), strict=True):
            if number not in self._classes:
                parts = rows.parts(row)
                self._classes[number], drafted[row] = learn(parts, self.settings)
                self._unheld[number] = parts
        alone = [number for number in found if number and not self._classes[number].variants]
        return numbers.replace(alone, 0) if alone else numbers

    def _hold_sample(self, answers: Answers, rows: Rows, numbers: pl.Series, drafted: Drafted) -> None:
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
        for found, expected in zip(answers, one_by_one(rows, places, self.settings, drafted), strict=True):
            given = rows_of(found, places)
            if given != expected.rows():
                raise AssertionError(f"classes and the single path differ: {given} and {expected.rows()}")

"""The doses of rows whose class is known: each computed once for each different size, and joined to its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from cec.batch.learning import Class, Variant
from cec.batch.rows import Answers, Rows, no_answers
from cec.batch.single_row import LEVELS, NEXT_REASON, NOT_MADE, Settings, answer_columns
from cec.batch.values import MOST_KEPT, Different, different, size_of
from cec.calculate.declared import Declared
from cec.calculate.dosing import compute_dose
from cec.calculate.kidneys import KidneyFunction
from cec.calculate.measures import measured_as
from cec.calculate.preparation.digits import digit_alerts
from cec.calculate.preparation.from_stock import prepare_dose
from cec.calculate.settled import settled_as
from cec.errors import CecError
from cec.rendering.csv import number
from cec.tables.amounts import amount_columns
from cec.units import AMOUNT, EXACT, Exact, Quantity, convert, plain

if TYPE_CHECKING:
    import polars as pl

_ANY_HEIGHT = Quantity(Decimal(100), "cm")
"""No dose is computed from a height but through the BSA."""

Measured = Decimal | KidneyFunction | None
"""What a dose hangs on: a BSA in m2, a weight in kg, a clearance, or nothing."""


def dose_by_class(rows: Rows, numbers: pl.Series, classes: Mapping[int, Class], amounts: Amounts) -> list[Answers]:
    """The answers of rows whose class (by its number, 0 none) has doses, those of the same doses together."""
    sets: dict[tuple[tuple[Variant, ...], bool], list[int]] = {}
    for each in numbers.unique().sort().to_list():
        if each:
            sets.setdefault((classes[each].variants, classes[each].refusal is not None), []).append(each)
    answers = []
    for members in sets.values():
        places = numbers.is_in(members).arg_true()
        answers.append(_of_set(rows, places, numbers[places], classes, amounts))
    return answers


def _of_set(
    rows: Rows, places: pl.Series, numbers: pl.Series, classes: Mapping[int, Class], amounts: Amounts
) -> Answers:
    """The answers of rows that have the same protocol doses, and of which all are stopped or none."""
    import polars as pl

    settings, variants = amounts.settings, classes[numbers[0]].variants
    names = amount_columns(settings.regimen)
    every = {"bsa", *(variant.measure for variant in variants)}
    measures = {measure: _measured(measure, rows, places) for measure in every}
    of_rows, areas = measures["bsa"]
    texts = [number(area) for area in areas if isinstance(area, Decimal)]
    columns = {"row": places, "bsa_m2": of_rows.each(texts, pl.String)}
    faults: list[pl.Series] = []
    codes: list[tuple[pl.Series, list[tuple[str, ...]]]] = []
    for variant in variants:
        name, (of_rows, values) = names[variant.line], measures[variant.measure]
        found = amounts.of(variant, values)
        columns[name] = of_rows.each([amount.text for amount in found], pl.String)
        if any(amount.fault for amount in found):
            faults.append(of_rows.each([amount.fault for amount in found], pl.String))
        if any(amount.codes for amount in found):
            kinds = list(dict.fromkeys(amount.codes for amount in found))
            codes.append((of_rows.each([kinds.index(amount.codes) for amount in found], pl.UInt32), kinds))
        if settings.has_rates:
            columns[f"{name} rate"] = of_rows.each([amount.rate for amount in found], pl.String)
            columns[f"{name} rate_unit"] = of_rows.each([amount.rate_unit for amount in found], pl.String)
    by_class, stops = _by_class(numbers, classes, codes)
    columns |= by_class
    names_of_answers = answer_columns(settings)
    lacking = (pl.lit(None, dtype=pl.String).alias(name) for name in names_of_answers if name not in columns)
    dosed = pl.DataFrame(columns).with_columns(lacking).select("row", *names_of_answers)
    reasons = [stops] if classes[numbers[0]].refusal else []
    if faults:
        frame = pl.DataFrame([fault.alias(f"{place}") for place, fault in enumerate(faults)])
        both = frame.select(pl.concat_str(pl.all(), separator="; ", ignore_nulls=True).replace("", None)).to_series()
        reasons.insert(0, both)
    if not reasons:
        return Answers(dosed, no_answers(settings).refused)
    reason = pl.select(pl.coalesce(reasons).alias("reason")).to_series()
    refused = pl.DataFrame({"row": places, "reason": reason}).select("row", pl.lit("").alias("facts"), "reason")
    return Answers(dosed.filter(reason.is_null()), refused.filter(reason.is_not_null()))


def _measured(measure: str, rows: Rows, places: pl.Series) -> tuple[Different, list[Measured]]:
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
        return of_rows, [plain(EXACT.multiply(rows.step, Decimal(steps))) for steps in found]
    return of_rows, [rows.classified.clearances[place] for place in found]


def _by_class(
    numbers: pl.Series, classes: Mapping[int, Class], codes: Sequence[tuple[pl.Series, list[tuple[str, ...]]]]
) -> tuple[dict[str, pl.Series], pl.Series]:
    """What every row has of its class: the codes of alerts with those of its preparations, their levels and the checks
    that were not made; and the reason why it is stopped.
    """
    import polars as pl

    rows = different([numbers, *(kind for kind, _ in codes)])
    of_rows = [classes[each] for each in numbers[rows.first]]
    found = [list(each.codes) for each in of_rows]
    for kind, kinds in codes:
        for place, which in enumerate(kind[rows.first]):
            found[place] += kinds[which]
    codes_of_rows = [dict.fromkeys((*some, *each.codes_of_schedule)) for some, each in zip(found, of_rows, strict=True)]
    levels = [
        " ".join(each.levels.get(code, "check") for code in some)
        for some, each in zip(codes_of_rows, of_rows, strict=True)
    ]
    texts = {
        "alerts": [" ".join(some) for some in codes_of_rows],
        LEVELS: levels,
        NOT_MADE: [NEXT_REASON.join(each.not_made) for each in of_rows],
    }
    stops = rows.each([each.refusal and each.refusal.reason for each in of_rows], pl.String)
    return {name: rows.each(each, pl.String) for name, each in texts.items()}, stops


class Amount(NamedTuple):
    """One dose as a table shows it: the number, the codes of alerts on its preparation, and the infusion rate.

    Or, instead of a number, why there is none.
    """

    text: str | None
    codes: tuple[str, ...] = ()
    rate: str | None = None
    rate_unit: str | None = None
    fault: str | None = None


class Amounts:
    """The amounts of one regimen under one pharmacy, kept from block to block."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._kept: dict[Variant, dict[Measured, Amount]] = {}

    def of(self, variant: Variant, measures: Sequence[Measured]) -> list[Amount]:
        """The amount for each of these measures."""
        if sum(map(len, self._kept.values())) > MOST_KEPT:
            self._kept.clear()
        kept = self._kept.setdefault(variant, {})
        for measure in measures:
            if measure not in kept:
                kept[measure] = self._compute(variant, measure)
        return [kept[measure] for measure in measures]

    def _compute(self, variant: Variant, measure: Measured) -> Amount:
        """The dose for a measure, or why there is none."""
        pharmacy = self.settings.pharmacy
        value = measure if isinstance(measure, Decimal) else Decimal(1)
        area, kilograms = (Decimal(1), value) if variant.measure == "weight" else (value, Decimal(1))
        kidneys = measure if isinstance(measure, KidneyFunction) else None
        size = Exact(Quantity(area, "m2"))
        measured = measured_as(_ANY_HEIGHT, Quantity(kilograms, "kg"), size, pharmacy.bsa_formula, kidneys=kidneys)
        line = self.settings.regimen.drugs[variant.line]
        try:
            dosed = compute_dose(
                settled_as(line, variant.entry, variant.dose, variant.route),
                measured,
                pharmacy,
                declared=Declared((1,), variant.reduction),
            )
        except CecError as error:
            return Amount(None, fault="; ".join(map(str, error.faults)))
        text = number(convert(dosed.dose.ordered, line.amount_unit, AMOUNT))
        if not pharmacy.formulary:
            return Amount(text, tuple(alert.code for alert in digit_alerts(dosed.dose)))
        preparation, alerts = prepare_dose(dosed, variant.line, pharmacy)
        codes = tuple(alert.code for alert in alerts)
        rate, unit = (number(preparation.rate), preparation.rate.unit) if preparation.rate else ("", "")
        return Amount(text, codes, rate, unit)

"""How a pharmacy file is read: its policy, beside the `formulary`; what does not fit together is refused."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterator
from typing import Any

from cec.drug_names import spelled_twice
from cec.errors import CecError, InputError
from cec.facts.reading import positive
from cec.load.conditions import CONDITIONS
from cec.load.formulary import FORMULARY_RECORDS, named, without_other_drugs
from cec.load.nodes import Node
from cec.load.shapes import Reading, Shape, either, text, texts_like
from cec.load.shapes.file_records import Record, Records, Ways, file_of
from cec.load.shapes.suggestions import did_you_mean
from cec.load.texts import read_clearance_cap, read_clock, read_deviation, read_percent, read_rounding_amount
from cec.load.writing import write_percent, write_text
from cec.pharmacy import DoseRounding, Pharmacy, RoundingBand, zone_of
from cec.regimen import WORDS_OF_DAY
from cec.units import AMOUNT, DURATION, Quantity, read_quantity, span


def read_rounding(value: str) -> DoseRounding:
    """A rule from its words.

    >>> read_rounding("down to 5 mg")
    DoseRounding(way='down', to=Quantity(value=Decimal('5'), unit='mg'), bands=())
    """
    match = re.fullmatch(r"(nearest|down to)\s+(.+)", value)
    if not match:
        raise InputError(f"'{value}' is not a rounding; write it like: nearest 0.5 mg, or: down to 5 mg")
    return DoseRounding("nearest" if match[1] == "nearest" else "down", positive(AMOUNT)(match[2]))


def _write_rounding(rounding: DoseRounding) -> str:
    """The words of a rule."""
    return f"{'down to' if rounding.way == 'down' else rounding.way} {write_text(rounding.to)}"


def _bands(values: dict[str, Any]) -> DoseRounding:
    """A table of bands; gaps are allowed (no rounding there is refused at the dose), overlaps are not."""
    bands: tuple[RoundingBand, ...] = values.get("bands", ())
    faults = [f"band {band.low} to {band.high} runs backwards" for band in bands if band.low.value > band.high.value]
    faults += [
        f"band {after.low} to {after.high} does not lie above the band before it, {before.low} to {before.high}"
        for before, after in itertools.pairwise(bands)
        if after.low.value <= before.high.value
    ]
    if len({quantity.unit for band in bands for quantity in (band.low, band.high, band.dose)}) != 1:
        faults.append("the bands are empty or in several units; use one unit")
    else:
        faults += [
            f"band {band.low} to {band.high} gives {band.dose}, more than twice or less than half of what is in it"
            for band in bands
            if not band.low.value <= 2 * band.dose.value <= 4 * band.high.value
        ]
    if faults:
        raise CecError(*faults)
    return DoseRounding("band", bands=bands)


def _followed_nowhere(pharmacy: Pharmacy) -> Iterator[str]:
    """What a pharmacy follows for stability, although nothing in its formulary says it so."""
    stated = [stability for drug in pharmacy.formulary.values() for stability in drug.stability]
    for key, followed, texts in (
        ("storage", pharmacy.storage, [each.conditions for each in stated]),
        ("jurisdiction", pharmacy.jurisdiction, [each.jurisdiction for each in stated]),
    ):
        if followed and followed.casefold() not in map(str.casefold, texts):
            there = f"they say {', '.join(dict.fromkeys(texts))}" if texts else "there are none"
            yield f"{key} '{followed}' is that of no stability in the formulary; {there}"


def _gap(value: str) -> Quantity:
    gap = read_quantity(value, DURATION)
    if span(gap) > datetime.timedelta(hours=12):
        raise InputError(f"'{value}' is more than 12 h: a day would run into the next one; write it like 15 min")
    return gap


def _of_words(times: Shape) -> Shape:
    """The shape in which only words of the day have clock times."""

    def read(node: Node, where: str, reading: Reading) -> Any:
        values = times.read(node, where, reading)
        for key, _ in node.entries or ():
            if key.text not in WORDS_OF_DAY:
                hint = did_you_mean(key.text or "", WORDS_OF_DAY) or f"; words are {', '.join(WORDS_OF_DAY)}"
                values = reading.fault(key, where, f"'{key.text}' is not a word of the day{hint}")
        return values

    return Shape(read, {**times.schema, "propertyNames": {"enum": list(WORDS_OF_DAY)}}, times.write)


def _time_zone(value: str) -> str:
    return zone_of(value).key


def _bsa_formula(value: str) -> str:
    from cec.calculate.formulas import bsa_formula

    return bsa_formula(value).name


def _pharmacy(values: dict[str, Any]) -> Pharmacy:
    """The pharmacy of these values; CecError where they do not fit together."""
    pharmacy = Pharmacy(**{**values, "formulary": named(values.get("formulary", {}))})
    if pharmacy.share_vials_between_patients and not pharmacy.share_vials:
        raise CecError("share_vials_between_patients shares vials within a patient too; write share_vials: true")
    places = {
        **dict.fromkeys(pharmacy.formulary, "formulary"),
        **dict.fromkeys(pharmacy.dose_rounding, "dose_rounding"),
        **dict.fromkeys(pharmacy.largest_deviation_of, "largest_deviation_of"),
    }
    if alike := spelled_twice(places):
        raise CecError(
            *(
                f"'{other}' ({places[other]}) and '{name}' ({places[name]}) are one drug; write its name in one way"
                for other, name in alike
            )
        )
    if faults := list(_followed_nowhere(pharmacy)):
        raise CecError(*faults)
    return pharmacy


def _or_words(bands: Shape) -> Shape:
    """A table of bands, or a rule in words."""
    words = text(read_rounding, texts_like("nearest 0.5 mg", "down to 5 mg"), _write_rounding)
    return either(bands, words, lambda node: node.entries is not None, lambda rounding: rounding.way == "band")


RECORDS: Records = {
    Pharmacy: Record(_pharmacy),
    DoseRounding: Record(_bands, around=_or_words),
    **FORMULARY_RECORDS,
}

WAYS: Ways = {
    "conditions": CONDITIONS,
    "formulary": without_other_drugs,
    "BSA formula": text(_bsa_formula),
    "rounding of the BSA": text(
        lambda value: read_rounding_amount(value.removesuffix(", half-up")),
        texts_like("0.01 m2, half-up", "0.01 m2", "none"),
        lambda step: "none" if step is None else write_text(step),
    ),
    "clearance cap": text(
        read_clearance_cap,
        texts_like("125 mL/min", "none"),
        write_text,
    ),
    "deviation": text(read_deviation, texts_like("5%"), write_percent),
    "percentage": text(read_percent, texts_like("5%"), write_percent),
    "words of day": _of_words,
    "time of day": text(read_clock, texts_like("09:00")),
    "gap": text(_gap, texts_like("15 min")),
    "time zone": text(_time_zone),
}
"""How the texts of pharmacy files are read whose types alone do not tell."""

PHARMACY = file_of(Pharmacy, RECORDS, WAYS)

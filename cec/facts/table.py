"""Every fact of a patient or a cycle, each a row.

A row is a key of patient files, an option, a column, a condition, a word of what was not checked and, with bounds, a
refusal and a check. Laboratory values and derived facts have their rows in rooms of their own.
"""

from __future__ import annotations

from cec.facts.derived import DERIVED_FACTS
from cec.facts.fact import Fact, between
from cec.facts.laboratory import LABORATORY_VALUES
from cec.facts.reading import read_age, read_clearance, read_count, read_sex
from cec.units import (
    AGE,
    AREA,
    CLEARANCE,
    CREATININE,
    LENGTH,
    WEIGHT,
    read_length,
    read_weight,
)

POSSIBLE_WEIGHTS, USUAL_WEIGHTS = between("0.3", 350), between("0.5", 200)
"""kg."""


_ROWS = (
    Fact("id", "the patient's number", "text", is_of_the_person=True),
    Fact("name", "the patient's name", "text", is_of_the_person=True),
    Fact(
        "height",
        "height",
        "quantity",
        (LENGTH,),
        "cm",
        bare="cm",
        examples=("128 cm", "1.28 m", "4 ft 2 in"),
        reader=read_length,
        is_kept_in_unit=True,
        is_required=True,
        possible=between(20, 250),
        meant=("m", "in", "mm"),
        usual=between(40, 220),
    ),
    Fact(
        "weight",
        "body weight",
        "quantity",
        (WEIGHT,),
        "kg",
        bare="kg",
        examples=("26 kg", "57.3 lb", "57 lb 4 oz"),
        note="the actual one",
        reader=read_weight,
        is_kept_in_unit=True,
        is_required=True,
        possible=POSSIBLE_WEIGHTS,
        meant=("g",),
        usual=USUAL_WEIGHTS,
    ),
    Fact(
        "measured_on",
        "the day of these measures",
        "date",
        examples=("2026-11-29",),
        unknown="no day of the measures given",
    ),
    Fact(
        "born",
        "date of birth",
        "date",
        examples=("2018-05-14",),
        unknown="no date of birth given",
        often_called=("dob", "birth_date", "birthdate", "date_of_birth", "birthday"),
        other_form="age",
    ),
    Fact(
        "age",
        "age",
        "quantity",
        (AGE,),
        "months",
        bare="years",
        examples=("8", "30 months", "6 years 4 months", "45 days"),
        reader=read_age,
        possible=between(0, 120 * 12),
        other_form="born",
    ),
    Fact(
        "sex", "female or male", "word", words=("female", "male", "f", "m"), reader=read_sex, often_called=("gender",)
    ),
    Fact(
        "creatinine",
        "serum creatinine",
        "quantity",
        (CREATININE,),
        "mg/dL",
        examples=("0.5 mg/dL", "44 micromol/L"),
        possible=between("0.05", 40),
        plausible=between("0.15", 10),
        meant=("mg/dL", "micromol/L"),
        usual=between("0.15", 10),
        often_called=("creat", "crea", "scr", "serum_creatinine"),
        other_form="creatinine_clearance",
    ),
    Fact(
        "creatinine_clearance",
        "measured creatinine clearance or GFR",
        "quantity",
        (CLEARANCE,),
        "mL/min",
        examples=("90 mL/min",),
        note="used before any estimate",
        reader=read_clearance,
        inputs=("creatinine", "age", "sex", "height", "weight"),
        possible=between(None, 400),
        plausible=between(None, 200),
        unknown="no measured creatinine clearance given, and no formula for this patient",
        often_called=("crcl",),
        other_form="creatinine",
    ),
    Fact(
        "previous_weight",
        "body weight at the last calculation",
        "quantity",
        (WEIGHT,),
        "kg",
        bare="kg",
        examples=("25 kg",),
        reader=read_weight,
        is_kept_in_unit=True,
        possible=POSSIBLE_WEIGHTS,
        meant=("g",),
        usual=USUAL_WEIGHTS,
    ),
    Fact(
        "previous_day_1",
        "day 1 of the previous cycle",
        "date",
        examples=("2026-11-02",),
        unknown="no day 1 of the previous cycle given",
    ),
    Fact(
        "previous_cycles",
        "number of cycles of this treatment given before",
        "count",
        examples=("0",),
        possible=between(None, 500),
        unknown="no number of previous cycles given",
    ),
    Fact(
        "written_bsa",
        "body surface area as it was written elsewhere",
        "quantity",
        (AREA,),
        "m2",
        bare="m2",
        examples=("0.96 m2",),
        note="compared, never used for a dose",
        unknown="no written body surface area given",
    ),
    *LABORATORY_VALUES,
    Fact("diagnosis", "diagnosis, for the sheet", "text", is_of_the_person=True),
    Fact("ward", "the ward, for the papers", "text", is_of_the_person=True),
    Fact("bed", "the bed or room, for the papers", "text", is_of_the_person=True),
    Fact("physician", "the physician in charge, for the papers", "text", is_of_the_person=True),
    Fact("protocol_number", "the patient's number in the protocol or study", "text", is_of_the_person=True),
    Fact("allergies", "allergies, for the sheet", "text", note="a drug of the order that they name is a check"),
    Fact("regimen", "the regimen", "text", told="order", often_called=("protocol",)),
    Fact(
        "start",
        "day 1 of the cycle",
        "date",
        told="order",
        examples=("2026-11-30",),
        often_called=("start_date", "day_1", "day1", "cycle_start"),
    ),
    Fact(
        "cycle",
        "which cycle this is",
        "count",
        told="order",
        examples=("2",),
        reader=read_count,
        unknown="no cycle number given",
    ),
    *DERIVED_FACTS,
)

FACTS: dict[str, Fact] = {fact.name: fact for fact in _ROWS}
"""Every fact by its name; `fact_of` knows those of the history and earlier doses too, which are without an end."""


def told_facts(*ways: str) -> tuple[Fact, ...]:
    """The facts that are told in these ways: of the patient, of the order."""
    return tuple(fact for fact in FACTS.values() if fact.told in ways)


def changing_facts() -> tuple[Fact, ...]:
    """The facts that are measured again within a cycle, and the day on which they were."""
    of_the_start = {"age", "previous_weight", "written_bsa"}
    return tuple(
        fact
        for fact in told_facts("patient")
        if fact.name == "measured_on" or (fact.kind and fact.name not in of_the_start)
    )


def bounded_facts() -> tuple[Fact, ...]:
    """The facts that a condition may hold bounds against."""
    return tuple(fact for fact in FACTS.values() if fact.is_bounded)

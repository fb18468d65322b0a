"""The facts, each once. A row here is a key of patient files, an option, a column, a condition, a word of what was not
checked and, with bounds, a refusal and a check."""

from __future__ import annotations

import datetime
from decimal import Decimal

from cec.facts.fact import Bounds, Fact
from cec.facts.reading import positive, read_age, read_clearance, read_count, read_sex
from cec.units import (
    AGE,
    AREA,
    BODY_MASS_INDEX,
    CLEARANCE,
    CREATININE,
    DURATION,
    EXACT,
    LENGTH,
    PERCENT,
    TOTALS,
    WEIGHT,
    Quantity,
    read_length,
    read_weight,
)


def body_mass_index(height: Quantity, weight: Quantity) -> Quantity:
    """Weight in kg over the square of the height, from cm, in metres: kg/m2, unrounded.

    >>> print(body_mass_index(Quantity(Decimal(200), "cm"), Quantity(Decimal(100), "kg")))
    25 kg/m2
    """
    metres = EXACT.divide(height.value, Decimal(100))
    return Quantity(EXACT.divide(weight.value, EXACT.multiply(metres, metres)), "kg/m2")


def weight_change(weight: Quantity, previous_weight: Quantity) -> Quantity | None:
    """How far a weight lies from the last one, either way, in percent of the last one.

    >>> print(weight_change(Quantity(Decimal(18), "kg"), Quantity(Decimal(20), "kg")))
    10%
    """
    if not previous_weight.value:
        return None
    moved = abs(EXACT.subtract(weight.value, previous_weight.value))
    return Quantity(EXACT.divide(EXACT.multiply(moved, Decimal(100)), previous_weight.value), "%")


def days_between(earlier: datetime.date, later: datetime.date) -> Quantity:
    """Days from one date to another.

    >>> print(days_between(datetime.date(2026, 11, 30), datetime.date(2026, 12, 2)))
    2 days
    """
    return Quantity(Decimal((later - earlier).days), "days")


def _with_this_cycle(previous_cycles: Quantity) -> Quantity:
    """The number of cycles with this one."""
    return Quantity(EXACT.add(previous_cycles.value, Decimal(1)), "")


POSSIBLE_BODY_MASS_INDEXES = Bounds(Decimal(3), Decimal(200))
"""kg/m2; far beyond any patient, so that only a slip falls outside."""

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
        possible=Bounds(Decimal(20), Decimal(250)),
        meant=("m", "in", "mm"),
        usual=Bounds(Decimal(40), Decimal(220)),
    ),
    Fact(
        "weight",
        "body weight",
        "quantity",
        (WEIGHT,),
        "kg",
        bare="kg",
        examples=("26 kg", "57.3 lb"),
        note="the actual one",
        reader=read_weight,
        is_kept_in_unit=True,
        is_required=True,
        possible=Bounds(Decimal("0.3"), Decimal(350)),
        meant=("g",),
        usual=Bounds(Decimal("0.5"), Decimal(200)),
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
    ),
    Fact(
        "age",
        "age",
        "quantity",
        (AGE,),
        "months",
        bare="years",
        examples=("8", "30 months", "6 years 4 months"),
        reader=read_age,
        possible=Bounds(Decimal(0), Decimal(125 * 12)),
    ),
    Fact(
        "sex", "female or male", "word", words=("female", "male", "f", "m"), reader=read_sex, often_called=("gender",)
    ),
    Fact(
        "creatinine",
        "serum creatinine",
        "quantity",
        (CREATININE,),
        "micromol/L",
        examples=("0.5 mg/dL", "44 micromol/L"),
        often_called=("creat", "crea", "scr", "serum_creatinine"),
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
        often_called=("crcl",),
    ),
    Fact(
        "previous_weight",
        "body weight at the last calculation",
        "quantity",
        (WEIGHT,),
        "kg",
        bare="kg",
        examples=("25 kg",),
        is_kept_in_unit=True,
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
        unknown="no number of previous cycles given",
    ),
    Fact("diagnosis", "diagnosis, for the sheet", "text", is_of_the_person=True),
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
    Fact(
        "body_mass_index",
        "body mass index",
        "quantity",
        (BODY_MASS_INDEX,),
        "kg/m2",
        told="derived",
        inputs=("height", "weight"),
        derive=body_mass_index,
        possible=POSSIBLE_BODY_MASS_INDEXES,
        plausible=Bounds(Decimal(8), Decimal(60)),
        short="BMI",
        look_at="both",
    ),
    Fact(
        "bsa",
        "body surface area",
        "quantity",
        (AREA,),
        "m2",
        told="derived",
        inputs=("height", "weight", "sex"),
        plausible=Bounds(Decimal("0.2"), Decimal(3)),
        short="BSA",
        look_at="height and weight",
    ),
    Fact(
        "weight_change",
        "change of the weight since the last calculation",
        "quantity",
        (PERCENT,),
        "%",
        told="derived",
        inputs=("weight", "previous_weight"),
        derive=weight_change,
    ),
    Fact(
        "days_since_day_1",
        "days since day 1 of the previous cycle",
        "count",
        (DURATION,),
        "days",
        bare="days",
        told="derived",
        inputs=("previous_day_1", "start"),
        derive=days_between,
    ),
    Fact(
        "days_since_measured",
        "age of the measures at the start",
        "count",
        (DURATION,),
        "days",
        bare="days",
        told="derived",
        inputs=("measured_on", "start"),
        derive=days_between,
    ),
    Fact(
        "total_cycles",
        "number of cycles with this one",
        "count",
        told="derived",
        inputs=("previous_cycles",),
        derive=_with_this_cycle,
    ),
)

FACTS: dict[str, Fact] = {fact.name: fact for fact in _ROWS}
"""Every fact by its name; `cec.facts.fact_of` knows those of the history and earlier doses too, which are endless."""

HISTORY = "history"
"""The key under which a patient file has every yes or no that a regimen may ask for: `prior_hsct: true`."""

EARLIER_DOSES = "earlier_doses"
"""The key under which a patient file has the amounts given before, by drug."""

_EARLIER = "earlier_"


def of_history(name: str) -> Fact:
    """The yes-or-no fact of that name, which some regimen asks for."""
    return Fact(name, name.replace("_", " "), "yes or no", unknown=f"no {name} in the history")


def earlier_doses_of(drug: str) -> Fact:
    """The fact of how much of a drug was given before; a column has the name `earlier_` and the drug.

    >>> earlier_doses_of("doxorubicin").name
    'earlier_doxorubicin'
    """
    return Fact(
        f"{_EARLIER}{drug}",
        f"{drug} given before",
        "quantity",
        TOTALS,
        examples=("150 mg/m2",),
        reader=positive(*TOTALS),
        unknown=f"no earlier doses of {drug} given",
    )


def drug_of(name: str) -> str:
    """The drug whose earlier doses the fact of this name is; nothing where it is another fact.

    >>> drug_of("earlier_doxorubicin"), drug_of("age")
    ('doxorubicin', '')
    """
    return name.removeprefix(_EARLIER) if name.startswith(_EARLIER) else ""


def fact_of(name: str) -> Fact:
    """The fact of a name: one of the table, earlier doses of a drug, else a yes or no of the history.

    >>> fact_of("age").unit, fact_of("prior_hsct").form, fact_of("earlier_doxorubicin").not_given
    ('months', 'yes or no', 'no earlier doses of doxorubicin given')
    """
    if name in FACTS:
        return FACTS[name]
    return earlier_doses_of(drug) if (drug := drug_of(name)) else of_history(name)


def told_facts(*told: str) -> tuple[Fact, ...]:
    """The facts that are told in these ways: of the patient, of the order."""
    return tuple(fact for fact in FACTS.values() if fact.told in told)


def bounded_facts() -> tuple[Fact, ...]:
    """The facts that a condition may hold bounds against."""
    return tuple(fact for fact in FACTS.values() if fact.is_bounded)

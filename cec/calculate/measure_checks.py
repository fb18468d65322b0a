"""Whether height, weight and BSA can be those of this patient, on this day. Limits ask a person to look; none stops.

Height, weight and body mass index are held against the CDC growth reference where age and sex are known and it has that
age, else the body mass index against limits for everybody.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

import msgspec

from cec.calculate.growth import (
    OLDEST,
    YOUNGEST,
    Measure,
    modified_z,
    value_at,
    value_at_modified_z,
    z_score,
)
from cec.calculate.rounding import deviation_percent, to_nearest
from cec.calculate.slips import Size, Typed, pounds, slips, typed
from cec.facts import FACTS, Bounds, Sex, body_mass_index
from cec.order import Alert
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import Level
from cec.units import AGE, Quantity, convert, span, write_number, write_signed

GROWTH_LIMITS: dict[Measure, tuple[Decimal, Decimal]] = {
    "height": (Decimal(-5), Decimal(4)),
    "weight": (Decimal(-5), Decimal(8)),
    "bmi": (Decimal(-4), Decimal(8)),
}
"""Modified z-scores beyond which CDC calls a measure biologically implausible."""

HEAVIEST_Z = Decimal("2.5")
"""The ordinary z-score of weight above which somebody looks: CDC's limit misses pounds typed as kg from 4 years on."""

WEIGHT_CHANGES: tuple[tuple[Decimal, Level], ...] = ((Decimal(10), "check"), (Decimal(5), "note"))
"""Percent of the previous weight beyond which a change is a check, or a note."""

USUAL_Z = Decimal(3)
USUAL_BODY_MASS_INDEXES = Bounds(Decimal(11), Decimal(35))
"""What a size that was probably meant lies within: modified z-scores, or kg/m2 without a growth reference."""

_THEIRS = "what children of this age and sex have"
CDC = "CDC growth reference 2000"
CDC_LIMITS = "CDC growth reference 2000, limits of biologically implausible values"

_WORDS: dict[Measure, tuple[str, str]] = {
    "height": ("height", "cm"),
    "weight": ("weight", "kg"),
    "bmi": ("BMI", "kg/m2"),
}


def check_measures(
    patient: Patient, age: Quantity | None, bsa: Quantity | None, pharmacy: Pharmacy, start: datetime.date | None
) -> Iterator[Alert]:
    """What a person must look at in the measures; nothing for a usual patient measured in time."""
    yield from check_size(patient, age)
    if bsa:
        yield from _check_bsa(bsa)
    yield from _check_weight_change(patient)
    if start and patient.measured_on:
        yield from _check_day(patient.measured_on, start, pharmacy)


def growth_age(patient: Patient, age: Quantity | None) -> tuple[Sex, Decimal] | None:
    """Sex and age in months as it was told, where the growth reference can be asked.

    An age from a date of birth is in completed months, and people tell completed years. CDC's tables have each
    completed month at its middle, half a month later; cec asks at its beginning, because nothing here needs more: half
    a month moves a z-score by at most 0.15 (height below 3 years; 0.1 later, 0.07 for weight), and weights are held
    against a slightly younger child, where pounds taken as kg stand out the more.
    """
    if age is None or patient.sex is None:
        return None
    months = convert(age, "months", AGE).value
    return (patient.sex, months) if in_growth_reference(age) else None


def in_growth_reference(age: Quantity) -> bool:
    """Whether the growth reference has this age.

    >>> in_growth_reference(Quantity(Decimal(20), "years")), in_growth_reference(Quantity(Decimal(23), "months"))
    (True, False)
    """
    return YOUNGEST <= convert(age, "months", AGE).value <= OLDEST


def check_size(patient: Patient, age: Quantity | None) -> Iterator[Alert]:
    """Questions about height, weight and body mass index; the first says which slip would explain the size."""
    size = Size(patient.height.value, patient.weight.value)
    height, weight = typed(patient.height, patient.height_given), typed(patient.weight, patient.weight_given)
    grown = growth_age(patient, age)
    alerts = tuple(_check_growth(size, weight, *grown) if grown else _check_body_mass_index(size))
    if alerts:
        plausible = partial(_usual_for_age, grown=grown) if grown else _usual
        hints = slips(size, height, weight, plausible)
        first = "; ".join((alerts[0].text, *(hint for hint in hints if hint not in alerts[0].text)))
        yield msgspec.structs.replace(alerts[0], text=first)
        yield from alerts[1:]


def _check_growth(size: Size, weight: Typed | None, sex: Sex, months: Decimal) -> Iterator[Alert]:
    """Height, weight and body mass index beyond what children of that age and sex have."""
    for measure, value in _values(size).items():
        low, high = (value_at_modified_z(measure, sex, months, z) for z in GROWTH_LIMITS[measure])
        hint = _in_pounds(measure, weight)
        heaviest = value_at(measure, sex, months, HEAVIEST_Z) if measure == "weight" else None
        if low is not None and value < low:
            z = f"modified z {_signed(modified_z(measure, sex, months, value))}"
            yield _growth_alert(measure, value, f"far below {_THEIRS}: {z}", CDC_LIMITS)
        elif high is not None and value > high:
            z = f"modified z {_signed(modified_z(measure, sex, months, value))}"
            yield _growth_alert(measure, value, f"far above {_THEIRS}: {z}", CDC_LIMITS, hint)
        elif heaviest is not None and value > heaviest:
            z = f"z {_signed(z_score(measure, sex, months, value))}"
            yield _growth_alert(measure, value, f"above {_THEIRS}: {z}", CDC, hint)


def _growth_alert(measure: Measure, value: Decimal, told: str, source: str, hint: str = "") -> Alert:
    word, unit = _WORDS[measure]
    return Alert(
        f"{word.lower()}-for-age", "check", word, f"{_tenth(value)} {unit} is {told}; look again{hint}", source
    )


def _in_pounds(measure: Measure, weight: Typed | None) -> str:
    """What the weight would be if it were pounds, as the end of a sentence."""
    return f"; {words}" if measure == "weight" and weight and (words := pounds(weight)) else ""


def _check_body_mass_index(size: Size) -> Iterator[Alert]:
    """A body mass index that hardly anybody has."""
    plausible = FACTS["body_mass_index"].plausible
    index = _values(size)["bmi"]
    if plausible and not plausible.hold(index):
        text = f"height {_tenth(size.height)} cm and weight {_tenth(size.weight)} kg give {_tenth(index)} kg/m2, "
        yield Alert(code="bmi", level="check", about="BMI", text=f"{text}outside {plausible} kg/m2; look at both")


def _usual_for_age(size: Size, grown: tuple[Sex, Decimal]) -> bool:
    """Whether most children of that age and sex are about that size."""
    return all(
        abs(modified_z(measure, *grown, value) or Decimal(0)) <= USUAL_Z for measure, value in _values(size).items()
    )


def _usual(size: Size) -> bool:
    """Whether most people have such a body mass index, and the height is a possible one."""
    possible = FACTS["height"].possible
    return (not possible or possible.hold(size.height)) and USUAL_BODY_MASS_INDEXES.hold(_values(size)["bmi"])


def _values(size: Size) -> dict[Measure, Decimal]:
    """Height in cm, weight in kg and body mass index in kg/m2."""
    return {"height": size.height, "weight": size.weight, "bmi": _index(size)}


def _index(size: Size) -> Decimal:
    """The body mass index, kg/m2."""
    return body_mass_index(Quantity(size.height, "cm"), Quantity(size.weight, "kg")).value


def _check_bsa(bsa: Quantity) -> Iterator[Alert]:
    """A body surface area that hardly anybody has."""
    plausible = FACTS["bsa"].plausible
    if plausible and not plausible.hold(bsa.value):
        text = f"{bsa} is outside {plausible} m2; look at height and weight"
        yield Alert(code="bsa", level="check", about="BSA", text=text)


def _check_weight_change(patient: Patient) -> Iterator[Alert]:
    """A weight that is far from the last one."""
    before, now = patient.previous_weight, patient.weight
    if before is None:
        return
    change = deviation_percent(now.value, before.value)
    for limit, level in WEIGHT_CHANGES:
        if abs(change) > limit:
            size = Size(patient.height.value, now.value)
            hints = slips(size, None, typed(now, patient.weight_given), partial(_is_near, size, before.value))
            text = f"{now} is {_signed(change)}% from the last {before}, more than {limit}%; weigh again or confirm"
            yield Alert("weight-change", level, "weight", "; ".join((text, *hints)))
            return


def _is_near(size: Size, before: Decimal, other: Size) -> bool:
    """Whether the other size differs in its weight alone, and that is about the last one."""
    return other.height == size.height and abs(deviation_percent(other.weight, before)) <= WEIGHT_CHANGES[0][0]


def _check_day(measured: datetime.date, start: datetime.date, pharmacy: Pharmacy) -> Iterator[Alert]:
    """Measures that are older at the start than the pharmacy allows, or dated after it."""
    age, valid = start - measured, pharmacy.measures_valid_for
    if age > span(valid):
        text = f"height and weight were measured {age.days} days before the start; the pharmacy allows {valid}"
        yield Alert("old-measures", "check", "measures", f"{text}; measure again")
    elif age.days < 0:
        text = f"height and weight are dated {measured}, after the start on {start}; correct one of the dates"
        yield Alert("measured-after-start", "check", "measures", text)


def _tenth(value: Decimal) -> str:
    return write_number(to_nearest(value, Decimal("0.1")))


def _signed(value: Decimal | None) -> str:
    """A number to one decimal with its sign."""
    return write_signed(to_nearest(value or Decimal(0), Decimal("0.1")))

"""The patient: who the doses are for, and what was measured when."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, TypeAlias

import msgspec

from cec.errors import Fault, InputError
from cec.facts import FACTS, POSSIBLE_BODY_MASS_INDEXES, Bounds, Sex, Value, body_mass_index, told_facts
from cec.keys import key
from cec.units import Quantity, write_number
from cec.units.declared import Amount

_DAYS = "on which days of the cycle, where not on all of the drug's"
_LINE = "the number of the drug line in the regimen, where not all lines of the drug are meant"


class Reduction(msgspec.Struct, frozen=True, omit_defaults=True, repr_omit_defaults=True):
    """By how much a person reduces one drug, and why. 25% leaves 75% of the dose."""

    drug: Annotated[str, key("which drug")]
    percent: Annotated[
        Decimal, key("by how much or to how much, e.g. by 25%, to 75%; 25% is by 25%", reads="percentage")
    ]
    reason: Annotated[str, key("why", reads="reason")]
    days: Annotated[tuple[int, ...], key(_DAYS, reads="days")] = ()
    line: Annotated[int | None, key(_LINE)] = None


class SetDose(msgspec.Struct, frozen=True, omit_defaults=True, repr_omit_defaults=True):
    """The amount to which a person sets one administration of a drug, and why."""

    drug: Annotated[str, key("which drug")]
    dose: Annotated[Amount, key("the amount of one administration, not rounded")]
    reason: Annotated[str, key("why", reads="reason")]
    days: Annotated[tuple[int, ...], key(_DAYS, reads="days")] = ()
    line: Annotated[int | None, key(_LINE)] = None


class Withheld(msgspec.Struct, frozen=True, omit_defaults=True, repr_omit_defaults=True):
    """A drug that a person leaves out, and why."""

    drug: Annotated[str, key("which drug")]
    reason: Annotated[str, key("why", reads="reason")]
    days: Annotated[tuple[int, ...], key(_DAYS, reads="days")] = ()
    line: Annotated[int | None, key(_LINE)] = None


def target(declared: Reduction | SetDose | Withheld) -> str:
    """The drug that a person changes, with days and line where not all are meant, as options and cells have it.

    >>> target(Withheld("etoposide", "fever", days=(2, 3), line=1))
    'etoposide on days 2, 3 line 1'
    """
    days = f" on day{'s' * (len(declared.days) > 1)} {', '.join(map(str, declared.days))}" if declared.days else ""
    return f"{declared.drug}{days}{f' line {declared.line}' if declared.line else ''}"


Choices: TypeAlias = Mapping[str, tuple[str, ...]]
"""What a person chose, by drug."""


class Patient(msgspec.Struct, frozen=True, omit_defaults=True):
    """Measures in cm and kg; `…_given` is what was typed where that was another unit."""

    height: Quantity
    weight: Quantity
    height_given: str = ""
    weight_given: str = ""
    id: str = ""
    name: str = ""
    born: datetime.date | None = None
    age: Quantity | None = None
    sex: Sex | None = None
    measured_on: datetime.date | None = None
    creatinine: Quantity | None = None
    creatinine_clearance: Quantity | None = None
    previous_weight: Quantity | None = None
    previous_day_1: datetime.date | None = None
    previous_cycles: int | None = None
    history: dict[str, bool] = {}
    earlier_doses: dict[str, Quantity] = {}
    earlier_doses_since: dict[str, datetime.date] = {}
    """Of a drug, from which day on its earlier doses were counted, where nobody told what was given before."""
    reductions: tuple[Reduction, ...] = ()
    set_doses: tuple[SetDose, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    choices: dict[str, tuple[str, ...]] = {}
    """What is chosen of a drug where the regimen leaves a dose or a route open."""
    ward: str = ""
    bed: str = ""
    physician: str = ""
    protocol_number: str = ""
    diagnosis: str = ""
    allergies: str = ""
    facts: dict[str, Quantity | bool | str] = {}
    """What was told of facts of `cec.facts` that have no field of their own here, by name."""

    def __post_init__(self) -> None:
        if faults := _faults(self):
            raise InputError(*faults)

    def fact(self, name: str) -> Value | None:
        """What was told of a fact; None where nothing was."""
        value = getattr(self, name) if name in _FIELDS else self.facts.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return Quantity(Decimal(value), "")
        return None if value == "" else value

    def age_on(self, day: datetime.date | None) -> Quantity | None:
        """The age as given or, from the date of birth, in completed months on that day."""
        if self.born is None or day is None:
            return self.age
        return Quantity(Decimal(completed_months(self.born, day)), "months")


def completed_months(born: datetime.date, day: datetime.date) -> int:
    """The age on a day in completed months.

    >>> completed_months(datetime.date(2018, 5, 14), datetime.date(2018, 7, 13))
    1
    """
    return (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)


def unit_typed(measure: Quantity, given: str) -> str:
    """The unit in which a measure was typed, of several the last; `given` is what was typed where that was another.

    >>> unit_typed(Quantity(Decimal(26), "kg"), ""), unit_typed(Quantity(Decimal("25.99"), "kg"), "57.3lb")
    ('kg', 'lb')
    """
    return given.lstrip("0123456789. ").rpartition(" ")[2] or measure.unit


_FIELDS = frozenset(Patient.__struct_fields__)


def _faults(patient: Patient) -> list[Fault]:
    """Why these cannot be facts of a person: numbers beyond all bounds, or a height and weight of nobody."""
    faults = [
        Fault(words, about=(name,), code="impossible-value")
        for name in _BOUNDED
        if isinstance(value := patient.fact(name), Quantity)
        and (words := _impossible(name, str(value.value), value.unit))
    ]
    about = {name for fault in faults for name in fault.about}
    together = f"height {patient.height} and weight {patient.weight} cannot be of one person"
    if about & {"height", "weight"}:
        if about != {"height"} or patient.weight.value < _SMALLEST_SWAPPED_HEIGHT or not _is_swapped(patient):
            return faults
        text = f"{together}; are height and weight swapped?"
        return [Fault(text, about=("height", "weight"), code="impossible-value")]
    index = body_mass_index(patient.height, patient.weight)
    if not POSSIBLE_BODY_MASS_INDEXES.hold(index.value):
        hint = "are height and weight swapped?" if _is_swapped(patient) else _slipped_weight(patient)
        faults.append(Fault(f"{together}; {hint}", about=("height", "weight"), code="impossible-value"))
    return faults


_SMALLEST_SWAPPED_HEIGHT = 40
"""In cm. A person may be smaller, but 1.28 beside 26 is rather 1.28 m and 26 kg than 26 cm and 1.28 kg."""


_BOUNDED = tuple(fact.name for fact in told_facts("patient") if fact.possible)


@lru_cache(maxsize=1 << 12)
def _impossible(name: str, digits: str, unit: str) -> str:
    """Why an amount of these digits cannot be of a fact, or nothing; the rows of a table have few different ones."""
    return FACTS[name].impossible(Quantity(Decimal(digits), unit))


def _is_swapped(patient: Patient) -> bool:
    """Whether somebody may be of this height and weight, had each been written as the other."""
    swapped = Quantity(patient.weight.value, "cm"), Quantity(patient.height.value, "kg")
    return _PLAUSIBLE.hold(body_mass_index(*swapped).value)


def _slipped_weight(patient: Patient) -> str:
    """The weight that a slip of the decimal point would explain, as a question; else that both are to be looked at."""
    for weight in (patient.weight.value * 10, patient.weight.value / 10):
        if _PLAUSIBLE.hold(body_mass_index(patient.height, Quantity(weight, "kg")).value):
            return f"look at both; the decimal point may have slipped: {write_number(weight)} kg"
    return "look at both"


_PLAUSIBLE = Bounds(Decimal(8), Decimal(60))
"""Body mass indexes that people have, kg/m2."""

"""What is written down of a fact about a patient or a cycle: one record, from which everything else is made."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from cec.facts.reading import positive, read_count_from_0, read_date, read_text, read_yes_or_no
from cec.units import Kind, Quantity, convert, read_number, read_quantity, write_number

Form = Literal["quantity", "count", "yes or no", "date", "word", "text"]
"""A measure with a unit; a whole number; true or false; a day of the calendar; one word of a few; any text."""

Told = Literal["patient", "order", "derived"]
"""A key of patient files, an option and a column; an option and a column of commands that dose; or neither: computed
from other facts."""

Value = Quantity | bool | datetime.date | str
"""What is known of a fact. A count is a quantity without a unit, or in days."""


Facts = Mapping[str, Value | None]
"""What is known, by the names of facts; a name that is absent or None is not known."""

NO_FACTS: Facts = MappingProxyType({})
"""Nothing is known."""


class Bounds(NamedTuple):
    """The lowest and the highest number that pass, both included, in the unit of the fact; None where there is none."""

    low: Decimal | None = None
    high: Decimal | None = None

    def hold(self, number: Decimal) -> bool:
        """Whether a number lies within.

        >>> Bounds(Decimal(20), Decimal(250)).hold(Decimal(250)), Bounds(Decimal(20)).hold(Decimal(19))
        (True, False)
        """
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)

    def __str__(self) -> str:
        low, high = (None if bound is None else write_number(bound) for bound in self)
        if low is not None and high is not None:
            return f"{low} to {high}"
        return f"at least {low}" if low is not None else f"at most {high}"


def between(low: int | str | None, high: int | str) -> Bounds:
    """Bounds of two numbers as they are written.

    >>> print(between("0.05", 40), between(None, 365), sep="; ")
    0.05 to 40; at most 365
    """
    return Bounds(None if low is None else Decimal(low), Decimal(high))


class Fact(Struct, frozen=True):
    """One fact. What a row leaves out follows from its form."""

    name: str
    """The key of a patient file; an option has hyphens in it."""
    about: str
    """What it is, in the words of the field."""
    form: Form
    kinds: tuple[Kind, ...] = ()
    """Of quantities: what they are quantities of. The first has the unit of the bounds."""
    unit: str = ""
    """The unit of bounds and limits, in which any two amounts of the fact compare exactly."""
    bare: str = ""
    """The unit of a number that has none; without it such a number is refused."""
    examples: tuple[str, ...] = ()
    note: str = ""
    """What else a person who tells it should know."""
    words: tuple[str, ...] = ()
    """Of a word: those that are read."""
    told: Told = "patient"
    reader: Callable[[str], Any] | None = None
    """How its text is read, where that is not how its form is read."""
    is_kept_in_unit: bool = False
    """Whether what is told is converted to `unit`; else it stays in the unit that was typed."""
    is_required: bool = False
    is_of_the_person: bool = False
    """Whether it says only whose order it is: no dose, date or alert depends on it."""
    inputs: tuple[str, ...] = ()
    """The facts that it is derived from where nobody tells it, the first to be asked for first."""
    derive: Callable[..., Value | None] | None = None
    """From the values of `inputs`, all known, its value; None where they give none. Facts that depend on the pharmacy
    too (BSA, an estimated clearance) are computed in `cec.calculate`."""
    possible: Bounds | None = None
    """Beyond these no order is made; of a fact that is told, or else estimated from `inputs`, where it is told."""
    plausible: Bounds | None = None
    """Beyond these, a person is asked to look."""
    short: str = ""
    """Its name on the alert that asks, where that is not the name of the row."""
    look_at: str = ""
    """What to look at then."""
    meant: tuple[str, ...] = ()
    """Units that an impossible number was probably meant in, where it then lies within `usual`."""
    usual: Bounds | None = None
    other_form: str = ""
    """The fact that tells the same in another form: what is typed of one replaces what a file says of the other."""
    often_called: tuple[str, ...] = ()
    """Names that other programs give its column: told of, not read."""
    unknown: str = ""
    """What is said where nobody told it."""

    @property
    def kind(self) -> Kind | None:
        """What its bounds are quantities of; None of a plain count, and of what has no bounds."""
        return self.kinds[0] if self.kinds else None

    @property
    def is_bounded(self) -> bool:
        """Whether conditions hold bounds against it: `age: under 1 year`."""
        return self.form in {"quantity", "count"}

    @property
    def counts(self) -> bool:
        """Whether it is a number of whole things, with nothing between one and the next."""
        return self.form == "count"

    @property
    def option(self) -> str:
        """Its option of a command.

        >>> Fact("previous_day_1", "day 1 of the previous cycle", "date").option
        '--previous-day-1'
        """
        return f"--{self.name.replace('_', '-')}"

    @property
    def description(self) -> str:
        """What it is, with examples, for a patient file.

        >>> Fact("born", "date of birth", "date", examples=("2018-05-14",)).description
        'date of birth, e.g. 2018-05-14'
        """
        examples = f", e.g. {', '.join(self.examples)}" if self.examples else ""
        return f"{self.about}{examples}{f'; {self.note}' if self.note else ''}"

    @property
    def not_given(self) -> str:
        """What is said where nobody told it.

        >>> Fact("ejection_fraction", "ejection fraction of the left ventricle", "quantity").not_given
        'no ejection fraction given'
        """
        return self.unknown or f"no {self.name.replace('_', ' ')} given"

    def read(self, text: str) -> Any:
        """What a text says of it; InputError for any other text."""
        value = (self.reader or _READERS[self.form](self))(text)
        return self.in_unit(value) if self.is_kept_in_unit else value

    def read_bound(self, text: str) -> Quantity:
        """A bound of a condition: `20 kg` of `under 20 kg`. A count has no unit, one of days may do without."""
        if not self.kinds:
            return Quantity(read_number(text, "3"), "")
        bound = read_quantity(text, *self.kinds, bare=self.bare if self.counts else "")
        return self.in_unit(bound) if self.is_kept_in_unit else bound

    def impossible(self, amount: Quantity) -> str:
        """Why an amount cannot be one of it, with the bounds in its own unit and what was probably meant; else nothing.

        >>> from cec.facts import FACTS
        >>> print(FACTS["height"].impossible(Quantity(Decimal("1.28"), "cm")))
        1.28 cm is not a possible height (20 to 250 cm); did you mean 1.28 m?
        """
        if self.possible is None or self.possible.hold(self.in_unit(amount).value):
            return ""
        bounds = self.bounds_in(amount.unit, self.possible)
        others = (Quantity(amount.value, unit) for unit in self.meant)
        meant = (other for other in others if self.usual and self.usual.hold(self.in_unit(other).value))
        hint = next((f"; did you mean {self._in_both(other, amount.unit)}?" for other in meant), "")
        return f"{amount} is not a possible {self.about} ({bounds}){hint}"

    def _in_both(self, meant: Quantity, unit: str) -> str:
        """An amount that was probably meant; in the unit that was typed too where that has other digits."""
        typed = convert(meant, unit, self.kinds[0])
        is_shift = typed.value.normalize().as_tuple().digits == meant.value.normalize().as_tuple().digits
        return str(meant) if is_shift else f"{meant}, which is {typed}"

    def bounds_in(self, unit: str, bounds: Bounds) -> str:
        """Bounds of the fact in one of its units, in words.

        >>> from cec.facts import FACTS
        >>> FACTS["age"].bounds_in("years", Bounds(Decimal(0), Decimal(1440)))
        '0 to 120 years'
        """
        numbers = (None if bound is None else self._in(unit, bound) for bound in bounds)
        return f"{Bounds(*numbers)}{'' if unit == '%' else ' '}{unit}".rstrip()

    def _in(self, unit: str, bound: Decimal) -> Decimal:
        """A bound in another unit of the fact."""
        if unit == self.unit or not self.kinds:
            return bound
        return convert(Quantity(bound, self.unit), unit, self.kinds[0]).value

    def in_unit(self, amount: Quantity) -> Quantity:
        """An amount of it in the unit of its bounds.

        >>> from cec.units import AGE
        >>> print(Fact("age", "age", "quantity", (AGE,), "months").in_unit(Quantity(Decimal(8), "years")))
        96 months
        """
        if not self.kinds or amount.unit == self.unit:
            return amount
        return convert(amount, self.unit, self.kinds[0])


_READERS: dict[Form, Callable[[Fact], Callable[[str], Any]]] = {
    "quantity": lambda fact: positive(*fact.kinds, bare=fact.bare),
    "count": lambda _fact: read_count_from_0,
    "yes or no": lambda _fact: read_yes_or_no,
    "date": lambda _fact: read_date,
    "word": lambda fact: _one_of(fact.words),
    "text": lambda _fact: read_text,
}


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    """A reader of one of these words, in small letters or capitals."""
    from cec.errors import InputError

    def read(text: str) -> str:
        word = text.strip().lower()
        if word not in words:
            raise InputError(f"'{text}' is not one of {', '.join(words)}")
        return word

    return read

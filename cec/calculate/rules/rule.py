"""What a rule is: which facts it asks, on which side of which limits it speaks, at which level, in which words.

A rule never looks at a fact that it does not name, and speaks because of nothing but the answers to its questions. So
rows of a table that give the same answers get the same alerts, and one of them can answer for all: see `Question`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from cec.conditions import stretch_of
from cec.facts import FACTS, Facts, Value
from cec.facts.stretches import Stretch
from cec.order import CreatinineClearance, Dose
from cec.patient import Patient, Reduction
from cec.pharmacy import Pharmacy
from cec.regimen import Condition, Level, Regimen
from cec.units import Quantity


class Unknown(Struct, frozen=True):
    """Limits that cannot be drawn, because nobody told these facts."""

    facts: tuple[str, ...]


class OutOfScope(Struct, frozen=True):
    """Limits that are drawn for other patients, so that nothing can be held against them."""

    why: str
    """What this patient is, beyond which patients they are drawn for."""


class Wanting(Struct, frozen=True):
    """What stands in the way of a rule."""

    facts: Sequence[str]
    """Those that somebody should tell for it to be checked whole."""
    out_of_scope: Sequence[str]
    """Why it is not made of this patient, where its limits are drawn for others."""


Limits = Stretch | Unknown | OutOfScope | None
"""What a question leaves to its fact; None where it asks nothing of this patient, because another rule does."""


class LimitQuestion(Struct, frozen=True):
    """On which side of its limits does a number lie?

    The limits are `stretch`, or what `limits` makes of the values of the facts `given`, None for each that is unknown.
    All numbers are in the unit of the fact; true is 1 and false is 0.
    """

    fact: str
    stretch: Stretch | None = None
    limits: Callable[..., Limits] | None = None
    given: tuple[str, ...] = ()
    is_outside: bool = True
    """Whether it asks if the number lies outside the limits; else if it lies within."""

    def limits_for(self, *values: Value | None) -> Limits:
        """The limits for these values of the facts `given`."""
        return self.limits(*values) if self.limits else self.stretch

    def limits_in(self, facts: Facts) -> Limits:
        """The limits for what is known."""
        return self.limits(*map(facts.get, self.given)) if self.limits else self.stretch

    def answer(self, facts: Facts) -> bool | None:
        """Whether it is so; None where that is not known."""
        limits = self.limits_in(facts)
        if limits is None:
            return False
        if not isinstance(limits, Stretch):
            return None
        number = number_of(self.fact, facts.get(self.fact))
        return None if number is None else limits.holds(number) is not self.is_outside

    def wanting(self, facts: Facts) -> Unknown | OutOfScope | None:
        """Why there is no answer; None where there is one."""
        limits = self.limits_in(facts)
        if not isinstance(limits, Stretch):
            return limits
        return Unknown((self.fact,)) if number_of(self.fact, facts.get(self.fact)) is None else None


class TextQuestion(Struct, frozen=True):
    """What does a text say? The answer, empty for no, is all that anything hangs on."""

    fact: str
    read: Callable[[str], Hashable]
    given: tuple[str, ...] = ()

    def answer(self, facts: Facts) -> bool | None:
        """Whether it says anything; None where there is no text."""
        text = facts.get(self.fact)
        return bool(self.read(text)) if isinstance(text, str) else None

    def wanting(self, facts: Facts) -> Unknown | None:
        """The fact without which there is no answer; None where there is one."""
        return None if facts.get(self.fact) else Unknown((self.fact,))


Question = LimitQuestion | TextQuestion
"""Whoever answers many rows at once asks the questions of every rule (`rules.questions`), and needs to know no rule.

For each question a row has one answer: the side of the limits on which it lies, or what its text says; that the limits
do not apply; that they, or the fact, are unknown. Limits are asked once for each set of different values of `given`.
"""


class Administered(Struct, frozen=True):
    """An amount of a drug, and the size of the patient from which it was dosed."""

    drug: str
    amount: Quantity
    bsa: Quantity | None
    weight: Quantity


class Case(Struct, frozen=True):
    """One order, as far as it is computed when it is checked."""

    regimen: Regimen
    patient: Patient
    pharmacy: Pharmacy
    facts: Facts
    doses: Sequence[Dose] = ()
    clearance: CreatinineClearance | None = None
    refused: Sequence[tuple[int, str]] = ()
    """The drug lines, by number and drug, whose dose was refused: what is said of their drugs holds all the same."""
    administered: Sequence[Administered] = ()
    """What the cycle gives, where that is not what its doses come to, or not all of it is dosed by the same size."""
    is_whole: bool = True
    """Whether the doses are those of the whole cycle, so that what they come to is held against limits."""


class Answers(Struct, frozen=True):
    """What a person declared of doses that a check offers to reduce, and what is left to declare."""

    texts: tuple[str, ...] = ()
    offers: tuple[Reduction, ...] = ()
    is_whole: bool = False
    """Whether for every dose that is given as much is declared as is offered."""


class Rule(Struct, frozen=True):
    """It speaks where the answer to every question is yes: always, where it asks none. Of rules with one code about one
    thing the first that speaks is heard."""

    code: str
    level: Level
    about: str
    asks: tuple[Question, ...]
    text: str | Callable[[Case], str]
    """What a person should know and do; a text is the same for everybody of whom the rule speaks."""
    source: str = ""
    limits: str = ""
    """The limits in words, where they are no numbers in the table of facts."""
    hints: Callable[[Case], Sequence[str]] | None = None
    """What would explain it, said by the first of all rules with these hints that speaks."""
    not_checked: str | None = None
    """What is said to be not checked where there is no answer; None where nobody needs to be told."""
    wants: tuple[str, ...] = ()
    """Facts that it can do without, but of which it is said where nobody told them."""
    drug: str = ""
    line: int = 0
    """The drug, or the number of the drug line, that must be given by this order; without one it holds for every order.
    """
    answered: Callable[[Case], Answers] | None = None
    """What of it a person answered; where that is all, it is only a note."""
    amounts: Callable[[Case], Facts] | None = None
    """Those of its facts that are computed from the ordered doses, where no two rows of a table have one answer."""

    @property
    def facts(self) -> tuple[str, ...]:
        """The names of all facts that it reads."""
        return tuple(dict.fromkeys((*(n for each in self.asks for n in (each.fact, *each.given)), *self.wants)))

    def answer(self, facts: Facts) -> bool | None:
        """Whether it speaks; None where that depends on something that is not known."""
        is_sure = True
        for question in self.asks:
            answer = question.answer(facts)
            if answer is False:
                return False
            is_sure = is_sure and answer is not None
        return True if is_sure else None

    def wanting(self, facts: Facts, *, answer: bool | None) -> Wanting:
        """What stands in the way of it, beside this answer."""
        unknown = [name for name in self.wants if facts.get(name) is None]
        out_of_scope = []
        for question in self.asks:
            wanting = question.wanting(facts)
            if isinstance(wanting, OutOfScope):
                out_of_scope.append(wanting.why)
            elif wanting and answer is None:
                unknown += wanting.facts
        return Wanting(unknown, out_of_scope)


def question_of(condition: Condition) -> LimitQuestion:
    """The question of a condition: does the fact lie within its limits?"""
    return LimitQuestion(condition.fact, stretch_of(condition), is_outside=False)


def number_of(fact: str, value: Any) -> Decimal | None:
    """A value of a fact as a number in the unit of its bounds; true is 1, false 0. None where it is not a number.

    >>> number_of("age", Quantity(Decimal(8), "years")), number_of("prior_hsct", False), number_of("age", None)
    (Decimal('96'), Decimal('0'), None)
    """
    if isinstance(value, bool):
        return Decimal(value)
    if not isinstance(value, Quantity):
        return None
    return FACTS[fact].in_unit(value).value if fact in FACTS else value.value

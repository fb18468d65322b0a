"""Reads the workings of an order as a person would, computes them again in fractions, and tells what contradicts them.

A number that ends in "…" may be anything that begins with its digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Context, Decimal
from fractions import Fraction
from typing import NamedTuple

from cec.order import Dose, Order, Preparation

DIGITS = Context(prec=60)
NEARLY = Fraction(1, 10**30)
"""How near to its next digit a number without an end may come: it never reaches it."""
UNITS = r"mL/min/1\.73 m2|(?:mcg|mg|g|units)(?:/(?:m2|kg|mL|dL))?|mL/min|mL/h|mL|micromol/L|cm|kg|m2|min|h"
NUMBER = r"[0-9][0-9,]*(?:\.[0-9]+)?…?"
AMOUNT = rf"(?:AUC )?({NUMBER})(?: (?:{UNITS}))?"
TOKEN = re.compile(rf"\s*(?:({NUMBER})|(log10|[-+×/()√^]))")


class Range(NamedTuple):
    """Every number from the lowest to the highest that a text leaves open."""

    low: Fraction
    high: Fraction

    def meets(self, other: Range) -> bool:
        return self.low <= other.high and other.low <= self.high


def number(text: str) -> Range:
    """What a number says."""
    digits = text.removesuffix("…").replace(",", "")
    low = Fraction(digits)
    open_to = low + Fraction(1 - NEARLY, 10 ** len(digits.partition(".")[2]))
    return Range(low, open_to if text.endswith("…") else low)


def computed(text: str) -> Range:
    """What an equation without its units comes to."""
    bare = _bare(text)
    tokens = [match[1] or match[2] for match in TOKEN.finditer(bare)]
    assert "".join(tokens) == bare.replace(" ", ""), f"cannot read {text!r}"
    value = _sum(tokens)
    assert not tokens, f"cannot read {text!r}"
    return value


def _bare(text: str) -> str:
    """An equation without its units."""
    return re.sub(rf"(?<=[0-9…]) (?:{UNITS})(?![a-z0-9])", "", text.replace("AUC ", ""))


def _sum(tokens: list[str]) -> Range:
    value = _product(tokens)
    while tokens and tokens[0] in "+-":
        sign, other = tokens.pop(0), _product(tokens)
        low, high = other if sign == "+" else (-other.high, -other.low)
        value = Range(value.low + low, value.high + high)
    return value


def _product(tokens: list[str]) -> Range:
    value = _power(tokens)
    while tokens and tokens[0] in "×/":
        sign, other = tokens.pop(0), _power(tokens)
        low, high = other if sign == "×" else (1 / other.high, 1 / other.low)
        value = Range(value.low * low, value.high * high)
    return value


def _power(tokens: list[str]) -> Range:
    base = _atom(tokens)
    if not tokens or tokens[0] != "^":
        return base
    tokens.pop(0)
    power = _decimal(_atom(tokens).low)
    return _widened(base, lambda value: DIGITS.power(value, power))


def _atom(tokens: list[str]) -> Range:
    first = tokens.pop(0)
    if first == "√":
        return _widened(_atom(tokens), DIGITS.sqrt)
    if first == "log10":
        return _widened(_atom(tokens), DIGITS.log10)
    if first == "(":
        value = _sum(tokens)
        assert tokens.pop(0) == ")"
        return value
    return number(first)


def _decimal(value: Fraction) -> Decimal:
    return DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


def _widened(value: Range, function: Callable[[Decimal], Decimal]) -> Range:
    """A rising function of a range, and the last of 60 digits either way."""
    low, high = (Fraction(function(_decimal(end))) for end in value)
    return Range(low * (1 - Fraction(1, 10**50)), high * (1 + Fraction(1, 10**50)))


def _multiple(value: Range, step: Fraction, *, down: bool) -> Range:
    """The multiples of a step that a number of the range is rounded to, half up or down."""
    whole = [(end if down else end + step / 2) // step * step for end in value]
    return Range(*whole)


CLAIMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    (
        re.compile(rf"{AMOUNT}(?: m2)?,? (?:rounded half-up to|to the nearest) {AMOUNT}(?:, half up)?: {AMOUNT}"),
        lambda match: _multiple(number(match[1]), number(match[2]).low, down=False).meets(number(match[3])),
    ),
    (
        re.compile(rf"{AMOUNT} down to a multiple of {AMOUNT}: {AMOUNT}"),
        lambda match: _multiple(number(match[1]), number(match[2]).low, down=True).meets(number(match[3])),
    ),
    (
        re.compile(rf"{AMOUNT} (?:to|down|in)[^:;]*: {AMOUNT} \(([+-]?[0-9.,]+)%\)"),
        lambda match: _moved(number(match[1]), number(match[2]), match[3], Fraction(1, 200)),
    ),
    (
        re.compile(rf"{AMOUNT}; divided into ([0-9]+) doses: {AMOUNT} each"),
        lambda match: computed(f"{match[1]} / {match[2]}").meets(number(match[3])),
    ),
    (
        re.compile(rf"{AMOUNT} is above the maximum of {AMOUNT}"),
        lambda match: number(match[1]).high > number(match[2]).low,
    ),
    (
        re.compile(rf"by ({NUMBER})% to ({NUMBER})%"),
        lambda match: number(match[1]).low + number(match[2]).low == 100,
    ),
    (
        re.compile(rf"= {AMOUNT}; unused {AMOUNT} \((-?[0-9.]+)%\)"),
        lambda match: _within(number(match[2]).low * 100 / number(match[1]).low, match[3], Fraction(1, 20)),
    ),
    (
        re.compile(rf"= {AMOUNT}, ([+-]?[0-9.]+)% of the ordered {AMOUNT}"),
        lambda match: _moved(number(match[3]), number(match[1]), match[2], Fraction(1, 200)),
    ),
)
"""What a working can claim besides an equation, and whether it is so."""

EQUATION = re.compile(rf"([0-9√(A][^=;:]*?) = {AMOUNT}")


def _within(value: Fraction, text: str, half: Fraction) -> bool:
    """Whether a number may be written so when it is rounded."""
    return abs(value - Fraction(text.replace(",", ""))) <= half


def _moved(before: Range, after: Range, percent: str, half: Fraction) -> bool:
    """Whether a step from one number to another is so many percent."""
    if before.low == 0:
        return True
    moves = sorted((after.low / end - 1) * 100 for end in (before.low, before.high))
    told = Fraction(percent.replace(",", ""))
    return moves[0] - half <= told <= moves[1] + half


def wrong(text: str) -> Iterator[str]:
    """The claims of one working that are not so."""
    plain = text.partition("body surface area: ")[2] or text.partition("creatinine clearance: ")[2] or text
    for match in EQUATION.finditer(plain):
        left = match[1]
        if " in " in left:  # held in a volume: "38.4 mg in 100 mL (…) = 0.384 mg/mL"
            left = re.sub(r" \([^)]*\)", "", left).replace(" in ", " / ")
        elif re.search(r"[a-zA-Z]", _bare(left).replace("log10", "")):
            continue  # products are counted: "2 × 20 mg vial = 40 mg"
        if not computed(left).meets(number(match[2])):
            yield f"{left} is not {match[2]}: {text}"
    for pattern, is_so in CLAIMS:
        for match in pattern.finditer(plain):
            if not is_so(match):
                yield f"{match[0]} is not so: {text}"


def contradictions(order: Order) -> list[str]:
    """Every working of an order that its numbers contradict."""
    found: list[str] = []
    for measures in order.measures:
        found += wrong(measures.bsa.how)
        found += wrong(measures.clearance.how) if measures.clearance else []
    for dose in order.doses:
        found += _of_dose(dose)
    for made in order.preparations:
        found += _of_preparation(made)
    return found


def _of_dose(dose: Dose) -> Iterator[str]:
    """What contradicts the steps of a dose, each held against the one before."""
    shown = {step.what: number(str(step.value.value) + ("…" if step.value.endless else "")) for step in dose.steps}
    before = Range(Fraction(0), Fraction(0))
    for step in dose.steps:
        yield from wrong(step.how)
        value = shown[step.what]
        is_worked = step.what in {"calculated", "rounded"} and step.how != "flat dose"
        if is_worked and str(step.value) not in step.how:
            yield f"{step.value} does not stand in its working: {step.how}"
        if step.what == "reduced" and (percent := re.search(rf"to ({NUMBER})% of {AMOUNT}", step.how)):
            part = number(percent[1]).low / 100
            if not Range(before.low * part, before.high * part).meets(value):
                yield f"{step.value} is not {percent[0]}"
        before = value


def _of_preparation(made: Preparation) -> Iterator[str]:
    """What contradicts the steps of a preparation."""
    yield from wrong(", ".join(made.how[:2]))
    for how in made.how[2:]:
        yield from wrong(how)

"""What the name of a product says, held against its drug and its figures: one fact told twice must agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from cec.drug_names import other_drug, other_kind
from cec.errors import InputError
from cec.pharmacy.formulary import Product
from cec.units import AMOUNT, CONCENTRATION, EXACT, VOLUME, Quantity, amount_in, convert

_UNITS = {"g": "g", "mg": "mg", "mcg": "mcg", "µg": "mcg", "μg": "mcg", "ug": "mcg"} | dict.fromkeys(
    ("units", "unit", "iu", "ie"), "units"
)
_FIGURE = re.compile(
    rf"(?<![\w.,/])(?P<number>[0-9][0-9.,]*)\s*(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))}|ml)\b"
    r"(?:\s*/\s*(?P<per>[0-9][0-9.,]*)?\s*(?P<volume>ml)\b)?(?!\s*/)",
    re.IGNORECASE,
)
"""A figure of a name: an amount, a volume, or an amount in a volume."""
_LAST_DIGIT = Decimal("1e-9")
"""Strengths may be quotients without end."""
_LOWEST_SHARE = Decimal("0.5")
"""Of what content and volume alone would give: less is not the powder's own volume. cec's own limit, no source."""


def drug_faults(product: Product, drug: str, others: Iterable[str]) -> Iterator[str]:
    """Why a product's name is not one of this drug; `others` are the other drugs of the formulary."""
    if other := other_drug(product.name, drug, others):
        yield f"'{product.name}' names {other}, which is not {drug}; put it under its own drug, or name it rightly"
    elif kind := other_kind(product.name, drug):
        yield f"'{product.name}' {kind}: another drug than {drug}; put it under its own drug, or name it rightly"


def figure_faults(product: Product) -> Iterator[str]:
    """Why the figures of a product's name are not those that stand beside it.

    >>> vial = Product("200 mg/mL vial", "solution", Quantity(Decimal(20), "mg/mL"), Quantity(Decimal(5), "mL"))
    >>> list(figure_faults(vial))
    ["the name '200 mg/mL vial' says 200 mg/mL, the strength is 20 mg/mL; write what the label says"]
    """
    from cec.calculate.preparation.stock import strength_of

    found = list(_FIGURE.finditer(product.name))
    per_volume = [match for match in found if match["volume"]]
    amounts = [match for match in found if match["unit"].casefold() in _UNITS and not match["volume"]]
    volumes = [match["number"] for match in found if match["unit"].casefold() == "ml"]
    if product.form in {"solution", "powder"}:
        volumes += [match["per"] for match in per_volume if match["per"] and _numbers(match["per"]) != {Decimal(1)}]
    strength, volume = strength_of(product), product.volume or product.reconstituted_with
    if strength and per_volume and not any(_is_strength(match, strength) for match in per_volume):
        yield _differs(product, per_volume[0][0], "strength", strength)
    if volume and volumes and not any(convert(volume, "mL", VOLUME).value in _numbers(each) for each in volumes):
        yield _differs(product, f"{volumes[0]} mL", "volume", volume)
    contents = [(match, content) for match in amounts if (content := _content(product, match))]
    if contents and not any(content.value in _numbers(match["number"]) for match, content in contents):
        yield _differs(product, contents[0][0][0], "content", contents[0][1])
    yield from _powder_faults(product)


def _is_strength(match: re.Match[str], strength: Quantity) -> bool:
    """Whether an amount in a volume is this strength."""
    try:
        value = convert(strength, f"{_UNITS[match['unit'].casefold()]}/mL", CONCENTRATION).value
    except InputError:
        return False
    return any(
        abs(EXACT.multiply(value, per) - number) <= number * _LAST_DIGIT
        for number in _numbers(match["number"])
        for per in _numbers(match["per"] or "1")
    )


def _content(product: Product, match: re.Match[str]) -> Quantity | None:
    """What one container holds, in the unit of an amount of its name; nothing where that is not known."""
    from cec.calculate.preparation.stock import content_of

    try:
        return content_of(product, _UNITS[match["unit"].casefold()])
    except InputError:
        return None


def _powder_faults(product: Product) -> Iterator[str]:
    """A stated strength that powder and volume cannot give."""
    content, volume, strength = product.content, product.reconstituted_with, product.strength
    if not (content and volume and strength):
        return
    most = EXACT.divide(convert(content, amount_in(strength.unit), AMOUNT).value, convert(volume, "mL", VOLUME).value)
    if not EXACT.multiply(most, _LOWEST_SHARE) <= strength.value <= most:
        gives = f"{content} in {volume} gives at most {Quantity(most, strength.unit)}"
        yield f"{gives}, the strength is {strength}; write what the label says"


def _differs(product: Product, text: str, what: str, figure: Quantity) -> str:
    return f"the name '{product.name}' says {text.strip()}, the {what} is {figure}; write what the label says"


def _numbers(text: str) -> set[Decimal]:
    """What a number of a name may mean: its commas and points may be those of thousands or of decimals."""
    text = text.rstrip(".,")
    readings = {text.replace(",", ".")} if text.count(",") + text.count(".") <= 1 else set()
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", text):
        readings.add(text.replace(",", ""))
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", text):
        readings.add(text.replace(".", ""))
    return {Decimal(reading) for reading in readings}

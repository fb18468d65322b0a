"""Written doses as they are typed: clofarabine=38mg, cytarabine.times=2, days=5."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from cec.drug_names import drug_key
from cec.errors import CecError, Fault, InputError
from cec.facts.reading import read_count
from cec.units import AMOUNT, read_quantity
from cec.verification.administration import PARTICULARS
from cec.verification.written import Written, last_digit

DAYS = "days"
"""What stands before the written number of days, as a drug before its amount."""


class _Part(NamedTuple):
    """One text: the drug, the word of PARTICULARS (none before an amount), and the value."""

    drug: str
    word: str
    value: str

    @property
    def name(self) -> str:
        """What stands before the equals sign."""
        return f"{self.drug}.{self.word}" if self.word else self.drug


def typed_days(texts: Iterable[str]) -> int | None:
    """The written number of days; None where none was typed.

    >>> typed_days(["clofarabine=38mg", "days=5"])
    5
    """
    days = [part for part in map(_part, texts) if part.name == DAYS]
    if len(days) > 1:
        raise InputError(Fault("is given twice", DAYS))
    faults: list[Fault] = []
    count: int | None = _read(days[0], read_count, faults) if days else None
    if faults:
        raise InputError(*faults)
    return count


def typed_doses(texts: Iterable[str]) -> list[Written]:
    """The written doses with what was typed beside them; InputError with every text that cannot be one.

    >>> typed_doses(["cytarabine=1000mg", "cytarabine.times=2"])[0].beside
    {'times': 2}
    """
    faults: list[Fault] = []
    parts = []
    for text in texts:
        part = _part(text)
        if not part.drug or "=" not in text:
            faults.append(Fault(f"'{text}' is not a drug and its amount; write it like clofarabine=38mg"))
        elif part.name != DAYS:
            parts.append(part)
    faults += _unknown_words(parts)
    beside: dict[int, dict[str, Any]] = {number: {} for number, part in enumerate(parts) if not part.word}
    for number, part in enumerate(parts):
        if part.word:
            _put(part, beside.get(_amount_of(number, parts)), faults)
    doses = []
    for number, about in beside.items():
        part = parts[number]
        amount = _read(part, lambda text: read_quantity(text, AMOUNT), faults)
        if amount is not None:
            doses.append(Written(part.drug, amount, last_digit(part.value), about))
    if faults:
        raise InputError(*faults)
    return doses


def _unknown_words(parts: Sequence[_Part]) -> list[Fault]:
    """What stands after a typed drug and a point, and is none of PARTICULARS."""
    drugs = {drug_key(part.drug) for part in parts}
    names = [part.name.rpartition(".") for part in parts if not part.word]
    unknown = [(drug, word) for drug, _, word in names if drug_key(drug) in drugs]
    return [Fault(f"'{word}' is not one of {', '.join(PARTICULARS)}", f"{drug}.{word}") for drug, word in unknown]


def _part(text: str) -> _Part:
    """The parts of one text; a point in a drug's name is part of it unless one of PARTICULARS follows."""
    name, _, value = (part.strip() for part in text.partition("="))
    drug, point, word = name.rpartition(".")
    return _Part(drug, word, value) if point and word in PARTICULARS else _Part(name, "", value)


def _amount_of(number: int, parts: Sequence[_Part]) -> int:
    """The place of a text's amount: the last of its drug before it, else the first; -1 where there is none."""
    drug = drug_key(parts[number].drug)
    places = [place for place, part in enumerate(parts) if not part.word and drug_key(part.drug) == drug]
    return max((place for place in places if place < number), default=places[0] if places else -1)


def _put(part: _Part, about: dict[str, Any] | None, faults: list[Fault]) -> None:
    """Add what a text tells to what was written beside its amount."""
    if about is None:
        faults.append(Fault(f"there is no amount of {part.drug}; write {part.drug}=AMOUNT too", part.name))
    elif part.word in about:
        faults.append(Fault("is given twice for one amount; write each after the amount that it belongs to", part.name))
    else:
        about[part.word] = _read(part, PARTICULARS[part.word].read, faults)


def _read(part: _Part, read: Callable[[str], Any], faults: list[Fault]) -> Any:
    """What the value of a text says; None, and a fault with its name, where it cannot be read."""
    try:
        return read(part.value)
    except CecError as error:
        faults.extend(fault._replace(where=part.name) for fault in error.faults)
        return None

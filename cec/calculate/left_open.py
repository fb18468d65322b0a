"""What a regimen leaves open, a dose or a route, and what a person chose of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct

from cec.drug_names import is_same_drug
from cec.errors import Fault, InputError, OrderRefused
from cec.patient import Choices
from cec.regimen import DoseEntry, DrugLine, entry_of
from cec.routes import routes_of
from cec.units import DOSES, Quantity, read_quantity, write_quantity


def chosen_dose(line: DrugLine, entry: DoseEntry, choices: Choices) -> tuple[Quantity, str]:
    """The dose of an entry and, where a person had to choose it, from what; OrderRefused where it is not chosen."""
    if not entry.open_words:
        return entry.dose, ""
    for text in _texts(line, choices):
        dose = _read(text)
        if dose and _is_one_of(dose, entry):
            return dose, entry.open_words
    raise _open(line, entry.open_words, entry.dose)


def chosen_route(line: DrugLine, choices: Choices, *, on_paper: bool = False) -> str:
    """The route of a line; with `on_paper` it may stay open. OrderRefused where it is not chosen."""
    routes = routes_of(line.route)
    chosen = next((text for text in _texts(line, choices) if text in routes), "")
    if len(routes) == 1 or chosen or on_paper:
        return chosen or line.route
    raise _open(line, line.route, routes[0])


def _open(line: DrugLine, words: str, example: object) -> OrderRefused:
    way = f"--choose '{line.names[-1]}={example}'"
    return OrderRefused(Fault(f"{line.drug}: the regimen leaves open {words}; settle it, like {way}", about=(OPEN,)))


OPEN = "choices"
"""What the fault of a choice that is not made is about."""


class LeftOpen(Struct, frozen=True):
    """What a line leaves open: what may be chosen and, where that is a dose, its entry."""

    texts: tuple[str, ...]
    entry: DoseEntry | None = None


def left_open(lines: Iterable[DrugLine], choices: Choices) -> list[tuple[str, LeftOpen]]:
    """What is not chosen yet of each line, by what the line is named."""
    found = []
    for line in lines:
        name, texts = line.names[-1], _texts(line, choices)
        for entry in line.entries:
            doses = tuple(map(write_quantity, entry.doses))
            if entry.open_words and not any((dose := _read(text)) and _is_one_of(dose, entry) for text in texts):
                found.append((name, LeftOpen(doses, entry)))
        routes = routes_of(line.route)
        if len(routes) > 1 and not set(texts) & set(routes):
            found.append((name, LeftOpen(routes)))
    return found


def merged(choices: Choices, more: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Choices with others, each of a drug or of what its line is called."""
    found = dict(choices)
    for name, text in more:
        found[name] = (*found.get(name, ()), text)
    return found


def _texts(line: DrugLine, choices: Choices) -> tuple[str, ...]:
    return tuple(text for name in line.names for text in entry_of(name, choices) or ())


def _read(text: str) -> Quantity | None:
    try:
        return read_quantity(text, *DOSES)
    except InputError:
        return None


def _is_one_of(dose: Quantity, entry: DoseEntry) -> bool:
    if entry.up_to:
        return dose.unit == entry.dose.unit and entry.dose.value <= dose.value <= entry.up_to.value
    return dose in entry.doses


def choice_faults(lines: Collection[DrugLine], choices: Choices) -> Iterator[str]:
    """Every choice that the lines of the cycle do not leave open."""
    for drug, texts in choices.items():
        own = [line for line in lines if any(is_same_drug(drug, name) for name in line.names)]
        entries = [entry for line in own for entry in line.entries if entry.open_words]
        routes = {route for line in own if len(routes_of(line.route)) > 1 for route in routes_of(line.route)}
        open_words = [*(entry.open_words for entry in entries), *(line.route for line in own if routes)]
        if not own:
            yield f"{drug} is chosen, but this cycle gives {', '.join(dict.fromkeys(line.drug for line in lines))}"
        elif not open_words:
            yield f"{drug}={texts[0]} is chosen, but the regimen leaves nothing of {drug} open"
        for text in texts if open_words else ():
            dose = _read(text)
            if text not in routes and not (dose and any(_is_one_of(dose, entry) for entry in entries)):
                yield f"{drug}={text} is not one of {' or '.join(dict.fromkeys(open_words))}"

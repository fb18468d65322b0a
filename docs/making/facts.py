"""Every fact that cec can know, from its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cec.facts import FACTS, Bounds, Fact
from making.markdown import table

HEAD = """# Facts

What cec can know of a patient or a cycle. What is given is a key of patient files, an option (`--previous-weight`) and
a column of tables; what is derived is computed. Any other word in a regimen's condition is a yes or no of the history;
what was given before of a drug is the column `earlier_` and the drug. Limits without a source are cec's own. What
every order is held against stands under [codes](codes.md#alerts-of-every-order).

"""


def page() -> str:
    """The page, as Markdown."""
    return HEAD + table(_rows())


def _rows() -> Iterator[Sequence[str]]:
    yield ("fact", "what it is", "given", "possible, else refused", "plausible, else a check", "where unknown")
    for fact in FACTS.values():
        told = {"patient": "of the patient", "order": "of the order", "derived": f"from {', '.join(fact.inputs)}"}
        yield (
            f"`{fact.name}`",
            fact.description,
            told[fact.told],
            _bounds(fact, fact.possible),
            _bounds(fact, fact.plausible),
            fact.not_given if fact.told != "derived" and not fact.is_of_the_person and not fact.is_required else "",
        )


def _bounds(fact: Fact, bounds: Bounds | None) -> str:
    return fact.bounds_in(fact.unit, bounds) if bounds else ""

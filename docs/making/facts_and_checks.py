"""Every fact that cec can be given, and every check of every order, from their tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from cec.calculate.rules import rules_for
from cec.calculate.rules.rule import LimitQuestion, Rule
from cec.conditions import words
from cec.facts import FACTS, Bounds, Fact
from cec.pharmacy import Pharmacy
from cec.regimen import NOT_SHIPPED, Condition, DoseEntry, DrugLine, Limit, Regimen, Source
from cec.units import Quantity
from making.markdown import table

HEAD = """# Facts and checks

## Facts

What cec can know of a patient or a cycle. What is given is a key of patient files, an option (`--previous-weight`) and
a column of tables; what is derived is computed. By any other name a regimen asks for a yes or no of the history; and
for earlier doses of its drugs (column `earlier_` and the drug). Limits without a source are cec's own.

"""

CHECKS = """
## Checks

What every order is held against, beside the checks of its regimen. What lies within the limits raises no alert.

"""

DRUG = "<drug>"
_BOUND = Condition("creatinine_clearance", (Limit("<", Quantity(Decimal(40), "mL/min")),))
ANY_REGIMEN = Regimen(
    name=f"{NOT_SHIPPED}<regimen>",
    title="",
    edition=1,
    indication="",
    source=Source("the regimen's source"),
    drugs=(
        DrugLine(
            DRUG,
            Quantity(Decimal(1), "mg"),
            "oral",
            (1,),
            lifetime_maximum=Quantity(Decimal(1), "mg"),
        ),
        DrugLine(DRUG, Quantity(Decimal(1), "mg"), "intrathecal", (1,)),
        DrugLine(DRUG, Quantity(Decimal(1), "AUC"), "IV bolus", (1,)),
        DrugLine(DRUG, Quantity(Decimal(1), "AUC by newell-1993"), "IV bolus", (1,)),
        DrugLine(DRUG, (DoseEntry(Quantity(Decimal(1), "mg"), (_BOUND,)),), "oral", (1,)),
    ),
    sha256="",
)
"""Stands for every regimen: rules of a drug stand once."""


def page() -> str:
    """The page, as Markdown."""
    return HEAD + table(_fact_rows()) + CHECKS + table(_rule_rows())


def _fact_rows() -> Iterator[Sequence[str]]:
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


def _rule_rows() -> Iterator[Sequence[str]]:
    yield ("code", "level", "facts", "limits", "source")
    rows: dict[tuple[str, ...], None] = {}
    for rule in every_rule():
        facts = ", ".join(f"`{name}`" for name in rule.facts)
        rows[f"`{general_code(rule)}`", rule.level, facts, limits_of(rule), rule.source] = None
    yield from rows


def every_rule() -> tuple[Rule, ...]:
    """The rules of every order, those of a drug once."""
    return rules_for(ANY_REGIMEN, Pharmacy())


def general_code(rule: Rule) -> str:
    """The code of a rule, with `<drug>` for the drug that it is about."""
    return rule.code.replace("-drug", f"-{DRUG}") if rule.about == DRUG else rule.code


def limits_of(rule: Rule) -> str:
    """The limits of a rule in words: as it says them, else those that stand in numbers."""
    if rule.limits:
        return rule.limits
    asked = (each for each in rule.asks if isinstance(each, LimitQuestion) and each.stretch)
    stretches = (words(each.fact, each.stretch).removeprefix(f"{each.fact} ") for each in asked if each.stretch)
    return " and ".join(stretches)

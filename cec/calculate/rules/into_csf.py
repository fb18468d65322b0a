"""Doses into the cerebrospinal fluid: of drugs that are not known to be given there, and of more than is given there.

The limits are cec's own, and wide: they ask a person to look. What kills there is a stop: see `fatal_routes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import partial

from cec.calculate.rules.rule import Case, LimitQuestion, Limits, Rule, code_of_drug
from cec.facts import Bounds, Facts
from cec.facts.stretches import stretch_within
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.routes import given_into_csf, is_into_csf
from cec.units import AMOUNT, Exact, Quantity, convert_exactly


def into_csf_rules(regimen: Regimen, _pharmacy: Pharmacy) -> Iterator[Rule]:
    """A check for each drug that is not known to be given there, and of large amounts of those that are."""
    for line in regimen.drugs:
        if not is_into_csf(line.route):
            continue
        known = given_into_csf(line.drug)
        if known is None:
            yield Rule(
                code=code_of_drug("into-csf", line.drug),
                level="check",
                about=line.drug,
                asks=(),
                text=f"{line.route}: not one of the drugs that are known to be given into the cerebrospinal fluid; "
                "look at the name and at the route",
                limits="it is known to be given there",
                drug=line.drug,
            )
        elif known.most:
            fact = amount_name(line.drug)
            yield Rule(
                code=code_of_drug("much-into-csf", line.drug),
                level="check",
                about=line.drug,
                asks=(LimitQuestion(fact, limits=partial(_limits, known.most), given=(fact,)),),
                text=partial(_text, line.drug, line.route, known.most),
                limits=f"up to {Quantity(known.most, 'mg')}",
                drug=line.drug,
                hangs_on_amounts=True,
            )


def amount_name(drug: str) -> str:
    """The name of the fact of how much of a drug one administration brings into the cerebrospinal fluid, in mg."""
    return f"into_csf_{drug}"


def amounts_into_csf(case: Case) -> Facts:
    """The largest administration of each drug into the cerebrospinal fluid, for which there is a limit."""
    drugs = {line.drug for line in case.regimen.drugs if is_into_csf(line.route)}
    limited = [drug for drug in drugs if (known := given_into_csf(drug)) and known.most]
    return {amount_name(drug): amount.compared() for drug in limited if (amount := _largest(drug, case))}


def _largest(drug: str, case: Case) -> Exact | None:
    """The largest of a drug's doses into the cerebrospinal fluid in mg; None where none is weighed."""
    doses = (dose.ordered for dose in case.doses if dose.drug == drug and is_into_csf(dose.route))
    found = [convert_exactly(dose, "mg", AMOUNT).number for dose in doses if dose.unit in AMOUNT.units]
    return Exact(max(found, default=Fraction(0)), "mg") if found else None


def _limits(most: Decimal, amount: Quantity | None) -> Limits:
    return stretch_within(Bounds(None, most)) if amount else None


def _text(drug: str, route: str, most: Decimal, case: Case) -> str:
    amount, limit = _largest(drug, case), Quantity(most, "mg")
    return f"{route}: {amount} is more than the {limit} that are given there at most; look at dose and route"

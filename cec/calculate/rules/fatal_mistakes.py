"""Mistakes that have killed: the route that nothing lifts, doses into the cerebrospinal fluid, vinca in syringes, and
methotrexate by mouth given daily.

What is asked has limits that are cec's own, and wide: they ask a person to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import pairwise

from cec.calculate.rules.rule import Case, LimitQuestion, Limits, Rule
from cec.days import numbers_of
from cec.errors import OrderRefused
from cec.facts import Bounds, Facts
from cec.facts.stretches import stretch_within
from cec.order import code_of_drug
from cec.pharmacy import Pharmacy
from cec.regimen import DrugLine, Regimen
from cec.routes import (
    fatal_in_csf,
    given_into_csf,
    is_in_bags_alone,
    is_into_csf,
    is_intravenous,
    is_methotrexate,
    routes_of,
)
from cec.units import AMOUNT, Exact, Quantity, convert_exactly, span


def refuse_fatal_routes(regimen: Regimen, pharmacy: Pharmacy) -> None:
    """OrderRefused where any line of the regimen, in whatever cycle, gives a drug by a route that kills.

    What the formulary calls the drug's products counts as its name does. There is no code in `stops`: this is not
    accepted with any reason.

    >>> from cec.load import load_regimen
    >>> refuse_fatal_routes(load_regimen("cec-induction"), Pharmacy())
    """
    faults = []
    for line in regimen.drugs:
        row = fatal_in_csf(pharmacy.names_of(line.drug)) if is_into_csf(line.route) else None
        if row:
            code = code_of_drug("fatal-route", line.drug)
            faults.append(f"stop {code}: {line.drug}, {line.route}: {row.why}; nothing lifts this stop [{row.source}]")
    if faults:
        raise OrderRefused(*dict.fromkeys(faults))


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
            fact = f"into_csf_{line.drug}"
            yield Rule(
                code=code_of_drug("much-into-csf", line.drug),
                level="check",
                about=line.drug,
                asks=(LimitQuestion(fact, limits=partial(_limits, known.most), given=(fact,)),),
                text=partial(_text, line.drug, line.route, known.most),
                limits=f"up to {Quantity(known.most, 'mg')}",
                drug=line.drug,
                amounts=partial(_amounts, line.drug, fact),
            )


def _amounts(drug: str, fact: str, case: Case) -> Facts:
    """How much one administration of a drug brings into the cerebrospinal fluid at most, in mg."""
    amount = _largest(drug, case)
    return {fact: amount.compared()} if amount else {}


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


_VINCA_SOURCE = "FDA 15-Jan-2021, vinca alkaloids in intravenous infusion bags only (labels done 21-Apr-2022)"


def vinca_rules(regimen: Regimen, pharmacy: Pharmacy) -> Iterator[Rule]:
    """A check for each line that gives a vinca alkaloid into a vein without an infusion: a syringe of it has been taken
    for one into the spine."""
    for number, line in enumerate(regimen.drugs, 1):
        if is_in_bags_alone(pharmacy.names_of(line.drug)) and _is_pushed(line):
            yield Rule(
                code=code_of_drug("vinca-syringe", line.drug),
                level="check",
                about=line.drug,
                asks=(),
                text=f"{line.route} without an infusion: a syringe of it can be taken for one into the spine, and "
                "kills there; made up in infusion bags only",
                source=_VINCA_SOURCE,
                limits="an infusion",
                line=number,
            )


def _is_pushed(line: DrugLine) -> bool:
    """Whether a line, by one of its routes, gives its drug into a vein and not as an infusion."""
    routes = [route for route in routes_of(line.route) if is_intravenous(route)]
    is_infused = line.longest is not None or line.is_by_rate
    return not is_infused and any("infusion" not in route.casefold() for route in routes)


WEEK = 7
_WEEKLY_SOURCE = "ISMP 3-Apr-2002; IMSN, Global Targeted Medication Safety Best Practice 1"


def weekly_rules(regimen: Regimen, _pharmacy: Pharmacy) -> Iterator[Rule]:
    """A check for each line that gives methotrexate by mouth more often than once a week."""
    for number, line in enumerate(regimen.drugs, 1):
        if is_methotrexate(line.drug) and "oral" in routes_of(line.route) and _is_within_a_week(line):
            yield Rule(
                code=code_of_drug("not-weekly", line.drug),
                level="check",
                about=line.drug,
                asks=(),
                text="by mouth more often than once a week: daily instead of weekly methotrexate has killed; "
                "look at the days again, in the source",
                source=_WEEKLY_SOURCE,
                limits="once a week",
                line=number,
            )


def _is_within_a_week(line: DrugLine) -> bool:
    """Whether a line gives doses on two days that are less than a week apart."""
    days = numbers_of(line.days, 2 * WEEK)
    is_soon_again = line.repeat is not None and span(line.repeat).days < WEEK
    is_close = is_soon_again or any(later - day < WEEK for day, later in pairwise(days))
    return is_close and len(line.weekdays) != 1

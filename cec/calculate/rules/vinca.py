"""Vinca alkaloids into a vein come from an infusion bag: a syringe of them has been taken for one into the spine."""

from __future__ import annotations

from collections.abc import Iterator

from cec.calculate.rules.rule import Rule, code_of_drug
from cec.pharmacy import Pharmacy
from cec.regimen import DrugLine, Regimen
from cec.routes import is_in_bags_alone, is_intravenous, routes_of

_SOURCE = "FDA 15-Jan-2021, vinca alkaloids in intravenous infusion bags only (labels done 21-Apr-2022)"


def vinca_rules(regimen: Regimen, pharmacy: Pharmacy) -> Iterator[Rule]:
    """A check for each line that gives one of these into a vein without an infusion."""
    for number, line in enumerate(regimen.drugs, 1):
        if is_in_bags_alone(pharmacy.names_of(line.drug)) and _is_pushed(line):
            yield Rule(
                code=code_of_drug("vinca-syringe", line.drug),
                level="check",
                about=line.drug,
                asks=(),
                text=f"{line.route} without an infusion: a syringe of it can be taken for one into the spine, and "
                "kills there; made up in infusion bags only",
                source=_SOURCE,
                limits="an infusion",
                line=number,
            )


def _is_pushed(line: DrugLine) -> bool:
    """Whether a line, by one of its routes, gives its drug into a vein and not as an infusion."""
    routes = [route for route in routes_of(line.route) if is_intravenous(route)]
    is_infused = line.longest is not None or line.is_by_rate
    return not is_infused and any("infusion" not in route.casefold() for route in routes)

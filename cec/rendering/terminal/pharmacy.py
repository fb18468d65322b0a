"""A pharmacy's policy and formulary on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cec.regimen import condition_words
from cec.rendering.terminal import draw
from cec.rendering.terminal.drawing import BLANK_LINE, STRONG, Part, Terminal, labelled, section, wrap
from cec.units import Quantity, write_number
from cec.when_words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cec.pharmacy import DoseRounding, Pharmacy
    from cec.pharmacy.formulary import FormularyDrug, Product


def render(pharmacy: Pharmacy, terminal: Terminal) -> bytes:
    """Every value of the policy that is in force, and the formulary."""
    rounding = [f"{drug}: {rounding_words(rule)}" for drug, rule in pharmacy.dose_rounding.items()]
    return draw(
        [
            *wrap(pharmacy.name or "A pharmacy without a name", terminal, style=STRONG),
            BLANK_LINE,
            *labelled(
                [
                    ("Default regimen", pharmacy.default_regimen),
                    ("BSA formula", pharmacy.bsa_formula),
                    ("BSA rounding", f"{pharmacy.bsa_rounding}, half-up" if pharmacy.bsa_rounding else "none"),
                    ("Clearance cap", _clearance_cap(pharmacy)),
                    ("Dose rounding", "; ".join(rounding) or "none"),
                    ("Largest deviation", f"{'; '.join(_deviations(pharmacy))}, by rounding and measuring together"),
                    ("First infusion", pharmacy.first_infusion),
                    ("Gap", str(pharmacy.gap)),
                    ("Doses of a day", f"spread from {pharmacy.first_dose} to {pharmacy.last_dose}"),
                    ("Words of a day", ", ".join(f"{word} {time}" for word, time in pharmacy.times_of_day.items())),
                    ("Doses are made", f"at {pharmacy.made_at}" if pharmacy.made_at else "time not stated"),
                    ("Stability", ", ".join(filter(None, (pharmacy.storage, pharmacy.jurisdiction)))),
                    ("Time zone", pharmacy.time_zone or "none: calendar files hold local times"),
                    ("Measures valid for", str(pharmacy.measures_valid_for)),
                    ("Weight change", _weight_change(pharmacy)),
                    ("Review", "asked for of every regimen" if pharmacy.require_review else "not asked for"),
                    ("Open routes", "may be chosen on paper" if pharmacy.print_choices else "are chosen beforehand"),
                    ("Tall man", ", ".join(pharmacy.tall_man)),
                    ("Vials", _sharing(pharmacy)),
                ],
                terminal,
            ),
            *section("Formulary", [part for drug in pharmacy.formulary.values() for part in _drug(drug, terminal)]),
            BLANK_LINE,
            *wrap(f"File SHA-256 {pharmacy.sha256}" if pharmacy.sha256 else "Built-in policy, no file", terminal),
        ],
        terminal,
    )


def _sharing(pharmacy: Pharmacy) -> str:
    """Which doses may be drawn from one vial, in words."""
    if pharmacy.share_vials_between_patients:
        return "shared within a day, between patients too where a product says how long an opened vial keeps"
    return "shared within a patient's day" if pharmacy.share_vials else "one dose from each"


def _clearance_cap(pharmacy: Pharmacy) -> str:
    """Whether an estimated clearance is capped in a dose by AUC, in words."""
    cap = pharmacy.clearance_cap
    if isinstance(cap, Quantity):
        return f"{cap}, of an estimate in a dose by AUC"
    return f"{cap}: an estimate is not capped" if cap else "not set: an estimate above 125 mL/min is a check"


def _weight_change(pharmacy: Pharmacy) -> str:
    """From which change of weight within a cycle the pharmacy doses anew, in words."""
    change = pharmacy.weight_change
    return "not set: every weight that is told counts" if change is None else f"doses anew from {write_number(change)}%"


def _deviations(pharmacy: Pharmacy) -> Iterator[str]:
    """The largest deviation in percent, and that of each drug that has another."""
    yield f"{write_number(pharmacy.largest_deviation)}%"
    for drug, percent in pharmacy.largest_deviation_of.items():
        yield f"{drug} {write_number(percent)}%"


def rounding_words(rule: DoseRounding) -> str:
    """A rounding rule in words."""
    if rule.way == "band":
        return ", ".join(f"{band.low} to {band.high} gives {band.dose}" for band in rule.bands)
    return f"{'nearest' if rule.way == 'nearest' else 'down to'} {rule.to}"


def _drug(drug: FormularyDrug, terminal: Terminal) -> list[Part]:
    window = listed(
        [
            *([f"from {drug.lowest_concentration}"] if drug.lowest_concentration else []),
            *([f"to {drug.highest_concentration}"] if drug.highest_concentration else []),
        ],
        "",
    )
    by = [f"({drug.concentration_jurisdiction})"] if window and drug.concentration_jurisdiction else []
    codes = [f"{name} {code}" for name, code in (("ATC", drug.atc), ("RxNorm", drug.rxnorm)) if code]
    return [
        *wrap(drug.drug, terminal, "  ", "  ", STRONG),
        *labelled(
            [
                ("Products", "; ".join(map(_product, drug.products))),
                ("Diluents", ", ".join(diluent.words for diluent in drug.diluents)),
                ("Concentration", " ".join((*window.split(), *by))),
                ("Bags", ", ".join(map(str, drug.bags))),
                ("Drug volume", drug.drug_volume if drug.bags else ""),
                ("Measured to", str(drug.measuring_step or "")),
                ("Cytotoxic", {True: "yes", False: "no", None: "not stated"}[drug.cytotoxic]),
                ("Filter", drug.filter),
                ("Light", drug.light),
                ("Line", drug.line),
                ("Stability", "; ".join(stability.words for stability in drug.stability)),
                ("Codes", ", ".join(codes)),
                ("Source", drug.source),
            ],
            terminal,
            "    ",
        ),
    ]


def _fluid(product: Product) -> str:
    """What a powder is dissolved in."""
    of_what = f" of {product.reconstitution_fluid}" if product.reconstitution_fluid else ""
    return f"{product.reconstituted_with}{of_what}"


def _product(product: Product) -> str:
    figures = (
        str(product.content or ""),
        f"in {_fluid(product)}" if product.reconstituted_with else "",
        str(product.strength or ""),
        str(product.volume or ""),
        f"opened {product.keeps_opened}" if product.keeps_opened else "",
        "may be halved" if product.halves else "",
        f"not for {' and '.join(map(condition_words, product.not_for))}" if product.not_for else "",
        f"label: {product.label}" if product.label else "",
    )
    return f"{product.name} ({product.form}: {', '.join(filter(None, figures))})"

"""Routes that kill: the stop that nothing lifts, and the words that labels carry against them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from cec.calculate.rules.rule import code_of_drug
from cec.errors import OrderRefused
from cec.order import Dose, Preparation
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.routes import fatal_in_csf, is_into_csf, label_of_route


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


def with_labels(
    doses: Sequence[Dose], preparations: Sequence[Preparation], regimen: Regimen, pharmacy: Pharmacy
) -> tuple[Dose, ...]:
    """The doses with what their labels must say: by drug and route, by the regimen's line, by the products taken."""
    by_dose = {preparation.dose_index: preparation for preparation in preparations}
    labels = [_label(dose, by_dose.get(index), regimen, pharmacy) for index, dose in enumerate(doses)]
    return tuple(replace(dose, label=label) if label else dose for dose, label in zip(doses, labels, strict=True))


def _label(dose: Dose, preparation: Preparation | None, regimen: Regimen, pharmacy: Pharmacy) -> tuple[str, ...]:
    entry = pharmacy.formulary_entry(dose.drug)
    taken = {preparation.product, *(use.product for use in preparation.vials)} if preparation else set()
    texts = (
        label_of_route(pharmacy.names_of(dose.drug), dose.route),
        regimen.drugs[dose.line - 1].label,
        *(product.label for product in (entry.products if entry else ()) if product.name in taken),
    )
    return tuple(dict.fromkeys(filter(None, texts)))

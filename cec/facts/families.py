"""Facts without an end, beside those of the table: each yes or no of a history, and earlier doses of each drug."""

from __future__ import annotations

from cec.facts.fact import Fact
from cec.facts.reading import positive
from cec.facts.table import FACTS
from cec.units import TOTALS

HISTORY = "history"
"""The key under which a patient file has every yes or no that a regimen may ask for: `prior_hsct: true`."""

EARLIER_DOSES = "earlier_doses"
"""The key under which a patient file has the amounts given before, by drug."""

EARLIER_DOSES_SINCE = "earlier_doses_since"
"""The key under which it has from which day on they were counted, where nobody told what was given before."""

_EARLIER = "earlier_"


def of_history(name: str) -> Fact:
    """The yes-or-no fact of that name, which some regimen asks for."""
    return Fact(name, name.replace("_", " "), "yes or no", unknown=f"no {name} in the history")


def earlier_doses_of(drug: str) -> Fact:
    """The fact of how much of a drug was given before; a column has the name `earlier_` and the drug.

    >>> earlier_doses_of("doxorubicin").name
    'earlier_doxorubicin'
    """
    return Fact(
        f"{_EARLIER}{drug}",
        f"{drug} given before",
        "quantity",
        TOTALS,
        examples=("150 mg/m2",),
        reader=positive(*TOTALS),
        unknown=f"no earlier doses of {drug} given",
    )


def drug_of(name: str) -> str:
    """The drug whose earlier doses the fact of this name is; nothing where it is another fact.

    >>> drug_of("earlier_doxorubicin"), drug_of("age")
    ('doxorubicin', '')
    """
    return name.removeprefix(_EARLIER) if name.startswith(_EARLIER) else ""


def fact_of(name: str) -> Fact:
    """The fact of a name: one of the table, earlier doses of a drug, else a yes or no of the history.

    >>> fact_of("age").unit, fact_of("prior_hsct").form, fact_of("earlier_doxorubicin").not_given
    ('months', 'yes or no', 'no earlier doses of doxorubicin given')
    """
    if name in FACTS:
        return FACTS[name]
    return earlier_doses_of(drug) if (drug := drug_of(name)) else of_history(name)

"""How long an infusion runs, held against how long the formulary says that it keeps."""

from __future__ import annotations

from msgspec.structs import replace

from cec.calculate.preparation.shelf_life import statements_that_hold
from cec.order import Alert, Dose, Preparation, code_of_drug
from cec.pharmacy import FormularyDrug, Pharmacy
from cec.units import span


def running_time_alerts(
    preparation: Preparation, dose: Dose, drug: FormularyDrug, pharmacy: Pharmacy
) -> tuple[Alert, ...]:
    """A check where an infusion runs longer than what is stated of it, or of its drug where nothing of it is.

    It is held against whatever is stated, not only as the pharmacy stores it: what runs does not lie in a refrigerator.
    """
    if dose.over is None or not drug.stability:
        return ()
    holding = statements_that_hold(preparation, dose, drug, replace(pharmacy, storage=""))
    shorter = [each for each in holding or drug.stability if span(each.hours) < span(dose.over)]
    if not shorter:
        return ()
    statements = "; ".join(each.words for each in (shorter if holding else drug.stability))
    made_up = f"at {preparation.concentration}" if preparation.bag else "in a bag that nobody chose"
    text = (
        f"runs over {dose.runs}, but keeps {statements}"
        if holding
        else f"runs over {dose.runs}, and nothing says that it keeps as long {made_up}: {statements}"
    )
    source = "; ".join(dict.fromkeys(filter(None, (each.source or drug.source for each in shorter))))
    return (Alert(code_of_drug("runs-longer", dose.drug), "check", dose.drug, text, source),)

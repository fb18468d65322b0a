"""Chemotherapy doses and day-by-day schedules from YAML regimens, exact to the digit, each number with its derivation.

>>> import cec
>>> regimen = cec.load_regimen("cec-induction")
>>> patient = cec.load_patient(texts={"height": "128 cm", "weight": "26 kg"})
>>> order = cec.draft_order(regimen, patient)
>>> print(order.doses[0].drug, order.doses[0].ordered)
clofarabine 38.4 mg
>>> cec.load_order(cec.render(order, "json")) == order
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cec.errors import CecError
from cec.version import __version__

if TYPE_CHECKING:
    from cec.batch.frames import dose_table
    from cec.calculate import draft_order
    from cec.load import load_patient, load_pharmacy, load_regimen
    from cec.load.order_file import load_order
    from cec.order import Order
    from cec.patient import Patient
    from cec.pharmacy import Pharmacy
    from cec.public.orders import change, compare, next_cycle, verify, worklist
    from cec.public.schemas import schema
    from cec.regimen import Regimen
    from cec.rendering import render
    from cec.verification import Verdict, Verification
    from cec.verification.bundle import verify_bundle

__all__ = [
    "CecError",
    "Order",
    "Patient",
    "Pharmacy",
    "Regimen",
    "Verdict",
    "Verification",
    "__version__",
    "change",
    "compare",
    "dose_table",
    "draft_order",
    "load_order",
    "load_patient",
    "load_pharmacy",
    "load_regimen",
    "next_cycle",
    "render",
    "schema",
    "verify",
    "verify_bundle",
    "worklist",
]

_HOMES = {
    "Order": "cec.order",
    "Patient": "cec.patient",
    "Pharmacy": "cec.pharmacy",
    "Regimen": "cec.regimen",
    "Verdict": "cec.verification",
    "Verification": "cec.verification",
    "change": "cec.public.orders",
    "compare": "cec.public.orders",
    "dose_table": "cec.batch.frames",
    "draft_order": "cec.calculate",
    "load_order": "cec.load.order_file",
    "load_patient": "cec.load",
    "load_pharmacy": "cec.load",
    "load_regimen": "cec.load",
    "next_cycle": "cec.public.orders",
    "render": "cec.rendering",
    "schema": "cec.public.schemas",
    "verify": "cec.public.orders",
    "verify_bundle": "cec.verification.bundle",
    "worklist": "cec.public.orders",
}
"""Where the other public names live. A module loads when its name is first used: a command loads what it needs."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'cec' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return __all__

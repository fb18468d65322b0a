"""The decimal context is the caller's own affair: whatever it is, the same order comes of the same input."""

from __future__ import annotations

import datetime
import decimal
import subprocess
import sys
from decimal import Context, Decimal, localcontext
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

import cec

OWN = Path(__file__).parent.parent / "regimens" / "every-kind-of-line.yaml"
STARTER = Path(cec.__file__).parent / "load" / "starter_pharmacy.yaml"
PATIENT = {
    "height": "128.55 cm",
    "weight": "57.3201881 lb",
    "age": "8 years 3 months",
    "sex": "f",
    "creatinine": "0.55 mg/dL",
    "previous_weight": "25.9 kg",
}
ROWS = pl.DataFrame(
    {
        "height": ["128.55 cm", "4 ft 2.6125 in", "1E-7", "109"],
        "weight": ["57.3201881 lb", "25.123456789", "26", None],
        "age": ["8 years 3 months", "8", "", "9"],
        "creatinine": ["0.55 mg/dL", "44 micromol/L", None, ""],
    }
)
SIGNALS = [
    *(decimal.Inexact, decimal.Rounded, decimal.Subnormal, decimal.Clamped, decimal.FloatOperation),
    *(decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow, decimal.Underflow),
]
NARROW = Context(1, decimal.ROUND_UP, 0, 0, 0, 1, [], SIGNALS)
"""One digit, no exponent, an exception for everything that could be one."""
CONTEXTS = some.builds(
    Context,
    prec=some.integers(1, 60),
    rounding=some.sampled_from(
        [name for key, name in vars(decimal).items() if key.startswith("ROUND_")],
    ),
    Emin=some.integers(-999_999, 0),
    Emax=some.integers(0, 999_999),
    capitals=some.integers(0, 1),
    clamp=some.integers(0, 1),
    flags=some.just([]),
    traps=some.lists(some.sampled_from(SIGNALS), unique=True),
)


def everything() -> dict[str, object]:
    """What each public function gives for a patient with long numbers, in every format that is text."""
    found: dict[str, object] = {}
    for name in ("cec-induction", str(OWN)):
        regimen, patient, pharmacy = cec.load_regimen(name), cec.load_patient(texts=PATIENT), cec.load_pharmacy(STARTER)
        order = cec.draft_order(regimen, patient, pharmacy, start=datetime.date(2026, 11, 30))
        found |= {f"{name} {noun}": repr(noun) for noun in (regimen, patient, pharmacy, order)}
        found |= {f"{name} as {form}": cec.render(order, form) for form in ("table", "json", "csv", "ics")}
        found[f"{name} saved"] = repr(cec.load_order(cec.render(order, "json")))
        found[f"{name} table"] = cec.dose_table(ROWS, regimen, pharmacy).rows()
    return found


@cache
def in_python_s_own_context() -> dict[str, object]:
    with localcontext(Context()):
        return everything()


@pytest.mark.slow
@example(Context(5))
@example(Context(5, decimal.ROUND_DOWN, traps=[]))
@example(Context(28, traps=[decimal.Inexact, decimal.FloatOperation]))
@example(NARROW)
@settings(max_examples=10)
@given(CONTEXTS)
def test_every_result_is_the_same_in_every_context(context: Context) -> None:
    with localcontext(context):
        found = everything()
    assert found == in_python_s_own_context()


def test_the_caller_s_context_is_as_it_was() -> None:
    with localcontext(NARROW):
        before = repr(decimal.getcontext())
        everything()
        assert repr(decimal.getcontext()) == before


def test_a_sheet_is_the_same_in_every_context() -> None:
    order = cec.draft_order(cec.load_regimen("cec-induction"), cec.load_patient(texts=PATIENT))
    with localcontext(NARROW):
        assert cec.render(order, "pdf") == in_wide_digits(order)


def in_wide_digits(order: cec.Order) -> bytes:
    with localcontext(Context(60)):
        return cec.render(order, "pdf")


DOSES = """
import decimal
CHANGE
import cec, polars
order = cec.draft_order(cec.load_regimen("cec-induction"), cec.load_patient(texts=PATIENT), cec.load_pharmacy(STARTER))
print(order, cec.dose_table(polars.DataFrame(PATIENT)).rows())
"""


@pytest.mark.slow
@pytest.mark.parametrize("where", ["DefaultContext", "getcontext()"])
def test_a_context_changed_before_cec_is_loaded(where: str) -> None:
    """Python gives every new thread a copy of DefaultContext, and so does whoever makes a context half told."""
    change = f"c = decimal.{where}; c.prec, c.rounding, c.traps[decimal.FloatOperation] = 3, decimal.ROUND_UP, True"
    assert run_fresh(change) == run_fresh("")


def run_fresh(change: str) -> str:
    code = DOSES.replace("PATIENT", repr(PATIENT)).replace("STARTER", repr(str(STARTER))).replace("CHANGE", change)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_dose_of_this_patient() -> None:
    """57.3201881 lb = 25.99999996912… kg; 128.55 × 25.99999996912… / 3600 = 0.92841666…, between 0.9635² and 0.9636²:
    0.96 m2, and 40 mg/m2 × 0.96 m2 = 38.4 mg."""
    order = cec.draft_order(cec.load_regimen("cec-induction"), cec.load_patient(texts=PATIENT))
    assert (order.measures[0].bsa.value, str(order.doses[0].ordered)) == (Decimal("0.96"), "38.4 mg")

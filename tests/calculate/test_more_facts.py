"""More facts told never give fewer alerts: facts are added one by one to random patients.

What may silence an alert stands in `EXCEPTIONS`, each with its reason; that a silenced one is seen is shown.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cec import draft_order, load_patient, load_pharmacy, load_regimen
from cec.errors import InputError, OrderRefused
from cec.order import Order
from cec.regimen import Regimen

INDUCTION = load_regimen("cec-induction")
LIFETIME = load_regimen(Path(__file__).parent.parent / "regimens" / "lifetime.yaml")
START = datetime.date(2026, 11, 30)

_REFERENCE = "a size of nobody is told by the growth reference once age and sex are known, by other limits"
_MEASURED = "a measured clearance takes the place of an estimate"
_ANOTHER_DATE = "a start is asked about where every other date is far from it"
EXCEPTIONS: dict[str, dict[str, str]] = {
    "age": {"bmi": _REFERENCE, "pounds": _REFERENCE},
    "sex": {"bmi": _REFERENCE, "pounds": _REFERENCE},
    "measured_on": {"far-start": _ANOTHER_DATE},
    "previous_day_1": {"far-start": _ANOTHER_DATE},
    "creatinine_clearance": dict.fromkeys(
        (
            *("clofarabine-renal", "clofarabine-renal-severe", "etoposide-renal", "etoposide-renal-severe"),
            *("cyclophosphamide-renal", "creatinine-clearance", "clearance", "low-creatinine"),
        ),
        _MEASURED,
    ),
}
"""By the fact that is added: the alerts that may go then, and why."""

days = st.integers(1, 500).map(lambda count: (START - datetime.timedelta(days=count)).isoformat())
FACTS: dict[str, st.SearchStrategy[Any]] = {
    "age": st.one_of(st.integers(1, 90).map(str), st.integers(6, 40).map(lambda months: f"{months} months")),
    "sex": st.sampled_from(("female", "male")),
    "creatinine": st.integers(14, 800).map(lambda number: f"{number} micromol/L"),
    "creatinine_clearance": st.integers(5, 200).map(lambda number: f"{number} mL/min"),
    "previous_weight": st.integers(5, 150).map(str),
    "measured_on": days,
    "previous_day_1": days,
    "previous_cycles": st.integers(1, 6).map(str),
    "allergies": st.sampled_from(("etoposide", "penicillin", "vincristine, doxorubicin")),
    "prior_hsct": st.sampled_from(("true", "false")),
    "long_neutropenia": st.sampled_from(("true", "false")),
    "earlier_doses": st.sampled_from(({"doxorubicin": "300 mg/m2"}, {"doxorubicin": "420 mg/m2"})),
}
_OF_HISTORY = ("prior_hsct", "long_neutropenia")


def order_of(regimen: Regimen, told: Mapping[str, Any]) -> Order:
    """The order of what is told, whatever stops let through."""
    texts: dict[str, Any] = {name: value for name, value in told.items() if name not in _OF_HISTORY}
    texts["history"] = {name: told[name] for name in _OF_HISTORY if name in told}
    patient, accept = load_patient(texts=texts), dict[str, str]()
    for _ in range(2):
        try:
            return draft_order(regimen, patient, load_pharmacy(), start=START, cycle=2, accept=accept)
        except OrderRefused as refusal:
            assume(refusal.stops)
            accept = dict.fromkeys(refusal.stops, "to see")
    return draft_order(regimen, patient, load_pharmacy(), start=START, cycle=2, accept=accept)


def codes_of(regimen: Regimen, told: Mapping[str, Any]) -> set[str]:
    return {alert.code for alert in order_of(regimen, told).alerts if not alert.not_made}


def silenced(regimen: Regimen, told: Mapping[str, Any], more: str, value: Any) -> set[str]:
    """The alerts that are gone once one more fact is told, but for those that may go."""
    before, after = codes_of(regimen, told), codes_of(regimen, {**told, more: value})
    return before - after - EXCEPTIONS.get(more, {}).keys()


@pytest.mark.slow
@settings(max_examples=25)
@given(
    st.sampled_from((INDUCTION, LIFETIME)),
    st.integers(60, 200),
    st.integers(8, 120),
    st.permutations(tuple(FACTS)),
    st.data(),
)
def test_more_facts_never_give_fewer_alerts(
    regimen: Regimen, height: int, weight: int, names: list[str], data: st.DataObject
) -> None:
    told: dict[str, Any] = {"height": str(height), "weight": str(weight)}
    for name in names:
        value = data.draw(FACTS[name], name)
        try:
            gone = silenced(regimen, told, name, value)
        except InputError:  # not a possible patient
            continue
        assert gone == set(), (told, name, value)
        told[name] = value


def test_what_a_fact_silences_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """154 lb as kg: without an age the body mass index asks; with one the growth reference does, under its own code."""
    told = {"height": "163", "weight": "154", "sex": "female"}
    assert "pounds" in codes_of(INDUCTION, told)
    assert silenced(INDUCTION, told, "age", "15") == set()
    monkeypatch.setitem(EXCEPTIONS, "age", {})
    assert silenced(INDUCTION, told, "age", "15") == {"pounds"}
    assert "weight-for-age" in codes_of(INDUCTION, {**told, "age": "15"})


def test_every_exception_is_of_a_fact_that_is_told() -> None:
    assert EXCEPTIONS.keys() <= FACTS.keys()

"""`cec schema`: a JSON Schema that accepts what cec reads and writes, and refuses what it can tell to be wrong."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from running import cec
from saved_orders import STARTER, Path_, at, order, places

from cec import render
from cec.load import regimen_folder, regimen_names

FILES = {
    "order": ("schema", "patient", "doses"),
    "regimen": ("name", "drugs", "source"),
    "patient": ("height", "weight"),
    "pharmacy": (),
}
"""What a schema is printed of, and some keys that must be there."""
OTHER_REGIMENS = Path(__file__).parent.parent / "regimens"


def validator_of(what: str) -> Any:
    schema = json.loads(cec("schema", what).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


VALIDATE_ORDER = validator_of("order")


def saved(**texts: Any) -> Any:
    return json.loads(render(order(**texts), "json"))


@pytest.mark.parametrize("what", FILES)
def test_a_schema_says_what_it_is_of_and_refuses_an_unknown_key(what: str) -> None:
    validator = validator_of(what)
    assert validator.schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    whole = validator.schema["$defs"]["Order"] if what == "order" else validator.schema
    assert whole["additionalProperties"] is False
    assert set(FILES[what]) <= set(whole["required"])
    assert not validator.is_valid({"nonsense": 1})


@pytest.mark.parametrize(
    "path",
    [*(regimen_folder() / f"{name}.yaml" for name in regimen_names()), *OTHER_REGIMENS.glob("*.yaml")],
    ids=lambda p: p.stem,
)
def test_regimen_files_are_valid(path: Path) -> None:
    validator, content = validator_of("regimen"), yaml.safe_load(path.read_text(encoding="utf-8"))
    validator.validate(content)
    content["drugs"][0]["rout"] = "IV"
    assert not validator.is_valid(content)


def test_worked_cases_are_valid() -> None:
    for name in regimen_names():
        content = yaml.safe_load((regimen_folder() / f"{name}.cases.yaml").read_text(encoding="utf-8"))
        plain = json.loads(json.dumps(content, default=str))  # YAML reads a date where the file says a text
        validator_of("cases").validate(plain)
        plain[0]["dozes"] = {}
        assert not validator_of("cases").is_valid(plain)


def test_pharmacy_and_patient_files_are_valid() -> None:
    validator_of("pharmacy").validate(yaml.safe_load(STARTER.read_text(encoding="utf-8")))
    patient = {"height": "128 cm", "weight": 26, "age": "8 years", "history": {"prior_hsct": False}}
    validator_of("patient").validate(patient)
    assert not validator_of("patient").is_valid({**patient, "wieght": 26})


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"regimen": "cec-consolidation", "reductions": []},
        {"regimen": OTHER_REGIMENS / "every-kind-of-line.yaml", "reductions": []},
        {"allergies": "etoposide", "diagnosis": "ALL", "earlier_doses": {"doxorubicin": "150 mg/m2"}},
    ],
    ids=", ".join,
)
def test_orders_are_valid(texts: dict[str, Any]) -> None:
    VALIDATE_ORDER.validate(saved(**texts))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("nonsense",), 1),
        (("patient", "reduction"), []),
        (("schema",), "cec.order/3"),
        (("fingerprint",), "0123"),
        (("revision",), 0),
        (("cycle",), "two"),
        (("doses", 0, "days"), [1, 400]),
        (("doses", 0, "ordered", "unit"), "L"),
        (("doses", 0, "ordered", "value"), "38.4"),
        (("doses", 0, "ordered", "value"), -1),
        (("doses", 0, "steps", 0, "what"), "guessed"),
        (("administrations", 0, "dose_index"), -1),
        (("administrations", 0, "start"), "2026-11-30 09:00"),
        (("alerts", 0, "level"), "hint"),
    ],
)
def test_an_order_that_a_schema_can_tell_to_be_damaged_is_not_valid(path: Path_, value: Any) -> None:
    tree = saved()
    at(tree, path[:-1])[path[-1]] = value
    assert not VALIDATE_ORDER.is_valid(tree)


def test_every_key_of_an_order_that_must_be_there_must_be_there_in_the_schema() -> None:
    tree = saved()
    for key in VALIDATE_ORDER.schema["$defs"]["Order"]["required"]:
        assert not VALIDATE_ORDER.is_valid({name: value for name, value in tree.items() if name != key})


@pytest.mark.slow
def test_no_value_of_an_order_may_be_of_another_type() -> None:
    tree = saved()
    unseen = []
    for path in list(places(tree))[::7]:
        damaged = copy.deepcopy(tree)
        at(damaged, path[:-1])[path[-1]] = [[[]]]
        if VALIDATE_ORDER.is_valid(damaged):
            unseen.append(path)
    assert unseen == []


def test_what_has_no_schema_is_wrong_usage() -> None:
    assert cec("schema", "drug").code == 2
    assert "there are order, regimen, patient, pharmacy" in cec("schema", "drug").err

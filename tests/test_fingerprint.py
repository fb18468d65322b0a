"""The fingerprint of an order, worked out apart from cec: sha256 over a text that stands here, or that json writes."""

from __future__ import annotations

import datetime
import hashlib
import json
import random
import re
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen, render
from cec.fingerprint import canonical_json, fingerprint, fingerprint_of_json
from cec.load import regimen_folder
from cec.order import Change, Release

START = datetime.date(2026, 11, 30)
STARTER = regimen_folder().parent / "cec" / "load" / "starter_pharmacy.yaml"


def order(weight: str = "26 kg", *, height: str = "128 cm", bsa_rounding: str = "0.01 m2", **texts: Any) -> Order:
    patient = load_patient(texts={"height": height, "weight": weight, **texts})
    rounding = dict.fromkeys(("clofarabine", "etoposide", "cyclophosphamide"), "nearest 0.1 mg")
    pharmacy = load_pharmacy(STARTER, texts={"bsa_rounding": bsa_rounding, "dose_rounding": rounding})
    return draft_order(load_regimen("cec-induction"), patient, pharmacy, start=START)


def read(content: bytes) -> Any:
    """A JSON file with its numbers as exact decimals."""
    return json.loads(content, parse_float=Decimal, parse_int=Decimal)


def sha256_by_json(content: bytes) -> str:
    """The fingerprint as another program may compute it: json sorts and writes, numbers stay the text of the file."""
    tree = json.loads(content, parse_float=lambda text: f"<{text}>")
    for key in ("fingerprint", "release"):
        tree.pop(key, None)
    text = json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(re.sub(r'"<([0-9.-]+)>"', r"\1", text).encode()).hexdigest()


def test_the_canonical_text_is_as_it_stands_here() -> None:
    text = (
        '{"alerts":[],"note":"Łucja said \\"1.50, 2E+1\\"\\n","numbers":[38.4,-0.5,0.0000001,1200,0,0,10],'
        '"regimen":{"a":true,"b":null}}'
    )
    file = """{"regimen": {"b": null, "a": true}, "fingerprint": "0", "release": {"by": "A"},
        "numbers": [38.40, -5E-1, 1E-7, 1.2e3, 0.00, -0, 10], "alerts": [],
        "note": "\\u0141ucja said \\"1.50, 2E+1\\"\\n"}"""
    assert fingerprint_of_json(read(file.encode())) == hashlib.sha256(text.encode()).hexdigest()


def test_an_order_bears_its_fingerprint() -> None:
    drafted = order(name="Łucja Żak", reductions=["etoposide=25%: mucositis grade 3"])
    content = render(drafted, "json")
    assert re.fullmatch("[0-9a-f]{64}", drafted.fingerprint)
    assert drafted.fingerprint == sha256_by_json(content) == fingerprint_of_json(read(content)) == fingerprint(drafted)


def test_the_order_says_which_form_version_and_revision_it_is() -> None:
    first = list(read(render(order(), "json")).items())[:4]
    assert [name for name, _ in first] == ["schema", "written_by", "fingerprint", "revision"]
    assert dict(first) | {"fingerprint": ""} == {
        "schema": "cec.order/2",
        "written_by": "0.1.0",
        "fingerprint": "",
        "revision": 1,
    }


def test_a_release_leaves_the_fingerprint_as_it_is_and_every_other_change_makes_another() -> None:
    drafted = order()
    released = msgspec.structs.replace(drafted, release=Release("A. Nowak", START, drafted.fingerprint))
    assert fingerprint(released) == drafted.fingerprint
    changed = (
        order(weight="26.1 kg"),
        msgspec.structs.replace(drafted, written_by="0.1.1"),
        msgspec.structs.replace(drafted, doses=drafted.doses[:3]),
        msgspec.structs.replace(drafted, revision=2, replaces=drafted.fingerprint, first=drafted.fingerprint),
        msgspec.structs.replace(drafted, changes=(Change(on=START, from_day=3, reason="heavier", written_by="0.1.0"),)),
    )
    assert len({drafted.fingerprint, *map(fingerprint, changed)}) == 1 + len(changed)


def shuffled(tree: Any, mix: random.Random) -> Any:
    """The same JSON with the keys of every mapping in another order."""
    if isinstance(tree, list):
        return [shuffled(item, mix) for item in tree]
    if isinstance(tree, dict):
        keys = mix.sample(list(tree), len(tree))
        return {key: shuffled(tree[key], mix) for key in keys}
    return tree


@pytest.mark.slow
@given(
    height=st.decimals("100", "170", places=3),
    weight=st.decimals("26", "45", places=7),
    unit=st.sampled_from(["kg", "lb"]),
    bsa_rounding=st.sampled_from(["0.01 m2", "none"]),
    seed=st.integers(0, 1000),
)
def test_an_order_that_is_only_indented_or_sorted_otherwise_stays_the_same(
    height: Decimal, weight: Decimal, unit: str, bsa_rounding: str, seed: int
) -> None:
    drafted = order(f"{weight} {unit}", height=f"{height} cm", bsa_rounding=bsa_rounding)
    content = render(drafted, "json")
    otherwise = json.dumps(shuffled(json.loads(content, parse_float=lambda text: f"<{text}>"), random.Random(seed)))
    otherwise = re.sub(r'"<([0-9.-]+)>"', r"\1", otherwise)
    assert sha256_by_json(content) == fingerprint_of_json(read(otherwise.encode())) == drafted.fingerprint


@pytest.mark.parametrize("number", ["0.0000001", "0.00000010", "1E-7", "0.100E-6"])
def test_a_number_has_one_canonical_form(number: str) -> None:
    assert canonical_json({"value": Decimal(number)}) == b'{"value":0.0000001}'


def test_a_sheet_names_the_order_beside_its_regimen_and_its_inputs() -> None:
    drafted = order()
    words = " ".join(render(drafted, "table").decode().split())
    line = (
        f"SHA-256 of regimen {drafted.regimen.sha256[:16]}, input {drafted.sha256[:16]}, "
        f"order {drafted.fingerprint[:16]}"
    )
    file = f"pharmacy file {drafted.pharmacy.sha256[:16]}"
    assert words.endswith(f"cec-induction, edition 1; {line}; {file}")
    second = msgspec.structs.replace(drafted, revision=2, replaces="0123456789abcdef" * 4, first="0123456789abcdef" * 4)
    assert " ".join(render(second, "table").decode().split()).endswith(
        f"; revision 2, replaces 0123456789abcdef; {file}"
    )

"""Orders as they are saved: drafted, as trees of JSON, and written again after somebody changed them."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen, render

FOLDER = Path(__file__).parent / "orders"
STARTER = Path(__file__).parent.parent / "cec" / "load" / "starter_pharmacy.yaml"
START = datetime.date(2026, 11, 30)
AGAIN = "<again>"
"""At the end of a key: what stands there stands a second time under the key before it."""


def order(regimen: str | Path = "cec-induction", **texts: Any) -> Order:
    """An order with schedule and preparation of a patient of whom much is known."""
    patient = load_patient(
        texts={
            "id": "1042",
            "name": "Łucja Żak",
            "height": "4 ft 2 in",
            "weight": "57.3 lb",
            "sex": "f",
            "born": "2018-05-14",
            "measured_on": "2026-11-29",
            "creatinine": "0.5 mg/dL",
            "previous_weight": "25.5 kg",
            "previous_cycles": "1",
            "previous_day_1": "2026-10-26",
            "history": {"prior_hsct": "false"},
            "reductions": ["etoposide=25%: mucositis grade 3"],
            **texts,
        }
    )
    return draft_order(load_regimen(regimen), patient, load_pharmacy(STARTER), start=START, cycle=2)


def tree_of(saved: Order) -> Any:
    """The order as JSON: mappings, lists, texts, exact numbers."""
    return json.loads(render(saved, "json"), parse_float=Decimal)


def written(tree: Any) -> bytes:
    """A tree as a JSON file with just these numbers; a key that ends in `AGAIN` stands a second time."""
    text = json.dumps(tree, indent=1, ensure_ascii=False, default=lambda number: f"<{number}>")
    return re.sub(r'"<([0-9.E+-]+)>"', r"\1", text.replace(AGAIN, "")).encode()


Path_ = tuple[str | int, ...]


def places(tree: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The place of everything that stands in a tree, but for the tree itself."""
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def at(tree: Any, path: Path_) -> Any:
    """What stands at a place."""
    for key in path:
        tree = tree[key]
    return tree

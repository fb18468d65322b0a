"""A saved order held against its own fingerprint, and computed again from the inputs inside it.

An order whose content is not that of its fingerprint was edited, unless only numbers were cut by another tool: put
back, they give the fingerprint again. One that was not edited may still differ from what today's rules give.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from cec.calculate.revision import computed_again
from cec.errors import CecError
from cec.fingerprint import fingerprint, fingerprint_of_json
from cec.load.shortened_numbers import put_back
from cec.order import Order
from cec.regimen import Regimen
from cec.units import Quantity
from cec.verification.outcome import NOTHING, Difference, Finding, OrderVerification
from cec.version import __version__

if TYPE_CHECKING:
    from cec.load.order_file import SavedOrder

INPUTS = ("regimen", "patient", "pharmacy", "start", "cycle", "of_treatment", "days", "as_of", "overrides", "accepted")
"""What an order is computed from."""
ABOUT_THE_ORDER = (
    *("written_by", "fingerprint", "revision", "first", "replaces", "follows", "cancelled"),
    *("release", "sha256"),
)
"""What is said of an order as a whole, and computed from nothing."""
WORDS = frozenset({"how", "source", "title", "text", "timing", "notes", "handling", "no_total", "missing"})
"""Keys of words: another version of the program may say the same in other words."""

_NAMED_BY: dict[str, tuple[str, ...]] = {
    "doses": ("line", "days"),
    "administrations": ("day", "line", "number"),
    "preparations": ("dose_index",),
    "alerts": ("code", "about"),
    "pick_list": ("item",),
}
"""What tells the items of a list apart, where that is not their place in it."""


def verify_order(saved: Order | SavedOrder, regimen_now: Regimen | None = None) -> OrderVerification:
    """What is to be said of a saved order, and of its regimen's file as it is now.

    >>> from cec import draft_order, load_patient, load_regimen
    >>> order = draft_order(load_regimen("cec-induction"), load_patient(texts={"height": "128 cm", "weight": "26 kg"}))
    >>> verify_order(order, order.regimen).finding
    'agrees'
    """
    if isinstance(saved, Order):
        order, found, tree = saved, fingerprint(saved), _tree(saved)
    else:
        order, found, tree = saved
    again, refusal = _drafted_again(order)
    is_whole = is_unedited = found == order.fingerprint
    if again and not is_whole:
        tree = put_back(tree, _tree(again))
        is_unedited = fingerprint_of_json(tree) == order.fingerprint
    versions = {order.written_by, *(change.written_by for change in order.changes)}
    is_of_another_version = versions != {__version__}
    differing = [refusal] if refusal else list(_differences("", _computed(tree), _computed(_tree(again))))
    if again and not is_of_another_version and not any(map(_is_of_words, differing)) and _is_in_form(order):
        differing += _links(order, again)
    differences = [each for each in differing if not (is_unedited and is_of_another_version and _is_of_words(each))]
    if again and again.sha256 != order.sha256 and not is_unedited:
        differences.insert(0, _other_inputs(order, again))
    if not is_unedited:
        finding: Finding = "edited"
    elif not differences:
        finding = "agrees"
    elif is_of_another_version:
        finding = "other by today's rules"
    else:
        finding = "other words" if all(map(_is_of_words, differences)) else "not what its inputs give"
    since = tuple(_changes_of_file(order.regimen, regimen_now)) if regimen_now else ()
    return OrderVerification(
        regimen=order.regimen.name,
        agrees=finding == "agrees" and not since,
        finding=finding,
        written_by=order.written_by,
        verified_by=__version__,
        sha256=order.sha256,
        fingerprint=order.fingerprint,
        revision=order.revision,
        replaces=order.replaces,
        was_shortened=is_unedited and not is_whole,
        differences=tuple(differences),
        reworded=max(0, len(differing) - len(differences)),
        regimen_file=since,
    )


def _is_in_form(order: Order) -> bool:
    """Whether this build writes an order, and so each before it, as its file has it: then fingerprints are the same."""
    return fingerprint(order) == order.fingerprint


def _links(order: Order, again: Order) -> Iterator[Difference]:
    """The orders that a revision names and that are not those from which its changes come."""
    if order.changes:
        replaced = again.fingerprint if order.cancelled else again.replaces
        for name, saved, now in (("first", order.first, again.first), ("replaces", order.replaces, replaced)):
            if saved != now:
                yield Difference(name, saved, now)


def _changes_of_file(regimen: Regimen, now: Regimen) -> Iterator[Difference]:
    """What the file of a regimen says otherwise now; who reviewed it stands in another file."""
    trees = (_tree(msgspec.structs.replace(each, reviews=())) for each in (regimen, now))
    return _differences("regimen file", *trees)


def _drafted_again(order: Order) -> tuple[Order | None, Difference | None]:
    """The order of the same inputs by today's rules, or why there is none."""
    try:
        again = computed_again(order)
    except CecError as error:
        return None, Difference("the whole order", "an order", f"no order: {'; '.join(map(str, error.faults))}")
    return again, None


def _other_inputs(order: Order, again: Order) -> Difference:
    changed = "regimen, patient, pharmacy, start, cycle or an accepted alert was changed after the order was saved"
    return Difference("whole input SHA-256", order.sha256[:16], f"{again.sha256[:16]}: {changed}")


def _tree(noun: Order | Regimen | None) -> Any:
    """A noun as texts, exact numbers, lists and mappings."""
    return json.loads(_EXACT.encode(noun), parse_float=Decimal, parse_int=Decimal)


_EXACT = msgspec.json.Encoder(decimal_format="number")


def _computed(tree: Mapping[str, Any]) -> dict[str, Any]:
    """What of an order is computed from its inputs."""
    return {key: value for key, value in tree.items() if key not in INPUTS + ABOUT_THE_ORDER}


def _differences(where: str, saved: Any, now: Any) -> Iterator[Difference]:
    """Every place below `where` that is not the same."""
    if saved == now:
        return
    if isinstance(saved, dict) and isinstance(now, dict) and not (_is_quantity(saved) or _is_quantity(now)):
        for key in dict.fromkeys((*saved, *now)):
            yield from _differences(f"{where}: {key}" if where else key, saved.get(key), now.get(key))
    elif isinstance(saved, list) and isinstance(now, list):
        items, others = _by_name(where, saved), _by_name(where, now)
        for name in dict.fromkeys((*items, *others)):
            (number, item), (other_number, other) = items.get(name, (0, None)), others.get(name, (0, None))
            yield from _differences(f"{where} {number or other_number}{_named(item or other)}", item, other)
    else:
        yield Difference(where or "the whole order", _words(saved), _words(now))


def _by_name(where: str, items: list[Any]) -> dict[Hashable, tuple[int, Any]]:
    """The items of a list with their number, by what tells them apart."""
    keys = _NAMED_BY.get(where)
    names = [tuple(str(item.get(key)) for key in keys) if keys else number for number, item in enumerate(items)]
    if len(set(names)) < len(names):
        names = list(range(len(items)))
    return {name: (number, item) for number, (name, item) in enumerate(zip(names, items, strict=True), 1)}


def _is_of_words(difference: Difference) -> bool:
    """Whether only words differ, which another version may choose otherwise."""
    return difference.where.rpartition(": ")[2].rstrip(" 0123456789") in WORDS


def _is_quantity(value: dict[str, Any]) -> bool:
    return {"value", "unit"} <= set(value) <= {"value", "unit", "endless"}


def _named(item: Any) -> str:
    """The name of an item in a list, in brackets."""
    name = item.get("drug") or item.get("code") or item.get("what") if isinstance(item, dict) else ""
    return f" ({name})" if name else ""


def _words(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return NOTHING
    if isinstance(value, dict) and _is_quantity(value):
        return str(msgspec.convert(value, Quantity))
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list):
        return "; ".join(map(_words, value)) or "nothing"
    if isinstance(value, dict):
        return _words_of_record(value)
    return str(value)


def _words_of_record(record: dict[str, Any]) -> str:
    """A record as a person reads it: alerts, steps, doses and administrations in a line, any other key by key."""
    if {"level", "code", "text"} <= record.keys():
        return f"{record['level']} {record['code']}: {record['text']}"
    if {"what", "how"} <= record.keys():
        return f"{record['what']}: {record['how']}"
    if {"drug", "ordered", "days"} <= record.keys():
        return f"{record['drug']} {_words(record['ordered'])} on days {', '.join(map(_words, record['days']))}"
    if {"drug", "dose", "date"} <= record.keys():
        when = record.get("start") or record.get("not_after") or record["date"]
        return f"{record['drug']} {_words(record['dose'])} at {when.replace('T', ' ').removesuffix(':00')}"
    return ", ".join(f"{key.replace('_', ' ')} {_words(value)}" for key, value in record.items())

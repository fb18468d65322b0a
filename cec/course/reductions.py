"""The reductions of a cycle, of each of which a person decides whether it goes on in the next one."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote
from typing import NamedTuple

from cec.anchors import is_same_name
from cec.calculate.lines import cycle_of, lines_of_cycle
from cec.calculate.revision.stretches import left_of
from cec.days import days_in_words
from cec.errors import Fault, InputError
from cec.order import Order
from cec.patient import Reduction
from cec.regimen import Regimen


class Decided(NamedTuple):
    """The reductions that go on in the next cycle, and in words what became of each of the cycle before."""

    kept: tuple[Reduction, ...]
    words: tuple[str, ...]


def decided_reductions(
    order: Order, following: Regimen, *, keep: Sequence[str], drop: Sequence[str], anew: Sequence[str]
) -> Decided:
    """What of the reductions of an order a person keeps or drops; InputError for each of which nobody decided.

    Kept and declared `anew` for one drug are refused. One of a drug that the next cycle does not give is not asked for.
    """
    faults: list[Fault] = []
    kept: list[Reduction] = []
    words: list[str] = []
    in_force = reductions_of(order)
    for option, names in {"--keep-reduction": keep, "--drop-reduction": drop}.items():
        reduced = ", ".join(dict.fromkeys(each.drug for each in in_force)) or "none"
        faults += [
            Fault(f"no reduction of {name} was declared; reduced: {reduced}", option)
            for name in names
            if not any(is_same_name(name, each.drug) for each in in_force)
        ]
    for each in in_force:
        if not _gives(following, each.drug):
            words.append(f"{_words(each)} not carried on: {following.name} does not give it")
            continue
        is_kept, is_dropped, is_new = (is_same_name(each.drug, *names) for names in (keep, drop, anew))
        if refusal := _refusal(each, is_kept, is_dropped, is_new):
            faults.append(Fault(f"the {_words(each)}: {refusal}"))
        elif is_kept and (each.line is not None or each.days) and following.name != order.regimen.name:
            part = "days" if each.line is None else "a line"
            text = f"it is of {part} of {order.regimen.name}; drop it, and reduce {following.name} anew"
            faults.append(Fault(f"the {_words(each)}: {text}"))
        kept += [each] if is_kept else []
        words.append(f"{_words(each)} {'kept' if is_kept else 'dropped'}")
    if faults:
        raise InputError(*dict.fromkeys(faults))
    return Decided(tuple(kept), tuple(words))


def _refusal(reduction: Reduction, *decided: bool) -> str:
    """Why a reduction cannot be as it was decided (kept, dropped, declared anew); nothing where it can."""
    keep, drop = (f"--{what}-reduction {quote(reduction.drug)}" for what in ("keep", "drop"))
    match decided:
        case (False, False, _):
            return f"decide: {keep} or {drop}"
        case (True, True, _):
            return f"give one of them: {keep} or {drop}"
        case (True, False, True):
            return f"it is kept and reduced anew; for the new one: {drop}"
    return ""


def _words(reduction: Reduction) -> str:
    line = f" line {reduction.line}" if reduction.line is not None else ""
    days = f" on {days_in_words(reduction.days)}" if reduction.days else ""
    return f"reduction of {reduction.drug}{line}{days} by {reduction.percent:f}% ({reduction.reason})"


def reductions_of(order: Order) -> tuple[Reduction, ...]:
    """The reductions that hold at the end of an order: of one line on one day the last that was declared."""
    lines = lines_of_cycle(order.regimen, cycle_of(order))
    in_force = list(order.patient.reductions)
    for change in order.changes:
        left = [each for older in in_force for each in left_of(older, change.reductions, lines)]
        in_force = [*left, *change.reductions]
    return tuple(in_force)


def _gives(regimen: Regimen, drug: str) -> bool:
    return any(is_same_name(drug, *line.names) for line in regimen.drugs)

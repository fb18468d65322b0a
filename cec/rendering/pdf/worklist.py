"""The worklist of a day as PDF: what to look at, a row per dose with fields to sign, patients, vials, the pick list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cec.rendering.pdf.page import coded_alert
from cec.rendering.pdf.typesetting import typeset
from cec.rendering.words import SECOND_CHECK, spelled
from cec.rendering.words.alerts import by_severity, checks_in_short
from cec.rendering.words.preparation import pick_count
from cec.rendering.worklist import (
    BY_HAND,
    DRAFT_MARK,
    Line,
    counts,
    left_out_words,
    lines,
    made_up,
    order_words,
    policy_words,
    standing,
    title_of,
    vials_of_product,
    where,
    who,
)
from cec.rendering.worksheet import NOMINAL

if TYPE_CHECKING:
    from cec.course.ward_day import WardDay, Worklist

SIGNED = ("Made by", "Checked", "Time")
"""What people write down of every dose."""


def render(document: WardDay, *, paper: str = "a4") -> bytes:
    """The worklist as a tagged PDF on a4 or letter; the same list gives the same bytes."""
    data = worklist_data(document.worklist)
    spellings: dict[str, str] = {}
    for row, dose in zip(data["rows"], document.worklist.doses, strict=True):
        drug, row["drug"] = row["drug"], spelled(row["drug"], document.orders[dose.order].pharmacy)
        if row["drug"] != drug:
            spellings[drug] = row["drug"]
    for item in data["pick_list"]:
        item["drug"] = spellings.get(item["drug"], item["drug"])
    return typeset("worklist", data, paper)


def worklist_data(worklist: Worklist) -> dict[str, Any]:
    """All that stands on the list, in its words."""
    return {
        "title": title_of(worklist),
        "counts": counts(worklist),
        "alerts": [coded_alert(alert) for alert in by_severity(worklist.alerts)],
        "left_out": [left_out_words(each) for each in worklist.left_out],
        "rows": [_row(line) for line in lines(worklist)],
        "signed": list(SIGNED),
        "patients": [
            {
                "who": ", ".join(filter(None, (who(order.patient), where(order.patient)))),
                "order": order_words(order),
                "checks": ", ".join(checks_in_short(order.alerts)),
                "draft": order.release is None,
            }
            for order in worklist.orders
        ],
        "vials": [
            {"count": str(each.opened.count), "product": each.product, "words": "; ".join(vials_of_product(each))}
            for each in worklist.vials
        ],
        "pick_list": [{"count": pick_count(item), "item": item.item, "drug": item.drug} for item in worklist.pick_list],
        "notes": f"{NOMINAL} {SECOND_CHECK}",
        "foot": {"draft": standing(worklist), "origin": f"{title_of(worklist)}; {policy_words(worklist)}"},
    }


def _row(line: Line) -> dict[str, Any]:
    """A dose: who and when, what, how it is made up, and what of it is not as it should be."""
    name, _, number = line.who.rpartition(", ")
    return {
        "number": line.number,
        "time": line.time,
        "name": name,
        "who": number,
        "where": line.where,
        "drug": line.drug,
        "dose": line.dose,
        "given": line.given,
        "made_up": made_up(line),
        "use_before": "" if line.use_before == BY_HAND else line.use_before,
        "keeps": bool(line.use_before),
        "label": line.label,
        "status": line.status,
        "draft": DRAFT_MARK in line.status,
    }

"""The order sheet as PDF: first what people check and sign, then every day with fields for what was really done."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from cec.days import list_days, runs_of
from cec.render.pdf.days import day_blocks
from cec.render.pdf.page import bound, first_to_last, page_data
from cec.render.pdf.typesetting import pictures, typeset
from cec.render.words import OMITTED, assumptions, ordered_words, over_days, route_to_tick, signed_percent
from cec.render.words.patient import known_facts, measure_facts, measures, place_of_care
from cec.render.words.regimen import frequency
from cec.render.words.times import weekday_date
from cec.render.worksheet import containers
from cec.units import Quantity, write_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cec.order import Dose, Order, Preparation, Step

SIGN = ("Prescriber", "Pharmacist, first check", "Pharmacist, second check")
"""Who signs a sheet; nurses have lines of their own."""
_FOR_THE_WORKSHEET = ("keeps", "dissolve")
"""What only those who prepare a dose must mind."""
_TEMPLATE = "order"


def render(order: Order, *, paper: str = "a4") -> bytes:
    """The order as a tagged PDF on a4 or letter; the same order gives the same bytes."""
    return typeset(_TEMPLATE, sheet_data(order), paper)


def render_pictures(order: Order, *, paper: str = "a4", ppi: int = 144) -> list[bytes]:
    """Each page of the same sheet as a PNG."""
    return pictures(_TEMPLATE, sheet_data(order), paper, ppi)


def sheet_data(order: Order) -> dict[str, Any]:
    """All that stands on the sheet, in its words."""
    days = day_blocks(order)
    by_dose = {each.dose_index: each for each in order.preparations}
    data: dict[str, Any] = bound(
        {
            **page_data(order, "Chemotherapy order"),
            "details": dict(_details(order)),
            "doses": [_dose(order, index, by_dose.get(index)) for index in range(len(order.doses))],
            "totals": [_total(doses) for doses in _by_line(order)],
            "separately": list(order.regimen.prescribe_separately),
            "next_cycle": _next_cycle(order),
            "assumptions": _halves([list(each) for each in assumptions(order)]),
            "overrides": list(order.overrides),
            "days": days,
            "columns": {"preparation": any(row["preparation"] for day in days for row in day["rows"])},
            "signatures": list(SIGN),
        }
    )
    return data


def _halves(entries: list[list[str]]) -> list[list[list[str]]]:
    """The same in two columns of about the same length."""
    lengths = [len(about) + len(why) + 30 for about, why in entries]
    half = next((count for count in range(len(entries) + 1) if 2 * sum(lengths[:count]) >= sum(lengths)), 0)
    return [entries[:half], entries[half:]]


def _details(order: Order) -> Iterator[tuple[str, str]]:
    """What the doses rest on; an empty text is a line to write on."""
    patient, regimen = order.patient, order.regimen
    if in_care := place_of_care(patient):
        yield "In care", in_care
    yield "Diagnosis", patient.diagnosis
    to_write = "" if patient.measured_on else ", measured on ______________"
    for label, text in measure_facts(order):
        yield label, text + (to_write if text == measures(patient) else "")
    yield from ((label, text) for label, text in known_facts(patient, order.start) if text)
    yield "Regimen", f"{regimen.name}, edition {regimen.edition}, for {regimen.indication}"
    yield "Source", ", ".join(filter(None, (regimen.source.citation, regimen.source.url)))


def _daily(dose: Dose) -> str:
    """What a day has of a dose that is given several times."""
    return f"at most {dose.daily_total} in all each day" if dose.counts else f"{dose.daily_total} in all each day"


def _dose(order: Order, index: int, preparation: Preparation | None) -> dict[str, Any]:
    """One drug: its dose, where it comes from, how and when it is given, and what it is made of."""
    dose = order.doses[index]
    route = route_to_tick(dose.route) + (f" over {dose.runs}" if dose.over else "")
    daily = _daily(dose) if dose.per_day > 1 else "".join(over_days(dose))
    often = frequency(dose) if dose.per_day > 1 and "times a day" not in dose.timing else ""
    days, dates = _duration(order, dose)
    given = bool(dose.ordered.value)
    goes_on = index > 0 and order.doses[index - 1].line == dose.line
    of_line = () if goes_on else (dose.purpose, dose.note)
    below = (*of_line, _made_of(preparation) if preparation and given else "")
    return {
        "drug": dose.drug,
        "ordered": ordered_words(dose),
        "withheld": bool(dose.withheld),
        "working": [*_working(dose), *({"text": text, "changed": False} for text in below if text)],
        "given": list(
            filter(
                None,
                (
                    ", ".join(filter(None, (route, often, dose.timing, daily, days))),
                    dates,
                ),
            )
        ),
    }


def _working(dose: Dose) -> Iterator[dict[str, Any]]:
    """How the dose was computed: prescribed × measure, and then what limits or changes it."""
    before: Step | None = None
    for step in dose.steps:
        says_more = step.what == "prescribed" and step.how != f"{step.value}, as the regimen says"
        if step.what == "calculated" or says_more:
            yield {"text": step.how, "changed": False}
        elif step.what not in {"prescribed", "measured"}:
            changed = before is not None and step.value != before.value and step.what != "infused"
            kept = step.what in {"capped", "capped by day"} and not changed
            yield {"text": step.how if kept or step.what == "set" else f"{step.what}: {step.how}", "changed": changed}
        before = step


def _duration(order: Order, dose: Dose) -> tuple[str, str]:
    """On which days, in words; and their dates, where the order has a start."""
    runs, count = runs_of(dose.days), len(dose.days)
    if count == 1:
        days = f"on day {dose.days[0]}"
    elif len(runs) == 1:
        days = f"for {count} days" + ("" if dose.days[0] == 1 else f" from day {dose.days[0]}")
    else:
        days = f"on {count} days: {list_days(dose.days)}"
    return days, ", ".join(filter(None, (first_to_last(order, run) for run in runs)))


def _made_of(preparation: Preparation) -> str:
    """What a dose is made of, in one line; what the formulary does not say is said last."""
    drawn = f"{preparation.draw} of {preparation.strength}" if preparation.draw else ""
    taken = containers(preparation) if preparation.form == "tablet" else drawn
    if taken and preparation.deviation_percent:
        taken += f" = {preparation.contains} ({signed_percent(preparation.deviation_percent)} of {preparation.dose})"
    into = f"in {preparation.final_volume} {preparation.diluent}".rstrip() if preparation.final_volume else ""
    rate = f", {preparation.rate}" if preparation.rate else ""
    handling = "; ".join(text for text in preparation.handling if not text.startswith(_FOR_THE_WORKSHEET))
    return "; ".join(filter(None, (f"{taken} {into}{rate}".strip(), handling, preparation.missing)))


def _by_line(order: Order) -> list[list[Dose]]:
    """The doses of each drug line: several where its amount differs by day."""
    return [list(doses) for _, doses in groupby(order.doses, lambda dose: dose.line)]


def _total(doses: Sequence[Dose]) -> list[str]:
    """The drug, how often which dose of a line, and what they come to; why not, where that is not known."""
    given = [dose for dose in doses if dose.ordered.value]
    if not given:
        return [doses[0].drug, "", OMITTED]
    counted = " + ".join(f"{_count(dose)} × {dose.ordered}" for dose in given)
    totals = [dose.cycle_total for dose in given if dose.cycle_total]
    if len(totals) < len(given):
        return [doses[0].drug, "", "; ".join(dict.fromkeys(dose.no_total for dose in given if dose.no_total))]
    total = Quantity(sum((each.value for each in totals), Decimal(0)), given[0].ordered.unit)
    most = "up to " if any(dose.until for dose in given) else ""
    return [doses[0].drug, f"{most}{counted}", f"= {total}"]


def _count(dose: Dose) -> str:
    """How often a dose is given in the cycle."""
    return write_number(dose.cycle_total.value / dose.ordered.value) if dose.cycle_total else ""


def _next_cycle(order: Order) -> str:
    """The earliest day 1 of the next cycle, and what must be fulfilled by then."""
    earliest = order.next_cycle
    if earliest is None:
        return ""
    date = f"{weekday_date(earliest.date)} (day {earliest.day})" if earliest.date else f"day {earliest.day}"
    source = f" [{earliest.source}]" if earliest.source else ""
    return "; ".join(filter(None, (f"not before {date}", earliest.text))) + source

"""What a dosage says beside its amount: dates, times a day, route, how long one administration runs, its maximum."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from cec.errors import InputError
from cec.fhir.codes import ROUTE_CODES, SNOMED
from cec.fhir.elements import Element, codes_of, date_of, words_of
from cec.fhir.quantities import ReadQuantity, is_other_unit, read_decimal, read_of_kinds
from cec.fhir.ucum import units_of_code
from cec.load.routes import understand_route
from cec.units import AMOUNT, DURATION, RATES, Quantity, convert_exactly, dose_unit, kept, span

LONGEST = 1_000_000
"""The most hours, minutes, days or weeks that an infusion may be said to run: beyond it nobody means a duration."""
_TIMES_A_DAY = {"QD": 1, "BID": 2, "TID": 3, "QID": 4}
"""How often a day these codes of timings say."""


def beside_amount(dosage: Element, amount: ReadQuantity | None, zone: ZoneInfo | None) -> Iterator[tuple[str, Any]]:
    """What is said beside the amount, by the words for it."""
    timing = dosage.get("timing")
    if dates := _dates(timing, zone):
        yield "dates", tuple(sorted(dates))
    if times := _times_a_day(timing, dates):
        yield "times", times
    most = dosage.get("maxDosePerAdministration")
    if most and not is_other_unit(most, AMOUNT) and (maximum := read_of_kinds(most, AMOUNT)):
        if amount and convert_exactly(amount.quantity, maximum.quantity.unit, AMOUNT).number > maximum.quantity.value:
            most.fault(f"is {maximum.text}, less than the dose, {amount.text}", "told-twice")
        yield "maximum", maximum.quantity
    if route := _route(dosage.get("route")):
        yield "route", route
    if over := _over(dosage, amount):
        yield "over", over
    if dosage.get("asNeededBoolean").is_true or dosage.get("asNeededCodeableConcept"):
        dosage.note("is as needed: how often it is given is not compared")


def _dates(timing: Element, zone: ZoneInfo | None) -> list[datetime.date]:
    """The dates of events; of times in UTC those in this zone, and none where it is not known."""
    events = timing.all("event")
    if zone is None and any(event.text.endswith("Z") for event in events):
        timing.note("has times in UTC, and the pharmacy names no time_zone: their dates are not compared")
        return []
    return [date for event in events if (date := date_of(event, zone)) is not None]


def _times_a_day(timing: Element, dates: Sequence[datetime.date]) -> int:
    """How often a day; 0 where that is not told, and a fault where it is told in two ways."""
    repeat = timing.get("repeat")
    counts = set(Counter(dates).values())
    codes = (each.get("code").text for each in timing.get("code").all("coding"))
    ways = {
        "its events": counts.pop() if len(counts) == 1 else 0,
        "its frequency": _frequency(repeat),
        "its times of day": len(repeat.all("timeOfDay")),
        "its code": next((_TIMES_A_DAY[code] for code in codes if code in _TIMES_A_DAY), 0),
    }
    known = {way: times for way, times in ways.items() if times}
    if len(set(known.values())) > 1:
        listed = ", ".join(f"{times} by {way}" for way, times in known.items())
        timing.fault(f"says how often a day in two ways: {listed}; which one is meant is not guessed", "told-twice")
        return 0
    if dates or (repeat.get("frequency") and repeat.get("period")):
        return ways["its events"] if dates else ways["its frequency"]
    return next(iter(known.values()), len(repeat.all("when")))


def _frequency(repeat: Element) -> int:
    """How often a day by a frequency and its period; 0 where that is not told, or not a whole number."""
    if not (repeat.get("frequency") and repeat.get("period")):
        return 0
    often = read_decimal(repeat.get("frequencyMax") or repeat.get("frequency"))
    period = read_decimal(repeat.get("period"))
    hours = {"h": 1, "d": 24}.get(repeat.get("periodUnit").text)
    if not (often and period and hours and hours * period <= 24):
        return 0
    times = Fraction(often) * 24 / (hours * Fraction(period))
    return int(times) if times.denominator == 1 else 0


def _route(route: Element) -> str:
    """The route in cec's words, by the words that stand there, else by its code; nothing where it is not told."""
    if not route:
        return ""
    by_code = {each.code: each.route for each in ROUTE_CODES}
    coded = next((by_code[code] for code in codes_of(route, SNOMED) if code in by_code), "")
    words = route.get("text").text
    try:
        written = understand_route(words) if words else ""
    except InputError:
        written = ""
    if coded and written and not (written == coded or written.startswith(f"{coded} ")):
        route.fault(f"says '{words}' in words and {coded} by its code: which one is meant is not guessed", "told-twice")
        return ""
    if not coded and not written:
        route.note(f"'{words_of(route)}' is not a route that is known here, so it is not compared")
    return written or coded


def _over(dosage: Element, amount: ReadQuantity | None) -> Quantity | None:
    """How long one administration runs at most; None where that is not told. A rate must fit the dose and the time."""
    repeat = dosage.get("timing", "repeat")
    found: list[tuple[Element, Quantity]] = []
    if length := repeat.get("durationMax") or repeat.get("duration"):
        number, code = read_decimal(length), repeat.get("durationUnit").text
        units = [unit for unit in units_of_code(code) if unit in DURATION.units]
        if not units:
            repeat.fault(f"has a duration in '{code}'; it is in min, h, d or wk", "unknown-unit")
        elif number is not None and not 0 < number <= LONGEST:
            length.fault("is not a possible duration", "impossible-value")
        elif number:
            found.append((length, Quantity(number, units[0])))
    for each in dosage.all("doseAndRate"):
        found += _by_rate(each, amount)
    if not found:
        return None
    _, over = found[0]
    for element, other in found[1:]:
        if span(other) != span(over):
            dose = amount.text if amount else "the dose"
            element.fault(
                f"does not fit: by this rate {dose} runs for {other}, but the timing says {over}", "told-twice"
            )
    return over


def _by_rate(part: Element, amount: ReadQuantity | None) -> Iterator[tuple[Element, Quantity]]:
    """How long the amount runs by each rate that is written beside it, and where that stands."""
    if rate := part.get("rateRatio"):
        yield from ((rate, over) for over in _of_ratio(rate, amount))
    if rate := part.get("rateQuantity"):
        yield from ((rate, over) for over in _of_rate(rate, amount))
    if part.get("rateRange"):
        part.get("rateRange").note("is a range of rates, which is not compared")


def _of_ratio(ratio: Element, amount: ReadQuantity | None) -> Iterator[Quantity]:
    """How long the amount runs by a rate of so much in so long."""
    if is_other_unit(ratio.get("numerator"), AMOUNT):
        ratio.note("is not a rate of the drug, so it is not compared")
        return
    much = read_of_kinds(ratio.get("numerator"), AMOUNT)
    long = read_of_kinds(ratio.get("denominator"), DURATION)
    if much and long and amount:
        parts = _parts(ratio, amount, much.quantity)
        yield from (kept(part * Fraction(long.quantity.value), long.quantity.unit) for part in parts)


def _of_rate(rate: Element, amount: ReadQuantity | None) -> Iterator[Quantity]:
    """How long the amount runs by a rate per time; a rate of a volume, or per m2, does not tell it."""
    if is_other_unit(rate, *RATES):
        words = rate.get("unit").text or rate.get("code").text
        rate.note(f"{rate.get('value').text} {words} is not a rate, so it is not compared")
        return
    read = read_of_kinds(rate, *RATES)
    unit = dose_unit(read.quantity.unit) if read else None
    if read and amount and unit and not unit.per and unit.amount != "mL":
        hours = {"h": Fraction(1), "min": Fraction(1, 60), "24h": Fraction(24)}[unit.time]
        parts = _parts(rate, amount, Quantity(read.quantity.value, unit.amount))
        for length in (part * hours for part in parts):
            if 0 < length <= LONGEST:
                yield kept(length, "h")
            else:
                rate.fault(f"is not a possible rate of {amount.text}", "impossible-value")


def _parts(rate: Element, amount: ReadQuantity, much: Quantity) -> Iterator[Fraction]:
    """How many times the amount of a rate the whole amount is; a fault where they are of different kinds."""
    try:
        whole = convert_exactly(amount.quantity, much.unit, AMOUNT).number
    except InputError:
        rate.fault(f"is a rate of {much}, but the dose is {amount.quantity}", "told-twice")
        return
    if much.value:
        yield whole / Fraction(much.value)

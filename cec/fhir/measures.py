"""The Observations of a Bundle: which of the measures of each fact counts, as texts of facts."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cec.errors import Fault, InputError
from cec.facts import FACTS, fact_of
from cec.facts.reading import read_date
from cec.fhir.codes import BY_LOINC, DERIVED, LOINC
from cec.fhir.elements import Element, codes_of, refuse_modifiers, words_of
from cec.fhir.people import Told, is_about
from cec.fhir.quantities import ReadQuantity, read_of_kinds
from cec.fhir.resources import Resources
from cec.load.patient_keys import Part

_LONGEST = 12
"""Decimals that a typed number may have; longer ones are the tails of doubles."""
_MEASURED = {"amended", "corrected", "final", "preliminary"}
_NOT_MEASURED = {"cancelled", "entered-in-error", "registered", "unknown"}
_MOST_NAMED = 10
"""Kinds of Observations that are named where they are not read."""
_WITH_TEXT = ("height", "weight")
"""Facts of which a patient keeps what was typed, too."""


class Measured(NamedTuple):
    """An Observation of a fact: its quantity, and when it was taken."""

    fact: str
    observation: Element
    amount: ReadQuantity
    when: str
    zone: ZoneInfo | None

    @property
    def time(self) -> datetime.datetime | None:
        """The time, where it is told with its zone."""
        try:
            time = datetime.datetime.fromisoformat(self.when) if "T" in self.when else None
        except ValueError:
            time = None
        return time if time and time.tzinfo else None

    @property
    def day(self) -> str:
        """The day, or what is told of it: 2026-11-30, 2026-11; of a time the day where the pharmacy is."""
        time = self.time
        return time.astimezone(self.zone).date().isoformat() if time and self.zone else self.when[:10]

    @property
    def date(self) -> datetime.date | None:
        """The day, where all of it is told."""
        try:
            return read_date(self.day) if self.day else None
        except InputError:
            return None


def measured(
    resources: Resources,
    patient: Element | None,
    used: frozenset[str],
    elsewhere: Collection[str],
    zone: ZoneInfo | None,
) -> Iterator[Told]:
    """The measures that Observations tell: the one that the requests name, else the newest of each.

    `used` are the names of the Observations that requests were computed from; `elsewhere` are facts that are known
    already. Times have their days in this zone. Which Observations were not read is a remark.
    """
    by_fact: dict[str, list[Measured]] = {}
    others: Counter[str] = Counter()
    for observation in resources.of("Observation"):
        measure = _measure(observation, others, zone)
        if measure and is_about(patient, observation, resources) and measure.fact not in elsewhere:
            by_fact.setdefault(measure.fact, []).append(measure)
    if others:
        resources.found.notes.append(_unread(others))
    dated: list[Measured] = []
    for fact, measures in by_fact.items():
        named = [each for each in measures if each.observation.name in used]
        chosen = _chosen(fact, named or measures, is_named=bool(named))
        if chosen is not None:
            yield _told(chosen)
            dated += [chosen] if fact in _WITH_TEXT and chosen.date else []
    if dated:
        oldest = min(dated, key=lambda each: each.day)
        yield Told("measured_on", oldest.day, oldest.observation)


def _unread(others: Counter[str]) -> str:
    """A remark on Observations that are not read, by what they are, the most frequent first."""
    shown = [f"{name}{f' ({count:,})' * (count > 1)}" for name, count in others.most_common(_MOST_NAMED)]
    more = f" and {len(others) - len(shown):,} other kinds" if len(others) > len(shown) else ""
    return f"Observations that are not read: {', '.join(shown)}{more}"


def _measure(observation: Element, others: Counter[str], zone: ZoneInfo | None) -> Measured | None:
    """What an Observation tells; None, and a remark or one more of the `others`, where that is nothing that is read."""
    code = observation.get("code")
    status = observation.get("status").text
    known = [BY_LOINC[each] for each in codes_of(code, LOINC) if each in BY_LOINC]
    if status in _NOT_MEASURED:
        observation.note(f"{words_of(code)} is {status}, so it is not read")
    elif any(codes_of(code, DERIVED)):
        pass
    elif not known:
        loinc = next((f" (LOINC {each})" for each in codes_of(code, LOINC)), "")
        others[f"{words_of(code) or 'without a code'}{loinc}"] += 1
    elif status not in _MEASURED:
        observation.get("status").fault(f"'{status}' is not a status of an Observation", "not-one-of")
    elif len({each.fact for each in known}) > 1:
        observation.get("code").fault(f"has the codes of {' and of '.join(each.fact for each in known)}", "told-twice")
    elif not observation.get("valueQuantity"):
        observation.note(f"{words_of(code)} has no quantity, so it is not read")
    else:
        refuse_modifiers(observation)
        fact = known[0].fact
        amount = read_of_kinds(observation.get("valueQuantity"), *fact_of(fact).kinds)
        when = (
            observation.first("effectiveDateTime")
            or observation.first("effectiveInstant")
            or observation.first("effectivePeriod", "start")
        )
        return Measured(fact, observation, amount, when, zone) if amount else None
    return None


def _chosen(fact: str, measures: Sequence[Measured], *, is_named: bool) -> Measured | None:
    """The measure that counts: the newest; None, and a fault, where it cannot be told which that is."""
    if len({each.amount.quantity for each in measures}) == 1:
        return max(measures, key=lambda each: each.day)
    listed = ", ".join(f"{each.amount.text}{f' of {each.when}' if each.when else ''}" for each in measures)
    about = FACTS[fact].about
    if is_named:
        text = f"the requests are computed from different measures of the {about}: {listed}"
        measures[0].observation.fault(f"{text}: of a cycle that was changed, verify the saved order", "told-twice")
        return None
    latest = _latest(measures)
    if not all(each.when for each in measures) or len({each.amount.quantity for each in latest}) > 1:
        measures[0].observation.fault(
            f"it is not told which {about} is the newest: {listed}; give it with {FACTS[fact].option}"
        )
        return None
    latest[0].observation.note(f"{latest[0].amount.text} is taken, the newest {about} of {listed}")
    return latest[0]


def _latest(measures: Sequence[Measured]) -> list[Measured]:
    """The measures that may each be the newest: of the last day, or of a month that has it, and of the last time."""
    newest = max(each.day for each in measures)
    timed = sorted((time, place) for place, each in enumerate(measures) if (time := each.time))
    last = {place for _, place in timed[-1:]}
    return [each for place, each in enumerate(measures) if newest.startswith(each.day) or place in last]


def _told(measure: Measured) -> Told:
    amount = measure.amount
    decimals = -int(amount.quantity.value.as_tuple().exponent)
    fits = decimals <= _LONGEST
    return Told(measure.fact, amount.text, measure.observation, None if fits else amount.quantity)


def long_part(fact: Told) -> Part:
    """A fact whose number has more decimals than people type, as what is told of its key."""
    kind, amount = fact_of(fact.fact), fact.value
    if amount is None or amount.value <= 0:
        return Part(fact.fact, None, (Fault(f"{fact.text} is not above 0"),))
    kept = kind.in_unit(amount) if kind.is_kept_in_unit else amount
    words = "" if amount.unit == kind.unit else fact.text
    return Part(fact.fact, (kept, words) if fact.fact in _WITH_TEXT else kept)

"""The Observations of a Bundle: which of the measures of each fact counts, as texts of facts."""

from __future__ import annotations

import datetime
import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cec.errors import Fault, InputError
from cec.facts import FACTS, fact_of
from cec.facts.reading import read_date
from cec.fhir.codes import BY_LOINC, DERIVED, LOINC
from cec.fhir.elements import Element, codes_of, refuse_modifiers, words_of
from cec.fhir.people import FactText, is_about
from cec.fhir.quantities import ReadQuantity, read_of_kinds
from cec.fhir.resources import Resources
from cec.load.patient_keys import Part
from cec.units import Quantity

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


class Measures(NamedTuple):
    """What Observations tell: the facts of the cycle's start, and those that hold from a later day of it on."""

    first: tuple[FactText, ...]
    later: tuple[tuple[int, FactText], ...]


def measured(
    resources: Resources,
    patient: Element | None,
    used: Mapping[str, int | None],
    elsewhere: Collection[str],
    zone: ZoneInfo | None,
) -> Measures:
    """The measures that Observations tell: those that the requests name, else the newest of each.

    `used` has the names of the Observations that requests were computed from, each with the first day of the cycle on
    which one of these is given, where that is told; `elsewhere` are facts that are known already. Times have their days
    in this zone. Which Observations were not read is a remark.
    """
    by_fact: dict[str, list[Measured]] = {}
    others: Counter[str] = Counter()
    for observation in resources.of("Observation"):
        measure = _measure(observation, others, zone)
        if measure and is_about(patient, observation, resources) and measure.fact not in elsewhere:
            by_fact.setdefault(measure.fact, []).append(measure)
    if others:
        resources.found.notes.append(_unread(others))
    first: list[Measured] = []
    later: list[tuple[int, Measured]] = []
    for fact, measures in by_fact.items():
        named = [each for each in measures if each.observation.name in used]
        if len({each.amount.quantity for each in named}) > 1:
            if by_day := _by_day(fact, named, used):
                first.append(by_day[0][1])
                later += by_day[1:]
        elif (chosen := _chosen(fact, _of_first_day(named, used) or measures)) is not None:
            first.append(chosen)
    dates = list(_measured_on(first))
    by_days = itertools.groupby(sorted(later, key=lambda each: each[0]), key=lambda each: each[0])
    within = [(day, [measure for _, measure in group]) for day, group in by_days]
    return Measures(
        (*map(_text_of, first), *dates),
        tuple((day, fact) for day, group in within for fact in (*map(_text_of, group), *_measured_on(group))),
    )


def _measured_on(measures: Iterable[Measured]) -> Iterator[FactText]:
    """The oldest day of height and weight; nothing where none is told."""
    dated = [each for each in measures if each.fact in _WITH_TEXT and each.date]
    if dated:
        oldest = min(dated, key=lambda each: each.day)
        yield FactText("measured_on", oldest.day, oldest.observation)


def _of_first_day(measures: Sequence[Measured], used: Mapping[str, int | None]) -> list[Measured]:
    """Those of these measures that hold from the first day on, as far as days are told."""
    first = min((day for each in measures if (day := used[each.observation.name]) is not None), default=None)
    return [each for each in measures if used[each.observation.name] in {None, first}]


def _by_day(fact: str, measures: Sequence[Measured], used: Mapping[str, int | None]) -> list[tuple[int, Measured]]:
    """Different measures by the first day that is dosed by each; none, and a fault, where nobody can tell the days."""
    first: dict[Quantity, tuple[int, Measured]] = {}
    for each in measures:
        day = used[each.observation.name]
        before = first.get(each.amount.quantity)
        if day is not None and (before is None or day < before[0]):
            first[each.amount.quantity] = day, each
    by_day = sorted(first.values(), key=lambda each: each[0])
    if len(first) == len({day for day, _ in by_day}) == len({each.amount.quantity for each in measures}):
        return by_day
    why = "their RequestGroup does not tell from which day of the cycle on each of them holds"
    if len(first) > len({day for day, _ in by_day}):
        why = f"so are those of day {by_day[0][0]}"
    text = f"the requests are computed from different measures of the {FACTS[fact].about}: {_listed(measures)}; {why}"
    measures[0].observation.fault(text, "told-twice")
    return []


def _listed(measures: Iterable[Measured]) -> str:
    return ", ".join(f"{each.amount.text}{f' of {each.when}' if each.when else ''}" for each in measures)


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


def _chosen(fact: str, measures: Sequence[Measured]) -> Measured | None:
    """The measure that counts: the newest; None, and a fault, where it cannot be told which that is."""
    if len({each.amount.quantity for each in measures}) == 1:
        return max(measures, key=lambda each: each.day)
    listed, about = _listed(measures), FACTS[fact].about
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


def _text_of(measure: Measured) -> FactText:
    amount = measure.amount
    decimals = -int(amount.quantity.value.as_tuple().exponent)
    fits = decimals <= _LONGEST
    return FactText(measure.fact, amount.text, measure.observation, None if fits else amount.quantity)


def long_part(fact: FactText) -> Part:
    """A fact whose number has more decimals than people type, as what is told of its key."""
    kind, amount = fact_of(fact.fact), fact.value
    if amount is None or amount.value <= 0:
        return Part(fact.fact, None, (Fault(f"{fact.text} is not above 0"),))
    kept = kind.in_unit(amount) if kind.is_kept_in_unit else amount
    words = "" if amount.unit == kind.unit else fact.text
    return Part(fact.fact, (kept, words) if fact.fact in _WITH_TEXT else kept)

"""A regimen in words: its title, its doses, days and times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from cec.days import LAST_DAY, Calendar, Cycles, Days, Series, days_in_words, is_open, list_days, numbers_of, paper_date
from cec.order import Dose, Order, PlaceInTreatment
from cec.regimen import DoseEntry, DrugLine, Regimen, any_words
from cec.rendering.words import A_DAY
from cec.treatment import Phase, Treatment
from cec.units import Quantity, span, write_duration
from cec.when_words import anchors_in_words, listed, narrowed_to, times_in_words


def frequency(line: DrugLine | Dose) -> str:
    """How often on each of its days: daily, or so many times.

    >>> from decimal import Decimal
    >>> frequency(DrugLine("mesna", Quantity(Decimal(10), "mg/kg"), "IV bolus", (1,), times=3))
    '3 times daily'
    """
    if line.per_day == 1:
        return "daily"
    most = "at most " if isinstance(line, Dose) and line.counts else ""
    return f"{most}{line.per_day} times daily"


def which_of_day(dose: Dose, day: int, number: int, of_day: int | None = None) -> str:
    """Which of a day's doses it is; the day by its number where it is not that of its date; nothing of one alone."""
    count = dose.count_on(day)
    return f"dose {number} of {count} of {'the day' if of_day is None else f'day {of_day}'}" if count > 1 else ""


def protocol_dose(line: DrugLine) -> str:
    """The dose that a drug line prescribes, with its cap; every dose where it depends on the patient."""
    distinct = list(dict.fromkeys(entry.words for entry in line.entries))
    doses = listed(distinct, "or")
    by = sorted(
        {condition.fact.replace("_", " ") for entry in line.entries for each in entry.for_whom for condition in each}
    )
    by += [name for name in ("day", "cycle") if any(getattr(entry, f"{name}s") for entry in line.entries)]
    text = f"{doses} in {line.divided_into} doses" if line.divided_into > 1 else doses
    beside = [f"by {listed(list(dict.fromkeys(by)))}"] if by and len(distinct) > 1 else []
    beside += line.caps
    return f"{text} ({', '.join(beside)})" if beside else text


def where_entry_holds(entry: DoseEntry) -> str:
    """For whom, on which days and in which cycles one of several doses holds, and what else is said of it.

    >>> from decimal import Decimal
    >>> from cec.units import Quantity, span, write_duration
    >>> where_entry_holds(DoseEntry(Quantity(Decimal(20), "mg"), days=(1, 2, 3), over=Quantity(Decimal(90), "min")))
    'on days 1 to 3, over 90 min'
    """
    parts = (
        f"for {any_words(entry.for_whom)}" if entry.when else "",
        f"on {_numbered('day', entry.days)}" if entry.days else "",
        f"in {_numbered('cycle', entry.cycles)}" if entry.cycles else "",
        f"maximum {entry.maximum}" if entry.maximum else "",
        f"over {write_duration(entry.over_least, entry.over)}" if entry.over else "",
        f"at {entry.rate}" if entry.rate else "",
        f"confirm: {entry.confirm}" if entry.confirm else "",
    )
    return ", ".join(filter(None, parts))


def _numbered(noun: str, numbers: Days | Cycles) -> str:
    is_one = len(numbers) == 1 and not is_open(numbers)
    return f"{noun if is_one else f'{noun}s'} {list_days(numbers)}"


def line_days(line: DrugLine) -> str:
    """How often and on which days a drug line is given.

    >>> from decimal import Decimal
    >>> line_days(DrugLine("etoposide", Quantity(Decimal(100), "mg/m2"), "IV infusion", (1, 2, 3)))
    'daily for 3 days'
    """
    if not line.days:
        return ", ".join(narrowed_to(line)) + _only_in(line.cycles)
    often = "daily" if line.divided_into > 1 else frequency(line)
    count = len(line.days)
    longest = line.longest
    if longest and span(longest) > A_DAY:
        days = f"over {longest} from day{'' if count == 1 else 's'} {list_days(line.days)}"
    elif is_open(line.days):
        days = often if line.days == (Series(1),) else f"{often} from day {list_days(line.days)}"
    elif count == 1:
        days = f"on day {list_days(line.days)}" if often == "daily" else f"{often} on day {list_days(line.days)}"
    elif line.days == tuple(range(1, count + 1)) and not line.weekdays:
        days = f"{often} for {count} days"
    elif often == "daily":
        days = f"on days {list_days(line.days)}"
    else:
        days = f"{often} on days {list_days(line.days)}"
    return ", ".join((days, *narrowed_to(line))) + _only_in(line.cycles)


def _only_in(cycles: Cycles) -> str:
    """The cycles that a line is limited to; those without an end begin with one."""
    if not cycles:
        return ""
    if numbers_of(cycles)[-1] == LAST_DAY and not isinstance(cycles[0], Series):
        return f" (cycle {list_days(cycles)})"
    if isinstance(cycles[0], Series):
        return f" (cycle {list_days(cycles)})" if cycles[0].every == 1 else f" ({list_days(cycles)} cycle)"
    return f" ({'cycle' if len(cycles) == 1 else 'cycles'} {list_days(cycles)} only)"


def line_times(line: DrugLine) -> str:
    """Days and times of a drug line together, as the protocol says them.

    >>> from decimal import Decimal
    >>> line_times(DrugLine("mesna", Quantity(Decimal(10), "mg/kg"), "IV bolus", (1,), at=("09:00", "13:00")))
    '2 times daily on day 1, at 09:00 and 13:00'
    """
    return ", ".join(filter(None, (line_days(line), *times_in_words(line))))


def lines_given(order: Order) -> list[DrugLine]:
    """The drug lines that the cycle of an order gives."""
    given = sorted({dose.line for dose in order.doses})
    return [replace(order.regimen.drugs[number - 1], cycles=()) for number in given]


def doses_of_title(lines: Sequence[DrugLine]) -> str:
    """Drug lines with their doses and days: what tells a regimen from others of the same letters.

    Drugs given to prevent or treat something else than the disease stand last; their days only where they differ.
    """
    main = [line for line in lines if not line.purpose]
    beside = [line for line in lines if line.purpose]
    groups = [_doses_of_group(days, list(group)) for days, group in groupby(main, _title_days)]
    same = _title_days(main[-1]) if main else ""
    of_others = groupby(beside, _title_days)
    groups += [_doses_of_group("" if days == same else days, list(group)) for days, group in of_others]
    return "; ".join(groups)


def _title_days(line: DrugLine) -> str:
    """The days of a line or, where it has none of its own, what its start hangs on."""
    return ", ".join(
        filter(None, (line_days(line), "" if line.days or not line.anchors else anchors_in_words(line.anchors)))
    )


def _doses_of_group(days: str, lines: list[DrugLine]) -> str:
    doses = ", ".join(f"{line.drug} {protocol_dose(line)}" for line in lines)
    return f"{doses} {days}".rstrip()


def title_with_doses(regimen: Regimen) -> str:
    """The title of a regimen: its own, then the doses and days of all its lines."""
    return f"{regimen.title}: {doses_of_title(regimen.drugs)}"


def title_of(order: Order) -> str:
    """The title of an order where it is not signed: the regimen's own, then the doses and days of its cycle."""
    return f"{order.regimen.title}: {doses_of_title(lines_given(order))}"


def days_of_regimen(regimen: Regimen) -> str:
    """How many days the regimen gives drugs on, in any of its cycles."""
    last = regimen.last_day or LAST_DAY
    named = ((numbers_of(line.days, last), line.longest) for line in regimen.drugs)
    return number_of_days(day for days, over in named for day in days_with(days, over, regimen.calendar))


def number_of_days(every: Iterable[int]) -> str:
    """How many days drugs are given on, and which where they have gaps or no end.

    >>> number_of_days((1, 2, 3)), number_of_days((1, 8)), number_of_days((8,))
    ('3 days', '2 days (days 1, 8)', '1 day (day 8)')
    """
    days = sorted(set(every))
    if days[-1] == LAST_DAY:
        words = list_days(days)
        return f"{'days' if ',' in words else 'day'} {words}"
    count = "1 day" if len(days) == 1 else f"{len(days)} days"
    return count if days == list(range(1, len(days) + 1)) else f"{count} ({days_in_words(days)})"


def days_with(days: Iterable[int], over: Quantity | None, calendar: Calendar) -> Iterator[int]:
    """The days that a protocol counts of what starts on these: of an infusion over days one for each 24 h."""
    count = max(1, -(-span(over) // A_DAY)) if over else 1
    return (calendar.later(day, later) for day in days for later in range(count))


def treatment_words(treatment: Treatment) -> str:
    """A treatment of phases in one line."""
    phases = map(phase_words, treatment.phases, treatment.regimens)
    return f"{treatment.title}: {'; then '.join(phases)}"


def phase_words(phase: Phase, regimen: Regimen) -> str:
    """A phase of a treatment: how many cycles of what, and how long each is."""
    cycles, each = ("cycle", "") if phase.cycles == 1 else ("cycles", " each")
    name = regimen.name if phase.regimen else regimen.title
    return f"{phase.cycles} {cycles} of {name}, {phase.cycle_length}{each}"


def cycle_words(order: Order) -> str:
    """Which cycle it is; of a treatment of phases, in its phase and in all. Nothing where no cycle is named."""
    place = order.of_treatment
    if place is None:
        return f"cycle {order.cycle}" if order.cycle else ""
    return f"{place.title}: {cycle_of_phase(order)}"


def cycle_of_phase(order: Order) -> str:
    """Of a treatment of phases, which cycle it is in its phase and in all."""
    place = order.of_treatment
    if place is None:
        return ""
    return f"phase {place.phase} of {place.phases}, cycle {order.cycle} of {place.cycles}, {_in_all(place)}"


def _in_all(place: PlaceInTreatment) -> str:
    return f"{place.in_all} of {place.of_all} in all"


def standing(regimen: Regimen) -> str:
    """Whether a regimen may be used, what takes its place, and who reviewed its file as it is."""
    instead = f", {regimen.superseded_by} takes its place" if regimen.superseded_by else ""
    review = regimen.review
    if review:
        reviewed = f"reviewed by {review.by} on {paper_date(review.date)}"
    elif regimen.reviews:
        last = regimen.reviews[-1]
        reviewed = f"changed since {last.by} reviewed it on {paper_date(last.date)}"
    else:
        reviewed = "not reviewed"
    return f"{regimen.status}{instead}; {reviewed}"

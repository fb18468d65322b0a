"""What every sheet says in the same words: titles, days, dates, times, assumptions."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from cec.facts import told_facts
from cec.order import Administration, Bsa, CreatinineClearance, Dose, Order, Step
from cec.patient import Patient
from cec.regimen import DrugLine, Regimen
from cec.units import Quantity, write_signed

DRAFT = "Draft: not valid until checked and signed"
OMITTED = "OMITTED"
"""What stands for a dose of which nothing is left: no figure that could be misread."""
NO_TIME = "no time"
"""What stands for the time of a dose that finds none on its date."""
SECOND_CHECK = "A second calculation by this program is not an independent check."

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def paper_date(day: datetime.date) -> str:
    """A date that no reader can take for another: day, month in letters, year.

    >>> paper_date(datetime.date(2026, 11, 23))
    '23-Nov-2026'
    """
    return f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year}"


def weekday_date(day: datetime.date) -> str:
    """A date on paper with its day of the week.

    >>> weekday_date(datetime.date(2026, 11, 30))
    'Mon 30-Nov-2026'
    """
    return f"{_WEEKDAYS[day.weekday()]} {paper_date(day)}"


def label_words(dose: Dose) -> list[str]:
    """What must stand on the labels of a dose, each text said to be that."""
    return [f"label: {text}" for text in dose.label]


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words in one line, the last one after "and".

    >>> listed(["1", "8", "15"])
    '1, 8 and 15'
    """
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def list_days(days: Sequence[int]) -> str:
    """Days of a cycle in words.

    >>> list_days((1, 2, 3, 4, 5, 8, 15, 16))
    '1 to 5, 8, 15, 16'
    """
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs_of(days))


def runs_of(days: Sequence[int]) -> list[list[int]]:
    """Days of a cycle in runs without a gap.

    >>> runs_of((1, 2, 3, 8))
    [[1, 2, 3], [8]]
    """
    return [[day for _, day in run] for _, run in groupby(enumerate(days), lambda numbered: numbered[1] - numbered[0])]


def signed_percent(percent: Decimal) -> str:
    """A difference in percent with its sign.

    >>> signed_percent(Decimal("1.20")), signed_percent(Decimal("-0.00"))
    ('+1.2%', '0%')
    """
    return f"{write_signed(percent)}%"


def clock(time: datetime.datetime) -> str:
    """The time of day, 24 hours.

    >>> clock(datetime.datetime(2026, 11, 30, 9, 0))
    '09:00'
    """
    return f"{time:%H:%M}"


def date_of_day(start: datetime.date, day: int) -> datetime.date:
    """The date of a day of the cycle.

    >>> date_of_day(datetime.date(2028, 2, 28), 3)
    datetime.date(2028, 3, 1)
    """
    return start + datetime.timedelta(days=day - 1)


def row_time(row: Administration, date: datetime.date) -> str:
    """From when to when a row of the schedule runs; a time that is not on the date of its day has its own before it.

    >>> from cec.order import Administration
    >>> night, after = datetime.datetime(2026, 11, 30, 22, 30), datetime.datetime(2026, 12, 1, 0, 30)
    >>> dose = Quantity(Decimal(96), "mg")
    >>> row = Administration(1, 2, 1, 1, "etoposide", dose, "IV infusion", night.date(), night, end=after)
    >>> row_time(row, datetime.date(2026, 11, 30))
    '22:30 to 01-Dec-2026 00:30'
    >>> row_time(row, datetime.date(2026, 11, 29))
    '30-Nov-2026 22:30 to 01-Dec-2026 00:30'
    """
    time = _dated(row.time, date)
    if row.start is None:
        return f"before {time}" if row.not_after else NO_TIME
    return f"{time} to {_dated(row.end, row.start.date())}" if row.end else time


def starting_time(row: Administration) -> str:
    """The time of day at which a row starts, or the bound that the regimen sets."""
    if row.start is None and row.not_after is None:
        return NO_TIME
    return f"{'' if row.start else 'before '}{clock(row.time)}"


def drug_and_day(row: Administration) -> str:
    """The drug of a row, with the day that it is a dose of where that is not the day of its date."""
    return row.drug if row.of_day is None else f"{row.drug} (day {row.of_day})"


def _dated(time: datetime.datetime, date: datetime.date) -> str:
    """A time of day, after its date where that is another."""
    return clock(time) if time.date() == date else f"{paper_date(time.date())} {clock(time)}"


def frequency(line: DrugLine | Dose) -> str:
    """How often on each of its days: daily, or so many times.

    >>> frequency(DrugLine("mesna", Quantity(Decimal(10), "mg/kg"), "IV bolus", (1,), times=3))
    '3 times daily'
    """
    return "daily" if line.per_day == 1 else f"{line.per_day} times daily"


def protocol_dose(line: DrugLine) -> str:
    """The dose that a drug line prescribes, with its cap; every dose where it depends on the patient."""
    if isinstance(line.dose, Quantity):
        text = str(line.dose)
    else:
        facts = listed(sorted({condition.fact for band in line.dose for condition in band.when}))
        text = f"{listed([str(band.dose) for band in line.dose], 'or')} by {facts}"
    if line.divided_into > 1:
        text += f" in {line.divided_into} doses"
    return f"{text} (maximum {line.maximum})" if line.maximum else text


def line_days(line: DrugLine) -> str:
    """How often and on which days a drug line is given.

    >>> line_days(DrugLine("etoposide", Quantity(Decimal(100), "mg/m2"), "IV infusion", (1, 2, 3)))
    'daily for 3 days'
    """
    often = "daily" if line.divided_into > 1 else frequency(line)
    count = len(line.days)
    if count == 1:
        days = f"on day {line.days[0]}" if often == "daily" else f"{often} on day {line.days[0]}"
    elif line.days == tuple(range(1, count + 1)):
        days = f"{often} for {count} days"
    elif often == "daily":
        days = f"on days {list_days(line.days)}"
    else:
        days = f"{often} on days {list_days(line.days)}"
    return days + _only_in(line.cycles)


def _only_in(cycles: Sequence[int]) -> str:
    """The cycles that a line is limited to."""
    if not cycles:
        return ""
    return f" ({'cycle' if len(cycles) == 1 else 'cycles'} {listed([str(cycle) for cycle in cycles])} only)"


def line_times(line: DrugLine) -> str:
    """Days and times of a drug line together, as the protocol says them.

    >>> line_times(DrugLine("mesna", Quantity(Decimal(10), "mg/kg"), "IV bolus", (1,), at=("09:00", "13:00")))
    '2 times daily on day 1, at 09:00 and 13:00'
    """
    parts = (
        line_days(line),
        f"every {line.every}" if line.every else "",
        (line.at[0] if line.at[0].startswith("before") else f"at {listed(line.at)}") if line.at else "",
        f"{f'{line.gap} ' if line.gap else ''}after {line.after}" if line.after else "",
    )
    return ", ".join(filter(None, parts))


def doses_of_title(regimen: Regimen) -> str:
    """The drugs of a regimen with their doses and days: what tells it from others of the same letters.

    Drugs given to prevent or treat something else than the disease stand last; their days only where they differ.
    """
    main = [line for line in regimen.drugs if not line.purpose]
    beside = [line for line in regimen.drugs if line.purpose]
    groups = [_doses_of_group(days, list(group)) for days, group in groupby(main, line_days)]
    same = line_days(main[-1]) if main else ""
    groups += [_doses_of_group("" if days == same else days, list(group)) for days, group in groupby(beside, line_days)]
    return "; ".join(groups)


def _doses_of_group(days: str, lines: list[DrugLine]) -> str:
    doses = ", ".join(f"{line.drug} {protocol_dose(line)}" for line in lines)
    return f"{doses} {days}".rstrip()


def title_with_doses(regimen: Regimen) -> str:
    """The title of every sheet: the regimen's own, then its doses and days."""
    return f"{regimen.title}: {doses_of_title(regimen)}"


def number_of_days(regimen: Regimen) -> str:
    """How many days the regimen gives drugs on, and which where they have gaps."""
    days = sorted({day for line in regimen.drugs for day in line.days})
    count = "1 day" if len(days) == 1 else f"{len(days)} days"
    return count if days == list(range(1, len(days) + 1)) else f"{count} (day {list_days(days)})"


def identity(patient: Patient, age: Quantity | None, as_of: datetime.date | None = None) -> str:
    """Who the patient is, as far as it was told: name, id, birth date, age (and on which day), sex."""
    parts = (
        patient.name,
        f"id {patient.id}" if patient.id else "",
        f"born {paper_date(patient.born)}" if patient.born else "",
        age_of(patient, age, as_of),
        patient.sex or "",
    )
    return ", ".join(filter(None, parts))


def age_of(patient: Patient, age: Quantity | None, as_of: datetime.date | None) -> str:
    """The age as people say it; where it comes from the date of birth, with the day for which it was computed."""
    on = f" (on {paper_date(as_of)})" if patient.born and as_of else ""
    return f"{age_in_words(age)}{on}" if age else ""


def age_in_words(age: Quantity) -> str:
    """An age as people say it: months from two years on in years and months.

    >>> age_in_words(Quantity(Decimal(102), "months")), age_in_words(Quantity(Decimal(23), "months"))
    ('8 years 6 months', '23 months')
    >>> age_in_words(Quantity(Decimal("30.5"), "months")), age_in_words(Quantity(Decimal(8), "years"))
    ('30.5 months', '8 years')
    """
    if age.unit != "months" or age.value < 24 or age.value % 1:
        return str(age)
    years, months = divmod(int(age.value), 12)
    return f"{years} years" + (f" {months} month{'s' if months > 1 else ''}" if months else "")


def measure_facts(order: Order) -> Iterator[tuple[str, str]]:
    """What the doses are computed from, each with its label: measures, BSA with its working, creatinine clearance.

    What was measured again within the cycle says from which day on it holds.
    """
    yield "Measures", measures(order.patient)
    for each in order.measures:
        since = f"from day {each.from_day}: " if len(order.measures) > 1 else ""
        if each is not order.measures[0]:
            yield "Measures", f"{since}height {each.height}, weight {each.weight}"
        yield "BSA", f"{since}{bsa_words(each.bsa)}"
        if each.clearance:
            yield "Creatinine clearance", f"{since}{clearance_words(each.clearance)}"


_SHOWN_ELSEWHERE = frozenset(
    (
        *("id", "name", "born", "age", "sex", "height", "weight", "measured_on", "creatinine_clearance", "diagnosis"),
        *("allergies", "previous_day_1", "previous_cycles"),
    )
)
"""Facts that stand on an order with their own labels."""


def known_facts(order: Order) -> Iterator[tuple[str, str]]:
    """What else is known of the patient, as far as checks may use it, each with its label."""
    patient = order.patient
    before = [f"day 1 {paper_date(patient.previous_day_1)}"] if patient.previous_day_1 else []
    if patient.previous_day_1 and order.start:
        before.append(f"{(order.start - patient.previous_day_1).days} days before this")
    if patient.previous_cycles is not None:
        count = patient.previous_cycles
        before.append(f"{count or 'no'} cycle{'' if count == 1 else 's'} of this treatment given before")
    yield "Previous cycle", ", ".join(before)
    yield (
        "History",
        "; ".join(f"{fact.replace('_', ' ')}: {'yes' if is_so else 'no'}" for fact, is_so in patient.history.items()),
    )
    yield "Given before", "; ".join(f"{drug} {amount}" for drug, amount in patient.earlier_doses.items())
    others = ((fact, getattr(patient, fact.name, None)) for fact in told_facts("patient"))
    yield (
        "Also known",
        "; ".join(
            f"{fact.about} {value}" for fact, value in others if fact.name not in _SHOWN_ELSEWHERE and value is not None
        ),
    )


def measures(patient: Patient) -> str:
    """Height and weight with their units, what was typed where it was in another unit, and when they were taken."""
    height = f"height {patient.height}" + (f" (given as {patient.height_given})" if patient.height_given else "")
    weight = f"weight {patient.weight}" + (f" (given as {patient.weight_given})" if patient.weight_given else "")
    taken = f", measured {paper_date(patient.measured_on)}" if patient.measured_on else ""
    return f"{height}, {weight}{taken}"


def bsa_words(bsa: Bsa) -> str:
    """The BSA that doses use, m2, with its formula, its working and its unrounded value."""
    return f"{bsa.area} by {bsa.title or bsa.formula}: {bsa.how}"


def clearance_words(clearance: CreatinineClearance) -> str:
    """A creatinine clearance with its method and its working."""
    if clearance.method == "measured":
        return clearance.how
    return f"{clearance.value} by {clearance.method}: {clearance.how}"


def ordered_words(dose: Dose) -> str:
    """The ordered amount of one administration, or that it is omitted."""
    return str(dose.ordered) if dose.ordered.value else OMITTED


def changes(order: Order) -> Iterator[str]:
    """What a person declared of each dose, with what is left and why; a drug of which nothing is left is omitted."""
    for dose in order.doses:
        noun = "day" if len(dose.days) == 1 else "days"
        days = "" if dose.days == order.line_of(dose).days else f" on {noun} {list_days(dose.days)}"
        for step in dose.steps:
            if step.what in CHANGED:
                left = f"OMITTED{days or ' on every day'}" if not step.value.value else f"{step.value}{days}"
                yield f"{dose.drug}: {left}, {change_words(step)}"


CHANGED = ("reduced", "set")
"""The steps of a dose that a person declares."""


def change_words(step: Step) -> str:
    """What a person declared, in words: reduced by so much, set to an amount, withheld."""
    return f"reduced {step.how}" if step.what == "reduced" else step.how


def assumptions(order: Order) -> Iterator[tuple[str, str]]:
    """What the regimen adds to its source, each with its reason."""
    yield from order.regimen.assumed.items()
    for dose in order.doses:
        for what, why in dose.assumed.items():
            yield f"{dose.drug}, {what}", why


def origin(order: Order) -> str:
    """Which order this is: its regimen's edition, the first digits of the fingerprints, and what it replaces."""
    regimen = order.regimen
    replaces = f", replaces {order.replaces[:DIGITS]}" if order.replaces else ""
    revision = f"; revision {order.revision}{replaces}" if order.revision > 1 else ""
    return (
        f"{regimen.name}, edition {regimen.edition}; SHA-256 of regimen {regimen.sha256[:DIGITS]}, "
        f"input {order.sha256[:DIGITS]}, order {order.fingerprint[:DIGITS]}{revision}"
    )


DIGITS = 16
"""How many digits of a fingerprint stand on a sheet; the saved order has them all."""

_NUMBER_AND_UNIT = re.compile(r"(?<=[0-9…]) (?=[a-zA-Z%×])|(?<=ft) (?=[0-9])|(?<=AUC) (?=[0-9])|(?<=x) (?=10\^)")


def bind(text: str) -> str:
    """The text with no-break spaces between each number and its unit or power, so that no line ends between them.

    >>> bind("gives 38.4 mg daily")
    'gives 38.4\\xa0mg daily'
    """
    return _NUMBER_AND_UNIT.sub("\N{NO-BREAK SPACE}", text)

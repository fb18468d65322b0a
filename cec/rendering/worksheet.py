"""What the preparation worksheet says of every dose, in the same words in every format."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from cec.errors import InputError
from cec.order import Preparation, identity
from cec.rendering.days import given_days, omitted
from cec.rendering.words import given_by, over_days
from cec.rendering.words.preparation import fluid_on, picked
from cec.rendering.words.regimen import which_of_day
from cec.rendering.words.revision import given_rows
from cec.rendering.words.times import moment, starting_time
from cec.routes import RADIOTHERAPY, is_into_csf, is_oral
from cec.units import Quantity

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from cec.order import Administration, Dose, Order, PickItem
    from cec.rendering.days import Omitted

TITLE = "Preparation worksheet"
NOMINAL = "Bags count with the volume printed on them, without overfill."
PICKED_TOO = "What is taken for the whole cycle is that of doses that count as given too."
SIGNED = ("made by", "draw seen by", "checked by", "date and time", "released by")
"""What the people who prepare a dose write down, beside batch numbers."""
LABELS = ("labels printed", "labels used", "labels destroyed")
"""How many, of the labels of one dose."""
DISPENSED = ("dispensed by", "checked by")
"""What the people who dispense tablets and oral solutions write down."""
CSF_SIGNED = ("prescriber", "checked by", "given by")
"""Who signs beside doses into the cerebrospinal fluid."""

NO_FORMULARY = "the pharmacy has no formulary: product, volumes and bag are written by hand"


def require_formulary(order: Order) -> None:
    """Nothing, where it is known what is taken from the shelf; InputError where the pharmacy has no formulary."""
    if not order.pharmacy.formulary:
        raise InputError(
            "a pick list is counted from the products of a formulary, and the pharmacy has none; "
            "cec pharmacy new writes a file with one to adapt, to be given with --pharmacy"
        )


class Task(NamedTuple):
    """One dose to prepare: its day, which of the day's doses of its line it is, and its row of the schedule."""

    day: int
    number: int
    dose: Dose
    preparation: Preparation
    row: Administration | None = None
    status: str = ""
    """What became of it, where it is not ordered any more."""
    is_made_anew: bool = False
    """Whether another dose was to be made up before a change; then its row does not say when it is made."""

    @property
    def date(self) -> datetime.date | None:
        """The date on which it is given, where the order has a start."""
        return self.row.date if self.row else None

    @property
    def made_on(self) -> datetime.date | None:
        """The date on which it is made up, where the pharmacy says at what time that is."""
        return self.row.made_at.date() if self.row and self.row.made_at else None


class WorkDay(NamedTuple):
    """A day of the cycle with its doses to prepare, its fluid, and what is omitted."""

    number: int
    date: datetime.date | None
    tasks: tuple[Task, ...]
    omitted: tuple[Omitted, ...] = ()
    fluid: str = ""
    ahead: tuple[Task, ...] = ()
    """Doses of other days that are made up on this one."""
    past: tuple[str, ...] = ()
    """Doses of this day that are not made up any more, each with what became of it, in words."""

    @property
    def likeness(self) -> tuple[object, ...]:
        """What is alike on days that are made up alike: doses, clock times, fluid, what is omitted."""
        doses = ((name_and_time(task), task.is_made_anew) for task in (*self.tasks, *self.ahead))
        return self.fluid, self.omitted, self.past, *doses


class Dispensed(NamedTuple):
    """A dose by mouth, with all its administrations: it is counted out, not made up."""

    dose: Dose
    preparation: Preparation
    tasks: tuple[Task, ...]
    items: tuple[PickItem, ...]
    """What all doses of the drug take from the shelf."""
    others: bool = False
    """Whether the drug has other doses by mouth, which take from them too."""

    @property
    def in_all(self) -> str:
        """What is taken from the shelf in words, and for which doses, where it is not for this one alone."""
        return picked(self.items) + (f", for all doses of {self.dose.drug}" if self.items and self.others else "")


def work_days(order: Order) -> list[WorkDay]:
    """Every day on which something is made up, or omitted, but for what goes into the cerebrospinal fluid."""
    whole = [task for task in tasks(order) if not is_oral(task.dose.route)]
    made_up = [task for task in whole if not task.status]
    every = [task for task in made_up if not is_into_csf(task.dose.route)]
    days = [
        WorkDay(
            number,
            order.date_of(number),
            tuple(task for task in every if task.day == number),
            omitted(order, number),
            fluid_on(order, number),
            tuple(task for task in made_up if task.day != number and task.made_on == order.date_of(number)),
            tuple(f"{name_and_time(task)}: {task.status}" for task in whole if task.day == number and task.status),
        )
        for number in sorted({*given_days(order), *(task.day for task in every)})
    ]
    return [day for day in days if day.tasks or day.omitted or day.ahead or day.past]


def csf_days(order: Order) -> list[WorkDay]:
    """Every day on which something is made up for the cerebrospinal fluid, with that alone."""
    every = [task for task in tasks(order) if is_into_csf(task.dose.route) and not task.status]
    return [
        WorkDay(number, order.date_of(number), tuple(task for task in every if task.day == number))
        for number in sorted({task.day for task in every})
    ]


def dispensing_list(order: Order) -> list[Dispensed]:
    """The doses by mouth: what each takes, when, and how much of the shelf all of them take."""
    of_doses: dict[int, list[Task]] = {}
    for task in tasks(order):
        if is_oral(task.dose.route):
            of_doses.setdefault(task.preparation.dose_index, []).append(task)
    drugs = Counter(every[0].dose.drug for every in of_doses.values())
    return [
        Dispensed(
            first.dose,
            first.preparation,
            (first, *others),
            tuple(item for item in order.pick_list if item.drug == first.dose.drug and item.kind in _ORAL),
            drugs[first.dose.drug] > 1,
        )
        for first, *others in of_doses.values()
    ]


_ORAL = ("tablet", "bottle")


def tasks(order: Order) -> list[Task]:
    """Every dose of the cycle, day by day: in the sequence of the schedule, else of the regimen."""
    preparations, past = {each.dose_index: each for each in order.preparations}, given_rows(order)
    rows: Sequence[tuple[int, int, int, Administration | None]] = [
        (row.day, row.number, row.dose_index, row) for row in order.administrations
    ] or [
        (day, number, index, None)
        for day in given_days(order)
        for index, dose in enumerate(order.doses)
        if day in dose.days
        for number in range(1, dose.count_on(day) + 1)
    ]
    if not order.pharmacy.formulary:
        by_hand = (Preparation(dose.drug, index, dose.ordered) for index, dose in enumerate(order.doses))
        preparations = {each.dose_index: replace(each, missing=NO_FORMULARY) for each in by_hand}
    return [
        Task(
            day,
            number,
            order.doses[index],
            preparations[index],
            row and order.as_made_up(row),
            past.get(identity(row), "") if row else "",
            is_made_anew=row is not None and order.is_made_anew(row),
        )
        for day, number, index, row in rows
        if index in preparations and preparations[index].dose.value and order.doses[index].route != RADIOTHERAPY
    ]


def which(task: Task) -> str:
    """Which of the doses of its day it is; with the day that it is a dose of, where that is another."""
    row = task.row
    if row is None:
        return which_of_day(task.dose, task.day, task.number)
    of_day = f"of day {row.of_day}" if row.of_day is not None else ""
    return which_of_day(task.dose, row.protocol_day, task.number, row.of_day) or of_day


def name_of(task: Task) -> str:
    """The dose with its route, its duration and, where there are several a day, its number."""
    dose = task.dose
    parts = (f"{dose.drug} {dose.ordered}", given_by(dose), which(task), *over_days(dose))
    return ", ".join(filter(None, parts))


def name_and_time(task: Task) -> str:
    """The dose with the clock time of its start, where it has one."""
    return f"{starting_time(task.row)}  {name_of(task)}" if task.row else name_of(task)


def comes_from(order: Order, task: Task) -> str:
    """What an amount was computed from: the protocol's dose, BSA and weight."""
    measures = order.measures_on(task.day)
    area = Quantity(measures.bsa.value, measures.bsa.unit)
    return f"protocol {task.dose.prescribed}, BSA {area}, weight {measures.weight}"


def made_ahead(day: WorkDay) -> list[str]:
    """The doses of other days that are made up on this one, in words."""
    return [
        f"also made on this day: {task.dose.drug} {task.dose.ordered}, for {moment(task.row.time)}"
        for task in day.ahead
        if task.row
    ]


def when_made(task: Task) -> str:
    """When a dose is to be made up, with a word where that is not the day on which it is given, or is not known."""
    if task.is_made_anew:
        return "to be made anew after the change"
    row = task.row
    if row is None or row.made_at is None:
        return ""
    return f"to be made {moment(row.made_at)}{'' if row.made_at.date() == row.date else ', the day before'}"

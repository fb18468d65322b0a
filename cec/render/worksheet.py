"""What the preparation worksheet says of every dose, in the same words in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cec.render.days import omitted
from cec.render.words import date_of_day, starting_time
from cec.units import write_number, write_range, write_signed

if TYPE_CHECKING:
    import datetime

    from cec.order import Administration, DailyFluid, Dose, Order, PickItem, Preparation
    from cec.render.days import Omitted

TITLE = "Preparation worksheet"
NOMINAL = "Bags count with the volume printed on them, without overfill."
SIGNED = ("made by", "checked by", "time")
"""What the people who prepare a dose write down, beside batch numbers."""

Fact = tuple[str, str]
"""A label and what stands beside it."""


class Task(NamedTuple):
    """One dose to prepare: its day, which of the day's doses of its line it is, and its row of the schedule."""

    day: int
    number: int
    dose: Dose
    made: Preparation
    row: Administration | None = None

    @property
    def date(self) -> datetime.date | None:
        """The date on which it is given, where the order has a start."""
        return self.row.date if self.row else None


class WorkDay(NamedTuple):
    """A day of the cycle with its doses to prepare, its fluid, and what is omitted."""

    number: int
    date: datetime.date | None
    tasks: tuple[Task, ...]
    omitted: tuple[Omitted, ...]
    fluid: DailyFluid | None

    @property
    def likeness(self) -> tuple[object, ...]:
        """What is alike on days that are made up alike: doses, clock times, fluid, what is omitted."""
        return self.fluid, self.omitted, *(name_and_time(task) for task in self.tasks)


def work_days(order: Order) -> list[WorkDay]:
    """Every day of the cycle."""
    every = tasks(order)
    return [
        WorkDay(
            number,
            date_of_day(order.start, number) if order.start else None,
            tuple(task for task in every if task.day == number),
            omitted(order, number),
            next((fluid for fluid in order.daily_fluids if number in fluid.days), None),
        )
        for number in sorted({day for dose in order.doses for day in dose.days} | {task.day for task in every})
    ]


def tasks(order: Order) -> list[Task]:
    """Every dose of the cycle, day by day: in the sequence of the schedule, else of the regimen."""
    made = {one.dose_index: one for one in order.preparations}
    rows: list[tuple[int, int, int, Administration | None]] = [
        (row.day, row.number, row.dose_index, row) for row in order.administrations
    ]
    rows = rows or [
        (day, number, index, None)
        for day in sorted({day for dose in order.doses for day in dose.days})
        for index, dose in enumerate(order.doses)
        if day in dose.days
        for number in range(1, dose.per_day + 1)
    ]
    return [
        Task(day, number, order.doses[index], made[index], row)
        for day, number, index, row in rows
        if index in made and made[index].dose.value
    ]


def name_of(task: Task) -> str:
    """The dose with its route, its duration and, where there are several a day, its number."""
    dose = task.dose
    over = f" over {dose.over}" if dose.over else ""
    which = f", dose {task.number} of {dose.per_day} of the day" if dose.per_day > 1 else ""
    return f"{dose.drug} {dose.ordered}, {dose.route}{over}{which}"


def name_and_time(task: Task) -> str:
    """The dose with the clock time of its start, where it has one."""
    return f"{starting_time(task.row)}  {name_of(task)}" if task.row else name_of(task)


def instructions(made: Preparation) -> list[Fact]:
    """What to take, draw, mix, check and mind for one dose, each with its label; a label may stand several times."""
    return [
        *_taken(made),
        *([("Into", _into(made))] if made.bag else []),
        *([("Run", f"{made.rate}")] if made.rate else []),
        *(("Check", text) for text in expected(made)),
        *(("Mind", text) for text in made.handling),
        *([("Missing", made.missing)] if made.missing else []),
    ]


def expected(made: Preparation) -> list[str]:
    """The figures that a person holds against what is allowed."""
    checks = []
    if made.lowest_volume or made.highest_volume:
        found = made.final_volume or "not known"
        checks.append(f"total volume {found}, expected {write_range(made.lowest_volume, made.highest_volume)}")
    if made.concentration:
        limits = made.allowed_concentration
        judged = f"expected {limits}" if limits else "not checked: the formulary states no limits"
        checks.append(f"final concentration {made.concentration}, {judged}")
    return checks


def batches(made: Preparation) -> list[str]:
    """What has a batch number to write down."""
    products = [use.product for use in made.vials] or ([made.product] if made.product else [])
    return [*products, *([f"{made.bag} bag"] if made.bag else [])]


def fluid_of(fluid: DailyFluid) -> str:
    """The fluid of a day in words; where nothing that is counted has a volume, that it is not known."""
    unknown = f"not counted: {', '.join(fluid.not_counted)}" if fluid.not_counted else ""
    known = f"{fluid.volume}, {fluid.per_kg}" if fluid.volume.value or not unknown else "not known"
    return "; ".join(filter(None, (known, unknown)))


def pick_count(item: PickItem) -> str:
    """How much of an item is taken; the volume where containers are not counted."""
    return str(item.volume or "") if item.count is None else write_number(item.count)


def containers(made: Preparation) -> str:
    """The vials or tablets of one dose."""
    return " and ".join(f"{write_number(use.count)} × {use.product}" for use in made.vials)


def _taken(made: Preparation) -> list[Fact]:
    """The containers, and the volume to draw from them."""
    if made.form == "tablet":
        return [("Take", f"{containers(made)} = {_content(made)}")] if made.vials else []
    if made.draw is None:
        return []
    drawn = f"{made.draw} of {made.strength} = {_content(made)}"
    if made.form == "oral solution":
        return [("Take", made.product), ("Measure", drawn)]
    percent = f" ({write_number(made.unused_percent)}%)" if made.unused_percent is not None else ""
    rest = f"; {made.unused}{percent} stays unused" if made.unused and made.unused.value else ""
    return [("Take", f"{containers(made) or made.product}{rest}"), ("Draw", drawn)]


def _content(made: Preparation) -> str:
    """What is really measured, and how far that lies from the ordered dose."""
    if made.contains == made.dose or made.deviation_percent is None:
        return str(made.contains)
    return f"{made.contains} ({write_signed(made.deviation_percent)}% of {made.dose})"


def _into(made: Preparation) -> str:
    """The bag, what is taken out of it first, and what it then holds."""
    diluent = made.diluent or "(diluent to be named)"
    by = f" ({made.diluent_jurisdiction})" if made.diluent_jurisdiction else ""
    first = f"take {made.remove} out first, then add the drug" if made.remove else "add the drug"
    return f"{made.bag} bag of {diluent}{by}: {first}; total volume {made.final_volume}"

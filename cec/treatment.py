"""A treatment of several phases: in each so many cycles of a regimen."""

import datetime
from collections.abc import Iterator
from typing import Annotated, NamedTuple

import msgspec

from cec.keys import key
from cec.order import Order
from cec.regimen import DrugLine, Regimen, Source
from cec.units import Duration, span


class Phase(msgspec.Struct, frozen=True, omit_defaults=True):
    """So many cycles of a regimen, one after the other."""

    cycles: Annotated[int, key("how many cycles of it")]
    cycle_length: Annotated[Duration, key("from one day 1 to the next, e.g. 21 days", reads="whole days")]
    regimen: Annotated[str, key("the name of a regimen, or the path of its file beside this one")] = ""
    title: Annotated[str, key("its name on paper, where its drugs stand here")] = ""
    drugs: Annotated[tuple[DrugLine, ...], key("drug lines, in place of a regimen")] = ()


class Treatment(msgspec.Struct, frozen=True, omit_defaults=True):
    """Several phases, one after the other."""

    name: Annotated[str, key("the treatment's name on the command line", reads="name")]
    title: Annotated[str, key("the treatment's name on paper")]
    edition: Annotated[int, key("raised when any phase, cycle or length changes")]
    indication: Annotated[str, key("disease and patients", name="for")]
    source: Annotated[Source, key("where the treatment is published")]
    phases: Annotated[tuple[Phase, ...], key("the phases in their sequence")]
    regimens: tuple[Regimen, ...] = ()
    """That of each phase."""
    sha256: str = ""

    @property
    def count(self) -> int:
        """How many cycles it has in all."""
        return sum(phase.cycles for phase in self.phases)


class CyclePlace(NamedTuple):
    """One cycle of a treatment: its phase, which of its cycles it is, and its day 1."""

    phase: int
    cycle: int
    start: datetime.date


class TreatmentCalendar(NamedTuple):
    """The order of every cycle of a treatment, in their sequence."""

    treatment: Treatment
    orders: tuple[Order, ...]


def cycles_of(treatment: Treatment, start: datetime.date) -> Iterator[CyclePlace]:
    """Every cycle of a treatment that begins on this date, each phase by its own length."""
    for number, phase in enumerate(treatment.phases, 1):
        for cycle in range(1, phase.cycles + 1):
            yield CyclePlace(number, cycle, start)
            start += span(phase.cycle_length)

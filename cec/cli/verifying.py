"""What was typed of a verification beside the file or regimen that it is about, and how that is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cec.cli.inputs import pharmacy_file, read_pharmacy, read_text_of
from cec.cli.messages import wrong_usage
from cec.cli.option import typed_options
from cec.cli.places import keep_apart
from cec.errors import together_by_name

if TYPE_CHECKING:
    from decimal import Decimal

    from cec.cli.options import CheckOptions, PatientOptions, PharmacyOptions
    from cec.cli.output_options import OutputOptions
    from cec.cli.table_options import TableOptions
    from cec.regimen import Regimen


class Asked(Struct, frozen=True):
    """What was typed of a verification: doses that were written, what they are held against, and where it goes."""

    written: list[str]
    regimen: str | None
    patient: PatientOptions
    pharmacy: PharmacyOptions
    checks: CheckOptions
    start: str | None
    cycle: str | None
    tolerance: str | None
    table: TableOptions
    partial: bool
    output: OutputOptions

    @property
    def of_one_order(self) -> list[str]:
        """Which arguments and options were typed that tell of one order: its patient, its doses, what was accepted."""
        return [*self.written[:1], *typed_options(self.patient, self.checks)]

    def typed(self, *fields: str) -> list[str]:
        """Which of these options, each a field of its own, were typed."""
        return [f"--{field}" for field in fields if getattr(self, field)]


def refuse_typed(typed: list[str], why: str) -> None:
    """Wrong usage where something was typed that cannot be, and why not."""
    if typed:
        raise wrong_usage(why, typed[0])


def keep_answer_apart(asked: Asked, what: str, file: Path) -> None:
    """InputError where the answer would be written over a file that is read."""
    read = {what: file, "--regimen": asked.regimen, "--pharmacy": pharmacy_file(asked.pharmacy.pharmacy)}
    keep_apart(read, {"--output": asked.output.output})


def read_terms(asked: Asked, **others: Callable[[], Any]) -> dict[str, Any]:
    """The regimen (None where none was typed), pharmacy, start, cycle and tolerance, and what `others` read.

    InputError with every fault.
    """
    from cec.facts.reading import read_count, read_date
    from cec.load import load_regimen

    return together_by_name(
        regimen=lambda: None if asked.regimen is None else load_regimen(asked.regimen),
        pharmacy=lambda: read_pharmacy(asked.pharmacy),
        start=lambda: read_text_of("--start", asked.start, read_date),
        cycle=lambda: read_text_of("--cycle", asked.cycle, read_count),
        tolerance=lambda: read_percent(asked.tolerance),
        **others,
    )


def read_percent(tolerance: str | None) -> Decimal:
    """The tolerance that was typed, in percent of the expected dose; the usual one where none was."""
    from cec.load.texts import read_tolerance
    from cec.verification.doses import TOLERANCE

    return read_text_of("--tolerance", tolerance, read_tolerance) or TOLERANCE


def shipped_regimens() -> tuple[Regimen, ...]:
    """The regimens that a writer may have mistaken one for."""
    from cec.load import load_regimen, regimen_names

    return tuple(map(load_regimen, regimen_names()))

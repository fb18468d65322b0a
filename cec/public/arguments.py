"""Arguments of the public functions: what is refused of them, and faults that name them as a programmer wrote them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cec.days import LAST_DAY
from cec.errors import CecError, Fault, InputError, OrderRefused, blaming

if TYPE_CHECKING:
    from cec.load.typed import Texts


def read_argument(name: str, read: Callable[[Any], Any], text: Any) -> Any:
    """What the text of a parameter says; InputError that names the parameter."""
    with blaming(name):
        return read(text)


def refuse_idle_keys(texts: Texts, taken: Collection[str]) -> None:
    """InputError for each key of a patient file that is told here and would change nothing."""
    from cec.load.patient_file import PATIENT_FIELDS

    if idle := [key for key in texts if key in PATIENT_FIELDS and key not in taken]:
        keys = ", ".join(key for key in PATIENT_FIELDS if key in taken)
        raise InputError(*(Fault(f"is not told here; texts may tell {keys}", key) for key in idle))


def refuse_bare_texts(**several: object) -> None:
    """InputError for a text where several are wanted: its letters would be taken one by one."""
    if bare := {name: text for name, text in several.items() if isinstance(text, str)}:
        raise InputError(*(Fault(f"is a text; write ['{text}']", name) for name, text in bare.items()))


_PARAMETERS = {
    "--keep-reduction": "keep_reductions",
    "--drop-reduction": "drop_reductions",
    "--skip-day": "skip",
    "--time": "times",
    "--product": "products",
}
"""Parameters that have another name than the option of the command."""


@contextmanager
def naming_parameters() -> Iterator[None]:
    """Faults that name an option of the command name the parameter, or the key of its texts."""
    try:
        yield
    except OrderRefused:
        raise
    except CecError as error:
        raise type(error)(*map(_of_parameter, error.faults)) from None


def _of_parameter(fault: Fault) -> Fault:
    name = _PARAMETERS.get(fault.where) or fault.where.removeprefix("--").replace("-", "_")
    return fault._replace(where=name) if fault.where.startswith("--") else fault


def refuse_far_days(**days: Iterable[int]) -> None:
    """InputError for a day that no cycle has."""
    far = [(name, day) for name, each in days.items() for day in each if not -LAST_DAY <= day <= LAST_DAY]
    if far:
        raise InputError(*(Fault(f"no cycle has a day {day}", name, code="impossible-value") for name, day in far))

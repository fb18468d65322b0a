"""What every format says in the same words; of times, regimen, patient and alerts in the modules of that name."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cec.days import days_in_words, paper_date
from cec.order import Administration, Dose, Order
from cec.pharmacy import Pharmacy
from cec.routes import CHOICE, routes_of
from cec.units import span, write_signed

if TYPE_CHECKING:
    from cec.course.void import Void

DRAFT = "Draft: not valid until checked and signed"
NO_SIGNATURE = "not an electronic signature"
DIGITS = 16
"""How many digits of a fingerprint stand on a sheet."""
OMITTED = "OMITTED"
"""What stands for a dose of which nothing is left: no figure that could be misread."""
SECOND_CHECK = "A second calculation by this program is not an independent check."


def void_words(order: Order, void: Void | None = None) -> str:
    """Why an order must not be used, that it is cancelled or by what it is replaced; nothing of one that counts.

    >>> from types import SimpleNamespace
    >>> from cec.course.void import Void
    >>> void_words(SimpleNamespace(cancelled=None), Void(2, "0123456789abcdef" * 4, "ann.r2.json"))
    'VOID: replaced by revision 2 (order 0123456789abcdef). Do not use.'
    """
    by = f"revision {void.revision} (order {void.fingerprint[:DIGITS]})" if void else ""
    if cancelled := order.cancelled or (void and void.cancelled):
        beside = f" by {by}" if by and not order.cancelled else ""
        return f"VOID: cancelled on {paper_date(cancelled.on)}{beside}: {cancelled.reason}. Nothing of this is given."
    return f"VOID: replaced by {by}. Do not use." if void else ""


def validity(order: Order, void: Void | None = None) -> str:
    """That an order is a draft; once it is released by whom and when; and that it must not be used, and why."""
    if words := void_words(order, void):
        return words
    if order.release:
        return f"Released by {order.release.by} on {paper_date(order.release.on)} ({NO_SIGNATURE})"
    return DRAFT


def route_to_tick(route: str) -> str:
    """A route on paper: a box before each of several of which one must be chosen there.

    >>> route_to_tick("oral or IV bolus"), route_to_tick("oral")
    ('[  ] oral or [  ] IV bolus', 'oral')
    """
    routes = routes_of(route)
    return CHOICE.join(f"[  ] {each}" for each in routes) if len(routes) > 1 else route


def given_by(given: Dose | Administration, *, to_tick: bool = False) -> str:
    """By which route, and over how long where that is known: IV infusion over 2 h; `to_tick` as `route_to_tick`."""
    route = route_to_tick(given.route) if to_tick else given.route
    return f"{route} over {given.runs}" if given.over else route


def over_days(dose: Dose) -> list[str]:
    """What an infusion over more than a day gives in each 24 h, and for how long: never the whole as if it were daily.

    >>> from decimal import Decimal
    >>> from cec.units import Quantity
    >>> whole, part = Quantity(Decimal(5240), "mg"), Quantity(Decimal(1310), "mg")
    >>> dose = Dose(1, "cytarabine", "IV", whole, whole, whole, Decimal(0), (1,), 1, (), daily_total=part,
    ...             over=Quantity(Decimal(96), "h"))
    >>> over_days(dose)
    ['1,310 mg in each 24 h, for 96 h (4 days)']
    """
    if not dose.over or not dose.ordered.value or span(dose.over) <= A_DAY:
        return []
    days, rest = divmod(span(dose.over), A_DAY)
    in_days = "" if rest or dose.over.unit == "days" else f" ({days} days)"
    return [f"{dose.daily_total} in each 24 h, for {dose.over}{in_days}"]


A_DAY = datetime.timedelta(days=1)


def label_words(dose: Dose) -> list[str]:
    """What must stand on the labels of a dose, each text said to be that."""
    return [f"label: {text}" for text in dose.label]


def signed_percent(percent: Decimal) -> str:
    """A difference in percent with its sign.

    >>> signed_percent(Decimal("1.20")), signed_percent(Decimal("-0.00"))
    ('+1.2%', '0%')
    """
    return f"{write_signed(percent)}%"


def ordered_words(dose: Dose) -> str:
    """The ordered amount of one administration, or that it is omitted."""
    return str(dose.ordered) if dose.ordered.value else OMITTED


def changes(order: Order) -> Iterator[str]:
    """What a person declared of each dose, with what is left and why; a drug of which nothing is left is omitted."""
    for dose in order.doses:
        days = "" if dose.days == order.days_of(dose) else f" on {days_in_words(dose.days)}"
        for step in dose.steps:
            if step.what in CHANGED:
                left = f"OMITTED{days or ' on every day'}" if not step.value.value else f"{dose.ordered}{days}"
                yield f"{dose.drug}: {left}, {step.in_words}"


CHANGED = ("reduced", "set")
"""The steps of a dose that a person declares."""


def reason_of(dose: Dose) -> str:
    """Why a person changed or left out a dose, without any amount; nothing where nobody did."""
    how = next((step.how for step in dose.steps if step.what in CHANGED), "")
    return dose.withheld or how.partition(": ")[2]


def changed_words(dose: Dose) -> str:
    """That a person reduced or set a dose, without another amount than the one that is given."""
    step = next((step for step in dose.steps if step.what in CHANGED), None)
    if step is None:
        return ""
    return f"reduced {step.how.partition(' of ')[0]}" if step.what == "reduced" else "set by a person"


def assumptions(order: Order) -> Iterator[tuple[str, str]]:
    """What the regimen adds to its source, each with its reason."""
    yield from order.regimen.assumed.items()
    of_lines = {(f"{dose.drug}, {what}", why): None for dose in order.doses for what, why in dose.assumed.items()}
    yield from of_lines


def origin(order: Order) -> str:
    """Which order this is: its regimen's edition, the first digits of the fingerprints, and what it replaces."""
    regimen = order.regimen
    replaces = f", replaces {order.replaces[:DIGITS]}" if order.replaces else ""
    revision = f"; revision {order.revision}{replaces}" if order.revision > 1 else ""
    return (
        f"{regimen.name}, edition {regimen.edition}; SHA-256 of regimen {regimen.sha256[:DIGITS]}, "
        f"input {order.sha256[:DIGITS]}, order {order.fingerprint[:DIGITS]}{revision}; {pharmacy_words(order.pharmacy)}"
    )


def spelled(drug: str, pharmacy: Pharmacy) -> str:
    """The name of a drug as the pharmacy writes it on paper: each word for which it has a spelling of its own.

    >>> spelled("Vincristine sulfate", Pharmacy(tall_man=("vinCRIStine", "vinBLAStine")))
    'vinCRIStine sulfate'
    """
    spellings = {spelling.casefold(): spelling for spelling in pharmacy.tall_man}
    return re.sub(r"[^\W_]+", lambda word: spellings.get(word[0].casefold(), word[0]), drug) if spellings else drug


def with_spellings(data: Any, pharmacy: Pharmacy) -> Any:
    """The data of a paper with the name of every drug, under a key `drug`, as the pharmacy writes it."""
    if not pharmacy.tall_man:
        return data
    if isinstance(data, dict):
        return {
            key: spelled(below, pharmacy) if key == "drug" else with_spellings(below, pharmacy)
            for key, below in data.items()
        }
    return [with_spellings(below, pharmacy) for below in data] if isinstance(data, list | tuple) else data


def pharmacy_words(pharmacy: Pharmacy) -> str:
    """The pharmacy file by the first digits of its SHA-256 and its name; that there was none.

    >>> pharmacy_words(Pharmacy()), pharmacy_words(Pharmacy("Ward 3", sha256="0123456789abcdef" * 4))
    ('no pharmacy file', 'pharmacy file 0123456789abcdef (Ward 3)')
    """
    if not pharmacy.sha256:
        return "no pharmacy file"
    return f"pharmacy file {pharmacy.sha256[:DIGITS]}{f' ({pharmacy.name})' if pharmacy.name else ''}"


_OPTION = re.compile(r"--[a-z-]+ '[^']*'")
_NUMBER_AND_UNIT = re.compile(
    r"(?<=[0-9…]) (?=[a-zA-Z%×])|(?<=ft) (?=[0-9])|(?<=AUC) (?=[0-9])|(?<=x) (?=10\^)"
    r"|(?<=[0-9] to) (?=[0-9](?:[0-9.,]*[0-9])? [a-zA-Z%])"  # 0.15 to 0.4 mg/mL
)


def bind(text: str) -> str:
    """The text with no-break spaces between each number and its unit or power, so that no line ends between them.

    Nor does one end within a range, or within an option, which can so be copied whole.

    >>> bind("gives 38.4 mg daily"), bind("expected 0.15 to 0.4 mg/mL")
    ('gives 38.4\\xa0mg daily', 'expected 0.15\\xa0to\\xa00.4\\xa0mg/mL')
    """
    text = _OPTION.sub(lambda option: option[0].replace(" ", "\N{NO-BREAK SPACE}"), text)
    return _NUMBER_AND_UNIT.sub("\N{NO-BREAK SPACE}", text)

"""How a dose is made up, in words: what to take, dissolve, draw, mix, check and mind; how much of what is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cec.rendering.words.times import moment, weekday_date
from cec.routes import is_oral
from cec.units import is_dissolved, write_number, write_range, write_signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cec.order import Administration, DailyFluid, Dose, Order, PickItem, Preparation

DISSOLVE = "dissolve "
"""How the note on handling begins that says how a powder is dissolved."""

Instruction = tuple[str, str]
"""A label and what stands beside it."""


def instructions(preparation: Preparation, row: Administration | None = None) -> list[Instruction]:
    """What to take, dissolve, draw, mix, check and mind for one dose, each with its label, in the order of the hands;
    a label may stand several times.

    `row` is the administration that it is for, where its day is known.
    """
    dissolve = [text.removeprefix(DISSOLVE) for text in preparation.handling if text.startswith(DISSOLVE)]
    taken, drawn = _taken(preparation)
    return [
        *taken,
        *(("Dissolve", text) for text in dissolve),
        *drawn,
        *([("Into", _into(preparation))] if preparation.bag else []),
        *([("Run", f"{preparation.rate}")] if preparation.rate else []),
        *checks(preparation),
        *([("Use before", text)] if (text := use_before(preparation, row)) else []),
        *(("Mind", text) for text in preparation.handling if not _is_said(text, preparation)),
        *([("Missing", preparation.missing)] if preparation.missing else []),
    ]


_FIRST = ("Take", "Dissolve", "Draw", "Measure", "Into")


def instructions_with_blanks(preparation: Preparation, dose: Dose, row: Administration | None) -> list[Instruction]:
    """The same, with an empty text for each instruction that is written by hand because nothing says what it is."""
    is_known = bool(preparation.vials) or preparation.draw is not None
    taken = () if is_known else ("Take",) if is_oral(dose.route) else ("Take", "Draw")
    into = ("Into",) if dose.is_infused and preparation.bag is None else ()
    blanks = [(name, "") for name in (*taken, *into)] if is_dissolved(dose.ordered.unit) else []
    found = [*blanks, *instructions(preparation, row)]
    return sorted(found, key=lambda each: _FIRST.index(each[0]) if each[0] in _FIRST else len(_FIRST))


def _is_said(text: str, preparation: Preparation) -> bool:
    """Whether a note on handling is said elsewhere: how a powder is dissolved, and how long it keeps."""
    life = preparation.shelf_life
    keeps = text.partition("keeps")[2].strip(": ")
    return text.startswith(DISSOLVE) or bool(
        life and keeps and (life.within or keeps in life.unknown or keeps == "not stated")
    )


def use_before(preparation: Preparation, row: Administration | None) -> str:
    """Up to when it may be used, with how it is stored and by whose label; nothing of what keeps as its pack says."""
    life = preparation.shelf_life
    if life is None:
        return ""
    if life.within is None:
        return f"to be written by hand: {life.unknown}"
    storage = f"{life.storage} ({life.jurisdiction})"
    if row is None or row.use_before is None:
        return f"within {life.within} of making; {storage}"
    return f"{moment(row.use_before)}, {life.within} after it is made; {storage}"


def checks(preparation: Preparation) -> list[Instruction]:
    """The figures that a person holds against what is allowed, and those for which nothing says what is."""
    found: list[Instruction] = []
    if preparation.lowest_volume or preparation.highest_volume:
        allowed = write_range(preparation.lowest_volume, preparation.highest_volume)
        volume = preparation.final_volume
        unknown = ("Not checked", f"total volume: not known, allowed {allowed}")
        found.append(("Check", f"total volume {volume}{EXPECTED}{allowed}") if volume else unknown)
    if preparation.concentration:
        what = f"final concentration {preparation.concentration}"
        limits = preparation.allowed_concentration
        unchecked = f"{what}: the formulary states no limits"
        found.append(("Check", f"{what}{EXPECTED}{limits}") if limits else ("Not checked", unchecked))
    return found


EXPECTED = ", expected "
"""What stands between a figure to check and what is allowed."""


def batches(preparation: Preparation) -> list[str]:
    """What has a batch number to write down."""
    products = [use.product for use in preparation.vials] or ([preparation.product] if preparation.product else [])
    is_dissolved = any(text.startswith(DISSOLVE) for text in preparation.handling)
    return [
        *products,
        *(["fluid to dissolve"] if is_dissolved else []),
        *([f"{preparation.bag} bag"] if preparation.bag else []),
    ]


def fluid_on(order: Order, day: int) -> str:
    """The fluid of a day of the cycle in words, and that of dates behind it that are no day, where days were moved."""
    date, after = order.date_of(day), order.date_of(order.regimen.calendar.later(day, 1))
    texts = [fluid_of(each) for each in order.daily_fluids if day in each.days]
    for each in order.daily_fluids:
        between = (other for other in each.dates if date and after and date < other < after)
        texts += [f"on {weekday_date(other)} {fluid_of(each)}" for other in between]
    return "; ".join(texts)


def fluid_of(fluid: DailyFluid) -> str:
    """The fluid of a day in words; where nothing that is counted has a volume, that it is not known."""
    unknown = f"not counted: {', '.join(fluid.not_counted)}" if fluid.not_counted else ""
    volume = f"{fluid.volume}, {fluid.per_kg}" if fluid.volume.value or not unknown else "not known"
    return "; ".join(filter(None, (volume, unknown)))


def pick_count(item: PickItem) -> str:
    """How much of an item is taken; the volume where containers are not counted."""
    return str(item.volume or "") if item.count is None else write_number(item.count)


def picked(items: Sequence[PickItem]) -> str:
    """How much of several items is taken, in words."""
    return " and ".join(f"{pick_count(item)}{' ×' if item.count else ''} {item.item}".lstrip() for item in items)


def containers(preparation: Preparation) -> str:
    """The vials or tablets of one dose."""
    return " and ".join(f"{write_number(use.count)} × {use.product}" for use in preparation.vials)


def _taken(preparation: Preparation) -> tuple[list[Instruction], list[Instruction]]:
    """The containers, and the volume to draw from them."""
    if preparation.form == "tablet":
        return ([("Take", f"{containers(preparation)} = {_content(preparation)}")] if preparation.vials else []), []
    if preparation.draw is None:
        return [], []
    drawn = f"{preparation.draw} of {preparation.strength} = {_content(preparation)}"
    if preparation.form == "oral solution":
        return [("Take", preparation.product)], [("Measure", drawn)]
    percent = f" ({write_number(preparation.unused_percent)}%)" if preparation.unused_percent is not None else ""
    rest = f"; {preparation.unused}{percent} stays unused" if preparation.unused and preparation.unused.value else ""
    return [("Take", f"{containers(preparation) or preparation.product}{rest}")], [("Draw", drawn)]


def _content(preparation: Preparation) -> str:
    """What is really measured, and how far that lies from the ordered dose."""
    if preparation.contains == preparation.dose or preparation.deviation_percent is None:
        return str(preparation.contains)
    return f"{preparation.contains} ({write_signed(preparation.deviation_percent)}% of {preparation.dose})"


def _into(preparation: Preparation) -> str:
    """The bag, what is taken out of it first, and what it then holds."""
    diluent = preparation.diluent or "(diluent to be named)"
    by = f" ({preparation.diluent_jurisdiction})" if preparation.diluent_jurisdiction else ""
    first = f"take {preparation.remove} out first, then add the drug" if preparation.remove else "add the drug"
    return f"{preparation.bag} bag of {diluent}{by}: {first}; total volume {preparation.final_volume}"

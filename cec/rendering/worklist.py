"""What a worklist says of each dose, patient and vial, in the same words in every format."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from cec.days import paper_date
from cec.rendering.words import DIGITS, DRAFT, given_by
from cec.rendering.words.preparation import containers
from cec.rendering.words.times import moment, starting_time, weekday_date
from cec.routes import use_only
from cec.units import write_number
from cec.when_words import listed

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Sequence

    from cec.course.patient_history import CycleOfHistory
    from cec.course.ward_day import DoseOfDay, FromVial, LeftOut, OrderOfDay, PatientOfDay, VialsOfDay, Worklist
    from cec.order import Administration, Preparation

TITLE = "Worklist"
NOT_PREPARED = "drafted without a formulary: to be made up by hand"
DRAFT_MARK = "DRAFT"
BY_HAND = "by hand"


class Line(NamedTuple):
    """A dose of the list in words."""

    number: str
    time: str
    who: str
    where: str
    drug: str
    dose: str
    given: str
    draw: str
    into: str
    vials: str
    vial_numbers: str
    """The same without the product's name, where the day opens no other of the drug."""
    use_before: str
    status: str
    label: str


def title_of(worklist: Worklist) -> str:
    """What the list is, and of which day."""
    return f"{TITLE}, {weekday_date(worklist.date)}"


def standing(worklist: Worklist) -> str:
    """What the list is not, and what of it nobody has released.

    >>> from datetime import date
    >>> from cec.course.ward_day import Worklist
    >>> standing(Worklist(schema="cec.worklist/1", date=date(2026, 12, 1)))
    'This list is not an order: hold each dose against its own'
    """
    is_draft = any(order.release is None for order in worklist.orders)
    marked = f". {DRAFT_MARK}: {DRAFT.partition(': ')[2]}" if is_draft else ""
    return f"This list is not an order: hold each dose against its own{marked}"


def left_out_words(each: LeftOut) -> str:
    """An order that is not on the list, and why."""
    return f"{each.file} of {who(each.patient) or 'a patient who is not named'}: {each.why}"


def counts(worklist: Worklist) -> str:
    """How many patients and doses the list has, and how many of its orders nobody has released.

    >>> from datetime import date
    >>> from cec.course.ward_day import Worklist
    >>> counts(Worklist(schema="cec.worklist/1", date=date(2026, 12, 1)))
    'no doses for no patients'
    """
    drafts = sum(order.release is None for order in worklist.orders)
    draft = f"; {_number(drafts, 'order is a draft', 'orders are drafts')}" if drafts else ""
    doses, patients = len(worklist.doses), len(worklist.orders)
    return f"{_number(doses, 'dose', 'doses')} for {_number(patients, 'patient', 'patients')}{draft}"


def _number(count: int, single: str, several: str) -> str:
    return f"{count or 'no'} {single if count == 1 else several}"


def lines(worklist: Worklist) -> list[Line]:
    """Every dose of the list, in its sequence."""
    products = Counter(each.drug for each in worklist.vials)
    return [_line(dose, worklist, has_several=products[dose.administration.drug] > 1) for dose in worklist.doses]


def _line(dose: DoseOfDay, worklist: Worklist, *, has_several: bool) -> Line:
    row, preparation, order = dose.administration, dose.preparation, worklist.orders[dose.order]
    return Line(
        str(dose.number),
        _time(row, worklist.date),
        who(order.patient),
        where(order.patient),
        row.drug,
        str(row.dose),
        given_by(row),
        _draw(preparation) if preparation else NOT_PREPARED,
        _into(preparation) if preparation else "",
        vials_words(dose),
        vials_words(dose) if has_several else "; ".join(_vials(each.vials) for each in dose.drawn_from),
        _use_before(preparation, row) if preparation else "",
        ", ".join(filter(None, ("" if order.release else DRAFT_MARK, f"given: {dose.given}" if dose.given else ""))),
        "; ".join(filter(None, (use_only(row.route), *dose.label))),
    )


def _time(row: Administration, date: datetime.date) -> str:
    """When a dose starts; with its date where it is made up on the day before."""
    return starting_time(row) if row.date == date else f"{weekday_date(row.date)} {starting_time(row)}"


def _use_before(preparation: Preparation, row: Administration) -> str:
    """Up to when a dose may be used; nothing of what keeps as its pack says."""
    life = preparation.shelf_life
    if life is None:
        return ""
    if row.use_before:
        return moment(row.use_before)
    return f"within {life.within} of making" if life.within else BY_HAND


def who(patient: PatientOfDay) -> str:
    """Name and id of a patient; the date of birth where there is no id.

    >>> from cec.course.ward_day import PatientOfDay
    >>> who(PatientOfDay("1042", "Anna Nowak"))
    'Anna Nowak, id 1042'
    """
    number = f"id {patient.id}" if patient.id else f"born {paper_date(patient.born)}" if patient.born else ""
    return ", ".join(filter(None, (patient.name, number)))


def where(patient: PatientOfDay) -> str:
    """Ward and bed of a patient, as far as they were told."""
    return ", ".join(filter(None, (patient.ward, f"bed {patient.bed}" if patient.bed else "")))


def made_up(line: Line) -> list[str]:
    """How a dose is made up, a text for each step: what to take or draw, into what, and from which vials."""
    draw = f"draw {line.draw}" if line.into or line.vials else line.draw
    return [
        text
        for text in (
            draw,
            line.into and f"into {line.into}",
            *(f"from {vials}" for vials in line.vials.split("; ") if vials),
        )
        if text
    ]


def _draw(preparation: Preparation) -> str:
    """What is measured for the dose; why nothing is known of it."""
    if preparation.form == "tablet":
        return containers(preparation) or preparation.missing
    return str(preparation.draw or preparation.missing or preparation.final_volume or "")


def _into(preparation: Preparation) -> str:
    """The bag that a dose goes into, and what it then holds."""
    if not preparation.bag:
        return ""
    diluent = preparation.diluent or "(diluent to be named)"
    total = f", total {preparation.final_volume}" if preparation.final_volume != preparation.bag else ""
    return f"{preparation.bag} bag of {diluent}{total}"


def vials_words(dose: DoseOfDay) -> str:
    """From which vials a dose is drawn, with the amounts where it takes not all of one."""
    return "; ".join(f"{each.product} {_vials(each.vials)}" for each in dose.drawn_from)


def _vials(vials: Sequence[FromVial]) -> str:
    """Numbers of vials, each with what is taken of it.

    >>> from decimal import Decimal
    >>> from cec.course.ward_day import FromVial
    >>> from cec.units import Quantity
    >>> _vials([FromVial(3, Quantity(Decimal(20), "mg")), FromVial(4, Quantity(Decimal(10), "mg"))])
    'no. 3 (20 mg) and 4 (10 mg)'
    """
    return f"no. {listed([f'{each.vial} ({each.amount})' for each in vials])}"


def vials_of_product(each: VialsOfDay) -> Iterator[str]:
    """What sharing saves of a product, what nobody gets, and why patients share none of its vials."""
    if each.saved.value:
        less = each.single.count - each.opened.count
        count = f"{less} vial{'s' if less > 1 else ''} fewer than"
        yield f"{count} {each.single.count} without sharing: {each.saved} ({write_number(each.saved_percent)}%) saved"
    yield unused(each)
    if each.not_shared:
        yield f"not shared between patients: {each.not_shared}"


def unused(each: VialsOfDay) -> str:
    """What of the opened vials nobody gets; beside it what that would be if no dose shared one."""
    opened, single = each.opened, each.single
    instead = f" instead of {single.unused} ({write_number(single.unused_percent)}%)" if each.saved.value else ""
    return f"{opened.unused} ({write_number(opened.unused_percent)}%) unused{instead}"


def policy_words(worklist: Worklist) -> str:
    """Whose policy of sharing vials was used."""
    if worklist.pharmacy is None:
        return "vials shared as the pharmacy of each order says; no pharmacy file"
    name = f" ({worklist.pharmacy.name})" if worklist.pharmacy.name else ""
    return f"vials shared as pharmacy file {worklist.pharmacy.sha256[:DIGITS]}{name} says"


def order_words(order: OrderOfDay) -> str:
    """Which order a patient's doses are from: regimen, cycle, who released it, and its file."""
    cycle = f", cycle {order.cycle}" if order.cycle else ""
    return f"{order.title} ({order.regimen}, edition {order.edition}){cycle}; {released_and_file(order)}"


def released_and_file(order: OrderOfDay | CycleOfHistory) -> str:
    """Who released an order, which it is, and its file."""
    release = f"released by {order.release.by} on {paper_date(order.release.on)}" if order.release else DRAFT_MARK
    revision = f", revision {order.revision}" if order.revision > 1 else ""
    return f"{release}; order {order.fingerprint[:DIGITS]}{revision}, {order.file}"

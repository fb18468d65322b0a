"""Orders held against others' doses, changed, continued, compared and listed; texts are read as options are.

Each function works on those of the command of its name; none reads the clock, or a file that nobody named.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from cec.calculate import refuse_other_types
from cec.errors import Fault, InputError, together
from cec.public.arguments import naming_parameters, read_argument, refuse_bare_texts, refuse_far_days, refuse_idle_keys

if TYPE_CHECKING:
    from cec.course.comparison import Comparison
    from cec.course.ward_day import Worklist
    from cec.load.typed import Texts
    from cec.order import Order
    from cec.pharmacy import Pharmacy
    from cec.regimen import Regimen
    from cec.verification import Verification

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def verify(
    order: Order, written: Mapping[str, str] | Iterable[str], *, tolerance: str = "5%", partial: bool = False
) -> Verification:
    """Doses that somebody else wrote held against an order: a verdict for each drug, with the mistake that explains it.

    `written` are the amounts of one administration with their units, `{"clofarabine": "38 mg"}` or
    `["clofarabine=38mg"]`; also `cytarabine.times`, `.days`, `.route`, `.over`, and `days`, the number of days.
    `tolerance` is in percent of the expected dose, up to 20. With `partial` only some of the drugs were to be written.
    InputError for a text that cannot be read. Not an independent second person.

    >>> from cec import draft_order, load_patient, load_regimen
    >>> order = draft_order(load_regimen("cec-induction"), load_patient(texts={"height": "128 cm", "weight": "26 kg"}))
    >>> verification = verify(order, {"clofarabine": "192 mg", "etoposide": "96 mg"}, partial=True)
    >>> verification.agrees, [(each.drug, each.verdict) for each in verification.verdicts[:2]]
    (False, [('clofarabine', 'differs'), ('etoposide', 'agrees')])
    >>> verification.verdicts[0].explanations[0].text
    '5 days × 38.4 mg is 192 mg'
    """
    from cec.load import load_regimen, regimen_names
    from cec.load.texts import read_tolerance
    from cec.verification import verify_doses
    from cec.verification.typed import typed_days, typed_doses

    refuse_bare_texts(written=written)
    if not isinstance(tolerance, str):
        raise InputError(Fault(f"{tolerance!r} is not a text; write '5%'", "tolerance"))
    texts = [f"{name}={text}" for name, text in written.items()] if isinstance(written, Mapping) else list(written)
    doses, days, percent = together(
        lambda: typed_doses(texts),
        lambda: typed_days(texts),
        lambda: read_argument("tolerance", read_tolerance, tolerance),
    )
    others = tuple(map(load_regimen, regimen_names()))
    return verify_doses(order, doses, days=days, tolerance=percent, others=others, partial=partial)


def change(
    order: Order,
    *,
    on: datetime.date,
    reason: str,
    from_day: int | None = None,
    texts: Texts = _NOTHING,
    stop: Sequence[str] = (),
    skip: Mapping[int, Literal["move", "drop"]] = MappingProxyType({}),
    restore_day: Sequence[int] = (),
    move_day: Mapping[int, datetime.date] = MappingProxyType({}),
    start: datetime.date | None = None,
    times: Sequence[str] = (),
    given: Sequence[str] = (),
    not_given: Sequence[str] = (),
    products: Mapping[str, str] = _NOTHING,
    pharmacy: Pharmacy | None = None,
    accept: Mapping[str, str] = _NOTHING,
    strict: bool = False,
) -> Order:
    """The order that replaces another from a day of its cycle on; what is dated before `on` counts as given as ordered.

    `texts` are what was measured or declared anew, by the keys of a patient file: `height`, `weight` with units,
    `measured_on`, `creatinine`, `reductions`, `set`, `without`. `skip` says of a day whether it and later ones come
    later (`move`) or it is left out (`drop`), `restore_day` which days that were left out are given after all.
    `given` are other amounts than ordered, `clofarabine on day 2=20 mg`, `not_given` doses nobody got, `times`
    starts: `14:00`, `mesna=10:00`. InputError with every fault, OrderRefused where no dose may come of it. The new
    order is a draft, revision one higher, and names the one it replaces.

    >>> import datetime
    >>> from cec import draft_order, load_patient, load_regimen
    >>> patient = load_patient(texts={"id": "7", "height": "128 cm", "weight": "26 kg"})
    >>> order = draft_order(load_regimen("cec-induction"), patient, start=datetime.date(2026, 11, 30))
    >>> new = change(order, on=datetime.date(2026, 12, 2), reason="fever", from_day=3, stop=["etoposide"])
    >>> days = [row.day for row in new.administrations if row.drug == "etoposide"]
    >>> new.revision, new.replaces == order.fingerprint, days
    (2, True, [1, 2])
    """
    from cec.course.changing import Asked, changed
    from cec.facts import changing_facts
    from cec.facts.reading import read_text
    from cec.load import load_patient
    from cec.load.change_texts import read_given, read_not_given, read_times
    from cec.load.declarations import DECLARATIONS
    from cec.order import MovedDay, SkippedDay

    refuse_bare_texts(stop=stop, times=times, given=given, not_given=not_given)
    refuse_other_types({"on": on, "start": start, **{f"move_day {day}": to for day, to in move_day.items()}}, {})
    now = order.patient_now
    size = {"height": str(now.height), "weight": str(now.weight)}
    measured = {fact.name for fact in changing_facts()}
    patient, clocks, _, *of_doses = together(
        lambda: load_patient(texts={**size, **texts}),
        lambda: read_argument("times", read_times, times),
        lambda: refuse_idle_keys(texts, {*measured, *DECLARATIONS}),
        *(lambda text=text: read_argument("given", read_given, text) for text in given),
        *(lambda text=text: read_argument("not_given", read_not_given, text) for text in not_given),
    )
    read_argument("reason", read_text, reason)
    if not reason.strip():
        raise InputError(Fault("is empty: it stands on the order", "reason"))
    of_change = [from_day] if from_day is not None else []
    refuse_far_days(from_day=of_change, skip=skip, restore_day=restore_day, move_day=move_day)
    if others := [then for then in skip.values() if then not in {"move", "drop"}]:
        raise InputError(Fault(f"'{others[0]}' is neither move nor drop", "skip", code="not-one-of"))
    asked = Asked(
        on=on,
        reason=reason,
        from_day=from_day,
        facts=frozenset(measured & texts.keys()),
        stopped=tuple(stop),
        skipped=tuple(SkippedDay(day, then) for day, then in skip.items()),
        restored=tuple(restore_day),
        moved=tuple(MovedDay(day, date) for day, date in move_day.items()),
        start=start,
        times=clocks,
        products=products,
        pharmacy=pharmacy,
        given=tuple(of_doses),
        accepted=accept,
        patient=patient,
    )
    if not asked.changes_anything:
        raise InputError("nothing is changed; say what is other from that day on")
    with naming_parameters():
        return changed(order, asked, strict=strict)


def next_cycle(
    order: Order,
    *,
    start: datetime.date,
    texts: Texts = _NOTHING,
    keep_reductions: Sequence[str] = (),
    drop_reductions: Sequence[str] = (),
    unknown: Sequence[str] = (),
    also_given: Sequence[str] = (),
    regimen: Regimen | str | None = None,
    phase: int | None = None,
    cycle: int | None = None,
    pharmacy: Pharmacy | None = None,
    accept: Mapping[str, str] = _NOTHING,
    strict: bool = False,
) -> Order:
    """The order of the cycle after a saved one, which must have a start; `start` is its day 1.

    It carries on who the patient is, history, previous day 1 and weight, the number of the cycle and what was given of
    each drug. `texts` are told anew by the keys of a patient file: the weight always, height and creatinine once they
    are older than the pharmacy allows. Each reduction is kept or dropped by its drug; `unknown` names facts that nobody
    knows now, `also_given` amounts that no order tells, `doxorubicin=120 mg/m2`. `regimen` may be the name or the file
    of a regimen or of a treatment of phases, of which `phase` and `cycle` name a cycle, and else the next one follows.
    Without `regimen` and `pharmacy` those of the order. InputError with all that is missing.

    >>> import datetime
    >>> from cec import draft_order, load_patient, load_regimen
    >>> texts = {"id": "7", "height": "128 cm", "weight": "26 kg", "measured_on": "2026-11-29"}
    >>> first = draft_order(
    ...     load_regimen("cec-induction"), load_patient(texts=texts), start=datetime.date(2026, 11, 30), cycle=1
    ... )
    >>> again = {"weight": "27 kg", "height": "129 cm", "measured_on": "2027-01-03"}
    >>> second = next_cycle(first, start=datetime.date(2027, 1, 4), texts=again)
    >>> second.cycle, str(second.patient.previous_weight), second.follows.fingerprint == first.fingerprint
    (2, '26 kg', True)
    """
    from cec.course.carried import Following, News, carry_patient
    from cec.course.next_cycle import cycle_that_follows, drafted_after, refuse_overlap, refuse_without_number
    from cec.facts import EARLIER_DOSES, EARLIER_DOSES_SINCE
    from cec.load.patient_file import PATIENT_FIELDS

    refuse_bare_texts(
        keep_reductions=keep_reductions, drop_reductions=drop_reductions, unknown=unknown, also_given=also_given
    )
    refuse_other_types({"start": start}, {"phase": phase, "cycle": cycle})
    if order.start is None:
        raise InputError("the order has no start: nobody can tell when its cycle was given")
    policy = pharmacy or next((each.pharmacy for each in reversed(order.changes) if each.pharmacy), order.pharmacy)
    news = News(texts, keep_reductions, drop_reductions, unknown, also_given)
    with naming_parameters():
        following = cycle_that_follows(order, regimen, phase=phase, cycle=cycle)
        _, carried, *_ = together(
            lambda: refuse_without_number(order, following),
            lambda: carry_patient(order, Following(following.regimen, policy, start), news, "the order before"),
            lambda: refuse_overlap(order, start),
            lambda: refuse_idle_keys(texts, PATIENT_FIELDS.keys() - {EARLIER_DOSES, EARLIER_DOSES_SINCE}),
        )
        return drafted_after(order, following, carried, policy, start, accept=accept, strict=strict)


def compare(first: Order, second: Order) -> Comparison:
    """Two orders side by side: measures, and of each drug dose, days, times and reasons; `differs` on each row.

    >>> from cec import draft_order, load_patient, load_regimen
    >>> regimen = load_regimen("cec-induction")
    >>> sizes = ({"height": "128 cm", "weight": "26 kg"}, {"height": "128 cm", "weight": "27 kg"})
    >>> comparison = compare(*(draft_order(regimen, load_patient(texts=texts)) for texts in sizes))
    >>> row = next(each for each in comparison.rows if each.about == "clofarabine" and each.differs)
    >>> row.what, *(str(cell[0].value) for cell in (row.first, row.second))
    ('dose', '38.4 mg', '39.2 mg')
    """
    from cec.course.comparing import compare as side_by_side

    return side_by_side(first, second, ("first", "second"))


def worklist(
    day: datetime.date,
    orders: Sequence[str | Path],
    *,
    pharmacy: Pharmacy | None = None,
    released_only: bool = False,
    leave_out: Sequence[str | Path] = (),
) -> Worklist:
    """Every dose of a day over all patients, from files and folders of saved orders, with vials and pick list.

    Of each cycle the current order counts; replaced and cancelled ones stand in `left_out`. `pharmacy` says which vials
    patients share; without it each order's own does. A damaged file is an alert of the list, which may lack its
    patient. FileError where a chain of orders is broken, InputError where an order names no patient.

    >>> import datetime, tempfile
    >>> from pathlib import Path
    >>> from cec import draft_order, load_patient, load_regimen, render
    >>> patient = load_patient(texts={"id": "7", "height": "128 cm", "weight": "26 kg"})
    >>> order = draft_order(load_regimen("cec-induction"), patient, start=datetime.date(2026, 11, 30))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "7.json").write_bytes(render(order, "json"))
    ...     doses = worklist(datetime.date(2026, 12, 1), [folder]).doses
    >>> [(each.administration.drug, str(each.administration.dose)) for each in doses[:2]]
    [('prednisone', '13 mg'), ('clofarabine', '38.4 mg')]
    """
    from cec.course.found_orders import orders_of_day
    from cec.course.worklist import ward_day

    refuse_bare_texts(orders=orders, leave_out=leave_out)
    refuse_other_types({"day": day}, {})
    found = orders_of_day(day, [Path(each) for each in orders], [Path(each) for each in leave_out])
    return ward_day(day, found.files, pharmacy, released_only=released_only, not_listed=found.not_listed).worklist

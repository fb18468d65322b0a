"""Every format of an order shows whose it is, by which regimen, every dose, row and alert, and that it is a draft.

Driven by the tables of formats: whatever stands in them is held to this.
"""

from __future__ import annotations

import datetime
import importlib
import inspect
import io
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdf
import pytest
from msgspec import UNSET
from msgspec.structs import replace

from cec import Order, draft_order, load_patient, load_pharmacy, load_regimen, render
from cec.errors import InputError
from cec.order import Alert, Cancelled, Release
from cec.regimen import Regimen
from cec.rendering import FORMATS, VERIFIED_DOSES, WORKSHEETS, Format, Formats, formats
from cec.rendering.verification import VerifiedDoses
from cec.rendering.words import DRAFT
from cec.units import Quantity
from cec.verification import verify_doses

REGIMENS = Path(__file__).parent.parent / "regimens"
STARTER = Path(__file__).parent.parent.parent / "cec" / "load" / "starter_pharmacy.yaml"
PHARMACY = replace(load_pharmacy(STARTER), time_zone="Europe/Warsaw")
START = datetime.date(2026, 11, 30)
CODES_ALONE = {"csv"}
"""Formats for programs: the code of an alert, without its words."""
DRUG_ALONE = {"labels"}
"""What goes onto one bag: patient, drug and dose, without the regimen."""
FOR_PROGRAMS = r"\bstatus\b.*\bdraft\b|\"release\": null"
"""How formats for programs say that nobody has released the order."""
GROUPS_DAYS = {("worksheet", "table"), ("order", "fhir")}
"""Where days that are alike are written once, with their numbers."""
NEEDS_A_START = {"labels", "ics"}
CHILD = {"height": "128 cm", "weight": "26 kg", "age": "8", "sex": "female", "creatinine_clearance": "80 mL/min"}
INFANT: dict[str, Any] = {"height": "79 cm", "weight": "9.8 kg", "age": "15 months", "sex": "male"}
DOCUMENTS = {"order": FORMATS, "worksheet": WORKSHEETS}


def order(regimen: str | Regimen, *, start: datetime.date | None = START, **texts: Any) -> Order:
    """An order of which there is something to look at."""
    accept = {"under-10-kg": "tumour board"} if texts.get("weight") == "9.8 kg" else {}
    patient = load_patient(texts={**CHILD, **texts})
    loaded = load_regimen(regimen) if isinstance(regimen, str) else regimen
    return draft_order(loaded, patient, PHARMACY, start=start, cycle=1, accept=accept)


LEFT_OPEN: dict[str, Any] = {
    "how-much-for-whom": {
        "choices": [
            "carboplatin-x=AUC 4 by newell-1993",
            "prednisolone-x=33.5 mg/m2",
            "prednisolone-x=oral",
        ],
        "history": {"t_all": "false"},
        "platelets": "200 x 10^9/L",
        "alt": "300 U/L",
    }
}
"""What a person settles, or tells, of a regimen beside what all of them need."""


def orders() -> Iterator[tuple[str, Order]]:
    """Orders of every kind of drug line, some of them reduced, rounded or omitted."""
    reductions = ["etoposide=25%: mucositis grade 3", "prednisone=100%: hyperglycaemia"]
    yield "reduced", order("cec-induction", reductions=reductions, id="0070", name="Łucja Żak")
    yield "omitted", order("cec-induction", height="109 cm", weight="18.5 kg", reductions=["clofarabine=100%: rash"])
    yield "infant", order("cec-consolidation", **INFANT)
    for file in sorted(REGIMENS.glob("*.yaml")):
        age = "18" if file.stem == "auc" else CHILD["age"]  # below 18 years such a dose is a stop
        yield file.stem, order(named_apart(load_regimen(file)), age=age, **LEFT_OPEN.get(file.stem, {}))


def named_apart(regimen: Regimen) -> Regimen:
    """The regimen with names that no word of a sheet has: one of its drugs is called "units"."""
    lines = []
    for line in regimen.drugs:
        start = tuple(replace(each, to=f"{each.to}-x") for each in line.start)
        dose, after = line.dose, f"{line.after}-x" if line.after else ""
        if line.shared_with and isinstance(dose, Quantity):
            dose = Quantity(dose.value, f"{dose.unit}-x")
        lines.append(replace(line, drug=f"{line.drug}-x", dose=dose, start=start, after=after))
    return replace(regimen, drugs=tuple(lines))


ORDERS = dict(orders())


def text_of(content: bytes) -> str:
    """The words and numbers of any format in one line, without what only its syntax needs."""
    if content.startswith(b"%PDF"):
        text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    else:
        text = content.decode()
    unfolded = text.replace("\r\n ", "").replace('"unit":', "").replace("\u200b", "")
    return " ".join(unfolded.replace("\\n", " ").replace("\\", "").split())


def amounts(text: str, order: Order) -> Counter[tuple[str, Quantity]]:
    """How often each ordered amount stands after its drug's name, with no other drug's name between them."""
    names = sorted({dose.drug for dose in order.doses}, key=len, reverse=True)
    parts = re.split(rf"\b({'|'.join(map(re.escape, names))})\b", text)
    found: Counter[tuple[str, Quantity]] = Counter()
    for drug, after in zip(parts[1::2], parts[2::2], strict=True):
        found.update((drug, amount) for amount in {dose.ordered for dose in order.doses} if stands_in(amount, after))
    return found


def stands_in(amount: Quantity, text: str) -> bool:
    """Whether an amount stands in a text as people write it, or its number and unit in cells next to each other."""
    number, unit = amount.value.normalize(), rf"{amount.unit}(?![/\w])"
    in_words = rf"(?<![\d.])(?<!\d,){number:,f} {unit}"
    in_cells = rf'(?<![\d.]){number:f},[, ]*"?{unit}'
    return bool(re.search(f"{in_words}|{in_cells}", text))


def missing(content: bytes, order: Order, *, groups_days: bool, codes_alone: bool, drug_alone: bool) -> list[str]:
    """What a person must see and this does not show."""
    text = text_of(content)
    unbroken = re.sub(r"\s", "", text)
    given = Counter((row.drug, row.dose) for row in order.administrations if row.dose.value)
    needed = given or Counter((dose.drug, dose.ordered) for dose in order.doses if dose.ordered.value)
    found = amounts(text, order)
    faults = [
        f"{drug} {amount}"
        for (drug, amount), count in needed.items()
        if found[drug, amount] < (1 if groups_days else count)
    ]
    faults += [alert.code for alert in order.alerts if alert.code not in unbroken]
    names = (order.patient.id, order.regimen.name)[: 1 if drug_alone else 2]
    faults += [name for name in names if name not in unbroken]
    words = {} if codes_alone else {alert.code: needed_words(alert) for alert in order.alerts}
    in_small_letters = unbroken.casefold()  # an alert may begin a sentence
    faults += [
        f"the words of {code}" for code, either in words.items() if not any(one in in_small_letters for one in either)
    ]
    is_draft = re.sub(r"\s", "", DRAFT) in unbroken or re.search(FOR_PROGRAMS, text)
    return faults if is_draft else [*faults, "the draft line"]


def needed_words(alert: Alert) -> tuple[str, ...]:
    """What stands of an alert in every format, without spaces: of checks that were not made, all or how many."""
    count = len({check for each in alert.not_made for check in each.checks})
    texts = (alert.text, f"{count} check{'s' * (count > 1)} not made") if count else (alert.text,)
    return tuple(re.sub(r"[\s\\]", "", text).casefold() for text in texts)


def what_is_missing(document: str, name: str, order: Order, table: Formats | None = None) -> list[str]:
    """The same of a format of an order or of its worksheet."""
    options = {"oral": True} if name == "labels" else {}  # without it, doses by mouth have none
    return missing(
        render(order, name, table or DOCUMENTS[document], **options),
        order,
        groups_days=(document, name) in GROUPS_DAYS,
        codes_alone=name in CODES_ALONE,
        drug_alone=name in DRUG_ALONE,
    )


EVERY_FORMAT = [(document, name) for document, table in DOCUMENTS.items() for name in table]


@pytest.mark.slow
@pytest.mark.parametrize("which", ORDERS)
@pytest.mark.parametrize(("document", "name"), EVERY_FORMAT)
def test_every_format_shows_every_dose_every_alert_and_the_draft(document: str, name: str, which: str) -> None:
    assert what_is_missing(document, name, ORDERS[which]) == []


@pytest.mark.parametrize(("document", "name"), EVERY_FORMAT)
def test_a_format_without_a_start_shows_every_dose_or_asks_for_one(document: str, name: str) -> None:
    undated = order("cec-induction", start=None, reductions=["etoposide=25%: mucositis grade 3"])
    if name in NEEDS_A_START:
        with pytest.raises(InputError, match="--start"):
            render(undated, name, DOCUMENTS[document])
    else:
        assert what_is_missing(document, name, undated) == []


def without_standing(content: bytes, of_whom: str, *, authorises: bool = True) -> list[str]:
    """What a format does not show of an order that is no draft any more: the person or reason, the day, no draft.

    What another program would act upon keeps the status of a draft: a name that cec writes down authorises nothing.
    """
    text = text_of(content)
    shown = {of_whom: of_whom in text, "the day": bool(re.search(r"29-Nov-2026|2026-11-29", text))}
    is_draft = DRAFT in text or (authorises and re.search(FOR_PROGRAMS, text))
    return [what for what, stands in {**shown, "no draft": not is_draft}.items() if not stands]


@pytest.mark.parametrize(("document", "name"), EVERY_FORMAT)
def test_every_format_shows_who_released_an_order_and_when(document: str, name: str) -> None:
    day = datetime.date(2026, 11, 29)
    released = replace(ORDERS["reduced"], release=Release("A. Nowak", day, ORDERS["reduced"].fingerprint))
    content = render(released, name, DOCUMENTS[document])
    assert without_standing(content, "A. Nowak", authorises=name != "fhir") == []


@pytest.mark.parametrize(("document", "name"), EVERY_FORMAT)
def test_every_format_shows_that_a_cycle_is_cancelled_and_why(document: str, name: str) -> None:
    cancelled = replace(ORDERS["reduced"], cancelled=Cancelled(datetime.date(2026, 11, 29), "fever"), release=UNSET)
    assert without_standing(render(cancelled, name, DOCUMENTS[document]), "fever") == []


def test_the_guard_misses_a_released_order_that_looks_like_a_draft() -> None:
    assert without_standing(render(ORDERS["reduced"], "table"), "A. Nowak") == ["A. Nowak", "the day", "no draft"]


def names_alone(order: Order) -> bytes:
    """A format that tells no more than the drugs."""
    return "\n".join(dose.drug for dose in order.doses).encode()


def doses_alone(order: Order) -> bytes:
    """A format that tells the dose of one administration of each drug."""
    doses = "\n".join(f"{dose.drug} {dose.ordered}" for dose in order.doses)
    return f"{doses}\n{DRAFT}\n{' '.join(f'{alert.code} {alert.text}' for alert in order.alerts)}".encode()


def all_but_the_draft(order: Order) -> bytes:
    return render(order, "table").replace(DRAFT.encode(), b"")


def all_but_an_alert(order: Order) -> bytes:
    return render(order, "table").replace(b"incomplete", b"")


def all_but_the_patient(order: Order) -> bytes:
    return render(order, "table").replace(order.patient.id.encode(), b"")


def all_but_the_regimen(order: Order) -> bytes:
    return render(order, "table").replace(order.regimen.name.encode(), b"")


def another_dose(order: Order) -> bytes:
    return render(order, "csv").replace(b",30,mg,", b",300,mg,")


@pytest.mark.parametrize(
    ("function", "found"),
    [
        ("names_alone", ["clofarabine 30 mg", "etoposide 75 mg", "cyclophosphamide 330 mg", "prednisone 9.25 mg"]),
        ("doses_alone", ["clofarabine 30 mg"]),
        ("all_but_the_draft", ["the draft line"]),
        ("all_but_an_alert", ["incomplete"]),
        ("all_but_the_patient", ["0070"]),
        ("all_but_the_regimen", ["cec-induction"]),
        ("another_dose", ["clofarabine 30 mg"]),
    ],
)
def test_a_format_that_shows_less_is_seen(function: str, found: list[str]) -> None:
    """109 cm and 18.5 kg: BSA √(109 × 18.5 / 3600) = 0.75 m2 (rounded), 30, 75 and 330 mg; 18.5 × 0.5 is 9.25 mg."""
    drafted = order("cec-induction", height="109 cm", weight="18.5 kg", id="0070")
    table = {**FORMATS, "new": Format("new", __name__, function=function)}
    faults = what_is_missing("order", "new", drafted, table)
    assert set(found) <= set(faults)


TABLES: dict[str, Formats] = {
    name: table for name, table in vars(formats).items() if name.isupper() and isinstance(table, dict)
}
"""Every table of formats, of whatever document."""


@pytest.mark.parametrize("table", TABLES)
def test_a_record_says_what_its_function_takes(table: str) -> None:
    endings = [each.ending for each in TABLES[table].values() if each.ending]
    assert len(set(endings)) == len(endings)
    for name, record in TABLES[table].items():
        module = importlib.import_module(record.module)
        parameters = inspect.signature(getattr(module, record.function)).parameters
        options = [each.name for each in parameters.values() if each.kind is each.KEYWORD_ONLY]
        assert record.name == name
        assert sorted(options) == sorted([*record.options, *(["paper"] if record.papers else [])])
        assert not set(record.shows) & set(record.options)
        assert not record.papers or parameters["paper"].default == record.papers[0]
        assert not record.cautions or callable(getattr(module, record.cautions))


def test_an_option_that_a_format_cannot_take_is_refused_by_its_record() -> None:
    drafted = ORDERS["reduced"]
    for name, record in FORMATS.items():
        for option, value in (("explain", True), ("paper", "a4"), ("pick_list", True)):
            options: dict[str, Any] = {option: value}
            if option in (*record.options, *record.shows) or (option == "paper" and record.papers):
                assert render(drafted, name, **options)
            else:
                with pytest.raises(InputError, match=f"{option}: is not an option of {name}"):
                    render(drafted, name, **options)


def test_the_verification_of_doses_shows_every_verdict_and_every_alert() -> None:
    drafted = ORDERS["reduced"]
    written = [("clofarabine", Quantity(Decimal(192), "mg")), ("mesna", Quantity(Decimal(5), "mg"))]
    verification = verify_doses(drafted, written)
    for name in VERIFIED_DOSES:
        text = text_of(render(VerifiedDoses(drafted, verification), name, VERIFIED_DOSES))
        for verdict in verification.verdicts:
            assert verdict.drug in text
            assert all(stands_in(amount, text) for amount in (verdict.expected, verdict.written) if amount), name
        assert all(alert.code in text for alert in verification.alerts)

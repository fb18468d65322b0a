"""Every key of a file changes what a person sees: with and without it an amount, a date, a time or a word differs.

The keys come from the schemas, and so from the declarations: a key that is read and has no line here fails. Each line
names where the difference is seen. A listing of keys and a fingerprint are no difference.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
import yaml
from every_key import PATIENT, PHARMACY, REGIMEN, WithMotto
from running import cec
from saved_orders import START

from cec import CecError, Order, draft_order, load_patient, load_pharmacy, load_regimen, render
from cec.calculate.revision import revise
from cec.course.found_orders import FiledOrder
from cec.course.worklist import ward_day
from cec.load import patient_file, pharmacy_file, regimen_file
from cec.load.regimen_file import CHECK
from cec.load.regimen_file.doses import ENTRY
from cec.load.regimen_file.drug_line import DRUG_LINE
from cec.load.regimen_file.ways import WAYS
from cec.load.shapes import Shape, text
from cec.load.shapes.file_records import Record, file_of
from cec.order import Change
from cec.regimen import Check, DoseEntry, DrugLine
from cec.rendering import WORKSHEETS
from cec.rendering.pdf.labels import label_data
from cec.rendering.pdf.order import sheet_data
from cec.units import Quantity
from cec.verification import verify_doses

SCHEMAS = {
    "regimen": regimen_file.REGIMEN.schema,
    "patient": patient_file.PATIENT.schema,
    "pharmacy": pharmacy_file.PHARMACY.schema,
}
FILES = {"regimen": REGIMEN, "patient": PATIENT, "pharmacy": PHARMACY}

Trees = dict[str, Any]


# What a person sees


def amounts(order: Order) -> Any:
    return [(dose.drug, dose.days, str(dose.ordered), dose.per_day, str(dose.cycle_total)) for dose in order.doses]


def dates(order: Order) -> Any:
    return [(row.drug, row.date) for row in order.administrations]


def times(order: Order) -> Any:
    return [(row.drug, row.start, row.not_after, row.end) for row in order.administrations]


def alerts(order: Order) -> Any:
    return [(alert.level, alert.code, alert.about, alert.words, alert.source) for alert in order.alerts]


def wrong_dose(order: Order) -> Any:
    """What is said of clofarabine as it comes from the other doses: 30 mg/m2 × 1 m2."""
    return verify_doses(order, [("clofarabine", Quantity(30 * order.measures[0].bsa.value, "mg"))])


def worklist_of_two(order: Order) -> Any:
    """What is opened for this patient and another one of the same doses."""
    other = msgspec.structs.replace(order, patient=msgspec.structs.replace(order.patient, id="2", name="Jan Nowak"))
    files = [FiledOrder("1.json", order), FiledOrder("2.json", other)]
    return ward_day(order.administrations[0].date, files).worklist.vials


def alerts_of_heavier(order: Order) -> Any:
    """What is said of the order after the patient was weighed again, with 1% more."""
    weight = Quantity(order.patient.weight.value * 101 / 100, "kg")
    change = Change(on=START, from_day=2, reason="weighed again", written_by=order.written_by, weight=weight)
    return alerts(revise(order, change))


def labels(order: Order) -> Any:
    """What stands on the labels but for their codes, which hold a fingerprint."""
    data = label_data(order, oral=True)
    return {**data, "labels": [{**label, "code": ""} for label in data["labels"]]}


SEEN: dict[str, Callable[[Order], Any]] = {
    "amount": amounts,
    "date": dates,
    "time": times,
    "alert": alerts,
    "sheet": sheet_data,
    "explained": lambda order: render(order, "table", explain=True).decode(),
    "label": labels,
    "worksheet": lambda order: render(order, "table", WORKSHEETS).decode(),
    "worksheet, explained": lambda order: render(order, "table", WORKSHEETS, explain=True).decode(),
    "pick list": lambda order: render(order, "table", WORKSHEETS, pick_list=True).decode(),
    "worklist of two": worklist_of_two,
    "calendar": lambda order: render(order, "ics").decode().replace("\r\n ", ""),
    "alert after a change of weight": alerts_of_heavier,
    "verification": wrong_dose,
}
"""Where a difference may be seen."""


def plain(seen: Any) -> str:
    """What is seen as a text, without fingerprints and however it was broken into lines."""
    text = seen if isinstance(seen, str) else json.dumps(msgspec.to_builtins(seen, str_keys=True), ensure_ascii=False)
    return re.sub(r"[0-9a-f]{16,}", "", " ".join(text.split()))


def written(trees: Trees, folder: Path) -> dict[str, Path]:
    paths = {}
    for name, tree in trees.items():
        paths[name] = folder / f"{name}.yaml"
        paths[name].write_text(yaml.safe_dump(tree, sort_keys=False, default_style='"'), encoding="utf-8")
    return paths


def seen(where: str, trees: Trees, folder: Path) -> str:
    """What a person sees there of an order from these files."""
    paths = written(trees, folder)
    if where == "dose without a regimen":
        return cec("dose", "--height", "128", "--weight", "26", "--pharmacy", str(paths["pharmacy"])).said
    refusal = ""
    try:
        order = draft_order(
            load_regimen(paths["regimen"]),
            load_patient(paths["patient"]),
            load_pharmacy(paths["pharmacy"]),
            start=START,
            cycle=2,
        )
    except CecError as error:
        refusal = str(error)
    if where == "refusal":
        return refusal
    assert refusal == ""
    return plain(SEEN[where](order))


# Every key, and what comes of it


class Line(NamedTuple):
    """Where it is seen that a key stands in the file, and the other value where it cannot be left out."""

    seen: str
    other: Any = None
    place: str = ""
    """Which of several, where the key does not stand in the first: the path with numbers."""
    before: Mapping[str, Any] = {}
    """What else is put into the file first, by path; None is taken out."""


_OTHER_BANDS = [
    {"when": {"weight": "under 30 kg"}, "dose": "5 mg"},
    {"when": {"weight": "at least 30 kg"}, "dose": "10 mg"},
]

_BY_DAY = [{"days": "1", "dose": "5 mg"}, {"days": "2", "dose": "10 mg"}]
_BY_CYCLE = [{"cycles": "1", "dose": "5 mg"}, {"cycles": "2 onwards", "dose": "10 mg"}]
_OTHER_CYCLES = [{"cycles": "1-2", "dose": "5 mg"}, {"cycles": "3 onwards", "dose": "10 mg"}]
_BY_RATE = [{"dose": "40 mg/m2", "rate": "20 mg/h"}]
_OVER_AN_HOUR = [{"dose": "40 mg/m2", "over": "1 h"}]

REGIMEN_KEYS: dict[str, Line] = {
    "name": Line("sheet", "another-name"),
    "title": Line("sheet", "Another title"),
    "edition": Line("sheet", "2"),
    "for": Line("sheet", "another disease"),
    "phase": Line("sheet"),
    "status": Line("alert"),
    "superseded_by": Line("alert"),
    "source.citation": Line("sheet", "another paper"),
    "source.url": Line("sheet"),
    "next_cycle.earliest_day": Line("sheet", "29"),
    "next_cycle.text": Line("sheet"),
    "next_cycle.source": Line("sheet"),
    "cycle_length": Line("amount", "15 days", before={"next_cycle.earliest_day": "16"}),
    "day_0": Line("explained"),
    "prescribe_separately": Line("sheet"),
    "assumed": Line("sheet"),
    "other_dose_sets[].doses": Line("verification", {"clofarabine": "31 mg/m2"}),
    "other_dose_sets[].source": Line("verification"),
    "checks[].when": Line("alert", {"weight": "over 100 kg"}),
    "checks[].level": Line("alert", "note"),
    "checks[].code": Line("alert", "small"),
    "checks[].about": Line("alert"),
    "checks[].text": Line("alert", "weighs less than most"),
    "checks[].source": Line("alert"),
    "checks[].offers": Line("alert", {"clofarabine": "by 60%"}),
    "drugs[].drug": Line("label", "prednisolone", "drugs.9.drug"),
    "drugs[].dose": Line("amount", "20 mg/m2"),
    "drugs[].dose[].when": Line("amount", _OTHER_BANDS, "drugs.9.dose"),
    "drugs[].dose[].dose": Line("amount", "20 mg", "drugs.9.dose.1.dose"),
    "drugs[].dose[].days": Line("amount", [{"days": "1-2", "dose": "5 mg"}], "drugs.9.dose", {"drugs.9.dose": _BY_DAY}),
    "drugs[].dose[].cycles": Line("amount", _OTHER_CYCLES, "drugs.9.dose", {"drugs.9.dose": _BY_CYCLE}),
    "drugs[].dose[].maximum": Line("amount", None, "drugs.9.dose.1.maximum", {"drugs.9.dose.1.maximum": "8 mg"}),
    "drugs[].dose[].rate": Line(
        "time", "40 mg/h", "drugs.0.dose.0.rate", {"drugs.0.dose": _BY_RATE, "drugs.0.over": None}
    ),
    "drugs[].dose[].confirm": Line("sheet", None, "drugs.9.dose.1.confirm", {"drugs.9.dose.1.confirm": "no fever"}),
    "drugs[].dose[].over": Line("time", None, "drugs.0.dose.0.over", {"drugs.0.dose": _OVER_AN_HOUR}),
    "drugs[].only": Line("amount", None, "drugs.9.only", {"drugs.9.only": {"weight": "over 50 kg"}}),
    "drugs[].maximum": Line("amount"),
    "drugs[].maximum_a_day": Line("amount", "30 mg"),
    "drugs[].bsa_cap": Line("amount", "0.5 m2"),
    "drugs[].weight_cap": Line("amount", "20 kg", "drugs.1.weight_cap", {"drugs.1.dose": "1 mg/kg"}),
    "drugs[].clearance_cap": Line("amount", "60 mL/min", "drugs.10.clearance_cap"),
    "drugs[].lifetime_maximum": Line("refusal", "110 mg/m2", "drugs.1.lifetime_maximum"),
    "drugs[].route": Line("label", "IV continuous infusion"),
    "drugs[].over": Line("time", "1 h"),
    "drugs[].days": Line("date", "1-4"),
    "drugs[].repeat": Line("date", "every 21 days", "drugs.4.repeat"),
    "drugs[].weekdays": Line("date", "Monday to Friday", "drugs.4.weekdays"),
    "drugs[].total_doses": Line("amount", "3", "drugs.4.total_doses"),
    "drugs[].start": Line("time", "with each etoposide", "drugs.5.start"),
    "drugs[].called": Line("explained", place="drugs.5.called"),
    "drugs[].cycles": Line("amount", "3"),
    "drugs[].rate": Line("time", "40 mg/h", "drugs.0.rate", {"drugs.0.rate": "20 mg/h", "drugs.0.over": None}),
    "drugs[].until": Line("sheet", None, "drugs.4.until", {"drugs.4.until": "ANC above 3 x 10^9/L"}),
    "drugs[].confirm": Line("sheet", None, "drugs.4.confirm", {"drugs.4.confirm": "platelets above 75 x 10^9/L"}),
    "drugs[].times": Line("time", "3", "drugs.2.times"),
    "drugs[].every": Line("time", "8 h", "drugs.2.every"),
    "drugs[].divided_into": Line("amount", "2", "drugs.8.divided_into"),
    "drugs[].at": Line("time", place="drugs.9.at"),
    "drugs[].after": Line("time", None, "drugs.3.after", {"drugs.3.after": "clofarabine"}),
    "drugs[].gap": Line("time", place="drugs.1.gap"),
    "drugs[].purpose": Line("sheet"),
    "drugs[].diluent": Line("alert", "glucose 5%"),
    "drugs[].label": Line("label"),
    "drugs[].note": Line("sheet"),
    "drugs[].source": Line("explained"),
    "drugs[].assumed": Line("sheet"),
}

PATIENT_KEYS: dict[str, Line] = {
    "id": Line("label"),
    "name": Line("label"),
    "height": Line("amount", "190 cm"),
    "weight": Line("amount", "19 kg"),
    "measured_on": Line("alert"),
    "born": Line("sheet"),
    "age": Line("sheet", before={"born": None, "age": "8 years"}),
    "sex": Line("sheet"),
    "creatinine": Line("refusal", before={"creatinine_clearance": None}),
    "creatinine_clearance": Line("sheet"),
    "previous_weight": Line("alert"),
    "previous_day_1": Line("alert"),
    "previous_cycles": Line("alert"),
    "written_bsa": Line("alert"),
    **dict.fromkeys(("anc", "platelets", "bilirubin", "alt", "ast", "haemoglobin"), Line("sheet")),
    **dict.fromkeys(("ward", "bed", "physician", "protocol_number"), Line("sheet")),
    "diagnosis": Line("sheet"),
    "allergies": Line("alert"),
    "history": Line("alert"),
    "earlier_doses": Line("alert", before={"earlier_doses_since": None}),
    "earlier_doses_since": Line("alert"),
    "reductions": Line("amount"),
    "reductions[].drug": Line("amount", "doxorubicin", before={"reductions.0.line": None, "reductions.0.days": None}),
    "reductions[].percent": Line("amount", "50%"),
    "reductions[].reason": Line("sheet", "neuropathy"),
    "reductions[].days": Line("amount", "2"),
    "reductions[].line": Line("refusal", "9"),
    "set": Line("amount"),
    "set[].drug": Line("amount", "doxorubicin", before={"set.0.line": None}),
    "set[].dose": Line("amount", "20 mg"),
    "set[].reason": Line("sheet", "another reason"),
    "set[].days": Line("amount"),
    "set[].line": Line("refusal", "9"),
    "without": Line("amount"),
    "without[].drug": Line("amount", "doxorubicin", before={"without.0.line": None}),
    "without[].reason": Line("sheet", "another reason"),
    "without[].days": Line("amount"),
    "without[].line": Line("refusal", "4"),
    "choices": Line("sheet"),
}

_CLOFARABINE, _POWDER, _TABLET = (
    f"formulary.{drug}.products" for drug in ("clofarabine", "cyclophosphamide", "prednisone")
)

_STATED = "formulary.cyclophosphamide.stability"

PHARMACY_KEYS: dict[str, Line] = {
    "name": Line("sheet"),
    "default_regimen": Line("dose without a regimen"),
    "bsa_formula": Line("sheet"),
    "bsa_rounding": Line("amount"),
    "clearance_cap": Line("alert"),
    "dose_rounding": Line("amount"),
    "dose_rounding{}.bands[].from": Line("refusal", "20.5 mg", "dose_rounding.mercaptopurine.bands.0.from"),
    "dose_rounding{}.bands[].to": Line("refusal", "19.5 mg", "dose_rounding.mercaptopurine.bands.0.to"),
    "dose_rounding{}.bands[].dose": Line("amount", "21 mg", "dose_rounding.mercaptopurine.bands.0.dose"),
    "largest_deviation": Line("refusal", "1%"),
    "largest_deviation_of": Line("refusal", {"cyclophosphamide": "0.1%"}),
    "first_infusion": Line("time"),
    "gap": Line("time"),
    "first_dose": Line("time"),
    "last_dose": Line("time"),
    "times_of_day": Line("time"),
    "time_zone": Line("calendar"),
    "made_at": Line("worksheet"),
    "storage": Line("worksheet"),
    "jurisdiction": Line("worksheet"),
    "measures_valid_for": Line("alert", "12 h"),
    "print_choices": Line("refusal", "false"),
    "tall_man": Line("sheet"),
    "share_vials": Line("pick list", before={"share_vials_between_patients": None}),
    "share_vials_between_patients": Line("worklist of two"),
    "weight_change": Line("alert after a change of weight"),
    "require_review": Line("refusal", "true"),
    "formulary{}.products[].name": Line("worksheet", "clofarabine 1 mg/mL bottle"),
    "formulary{}.products[].form": Line("worksheet", "oral solution", before={f"{_CLOFARABINE}.0.keeps_opened": None}),
    "formulary{}.products[].strength": Line("worksheet", "2 mg/mL", before={f"{_CLOFARABINE}.0.name": "a vial"}),
    "formulary{}.products[].volume": Line("pick list", "50 mL"),
    "formulary{}.products[].content": Line(
        "worksheet", "1000 mg", f"{_POWDER}.0.content", {f"{_POWDER}.0.name": "a vial"}
    ),
    "formulary{}.products[].reconstituted_with": Line("worksheet", "20 mL", f"{_POWDER}.0.reconstituted_with"),
    "formulary{}.products[].reconstitution_fluid": Line("worksheet", place=f"{_POWDER}.0.reconstitution_fluid"),
    "formulary{}.products[].keeps_opened": Line("worksheet"),
    "formulary{}.products[].halves": Line("worksheet", place=f"{_TABLET}.0.halves"),
    "formulary{}.products[].label": Line("label"),
    "formulary{}.products[].not_for": Line("worksheet", {"age": "under 10 years"}, f"{_TABLET}.0.not_for"),
    "formulary{}.products[].rxnorm": Line("worksheet, explained"),
    "formulary{}.products[].source": Line("worksheet, explained"),
    "formulary{}.diluents": Line("worksheet", ["glucose 5%"], "formulary.etoposide.diluents"),
    "formulary{}.diluents[].name": Line("worksheet", "glucose 5%"),
    "formulary{}.diluents[].jurisdiction": Line("worksheet", "EU label"),
    "formulary{}.diluents[].source": Line("worksheet, explained"),
    "formulary{}.lowest_concentration": Line("worksheet"),
    "formulary{}.highest_concentration": Line("worksheet, explained"),
    "formulary{}.concentration_jurisdiction": Line("worksheet"),
    "formulary{}.bags": Line("worksheet", ["250 mL"]),
    "formulary{}.drug_volume": Line("worksheet"),
    "formulary{}.measuring_step": Line("worksheet", "1 mL", "formulary.cyclophosphamide.measuring_step"),
    "formulary{}.cytotoxic": Line("label"),
    "formulary{}.filter": Line("label"),
    "formulary{}.light": Line("label"),
    "formulary{}.line": Line("label"),
    "formulary{}.stability[].hours": Line("label", "12 h"),
    "formulary{}.stability[].conditions": Line("worksheet", "fridge", before={"storage": None}),
    "formulary{}.stability[].jurisdiction": Line("worksheet", "EU label"),
    "formulary{}.stability[].concentration": Line(
        "worksheet", place=f"{_STATED}.1.concentration", before={"storage": None}
    ),
    "formulary{}.stability[].lowest_concentration": Line("worksheet", place=f"{_STATED}.2.lowest_concentration"),
    "formulary{}.stability[].highest_concentration": Line("worksheet", place=f"{_STATED}.2.highest_concentration"),
    "formulary{}.stability[].diluent": Line("worksheet", place=f"{_STATED}.2.diluent"),
    "formulary{}.stability[].source": Line("worksheet, explained"),
    "formulary{}.atc": Line("worksheet, explained"),
    "formulary{}.rxnorm": Line("worksheet, explained"),
    "formulary{}.source": Line("worksheet, explained"),
}

KEYS = {"regimen": REGIMEN_KEYS, "patient": PATIENT_KEYS, "pharmacy": PHARMACY_KEYS}


def keys_of(schema: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """The path of every key under which a value stands that is not itself made of keys."""
    for name, inner in schema["properties"].items() if is_of_keys(schema) else ():
        below = f"{path}.{name}" if path else name
        if not all(map(is_of_keys, values_of(inner))):
            yield below
        yield from keys_of(inner, below)
    for suffix, inner in inner_of(schema):
        yield from keys_of(inner, path + suffix)


def is_of_keys(schema: Mapping[str, Any]) -> bool:
    """Whether it has these keys and no others; conditions also name facts that are endless."""
    return schema.get("additionalProperties") is False


def inner_of(schema: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What a value is one of, or holds in a list or under free keys."""
    held = [("[]", schema.get("items")), ("{}", schema.get("additionalProperties"))]
    return [*(("", each) for each in schema.get("anyOf", ())), *((sign, each) for sign, each in held if each)]


def values_of(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The values that stand somewhere in one, but for lists and free keys."""
    inner = inner_of(schema)
    for _, each in inner:
        yield from values_of(each)
    if not inner:
        yield schema


def parts(path: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in path.split(".")]


def place_of(path: str, tree: Any) -> list[str | int]:
    """The place of a key in a file: of each list the first item, of each free key the first one."""
    places: list[str | int] = []
    for part in re.findall(r"\w+|\[\]|\{\}", path):
        step: str | int = 0 if part == "[]" else next(iter(tree)) if part == "{}" else part
        tree = tree[step]
        places.append(step)
    return places


def put(tree: Any, place: list[str | int], value: Any) -> None:
    """Another value at a place, or none."""
    for part in place[:-1]:
        tree = tree[part]
    if value is None:
        del tree[place[-1]]
    else:
        tree[place[-1]] = value


def with_and_without(file: str, path: str, line: Line, folder: Path) -> tuple[str, str]:
    """What is seen with the key and without it, or with its other value."""
    trees = {name: yaml.load(text, yaml.BaseLoader) for name, text in FILES.items()}
    for other, value in line.before.items():
        put(trees[file], parts(other), value)
    place = parts(line.place) if line.place else place_of(path, trees[file])
    without = copy.deepcopy(trees)
    put(without[file], place, line.other)
    return seen(line.seen, trees, folder), seen(line.seen, without, folder)


@pytest.mark.parametrize("file", KEYS)
def test_every_key_that_is_read_stands_here(file: str) -> None:
    read, here = set(keys_of(SCHEMAS[file])), KEYS[file].keys()
    assert read - here == set(), f"put it into the {file} of tests/every_key.py, and say here where it is seen"
    assert here - read == set(), "is read no more"


@pytest.mark.slow
@pytest.mark.parametrize(("file", "path"), [(file, path) for file, lines in KEYS.items() for path in lines], ids=str)
def test_a_key_changes_what_a_person_sees(file: str, path: str, tmp_path: Path) -> None:
    with_it, without_it = with_and_without(file, path, KEYS[file][path], tmp_path)
    assert with_it != without_it


# The guard sees what is wrong


@pytest.fixture
def shape_with_motto(monkeypatch: pytest.MonkeyPatch) -> Shape:
    """The shape of its files, by which files are read from now on."""
    records: dict[type, Record] = {
        WithMotto: Record(lambda values: WithMotto(**values, sha256="")),
        DrugLine: DRUG_LINE,
        DoseEntry: ENTRY,
        Check: CHECK,
    }
    shape = file_of(WithMotto, records, {**WAYS, "name": text(str), "regimen name": text(str)})
    monkeypatch.setattr(regimen_file, "REGIMEN", shape)
    return shape


def test_a_key_without_a_line_is_seen(shape_with_motto: Shape) -> None:
    assert set(keys_of(shape_with_motto.schema)) - set(REGIMEN_KEYS) == {"motto"}


@pytest.mark.slow
@pytest.mark.parametrize("where", SEEN)
def test_a_key_that_is_read_and_used_nowhere_is_seen(where: str, shape_with_motto: Shape, tmp_path: Path) -> None:
    line = Line(where, before={"motto": "festina lente"})
    with_it, without_it = with_and_without("regimen", "motto", line, tmp_path)
    assert "motto" in shape_with_motto.schema["properties"]
    assert with_it == without_it

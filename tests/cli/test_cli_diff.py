"""What changed between two regimens, as it would be said; over every key that a regimen declares."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from every_key import REGIMEN as EVERY_KEY
from running import cec

from cec import load_regimen
from cec.authoring.changes import Changes, Kind, changes
from cec.load.regimen_file import REGIMEN

TEXT = """\
name: ac
title: AC
edition: 1
for: a test
source: {citation: written for this test}
drugs:
  - {drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 2 h, days: 1-5}
  - {drug: carboplatin, dose: AUC 5, route: IV infusion, over: 1 h, days: 1}
  - {drug: vincristine, dose: 1.5 mg/m2, maximum: 2 mg, route: IV bolus, days: "1, 8"}
  - {drug: prednisone, dose: 0.5 mg/kg, route: oral, days: 1-5}
checks:
  - {code: infant, when: {age: under 1 year}, level: check, text: too young}
"""


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def compared(folder: Path, *replaced: tuple[str, str]) -> Changes:
    text = TEXT
    for before, after in replaced:
        assert before in text
        text = text.replace(before, after)
    return changes(load_regimen(put(folder, "before", TEXT)), load_regimen(put(folder, "after", text)))


@pytest.mark.parametrize(
    ("before", "after", "kind", "words"),
    [
        ("100 mg/m2", "150 mg/m2", "given", "etoposide: dose 100 → 150 mg/m2 (+50%)"),
        ("100 mg/m2", "2 mg/kg", "given", "etoposide: dose 100 mg/m2 → 2 mg/kg"),
        ("AUC 5", "AUC 6", "given", "carboplatin: dose AUC 5 → AUC 6 (+20%)"),
        ("over: 2 h, days: 1-5", "over: 2 h, days: 1-4", "given", "etoposide: days 1-5 → 1-4"),
        ('"1, 8"', '"1, 8, 15"', "given", "vincristine: days 1, 8 → 1, 8, 15"),
        ("over: 2 h", "over: 90 min", "given", "etoposide: over 2 h → 90 min"),
        ("over: 2 h", "over: 3 h", "given", "etoposide: over 2 → 3 h (+50%)"),
        ("maximum: 2 mg, ", "", "given", "vincristine: maximum: removed (2 mg)"),
        ("maximum: 2 mg", "maximum: 1.5 mg", "given", "vincristine: maximum 2 → 1.5 mg (-25%)"),
        ("route: oral", "route: oral, purpose: nausea", "told", "prednisone: purpose: added (nausea)"),
        ("title: AC", "title: AC, dense", "told", "regimen: title AC → AC, dense"),
        ("under 1 year", "under 2 years", "checked", "check infant: when: age < 1 years → < 2 years"),
        ("level: check", "level: stop", "checked", "check infant: level check → stop"),
        ("too young", "far too young", "told", "check infant: text too young → far too young"),
        (
            "  - {drug: prednisone, dose: 0.5 mg/kg, route: oral, days: 1-5}\n",
            "",
            "given",
            "prednisone: removed (dose 0.5 mg/kg, route oral, days 1-5)",
        ),
        (
            "checks:\n",
            "  - {drug: mesna, dose: 20 mg/kg, route: oral, days: 1}\nchecks:\n",
            "given",
            "mesna: added (dose 20 mg/kg, route oral, days 1)",
        ),
        ("code: infant", "code: baby", "checked", "check infant: removed (check, age < 1 years)"),
    ],
)
def test_a_change_is_said_as_a_pharmacist_would(
    before: str, after: str, kind: Kind, words: str, tmp_path: Path
) -> None:
    found = compared(tmp_path, (before, after))
    assert words in map(str, found.of(kind))
    assert len(found.changes) == (2 if "code:" in before else 1)


def test_percent_is_rounded_half_up_to_one_decimal(tmp_path: Path) -> None:
    """75 of 90 is 83.333…%, so less 16.666…%; 100 to 112.25 is 12.25%, half-up 12.3%."""
    (less,) = compared(tmp_path, ("100 mg/m2", "100 mg/m2")).changes or (None,)
    assert less is None
    put(tmp_path, "a", TEXT.replace("100 mg/m2", "90 mg/m2"))
    put(tmp_path, "b", TEXT.replace("100 mg/m2", "75 mg/m2"))
    (change,) = changes(load_regimen(tmp_path / "a.yaml"), load_regimen(tmp_path / "b.yaml")).changes
    assert change.percent == "-16.7%"
    (change,) = compared(tmp_path, ("100 mg/m2", "112.25 mg/m2")).changes
    assert change.percent == "+12.3%"


def test_what_is_given_otherwise_in_one_edition_is_told(tmp_path: Path) -> None:
    assert compared(tmp_path, ("100 mg/m2", "150 mg/m2")).advice
    assert not compared(tmp_path, ("100 mg/m2", "150 mg/m2"), ("edition: 1", "edition: 2")).advice
    assert not compared(tmp_path, ("title: AC", "title: AC, dense")).advice


def test_lines_in_another_sequence_are_a_change(tmp_path: Path) -> None:
    lines = TEXT.splitlines()
    swapped = "\n".join((*lines[:6], lines[7], lines[6], *lines[8:]))
    after = load_regimen(put(tmp_path, "after", swapped))
    (change,) = changes(load_regimen(put(tmp_path, "before", TEXT)), after).changes
    assert str(change) == (
        "regimen: sequence etoposide, carboplatin, vincristine, prednisone → carboplatin, etoposide, vincristine, "
        "prednisone"
    )


def test_each_line_of_a_drug_is_compared_with_its_own(tmp_path: Path) -> None:
    twice = TEXT.replace("checks:\n", "  - {drug: etoposide, dose: 50 mg/m2, route: oral, days: 6-10}\nchecks:\n")
    before, after = put(tmp_path, "before", twice), put(tmp_path, "after", twice.replace("50 mg/m2", "60 mg/m2"))
    (change,) = changes(load_regimen(before), load_regimen(after)).changes
    assert str(change) == "etoposide (line 2 of it): dose 50 → 60 mg/m2 (+20%)"


def test_on_the_command_line(tmp_path: Path) -> None:
    done = cec("regimen", "diff", "cec-induction", "cec-consolidation")
    assert done.code == 1
    assert done.out.startswith("cec-induction, edition 1 → cec-consolidation, edition 1\n\nGiven otherwise\n")
    assert "  clofarabine: days 1-5 → 1-4\n" in done.out
    before, after = put(tmp_path, "before", TEXT), put(tmp_path, "after", TEXT.replace("100 mg/m2", "150 mg/m2"))
    told = json.loads(cec("regimen", "diff", str(before), str(after), "--format", "json").out)
    assert told["changes"] == [
        {
            "kind": "given",
            "about": "etoposide",
            "key": "dose",
            "before": "100 mg/m2",
            "after": "150 mg/m2",
            "percent": "+50%",
        }
    ]
    same = cec("regimen", "diff", str(before), str(before))
    assert (same.code, same.out.splitlines()[-1]) == (0, "no difference: both say the same")
    assert cec("regimen", "diff", str(before), str(tmp_path / "none.yaml")).code == 1


def leaves(tree: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The places of every text of a file."""
    if isinstance(tree, dict):
        return [place for key, inner in tree.items() for place in leaves(inner, (*path, key))]
    if isinstance(tree, list):
        return [place for number, inner in enumerate(tree) for place in leaves(inner, (*path, number))]
    return [path]


def test_every_key_of_a_regimen_is_compared(tmp_path: Path) -> None:
    """Left out one after the other, where a file can do without it, each is a change that names it."""
    whole = yaml.load(EVERY_KEY, Loader=yaml.BaseLoader)
    before = load_regimen(put(tmp_path, "before", yaml.safe_dump(whole, sort_keys=False, default_style='"')))
    seen = set()
    for place in leaves(whole):
        tree = yaml.load(EVERY_KEY, Loader=yaml.BaseLoader)
        holder = tree
        for key in place[:-1]:
            holder = holder[key]
        del holder[place[-1]]
        try:
            after = load_regimen(put(tmp_path, "after", yaml.safe_dump(tree, sort_keys=False, default_style='"')))
        except Exception:  # noqa: S112  it cannot be left out
            continue
        assert changes(before, after).changes, place
        seen.add(place[-1])
    keys = set(REGIMEN.schema["properties"]["drugs"]["items"]["properties"])
    assert len(keys & seen) > len(keys) / 2

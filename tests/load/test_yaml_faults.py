"""What is not YAML is told in plain words at its place, and beside it the faults of what stands whole before it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from regimen_texts import faults_in, regimen_text

from cec import load_patient

HEAD = regimen_text("broken")
LINE = "{drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 1-3}"
FILE = f"{HEAD}  - {LINE}\n"
TITLE = next(line for line in HEAD.splitlines() if line.startswith("title:"))


@pytest.fixture(params=["libyaml", "Python"], autouse=True)
def each_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "Python":  # as where PyYAML was built without libyaml
        monkeypatch.delattr(yaml, "CLoader", raising=False)


def faults(folder: Path, text: str) -> list[str]:
    """The faults of a file, each with the text of the line at which it stands before it."""
    path = folder / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    lines = ["", *text.splitlines(), ""]
    return [f"{lines[fault.line].strip()[:12]} | {fault.text}" for fault in faults_in(path)]


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("1-3}", "1-3", " | is not YAML here: the { of line LAST has no } yet, or a comma is missing"),
        ("days: 1-3", "days: [1, 8", "- {drug: eto | is not YAML here: the [ of line LAST has no ] yet, or a comma"),
        ("1-3}", "1-3}}", "- {drug: eto | is not YAML here: a } too many"),
        ("1-3}", "1-3}]", "- {drug: eto | is not YAML here: a ] too many"),
        (TITLE, 'title: "Broken', 'title: "Brok | is not YAML here: the quotation mark here has no other that ends'),
        (TITLE, "title: 'Children's", "title: 'Chil | is not YAML here: this does not go on from above"),
        (TITLE, "title: A: b", "title: A: b | is not YAML here: a second colon in one value (put it in quotes), or a"),
        (TITLE, "title:A", "title:A | is not YAML here: a key ends with a colon and a space"),
        (TITLE, "title:\N{NO-BREAK SPACE}A", " | is not YAML here: a no-break space, as web pages have it; write a"),
        (TITLE, "title: @A", "title: @A | is not YAML here: a text cannot begin with @; put it in quotes"),
        (TITLE, "title: %A", "title: %A | is not YAML here: a text cannot begin with %; put it in quotes"),
        (TITLE, "title: *A*", "title: *A* | is not YAML here: a text cannot begin with * or &; put it in quotes"),
        (TITLE, "\ttitle: A", "title: A | is not YAML here: a tab; indent with spaces"),
        ("  - {", "\t- {", "- {drug: eto | is not YAML here: a tab; indent with spaces"),
        ("1-3}\n", "1-3}\n - {drug: a}\n", "- {drug: a} | is not YAML here: this does not go on from above"),
        ("1-3}\n", "1-3}\n...\nmore: a\n", "more: a | is not YAML here: something stands after the end of the"),
    ],
)
def test_what_is_not_yaml_is_told_in_plain_words(before: str, after: str, wanted: str, tmp_path: Path) -> None:
    text = FILE.replace(before, after, 1)
    wanted = wanted.replace("LAST", str(len(FILE.splitlines())))
    [fault] = faults(tmp_path, text)
    assert wanted in fault


def test_faults_before_it_are_told_with_it(tmp_path: Path) -> None:
    text = (
        FILE.replace("title:", "titel:").replace("100 mg/m2", "1OO mg/m2") + "  - {drug: a, dosis: 5 mg, route: oral\n"
    )
    titel, dose, dosis, syntax = faults(tmp_path, text)
    assert titel.endswith("unknown key 'titel'; did you mean 'title'?")
    assert "'1OO mg/m2' is not one number and one unit" in dose
    assert dosis.endswith("unknown key 'dosis'; did you mean 'dose'?")
    assert "is not YAML here" in syntax


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}  - {{drug: a, dose: 5 mg\n  - {LINE}\n",  # of a line that is cut nothing is said to be missing
        HEAD.replace("drugs:", "checks: [{when: {age: under 1 year}, offers: {a: by 50%}"),  # nor are drugs
        f"{HEAD}  - {LINE[:-1]}, start: [with a, after b\n",  # nor is what a whole line would be held against
        f"{HEAD}  - drug: a\n    dose: 5 mg\n     route: oral\n    days: 1\n",  # the value may go on
        HEAD.replace("title:", "...\ntitle:"),  # a file that seems to end at once has its other keys behind
    ],
)
def test_what_may_stand_behind_it_is_not_missed(text: str, tmp_path: Path) -> None:
    [fault] = faults(tmp_path, text)
    assert "is not YAML here" in fault


def test_a_patient_file_tells_both_too(tmp_path: Path) -> None:
    path = tmp_path / "patient.yaml"
    path.write_text("height: 128 kg\nweigth: 26 kg\nhistory: {prior_hsct: true\n", encoding="utf-8")
    height, weight, syntax = (fault.text for fault in faults_in(path, load_patient))
    assert "is not a height but a body weight" in height
    assert "unknown key 'weigth'; did you mean 'weight'?" in weight
    assert "the { of line 3 has no } yet" in syntax

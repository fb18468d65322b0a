"""Beyond faults: what a second person would ask of a regimen file, and beside each a like one in peace."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import cec

from cec.load import regimen_names

HEAD = """\
name: ac
title: {title}
edition: 1
for: a test
source: {{citation: {source}}}
cycle_length: 21 days
drugs:
"""
LINE = "  - {drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 2 h, days: 1-5}\n"


def advised(
    folder: Path, *lines: str, title: str = "AC", source: str = "A journal 2012", name: str = "ac"
) -> list[str]:
    """What `check` advises of a file with these lines, without the file's name."""
    path = folder / f"{name}.yaml"
    path.write_text(HEAD.format(title=title, source=source) + "".join(lines or (LINE,)), encoding="utf-8")
    done = cec("regimen", "check", str(path))
    assert done.code == 0
    return [line.removeprefix(f"{path}:") for line in done.out.splitlines()[1:]]


def test_a_plain_file_is_left_in_peace(tmp_path: Path) -> None:
    assert advised(tmp_path) == []


def test_the_shipped_regimens_are_left_in_peace() -> None:
    for name in regimen_names():
        done = cec("regimen", "check", name)
        assert (done.code, len(done.out.splitlines())) == (0, 1)


@pytest.mark.parametrize(
    ("source", "asks"),
    [
        ("a protocol of ours", True),
        ("a protocol, url: https://example.org", False),
        ("Blood 2011;118:6043", False),
        ("doi 10.1182/blood.1", False),
        ("PMID 21967976", False),
    ],
)
def test_a_source_can_be_looked_up(source: str, asks: bool, tmp_path: Path) -> None:
    found = advised(tmp_path, source=source)
    assert found == (
        [
            "5:9: source: advice: nobody can look this up: give an address (url), or a year or number by "
            "which the publication is found"
        ]
        if asks
        else []
    )


def test_checks_that_stop_have_a_source(tmp_path: Path) -> None:
    check = "checks:\n  - {{code: {code}, when: {{age: under 1 year}}, level: {level}, text: young{source}}}\n"
    named = check.format(code="infant", level="stop", source=", source: the label")
    assert advised(tmp_path, LINE, named) == []
    assert advised(tmp_path, LINE, check.format(code="infant", level="note", source="")) == []
    unnamed = check.format(code="infant", level="check", source="")
    assert advised(tmp_path, LINE, unnamed) == ["10:3: checks: advice: no source is given of infant"]


@pytest.mark.parametrize(
    ("route", "over", "asks"),
    [
        ("IV continuous infusion", "96 min", "a continuous infusion of 96 min: is 96 h meant?"),
        ("IV continuous infusion", "4 h", "a continuous infusion of 4 h: write IV infusion, or how long it runs"),
        ("IV continuous infusion", "24 h", ""),
        ("IV continuous infusion", "12 h", ""),
        ("IV continuous infusion", "96 h", ""),
        ("IV infusion", "4 h", ""),
        ("IV infusion", "96 min", ""),
    ],
)
def test_a_continuous_infusion_is_one(route: str, over: str, asks: str, tmp_path: Path) -> None:
    line = f"  - {{drug: fluorouracil, dose: 1 g/m2, route: {route}, over: {over}, days: 1}}\n"
    found = advised(tmp_path, line)
    assert [text.partition("advice: ")[2] for text in found] == ([asks] if asks else [])


HALF = "runs 12 h of each day: 50% of the 100 mg/m2/24h"
CAPPED = "3 mg is above the maximum of 2 mg, and never given: write the dose that is"
OF_CARBOPLATIN = "a dose by AUC is computed by equations for carboplatin: is the drug right?"


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("drug: cytarabine, dose: 100 mg/m2/24h, over: 12 h, days: 1-7", HALF),
        ("drug: cytarabine, dose: 100 mg/m2/24h, over: 12 h, times: 2, every: 12 h, days: 1-7", ""),
        ("drug: cytarabine, dose: 100 mg/m2/24h, over: 24 h, days: 1-7", ""),
        ("drug: cytarabine, dose: 10 mg/m2/h, over: 3 h, days: 1-7", ""),
        ("drug: etoposide, dose: AUC 5, over: 1 h, days: 1", OF_CARBOPLATIN),
        ("drug: Karboplatyna, dose: AUC 5, over: 1 h, days: 1", ""),
        ("drug: nelarabine, dose: 3 mg, maximum: 2 mg, over: 1 h, days: 1", CAPPED),
        ("drug: nelarabine, dose: 2 mg, maximum: 2 mg, over: 1 h, days: 1", ""),
    ],
)
def test_a_line_that_gives_other_than_it_says(line: str, asks: str, tmp_path: Path) -> None:
    """A rate per 24 h for 12 h is half of it; a rate is not held against doses per m2 of other regimens."""
    found = advised(tmp_path, f"  - {{{line}, route: IV infusion}}\n")
    assert [text.partition("advice: ")[2] for text in found] == ([asks] if asks else [])


@pytest.mark.parametrize(
    ("dose", "route", "asks"),
    [
        ("400 mg/m2", "IV infusion, over: 2 h", "400 mg/m2 is 10 times the 40 mg/m2 of cec-consolidation"),
        ("4 mg/m2", "IV infusion, over: 2 h", "4 mg/m2 is 10 times less than the 40 mg/m2 of cec-consolidation"),
        ("0.24 g/m2", "IV infusion, over: 2 h", "0.24 g/m2 is 6 times the 40 mg/m2 of cec-consolidation"),
        ("220 mg/m2", "IV infusion, over: 2 h", "220 mg/m2 is over 5 times the 40 mg/m2 of cec-consolidation"),
        ("200 mg/m2", "IV infusion, over: 2 h", ""),
        ("52 mg/m2", "IV infusion, over: 2 h", ""),
        ("8 mg/m2", "IV bolus", ""),
        ("4 mg/kg", "IV infusion, over: 2 h", ""),
        ("4 mg", "IV infusion, over: 2 h", ""),
        ("400 mg/m2", "oral", ""),
    ],
)
def test_a_dose_far_from_the_same_drug_elsewhere(dose: str, route: str, asks: str, tmp_path: Path) -> None:
    """Clofarabine is 40 mg/m2 into a vein in both shipped regimens: beyond 5 times, or below a fifth, is far."""
    found = advised(tmp_path, f"  - {{drug: clofarabine, dose: {dose}, route: {route}, days: 1-5}}\n")
    assert [text.partition("advice: ")[2] for text in found] == ([asks] if asks else [])


def test_a_dose_that_rises_or_falls_is_far_only_where_all_of_it_is(tmp_path: Path) -> None:
    line = (
        "  - {{drug: clofarabine, route: IV infusion, over: 2 h, days: 1-2, "
        "dose: [{{days: 1, dose: {}}}, {{days: 2, dose: {}}}]}}\n"
    )
    assert advised(tmp_path, line.format("4 mg/m2", "40 mg/m2")) == []
    assert len(advised(tmp_path, line.format("4 mg/m2", "400 mg/m2"))) == 1


def test_doses_of_a_hospitals_own_regimens_count_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CEC_REGIMENS", str(tmp_path / "ours"))
    (tmp_path / "ours").mkdir()
    line = "  - {drug: vinblastine, dose: 6 mg/m2, route: IV bolus, days: 1}\n"
    advised(tmp_path / "ours", line, name="ours")
    (tmp_path / "ours" / "ours.yaml").write_text(
        HEAD.format(title="Ours", source="A journal 2012").replace("name: ac", "name: ours") + line, encoding="utf-8"
    )
    (found,) = advised(tmp_path, line.replace("6 mg", "60 mg"))
    assert found.endswith("60 mg/m2 is 10 times the 6 mg/m2 of ours")


@pytest.mark.parametrize(
    ("title", "asks"),
    [
        ("Etoposide 150 mg/m2", "says 150 mg/m2, which no line gives"),
        ("Etoposide 100 mg/m2", ""),
        ("Etoposide 0.1 g/m2", ""),
        ("Etoposide AUC 5", "says AUC 5, which no line gives"),
        ("Etoposide days 1-3", "says days 1-3, on which no line is given"),
        ("Etoposide d1-5 q21d", ""),
        ("Etoposide every 4 weeks", "says every 4 weeks, and cycle_length is 21 days"),
        ("Etoposide every 3 weeks", ""),
        ("R-CHOP 21, protocol 7, arm B", ""),
    ],
)
def test_numbers_of_the_title_are_those_of_the_lines(title: str, asks: str, tmp_path: Path) -> None:
    found = advised(tmp_path, title=title)
    assert [text.partition("advice: ")[2] for text in found] == ([asks] if asks else [])


def test_the_name_is_that_of_the_file(tmp_path: Path) -> None:
    (found,) = advised(tmp_path, name="tc")
    assert found == "1:7: name: advice: is 'ac', the file's is tc: a name leads to the file of that name"


def test_advice_does_not_fail_and_is_a_warning_to_a_service(tmp_path: Path) -> None:
    advised(tmp_path, title="AC 150 mg/m2")
    done = cec("regimen", "check", str(tmp_path / "ac.yaml"), "--format", "github")
    assert done.code == 0
    assert done.out == f"::warning file={tmp_path}/ac.yaml,line=2,col=8::title: says 150 mg/m2, which no line gives\n"


@pytest.mark.parametrize(
    ("maximum", "asks"),
    [
        (", maximum: 2 mg", ""),
        (", maximum: 20 mg", "advice: maximum: 20 mg is 10 times the 2 mg of"),
        ("", "advice: has no maximum; "),
    ],
)
def test_a_maximum_that_is_lost_or_ten_times_too_high(maximum: str, asks: str, tmp_path: Path) -> None:
    """Published regimens cap vincristine at 2 mg; etoposide they leave without a cap."""
    found = advised(tmp_path, f"  - {{drug: vincristine, dose: 1.5 mg/m2{maximum}, route: IV bolus, days: 1}}\n", LINE)
    assert len(found) == bool(asks)
    assert asks in "".join(found)

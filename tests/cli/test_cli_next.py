"""The next cycle from a saved order: what it carries on, what it asks for, and what it refuses."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path

import pytest
from chains import replacing, save
from running import Done, cec
from saved_orders import STARTER

from cec import CecError, load_order, next_cycle

FIRST = (
    *("schedule", "cec-induction", "--start", "2026-11-30", "--cycle", "1", "--height", "128cm", "--weight", "26kg"),
    *("--measured-on", "2026-11-29", "--id", "17", "--name", "Łucja Żak", "--sex", "f", "--diagnosis", "ALL"),
    *("--history", "prior_hsct=false", "--previous-cycles", "0"),
)
NEW = ("--start", "2027-01-04", "--weight", "28kg", "--height", "129cm", "--measured-on", "2027-01-03")


def first(tmp_path: Path, *more: str, born: str = "2018-05-14") -> Path:
    """The saved order of a first cycle, day 1 on Monday 30-Nov-2026."""
    path = tmp_path / "ann.json"
    age = ("--born", born) if born else ()
    done = cec(*FIRST, *age, *more, "-o", str(path))
    assert done.code == 0, done.err
    return path


def follow(order: Path, *more: str) -> Done:
    return cec("next", str(order), *more)


def test_it_carries_on_what_stays_and_counts_the_cycle(tmp_path: Path) -> None:
    path = first(tmp_path)
    second = tmp_path / "ann.c2.json"
    assert follow(path, *NEW, "-o", str(second)).code == 0
    before, after = load_order(path), load_order(second)
    patient = after.patient
    assert (patient.id, patient.name, patient.sex, patient.diagnosis) == ("17", "Łucja Żak", "female", "ALL")
    assert (patient.born, patient.history) == (datetime.date(2018, 5, 14), {"prior_hsct": False})
    assert (patient.previous_day_1, str(patient.previous_weight)) == (datetime.date(2026, 11, 30), "26 kg")
    assert (after.cycle, patient.previous_cycles, after.start) == (2, 1, datetime.date(2027, 1, 4))
    assert {drug: str(amount) for drug, amount in patient.earlier_doses.items()} == {
        "clofarabine": "200 mg/m2",
        "etoposide": "500 mg/m2",
        "cyclophosphamide": "2,200 mg/m2",
        "prednisone": "2.5 mg/kg",
    }
    assert (str(patient.weight), str(patient.height), after.revision) == ("28 kg", "129 cm", 1)
    assert after.follows
    assert after.follows.fingerprint == before.fingerprint
    assert f"continued from ann.json, order {before.fingerprint[:16]}" in after.overrides
    assert cec("verify", str(second)).code == 0
    assert cec("print", str(second)).code == 0


def test_measures_are_asked_for_all_at_once(tmp_path: Path) -> None:
    done = follow(first(tmp_path, "--creatinine", "0.5 mg/dL"), "--start", "2027-01-04")
    assert done.code == 1
    assert "--weight: the weight is asked for in each cycle; it was 26 kg" in done.err
    old = "measured on 2026-11-29, 36 days before 2027-01-04; the pharmacy allows 7 days"
    assert f"--height: it was 128 cm; {old}" in done.err
    assert f"--creatinine: it was 0.5 mg/dL; {old}; where nobody knows it now: --unknown creatinine" in done.err


def test_the_cycle_of_another_regimen_is_asked_for_beside_the_measures(tmp_path: Path) -> None:
    done = cec("next", str(first(tmp_path)), "cec-consolidation", "--start", "2027-01-04")
    options = [line.split(": ")[1] for line in done.err.splitlines()]
    assert options == ["--cycle", "--weight", "--height"]


def test_a_regimen_that_is_not_found_is_no_fault_of_the_order(tmp_path: Path) -> None:
    done = cec("next", str(first(tmp_path)), "cec-inducton", *NEW)
    assert done.err.startswith("cec: 'cec-inducton' is not the name of a regimen")


def test_measures_that_the_pharmacy_still_allows_are_carried(tmp_path: Path) -> None:
    pharmacy = tmp_path / "pharmacy.yaml"
    pharmacy.write_text("measures_valid_for: 60 days\n")
    path = first(tmp_path, "--creatinine", "0.5 mg/dL", "--pharmacy", str(pharmacy))
    second = tmp_path / "c2.json"
    assert follow(path, "--start", "2027-01-04", "--weight", "27kg", "-o", str(second)).code == 0
    patient = load_order(second).patient
    assert (str(patient.height), str(patient.creatinine)) == ("128 cm", "0.5 mg/dL")
    assert patient.measured_on == datetime.date(2026, 11, 29)
    assert load_order(second).pharmacy == load_order(path).pharmacy
    again = follow(path, *NEW[:4], "--measured-on", "2027-01-03", "-o", str(tmp_path / "x.json"))
    assert "--height: it was 128 cm; --measured-on tells the day of all measures" not in again.err
    assert "c2.json is the cycle after it already" in again.err


def test_creatinine_may_be_unknown_and_weight_may_not(tmp_path: Path) -> None:
    path = first(tmp_path, "--creatinine", "0.5 mg/dL")
    done = follow(path, *NEW, "--unknown", "creatinine", "--format", "json")
    assert load_order(done.out).patient.creatinine is None
    assert "--unknown: weight: only age, creatinine" in follow(path, *NEW, "--unknown", "weight").err


def test_an_age_told_as_a_number_is_asked_for_after_a_year_counted_from_the_first_order(tmp_path: Path) -> None:
    """Told for 29-Nov-2026; each next cycle carries that day on, so that it does not stay young for ever."""
    path = first(tmp_path, "--age", "8", born="")
    second = tmp_path / "c2.json"
    assert follow(path, *NEW, "-o", str(second)).code == 0
    assert str(load_order(second).patient.age) == "8 years"
    late = ("--weight", "30kg", "--height", "131cm", "--measured-on", "2027-11-28")
    done = follow(second, "--start", "2027-11-30", *late)
    assert "--age: 8 years was told for 2026-11-29; give the age now, or --born" in done.err
    assert follow(second, "--start", "2027-11-29", *late).code == 0
    assert follow(second, "--start", "2027-11-30", *late, "--age", "9").code == 0
    assert follow(second, "--start", "2027-11-30", *late, "--born", "2018-05-14").code == 0


def test_an_age_in_months_is_asked_for_after_a_month(tmp_path: Path) -> None:
    path = first(tmp_path, "--age", "96 months", born="")
    assert "--age: 96 months was told for 2026-11-29" in follow(path, *NEW).err
    soon = ("--start", "2026-12-30", "--weight", "26kg", "--height", "128cm")
    assert follow(path, *soon).code == 0


REDUCED = ("--reduce", "etoposide=by 25%: mucositis grade 3")


def test_of_each_reduction_a_person_decides(tmp_path: Path) -> None:
    path = first(tmp_path, *REDUCED)
    both = "--keep-reduction etoposide or --drop-reduction etoposide"
    assert f"the reduction of etoposide by 25% (mucositis grade 3): decide: {both}" in follow(path, *NEW).err
    twice = follow(path, *NEW, "--keep-reduction", "etoposide", "--drop-reduction", "Etoposide")
    assert f"give one of them: {both}" in twice.err
    anew = follow(path, *NEW, "--keep-reduction", "etoposide", "--reduce", "etoposide=by 50%: again")
    assert "it is kept and reduced anew; for the new one: --drop-reduction etoposide" in anew.err
    other = follow(path, *NEW, "--keep-reduction", "clofarabine", "--drop-reduction", "etoposide")
    assert "--keep-reduction: no reduction of clofarabine was declared; reduced: etoposide" in other.err
    for done in (twice, anew, other):
        assert done.code == 1


def test_a_reduction_is_kept_with_its_reason_dropped_or_taken_anew(tmp_path: Path) -> None:
    """129 cm, 28 kg: √(129 × 28 / 3600) = 1.0017 m2, 1 m2: 100 mg, 75 mg by 25%, 50 mg by 50%."""
    path = first(tmp_path, *REDUCED)
    kept = follow(path, *NEW, "--keep-reduction", "etoposide")
    assert "etoposide: 75 mg, reduced by 25%, to 75% of 100 mg: mucositis grade 3" in kept.out
    assert "reduction of etoposide by 25% (mucositis grade 3) kept" in kept.said
    dropped = follow(path, *NEW, "--drop-reduction", "etoposide")
    assert "Changed by a person" not in dropped.out
    assert "reduction of etoposide by 25% (mucositis grade 3) dropped" in dropped.said
    anew = follow(path, *NEW, "--drop-reduction", "etoposide", "--reduce", "etoposide=by 50%: again")
    assert "etoposide: 50 mg, reduced by 50%" in anew.out


def test_a_reduction_of_one_day_takes_no_other_with_it(tmp_path: Path) -> None:
    """By 25% on every day and, told later, by 50% on day 5: both go on. 100 mg at 1 m2 are 75 and 50 mg."""
    path = first(tmp_path, *REDUCED)
    worse = (
        "--on",
        "2026-12-03",
        "--from-day",
        "5",
        "--reduce",
        "etoposide on day 5=by 50%: worse",
        "--reason",
        "worse",
    )
    assert cec("change", str(path), *worse).code == 0
    path = tmp_path / "ann.r2.json"
    asked = follow(path, *NEW).err
    assert "the reduction of etoposide on days 1 to 4 by 25% (mucositis grade 3): decide: " in asked
    assert "the reduction of etoposide on day 5 by 50% (worse): decide: " in asked
    kept = follow(path, *NEW, "--keep-reduction", "etoposide", "--format", "json")
    doses = [(str(dose.ordered), dose.days) for dose in load_order(kept.out).doses if dose.drug == "etoposide"]
    assert doses == [("75 mg", (1, 2, 3, 4)), ("50 mg", (5,))]
    other = follow(path, "cec-consolidation", "--cycle", "1", *NEW, "--keep-reduction", "etoposide")
    assert "on day 5 by 50% (worse): it is of days of cec-induction; drop it" in other.err
    whole = ("--on", "2026-12-03", "--from-day", "5", "--reduce", "etoposide=by 50%: worse", "--reason", "worse")
    assert cec("change", str(path), *whole).code == 0
    asked = follow(tmp_path / "ann.r3.json", *NEW).err
    assert "25%" not in asked, "what is told of the drug holds for all of its days"
    assert "the reduction of etoposide by 50% (worse): decide: " in asked


def test_a_start_before_the_last_given_day_is_refused(tmp_path: Path) -> None:
    """Five days from 30-Nov-2026: the last is 04-Dec-2026."""
    path = first(tmp_path)
    for start in ("2026-11-30", "2026-12-04"):
        done = follow(path, "--start", start, "--weight", "26kg")
        assert f"--start: {start} is not after the last day of the cycle before, 2026-12-04" in done.err
    early = follow(path, "--start", "2026-12-05", "--weight", "26kg")
    assert early.err.startswith("cec: stop early-cycle: ")
    assert follow(path, "--start", "2026-12-05", "--weight", "26kg", "--accept", "early-cycle=board").code == 0


def test_a_start_before_the_earliest_day_of_a_cycle_that_was_moved_is_told(tmp_path: Path) -> None:
    """Day 15 of a cycle from 30-Nov-2026 is 14-Dec-2026, of one whose day 5 came a day later 15-Dec-2026."""
    path = first(tmp_path)
    moved = ("--on", "2026-12-04", "--skip-day", "5", "--move", "--reason", "no bed")
    assert cec("change", str(path), *moved).code == 0
    words = "day 1 is before 15-Dec-2026, the earliest that the cycle before names"
    early = follow(tmp_path / "ann.r2.json", "--start", "2026-12-14", "--weight", "26kg", "--height", "128cm")
    assert (early.code, f"ann.r2.json: {words}\n" in early.err, f"  {words}\n" in early.out) == (0, True, True)
    later = follow(tmp_path / "ann.r2.json", "--start", "2026-12-15", "--weight", "26kg", "--height", "128cm")
    assert (later.code, words in later.err + later.out) == (0, False)


def test_a_cancelled_cycle_does_not_count(tmp_path: Path) -> None:
    """Cycle 2 is cancelled: the next one is cycle 2 again, from the order that cancelled it or from cycle 1."""
    path = first(tmp_path)
    second, third = tmp_path / "c2.json", tmp_path / "c2-again.json"
    assert follow(path, *NEW, "-o", str(second)).code == 0
    assert cec("cancel", str(second), "--on", "2027-01-04", "--reason", "fever").code == 0
    later = ("--start", "2027-01-11", "--weight", "27kg", "--height", "129cm", "--measured-on", "2027-01-10")
    assert follow(second, *later).err.endswith("c2.r2.json, revision 2, cancels it\n")
    from_first = follow(path, *later, "--format", "json")
    assert follow(tmp_path / "c2.r2.json", *later, "-o", str(third)).code == 0
    after, other = load_order(third), load_order(from_first.out)
    assert after.patient == other.patient
    assert (after.cycle, after.patient.previous_cycles, after.patient.previous_day_1) == (
        2,
        1,
        datetime.date(2026, 11, 30),
    )
    assert str(after.patient.previous_weight) == "26 kg"
    assert str(after.patient.earlier_doses["clofarabine"]) == "200 mg/m2"
    for cycle in (path, tmp_path / "c2.r2.json"):
        assert "c2-again.json is the cycle after it already" in follow(cycle, *later).err


def test_a_first_cycle_that_was_cancelled_is_begun_again(tmp_path: Path) -> None:
    path = first(tmp_path)
    assert cec("cancel", str(path), "--on", "2026-11-30", "--reason", "fever").code == 0
    again = tmp_path / "again.json"
    later = ("--start", "2026-12-07", "--weight", "26kg", "--height", "128cm")
    assert follow(tmp_path / "ann.r2.json", *later, "-o", str(again)).code == 0
    order = load_order(again)
    assert (order.cycle, order.patient.previous_cycles, order.patient.previous_day_1) == (1, 0, None)
    assert order.patient.earlier_doses == {}


def test_consolidation_follows_induction(tmp_path: Path) -> None:
    path = first(tmp_path, *REDUCED)
    more = (*NEW, "--keep-reduction", "etoposide")
    asked = cec("next", str(path), "cec-consolidation", *more)
    assert "--cycle: cec-consolidation is another regimen than cec-induction" in asked.err
    second = tmp_path / "consolidation.json"
    assert cec("next", str(path), "cec-consolidation", *more, "--cycle", "1", "-o", str(second)).code == 0
    after = load_order(second)
    assert (after.regimen.name, after.cycle, after.patient.previous_cycles) == ("cec-consolidation", 1, 1)
    assert {dose.drug: str(dose.ordered) for dose in after.doses}["etoposide"] == "75 mg"


TREATMENT = """
name: two-phases
title: Two phases
edition: 1
for: tests
source: {citation: made up for tests}
phases:
  - {cycles: 1, cycle_length: 28 days, regimen: cec-induction}
  - {cycles: 2, cycle_length: 28 days, regimen: cec-consolidation}
"""


def test_a_treatment_goes_on_in_its_next_phase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("two-phases.yaml").write_text(TREATMENT)
    measured = ("--height", "128cm", "--weight", "26kg", "--id", "17")
    started = cec(
        "schedule",
        "two-phases.yaml",
        "--phase",
        "1",
        "--cycle",
        "1",
        "--start",
        "2026-11-30",
        *measured,
        "-o",
        "1.json",
    )
    assert started.code == 0
    unfound = cec("next", "1.json", *NEW).err
    assert unfound == (
        "1.json: no file of the treatment two-phases is found: name it as REGIMEN, or its folder with --regimens\n"
    )
    assert cec("next", "1.json", "two-phases.yaml", *NEW, "-o", "2.json").code == 0
    second = load_order("2.json")
    assert second.of_treatment
    assert (second.of_treatment.phase, second.cycle, second.of_treatment.in_all) == (2, 1, 2)
    assert (second.regimen.name, second.patient.previous_cycles) == ("cec-consolidation", 1)
    third = ("--start", "2027-02-01", "--weight", "28kg", "--height", "129cm")
    assert cec("next", "2.json", "--regimens", ".", *third, "-o", "3.json").code == 0
    assert load_order("3.json").cycle == 2
    last = cec("next", "3.json", "two-phases.yaml", "--start", "2027-03-01", "--weight", "28kg", "--height", "129cm")
    assert "3.json: cycle 2 of phase 2 is the last of two-phases" in last.err
    Path("two-phases.yaml").write_text(TREATMENT.replace("edition: 1", "edition: 2"))
    changed = cec("next", "2.json", "--regimens", ".", *third)
    assert "3.json is the cycle after it already" in changed.err
    Path("3.json").unlink()
    changed = cec("next", "2.json", "--regimens", ".", *third)
    assert "2.json: the file of two-phases was changed since: name it as REGIMEN" in changed.err
    assert cec("next", "2.json", "two-phases.yaml", *third).code == 0


def test_a_program_goes_on_with_a_treatment_as_the_command_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("two-phases.yaml").write_text(TREATMENT)
    place = ("--phase", "1", "--cycle", "1", "--start", "2026-11-30")
    measured = ("--height", "128cm", "--weight", "26kg", "--id", "17")
    assert cec("schedule", "two-phases.yaml", *place, *measured, "-o", "1.json").code == 0
    assert cec("next", "1.json", "two-phases.yaml", *NEW, "-o", "2.json").code == 0
    by_command, first = load_order("2.json"), load_order("1.json")
    start, texts = datetime.date(2027, 1, 4), {"weight": "28 kg", "height": "129 cm", "measured_on": "2027-01-03"}
    with pytest.raises(CecError, match="no file of the treatment two-phases is found"):
        next_cycle(first, start=start, texts=texts)
    second = next_cycle(first, start=start, texts=texts, regimen="two-phases.yaml")
    assert second.of_treatment == by_command.of_treatment
    assert (second.cycle, second.days, second.doses) == (by_command.cycle, by_command.days, by_command.doses)
    last = next_cycle(first, start=start, texts=texts, regimen="two-phases.yaml", phase=2, cycle=2)
    assert last.of_treatment
    assert (last.cycle, last.of_treatment.in_all) == (2, 3)
    with pytest.raises(CecError, match="phase: is of a treatment of phases, and this is a regimen"):
        next_cycle(first, start=start, texts=texts, regimen="cec-induction", phase=2)


def test_what_ends_with_a_cycle_is_named(tmp_path: Path) -> None:
    path = first(tmp_path, "--without", "prednisone: psychosis", "--set", "clofarabine=40 mg: two vials")
    done = follow(path, *NEW)
    assert "ann.json: prednisone was left out (psychosis); not carried on" in done.err
    assert "ann.json: clofarabine was set to 40 mg (two vials); not carried on" in done.err
    assert "prednisone" in done.out


def test_what_no_order_tells_is_added_once(tmp_path: Path) -> None:
    path = first(tmp_path)
    second = follow(path, *NEW, "--also-given", "etoposide=100 mg/m2", "--format", "json").out
    patient = load_order(second).patient
    assert str(patient.earlier_doses["etoposide"]) == "600 mg/m2"
    assert "etoposide" not in patient.earlier_doses_since
    for typed, words in {
        "etopside=1 mg": "gives etopside; they give clofarabine, etoposide",
        "etoposide": "is not DRUG=AMOUNT",
        "etoposide=much": "--also-given: ",
    }.items():
        assert words in follow(path, *NEW, "--also-given", typed).err


def test_the_next_cycle_is_written_once_and_never_over_a_file(tmp_path: Path) -> None:
    path = first(tmp_path)
    second = tmp_path / "c2.json"
    second.write_text("mine")
    assert "c2.json: is there already" in follow(path, *NEW, "-o", str(second)).err
    assert second.read_text() == "mine"
    second.unlink()
    assert follow(path, *NEW, "-o", str(second)).code == 0
    for more in (("-o", str(tmp_path / "other.json")), ("-o", str(tmp_path / "x.pdf")), ()):
        assert "c2.json is the cycle after it already" in follow(path, *NEW, *more).err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ann.json", "c2.json"]


def test_an_order_that_is_replaced_is_not_gone_on_from(tmp_path: Path) -> None:
    path = first(tmp_path)
    save(replacing(load_order(path), cancelled=None), tmp_path / "ann.r2.json")
    done = follow(path, *NEW)
    assert done.code == 1
    assert "ann.r2.json, revision 2, replaces it already; go on from that one" in done.err


def test_without_a_pharmacy_file_that_of_the_order_is_used(tmp_path: Path) -> None:
    path = first(tmp_path, "--pharmacy", str(STARTER))
    same = load_order(follow(path, *NEW, "--format", "json").out)
    assert same.pharmacy == load_order(path).pharmacy
    du_bois = load_order(follow(path, *NEW, "--format", "json", "--bsa-formula", "du-bois").out)
    assert du_bois.measures[0].bsa.formula == "du-bois"
    assert du_bois.pharmacy.formulary == same.pharmacy.formulary
    none = follow(path, *NEW, "--format", "json", "--pharmacy", "none")
    assert load_order(none.out).pharmacy.formulary == {}
    assert "its pharmacy file differs from the one used now" in none.err


def test_an_order_without_a_start_or_a_cycle_is_asked_about(tmp_path: Path) -> None:
    undated = tmp_path / "undated.json"
    assert cec("dose", "--height", "128cm", "--weight", "26kg", "-o", str(undated)).code == 0
    assert "undated.json: has no start" in follow(undated, *NEW).err
    unnumbered = tmp_path / "unnumbered.json"
    texts = ("--height", "128cm", "--weight", "26kg", "--start", "2026-11-30")
    assert cec("schedule", "cec-induction", *texts, "-o", str(unnumbered)).code == 0
    assert "--cycle: the order does not say which cycle it is" in follow(unnumbered, *NEW).err
    assert follow(unnumbered, *NEW, "--cycle", "3").code == 0


def test_of_two_who_go_on_at_once_one_is_told(tmp_path: Path) -> None:
    path = first(tmp_path)
    call = (sys.executable, "-m", "cec", "next", str(path), *NEW, "-o")
    names = ("x.json", "y.json")
    people = [subprocess.Popen((*call, str(tmp_path / name)), stderr=subprocess.PIPE, text=True) for name in names]
    told = [person.communicate()[1] for person in people]
    assert sorted(person.returncode for person in people) == [0, 1]
    winner = next(tmp_path / name for name in names if (tmp_path / name).exists())
    loser = next(text for text, person in zip(told, people, strict=True) if person.returncode)
    assert f"{winner} is the cycle after it already" in loser


def test_a_cycle_before_that_was_changed_since_is_told(tmp_path: Path) -> None:
    path = first(tmp_path)
    second = tmp_path / "c2.json"
    assert follow(path, *NEW, "-o", str(second)).code == 0
    assert cec("print", str(second)).err == ""
    stop = ("--on", "2026-12-02", "--from-day", "3", "--stop", "etoposide", "--reason", "hepatitis")
    assert cec("change", str(path), *stop).code == 0
    since = "the cycle before was changed since (ann.r2.json, revision 2)"
    assert since in cec("print", str(second)).err
    assert since in cec("verify", str(second)).said
    assert cec("verify", str(second)).code == 0


def test_a_cycle_before_that_was_changed_since_is_told_over_a_cancelled_one(tmp_path: Path) -> None:
    path, second, third = first(tmp_path), tmp_path / "c2.json", tmp_path / "c3.json"
    assert follow(path, *NEW, "-o", str(second)).code == 0
    assert cec("cancel", str(second), "--on", "2027-01-04", "--reason", "fever").code == 0
    assert follow(tmp_path / "c2.r2.json", *NEW, "-o", str(third)).code == 0
    assert cec("print", str(third)).err == ""
    told = ("--on", "2027-01-05", "--not-given", "clofarabine on day 5", "--reason", "told late")
    assert "c3.json, the cycle after it" in cec("change", str(path), *told).err
    assert "the cycle before was changed since (ann.r2.json, revision 2)" in cec("print", str(third)).err
    assert "the cycle before was changed since (ann.r2.json, revision 2)" in cec("verify", str(third)).said


def test_each_measure_is_carried_from_its_own_day(tmp_path: Path) -> None:
    """Height and creatinine are of 29-Nov, the weight of 03-Dec: 11 and 7 days before 10-Dec; 7 are allowed."""
    path = first(tmp_path, "--creatinine", "0.5 mg/dL")
    weighed = ("--on", "2026-12-03", "--from-day", "5", "--weight", "27kg", "--reason", "weighed")
    assert cec("change", str(path), *weighed, "--measured-on", "2026-12-03").code == 0
    done = follow(tmp_path / "ann.r2.json", "--start", "2026-12-10", "--weight", "28kg")
    old = "measured on 2026-11-29, 11 days before 2026-12-10; the pharmacy allows 7 days"
    assert f"--height: it was 128 cm; {old}" in done.err
    assert f"--creatinine: it was 0.5 mg/dL; {old}; where nobody knows it now: --unknown creatinine" in done.err


def test_a_creatinine_told_within_the_cycle_is_carried_beside_an_old_height(tmp_path: Path) -> None:
    """The creatinine of 03-Dec is 12 days old on 15-Dec, the height of 29-Nov 16: a pharmacy allows 14."""
    pharmacy = tmp_path / "pharmacy.yaml"
    pharmacy.write_text("measures_valid_for: 14 days\n", encoding="utf-8")
    path = first(tmp_path, "--creatinine", "0.5 mg/dL", "--pharmacy", str(pharmacy))
    told = ("--on", "2026-12-03", "--from-day", "5", "--creatinine", "0.6 mg/dL", "--reason", "told")
    assert cec("change", str(path), *told).code == 0
    start = ("--start", "2026-12-15", "--weight", "28kg")
    done = follow(tmp_path / "ann.r2.json", *start)
    assert ("--height" in done.err, "--creatinine" in done.err) == (True, False)
    done = follow(tmp_path / "ann.r2.json", *start, "--height", "129 cm", "--format", "json")
    patient = load_order(done.out).patient
    assert (str(patient.creatinine), patient.measured_on) == ("0.6 mg/dL", None)


def test_measures_carried_together_are_as_old_as_the_oldest(tmp_path: Path) -> None:
    """Height and creatinine are of 29-Nov, the weight of 03-Dec: what is carried on was measured on 29-Nov."""
    pharmacy = tmp_path / "pharmacy.yaml"
    pharmacy.write_text("measures_valid_for: 28 days\n", encoding="utf-8")
    path = first(tmp_path, "--creatinine", "0.5 mg/dL", "--pharmacy", str(pharmacy))
    weighed = ("--on", "2026-12-03", "--from-day", "5", "--weight", "27kg", "--reason", "weighed")
    assert cec("change", str(path), *weighed).code == 0
    done = follow(tmp_path / "ann.r2.json", "--start", "2026-12-15", "--weight", "28kg", "--format", "json")
    assert load_order(done.out).patient.measured_on == datetime.date(2026, 11, 29)


@pytest.mark.parametrize(
    ("option", "other", "same"), [("--id", "18", "17"), ("--born", "2018-05-15", "2018-05-14"), ("--sex", "m", "f")]
)
def test_the_next_cycle_of_an_order_is_that_of_its_patient(tmp_path: Path, option: str, other: str, same: str) -> None:
    path = first(tmp_path)
    done = follow(path, *NEW, option, other)
    assert done.code == 1
    assert f"{option}: the order is for " in done.err
    assert "the next cycle is that of the same patient" in done.err
    assert follow(path, *NEW, option, same).code == 0
    assert follow(path, *NEW, "--name", "Łucja Żak-Nowak", "--ward", "3 B").code == 0

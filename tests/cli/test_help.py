"""What cec says of itself: a greeting, the help of every command in groups, and examples that run."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import cec

import cec as package
from cec.cli import program
from cec.cli.commands import COMMANDS, GROUPS

WORDS = [tuple(words.split()) for words in COMMANDS]
NAMES = [" ".join(words) for words in WORDS]
ALL_WORDS = [(), *((word,) for word in GROUPS), *WORDS]
ALL_NAMES = [" ".join(("cec", *words)) for words in ALL_WORDS]
REGIMENS = Path(__file__).parent.parent.parent / "regimens"


def examples(text: str) -> list[str]:
    """The commands under the heading of examples, as they stand in a help."""
    lines = text.partition("  Examples:\n")[2].splitlines()
    return [line.strip() for line in lines[: lines.index("")]] if "" in lines else []


@pytest.mark.parametrize("words", ALL_WORDS, ids=ALL_NAMES)
def test_every_help_fits_80_columns_and_has_two_examples(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = cec(*words, "--help").out
    assert max(map(len, text.splitlines())) <= 80
    shown = examples(text)
    assert len(shown) == 2
    assert all(example.startswith(" ".join(("cec", *words))) for example in shown)
    assert cec("help", *words) == cec(*words, "--help")


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder with all the files that examples name, but for those of a pharmacy."""
    folder = tmp_path
    for name in ("patient.yaml", "ann.yaml"):
        (folder / name).write_text("height: 128 cm\nweight: 26 kg\n", encoding="utf-8")
    (folder / "patients.csv").write_text("id,height,weight\n7,128,26\n", encoding="utf-8")
    header = "id,height,weight,clofarabine_mg,etoposide_mg,cyclophosphamide_mg,prednisone_mg"
    (folder / "orders.csv").write_text(f"{header}\n7,128,26,38.4,96,422.4,13\n", encoding="utf-8")
    induction = (REGIMENS / "cec-induction.yaml").read_text(encoding="utf-8")
    mine = induction.replace("name: cec-induction", "name: my-regimen")
    assert mine != induction
    (folder / "my-regimen.yaml").write_text(mine, encoding="utf-8")
    (folder / "regimens").mkdir()
    shutil.copy(folder / "my-regimen.yaml", folder / "regimens")
    (folder / "pharmacies").mkdir()
    rows = "regimen;drug;dose;days;route;for;source\nAC;doxorubicin;60 mg/m2;1;IV bolus;tests;made up\n"
    (folder / "protocols.csv").write_text(rows, encoding="utf-8")
    (folder / "export.csv").write_text(rows.replace("drug", "Lek").replace("60 ", "60,5 "), encoding="utf-8")
    (folder / "orders").mkdir()
    (folder / "patients").mkdir()
    shutil.copy(folder / "ann.yaml", folder / "patients")
    return folder


def ends_well(example: str) -> bool:
    """Whether a command of an example ends as it says; a wrong dose is found, and ends with 1."""
    words = shlex.split(example.partition(" | ")[0])[1:]
    globbed = [sorted(map(str, Path().glob(word))) if "*" in word else [word] for word in words]
    done = cec(*(each for group in globbed for each in group))
    return done.code == (1 if "clofarabine=192mg" in example or " diff " in example or " compare " in example else 0)


@pytest.mark.slow
@pytest.mark.parametrize("words", ALL_WORDS, ids=ALL_NAMES)
def test_every_example_runs(words: tuple[str, ...], workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workplace)
    monkeypatch.setattr("cec.load.search.own_folder", lambda: workplace / "own")
    shown = examples(cec(*words, "--help").out)
    for name in ("pharmacy.yaml", "ph.yaml", "pharmacies/ward.yaml"):
        if not shown[0].startswith("cec pharmacy new"):
            assert cec("pharmacy", "new", name).code == 0
    if "ORDER" in cec(*words, "--help").out:
        for number, name in (("0", "order.json"), ("1", "eva.json"), ("1042", "orders/ann.json")):
            texts = ("--height", "128cm", "--weight", "26kg", "--id", number, "--start", "2026-11-30", "--cycle", "1")
            assert cec("schedule", "cec-induction", *texts, "-o", name).code == 0
    assert [example for example in shown if not ends_well(example)] == []


def test_an_example_that_does_not_run_is_seen() -> None:
    assert not ends_well("cec dose --height 128cm")
    assert examples("  Examples:\n    cec a b\n    cec c\n\nOptions:\n") == ["cec a b", "cec c"]


def headings(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The options of a command, each with the heading that it stands under."""
    command = program()
    for word in words:
        command = command.commands[word]
    for param in command.params:
        if param.param_type_name == "option":
            yield param.opts[0], param.rich_help_panel or ""


@pytest.mark.parametrize("words", WORDS, ids=NAMES)
def test_every_option_stands_under_a_heading(words: tuple[str, ...]) -> None:
    assert [option for option, heading in headings(words) if not heading] == []


def test_groups_stand_in_the_help() -> None:
    text = cec("dose", "--help").out
    at = [text.index(f"\n{heading}:\n") for heading in ("Arguments", "Patient", "Pharmacy", "Checks", "Output")]
    assert at == sorted(at)
    assert text.index("--weight") < text.index("\nPharmacy:") < text.index("--bsa-formula") < text.index("--accept")
    assert text.endswith("\nOptions:\n  -h, --help  Show this message and exit.\n")


def test_cec_alone_greets_with_the_three_jobs() -> None:
    """On standard error and as wrong usage: a script that forgot its command must not take this for an answer."""
    done = cec()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"cec {package.__version__}: ")
    jobs = [line.strip() for line in done.err.splitlines() if line.startswith("  cec ")]
    assert [job.split()[1] for job in jobs] == ["dose", "schedule", "batch"]
    assert max(map(len, done.err.splitlines())) <= 80


def test_the_list_of_commands_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert cec("--version").out == f"cec {package.__version__}\n"
    assert cec("help") == cec("--help")
    for words in ((), *((word,) for word in GROUPS)):
        listed = cec("help", *words).out.partition("Commands:")[2]
        assert "..." not in listed
        assert all(f"\n  {name[-1]} " in listed for name in WORDS if name[:-1] == words)
    assert cec("help", "dsoe").err.endswith("Error: No such command 'dsoe'. Did you mean 'dose'?\n")
    assert cec("help", "dsoe").code == 2


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("dose --height 128 --weight 26 kg", "--weight 26 kg: write 26kg or '26 kg'"),
        ("dose --height=4 ft 2 in --weight 26", "--height=4 ft 2 in: write --height=4ft2in or --height='4 ft 2 in'"),
        ("dose --height 128 --weight 26 --age 8 years", "--age 8 years: write 8years or '8 years'"),
        ("dose --height 128 --weight 57.3 pounds", "--weight 57.3 pounds: write 57.3pounds or '57.3 pounds'"),
        (
            "verify cec-induction --height 128 --weight 26 clofarabine=38 mg",
            "clofarabine=38 mg: write clofarabine=38mg or 'clofarabine=38 mg'",
        ),
        ("schedule cec-induction --height 128 --weight 26 --gap 15 min", "--gap 15 min: write 15min or '15 min'"),
    ],
)
def test_a_number_apart_from_its_unit_is_explained(typed: str, right: str) -> None:
    done = cec(*typed.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"\nError: {right}\n")


@pytest.mark.parametrize(
    "typed", ["dose --height 128 cec-induction --weight 26", "dose --weight 26kg --height '4 ft 2 in'"]
)
def test_numbers_with_their_units_pass(typed: str) -> None:
    assert cec(*shlex.split(typed)).code == 0


def test_a_stop_says_what_to_type() -> None:
    size = ("dose", "--height", "79cm", "--weight", "9.8kg")
    (line,) = [line for line in cec(*size).err.splitlines() if "stop" in line]
    told = line.rpartition("with a reason: ")[2]
    assert told == "--accept 'under-10-kg=REASON'"
    assert cec(*size, *shlex.split(told)).code == 0


@pytest.mark.parametrize("quiet", ["-q", "--quiet"])
def test_quiet_leaves_only_what_went_wrong(quiet: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.csv").write_text("height,weight\n128,26\n", encoding="utf-8")
    Path("bad.csv").write_text("height,weight\n128,26\n128,\n", encoding="utf-8")
    assert cec("batch", "good.csv", "-o", "doses.csv").err
    assert cec("batch", "good.csv", "-o", "new.csv", quiet).err == ""
    rejected = cec("batch", "bad.csv", "-o", "other.csv", quiet)
    assert (rejected.code, rejected.err) == (1, "2 read: 1 dosed, 1 rejected (other.rejects.csv)\n")
    assert cec("pharmacy", "new", quiet).err == ""
    assert cec("dose", "--height", "1", "--weight", "26", quiet).err.startswith("cec: 1 cm is not")
    cycle_2 = ("schedule", "cec-induction", "--height", "128", "--weight", "26", "--start", "2026-11-30")
    for words in (cycle_2, (*cycle_2, "--format", "ics")):
        assert cec(*words, quiet).err == ""
        assert cec(*words, quiet).out == cec(*words).out
    assert cec(*cycle_2, "--format", "ics").err

"""The pages that are written from the program are as it writes them, and nothing of it is missing there."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from make_reference import MAN, NOTE, PAGES
from making import man

from cec.cli import program
from cec.order import STAGES
from cec.public.schemas import SCHEMAS

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"


def text_of(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


def test_every_page_of_the_reference_is_written_by_the_program() -> None:
    assert sorted(path.stem for path in REFERENCE.glob("*.md")) == sorted(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_stale(name: str) -> None:
    assert text_of(name) == NOTE + PAGES[name](), "run: python docs/make_reference.py"


@pytest.mark.parametrize("name", PAGES)
def test_every_heading_stands_once(name: str) -> None:
    """Links lead to the first of two."""
    headings = re.findall(r"^## .*", text_of(name), re.MULTILINE)
    assert sorted(headings) == sorted(set(headings))


def test_the_keys_of_a_treatment_stand_with_those_of_a_regimen() -> None:
    assert "| `phases` | **required**" in text_of("regimen-keys")
    assert "## `phases`" in text_of("regimen-keys")


def test_no_man_page_is_stale() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in MAN.iterdir()}
    assert written == man.pages(), "run: python docs/make_reference.py"


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("groff"), reason="no groff")
def test_every_man_page_reads_as_one() -> None:
    """groff finds nothing to warn of, and what is printed is what the help says."""
    for name in man.pages():
        done = subprocess.run(
            ["groff", "-Kutf8", "-man", "-Tutf8", "-ww", "-rLL=100n", "-P-cbou", str(MAN / name)],  # noqa: S607
            capture_output=True,
            check=True,
        )
        assert done.stderr == b""
        assert "EXIT STATUS" in done.stdout.decode()
    words = "".join(man.pages()["cec-dose.1"]).replace("\\", "")
    assert "fB--weightfR fIWEIGHTfR" in words
    assert "\ncec dose --height 128cm --weight 26kg\n" in words


def commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Every command by its words."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
    else:
        for word, each in inner.items():
            yield from commands(f"{name} {word}", each)


COMMANDS = dict(commands("cec", program()))
WITH_ITSELF = {"cec": program(), **COMMANDS}


@pytest.mark.parametrize("name", WITH_ITSELF)
def test_every_command_and_option_has_its_place(name: str) -> None:
    page = text_of("commands")
    assert f"\n## `{name}`\n" in page
    options = [each for parameter in WITH_ITSELF[name].params for each in parameter.opts if each.startswith("-")]
    assert [each for each in options if f"`{each}`" not in page] == []


def keys_of(schema: Any) -> Iterator[str]:
    """Every key that may stand anywhere in a file."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from keys_of(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from keys_of(inner)


@pytest.mark.parametrize("what", ["regimen", "patient", "pharmacy"])
def test_every_key_has_its_place(what: str) -> None:
    page = text_of(f"{what}-keys")
    keys = set(keys_of(SCHEMAS[what][1]()))
    assert len(keys) > 15
    assert {key for key in keys if f"\n| `{key}` |" not in page} == set()


def test_a_key_is_seen_wherever_it_stands() -> None:
    inside = {"type": "array", "items": {"anyOf": [{"type": "string"}, {"properties": {"c": {}}}]}}
    schema = {"properties": {"a": {"additionalProperties": {"properties": {"b": inside}}}}}
    assert list(keys_of(schema)) == ["a", "b", "c"]


def codes_in(source: str) -> Iterator[str]:
    """The codes that a module of the program gives to alerts, those of a drug with `-<drug>`."""
    makers = {"Alert": "", "Rule": "", "Remark": "-<drug>", "code_of_drug": "-<drug>"}
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in makers:
            named = [each.value for each in call.keywords if each.arg in {"code", "kind", "what"}]
            for code in (*call.args[:1], *named):
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield f"{code.value}{makers[call.func.id]}"


def test_every_code_has_its_place() -> None:
    page = text_of("codes")
    codes = {code for path in (ROOT / "cec").rglob("*.py") for code in codes_in(path.read_text(encoding="utf-8"))}
    assert len(codes) > 15
    assert {code for code in codes if f"`{code}`" not in page} == set()


def test_a_code_is_seen_wherever_it_is_given() -> None:
    source = 'Alert("a", "check")\nRemark("b", "note")\nAlert(code_of_drug("c", drug))\nRule(code="d")\nRule(name)\n'
    assert sorted(codes_in(source)) == ["a", "b-<drug>", "c-<drug>", "d"]


def without_a_test(page: str, tests: str) -> list[str]:
    """The codes of the page of codes that no test names; of a code with a drug, what stands before the drug."""
    codes = dict.fromkeys(re.findall(r"^\| `([a-z0-9-]+)", page, re.MULTILINE))
    return [code for code in codes if not re.search(rf"(?<![\w-]){code}", tests)]


def test_every_code_has_a_case_or_a_test() -> None:
    paths = {path for ending in ("*.py", "*.yaml") for path in (ROOT / "tests").rglob(ending)} - {Path(__file__)}
    cases = (ROOT / "regimens").glob("*.cases.yaml")
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (*paths, *cases))
    assert without_a_test(text_of("codes"), tests) == [], "work a case of each by hand in tests/cases/"


def test_a_code_without_a_test_is_seen() -> None:
    page = "| code | level |\n|---|---|\n| `tall` | check |\n| `digits-<drug>` | check |\n| `pounds` | check |\n"
    assert without_a_test(page, 'alerts: [digits-etoposide]\nassert "tall"') == ["pounds"]
    assert without_a_test(page, "too-tall, no-digits, pounds") == ["tall", "digits-"]


def test_every_command_is_shown_at_work() -> None:
    """Of each command some page has a console block, which is run."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = "\n".join(
        block
        for path in pages
        for block in re.findall(r"```console\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    )
    assert [name for name in COMMANDS if not re.search(rf"^\$ {name}\b", shown, re.MULTILINE)] == []


def test_every_step_of_a_dose_has_its_place() -> None:
    page = (REFERENCE.parent / "first-dose.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| ([\w ]+) \| [^|]*\|$", page, re.MULTILINE)[1:] == list(STAGES)


@pytest.mark.nightly
@pytest.mark.parametrize(("kind", "library"), [("sheets", "typst"), ("screens", "rich")])
def test_no_picture_is_stale(kind: str, library: str) -> None:
    """With the library that drew them: another one may draw a line otherwise."""
    pictures = pytest.importorskip("make_pictures", exc_type=ImportError)
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    if f"\n{library}=={version(library)}\n" not in constraints:
        pytest.skip(f"drawn with another {library}")
    drawn = getattr(pictures, kind)()
    stale = [name for name, each in drawn.items() if (REFERENCE.parent / "pictures" / name).read_bytes() != each]
    assert stale == [], "run: python docs/make_pictures.py"

"""Every page can be trusted: its console and Python blocks are what comes out, its links lead somewhere.

In a console block, a line of an ellipsis alone stands for lines left out.

CEC_UPDATE_PAGES=1 writes what comes out into the blocks that leave nothing out.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cec.__main__ import main
from cec.cli import messages
from cec.load import check_regimen

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
PAGE_NAMES = [path.relative_to(ROOT).as_posix() for path in PAGES]
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
FILE = re.compile(r'^```\w+ title="(\S+)"\n(.*?)^```', re.DOTALL | re.MULTILINE)
LINES = re.compile(r"<!-- lines -->\n```yaml\n(.*?)```", re.DOTALL)
REGIMEN = "name: lines\ntitle: Lines\nedition: 1\nfor: a test\nsource: {citation: this test}\ndrugs:\n"
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^()\s]+)\)")
LEFT_OUT = "…\n"
COLUMNS = 100
"""Messages are wrapped as on a terminal of so many columns: in a pipe each is one line, too long for a page."""
CONTINUED = "\\\n"


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_a_file_bears_its_name_for_all_to_see(page: Path) -> None:
    assert "<!-- file" not in page.read_text(encoding="utf-8"), 'write ```csv title="patients.csv"'


def commands(block: str) -> list[str]:
    """The commands of a block, over several lines where they stand so."""
    return re.findall(r"^\$ (.*?[^\\])\n", block, re.MULTILINE | re.DOTALL)


def output_of(command: str, capfd: pytest.CaptureFixture[str]) -> str:
    """What a cec command prints, both streams, as in a pipe but for the width of messages."""
    words = shlex.split(command)
    assert words[0] == "cec", command
    with pytest.raises(SystemExit):
        main(words[1:])
    out, err = capfd.readouterr()
    return out + err


def matches(shown: str, printed: str) -> bool:
    """Whether a block shows what was printed, but for the lines that it leaves out.

    The digits of a fingerprint may be others: a new key of a file gives every order another.
    """
    shown, printed = (re.sub(r"\b[0-9a-f]{16}\b", "0" * 16, text) for text in (shown, printed))
    parts = re.split(f"^{LEFT_OUT}", shown, flags=re.MULTILINE)
    return re.fullmatch(r"(?:.*\n)*".join(map(re.escape, parts)), printed) is not None


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_every_console_block_is_what_comes_out(
    page: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = page.read_text(encoding="utf-8")
    shutil.copytree(ROOT / "regimens", tmp_path / "regimens")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(messages, "_columns", lambda: COLUMNS)
    for name, content in FILE.findall(text):
        (tmp_path / name).write_text(content, encoding="utf-8")
    for block in CONSOLE.findall(text):
        printed = "".join(
            f"$ {command}\n{output_of(command.replace(CONTINUED, ' '), capfd)}" for command in commands(block)
        )
        if os.environ.get("CEC_UPDATE_PAGES") and LEFT_OUT not in block:
            page.write_text(page.read_text(encoding="utf-8").replace(block, printed), encoding="utf-8")
        else:
            assert matches(block, printed), printed


@pytest.mark.parametrize(
    ("shown", "is_so"),
    [
        ("$ a\none\ntwo\nthree\n", True),
        ("$ a\none\n…\nthree\n", True),
        ("$ a\n…\nthree\n", True),
        ("$ a\none\n…\nfour\n", False),
        ("$ a\none\nthree\n", False),
    ],
)
def test_a_block_must_show_what_is_printed(shown: str, is_so: bool) -> None:
    assert matches(shown, "$ a\none\ntwo\nthree\n") is is_so


def wrong_examples(block: str) -> tuple[int, str]:
    """How many examples a Python block has, and what doctest says of those that do not come out."""
    reports: list[str] = []
    examples = doctest.DocTestParser().get_doctest(block, {}, "page", "page", 0)
    doctest.DocTestRunner(verbose=False).run(examples, out=reports.append)
    return len(examples.examples), "".join(reports)


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_every_python_block_is_what_comes_out(page: Path) -> None:
    """What a block defines, those below it on the page may use."""
    blocks = PYTHON.findall(page.read_text(encoding="utf-8"))
    assert all(">>> " in block for block in blocks)
    assert wrong_examples("\n".join(blocks))[1] == ""


@pytest.mark.parametrize(
    ("block", "end"),
    [
        (">>> 40 * 2\n80\n", ""),
        (">>> 40 * 2\n81\n", "Expected:\n    81\nGot:\n    80\n"),
        (">>> cec.draft_order()\n", "NameError: name 'cec' is not defined\n"),
    ],
)
def test_a_python_block_must_show_what_comes_out(block: str, end: str) -> None:
    count, report = wrong_examples(block)
    assert (count, report[-len(end) :] if end else report) == (1, end)


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_drug_lines_load_as_they_stand(page: Path, tmp_path: Path) -> None:
    for number, lines in enumerate(LINES.findall(page.read_text(encoding="utf-8"))):
        file = tmp_path / f"{number}.yaml"
        file.write_text(REGIMEN + lines, encoding="utf-8")
        assert check_regimen(file).drugs


def anchors(page: str) -> set[str]:
    """The names by which a link reaches the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page), re.MULTILINE)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower()) for heading in headings}


def broken_links(page: Path, root: Path = ROOT) -> list[str]:
    """The links of a page that lead to no file, to no heading of it, or out of where pages are read."""
    wrong = []
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page.resolve()
        outside = page.is_relative_to(root / "docs") and not target.is_relative_to((root / "docs").resolve())
        if outside or not target.is_file() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_no_link_leads_nowhere(page: Path) -> None:
    assert broken_links(page) == []


def test_a_link_that_leads_nowhere_is_seen(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "x.md").write_text("# Top of all, `cec`\n", encoding="utf-8")
    (tmp_path / "docs" / "b.md").write_text("# Ends of x\n", encoding="utf-8")
    page = tmp_path / "docs" / "a.md"
    links = "[](b.md) [](b.md#ends-of-x) [](b.md#other) [](../x.md) [](c.md) [](#here) [](https://example.org)"
    page.write_text(f"## Here\n{links}\n```\n[](d.md)\n```\n", encoding="utf-8")
    assert broken_links(page, tmp_path) == ["b.md#other", "../x.md", "c.md"]
    outside = tmp_path / "README.md"
    outside.write_text("[](docs/a.md#here) [](x.md#top-of-all-cec) [](x.md#no)", encoding="utf-8")
    assert broken_links(outside, tmp_path) == ["x.md#no"]


def named(entries: Any) -> Iterator[str]:
    """The pages that a navigation names."""
    for entry in entries:
        for below in entry.values():
            yield from [below] if isinstance(below, str) else named(below)


def test_the_navigation_names_every_page_once() -> None:
    settings = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    pages = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
    assert sorted(named(settings["project"]["nav"])) == pages


def test_the_first_page_leads_to_every_page() -> None:
    links = LINK.findall((DOCS / "index.md").read_text(encoding="utf-8"))
    assert {path.name for path in DOCS.glob("*.md")} - {*links} == {"index.md"}


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 130


@pytest.mark.nightly
def test_the_site_builds_strictly(tmp_path: Path) -> None:
    for name in ("docs", "zensical.toml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    assert build_site(tmp_path) == (0, "No issues found")
    assert len(list((tmp_path / "site").rglob("index.html"))) == len(list(DOCS.rglob("*.md")))
    (tmp_path / "docs" / "index.md").write_text("[](nowhere.md)", encoding="utf-8")
    assert build_site(tmp_path)[0] == 1


def build_site(folder: Path) -> tuple[int, str]:
    """The exit status of a strict build, and its last word about the links."""
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.strip().splitlines()[-1]

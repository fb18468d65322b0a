"""What a shell is told that may come next, its scripts, and where they are put."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import cec
from typer.core import TyperOption

from cec.cli import program
from cec.cli.completion import READERS, complete
from cec.cli.shells import SHELLS, install, this_shell
from cec.errors import InputError
from cec.facts import FACTS
from cec.rendering import FORMATS

SCRIPTS = Path(__file__).parent.parent.parent / "cec" / "cli" / "shells"
MINE = """\
name: mine
title: Mine
edition: 1
for: an example, not a treatment
source: {citation: written for this test, url: https://example.org/}
drugs:
  - {drug: arsenic trioxide, dose: 0.15 mg/kg, route: IV infusion, over: 2 h, days: "1"}
checks:
  - {code: qt, level: check, when: {long_qt: true}, about: QT, text: prolonged, source: written}
"""


def offered(line: str) -> list[str]:
    """The words that are offered at the end of a line."""
    *words, begun = line.split(" ")
    return [each.partition("\t")[0] for each in complete(program(), words, begun).splitlines()]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("do", ["dose", "doctor"]),
        ("pharmacy ", ["new", "check", "show"]),
        ("regimen show cec-c", ["cec-consolidation"]),
        ("dose c", ["cec-consolidation", "cec-induction"]),
        ("dose --height 128 cec-i", ["cec-induction"]),
        ("dose cec-induction c", []),
        ("dose --acc", ["--accept"]),
        ("dose --height 128 --hei", []),
        ("dose --reduce etoposide=by --redu", ["--reduce"]),
        ("batch --inp", ["--input-format"]),
        ("--ver", ["--version"]),
        ("dose --sex m", ["male", "m"]),
        ("dose --format c", ["csv"]),
        ("dose --format=pd", ["--format=pdf"]),
        ("dose --paper ", ["a4", "letter", "100x60mm"]),
        ("dose --bsa-formula du", ["du-bois"]),
        ("dose --reduce e", ["etoposide="]),
        ("dose --without pred", ["prednisone:"]),
        ("dose --product cycl", ["cyclophosphamide="]),
        ("dose --history long", ["long_neutropenia=true", "long_neutropenia=false"]),
        ("dose --accept under", ["under-10-kg="]),
        ("verify cec-induction clofarabine=38mg pred", ["prednisone="]),
        ("verify orders.csv --regimen cec-i", ["cec-induction"]),
        ("schema p", ["patient", "pharmacy"]),
        ("help regimen c", ["check"]),
        ("dose --patient ", []),
        ("release order.json --by ", []),
        ("regimen new ", []),
        ("change order.json --not-given clof", ["clofarabine"]),
        ("dose --height ", []),
        ("batch ", []),
        ("regimen check ", []),
        ("dose no-such-regimen --reduce ", []),
    ],
)
def test_what_may_come_next(line: str, words: list[str]) -> None:
    assert offered(line) == words


def test_a_regimen_of_ones_own_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(MINE, encoding="utf-8")
    assert offered("dose mine.yaml --reduce ") == ["arsenic trioxide="]
    assert offered("dose mine.yaml --history ") == ["long_qt=true", "long_qt=false"]
    assert "qt=" in offered("dose mine.yaml --accept ")


FREE = {"WHAT=COLUMN", "WHAT:TEXT=VALUE", "KEY=COLUMN", "KEY:TEXT=VALUE", "DAY=DATE"}
"""Values of which a shell offers files or nothing, beside those that are one word in capital letters."""


def parameters(command: Any) -> Iterator[Any]:
    yield from command.params
    for inner in getattr(command, "commands", {}).values():
        yield from parameters(inner)


def undecided(params: Iterator[Any]) -> set[str]:
    """The kinds of values of which nobody said what a shell offers."""
    metavars = {
        str(param.metavar) for param in params if param.name not in FACTS and not getattr(param, "is_flag", False)
    }
    choices = {each for each in metavars if "|" in each and each == each.lower()}
    words = {each for each in metavars if re.fullmatch(r"\[?[A-Z]+(\.\.\.)?\]?", each)}
    return metavars - choices - words - FREE - {*READERS, "[COMMAND]..."}


def test_of_every_value_it_is_decided_what_is_offered() -> None:
    assert undecided(parameters(program())) == set()
    assert undecided(iter([TyperOption(param_decls=["--x"], metavar="DRUG=COLOUR")])) == {"DRUG=COLOUR"}


@pytest.mark.parametrize(
    ("words", "offers"),
    [
        (["dose", "--he"], ["--height", "--help"]),
        (["dose", "--format", "=", "js"], ["json"]),
        (["dose", "--format", "=", ""], list(FORMATS)),
        (["dose", "--reduce", "'eto"], ["etoposide="]),
        (["verify", "cec-induction", "clofarabine", "=", "3"], []),
        (["dose", "mine.yaml", "--reduce", "ars"], [r"arsenic\ trioxide="]),
    ],
)
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32" or not shutil.which("bash"), reason="no bash")
def test_bash_completes(words: list[str], offers: list[str], command: Path) -> None:
    """bash splits words at =, and puts what is offered in the place of the last piece."""
    script = (
        f'source {SCRIPTS}/cec.bash; COMP_WORDS=(cec "$@"); COMP_CWORD=$#; _cec; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    assert shell(command, "bash", "-c", script, "bash", *words) == offers


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("fish"), reason="no fish")
def test_fish_completes(command: Path) -> None:
    script = (
        f"source {SCRIPTS}/cec.fish; complete -C 'cec dose --reduce eto'; complete -C 'cec dose mine.yaml --reduce '"
    )
    assert shell(command, "fish", "-c", script) == ["etoposide=\tIV infusion", "arsenic trioxide=\tIV infusion"]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh")
def test_zsh_completes(command: Path) -> None:
    script = (
        f"words=(cec dose --reduce eto); CURRENT=4; _describe() {{ print -l ${{(P)4}} }}; compdef() {{ }}; "
        f"source {SCRIPTS}/cec.zsh; _cec"
    )
    assert shell(command, "zsh", "-f", "-c", script) == ["etoposide=:IV infusion"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32" or not shutil.which("pwsh"), reason="no PowerShell")
def test_powershell_completes(command: Path) -> None:
    script = (
        f". {SCRIPTS}/cec.ps1; $line = 'cec dose --reduce eto'; "
        "(TabExpansion2 $line $line.Length).CompletionMatches.CompletionText"
    )
    assert shell(command, "pwsh", "-NoProfile", "-Command", script) == ["etoposide="]


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """A folder with the command cec, and a regimen."""
    (tmp_path / "mine.yaml").write_text(MINE, encoding="utf-8")
    command = tmp_path / "cec"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cec "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return tmp_path


def shell(folder: Path, *command: str) -> list[str]:
    """The lines that a shell prints, in a folder whose cec it finds first."""
    root = str(SCRIPTS.parent.parent.parent)
    environment = {"PATH": f"{folder}:/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": root, "HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.strip("\n").splitlines()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize(("name", "start"), [("bash", ".bashrc"), ("zsh", ".zshrc")])
def test_a_shell_reads_its_script_as_it_starts(name: str, start: str, home: Path) -> None:
    """Once, however often it is installed; what stood in its file stays."""
    (home / start).write_text("alias ll='ls -l'", encoding="utf-8")
    for _ in range(2):
        text = install(name, {})
    script = home / ".config" / "cec" / f"cec.{name}"
    assert (home / start).read_text(encoding="utf-8") == (
        f"alias ll='ls -l'\n[ -r '{script}' ] && . '{script}'  # completion of cec\n"
    )
    assert script.read_bytes() == (SCRIPTS / f"cec.{name}").read_bytes()
    assert text == f"{name} completes cec from its next start on: {script}, which {home / start} reads"


def test_other_places_of_settings_are_respected(home: Path) -> None:
    install("fish", {"XDG_CONFIG_HOME": str(home / "settings")})
    assert (home / "settings" / "fish" / "completions" / "cec.fish").is_file()
    install("zsh", {"ZDOTDIR": str(home / "z"), "XDG_CONFIG_HOME": str(home / "settings")})
    assert (home / "z" / ".zshrc").is_file()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_profile_of_powershell_keeps_its_encoding(
    encoding: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows PowerShell writes its own in UTF-16; the line names no path, so that no letter of it can be misread."""
    profile = home / "Dokumenty" / "profile.ps1"
    profile.parent.mkdir()
    profile.write_text("Set-Alias ll ls # żółć\n", encoding=encoding)
    monkeypatch.setitem(
        SHELLS, "powershell", SHELLS["powershell"]._replace(folder=lambda _: profile.parent, reads=lambda _: profile)
    )
    for _ in range(2):
        install("powershell", {})
    assert profile.read_text(encoding=encoding) == (
        'Set-Alias ll ls # żółć\n. "$PSScriptRoot/cec.ps1"  # completion of cec\n'
    )
    assert (profile.parent / "cec.ps1").is_file()


def test_a_shell_that_is_not_known_is_told(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    for environment in ({"SHELL": "/bin/ksh"}, {}):
        with pytest.raises(InputError, match="is not one of bash, zsh, fish, powershell; cec --show-completion bash"):
            this_shell(environment, "posix")
    monkeypatch.setenv("SHELL", "/usr/bin/fish")
    monkeypatch.delenv("PSModulePath", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    if sys.platform != "win32":
        assert cec("--install-completion").err.startswith("fish completes cec from its next start on: ")
    assert cec("--show-completion", "tcsh").code == 1
    for name in SHELLS:
        assert cec("--show-completion", name).out.encode() == (SCRIPTS / SHELLS[name].script).read_bytes()
    blocked = home / ".config"
    shutil.rmtree(blocked, ignore_errors=True)
    blocked.write_text("a file", encoding="utf-8")
    with pytest.raises(Exception, match="cannot be written"):
        install("fish", {})


def test_a_shell_asks_through_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_CEC_COMPLETE", ".--strict")
    assert cec("dose").out.startswith("--strict\t")
    assert (cec("nonsense", "--x").out, cec("nonsense").code) == ("", 0)

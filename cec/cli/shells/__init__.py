"""How completion comes into a shell: a script for each, and a line in the file that the shell reads as it starts."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from cec.errors import Fault, InputError
from cec.files import write_with_folders


class Shell(NamedTuple):
    """A shell: its script, the folder that the script goes to, and the file that reads it; fish finds it by itself."""

    script: str
    folder: Callable[[Mapping[str, str]], Path]
    reads: Callable[[Mapping[str, str]], Path] | None = None
    line: str = "[ -r '{path}' ] && . '{path}'"


def _settings(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config")


def _profile(_: Mapping[str, str]) -> Path:
    """The file that PowerShell reads as it starts; only PowerShell knows where it lies."""
    program = shutil.which("pwsh") or shutil.which("powershell")
    if not program:
        raise InputError("PowerShell is not found; add what cec --show-completion powershell prints to your $PROFILE")
    command = [program, "-NoProfile", "-Command", "[Console]::OutputEncoding = [Text.Encoding]::UTF8; $PROFILE"]
    return Path(subprocess.run(command, capture_output=True, check=True).stdout.decode().strip())  # noqa: S603


SHELLS = {
    "bash": Shell("cec.bash", lambda variables: _settings(variables) / "cec", lambda _: Path.home() / ".bashrc"),
    "zsh": Shell(
        "cec.zsh",
        lambda variables: _settings(variables) / "cec",
        lambda variables: Path(variables.get("ZDOTDIR") or Path.home()) / ".zshrc",
    ),
    "fish": Shell("cec.fish", lambda variables: _settings(variables) / "fish" / "completions"),
    "powershell": Shell("cec.ps1", lambda variables: _profile(variables).parent, _profile, '. "$PSScriptRoot/cec.ps1"'),
}


def script_of(shell: str) -> bytes:
    """The script that gives a shell completion of cec; InputError for a shell that is not known."""
    if shell not in SHELLS:
        raise InputError(Fault(f"'{shell}' is not one of {', '.join(SHELLS)}", "--show-completion"))
    return files("cec.cli.shells").joinpath(SHELLS[shell].script).read_bytes()


def this_shell(environment: Mapping[str, str], system: str = os.name) -> str:
    """The shell that a person uses, as its variables tell; InputError where they do not.

    >>> this_shell({"SHELL": "/usr/bin/zsh"}, "posix"), this_shell({}, "nt")
    ('zsh', 'powershell')
    """
    if system == "nt" or "PSModulePath" in environment:
        return "powershell"
    name = PurePosixPath(environment.get("SHELL", "")).name
    if name not in SHELLS:
        raise InputError(
            f"the shell {f'{name} ' if name else ''}is not one of {', '.join(SHELLS)}; "
            "cec --show-completion bash prints the script of one of these"
        )
    return name


def install(shell: str, environment: Mapping[str, str]) -> str:
    """What was done, after the script is written and the shell reads it as it starts: once, however often installed."""
    chosen = SHELLS[shell]
    script = chosen.folder(environment) / chosen.script
    write_with_folders(script, script_of(shell))
    if chosen.reads is None:
        return f"{shell} completes cec from its next start on: {script}"
    start = chosen.reads(environment)
    line = f"{chosen.line.format(path=script)}  # completion of cec"
    content = start.read_bytes() if start.exists() else b""
    encoding = "utf-16-le" if content.startswith(b"\xff\xfe") else "utf-8"  # as Windows PowerShell writes its own
    if line.encode(encoding) not in content:
        gap = "" if not content or content.endswith("\n".encode(encoding)) else "\n"
        write_with_folders(start, content + f"{gap}{line}\n".encode(encoding))
    return f"{shell} completes cec from its next start on: {script}, which {start} reads"

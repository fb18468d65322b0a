"""The wheel holds all that cec needs: it runs outside the checkout, regimens included."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import cec

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of a freshly built wheel, as pip would lay it out."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--quiet", "-w", str(folder)]
    build = [sys.executable, "-m", "pip", "wheel", *options, str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("cec_dosing-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(unpacked: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """cec from the wheel, in a folder where there is nothing else, with no home to write to."""
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}
    empty = unpacked.parent / "empty"
    empty.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "cec", *arguments]
    done = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, check=False)
    assert list(empty.iterdir()) == []
    return done


@pytest.mark.slow
def test_the_wheel_runs_outside_the_checkout(unpacked: Path) -> None:
    done = run(unpacked, "regimen", "list")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "cec-consolidation: CEC consolidation, 4 days"
    where = [sys.executable, "-c", "import cec; print(cec.__file__)"]
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    home = subprocess.run(where, cwd=unpacked, env=environment, capture_output=True, text=True, check=True)
    assert home.stdout.startswith(str(unpacked))


def test_the_wheel_holds_the_regimens_as_they_are(unpacked: Path) -> None:
    shipped = {path.name: path.read_bytes() for path in (ROOT / "regimens").rglob("*.yaml")}
    assert {path.name: path.read_bytes() for path in (unpacked / "cec" / "regimens").rglob("*.yaml")} == shipped
    assert {"cec-induction.yaml", "cec-consolidation.yaml", "mfolfox6.yaml"} <= set(shipped)


def test_the_wheel_holds_the_scripts_of_shells(unpacked: Path) -> None:
    for shell, script in (("bash", "cec.bash"), ("zsh", "cec.zsh"), ("fish", "cec.fish"), ("powershell", "cec.ps1")):
        assert run(unpacked, "--show-completion", shell).stdout == (ROOT / "cec/cli/shells" / script).read_text("utf-8")


def test_the_wheel_holds_the_schemas_that_regimens_name(unpacked: Path) -> None:
    for path in (unpacked / "cec" / "regimens" / f"{name}.yaml" for name in ("cec-induction", "examples/mfolfox6")):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert (path.parent / first.partition("$schema=")[2]).is_file(), first


def test_the_wheel_holds_the_man_pages(unpacked: Path) -> None:
    """Where pip puts them, man finds them: beside the folder of the command."""
    pages = {path.name: path.read_bytes() for path in (ROOT / "man").iterdir()}
    (folder,) = unpacked.glob("cec_dosing-*.data/data/share/man/man1")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == pages


def test_the_wheel_computes_a_dose(unpacked: Path) -> None:
    done = run(unpacked, "dose", "--height", "128cm", "--weight", "26kg", "--format", "csv")
    assert done.returncode == 0, done.stderr
    assert ",clofarabine,40,mg/m2,38.4,38.4,mg," in done.stdout


def test_the_wheel_has_the_name_that_is_ours(unpacked: Path) -> None:
    (metadata,) = unpacked.glob("cec_dosing-*.dist-info/METADATA")
    assert f"Name: cec-dosing\nVersion: {cec.__version__}\n" in metadata.read_text(encoding="utf-8")
    (entry_points,) = unpacked.glob("cec_dosing-*.dist-info/entry_points.txt")
    assert "cec = cec.__main__:main" in entry_points.read_text(encoding="utf-8")
    assert (unpacked / "cec" / "py.typed").exists()

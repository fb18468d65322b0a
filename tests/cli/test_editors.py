"""An editor finds the schema of every file that cec ships and writes, and other tools their ways to check files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from make_reference import SCHEMA_FOLDER
from running import cec

from cec.cli.schema import EDITED, schema_of

ROOT = Path(__file__).parent.parent.parent
SHIPPED = [path for path in sorted((ROOT / "regimens").glob("*.yaml")) if not path.match("*.cases.yaml")]
LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)")


def schema_that_an_editor_finds(path: Path) -> Path:
    """The file that the first line of a YAML file names, from its own folder on."""
    match = LINE.fullmatch(path.read_text(encoding="utf-8").splitlines()[0])
    assert match, f"{path} names no schema"
    return (path.parent / match[1]).resolve()


def test_no_schema_is_stale() -> None:
    assert sorted(path.name for path in SCHEMA_FOLDER.iterdir()) == sorted(f"{what}.schema.json" for what in EDITED)
    for what in EDITED:
        written = (SCHEMA_FOLDER / f"{what}.schema.json").read_bytes()
        assert written == schema_of(what), "run: python docs/make_reference.py"
        assert cec("schema", what).out.encode() == written


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_regimen_names_its_schema(path: Path) -> None:
    schema = schema_that_an_editor_finds(path)
    assert schema == SCHEMA_FOLDER / "regimen.schema.json"
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), json.loads(schema.read_bytes()))


def test_a_new_pharmacy_file_has_its_schema_beside_it(tmp_path: Path) -> None:
    done = cec("pharmacy", "new", str(tmp_path / "ward.yaml"))
    assert [line.partition(" is written")[0] for line in done.err.splitlines()] == [
        str(tmp_path / "ward.yaml"),
        str(tmp_path / "pharmacy.schema.json"),
    ]
    schema = schema_that_an_editor_finds(tmp_path / "ward.yaml")
    assert schema.read_bytes() == schema_of("pharmacy")
    schema.write_bytes(b"{}")
    assert len(cec("pharmacy", "new", str(tmp_path / "other.yaml")).err.splitlines()) == 1
    assert schema.read_bytes() == b"{}", "what is there stays as it is"


def test_a_new_regimen_has_its_schema_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    assert cec("regimen", "new", "mine", "--from", "cec-induction", "-o", str(path)).code == 0
    schema = schema_that_an_editor_finds(path)
    assert schema.read_bytes() == schema_of("regimen")
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), json.loads(schema.read_bytes()))
    assert "yaml-language-server" not in cec("regimen", "new", "mine", "--from", "cec-induction", "-o", "-").out


def test_a_file_that_names_no_schema_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="names no schema"):
        schema_that_an_editor_finds(path)

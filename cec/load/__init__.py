"""Files and typed texts -> the three nouns, or every fault at once as ``file:line:column: where: what is wrong``.

Options of the command line and cells of a table go through the same fields as files: `load_patient` and
`load_pharmacy` take them as `texts`, which replace what the file says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from cec.errors import Fault, FileError, InputError
from cec.load.nodes import Node, SourceFile, read_file
from cec.load.shapes import Reading, Shape, did_you_mean
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen

Texts = Mapping[str, str | Sequence[str] | Mapping[str, str]]
"""What was typed, by the key that a file would have it under."""

Noun = TypeVar("Noun", Regimen, Patient, Pharmacy)


def regimen_folder() -> Path:
    """Where the shipped regimens lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "regimens"
    return inside if inside.is_dir() else package.parent / "regimens"


def regimen_names() -> tuple[str, ...]:
    """The names of the shipped regimens."""
    return tuple(sorted(path.stem for path in regimen_folder().glob("*.yaml")))


def load_regimen(name_or_path: str | Path) -> Regimen:
    """The regimen of a shipped name or of a file; FileError with every fault of the file.

    >>> load_regimen("cec-consolidation").days
    4
    """
    from cec.load.regimen_file import REGIMEN

    source = read_file(_regimen_path(name_or_path))
    return msgspec.structs.replace(_read(REGIMEN, source, Regimen), sha256=source.sha256)


def load_patient(path: str | Path | None = None, texts: Texts | None = None) -> Patient:
    """The patient of a file, of typed texts, or of both: a text replaces the file's value. All faults together.

    >>> load_patient(texts={"height": "4 ft 2 in", "weight": "57.3 lb"}).height
    Quantity(value=Decimal('127'), unit='cm')
    """
    from cec.load.patient_file import PATIENT

    return _read(PATIENT, _with_texts(path, texts), Patient)


def load_pharmacy(path: str | Path | None = None, texts: Texts | None = None) -> Pharmacy:
    """The pharmacy of a file, the built-in default without one; `texts` replace what the file says."""
    from cec.load.pharmacy_file import PHARMACY

    source = _with_texts(path, texts)
    return msgspec.structs.replace(_read(PHARMACY, source, Pharmacy), sha256=source.sha256)


def overrides(path: str | Path | None, texts: Texts) -> tuple[str, ...]:
    """Which typed texts replaced a value of the file, in words."""
    if path is None:
        return ()
    entries = read_file(path).root.entries or ()
    stated = {key.text: value.text for key, value in entries}
    return tuple(
        f"{key}: {text} from the command line, not {stated[key] or 'what stands'} in {Path(path).name}"
        for key, text in texts.items()
        if key in stated and text != stated[key]
    )


def _read(shape: Shape, source: SourceFile, _noun: type[Noun]) -> Noun:
    """The noun that a file describes, or all its faults in the order of the file."""
    reading = Reading(source.name)
    value = shape.read(source.root, "", reading)
    if reading.faults:
        error = FileError if source.name else InputError
        raise error(*sorted(reading.faults, key=lambda fault: (fault.line, fault.column)))
    return cast("Noun", value)


_INSTEAD = {"age": "born", "born": "age"}
"""What is typed replaces what the file says of the same in another form."""


def _with_texts(path: str | Path | None, texts: Texts | None) -> SourceFile:
    """A file's tree in which typed texts replace or add entries; what was typed has line 0."""
    typed = {key: _node(value) for key, value in (texts or {}).items()}
    source = read_file(path) if path is not None else SourceFile("", "", Node(0, 0, entries=()))
    if source.root.entries is None:
        return source
    replaced = {*typed, *(_INSTEAD[key] for key in typed if key in _INSTEAD)}
    kept = tuple((key, value) for key, value in source.root.entries if key.text not in replaced)
    entries = (*kept, *((Node(0, 0, text=key), node) for key, node in typed.items()))
    return source._replace(root=source.root._replace(entries=entries))


def _node(value: Any) -> Node:
    if isinstance(value, str):
        return Node(0, 0, text=value)
    if isinstance(value, Mapping):
        return Node(0, 0, entries=tuple((Node(0, 0, text=key), _node(text)) for key, text in value.items()))
    return Node(0, 0, items=tuple(map(_node, value)))


def _regimen_path(name_or_path: str | Path) -> Path:
    """The file of a shipped name, or the path itself."""
    names = regimen_names()
    if str(name_or_path) in names:
        return regimen_folder() / f"{name_or_path}.yaml"
    path = Path(name_or_path)
    is_name = path.suffix == "" and len(path.parts) == 1 and not path.exists()
    if is_name or not str(name_or_path):
        hint = did_you_mean(str(name_or_path), names) or f"; shipped are {', '.join(names)}"
        raise FileError(Fault(f"'{name_or_path}' is no shipped regimen and no file{hint}"))
    return path

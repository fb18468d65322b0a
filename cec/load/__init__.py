"""Files and typed texts -> the three nouns, or every fault at once as ``file:line:column: where: what is wrong``.

Options of the command line and cells of a table go through the same fields as files: `load_patient` and
`load_pharmacy` take them as `texts`, which replace what the file says.
"""

from __future__ import annotations

from collections.abc import Container
from decimal import localcontext
from pathlib import Path
from typing import TypeVar, cast

from msgspec.structs import replace

from cec.errors import Fault, FileError, InputError
from cec.load.nodes import SourceFile
from cec.load.other_kinds import refuse_orders, refuse_other_kinds
from cec.load.search import example_names, is_example, refuse_other_name, regimen_folder, regimen_names, regimen_path
from cec.load.shapes import Reading, Shape
from cec.load.typed import Texts, put_over, with_texts
from cec.load.yaml_nodes import read_file, read_for_faults
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import AN_EXAMPLE, NOT_SHIPPED, Regimen
from cec.units import EXACT

__all__ = [
    "begun_patient",
    "check_regimen",
    "example_names",
    "load_patient",
    "load_pharmacy",
    "load_regimen",
    "patient_and_overrides",
    "pharmacy_and_overrides",
    "regimen_folder",
    "regimen_names",
]

Noun = TypeVar("Noun", Regimen, Patient, Pharmacy)


def load_regimen(name_or_path: str | Path) -> Regimen:
    """The regimen of a name (`cec.load.search`) or of a file; FileError with every fault of the file.

    A file that bears a shipped regimen's name and has other content is not given it: its name is "not the shipped …".

    >>> len(load_regimen("cec-consolidation").drugs[0].days)
    4
    """
    return _regimen(name_or_path)


def check_regimen(name_or_path: str | Path) -> Regimen:
    """The regimen of a name or a file; FileError also with what no reason would let through for any patient."""
    return _regimen(name_or_path, checked=True)


def _regimen(name_or_path: str | Path, *, checked: bool = False) -> Regimen:
    from cec.load.regimen_file import REGIMEN
    from cec.load.reviews import load_reviews

    path = regimen_path(name_or_path)
    source = read_for_faults(path)
    if "phases" in {key.text for key, _ in source.root.entries or ()}:
        text = "is a treatment of phases, not a regimen: cec schedule draws its calendar, and with --phase one cycle"
        raise FileError(Fault(text, "", source.name))
    refuse_orders(source)
    regimen = _read(REGIMEN, source, Regimen, checked=checked)
    refuse_other_name(regimen.name, path, name_or_path)
    if is_example(path):
        regimen = replace(regimen, name=f"{AN_EXAMPLE}{regimen.name}")
    elif _takes_a_shipped_name(regimen, path):
        regimen = replace(regimen, name=f"{NOT_SHIPPED}{regimen.name}")
    return replace(regimen, sha256=source.sha256, reviews=load_reviews(path))


def _takes_a_shipped_name(regimen: Regimen, path: Path) -> bool:
    """Whether a file bears the name of a shipped regimen and is another: the shipped one alone has that name."""
    from cec.load.regimen_file import REGIMEN

    shipped = regimen_folder() / f"{regimen.name}.yaml"
    if regimen.name not in regimen_names() or path == shipped:
        return False
    return _read(REGIMEN, read_file(shipped), Regimen) != regimen


def load_patient(path: str | Path | None = None, texts: Texts | None = None) -> Patient:
    """The patient of a file, of typed texts, or of both: a text replaces the file's value. All faults together.

    >>> load_patient(texts={"height": "4 ft 2 in", "weight": "57.3 lb"}).height
    Quantity(value=Decimal('127'), unit='cm')
    """
    return patient_and_overrides(path, texts)[0]


def load_pharmacy(path: str | Path | None = None, texts: Texts | None = None) -> Pharmacy:
    """The pharmacy of a file, the built-in default without one; `texts` replace what the file says.

    >>> load_pharmacy(texts={"bsa_formula": "du-bois"}).bsa_formula
    'du-bois'
    """
    return pharmacy_and_overrides(path, texts)[0]


def patient_and_overrides(path: str | Path | None, texts: Texts | None) -> tuple[Patient, tuple[str, ...]]:
    """The patient, and in words which typed texts replaced a value of the file."""
    from cec.load.patient_file import PATIENT

    source, replaced = with_texts(path, texts)
    refuse_orders(source)
    return _read(PATIENT, source, Patient), replaced


def begun_patient(path: str | Path | None, texts: Texts | None) -> SourceFile:
    """The tree of a patient file and typed texts, in which height and weight may be missing; all other faults of it."""
    from cec.load.patient_file import BEGUN

    source, _ = with_texts(path, texts)
    refuse_orders(source)
    _read(BEGUN, source, Patient)
    return source


def pharmacy_and_overrides(path: str | Path | None, texts: Texts | None) -> tuple[Pharmacy, tuple[str, ...]]:
    """The pharmacy, and in words which typed texts replaced a value of the file."""
    if path is None and not texts:
        return Pharmacy(), ()
    from cec.load.pharmacy_file import PHARMACY

    source, replaced = with_texts(path, texts)
    refuse_orders(source)
    return replace(_read(PHARMACY, source, Pharmacy), sha256=source.sha256), replaced


def patient_over(patient: Patient, keys: Container[str], texts: Texts, name: str) -> tuple[Patient, tuple[str, ...]]:
    """A patient of whom only what has these keys in a file is kept, with typed texts in its place or beside it.

    And in words which text replaced a value of what has this name. InputError with all faults.
    """
    from cec.load.patient_file import PATIENT

    stated = PATIENT.write(patient)
    kept = tuple((key, value) for key, value in stated.entries or () if key.text in keys)
    root, replaced = put_over(replace(stated, entries=kept), texts, name)
    return _read(PATIENT, SourceFile("", "", root), Patient), replaced


def pharmacy_over(pharmacy: Pharmacy, texts: Texts, name: str) -> tuple[Pharmacy, tuple[str, ...]]:
    """A pharmacy with typed texts in the place of what it says, and in words which replaced a value of it."""
    if not texts:
        return pharmacy, ()
    from cec.load.pharmacy_file import PHARMACY

    root, replaced = put_over(PHARMACY.write(pharmacy), texts, name)
    return replace(_read(PHARMACY, SourceFile("", "", root), Pharmacy), sha256=pharmacy.sha256), replaced


def _read(shape: Shape, source: SourceFile, _noun: type[Noun], *, checked: bool = False) -> Noun:
    """The noun that a file describes, or all its faults in the order of the file; dangers too where it is checked."""
    reading = Reading(source.name)
    with localcontext(EXACT):
        value = shape.read(source.root, "", reading)
    if faults := source.all_faults(reading.faults + reading.dangers if checked else reading.faults):
        refuse_other_kinds(source, shape)
        error = FileError if source.name else InputError
        raise error(*faults)
    return cast("Noun", value)

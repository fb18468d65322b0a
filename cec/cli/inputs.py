"""What was typed -> the three nouns. All faults of all options and files are reported together."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from cec.cli.messages import wrong_usage
from cec.cli.options import NO_TIMES, PharmacyOptions
from cec.drug_names import drug_key
from cec.errors import CecError, Fault, FileError, InputError, blaming
from cec.facts import FACTS, HISTORY

if TYPE_CHECKING:
    from cec.cli.options import AboutPatient, BsaPolicyOptions, PatientOptions, SizeOptions, TimeOptions
    from cec.load.nodes import SourceFile
    from cec.patient import Patient
    from cec.pharmacy import Pharmacy

Typed = TypeVar("Typed")
Value = TypeVar("Value")
Noun = TypeVar("Noun")
Overrides: TypeAlias = tuple[str, ...]
"""In words, what was typed in the place of what a file says."""
Text: TypeAlias = str | Sequence[str] | Mapping[str, str]
"""What was typed under one key of a file."""

_OPTIONS = {"reductions": "--reduce", "choices": "--choose", "first_infusion": "--time"}
"""Options that have another name than the key of the file that they replace."""


def require_measures(patient: PatientOptions | SizeOptions, regimen: str = "") -> None:
    """Height and weight must come from somewhere: without them the call is wrong (exit 2).

    What was given in the place of a regimen may be another file.
    """
    missing = [name for name, fact in FACTS.items() if fact.is_required and name not in patient.facts]
    if missing and patient.patient is None:
        options = " and no ".join(f"--{name}" for name in missing)
        text = f"there is no {options}; give the measures, or a patient file with --patient"
        raise wrong_usage(f"{text}{_other_file(regimen)}")


def _other_file(name: str) -> str:
    """What else a file probably is that stands in the place of a regimen, as the end of a message."""
    if name.endswith(".json"):
        from shlex import quote

        return f"; a saved order is for cec print and cec verify: cec verify {quote(name)}"
    with suppress(OSError, UnicodeError):
        if name.endswith((".yaml", ".yml")) and re.search(r"(?m)^height:", Path(name).read_text(encoding="utf-8")):
            return f"; {name} has a height, as a patient file has: --patient {name}"
    return ""


def read_patient(options: PatientOptions | SizeOptions) -> Patient:
    """The patient of the file and the options."""
    return patient_with_overrides(options)[0]


def patient_with_overrides(options: PatientOptions | SizeOptions) -> tuple[Patient, Overrides]:
    """The patient of the file and the options, and which of these replaced what the file says."""
    from cec.load import patient_and_overrides

    return naming_options(lambda: patient_and_overrides(options.patient, texts_of_patient(options)))


def begun_patient(options: PatientOptions) -> SourceFile:
    """The tree of the patient of the file and the options, in which height and weight may be missing."""
    from cec.load import begun_patient

    return naming_options(lambda: begun_patient(options.patient, texts_of_patient(options)))


def read_pharmacy(options: BsaPolicyOptions, times: TimeOptions = NO_TIMES) -> Pharmacy:
    """The pharmacy of the file and the options."""
    return pharmacy_with_overrides(options, times)[0]


def pharmacy_file(typed: Path | None) -> Path | None:
    """The pharmacy file that was typed, else the one that was set up once; None where there is none."""
    from cec.load.search import NO_PHARMACY, own_pharmacy

    if typed is not None:
        return None if str(typed) == NO_PHARMACY else typed
    own = own_pharmacy()
    if own and not own.path.exists():
        raise FileError(Fault(f"there is no such file; {own.words} names it", "", str(own.path)))
    return own.path if own else None


def pharmacy_with_overrides(options: BsaPolicyOptions, times: TimeOptions = NO_TIMES) -> tuple[Pharmacy, Overrides]:
    """The pharmacy of the file and the options, and which of these replaced what the file says."""
    from cec.load import pharmacy_and_overrides

    file = pharmacy_file(options.pharmacy)
    return _with_options(lambda texts: pharmacy_and_overrides(file, texts), options, times)


def saved_pharmacy_with_overrides(
    saved: Pharmacy, name: str, options: PharmacyOptions, times: TimeOptions
) -> tuple[Pharmacy, Overrides]:
    """The pharmacy of the order of this name with the options, and which of these replaced what the order says."""
    from cec.load import pharmacy_over

    return _with_options(lambda texts: pharmacy_over(saved, texts, name), options, times)


def _with_options(
    read: Callable[[Mapping[str, Text]], tuple[Pharmacy, Overrides]], options: BsaPolicyOptions, times: TimeOptions
) -> tuple[Pharmacy, Overrides]:
    """What `read` gives of the texts that were typed, by the keys of a pharmacy file; then the products preferred."""
    typed = {
        "bsa_formula": options.bsa_formula,
        "first_infusion": times.time,
        "gap": times.gap,
        "made_at": times.made_at,
    }
    pharmacy, overrides = naming_options(lambda: read(_without_none(typed)))
    if not isinstance(options, PharmacyOptions) or not options.product:
        return pharmacy, overrides
    from cec.calculate.preparation.stock import prefer_product

    for drug, product in products_by_drug(options.product).items():
        with blaming("--product"):
            pharmacy = prefer_product(pharmacy, drug, product)
    return pharmacy, (*overrides, *(f"product from the command line: {choice}" for choice in options.product))


def products_by_drug(choices: Sequence[str]) -> dict[str, str]:
    """The product that was typed for each drug; InputError for what names none, or one drug twice."""
    products: dict[str, str] = {}
    for choice in choices:
        drug, _, product = (part.strip() for part in choice.partition("="))
        if not drug or not product:
            text = f"'{choice}' is not a drug with its product; write it like 'etoposide=100 mg vial'"
            raise InputError(Fault(text, "--product"))
        if drug_key(drug) in map(drug_key, products):
            raise InputError(Fault(f"a product of {drug} is named twice; name one", "--product"))
        products[drug] = product
    return products


def texts_of_patient(options: AboutPatient) -> dict[str, Text]:
    """What was typed about the patient, by the keys of a patient file."""
    typed = {key: getattr(options, field, None) or None for key, field in _DECLARED.items()}
    return {**options.facts, **_without_none({HISTORY: _history(getattr(options, HISTORY, None) or ()), **typed})}


_DECLARED = {"reductions": "reduce", "set": "set_dose", "without": "without", "choices": "choose"}
"""Keys of a patient file by which doses are changed, with the fields of options; not every group has all."""


def _history(typed: Sequence[str]) -> dict[str, str] | None:
    """What is true or false of the patient's history, by name; nothing where nothing was typed."""
    history: dict[str, str] = {}
    for text in typed:
        name, equals, word = (part.strip() for part in text.partition("="))
        if not name or not equals or name in history:
            reason = "is given twice" if name in history else "is not FACT=true or FACT=false"
            raise InputError(Fault(f"'{text}' {reason}; write it like prior_hsct=false", "--history"))
        if "=" in word:
            raise InputError(Fault(f"'{text}' names several; write --history once for each", "--history"))
        history[name] = word
    return history or None


def _without_none(texts: Mapping[str, Text | None]) -> dict[str, Text]:
    return {name: text for name, text in texts.items() if text is not None}


def read_text_of(option: str, typed: Typed | None, read: Callable[[Typed], Value]) -> Value | None:
    """What the text of an option says; None where it was not given."""
    if typed is None:
        return None
    with blaming(option):
        return read(typed)


def naming_options(read: Callable[[], Noun]) -> Noun:
    """What `read` gives; faults of what was typed name the option."""
    try:
        return read()
    except CecError as error:
        raise type(error)(*map(_naming_option, error.faults)) from None


def _naming_option(fault: Fault) -> Fault:
    if fault.file or not fault.where or fault.where.startswith("--"):
        return fault
    key = fault.where.split()[0].rstrip(":")
    return fault._replace(where=_OPTIONS.get(key, f"--{key.replace('_', '-')}"))


def today() -> datetime.date:
    """The day, by the clock of this computer."""
    return datetime.datetime.now().astimezone().date()

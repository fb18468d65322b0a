"""Files of another kind than the one that is wanted: answered with one sentence instead of a list of their keys."""

from __future__ import annotations

from shlex import quote

from cec.errors import Fault, FileError
from cec.load.nodes import Node, SourceFile
from cec.load.shapes import Shape


def refuse_orders(source: SourceFile) -> None:
    """FileError for a saved order, which stands where a file that people write belongs."""
    if _form_of(source.root).startswith("cec.order/"):
        text = f"is a saved order: cec print draws it, cec verify {quote(source.name)} holds it against itself"
        raise FileError(Fault(text, "", source.name))


def refuse_other_kinds(source: SourceFile, wanted: Shape) -> None:
    """FileError for a file most of whose keys are those of another kind than is wanted."""
    keys = {key.text or "" for key, _ in source.root.entries or () if key.line}
    if len(keys & wanted.schema["properties"].keys()) * 2 <= len(keys) and (words := _kind_of(source.root, keys)):
        raise FileError(Fault(f"{words}; another file belongs here", "", source.name))


def _form_of(root: Node) -> str:
    """What a file that cec writes for programs says of its form; nothing in other files."""
    form = root.value_of("schema")
    return form.text or "" if form else ""


def _kind_of(root: Node, keys: set[str]) -> str:
    """What kind of file has all these keys, in words; nothing where none has."""
    from cec.load.patient_file import PATIENT_FIELDS
    from cec.load.pharmacy_file import PHARMACY
    from cec.load.regimen_file import REGIMEN

    if _form_of(root).startswith("cec.") or "verified_by" in keys:
        return "is what cec writes for programs to read"
    kinds = {
        "is a regimen": REGIMEN.schema["properties"],
        "is a patient file, which --patient takes": PATIENT_FIELDS,
        "is a pharmacy file, which --pharmacy takes": PHARMACY.schema["properties"],
        "is a file of reviews, which lies beside its regimen": {"reviewed"},
    }
    return next((words for words, known in kinds.items() if keys and keys <= set(known)), "")

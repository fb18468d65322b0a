"""The text of a new patient file, commented: what was typed of the patient, and every other key to fill in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from cec.authoring.beginning import COMMENTS_FROM, quoted
from cec.facts import FACTS
from cec.load.nodes import Node, SourceFile
from cec.load.patient_file import PATIENT_FIELDS

_EXAMPLES = {
    "id": '"4711"',
    "name": "Anna Nowak",
    "ward": "3 B",
    "bed": '"12"',
    "physician": "Dr. Kowalska",
    "protocol_number": "IR-0042",
    "sex": "female",
    "diagnosis": "B-cell precursor ALL, second relapse",
    "allergies": "none known",
    "history": "{prior_hsct: false}",
    "earlier_doses": "{doxorubicin: 150 mg/m2}",
    "earlier_doses_since": "{doxorubicin: 2026-10-05}",
    "reductions": '["etoposide=by 25%: mucositis grade 3"]',
    "set": '["etoposide=70 mg: one vial left"]',
    "without": '["prednisone: steroid psychosis"]',
    "choices": "{carboplatin: AUC 5}",
}
"""How a key is written whose fact has no examples of its own."""


def new_patient(file: SourceFile, name: str) -> str:
    """A patient file with what a file and typed texts say; each other key as a comment with an example.

    `file` is a tree as `cec.load.typed.with_texts` gives it; `name` is that of the new file.
    """
    entries = {key.text: value for key, value in file.root.entries or ()}
    return "".join(f"{line}\n" for line in _lines(entries, name))


def _lines(entries: Mapping[str | None, Node], name: str) -> Iterator[str]:
    """The lines of a new file: keys with a value, all others as comments."""
    yield "# A patient: take the # away in front of what is known, and put the true value there."
    yield f"# What is not here is not known, and no check is made on it. Check it with cec patient check {name}."
    yield ""
    for key, field in PATIENT_FIELDS.items():
        if key in entries:
            yield from _stated(key, entries[key])
        else:
            example = f"# {key}: {_EXAMPLES.get(key) or FACTS[key].examples[0]}"
            yield f"{example:{COMMENTS_FROM}}  # {field.about.partition(', e.g. ')[0]}"


def _stated(key: str, value: Node) -> Iterator[str]:
    """A key with its value: a text behind it, items and entries each on a line."""
    if value.text is not None:
        yield f"{key}: {quoted(value.text)}"
        return
    yield f"{key}:"
    yield from (f"  {name.text}: {_in_line(inner)}" for name, inner in value.entries or ())
    yield from (f"  - {_in_line(item)}" for item in value.items or ())


def _in_line(value: Node) -> str:
    """A value on one line."""
    if value.entries is not None:
        return f"{{{', '.join(f'{name.text}: {_in_line(inner)}' for name, inner in value.entries)}}}"
    if value.items is not None:
        return f"[{', '.join(map(_in_line, value.items))}]"
    text = value.text or ""
    return (
        text
        if re.fullmatch(r"[\w.%/ -]*[\w%]", text) and quoted(text) == text
        else json.dumps(text, ensure_ascii=False)
    )

"""Arguments that a program gives for a frame, of other types than they are to be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from cec.errors import Fault, InputError
from cec.regimen import Regimen


def refuse_other_arguments(regimen: Any, columns: Any, ignore: Any, values: Any) -> None:
    """InputError for arguments of other types than they are to be, each with one that would be right.

    >>> refuse_other_arguments("cec-induction", ["Wzrost"], (), {})
    Traceback (most recent call last):
    cec.errors.InputError: columns is not a mapping; write columns={'height': 'Wzrost'}
    """
    of_values = list(values.values()) if isinstance(values, Mapping) else [values]
    faults: list[str] = []
    if not regimen or not isinstance(regimen, str | Path | Regimen | Sequence):
        faults.append(f"name a regimen; {regimen!r} is not one")
    if columns is not None and not isinstance(columns, Mapping):
        faults.append("columns is not a mapping; write columns={'height': 'Wzrost'}")
    if isinstance(ignore, str) or not isinstance(ignore, Collection):
        faults.append(f"ignore is {'a text' if isinstance(ignore, str) else 'not a list'}; write ignore=['{ignore}']")
    if any(not isinstance(each, Mapping) for each in of_values):
        faults.append("values is not a mapping of mappings; write values={'sex': {'K': 'female'}}")
    elif others := [text for each in of_values for pair in each.items() for text in pair if not isinstance(text, str)]:
        faults.append(f"values has {others[0]!r}, which is not a text; write '{others[0]}'")
    if faults:
        raise InputError(*map(Fault, faults))

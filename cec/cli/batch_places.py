"""Where a batch writes: doses, rejected rows and sheets, apart from what it reads and from what is there already."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from cec.cli.messages import tells_json
from cec.cli.places import STANDARD, Places, has_content, keep_apart, keep_outside
from cec.errors import CecError, Fault, FileError, InputError

if TYPE_CHECKING:
    from cec.tables.writing import RejectsKind


class WrittenPlaces(Struct, frozen=True):
    """The table of doses, the table of rejected rows (nothing: lines on standard error), and the folder of sheets."""

    output: str
    rejects: str
    sheets: str | None
    appends: bool
    overwrites: bool
    rejects_option: str
    """What says where the rejects go."""

    def keep_apart_from(self, reads: Places) -> None:
        """CecError where a place is read too, is two of these, cannot be written, or has what would be lost."""
        tables = {"--output": self.output, self.rejects_option: self.rejects or None}
        keep_apart(reads, {**tables, "--sheets": self.sheets})
        if self.sheets is not None:
            if self.sheets in {"", STANDARD}:
                raise InputError(Fault(f"'{self.sheets}' is not a folder; name a new one", "--sheets"))
            keep_outside(self.sheets, "--sheets", tables)
        folder = os.path.dirname(self.output)  # noqa: PTH120  it raises nothing, whatever the name is
        if self.output != STANDARD and folder and not os.path.isdir(folder):  # noqa: PTH112
            raise FileError(Fault(f"cannot be written: there is no folder {folder}", "", self.output))
        if not self.overwrites:
            self._refuse_existing()

    def _refuse_existing(self) -> None:
        """FileError where a file is there that would be replaced, or is not there that would be added to."""
        faults = []
        if self.appends and not has_content(self.output):
            faults.append(Fault("holds no doses to which --append could add", "", self.output))
        if not self.appends and has_content(self.output):
            hint = "--overwrite replaces it, --append puts more doses behind those that it has"
            faults.append(Fault(f"is there already: name another file; {hint}", "", self.output, code="file-exists"))
        if _has_rows(self.rejects):
            text = "is there already, with rejected rows perhaps mended: name another with --rejects, or --overwrite it"
            faults.append(Fault(text, "", self.rejects, code="file-exists"))
        if faults:
            raise FileError(*faults)


def written_places(
    output: str, rejects: str | None, sheets: str | None, *, appends: bool, overwrites: bool
) -> WrittenPlaces:
    """The places that were typed; rejects go by default beside the output, where that is a file."""
    if rejects is not None:
        return WrittenPlaces(output, rejects, sheets, appends, overwrites, "--rejects")
    usual = beside(output)
    free = _free_name(usual) if usual and appends else usual
    return WrittenPlaces(output, free, sheets, appends, overwrites, "--rejects (by default)")


def beside(output: str) -> str:
    """The file of rejects beside the output, of the same format; nothing where the output is not a file.

    >>> beside("doses.2026-11.csv.gz"), beside("doses.jsonl"), beside("doses")
    ('doses.2026-11.rejects.csv', 'doses.rejects.jsonl', 'doses.rejects.csv')
    """
    from cec.files import PACKED, TABLES

    path = Path(output)
    if output == STANDARD or not path.name or _is_device(output):
        return ""
    if path.suffix.lower() in PACKED:
        path = path.with_suffix("")
    ending = TABLES.get(path.suffix.lower())
    name = path.stem if ending else path.name
    return str(path.with_name(f"{name}.rejects.{ending or 'csv'}"))


def _free_name(rejects: str) -> str:
    """This file of rejects, or the next one that has no rows: doses.rejects-2.csv."""
    path, number = Path(rejects), 1
    while _has_rows(str(path)):
        number += 1
        path = Path(rejects).with_stem(f"{Path(rejects).stem}-{number}")
    return str(path)


def kind_of_rejects(rejects: str) -> RejectsKind:
    """The format of the rejects, by the end of their file's name; CSV into a device or a pipe, else lines."""
    from cec.files import TABLES
    from cec.tables.opening import kind_of

    if not rejects:
        return "faults" if tells_json() else "lines"
    try:
        return "csv" if _is_device(rejects) else kind_of(rejects)
    except CecError:
        reason = f"the name {rejects} tells no format; end it in {', '.join(TABLES)}"
        raise InputError(Fault(reason, "--rejects")) from None


def _has_rows(path: str) -> bool:
    """Whether a file of rejects has any; also where it is none that can be read."""
    from cec.tables.opening import kind_of, opening

    if not has_content(path):
        return False
    try:
        with opening(path, kind_of(path)) as table:
            return any(block.rows or block.rejected for block in table.blocks)
    except CecError:
        return True


def _is_device(path: str) -> bool:
    """Whether this is something that is not a file: a device, a pipe, a folder."""
    return os.path.exists(path) and not os.path.isfile(path)  # noqa: PTH110, PTH113  these raise nothing

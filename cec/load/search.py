"""Where what is named is found: regimens by name, and what a person set up once in the configuration folder.

A shipped regimen's name always leads to the shipped one. Any other name is looked for in the folders of CEC_REGIMENS
(`--regimens` puts one before them) and in the user's configuration folder; what two of them have under one name, with
other content, is refused: nobody can tell which of the two is meant.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from msgspec import Struct

from cec.errors import Fault, FileError, InputError
from cec.load.nodes import read_bytes
from cec.load.shapes.suggestions import did_you_mean

VARIABLE = "CEC_REGIMENS"
OPTION = "--regimens"
PHARMACY_VARIABLE = "CEC_PHARMACY"
NO_PHARMACY = "none"
"""What is written where no pharmacy file is to be used, whatever was set up once."""
ENDING = ".yaml"
EXAMPLES = "examples"
"""The folder of shipped examples: their names begin with it and a stroke."""

SHIPPED = "shipped"
OWN_FOLDER = "your configuration folder"
SHIPPED_EXAMPLE = "shipped example"


_USUAL_PLACES = {"win32": "~/AppData/Local", "darwin": "~/Library/Application Support"}
"""Where a user's settings are kept on systems that are not like Linux."""


_typed: ContextVar[Path | None] = ContextVar("typed", default=None)
"""The folder of `--regimens`, which stands in the variable meanwhile."""


class Place(Struct, frozen=True):
    """A folder of regimens, and what leads to it."""

    folder: Path
    words: str


class FoundRegimen(Struct, frozen=True):
    """A file of a regimen in one of the places, and its name; why that does not lead to it, where it does not."""

    name: str
    path: Path
    place: Place
    unreachable: str = ""


def regimen_folder() -> Path:
    """Where the shipped regimens lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "regimens"
    return inside if inside.is_dir() else package.parent / "regimens"


def regimen_names() -> tuple[str, ...]:
    """The names of the shipped regimens, without the examples."""
    return tuple(sorted(_names_in(regimen_folder())))


def example_names() -> tuple[str, ...]:
    """The names of the shipped examples."""
    return tuple(sorted(f"{EXAMPLES}/{name}" for name in _names_in(regimen_folder() / EXAMPLES)))


def own_folder() -> Path:
    """The user's configuration folder of cec, whether it is there or not: where each system keeps such things.

    The variable of Windows, or that of the XDG Base Directory Specification elsewhere, says where else it is.
    """
    named = Path(os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CONFIG_HOME", ""))
    above = named if named.is_absolute() else Path(_USUAL_PLACES.get(sys.platform, "~/.config")).expanduser()
    return above / "cec"


def own_places() -> tuple[Place, ...]:
    """The folders in which regimens are looked for that are not shipped, in their order."""
    named = (Path(part) for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part)
    own = Place(own_folder() / "regimens", OWN_FOLDER)
    typed = _typed.get()
    return (*(Place(folder, OPTION if folder == typed else VARIABLE) for folder in dict.fromkeys(named)), own)


class OwnPharmacy(Struct, frozen=True):
    """The pharmacy file that a person set up once, and what leads to it."""

    path: Path
    words: str


def own_pharmacy() -> OwnPharmacy | None:
    """The file of CEC_PHARMACY, else that in the user's configuration folder; None where there is neither.

    CEC_PHARMACY=none stands for none, as `--pharmacy none` does.
    """
    if named := os.environ.get(PHARMACY_VARIABLE, ""):
        if named == NO_PHARMACY:
            return None
        return OwnPharmacy(Path(named), PHARMACY_VARIABLE)
    path = own_folder() / "pharmacy.yaml"
    return OwnPharmacy(path, OWN_FOLDER) if path.is_file() else None


@contextmanager
def searching(folder: Path) -> Iterator[None]:
    """Regimens are looked for in this folder first meanwhile, also by what is started meanwhile."""
    if not folder.is_dir():
        raise InputError(Fault(f"{folder} is not a folder of regimens; name one that is there", OPTION))
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = os.pathsep.join(filter(None, (str(folder.absolute()), before)))
    token = _typed.set(folder.absolute())
    try:
        yield
    finally:
        _typed.reset(token)
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def found_regimens() -> tuple[FoundRegimen, ...]:
    """Every regimen of every place, the shipped ones first and the examples last."""
    shipped = Place(regimen_folder(), SHIPPED)
    names = regimen_names()
    found = [FoundRegimen(name, _file(shipped.folder, name), shipped) for name in names]
    for place in own_places():
        for name in sorted(_names_in(place.folder)):
            path = _file(place.folder, name)
            others = [each for each in found if each.name == name and not each.unreachable]
            found.append(FoundRegimen(name, path, place, _why_unreachable(path, others)))
    examples = Place(regimen_folder() / EXAMPLES, SHIPPED_EXAMPLE)
    return (*found, *(FoundRegimen(name, _file(regimen_folder(), name), examples) for name in example_names()))


def leads_somewhere(name: str) -> bool:
    """Whether a name leads to a regimen."""
    return any(each.name == name and not each.unreachable for each in found_regimens())


def shipped_names() -> tuple[str, ...]:
    """The names of all that is shipped: regimens, then examples."""
    return (*regimen_names(), *example_names())


def regimen_path(name_or_path: str | Path) -> Path:
    """The file of a regimen's name, or the path itself; FileError for a name that leads nowhere, or to two files."""
    name = str(name_or_path)
    if name in regimen_names():
        return _file(regimen_folder(), name)
    path = Path(name_or_path)
    if name in example_names() and not os.path.exists(path):  # noqa: PTH110  it never raises
        return _file(regimen_folder(), name)
    if path.suffix or len(path.parts) > 1:
        return path
    found = [_file(place.folder, name) for place in own_places() if name in _names_in(place.folder)]
    if any(read_bytes(other) != read_bytes(found[0]) for other in found[1:]):
        files = " and ".join(map(str, found))
        raise FileError(Fault(f"'{name}' is in several places with other content: {files}; name the file"))
    if found:
        return found[0]
    if name and os.path.exists(path):  # noqa: PTH110  it never raises
        return path
    text = f"'{name}' is not the name of a regimen and not a file{_nearest(name)}"
    raise FileError(Fault(text, code="unknown-regimen"))


def is_example(path: Path) -> bool:
    """Whether a file is that of a shipped example."""
    return path.resolve().parent == (regimen_folder() / EXAMPLES).resolve()


def refuse_other_name(name: str, path: Path, name_or_path: str | Path) -> None:
    """FileError where a name led to a file of a hospital in which another name stands."""
    found_by_name = path != Path(name_or_path) and any(path.parent == place.folder for place in own_places())
    if found_by_name and name != path.stem:
        text = f"is '{name}'; a regimen that is found by its name has that of its file, {path.stem}"
        raise FileError(Fault(text, "name", str(path)))


def _nearest(name: str) -> str:
    """The nearest of all names as the end of a message, or all that there are and where was looked."""
    names = list(dict.fromkeys(each.name for each in found_regimens() if not each.unreachable))
    plain = [each for each in names if not each.startswith(f"{EXAMPLES}/")]
    if f"{EXAMPLES}/{name}" in names:
        return f"; did you mean '{EXAMPLES}/{name}'?"
    missing = [str(place.folder) for place in own_places() if place.words == VARIABLE and not place.folder.is_dir()]
    gone = f" ({VARIABLE} names {', '.join(missing)}, which is not there)" if missing else ""
    return (did_you_mean(name, names) or f"; there are {', '.join(plain)} (cec regimen list)") + gone


def _why_unreachable(path: Path, others: list[FoundRegimen]) -> str:
    """Why the name of a file in an own place does not lead to it; nothing where it does."""
    if any(each.place.words == SHIPPED for each in others):
        return "a shipped regimen has this name, which leads to that one; name this file by its path"
    if any(read_bytes(each.path) != read_bytes(path) for each in others):
        return f"{others[0].path} has this name with other content; name each by its path"
    return ""


def _names_in(folder: Path) -> set[str]:
    """The names of the regimens in a folder: of the files that end in .yaml and have no other point in their names."""
    return {path.stem for path in folder.glob(f"*{ENDING}") if "." not in path.stem}


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}{ENDING}"

"""The list of regimens, as it is drawn."""

from __future__ import annotations

import msgspec

from cec.regimen import Regimen
from cec.treatment import Treatment


class ListedRegimen(msgspec.Struct, frozen=True, omit_defaults=True):
    """A regimen or a treatment of one of the places where names are looked for."""

    name: str
    path: str
    place: str
    """What led there: shipped, CEC_REGIMENS, the configuration folder."""
    unreachable: str = ""
    """Why its name does not lead to it, or why it cannot be read."""
    regimen: Regimen | None = None
    treatment: Treatment | None = None
    """In place of a regimen, where the file is of several phases."""


class ListedRegimens(msgspec.Struct, frozen=True):
    """Every regimen that there is."""

    regimens: tuple[ListedRegimen, ...]

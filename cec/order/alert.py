"""What a person must look at, and which checks were not made."""

from __future__ import annotations

import msgspec

from cec.drug_names import words_of
from cec.patient import Reduction, target
from cec.regimen import Level
from cec.units import write_number

NOT_CHECKED = "incomplete"
"""The code of the note on checks that could not be made, of which somebody can tell more."""

NOT_APPLICABLE = "not-applicable"
"""The code of the same note where nothing is left to tell: the checks are not for this patient."""

NOT_ASKED = "not-asked"
"""The code of the note on facts of the history for which the regimen does not ask."""


class NotMade(msgspec.Struct, frozen=True):
    """Checks that were not made, and why: a fact that nobody told, or a patient whom they are not drawn for."""

    why: str
    checks: tuple[str, ...]

    @property
    def what(self) -> str:
        """What was wanting, in few words.

        >>> NotMade("no prior_hsct in the history", ("prior-hsct",)).what
        'no prior_hsct'
        """
        return self.why.partition(" given")[0].partition(" in the history")[0]


class Alert(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person must look at. A `stop` gives no dose until it is accepted with a reason."""

    code: str
    level: Level
    about: str
    text: str
    source: str = ""
    accepted: str = ""
    not_made: tuple[NotMade, ...] = ()
    """Of the note on checks that were not made: which, by what was wanting."""
    offers: tuple[Reduction, ...] = ()
    """The reductions that would answer it, each as a person can declare it; none is applied by itself."""

    @property
    def words(self) -> str:
        """What it says, and the option that declares each reduction that it offers."""
        options = (f"--reduce '{target(each)}=by {write_number(each.percent)}%: {each.reason}'" for each in self.offers)
        return "; ".join((self.text, *options))


def code_of_drug(what: str, drug: str) -> str:
    """The code of an alert about one drug: what it says, then the drug, in small letters and digits with hyphens.

    >>> code_of_drug("lifetime-maximum", "Doxorubicin, liposomal")
    'lifetime-maximum-doxorubicin-liposomal'
    """
    return "-".join((what, *words_of(drug)))

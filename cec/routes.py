"""Routes: into the cerebrospinal fluid, into a vein, and the drugs that kill by another route than theirs.

No file, option or acceptance switches the table of this module off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from msgspec import Struct

CSF_ROUTES = ("intrathecal", "intraventricular")
"""Routes into the cerebrospinal fluid: what is given by them stands apart everywhere."""


RADIOTHERAPY = "radiotherapy"
"""What is given by it is radiation: nothing is made up, and nothing has a label."""

CHOICE = " or "
"""What stands between the routes of which a person must choose one."""


def routes_of(route: str) -> tuple[str, ...]:
    """The routes that a drug line leaves open; the one that it names.

    >>> routes_of("oral or IV bolus"), routes_of("oral")
    (('oral', 'IV bolus'), ('oral',))
    """
    return tuple(route.split(CHOICE))


class FatalRoute(Struct, frozen=True):
    """Drugs that kill in the cerebrospinal fluid: whole words of their names, why, and what their labels say."""

    words: frozenset[str]
    why: str
    label: str
    label_routes: tuple[str, ...]
    """How the routes begin on whose labels these words stand."""
    source: str


FATAL_IN_CSF = (
    FatalRoute(
        words=frozenset(
            (
                *("vincristine", "vinblastine", "vinorelbine", "vindesine", "vinflunine"),
                *("vincristin", "vinblastin", "vinorelbin", "vindesin", "vinflunin"),
                *("vincristina", "vinblastina", "vinorelbina", "vindesina", "vinflunina"),
                *("vincristinum", "vinblastinum", "vinorelbinum", "vindesinum", "vinfluninum"),
                *("winkrystyna", "winblastyna", "winorelbina", "windezyna"),
            )
        ),
        why="a vinca alkaloid in the cerebrospinal fluid nearly always kills",
        label="FOR INTRAVENOUS USE ONLY - FATAL IF GIVEN BY OTHER ROUTES",
        label_routes=("IV",),
        source="WHO alert 115 (2007); Joint Commission Quick Safety 37; ISMP 14-Mar-2019; "
        "Eldisine SmPC (UK, 2018); Javlor SmPC (EU, 2009)",
    ),
    FatalRoute(
        words=frozenset(("bortezomib",)),
        why="bortezomib in the cerebrospinal fluid has killed",
        label="FOR INTRAVENOUS OR SUBCUTANEOUS USE ONLY - FATAL IF GIVEN BY OTHER ROUTES",
        label_routes=("IV", "subcutaneous"),
        source="Velcade SmPC (GB, 2012), EMA 2012 and HSA Singapore on three deaths",
    ),
)
"""What kills in the cerebrospinal fluid; the words are names, in several languages, never their stems."""


_IN_BAGS_ALONE = frozenset(
    (
        *("vincristine", "vinblastine", "vinorelbine", "vincristin", "vinblastin", "vinorelbin"),
        *("vincristina", "vinblastina", "vinorelbina", "vincristinum", "vinblastinum", "vinorelbinum"),
        *("winkrystyna", "winblastyna", "winorelbina"),
    )
)
"""The vinca alkaloids of which a regulator asked that they are made up in infusion bags, by whole words of names."""


def is_in_bags_alone(names: Iterable[str]) -> bool:
    """Whether any of these names is that of a vinca alkaloid that is made up in infusion bags only.

    >>> is_in_bags_alone(["vinCRIStine sulfate"]), is_in_bags_alone(["vindesine"])
    (True, False)
    """
    return any(not _IN_BAGS_ALONE.isdisjoint(_words(name)) for name in names)


_METHOTREXATE = frozenset(
    ("methotrexate", "methotrexat", "methotrexatum", "metotrexato", "metotreksat", "méthotrexate")
)


def is_methotrexate(drug: str) -> bool:
    """Whether a drug is methotrexate, by the whole words of its name.

    >>> is_methotrexate("Methotrexate sodium"), is_methotrexate("pemetrexed")
    (True, False)
    """
    return not _METHOTREXATE.isdisjoint(_words(drug))


class GivenIntoCsf(Struct, frozen=True):
    """A drug that is given into the cerebrospinal fluid: whole words of its names, and the most of one dose."""

    words: frozenset[str]
    most: Decimal | None = None
    """In mg: more is asked about; the bound is cec's own."""


GIVEN_INTO_CSF = (
    GivenIntoCsf(
        _METHOTREXATE,
        Decimal(15),
    ),
    GivenIntoCsf(
        frozenset(("cytarabine", "cytarabin", "cytarabinum", "cytarabina", "citarabina", "cytosine")),
        Decimal(100),
    ),
    GivenIntoCsf(frozenset(("hydrocortisone", "hydrocortison", "hydrocortisonum", "hidrocortisona", "hydrokortyzon"))),
    GivenIntoCsf(frozenset(("prednisolone", "prednisolon", "prednizolon", "prednisolona"))),
    GivenIntoCsf(frozenset(("methylprednisolone", "methylprednisolon", "metyloprednizolon"))),
    GivenIntoCsf(frozenset(("dexamethasone", "dexamethason", "deksametazon", "dexametasona"))),
    GivenIntoCsf(frozenset(("thiotepa", "tiotepa"))),
    GivenIntoCsf(frozenset(("topotecan", "topotekan"))),
    GivenIntoCsf(frozenset(("rituximab", "rytuksymab"))),
    GivenIntoCsf(frozenset(("trastuzumab",))),
)
"""What is given into the cerebrospinal fluid; anything else there is asked about, so that brand names, abbreviations
and misspelt names, which no table of what kills can know, are asked about too."""


def given_into_csf(drug: str) -> GivenIntoCsf | None:
    """What is known of a drug in the cerebrospinal fluid, by the whole words of its name; None where nothing is.

    >>> given_into_csf("methotrexate sodium").most, given_into_csf("VCR") is None
    (Decimal('15'), True)
    """
    words = _words(drug)
    return next((row for row in GIVEN_INTO_CSF if not row.words.isdisjoint(words)), None)


def fatal_in_csf(names: Iterable[str]) -> FatalRoute | None:
    """Why none of these may go into the cerebrospinal fluid, by the whole words of a drug's and its products' names.

    >>> row = fatal_in_csf(["vinCRIStine sulfate (liposomal)"])
    >>> row and row.label
    'FOR INTRAVENOUS USE ONLY - FATAL IF GIVEN BY OTHER ROUTES'
    >>> fatal_in_csf(["methotrexate", "vinpocetine"]) is None
    True
    """
    return _fatal_in_csf(tuple(names))


@lru_cache(maxsize=1 << 10)
def _fatal_in_csf(names: tuple[str, ...]) -> FatalRoute | None:
    words = {word for name in names for word in _words(name)}
    return next((row for row in FATAL_IN_CSF if not row.words.isdisjoint(words)), None)


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", name.casefold())


@lru_cache(maxsize=256)
def is_into_csf(route: str) -> bool:
    """Whether a route, or one of a choice, leads into the cerebrospinal fluid.

    >>> is_into_csf("intrathecal"), is_into_csf("IV bolus")
    (True, False)
    """
    return any(each in CSF_ROUTES for each in routes_of(route.casefold()))


def route_of_use(route: str) -> str:
    """The routes into the cerebrospinal fluid that a route names, for "for … use only".

    >>> route_of_use("intrathecal or intraventricular"), route_of_use("intrathecal")
    ('intrathecal or intraventricular', 'intrathecal')
    """
    return CHOICE.join(each for each in routes_of(route.casefold()) if each in CSF_ROUTES)


def use_only(*routes: str) -> str:
    """The words over what goes into the cerebrospinal fluid by one of these routes; nothing over other doses.

    >>> use_only("IV bolus", "intrathecal"), use_only("IV bolus")
    ('FOR INTRATHECAL USE ONLY', '')
    """
    named = dict.fromkeys(name for route in routes if (name := route_of_use(route)))
    return f"FOR {' OR '.join(named).upper()} USE ONLY" if named else ""


_ORAL = frozenset(("oral", "orally", "mouth", "po", "enteral", "nasogastric", "gastrostomy"))


def is_oral(route: str) -> bool:
    """Whether a route takes tablets and oral solutions; every other one takes solutions and powders.

    >>> is_oral("by mouth"), is_oral("IV infusion")
    (True, False)
    """
    return not _ORAL.isdisjoint(_words(route))


def is_intravenous(route: str) -> bool:
    """Whether a route leads into a vein.

    >>> is_intravenous("IV bolus"), is_intravenous("subcutaneous infusion")
    (True, False)
    """
    return route.startswith("IV")


def label_of_route(names: Iterable[str], route: str) -> str:
    """What the label of a drug must say when it is given by this route; nothing for most.

    >>> label_of_route(["vinorelbine"], "oral")
    ''
    """
    row = fatal_in_csf(names)
    return row.label if row and route.startswith(row.label_routes) else ""

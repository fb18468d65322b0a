"""The routes that a drug line may name: one spelling each, because lines are compared and labels are read by it."""

from __future__ import annotations

import re

from cec.errors import InputError
from cec.load.shapes.suggestions import did_you_mean
from cec.routes import CHOICE, RADIOTHERAPY

ROUTES = (
    "IV infusion",
    "IV continuous infusion",
    "IV bolus",
    "IV",
    "oral",
    "intrathecal",
    "subcutaneous",
    "intramuscular",
    "subcutaneous infusion",
    "intraventricular",
    "intra-arterial",
    "intraperitoneal",
    "intrapleural",
    "intravesical",
    "intratumoral",
    "intraocular",
    "intradermal",
    "sublingual",
    "buccal",
    "nasogastric tube",
    "gastrostomy tube",
    "rectal",
    "vaginal",
    "inhaled",
    "nasal",
    "eye drops",
    "mouthwash",
    "transdermal",
    "topical",
    RADIOTHERAPY,
)

_MEANT = {
    **dict.fromkeys(("po", "p.o.", "per os", "by mouth", "orally", "tablet", "capsule"), "oral"),
    **dict.fromkeys(("intravenous", "intravenously", "i.v.", "iv"), "IV"),
    **dict.fromkeys(("intravenous infusion", "infusion", "iv drip", "ivpb", "iv piggyback"), "IV infusion"),
    **dict.fromkeys(
        ("ci", "civ", "civi", "ivci", "continuous infusion", "continuous iv infusion"), "IV continuous infusion"
    ),
    **dict.fromkeys(("bolus", "iv push", "push", "ivp", "iv injection", "intravenous bolus"), "IV bolus"),
    **dict.fromkeys(("it", "i.t.", "intrathecally", "spinal", "lumbar", "lumbar puncture"), "intrathecal"),
    **dict.fromkeys(("icv", "i.c.v.", "ommaya", "ommaya reservoir"), "intraventricular"),
    **dict.fromkeys(("ip", "i.p."), "intraperitoneal"),
    **dict.fromkeys(("sc", "sq", "s.c.", "subq", "sub-q", "sub q", "subcut", "subcutaneously"), "subcutaneous"),
    **dict.fromkeys(("im", "i.m.", "intramuscularly"), "intramuscular"),
    **dict.fromkeys(("ng tube", "ngt", "nasogastric"), "nasogastric tube"),
    **dict.fromkeys(("peg", "peg tube", "gastric tube"), "gastrostomy tube"),
    **dict.fromkeys(("pr", "rectally"), "rectal"),
}
"""Other words for a route, in small letters, and what is probably meant: offered in files, never taken."""


def understand_route(value: str) -> str:
    """One of the routes, from any word for it: what others wrote is only held against an order, never given by it.

    >>> understand_route("PO"), understand_route("iv infusion")
    ('oral', 'IV infusion')
    """
    known = {route.casefold(): route for route in ROUTES} | _MEANT
    return known.get(value.casefold()) or read_route(value)


def read_route(value: str) -> str:
    """One of the routes, or a choice of several; InputError with the nearest for any other text.

    >>> read_route("IV infusion"), read_route("oral or IV bolus")
    ('IV infusion', 'oral or IV bolus')
    """
    if value in ROUTES:
        return value
    choice = value.split(CHOICE)
    if len({*choice}) < len(choice):
        raise InputError(f"'{value}' names a route twice; write it once")
    if len(choice) > 1:
        return CHOICE.join(map(read_route, choice))
    known = {route.casefold(): route for route in ROUTES} | _MEANT
    word = value.casefold()
    if word in known:
        raise InputError(f"'{value}' is not a route; did you mean '{known[word]}'?")
    parts = re.split(r"\s*/\s*", word)
    if len(parts) > 1 and all(part in known for part in parts):
        raise InputError(f"'{value}' is not a route; did you mean '{CHOICE.join(known[part] for part in parts)}'?")
    begun = max(
        (route for name, route in known.items() if word.startswith((f"{name} ", f"{name},"))), key=len, default=""
    )
    if begun:
        raise InputError(f"'{value}' is not a route; write '{begun}', and the rest into 'note'")
    hint = did_you_mean(value, ROUTES) or f"; routes are {', '.join(ROUTES)}"
    raise InputError(f"'{value}' is not a route{hint}")

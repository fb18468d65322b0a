"""The resources of a Bundle, and where its references lead."""

from __future__ import annotations

import re
from typing import NamedTuple

from cec.errors import Fault, FileError
from cec.fhir.elements import DEEPEST, Element, Found, refuse_repeated
from cec.load.json_nodes import read_json
from cec.load.nodes import Node, decode


class Resources(NamedTuple):
    """Every resource of a Bundle in its sequence, and by the addresses that references have."""

    each: tuple[Element, ...]
    by_address: dict[str, Element]
    found: Found

    def of(self, *kinds: str) -> tuple[Element, ...]:
        """The resources of these kinds."""
        return tuple(each for each in self.each if each.get("resourceType").text in kinds)

    def leads_to(self, address: str) -> Element | None:
        """The resource of an address, of whatever version; of one on a server also what has the id and no place."""
        plain = _VERSION.sub("", address)
        on_server = _OF_A_SERVER.fullmatch(plain)
        found = self.by_address.get(plain)
        return found or (self.by_address.get(f"{_NOWHERE}{on_server['relative']}") if on_server else None)

    def at(self, reference: Element, within: Element) -> Element | None:
        """The resource that a reference leads to, also one that another contains; None, and a fault, for nothing."""
        address = reference.get("reference").text
        if address.startswith("#"):
            contained = within.all("contained")
            found = next((each for each in contained if each.get("id").text == address[1:]), None)
        else:
            found = self.leads_to(address)
        if found is None:
            what = f"leads to {address}, which is not in the Bundle" if address else "is missing"
            reference.fault(what, "no-such-resource")
        return found


_VERSION = re.compile("/_history/[^/]+$")
_OF_A_SERVER = re.compile("https?://.*/(?P<relative>[^/]+/[^/]+)$")
_NOWHERE = "*/"
"""Stands before the address of a resource of which the Bundle does not say where it lives."""


def read_resources(content: bytes | str, file: str = "") -> Resources:
    """The resources of a Bundle's text; FileError where it is not one."""
    text = decode(content, file) if isinstance(content, bytes) else content
    return resources_of(read_json(text, file, DEEPEST), file)


def resources_of(root: Node, file: str = "") -> Resources:
    """The resources of a Bundle that is already a tree; FileError where it is not one."""
    found = Found([], [])
    bundle = Element(root, "", found, file)
    kind = bundle.get("resourceType").text
    if kind != "Bundle":
        what = f"is a {kind} of FHIR" if kind else "is not a resource of FHIR"
        raise FileError(
            Fault(
                f"{what}; a Bundle is read, with Patient, Observations and MedicationRequests",
                "",
                file,
                code="not-a-bundle",
            )
        )
    refuse_repeated(bundle)
    each: list[Element] = []
    by_address: dict[str, Element] = {}
    for place, entry in enumerate(bundle.all("entry")):
        resource = entry.get("resource")
        kind, identity = resource.get("resourceType").text, resource.get("id").text
        if not kind:
            entry._replace(name=f"entry[{place}]").fault("has no resource")
            continue
        named = resource._replace(name=f"{kind}/{identity}" if identity else f"{kind} of entry[{place}]")
        addresses = {entry.get("fullUrl").text, f"{kind}/{identity}" if identity else ""} - {""}
        if not entry.get("fullUrl").text:
            addresses |= {f"{_NOWHERE}{kind}/{identity}"} if identity else set()
        for address in addresses & by_address.keys():
            named.fault(f"has the address {address} of another entry", "told-twice")
        by_address |= dict.fromkeys(addresses, named)
        each.append(named)
    if not each:
        nothing = Fault("is a Bundle with nothing in it", "", file, code="not-a-bundle")
        raise FileError(*(found.faults or [nothing]))
    return Resources(tuple(each), by_address, found)

"""The codes of other systems, each once: LOINC of measures, SNOMED CT of routes, and addresses; of units in `ucum`.

Read in both directions: what cec writes it reads, and of what others write only what stands here.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, unquote

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
DOSE_RATE_TYPE = "http://terminology.hl7.org/CodeSystem/dose-rate-type"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"

DAYS_OF_CYCLE = "http://hl7.org/fhir/StructureDefinition/timing-daysOfCycle"
"""R4's own extension of actions: the days of a cycle on which each is done."""
PRECISION = "http://hl7.org/fhir/StructureDefinition/quantity-precision"
"""R4's own extension of decimals: how many decimals are known of a number that goes on."""
FACT = "urn:cec:fact:"
"""How the extension begins that tells a fact for which R4 has no place; its name stands behind it."""
ALERT = "urn:cec:alert"
"""The system of the codes of alerts."""
DERIVED = "urn:cec:derived"
"""The system of what cec computed and no LOINC code says just so."""
_REGIMEN = "urn:cec:regimen:"


class Measure(NamedTuple):
    """What an Observation of a LOINC code tells."""

    code: str
    display: str
    fact: str
    category: str = "vital-signs"
    is_written: bool = True
    """Whether cec writes it so; else it only reads it."""


MEASURES = (
    Measure("8302-2", "Body height", "height"),
    Measure("29463-7", "Body weight", "weight"),
    Measure("3137-7", "Body height Measured", "height", is_written=False),
    Measure("3141-9", "Body weight Measured", "weight", is_written=False),
    Measure("3140-1", "Body surface area Derived from formula", "written_bsa"),
    Measure("8277-6", "Body surface area", "written_bsa", is_written=False),
    Measure("30525-0", "Age", "age", ""),
    Measure("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "creatinine", "laboratory"),
    Measure("14682-9", "Creatinine [Moles/volume] in Serum or Plasma", "creatinine", "laboratory", is_written=False),
    Measure("26499-4", "Neutrophils [#/volume] in Blood", "anc", "laboratory"),
    Measure("751-8", "Neutrophils [#/volume] in Blood by Automated count", "anc", "laboratory", is_written=False),
    Measure("777-3", "Platelets [#/volume] in Blood by Automated count", "platelets", "laboratory"),
    Measure("26515-7", "Platelets [#/volume] in Blood", "platelets", "laboratory", is_written=False),
    Measure("1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma", "bilirubin", "laboratory"),
    Measure(
        "14631-6", "Bilirubin.total [Moles/volume] in Serum or Plasma", "bilirubin", "laboratory", is_written=False
    ),
    Measure("1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "alt", "laboratory"),
    Measure("1920-8", "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "ast", "laboratory"),
    Measure(
        "2164-2",
        "Creatinine renal clearance in 24 hour Urine and Serum or Plasma",
        "creatinine_clearance",
        "laboratory",
        is_written=False,
    ),
    Measure("718-7", "Hemoglobin [Mass/volume] in Blood", "haemoglobin", "laboratory"),
)
"""What Observations are read, and written, by their LOINC codes."""

BY_LOINC = {measure.code: measure for measure in MEASURES}
IN_MOLES = {"creatinine": "14682-9", "bilirubin": "14631-6"}
"""The LOINC codes of what is given in micromol/L: mass and moles have codes of their own."""


def measure_of(fact: str, unit: str) -> Measure | None:
    """The LOINC code of a fact in a unit; None where none is written.

    >>> measure_of("creatinine", "micromol/L").code, measure_of("creatinine", "mg/dL").code, measure_of("name", "")
    ('14682-9', '2160-0', None)
    """
    if unit == "micromol/L" and fact in IN_MOLES:
        return BY_LOINC[IN_MOLES[fact]]
    return next((measure for measure in MEASURES if measure.fact == fact and measure.is_written), None)


class RouteCode(NamedTuple):
    """A route of administration of SNOMED CT, as R4's own list of routes has it, and cec's route."""

    code: str
    display: str
    route: str


ROUTE_CODES = (
    RouteCode("47625008", "Intravenous route", "IV"),
    RouteCode("26643006", "Oral route", "oral"),
    RouteCode("72607000", "Intrathecal route", "intrathecal"),
    RouteCode("420719007", "Intracerebroventricular route", "intraventricular"),
    RouteCode("34206005", "Subcutaneous route", "subcutaneous"),
    RouteCode("78421000", "Intramuscular route", "intramuscular"),
    RouteCode("58100008", "Intra-arterial route", "intra-arterial"),
    RouteCode("38239002", "Intraperitoneal route", "intraperitoneal"),
    RouteCode("372469009", "Intrapleural route", "intrapleural"),
    RouteCode("372471009", "Intravesical route", "intravesical"),
    RouteCode("447122006", "Intratumor route", "intratumoral"),
    RouteCode("372468001", "Intraocular route", "intraocular"),
    RouteCode("372464004", "Intradermal route", "intradermal"),
    RouteCode("37839007", "Sublingual route", "sublingual"),
    RouteCode("54471007", "Buccal route", "buccal"),
    RouteCode("127492001", "Nasogastric route", "nasogastric tube"),
    RouteCode("127490009", "Gastrostomy route", "gastrostomy tube"),
    RouteCode("37161004", "Rectal route", "rectal"),
    RouteCode("16857009", "Vaginal route", "vaginal"),
    RouteCode("46713006", "Nasal route", "nasal"),
    RouteCode("45890007", "Transdermal route", "transdermal"),
    RouteCode("6064005", "Topical route", "topical"),
)
_BY_ROUTE = {each.route: each for each in ROUTE_CODES} | {
    **dict.fromkeys(("IV infusion", "IV continuous infusion", "IV bolus"), ROUTE_CODES[0]),
    "subcutaneous infusion": RouteCode("34206005", "Subcutaneous route", "subcutaneous"),
}


def route_code(route: str) -> RouteCode | None:
    """The code of a route; None where no one code says it: then its words stand alone.

    >>> route_code("IV bolus").code, route_code("oral or IV bolus")
    ('47625008', None)
    """
    return _BY_ROUTE.get(route)


def regimen_address(name: str, edition: int) -> str:
    """The canonical address of a regimen.

    >>> regimen_address("not the shipped cec-induction", 2)
    'urn:cec:regimen:not%20the%20shipped%20cec-induction|2'
    """
    return f"{_REGIMEN}{quote(name)}|{edition}"


def activity_address(name: str, place: int) -> str:
    """The canonical address of a drug line of a regimen, counted from 1.

    >>> activity_address("cec-induction", 2)
    'urn:cec:drug-line:cec-induction:2'
    """
    return f"urn:cec:drug-line:{quote(name)}:{place}"


def regimen_at(address: str) -> tuple[str, str]:
    """The name and the edition of the regimen of an address; no name where it is not one of cec's.

    >>> regimen_at("urn:cec:regimen:cec-induction|1"), regimen_at("https://example.org/PlanDefinition/ac")
    (('cec-induction', '1'), ('', ''))
    """
    name, _, edition = address.partition("|")
    return (unquote(name.removeprefix(_REGIMEN)), edition) if name.startswith(_REGIMEN) else ("", "")

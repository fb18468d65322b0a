"""FHIR R4: the codes of other systems (`codes`), and what a Bundle of theirs says (`bundle` and what it stands on).

`cec.rendering.fhir` writes with the same codes. Nothing is guessed: a unit, a code or a reference that cannot be read
is named, and all of a bundle's faults stand together, each with its line.
"""

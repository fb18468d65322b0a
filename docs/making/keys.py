"""Every key of regimen, patient and pharmacy files, from the JSON Schema that the declarations of the records give."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from cec.public.schemas import SCHEMAS
from making.markdown import anchor, code, table

Schema = dict[str, Any]

REGIMEN = """# Keys of a regimen file

What each key means and how its value is written. [Regimen language](../regimen-language.md) shows them at work, and
`cec schema regimen` prints the same for an editor.

"""
PATIENT = """# Keys of a patient file

What each key means and how its value is written. The same facts are [options](commands.md) of the commands and
[columns](../batch-and-tables.md) of tables; [pharmacy and patient files](../pharmacy-and-patient-files.md) shows a
file, and `cec schema patient` prints the same for an editor.

"""
PHARMACY = """# Keys of a pharmacy file

What each key means and how its value is written. `cec pharmacy new` writes a file to adapt,
[pharmacy and patient files](../pharmacy-and-patient-files.md) says what comes of it, and `cec schema pharmacy` prints
the same for an editor.

"""
CONDITIONS = """\
All of them must hold. A bound is written `under 20 kg`, `at most 2`, `over 60 kg` or `at least 1 year`, two bounds as
`at least 1 year, under 10 years` or, both ends included, `30 to 60 mL/min`. Any other word is a fact of the history:
`{prior_hsct: true}`.

"""


class Part(NamedTuple):
    """A part of a file that has keys of its own: what it is called, its schema, and whether it has conditions."""

    title: str
    schema: Schema

    @property
    def has_conditions(self) -> bool:
        """Whether its keys are facts and their bounds."""
        return "properties" in self.schema and bool(self.schema.get("additionalProperties"))


def regimen_page() -> str:
    """The page of regimen files."""
    regimen = _parts("regimen")
    treatment = [part for part in _parts("treatment") if not any(_is_same(part, other) for other in regimen)]
    whole, *others = treatment
    tables = _tables([whole._replace(title="A treatment of several phases"), *others], [*regimen, *treatment])
    return f"{REGIMEN}{_tables(regimen, regimen)}\n{tables}"


def patient_page() -> str:
    """The page of patient files."""
    return PATIENT + _keys("patient")


def pharmacy_page() -> str:
    """The page of pharmacy files."""
    return PHARMACY + _keys("pharmacy")


def _keys(what: str) -> str:
    """The tables of all parts of a file, the whole file first."""
    parts = _parts(what)
    return _tables(parts, parts)


def _parts(what: str) -> list[Part]:
    """All parts of a file, the whole file first."""
    _, schema = SCHEMAS[what]
    parts = [Part("The file", schema())]
    for part in parts:  # grows while parts are found inside parts
        for inner in _inner_parts(part):
            parts += [] if any(_is_same(inner, other) for other in parts) else [inner]
    return parts


def _tables(parts: Sequence[Part], known: Sequence[Part]) -> str:
    """A table of each of some parts, which may name all that are known."""
    return "\n".join(f"## {part.title}\n\n{_introduction(part)}{table(_rows(part, known))}" for part in parts)


def _is_same(part: Part, other: Part) -> bool:
    """Whether two parts have the same keys, and so share one table."""
    return _properties(part.schema) == _properties(other.schema)


def _properties(schema: Schema) -> str:
    return json.dumps(schema.get("properties"))


def _introduction(part: Part) -> str:
    return CONDITIONS if part.has_conditions else ""


def _inner_parts(part: Part) -> Iterator[Part]:
    """The parts of a part, under the key that holds each."""
    for key, schema in part.schema["properties"].items():
        for inner in _objects(schema):
            title = "Conditions" if Part("", inner).has_conditions else f"`{key}`"
            yield Part(title, inner)


def _objects(schema: Schema) -> Iterator[Schema]:
    """The mappings with known keys that a value is, or holds."""
    if "properties" in schema:
        yield schema
        return
    for inner in _inside(schema):
        yield from _objects(inner)


def _inside(schema: Schema) -> Sequence[Schema]:
    """The schemas that a schema is made of."""
    held = (schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", ()))
    return [each for each in held if isinstance(each, dict)]


def _rows(part: Part, parts: Sequence[Part]) -> Iterator[Sequence[str]]:
    if part.has_conditions:
        yield ("fact", "what it is")
        yield from ((f"`{fact}`", _fact(schema)) for fact, schema in part.schema["properties"].items())
        return
    yield ("key", "what it says", "how it is written")
    required = part.schema.get("required", ())
    for key, schema in part.schema["properties"].items():
        about = schema.get("description", "")
        needed = "**required**; " if key in required else ""
        yield (f"`{key}`", needed + about, _written(schema, parts))


def _fact(schema: Schema) -> str:
    """What a fact is, with the units of its bounds."""
    return str(schema.get("description", "true or false")).partition(": under, at most")[0]


def _written(schema: Schema, parts: Sequence[Part]) -> str:
    """How a value is written: its choices, examples of it, or the part that it is."""
    return "; or ".join(dict.fromkeys(filter(None, _ways(schema, parts))))


def _ways(schema: Schema, parts: Sequence[Part]) -> Iterator[str]:
    if "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _ways(each, parts)
        return
    kind = schema.get("type")
    holder = _HOLDERS.get(kind) if isinstance(kind, str) else None
    if "properties" in schema:
        part = next(each for each in parts if _properties(each.schema) == _properties(schema))
        yield f"[these keys](#{anchor(part.title)})"
    elif holder:
        yield holder([_written(each, parts) for each in _inside(schema)])
    elif "enum" in schema:
        yield ", ".join(f"`{each}`" for each in schema["enum"])
    elif kind == "boolean":
        yield "`true`, `false`"
    else:
        yield ", ".join(code(str(each)) for each in schema.get("examples", ())) or _KINDS.get(str(kind), "text")


def _list(items: Sequence[str]) -> str:
    return f"a list, each: {items[0]}"


def _by_name(items: Sequence[str]) -> str:
    return f"by name, each: {items[0]}"


_HOLDERS: dict[str, Callable[[Sequence[str]], str]] = {"array": _list, "object": _by_name}
_KINDS = {"integer": "a whole number"}

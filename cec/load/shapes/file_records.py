"""Records as their files have them: the shape of a record comes from what its fields declare (`cec.keys`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from msgspec import Struct

from cec.facts.reading import positive, read_boolean, read_count, read_text
from cec.keys import NAME, READS
from cec.load.shapes import Field, Shape, choice, either, list_of, text
from cec.load.shapes.mappings import Build, mapping, mapping_of, stated_of
from cec.units.declared import KINDS_OF

TEXT = text(read_text)
COUNT = text(read_count, {"type": "integer", "minimum": 1})
TRUE_FALSE = text(read_boolean, {"type": "boolean"})

Ways = Mapping[str, Shape | Callable[[Shape], Shape]]
"""How a text is read whose type alone does not tell: a shape, or what makes one of the shape of the type."""


class Record(Struct, frozen=True):
    """What the declarations of a record leave out.

    `build` makes it from its values by field, `parts` gives these back; `label` is the key whose text names it in
    messages; `around` is what its shape becomes, where a file may also say it in another form.
    """

    build: Build | None = None
    label: str = ""
    around: Callable[[Shape], Shape] | None = None
    parts: Callable[[Any], Mapping[str, Any]] | None = None


Records = Mapping[type, Record]


def file_of(record: type[Struct], records: Records, ways: Ways) -> Shape:
    """The shape of a file, or of a part of one, that says what a record holds."""
    return _shape(record, records, ways)


class Declared(NamedTuple):
    """What stands in a declaration: the description of the key, other metadata, and the type without them."""

    about: str
    extra: Mapping[str, Any]
    type: Any


def declared(hint: Any) -> Declared:
    """What stands in the declaration of a field, or of a part of its type."""
    if isinstance(hint, str):
        raise TypeError(f"{hint} is a text: leave out `from __future__ import annotations` where a record has keys")
    if get_origin(hint) is not Annotated:
        return Declared("", {}, hint)
    bare, *metadata = get_args(hint)
    about = next((each.description for each in metadata if each.description), "")
    return Declared(about, {name: value for each in metadata for name, value in (each.extra or {}).items()}, bare)


def _shape(hint: Any, records: Records, ways: Ways) -> Shape:
    """The shape of one declared type."""
    return _shape_of(declared(hint), records, ways)


def _shape_of(what: Declared, records: Records, ways: Ways) -> Shape:
    """The shape of what is declared."""
    _, extra, bare = what
    way = ways[extra[READS]] if READS in extra else None
    if isinstance(way, Shape):
        return way
    shape = _quantity(extra[KINDS_OF]) if KINDS_OF in extra else _of_type(bare, records, ways)
    return way(shape) if way else shape


def _of_type(bare: Any, records: Records, ways: Ways) -> Shape:
    """The shape of a type without metadata."""
    origin, inner = get_origin(bare), get_args(bare)
    if origin in {Union, UnionType}:
        shapes = [_shape(each, records, ways) for each in inner if each is not NoneType]
        return shapes[0] if len(shapes) == 1 else _one_or_several(*shapes)
    if origin is tuple:
        return list_of(_shape(inner[0], records, ways))
    if origin is dict:
        return mapping_of(_shape(inner[1], records, ways))
    if origin is Literal:
        return choice(*inner)
    return _SINGLE[bare] if bare in _SINGLE else _record(bare, records, ways)


_SINGLE: dict[type, Shape] = {str: TEXT, int: COUNT, bool: TRUE_FALSE}


def _hints_of(record: type) -> Iterable[tuple[str, Any]]:
    return getattr(record, "__annotations__", {}).items()


def _one_or_several(single: Shape, several: Shape) -> Shape:
    """One value, or a list of several."""
    return either(several, single, lambda node: node.items is not None, lambda value: isinstance(value, tuple))


def _quantity(kinds: Any) -> Shape:
    """A quantity above 0 of one of these kinds."""
    return text(positive(*kinds), {"type": "string", "examples": [kind.example for kind in kinds]})


def _record(record: type[Struct], records: Records, ways: Ways) -> Shape:
    """A mapping with the keys that a record declares."""
    beside = records.get(record, Record())
    names: dict[str, str] = {}
    keys: dict[str, Field] = {}
    hints = {name: hint for each in reversed(record.__mro__) for name, hint in _hints_of(each)}
    required = len(record.__struct_fields__) - len(record.__struct_defaults__)
    for number, field in enumerate(record.__struct_fields__):
        what = declared(hints[field])
        if what.about:
            name = what.extra.get(NAME, field)
            names[name] = field
            keys[name] = Field(_shape_of(what, records, ways), what.about, number < required)

    def build(values: dict[str, Any]) -> Any:
        by_field = {names[name]: value for name, value in values.items()}
        return beside.build(by_field) if beside.build else record(**by_field)

    def parts(value: Any) -> dict[str, Any]:
        stated = beside.parts(value) if beside.parts else stated_of(value)
        return {name: stated[field] for name, field in names.items() if field in stated}

    shape = mapping(keys, build, beside.label, parts)
    return beside.around(shape) if beside.around else shape

"""Records as their files have them: the shape of a record comes from what its fields declare (`cec.keys`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from msgspec import Struct

from cec.facts.reading import positive, read_boolean, read_count, read_text
from cec.keys import NAME, READS
from cec.load.shapes import Field, Shape, choice, either, list_of, text, texts_like
from cec.load.shapes.mappings import Build, mapping, mapping_of, stated_of
from cec.units import Kind
from cec.units.declared import KINDS_OF

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
    return _record(record, records, ways)


class Declaration(Struct, frozen=True):
    """What stands in a declaration: the description of the key, other metadata, and the type without them."""

    about: str
    extra: Mapping[str, Any]
    type: Any


def declaration_of(hint: Any) -> Declaration:
    """What stands in the declaration of a field, or of a part of its type."""
    if isinstance(hint, str):
        raise TypeError(f"{hint} is a text: leave out `from __future__ import annotations` where a record has keys")
    if get_origin(hint) is not Annotated:
        return Declaration("", {}, hint)
    bare, *metadata = get_args(hint)
    about = next((each.description for each in metadata if each.description), "")
    return Declaration(about, {name: value for each in metadata for name, value in (each.extra or {}).items()}, bare)


def _shape(declaration: Declaration, records: Records, ways: Ways) -> Shape:
    """The shape of what is declared: read in a way of its own, else as its kinds or its type tell."""
    way = ways[declaration.extra[READS]] if READS in declaration.extra else None
    if isinstance(way, Shape):
        return way
    kinds = declaration.extra.get(KINDS_OF)
    shape = _quantity(kinds) if kinds else _of_type(declaration.type, records, ways)
    return way(shape) if way else shape


def _quantity(kinds: Sequence[Kind]) -> Shape:
    """A quantity above 0 of one of these kinds."""
    return text(positive(*kinds), texts_like(*(kind.example for kind in kinds)))


def _of_type(bare: Any, records: Records, ways: Ways) -> Shape:
    """The shape of a type without metadata."""
    origin, inner = get_origin(bare), get_args(bare)
    if origin is Literal:
        return choice(*inner)
    if origin is None:
        return _SINGLE[bare] if bare in _SINGLE else _record(bare, records, ways)
    shapes = [_shape(declaration_of(each), records, ways) for each in inner if each not in {NoneType, Ellipsis}]
    if origin is tuple:
        return list_of(shapes[0])
    if origin is dict:
        return mapping_of(shapes[1])
    return shapes[0] if len(shapes) == 1 else _one_or_several(*shapes)


_SINGLE: dict[type, Shape] = {
    str: text(read_text),
    int: text(read_count, {"type": "integer", "minimum": 1}),
    bool: text(read_boolean, {"type": "boolean"}),
}
"""The shapes of single values without a unit."""


def _one_or_several(single: Shape, several: Shape) -> Shape:
    """One value, or a list of several."""
    return either(several, single, lambda node: node.items is not None, lambda value: isinstance(value, tuple))


def _record(record: type[Struct], records: Records, ways: Ways) -> Shape:
    """A mapping with the keys that a record declares."""
    more = records.get(record, Record())
    hints = {name: hint for each in reversed(record.__mro__) for name, hint in _hints_of(each)}
    required = len(record.__struct_fields__) - len(record.__struct_defaults__)
    field_of: dict[str, str] = {}
    keys: dict[str, Field] = {}
    for number, field in enumerate(record.__struct_fields__):
        declaration = declaration_of(hints[field])
        if declaration.about:
            key = declaration.extra.get(NAME, field)
            field_of[key] = field
            keys[key] = Field(_shape(declaration, records, ways), declaration.about, number < required)

    def build(values: dict[str, Any]) -> Any:
        fields = {field_of[key]: value for key, value in values.items()}
        return more.build(fields) if more.build else record(**fields)

    def parts(value: Any) -> dict[str, Any]:
        stated = more.parts(value) if more.parts else stated_of(value)
        return {key: stated[field] for key, field in field_of.items() if field in stated}

    shape = mapping(keys, build, more.label, parts)
    return more.around(shape) if more.around else shape


def _hints_of(record: type) -> Iterable[tuple[str, Any]]:
    return getattr(record, "__annotations__", {}).items()

"""Records as JSON has them: the shape of a record comes from the types that its fields are declared with.

No message shows a value that was read.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from msgspec import inspect

from cec.errors import CecError, InputError
from cec.load.nodes import Node
from cec.load.shapes import Field, Reading, Schema, Shape, list_of
from cec.load.shapes.mappings import mapping, mapping_of, object_schema
from cec.units import SHARE, Kind, Quantity
from cec.units.declared import KINDS_OF
from cec.units.kinds import OF_ANOTHER

LONGEST_NUMBER = 60
"""Characters of a number; cec writes up to 40 digits."""
LARGEST_COUNT = 999_999
YEARS = (1900, 2101)
"""What cec writes: dates are typed from 1900 to 2099, and a cycle may end later."""

Definitions = dict[str, Schema]
"""The JSON Schema of each record's class, by its name."""


def record(kind: type, definitions: Definitions) -> Shape:
    """The shape of a record; its schema refers to `definitions`, to which that of each record inside it is added."""
    return _shape(inspect.type_info(kind), definitions)


def _shape(info: inspect.Type, definitions: Definitions) -> Shape:
    """The shape of one declared type."""
    if isinstance(info, inspect.Metadata):
        extra = info.extra or {}
        shape = _shape(info.type, definitions)
        return _quantity(extra[KINDS_OF], shape) if KINDS_OF in extra else shape
    if type(info) in _SCALARS:
        return _SCALARS[type(info)](info)
    return _COMPOUNDS[type(info)](info, definitions)


def _struct(info: inspect.StructType, definitions: Definitions) -> Shape:
    """A record: every key that it declares and no other."""
    name = info.cls.__name__
    fields = {
        each.encode_name: Field(_shape(each.type, definitions), _about(each.type), each.required)
        for each in info.fields
    }
    about = (info.cls.__doc__ or "").partition("\n")[0]
    definitions[name] = {"description": about, **object_schema(fields)}
    return Shape(mapping(fields, partial(_build, info.cls)).read, {"$ref": f"#/$defs/{name}"})


def _about(info: inspect.Type) -> str:
    """The description of a key."""
    extra = info.extra_json_schema if isinstance(info, inspect.Metadata) else None
    return str((extra or {}).get("description", ""))


def _build(kind: type, values: dict[str, Any]) -> Any:
    """The record of these values; CecError where it is not possible."""
    try:
        return kind(**values)
    except ValueError:
        raise InputError("is not possible") from None
    except CecError as error:
        about = {name for fault in error.faults for name in fault.about}
        raise InputError(f"{' and '.join(sorted(about)) or 'this'}: is not possible") from None


def _quantity(kinds: tuple[Kind, ...], quantity: Shape) -> Shape:
    """A number from 0 with a unit of one of these kinds."""
    units = [unit for kind in kinds for unit in kind.units]
    names = " or ".join(kind.name for kind in kinds)

    def read(node: Node, where: str, reading: Reading) -> Any:
        value = quantity.read(node, where, reading)
        if isinstance(value, Quantity) and (not any(value.unit in kind.units for kind in kinds) or value.value < 0):
            return reading.fault(node, where, f"{names} is wanted: a number from 0, in {', '.join(units)}")
        return value

    unit: Schema = {"enum": units}
    if SHARE in kinds:
        unit = {"anyOf": [unit, {"type": "string", "pattern": f"^{OF_ANOTHER}"}]}
    return Shape(read, {**quantity.schema, "properties": {"value": {"minimum": 0}, "unit": unit}})


def _any_of(info: inspect.UnionType, definitions: Definitions) -> Shape:
    """The one of several types that has the form of the node."""
    shapes = {_form_of_type(each): _shape(each, definitions) for each in info.types}
    first = next(shape for form, shape in shapes.items() if form != "null")

    def read(node: Node, where: str, reading: Reading) -> Any:
        return shapes.get(_form(node), first).read(node, where, reading)

    return Shape(read, {"anyOf": [shape.schema for shape in shapes.values()]})


def _form_of_type(info: inspect.Type) -> str:
    """What a value of this type is in JSON, as a node of it says it."""
    if isinstance(info, inspect.Metadata):
        return _form_of_type(info.type)
    return _FORMS.get(type(info), "a text")


_FORMS: dict[type[inspect.Type], str] = {
    inspect.NoneType: "null",
    inspect.VarTupleType: "a list",
    inspect.StructType: "a mapping",
    inspect.DictType: "a mapping",
    inspect.BoolType: "true or false",
    inspect.IntType: "a number",
    inspect.DecimalType: "a number",
}


def _form(node: Node) -> str:
    return "true or false" if node.form in {"true", "false"} else node.form


def _scalar(wanted: str, schema: Schema, convert: Callable[[str], Any], *json: str) -> Shape:
    """One value that JSON calls by one of these words, converted from its text."""

    def read(node: Node, where: str, reading: Reading) -> Any:
        if node.text is None or node.json not in json:
            return reading.fault(node, where, f"is {node.form}; {wanted} is wanted")
        try:
            return convert(node.text)
        except CecError as error:
            return reading.fault(node, where, *error.faults)

    return Shape(read, schema)


def _text(info: inspect.StrType) -> Shape:
    pattern = re.compile(info.pattern or "")

    def convert(text: str) -> str:
        if not text.isprintable():
            raise InputError("has a character that cannot be printed")
        if not pattern.search(text):
            raise InputError(f"has not the form {info.pattern}")
        return text

    schema = {"type": "string"} | ({"pattern": info.pattern} if info.pattern else {})
    return _scalar("a text", schema, convert, "a text")


def _number(text: str) -> Decimal:
    """The number of a text of JSON, without trailing zeros; InputError for one that cec never writes."""
    number = Decimal(text) if len(text) <= LONGEST_NUMBER else Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) >= LONGEST_NUMBER // 2:
        raise InputError(f"is a number of more than {LONGEST_NUMBER} characters, or of no possible size")
    plain = f"{number:f}"
    return Decimal(plain.rstrip("0").rstrip(".") if "." in plain else plain)


def _whole(info: inspect.IntType) -> Shape:
    low = 0 if info.ge is None else info.ge
    high = LARGEST_COUNT if info.le is None else info.le

    def convert(text: str) -> int:
        number = _number(text)
        if number != int(number) or not low <= number <= high:
            raise InputError(f"is not a whole number from {low} to {high:,}")
        return int(number)

    return _scalar("a number", {"type": "integer", "minimum": low, "maximum": high}, convert, "a number")


def _word(info: inspect.LiteralType) -> Shape:
    words = [str(value) for value in info.values]

    def convert(text: str) -> str:
        if text not in words:
            raise InputError(f"is not one of {', '.join(words)}")
        return text

    return _scalar("a text", {"enum": words}, convert, "a text")


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = re.compile(rf"{_DATE.pattern}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]{{6}})?", re.ASCII)


def _date(_info: inspect.DateType) -> Shape:
    def convert(text: str) -> datetime.date:
        return _in_calendar(text, _DATE, "a date, like 2026-11-30").date()

    return _scalar("a date", {"type": "string", "format": "date"}, convert, "a text")


def _time(_info: inspect.DateTimeType) -> Shape:
    def convert(text: str) -> datetime.datetime:
        return _in_calendar(text, _TIME, "a date and time, like 2026-11-30T09:00:00")

    return _scalar("a date and time", {"type": "string", "pattern": f"^{_TIME.pattern}$"}, convert, "a text")


def _in_calendar(text: str, form: re.Pattern[str], wanted: str) -> datetime.datetime:
    """The time of a text of this form; InputError where the calendar does not have it, or no order can have it."""
    low, high = YEARS
    try:
        time = datetime.datetime.fromisoformat(text) if form.fullmatch(text) else None
    except ValueError:
        time = None
    if time is None or not low <= time.year <= high:
        raise InputError(f"is not {wanted}, from {low} to {high}")
    return time


_SCALARS: dict[type[inspect.Type], Callable[[Any], Shape]] = {
    inspect.StrType: _text,
    inspect.DecimalType: lambda _: _scalar("a number", {"type": "number"}, _number, "a number"),
    inspect.IntType: _whole,
    inspect.BoolType: lambda _: _scalar(
        "true or false", {"type": "boolean"}, lambda text: text == "true", "true", "false"
    ),
    inspect.NoneType: lambda _: _scalar("null", {"type": "null"}, lambda _: None, "null"),
    inspect.LiteralType: _word,
    inspect.DateType: _date,
    inspect.DateTimeType: _time,
}
"""The shape of each type of a single value."""

_COMPOUNDS: dict[type[inspect.Type], Callable[[Any, Definitions], Shape]] = {
    inspect.UnionType: _any_of,
    inspect.StructType: _struct,
    inspect.VarTupleType: lambda info, definitions: list_of(_shape(info.item_type, definitions)),
    inspect.DictType: lambda info, definitions: mapping_of(_shape(info.value_type, definitions)),
}
"""The shape of each type that has others inside."""

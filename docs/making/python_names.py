"""Every public name of the package, from its docstring."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import cec
from cec.keys import key
from cec.order import Administration, Alert, Dose, Step
from cec.units import Quantity
from making.markdown import code, table

HEAD = """# Public names of Python

What `import cec` gives. [Python](../python.md) shows them at work. Whatever is not here may change without notice.

"""
PARTS = """## What an order is made of

Frozen records; `cec schema order` prints all of them as JSON Schema.

"""
LONG = 90

ERRORS = """## Errors

Every fault of the input is a `CecError`, or [one of its kinds](codes.md#errors). Each has `faults`: all reasons, with
their places.
"""
PARTS_OF_AN_ORDER = (Dose, Step, Administration, Alert, Quantity)
"""Records that are not public names, and that everybody reads who reads an order."""


def page() -> str:
    """The page, as Markdown."""
    public = {name: getattr(cec, name) for name in cec.__all__}
    functions = [_function(name, each) for name, each in public.items() if inspect.isfunction(each)]
    records = [_record(each) for each in public.values() if inspect.isclass(each) and each is not cec.CecError]
    parts = map(_record, PARTS_OF_AN_ORDER)
    return HEAD + "\n".join((*functions, *records, PARTS + "\n".join(parts), ERRORS))


def _function(name: str, function: Any) -> str:
    """A function: how it is called, and its docstring, of which the example is a block."""
    signature = inspect.signature(function)
    call = f"cec.{name}{_in_lines(list(map(_parameter, _with_star(signature))))} -> {signature.return_annotation}"
    text, example = _apart(inspect.getdoc(function) or "")
    return f"## `{name}`\n\n```py\n{call}\n```\n\n{text}\n" + (f"\n```python\n{example}\n\n```\n" if example else "")


def _with_star(signature: inspect.Signature) -> Iterator[inspect.Parameter | None]:
    """The parameters; None before those that are given by name."""
    kinds = [each.kind for each in signature.parameters.values()]
    for place, parameter in enumerate(signature.parameters.values()):
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.KEYWORD_ONLY not in kinds[:place]:
            yield None
        yield parameter


def _parameter(parameter: inspect.Parameter | None) -> str:
    """A parameter as it is declared; a default that is not a simple value as an ellipsis."""
    if parameter is None:
        return "*"
    default = parameter.default
    if default is parameter.empty:
        return str(parameter.replace(annotation=parameter.empty)) + f": {parameter.annotation}"
    is_simple = default is None or isinstance(default, str | int)
    return f"{parameter.name}: {parameter.annotation} = {repr(default) if is_simple else '…'}"


def _in_lines(parameters: Sequence[str]) -> str:
    """Parameters in brackets, each on a line of its own where there are many."""
    line = f"({', '.join(parameters)})"
    return line if len(line) < LONG else "(\n" + "".join(f"    {each},\n" for each in parameters) + ")"


def _apart(text: str) -> tuple[str, str]:
    """The words of a docstring, and its example, which imports what it uses."""
    words, prompt, example = text.partition(">>> ")
    if not prompt:
        return words.strip(), ""
    used = [name for name in cec.__all__ if re.search(rf"(?<![\w.]){name}\(", example)]
    unknown = [name for name in used if not re.search(rf"import .*\b{name}\b", example)]
    known = f">>> from cec import {', '.join(unknown)}\n" if unknown else ""
    return words.strip(), f"{known}>>> {example}".rstrip()


def _record(record: Any) -> str:
    """A record: its docstring, and its fields with their types and what is said of them."""
    rows = [(code(name), code(kind), words) for name, kind, words in _fields(record)]
    text, _ = _apart(inspect.getdoc(record) or "")
    return f"### `{record.__name__}`\n\n{text}\n\n{table([('field', 'type', 'what it is'), *rows])}"


def _fields(record: Any) -> Iterator[tuple[str, str, str]]:
    """Each field with its type and its words: the text below it, or the description of its key."""
    (declared,) = ast.parse(textwrap.dedent(inspect.getsource(record))).body
    statements: Sequence[ast.stmt] = declared.body if isinstance(declared, ast.ClassDef) else ()
    for field, below in itertools.zip_longest(statements, statements[1:]):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            yield field.target.id, _type(field.annotation), _text_of(below) or _words_of_key(field.annotation)


def _text_of(statement: ast.stmt | None) -> str:
    """What a text that stands alone says."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return inspect.cleandoc(str(statement.value.value))
    return ""


def _type(annotation: ast.expr) -> str:
    """A type without what is annotated to it."""
    words = ast.unparse(_Bare().visit(annotation)).replace(" | ", " or ").replace("datetime.", "")
    return re.sub(r"msgspec\.UnsetType or ", "", words)


class _Bare(ast.NodeTransformer):
    """Takes what is annotated away."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """A subscript, or what is annotated by it."""
        self.generic_visit(node)
        is_annotated = isinstance(node.value, ast.Name) and node.value.id == "Annotated"
        return node.slice.elts[0] if is_annotated and isinstance(node.slice, ast.Tuple) else node


def _words_of_key(annotation: ast.expr) -> str:
    """The description of a key."""
    calls = [each for each in ast.walk(annotation) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)]
    words = [each.args[0] for each in calls if isinstance(each.func, ast.Name) and each.func.id == key.__name__]
    return str(ast.literal_eval(words[0])) if words and isinstance(words[0], ast.Constant) else ""

"""A command: its options spread out of their groups, what was typed of them, and its help."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeAlias, get_type_hints

import typer
from typer.core import TyperCommand
from typer.main import get_command

from cec.cli.group import helping, with_examples_apart
from cec.cli.messages import WrongUsage, wrong_usage
from cec.cli.option import OUTPUT, PHARMACY, Typed, fact_option
from cec.errors import printable
from cec.facts import Fact

_NUMBER = re.compile(r"(?:(?P<before>[^=]+)=)?(?P<number>[0-9]+(?:[.,][0-9]+)?)")
_OTHERS = "Options"


class Command(TyperCommand):
    """A command in which what is not repeatable may be given once: of two weights, neither is the right one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments that are left over; wrong usage for an option given twice, or a number apart from its unit."""
        if fault := torn_apart(args):
            ctx.fail(fault)
        try:
            values, _, given = self.make_parser(ctx).parse_args(args=list(args))
        except WrongUsage as error:
            self._refuse_unknown(getattr(error, "option_name", ""), ctx)
            raise
        once = [param for param in given if param.param_type_name == "option" and not getattr(param, "multiple", False)]
        twice = [param for param in dict.fromkeys(once) if once.count(param) > 1 and not param.is_eager]
        if twice:
            ctx.fail(f"{', '.join('/'.join(param.opts) for param in twice)}: given more than once; give it once")
        missing = [param for param in self.params if param.required and not values.get(str(param.name))]
        if len(missing) > 1 and args and not any(param.is_eager for param in given):
            named = ", ".join(f"{param.param_type_name} {param.get_error_hint(ctx)}" for param in missing)
            ctx.fail(f"Missing {named}.")
        return super().parse_args(ctx, args)

    def _refuse_unknown(self, option: str, ctx: Any) -> None:
        """Wrong usage of an option that this command has not, and where it is, or what was probably meant."""
        own = [name for param in self.params for name in param.opts]
        if not option or option in own:
            return
        without = f"{ctx.command_path} has no {printable(option)}"
        if others := _commands_with(option, ctx):
            named = ", ".join(others if len(others) < 7 else [*others[:3], f"{len(others) - 3} others"])
            ctx.fail(f"{without}; {named} {'has' if len(others) == 1 else 'have'} it")
        from cec.load.shapes.suggestions import did_you_mean

        ctx.fail(f"{without}{did_you_mean(option, own)}")

    def get_help_option(self, ctx: Any) -> Any:
        """The option that shows the help."""
        return helping(super().get_help_option(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The words of the usage line: what must be given stands there bare."""
        return [re.sub(r"^\{(.*)\}$", r"\1", piece) for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, and the options under the heading of their group."""
        for heading, params in options_by_heading(self.get_params(ctx)).items():
            records = [record for param in params if (record := param.get_help_record(ctx))]
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


def _commands_with(option: str, ctx: Any) -> list[str]:
    """The commands beside this one that have an option; groups of commands do not count."""
    root = ctx.find_root()
    commands = getattr(root.command, "commands", {}).items()
    return [f"{root.command_path} {name}" for name, each in commands for param in each.params if option in param.opts]


def options_by_heading(params: Sequence[Any]) -> dict[str, list[Any]]:
    """The arguments and options of a command by their headings; those without one come last."""
    sections: dict[str, list[Any]] = {"Arguments": []}
    for param in params:
        heading = "Arguments" if param.param_type_name == "argument" else param.rich_help_panel or _OTHERS
        sections.setdefault(heading, []).append(param)
    others = sections.pop(_OTHERS, [])
    return {**sections, _OTHERS: others}


def torn_apart(words: Sequence[str]) -> str:
    """What is wrong where a number stands as one word and its unit as the next; nothing where none does.

    >>> torn_apart(["dose", "--weight", "26", "kg"]), torn_apart(["clofarabine=38", "mg"])
    ("--weight 26 kg: write 26kg or '26 kg'", "clofarabine=38 mg: write clofarabine=38mg or 'clofarabine=38 mg'")
    """
    from cec.units import is_unit

    for place, word in enumerate(words):
        match = _NUMBER.fullmatch(word)
        option = words[place - 1] if place else ""
        if not match or not (match["before"] or option.startswith("-")):
            continue
        if units := list(_units_after(words[place + 1 :], is_unit)):
            typed = " ".join([word, *units])
            right = f"{''.join([word, *units])} or {_quoted(typed)}"
            return f"{typed}: write {right}" if match["before"] else f"{option} {typed}: write {right}"
    return ""


def _units_after(words: Sequence[str], is_unit: Callable[[str], bool]) -> Iterator[str]:
    """The unit that words begin with, and the next number with its unit: ft 2 in."""
    if words and is_unit(words[0]):
        yield words[0]
        if len(words) > 2 and words[1].isdecimal() and is_unit(words[2]):
            yield from words[1:3]


def _quoted(text: str) -> str:
    """An argument in quotes; an option keeps its name outside of them."""
    option, sign, value = text.partition("=")
    return f"{option}='{value}'" if sign and option.startswith("-") else f"'{text}'"


_FOLDER = "regimen_folder"
_FolderOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--regimens",
        metavar="FOLDER",
        help="A folder in which regimens are found by name, before those of CEC_REGIMENS.",
        rich_help_panel=PHARMACY,
    ),
]


_ERRORS = "errors"
_ErrorsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--errors",
        metavar="text|json",
        help="How faults and notes are told: text, or JSON, an object to a line.",
        rich_help_panel=OUTPUT,
    ),
]


def _refuse_other_form(errors: str | None) -> None:
    """Wrong usage where faults cannot be told in such a form; `cec.cli.main` has looked for it before."""
    if errors not in {None, "text", "json"}:
        raise wrong_usage(f"'{errors}' is neither text nor json", "--errors")


def command_of(name: str, function: Callable[..., None], *, finds_regimens: bool, shows_help: bool) -> Command:
    """The command that calls a function: with what is typed as the function's parameters, groups of options among them.

    One that finds regimens by name can be told a folder of them; one may show its help where nothing is typed.
    """
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    spread = _takes_groups(function, finds_regimens=finds_regimens)
    app.command(name, cls=Command, no_args_is_help=shows_help)(spread)
    command: Any = get_command(app)
    return command  # type: ignore[no-any-return]


def _takes_groups(command: Callable[..., None], *, finds_regimens: bool) -> Callable[..., None]:
    """The command as typer wants it: each parameter that is a group of options spread out into its options."""
    hints = get_type_hints(command, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if hasattr(_group_of(hint), "heading")}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        if name in groups:
            parameters += _parameters_of(groups[name])
        else:
            parameters.append(_keyword(name, hints[name], parameter.default))
    if finds_regimens:
        parameters.append(_keyword(_FOLDER, _FolderOption, None))
    parameters.append(_keyword(_ERRORS, _ErrorsOption, None))

    def spread(**values: Any) -> None:
        folder = values.pop(_FOLDER, None)
        _refuse_other_form(values.pop(_ERRORS))
        gathered = {name: _gathered(group, values) for name, group in groups.items()}
        with _searching(folder):
            command(**values, **gathered)

    spread.__doc__ = with_examples_apart(inspect.cleandoc(command.__doc__ or ""))
    spread.__name__ = command.__name__
    spread.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    vars(spread)["__signature__"] = inspect.Signature(parameters)
    return spread


def _searching(folder: Path | None) -> AbstractContextManager[None]:
    """While it is open, regimens are looked for in this folder first."""
    if folder is None:
        return nullcontext()
    from cec.load.search import searching

    return searching(folder)


def _group_of(hint: Any) -> Any:
    """The group that a parameter is, without the mark of whose formats it chooses."""
    return getattr(hint, "__origin__", hint)


@cache
def _fields_of(group: Any) -> tuple[tuple[str, Any, tuple[Fact, ...] | None], ...]:
    """Each field of a group with its annotation; and the facts, where it holds what was typed of them."""
    fields, hints = [], get_type_hints(group, include_extras=True)
    for field in group.__struct_fields__:
        hint = hints[field]
        marks = (mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Typed))
        fields.append((field, hint, next((mark.facts for mark in marks), None)))
    return tuple(fields)


def _parameters_of(marked: Any) -> Iterator[inspect.Parameter]:
    """The options of a group, each under the group's heading; of form and paper, the choices that its document has."""
    group = _group_of(marked)
    defaults = dict(zip(group.__struct_fields__, group.__struct_defaults__, strict=True))
    for field, hint, facts in _fields_of(group):
        if facts is None:
            option = hint.__metadata__[0]
            of_formats = option(marked.__metadata__[0].formats) if callable(option) else hint
            yield _keyword(field, _under(group.heading, of_formats), defaults[field])
        else:
            options = {fact.name: Annotated[str | None, fact_option(fact, group.heading)] for fact in facts}
            yield from (_keyword(name, option, None) for name, option in options.items())


def _under(heading: str, option: Any) -> Any:
    """An option that stands under this heading in the help of its command."""
    kind, info = option.__origin__, copy.copy(option.__metadata__[0])
    info.rich_help_panel = info.rich_help_panel or heading
    return Annotated[kind, info]


def _gathered(marked: Any, values: dict[str, Any]) -> Any:
    """A group with its values, which are taken out of those of the command."""
    group, fields = _group_of(marked), dict[str, Any]()
    for field, _, facts in _fields_of(group):
        if facts is None:
            fields[field] = values.pop(field)
        else:
            typed = {fact.name: values.pop(fact.name) for fact in facts}
            fields[field] = {name: text for name, text in typed.items() if text is not None}
    return group(**fields)


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)

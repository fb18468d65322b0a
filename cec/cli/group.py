"""Commands that hold others, each loaded when it is called: what is loaded for one command serves no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from typer.core import TyperGroup


class Commands(Mapping[str, Any]):
    """Commands by name in their order; the names are known at once, a command is made when it is first asked for."""

    def __init__(self, makers: Mapping[str, Callable[[], Any]]) -> None:
        self._makers = makers
        self._commands: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._commands:
            self._commands[name] = self._makers[name]()
        return self._commands[name]

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


class Group(TyperGroup):
    """A command that holds others."""

    def get_help_option(self, ctx: Any) -> Any:
        """The option that shows the help."""
        return helping(super().get_help_option(ctx))


def helping(option: Any) -> Any:
    """The option that shows the help, as all else is shown."""
    if option:
        option.callback = _show_help
    return option


def _show_help(context: Any, _option: Any, wanted: Any) -> None:
    """Put the help on standard output as everything else is put there: a full disk is told in a line."""
    if wanted and not context.resilient_parsing:
        from cec.cli.output import deliver

        deliver(f"{context.get_help()}\n".encode(), None)
        context.exit()


def with_examples_apart(text: str) -> str:
    """A command's text, its examples on lines that are never broken, so that they can be copied."""
    return text.replace("Examples:\n", "\b\nExamples:\n")

"""Every command, declared: its code is loaded when it is called, for what one command needs serves no other.

A new command is a function in a module of its own and a line of `COMMANDS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

from cec.cli.group import Commands, Group, with_examples_apart


class Declared(NamedTuple):
    """A command: its module, and the function there that does it; both are loaded when it is called."""

    module: str
    function: str
    finds_regimens: bool = True
    """Whether a name of a regimen says anything to it: it can be told a folder of them."""
    shows_help: bool = False
    """Whether it shows its help where nothing else is typed."""


COMMANDS: Mapping[str, Declared] = {
    "dose": Declared("dose", "dose", shows_help=True),
    "schedule": Declared("schedule", "schedule", shows_help=True),
    "prepare": Declared("prepare", "prepare", shows_help=True),
    "print": Declared("print_order", "print_order", finds_regimens=False, shows_help=True),
    "change": Declared("change", "change", finds_regimens=False, shows_help=True),
    "next": Declared("next_cycle", "next_cycle", shows_help=True),
    "compare": Declared("compare", "compare", finds_regimens=False, shows_help=True),
    "release": Declared("release", "release", finds_regimens=False, shows_help=True),
    "cancel": Declared("cancel", "cancel", finds_regimens=False, shows_help=True),
    "worklist": Declared("worklist", "worklist", finds_regimens=False, shows_help=True),
    "history": Declared("history", "history", finds_regimens=False, shows_help=True),
    "verify": Declared("verify", "verify", shows_help=True),
    "batch": Declared("batch", "batch", shows_help=True),
    "bsa": Declared("bsa", "bsa", finds_regimens=False, shows_help=True),
    "schema": Declared("schema", "print_schema", finds_regimens=False, shows_help=True),
    "doctor": Declared("doctor", "doctor"),
    "help": Declared("help", "show_help", finds_regimens=False),
    "regimen list": Declared("regimen", "list_regimens"),
    "regimen show": Declared("regimen", "show_regimen"),
    "regimen new": Declared("new_regimen", "new_regimen"),
    "regimen import": Declared("import_regimens", "import_regimens", finds_regimens=False),
    "regimen check": Declared("check_regimens", "check_regimens"),
    "regimen diff": Declared("regimen", "compare_regimens"),
    "regimen test": Declared("check_regimens", "validate_regimens"),
    "regimen review": Declared("regimen", "review_regimen"),
    "patient new": Declared("patient", "new_patient", finds_regimens=False),
    "patient check": Declared("patient", "check_patients"),
    "patient show": Declared("patient", "show_patient", finds_regimens=False),
    "pharmacy new": Declared("pharmacy", "new_pharmacy", finds_regimens=False),
    "pharmacy check": Declared("pharmacy", "check_pharmacies"),
    "pharmacy show": Declared("pharmacy", "show_pharmacy", finds_regimens=False),
}
"""Every command by the words that are typed, in the order of the help."""

GROUPS: Mapping[str, str] = {
    "regimen": "List, show, write, check, compare, test and review regimens.\n\n"
    "Examples:\n  cec regimen show cec-induction\n  cec regimen check my-regimen.yaml",
    "patient": "Write, check and show a patient file.\n\n"
    "Examples:\n  cec patient new eva.yaml\n  cec patient check ann.yaml",
    "pharmacy": "Write, check and show a pharmacy file.\n\n"
    "Examples:\n  cec pharmacy new\n  cec pharmacy check pharmacy.yaml",
}
"""The help of each first word of several commands."""


def commands() -> Commands:
    """The commands of cec, and its groups of commands."""
    alone = {words: partial(_load, words) for words in COMMANDS if " " not in words}
    return Commands({**alone, **{word: partial(_group, word) for word in GROUPS}})


def _group(word: str) -> Group:
    """The commands that begin with this word, as one that holds them."""
    names = {words: words.removeprefix(f"{word} ") for words in COMMANDS if words.startswith(f"{word} ")}
    below: Any = Commands({name: partial(_load, words) for words, name in names.items()})
    text = with_examples_apart(GROUPS[word])
    return Group(name=word, commands=below, help=text, no_args_is_help=True, rich_markup_mode=None)


def _load(words: str) -> Any:
    """A command with its options, after its module is loaded."""
    from cec.cli.command import command_of

    declared = COMMANDS[words]
    function = getattr(import_module(f"cec.cli.{declared.module}"), declared.function)
    return command_of(
        words.rpartition(" ")[2],
        function,
        finds_regimens=declared.finds_regimens,
        shows_help=declared.shows_help,
    )

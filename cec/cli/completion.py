"""What may stand at the next place of a command line: commands, options and their values, for a shell to offer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from cec.errors import CecError
from cec.facts import FACTS

if TYPE_CHECKING:
    from cec.regimen import Regimen

Candidate: TypeAlias = tuple[str, str]
"""A word that may stand there, and what it is. One that ends in = or : is a beginning."""

Regimens: TypeAlias = "Callable[[], list[Regimen]]"
"""Reads the regimen that was typed; all shipped ones where none was."""


def complete(program: Any, words: Sequence[str], begun: str) -> str:
    """A line for each word that may stand there and begins so, with a tab before what it is.

    Nothing where a file or a free text belongs: the shell offers files then.
    """
    command, typed = _command(program, words)
    found: dict[str, str] = {}
    for word, about in _candidates(program, command, typed, begun):
        if word.startswith(begun):
            found.setdefault(word, " ".join(about.split()))
    return "".join(f"{word}\t{about}\n" for word, about in found.items())


def _command(program: Any, words: Sequence[str]) -> tuple[Any, list[str]]:
    """The command that words name, and those that are its own."""
    command, typed = program, []
    for word in words:
        inner = getattr(command, "commands", {})
        if word in inner:
            command = inner[word]
        else:
            typed.append(word)
    return command, typed


def _candidates(program: Any, command: Any, typed: Sequence[str], begun: str) -> Iterator[Candidate]:
    """Every word that may stand at the next place: the value of an option, an option, a command, or an argument."""
    options = {name: param for param in command.params for name in getattr(param, "opts", ()) if name.startswith("-")}
    last = options.get(typed[-1]) if typed else None
    option, sign, _ = begun.partition("=")
    if last and not last.is_flag:
        yield from _values(last, program, command, typed)
    elif sign and option in options:
        for value, about in _values(options[option], program, command, typed):
            yield f"{option}={value}", about
    elif begun.startswith("-"):
        yield from _options(command, typed)
    elif inner := getattr(command, "commands", {}):
        yield from ((name, each.get_short_help_str(80)) for name, each in inner.items())
    else:
        yield from _values(_argument(command, options, typed), program, command, typed)


def _options(command: Any, typed: Sequence[str]) -> Iterator[Candidate]:
    """The long names of options that may still be given, and the help."""
    for param in command.params:
        if param.param_type_name == "option" and (param.multiple or not {*param.opts} & {*typed}):
            yield max(param.opts, key=len), param.help or ""
    yield "--help", "Show this message and exit."


def _argument(command: Any, options: Mapping[str, Any], typed: Sequence[str]) -> Any:
    """The argument that stands at the next place; None where all are given."""
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    if not arguments:
        return None
    given = len(_arguments(options, typed))
    return arguments[given] if given < len(arguments) else arguments[-1] if arguments[-1].nargs == -1 else None


def _arguments(options: Mapping[str, Any], typed: Sequence[str]) -> list[str]:
    """What was typed but for options and their values."""
    places = [
        place
        for place, word in enumerate(typed)
        if not word.startswith("-")
        and not (place and typed[place - 1] in options and not options[typed[place - 1]].is_flag)
    ]
    return [typed[place] for place in places]


def _values(param: Any, program: Any, command: Any, typed: Sequence[str]) -> Iterator[Candidate]:
    """What may be typed for an option or an argument; nothing for files, numbers and free texts."""
    metavar = (param.metavar if param else None) or ""
    if param and param.name in FACTS and FACTS[param.name].words:
        yield from ((word, "") for word in FACTS[param.name].words)
    elif read := READERS.get(metavar):
        try:
            yield from read(lambda: _regimens(command, typed))
        except CecError:  # a file that does not load offers nothing
            return
    elif metavar == "[COMMAND]...":
        inner = getattr(_command(program, typed)[0], "commands", {})
        yield from ((name, each.get_short_help_str(80)) for name, each in inner.items())
    elif "|" in metavar and metavar == metavar.lower() and "=" not in metavar:
        yield from ((word, "") for word in metavar.split("|"))


def _regimens(command: Any, typed: Sequence[str]) -> list[Regimen]:
    """The regimen that was typed; all shipped ones where none was."""
    from cec.load import load_regimen, regimen_names

    options = {name: param for param in command.params for name in getattr(param, "opts", ()) if name.startswith("-")}
    names = [word for before, word in pairwise(typed) if before == "--regimen"]
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    if arguments and (arguments[0].metavar or "").lstrip("[").startswith("REGIMEN"):
        names += _arguments(options, typed)[:1]
    return [load_regimen(name) for name in names or regimen_names()]


def _names(_: Regimens) -> Iterator[Candidate]:
    """Every name that leads to a regimen; those of files that do not load stay without a title."""
    from cec.load.search import found_regimens
    from cec.load.treatment_file import load_either

    for each in found_regimens():
        if not each.unreachable:
            try:
                yield each.name, load_either(each.name).title
            except CecError:
                yield each.name, ""


def _drugs(sign: str) -> Callable[[Regimens], Iterator[Candidate]]:
    """The drugs of regimens, each with the sign before what is said of it."""
    return lambda regimens: (
        (f"{line.drug}{sign}", line.purpose or line.route) for each in regimens() for line in each.drugs
    )


def _history(regimens: Regimens) -> Iterator[Candidate]:
    """Facts that checks of these regimens ask for, true and false."""
    asked = (
        condition.fact
        for each in regimens()
        for conditions in each.conditions
        for condition in conditions
        if condition.fact not in FACTS
    )
    yield from ((f"{fact}={word}", "") for fact in dict.fromkeys(asked) for word in ("true", "false"))


def _codes(regimens: Regimens) -> Iterator[Candidate]:
    """The codes of stops and checks."""
    from cec.calculate.rules import rules_for
    from cec.pharmacy import Pharmacy

    rules = (rule for each in regimens() for rule in rules_for(each, Pharmacy()) if rule.level != "note")
    yield from ((f"{rule.code}=", rule.level) for rule in rules)


def _formulas(_: Regimens) -> Iterator[Candidate]:
    from cec.calculate.formulas import BSA_FORMULAS

    yield from ((name, formula.title) for name, formula in BSA_FORMULAS.items())


def _kinds(_: Regimens) -> Iterator[Candidate]:
    from cec.public.schemas import SCHEMAS

    yield from ((name, title) for name, (title, _) in SCHEMAS.items())


def _encodings(_: Regimens) -> Iterator[Candidate]:
    from cec.tables.declared import ENCODINGS

    yield from ((name, "") for name in ENCODINGS)


def _date_forms(_: Regimens) -> Iterator[Candidate]:
    from cec.tables.declared import DATE_FORMS

    yield from ((form, "") for form in DATE_FORMS)


READERS: dict[str, Callable[[Regimens], Iterator[Candidate]]] = {
    "REGIMEN": _names,
    "[REGIMEN]": _names,
    "[REGIMEN...]": _names,
    "NAME|FILE": _names,
    "REGIMEN|ORDER.json|ORDERS.csv": _names,
    "REDUCTION": _drugs("="),
    "DOSE": _drugs("="),
    "DRUG": _drugs(""),
    "DRUG:WHY": _drugs(":"),
    "DRUG=PRODUCT": _drugs("="),
    "DRUG=CHOICE": _drugs("="),
    "DRUG=AMOUNT": _drugs("="),
    "[DRUG=AMOUNT]...": _drugs("="),
    "FACT=true|false": _history,
    "CODE=REASON": _codes,
    "FORMULA": _formulas,
    "KIND": _kinds,
    "ENCODING": _encodings,
    "FORM": _date_forms,
}
"""What is offered for a value, by what it is called in the help."""

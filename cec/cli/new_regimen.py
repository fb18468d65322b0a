"""cec regimen new: a commented file, asked for on a terminal, by options elsewhere."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar

import typer
from msgspec import Struct

from cec.cli.inputs import read_text_of
from cec.cli.messages import say, wrong_usage
from cec.cli.new_file import refuse_if_there, write_new
from cec.cli.option import REGIMEN, option
from cec.cli.output_options import OutputFileOption, QuietOption
from cec.errors import Fault, InputError, together


class NewRegimenOptions(Struct, frozen=True):
    """What a new regimen is."""

    heading: ClassVar[str] = REGIMEN
    origin: Annotated[str | None, option("REGIMEN", "Another regimen, whose file is copied and renamed.", "--from")] = (
        None
    )
    title: Annotated[str | None, option("TEXT", "Its name on paper.")] = None
    indication: Annotated[str | None, option("TEXT", "Disease and patients.", "--for")] = None
    source: Annotated[str | None, option("TEXT", "The publication or protocol.")] = None
    url: Annotated[str | None, option("TEXT", "Its address.")] = None
    line: Annotated[
        list[str] | None,
        option(
            "LINE",
            "A drug line, by its keys: 'drug=etoposide; dose=100 mg/m2; route=IV infusion; over=2 h; days=1-5'. "
            "Repeatable, in the day's sequence.",
        ),
    ] = None


def new_regimen(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name: small letters, digits and hyphens.")],
    *,
    words: NewRegimenOptions,
    output: OutputFileOption = None,
    quiet: QuietOption = False,
) -> None:
    """Begin a regimen: a commented file that passes the check.

    On a terminal it asks for what no option says. It is a draft until its `status` says otherwise. A file that is
    there already stays as it is; without `-o` it is NAME.yaml.

    Examples:
      cec regimen new my-cec --from cec-induction
      cec regimen new another --from cec-consolidation -o another.yaml
    """
    from cec.load.search import shipped_names
    from cec.load.texts import read_name

    read_text_of("NAME", name, read_name)
    if name in shipped_names():
        raise InputError(Fault(f"'{name}' always leads to the shipped regimen; take another name", "NAME"))
    file = output or Path(f"{name}.yaml")
    refuse_if_there(file)
    text = _begun(name, words) if words.origin is None else _copied(name, words.origin, words)
    note = f", as a draft: hold it against its source, and work cases by hand into {name}.cases.yaml"
    write_new("regimen", file, text.encode(), note, quiet=quiet)


def _copied(name: str, origin: str, words: NewRegimenOptions) -> str:
    """The text of another regimen under a new name."""
    from cec.authoring.beginning import DRAFT, copied_text
    from cec.load import check_regimen
    from cec.load.nodes import decode, read_bytes
    from cec.load.search import regimen_path
    from cec.load.yaml_nodes import read_file

    others = {"--for": words.indication, "--source": words.source, "--url": words.url, "--line": words.line}
    if given := [option for option, value in others.items() if value]:
        raise InputError(*(Fault("is not taken beside --from; change it in the file", option) for option in given))
    regimen, path = check_regimen(origin), regimen_path(origin)
    origin_words = f"Copied from {regimen.name}, edition {regimen.edition}, SHA-256 {regimen.sha256}."
    replaced = {"name": name, "title": words.title or f"{regimen.title} ({name})", "edition": "1", "status": DRAFT}
    return copied_text(read_file(path), decode(read_bytes(path), str(path)), replaced, origin_words)


def _begun(name: str, words: NewRegimenOptions) -> str:
    """The text of a regimen from the options, and from answers where somebody is there to give them."""
    from cec.authoring.beginning import DRAFT, REGIMEN_KEYS, new_text, read_line

    needed = {"--title": words.title, "--for": words.indication, "--source": words.source, "--line": words.line}
    missing = [option for option, value in needed.items() if not value]
    if missing and not _is_somebody_there():
        raise wrong_usage(f"there is no {', no '.join(missing)}; give them, or --from REGIMEN")
    lines = together(*(partial(read_text_of, "--line", text, read_line) for text in words.line or ()))
    keys = {**REGIMEN_KEYS, **REGIMEN_KEYS["source"]["properties"]}
    title = words.title or _ask("title", keys["title"]["description"])
    indication = words.indication or _ask("for", keys["for"]["description"])
    citation = words.source or _ask("source", keys["citation"]["description"])
    url = words.url or ("" if words.source else _ask("url", f"{keys['url']['description']}, empty for none", ""))
    head = {"name": name, "title": title, "edition": "1", "status": DRAFT, "for": indication}
    return new_text(head, {"citation": citation, **({"url": url} if url else {})}, lines or _ask_lines())


def _is_somebody_there() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _ask(key: str, about: str, default: str | None = None) -> str:
    answer: str = typer.prompt(f"{key} ({about.partition(';')[0]})", default=default, show_default=False, err=True)
    return answer.strip()


def _ask_lines() -> list[dict[str, str]]:
    """Drug lines until an empty name: what must be said of each, and what else there is to say."""
    from cec.authoring.beginning import faults_of_line

    lines: list[dict[str, str]] = []
    while drug := _ask("drug", "its full name, empty when there is no more", default="" if lines else None):
        line = _ask_line(drug)
        faults = faults_of_line(line)
        for fault in faults:
            say(f"  {fault.text}")
        if not faults:
            lines.append(line)
    return lines


def _ask_line(drug: str) -> dict[str, str]:
    """One drug line from answers."""
    from cec.authoring.beginning import LINE, LINE_KEYS

    line = {"drug": drug}
    for key in dict.fromkeys((*LINE["required"], "days")):
        if key not in line and (answer := _ask(f"  {key}", LINE_KEYS[key]["description"])):
            line[key] = answer
    if "infusion" in line.get("route", ""):
        line["over"] = _ask("  over", LINE_KEYS["over"]["description"])
    while more := _ask("  more", "key: value, like maximum: 2 mg, empty when there is no more", default=""):
        key, sign, value = (part.strip() for part in more.partition(":"))
        if sign and value and key in LINE_KEYS:
            line[key] = value
        else:
            say(f"  '{more}' is not a key of a drug line with its value; keys are {', '.join(LINE_KEYS)}")
    return line

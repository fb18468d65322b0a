"""Every shipped example, what it gives, and the publication that it was transcribed from."""

from __future__ import annotations

from cec.load.search import example_names
from cec.load.treatment_file import load_either
from cec.regimen import Regimen
from cec.treatment import Treatment
from making.markdown import code, table

HEAD = """# Examples

Published protocols in the [regimen language](../regimen-language.md), **transcribed from publications and not
reviewed**: to read, to try and to begin a file of your own from, not to treat anybody with. Every order of one has the
check `example`, and its name begins with `examples/`, so that it is never taken for a reviewed regimen.

Each holds only numbers that stand in the text it cites; what that text leaves open is under `assumed`. Worked cases
lie beside each and run on your machine with `cec regimen check` and `cec doctor`.

    cec regimen show examples/mfolfox6
    cec schedule examples/mfolfox6 --height 180cm --weight 80kg --start 2026-11-30
    cec regimen new our-mfolfox6 --from examples/mfolfox6

The copy is a draft of your own: hold every line of it against the protocol of your hospital
([keep regimens](../keeping-regimens.md)).

"""


def page() -> str:
    """The page, as Markdown."""
    rows = [(code(name), *_of(load_either(name))) for name in example_names()]
    return HEAD + table([("name", "title", "for", "transcribed from"), *rows])


def _of(regimen: Regimen | Treatment) -> tuple[str, str, str]:
    return regimen.title, regimen.indication, f"[{regimen.source.citation}]({regimen.source.url})"

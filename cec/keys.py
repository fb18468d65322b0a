"""How a record declares the keys of its file: each once, with its type, in the field that holds it.

A field that `key` describes is a key of the file; a field without it (the SHA-256 of the file) no file says. Reader,
writer, JSON Schema and key reference come from these declarations. Records that have them leave out
`from __future__ import annotations`: a declaration that is a text is compiled again at each start.
"""

from __future__ import annotations

import msgspec

READS = "reads"
NAME = "name"


def key(about: str, *, reads: str = "", name: str = "") -> msgspec.Meta:
    """The description of a key, for people.

    `reads` names the way in which its text is read, where its type alone does not tell: `cec.load` has the ways, those
    of regimens in `regimen_file.ways`. `name` is the key itself, where the field has another name.
    """
    return msgspec.Meta(description=about, extra=({READS: reads} if reads else {}) | ({NAME: name} if name else {}))


def reads(way: str) -> msgspec.Meta:
    """The way in which a part of a key is read."""
    return msgspec.Meta(extra={READS: way})

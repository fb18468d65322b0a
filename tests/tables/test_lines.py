"""Lines are the same wherever a read ends, and one that is too long costs only itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cec.tables import lines as lines_of_tables
from cec.tables.lines import LONGEST_LINE, whole_lines

ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@pytest.mark.parametrize("size", [7, 1 << 10, 1 << 20, 1 << 22])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_line_is_too_long_wherever_a_read_ends(size: int, end: bytes) -> None:
    """Each line that is whole comes once and in order; of each that is too long, the beginning."""
    lines = [b"a", b"", b"b" * LONGEST_LINE, b"c", b"d" * (LONGEST_LINE - 2), b"e" * (3 * LONGEST_LINE), b"f", b"g" * 9]
    content = end.join(lines)
    size = max(size, len(content) // 5_000)
    pieces = (content[place : place + size] for place in range(0, len(content), size))
    found: list[tuple[bytes, bool]] = []
    for piece, is_cut in whole_lines(pieces):
        whole = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
        found += [(piece[:200], True)] if is_cut else [(line, False) for line in whole]
    assert found == [(line[:200], True) if line[:1] in b"be" and line else (line, False) for line in lines]


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.sampled_from([b"", b"a", b"bb", b"ccccc", b"dddddd", b"e" * 13]), ENDS), max_size=9),
    st.booleans(),
    st.lists(st.integers(1, 9), min_size=1, max_size=30),
)
@settings(max_examples=300)
def test_lines_are_the_same_wherever_reads_end(
    lines: list[tuple[bytes, bytes]], is_open: bool, sizes: list[int]
) -> None:
    """Held against bytes.splitlines, with lines of at most five bytes."""
    content = b"".join(line + end for line, end in lines) + (b"open" if is_open else b"")
    pieces: list[bytes] = []
    rest = content
    while rest:
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(rest[:size])
        rest = rest[size:]
    found: list[tuple[bytes, bool]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines_of_tables, "LONGEST_LINE", 6)
        for piece, is_cut in whole_lines(iter(pieces)):
            found += [(line, is_cut) for line in ([piece[:5]] if is_cut else piece.splitlines())]
    expected = [(line[:5], True) if len(line) > 5 else (line, False) for line in content.splitlines()]
    assert [is_cut for _, is_cut in found] == [is_cut for _, is_cut in expected]
    assert [line for line, is_cut in found if not is_cut] == [line for line, is_cut in expected if not is_cut]

"""Pieces of bytes -> whole lines, of which none is too long."""

from __future__ import annotations

from collections.abc import Iterator

LONGEST_LINE = 1 << 20
"""Bytes that a line may have."""
TOO_LONG = f"the line is longer than {LONGEST_LINE:,} bytes"


def is_utf8(content: bytes) -> bool:
    """Whether bytes are text in UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def whole_lines(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Whole lines, many at a time; or, marked so, only the beginning of a line that is too long."""
    rest, is_skipping = b"", False
    for piece in pieces:
        buffer = rest + piece
        first = end = 0  # the lines from first to end are whole, and none is too long
        if is_skipping:
            first = end = _first_end(buffer, 0)
            is_skipping = not end
        while len(buffer) - end > LONGEST_LINE and not is_skipping:
            line, end = end, _last_end(buffer, end, end + LONGEST_LINE)
            if end == line:
                yield from [(buffer[first:line], False)] if line > first else ()
                yield buffer[line : line + 200], True
                first = end = _first_end(buffer, line)
                is_skipping = not end
        if is_skipping:
            rest = b"\r" if buffer.endswith(b"\r") else b""  # which may end the line, or be half of its end
            continue
        end = _last_end(buffer, end, len(buffer))
        if end > first:
            yield buffer[first:end], False
        rest = buffer[end:]
    if rest and not is_skipping:
        yield rest, False


def _first_end(buffer: bytes, start: int) -> int:
    """Where the line after the one at `start` begins; 0 where it has no end yet."""
    ends = [end for end in (buffer.find(b"\n", start), buffer.find(b"\r", start, -1)) if end >= 0]
    return _after(buffer, min(ends)) if ends else 0


def _last_end(buffer: bytes, start: int, stop: int) -> int:
    """Where the last whole line before `stop` ends; `start` where there is none."""
    end = max(buffer.rfind(b"\n", start, stop), buffer.rfind(b"\r", start, min(stop, len(buffer) - 1)))
    return start if end < 0 else _after(buffer, end)


def _after(buffer: bytes, end: int) -> int:
    """The place behind a line end, which may be of two bytes."""
    return end + 2 if buffer[end : end + 2] == b"\r\n" else end + 1

"""Bytes as files of tables are packed, by the ending of their names."""

import gzip
import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def packed(content: bytes, name: str) -> bytes:
    """The bytes of a file of this name that holds the content."""
    if name.endswith(".gz"):
        return gzip.compress(content)
    return zstd.compress(content) if name.endswith(".zst") else content


def unpacked(content: bytes, name: str) -> bytes:
    """What the bytes of a file of this name hold."""
    if name.endswith(".gz"):
        return gzip.decompress(content)
    return zstd.decompress(content) if name.endswith(".zst") else content

"""What an independent reader of PDF finds on paper."""

from __future__ import annotations

import io

from pypdf import PdfReader


def pages_of(content: bytes) -> list[str]:
    """The text of each page of a PDF in one line, with single spaces."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def text_of(content: bytes) -> str:
    """All words of a PDF; of a calendar or any other text, its folded lines joined."""
    if content.startswith(b"%PDF"):
        return " ".join(pages_of(content))
    return " ".join(content.decode().replace("\r\n ", "").replace("\\", "").split())

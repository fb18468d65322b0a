"""QR codes as drawings; the one door to segno."""

from __future__ import annotations

import io

_MASK = 2
"""The pattern that is best for most labels by a comparison of all eight, which costs five times as much as the code."""


def qr_code(text: str) -> str:
    """A text as a QR code in SVG, with the white border that readers need; a seventh of it may be soiled.

    >>> qr_code("dose: 30 mg")[:4]
    '<svg'
    """
    import segno

    drawing = io.BytesIO()
    segno.make(text, error="m", micro=False, mask=_MASK).save(drawing, kind="svg", xmldecl=False, nl=False)
    return drawing.getvalue().decode()

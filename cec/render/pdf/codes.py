"""QR codes as drawings; the one door to segno."""

from __future__ import annotations

import io


def qr_code(text: str) -> str:
    """A text as a QR code in SVG, with the white border that readers need; a seventh of it may be soiled.

    >>> qr_code("dose: 30 mg")[:4]
    '<svg'
    """
    import segno

    drawing = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawing, kind="svg", xmldecl=False, nl=False)
    return drawing.getvalue().decode()

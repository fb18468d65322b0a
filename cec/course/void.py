"""By which order of its folder an order is replaced or cancelled, as its papers say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cec.order import Cancelled


class Void(NamedTuple):
    """Why an order must no longer be used: the order of its chain that counts in its place."""

    revision: int
    fingerprint: str
    file: str
    """The name of its file, which may tell who the patient is: never on a paper. Nothing where the order is its own."""
    cancelled: Cancelled | None = None
    """Where that order cancels the cycle."""

    @property
    def words(self) -> str:
        """By what it is replaced, or when and why it is cancelled, with the other file that says so."""
        if self.cancelled:
            return f"{self.cancelled.words} ({self.file})" if self.file else self.cancelled.words
        return f"replaced by revision {self.revision}, {self.file}"

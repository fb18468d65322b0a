"""Numbers that count, and marks of a fixed form, each with its bounds."""

from typing import Annotated, TypeAlias

import msgspec

from cec.days import LAST_DAY

DayOfDate: TypeAlias = Annotated[int, msgspec.Meta(ge=-2 * LAST_DAY, le=2 * LAST_DAY)]
"""The day of the cycle that a date is, also before the first and after the last: a dose may follow after midnight."""
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
"""Which one of several, or how many, counted from 1."""
Place: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
"""The place in a list, counted from 0."""
Sha256: TypeAlias = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")]
"""64 hexadecimal digits, or nothing."""
Version: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,6}(\\.[0-9]{1,6}){2}$")]
"""A version of the program, like 0.1.0."""

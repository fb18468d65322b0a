"""How the text of each key of a regimen file is read whose type alone does not tell: the room of every key.

A key names its way with `reads`, in the record that declares it (`cec.regimen`).
"""

from __future__ import annotations

from cec.errors import InputError
from cec.facts.reading import read_text
from cec.load.conditions import ANY_CONDITIONS
from cec.load.days import CYCLES, DAYS
from cec.load.regimen_file.doses import ENTRY_DOSE, or_entries, without_trailing_zeros
from cec.load.regimen_file.durations import OVER, RATE
from cec.load.regimen_file.starts import STARTS
from cec.load.regimen_file.times import CLOCK_TIMES, DAYS_OF_THE_WEEK, DOSE_COUNT, REPEAT, WHOLE_DAYS
from cec.load.routes import ROUTES, read_route
from cec.load.shapes import text, texts_like
from cec.load.shapes.file_records import Ways
from cec.load.texts import read_name, read_reduction_percent
from cec.regimen import name_in_file


def _read_words(value: str) -> str:
    """What must be so, in words; a yes or a no does not say it."""
    words = read_text(value)
    if words.lower() in _ANSWERS:
        raise InputError(f"'{words}' does not say what must be so; write it like ANC above 3 x 10^9/L")
    return words


def _read_day_0(value: str) -> str:
    """What day 0 is; a yes, a no or a number does not say it."""
    words = read_text(value)
    if words.lower() in _ANSWERS or not any(map(str.isalpha, words)):
        raise InputError(f"'{words}' does not say what day 0 is; write day_0: transplantation, or day_0: none")
    return words


_ANSWERS = {"true", "false", "yes", "no"}


WAYS: Ways = {
    "name": text(read_name),
    "regimen name": text(read_name, write=name_in_file),
    "day 0": text(_read_day_0),
    "words": text(_read_words),
    "dose": or_entries,
    "entry dose": ENTRY_DOSE,
    "no trailing zeros": without_trailing_zeros,
    "route": text(read_route, {"anyOf": [{"enum": list(ROUTES)}, {"type": "string", "pattern": " or "}]}),
    "over": OVER,
    "rate": RATE,
    "days": DAYS,
    "cycles": CYCLES,
    "repeat": REPEAT,
    "whole days": WHOLE_DAYS,
    "weekdays": DAYS_OF_THE_WEEK,
    "dose count": DOSE_COUNT,
    "clock times": CLOCK_TIMES,
    "anchors": STARTS,
    "any conditions": ANY_CONDITIONS,
    "reduction": text(read_reduction_percent, texts_like("by 50%", "to 75%"), lambda percent: f"by {percent:f}%"),
}

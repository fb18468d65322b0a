"""cec with two facts and two rules more in their tables, and nothing else: `python with_a_new_fact.py dose …`.

They are made up: an ejection fraction and the day it was measured, a check of one below 50%, and a check of a height
above 200 cm.
"""

from __future__ import annotations

import runpy
import sys
from decimal import Decimal
from pathlib import Path

from cec.facts import FACTS, Bounds, Fact
from cec.facts.stretches import stretch_within
from cec.units import PERCENT

FACTS["ejection_fraction"] = Fact(
    "ejection_fraction",
    "ejection fraction of the left ventricle",
    "quantity",
    (PERCENT,),
    "%",
    examples=("60%",),
    possible=Bounds(Decimal(1), Decimal(100)),
    often_called=("lvef",),
)
FACTS["heart_measured_on"] = Fact("heart_measured_on", "day of the ejection fraction", "date")

from cec.calculate import rules  # noqa: E402  after the fact
from cec.calculate.rules.rule import LimitQuestion, Rule  # noqa: E402

rules.RULES = (
    *rules.RULES,
    Rule(
        "weak-heart",
        "check",
        "heart",
        (LimitQuestion("ejection_fraction", stretch_within(Bounds(Decimal(50), None))),),
        "the heart ejects less than half; ask a cardiologist",
        "made up",
        not_checked="heart",
    ),
    Rule("tall", "check", "height", (LimitQuestion("height", stretch_within(Bounds(None, Decimal(200)))),), "tall"),
)

if __name__ == "__main__":
    if sys.argv[1].endswith(".py"):
        sys.argv = sys.argv[1:]
        runpy.run_path(str(Path(sys.argv[0])), run_name="__main__")
    else:
        from cec.__main__ import main

        main(sys.argv[1:])

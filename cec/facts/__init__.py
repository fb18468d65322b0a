"""Every fact about a patient or a cycle, once: what it is, how it is read, its bounds, what is said without it.

Patient files, options, columns, conditions of regimens and their algebra, the JSON Schema, the words for what was not
checked and batches all read `FACTS`: a row there is the fact in each of them.

For whoever answers many rows at once:

- `told_facts("patient", "order")` are the facts that a row can tell; `fact.read(text)` reads the text of a cell as
  `cec dose` reads its option, or raises InputError. `fact.in_unit(amount)` is the amount in the unit of all bounds.
- A derived fact has `inputs` and `derive`: from the values of its inputs its value, exactly. It may be asked once for
  each set of different inputs. `bsa` and an estimated `creatinine_clearance` have no `derive`: see `cec.calculate`.
- `fact.possible` are the bounds beyond which `Patient` or `draft_order` refuses a row, in `fact.unit`.
- What every check asks of these facts is told by `cec.calculate.rules`.
"""

from cec.facts.derived import POSSIBLE_BODY_MASS_INDEXES, body_mass_index
from cec.facts.fact import NO_FACTS, Bounds, Fact, Facts, Form, Told, Value
from cec.facts.families import (
    EARLIER_DOSES,
    EARLIER_DOSES_SINCE,
    HISTORY,
    drug_of,
    earlier_doses_of,
    fact_of,
    of_history,
)
from cec.facts.reading import Sex
from cec.facts.table import FACTS, bounded_facts, changing_facts, told_facts

__all__ = [
    "EARLIER_DOSES",
    "EARLIER_DOSES_SINCE",
    "FACTS",
    "HISTORY",
    "NO_FACTS",
    "POSSIBLE_BODY_MASS_INDEXES",
    "Bounds",
    "Fact",
    "Facts",
    "Form",
    "Sex",
    "Told",
    "Value",
    "body_mass_index",
    "bounded_facts",
    "changing_facts",
    "drug_of",
    "earlier_doses_of",
    "fact_of",
    "of_history",
    "told_facts",
]

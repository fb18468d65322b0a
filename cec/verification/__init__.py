"""Doses written elsewhere, held against the order that cec drafts. Not an independent second person.

`doses` judges written doses (`written`; `typed` and `cells` read them), each held against the one of the order that
fits it (`matching`) and what stands beside it against the regimen's (`administration`); `mistakes` and
`measure_mistakes` are the tables of what may have happened, `explaining` judges all wrong doses of an order together.
`saved_order` computes a saved order again, `table` verifies a table of patients. What comes of it stands in `outcome`.
"""

from __future__ import annotations

from cec.verification.doses import verify_doses
from cec.verification.outcome import Difference, OrderVerification, Verdict, Verification
from cec.verification.saved_order import verify_order

__all__ = ["Difference", "OrderVerification", "Verdict", "Verification", "verify_doses", "verify_order"]

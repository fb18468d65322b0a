"""Doses written elsewhere, held against the order that cec drafts. Not an independent second person.

`doses` judges written amounts, `mistakes` (with `case`) explains the wrong ones, `saved_order` computes a saved order
again, `table` does the same for a table of patients.
"""

from __future__ import annotations

from cec.verification.doses import Verdict, Verification, verify_doses
from cec.verification.saved_order import Difference, OrderVerification, verify_order

__all__ = ["Difference", "OrderVerification", "Verdict", "Verification", "verify_doses", "verify_order"]

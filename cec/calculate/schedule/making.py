"""When what is given is made up, by the pharmacy's hour, and what is used after the longest time for which it keeps."""

from __future__ import annotations

import datetime

from cec.calculate.schedule.clock import Clock
from cec.order import Administration
from cec.pharmacy import Pharmacy
from cec.routes import is_oral
from cec.units import span

_A_DAY = datetime.timedelta(days=1)


def time_of_making(row: Administration, pharmacy: Pharmacy) -> datetime.datetime | None:
    """The last time of making before an administration starts; None where the pharmacy does not say when that is."""
    if not pharmacy.made_at:
        return None
    made_at = datetime.datetime.combine(row.date, datetime.time.fromisoformat(pharmacy.made_at))
    return made_at - _A_DAY if made_at > row.time else made_at


def used_too_late(row: Administration, pharmacy: Pharmacy) -> str:
    """That an administration ends after what is made up for it keeps at the longest; nothing where it does not.

    The longest that the formulary says of the drug, whatever the concentration: no bag keeps longer.
    """
    made_at, drug = time_of_making(row, pharmacy), pharmacy.formulary_entry(row.drug)
    if made_at is None or drug is None or is_oral(row.route) or not row.dose.value or not (row.start or row.not_after):
        return ""
    hours = [stability.hours for stability in drug.stability if pharmacy.follows(stability)]
    if not hours:
        return ""
    longest, clock, end = max(hours, key=span), Clock(pharmacy.zone), row.end or row.time
    until = clock.local(clock.instant(made_at) + span(longest))
    if clock.instant(end) <= clock.instant(until):
        return ""
    later = (until.date() - made_at.date()).days
    on = f" {later} day{'s' if later > 1 else ''} later" if later else ""
    what = "ends" if row.end else "is given"
    return f"made at {made_at:%H:%M} it keeps {longest} at most, until {until:%H:%M}{on}, and {what} at {end:%H:%M}"

"""What people probably mean who write other words than a file has: keys and nearest words, offered and never taken."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

_KEYS_FOR_WORDS: tuple[tuple[str, str], ...] = (
    (r"(?i)\bBI?D\b|b\.i\.d\.|\btwice (?:daily|a day)|^twice$", "times: 2"),
    (r"(?i)\bT(?:ID|DS)\b|t\.i\.d\.|\bthree times (?:daily|a day)|^three times$", "times: 3"),
    (r"(?i)\bQ(?:ID|DS)\b|q\.i\.d\.|\bfour times (?:daily|a day)|^four times$", "times: 4"),
    (r"(?i)\b[QO]D\b|q\.d\.|\bonce (?:daily|a day)|\bdaily\b", "days alone: a line is given once on each of its days"),
    (r"(?i)\b(?:q|every)\s*([0-9]+)\s*(?:h|hr|hours?)\b", r"every: \1 h"),
    (r"(?i)\b(?:q|every)\s*([0-9]+)\s*(?:d|days?)\b", r"cycle_length: \1 days (a key of the regimen)"),
    (r"(?i)\b(?:q|every)\s*([0-9]+)\s*(?:w|wk|weeks?)\b", r"cycle_length: \1 weeks (a key of the regimen)"),
    (
        r"(?i)\b(?:max(?:imum)?\.?|cap(?:ped)?(?: at)?|not more than|up to)\s*:?\s*([0-9][0-9.]* ?[a-z]+(?:/m2|/kg)?)",
        r"maximum: \1",
    ),
    (r"(?i)\b(?:over|for)\s+([0-9][0-9.]*) ?(min|h|days?)(?:[a-z]*)\b", r"over: \1 \2"),
    (
        r"(?i)\b(?:at least|min(?:imum)?\.?(?: of)?|not less than)\s+([0-9][0-9.]*) ?(min|h|hours?)\b"
        r"(?! (?:before|after)\b)",
        r"over: \1 \2, and note: at least \1 \2",
    ),
    (
        r"(?i)^at least ([0-9][0-9.]* ?(?:min|h))[a-z]* (before|after) (.+)",
        r"start: \1 \2 \3, and note: at least \1",
    ),
    (r"(?i)^(?:immediately|directly|right) after (.+)", r"start: after \1"),
    (r"\bAUC ?([0-9][0-9.]*) ?[-\u2013] ?([0-9][0-9.]*)", r"AUC \1 to \2"),
    (r"^([0-9][0-9.]*) ?% (?!of )([A-Za-z].*)", r"\1% of \2"),
    (r"(?i)\b(?:increasing|increased|escalating|escalated|titrated) by\b", "rising by"),
    (r"(?i)\bprior to\b", "before"),
    (r"([0-9][0-9.]*) ?[-\u2013] ?([0-9][0-9.]* ?(?:mcg|mg|g|units|mL|min|h)\b\S*)", r"\1 to \2"),
    (
        r"(?i)\b(?:rounded )?to (?:the )?nearest ([0-9][0-9.]* ?[a-z]+)",
        r"dose_rounding: nearest \1 (a key of the pharmacy file)",
    ),
    (r"(?i)\binternational units\b", "units"),
    (r"^[0-9][0-9.]* ?(?:min|h) (?:before|after) .*", r"start: \g<0>"),
    (r"\bCIVI?\b|(?i:\bcontinuous(?: iv)? infusion)", "route: IV continuous infusion, with over"),
    (r"\bPO\b|(?i:\bper os\b|\bby mouth\b)", "route: oral"),
    (r"\bS[CQ]\b", "route: subcutaneous"),
    (r"\bIT\b", "route: intrathecal"),
    (r"\bIVP\b|(?i:\biv push\b)", "route: IV bolus"),
)
"""Words in a value, and the key that says the same."""


def keys_for_words(text: str, under: str = "") -> str:
    """The keys for words in a value that cannot be read, as the end of a message; nothing where there are none.

    `under` is the key that has the value.

    >>> keys_for_words("825 mg/m2 BID")
    '; write BID as times: 2'
    >>> keys_for_words("1.5 mg/m2 max 2 mg q21d")
    '; write q21d as cycle_length: 21 days (a key of the regimen); write max 2 mg as maximum: 2 mg'
    """
    found = {match[0].strip(): match.expand(key) for words, key in _KEYS_FOR_WORDS if (match := re.search(words, text))}
    return "".join(
        f"; write {key.removeprefix(f'{under}: ')}" if key.startswith(f"{under}:") else f"; write {words} as {key}"
        for words, key in found.items()
        if text != key.removeprefix(f"{under}: ")
    )


_OTHER_NAMES: Mapping[str, Sequence[str]] = {
    "maximum": ("max", "max_dose", "maximum_dose", "dose_cap", "cap", "capped_at"),
    "times": ("frequency", "freq", "times_a_day", "times_per_day", "doses_per_day"),
    "over": ("duration", "infusion_time", "infusion_duration", "infuse_over", "infusion_length", "run_time"),
    "every": ("interval", "hours_between"),
    "when": ("if", "age", "otherwise", "else"),
    "days": ("day", "day_of_cycle", "on_days"),
    "dose": ("amount", "dosage", "strength"),
    "drug": ("medication", "medicine", "agent", "substance"),
    "drugs": ("medications", "medicines", "agents", "lines"),
    "note": ("notes", "comment", "comments", "remark", "remarks", "instructions"),
    "diluent": ("solvent", "vehicle", "carrier", "diluted_in"),
    "cycle_length": ("cycle", "cycle_days", "cycle_duration", "length", "interval_days", "every_days"),
    "for": ("indication", "disease", "diagnosis", "condition"),
    "source": ("reference", "references", "citation", "literature", "protocol"),
    "checks": ("alerts", "warnings", "rules"),
    "prescribe_separately": ("supportive_care", "supportive", "premedication", "supportive_measures"),
    "weight": ("weight_kg", "body_weight", "wt"),
    "height": ("height_cm", "ht"),
    "born": ("birth_date", "date_of_birth", "dob", "birthdate"),
    "sex": ("gender",),
    "creatinine": ("scr", "serum_creatinine"),
}
"""Keys, each with names that others have for the same."""

_KEY_BY_NAME = {name: key for key, names in _OTHER_NAMES.items() for name in names}


def usual_key(name: str, keys: Iterable[str]) -> str:
    """The one of these keys for which others have this name; nothing where there is none.

    >>> usual_key("Infusion time", ["over", "dose"])
    'over'
    """
    key = _KEY_BY_NAME.get(re.sub(r"[\s-]+", "_", name.strip().lower()), "")
    return key if key in set(keys) else ""


def nearest(word: str, words: Iterable[str]) -> str:
    """The one of some words that is most like another, or nothing."""
    return next(iter(difflib.get_close_matches(word, list(words), 1)), "")


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The nearest of some words as the end of a message, or nothing."""
    near = nearest(word, words)
    return f"; did you mean '{near}'?" if near else ""

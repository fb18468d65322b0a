"""How one regimen answers a table: what is asked of each row, and what was found out, kept from block to block."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import msgspec

from cec.batch.doses import Amount, Variant, amount_for, unit_of
from cec.batch.exact import BILLION, billionths
from cec.batch.lookup import Lookup
from cec.batch.patterns import Bit, bits
from cec.batch.single import Refusal, Settings, draft_read, read_all, refusal
from cec.calculate.allergies import check_allergies
from cec.errors import CecError, OrderRefused
from cec.load.texts import read_text
from cec.order import Order
from cec.regimen import Regimen
from cec.units import Quantity

MOST_KEPT = 1 << 18
"""Amounts that are kept; with more than these they are computed anew, so that memory stays flat."""


class Pattern(NamedTuple):
    """What the rows of one pattern have in common: alert codes, doses, and a refusal where they have one.

    With neither doses nor a refusal, each row is answered for itself.
    """

    codes: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    refusal: Refusal | None = None


class Plan:
    """One regimen under one pharmacy's policy.

    With `separator`, cells that hang on the same measure are written together, as they will stand in a line.
    """

    def __init__(self, settings: Settings, separator: str = "") -> None:
        self.settings = settings
        self.separator = separator
        self.bits: list[Bit] = bits(settings.regimen, settings.pharmacy)
        self.columns = amount_columns(settings.regimen)
        self.groups = _groups(settings.regimen, self.columns, separator)
        """The cells of BSA and amounts: those that are written together, else each by itself."""
        has_rates = settings.has_schedule and bool(settings.pharmacy.formulary)
        self.rates = tuple(f"{name} {what}" for name in self.columns for what in ("rate", "rate_unit") if has_rates)
        """Columns of infusion rates, which a schedule shows."""
        step = settings.pharmacy.bsa_rounding
        self.areas = Lookup((step and billionths(step.value)) or 1)
        self.weights = Lookup(BILLION // 1000)
        self.is_vectorised = (
            step is not None
            and billionths(step.value) is not None
            and not any(line.lifetime_maximum for line in settings.regimen.drugs)
        )
        self.lock = threading.Lock()
        self._lock_of_codes = threading.Lock()
        self._codes = itertools.count(1)
        self._known_codes: dict[Hashable, int] = {}
        self._alerts: dict[tuple[str, ...], int] = {(): 0}
        self.patterns: dict[int, Pattern] = {}
        self._amounts: dict[tuple[Variant, int], Amount] = {}

    def code_of(self, what: Hashable) -> int:
        """A number for a text or a pair of numbers, never that of anything else, from 1 on."""
        with self._lock_of_codes:
            if what not in self._known_codes:
                if len(self._known_codes) >= MOST_KEPT:
                    self._known_codes.clear()
                    self.patterns.clear()
                self._known_codes[what] = next(self._codes)
            return self._known_codes[what]

    def code_of_text(self, fact: str, text: str | None) -> int:
        """A number for what a text says of a fact: for allergies no more than which drugs of the regimen they name."""
        if fact == "allergies" and text and text.strip():
            with suppress(CecError):
                return self.code_of(("allergies", self._allergies(read_text(text))))
        return self.code_of((fact, text))

    def code_of_answers(self, first: int, answers: int) -> int:
        """A number for the answers to the questions from one on."""
        return self.code_of((first, answers))

    def _allergies(self, allergies: str, drugs: Iterable[str] | None = None) -> tuple[str, ...]:
        """The codes of alerts on what a patient's allergies name among these drugs, by default the regimen's."""
        drugs = [line.drug for line in self.settings.regimen.drugs] if drugs is None else drugs
        return tuple(alert.code for alert in check_allergies(allergies, drugs, self.settings.pharmacy))

    def number_of_alerts(self, codes: tuple[str, ...]) -> int:
        """A number for the codes of alerts on a preparation; 0 where there are none."""
        with self._lock_of_codes:
            return self._alerts.setdefault(codes, len(self._alerts))

    def alerts_by_number(self) -> list[tuple[str, ...]]:
        """The codes that each number stands for."""
        return list(self._alerts)

    def amount(self, variant: Variant, measure: int) -> Amount:
        """The dose of a variant for a BSA or weight in billionths."""
        key = (variant, measure)
        if key not in self._amounts:
            if len(self._amounts) >= MOST_KEPT:
                self._amounts.clear()
            line = self.settings.regimen.drugs[variant.line]
            self._amounts[key] = amount_for(line, variant, measure, self.settings.pharmacy)
        return self._amounts[key]

    def pattern_of(self, texts: Mapping[str, str]) -> Pattern:
        """What the single path says of one row, as far as it holds for every row of its pattern.

        Alerts on preparations hang on the amounts; so the row is drafted without a formulary, and its allergies, which
        may name products, are checked apart.
        """
        pharmacy = msgspec.structs.replace(self.settings.pharmacy, formulary={}, dose_rounding={})
        settings = self.settings._replace(pharmacy=pharmacy)
        try:
            read = read_all(texts, settings)
            allergies = read.patient.allergies
            read = read._replace(patient=msgspec.structs.replace(read.patient, allergies=""))
        except CecError as error:
            return Pattern(refusal=refusal(error))
        stopped = None
        try:
            try:
                order = draft_read(read, settings)
            except OrderRefused as error:
                if not error.stops:
                    raise
                stopped = refusal(error)
                order = draft_read(read, settings, accept=dict.fromkeys(error.stops, "to see the doses"))
        except CecError:
            return Pattern()
        if any(dose.prescribed.unit == "AUC" for dose in order.doses):
            return Pattern()
        reductions = {one.drug: msgspec.structs.replace(one, reason="") for one in order.patient.reductions}
        variants = tuple(
            Variant(index, dose.prescribed, reductions.get(dose.drug))
            for index, dose in zip(lines_of(order), order.doses, strict=True)
        )
        given = [dose.drug for dose in order.doses if dose.ordered.value]
        codes = (*self._allergies(allergies, given), *(alert.code for alert in order.alerts))
        return Pattern(codes, variants, stopped)


def lines_of(order: Order) -> tuple[int, ...]:
    """For each dose of an order, which line of the regimen it is."""
    return tuple(
        index
        for index, line in enumerate(order.regimen.drugs)
        if not line.cycles or (order.cycle is not None and order.cycle in line.cycles)
    )


def _groups(regimen: Regimen, columns: Sequence[str], separator: str) -> tuple[tuple[str, ...], ...]:
    """BSA and amounts in their order; with a separator, neighbours that do not hang on the weight are together."""
    groups: list[tuple[str, ...]] = [("bsa_m2",)]
    by_weight = False
    for name, line in zip(columns, regimen.drugs, strict=True):
        doses = [line.dose] if isinstance(line.dose, Quantity) else [band.dose for band in line.dose]
        was_by_weight, by_weight = by_weight, any(dose.unit.endswith("/kg") for dose in doses)
        if not separator or by_weight or was_by_weight:
            groups.append((name,))
        else:
            groups[-1] = (*groups[-1], name)
    return tuple(groups)


def amount_columns(regimen: Regimen) -> tuple[str, ...]:
    """The column of each drug line: the drug with its unit; a drug's second line has a number.

    >>> from cec.load import load_regimen
    >>> amount_columns(load_regimen("cec-induction"))
    ('clofarabine_mg', 'etoposide_mg', 'cyclophosphamide_mg', 'prednisone_mg')
    """
    names: list[str] = []
    for line in regimen.drugs:
        stem = re.sub(r"\W+", "_", line.drug.casefold()).strip("_")
        number = 1 + sum(name.startswith(f"{stem}_") for name in names)
        names.append(f"{stem}{f'_{number}' * (number > 1)}_{unit_of(line)}")
    return tuple(names)

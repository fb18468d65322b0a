"""How one regimen answers a table: what is asked of each row, and what was found out, kept from block to block."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Hashable, Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

import msgspec

from cec.batch.cells import groups_of
from cec.batch.doses import Amount, Variant, amount_for
from cec.batch.exact import BILLION, billionths
from cec.batch.lookup import Lookup
from cec.batch.patterns import Bit, are_all_answered, bits
from cec.batch.single import Settings, draft_read, read_texts
from cec.calculate.allergies import allergy_rules
from cec.calculate.reductions import refuse_hidden
from cec.errors import CecError, OrderRefused
from cec.facts.reading import read_text
from cec.order import Order
from cec.tables.amounts import amount_columns
from cec.tables.columns import Column, read_reductions
from cec.tables.rows import Refusal, refusal
from cec.units import dose_unit

MOST_KEPT = 1 << 18
"""Amounts that are kept; with more than these they are computed anew, so that memory stays flat."""


class Pattern(NamedTuple):
    """What the rows of one pattern have in common: alert codes, doses, and a refusal where they have one.

    With neither doses nor a refusal, each row is answered for itself. With both, a stop refuses the rows, and so may
    the amount of each.
    """

    codes: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    refusal: Refusal | None = None


class Plan:
    """One regimen under one pharmacy's policy, for tables of these columns.

    With `separator`, cells that hang on the same measure are written together, as they will stand in a line.
    """

    def __init__(self, settings: Settings, columns: Mapping[str, Column], separator: str = "") -> None:
        self.settings = settings
        self.told_by = columns
        """The column that tells each fact."""
        self.separator = separator
        self.bits: list[Bit] = bits(settings.regimen, settings.pharmacy)
        self.columns = amount_columns(settings.regimen)
        self.groups = groups_of(settings.regimen, self.columns, separator)
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
            and are_all_answered(settings.regimen, settings.pharmacy)
            and not (settings.pharmacy.time_zone and "start" in columns)  # its schedule hangs on the date
            and not any(product.not_for for drug in settings.pharmacy.formulary.values() for product in drug.products)
        )
        self.lock = threading.Lock()
        self._lock_of_codes = threading.Lock()
        self._codes = itertools.count(1)
        self._known_codes: dict[Hashable, int] = {}
        self._alerts: dict[tuple[str, ...], int] = {(): 0}
        self.patterns: dict[int, Pattern] = {}
        self.unheld: dict[int, Mapping[str, str]] = {}
        """Patterns of which no other row was drafted yet than the one that they were learnt from: what it said."""
        self.fresh: set[int] = set()
        """Patterns whose doses come from lines, bands or reductions of which no row was drafted yet."""
        self._variants: set[tuple[Variant, ...]] = set()
        self._amounts: dict[tuple[Variant, int], Amount] = {}

    def code_of(self, what: Hashable) -> int:
        """A number for a text or a pair of numbers, never that of anything else, from 1 on."""
        with self._lock_of_codes:
            if what not in self._known_codes:
                if len(self._known_codes) >= MOST_KEPT:
                    self._known_codes.clear()
                    self.patterns.clear()
                    self.unheld.clear()
                    self.fresh.clear()
                    self._variants.clear()
                self._known_codes[what] = next(self._codes)
            return self._known_codes[what]

    def code_of_text(self, fact: str, text: str | None) -> int:
        """A number for what a text says of a fact, which of some facts is less than its words.

        Of allergies it is which drugs of the regimen they name; of reductions, drug and percentage, and no reason.
        """
        if text and text.strip():
            with suppress(CecError):
                if fact == "allergies":
                    return self.code_of((fact, self._allergies(read_text(text))))
                if fact == "reduce":
                    reductions = read_reductions(text)
                    refuse_hidden(reductions, [line.drug for line in self.settings.regimen.drugs])
                    return self.code_of((fact, tuple((one.drug, one.percent) for one in reductions)))
        return self.code_of((fact, text))

    def code_of_answers(self, first: int, answers: int) -> int:
        """A number for the answers to the questions from one on."""
        return self.code_of((first, answers))

    def _allergies(self, allergies: str, drugs: Iterable[str] | None = None) -> tuple[str, ...]:
        """The codes of alerts on what a patient's allergies name among these drugs, by default the regimen's."""
        rules = allergy_rules(self.settings.regimen, self.settings.pharmacy)
        told = {"allergies": allergies or None}
        return tuple(rule.code for rule in rules if (drugs is None or rule.drug in drugs) and rule.answer(told))

    def number_of_alerts(self, codes: tuple[str, ...]) -> int:
        """A number for the codes of alerts on a preparation; 0 where there are none."""
        with self._lock_of_codes:
            return self._alerts.setdefault(codes, len(self._alerts))

    def alerts_by_number(self) -> list[tuple[str, ...]]:
        """The codes that each number stands for."""
        with self._lock_of_codes:
            return list(self._alerts)

    def amount(self, variant: Variant, measure: int) -> Amount:
        """The dose of a variant for a BSA or weight in billionths."""
        key = (variant, measure)
        amount = self._amounts.get(key)
        if amount is None:
            if len(self._amounts) >= MOST_KEPT:
                self._amounts.clear()
            line = self.settings.regimen.drugs[variant.line]
            self._amounts[key] = amount = amount_for(line, variant, measure, self.settings.pharmacy)
        return amount

    def learn(self, pattern: int, texts: Mapping[str, str]) -> None:
        """Find out what holds for every row of a pattern, from what one of them says."""
        learnt = self._pattern_of(texts)
        if learnt.variants and learnt.variants not in self._variants:
            self._variants.add(learnt.variants)
            self.fresh.add(pattern)
        self.patterns[pattern] = learnt
        self.unheld[pattern] = texts

    def _pattern_of(self, texts: Mapping[str, str]) -> Pattern:
        """What the single path says of one row, as far as it holds for every row of its pattern.

        Alerts on preparations hang on the amounts; so the row is drafted without a formulary, and its allergies, which
        may name products, are checked apart.
        """
        pharmacy = msgspec.structs.replace(self.settings.pharmacy, formulary={}, dose_rounding={})
        settings = self.settings._replace(pharmacy=pharmacy)
        try:
            read = read_texts(texts, settings)
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
        by_clearance = (dose_unit(dose.prescribed.unit).measure == "creatinine_clearance" for dose in order.doses)
        if any(by_clearance) or not self._has_fixed_stops(order):
            return Pattern()
        reductions = {one.drug: msgspec.structs.replace(one, reason="") for one in order.patient.reductions}
        variants = tuple(Variant(dose.line - 1, dose.prescribed, reductions.get(dose.drug)) for dose in order.doses)
        given = [dose.drug for dose in order.doses if dose.ordered.value]
        codes = (*self._allergies(allergies, given), *(alert.code for alert in order.alerts))
        return Pattern(codes, variants, stopped)

    def _has_fixed_stops(self, order: Order) -> bool:
        """Whether every stop says just what the regimen says, and so the same of every row."""
        fixed = {check.text for check in self.settings.regimen.checks}
        return all(alert.text in fixed for alert in order.alerts if alert.level == "stop")

"""A Bundle of FHIR R4, held against the order that cec drafts for its patient by the regimen that it names."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cec.calculate import draft_order
from cec.errors import CecError
from cec.fhir.bundle import Group, ReadBundle, group_of, read_bundle
from cec.fhir.people import FactText
from cec.fhir.resources import read_resources
from cec.load import load_regimen
from cec.load.nodes import read_bytes
from cec.load.patient_keys import read_part
from cec.load.texts import read_tolerance
from cec.load.typed import Texts
from cec.order import Order
from cec.patient import Patient
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen
from cec.tables.lines import TOO_LONG, whole_lines
from cec.tables.streams import reading, reads
from cec.verification.bundle_facts import (
    named_regimen,
    names_given,
    parts_that_count,
    patient_and_cycle,
    read_fact_text,
)
from cec.verification.choices import verify_any_choice
from cec.verification.doses import TOLERANCE, verify_doses
from cec.verification.measured_within import dosed_anew, measured_within
from cec.verification.outcome import RowVerification, Verification
from cec.verification.written import Written

LARGEST_BUNDLE = 50_000_000
"""Bytes of a Bundle in a file."""

_NAMES = {"reductions": "reduce", "choices": "choose"}
"""What a Bundle calls what a patient file tells under another key."""


class BundleVerification(NamedTuple):
    """The verification of a Bundle, the order that it was held against, and what was not read of it."""

    order: Order
    verification: Verification
    notes: tuple[str, ...]


def verify_bundle(
    bundle: str | Path | bytes | Mapping[str, Any],
    regimen: Regimen | str | None = None,
    *,
    pharmacy: Pharmacy | None = None,
    start: datetime.date | None = None,
    cycle: int | None = None,
    accept: Mapping[str, str] | None = None,
    strict: bool = False,
    texts: Texts | None = None,
    as_of: datetime.date | None = None,
    tolerance: Decimal | str = TOLERANCE,
    others: Sequence[Regimen] = (),
    partial: bool = False,
) -> BundleVerification:
    """The doses of a Bundle's MedicationRequests held against those that cec drafts; CecError with every fault.

    The Bundle is the path of a file, JSON, or what that was read into. Without a regimen, it is held against the one
    that it names. `texts` replace what the Bundle says of the patient, as in `load_patient`; `start` and `cycle` hold
    where it says no other. `tolerance` is in percent, up to 20, as a number or as `5%`. With `partial`, the Bundle
    holds only part of the drugs. `others` are regimens that the writer may have mistaken this one for.

    >>> from cec import draft_order, load_patient, load_regimen, render
    >>> order = draft_order(load_regimen("cec-induction"), load_patient(texts={"height": "128 cm", "weight": "26 kg"}))
    >>> bundle = render(order, "fhir").replace(b"38.4", b"384")
    >>> verdict = verify_bundle(bundle).verification.verdicts[0]
    >>> print(verdict.drug, verdict.written, verdict.verdict, verdict.explanations[0].text)
    clofarabine 384 mg differs ten times 38.4 mg is 384 mg
    """
    pharmacy = pharmacy or Pharmacy()
    percent = read_tolerance(tolerance if isinstance(tolerance, str) else f"{tolerance:f}%")
    given = {_NAMES.get(key, key): read_part(key, text) for key, text in (texts or {}).items()}
    file, content = _content_of(bundle)
    resources = read_resources(content, file)
    group = group_of(resources)
    loaded = load_regimen(regimen) if isinstance(regimen, str) else regimen
    chosen = loaded or named_regimen(group, file)
    drugs = [name for line in chosen.drugs for name in line.names]
    read = read_bundle(resources, group, pharmacy, drugs=drugs, elsewhere=names_given(given))
    parts, notes = parts_that_count(read.facts, chosen, pharmacy)
    row = patient_and_cycle({**parts, **given}, start, cycle, read)
    accepted = {**read.accepted, **(accept or {})}

    def patient_with(facts: Sequence[FactText]) -> Patient:
        measures = {each.fact: read_fact_text(each) for each in facts}
        return patient_and_cycle({**parts, **measures, **given}, start, cycle, read).patient

    within = measured_within(read.measured_within, patient_with)

    def order_of(patient: Patient) -> Order:
        order = draft_order(
            chosen,
            patient,
            pharmacy,
            start=row.start,
            cycle=row.cycle,
            as_of=as_of,
            accept=accepted,
            strict=strict,
            scheduled=not chosen.is_endless,
        )
        return dosed_anew(order, within, accepted, strict=strict)

    written = [
        Written(each.drug, each.amount.quantity, each.amount.step, _beside(each.beside, each.prescribed))
        for each in read.doses
        if each.amount
    ]

    def verify(order: Order) -> Verification:
        return verify_doses(order, written, tolerance=percent, others=others, partial=partial)

    order, verification = verify_any_choice(order_of, verify, chosen, row.patient, written)
    notes = (*read.notes, *notes, *_without_amount(read), *_another_regimen(group, chosen))
    return BundleVerification(order, verification, notes)


def verify_bundles(path: Path, say: Callable[[str], None], **terms: Any) -> Iterator[RowVerification]:
    """Each line of a file of Bundles, held against its order as `verify_bundle` does, or why it cannot be.

    `say` is called with what was not read of each.
    """
    number = 0
    with reading(str(path)) as source:
        for piece, is_cut in whole_lines(reads(source)):
            for line in [piece] if is_cut else piece.splitlines():
                number += 1
                if is_cut:
                    yield RowVerification(number, faults=(TOO_LONG,))
                elif line.strip():
                    yield _verified_line(number, line, say, terms)


def _verified_line(number: int, line: bytes, say: Callable[[str], None], terms: Mapping[str, Any]) -> RowVerification:
    """One line with its number, whatever it is worth."""
    try:
        found = verify_bundle(line, **terms)
    except CecError as error:
        return RowVerification(number, faults=tuple(str(fault._replace(line=0, file="")) for fault in error.faults))
    for note in found.notes:
        say(f"line {number}: {note}")
    return RowVerification(number, found.order.patient.id, found.verification)


def are_bundles(path: Path) -> bool:
    """Whether the first line of a file is a resource of FHIR."""
    with reading(str(path)) as source:
        first = next(reads(source), b"")
    return is_bundle(first.partition(b"\n")[0])


def is_bundle(content: bytes) -> bool:
    """Whether JSON is a resource of FHIR, and not an order that cec saved."""
    return b'"resourceType"' in content and b'"cec.order/' not in content


def read_file(path: Path) -> bytes:
    """The content of a file that may be a Bundle."""
    return read_bytes(path, LARGEST_BUNDLE)


def _content_of(bundle: str | Path | bytes | Mapping[str, Any]) -> tuple[str, str | bytes]:
    """The name of a Bundle's file, where it has one, and its text."""
    if isinstance(bundle, Mapping):
        return "", msgspec.json.Encoder(decimal_format="number").encode(bundle)
    if isinstance(bundle, bytes):
        return "", bundle
    if isinstance(bundle, str) and bundle.lstrip().startswith("{"):
        return "", bundle
    return str(bundle), read_file(Path(bundle))


def _beside(beside: Mapping[str, Any], prescribed: object) -> Mapping[str, Any]:
    return {**beside, "prescribed": prescribed} if prescribed else beside


def _without_amount(read: ReadBundle) -> Iterator[str]:
    """A remark on each request that says only what a protocol prescribes."""
    for dose in read.doses:
        if dose.amount is None:
            only = f" but {dose.prescribed}" if dose.prescribed else ""
            yield f"{dose.source.name}: {dose.drug} has no amount{only}, so its dose is not compared"


def _another_regimen(group: Group, chosen: Regimen) -> Iterator[str]:
    """A remark where the Bundle names another regimen than it was held against."""
    if group.named and group.regimen != (chosen.name, str(chosen.edition)):
        yield f"held against {chosen.name}, edition {chosen.edition}; the Bundle names {group.named}"

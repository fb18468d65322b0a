"""cec verify of a saved order: held against its own inputs, and its regimen against the file that it is now in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cec.cli.option import typed_options
from cec.cli.output import chosen_format, show
from cec.cli.verifying import keep_answer_apart, refuse_typed
from cec.rendering import VERIFIED_ORDERS

if TYPE_CHECKING:
    from cec.cli.verifying import Asked


def order_agrees(file: Path, asked: Asked) -> bool:
    """Show what of a saved order is what its inputs give; whether all is."""
    from cec.course.chain import look_in_folder
    from cec.course.predecessor import held_against_predecessor, with_predecessor
    from cec.load import load_regimen
    from cec.load.order_file import read_order
    from cec.load.search import leads_somewhere
    from cec.rendering.verification import VerifiedOrder
    from cec.rendering.words import NO_SIGNATURE
    from cec.verification import verify_order

    of_the_cycle = [*asked.of_one_order, *asked.typed("start", "cycle"), *typed_options(asked.table)]
    refuse_typed(of_the_cycle, f"{file.name} holds its patient, doses and days")
    refuse_typed(typed_options(asked.pharmacy), f"{file.name} holds its pharmacy")
    refuse_typed(asked.typed("tolerance"), f"{file.name} is computed again, and agrees to the digit or not at all")
    refuse_typed(asked.typed("partial"), "is for a Bundle, or for doses that are typed")
    chosen = chosen_format(asked.output, VERIFIED_ORDERS)
    keep_answer_apart(asked, "ORDER", file)
    saved = read_order(file)
    name = saved.order.regimen.name
    now = load_regimen(asked.regimen or name) if asked.regimen or leads_somewhere(name) else None
    notes: tuple[str, ...] = (
        () if now else (f"no regimen is found by the name {name}; give its file with --regimen to compare",)
    )
    compared = held_against_predecessor(file, saved.order)
    if saved.fingerprint == saved.order.fingerprint and not compared.differences:
        notes += look_in_folder(file).remarks
    if release := saved.order.release:
        notes += (f"released by {release.by} on {release.on} ({NO_SIGNATURE})",)
    verification = with_predecessor(verify_order(saved, now), compared)
    show(VerifiedOrder(verification, (*notes, *compared.notes)), chosen)
    return verification.agrees

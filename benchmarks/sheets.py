"""What a sheet takes in one process, of random patients: with few body surface areas a cache would flatter it.

Each sheet is another patient's, from the measures to the bytes of the PDF. Two threads print the same number of sheets:
the seconds of these two rows are those of the clock, for processor time does not tell how many work at once.
"""

from __future__ import annotations

import datetime
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from benchmarks.measuring import in_turn, of_this_process, print_table
from cec import CecError, Order, draft_order, load_patient, load_regimen, render

START = datetime.date(2026, 11, 30)
SHEETS = 40


def main(rounds: int) -> None:
    orders = _orders(2 * SHEETS * (rounds + 1))
    mine = iter(orders)
    alone = of_this_process(lambda: render(next(mine), "pdf"), SHEETS)
    draft = partial(next, _drafts())
    taken = in_turn({"an order alone": of_this_process(draft, SHEETS), "its sheet": alone}, rounds)
    print_table(f"A sheet, {SHEETS} random patients a round", taken, "its sheet", each={"its sheet": 1})
    theirs, one, two = orders[: 2 * SHEETS], ThreadPoolExecutor(1), ThreadPoolExecutor(2)
    clock = {"one thread": _by_the_clock(one, theirs), "two threads": _by_the_clock(two, theirs)}
    taken = in_turn(clock, rounds)
    print_table(f"{2 * SHEETS} sheets, by the clock", taken, "one thread", each=dict.fromkeys(taken, 2 * SHEETS))


def _by_the_clock(threads: ThreadPoolExecutor, orders: list[Order]) -> Callable[[], float]:
    def measured() -> float:
        start = time.perf_counter()
        list(threads.map(partial(render, format_name="pdf"), orders))
        return time.perf_counter() - start

    return measured


def _orders(count: int) -> list[Order]:
    drafts = _drafts()
    return [next(drafts) for _ in range(count)]


def _drafts() -> Iterator[Order]:
    """Orders of random patients, without end."""
    regimen, draw, number = load_regimen("cec-induction"), random.Random(2026), 0
    while True:
        number += 1
        texts = {"height": f"{draw.randint(900, 1850)} mm", "weight": f"{draw.uniform(12, 95):.1f} kg"}
        patient = load_patient(texts={**texts, "id": f"{number:05}", "name": f"Patient {number}"})
        try:
            yield draft_order(regimen, patient, start=START)
        except CecError:  # nobody is so tall and so light
            continue

"""Saved orders as they lie in files and folders: which replaces which, and which one of each cycle counts.

What each says of itself is told by a `first_look`.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path
from typing import NamedTuple

from cec.course.first_look import Damaged, OrderFile, files_naming, look_at, orders_in, orders_naming, with_real_folder
from cec.course.void import Void
from cec.errors import Fault, FileError


class Chain(NamedTuple):
    """The orders of one cycle of one patient in the sequence of their revisions; only the last counts."""

    files: tuple[OrderFile, ...]

    @property
    def current(self) -> OrderFile:
        """The order that counts."""
        return self.files[-1]

    @property
    def is_cancelled(self) -> bool:
        """Whether its cycle was cancelled before anything of it was given."""
        return self.current.cancelled is not None


class Orders(NamedTuple):
    """What was found in files and folders: the sound chains in the sequence of their paths, and every fault."""

    chains: tuple[Chain, ...]
    damaged: tuple[Fault, ...]
    """Of files that cannot be trusted."""
    broken: tuple[Fault, ...]
    """Of chains of which nobody knows which order counts."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All that is wrong with any file or chain."""
        return self.damaged + self.broken


def read_chains(paths: Iterable[Path], leave_out: Iterable[Path] = ()) -> Orders:
    """The chains of all orders in these files and, with their sub-folders, folders; and all that is wrong with any.

    Of a folder, files that end in .json count, and of these what is plainly something else does not. A chain with a
    fault is not among the sound ones: which of its orders counts is not known. Where a person leaves files out, a
    chain that is broken by them is what it is without them; no earlier order ever counts in the place of a later one.
    """
    files, damaged = orders_in(paths)
    left_out = {os.path.realpath(path) for path in leave_out}
    by_first: dict[str, list[OrderFile]] = {}
    for file in files:
        by_first.setdefault(file.first, []).append(file)
    chains: list[Chain] = []
    broken: list[Fault] = []
    for first, of_chain in by_first.items():
        beside = [each for each in damaged if first in each.fingerprints]
        chain, wrong = _chain_of(of_chain, beside)
        if wrong and left_out:
            chain, wrong = _without(of_chain, beside, left_out)
        broken += wrong
        if chain:
            chains.append(chain)
    faults = (each.fault for each in damaged if os.path.realpath(each.path) not in left_out)
    return Orders(tuple(chains), tuple(dict.fromkeys(faults)), tuple(dict.fromkeys(broken)))


def _without(
    files: Sequence[OrderFile], damaged: Sequence[Damaged], left_out: Set[str]
) -> tuple[Chain | None, list[Fault]]:
    """The chain without the files that a person leaves out; none where one of these is later than all others."""
    kept = [file for file in files if os.path.realpath(file.path) not in left_out]
    chain, faults = _chain_of(kept, [each for each in damaged if os.path.realpath(each.path) not in left_out])
    last = max(file.revision for file in files)
    return (chain if chain and chain.current.revision == last else None), faults


def chain_beside(file: OrderFile, *folders: Path) -> Chain:
    """The chain of an order, as it lies in these folders and not below them; FileError with every fault of it.

    Files of other orders are read and not looked into: a folder of thousands costs a second.
    """
    naming = list(files_naming(file.first, with_real_folder(file.path, folders)))
    found = [each for each in naming if isinstance(each, OrderFile) and each.first == file.first]
    others = [each for each in found if not _is_same_file(each.path, file.path)]
    chain, faults = _chain_of([file, *others], [each for each in naming if isinstance(each, Damaged)])
    if chain is None:
        raise FileError(*faults)
    return chain


def continued_in(file: OrderFile, *folders: Path) -> OrderFile | None:
    """The order in these folders with which an order's cycle was continued, over cycles that were cancelled."""
    folders = with_real_folder(file.path, folders)
    while file.cancelled and (before := _current_of(file.follows, folders)):
        file = before
    return _continued(file, folders)


def _continued(file: OrderFile, folders: Sequence[Path]) -> OrderFile | None:
    """The first order after a cycle that was not cancelled, through those that were."""
    following = {each.first for each in orders_naming(file.first, folders) if each.follows == file.first}
    for current in filter(None, (_current_of(first, folders) for first in sorted(following))):
        if later := _continued(current, folders) if current.cancelled else current:
            return later
    return None


def _current_of(first: str, folders: Sequence[Path]) -> OrderFile | None:
    """The order that counts of the chain with this first; None where none of it lies there."""
    own = next((each for each in orders_naming(first, folders) if first and each.first == first), None)
    return chain_beside(own, *folders).current if own else None


def void_by(path: Path) -> Void | None:
    """By what in its own folder an order is replaced or cancelled; None where it counts.

    FileError where its chain is broken: then nobody can tell.
    """
    own = look_at(path)
    current = chain_beside(own, path.parent).current
    if current.cancelled or current.revision > own.revision:
        name = current.path.name if current.revision > own.revision else ""
        return Void(current.revision, current.fingerprint, name, current.cancelled)
    return None


class FolderFindings(NamedTuple):
    """What the folder of an order says of it: by what it is void, and what its reader must know."""

    void: Void | None
    remarks: tuple[str, ...]
    broken: tuple[Fault, ...] = ()
    """Why nobody can tell whether it counts; the remarks have them too."""


def look_in_folder(path: Path) -> FolderFindings:
    """What a reader of an order must know of its folder: by what it is replaced or cancelled, or what hides that.

    And that the cycle before was changed since it was continued with this one: then something else was given before.
    """
    try:
        void, own = void_by(path), look_at(path)
        before = _changed_before(own, path.parent)
    except FileError as error:
        return FolderFindings(None, tuple(map(str, error.faults)), error.faults)
    words = [f"VOID: {void.words}"] if void else []
    if before:
        words.append(
            f"the cycle before was changed since ({before.path.name}, revision {before.revision}): look at earlier "
            "doses, reductions and the start; where they are others, cancel this one and go on from that one"
        )
    return FolderFindings(void, tuple(words))


def _changed_before(file: OrderFile, folder: Path) -> OrderFile | None:
    """The cycle before, over those that were cancelled, where it is not the order from which it was continued."""
    before = _current_of(file.follows, (folder,))
    if before is None or before.fingerprint != file.continued_from:
        return before
    return _changed_before(before, folder) if before.cancelled else None


def _chain_of(files: Sequence[OrderFile], damaged: Sequence[Damaged]) -> tuple[Chain | None, list[Fault]]:
    """The chain of the orders that have the same first; or what is wrong with it."""
    ordered = sorted(files, key=lambda file: (file.revision, file.release is None, str(file.path)))
    faults = [
        Fault(
            f"is damaged, and names the chain of {ordered[0].path}: which order counts is not known", "", str(each.path)
        )
        for each in damaged
    ]
    once: list[OrderFile] = []
    for file in ordered:
        if once and file.fingerprint == once[-1].fingerprint:
            faults += _two_releases(once[-1], file)
        else:
            once.append(file)
    for before, file in itertools.pairwise(once):
        faults += _broken(before, file)
    return (None, faults) if faults or not once else (Chain(tuple(once)), [])


def _two_releases(before: OrderFile, copy: OrderFile) -> Iterator[Fault]:
    """What is wrong with two files of one order: not that there are two, but that others released them."""
    if copy.release and before.release and copy.release != before.release:
        yield Fault(
            f"is released by {copy.release.by} on {copy.release.on}, and the same order in {before.path} by "
            f"{before.release.by} on {before.release.on}; keep one of them",
            "",
            str(copy.path),
        )


def _broken(before: OrderFile, file: OrderFile) -> Iterator[Fault]:
    """What is wrong between two orders of a chain that should follow each other."""
    text, other = "", f"{before.path} is revision {before.revision}"
    if file.revision == before.revision:
        text = f"is revision {file.revision}, and so is {before.path}: both replace the same order; keep one of them"
    elif file.revision > before.revision + 1:
        missing = " and ".join(map(str, range(before.revision + 1, file.revision)))
        text = f"is revision {file.revision}, and {other}: revision {missing} is missing"
    elif file.replaces != before.fingerprint:
        text = f"is revision {file.revision}, but does not replace revision {before.revision}, {before.path}"
    elif before.cancelled:
        text = f"replaces {before.path}, which is cancelled"
    if text:
        yield Fault(text, "", str(file.path))
    if file.patient != before.patient:
        yield Fault(f"is of another patient than {before.path}, whose chain it names", "", str(file.path))


def _is_same_file(path: Path, other: Path) -> bool:
    return os.path.realpath(path) == os.path.realpath(other)

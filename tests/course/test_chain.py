"""Which order of a folder counts, and what is wrong between its files."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path

import pytest
from chains import START, first_order, replacing, save

from cec import Order, render
from cec.course.chain import read_chains, void_by
from cec.course.first_look import look_at, read_unedited
from cec.course.writing import write_beside
from cec.errors import FileError


@pytest.fixture(scope="module")
def first() -> Order:
    return first_order()


def faults_of(folder: Path) -> str:
    """All that is wrong in a folder, with the names of files alone."""
    found = read_chains([folder])
    assert found.chains == ()
    return "\n".join(map(str, found.faults)).replace(f"{folder}/", "")


def test_of_each_first_the_highest_revision_counts(first: Order, tmp_path: Path) -> None:
    other = first_order(id="18")
    second = replacing(first, cancelled=None)
    for name, order in {"z": first, "b": second, "c": replacing(second), "d": other}.items():
        save(order, tmp_path / f"{name}.json")
    (tmp_path / "ann.yaml").write_text("height: 128 cm")
    (tmp_path / "verdict.json").write_text('{"agrees": true}')
    found = read_chains([tmp_path])
    assert found.faults == ()
    names = [[file.path.name for file in chain.files] for chain in found.chains]
    assert sorted(names) == [["d.json"], ["z.json", "b.json", "c.json"]]
    assert found.chains[names.index(["d.json"])].current.patient.id == "18"


def test_a_first_look_tells_whom_and_when(first: Order, tmp_path: Path) -> None:
    file = look_at(save(first, tmp_path / "a.json"))
    assert (file.patient.id, file.start, file.revision, file.first) == ("17", START, 1, first.fingerprint)
    assert min(file.dates) == START
    assert len(file.dates) == 5


def test_a_file_named_twice_and_a_copy_count_once(first: Order, tmp_path: Path) -> None:
    path = save(first, tmp_path / "a.json")
    folder = tmp_path / "papers"
    folder.mkdir()
    save(first, folder / "order.json")
    found = read_chains([path, tmp_path, path])
    assert (len(found.chains), found.faults) == (1, ())
    assert len(found.chains[0].files) == 1


def test_a_missing_number_is_refused(first: Order, tmp_path: Path) -> None:
    save(first, tmp_path / "a.json")
    second = replacing(first, cancelled=None)
    save(replacing(second), tmp_path / "c.json")
    assert faults_of(tmp_path) == "c.json: is revision 3, and a.json is revision 1: revision 2 is missing"


def test_two_that_replace_the_same_are_refused(first: Order, tmp_path: Path) -> None:
    save(first, tmp_path / "a.json")
    save(replacing(first), tmp_path / "b.json")
    save(replacing(first, cancelled=None), tmp_path / "c.json")
    text = "c.json: is revision 2, and so is b.json: both replace the same order; keep one of them"
    assert text in faults_of(tmp_path)


def test_a_link_that_does_not_fit_is_refused(first: Order, tmp_path: Path) -> None:
    save(first, tmp_path / "a.json")
    second = replacing(first, cancelled=None)
    save(second, tmp_path / "b.json")
    save(replacing(second, replaces=first.fingerprint), tmp_path / "c.json")
    assert faults_of(tmp_path) == ("c.json: is revision 3, but does not replace revision 2, b.json")


def test_an_order_of_another_patient_is_refused(first: Order, tmp_path: Path) -> None:
    save(first, tmp_path / "a.json")
    save(replacing(first, patient=first_order(id="18").patient), tmp_path / "b.json")
    assert faults_of(tmp_path) == "b.json: is of another patient than a.json, whose chain it names"


def test_what_replaces_a_cancelled_order_is_refused(first: Order, tmp_path: Path) -> None:
    second = replacing(first)
    save(second, tmp_path / "b.json")
    save(replacing(second), tmp_path / "c.json")
    assert faults_of(tmp_path) == "c.json: replaces b.json, which is cancelled"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"38.4", b"38.5"),
        lambda content: content.replace(b'"revision": 2', b'"revision": "two"'),
        lambda content: content.replace(b"cec.order/2", b"cec.order/3"),
    ],
    ids=["half of it", "an edited dose", "a word for a number", "of a newer program"],
)
def test_a_damaged_file_is_named_and_what_it_replaces_does_not_count(first: Order, tmp_path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    save(first, tmp_path / "a.json")
    path = tmp_path / "b.json"
    path.write_bytes(spoil(render(replacing(first, cancelled=None), "json")))
    faults = faults_of(tmp_path)
    assert faults.count("b.json: ") == 2
    assert "names the chain of a.json: which order counts is not known" in faults
    with pytest.raises(FileError, match=r"b\.json"):
        void_by(tmp_path / "a.json")


def test_a_damaged_file_of_nobody_stops_no_other_chain(first: Order, tmp_path: Path) -> None:
    save(first, tmp_path / "a.json")
    (tmp_path / "b.json").write_bytes(b'{"schema": "cec.ord')
    found = read_chains([tmp_path])
    assert len(found.chains) == 1
    assert [fault.file for fault in found.faults] == [str(tmp_path / "b.json")]


def test_void_is_what_is_replaced_or_cancelled(first: Order, tmp_path: Path) -> None:
    path = save(first, tmp_path / "a.json")
    assert void_by(path) is None
    second = replacing(first, cancelled=None)
    replaced = save(second, tmp_path / "b.json")
    found = void_by(path)
    assert found
    assert found.words == "replaced by revision 2, b.json"
    assert void_by(replaced) is None
    save(replacing(second), tmp_path / "c.json")
    assert [void.words for each in (path, replaced, tmp_path / "c.json") if (void := void_by(each))] == [
        *["cancelled on 30-Nov-2026: fever (c.json)"] * 2,
        "cancelled on 30-Nov-2026: fever",
    ]


def test_an_edited_order_is_not_read(first: Order, tmp_path: Path) -> None:
    path = save(first, tmp_path / "a.json")
    path.write_bytes(path.read_bytes().replace(b"38.4", b"38.5"))
    for read in (look_at, read_unedited):
        with pytest.raises(FileError, match="its content is not that of its fingerprint; cec verify"):
            read(path)


def test_no_order_is_written_over_a_file_or_beside_one_that_replaces(first: Order, tmp_path: Path) -> None:
    old = look_at(save(first, tmp_path / "a.json"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    content = render(replacing(first), "json")
    with pytest.raises(FileError, match="is there already"):
        write_beside(old, old.path, content)
    write_beside(old, elsewhere / "b.json", content)
    assert (elsewhere / "b.json").read_bytes() == content
    write_beside(old, tmp_path / "c.json", content)
    for folder in (tmp_path, elsewhere):
        with pytest.raises(FileError, match=r"(b|c)\.json, revision 2, cancels it"):
            write_beside(old, folder / "d.json", content)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.json", "b.json", "c.json", "elsewhere"]


def _write(path: Path, name: str, gate: multiprocessing.synchronize.Barrier, results: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    order = read_unedited(path).order
    content = render(replacing(order, cancelled=None, overrides=(name,)), "json")
    gate.wait()
    try:
        write_beside(look_at(path), path.with_name(name), content)
    except FileError as error:
        results.put((name, str(error)))
    else:
        results.put((name, ""))


def test_a_link_to_an_order_is_the_order_in_its_own_folder(first: Order, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    path = save(first, tmp_path / "a.json")
    link = tmp_path / "mine" / "a.json"
    link.symlink_to(path)
    assert void_by(link) is None
    write_beside(look_at(link), tmp_path / "mine" / "a.r2.json", render(replacing(first), "json"))
    with pytest.raises(FileError, match=r"a.r2.json, revision 2, cancels it"):
        write_beside(look_at(link), tmp_path / "mine" / "b.r2.json", render(replacing(first), "json"))
    (tmp_path / "mine" / "a.r2.json").rename(tmp_path / "a.r2.json")
    with pytest.raises(FileError, match=r"a.r2.json, revision 2, cancels it"):
        write_beside(look_at(link), tmp_path / "mine" / "b.r2.json", render(replacing(first), "json"))
    assert void_by(link) is not None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_nobody_waits_for_a_pipe_in_a_folder(first: Order, tmp_path: Path) -> None:
    path = save(first, tmp_path / "a.json")
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "dangling.json").symlink_to(tmp_path / "nowhere")
    (fault,) = read_chains([tmp_path]).damaged
    assert fault.file.endswith("dangling.json")
    assert void_by(path) is None


def test_of_two_persons_at_once_one_wins_and_the_other_is_told(first: Order, tmp_path: Path) -> None:
    path = save(first, tmp_path / "a.json")
    context = multiprocessing.get_context("spawn")
    gate, results = context.Barrier(4), context.Queue()
    people = [context.Process(target=_write, args=(path, f"{name}.json", gate, results)) for name in "wxyz"]
    for person in people:
        person.start()
    found = dict(results.get(timeout=60) for _ in people)
    for person in people:
        person.join()
    winners = [name for name, fault in found.items() if not fault]
    assert len(winners) == 1
    told = [fault for fault in found.values() if fault]
    assert all(f"{winners[0]}, revision 2, replaces it already" in fault for fault in told)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(["a.json", winners[0]])


@pytest.mark.slow
def test_ten_thousand_orders_take_no_minute(first: Order, tmp_path: Path) -> None:
    """Measured: 5 s, with 46 MiB; of one order by many names, so that the disk holds it ten times."""
    for group in range(10):
        path = save(first, tmp_path / f"{group}-000.json")
        for number in range(1, 1000):
            os.link(path, tmp_path / f"{group}-{number:03}.json")
    begun = time.monotonic()
    assert len(read_chains([tmp_path]).chains) == 1
    assert time.monotonic() - begun < 60

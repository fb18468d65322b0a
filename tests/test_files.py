"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import fill_disk

from cec.errors import FileError
from cec.files import appearing, replacing, taking_names, write_file


def test_a_file_takes_its_name_only_when_all_is_written(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with replacing(target) as file:
        file.write(b"new")
        assert not target.exists()
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_stops_the_writing_leaves_the_old_file(tmp_path: Path, fault: type[BaseException]) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")

    def write_half() -> None:
        with replacing(target) as file:
            file.write(b"half")
            raise fault

    with pytest.raises(fault):
        write_half()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.fixture(params=[0o022, 0o077, 0o002], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """A umask, as someone set it."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_what_is_half_written_is_its_owners_alone_and_what_is_finished_follows_the_umask(
    tmp_path: Path, umask: int
) -> None:
    with taking_names() as parts:
        folder = Path(appearing(tmp_path / "sheets", parts))
        with replacing(tmp_path / "a.txt", parts) as file:
            file.write(b"half")
            file.flush()
            half = [path for path in tmp_path.iterdir() if path.is_file()]
            assert [mode(path) for path in half] == [0o600]
            assert mode(folder) == 0o700
    assert mode(tmp_path / "a.txt") == 0o666 & ~umask
    assert mode(tmp_path / "sheets") == 0o777 & ~umask


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_a_new_content_never_shows_more_than_the_old_file_did(tmp_path: Path, umask: int) -> None:
    del umask
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    target.chmod(0o640)
    with replacing(target) as file:
        file.write(b"half")
        assert sorted(map(mode, tmp_path.iterdir())) == [0o600, 0o640]
    assert mode(target) == 0o640


def test_a_file_system_without_permissions_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a stick or a share of another system may answer."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuse)
    write_file(tmp_path / "a.txt", b"new")
    assert (tmp_path / "a.txt").read_bytes() == b"new"


def test_a_folder_and_no_name_at_all_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, "", "a\0b", tmp_path / "none" / "a.txt", tmp_path / ("a" * 300)):
        with pytest.raises(FileError):
            write_file(path, b"new")
    for path in ("a\0b", tmp_path / ("a" * 300)):
        with pytest.raises(FileError):
            appearing(path, [])


@pytest.mark.skipif(sys.platform == "win32", reason="links and modes of POSIX")
def test_a_link_stays_a_link_and_a_mode_stays_as_it_was(tmp_path: Path) -> None:
    target, link = tmp_path / "a.txt", tmp_path / "link.txt"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_file(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    fresh = tmp_path / "fresh.txt"
    write_file(fresh, b"new")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o666 & ~mask


@pytest.mark.skipif(sys.platform == "win32", reason="links and modes of POSIX")
def test_what_is_being_written_is_no_more_open_than_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    target.chmod(0o600)
    with replacing(target) as file:
        file.write(b"a patient")
        (part,) = tmp_path.glob(".cec-*.part")
        assert stat.S_IMODE(part.stat().st_mode) == 0o600


def test_a_fault_of_the_one_who_writes_stays_what_it_is(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    with pytest.raises(FileNotFoundError) as raised, replacing(target):
        (tmp_path / "another.txt").read_bytes()
    assert Path(raised.value.filename).name == "another.txt"
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
@pytest.mark.parametrize("size", [1, 1_000_000])
def test_a_full_device_is_named_whether_it_is_found_while_writing_or_at_the_end(size: int) -> None:
    with pytest.raises(FileError, match=r"^/dev/full: cannot be written: No space left on device$"):
        write_file("/dev/full", b"a" * size)


def test_a_file_that_cannot_take_its_name_is_a_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_from: Path, _to: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(FileError, match=r"a\.txt: cannot be written: Permission denied$"):
        write_file(tmp_path / "a.txt", b"new")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such device")
def test_a_device_is_written_to_and_stays() -> None:
    write_file("/dev/null", b"new")
    assert Path("/dev/null").is_char_device()


def written_together(folder: Path) -> None:
    """A folder and two files, one after the other."""
    with taking_names() as parts:
        Path(appearing(folder / "sheets", parts), "1.pdf").write_bytes(b"new")
        with replacing(folder / "rejects", parts) as rejects, replacing(folder / "doses", parts) as doses:
            rejects.write(b"new")
            doses.write(b"new")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_that_belong_together_take_their_names_when_all_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    replace = Path.replace

    def noting(part: Path, target: Path) -> Path:
        assert len(list(tmp_path.glob(".cec-*.part"))) == 3 - len(taken)
        taken.append(target.name)
        return replace(part, target)

    monkeypatch.setattr(Path, "replace", noting)
    (tmp_path / "sheets").mkdir()
    written_together(tmp_path)
    assert taken == ["sheets", "rejects", "doses"]
    assert names(tmp_path) == ["doses", "rejects", "sheets"]
    assert names(tmp_path / "sheets") == ["1.pdf"]


@pytest.mark.parametrize("written", [0, 1])
def test_of_files_that_belong_together_none_is_new_when_one_cannot_be_written(
    written: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_disk(monkeypatch, after=written)
    for name in ("rejects", "doses"):
        (tmp_path / name).write_bytes(b"old")
    with pytest.raises(FileError, match=r"cannot be written: No space left on device$"):
        written_together(tmp_path)
    assert names(tmp_path) == ["doses", "rejects"]
    assert {(tmp_path / name).read_bytes() for name in names(tmp_path)} == {b"old"}


def test_a_new_file_of_doses_has_its_rejects_beside_it_whatever_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def refuse(part: Path, target: Path) -> Path:
        if target.name == "rejects":
            raise KeyboardInterrupt
        return replace(part, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(KeyboardInterrupt):
        written_together(tmp_path)
    assert names(tmp_path) == ["sheets"]


def test_a_folder_in_use_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets" / "1.pdf").write_bytes(b"old")
    with pytest.raises(FileError, match="is there already and not empty; name a new folder, nothing is overwritten"):
        written_together(tmp_path)
    assert names(tmp_path) == ["sheets"]
    assert (tmp_path / "sheets" / "1.pdf").read_bytes() == b"old"

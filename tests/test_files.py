"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from cec.errors import FileError
from cec.files import replacing, write_file


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


def test_a_folder_and_no_name_at_all_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, "", "a\0b", tmp_path / "none" / "a.txt"):
        with pytest.raises(FileError):
            write_file(path, b"new")


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


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such device")
def test_a_device_is_written_to_and_stays() -> None:
    write_file("/dev/null", b"new")
    assert Path("/dev/null").is_char_device()

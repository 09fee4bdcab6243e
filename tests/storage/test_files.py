import stat
from pathlib import Path

import pytest

from cameras.storage import write_atomically


def test_write_replaces_the_file_and_creates_folders(tmp_path: Path) -> None:
    path = tmp_path / "some" / "folder" / "file"
    write_atomically(path, b"old")
    write_atomically(path, b"new", mode=0o600)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_leftover_of_a_killed_process_is_replaced(tmp_path: Path) -> None:
    (tmp_path / ".file.part").write_bytes(b"a longer rest of a killed write")
    write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_failed_write_leaves_no_temporary_file(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path / "file", b"new")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]

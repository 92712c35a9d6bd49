"""A file in two folders is one file, or a copy where there are no links."""

import errno
import os
from pathlib import Path

import pytest

from indexer.storage.sharing import share


def test_a_file_is_shared_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("content")
    share(tmp_path / "one", tmp_path / "deep" / "down" / "two")
    assert (tmp_path / "deep" / "down" / "two").samefile(tmp_path / "one")
    (tmp_path / "one").unlink()
    assert (tmp_path / "deep" / "down" / "two").read_text() == "content"


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS, errno.EXDEV])
def test_where_there_are_no_links_it_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refused(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    (tmp_path / "one").write_text("content")
    monkeypatch.setattr(Path, "hardlink_to", refused)
    share(tmp_path / "one", tmp_path / "deep" / "two")
    assert (tmp_path / "deep" / "two").read_text() == "content"
    assert not (tmp_path / "deep" / "two").samefile(tmp_path / "one")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
def test_another_failure_to_link_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refused(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    (tmp_path / "one").write_text("content")
    monkeypatch.setattr(Path, "hardlink_to", refused)
    with pytest.raises(OSError, match=os.strerror(code)):
        share(tmp_path / "one", tmp_path / "two")
    assert not (tmp_path / "two").exists()


def test_nothing_is_overwritten_by_sharing(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("one")
    (tmp_path / "two").write_text("two")
    with pytest.raises(FileExistsError):
        share(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two").read_text() == "two"

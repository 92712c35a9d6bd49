"""Symbolic links below the PATHs: followed, told where they lead out, or left alone."""

from pathlib import Path

import pytest
from nights import Nights, write

from indexer.core.protocols import Encoder
from indexer.core.records import Record, Skipped, SkipReason
from indexer.corpus import Corpus
from indexer.models.model import Model
from indexer.storage.layout import Layout


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder with a file, links to a file and a folder elsewhere, and a link that stays inside."""
    write(tmp_path / "elsewhere", {"far": "باران.", "folder/deep": "برف."})
    folder = write(tmp_path / "in", {"a": "نان.", "own/b": "آب."})
    (folder / "file.txt").symlink_to(tmp_path / "elsewhere" / "far.txt")
    (folder / "folder").symlink_to(tmp_path / "elsewhere" / "folder")
    (folder / "inside").symlink_to(folder / "own")
    return folder


def ids(corpus: Corpus) -> list[str]:
    return sorted(item.id for item in corpus if isinstance(item, Record))


def left(corpus: Corpus) -> dict[str, tuple[SkipReason, str]]:
    return {item.source: (item.reason, item.detail) for item in corpus if isinstance(item, Skipped)}


EVERYTHING = ["a", "file", "folder/deep", "inside/b", "own/b"]


def test_links_are_followed_and_those_that_lead_out_are_told(archive: Path, tmp_path: Path) -> None:
    corpus = Corpus([archive])
    assert ids(corpus) == EVERYTHING
    expected = {
        str(archive / "file.txt"): str(tmp_path / "elsewhere" / "far.txt"),
        str(archive / "folder"): str(tmp_path / "elsewhere" / "folder"),
    }
    assert corpus.followed == expected
    assert ids(corpus) == EVERYTHING
    assert corpus.followed == expected


def test_a_link_to_what_another_path_gives_does_not_lead_out(archive: Path, tmp_path: Path) -> None:
    corpus = Corpus([archive, tmp_path / "elsewhere"])
    list(corpus)
    assert corpus.followed == {}


def test_links_may_be_left_alone(archive: Path, tmp_path: Path) -> None:
    corpus = Corpus([archive], follow_links=False)
    assert ids(corpus) == ["a", "own/b"]
    assert left(corpus) == {
        str(archive / "file.txt"): (SkipReason.LINK, f"a link to {tmp_path / 'elsewhere' / 'far.txt'}"),
        str(archive / "folder"): (SkipReason.LINK, f"a link to {tmp_path / 'elsewhere' / 'folder'}"),
        str(archive / "inside"): (SkipReason.LINK, f"a link to {archive / 'own'}"),
    }
    assert corpus.followed == {}


def test_several_paths_tell_every_link(archive: Path, tmp_path: Path) -> None:
    write(tmp_path / "more", {"c": "سیل."})
    assert len(left(Corpus([archive, tmp_path / "more"], follow_links=False))) == 3


@pytest.mark.parametrize("pattern", ["*.txt", "**/*.txt", "*/*.txt", "**"])
def test_patterns_find_nothing_through_links(archive: Path, pattern: str) -> None:
    found = ids(Corpus([archive / pattern], follow_links=False))
    assert [one for one in found if one not in {"a", "own/b"}] == []
    followed = Corpus([archive / pattern])
    assert set(ids(followed)) <= set(EVERYTHING)
    assert all("elsewhere" in target for target in followed.followed.values())


def test_a_path_that_is_a_link_is_read(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "given").symlink_to(archive)
    for path in (tmp_path / "given", tmp_path / "given" / "*.txt"):
        corpus = Corpus([path], follow_links=False)
        assert "a" in ids(corpus)
    assert len(ids(Corpus([archive / "file.txt"], follow_links=False))) == 1


def test_what_was_read_through_a_link_goes_when_links_are_left_alone(
    archive: Path, layout: Layout, model: Model, encoder: Encoder
) -> None:
    nights = Nights(layout, model, encoder)
    nights(archive)
    corpus = Corpus([archive], roots=layout.roots(), follow_links=False)
    summary = nights(corpus=corpus, allow_removals=True)
    assert (summary.changes.removed, sorted(nights.texts())) == (3, ["a", "own/b"])
    assert summary.changes.skips.counts == {"link not followed": 3}
    assert summary.changes.skips.unreadable == 0

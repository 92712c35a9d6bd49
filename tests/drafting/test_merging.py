"""Which segments are written anew, and how they are cut."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import DIMENSIONS, embedded, segment

from indexer.drafting import merging as segments
from indexer.drafting.merging import LARGEST, SegmentsWriter, share_segment, to_rewrite
from indexer.generation.catalogued import SEGMENTS
from indexer.generation.segment import Embedded, Segment
from indexer.storage.manifest import FileFact, digest_of, fact_of

FULL = LARGEST


@pytest.mark.parametrize(
    ("live", "total", "new", "expected"),
    [
        ([], [], 5, []),
        # nothing comes, nothing is dead
        ([10, 1000], [10, 1000], 0, []),
        # small ones go into what comes, and then those that are less than twice as large as all of that
        ([199, 10], [199, 10], 90, [0, 1]),
        ([200, 10], [200, 10], 90, [1]),
        ([100, 1], [100, 1], 1, [1]),
        # … one after another, the smallest first
        ([1000, 1, 5, 40], [1000, 1, 5, 40], 10, [1, 2]),
        ([1000, 1, 5, 31], [1000, 1, 5, 31], 10, [1, 2, 3]),
        ([93, 1, 5, 31], [93, 1, 5, 31], 10, [0, 1, 2, 3]),
        ([94, 1, 5, 31], [94, 1, 5, 31], 10, [1, 2, 3]),
        # of more than a quarter dead, whatever it weighs
        ([75, 100_000], [100, 100_000], 0, []),
        ([74, 100_000], [100, 100_000], 0, [0]),
        ([0, 100_000], [100, 100_000], 0, [0]),
        ([74, 147], [100, 147], 0, [0, 1]),
        ([74, 148], [100, 148], 0, [0]),
        # a full one stays as it is
        ([FULL], [FULL], FULL, []),
        ([FULL], [FULL], 2 * FULL, []),
        ([FULL - 10, FULL], [FULL - 10, FULL], 10, []),
        ([FULL - 200, FULL], [FULL - 200, FULL], FULL, []),
        ([FULL // 2, FULL], [FULL // 2, FULL], FULL // 2, [0]),
        ([FULL // 2 + 1, FULL], [FULL // 2 + 1, FULL], FULL // 2, []),
        ([FULL // 2], [FULL], 0, [0]),
        # one of articles without passages is in nobody's way
        ([0, 5], [0, 5], 10, [0, 1]),
        ([0, 5], [0, 5], 0, []),
    ],
)
def test_what_is_written_anew(live: list[int], total: list[int], new: int, expected: list[int]) -> None:
    assert to_rewrite(live, total, new) == expected


@given(st.lists(st.tuples(st.integers(0, FULL), st.integers(0, FULL)), max_size=12), st.integers(0, 2 * FULL))
def test_what_stays_is_much_larger_than_what_is_written(sizes: list[tuple[int, int]], new: int) -> None:
    live, total = [min(pair) for pair in sizes], [max(pair) for pair in sizes]
    chosen = to_rewrite(live, total, new)
    assert chosen == sorted(set(chosen))
    written = new + sum(live[place] for place in chosen)
    for place in set(range(len(sizes))) - set(chosen):
        assert live[place] >= 0.75 * total[place]
        assert live[place] >= 2 * written or live[place] + written > FULL


def simulated(sizes: list[tuple[int, float]], new: int) -> list[tuple[int, float]]:
    """What a night leaves: segments of so many sentences, each copied so often in the mean."""
    live = [size for size, _ in sizes]
    chosen = set(to_rewrite(live, live, new))
    left = [one for place, one in enumerate(sizes) if place not in chosen]
    merged = [sizes[place] for place in chosen]
    size = new + sum(one for one, _ in merged)
    copies = sum(one * (often + 1) for one, often in merged) / size
    while size > FULL:
        left.append((FULL, copies))
        size -= FULL
    return [*left, (size, copies)]


@pytest.mark.parametrize("first", [10_000, 100_000])
def test_a_thousand_nights_leave_few_segments_and_copy_seldom(first: int) -> None:
    sizes = [(first, 0.0)]
    most = 0
    for _ in range(1000):
        sizes = simulated(sizes, first // 100)
        open_ones = [size for size, _ in sizes if size < FULL / 2]
        most = max(most, len(open_ones))
    assert sum(size for size, _ in sizes) == first + 1000 * (first // 100)
    assert most <= 12
    assert len(sizes) - len(open_ones) <= 2 * sum(size for size, _ in sizes) / FULL
    assert sum(size * often for size, often in sizes) / sum(size for size, _ in sizes) <= 12
    assert max(often for _, often in sizes) <= 12


def articles(*counts: int) -> list[Embedded]:
    """Articles of so many sentences, each a passage."""
    return [
        embedded(f"{place}", [[f"{place} {number}"] for number in range(count)])
        for place, count in enumerate(counts)
    ]


def held(draft: Path, writer: SegmentsWriter) -> list[list[str]]:
    """The ids in each of the segments that were written, in order."""
    found = []
    for name, facts in writer.written.items():
        read = Segment(draft / SEGMENTS / name)
        found.append([read.ids[row] for row in range(len(read))])
        assert name == digest_of(facts)[:16]
        files = {path.name: fact_of(path) for path in read.folder.iterdir()}
        assert files == facts
        read.close()
    assert {path.name for path in (draft / SEGMENTS).iterdir()} == writer.written.keys()
    return found


@pytest.mark.parametrize(
    ("largest", "counts", "expected"),
    [
        (1000, (2, 3, 1), ["012"]),
        (5, (2, 3, 1), ["01", "2"]),
        (4, (2, 3, 1), ["01", "2"]),
        (1, (2, 3, 1), ["0", "1", "2"]),
        (3, (9, 0, 0, 1), ["0", "123"]),
        (3, (), []),
    ],
)
def test_a_full_segment_is_closed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    largest: int,
    counts: tuple[int, ...],
    expected: list[str],
) -> None:
    monkeypatch.setattr(segments, "LARGEST", largest)
    writer = SegmentsWriter(tmp_path, DIMENSIONS)
    for article in articles(*counts):
        writer.add(article)
    writer.close()
    assert held(tmp_path, writer) == [list(ids) for ids in expected]
    assert (writer.articles, writer.passages, writer.sentences) == (len(counts), sum(counts), sum(counts))


@pytest.mark.parametrize(
    ("largest", "rows", "expected"),
    [
        (1000, [0, 1, 2, 3], ["a0123"]),
        (1000, [1, 3], ["a13"]),
        # it is full once it has so many, an article more at most
        (5, [0, 1, 2, 3], ["a01", "23"]),
        (4, [0, 1, 2, 3], ["a01", "23"]),
        (3, [0, 1, 2, 3], ["a0", "1", "23"]),
        (6, [0, 1, 2, 3], ["a01", "23"]),
        (7, [0, 1, 2, 3], ["a012", "3"]),
        (1, [0, 1, 2, 3], ["a", "0", "1", "2", "3"]),
        (3, [], ["a"]),
    ],
)
def test_a_copy_is_cut_where_a_segment_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, largest: int, rows: list[int], expected: list[str]
) -> None:
    read = segment(tmp_path / "source", articles(2, 3, 1, 4))
    monkeypatch.setattr(segments, "LARGEST", largest)
    writer = SegmentsWriter(tmp_path, DIMENSIONS)
    writer.add(embedded("a", [["one"]]))
    writer.copy(read, np.array(rows, np.int64))
    writer.close()
    assert held(tmp_path, writer) == [list(ids) for ids in expected]
    # what is copied is not new
    assert (writer.articles, writer.passages, writer.sentences) == (1, 1, 1)
    read.close()


def test_a_segment_is_called_after_what_it_holds(tmp_path: Path) -> None:
    names = []
    for folder, counts in (("one", (2, 1)), ("two", (2, 1)), ("other", (1, 2))):
        (tmp_path / folder).mkdir()
        writer = SegmentsWriter(tmp_path / folder, DIMENSIONS)
        for article in articles(*counts):
            writer.add(article)
        writer.close()
        writer.close()
        names += list(writer.written)
    assert names[0] == names[1] != names[2]


def test_two_segments_of_one_content_are_one(tmp_path: Path) -> None:
    writer = SegmentsWriter(tmp_path, DIMENSIONS)
    for _ in range(2):
        writer.add(articles(2)[0])
        writer.close()
    assert held(tmp_path, writer) == [["0"]]


def test_what_is_discarded_is_no_segment(tmp_path: Path) -> None:
    writer = SegmentsWriter(tmp_path, DIMENSIONS)
    writer.discard()
    writer.add(articles(2)[0])
    writer.discard()
    assert writer.written == {}


@pytest.mark.parametrize("by_link", [True, False])
def test_a_segment_is_shared_with_its_facts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_link: bool
) -> None:
    if not by_link:

        def refused(*_: object) -> None:
            raise OSError(1, "Operation not permitted")

        monkeypatch.setattr(Path, "hardlink_to", refused)
    base, draft = tmp_path / "base", tmp_path / "draft"
    base.mkdir()
    writer = SegmentsWriter(base, DIMENSIONS)
    writer.add(articles(2)[0])
    writer.close()
    ((name, files),) = writer.written.items()
    facts = {f"segments/{name}/{file}": fact for file, fact in files.items()}
    read = Segment(base / SEGMENTS / name)
    others = {"segments/other/ids.txt": FileFact(1, "f"), "words.txt": FileFact(2, "f")}
    assert share_segment(read, facts | others, draft) == facts
    for file in facts:
        assert (draft / file).read_bytes() == (base / file).read_bytes()
        assert (draft / file).samefile(base / file) is by_link
    shutil.rmtree(base)
    assert Segment(draft / SEGMENTS / name).ids[0] == "0"

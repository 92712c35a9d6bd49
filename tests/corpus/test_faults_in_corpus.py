"""What may happen to a corpus while it is read: nothing is lost, and what was left out is counted."""

import gzip
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
from backports import zstd

from indexer.build import build
from indexer.core.errors import TooManyRemovals
from indexer.core.protocols import Encoder
from indexer.core.records import Record, Skipped, SkipReason
from indexer.corpus import Corpus
from indexer.generation.generation import open_live
from indexer.models.model import Model
from indexer.options import Options
from indexer.storage.layout import Layout
from indexer.upkeep.checks import faults

FILES = int(os.environ.get("TORTURE_FILES", "1000"))
"""Files of the archive of which some are broken; `make torture` takes ten times as many."""

ARTICLES = 30
OTHER = "چیز دیگری است."
Break = Callable[[Path], object]


class Interrupted:
    """A corpus to which something happens after some records of one of the two times that it is read."""

    def __init__(self, corpus: Corpus, reading: int, after: int, happens: Callable[[], object]) -> None:
        self._corpus, self._reading, self._after, self._happens = corpus, reading, after, happens
        self._readings = 0

    roots = property(lambda self: self._corpus.roots)
    origin = property(lambda self: self._corpus.origin)

    def source_of(self, path: str) -> str | None:
        return self._corpus.source_of(path)

    def __iter__(self) -> Iterator[Record | Skipped]:
        self._readings += 1
        for number, item in enumerate(self._corpus):
            if (self._readings, number) == (self._reading, self._after):
                self._happens()
            yield item


def write(folder: Path, night: int) -> dict[str, str]:
    """An archive, whose articles all change from night to night."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {f"{number:02d}": f"خبر {number % 5} شب {night} است." for number in range(ARTICLES)}
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return texts


def texts_of(layout: Layout) -> dict[str, str]:
    with closing(open_live(layout.folder)) as generation:
        articles = generation.articles(range(len(generation.catalogue)))
    assert faults(layout.live()) == []
    return {article.id: article.text for article in articles}


def vanish(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def unmount(folder: Path) -> None:
    vanish(folder)
    folder.mkdir()


def replace(folder: Path) -> None:
    vanish(folder)
    folder.mkdir()
    (folder / "00.txt").write_text(OTHER, encoding="utf-8")


class TestFolder:
    @pytest.mark.parametrize("happens", [vanish, unmount, replace])
    @pytest.mark.parametrize("reading", [1, 2])
    @pytest.mark.parametrize("after", [0, 17])
    @pytest.mark.parametrize("options", [Options(), Options(allow_removals=True)])
    def test_one_that_goes_midway_takes_nothing_with_it(
        self,
        layout: Layout,
        tmp_path: Path,
        model: Model,
        encoder: Encoder,
        happens: Callable[[Path], None],
        reading: int,
        after: int,
        options: Options,
    ) -> None:
        archive = tmp_path / "archive"
        before = write(archive, 1)
        build(Corpus([archive]), layout, model, encoder)
        now = write(archive, 2)
        corpus = Interrupted(Corpus([archive]), reading, after, partial(happens, archive))
        summary = build(corpus, layout, model, encoder, options=options)
        found = texts_of(layout)
        assert found.keys() == before.keys()
        assert summary.changes.removed == 0
        assert all(text in {before[name], now[name]} for name, text in found.items() if name != "00")
        assert found["00"] in {before["00"], now["00"], OTHER}
        assert summary.changes.skips.counts.get("unreadable", 0) > 0


class TestLines:
    @pytest.mark.parametrize("how", ["appended", "rewritten", "replaced"])
    def test_a_file_that_changes_while_it_is_read_loses_nothing(
        self, layout: Layout, tmp_path: Path, model: Model, encoder: Encoder, how: str
    ) -> None:
        path = tmp_path / "news.jsonl"

        def content(night: int, lines: int) -> str:
            texts = (
                {"id": f"{number:04d}", "text": f"خبر {number % 3} شب {night} است."}
                for number in range(lines)
            )
            return "".join(json.dumps(text, ensure_ascii=False) + "\n" for text in texts)

        path.write_text(content(0, 400), encoding="utf-8")
        build(Corpus([path]), layout, model, encoder)
        stop, written = threading.Event(), 0

        def wait_for_a_change() -> None:
            seen, until = written, time.monotonic() + 30
            while written < seen + 2 and time.monotonic() < until:
                time.sleep(0.001)

        def change() -> None:
            nonlocal written
            while not stop.is_set():
                written += 1
                if how == "appended":
                    with path.open("a", encoding="utf-8") as file:
                        line = {"id": f"new-{written}", "text": f"خبر {written % 3} شب 9 است."}
                        file.write(json.dumps(line) + "\n")
                elif how == "rewritten":
                    path.write_text(content(written % 3, 400), encoding="utf-8")
                else:
                    other = path.with_suffix(".new")
                    other.write_text(content(written % 3, 400), encoding="utf-8")
                    other.replace(path)
                stop.wait(0.002)

        writer = threading.Thread(target=change)
        writer.start()
        try:
            summary = None
            while summary is None:
                corpus = Interrupted(Corpus([path]), 1, 200, wait_for_a_change)
                with suppress(
                    TooManyRemovals
                ):  # half a file, which for once did not change while it was read
                    summary = build(corpus, layout, model, encoder)
        finally:
            stop.set()
            writer.join(30)
        assert written > 0
        found = texts_of(layout)
        assert {f"{number:04d}" for number in range(400)} <= found.keys()
        assert summary.changes.removed == 0
        for name, text in found.items():
            nights = [9] if name.startswith("new-") else [0, 1, 2]
            number = int(name.removeprefix("new-"))
            assert text in {f"خبر {number % 3} شب {night} است." for night in nights}
        # a file that was just emptied, and not yet filled again, is told as such
        changes = summary.changes
        assert changes.skips.counts.get("changed while it was read") == 1 or changes.skips.counts == {
            "empty": 1
        }
        build(Corpus([path]), layout, model, encoder)
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        assert texts_of(layout) == {line["id"]: line["text"] for line in lines}


def _packed(compress: Callable[[bytes], bytes], path: Path) -> None:
    path.write_bytes(compress("این خبر کوتاه نیست و ادامه دارد.".encode() * 40)[:-9])


BROKEN: dict[str, tuple[SkipReason, Break]] = {
    "empty.txt": (SkipReason.EMPTY, Path.touch),
    "blank.txt": (SkipReason.EMPTY, lambda path: path.write_text(" \n\t\n")),
    "binary.txt": (SkipReason.BINARY, lambda path: path.write_bytes(bytes(range(256)) * 8)),
    "cut.txt.gz": (SkipReason.DAMAGED, partial(_packed, gzip.compress)),
    "cut.txt.zst": (SkipReason.DAMAGED, partial(_packed, zstd.compress)),
    "broken.zip": (SkipReason.DAMAGED, lambda path: path.write_bytes(b"PK\3\4" + bytes(60))),
    "broken.jsonl": (SkipReason.MALFORMED, lambda path: path.write_text('{"id": "x", "text": \n')),
    "broken.json": (SkipReason.MALFORMED, lambda path: path.write_text('[{"id": "x"')),
    "broken.csv": (SkipReason.MALFORMED, lambda path: path.write_text("id,text\na,b,c,d\n")),
    "bare.html": (SkipReason.EMPTY, lambda path: path.write_text("<html><body></body></html>")),
    "nowhere.txt": (SkipReason.UNREADABLE, lambda path: path.symlink_to("gone")),
    "odd.txt": (
        SkipReason.ENCODING,
        lambda path: path.write_bytes("این خبر است. ".encode() * 20 + b"\xd8 " * 30),
    ),
}
"""Ways in which a file is broken, by the end of its name, and how each is counted."""


def test_a_large_archive_of_which_a_twentieth_is_broken(
    layout: Layout, tmp_path: Path, model: Model, encoder: Encoder
) -> None:
    archive = tmp_path / "archive"
    each, twins = divmod(FILES // 20, len(BROKEN))
    sound = FILES - FILES // 20
    expected: dict[str, str] = {}
    for number in range(sound):
        folder = archive / f"{number % 10}"
        folder.mkdir(parents=True, exist_ok=True)
        expected[f"{number % 10}/{number:05d}"] = text = f"خبر {number % 7} امروز آمد."
        (folder / f"{number:05d}.txt").write_text(text, encoding="utf-8")
    for number in range(twins):
        (archive / "0" / f"{10 * number:05d}.txt").with_suffix(".text").write_text(
            "همزاد است.", encoding="utf-8"
        )
    counts = Counter({SkipReason.DUPLICATE: twins})
    for ending, (reason, break_) in BROKEN.items():
        counts[reason] += each
        for number in range(each):
            break_(archive / f"{number % 10}" / f"b{number:04d}-{ending}")
    told: list[Skipped] = []
    summary = build(Corpus([archive]), layout, model, encoder, sink=told.append)
    assert summary.changes.skips.counts == {reason.value: count for reason, count in counts.items()}
    assert Counter(skipped.reason for skipped in told) == counts
    assert (summary.changes.read, summary.changes.new, summary.manifest.articles) == (FILES, sound, sound)
    found = texts_of(layout)
    twin_ids = {f"0/{10 * number:05d}" for number in range(twins)}
    assert found == expected | dict.fromkeys(twin_ids & found.keys(), "همزاد است.")
    assert 0 < summary.work.embedded < 40
    again = build(Corpus([archive]), layout, model, encoder)
    assert (again.published, again.work.embedded, again.changes.unchanged) == (False, 0, sound)
    assert again.changes.skips.counts == summary.changes.skips.counts

"""The archive that is searched under load: with two generations, between which it changes."""

import itertools
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load.asking import Asked
from benchmarks.speed import texts
from indexer.build import build
from indexer.corpus import Corpus
from indexer.models.encoder import load_encoder
from indexer.models.model import locate
from indexer.storage.layout import Layout

SEEDS = texts.ROOT / "seeds"
LATEST = "آخرین خبر: مذاکرات صلح فردا در ژنو از سر گرفته می\u200cشود."


@dataclass(frozen=True, slots=True)
class Archive:
    """An index of one article more or less; `change` lets the other generation answer."""

    layout: Layout

    @property
    def folder(self) -> Path:
        """Of the index."""
        return self.layout.folder

    def change(self) -> str:
        """Make the generation live that is not; its name."""
        with self.layout.writing():
            live = self.layout.live()
            other = next(folder for folder in reversed(self.layout.published()) if folder != live)
            self.layout.point_to(other)
        return other.name


@contextmanager
def archive(source: Path | None = None) -> Iterator[Archive]:
    """A copy of the index in a folder, else an index of the seed articles; with a generation more.

    The copy shares the files of generations, and is gone afterwards; the index itself is left as it is.
    """
    with tempfile.TemporaryDirectory(dir=source.resolve().parent if source else None) as folder:
        layout = Layout(Path(folder) / "index")
        model = locate(None)
        encoder = load_encoder(model)
        if source:
            shutil.copytree(source, layout.folder, copy_function=_shared, symlinks=True)
        else:
            build(Corpus([SEEDS]), layout, model, encoder)
        (Path(folder) / "news").mkdir()
        (Path(folder) / "news" / "latest.txt").write_text(LATEST, encoding="utf-8")
        build(Corpus([Path(folder) / "news"]), layout, model, encoder)
        yield Archive(layout)


def _shared(source: str, target: str) -> str:
    """The file of a generation is linked, for it never changes; others are copied."""
    if "/generations/" in source:
        os.link(source, target)
    else:
        shutil.copyfile(source, target)
    return target


def searches(folders: list[Path], seed: int = 0) -> Iterator[Asked]:
    """Searches without an end: queries of sets, or of the seeds and the documentation; no two are equal.

    Args:
        folders: of sets in BEIR's format; `benchmarks.speed.texts` says what is taken without any.
        seed: of the order.
    """
    asked = texts.queries(texts.collections(folders))
    drawn = random.Random(seed)
    drawn.shuffle(asked)
    for variant in itertools.count():
        for query in asked:
            words = query.split()[:20]
            if variant:
                drawn.shuffle(words)
            yield Asked.search(" ".join(words))

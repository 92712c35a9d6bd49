"""What tests of indexing share: small corpora, an encoder that counts, and builds whose summary adds up."""

import functools
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from indexer.build import Summary, build
from indexer.core.errors import IndexNotFound
from indexer.core.protocols import Encoder
from indexer.core.records import Skipped, Vectors
from indexer.corpus import Corpus as Files
from indexer.drafting.compare import Corpus
from indexer.generation import calibration
from indexer.generation.generation import open_live
from indexer.lexicon.word_vectors import reference_words
from indexer.models.model import Model, locate
from indexer.options import Options
from indexer.storage.layout import Layout
from indexer.storage.manifest import MANIFEST, Manifest
from indexer.upkeep.checks import faults

TEXTS = (
    "باران شدید دیروز در شهر رشت خیابان\u200cها را پر از آب کرد. مدرسه\u200cها بسته شد.",
    "نانوای جوان هر صبح نان تازه برای همسایه\u200cها می\u200cپزد.",
    "تیم فوتبال کابل در مسابقه دیشب سه گول زد. هزاران تن خوشحال شدند.",
    "أغرقت الأمطار الغزيرة أمس شوارع مدينة البصرة. أغلقت المدارس.",
    "سيشهد سكان المدينة خسوف القمر مساء الخميس.",
    "قطار تهران به مشهد دو ساعت دیر رسید.",
    "وزیر راه گفت پل تازه تا بهار آماده می\u200cشود. مدرسه\u200cها بسته شد.",
    "ارتفعت أسعار القمح في مصر هذا الشهر.",
    "کتابخانه شهر هرات هزار جلد کتاب تازه خرید.",
    "أعلنت الوزارة موعد الامتحانات. أغلقت المدارس.",
    "هوای کابل سرد شد و برف بارید.",
    "خرما از بم به چهار کشور رفت.",
)
"""Texts of articles; two pairs of them share a sentence."""


@functools.cache
def _fixed_texts() -> frozenset[str]:
    """What the embedded model is asked for once per machine."""
    prompt = locate(None).prompts.query
    return frozenset(prompt + text for text in (*reference_words(), *calibration.query_texts()))


class CountingEncoder:
    """An encoder that writes down what it is asked, and may be interrupted.

    What is encoded once per machine counts nothing: whether it is depends on what ran here before.
    """

    def __init__(self, encoder: Encoder, blocks: int | None = None) -> None:
        """Ask `encoder`; after so many calls of `encode`, Ctrl-C is pressed."""
        self._encoder = encoder
        self._blocks = blocks
        self.texts: list[str] = []

    @property
    def dimensions(self) -> int:
        return self._encoder.dimensions

    @property
    def engine(self) -> str:
        return self._encoder.engine

    def encode(self, texts: Sequence[str]) -> Vectors:
        if _fixed_texts().issuperset(texts):
            return self._encoder.encode(texts)
        if self._blocks is not None:
            if not self._blocks:
                raise KeyboardInterrupt
            self._blocks -= 1
        self.texts += texts
        return self._encoder.encode(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.encode_queries(texts)

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.encode_words(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._encoder.count_tokens(texts)


class Nights:
    """An index, and one reindex after another; each must add up and leave a sound generation.

    Attributes:
        layout, model, encoder: of the index; the encoder's texts are those of the last night.
    """

    def __init__(self, layout: Layout, model: Model, encoder: Encoder) -> None:
        self.layout, self.model = layout, model
        self.encoder = CountingEncoder(encoder)

    def __call__(
        self,
        *paths: Path,
        corpus: Corpus | None = None,
        sink: Callable[[Skipped], None] = lambda skipped: None,
        **options: Any,  # noqa: ANN401 (of Options)
    ) -> Summary:
        """Reindex what lies at `paths`, or `corpus`, with these Options."""
        before = 0 if options.get("fresh") else self.count()
        self.encoder.texts.clear()
        records = corpus or self.files(*paths)
        chosen = Options(**options)
        summary = build(records, self.layout, self.model, self.encoder, options=chosen, sink=sink)
        changes = summary.changes
        assert changes.read == changes.new + changes.changed + changes.unchanged + changes.skips.total
        changes = summary.changes
        assert summary.manifest.articles == before + changes.new - changes.removed == self.count()
        assert summary.work.embedded == len(self.encoder.texts) == len(set(self.encoder.texts))
        assert summary.manifest.name == self.layout.live().name
        assert faults(self.layout.live()) == []
        return summary

    def files(self, *paths: Path) -> Files:
        """What lies at `paths`, with ids as the index has them."""
        return Files(paths, roots=self.layout.roots())

    def manifest(self) -> Manifest:
        """That of the live generation."""
        return Manifest.read(self.layout.live() / MANIFEST)

    def count(self) -> int:
        """Articles of the live generation; none where there is none."""
        try:
            return self.manifest().articles
        except IndexNotFound:
            return 0

    def texts(self) -> dict[str, str]:
        """The text of every article of the live generation, by id."""
        with closing(open_live(self.layout.folder)) as generation:
            articles = generation.articles(range(len(generation.catalogue)))
        return {article.id: article.text for article in articles}

    def paths(self) -> dict[str, str]:
        """The file that every article of the live generation was read from, by id."""
        with closing(open_live(self.layout.folder)) as generation:
            places = [generation.catalogue.locate(number) for number in range(len(generation.catalogue))]
            return {segment.ids[row]: segment.origin(row).path for segment, row in places}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Text files in `folder`, which is made; a name without a suffix gets `.txt`."""
    for name, text in files.items():
        path = folder / (name if "." in name else f"{name}.txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def numbered(count: int) -> dict[str, str]:
    """So many articles of one short sentence each, no two alike."""
    return {f"{number:02d}": f"خبر {number} از شهر." for number in range(count)}


def tree(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Everything below a folder: size, time of the last change, and inode."""
    found = [(path, path.lstat()) for path in [folder, *sorted(folder.rglob("*"))]]
    return {str(path): (status.st_size, status.st_mtime_ns, status.st_ino) for path, status in found}


def bytes_below(folder: Path) -> bytes:
    """The content of every file below a folder."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())

"""A draft: what stays of the generation before, what comes to it, and its publication as the next."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged, IndexMismatch, IndexNotFound
from indexer.core.protocols import Encoder
from indexer.core.ranges import inner_rows
from indexer.core.records import Article, Numbers
from indexer.core.settings import RECALL
from indexer.drafting.derived import Encoders, derive
from indexer.drafting.embedding import embedded
from indexer.drafting.fixed_texts import FixedTexts
from indexer.drafting.merging import SegmentRows, SegmentsWriter, share_segment, to_rewrite
from indexer.drafting.protocols import ArticleSink, Publication
from indexer.drafting.provenance import Provenance, shares_articles
from indexer.generation.catalogued import SEGMENTS
from indexer.generation.generation import Generation
from indexer.generation.segment import Origin, Segment
from indexer.models.model import Model
from indexer.storage.manifest import MANIFEST, FileFact, Manifest, content_faults, damage
from indexer.vectors.cache import CachedEncoder, Keys, VectorCache

SLACK = 1.25
SLACK_TEXTS = 10_000
"""The cache is swept when it holds so many times, and so many more, texts than the kept generations use."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build has come: what it does, how much of it is done, of how much where that is known."""

    stage: str
    done: int = 0
    total: int | None = None
    unit: str = ""


Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts that have a vector each.

    Attributes:
        passages, sentences: of articles.
        words: of the index, those that are new to it.
    """

    passages: int = 0
    sentences: int = 0
    words: int = 0


class Draft:
    """A generation before it is published: some of the articles of another one, and what comes to them.

    Attributes:
        passage_encoder, word_encoder: encode through the cache, and count.
    """

    def __init__(
        self,
        folder: Path,
        layout: Publication,
        model: Model,
        encoder: Encoder,
        cache: VectorCache,
        base: Generation | None,
        report: Report = lambda progress: None,
        *,
        recall: float = RECALL,
    ) -> None:
        """Begin, in `folder`, what will be the next generation of `layout`, with all articles of `base`.

        `recall` is asked of searches for nearest vectors, in what is written.
        """
        self._folder, self._layout, self._base = folder, layout, base
        self._model, self._encoder = model, encoder
        self._report = report
        self._cache_before = layout.cache_size()
        self._written = 0
        self._writer: ArticleSink = SegmentsWriter(folder, encoder.dimensions, recall)
        self.passage_encoder = CachedEncoder(encoder, cache, model.fingerprint, model.prompts.passage)
        self.word_encoder = CachedEncoder(
            encoder, cache, model.fingerprint, model.prompts.query, tick=lambda: self._tell("words")
        )
        self._stays: NDArray[np.bool_] = np.ones(len(base.catalogue) if base else 0, np.bool_)

    @property
    def shares_articles(self) -> bool:
        """Whether the base's articles can stay as they are; otherwise they are cut and encoded anew."""
        return self._base is not None and shares_articles(self._base.manifest, self._model)

    def remove(self, numbers: Numbers) -> None:
        """Leave out some articles of the base, by their numbers there."""
        self._stays[numbers] = False

    def restore(self, number: int) -> None:
        """Take back what `remove` said of an article, unless another version of it was added."""
        self._stays[number] = True

    @property
    def removed(self) -> int:
        """How many articles of the base are left out, or replaced by another version."""
        return int(np.count_nonzero(~self._stays))

    def add(self, articles: Iterable[tuple[Article, Origin]], expected: int) -> None:
        """Cut, encode and append articles; each replaces the base's article of the same id."""
        for done, article in enumerate(
            embedded(articles, self._encoder.count_tokens, self.passage_encoder), start=1
        ):
            self._writer.add(article)
            if self._base is not None:
                number = self._base.catalogue.ids.number(article.article.id)
                if number is not None:
                    self._stays[number] = False
            self._report(Progress("embedding", done, max(expected, done), "articles"))

    def publish(
        self,
        provenance: Provenance,
        *,
        rewrite: frozenset[str] = frozenset(),
        sharing: bool = True,
        live: bool = True,
    ) -> Manifest:
        """Join what stays with what came, and make it a generation; the live one, unless `live` is false.

        Args:
            provenance: what the manifest says.
            rewrite: names of segments that are written anew, whatever they hold.
            sharing: whether files of word vectors may be shared that also hold what is gone.
            live: whether it becomes the live one.
        """
        if self._base is None or self.shares_articles:
            shared, facts = self._share_or_merge(rewrite)
        else:
            self._encode_anew(self._base)
            shared, facts = [], {}
        self._writer.close()
        written = [Segment(self._folder / SEGMENTS / name) for name in self._writer.written]
        for segment in written:
            files = self._writer.written[segment.name]
            facts |= {f"{SEGMENTS}/{segment.name}/{name}": fact for name, fact in files.items()}
        manifest = derive(
            self._folder,
            self._layout,
            [*shared, *((segment, np.arange(len(segment))) for segment in written)],
            facts,
            self._encoders(),
            self._base,
            provenance,
            self._tell,
            sharing=sharing,
        )
        new = [self._folder / name for name in manifest.files]
        self._written = sum(path.stat().st_size for path in new if path.stat().st_nlink == 1)
        self._tell("publishing")
        folder = self._layout.publish(self._folder, manifest, live=live)
        self._written += (folder / MANIFEST).stat().st_size
        return manifest

    def _encoders(self) -> Encoders:
        fixed = FixedTexts.of(self._model, self._encoder)
        fixed_as_queries = partial(fixed.encode, prompt=self._model.prompts.query)
        return Encoders(self.word_encoder.encode, fixed_as_queries, fixed_as_queries)

    @property
    def texts(self) -> Texts:
        """How many vectors were asked for."""
        words = self.word_encoder.embedded + self.word_encoder.reused
        return Texts(self._writer.passages, self._writer.sentences, words)

    @property
    def bytes_written(self) -> int:
        """Of files that are shared with no other generation, and of the cache."""
        return self._written + max(self._layout.cache_size() - self._cache_before, 0)

    @property
    def is_empty(self) -> bool:
        """Whether there would be no passage."""
        staying = any(len(inner_rows(segment.first_passages, rows)) for segment, rows in self._staying())
        return not self._writer.passages and not staying

    def close(self) -> None:
        """Close what is open; unless it was published, it is of no use afterwards."""
        self._writer.discard()

    def _tell(self, stage: str) -> None:
        done = self.word_encoder.embedded if stage == "words" else 0
        self._report(Progress(stage, done, None, "words embedded" if done else ""))

    def _staying(self) -> list[SegmentRows]:
        """The segments of the base, with the rows that stay."""
        if self._base is None:
            return []
        catalogue = self._base.catalogue
        stays = np.zeros(sum(map(len, catalogue.segments)), np.bool_)
        stays[catalogue.article_rows] = self._stays
        found, start = [], 0
        for segment in catalogue.segments:
            found.append((segment, np.flatnonzero(stays[start : start + len(segment)])))
            start += len(segment)
        return found

    def _encode_anew(self, base: Generation) -> None:
        """Append the articles that stay as if they came now: how they are cut or encoded has changed."""
        require_sound(base, base.segments)
        self.add(_stored(self._staying()), int(self._stays.sum()))

    def _share_or_merge(self, rewrite: frozenset[str]) -> tuple[list[SegmentRows], dict[str, FileFact]]:
        """Share large segments of the base and copy small ones into the new; the shared, with their files."""
        base, staying = self._base, self._staying()
        if base is None:
            return [], {}
        live = [_sentences(segment, rows) for segment, rows in staying]
        total = [len(segment.sentences) for segment, _ in staying]
        merged = set(to_rewrite(live, total, self._writer.sentences))
        merged |= {number for number, (segment, _) in enumerate(staying) if segment.name in rewrite}
        if merged:
            require_sound(base, [staying[number][0] for number in merged])
        shared: list[SegmentRows] = []
        facts: dict[str, FileFact] = {}
        for number, (segment, rows) in enumerate(staying):
            if number in merged:
                self._tell("merging")
                self._writer.copy(segment, rows)
            elif len(rows):
                facts |= share_segment(segment, base.manifest.files, self._folder)
                shared.append((segment, rows))
        return shared, facts


def require_sound(base: Generation, segments: Sequence[Segment] = ()) -> None:
    """Check what is copied out of a generation into the next, whose checksums would hide the damage.

    Files that are shared keep their checksums and are not read.

    Args:
        base: the generation; what it holds besides segments is checked.
        segments: some of its segments, which are checked instead.

    Raises:
        IndexDamaged: a file has other contents than when it was written.
    """
    folders = tuple(f"{SEGMENTS}/{segment.name}/" for segment in segments)
    found = content_faults(
        base.folder,
        base.manifest,
        chosen=lambda name: name.startswith(folders) if folders else not name.startswith(f"{SEGMENTS}/"),
    )
    if found:
        raise damage(base.folder, found, "; nothing was changed")


def sweep(cache: VectorCache, layout: Publication, dimensions: int, most_bytes: int) -> int:
    """Forget what no generation uses, once it is much, and what there is no room for; how many texts."""
    used = used_texts(cache, layout.published())
    texts = sum(len(keys) for several in used.values() for keys in several)
    forgotten = 0
    if cache.estimated_rows(dimensions) > SLACK * texts + SLACK_TEXTS:
        forgotten = cache.forget(used)
    return forgotten + cache.trim(most_bytes, dimensions)


def used_texts(cache: VectorCache, folders: Iterable[Path]) -> dict[int, list[Keys]]:
    """The texts that some generations use, by the cache's spaces; one that does not open uses none."""
    used: dict[int, list[Keys]] = {}
    for folder in folders:
        try:
            generation = Generation(folder)
        except (IndexDamaged, IndexMismatch, IndexNotFound):
            continue
        manifest = generation.manifest
        passages = cache.space(manifest.fingerprint, manifest.prompts["passage"])
        words = cache.space(manifest.fingerprint, manifest.prompts["query"])
        for segment in generation.segments:
            used.setdefault(passages, []).extend((segment.passage_keys, segment.sentence_keys))
        used.setdefault(words, []).append(generation.lexicon.word_vectors.keys)
        generation.close()
    return used


def _stored(parts: Iterable[SegmentRows]) -> Iterator[tuple[Article, Origin]]:
    """Articles as they are kept."""
    for segment, rows in parts:
        for row, article in zip(rows.tolist(), segment.store.iterate(rows.tolist()), strict=True):
            yield article, segment.origin(row)


def _sentences(segment: Segment, rows: Numbers) -> int:
    counts = np.diff(segment.first_sentences[segment.first_passages])
    return int(counts[rows].sum())

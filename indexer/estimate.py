"""How much there is to embed, and how long that takes here: measured on a sample of what will be embedded."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from indexer.core.protocols import Encoder
from indexer.core.records import Article
from indexer.drafting.draft import Texts
from indexer.drafting.embedding import passage_texts, sentence_texts
from indexer.generation.generation import Generation
from indexer.models.model import Model
from indexer.text.chunking import chunk
from indexer.text.orthography import encoder_input, tokens
from indexer.text.orthography.stems import stem

SAMPLED_ARTICLES = 64
"""Articles that are cut into passages, sentences and words."""

TIMED_TEXTS = 64
"""Texts of each kind that are encoded to see how fast this machine is."""

NO_TEXTS = Texts()


@dataclass(frozen=True, slots=True)
class Estimate:
    """What embedding would take.

    Attributes:
        characters: of the articles, counted.
        texts: about how many there are, by kind; some may have their vectors in the cache.
        seconds: about how long encoding all of them takes.
    """

    characters: int = 0
    texts: Texts = NO_TEXTS
    seconds: float = 0.0


class Sample:
    """Articles one by one, of which some are kept, evenly spread over all."""

    def __init__(self) -> None:
        self.characters = 0
        self._seen = 0
        self._every = 1
        self._kept: list[Article] = []

    def add(self, article: Article) -> None:
        """Count an article, and perhaps keep it."""
        if self._seen % self._every == 0:
            self._kept.append(article)
        if len(self._kept) > 2 * SAMPLED_ARTICLES:
            self._kept = self._kept[::2]
            self._every *= 2
        self._seen += 1
        self.characters += len(article.text)

    def add_all_of(self, generation: Generation) -> None:
        """Count the articles of a generation, by their passages, and keep some."""
        for segment, rows in zip(generation.segments, generation.catalogue.live_rows(), strict=True):
            for row in rows.tolist():
                spans = segment.passage_spans[segment.first_passages[row] : segment.first_passages[row + 1]]
                self.characters += int((spans[:, 1].astype(int) - spans[:, 0]).sum())
        total = len(generation.catalogue)
        self._kept += generation.articles(range(0, total, max(total // SAMPLED_ARTICLES, 1)))

    def estimate(self, model: Model, encoder: Encoder, base: Generation | None) -> Estimate:
        """What embedding all of them takes.

        Args:
            model: that would be used.
            encoder: of that model.
            base: the generation whose vectors of words can be used; none can when None.
        """
        if not self._kept:
            return Estimate(self.characters)
        cut = [(article, chunk(article, encoder.count_tokens)) for article in self._kept]
        passages = [text for article, chunks in cut for text in passage_texts(article, chunks)]
        sentences = [text for article, chunks in cut for text in sentence_texts(article, chunks)]
        share = self.characters / max(sum(len(article.text) for article in self._kept), 1)
        words = self._words(base, share)
        texts = Texts(round(share * len(passages)), round(share * len(sentences)), words)
        spelled = [encoder_input(word, "fa") for word in _different_words(self._kept).values()]
        prompts = (model.prompts.passage, model.prompts.passage, model.prompts.query)
        times = [
            _seconds_each([prompt + text for text in some], encoder.encode)
            for prompt, some in zip(prompts, (passages, sentences, spelled), strict=True)
        ]
        seconds = sum(
            each * count
            for each, count in zip(times, (texts.passages, texts.sentences, texts.words), strict=True)
        )
        return Estimate(self.characters, texts, seconds)

    def _words(self, base: Generation | None, share: float) -> int:
        """About how many words get vectors that have none: one of each stem, where none is known.

        The number of different stems grows as a power of the text's length (Heaps, "Information retrieval",
        1978); the power is that by which it grows from half of the sample to all of it.
        """
        known = base.postings.words if base else None
        half, all_ = (
            sum(known is None or known.number(word) is None for word in _different_words(some).values())
            for some in (self._kept[::2], self._kept)
        )
        power = math.log2(all_ / half) if 0 < half < all_ else 1.0
        return round(float(all_ * share ** min(power, 1.0)))


def _different_words(articles: Sequence[Article]) -> dict[str, str]:
    """By stem, a word of it."""
    return {
        stem(word.text, article.language): word.text for article in articles for word in tokens(article.text)
    }


def _seconds_each(texts: Sequence[str], encode: Callable[[Sequence[str]], object]) -> float:
    """The time that encoding one of some texts takes, in the mean of some of them."""
    some = texts[:: max(len(texts) // TIMED_TEXTS, 1)]
    if not some:
        return 0.0
    encode(some[:8])
    started = time.perf_counter()
    encode(some)
    return (time.perf_counter() - started) / len(some)

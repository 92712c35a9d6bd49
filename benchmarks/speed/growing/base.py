"""The real sentences that archives of any size are put together from."""

import json
import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.text.language import identify
from indexer.text.orthography import encoder_input, tokens
from indexer.text.sentences import split

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "eval"

KEY_WORDS = 5
"""A sentence is known again by so many of its first words, which stay as they are."""

SENTENCES_A_RUN = 6

_LANGUAGES = ("fa", "prs", "ar")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A real sentence.

    Attributes:
        words: parted by single spaces in its text.
        tokens: how many folded words the index counts in it.
        run: position of the run that it belongs to.
    """

    words: tuple[str, ...]
    tokens: int
    run: int

    @property
    def text(self) -> str:
        """The sentence."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Run:
    """Sentences that follow one another in a real text, `first` up to `past` of all."""

    language: str
    first: int
    past: int


@dataclass(frozen=True, slots=True)
class Law:
    """How many different words a text of n words has: K n^β (Heaps, "Information retrieval", 1978)."""

    factor: float
    exponent: float
    tokens: int

    def words(self, tokens: float) -> float:
        """Different words among so many."""
        return float(self.factor * tokens**self.exponent)


@dataclass(frozen=True, slots=True)
class Base:
    """All real sentences, in runs; no two begin alike. `law` is that of their folded words."""

    sentences: tuple[Sentence, ...]
    runs: tuple[Run, ...]
    law: Law
    vocabulary: frozenset[str]

    def run_text(self, run: Run) -> str:
        """The sentences of a run as one text."""
        return " ".join(sentence.text for sentence in self.sentences[run.first : run.past])


def key_of(text: str) -> str:
    """What a sentence is known again by."""
    return " ".join(text.split(" ", KEY_WORDS)[:KEY_WORDS])


def read_base(folders: Sequence[Path]) -> Base:
    """The sentences of sets in BEIR's format in Persian, Dari and Arabic; without any, of the seeds."""
    sentences: list[Sentence] = []
    runs: list[Run] = []
    growth: list[tuple[int, int]] = []
    seen: set[str] = set()
    vocabulary: set[str] = set()
    total = 0
    for language, text in _documents(folders):
        for some in _runs(text, language):
            first = len(sentences)
            for words in some:
                key = key_of(encoder_input(" ".join(words), language))
                if key in seen:
                    continue
                seen.add(key)
                folded = [token.text for token in tokens(" ".join(words))]
                vocabulary.update(folded)
                total += len(folded)
                sentences.append(Sentence(words, len(folded), len(runs)))
            if len(sentences) > first:
                runs.append(Run(language, first, len(sentences)))
                growth.append((total, len(vocabulary)))
    return Base(tuple(sentences), tuple(runs), _fitted(growth), frozenset(vocabulary))


def _fitted(growth: Sequence[tuple[int, int]]) -> Law:
    """The law through the vocabulary of all words and that of the first half of them."""
    tokens_, words = growth[-1]
    half = min(growth, key=lambda pair: abs(pair[0] - tokens_ / 2))
    exponent = math.log(words / half[1]) / math.log(tokens_ / half[0])
    return Law(words / tokens_**exponent, exponent, tokens_)


def _documents(folders: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Distinct documents with their languages, in an order that is always the same and mixes the sets."""
    found = list(dict.fromkeys(_read(folders) if folders else _seeds()))
    random.Random(0).shuffle(found)
    yield from found


def _read(folders: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for folder in folders:
        with (folder / "corpus.jsonl").open(encoding="utf-8") as file:
            for line in file:
                item = json.loads(line)
                if item.get("lang") in _LANGUAGES:
                    yield item["lang"], item["text"]


def _seeds() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "seeds").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        for paragraph in text.split("\n"):
            language = identify(text)
            if paragraph.strip() and language in _LANGUAGES:
                yield language, paragraph


def _runs(text: str, language: str) -> Iterator[list[tuple[str, ...]]]:
    """The sentences of a text as their words, a few together; what has no letters is left out."""
    whole = [tuple(span.of(text).split()) for span in split(text, language)]
    kept = [words for words in whole if sum(map(len, words)) > len(words) + 8]
    for start in range(0, len(kept), SENTENCES_A_RUN):
        yield kept[start : start + SENTENCES_A_RUN]

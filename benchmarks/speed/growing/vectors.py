"""Made-up vectors for the texts of made-up archives: a pure function of the text, spread like real ones.

A vector is drawn by the smoothed bootstrap (Silverman and Young, "The bootstrap: to smooth or not to
smooth?", Biometrika 74, 1987): a real vector, and noise of the covariance of all real ones, shrunk so that
mean and covariance stay:

    v = m + √(1 − h²) (r − m) + h (a − b + c − d) / 2

r is the vector of the real sentence, passage or word that the text comes from; a to d are real vectors
chosen by a digest of the text. `likeness.py` compares what comes out with real vectors.
"""

import hashlib
import math
import re
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.growing.base import Base, key_of
from indexer.core.protocols import Encoder
from indexer.core.records import Numbers, Vectors
from indexer.text.orthography import encoder_input
from indexer.vectors.cache import CachedEncoder

_FOURFOLD, _DOUBLING, _MOST = 0.3, 0.08, 0.6

SAMPLE_WORDS = 8000
"""Real words whose vectors the made-up ones are drawn from."""

SENTENCES, RUNS = "sentences.npy", "runs.npy"
RUN_OF, KEYS, VOCABULARY, SAMPLE = "run-of-sentences.npy", "keys.txt", "vocabulary.txt", "sample.txt"

CUTTING = "embedding"
"""The stage of a build in which articles are cut."""

_DONE = "done"
_WORDS, _MODEL = "words", "model"
_BEGINNING = 4
"""Made-up words that share so many letters are drawn around the same real one."""

_LONG = 12
"""A text of more words comes from an archive, whatever it is: of a sentence that was cut."""

_PIECES = re.compile(r"(?<=[.!?؟۔:]) ")
_ARABIC = re.compile("[\u0600-\u06ff]")


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Real vectors, shape `(rows, dimensions)`, from which made-up ones are drawn."""

    rows: NDArray[np.float32]
    mean: NDArray[np.float32]

    @classmethod
    def of(cls, rows: NDArray[np.float32]) -> "Cloud":
        """The cloud of these vectors."""
        return cls(rows, np.asarray(rows.mean(axis=0), np.float32))

    def draw(self, centres: Vectors, digests: NDArray[np.uint64], h: float) -> Vectors:
        """A unit vector for each centre; `digests` of shape `(texts, 4)` choose the noise."""
        a, b, c, d = (
            self.rows[column] for column in (digests % np.uint64(len(self.rows))).T.astype(np.int64)
        )
        found = self.mean + np.sqrt(1 - h**2) * (centres - self.mean) + h * (a - b + c - d) / 2
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def smoothing(drawn: int, real: int) -> float:
    """The h with which `drawn` vectors around `real` ones are spread like as many real ones.

    Settled by comparing the curves of `likeness.py` with 4, 16 and 64 vectors around a real one.
    """
    return min(_MOST, max(0.0, _FOURFOLD + _DOUBLING * math.log2(max(drawn, 1) / real / 4)))


def digests_of(texts: Sequence[str]) -> NDArray[np.uint64]:
    """Four numbers that stand for each text."""
    joined = b"".join(hashlib.blake2b(text.encode(), digest_size=32).digest() for text in texts)
    return np.frombuffer(joined, np.uint64).reshape(len(texts), 4)


def prepare(base: Base, encoder: CachedEncoder, folder: Path) -> None:
    """Write into `folder` what made-up vectors are drawn from; nothing where that was done."""
    if (folder / _DONE).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    sentences = [
        encoder_input(sentence.text, base.runs[sentence.run].language) for sentence in base.sentences
    ]
    words = sorted(word for word in base.vocabulary if _ARABIC.match(word))
    inputs = {
        SENTENCES: sentences,
        RUNS: [encoder_input(base.run_text(run), run.language) for run in base.runs],
    }
    for name, texts in inputs.items():
        np.save(folder / name, encoder.encode(texts))
    (folder / SAMPLE).write_text("\n".join(words[:: max(1, len(words) // SAMPLE_WORDS)]), encoding="utf-8")
    np.save(folder / RUN_OF, np.array([sentence.run for sentence in base.sentences]))
    (folder / KEYS).write_text("\n".join(map(key_of, sentences)), encoding="utf-8")
    (folder / VOCABULARY).write_text("\n".join(words), encoding="utf-8")
    (folder / _DONE).touch()


class MadeUpEncoder:
    """An encoder that makes up the vectors of an archive's texts, and asks the model for all others.

    Attributes:
        stage: what a build does now; whoever builds says so.
        seconds: that encoding took, by stage.
        by_model: how many texts the model encoded, or the cache held.
    """

    def __init__(
        self, folder: Path, real: Encoder, remembered: Mapping[str, CachedEncoder], h: float
    ) -> None:
        """Draw from what `prepare` wrote.

        Args:
            folder: where `prepare` wrote.
            real: counts tokens.
            remembered: by prompts, the empty one too, what encodes texts behind them that no archive has.
            h: how far vectors are spread around the real ones (see `smoothing`).
        """
        self._real, self._remembered, self._h = real, remembered, h
        self._prompts = sorted(remembered, key=len, reverse=True)
        self._clouds = {name: Cloud.of(np.load(folder / name, mmap_mode="r")) for name in (SENTENCES, RUNS)}
        self._sample = (folder / SAMPLE).read_text(encoding="utf-8").split("\n")
        keys = (folder / KEYS).read_text(encoding="utf-8").split("\n")
        self._rows = {key: row for row, key in enumerate(keys)}
        self._run_of: list[int] = np.load(folder / RUN_OF).tolist()
        self._vocabulary = frozenset((folder / VOCABULARY).read_text(encoding="utf-8").split("\n"))
        self.seconds: dict[str, float] = defaultdict(float)
        self.stage = ""
        self.by_model = 0

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._real.dimensions

    @property
    def engine(self) -> str:
        """That they are made up."""
        return f"made up, like those of {self._real.engine}"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As the model counts them; articles are cut by it before the stage that does so is told."""
        self.stage = CUTTING
        return self._real.count_tokens(texts)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts with their prompt."""
        began = time.perf_counter()
        found = np.empty((len(texts), self.dimensions), np.float32)
        origins: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        bare = []
        for position, text in enumerate(texts):
            prompt = next(one for one in self._prompts if text.startswith(one))
            bare.append(text.removeprefix(prompt))
            kind, row = self._origin(bare[-1])
            origins[prompt, kind].append((position, row))
        for (prompt, kind), pairs in origins.items():
            positions, rows = np.array(pairs, np.int64).T
            found[positions] = self._drawn(prompt, kind, [bare[position] for position in positions], rows)
        self.seconds[self.stage] += time.perf_counter() - began
        return found

    encode_queries = encode
    encode_words = encode

    def _drawn(self, prompt: str, kind: str, texts: Sequence[str], rows: Numbers) -> Vectors:
        if kind == _MODEL:
            self.by_model += len(texts)
            return self._remembered[prompt].encode(texts)
        cloud = self._of_words(prompt) if kind == _WORDS else self._clouds[kind]
        return cloud.draw(cloud.rows[rows], digests_of(texts), self._h)

    def _of_words(self, prompt: str) -> Cloud:
        """The cloud of real words behind a prompt."""
        name = f"{_WORDS} {prompt}"
        if name not in self._clouds:
            self._clouds[name] = Cloud.of(self._remembered[prompt].encode(self._sample))
        return self._clouds[name]

    def _origin(self, text: str) -> tuple[str, int]:
        """Which cloud a text belongs to, or the model, and the row there of the text that it comes from."""
        pieces = [key_of(piece) for piece in _PIECES.split(text)]
        rows = [self._rows[key] for key in pieces if key in self._rows]
        if len(pieces) == 1 and not rows and " " not in text:
            is_new = _ARABIC.match(text) and text not in self._vocabulary
            return (_WORDS, _row_of(text[:_BEGINNING], len(self._sample))) if is_new else (_MODEL, 0)
        if len(rows) > 1:
            runs = [self._run_of[row] for row in rows]
            return RUNS, max(runs, key=runs.count)
        if rows:
            return SENTENCES, rows[0]
        if text.count(" ") >= _LONG:
            return SENTENCES, _row_of(text, len(self._rows))
        return _MODEL, 0


def _row_of(text: str, rows: int) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "little") % rows

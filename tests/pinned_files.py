"""What the modules with a version that write an index put into its files, for given articles and words.

As in `tests/pinned.py`, a module is looked at alone. Nothing comes from the embedding model: vectors are made
up, of coordinates that are 0, ½ or -½, so that lengths, cosines and their sums are exact on every machine.
"""

import datetime
import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import making
import numpy as np
import pytest
from making import catalogued, published, whole
from numpy.typing import NDArray
from pinned import lines_and_stops, plain
from pinned_texts import ARABIC_STEMS, PREFIXES, SEEDS, STEMS, SUFFIXES, WORDS

from indexer.core.records import Article, Chunk, Span, Vectors
from indexer.drafting import embedding
from indexer.drafting.merging import SegmentRows
from indexer.generation import calibration as calibration_files
from indexer.generation import catalogue as catalogues
from indexer.generation import columns as column_files
from indexer.generation import segment as segments
from indexer.generation import terms as words_of_generation
from indexer.generation.segment import Embedded, Origin
from indexer.lexicon import lexicon as lexicons
from indexer.lexicon import sound as sounds
from indexer.lexicon import word_vectors
from indexer.lexicon.forms import Words, language_bit
from indexer.lexicon.phonemes import Form
from indexer.storage.manifest import Manifest
from indexer.text.orthography import Token
from indexer.vectors.cache import CachedEncoder, VectorCache, keys_of
from indexer.vectors.vector_files import VectorFile

DIMENSIONS = 16
SUMS_ROUNDED_TO = 3
"""Decimals of sums of squares, which a machine may add up in another order."""

DAY = datetime.date(2025, 9, 3)


def segment(folder: Path) -> object:
    """The files of a segment of three articles, cut and encoded by given rules; and as it is copied."""
    articles = [
        (Article("a/1", "یک", SEEDS[0], None, "fa", "in/a", "دیروز"), Origin("/in/a", b"0123456789abcdef")),
        (
            _further(Article("b", "two", SEEDS[3], DAY, "ar", "in/b", None, "https://e.org")),
            Origin("", bytes(16)),
        ),
        (Article("c", "", " \n", None, "und", "in/c"), Origin("/in/c", bytes(range(16)))),
    ]
    with pytest.MonkeyPatch.context() as patch, VectorCache(folder / "cache") as cache:
        patch.setattr(embedding, "chunk", lambda article, _: _three_to_a_passage(article.text))
        patch.setattr(embedding, "encoder_input", lambda text, language: f"{language}: {text}")
        patch.setattr(segments, "tokens", _between_spaces)
        encoder = CachedEncoder(_MadeUp(), cache, "f", "passage: ")
        encoded = embedding.embedded(articles, _MadeUp().count_tokens, encoder)
        made = making.segment(folder / "made", encoded, DIMENSIONS)
    writer = segments.SegmentWriter(folder / "copied", DIMENSIONS)
    writer.copy(made, np.array([1, 2]))
    writer.save()
    return [_contents(folder / "made"), _contents(folder / "copied")]


def _further(article: Article) -> Article:
    """The same with a publisher and further fields."""
    return replace(article, publisher="خبر", metadata=(("author", ("Ali", "علي")), ("section", ("war",))))


def catalogue(folder: Path) -> object:
    """The catalogue of three segments, from which articles are left out; and of two with further fields."""
    parts = _dealt(folder, 40, 3)
    catalogues.write([(one, rows[::2] if one.name == "1" else rows) for one, rows in parts], folder)
    found = _contents(folder)
    authors = [("Ali",), ("علي", "علی"), (), ("ALI", "Sara")]
    further = [
        making.embedded(
            str(n), [["x"]], publisher=f"p{n % 2}", metadata=(("author", several),) if several else ()
        )
        for n, several in enumerate(authors)
    ]
    kept = whole([making.segment(folder / "a", further[:3]), making.segment(folder / "b", further[3:])])
    (folder / "further").mkdir()
    catalogues.write(kept, folder / "further", ["author"])
    return [found, _contents(folder / "further")]


def columns(folder: Path) -> object:
    """Hubness and sample of more passages, and sentences of the sample, than are looked at."""
    parts = _dealt(folder, 1300, 1)
    column_files.write(catalogued(folder / "catalogue", parts), folder)
    return _contents(folder)


def calibration(folder: Path) -> object:
    """What is usual of queries that a generation does not answer."""
    parts = _dealt(folder, 60, 1)
    calibration_files.write(catalogued(folder / "catalogue", parts), _MadeUp().encode, folder)
    return [_contents(folder), calibration_files.unrelated_queries()]


def terms(folder: Path) -> object:
    """The postings of two segments together, and which of their words get vectors."""
    parts = _dealt(folder, 60, 2)
    parts[1] = (parts[1][0], parts[1][1][::2])
    handed_on: list[Words] = []

    def write(words: Words, *_: object, **__: object) -> tuple[str, ...]:
        handed_on.append(words)
        return ()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lexicons, "write", write)
        words_of_generation.write(
            catalogued(folder / "catalogue", parts), _MadeUp().encode, folder, None, sharing=False
        )
    (words,) = handed_on
    columns_of_words = [list(words.words), words.languages.tolist(), words.sentences.tolist(), words.least]
    return [_contents(folder), columns_of_words, words_of_generation.FREQUENT]


def lexicon(folder: Path) -> object:
    """The stems and the made-up vectors of frequent words."""
    suffixed = [f"{stem}{suffix}" for stem in STEMS for suffix in SUFFIXES]
    prefixed = [f"{prefix}{stem}" for stem in ARABIC_STEMS for prefix in PREFIXES]
    folds = sorted(set(map(plain, [*WORDS, *suffixed, *prefixed])))
    of_languages = [
        sum(language_bit(name) for place, name in enumerate(("fa", "prs", "ar", "en")) if number >> place & 1)
        for number in (1 + number % 15 for number in range(len(folds)))
    ]
    words = Words(folds, np.array(of_languages, np.uint8), np.arange(len(folds)) % 4, 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sounds, "write", lambda *_: ())
        patch.setattr(word_vectors, "encoder_input", lambda word, language: f"{language} {word}")
        lexicons.write(words, _MadeUp().encode, folder)
    return _contents(folder)


def sound(folder: Path) -> object:
    """The files for words whose readings and keys are given; a second time out of the first."""
    words = sorted({word for text in SEEDS for word in text.split()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sounds, "arabic_forms", _readings)
        patch.setattr(sounds, "keys", lambda phonemes: [len(phonemes) % 7, 7 + len(phonemes) % 5])
        patch.setattr(sounds, "codes", lambda phonemes: bytes(1 + ord(sound) % 40 for sound in phonemes))
        (folder / "first").mkdir()
        sounds.write(words[::2], folder / "first")
        (folder / "second").mkdir()
        known = np.array([number // 2 if number % 2 == 0 else -1 for number in range(len(words))], np.int64)
        sounds.write(words, folder / "second", sounds.SoundIndex(folder / "first"), known)
    return [_contents(folder / "first"), _contents(folder / "second")]


def format(folder: Path) -> object:
    """The files of a generation, what kinds of values they hold, and the fields of its manifest."""
    layout = published(folder / "index", _articles(range(3)))
    live = layout.live()
    found: list[object] = [field.name for field in fields(Manifest)]
    segment_names = Manifest.read(live / "manifest.json").segments
    for path in sorted(path for path in live.rglob("*") if path.is_file()):
        name = str(path.relative_to(live)).replace(segment_names[0], "SEGMENT")
        if path.suffix == ".npy":
            array = np.load(path)
            if path.parent.name == "word-vectors":
                name = "word-vectors/ROWS.npy"
            found.append((name, array.dtype.str, array.ndim))
        elif path.suffix == ".sqlite":
            with closing(sqlite3.connect(path)) as store:
                found.append((name, store.execute("SELECT sql FROM sqlite_master").fetchall()))
        elif path.suffix == ".faiss":
            found.append((name, type(VectorFile(path).index).__name__))
        else:
            found.append(name)
    return found


class _MadeUp:
    """Vectors with four coordinates of ½ or -½, where and which by the digest of the text."""

    dimensions = DIMENSIONS
    engine = "made up"

    def encode(self, texts: Sequence[str]) -> Vectors:
        found = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            content = hashlib.sha256(text.encode()).digest()
            places = sorted(range(DIMENSIONS), key=lambda place: content[place])[:4]
            found[row, places] = [0.5 if content[DIMENSIONS + place] % 2 else -0.5 for place in places]
        return found

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode(texts)

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        return self.encode(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]


def _articles(numbers: Iterable[int]) -> list[Embedded]:
    """Articles of one to three passages of one to four sentences of a few words."""
    return [_embedded(number) for number in numbers]


def _dealt(folder: Path, count: int, hands: int) -> list[SegmentRows]:
    """So many articles, dealt out to so many segments."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "tokens", _between_spaces)
        return whole(
            making.segment(folder / f"{place}", _articles(range(place, count, hands)), DIMENSIONS)
            for place in range(hands)
        )


def _embedded(number: int) -> Embedded:
    words = [WORDS[(number * 7 + place * place) % len(WORDS)] for place in range(30)]
    passages = [
        [" ".join(words[first : first + 2]) for first in range(4 * passage, 4 * passage + 1 + number % 4)]
        for passage in range(1 + number % 3)
    ]
    text, chunks = "", list[Chunk]()
    for passage in passages:
        spans = []
        for sentence in passage:
            spans.append(Span(len(text), len(text) + len(sentence)))
            text += f"{sentence} "
        chunks.append(Chunk(spans[0].start, spans[-1].end, tuple(spans)))
    code = ("fa", "ar", "prs", "en", "ar")[number % 5]
    name = f"{number * 37 % 101:03d}/{number}"
    day = datetime.date(2025, 1, 1) + datetime.timedelta(number) if number % 3 else None
    of_passages = [f"{number} {span.of(text)}" for span in chunks]
    of_sentences = [f"{number} {span.of(text)}" for chunk in chunks for span in chunk.sentences]
    return Embedded(
        Article(name, name, text, day, code, f"in/{name}"),
        Origin(f"/in/{name}", hashlib.sha256(name.encode()).digest()[:16]),
        chunks,
        _MadeUp().encode(of_passages),
        _MadeUp().encode(of_sentences),
        keys_of(of_passages),
        keys_of(of_sentences),
    )


def _three_to_a_passage(text: str) -> list[Chunk]:
    spans = lines_and_stops(text)
    some = [spans[start : start + 3] for start in range(0, len(spans), 3)]
    return [Chunk(several[0].start, several[-1].end, tuple(several)) for several in some]


def _between_spaces(text: str) -> list[Token]:
    return [Token(word, 0, 0) for word in text.split()]


def _readings(word: str) -> list[Form]:
    return [Form(word[:32], 0), *(Form(word[cut:32], cut) for cut in (1, 2) if len(word) > cut + 1)]


def _contents(folder: Path) -> dict[str, object]:
    """What the files in a folder hold, without the frames that libraries put around it."""
    return {
        str(path.relative_to(folder)): _content(path) for path in sorted(folder.iterdir()) if path.is_file()
    } | {
        f"{inner.name}/": [_content(path) for path in sorted(inner.glob("*.npy"))]
        for inner in sorted(folder.iterdir())
        if inner.name == "word-vectors"
    }


def _content(path: Path) -> object:
    if path.suffix == ".npy":
        return _plain(np.load(path))
    if path.suffix == ".faiss":
        file = VectorFile(path)
        return _plain(file.stored(np.arange(len(file))))
    if path.suffix == ".sqlite":
        with closing(sqlite3.connect(path)) as store:
            return list(store.execute("SELECT * FROM articles ORDER BY row"))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _plain(array: NDArray[Any]) -> object:
    """Kind, shape and values of an array; what is summed up in double precision is rounded."""
    if array.dtype == np.float64:
        array = np.round(array, SUMS_ROUNDED_TO) + 0.0
    return [array.dtype.str, array.shape, hashlib.sha256(array.tobytes()).hexdigest()]

"""A generation: one published index, whole and immutable, and the folder that holds them.

INDEX_DIR/
├── CURRENT                name of the live generation; replaced atomically, last
├── cache.sqlite           vectors of texts, for all generations
├── .lock                  held by the one process that writes
└── generations/NAME/
    ├── manifest.json      what made it, and every file's size and SHA-256; written last
    ├── store.sqlite       articles, passages, sentences
    └── …                  vectors, postings and the lexicon, as `retrieval` reads them
"""

import contextlib
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import filelock
import numpy as np

from indexer.dense import UNIT_TOLERANCE
from indexer.disk import sync
from indexer.errors import IndexDamaged, IndexLocked, IndexMismatch, IndexNotFound, IndexNotWritable
from indexer.lexicon import Lexicon
from indexer.records import Article, Candidates, Passage, Request, Sentence
from indexer.retrieval import Retrieval
from indexer.store import Store

FORMAT = 2
STORE = "store.sqlite"
MANIFEST = "manifest.json"
KEPT = 2
_DRAFT = ".draft-"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FileFact:
    """Size in bytes and SHA-256 of a file of a generation."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself: what made it, what it holds, and its files."""

    name: str
    created: str
    hudhud: str
    model: str
    fingerprint: str
    engine: str
    prompts: dict[str, str]
    dimensions: int
    versions: dict[str, int]
    articles: int
    passages: int
    sentences: int
    languages: dict[str, int]
    first_date: str | None
    last_date: str | None
    skipped: dict[str, int]
    files: dict[str, FileFact]
    format: int = FORMAT

    def write(self, path: Path) -> None:
        """Write the manifest and force it to disk."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"
        with path.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Read a manifest that `write` wrote.

        Raises:
            IndexDamaged: it is missing, or is not a manifest.
            IndexMismatch: it was written in a format that this version does not read.
        """
        try:
            values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if values["format"] != FORMAT:
                raise IndexMismatch(
                    f"{path} has format {values['format']}, this version reads format {FORMAT}: reindex"
                )
            values["files"] = {name: FileFact(**fact) for name, fact in values["files"].items()}
            return cls(**values)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise IndexDamaged(f"{path} cannot be read as a manifest: reindex") from error


class Layout:
    """The folder of an index: where everything lies, who writes, and which generation is live."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "cache.sqlite"
        self.generations = folder / "generations"
        self._current = folder / "CURRENT"
        self._lock = folder / ".lock"

    def cache_size(self) -> int:
        """Bytes of the vector cache and its journal."""
        return sum(found.stat().st_size for found in self.folder.glob(f"{self.cache.name}*"))

    def live(self) -> Path:
        """The folder of the live generation.

        Raises:
            IndexNotFound: nothing was published here.
        """
        try:
            name = self._current.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise IndexNotFound(
                f"there is no index in {self.folder}:"
                f" make one with `hudhud reindex PATH --index {self.folder}`"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise IndexDamaged(f"{self._current} cannot be read ({error}): reindex") from error
        if not name or Path(name).name != name:
            raise IndexDamaged(f"{self._current} names no generation: reindex")
        return self.generations / name

    @contextlib.contextmanager
    def writing(self) -> Iterator[Path]:
        """Be the only writer, with an empty folder for a draft that vanishes unless published.

        Raises:
            IndexLocked: another process writes this index.
            IndexNotWritable: the folder cannot be made or written, or the disk is full.
        """
        try:
            self.generations.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(self._lock, timeout=0):
                for left_over in self.generations.glob(f"{_DRAFT}*"):
                    shutil.rmtree(left_over)
                draft = self.generations / f"{_DRAFT}{os.getpid()}"
                draft.mkdir()
                try:
                    yield draft
                finally:
                    shutil.rmtree(draft, ignore_errors=True)
        except filelock.Timeout:
            raise IndexLocked(
                f"another process is writing the index in {self.folder}: wait for it to end, then try again"
            ) from None
        except OSError as error:
            raise IndexNotWritable(f"the index in {self.folder} cannot be written: {error}") from error

    def next_name(self, digest: str) -> str:
        """Name for a new generation: one more than the highest number so far, and what it holds."""
        numbers = [int(found.name.split("-")[0]) for found in self._published()]
        return f"{max(numbers, default=0) + 1:06d}-{digest[:8]}"

    def publish(self, draft: Path, manifest: Manifest) -> None:
        """Make `draft` the live generation. A crash at any moment leaves the old one or the new one live.

        Files first, then the manifest, then the folder's name, then `CURRENT`; each forced to disk
        before the next. All but the newest generations are removed afterwards.
        """
        for name in manifest.files:
            sync(draft / name)
        manifest.write(draft / MANIFEST)
        sync(draft)
        draft.rename(self.generations / manifest.name)
        sync(self.generations)
        pointer = self.folder / "CURRENT.new"
        pointer.write_text(manifest.name + "\n", encoding="utf-8")
        sync(pointer)
        pointer.replace(self._current)
        sync(self.folder)
        for old in self._published()[:-KEPT]:
            shutil.rmtree(old)

    def _published(self) -> list[Path]:
        return sorted(found for found in self.generations.iterdir() if found.name.split("-")[0].isdecimal())


class Generation:
    """An open generation: answers with candidates. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Open the generation in `folder`, checking its manifest and its files' sizes.

        Raises:
            IndexDamaged: a file is missing or has not the size that the manifest gives.
            IndexMismatch: made in a format that this version does not read.
        """
        self.folder = folder
        self.manifest = Manifest.read(folder / MANIFEST)
        for name, fact in self.manifest.files.items():
            size = (folder / name).stat().st_size if (folder / name).exists() else None
            if size != fact.bytes:
                state = "is missing" if size is None else f"has {size} bytes instead of {fact.bytes}"
                raise IndexDamaged(f"{folder / name} {state}: reindex, or restore it from a backup")
        self._retrieval = Retrieval(folder)
        self.store = Store(folder / STORE)
        vectors = len(self._retrieval.similarity)
        if vectors != self.manifest.passages:
            raise IndexDamaged(
                f"{folder} has {vectors} vectors for {self.manifest.passages} passages: reindex"
            )

    @property
    def name(self) -> str:
        """The generation's name."""
        return self.manifest.name

    @property
    def lexicon(self) -> Lexicon:
        """What expands the words of queries."""
        return self._retrieval.lexicon

    def candidates(self, request: Request) -> Candidates:
        """What may answer `request`: the best of each kind of score, all of them scored in every way."""
        return self._retrieval.candidates(request, self.store.admitted(request.filter))

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """The passages of these numbers, in the order asked for."""
        return self.store.passages(numbers)

    def sentences(self, numbers: Sequence[int]) -> list[Sentence]:
        """The sentences of these numbers, in the order asked for."""
        return self.store.sentences(numbers)

    def articles(self, numbers: Sequence[int]) -> list[Article]:
        """The articles of these numbers, in the order asked for."""
        return self.store.articles(numbers)

    def article_by_id(self, article_id: str) -> Article:
        """The article of this id.

        Raises:
            ArticleNotFound: there is none.
        """
        return self.store.article_by_id(article_id)

    def vector_faults(self) -> list[str]:
        """What is wrong with the vectors: their length, their number."""
        similarity = self._retrieval.similarity
        found = []
        for what, index in (("passage", similarity.passages), ("sentence", similarity.sentences)):
            lengths = index.lengths()
            wrong = np.flatnonzero(~np.isclose(lengths, 1.0, atol=UNIT_TOLERANCE))
            found += [f"the vector of {what} {row} has length {lengths[row]:.4f}" for row in wrong[:10]]
        return found

    def close(self) -> None:
        """Release the files."""
        self.store.close()


def open_live(folder: Path) -> Generation:
    """Open the live generation of the index in `folder`.

    Raises:
        IndexNotFound: nothing was published there.
        IndexDamaged: a file is missing, truncated or unreadable.
        IndexMismatch: made in a format that this version does not read.
    """
    return Generation(Layout(folder).live())


def faults(folder: Path) -> list[str]:
    """Every checksum and every cross-reference of the live generation: what is wrong, a line each.

    Where a checksum is wrong, the files are not read any further.

    Raises:
        IndexNotFound: nothing was published in `folder`.
    """
    live = Layout(folder).live()
    try:
        manifest = Manifest.read(live / MANIFEST)
    except (IndexDamaged, IndexMismatch) as error:
        return [str(error)]
    found = [fault for name, fact in manifest.files.items() if (fault := _file_fault(live / name, fact))]
    if found:
        return found
    try:
        generation = Generation(live)
    except IndexDamaged as error:
        return [str(error)]
    try:
        return _cross_reference_faults(generation)
    except IndexDamaged as error:
        return [str(error)]
    finally:
        generation.close()


def fact_of(path: Path) -> FileFact:
    """Size and SHA-256 of a file, read in one go."""
    with path.open("rb") as file:
        return FileFact(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _file_fault(path: Path, expected: FileFact) -> str | None:
    if not path.exists():
        return f"{path.name}: missing"
    found = fact_of(path)
    if found.bytes != expected.bytes:
        return f"{path.name}: {found.bytes} bytes instead of {expected.bytes}"
    if found.sha256 != expected.sha256:
        return f"{path.name}: SHA-256 {found.sha256} instead of {expected.sha256}"
    return None


def _cross_reference_faults(generation: Generation) -> list[str]:
    manifest, store = generation.manifest, generation.store
    expected = {
        "articles": (store.count("articles"), manifest.articles),
        "passages": (store.count("passages"), manifest.passages),
        "sentences": (store.count("sentences"), manifest.sentences),
        "languages": (store.languages(), manifest.languages),
        "dates": (store.dates(), (manifest.first_date, manifest.last_date)),
    }
    wrong = [
        f"{what}: the store has {is_}, the manifest {was}"
        for what, (is_, was) in expected.items()
        if is_ != was
    ]
    return wrong + store.faults() + generation.vector_faults()

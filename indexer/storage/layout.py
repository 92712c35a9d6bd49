"""The folder of an index: where everything lies, who writes, and which generation is live.

INDEX_DIR/
├── CURRENT                name of the live generation; replaced atomically, last
├── cache.sqlite           vectors of texts, for all generations
├── deleted.json           ids that were deleted by hand (`deletions`)
├── .lock                  held by the one process that writes
└── generations/NAME/      immutable once published; files that did not change are shared by hard links
    ├── manifest.json      what made it, and every file's size and SHA-256; written last
    ├── segments/NAME/     articles with their vectors and words (`segment`)
    └── …                  the catalogue, postings and the lexicon, which depend on all articles together
"""

import contextlib
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import filelock

from indexer.core.errors import (
    GenerationNotFound,
    IndexDamaged,
    IndexingError,
    IndexLocked,
    IndexNotFound,
    IndexNotWritable,
)
from indexer.storage import deletions
from indexer.storage.disk import small_file, sync
from indexer.storage.locks import GenerationLock, InUse, is_held
from indexer.storage.manifest import MANIFEST, Manifest

KEPT = 2
"""Generations that stay after a new one is published, the live one among them."""

_LONGEST_NAME = 300
_PATIENCE = 0.2
"""Seconds that a writer waits: whoever only looks holds the lock for an instant."""

_NAME = re.compile(r"[^\W_]+(?:[-_.][^\W_]+)*")
_DRAFT, _REMOVED = ".draft-", ".removed-"


@dataclass(frozen=True, slots=True)
class Pruned:
    """Names of the generations that were removed, and of those that somebody still reads."""

    removed: tuple[str, ...]
    held: tuple[str, ...]


NOTHING_PRUNED = Pruned((), ())


class Layout:
    """The folder of an index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "cache.sqlite"
        self.generations = folder / "generations"
        self._current = folder / "CURRENT"
        self._lock = folder / ".lock"

    @property
    def current(self) -> Path:
        """The file that names the live generation."""
        return self._current

    def cache_size(self) -> int:
        """Bytes of the vector cache and its journal."""
        files = (self.cache, self.cache.with_name(f"{self.cache.name}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def live(self) -> Path:
        """The folder of the live generation.

        Raises:
            IndexNotFound: nothing was published here.
            IndexDamaged: the file that names it is missing, cannot be read, or names what is not there.
        """
        named = self._named()
        while not _is_there(named):
            before, named = named, self._named()
            if named == before:
                raise IndexDamaged(f"{self._current} names {named.name}, which is not there")
        return named

    def _named(self) -> Path:
        """The folder that `CURRENT` names, which may have been replaced and pruned meanwhile."""
        try:
            name = small_file(self._current, _LONGEST_NAME).decode("utf-8").strip()
        except FileNotFoundError:
            raise self._unnamed() from None
        except (OSError, UnicodeDecodeError) as error:
            raise IndexDamaged(f"{self._current} cannot be read ({error})") from error
        if not _NAME.fullmatch(name):
            raise IndexDamaged(f"{self._current} names no generation")
        return self.generations / name

    def _unnamed(self) -> IndexingError:
        """Why there is no `CURRENT`."""
        with contextlib.suppress(OSError):
            if self.published():
                return IndexDamaged(f"{self._current} is missing")
        return IndexNotFound(
            f"there is no index in {self.folder}: make one with `hudhud reindex PATH --index {self.folder}`"
        )

    def live_or_none(self) -> Path | None:
        """The folder of the live generation; None where there is none, or it cannot be told."""
        try:
            return self.live()
        except (IndexNotFound, IndexDamaged):
            return None

    def published(self) -> list[Path]:
        """The folders of all generations, oldest first."""
        try:
            found = [path for path in self.generations.iterdir() if path.name.split("-")[0].isdecimal()]
        except FileNotFoundError:
            return []
        return sorted(found, key=lambda path: (int(path.name.split("-")[0]), path.name))

    def named(self, name: str) -> Path:
        """The folder of a generation, by its name or its number.

        Raises:
            GenerationNotFound: there is none.
        """
        for folder in self.published():
            number = int(folder.name.split("-")[0])
            if name == folder.name or (name.isdecimal() and int(name) == number):
                return folder
        names = ", ".join(folder.name for folder in self.published()) or "none"
        raise GenerationNotFound(f"{self.folder} has no generation {name!r}; it has {names}")

    def deleted(self) -> frozenset[str]:
        """Ids that were deleted by hand: those of the list, or where it is not there of all generations.

        Raises:
            DeletionsDamaged: the list cannot be read.
        """
        listed = deletions.read(self.folder)
        if listed is not None:
            return listed
        found: set[str] = set()
        for folder in self.published():
            with contextlib.suppress(IndexingError):
                found.update(Manifest.read(folder / MANIFEST).deleted)
        return frozenset(found)

    def set_deleted(self, ids: Iterable[str]) -> None:
        """Say anew which ids were deleted by hand; to be called while writing."""
        deletions.write(self.folder, ids)

    def roots(self) -> tuple[str, ...]:
        """The folders that the live generation's articles were read from; none where that cannot be told."""
        try:
            return tuple(Manifest.read(self.live() / MANIFEST).roots)
        except IndexingError:
            return ()

    def meta(self) -> tuple[str, ...]:
        """The further fields that the live generation keeps of articles; none where that cannot be told."""
        try:
            return tuple(Manifest.read(self.live() / MANIFEST).meta)
        except IndexingError:
            return ()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer. Drafts that are not published vanish.

        Raises:
            IndexLocked: another process writes this index.
            IndexNotWritable: the folder cannot be made or written, or the disk is full.
        """
        try:
            self.generations.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(self._lock, timeout=_PATIENCE):
                self._clear()
                try:
                    yield
                finally:
                    self._clear()
        except filelock.Timeout:
            raise IndexLocked(
                f"another process is writing the index in {self.folder}: wait for it to end, then try again"
            ) from None
        except OSError as error:
            raise IndexNotWritable(f"the index in {self.folder} cannot be written: {error}") from error

    @property
    def is_being_written(self) -> bool:
        """Whether a writer is at work now. What one left that was killed says nothing."""
        return is_held(self._lock)

    def draft(self) -> Path:
        """A new empty folder for what may become a generation; to be called while writing."""
        drafts = len(list(self.generations.glob(f"{_DRAFT}*")))
        folder = self.generations / f"{_DRAFT}{drafts + 1}"
        folder.mkdir()
        return folder

    def _clear(self) -> None:
        """Remove what a writer left, this one or one that was killed."""
        for path in self.generations.glob(".*-*"):
            if path.name.startswith((_DRAFT, _REMOVED)):
                shutil.rmtree(path, ignore_errors=True)

    def next_name(self, digest: str) -> str:
        """Name for a new generation: one more than the highest number so far, and what it holds."""
        numbers = [int(found.name.split("-")[0]) for found in self.published()]
        return f"{max(numbers, default=0) + 1:06d}-{digest[:8]}"

    def publish(self, draft: Path, manifest: Manifest, *, live: bool = True) -> Path:
        """Make `draft` a generation, and the live one. A crash at any moment leaves the old or the new live.

        Files first, then the manifest, then the folder's name, then `CURRENT`; each forced to disk
        before the next. Files that are shared with an older generation were forced when they were new.
        """
        new = [name for name in manifest.files if (draft / name).stat().st_nlink == 1]
        for name in new:
            sync(draft / name)
        for folder in sorted({(draft / name).parent for name in manifest.files} - {draft}):
            sync(folder)
            sync(folder.parent)
        manifest.write(draft / MANIFEST)
        sync(draft)
        folder = self.generations / manifest.name
        draft.rename(folder)
        sync(self.generations)
        if live:
            self.point_to(folder)
        return folder

    def point_to(self, generation: Path) -> None:
        """Make a published generation the live one."""
        pointer = self.folder / "CURRENT.new"
        pointer.unlink(missing_ok=True)
        with pointer.open("x", encoding="utf-8") as file:
            file.write(f"{generation.name}\n")
        sync(pointer)
        pointer.replace(self._current)
        sync(self.folder)

    def prune(self, keep: int) -> Pruned:
        """Remove all but `keep` generations, and those that somebody reads.

        The live one stays, then the one that it was made from, to which `rollback` goes, then the newest.
        To be called while writing.
        """
        live = self.live()
        try:
            base = Manifest.read(live / MANIFEST).base
        except IndexingError:
            base = None
        others = sorted(
            (folder for folder in self.published() if folder != live), key=lambda one: one.name == base
        )
        return self.remove(others[: max(len(others) - keep + 1, 0)])

    def remove(self, folders: list[Path]) -> Pruned:
        """Remove some generations, but for those that somebody reads."""
        removed, held = [], []
        for folder in folders:
            try:
                lock = GenerationLock.alone(folder)
            except InUse:
                held.append(folder.name)
                continue
            except FileNotFoundError:
                lock = None
            gone = folder.with_name(f"{_REMOVED}{folder.name}")
            folder.rename(gone)
            if lock:
                lock.release()
            shutil.rmtree(gone)
            removed.append(folder.name)
        return Pruned(tuple(removed), tuple(held))


def _is_there(folder: Path) -> bool:
    """Whether there is such a folder, or the system does not say; then whoever opens it will tell why."""
    try:
        return folder.is_dir()
    except OSError:
        return True

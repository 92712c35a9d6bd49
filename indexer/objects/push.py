"""The live generation of an index, put into a store, where others pull it.

Files that the store has are not sent again; generations share most of theirs. `CURRENT` is written when all
else is there: until then, and wherever a push ends, who pulls finds the generation before, whole.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import filelock

from indexer.core.errors import IndexDamaged, IndexLocked, StoreChanged, StoreUnusable
from indexer.generation.generation import open_live
from indexer.objects.contents import (
    MANIFESTS,
    Pushed,
    digest,
    file_object,
    reaching,
    read_current,
    write_current,
)
from indexer.objects.copies import require_original
from indexer.objects.stores import Store, small_object
from indexer.storage.disk import file_digest
from indexer.storage.layout import KEPT, Layout
from indexer.storage.manifest import MOST_BYTES, FileFact, Manifest

_LOCK = ".push.lock"


@dataclass(frozen=True, slots=True)
class Push:
    """What a push did.

    Attributes:
        manifest: of the generation that is live in the store.
        files, bytes: that were sent.
        removed: objects of older generations that were removed.
    """

    manifest: Manifest
    files: int = 0
    bytes: int = 0
    removed: int = 0


def push(
    layout: Layout, store: Store, keep: int = KEPT, tell: Callable[[str], None] = lambda line: None
) -> Push:
    """Make the live generation of an index that of a store, which keeps `keep` of them.

    Raises:
        IndexDamaged: a file has not the checksum that the manifest gives.
        IndexLocked: another process pushes this index.
        IndexingError: there is no index, or it cannot be read.
        StoreChanged: somebody else pushed to the store meanwhile, or the folder is a copy itself.
        StoreDamaged, StoreUnusable: the store cannot be read or written.
    """
    require_original(layout)
    with _alone(layout), closing(open_live(layout.folder)) as generation:
        manifest = replace(generation.manifest, deleted=sorted(layout.deleted()))
        content = manifest.content().encode()
        pushed = Pushed(manifest.name, digest(content))
        before = read_current(store)
        with reaching(store):
            if store.size(pushed.object) != len(content):
                store.write(pushed.object, content)
            files, sent = _send_files(layout, manifest, store, tell)
        if read_current(store) != before:
            raise StoreChanged(
                f"somebody else pushed to {store.address} meanwhile: let one machine alone push there, and"
                " push again"
            )
        kept = (pushed, *(one for one in before if one.name != pushed.name))[:keep]
        if kept != before:
            with reaching(store):
                write_current(store, kept)
        return Push(manifest, files, sent, _tidied(store, kept))


def _send_files(
    layout: Layout, manifest: Manifest, store: Store, tell: Callable[[str], None]
) -> tuple[int, int]:
    """Send the files that the store lacks, or has in another size; how many, and how many bytes."""
    files = sent = 0
    for name, fact in manifest.files.items():
        if store.size(file_object(fact)) == fact.bytes:
            continue
        path = layout.generations / manifest.name / name
        _require_sound(path, fact)
        store.send(file_object(fact), path)
        if store.size(file_object(fact)) != fact.bytes:
            raise StoreUnusable(f"{store.address} has not kept {name} whole: push again")
        files, sent = files + 1, sent + fact.bytes
        tell(f"sent {name}, {fact.bytes / 1e6:,.1f} MB")
    return files, sent


def _require_sound(path: Path, fact: FileFact) -> None:
    """Check a file before it is sent.

    Raises:
        IndexDamaged: it has not the checksum of its manifest, or cannot be read.
    """
    try:
        is_sound = file_digest(path) == fact.sha256
    except OSError as error:
        raise IndexDamaged(f"{path} cannot be read ({error.strerror})", [path]) from error
    if not is_sound:
        raise IndexDamaged(f"{path} has not the checksum of its manifest", [path])


def _tidied(store: Store, kept: Sequence[Pushed]) -> int:
    """Remove what only older generations and unfinished pushes used; how many objects.

    A manifest goes after its files, so that whoever comes after an interruption knows what is left.
    """
    with reaching(store):
        own = [one.object for one in kept]
        others = [name for name in store.names(MANIFESTS) if name not in own]
        used = [_files(store, one) for one in own if others]
        if None in used:
            return 0
        removed = 0
        for name in others:
            for unused in sorted((_files(store, name) or set()).difference(*filter(None, used))):
                store.remove(unused)
                removed += 1
            store.remove(name)
            removed += 1
    return removed


def _files(store: Store, manifest: str) -> set[str] | None:
    """The objects that a manifest in a store names; None where it is not there, or not whole."""
    try:
        values = json.loads(small_object(store, manifest, MOST_BYTES))
        return {file_object(FileFact(**fact)) for fact in values["files"].values()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return None


@contextmanager
def _alone(layout: Layout) -> Iterator[None]:
    """Be the only one that pushes this index; whoever writes it is not kept from that."""
    try:
        with filelock.FileLock(layout.folder / _LOCK, timeout=0):
            yield
    except filelock.Timeout:
        raise IndexLocked(
            f"another process pushes the index in {layout.folder}: wait for it to end"
        ) from None

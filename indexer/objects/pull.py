"""The live generation of a store, brought into a folder of this machine, where it is served from.

It is published there as a reindex publishes: wherever a pull ends, the generation before is live and whole.
Files that the folder has in another generation are shared, all others are checked while they come.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from indexer.core.errors import (
    FormatMismatch,
    IndexDamaged,
    IndexingError,
    IndexNotWritable,
    StoreChanged,
    StoreDamaged,
)
from indexer.generation.generation import Generation
from indexer.objects.contents import Pushed, digest, file_object, live_in, reaching
from indexer.objects.copies import require_copy, write_copy
from indexer.objects.stores import Store, blocks, small_object
from indexer.storage.layout import KEPT, Layout
from indexer.storage.manifest import MANIFEST, MOST_BYTES, FileFact, Manifest, damage
from indexer.storage.sharing import share

TRIES = 2
"""How often a pull begins anew where generations are pushed and removed meanwhile."""


@dataclass(frozen=True, slots=True)
class Pull:
    """What a pull did.

    Attributes:
        manifest: of the generation that is live.
        is_new: whether it was not live before.
        files, bytes: that came from the store.
    """

    manifest: Manifest
    is_new: bool = False
    files: int = 0
    bytes: int = 0


def pull(
    layout: Layout, store: Store, keep: int = KEPT, tell: Callable[[str], None] = lambda line: None
) -> Pull:
    """Make the live generation of a store that of a folder, which keeps `keep` of them.

    Raises:
        IndexNotFound: nothing was pushed to the store.
        FormatMismatch: its generation was made in a format that this version does not read.
        StoreChanged: the folder is not a copy of that store, or was changed by hand.
        StoreDamaged, StoreUnusable: an object is missing or altered; the store cannot be read.
        IndexingError: the folder cannot be written, or another process writes it.
    """
    with layout.writing():
        require_copy(layout, store.address)
        wanted = live_in(store)
        for _ in range(TRIES):
            try:
                return _pulled(layout, store, wanted, keep, tell)
            except StoreDamaged:
                before, wanted = wanted, live_in(store)
                if wanted == before:
                    raise
        return _pulled(layout, store, wanted, keep, tell)


def _pulled(layout: Layout, store: Store, wanted: Pushed, keep: int, tell: Callable[[str], None]) -> Pull:
    live = layout.live_or_none()
    draft = layout.draft()
    manifest = _manifest(store, wanted, draft)
    folder = layout.generations / wanted.name
    is_there = folder in layout.published()
    if is_there and (found := manifest.size_faults(folder)):
        raise damage(folder, found, "; or pull into an empty folder, and put that in its place")
    if live and live.name == wanted.name:
        _follow(layout, store, manifest, [wanted.name])
        return Pull(manifest)
    files, received = (0, 0) if is_there else _bring_files(layout, store, manifest, draft, tell)
    _require_none_deleted(layout, manifest, folder if is_there else draft)
    _follow(layout, store, manifest, [*([live.name] if live else []), wanted.name])
    if is_there:
        layout.point_to(folder)
    else:
        layout.publish(draft, manifest)
    write_copy(layout, store.address, [wanted.name])
    layout.prune(keep)
    return Pull(manifest, True, files, received)


def _follow(layout: Layout, store: Store, manifest: Manifest, allowed: list[str]) -> None:
    """Write down what is deleted where the index is made, and what may be live here meanwhile."""
    deleted = layout.deleted() | frozenset(manifest.deleted)
    if layout.deleted() != deleted:
        layout.set_deleted(deleted)
    write_copy(layout, store.address, allowed)


def _manifest(store: Store, wanted: Pushed, draft: Path) -> Manifest:
    """The manifest of a generation, checked."""
    with reaching(store):
        try:
            content = small_object(store, wanted.object, MOST_BYTES)
        except FileNotFoundError:
            raise _missing(store, wanted.object) from None
    if digest(content) != wanted.manifest:
        raise _altered(store, wanted.object)
    (draft / MANIFEST).write_bytes(content)
    try:
        manifest = Manifest.read(draft / MANIFEST)
    except FormatMismatch as error:
        raise FormatMismatch(Path(wanted.object), error.found, error.read) from None
    except IndexDamaged as error:
        raise _altered(store, wanted.object) from error
    if manifest.name != wanted.name:
        raise _altered(store, wanted.object)
    return manifest


def _bring_files(
    layout: Layout, store: Store, manifest: Manifest, draft: Path, tell: Callable[[str], None]
) -> tuple[int, int]:
    """Share or fetch all files of a generation into `draft`; how many were fetched, and how many bytes."""
    held = _held(layout)
    lacking = {name: fact for name, fact in manifest.files.items() if fact not in held}
    _require_room(layout, sum(fact.bytes for fact in lacking.values()))
    for name, fact in manifest.files.items():
        target = draft / name
        if name in lacking:
            target.parent.mkdir(parents=True, exist_ok=True)
            _fetch(store, fact, target)
            tell(f"fetched {name}, {fact.bytes / 1e6:,.1f} MB")
        else:
            share(held[fact], target)
    return len(lacking), sum(fact.bytes for fact in lacking.values())


def _held(layout: Layout) -> dict[FileFact, Path]:
    """Files of the generations in a folder, by size and content."""
    found: dict[FileFact, Path] = {}
    for folder in layout.published():
        try:
            manifest = Manifest.read(folder / MANIFEST)
        except IndexingError:
            continue
        if not manifest.size_faults(folder):
            found |= {fact: folder / name for name, fact in manifest.files.items()}
    return found


def _fetch(store: Store, fact: FileFact, target: Path) -> None:
    """Write an object into a file, and check it."""
    name = file_object(fact)
    found, size = hashlib.sha256(), 0
    try:
        with target.open("wb") as file:
            for block in _received(store, name):
                found.update(block)
                size += len(block)
                file.write(block)
    except FileNotFoundError:
        raise _missing(store, name) from None
    if (size, found.hexdigest()) != (fact.bytes, fact.sha256):
        raise _altered(store, name)


def _received(store: Store, name: str) -> Iterator[bytes]:
    """What an object holds; what goes wrong with the store is told from what goes wrong here."""
    with reaching(store), store.open(name) as source:
        yield from blocks(source)


def _require_room(layout: Layout, needed: int) -> None:
    free = shutil.disk_usage(layout.generations).free
    if needed > free:
        raise IndexNotWritable(
            f"pulling takes {needed / 1e6:,.0f} MB, where {free / 1e6:,.0f} MB are free: make room, or choose"
            " another --index"
        )


def _require_none_deleted(layout: Layout, manifest: Manifest, draft: Path) -> None:
    """Check that no article was deleted here that the generation holds."""
    with closing(Generation(draft)) as generation:
        held = generation.catalogue.held(layout.deleted())
    if held:
        raise StoreChanged(
            f"{manifest.name} holds {held[0]!r}, which was deleted in {layout.folder}: delete it where the"
            " index is made, and push again"
        )


def _missing(store: Store, name: str) -> StoreDamaged:
    return StoreDamaged(f"{name} is missing in {store.address}: nothing was changed; `hudhud push` again")


def _altered(store: Store, name: str) -> StoreDamaged:
    return StoreDamaged(
        f"{name} in {store.address} is not what was pushed: nothing was changed; remove it there, and"
        " `hudhud push` again"
    )

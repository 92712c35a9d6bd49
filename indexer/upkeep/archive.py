"""A generation as one file: to carry it to another machine, or to keep it.

A tar archive: `manifest.json` first, then every file that it names. What is imported is checked like what
is downloaded: only the files that the manifest names, with the sizes and checksums that it gives.
"""

import io
import logging
import shutil
import tarfile
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import IO, cast

from indexer.core.errors import (
    EmptyCorpus,
    FormatMismatch,
    IndexDamaged,
    IndexNotWritable,
    InvalidArchive,
    PathNotFound,
)
from indexer.generation.generation import Generation, open_live
from indexer.storage.disk import file_digest, sync
from indexer.storage.layout import Layout
from indexer.storage.manifest import MANIFEST, MOST_BYTES, FileFact, Manifest, digest_of
from indexer.upkeep.checks import contradictions
from indexer.upkeep.without import ModelOf, no_model, published_without

_BLOCK = 1 << 20
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"PK\x03\x04")
_LONGEST_SIGNATURE = 6

_logger = logging.getLogger(__name__)


def export(layout: Layout, target: Path) -> Manifest:
    """Write the live generation to the file `target`, which is replaced when it is whole; its manifest.

    Raises:
        IndexDamaged: a file has not the checksum that the manifest gives.
        IndexNotWritable: `target` cannot be written.
    """
    aside = target.with_name(f"{target.name}.partial")
    with closing(open_live(layout.folder)) as generation:
        try:
            with tarfile.open(aside, "w") as archive:
                _add_manifest(archive, generation.manifest, layout.deleted())
                for name, fact in generation.manifest.files.items():
                    _require_sound(generation.folder / name, fact)
                    _add(archive, generation.folder, name)
            sync(aside)
            aside.replace(target)
            sync(target.resolve().parent)
        except OSError as error:
            raise IndexNotWritable(f"{target} cannot be written: {error.strerror or error}") from error
        finally:
            with suppress(OSError):
                aside.unlink()
        return generation.manifest


def _add_manifest(archive: tarfile.TarFile, manifest: Manifest, deleted: Collection[str]) -> None:
    """Add the manifest, which says what is deleted now."""
    content = replace(manifest, deleted=sorted(deleted)).content().encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size = len(content)
    archive.addfile(member, BytesIO(content))


def _add(archive: tarfile.TarFile, folder: Path, name: str) -> None:
    """Add a file, saying nothing of who made it and when."""
    with (folder / name).open("rb") as file:
        member = tarfile.TarInfo(name)
        member.size = (folder / name).stat().st_size
        archive.addfile(member, file)


def import_(layout: Layout, source: Path, load: ModelOf = no_model) -> Manifest:
    """Make the generation in the file `source` the live one of an index; its manifest.

    What was deleted from this index, or from the one that was exported, stays out; where there is such an
    article, `load` loads the model of the generation.

    Raises:
        EmptyCorpus: all of its articles were deleted from this index.
        ModelError: the model is needed, and cannot be loaded.
        PathNotFound: there is no such file.
        InvalidArchive: it is no exported generation, a damaged one, one in a format that this version does
            not read, or contradicts itself; nothing was changed.
        IndexingError: as in `build`; there is too little room.
    """
    if not source.is_file():
        raise PathNotFound(f"{source} is not a file: give one that `hudhud export` wrote")
    with layout.writing():
        draft = layout.draft()
        with _readable(source) as archive:
            manifest = _extracted(archive, source, draft)
        live = layout.live_or_none()
        name = layout.next_name(digest_of(manifest.files))
        manifest = replace(manifest, name=name, base=live.name if live else None)
        manifest.write(draft / MANIFEST)
        if found := _contradictions(draft):
            raise InvalidArchive(f"{source} is not a sound generation ({found}): nothing was changed")
        return _published(layout, draft, manifest, load)


def _published(layout: Layout, draft: Path, manifest: Manifest, load: ModelOf) -> Manifest:
    """Publish what was imported, without what was deleted here or there."""
    deleted = layout.deleted() | frozenset(manifest.deleted)
    with closing(Generation(draft)) as generation:
        gone = generation.catalogue.held(deleted)
    if not gone:
        _list_deleted(layout, deleted)
        layout.publish(draft, manifest)
        return manifest
    whole = layout.publish(draft, manifest, live=False)
    try:
        with closing(Generation(whole)) as generation:
            model, encoder = load(manifest)
            _list_deleted(layout, deleted)
            made = published_without(gone, layout, model, encoder, generation, made_from=manifest.base)
    finally:
        layout.remove([whole])
    if made is None:
        raise EmptyCorpus("every article in it was deleted from this index: nothing was imported")
    return Manifest.read(layout.live() / MANIFEST)


def _list_deleted(layout: Layout, ids: Collection[str]) -> None:
    if not layout.deleted().issuperset(ids):
        layout.set_deleted(ids)


def _contradictions(draft: Path) -> str:
    """What is wrong with a generation whose checksums are right; they prove nothing of who made it."""
    try:
        return "; ".join(contradictions(draft)[:1])
    except Exception as error:  # a file that is not what it should be may fail anywhere
        _logger.debug("%s", draft, exc_info=True)
        return f"it cannot be read: {type(error).__name__}"


class _File(io.FileIO):
    """An archive, of which no more is read at once than a manifest has: a header can ask for anything."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, or raise ValueError."""
        if size is None or size < 0 or size > MOST_BYTES:
            raise ValueError("a header that is too large")
        return super().read(size) or b""


@contextmanager
def _readable(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with _File(source) as file:
            if file.read(_LONGEST_SIGNATURE).startswith(_COMPRESSED):
                raise InvalidArchive(f"{source} is compressed, which no export is: unpack it first")
            file.seek(0)
            with tarfile.open(fileobj=cast("IO[bytes]", file), mode="r:") as archive:
                yield archive
    except FormatMismatch as error:
        raise InvalidArchive(
            f"{source} has format {error.found}, this version reads format {error.read}: nothing was changed"
        ) from error
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
        raise InvalidArchive(f"{source} is not an exported generation, or a damaged one ({error})") from error


def _extracted(archive: tarfile.TarFile, source: Path, draft: Path) -> Manifest:
    """Write the members that the manifest names into `draft`."""
    manifest: Manifest | None = None
    missing: dict[str, FileFact] = {}
    for member in archive:
        is_file = member.isreg() and not member.issparse()
        content = archive.extractfile(member) if is_file else None
        if content is None:
            raise InvalidArchive(f"{source} holds {member.name!r}, which is no file")
        if manifest is None:
            manifest = _manifest(member, content, source, draft)
            missing = dict(manifest.files)
            continue
        fact = missing.pop(member.name, None)
        if fact is None:
            raise InvalidArchive(f"{source} holds {member.name!r}, which its manifest does not name")
        if member.size != fact.bytes:
            raise InvalidArchive(f"{member.name} in {source} has not the size of its manifest")
        path = draft / member.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            while block := content.read(_BLOCK):
                file.write(block)
        _require_sound(path, fact, source)
    if manifest is None or missing:
        what = f"{min(missing)} is missing" if missing else "it is empty"
        raise InvalidArchive(f"{source} is not whole: {what}")
    return manifest


def _manifest(member: tarfile.TarInfo, content: IO[bytes], source: Path, draft: Path) -> Manifest:
    """The manifest, which comes first: all of it is what it may be, and there is room for its files."""
    if member.name != MANIFEST or member.size > MOST_BYTES:
        raise InvalidArchive(f"{source} does not begin with {MANIFEST}: `hudhud export` did not write it")
    (draft / MANIFEST).write_bytes(content.read(MOST_BYTES))
    try:
        manifest = Manifest.read(draft / MANIFEST)
    except IndexDamaged as error:
        raise InvalidArchive(f"the {MANIFEST} in {source} cannot be read") from error
    free = shutil.disk_usage(draft).free
    if manifest.bytes > free:
        raise IndexNotWritable(
            f"importing {source} takes {manifest.bytes / 1e6:,.0f} MB, where {free / 1e6:,.0f} MB are free:"
            " make room, or choose another --index"
        )
    return manifest


def _require_sound(path: Path, fact: FileFact, archive: Path | None = None) -> None:
    if file_digest(path) != fact.sha256:
        if archive:
            raise InvalidArchive(f"{path.name} in {archive} has not the checksum of its manifest")
        raise IndexDamaged(f"{path} has not the checksum of its manifest", [path])

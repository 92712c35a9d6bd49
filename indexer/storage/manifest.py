"""What a generation says of itself, in one file that is written last."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from indexer.core.errors import FormatMismatch, IndexDamaged
from indexer.storage.disk import file_digest

FORMAT = 5
MANIFEST = "manifest.json"
_CHECKSUM = "checksum"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileFact:
    """Size in bytes and SHA-256 of a file of a generation."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What made a generation, what it holds, and its files.

    Attributes:
        base: the generation that it was made from, if any.
        segments: names of its segments, in the order of their rows.
        skipped: how many inputs were left out when it was made, by reason.
        roots: folders that articles were read from; ids are paths below them.
        deleted: ids that were deleted by hand when it was made; what counts is the list of the index
            (`deletions`).
        files: names below the generation's folder.
    """

    name: str
    base: str | None
    created: str
    hudhud: str
    model: str
    fingerprint: str
    engine: str
    prompts: dict[str, str]
    dimensions: int
    versions: dict[str, int]
    segments: list[str]
    articles: int
    passages: int
    sentences: int
    languages: dict[str, int]
    first_date: str | None
    last_date: str | None
    skipped: dict[str, int]
    roots: list[str]
    deleted: list[str]
    files: dict[str, FileFact]
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        """Of all files."""
        return sum(fact.bytes for fact in self.files.values())

    def content(self) -> str:
        """What is written of it, with a checksum."""
        values = asdict(self)
        values[_CHECKSUM] = _checksum(values)
        return f"{json.dumps(values, ensure_ascii=False, indent=2)}\n"

    def write(self, path: Path) -> None:
        """Write the manifest and force it to disk."""
        content = self.content()
        with path.open("w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Read a manifest that `write` wrote.

        Raises:
            IndexDamaged: it is missing, is not a manifest, or is not as it was written.
            FormatMismatch: it was written in a format that this version does not read.
        """
        try:
            values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if values["format"] != FORMAT:
                raise FormatMismatch(path, values["format"], FORMAT)
            if values.pop(_CHECKSUM) != _checksum(values):
                raise ValueError("it was altered")
            values["files"] = {name: FileFact(**fact) for name, fact in values["files"].items()}
            return cls(**values)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise IndexDamaged(f"{path} cannot be read as a manifest") from error

    def size_faults(self, folder: Path) -> list[str]:
        """Which files in `folder` are missing or have another size, a line each."""
        found = []
        for name, fact in self.files.items():
            try:
                size = (folder / name).stat().st_size
            except OSError:
                found.append(f"{name}: missing")
                continue
            if size != fact.bytes:
                found.append(f"{name}: {size} bytes instead of {fact.bytes}")
        return found


def content_faults(
    folder: Path,
    manifest: Manifest | None = None,
    pace: Callable[[], None] = lambda: None,
    chosen: Callable[[str], bool] = lambda name: True,
) -> list[str]:
    """Read the files of the generation in `folder` and compare them with the manifest; a line a difference.

    Args:
        folder: of the generation.
        manifest: its manifest; read from the folder when None.
        pace: called after every mebibyte, for whoever wants to wait.
        chosen: which files are read, by their names below `folder`.
    """
    try:
        manifest = manifest or Manifest.read(folder / MANIFEST)
    except (IndexDamaged, FormatMismatch) as error:
        return [str(error)]
    return [
        fault
        for name, fact in manifest.files.items()
        if chosen(name) and (fault := _file_fault(folder, name, fact, pace))
    ]


def damage(folder: Path, faults: Sequence[str], consequence: str = "") -> IndexDamaged:
    """The error that says which files of the generation in `folder` are not as its manifest has them.

    Args:
        folder: of the generation.
        faults: one or more, as `content_faults` and `Manifest.size_faults` give them.
        consequence: for people, what came of it.
    """
    more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
    files = (folder / fault.partition(":")[0] for fault in faults)
    return IndexDamaged(f"{folder} is damaged ({faults[0]}{more}){consequence}", files)


def _file_fault(folder: Path, name: str, expected: FileFact, pace: Callable[[], None]) -> str | None:
    digest, size = hashlib.sha256(), 0
    try:
        with (folder / name).open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
                pace()
    except FileNotFoundError:
        return f"{name}: missing"
    except OSError as error:
        return f"{name}: cannot be read ({error.strerror})"
    if size != expected.bytes:
        return f"{name}: {size} bytes instead of {expected.bytes}"
    if digest.hexdigest() != expected.sha256:
        return f"{name}: SHA-256 {digest.hexdigest()} instead of {expected.sha256}"
    return None


def _checksum(values: dict[str, Any]) -> str:
    """SHA-256 of all else that a manifest says."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def fact_of(path: Path) -> FileFact:
    """Size and SHA-256 of a file."""
    return FileFact(path.stat().st_size, file_digest(path))


def digest_of(facts: dict[str, FileFact]) -> str:
    """What stands for the content of some files."""
    listed = "".join(f"{name} {fact.sha256}\n" for name, fact in sorted(facts.items()))
    return hashlib.sha256(listed.encode()).hexdigest()

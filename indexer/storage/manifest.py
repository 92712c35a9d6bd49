"""What a generation says of itself, in one file that is written last."""

import hashlib
import json
import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from indexer.core.errors import FormatMismatch, IndexDamaged
from indexer.storage.disk import file_digest, open_regular, small_file

FORMAT = 8
MANIFEST = "manifest.json"
_CHECKSUM = "checksum"
MOST_BYTES = 1 << 25
"""Of a manifest."""

_MOST_VALUES, _MOST = 1 << 20, 1 << 62
_PATH = re.compile(r"(?!\.)[\w.+-]+(?:/(?!\.)[\w.+-]+)*")
_DIGEST = re.compile("[0-9a-f]{64}")
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
        garbled: how many articles have words that are mostly no words (`text.garbled`).
        skipped: how many inputs were left out when it was made, by reason.
        roots: folders that articles were read from; ids are paths below them.
        meta: names of the further fields of articles that are kept, as they were declared.
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
    garbled: int
    skipped: dict[str, int]
    roots: list[str]
    meta: list[str]
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
            content = small_file(path, MOST_BYTES)
            if content.count(b",") + content.count(b"[") > _MOST_VALUES:
                raise ValueError("it holds too much")
            values: dict[str, Any] = json.loads(content)
            if (found := values["format"]) != FORMAT and type(found) is int:
                raise FormatMismatch(path, found, FORMAT)
            if values.pop(_CHECKSUM) != _checksum(values):
                raise ValueError("it was altered")
            values["files"] = {name: FileFact(**fact) for name, fact in values["files"].items()}
            manifest = cls(**values)
            manifest._require_possible()
            return manifest
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise IndexDamaged(f"{path} cannot be read as a manifest") from error

    def _require_possible(self) -> None:
        """Check every field for what it may be.

        Raises:
            ValueError: one is not.
        """
        hints = get_type_hints(Manifest)
        for field in fields(self):
            if not _is(getattr(self, field.name), hints[field.name]):
                raise ValueError(f"its {field.name} cannot be")
        for name in (*self.files, *self.segments):
            if name == MANIFEST or not _PATH.fullmatch(name):
                raise ValueError("a file of another folder")
        if any("/" in segment for segment in self.segments):
            raise ValueError("a segment of another folder")
        if self.format != FORMAT or not self.dimensions:
            raise ValueError("its dimensions cannot be")

    def size_faults(self, folder: Path) -> list[str]:
        """Which files in `folder` are missing or have another size, a line each."""
        found = []
        for name, fact in self.files.items():
            try:
                status = (folder / name).stat()
            except OSError:
                found.append(f"{name}: missing")
                continue
            size = status.st_size
            if not stat.S_ISREG(status.st_mode):
                found.append(f"{name}: not a regular file")
            elif size != fact.bytes:
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
        with os.fdopen(open_regular(folder / name), "rb") as file:
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


def _is(value: object, hint: object) -> bool:
    """Whether a value is what a field of a manifest is declared as; numbers count something."""
    if hint is int:
        return type(value) is int and 0 <= value < _MOST
    if hint is FileFact:
        return isinstance(value, FileFact) and _is(value.bytes, int) and _is_digest(value.sha256)
    parts = get_args(hint)
    if get_origin(hint) is dict:
        return isinstance(value, dict) and all(
            _is(k, parts[0]) and _is(v, parts[1]) for k, v in value.items()
        )
    if get_origin(hint) is list:
        return isinstance(value, list) and all(_is(item, parts[0]) for item in value)
    return any(_is(value, part) for part in parts) if parts else type(value) is hint


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


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

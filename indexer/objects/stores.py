"""Stores of objects: what is asked of one, and the one that is a folder.

An object is written whole or not at all, and read as it was written last. There is nothing else that a folder
on a network disk, S3 and Google Cloud Storage have in common, and nothing else is needed.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from indexer.storage.disk import sync

BLOCK = 1 << 22
"""Bytes that are read and written at a time."""

_ASIDE = ".new"


class Store(Protocol):
    """Objects by their names, which are relative paths. All methods raise OSError where the store does.

    Attributes:
        address: as it is told to people; without what may be secret in it.
    """

    address: str

    def size(self, name: str) -> int | None:
        """Bytes of an object; None where there is none."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """An object, for reading.

        Raises:
            FileNotFoundError: there is none.
        """
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write a small object, in the place of one that there may be."""
        ...

    def send(self, name: str, source: Path) -> None:
        """The same with the content of a file."""
        ...

    def names(self, folder: str) -> list[str]:
        """The names of all objects in a folder and below, sorted; none where there is no such folder."""
        ...

    def remove(self, name: str) -> None:
        """Remove an object, if there is one."""
        ...


class FolderStore:
    """A folder that all machines mount under some path: `file:///mnt/store`."""

    def __init__(self, folder: Path) -> None:
        """For objects below `folder`, which is made when something is written."""
        self.address = folder.as_uri()
        self._folder = folder

    def size(self, name: str) -> int | None:
        """Bytes of an object; None where there is none."""
        path = self._folder / name
        return path.stat().st_size if path.is_file() else None

    def open(self, name: str) -> IO[bytes]:
        """An object, for reading."""
        return (self._folder / name).open("rb")

    def write(self, name: str, content: bytes) -> None:
        """Write a small object beside its place, force it to disk, and put it there."""
        self._put(name, iter([content]))

    def send(self, name: str, source: Path) -> None:
        """The same with the content of a file."""
        with source.open("rb") as file:
            self._put(name, blocks(file))

    def _put(self, name: str, content: Iterator[bytes]) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{path.name}.{os.getpid()}{_ASIDE}")
        with aside.open("wb") as file:
            for block in content:
                file.write(block)
        sync(aside)
        aside.replace(path)
        sync(path.parent)

    def names(self, folder: str) -> list[str]:
        """The names of all objects in a folder and below; those that were never finished are none."""
        below = (self._folder / folder).rglob("*")
        files = (path for path in below if path.suffix != _ASIDE and path.is_file())
        return sorted(path.relative_to(self._folder).as_posix() for path in files)

    def remove(self, name: str) -> None:
        """Remove an object, if there is one."""
        (self._folder / name).unlink(missing_ok=True)


def blocks(file: IO[bytes]) -> Iterator[bytes]:
    """What a file holds, some megabytes at a time."""
    while block := file.read(BLOCK):
        yield block


def small_object(store: Store, name: str, most: int) -> bytes:
    """The content of an object of `most` bytes.

    Raises:
        OSError: it is larger, or cannot be read.
    """
    with store.open(name) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(f"{name} is larger than {most:,} bytes")
    return content

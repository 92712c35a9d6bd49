"""Stores that pyarrow knows: S3 and what speaks like it, Google Cloud Storage.

It ships both clients, so nothing is installed for them. They take keys from where the tools of the store take
them: the environment, a file of the user, or the service that gives the machine its rights.
"""

from pathlib import Path
from typing import IO, Any, cast

from indexer.core.errors import InvalidSetting
from indexer.objects.stores import BLOCK, blocks


class ArrowStore:
    """Objects below a path of a bucket. An object appears when its upload has ended.

    One whose upload broke off may appear too, and is short: whoever sends asks for its size.
    """

    def __init__(self, address: str) -> None:
        """For objects below `address`, whose `?options` are those of pyarrow.

        Raises:
            InvalidSetting: pyarrow cannot make anything of it.
        """
        import pyarrow as pa
        from pyarrow.fs import FileSystem

        self.address = address.partition("?")[0]
        try:
            self._system, root = FileSystem.from_uri(address)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise InvalidSetting(f"{self.address} cannot be used as a store: {error}") from error
        self._root = root.rstrip("/")

    def size(self, name: str) -> int | None:
        """Bytes of an object; None where there is none."""
        return cast("int | None", self._system.get_file_info(self._path(name)).size)

    def open(self, name: str) -> IO[bytes]:
        """An object, for reading."""
        return cast("IO[bytes]", self._system.open_input_stream(self._path(name), buffer_size=BLOCK))

    def write(self, name: str, content: bytes) -> None:
        """Write a small object in one request."""
        with self._written(name) as out:
            out.write(content)

    def send(self, name: str, source: Path) -> None:
        """The same with the content of a file, in as many requests as it takes."""
        with source.open("rb") as file, self._written(name) as out:
            for block in blocks(file):
                out.write(block)

    def names(self, folder: str) -> list[str]:
        """The names of all objects in a folder and below."""
        from pyarrow.fs import FileSelector, FileType

        selector = FileSelector(self._path(folder), recursive=True, allow_not_found=True)
        found = self._system.get_file_info(selector)
        start = len(self._root) + 1
        return sorted(one.path[start:] for one in found if one.type == FileType.File)

    def remove(self, name: str) -> None:
        """Remove an object, if there is one."""
        if self.size(name) is not None:
            self._system.delete_file(self._path(name))

    def _written(self, name: str) -> Any:  # noqa: ANN401
        return self._system.open_output_stream(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

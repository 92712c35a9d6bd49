"""Which article ids were met in a run, and where first: 16 bytes of each in memory, the place on disk."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from indexer.core.errors import IndexNotWritable
from indexer.core.records import Record

_LENGTH = 4
_IN_MEMORY = 2**20


class Claims:
    """The ids of the records so far; `names` is a file for what is written nowhere else."""

    def __init__(self, names: IO[bytes]) -> None:
        self._first: dict[bytes, int] = {}
        self._names = names
        self._end = 0

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator["Claims"]:
        """No claims yet, with a temporary file."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY, prefix="hudhud-") as names:
            yield cls(names)

    def claim(self, record: Record) -> str | None:
        """None if the record is the first of its id, else the source of the first.

        Raises:
            IndexNotWritable: there is no space for the temporary file.
        """
        key = name_digest(record.id)
        offset = self._first.setdefault(key, self._end)
        if offset < self._end:
            return self._name_at(offset)
        name = record.source.encode("utf-8", "backslashreplace")
        try:
            self._names.seek(self._end)
            self._names.write(len(name).to_bytes(_LENGTH, "big") + name)
        except OSError as error:
            raise IndexNotWritable(f"cannot write a temporary file: {error.strerror or error}") from error
        self._end += _LENGTH + len(name)
        return None

    def _name_at(self, offset: int) -> str:
        self._names.seek(offset)
        return self._names.read(int.from_bytes(self._names.read(_LENGTH), "big")).decode("utf-8")


def name_digest(name: str) -> bytes:
    """Stands for a name in a set: a million names take 100 MB less than as text."""
    return hashlib.blake2b(os.fsencode(name), digest_size=16).digest()

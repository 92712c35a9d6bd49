"""API keys: made once, shown once, kept as digests, compared in constant time.

A key is `hudhud_ID_SECRET`. The file holds of each its id, a name for people, its scopes, the day it was
made, and its SHA-256: a secret of 256 random bits cannot be guessed from that, so nothing slower is needed.
Whoever can read the file can use no key of it.
"""

import contextlib
import datetime
import hashlib
import hmac
import json
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from indexer.core.errors import KeysUnusable
from indexer.core.shown import shown

NAME = "keys.json"
"""Of the file in the folder of an index."""

LONGEST_NAME = 60
LONGEST_KEY = 200

_PREFIX = "hudhud"
_ID_BYTES, _SECRET_BYTES = 4, 32
_LOOK_EVERY = 1.0


class Scope(StrEnum):
    """What a key is good for."""

    SEARCH = "search"
    FEED = "feed"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept: nobody can be it who knows only this."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    made: str
    digest: str

    @classmethod
    def made_now(cls, name: str, scopes: Sequence[Scope]) -> tuple[Self, str]:
        """A new key, and the text that its user must keep."""
        number = secrets.token_hex(_ID_BYTES)
        text = f"{_PREFIX}_{number}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        return cls(number, shown(name)[:LONGEST_NAME], tuple(sorted(scopes)), today, _digest(text)), text


class KeyFile:
    """The file of keys. Safe to use from several threads; whoever writes replaces the file as a whole."""

    def __init__(self, path: Path) -> None:
        """Use the file at `path`, whether or not it is there."""
        self.path = path

    def read(self) -> tuple[Key, ...]:
        """All keys, in the order in which they were made.

        Raises:
            KeysUnusable: the file cannot be read, or is not what it should be.
        """
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
            return tuple(map(_key, document["keys"]))
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KeysUnusable(
                f"the file of keys, {self.path}, cannot be read ({error}): restore it, or delete it and make"
                " new keys"
            ) from error

    def create(self, name: str, scopes: Sequence[Scope]) -> tuple[Key, str]:
        """Make a key; its text is nowhere but in what this returns.

        Raises:
            KeysUnusable: the file cannot be read or written.
        """
        key, text = Key.made_now(name, scopes)
        self._write((*self.read(), key))
        return key, text

    def revoke(self, key_id: str) -> Key:
        """Take away a key; servers refuse it within a second or two.

        Raises:
            KeysUnusable: there is none of this id, or the file cannot be read or written.
        """
        keys = self.read()
        gone = next((key for key in keys if key.id == key_id), None)
        if gone is None:
            raise KeysUnusable(
                f"there is no key {shown(key_id)[:LONGEST_NAME]!r}: `hudhud keys list` names all"
            )
        self._write(tuple(key for key in keys if key is not gone))
        return gone

    def _write(self, keys: Sequence[Key]) -> None:
        document = json.dumps({"keys": [asdict(key) for key in keys]}, ensure_ascii=False, indent=1)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(
                dir=self.path.parent, prefix=".keys-"
            )  # readable for its owner alone
            try:
                with os.fdopen(number, "w", encoding="utf-8") as file:
                    file.write(document + "\n")
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(self.path)
            except BaseException:
                with contextlib.suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            raise KeysUnusable(
                f"the file of keys, {self.path}, cannot be written: {error.strerror}"
            ) from error


class Keys:
    """The keys that a server knows: it looks once a second whether the file has changed."""

    def __init__(self, file: KeyFile) -> None:
        """Read the keys.

        Raises:
            KeysUnusable: the file cannot be read.
        """
        self._file = file
        self._lock = threading.Lock()
        self._stamp = _stamp(file.path)
        self._keys = file.read()
        self._looked = time.monotonic()

    @property
    def any(self) -> bool:
        """Whether there are keys."""
        return bool(self._current())

    def find(self, text: str) -> Key | None:
        """The key with this text; it takes as long whichever it is, and whether or not there is one."""
        digest = _digest(text[:LONGEST_KEY])
        found = None
        for key in self._current():
            if hmac.compare_digest(key.digest, digest):
                found = key
        return found

    def holds(self, key: Key) -> bool:
        """Whether there still is this very key."""
        return key in self._current()

    def _current(self) -> tuple[Key, ...]:
        with self._lock:
            if time.monotonic() - self._looked >= _LOOK_EVERY:
                self._looked = time.monotonic()
                stamp = _stamp(self._file.path)
                if stamp != self._stamp:
                    self._keys, self._stamp = self._file.read(), stamp
            return self._keys


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _key(record: dict[str, Any]) -> Key:
    scopes = tuple(map(Scope, record["scopes"]))
    fields = [record[name] for name in ("id", "name", "made", "digest")]
    if not all(isinstance(field, str) for field in fields):
        raise ValueError("a key has a field that is no text")
    number, name, made, digest = fields
    return Key(number, name, scopes, made, digest)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns

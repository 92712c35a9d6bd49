"""What lies in a store of generations, and which of them is live.

STORE/
├── CURRENT                the newest generations by their manifests, the live one first; written last
├── manifests/SHA256.json  what a generation holds; written before its files, so that no file is nobody's
└── files/AB/SHA256        files of generations by their content, each once

All but `CURRENT` is named by its content and never changes. What is under way, or was left by a push that
ended in the middle, stands in a manifest that `CURRENT` does not name.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from indexer.core.errors import IndexNotFound, StoreDamaged, StoreUnusable
from indexer.objects.stores import Store, small_object
from indexer.storage.manifest import FileFact

CURRENT, MANIFESTS, FILES = "CURRENT", "manifests", "files"
_MOST_BYTES = 1 << 20
_NAME = re.compile(r"\d+(?:-[0-9a-f]+)?")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Pushed:
    """A generation in a store: its name, and the SHA-256 of its manifest."""

    name: str
    manifest: str

    @property
    def object(self) -> str:
        """The name of its manifest in the store."""
        return f"{MANIFESTS}/{self.manifest}.json"


def file_object(fact: FileFact) -> str:
    """The name in a store of a file of a generation."""
    return f"{FILES}/{fact.sha256[:2]}/{fact.sha256}"


def digest(content: bytes) -> str:
    """Hex SHA-256."""
    return hashlib.sha256(content).hexdigest()


def read_current(store: Store) -> tuple[Pushed, ...]:
    """The generations of a store, the live one first; none where nothing was pushed yet.

    Raises:
        StoreDamaged: what names them is not what `write_current` writes.
        StoreUnusable: the store cannot be read.
    """
    with reaching(store):
        try:
            content = small_object(store, CURRENT, _MOST_BYTES)
        except FileNotFoundError:
            return ()
    try:
        found = tuple(Pushed(**one) for one in json.loads(content)["generations"])
        if not found or not all(
            _NAME.fullmatch(one.name) and _DIGEST.fullmatch(one.manifest) for one in found
        ):
            raise ValueError("no generation")
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise StoreDamaged(
            f"{CURRENT} in {store.address} cannot be read ({error}): remove it, and `hudhud push` again"
        ) from error
    return found


def live_in(store: Store) -> Pushed:
    """The live generation of a store.

    Raises:
        IndexNotFound: nothing was pushed there.
        StoreDamaged, StoreUnusable: as `read_current`.
    """
    found = read_current(store)
    if not found:
        raise IndexNotFound(f"{store.address} holds no index: `hudhud push` one there")
    return found[0]


def write_current(store: Store, generations: tuple[Pushed, ...]) -> None:
    """Say which generations a store holds, the live one first."""
    store.write(CURRENT, json.dumps({"generations": [asdict(one) for one in generations]}, indent=1).encode())


@contextmanager
def reaching(store: Store) -> Iterator[None]:
    """Turns what a store raises into an error that names it.

    Raises:
        StoreUnusable: the store cannot be reached, read or written.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreUnusable(
            f"the store {store.address} cannot be used ({error}): what is live stays live; the same command"
            " goes on where this one stopped"
        ) from error

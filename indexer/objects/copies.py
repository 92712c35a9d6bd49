"""Which folders are copies of an index in a store: `pulled.json` says of which, and what was pulled last.

A copy is read and not written: what is indexed there would be gone with the next pull.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.core.errors import StoreChanged
from indexer.storage.disk import small_file, sync
from indexer.storage.layout import Layout

COPY = "pulled.json"
_MOST_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Copy:
    """Where a copy comes from, and the generations that a pull left or was about to leave live there."""

    store: str
    generations: tuple[str, ...]


def read_copy(layout: Layout) -> Copy | None:
    """What the folder of an index says of where it was pulled from; None where it was not.

    Raises:
        StoreChanged: it cannot be read.
    """
    path = layout.folder / COPY
    try:
        values = json.loads(small_file(path, _MOST_BYTES))
        return Copy(str(values["store"]), tuple(map(str, values["generations"])))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreChanged(
            f"{path} cannot be read ({error}): pull into an empty folder, and put that in its place"
        ) from error


def write_copy(layout: Layout, store: str, generations: Sequence[str]) -> None:
    """Say where a folder is pulled from; a crash leaves what stood there, or this."""
    aside = layout.folder / f"{COPY}.new"
    aside.write_text(json.dumps({"store": store, "generations": [*generations]}), encoding="utf-8")
    sync(aside)
    aside.replace(layout.folder / COPY)
    sync(layout.folder)


def require_original(layout: Layout) -> None:
    """Check that a folder is no copy.

    Raises:
        StoreChanged: it is one.
    """
    if copy := read_copy(layout):
        raise StoreChanged(
            f"{layout.folder} is a copy of the index in {copy.store}: push where that is made, or remove"
            f" {COPY} to go on from this copy"
        )


def require_copy(layout: Layout, store: str) -> None:
    """Check that a folder is empty, or a copy of the index in this store that nobody changed.

    Raises:
        StoreChanged: it is not.
    """
    live = layout.live_or_none()
    copy = read_copy(layout)
    if copy is None and layout.published():
        raise StoreChanged(f"{layout.folder} holds an index of its own: pull into another folder")
    if copy and copy.store != store:
        raise StoreChanged(
            f"{layout.folder} is a copy of the index in {copy.store}, not in {store}: pull into another"
            " folder"
        )
    if copy and live and live.name not in copy.generations:
        raise StoreChanged(
            f"{live.name} is live in {layout.folder}, which was not pulled last: to follow the store again,"
            f" `hudhud rollback {copy.generations[-1]}`"
        )

"""The list of what was deleted by hand. It belongs to the folder of an index, and to no generation.

`deleted.json` holds sorted ids. Whichever generation is live, what is listed is not indexed again, and no
generation that holds it becomes the live one. Every manifest repeats the list as it was then: it counts where
the file is not there, and it is how an exported generation carries the list along.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from indexer.core.errors import DeletionsDamaged
from indexer.storage.disk import sync

DELETED = "deleted.json"
_IDS = "ids"
_MOST_BYTES = 1 << 30


def read(folder: Path) -> frozenset[str] | None:
    """The ids that the file in `folder` lists; None where there is no such file.

    Raises:
        DeletionsDamaged: it is not what `write` writes.
    """
    path = folder / DELETED
    try:
        if not path.is_file():
            if path.exists():
                raise ValueError("no file")
            return None
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("too large")
        ids = json.loads(path.read_text(encoding="utf-8"))[_IDS]
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            raise TypeError("no list of ids")
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise DeletionsDamaged(
            f"the list of deleted articles, {path}, cannot be read ({error}): restore it from a backup, or"
            " remove it to go on with what the generations say of deletions"
        ) from error
    return frozenset(ids)


def write(folder: Path, ids: Iterable[str]) -> None:
    """Replace the list in `folder`; a crash leaves the old one or the new one."""
    aside = folder / f"{DELETED}.new"
    aside.unlink(missing_ok=True)
    with aside.open("x", encoding="utf-8") as file:
        json.dump({_IDS: sorted(ids)}, file, indent=1)
        file.write("\n")
    sync(aside)
    aside.replace(folder / DELETED)
    sync(folder)

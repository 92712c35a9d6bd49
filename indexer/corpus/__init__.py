"""Files to articles: every input becomes an Article or a Skipped with its reason."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from indexer.corpus import text
from indexer.corpus.files import FoundFile, require, walk
from indexer.errors import DuplicateArticleId
from indexer.records import Article, Skipped

__all__ = ["read", "require"]


def read(paths: Sequence[Path]) -> Iterator[Article | Skipped]:
    """All that lies at and below `paths`, in a fixed order, one file in memory at a time.

    A file that two of the paths reach is read once, and has the id that the first of them gives it.
    Within one path every name counts: two links to one file are two articles.

    Raises:
        PathNotFound: at once, before anything is read.
        DuplicateArticleId: when the second of two files that claim one id is reached.
    """
    require(paths)
    return _read(paths)


def _read(paths: Sequence[Path]) -> Iterator[Article | Skipped]:
    seen: set[bytes] = set()
    for item in _articles(paths):
        if isinstance(item, Article):
            key = _digest(item.id)
            if key in seen:
                raise _duplicate(paths, item)
            seen.add(key)
        yield item


def _articles(paths: Sequence[Path]) -> Iterator[Article | Skipped]:
    for found in _files(paths):
        yield text.read(found) if isinstance(found, FoundFile) else found


def _files(paths: Sequence[Path]) -> Iterator[FoundFile | Skipped]:
    """What is found below each of `paths` and was not below one before."""
    reached: set[bytes] = set()
    for path in paths:
        new: set[bytes] = set()
        for found in walk(path):
            if len(paths) > 1:
                key = _key(found)
                if key in reached:
                    continue
                new.add(key)
            yield found
        reached |= new


def _key(found: FoundFile | Skipped) -> bytes:
    if isinstance(found, FoundFile):
        return _digest(os.path.realpath(found.path))
    return _digest(f"{found.reason} {os.path.realpath(found.source)}")


def _digest(name: str) -> bytes:
    """Stands for a name in a set: a million names take 100 MB less than as text."""
    return hashlib.blake2b(os.fsencode(name), digest_size=16).digest()


def _duplicate(paths: Sequence[Path], second: Article) -> DuplicateArticleId:
    """The error for `second`; the paths are read once more to find who had its id first."""
    same = (item for item in _articles(paths) if isinstance(item, Article) and item.id == second.id)
    first = next(same, second)
    return DuplicateArticleId(
        f"{first.source} and {second.source} would both be article {second.id!r}: "
        "rename one, or index a folder that holds both"
    )

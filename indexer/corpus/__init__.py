"""Whatever articles lie in, to records: every input becomes a Record or a Skipped with its reason.

May import: core, text, pdf.
"""

import json
import os
import shutil
import sys
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import BinaryIO

from indexer.core.errors import InvalidMapping
from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus import formats
from indexer.corpus.budget import hopeful, limited, summed
from indexer.corpus.claims import Claims, name_digest
from indexer.corpus.damage import File, finished
from indexer.corpus.fields import AS_USUAL, Fields
from indexer.corpus.files import walk
from indexer.corpus.formats import FoundFile
from indexer.corpus.links import Followed, Links
from indexer.corpus.one_line import one_line_id
from indexer.corpus.paths import STANDARD_INPUT, Given, given, roots_of
from indexer.corpus.source import Source, digest, printable
from indexer.corpus.standard_input import view_of

__all__ = ["Corpus", "Fields", "InMemory"]


class Corpus:
    """All that lies at and below some paths, in a fixed order; it may be gone through again."""

    def __init__(
        self,
        paths: Sequence[str | Path],
        *,
        fields: Fields = AS_USUAL,
        format: str | None = None,
        roots: Sequence[str] = (),
        follow_links: bool = True,
    ) -> None:
        """Look at `paths`: files, folders, patterns, or `-` for standard input.

        Args:
            paths: what to read. What two of them reach is read once.
            fields: what the columns and keys in them mean.
            format: name of the format of standard input, and of files whose names tell none; without it
                the one is JSON Lines, the others are text.
            roots: of the corpora before. A file below one has the id that the deepest of them gives it.
            follow_links: whether symbolic links below the paths are followed.

        Raises:
            PathNotFound: one does not exist, or is a pattern that nothing matches.
            InvalidMapping: there is no such format.
        """
        self._format = formats.named(format) if format is not None else None
        if format is not None and self._format is None:
            raise InvalidMapping(f"no format is called {format!r}: there are {', '.join(formats.NAMES)}")
        self._fields = fields
        self._origin = ", ".join(printable(path) for path in paths)
        self._paths = [None if str(path) == STANDARD_INPUT else given(path) for path in paths]
        listed = [path for path in self._paths if path]
        self._listed: list[Given] = listed
        self._roots = roots_of(listed, roots)
        self._known = frozenset((*roots, *self._roots))
        self._links = Links([path.location for path in listed], follow=follow_links)
        self._input: BinaryIO | None = None

    @property
    def roots(self) -> tuple[str, ...]:
        """Absolute paths of the folders from which the ids of the articles are reckoned."""
        return self._roots

    @property
    def origin(self) -> str:
        """The paths, for messages."""
        return self._origin

    @property
    def followed(self) -> Followed:
        """The symbolic links that lead out of the paths, so far as they were listed, and where each leads."""
        return self._links.followed

    def source_of(self, path: str) -> str | None:
        """Which of the paths lists, or would list, the file at this absolute path; None if none does."""
        if not path:
            return None
        return next((listed.name for listed in self._listed if listed.covers(path)), None)

    def __iter__(self) -> Iterator[Record | Skipped]:
        """Every article, and what is none, with its reason; the second of one id is skipped."""
        return summed(map(limited, _each_id_once(self._records())))

    def _records(self) -> Iterator[Record | Skipped]:
        reached: set[bytes] = set()
        for path in self._paths:
            if path is None:
                yield from self._standard_input()
                continue
            for found in self._found(path, reached):
                if isinstance(found, FoundFile):
                    read = formats.read(found, self._fields)
                    file = File(found.id, found.source, found.below)
                    yield from hopeful(finished(item, file) for item in read)
                else:
                    yield found

    def _found(self, path: Given, reached: set[bytes]) -> Iterator[FoundFile | Skipped]:
        """What is found at one path, and was not found before at another one."""
        alone = len(self._paths) == 1 and not path.pattern
        for start in path.starts(self._known, self._format):
            new: set[bytes] = set()
            for found in walk(start, self._known, self._links):
                if not alone:
                    key = _key(found)
                    if key in reached:
                        continue
                    new.add(key)
                yield found
            reached |= new

    def _standard_input(self) -> Iterator[Record | Skipped]:
        if self._input is None:
            self._input = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the corpus)
            weakref.finalize(self, self._input.close)
            shutil.copyfileobj(sys.stdin.buffer, self._input)
        opened: BinaryIO = self._input
        source = Source("stdin", "stdin", "", lambda: view_of(opened))
        read = formats.read_source(source, self._format or formats.LINES, self._fields, None)
        yield from hopeful(map(finished, read))


class InMemory:
    """Articles that are in memory, as a corpus; an index never takes one of them for removed."""

    roots: tuple[str, ...] = ()

    def __init__(
        self, articles: Iterable[Article | Record | Skipped], origin: str = "what was given"
    ) -> None:
        """Hold `articles`, which come from `origin`; a Record is loaded when it is needed."""
        self._articles = tuple(articles)
        self.origin = origin

    def source_of(self, path: str) -> str | None:
        """None: there are no files."""
        del path
        return None

    def __iter__(self) -> Iterator[Record | Skipped]:
        """Every article, and what is none, with its reason; the second of one id is skipped."""
        return _each_id_once(
            finished(_record(item)) if isinstance(item, Article) else item for item in self._articles
        )


def _each_id_once(items: Iterable[Record | Skipped]) -> Iterator[Record | Skipped]:
    with Claims.opened() as claims:
        for item in map(one_line_id, items):
            first = claims.claim(item) if isinstance(item, Record) else None
            if first is None:
                yield item
            else:
                detail = f"article {item.id!r} was read from {first} already"
                yield Skipped(item.source, SkipReason.DUPLICATE, detail, item.path, item.id)


def _record(article: Article) -> Record:
    content = json.dumps(asdict(article), default=str).encode()
    return Record(article.id, article.source, "", digest(b"article", content), partial(_same, article))


def _same(article: Article) -> Article:
    return article


def _key(found: FoundFile | Skipped) -> bytes:
    """Stands for a file, by whatever path it is reached, or for a reason to leave it out."""
    if isinstance(found, FoundFile):
        return name_digest(os.path.realpath(found.path))
    return name_digest(f"{found.reason} {os.path.realpath(found.path or found.source)}")

"""What `index` takes, to a corpus: paths, or articles in memory."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from io import BytesIO

from indexer.core.errors import InputError
from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus import Corpus, Fields, InMemory
from indexer.corpus.fields import record
from indexer.corpus.source import Source
from indexer.corpus.text import title_of
from indexer.text.language import UNDETERMINED

Item = str | os.PathLike[str] | Article | Mapping[str, object]
"""A path, or an article."""

IN_MEMORY = "memory"
"""What is said of the source of an article that names none."""


def corpus_of(
    given: Item | Iterable[Item], fields: Fields, format: str | None, roots: Sequence[str]
) -> Corpus | InMemory:
    """What lies at paths, or the articles that were given.

    Args:
        given: one path, many paths, one article, or many.
        fields: what the keys and columns mean.
        format: of files whose names tell none.
        roots: folders that the ids of the index are paths below.

    Raises:
        PathNotFound: a path does not exist.
        InvalidMapping: there is no such format.
        InputError: something is neither a path nor an article, or there are both.
    """
    items = [given] if isinstance(given, str | os.PathLike | Article | Mapping) else list(given)
    paths = [os.fspath(item) for item in items if isinstance(item, str | os.PathLike)]
    if not paths:
        return InMemory([_record(item, fields, number) for number, item in enumerate(items, 1)])
    if len(paths) < len(items):
        raise InputError("paths and articles cannot be indexed in one call: call index twice")
    return Corpus(paths, fields=fields, format=format, roots=roots)


def _record(item: object, fields: Fields, number: int) -> Record | Skipped:
    """An article as a line of JSON Lines with the same fields would be read, but that it must have an id."""
    as_text = isinstance(item, Article)
    named = item.source if isinstance(item, Article) else None
    if isinstance(item, Article):
        item, fields = _values(item), Fields(meta=fields.meta)
    if not isinstance(item, Mapping):
        raise InputError(
            f"{item!r} is neither a path nor an article: give str, Path, hudhud.Article or dict with the keys"
            " id, title, text, date, language, url"
        )
    origin = f"{IN_MEMORY}, record {number}"
    if fields.value(item, "id") is None:
        return Skipped(origin, SkipReason.MALFORMED, "it has no id")
    named = named or item.get("source")
    name = named if isinstance(named, str) and named else origin
    return record(item, fields, Source("", name, "", BytesIO), None, "", as_text=as_text)


def _values(article: Article) -> dict[str, object]:
    """What an article says, without a title that its text gives, and without a language that is not told."""
    values = dict(article.metadata) | asdict(article) | {"date": article.date or article.date_text}
    del values["source"]  # the file; who published it is `publisher`
    if article.title == title_of(article.text, article.language):
        del values["title"]
    if article.language == UNDETERMINED:
        del values["language"]
    return values

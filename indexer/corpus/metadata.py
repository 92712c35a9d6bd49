"""Who published an article, and its further fields: author, section, tags and whatever else is declared."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from indexer.core.errors import InvalidMapping
from indexer.core.records import UNREAD, Article, Metadata
from indexer.corpus.field_names import Named
from indexer.corpus.field_values import is_empty
from indexer.corpus.markup import plain

MOST_FIELDS = 16
"""That can be declared."""

MOST_VALUES = 32
"""Of a field of an article."""

LONGEST_VALUE = 200
"""Code points; a longer value is no name of anything, and is left out."""

_NAME = re.compile(r"\w[\w.:-]{0,63}")
_BETWEEN = re.compile(r"[;|\u061b]")
"""What parts several values that one text holds; a comma stands in names too."""

_INSIDE = ("name", "title", "label", "value", "term", "text", "slug", "id")
"""Keys of an object that stands for a value, in the order in which they are looked for."""

_LONGEST_TEXT = 2 * MOST_VALUES * LONGEST_VALUE
"""Code points of a text that may hold several values; a longer one is a single value that is too long."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a record states of an article besides its text.

    Attributes:
        publisher: as it is written; empty where none is stated.
        metadata: of the declared fields those that have values.
        is_cut: whether a value was left out for its length, or because there were too many.
    """

    publisher: str = ""
    metadata: Metadata = ()
    is_cut: bool = False


def declared(text: str) -> tuple[str, ...]:
    """The names of fields in `author,section`, in that order.

    Raises:
        InvalidMapping: one cannot be a name, there are too many, or one is there twice.
    """
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if not _NAME.fullmatch(name):
            raise InvalidMapping(
                f"--meta {name!r} is no name of a field: letters, digits, _ - . : and at most 64 of them"
            )
    if len(names) > MOST_FIELDS:
        raise InvalidMapping(f"--meta names {len(names)} fields: {MOST_FIELDS} may be declared")
    if twice := [name for name in names if names.count(name) > 1]:
        raise InvalidMapping(f"--meta names {twice[0]!r} twice")
    return names


def stated(named: Named, names: Sequence[str], publisher: object = None) -> Stated:
    """What an object or row states under the declared `names`, and who it says its publisher is."""
    is_cut, metadata = False, []
    for name in names:
        found = list(dict.fromkeys(_values(next((v for v in named.under(name) if not is_empty(v)), None))))
        kept = [value for value in found if len(value) <= LONGEST_VALUE][:MOST_VALUES]
        is_cut |= len(kept) < len(found)
        if kept:
            metadata.append((name, tuple(kept)))
    return Stated(_publisher(publisher), tuple(metadata), is_cut)


def with_publisher(article: Article, id: str) -> Article:
    """An article that names no publisher with the host of its address, else its top folder.

    Args:
        article: as it was read.
        id: of the file that it was read from: its path below the PATH that was given.
    """
    if article.publisher:
        return article
    folder, slash, _ = id.partition("/")
    found = host_of(article.url or "") or (folder if slash else "")
    return replace(article, publisher=found) if found else article


def host_of(address: str) -> str:
    """The host of an address of the web, without `www.`; empty where there is none."""
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.") if parts.scheme in ("http", "https") else ""


def _publisher(value: object) -> str:
    """The first name of a publisher in a value; of an address its host."""
    for name in _values(value):
        found = host_of(name) or name
        if len(found) <= LONGEST_VALUE:
            return found
    return ""


def _values(value: object) -> Iterator[str]:
    """The values that a value of a field holds, in its order, none of them empty."""
    for text in _texts(value):
        for part in _BETWEEN.split(plain(text)) if len(text) <= _LONGEST_TEXT else [text]:
            shown = _UNSTORABLE.sub(UNREAD, " ".join(part.split()))
            if shown:
                yield shown


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    if isinstance(value, bool):
        yield str(value).lower()
    elif isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        inside = (value[key] for key in _INSIDE if not is_empty(value.get(key)))
        yield from _texts(next(inside, None), depth + 1) if depth < 2 else ()
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for item in value if depth < 2 else ():
            yield from _texts(item, depth + 1)
    elif value is not None and not isinstance(value, bytes):
        yield str(int(value) if isinstance(value, float) and value.is_integer() else value)

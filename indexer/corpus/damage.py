"""What becomes of an article of which some bytes could not be read: it stays if the rest can be read."""

from dataclasses import dataclass, replace
from functools import partial

from indexer.core.records import UNREAD, Article, Record, Skipped, SkipReason
from indexer.corpus.metadata import with_publisher
from indexer.text.half_spaces import with_half_spaces

MAX_DAMAGED_SHARE = 0.1
"""With a larger share of its words damaged, and more than one, a text is not readable."""

ID_NOT_READ = "its id holds bytes that cannot be read"
NAMES_NOT_READ = "names of its fields hold bytes that cannot be read"


@dataclass(frozen=True, slots=True)
class File:
    """The file that an article is in.

    Attributes:
        id: its path below the PATH that was given, without the suffixes that name its format.
        source: its path as the user knows it; what is said of it to the user begins so.
        below: its path below the PATH; what searches tell of its articles begins so.
    """

    id: str = ""
    source: str = ""
    below: str = ""


def finished(item: Record | Skipped, file: File | None = None) -> Record | Skipped:
    """`item`, whose article is looked over once it is read, in whatever format; `file` holds it."""
    return replace(item, load=partial(_finished, item, file)) if isinstance(item, Record) else item


def _finished(record: Record, file: File | None) -> Article | Skipped:
    article = record.load()
    if isinstance(article, Skipped):
        return article
    if complaint := damage_of(article.text):
        return Skipped(record.source, SkipReason.ENCODING, complaint, record.path, record.id)
    article = with_publisher(article, file.id if file else "")
    if file:
        article = replace(article, source=file.below + article.source.removeprefix(file.source))
    text, title = with_half_spaces(article.text), with_half_spaces(article.title)
    if (text, title) == (article.text, article.title):
        return article
    return replace(article, text=text, title=title)


def damage_of(text: str) -> str:
    """What to say of a text that is too damaged to be read; empty if it can be."""
    if UNREAD not in text:
        return ""
    words = text.split()
    damaged = sum(UNREAD in word for word in words)
    if damaged <= max(1, MAX_DAMAGED_SHARE * len(words)):
        return ""
    return f"{damaged:,} of its {len(words):,} words hold bytes that cannot be read"

"""What becomes of an article of which some bytes could not be read: it stays if the rest can be read."""

from dataclasses import replace
from functools import partial

from indexer.core.records import UNREAD, Article, Record, Skipped, SkipReason
from indexer.corpus.metadata import with_publisher
from indexer.text.half_spaces import with_half_spaces

MAX_DAMAGED_SHARE = 0.1
"""With a larger share of its words damaged, and more than one, a text is not readable."""

ID_NOT_READ = "its id holds bytes that cannot be read"
NAMES_NOT_READ = "names of its fields hold bytes that cannot be read"


def finished(item: Record | Skipped, id: str = "") -> Record | Skipped:
    """`item`, whose article is looked over once it is read, in whatever format; `id` is of its file."""
    return replace(item, load=partial(_finished, item, id)) if isinstance(item, Record) else item


def _finished(record: Record, id: str) -> Article | Skipped:
    article = record.load()
    if isinstance(article, Skipped):
        return article
    if complaint := damage_of(article.text):
        return Skipped(article.source, SkipReason.ENCODING, complaint, record.path, record.id)
    article = with_publisher(article, id)
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

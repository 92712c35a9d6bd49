"""What fields of articles are called in exports; names are compared folded.

Case, `_`, `-`, spaces and what leads up to a colon say nothing, so that `publishedAt`,
`Published_At` and `article:published_at` are one name. They are tried in the order that they have here.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from indexer.text import calendars

SUMMARIES = (
    *("description", "summary", "abstract", "excerpt", "standfirst", "introtext", "lead", "snippet"),
    *("trail_text", "teaser", "خلاصه", "چکیده", "الملخص"),
)
"""Texts that are taken where there is no other."""

NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "id": ("id", "_id", "docid", "doc_id", "guid"),
        "title": (
            *("title", "headline", "heading", "web_title", "post_title", "article_title", "news_title"),
            *("عنوان", "تیتر", "العنوان"),
        ),
        "text": (
            *("full_text", "maintext", "article_body", "content_html", "content_text", "encoded"),
            *("text", "body", "content", "article", "body_text", "body_html", "text_html", "article_text"),
            *("article_content", "news_body", "news_text", "post_text", "post_content", "plain_text"),
            *("cleaned_text", "story", "paragraphs", "content_elements", "blocks", "context", "message"),
            *("transcript", "متن", "متن خبر", "متن کامل", "النص", "نص الخبر", "المحتوى"),
            *SUMMARIES,
        ),
        "date": (
            *("date", "published", "published_at", "publication_date", "datetime", "pubDate"),
            *("date_published", "date_publish", "publish_date", "published_date", "published_time"),
            *("publish_time", "published_on", "publish_at", "web_publication_date", "post_date", "news_date"),
            *("article_date", "pub_time", "issued", "date_created", "created_at", "created", "created_time"),
            *("creation_date", "create_date", "create_time", "created_on", "posted_at", "posted_on"),
            *("تاریخ", "تاریخ انتشار", "زمان انتشار", "التاريخ", "تاريخ النشر"),
            *("date_unixtime", "timestamp", "time", "seendate"),
        ),
        "language": (
            "lang",
            "language",
            "lang_code",
            "language_code",
            "in_language",
            "locale",
            "زبان",
            "اللغة",
        ),
        "url": (
            *("url", "link", "permalink", "web_url", "article_url", "source_url", "canonical_url"),
            *("لینک", "الرابط", "رابط"),
        ),
        "publisher": (
            *("publisher", "site_name", "source_name", "outlet", "newspaper", "source", "site", "domain"),
            *("ناشر", "منبع", "منبع خبر", "رسانه", "المصدر", "الناشر"),
        ),
    }
)
"""The names that are tried in this order for a field that is not mapped; whole texts before summaries."""

LEADS = ("lead", "lead_paragraph", "lede", "introtext", "standfirst", "لید")
"""What stands above the text, and is part of it."""

WRAPPERS = (
    "_source",
    "attributes",
    "fields",
    "node",
    "article",
    "post",
    "document",
    "doc",
    "item",
    "message",
)
"""Objects that hold the fields of an article, where it has no text itself."""

_PART_OF_DATES = (
    *("date", "time", "publish", "posted", "created", "updated", "modified", "issued"),
    *map(calendars.fold, ("تاریخ", "زمان", "انتشار", "النشر", "تحديث")),
)
_LONGEST = 100
_SAYS_NOTHING = re.compile(r"[^\w.]|_")


@functools.lru_cache(maxsize=10_000)
def folded(name: str) -> str:
    """The form of a name that its spellings share; dots, which lead into objects, stay."""
    if len(name) > _LONGEST:
        return name
    return _SAYS_NOTHING.sub("", calendars.fold(name.rpartition(":")[2]))


_DATES = frozenset(map(folded, NAMES["date"]))


@functools.cache
def _order(names: tuple[str, ...]) -> dict[str, int]:
    """Of each folded name, the place of the first of `names` that folds so."""
    return {folded(name): place for place, name in reversed(list(enumerate(names)))}


@functools.lru_cache(maxsize=10_000)
def looks_like_a_date(name: str) -> bool:
    """Whether a field of this name may hold a date."""
    return any(part in folded(name) for part in _PART_OF_DATES)


class Named:
    """An object or row whose values are found by name, however that is spelled."""

    __slots__ = ("_folded", "values")

    def __init__(self, values: Mapping[str, object]) -> None:
        """Hold `values`; of two names that fold alike, the one asked for goes first."""
        self.values = values
        self._folded: dict[str, list[str]] = {}
        for key in values:
            if isinstance(key, str):
                self._folded.setdefault(folded(key), []).append(key)

    def under(self, name: str) -> Iterator[object]:
        """The values under `name`, as it is written or folded, then where its dots lead."""
        if name in self.values:
            yield self.values[name]
        yield from (self.values[key] for key in self._folded.get(folded(name), ()) if key != name)
        first, dot, rest = name.partition(".")
        for inner in self.under(first) if dot else ():
            if isinstance(inner, Mapping):
                yield from Named(inner).under(rest)

    def under_any(self, names: tuple[str, ...]) -> Iterator[tuple[str, object]]:
        """The values under some names without dots, in the order of these, each with its name."""
        order = _order(names)
        for place in sorted(order[name] for name in self._folded if name in order):
            yield from ((names[place], value) for value in self.under(names[place]))

    def others_like_dates(self) -> Iterator[object]:
        """The values of fields that are not known as dates, and look like some by their names."""
        for name, keys in self._folded.items():
            if name not in _DATES and looks_like_a_date(name):
                yield from map(self.values.__getitem__, keys)

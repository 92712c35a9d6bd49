"""What was asked: the text and its language, the filters, how many hits and of what."""

import contextlib
import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from indexer.core.errors import InvalidQuery
from indexer.core.records import Filter
from indexer.text.query_language import identify_query

MAX_CHARACTERS = 2000
MAX_LIMIT = 100
DEFAULT_LIMIT = 10
_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Group(StrEnum):
    """What a hit is: an article with its best passage, or a passage."""

    ARTICLE = "article"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class Query:
    """A search that can be carried out. `text` is as typed, `language` what it is written in.

    `evidence`: whether hits say which of their words answer which of the query's; `gloss`: whether they say
    what their words mean in English.
    """

    text: str
    language: str
    filter: Filter
    limit: int
    group: Group
    evidence: bool = True
    gloss: bool = False


def parse(
    text: str,
    *,
    limit: int = DEFAULT_LIMIT,
    languages: Iterable[str] = (),
    since: str | None = None,
    until: str | None = None,
    group: str = Group.ARTICLE,
    evidence: bool = True,
    gloss: bool = False,
) -> Query:
    """Check every part of a search and analyse its text.

    Args:
        text: a question or some words, in any language.
        limit: most hits, 1 to 100.
        languages: codes such as `fa`, `prs`, `ar`; `fa` admits `prs`.
        since: first day admitted, `YYYY-MM-DD`.
        until: last day admitted, `YYYY-MM-DD`.
        group: `article` or `passage`.
        evidence: whether hits say which words answered which.
        gloss: whether hits say what their words mean in English.

    Raises:
        InvalidQuery: names the part (as the API calls it) and its value.
    """
    if not any(character.isalnum() for character in text):
        raise InvalidQuery("the query holds no letter and no digit", field="q", value=text)
    if len(text) > MAX_CHARACTERS:
        message = f"the query has {len(text)} characters, at most {MAX_CHARACTERS} are read"
        raise InvalidQuery(message, field="q", value=text[:40] + "…")
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidQuery(f"limit must be from 1 to {MAX_LIMIT}, not {limit}", field="limit", value=limit)
    if group not in set(Group):
        raise InvalidQuery(f"group must be article or passage, not {group!r}", field="group", value=group)
    wanted = Filter(_codes(languages), _day("from", since), _day("to", until))
    if wanted.since and wanted.until and wanted.since > wanted.until:
        raise InvalidQuery(f"from {since} is later than to {until}", field="from", value=since)
    return Query(text, identify_query(text), wanted, limit, Group(group), evidence, gloss)


def _codes(languages: Iterable[str]) -> frozenset[str]:
    codes = frozenset(code.strip().lower() for code in languages)
    for code in sorted(codes):
        if not _LANGUAGE_CODE.fullmatch(code):
            message = f"{code!r} is not a language code: use codes such as fa, prs, ar, with commas between"
            raise InvalidQuery(message, field="languages", value=code)
    return codes


def _day(field: str, value: str | None) -> datetime.date | None:
    if not value:
        return None
    if _DAY.fullmatch(value):
        with contextlib.suppress(ValueError):
            return datetime.date.fromisoformat(value)
    raise InvalidQuery(f"{field} must be a date as YYYY-MM-DD, not {value!r}", field=field, value=value)

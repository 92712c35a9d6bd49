"""Filters of a search: languages, sources and further fields, that are wanted or left out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from indexer.core.errors import InvalidQuery
from indexer.core.matching import Condition
from indexer.text.language_codes import language_of

LANGUAGES, SOURCES, META = "languages", "sources", "meta"
NOT = "not."
"""What parameters begin with whose values are left out."""

MOST_VALUES = 64
"""Of a filter."""

MOST_FIELDS = 16
"""Further fields that a search filters by."""

LONGEST_VALUE = 200
"""Code points; no value in an index is longer."""

_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")
_OF_IRAN = "pes"
"""Persian of Iran alone, where `fa` and `fas` admit Dari too."""

Values = Iterable[str]
_NONE: Mapping[str, Values] = {}


@dataclass(frozen=True, slots=True)
class Omit:
    """What is left out: articles with any of these.

    Attributes:
        languages: codes.
        sources: publishers.
        meta: by name of a further field, its values.
    """

    languages: Values = ()
    sources: Values = ()
    meta: Mapping[str, Values] = field(default_factory=dict)


NOTHING = Omit()


def languages_of(codes: Values, parameter: str = LANGUAGES) -> frozenset[str]:
    """The languages that some codes name, as an index calls them: `fas` and `per` are `fa`, `ara` is `ar`.

    Raises:
        InvalidQuery: one is no code.
    """
    found = set()
    for code in sorted({code.strip().lower() for code in codes}):
        if not _LANGUAGE_CODE.fullmatch(code):
            message = f"{code!r} is not a language code: use codes such as fa, prs, ar, with commas between"
            raise InvalidQuery(message, field=parameter, value=code)
        found.add(code if code == _OF_IRAN else language_of(code) or code)
    return frozenset(found)


def conditions(
    sources: Values = (), meta: Mapping[str, Values] = _NONE, omit: Omit = NOTHING
) -> tuple[Condition, ...]:
    """What articles must hold, and must not; a filter without values asks for nothing.

    Raises:
        InvalidQuery: there are too many fields or values, or a value is too long.
    """
    left_out = languages_of(omit.languages, NOT + LANGUAGES)
    found = [
        *_of("source", SOURCES, sources, is_excluded=False),
        *_of_fields(META, meta, is_excluded=False),
        *_of("language", NOT + LANGUAGES, left_out, is_excluded=True),
        *_of("source", NOT + SOURCES, omit.sources, is_excluded=True),
        *_of_fields(NOT + META, omit.meta, is_excluded=True),
    ]
    return tuple(found)


def _of_fields(parameter: str, meta: Mapping[str, Values], *, is_excluded: bool) -> list[Condition]:
    if len(meta) > MOST_FIELDS:
        message = f"{parameter} names {len(meta):,} fields: {MOST_FIELDS} may be"
        raise InvalidQuery(message, field=parameter, value=len(meta))
    return [
        condition
        for name, values in sorted(meta.items())
        for condition in _of(f"meta.{name}", f"{parameter}.{name}", values, is_excluded=is_excluded)
    ]


def _of(column: str, parameter: str, given: Values, *, is_excluded: bool) -> list[Condition]:
    if isinstance(given, str):
        given = (given,)
    values = frozenset(value.strip() for value in given) - {""}
    if len(values) > MOST_VALUES:
        message = f"{parameter} has {len(values):,} values: {MOST_VALUES} may be"
        raise InvalidQuery(message, field=parameter, value=len(values))
    for value in sorted(values):
        if len(value) > LONGEST_VALUE:
            message = f"{parameter}: a value has at most {LONGEST_VALUE} characters, not {len(value):,}"
            raise InvalidQuery(message, field=parameter, value=value)
    return [Condition(column, values, is_excluded)] if values else []

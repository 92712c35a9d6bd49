"""What a search asks for, and the same as the API takes it."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict
from urllib.parse import urlencode

Day = datetime.date | str | None
Values = str | Iterable[str]
"""Several texts, or one."""


@dataclass(frozen=True, slots=True)
class Omit:
    """Articles to leave out: those in these languages, of these publishers, with these further fields."""

    languages: Values = ()
    sources: Values = ()
    meta: Mapping[str, Values] = field(default_factory=dict)


class Asking(TypedDict, total=False):
    """What a search asks for besides its query; `Client.search` says what each means."""

    limit: int
    languages: Values
    sources: Values
    meta: Mapping[str, Values] | None
    omit: Omit | None
    since: Day
    until: Day
    mode: Literal["hybrid", "dense", "lexical"] | None
    exact: bool
    without: Values
    group: Literal["article", "passage"]
    evidence: bool
    gloss: bool
    highlight: Values
    min_confidence: float | None
    count: bool
    facets: Values
    sort: Literal["relevance", "newest", "oldest", "added"]
    collapse: bool
    stories: bool
    partial: bool
    cursor: str | None
    more: Mapping[str, Any] | None


def body_of(query: str, asking: Asking) -> dict[str, Any]:
    """The body of the request."""
    return {"q": query, **fields_of(asking)}


def fields_of(asking: Asking) -> dict[str, Any]:
    """All of a request but its query."""
    given: dict[str, Any] = {name: value for name, value in asking.items() if value is not None}
    more, omit = given.pop("more", {}), given.pop("omit", Omit())
    left_out = {"languages": omit.languages, "sources": omit.sources, "meta": omit.meta}
    return {
        **{_NAMES.get(name, name): _written(name, value) for name, value in given.items()},
        **{f"not.{name}": _written(name, value) for name, value in left_out.items() if value},
        **more,
    }


def parameters_of(fields: Mapping[str, Any]) -> str:
    """Fields of a request as the query of an address."""
    pairs: list[tuple[str, str]] = []
    for name, value in fields.items():
        if isinstance(value, Mapping):
            pairs += [(f"{name}.{field}", one) for field, values in value.items() for one in values]
        elif isinstance(value, list):
            pairs += [(name, one) for one in value]
        else:
            pairs.append((name, str(value)))
    return urlencode(pairs)


def parted(given: Values) -> list[str]:
    """Names that stand in one text with commas between, or in several."""
    return [name.strip() for name in given.split(",") if name.strip()] if isinstance(given, str) else [*given]


_NAMES = {"since": "from", "until": "to"}


def _written(name: str, value: Any) -> object:  # noqa: ANN401 (of whatever kind its name says)
    if name in ("languages", "without", "highlight", "facets"):
        return parted(value)
    if name == "sources":
        return _listed(value)
    if name == "meta":
        return {field: _listed(values) for field, values in value.items()}
    return _day(value) if name in _NAMES else value


def _listed(given: Values) -> list[str]:
    return [given] if isinstance(given, str) else [*given]


def _day(given: datetime.date | str) -> str:
    if isinstance(given, datetime.datetime):
        given = given.date()
    return given.isoformat() if isinstance(given, datetime.date) else given

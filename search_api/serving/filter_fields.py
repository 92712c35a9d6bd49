"""Filters as requests write them: `sources=…`, `meta.author=…`, and `not.` before what is left out."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from search_api.searching.filters import (
    LANGUAGES,
    LONGEST_VALUE,
    META,
    MOST_FIELDS,
    MOST_VALUES,
    NOT,
    SOURCES,
    Omit,
)
from search_api.serving.lists import parted

MOST_LANGUAGES = 16
LONGEST_CODE = 16
_LONGEST_NAME = 64
_PARTED = (f"{NOT}{META}.", f"{META}.", f"{NOT}{META}[", f"{META}[")


def _alone(value: object) -> object:
    """`"Ali"` means the same as `["Ali"]`."""
    return [value] if isinstance(value, str) else value


Codes = Annotated[
    list[Annotated[str, Field(max_length=LONGEST_CODE)]],
    BeforeValidator(parted(MOST_LANGUAGES, "codes")),
    Field(max_length=MOST_LANGUAGES),
]
Values = Annotated[
    list[Annotated[str, Field(max_length=LONGEST_VALUE)]],
    BeforeValidator(_alone),
    Field(max_length=MOST_VALUES),
]
Fields = Annotated[
    dict[Annotated[str, Field(max_length=_LONGEST_NAME)], Values], Field(max_length=MOST_FIELDS)
]


class FilterFields(BaseModel):
    """Which articles a search is limited to."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    languages: Annotated[
        Codes,
        Field(
            description="Only articles in these: `fa,ar` or `fas`, `ara`; `fa` admits Dari too, `pes` not."
        ),
    ] = []
    sources: Annotated[Values, Field(description="Only articles of these publishers, in any spelling.")] = []
    meta: Annotated[
        Fields,
        Field(
            description="Only articles with one of these values of a further field, as `meta.author=Ali`; as"
            ' JSON `{"author": ["Ali"]}`.'
        ),
    ] = {}
    not_languages: Annotated[
        Codes, Field(alias="not.languages", description="No articles in these languages.")
    ] = []
    not_sources: Annotated[
        Values, Field(alias="not.sources", description="No articles of these publishers.")
    ] = []
    not_meta: Annotated[
        Fields,
        Field(alias="not.meta", description="No articles with one of these values: `not.meta.author=Ali`."),
    ] = {}

    def filters(self) -> dict[str, Any]:
        """The filters, as `query.parse` takes them."""
        omit = Omit(self.not_languages, self.not_sources, self.not_meta)
        return {LANGUAGES: self.languages, SOURCES: self.sources, META: self.meta, "omit": omit}


def gathered(parameters: Iterator[tuple[str, str]], lists: frozenset[str]) -> Mapping[str, Any]:
    """The parameters of a query by name: of those in `lists` all values, of others the last.

    `meta.author=Ali`, and `meta[author]=Ali` as generated clients write it, are values of a field in `meta`.
    """
    given: dict[str, Any] = {}
    for name, value in parameters:
        prefix = next((prefix for prefix in _PARTED if name.startswith(prefix)), None)
        if prefix:
            further = given.setdefault(prefix[:-1], {})
            if isinstance(further, dict):
                further.setdefault(_name(name, prefix), []).append(value)
        elif name in lists:
            given.setdefault(name, []).append(value)
        else:
            given[name] = value
    return given


def _name(parameter: str, prefix: str) -> str:
    name = parameter.removeprefix(prefix)
    return name.removesuffix("]") if prefix.endswith("[") else name

"""What a browser asks for when it opens a page: a search as the API takes it, and how to show it."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from search_api.serving.asked import Asked, from_query, parameters
from search_api.serving.schemas import SearchRequest
from search_api.web.addresses import UI, Address, Pairs
from search_api.web.preferences import Preferences

FRAGMENT = "hudhud-fragment"
"""The header with which a script asks for the changing part of a page alone."""

OFF = "off"
"""The parameter that names words of the query which do not count."""

GLOSS = "gloss"
"""The parameter that asks what single words mean."""

_LISTS = frozenset({"languages", "not.languages", "without"})
"""Parameters whose values may stand in one, with commas between."""

_UNSAID = {
    "from": "",
    "to": "",
    "sort": "relevance",
    "mode": "",
    "exact": "false",
    "collapse": "false",
    "stories": "false",
    "partial": "false",
    "cursor": "",
}
"""Parameters that say nothing with this value: forms send them, addresses leave them out."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that somebody opens.

    Attributes:
        here: its address, without what says nothing.
        preferences: how to show it.
        request: the search; None where nothing is searched for.
        off: words of the query that do not count, in lower case.
        is_fragment: whether its changing part is enough.
        own: parameters that are no search's, by name.
    """

    here: Address
    preferences: Preferences
    request: SearchRequest | None = None
    off: frozenset[str] = frozenset()
    is_fragment: bool = False
    own: dict[str, str] = field(default_factory=dict)

    @property
    def is_glossed(self) -> bool:
        """Whether the page says what single words mean."""
        if self.request:
            return self.request.gloss
        said = self.here.values(GLOSS)
        return said[-1] == "true" if said else self.preferences.is_glossed

    def model_dump_json(self, *, exclude_defaults: bool) -> str:
        """What is searched for, for the log."""
        return self.request.model_dump_json(exclude_defaults=exclude_defaults) if self.request else ""


def visit(asked: Asked, path: str, own: frozenset[str] = frozenset()) -> Visit:
    """Read what a browser asks for.

    Args:
        asked: the request.
        path: of the page.
        own: names of parameters that are the page's, besides those of a search.

    Raises:
        Invalid, Refused: as of the API.
    """
    pairs = tuple(_said(parameters(asked.query)))
    searched = [(name, value) for name, value in pairs if name not in {OFF, UI, *own}]
    query = next((value for name, value in reversed(searched) if name == "q"), "")
    preferences = Preferences.of(asked.headers, dict(pairs).get(UI, ""))
    request = None
    if query.strip():
        request = from_query(SearchRequest)(replace(asked, query=urlencode(searched).encode()))
        if GLOSS not in request.model_fields_set:
            request = request.model_copy(update={GLOSS: preferences.is_glossed})
    return Visit(
        here=Address(asked.prefix, path, pairs),
        preferences=preferences,
        request=request,
        off=frozenset(value.casefold() for name, value in pairs if name == OFF),
        is_fragment=FRAGMENT in asked.headers,
        own={name: value for name, value in pairs if name in own},
    )


def _said(given: list[tuple[str, str]]) -> Pairs:
    """Parameters that say something, a value each."""
    found = []
    for name, value in given:
        if _UNSAID.get(name) == value:
            continue
        parts = [part.strip() for part in value.split(",")] if name in _LISTS else [value]
        found += [(name, part) for part in parts if part or name not in _LISTS]
    return tuple(dict.fromkeys(found))

"""Addresses of pages: each choice on a page is a link to the same page with something else asked for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from search_api.searching.addresses import web_address

CURSOR = "cursor"
PARTIAL = "partial"
"""The parameter that asks for an answer from what answers."""

COUNTED = "counted"
"""The parameter that asks a page to count all that matches, also where that takes long."""

UI = "ui"
"""The parameter that names the language of a page, for whoever is sent its address."""

_EDGE = 4
"""Words that a text fragment begins and ends with."""

_SHORT = 10
"""Words of a sentence up to which it stands in a text fragment as it is."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a page is: a prefix of the server, a path, and parameters in their order.

    Whatever is changed, the first page of its results comes: the cursor is dropped.
    """

    prefix: str
    path: str
    pairs: Pairs = ()

    def __str__(self) -> str:
        query = urlencode(self.pairs)
        return f"{self.prefix}{quote(self.path)}" + (f"?{query}" if query else "")

    def at(self, path: str, *pairs: tuple[str, str]) -> "Address":
        """Another page, with these parameters alone, and the language where the address names one."""
        return Address(self.prefix, path, (*pairs, *((UI, value) for value in self.values(UI))))

    def to(self, path: str) -> "Address":
        """Another page with the same parameters, but for the cursor."""
        return replace(self.dropped(CURSOR), path=path)

    def values(self, name: str) -> list[str]:
        """The values of a parameter."""
        return [value for given, value in self.pairs if given == name]

    def with_(self, name: str, value: str) -> "Address":
        """The same with one value more."""
        return replace(self, pairs=(*self.dropped(CURSOR).pairs, (name, value)))

    def with_only(self, name: str, value: str) -> "Address":
        """The same with this value of a parameter alone; without the parameter where it is empty."""
        kept = self.dropped(name)
        return kept.with_(name, value) if value else kept

    def dropped(self, *names: str) -> "Address":
        """The same without some parameters."""
        gone = {*names, CURSOR}
        return replace(self, pairs=tuple(pair for pair in self.pairs if pair[0] not in gone))

    def without(self, name: str, values: Iterable[str]) -> "Address":
        """The same without some values of a parameter."""
        gone = {(name, value) for value in values}
        kept = (pair for pair in self.pairs if pair not in gone and pair[0] != CURSOR)
        return replace(self, pairs=tuple(kept))


def own_page(address: str, prefix: str) -> str:
    """An address that somebody sent, if it is one of this server's pages; else the first page."""
    is_own = address.startswith(f"{prefix}/") and not address.startswith(("//", "/\\"))
    return address if is_own and address.isprintable() else f"{prefix}/"


def source_link(url: str | None, sentence: str) -> str | None:
    """The address of an article in the web with a text fragment that leads to a sentence, if there is one.

    None where it is no address of the web. See "URL Fragment Text Directives" of the WICG.
    """
    address = web_address(url)
    if address is None:
        return None
    words = sentence.split()
    if not words:
        return address
    directive = _plain(words) if len(words) <= _SHORT else f"{_plain(words[:_EDGE])},{_plain(words[-_EDGE:])}"
    mark = "" if "#" in address else "#"
    return f"{address}{mark}:~:text={directive}"


def _plain(words: Iterable[str]) -> str:
    """Words as a directive may hold them: of what it means by itself, nothing stays."""
    return quote(" ".join(words), safe="").replace("-", "%2D")

"""What a search can be narrowed by: each value with its count, and links that want it or leave it out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from indexer.text.language_codes import language_of
from search_api.searching.facets import LANGUAGE, MONTH, SOURCE, Facet
from search_api.web.addresses import Address
from search_api.web.wording import Wording

MOST_SHOWN = 8
"""Values of a field that are shown at once; the others open."""

NOT = "not."
_META = "meta."
_PERSIAN, _OF_IRAN = "fa", "pes"
"""A search for `fa` admits Dari too; its count does not."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value.

    Attributes:
        value: as articles spell it.
        label: for people.
        count: of the articles that match and have it.
        is_wanted, is_left_out: whether the search asks for it, or leaves it out.
        want, omit: the addresses where that is otherwise.
    """

    value: str
    label: str
    count: str
    is_wanted: bool
    is_left_out: bool
    want: str
    omit: str


@dataclass(frozen=True, slots=True)
class Choices:
    """The values of a field.

    Attributes:
        name: of the field, for people.
        field: as the API calls it.
        shown, more: the first of them, and the others.
        is_exact: whether all that matches was counted.
    """

    name: str
    field: str
    shown: tuple[Choice, ...]
    more: tuple[Choice, ...]
    is_exact: bool


def choices(facets: Iterable[Facet], here: Address, wording: Wording) -> Iterator[Choices]:
    """The choices of every field but months; of a field without a value none."""
    for facet in facets:
        if facet.field == MONTH:
            continue
        found = tuple(_Field(facet.field, here, wording).choices(facet))
        if found:
            name = _name(facet.field, wording)
            yield Choices(name, facet.field, found[:MOST_SHOWN], found[MOST_SHOWN:], facet.is_exact)


def _name(field: str, wording: Wording) -> str:
    if field in (LANGUAGE, SOURCE):
        return wording(f"field_{field}")
    name = field.removeprefix(_META)
    return wording.texts.get(f"field_{name}") or name.replace("_", " ")


class _Field:
    """The choices of one field."""

    def __init__(self, field: str, here: Address, wording: Wording) -> None:
        self._parameter = {LANGUAGE: "languages", SOURCE: "sources"}.get(field, field)
        self._is_language = field == LANGUAGE
        self._here, self._wording = here, wording
        self._wanted = self._by_key(self._parameter)
        self._left_out = self._by_key(f"{NOT}{self._parameter}")

    def choices(self, facet: Facet) -> Iterator[Choice]:
        """Those that were counted, and before them what is asked for and no article has."""
        counted = {self._key(value) for value, _ in facet.counts}
        for key, values in {**self._left_out, **self._wanted}.items():
            if key not in counted:
                yield self._choice(values[0], 0)
        for value, count in facet.counts:
            yield self._choice(value, count)

    def _choice(self, value: str, count: int) -> Choice:
        key = self._key(value)
        wanted, left_out = self._wanted.get(key, []), self._left_out.get(key, [])
        plain = self._here.without(self._parameter, wanted).without(f"{NOT}{self._parameter}", left_out)
        said = _OF_IRAN if self._is_language and key == _PERSIAN else value
        return Choice(
            value=value,
            label=self._wording.language(key) if self._is_language else value,
            count=self._wording.number(count),
            is_wanted=bool(wanted),
            is_left_out=bool(left_out),
            want=str(plain if wanted else plain.with_(self._parameter, said)),
            omit=str(plain if left_out else plain.with_(f"{NOT}{self._parameter}", said)),
        )

    def _by_key(self, parameter: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for value in self._here.values(parameter):
            found.setdefault(self._key(value), []).append(value)
        return found

    def _key(self, value: str) -> str:
        """What values that mean the same have in common."""
        plain = value.strip().casefold()
        if not self._is_language:
            return plain
        return _PERSIAN if plain == _OF_IRAN else language_of(plain) or plain

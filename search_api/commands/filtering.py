"""Filters as the command line writes them: `author=Ali`."""

from collections.abc import Iterable

from indexer.core.errors import InvalidSetting
from search_api.searching.facets import LANGUAGE, MONTH, SOURCE
from search_api.searching.filters import Omit


def values_of(option: str, pairs: Iterable[str]) -> dict[str, list[str]]:
    """Values by field, out of pairs such as `author=Ali`.

    Raises:
        InvalidSetting: one is no such pair.
    """
    found: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not (name and equals and value):
            raise InvalidSetting(f"{option} {pair!r} filters nothing: write FIELD=VALUE, as in author=Ali")
        found.setdefault(name, []).append(value)
    return found


def facet_names(text: str) -> list[str]:
    """The fields in `language,author`; what is no field of every article is a further one."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    own = {LANGUAGE, SOURCE, MONTH}
    return [name if name in own or name.startswith("meta.") else f"meta.{name}" for name in names]


def left_out(pairs: Iterable[str]) -> Omit:
    """What `--not language=ar`, `--not source=a.org` and `--not author=Ali` leave out.

    Raises:
        InvalidSetting: one is no such pair.
    """
    found = values_of("--not", pairs)
    languages, sources = found.pop(LANGUAGE, []), found.pop(SOURCE, [])
    return Omit(languages, sources, found)

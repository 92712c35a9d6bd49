"""By what an article may answer: its meaning, its words or both; and which words count as a query's."""

from collections.abc import Iterable
from enum import StrEnum

from indexer.core.errors import InvalidQuery
from indexer.core.records import ALL_KINDS, MatchKind


class Mode(StrEnum):
    """What finds articles and orders them.

    `HYBRID`: the meaning of passages and their words. `DENSE`: the order is by meaning alone. `LEXICAL`: only
    passages with words that answer words of the query, ordered by these alone.
    """

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


class Without(StrEnum):
    """A way in which words of articles may answer that can be switched off, called as in evidence.

    `TRANSLATION` is every way across languages: by the dictionary, as a name, and by vectors.
    """

    STEM = "stem"
    SOUND = "sound"
    NAME = "name"
    DICTIONARY = "dictionary"
    TRANSLATION = "translation"

    @property
    def kinds(self) -> frozenset[MatchKind]:
        """What no longer counts."""
        if self is Without.TRANSLATION:
            return frozenset({MatchKind.NAME, MatchKind.DICTIONARY, MatchKind.TRANSLATION})
        return frozenset({MatchKind(self.value)})


def mode_of(given: str | None, *, exact: bool) -> Mode:
    """The mode of a query: what is given, else `lexical` for exact words and `hybrid` for others.

    Raises:
        InvalidQuery: there is no such mode, or exact words are asked for in a mode that finds others.
    """
    if not given:
        return Mode.LEXICAL if exact else Mode.HYBRID
    if given not in set(Mode):
        raise InvalidQuery(f"mode must be hybrid, dense or lexical, not {given!r}", field="mode", value=given)
    if exact and given != Mode.LEXICAL:
        message = f"exact finds words alone, and mode={given} finds others: leave one of them out"
        raise InvalidQuery(message, field="mode", value=given)
    return Mode(given)


def kinds_of(without: Iterable[str], *, exact: bool) -> frozenset[MatchKind]:
    """How words may answer: `exact` leaves the same word alone, however it is spelled.

    Raises:
        InvalidQuery: `without` names something that cannot be switched off.
    """
    kinds = frozenset({MatchKind.SAME}) if exact else ALL_KINDS
    for name in without:
        if name not in set(Without):
            message = f"without takes {', '.join(Without)}, not {name!r}"
            raise InvalidQuery(message, field="without", value=name)
        kinds -= Without(name).kinds
    return kinds

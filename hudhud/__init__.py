"""Index articles and search them from Python: `hudhud.index(paths)`, then `hudhud.open().search("…")`.

Everything that is meant to be imported stands in `__all__`; docs/python.md shows it at work. Importing this
loads no library, numpy neither: what is heavy is loaded by the first call that needs it.

May import: core, storage, text, models, corpus, drafting, indexer, searching, search_api, serving.
"""

import importlib
from typing import TYPE_CHECKING

from hudhud.reading import Index, open
from hudhud.reports import Info, Summary
from hudhud.results import Hit, MentionedDate, Results
from hudhud.writing import index
from indexer.core.errors import (
    ArticleNotFound,
    CacheDamaged,
    CursorExpired,
    DeletionsDamaged,
    EmptyCorpus,
    FormatMismatch,
    HudhudError,
    IndexClosed,
    IndexDamaged,
    IndexingError,
    IndexLocked,
    IndexMismatch,
    IndexNotFound,
    IndexNotWritable,
    InputError,
    InvalidGlossary,
    InvalidMapping,
    InvalidQuery,
    InvalidSetting,
    LibraryBroken,
    ModelDamaged,
    ModelError,
    ModelNotFound,
    ModelNotWritable,
    PathNotFound,
    TooManyRemovals,
    UnknownField,
    UnreadableInput,
)

if TYPE_CHECKING:
    from indexer.core.records import Article, MatchKind, Skipped
    from indexer.drafting.draft import Progress
    from search_api.searching.evidence import WordMatch
    from search_api.searching.filters import Omit
    from search_api.searching.highlight import Mark

    __version__: str

__all__ = [
    "Article",
    "ArticleNotFound",
    "CacheDamaged",
    "CursorExpired",
    "DeletionsDamaged",
    "EmptyCorpus",
    "FormatMismatch",
    "Hit",
    "HudhudError",
    "Index",
    "IndexClosed",
    "IndexDamaged",
    "IndexLocked",
    "IndexMismatch",
    "IndexNotFound",
    "IndexNotWritable",
    "IndexingError",
    "Info",
    "InputError",
    "InvalidGlossary",
    "InvalidMapping",
    "InvalidQuery",
    "InvalidSetting",
    "LibraryBroken",
    "Mark",
    "MatchKind",
    "MentionedDate",
    "ModelDamaged",
    "ModelError",
    "ModelNotFound",
    "ModelNotWritable",
    "Omit",
    "PathNotFound",
    "Progress",
    "Results",
    "Skipped",
    "Summary",
    "TooManyRemovals",
    "UnknownField",
    "UnreadableInput",
    "WordMatch",
    "__version__",
    "index",
    "open",
]

_HEAVY = {
    "Article": "indexer.core.records",
    "Mark": "search_api.searching.highlight",
    "MatchKind": "indexer.core.records",
    "Omit": "search_api.searching.filters",
    "Skipped": "indexer.core.records",
    "Progress": "indexer.drafting.draft",
    "WordMatch": "search_api.searching.evidence",
}
"""The modules of names whose modules import numpy; each is imported when its name is first used."""

if not TYPE_CHECKING:  # a type checker that saw it would believe in any name

    def __getattr__(name: str) -> object:
        """A name of `__all__` that was not needed so far."""
        if name == "__version__":
            from importlib.metadata import version

            value: object = version("hudhud")
        elif name in _HEAVY:
            value = getattr(importlib.import_module(_HEAVY[name]), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__

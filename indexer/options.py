"""How a reindex treats what is there."""

from dataclasses import dataclass
from pathlib import Path

from indexer.core.settings import RECALL
from indexer.drafting.skips import SkipLimit
from indexer.storage.layout import KEPT

CACHE_BYTES = 20 * 10**9


@dataclass(frozen=True, slots=True)
class Options:
    """How a reindex treats what is there.

    Attributes:
        fresh: the new index holds what is given and nothing else.
        allow_removals: remove articles however many of a source are gone.
        keep_missing: remove nothing.
        strict: the first record that cannot be read is an error.
        max_skipped: with more unreadable records than this nothing is published; however many when None.
        glossary: a user's own dictionary, on top of Hudhud's; what the index has stays when None.
        keep: how many generations stay.
        cache_bytes: how large the cache of vectors may be; None where it serves other indexes too, and
            nothing in it is forgotten.
        meta: names of the further fields of articles that are kept; what the index declares when None.
        recall: share of the nearest hundred vectors that a search is to find among many.
    """

    fresh: bool = False
    allow_removals: bool = False
    keep_missing: bool = False
    strict: bool = False
    max_skipped: SkipLimit | None = None
    glossary: Path | None = None
    keep: int = KEPT
    cache_bytes: int | None = CACHE_BYTES
    meta: tuple[str, ...] | None = None
    recall: float = RECALL


AS_USUAL = Options()

"""py3langid's choice among languages, with its tables mapped: they open at once, and processes share them.

Unpacking them takes half a second and holds 90 MB. So that is done once per machine, into the user's cache.
"""

import functools
import hashlib
import json
import logging
import os
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from indexer.core.errors import ModelNotWritable
from indexer.storage.made_once import make_once

FORMAT = 1
"""Raised whenever the tables are kept in other files."""

_ARRAYS = ("shares", "prior", "moves", "rows", "features")
_CLASSES = "classes.json"

_logger = logging.getLogger(__name__)


def scores(text: str, languages: frozenset[str]) -> dict[str, float]:
    """Log-likelihood of each of `languages` for a text."""
    return dict(identifier(languages).rank(text))


@functools.cache
def identifier(languages: frozenset[str]) -> LanguageIdentifier:
    """What ranks `languages` for a text; its tables are made first where this machine has not got them."""
    folder = cache_folder(languages)

    def write(aside: Path) -> None:
        _write(_unpacked(languages), aside)

    try:
        make_once(folder, write, what="the tables of languages", progress=_logger.info)
        return _mapped(folder)
    except (ModelNotWritable, OSError) as error:
        _logger.warning("the tables of languages are unpacked for this process: %s", error)
        return _unpacked(languages)


def cache_folder(languages: Iterable[str]) -> Path:
    """Where the tables of `languages` are kept: in `HUDHUD_CACHE`, else in the user's cache folder."""
    base = Path(os.environ.get("HUDHUD_CACHE") or platformdirs.user_cache_path("hudhud"))
    digest = hashlib.sha256(" ".join(sorted(languages)).encode()).hexdigest()
    return base / "languages" / f"py3langid-{version('py3langid')}-{digest[:8]}-{FORMAT}"


def _unpacked(languages: Iterable[str]) -> LanguageIdentifier:
    """As the library loads it."""
    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    whole.set_languages(sorted(languages))
    return whole


def _write(known: LanguageIdentifier, folder: Path) -> None:
    """Write what `_mapped` reads; what a feature says of all languages lies together, in one page."""
    tables: Iterable[Any] = (known.nb_ptc, known.nb_pc, known.tk_nextmove, known.tk_row, known.tk_output)
    for name, table in zip(_ARRAYS, tables, strict=True):
        np.save(folder / f"{name}.npy", np.ascontiguousarray(table))
    (folder / _CLASSES).write_text(json.dumps(known.nb_classes), encoding="utf-8")


def _mapped(folder: Path) -> LanguageIdentifier:
    shares, prior, moves, rows, features = (
        np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS
    )
    classes = json.loads((folder / _CLASSES).read_text(encoding="utf-8"))
    return LanguageIdentifier(
        shares, prior, classes, memoryview(moves), memoryview(features), tk_row=memoryview(rows)
    )

"""Which embedding model: the embedded default, a folder, or a name on the Hugging Face hub."""

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from indexer.core.errors import IndexMismatch, ModelDamaged, ModelNotFound
from indexer.models import embedded_model, hub, model_files
from indexer.storage.manifest import Manifest

_logger = logging.getLogger(__name__)

EMBEDDED_NAME = "multilingual-e5-small (embedded)"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Prompts:
    """What the model expects before a text, the space after it included; empty for nothing."""

    query: str
    passage: str


@dataclass(frozen=True, slots=True)
class Model:
    """An embedding model on this machine.

    `name` is what the user knows it by; `folder` is what sentence-transformers loads; `fingerprint`
    is a hex SHA-256 over weights, tokenizer, configuration and prompts, the same on every machine.
    """

    name: str
    folder: Path
    prompts: Prompts
    fingerprint: str


def locate(
    name: str | None,
    *,
    cache: Path | None = None,
    progress: Progress = _logger.info,
    made_with: str | None = None,
) -> Model:
    """Find the model called `name`, making it ready on first use.

    Args:
        name: nothing for the embedded default; else a folder, or a hub name such as `BAAI/bge-m3`.
            What exists as a path, or looks like one, is a folder.
        cache: where Hudhud keeps what it can make again; the user's cache folder when not given.
        progress: called with a line for the user before what takes seconds.
        made_with: what an index says that it was made with, for where no name is given. Nobody asked for
            that model by name, so it is looked for on this machine alone: the hub is never asked.

    Raises:
        ModelNotFound: there is no such folder or hub model, or the hub cannot be reached.
        ModelDamaged: a file of the model cannot be read or is not what it should be.
        ModelNotWritable: the default model cannot be unpacked into `cache`.
    """
    cache = cache or default_cache()
    may_ask = bool(name)
    name = name or made_with
    if not name or name == EMBEDDED_NAME:
        folder, digests = embedded_model.ready(cache, progress)
        return _model(EMBEDDED_NAME, folder, _EMBEDDED_PROMPTS, digests)
    folder = find_folder(name, progress=progress, may_ask=may_ask)
    name, family = (str(folder), folder.name) if _is_folder(name) else (name, name)
    try:
        digests = model_files.digests(folder, cache)
    except OSError as error:
        raise ModelDamaged(f"the model {name} cannot be read: {error}") from error
    return _model(name, folder, _prompts(folder, family), digests)


def require_made_with(model: Model, manifest: Manifest, folder: Path) -> None:
    """Check that an index was made with a model.

    Raises:
        IndexMismatch: it was made with another one.
    """
    if model.fingerprint != manifest.fingerprint:
        raise IndexMismatch(
            f"the index in {folder} was made with {manifest.model} ({manifest.fingerprint[:12]}), not with"
            f" {model.name} ({model.fingerprint[:12]}): name the model that it was made with, or reindex with"
            " this one"
        )


def find_folder(name: str, *, progress: Progress = _logger.info, may_ask: bool = True) -> Path:
    """The folder of any model that sentence-transformers loads: a folder, or a hub name.

    Args:
        name: what exists as a path, or looks like one, is a folder.
        progress: called with a line for the user before a download.
        may_ask: whether the hub may be asked for what is not on this machine.

    Raises:
        ModelNotFound: there is no such folder or hub model, it has no weights or no configuration, or
            the hub cannot be reached.
    """
    if not _is_folder(name):
        return hub.snapshot(name, progress, may_ask=may_ask)
    folder = Path(name).expanduser()
    lacking = model_files.missing(folder) if folder.exists() else "does not exist"
    if lacking:
        raise ModelNotFound(f"the model folder {name} {lacking}")
    return folder.resolve()


def default_cache() -> Path:
    """The user's cache folder for Hudhud, where the platform has it."""
    return platformdirs.user_cache_path("hudhud")


def _model(name: str, folder: Path, prompts: Prompts, digests: Mapping[str, str]) -> Model:
    fingerprint = model_files.fingerprint(digests, query=prompts.query, passage=prompts.passage)
    return Model(name, folder, prompts, fingerprint)


def _is_folder(name: str) -> bool:
    return (
        name.startswith((".", "~")) or name.count("/") > 1 or Path(name).is_absolute() or Path(name).exists()
    )


_EMBEDDED_PROMPTS = Prompts(query=embedded_model.PROMPT, passage=embedded_model.PROMPT)

_QUERY_KEYS = ("query", "search_query", "retrieval.query", "retrieval_query", "Retrieval-query")
_PASSAGE_KEYS = (
    "passage",
    "document",
    "corpus",
    "search_document",
    "retrieval.passage",
    "retrieval_passage",
    "Retrieval-document",
)
_WEB_SEARCH = "Given a web search query, retrieve relevant passages that answer the query"
_FAMILIES: tuple[tuple[str, Prompts], ...] = (
    (r"\be5\b.*\binstruct\b", Prompts(f"Instruct: {_WEB_SEARCH}\nQuery: ", "")),
    (r"\bmultilingual-e5-small\b", _EMBEDDED_PROMPTS),
    (r"\be5\b", Prompts("query: ", "passage: ")),
    (r"\bbge-m3\b", Prompts("", "")),
    (r"\bbge-.*-en\b", Prompts("Represent this sentence for searching relevant passages: ", "")),
    (r"\bnomic-embed-text\b", Prompts("search_query: ", "search_document: ")),
)
"""Prompts from the models' cards, for models whose configuration does not carry them; first match."""


def _prompts(folder: Path, family: str) -> Prompts:
    """The prompts in the model's own configuration, else its family's, else none."""
    try:
        path = folder / "config_sentence_transformers.json"
        own = json.loads(path.read_text(encoding="utf-8")).get("prompts") or {}
    except FileNotFoundError:
        own = {}
    except (OSError, ValueError, AttributeError) as error:
        raise ModelDamaged(
            f"{folder / 'config_sentence_transformers.json'} cannot be read: {error}"
        ) from error
    query = next((own[key] for key in _QUERY_KEYS if own.get(key)), "")
    passage = next((own[key] for key in _PASSAGE_KEYS if own.get(key)), "")
    if query or passage:
        return Prompts(query, passage)
    return next(
        (prompts for pattern, prompts in _FAMILIES if re.search(pattern, family, re.IGNORECASE)),
        Prompts("", ""),
    )

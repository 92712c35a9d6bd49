"""The way to index: `index`."""

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hudhud.reports import Summary
from indexer.core.settings import Settings

if TYPE_CHECKING:
    from hudhud.articles import Item
    from indexer.core.records import Skipped
    from indexer.drafting.draft import Progress

_logger = logging.getLogger(__name__)


def index(
    paths: "Item | Iterable[Item]",
    index: str | os.PathLike[str] | None = None,
    *,
    model: str | None = None,
    fresh: bool = False,
    allow_removals: bool = False,
    keep_missing: bool = False,
    strict: bool = False,
    fields: Mapping[str, str] | None = None,
    meta: Iterable[str] | None = None,
    format: str | None = None,
    progress: "Callable[[Progress], None] | None" = None,
    skipped: "Callable[[Skipped], None] | None" = None,
) -> Summary:
    """Bring an index to what `paths` hold: embed what is new or changed, remove what is gone.

    The old index answers until the new one is whole. Articles of paths that are not given stay, and so do
    those that were given in memory. What was embedded before an interruption is kept, and the same call
    goes on from there.

    Args:
        paths: files, folders and patterns such as `news/**/*.xml`; or articles in memory, each a
            `hudhud.Article` or a mapping with `id` and `text`, and `title`, `date`, `language` and `url` if
            you have them. One, or any number of one kind.
        index: folder of the index; `HUDHUD_INDEX`, else `./index`, when None.
        model: folder or hub name of a sentence-transformers model; `HUDHUD_MODEL`, else the embedded one,
            when None. Another model than before embeds everything anew.
        fresh: begin anew: the index will hold what is given and nothing else.
        allow_removals: remove articles however many of a path are gone.
        keep_missing: remove nothing.
        strict: stop at the first record that cannot be read.
        fields: what fields are called in the input, as in `{"title": "headline"}`.
        meta: names of further fields to keep, as in `["author", "section"]`; those of the index when None.
        format: of files that are named and whose names tell none, such as `jsonl`.
        progress: called now and then with how far the work has come.
        skipped: called with everything that is left out, and why.

    Returns:
        What was done.

    Raises:
        PathNotFound: a path does not exist.
        InvalidMapping: `fields` or `format` name what there is not, or `meta` what can be no name.
        EmptyCorpus: there would be no article in the index.
        UnreadableInput: with `strict`, a record cannot be read.
        TooManyRemovals: so much of a path is gone that it may be a mistake.
        InputError: what is given is neither paths nor articles, or both.
        InvalidSetting: an environment variable begins with HUDHUD_ and is no setting.
        ModelError: the model cannot be had.
        IndexingError: the index cannot be written, another process writes it, or it is damaged.
    """
    from hudhud.articles import corpus_of
    from indexer.build import build
    from indexer.corpus import Fields
    from indexer.corpus.metadata import declared
    from indexer.models.encoder import load_encoder
    from indexer.models.model import locate
    from indexer.options import Options
    from indexer.storage.layout import Layout
    from indexer.text.orthography import prepare

    chosen = Settings.from_environment(os.environ)
    layout = Layout(Path(index) if index is not None else chosen.index)
    kept = declared(",".join(meta)) if meta is not None else () if fresh else layout.meta()
    named = Fields.parse([f"{field}={name}" for field, name in (fields or {}).items()], kept)
    corpus = corpus_of(paths, named, format, layout.roots())
    found = locate(model or chosen.model, cache=chosen.cache, progress=_logger.info)
    encoder = load_encoder(found, cache=chosen.cache, progress=_logger.info)
    prepare(_logger.info)
    built = build(
        corpus,
        layout,
        found,
        encoder,
        progress or _ignored,
        options=Options(
            fresh=fresh,
            allow_removals=allow_removals,
            keep_missing=keep_missing,
            strict=strict,
            meta=kept,
        ),
        sink=skipped or _ignored,
    )
    return Summary.of(built)


def _ignored(_: object) -> None:
    """Nobody wants to know."""

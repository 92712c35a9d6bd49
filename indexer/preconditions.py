"""What a reindex asks before it begins, and before it publishes; `build` and `plan` ask it alike."""

import os
import shutil
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path

from indexer.core.errors import IndexDamaged, IndexNotWritable
from indexer.drafting.compare import Survey
from indexer.drafting.draft import require_sound
from indexer.drafting.skips import Skips
from indexer.generation.generation import Generation, open_soundest
from indexer.lexicon.dictionary import glossary_text
from indexer.options import Options
from indexer.storage.layout import Layout

BYTES_PER_ARTICLE = 60_000
"""What an article takes on disk, index and cache together, where there is none yet to go by."""


def opened_base(layout: Layout, options: Options) -> AbstractContextManager[Generation | None]:
    """The generation that is built upon.

    Raises:
        IndexDamaged: it is not sound.
    """
    base = None if options.fresh else open_soundest(layout.folder)
    if base is None:
        return nullcontext()
    try:
        require_sound(base)
    except IndexDamaged:
        base.close()
        raise
    return closing(base)


def glossary_of(base: Generation | None, options: Options) -> str:
    """The user's glossary: what is given, else what the index has.

    Raises:
        InvalidGlossary: what is given cannot be used.
    """
    if options.glossary is not None:
        return glossary_text(options.glossary)
    return base.glossary if base else ""


def meta_of(base: Generation | None, options: Options) -> tuple[str, ...]:
    """The further fields of articles that are kept: those that are declared, else those of the index."""
    if options.meta is not None:
        return options.meta
    return tuple(base.manifest.meta) if base else ()


def require_few_skipped(options: Options, survey: Survey, skips: Skips) -> None:
    """Check that no more records cannot be read than the options allow.

    Args:
        options: of the reindex.
        survey: of the corpus.
        skips: what was left out so far: by the survey, and since.

    Raises:
        TooManySkipped: more cannot.
    """
    if options.max_skipped:
        listed = survey.new + survey.changed + survey.unchanged
        found_later = skips.unreadable - survey.skips.unreadable
        options.max_skipped.require(skips, listed - found_later)


def require_space(layout: Layout, base: Generation | None, survey: Survey) -> None:
    """Check that the disk has room for what will be written.

    Raises:
        IndexNotWritable: it has not.
    """
    each = BYTES_PER_ARTICLE
    if base and base.manifest.articles:
        each = 2 * base.manifest.bytes // base.manifest.articles
    derived = sum(
        fact.bytes for name, fact in (base.manifest.files if base else {}).items() if "/" not in name
    )
    needed = (survey.new + survey.changed) * each + derived
    free = shutil.disk_usage(_existing(layout.folder)).free
    if free < needed:
        raise IndexNotWritable(
            f"indexing {survey.new + survey.changed:,} articles takes about {needed / 1e6:,.0f} MB in"
            f" {layout.folder}, where {free / 1e6:,.0f} MB are free: make room, or choose another --index"
        )


def require_permission(layout: Layout) -> None:
    """Check that this process may write the index, without writing.

    Raises:
        IndexNotWritable: it may not.
    """
    folder = _existing(layout.folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise IndexNotWritable(f"the index in {layout.folder} cannot be written: no permission in {folder}")


def nothing_found(origin: str, survey: Survey, skips: Skips) -> str:
    """Why there would be no article in the index."""
    articles = survey.new + survey.changed + survey.unchanged
    if len(survey.missing) and not articles:
        return f"nothing would be left in the index: {origin} holds no article"
    if not survey.read:
        return f"nothing to index in {origin}: it holds no files"
    if not skips.total:
        return f"nothing to index in {origin}: no letter and no digit in {articles} articles"
    listed = ", ".join(f"{count} × {reason}" for reason, count in skips.counts.items())
    example = f"{skips.samples[0].source}: {skips.samples[0].detail}"
    return f"nothing to index in {origin}: every input was skipped ({listed}), e.g. {example}"


def _existing(folder: Path) -> Path:
    """A folder, or the nearest above it that is there."""
    return next((one for one in (folder, *folder.absolute().parents) if one.exists()), Path("/"))

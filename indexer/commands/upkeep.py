"""Commands that look after an index: delete, undelete, rollback, prune, export, import."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.commands.output import put, say
from indexer.commands.terminal import (
    EXIT_FAULTS,
    IndexOption,
    ModelOption,
    plural,
    settings,
    told_in_a_line,
)

if TYPE_CHECKING:
    from indexer.core.protocols import Encoder
    from indexer.models.model import Model
    from indexer.storage.layout import Layout, Pruned
    from indexer.storage.manifest import Manifest

Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of articles.")]


@told_in_a_line
def delete(
    ids: Ids,
    index: IndexOption = None,
    model: ModelOption = None,
    purge: Annotated[
        bool,
        typer.Option("--purge", help="Erase them from older generations and from the cache as well."),
    ] = False,
) -> None:
    """Delete articles by id, and keep them from being indexed again.

    Example: hudhud delete 2025/story-17 --purge --index /srv/hudhud
    """
    from indexer.upkeep import maintenance

    layout, found, encoder = _opened(index, model)
    if not purge:
        done = maintenance.delete(layout, ids, found, encoder)
        put(f"deleted {plural(len(done.articles), 'article')}; live: {done.generation}")
        return
    say("waiting for servers to let go of older generations, where they read them")
    done = maintenance.purge(layout, ids, found, encoder)
    put(
        f"erased {plural(len(done.articles), 'article')} from {plural(len(done.replaced), 'generation')}, and"
        f" {plural(done.forgotten, 'text')} from the cache; live: {done.generation}"
    )
    if done.held:
        say(
            f"hudhud: not erased from {', '.join(done.held)}, which a server still reads: stop it, or let it"
            " change over, and say the same again"
        )
        raise typer.Exit(EXIT_FAULTS)


@told_in_a_line
def undelete(ids: Ids, index: IndexOption = None) -> None:
    """Let deleted articles be indexed again: the next reindex takes them in.

    Example: hudhud undelete 2025/story-17
    """
    from indexer.storage.layout import Layout
    from indexer.upkeep import maintenance

    maintenance.undelete(Layout(index or settings().index), ids)
    put(f"{plural(len(set(ids)), 'article')} may be indexed again")


@told_in_a_line
def rollback(
    generation: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="The generation to go back to; default: the one before."),
    ] = None,
    index: IndexOption = None,
    model: ModelOption = None,
) -> None:
    """Make an older generation the live one; running servers change over.

    Articles that were deleted since stay out.

    Example: hudhud rollback --index /srv/hudhud
    """
    from indexer.storage.layout import Layout
    from indexer.upkeep import maintenance

    layout = Layout(index or settings().index)
    done = maintenance.rollback(layout, generation, partial(_loaded, layout, model))
    without = f", {done.wanted} without {plural(len(done.left_out), 'deleted article')}"
    put(f"live: {done.generation}{without if done.left_out else ''}")


@told_in_a_line
def prune(
    keep: Annotated[int, typer.Option("--keep", metavar="N", help="Generations that stay.", min=1)] = 2,
    index: IndexOption = None,
) -> None:
    """Remove old generations, but never the live one or one that somebody reads.

    Example: hudhud prune --keep 1
    """
    from indexer.storage.layout import Layout
    from indexer.upkeep import maintenance

    _show_pruned(maintenance.prune(Layout(index or settings().index), keep))


@told_in_a_line
def export(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write, as in hudhud.tar.")],
    index: IndexOption = None,
) -> None:
    """Write the live generation to one file.

    Example: hudhud export /backup/hudhud-2025-11-22.tar
    """
    from indexer.commands.terminal import megabytes
    from indexer.storage.layout import Layout
    from indexer.upkeep import archive

    manifest = archive.export(Layout(index or settings().index), target)
    size = megabytes(manifest.bytes)
    put(f"{manifest.name}, {plural(manifest.articles, 'article')}, {size}, is in {target}")


@told_in_a_line
def import_(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="What `hudhud export` wrote.")],
    index: IndexOption = None,
    model: ModelOption = None,
) -> None:
    """Make the generation in FILE the live one; what the index held before can be rolled back to.

    Articles that were deleted, here or where it was exported, stay out.

    Example: hudhud import /backup/hudhud-2025-11-22.tar --index /srv/hudhud
    """
    from indexer.storage.layout import Layout
    from indexer.upkeep import archive

    layout = Layout(index or settings().index)
    manifest = archive.import_(layout, source, partial(_loaded, layout, model))
    put(f"live: {manifest.name}, {plural(manifest.articles, 'article')}")


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands to the one `hudhud` command."""
    app.command(no_args_is_help=True)(delete)
    app.command(no_args_is_help=True)(undelete)
    app.command()(rollback)
    app.command()(prune)
    app.command(no_args_is_help=True)(export)
    app.command("import", no_args_is_help=True)(import_)


def _opened(index: Path | None, model: str | None) -> "tuple[Layout, Model, Encoder]":
    """An index, and the model that made it.

    Raises:
        IndexMismatch: another model was named.
    """
    from indexer.storage.layout import Layout
    from indexer.storage.manifest import MANIFEST, Manifest

    layout = Layout(index or settings().index)
    return layout, *_loaded(layout, model, Manifest.read(layout.live() / MANIFEST))


def _loaded(layout: "Layout", model: str | None, manifest: "Manifest") -> "tuple[Model, Encoder]":
    """The model that made a generation of an index.

    Raises:
        IndexMismatch: another model was named.
    """
    from indexer.models.encoder import load_encoder
    from indexer.models.model import locate, require_made_with
    from indexer.text.orthography import prepare

    chosen = settings()
    found = locate(model or chosen.model, cache=chosen.cache, progress=say, made_with=manifest.model)
    require_made_with(found, manifest, layout.folder)
    prepare(say)
    return found, load_encoder(found, cache=chosen.cache, progress=say)


def _show_pruned(pruned: "Pruned") -> None:
    put(f"removed: {', '.join(pruned.removed) or 'none'}")
    if pruned.held:
        put(f"still read: {', '.join(pruned.held)}")

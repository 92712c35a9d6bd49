"""Commands that bring an index to other machines through a store: push, pull."""

from typing import Annotated

import typer

from indexer.commands.output import put, say
from indexer.commands.terminal import (
    IndexOption,
    QuietOption,
    megabytes,
    plural,
    settings,
    silent,
    told_in_a_line,
)

Address = Annotated[
    str,
    typer.Argument(metavar="STORE", help="s3://BUCKET/PATH, gs://BUCKET/PATH, file:///PATH or a folder."),
]
Keep = Annotated[int, typer.Option("--keep", metavar="N", help="Generations that stay there.", min=1)]


@told_in_a_line
def push(
    store: Address,
    index: IndexOption = None,
    keep: Keep = 2,
    quiet: QuietOption = False,
) -> None:
    """Put the live generation into a store, from which other machines pull it.

    Only files that the store lacks are sent. Until all are there, the one before stays live.

    Example: hudhud push s3://archive/hudhud --index /srv/hudhud
    """
    from indexer.objects import push as pushing
    from indexer.objects.addresses import store_at
    from indexer.storage.layout import Layout

    place = store_at(store)
    done = pushing.push(Layout(index or settings().index), place, keep, silent if quiet else say)
    sent = f"sent {plural(done.files, 'file')}, {megabytes(done.bytes)}"
    removed = f"removed {plural(done.removed, 'object')}"
    put(f"live in {place.address}: {done.manifest.name}; {sent}; {removed}")


@told_in_a_line
def pull(
    store: Address,
    index: IndexOption = None,
    keep: Keep = 2,
    quiet: QuietOption = False,
) -> None:
    """Make the live generation of a store that of a folder on this machine; servers change over.

    Only files that the folder lacks are fetched, and checked. Until all are there, the one before stays live.

    Example: hudhud pull s3://archive/hudhud --index /srv/hudhud
    """
    from indexer.objects import pull as pulling
    from indexer.objects.addresses import store_at
    from indexer.storage.layout import Layout

    layout = Layout(index or settings().index)
    done = pulling.pull(layout, store_at(store), keep, silent if quiet else say)
    fetched = f"fetched {plural(done.files, 'file')}, {megabytes(done.bytes)}" if done.is_new else "as before"
    put(f"live in {layout.folder}: {done.manifest.name}; {fetched}")


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands to the one `hudhud` command."""
    app.command(no_args_is_help=True)(push)
    app.command(no_args_is_help=True)(pull)

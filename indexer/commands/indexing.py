"""Commands that make and look at an index: reindex, info, verify."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.commands.output import json_line, put, put_json, say
from indexer.commands.reports import plain_skipped, show_plan, show_summary
from indexer.commands.terminal import (
    EXIT_FAULTS,
    EXIT_INTERRUPTED,
    IndexOption,
    JsonOption,
    ModelOption,
    QuietOption,
    counted,
    exit_code,
    following,
    megabytes,
    plural,
    print_rows,
    settings,
    silent,
    told_in_a_line,
)
from indexer.core.errors import InvalidSetting

if TYPE_CHECKING:
    from indexer.core.records import Skipped
    from indexer.storage.manifest import Manifest

SHOWN_IDS = 3
"""Of garbled articles, by `info`."""

SHOWN_SOURCES = 10
"""Those with the most articles, by `info`."""


@told_in_a_line
def reindex(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH...", help="Files, folders and patterns; - reads standard input.", show_default=False
        ),
    ] = None,
    index: IndexOption = None,
    model: ModelOption = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=NAME", help="What a field is called, as in title=headline."),
    ] = None,
    meta: Annotated[
        str | None,
        typer.Option(
            "--meta",
            metavar="NAME,NAME",
            help="Further fields to keep, as in author,section; the index remembers them.",
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAME", help="Format of standard input and of files without a suffix."
        ),
    ] = None,
    allow_removals: Annotated[
        bool, typer.Option("--allow-removals", help="Remove articles however many of a source are gone.")
    ] = False,
    keep_missing: Annotated[bool, typer.Option("--keep-missing", help="Remove no article.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first record that cannot be read.")
    ] = False,
    max_skipped: Annotated[
        str | None,
        typer.Option(
            "--max-skipped",
            metavar="N|P%",
            help="Publish nothing if more records cannot be read, as in 20 or 5%; exit with 6.",
        ),
    ] = None,
    no_follow_links: Annotated[
        bool, typer.Option("--no-follow-links", help="Read nothing through symbolic links below PATH....")
    ] = False,
    glossary: Annotated[
        Path | None,
        typer.Option(
            "--glossary",
            metavar="FILE",
            help="Your own translations (TSV), on top of the dictionary; kept in the index.",
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew: the index will hold PATH... and nothing else.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done and what it would cost; do nothing.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="Write all that is skipped to FILE, as JSON Lines."),
    ] = None,
    keep: Annotated[int, typer.Option("--keep", metavar="N", help="Generations that stay.", min=1)] = 2,
    cache_size: Annotated[
        int, typer.Option("--cache-size", metavar="MB", help="Most that cached vectors may take.", min=0)
    ] = 20_000,
    ray: Annotated[
        str | None,
        typer.Option("--ray", metavar="ADDRESS", help="Encode on a Ray cluster: local, auto or HOST:PORT."),
    ] = None,
    processes: Annotated[
        int, typer.Option("--processes", metavar="N", help="That encode there, a node each.", min=1)
    ] = 1,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Bring the index to what PATH... hold: embed what is new or changed, remove what is gone.

    Articles from elsewhere stay. The old index answers until the new one is whole.

    Example: hudhud reindex archive/ 'feeds/*.xml' --index /srv/hudhud
    """
    from indexer.build import build
    from indexer.cluster.encoding import ClusterEncoder
    from indexer.cluster.library import connected
    from indexer.corpus import Corpus, Fields
    from indexer.corpus.metadata import declared
    from indexer.drafting.skips import SkipLimit
    from indexer.models.encoder import load_encoder
    from indexer.models.model import locate
    from indexer.options import Options
    from indexer.plan import plan
    from indexer.storage.layout import Layout
    from indexer.text.orthography import prepare

    if not paths:
        raise InvalidSetting(
            "say what to index, as in `hudhud reindex archive/`: files, folders, patterns or -"
        )
    chosen = settings()
    layout = Layout(index or chosen.index)
    kept = declared(meta) if meta is not None else () if fresh else layout.meta()
    options = Options(
        fresh=fresh,
        allow_removals=allow_removals,
        keep_missing=keep_missing,
        strict=strict,
        max_skipped=SkipLimit.parse(max_skipped) if max_skipped is not None else None,
        glossary=glossary,
        keep=keep,
        cache_bytes=cache_size * 10**6,
        recall=chosen.recall,
        meta=kept,
    )
    corpus = Corpus(
        paths,
        fields=Fields.parse(mapping or [], kept),
        format=format,
        roots=layout.roots(),
        follow_links=not no_follow_links,
    )
    tell = silent if quiet else say
    try:
        with _written(report) as sink, following(quiet) as show, ExitStack() as open_:
            named = model or chosen.model
            found = locate(named, cache=chosen.cache, progress=tell)
            own = load_encoder(found, cache=chosen.cache, progress=tell)
            spread: ClusterEncoder | None = None
            if ray:
                cluster = open_.enter_context(connected(ray))
                spread = ClusterEncoder(own, cluster, found, processes, named, chosen.cache, tell)
            encoder = spread or own
            prepare(tell)
            if dry_run:
                planned = plan(corpus, layout, found, encoder, show, options=options, sink=sink)
                show_plan(planned, layout.folder, corpus.followed, as_json=as_json, quiet=quiet)
                if planned.refusal:
                    raise typer.Exit(exit_code(planned.refusal))
                return
            summary = build(corpus, layout, found, encoder, show, options=options, sink=sink)
    except KeyboardInterrupt:
        say("hudhud: stopped. The live index is unchanged; what was embedded is kept, so that the same")
        say("command goes on where this one stopped.")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    on_cluster = spread.spread if spread else None
    show_summary(summary, layout.folder, corpus.followed, on_cluster, as_json=as_json, quiet=quiet)


@told_in_a_line
def info(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Say what is live: generation, model, counts, dates, sizes.

    Example: hudhud info --index /srv/hudhud
    """
    from indexer.generation.generation import open_live
    from indexer.storage.layout import Layout

    layout = Layout(index or settings().index)
    generation = open_live(layout.folder)
    manifest, undated = generation.manifest, generation.catalogue.fields.undated()
    garbled = generation.catalogue.garbled_ids()
    sources = generation.catalogue.fields.columns["source"].counts()
    generation.close()
    deleted = layout.deleted()
    if as_json:
        put_json(
            asdict(manifest)
            | {"deleted": sorted(deleted), "undated": undated, "garbled": garbled, "sources": dict(sources)}
        )
        return
    rows = {
        "Index": layout.folder.resolve(),
        "Generation": f"{manifest.name}, made {manifest.created} by Hudhud {manifest.hudhud}",
        "Generations": ", ".join(folder.name for folder in layout.published()),
        "Model": f"{manifest.model}, {manifest.dimensions} dimensions, {manifest.fingerprint[:12]}",
        "Articles": f"{manifest.articles:,} ({counted(manifest.languages)})",
        "Passages": f"{manifest.passages:,}, with {plural(manifest.sentences, 'sentence')}",
        "Sources": counted(dict(sources[:SHOWN_SOURCES])) or "none",
        "Metadata": ", ".join(manifest.meta) or "none",
        "Dates": _dates(manifest, undated),
        "Garbled": _garbled(garbled),
        "Skipped": counted(manifest.skipped) or "none",
        "Deleted": f"{len(deleted):,} by hand" if deleted else "none",
        "Size": f"{megabytes(manifest.bytes)} and {megabytes(layout.cache_size())} of cached vectors",
    }
    print_rows(rows)


@told_in_a_line
def verify(
    index: IndexOption = None,
    model: ModelOption = None,
    generation: Annotated[
        str | None, typer.Option("--generation", metavar="NAME", help="Another generation than the live one.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check an index: checksums, cross-references, and vectors against their texts; exit 1 on a fault.

    Example: hudhud verify --index /srv/hudhud && echo sound
    """
    from indexer.generation.way_back import advice
    from indexer.models.encoder import load_encoder
    from indexer.models.model import locate
    from indexer.storage.layout import Layout
    from indexer.storage.manifest import MANIFEST, Manifest, damage
    from indexer.text.orthography import prepare
    from indexer.upkeep.checks import encoding_faults, faults

    chosen = settings()
    layout = Layout(index or chosen.index)
    folder = layout.named(generation) if generation else layout.live()
    found = faults(folder)
    if not found:
        manifest = Manifest.read(folder / MANIFEST)
        located = locate(model or chosen.model, cache=chosen.cache, progress=say, made_with=manifest.model)
        if located.fingerprint == manifest.fingerprint:
            prepare(say)
            encoder = load_encoder(located, cache=chosen.cache, progress=say)
            found = encoding_faults(folder, encoder)
        else:
            say(f"hudhud: {located.name} did not make this index: no vector is compared with its text")
    name = folder.name
    if as_json:
        put_json({"generation": name, "sound": not found, "faults": found})
    elif found:
        for fault in found:
            put(fault)
        remedy = f": {advice(layout, damage(folder, found).files)}" if folder == layout.live_or_none() else ""
        say(f"hudhud: {name} in {layout.folder} is not sound{remedy}")
    else:
        put(f"{name} in {layout.folder} is sound")
    if found:
        raise typer.Exit(EXIT_FAULTS)


def _dates(manifest: "Manifest", undated: int) -> str:
    if not manifest.first_date:
        return "none"
    without = f"; {plural(undated, 'article')} without a date" if undated else ""
    return f"{manifest.first_date} to {manifest.last_date}{without}"


def _garbled(ids: Sequence[str]) -> str:
    if not ids:
        return "none"
    some = ", ".join(ids[:SHOWN_IDS]) + (", …" if len(ids) > SHOWN_IDS else "")
    return f"{plural(len(ids), 'article')}, whose words are mostly in no word list: {some}"


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands to the one `hudhud` command."""
    app.command()(reindex)
    app.command()(info)
    app.command()(verify)


@contextmanager
def _written(report: Path | None) -> "Iterator[Callable[[Skipped], None]]":
    """Writes what is skipped to a file, a line each."""
    if report is None:
        yield lambda skipped: None
        return
    try:
        file = report.open("w", encoding="utf-8")
    except OSError as error:
        raise InvalidSetting(f"--report {report} cannot be written: {error.strerror}") from error
    with file:
        yield lambda skipped: print(json_line(plain_skipped(skipped)), file=file)

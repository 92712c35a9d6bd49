"""Commands that make and look after an index: reindex, info, verify."""

import functools
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, TypeVar

import typer

from indexer.errors import HudhudError, IndexingError, InputError, ModelError
from indexer.settings import Settings

if TYPE_CHECKING:
    from indexer.build import Progress, Summary

P = ParamSpec("P")
R = TypeVar("R")

EXIT_FAULTS = 1
EXIT_CODES: tuple[tuple[type[HudhudError], int], ...] = ((InputError, 2), (ModelError, 3), (IndexingError, 4))
EXIT_INTERRUPTED = 130

IndexOption = Annotated[
    Path | None,
    typer.Option("--index", metavar="DIR", help="Folder of the index; default: HUDHUD_INDEX, else ./index."),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="Folder or hub name of a sentence-transformers model; default: HUDHUD_MODEL, else built in.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]


def settings() -> Settings:
    """The settings that the environment gives."""
    return Settings.from_environment(os.environ)


def say(message: str) -> None:
    """A line for the user on stderr."""
    print(message, file=sys.stderr, flush=True)


def told_in_a_line(command: Callable[P, R]) -> Callable[P, R]:
    """Turn a domain error or Ctrl-C into a line on stderr and an exit code."""

    @functools.wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except HudhudError as error:
            say(f"hudhud: {error}")
            raise typer.Exit(
                next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 1)
            ) from None
        except KeyboardInterrupt:
            say("hudhud: stopped")
            raise typer.Exit(EXIT_INTERRUPTED) from None

    return guarded


@told_in_a_line
def reindex(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders of articles.")],
    index: IndexOption = None,
    model: ModelOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Index articles: read, chunk and embed what PATH... hold, and make it the live index.

    The new index holds these paths and nothing else; the old one answers until the new one is whole.
    Texts that were embedded before are not embedded again.

    Example: hudhud reindex archive/ late-news.txt --index /srv/hudhud
    """
    from indexer import corpus
    from indexer.build import build
    from indexer.encoder import load_encoder
    from indexer.generation import Layout
    from indexer.model import locate
    from indexer.orthography import prepare

    chosen = settings()
    folder = index or chosen.index
    corpus.require(paths)
    try:
        tell = _silent if quiet else say
        found = locate(model or chosen.model, cache=chosen.cache, progress=tell)
        encoder = load_encoder(found, cache=chosen.cache, progress=tell)
        prepare(tell)
        with _progress(quiet) as report:
            articles = corpus.read(paths)
            origin = ", ".join(map(str, paths))
            summary = build(articles, Layout(folder), found, encoder, report, origin=origin)
    except KeyboardInterrupt:
        say("\nhudhud: stopped. The live index is unchanged; what was embedded is kept, so that the same")
        say("command goes on where this one stopped.")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if as_json:
        print(json.dumps(_summary(summary), ensure_ascii=False))
    else:
        _print_summary(summary, folder)


@told_in_a_line
def info(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Say what is live: generation, model, counts, dates, sizes.

    Example: hudhud info --index /srv/hudhud
    """
    from indexer.generation import Layout, open_live

    layout = Layout(index or settings().index)
    generation = open_live(layout.folder)
    manifest = generation.manifest
    generation.close()
    if as_json:
        print(json.dumps(asdict(manifest), ensure_ascii=False))
        return
    size = sum(fact.bytes for fact in manifest.files.values())
    rows = {
        "Index": layout.folder.resolve(),
        "Generation": f"{manifest.name}, made {manifest.created} by Hudhud {manifest.hudhud}",
        "Model": f"{manifest.model}, {manifest.dimensions} dimensions, {manifest.fingerprint[:12]}",
        "Articles": f"{manifest.articles:,} ({_counted(manifest.languages)})",
        "Passages": f"{manifest.passages:,}",
        "Dates": f"{manifest.first_date} to {manifest.last_date}" if manifest.first_date else "none",
        "Skipped": _counted(manifest.skipped) or "none",
        "Size": f"{megabytes(size)} and {megabytes(layout.cache_size())} of cached vectors",
    }
    _print_rows(rows)


@told_in_a_line
def verify(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Check every checksum and every cross-reference of the live index; exit 1 when one fails.

    Example: hudhud verify --index /srv/hudhud && echo sound
    """
    from indexer.generation import Layout, faults

    folder = index or settings().index
    found = faults(folder)
    name = Layout(folder).live().name
    if as_json:
        print(json.dumps({"generation": name, "sound": not found, "faults": found}, ensure_ascii=False))
    elif found:
        print("\n".join(found))
        say(f"hudhud: {name} in {folder} is not sound: reindex")
    else:
        print(f"{name} in {folder} is sound")
    if found:
        raise typer.Exit(EXIT_FAULTS)


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands to the one `hudhud` command."""
    app.command(no_args_is_help=True)(reindex)
    app.command()(info)
    app.command()(verify)


def megabytes(size: int) -> str:
    """Bytes as a number that a person reads."""
    return f"{size / 1e6:,.1f} MB"


def _silent(_: str) -> None:
    pass


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[["Progress"], None]]:
    """A line on stderr that follows a build."""
    if quiet:
        yield lambda progress: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("Reading articles…") as status:

        def report(progress: "Progress") -> None:
            line = (
                f"{progress.articles:,} articles, {progress.passages:,} passages"
                f" ({progress.embedded:,} embedded, {progress.reused:,} reused), {progress.skipped:,} skipped"
            )
            status.update(line)
            if not console.is_terminal:
                say(line)

        yield report


def _summary(summary: "Summary") -> dict[str, Any]:
    values = asdict(summary)
    values["skipped"] = [{**item, "reason": item["reason"].value} for item in values["skipped"]]
    values["seconds"] = round(summary.seconds, 3)
    return values


def _print_summary(summary: "Summary", folder: Path) -> None:
    reasons = Counter(item.reason.value for item in summary.skipped)
    rate = summary.passages / summary.seconds
    rows = {
        "Articles": f"{summary.articles:,} ({_counted(summary.languages)})",
        "Passages": f"{summary.passages:,}",
        "Texts": f"{summary.embedded:,} embedded, {summary.reused:,} reused",
        "Skipped": f"{len(summary.skipped):,} ({_counted(reasons)})" if summary.skipped else "none",
        "Time": f"{summary.seconds:.1f} s, {rate:,.0f} passages a second",
        "Live": f"{summary.generation} in {folder}",
    }
    _print_rows(rows)
    for reason in reasons:
        first = next(item for item in summary.skipped if item.reason.value == reason)
        say(f"skipped, {reason}: e.g. {first.source}: {first.detail}")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _print_rows(rows: Mapping[str, object]) -> None:
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name:<{width}}  {value}")

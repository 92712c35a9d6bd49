"""The command that measures how well searches answer: evaluate."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from indexer.commands.output import put, put_json, say
from indexer.commands.terminal import JsonOption, ModelOption, QuietOption, settings, told_in_a_line
from indexer.core.shown import shown
from search_api.commands.serving import RerankerOption


def add_commands(app: typer.Typer) -> None:
    """Add this command to `app`."""
    app.command(no_args_is_help=True)(told_in_a_line(evaluate))


def evaluate(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="BEIR_DIR...", help="Folders of evaluation sets, in BEIR's format."),
    ],
    model: ModelOption = None,
    pool: Annotated[
        bool, typer.Option("--pool", help="Search every set among the documents of all.")
    ] = False,
    run: Annotated[
        Path | None,
        typer.Option(
            "--run", metavar="FILE", help="Write the rankings as a TREC run; for several sets, a folder."
        ),
    ] = None,
    queries: Annotated[
        int | None,
        typer.Option("--queries", metavar="N", help="Only N queries of each set, evenly spread over it."),
    ] = None,
    lanes: Annotated[
        bool, typer.Option("--lanes", help="Also measure with parts of the scoring left out.")
    ] = False,
    exhaustive: Annotated[
        bool, typer.Option("--exhaustive", help="Compare every vector: slow in a large index, misses none.")
    ] = False,
    reranker: RerankerOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Measure how well the search answers queries whose right answers are known.

    A set is a folder with corpus.jsonl, queries.jsonl and qrels/test.tsv. Queries for which qrels name
    nothing relevant have no answer: how well they are told from the others is measured too. Indexes are
    kept in the cache folder, for the next time.

    Example: hudhud evaluate sets/news-en-fa sets/news-en-ar --pool
    """
    from indexer.models.encoder import load_encoder
    from indexer.models.model import default_cache, locate
    from indexer.models.torch_encoder import load_reranker
    from indexer.text.orthography import prepare
    from search_api.evaluation import evaluate as evaluation
    from search_api.evaluation import report as reports
    from search_api.evaluation.beir import read_sets
    from search_api.evaluation.measures import require_library
    from search_api.evaluation.runs import run_files

    chosen = settings()
    require_library()
    sets = read_sets(folders, queries)
    runs = run_files(run, sets, pool=pool) if run else None
    with _following(quiet) as tell:
        found = locate(model or chosen.model, cache=chosen.cache, progress=tell)
        name = reranker or chosen.reranker
        reads = load_reranker(name, progress=tell) if name else None
        encoder = load_encoder(found, cache=chosen.cache, progress=tell)
        prepare(tell)
        cache = chosen.cache or default_cache()
        done = evaluation.evaluate(
            sets,
            found,
            encoder,
            cache,
            pool=pool,
            lanes=lanes,
            runs=runs,
            report=tell,
            reranker=reads,
            exhaustive=exhaustive,
        )
    if as_json:
        put_json(reports.as_json(done))
    else:
        for line in reports.as_table(done).splitlines():
            put(line)


@contextmanager
def _following(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Takes lines of progress: on a terminal each in the place of the one before."""
    if quiet:
        yield lambda line: None
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    if not console.is_terminal:
        yield say
        return
    with console.status("Reading sets…") as status:
        yield lambda line: status.update(escape(shown(line)))

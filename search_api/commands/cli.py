"""The one `hudhud` command: search and serve, and the indexer's commands."""

import importlib.metadata
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from indexer.commands import copying as cli_copying
from indexer.commands import indexing as cli
from indexer.commands import upkeep as cli_upkeep
from indexer.commands.output import EXIT_OUTPUT, kept_output, put, put_json, say
from indexer.commands.terminal import (
    IndexOption,
    ModelOption,
    settings,
    told_in_a_line,
)
from indexer.commands.timed import timed
from indexer.core.errors import HudhudError, InvalidSetting
from search_api.commands import connecting as cli_connecting
from search_api.commands import evaluating as cli_evaluating
from search_api.commands import reading as cli_reading
from search_api.commands import serving as cli_serving
from search_api.commands.serving import RerankerOption

_EPILOG = (
    "Exit codes: 0 done; 1 verify found faults; 2 wrong usage or input; 3 the model cannot be loaded;"
    f" 4 the index cannot be used; {EXIT_OUTPUT} the output cannot be written; 6 more was skipped than"
    " --max-skipped allows; 130 stopped with Ctrl-C or SIGTERM."
)

app = typer.Typer(
    name="hudhud",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _say_version(wanted: bool) -> None:
    if wanted:
        put(f"hudhud {importlib.metadata.version('hudhud')}")
        raise typer.Exit


@app.callback()
def hudhud(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=_say_version),
    ] = False,
) -> None:
    """Find passages in Persian, Dari and Arabic articles for a query in any language."""
    del version


cli.add_commands(app)
cli_upkeep.add_commands(app)
cli_copying.add_commands(app)
cli_serving.add_commands(app)
cli_connecting.add_commands(app)
cli_reading.add_commands(app)
cli_evaluating.add_commands(app)


@app.command(no_args_is_help=True)
@told_in_a_line
def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUERY...", help="A question or some words, in any language."),
    ] = None,
    index: IndexOption = None,
    model: ModelOption = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="Most hits, 1 to 100.")] = 10,
    languages: Annotated[
        str,
        typer.Option(
            "--languages", metavar="CODES", help="Only these, e.g. fa,ar; fa admits Dari, prs is only Dari."
        ),
    ] = "",
    sources: Annotated[
        list[str] | None,
        typer.Option(
            "--source", metavar="NAME", help="Only articles of this publisher; several may be given."
        ),
    ] = None,
    meta: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="FIELD=VALUE", help="Only articles with this value, as author=Ali."),
    ] = None,
    omit: Annotated[
        list[str] | None,
        typer.Option(
            "--not",
            metavar="FIELD=VALUE",
            help="No articles with this value: of language, source or a further field.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="First day, YYYY-MM-DD; also Jalali or Hijri."),
    ] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day, likewise.")] = None,
    group: Annotated[
        str, typer.Option("--group", metavar="WHAT", help="article: one hit an article; or passage.")
    ] = "article",
    sort: Annotated[
        str, typer.Option("--sort", metavar="WHAT", help="relevance; newest or oldest, of all that matches.")
    ] = "relevance",
    collapse: Annotated[
        bool, typer.Option("--collapse", help="Show copies of one story as one hit.")
    ] = False,
    stories: Annotated[
        bool, typer.Option("--stories", help="Show the same story in several languages as one hit.")
    ] = False,
    min_confidence: Annotated[
        float | None,
        typer.Option("--min-confidence", metavar="P", help="Only hits that are so sure, 0 to 1."),
    ] = None,
    facets: Annotated[
        str,
        typer.Option("--facets", metavar="FIELDS", help="Count what matches: language,source,month,author."),
    ] = "",
    reranker: RerankerOption = None,
    full: Annotated[
        bool, typer.Option("--full", help="Print whole passages, not only the sentence.")
    ] = False,
    gloss: Annotated[bool, typer.Option("--gloss", help="Say what the words mean in English.")] = False,
    mode: Annotated[
        str | None,
        typer.Option(
            "--mode", metavar="MODE", help="hybrid, or by one alone: dense (meaning), lexical (words)."
        ),
    ] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Only these words, in any spelling.")] = False,
    without: Annotated[
        str,
        typer.Option(
            "--without",
            metavar="KINDS",
            help="Not by these: stem, sound, name, dictionary, translation.",
        ),
    ] = "",
    exhaustive: Annotated[
        bool, typer.Option("--exhaustive", help="Compare every vector: slow in a large index, misses none.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the API's response body.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table for spreadsheets.")] = False,
    queries: Annotated[
        Path | None,
        typer.Option(
            "--queries", metavar="FILE", help="Ask each query of a CSV file, and print a table; - is stdin."
        ),
    ] = None,
    opens: Annotated[bool, typer.Option("--open", help="Open the first hit's web address.")] = False,
    highlight: Annotated[
        str,
        typer.Option("--highlight", metavar="FORMS", help="With --json, mark words: html, offsets or both."),
    ] = "",
) -> None:
    """Print the passages that answer QUERY, best first.

    '"two words"' asks for these words as they stand. Behind --, -word leaves out articles that hold it.

    Example: hudhud search Zaporizhzhia nuclear plant --limit 3
    """
    from rich.console import Console

    from search_api.commands.filtering import facet_names, left_out, values_of
    from search_api.commands.reading import open_first
    from search_api.commands.render import show
    from search_api.commands.tables import put_answers, put_hits, read_queries
    from search_api.searching.query import parse
    from search_api.serving.highlights import highlights_of
    from search_api.serving.opening import open_searcher
    from search_api.serving.schemas import SearchResponse

    _require_one_way(words, queries, as_json=as_json, as_csv=as_csv, opens=opens)
    forms = highlights_of(highlight)
    chosen = settings()
    asking = partial(
        parse,
        limit=limit,
        languages=languages.split(",") if languages else (),
        sources=sources or (),
        meta=values_of("--where", meta or ()),
        omit=left_out(omit or ()),
        since=since,
        until=until,
        group=group,
        gloss=gloss,
        mode=mode,
        exact=exact,
        without=without.split(",") if without else (),
        exhaustive=exhaustive,
        sort=sort,
        collapse=collapse,
        stories=stories,
        min_confidence=min_confidence,
        facets=facet_names(facets),
        matched=chosen.matched,
    )
    asked = read_queries(queries) if queries else asking(" ".join(words or ()))
    folder = index or chosen.index
    with _damage_told(folder):
        opened = open_searcher(
            folder, model or chosen.model, chosen.cache, say, reranker=reranker or chosen.reranker
        )
        with closing(opened) as searcher:
            if isinstance(asked, list):
                put_answers(asked, asking, searcher)
                return
            result = searcher.search(asked)
    if as_json:
        put_json(SearchResponse.of(result, forms).model_dump_json())
    elif as_csv:
        put_hits(result)
    else:
        show(result, Console(), full=full)
    if opens:
        open_first(result)


def _require_one_way(
    words: list[str] | None, queries: Path | None, *, as_json: bool, as_csv: bool, opens: bool
) -> None:
    """Check that options of a search do not contradict each other.

    Raises:
        InvalidSetting: they do, or there is no query.
    """
    if as_json and (as_csv or queries):
        raise InvalidSetting("--json prints one answer, and --csv and --queries a table: choose one")
    if queries and (words or opens):
        raise InvalidSetting("--queries FILE asks what the file holds: leave out QUERY and --open")
    if not queries and not words:
        raise InvalidSetting("say what to look for: hudhud search QUERY, or --queries FILE")


@contextmanager
def _damage_told(index: Path) -> Iterator[None]:
    """Tell an error that comes from damaged files as such: one may fail anywhere."""
    from indexer.storage.layout import Layout
    from indexer.storage.manifest import content_faults, damage

    try:
        yield
    except HudhudError:
        raise
    except Exception as error:
        generation = Layout(index).live()
        found = content_faults(generation)
        if not found:
            raise
        raise damage(generation, found) from error


def main() -> None:
    """Run the command line."""
    with kept_output(), timed("stderr"):
        app()

"""Commands that read what was found: show; and the address of a hit, in a browser."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.commands.output import put_json, say
from indexer.commands.terminal import IndexOption, JsonOption, settings, told_in_a_line

if TYPE_CHECKING:
    from search_api.searching.outcomes import Result
    from search_api.serving.reading import Shown


def add_commands(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.command()(told_in_a_line(show))


def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="As a search shows it with --json.")],
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print an article, passage by passage, and the file that it was read from.

    Example: hudhud show stories/2025/17.txt
    """
    from search_api.serving.reading import article_with_passages

    found = article_with_passages(index or settings().index, article_id)
    if as_json:
        _put_json(found)
    else:
        from rich.console import Console

        from search_api.commands.render import show_article

        show_article(found, Console())


def open_first(result: "Result") -> None:
    """Open the address of the first hit in a browser, if it is one of the web, and nothing else."""
    import webbrowser

    from search_api.searching.addresses import web_address

    if not result.hits:
        say("nothing was found, so nothing is opened")
        return
    address = web_address(result.hits[0].article.url)
    if address is None:
        say("the first hit has no address of the web, so nothing is opened")
    elif not webbrowser.open(address):
        say(f"no browser opens here: {address}")


def _put_json(shown: "Shown") -> None:
    from search_api.serving.articles import ArticleResponse
    from search_api.serving.schemas import PassageResponse

    found = ArticleResponse.of(shown.article, shown.passages).model_dump(mode="json")
    found["passages"] = [
        PassageResponse(id=one.number, text=one.text, start=one.start, end=one.end).model_dump()
        for one in shown.passages
    ]
    found["file"] = shown.file
    put_json(json.dumps(found, ensure_ascii=False))

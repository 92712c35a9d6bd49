"""Search results for a person at a terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from search_api.search import Hit, Result

RIGHT_TO_LEFT_ISOLATE = "\u2067"
POP_DIRECTIONAL_ISOLATE = "\u2069"
_RIGHT_TO_LEFT = {"ar", "fa", "prs", "ps", "ur", "ckb", "he", "yi", "sd", "ug"}
_WIDTH = 100
_INDENT = 5


def show(result: Result, console: Console) -> None:
    """Print every hit: rank, score, language, date, article, and the passage in its own direction.

    Right-to-left text stands at the right margin, each line in a directional isolate (Unicode
    Standard Annex 9), so that a terminal that orders text by direction shows it as it is written.
    """
    found = len(result.hits)
    console.print(Text(f"{found} {'hit' if found == 1 else 'hits'} for: {result.query.text}", style="bold"))
    for hit in result.hits:
        console.print(_head(hit))
        for line in _lines(hit, console):
            console.print(line, soft_wrap=True)
        console.print()
    if not result.hits:
        console.print("No article passes these filters.\n")


def _head(hit: Hit) -> Text:
    date = hit.article.date.isoformat() if hit.article.date else "no date"
    return Text.assemble(
        (f"{hit.rank:>3}. ", "bold"),
        (f"{hit.score:.3f}", "green"),
        f"  {hit.article.language}  {date}  ",
        (hit.article.id, "cyan"),
    )


def _lines(hit: Hit, console: Console) -> Iterator[Text]:
    """The passage cut to the console's width."""
    width = min(console.width, _WIDTH) - _INDENT
    leftwards = hit.article.language in _RIGHT_TO_LEFT
    for paragraph in hit.passage.text.splitlines():
        for line in Text(paragraph.strip()).wrap(console, width):
            line.rstrip()
            margin = _INDENT + (width - line.cell_len if leftwards else 0)
            isolated = f"{RIGHT_TO_LEFT_ISOLATE}{line.plain}{POP_DIRECTIONAL_ISOLATE}"
            if line.plain:
                yield Text(" " * margin + (isolated if leftwards else line.plain))

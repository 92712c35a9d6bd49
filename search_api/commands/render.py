"""Search results for a person at a terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from indexer.core.records import MatchKind
from search_api.search import Hit, Result
from search_api.searching.evidence import WordMatch

RIGHT_TO_LEFT_ISOLATE = "\u2067"
FIRST_STRONG_ISOLATE = "\u2068"
POP_DIRECTIONAL_ISOLATE = "\u2069"
ARROW = "\u2192"
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
        if hit.words:
            console.print(_reasons(hit), soft_wrap=True)
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


def _reasons(hit: Hit) -> Text:
    """The surest match of each word of the query, in the order of the query."""
    surest: dict[int, WordMatch] = {}
    for match in sorted(hit.words, key=lambda match: -match.weight):
        surest.setdefault(match.query.start, match)
    pairs = [
        f"{match.query.text} {ARROW} {_isolated(match.passage.text)} ({match.kind})"
        for _, match in sorted(surest.items())
        if match.kind is not MatchKind.SAME or match.query.text != match.passage.text
    ]
    same = [match.query.text for _, match in sorted(surest.items()) if match.kind is MatchKind.SAME]
    return Text(" " * _INDENT + ", ".join(pairs or map(_isolated, same)), style="dim")


def _isolated(word: str) -> str:
    """A word in its own direction, whatever stands around it."""
    return f"{FIRST_STRONG_ISOLATE}{word}{POP_DIRECTIONAL_ISOLATE}"


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

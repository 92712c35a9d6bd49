"""Search results for a person at a terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from indexer.core.records import MatchKind
from indexer.core.shown import shown
from indexer.text.direction import is_right_to_left
from search_api.searching.confidence import STRONG, WEAK, Verdict
from search_api.searching.evidence import WordMatch
from search_api.searching.modes import Mode
from search_api.searching.outcomes import Hit, Result
from search_api.searching.query import Query
from search_api.serving.reading import Shown

RIGHT_TO_LEFT_ISOLATE = "\u2067"
FIRST_STRONG_ISOLATE = "\u2068"
POP_DIRECTIONAL_ISOLATE = "\u2069"
ARROW = "\u2192"
_WIDTH = 100
_INDENT = 5


_CONFIDENCE = ((STRONG, "clear", "green"), (WEAK, "perhaps", "yellow"), (0.0, "doubtful", "red"))


def show(result: Result, console: Console, *, full: bool = False) -> None:
    """Print every hit: its title, date, language and source; its best sentence; and why, in words.

    Right-to-left text stands at the right margin, each line in a directional isolate (Unicode
    Standard Annex 9), so that a terminal that orders text by direction shows it as it is written.

    Args:
        result: what was found.
        console: where to print.
        full: print the passage and not only its best sentence.
    """
    found = len(result.hits)
    console.print(
        Text(f"{found} {'hit' if found == 1 else 'hits'} for: {shown(result.query.text)}", style="bold")
    )
    for counted in _counted(result):
        console.print(Text(counted, style="dim"), soft_wrap=True)
    for told in (*_dates(result.query), *map(shown, result.warnings)):
        console.print(Text(told, style="yellow"), soft_wrap=True)
    if not result.hits:
        query = result.query
        filtered = query.is_telling and not query.syntax.exact and query.mode is not Mode.LEXICAL
        console.print("No article passes these filters.\n" if filtered else "")
        return
    console.print(
        Text(shown(result.verdict_text), style="bold" if result.verdict is Verdict.STRONG else "yellow")
    )
    for hit in result.hits:
        for line in _head(hit, console):
            console.print(line, soft_wrap=True)
        text = hit.passage.text if full else hit.sentence.of(hit.article.text)
        for line in _lines(text, hit.article.language, console):
            console.print(line, soft_wrap=True)
        if hit.words:
            console.print(_reasons(hit), soft_wrap=True)
        if hit.twins:
            told = ", ".join(_isolated(twin.publisher or twin.id) for twin in hit.twins)
            console.print(Text(f"{' ' * _INDENT}also: {told}", style="dim"), soft_wrap=True)
        if hit.gloss:
            console.print(_gloss(hit, full=full), soft_wrap=True)
        console.print()


def show_article(found: Shown, console: Console) -> None:
    """Print an article: its title, date, language, source and file, and each passage with its offsets."""
    article = found.article
    console.print(Text(_isolated(article.title), style="bold"), soft_wrap=True)
    date = article.date.isoformat() if article.date else "no date"
    where = shown(article.url or article.source)
    console.print(Text(f"{date}  {shown(article.language)}  {where}", style="cyan"), soft_wrap=True)
    if found.file:
        console.print(Text(shown(found.file), style="cyan"), soft_wrap=True)
    for passage in found.passages:
        console.print(Text(f"\n{passage.start}-{passage.end}", style="dim"))
        for line in _lines(passage.text, article.language, console):
            console.print(line, soft_wrap=True)


def _counted(result: Result) -> Iterator[str]:
    """How many articles match, if they were counted, and how many of them have which values."""
    if result.query.is_counted:
        least = "" if result.is_total_exact else "at least "
        yield f"{least}{result.total:,} match, {result.answering:,} of them as an answer"
    for facet in result.facets:
        values = ", ".join(f"{_isolated(value)} {count:,}" for value, count in facet.counts)
        yield f"{shown(facet.field)}: {values or 'none'}"


def _dates(query: Query) -> Iterator[str]:
    """A line for each date that a query mentions."""
    for date in query.syntax.dates:
        days = "this day of any year"
        if date.first:
            days = f"{date.first}" if date.first == date.last else f"{date.first} to {date.last}"
        yield f"{_isolated(date.of(query.text))}: articles of {days} come first"


def _head(hit: Hit, console: Console) -> Iterator[Text]:
    """Two lines: what the article is called; how surely it answers, when and where it was published."""
    article = hit.article
    width = min(console.width, _WIDTH) - _INDENT - 2
    title = " ".join(shown(article.title).split())
    cut = title if len(title) <= width else f"{title[: width - 1].rstrip()}…"
    yield Text.assemble((f"{hit.rank:>3}. ", "bold"), (_isolated(cut), "bold"))
    word, style = next((word, style) for least, word, style in _CONFIDENCE if hit.surely >= least)
    yield Text.assemble(
        " " * _INDENT,
        (word, style),
        f"  {article.date.isoformat() if article.date else 'no date'}  {shown(article.language)}  ",
        (shown(article.url or article.source), "cyan"),
    )


def _gloss(hit: Hit, *, full: bool) -> Text:
    """What the words of the sentence, or of the whole passage, mean."""
    span = hit.passage if full else hit.sentence
    pairs = [
        f"{_isolated(word.text)} {shown(' / '.join(word.meanings))}"
        for word in hit.gloss
        if span.start <= word.start and word.end <= span.end
    ]
    return Text(" " * _INDENT + " · ".join(pairs), style="dim")


def _reasons(hit: Hit) -> Text:
    """The surest match of each word of the query, in the order of the query."""
    surest: dict[int, WordMatch] = {}
    for match in sorted(hit.words, key=lambda match: -match.weight):
        surest.setdefault(match.query.start, match)
    pairs = [
        f"{shown(match.query.text)} {ARROW} {_isolated(match.passage.text)} ({match.kind})"
        for _, match in sorted(surest.items())
        if match.kind is not MatchKind.SAME or match.query.text != match.passage.text
    ]
    same = [shown(match.query.text) for _, match in sorted(surest.items()) if match.kind is MatchKind.SAME]
    return Text(" " * _INDENT + ", ".join(pairs or map(_isolated, same)), style="dim")


def _isolated(word: str) -> str:
    """A word in its own direction, whatever stands around it."""
    return f"{FIRST_STRONG_ISOLATE}{shown(word)}{POP_DIRECTIONAL_ISOLATE}"


def _lines(text: str, language: str, console: Console) -> Iterator[Text]:
    """A text cut to the console's width."""
    width = min(console.width, _WIDTH) - _INDENT
    leftwards = is_right_to_left(language)
    for paragraph in text.splitlines():
        for line in Text(shown(paragraph).strip()).wrap(console, width):
            line.rstrip()
            margin = _INDENT + (width - line.cell_len if leftwards else 0)
            isolated = f"{RIGHT_TO_LEFT_ISOLATE}{line.plain}{POP_DIRECTIONAL_ISOLATE}"
            if line.plain:
                yield Text(" " * margin + (isolated if leftwards else line.plain))

"""Results as a notebook shows them: HTML in which the words that answer are marked."""

import html
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from search_api.searching.highlight import Mark


def listed(head: str, warnings: Iterable[str], items: Iterable[str]) -> str:
    """A list of hits, each as `item` gives it, below a line of what they are and some warnings."""
    told = "".join(f"<p>{html.escape(warning)}</p>" for warning in warnings)
    return f"<p><b>{html.escape(head)}</b></p>{told}<ol>{''.join(items)}</ol>"


def item(title: str, facts: str, text: str, start: int, marks: "Sequence[Mark]") -> str:
    """A hit as an item of a list; its text in its own direction.

    Args:
        title: of the article.
        facts: about the hit, in a line.
        text: the passage.
        start: where it begins in the article's text.
        marks: the words in it that answer.
    """
    from search_api.searching.highlight import marked

    return (
        f'<li><span dir="auto"><b>{html.escape(title)}</b></span><br><small>{html.escape(facts)}</small>'
        f'<p dir="auto" style="white-space: pre-line">{marked(text, start, marks, _answered)}</p></li>'
    )


def _answered(mark: "Mark") -> str:
    """What a mark answers and how, as the title of its element."""
    from search_api.searching.highlight import escaped

    return f' title="{escaped(mark.query)} ({mark.surest.kind})"'

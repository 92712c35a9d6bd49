"""What a page shows, block by block in its order, and what is known of each block besides its words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

DEEPEST = 200
"""Elements inside one another; a page with more is not looked at."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_BLOCKS = frozenset(
    _words(
        "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure "
        "footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table tbody td "
        "tfoot th thead tr ul"
    )
)
_UNSEEN = frozenset(
    _words("head script style template noscript svg iframe object textarea select option button")
)
_BESIDE = frozenset(_words("nav aside footer form figure table fieldset dialog"))
"""Elements whose text is none of the article's."""

_BESIDE_NAMES = re.compile(
    r"(?:ad|ads|adv|advert\w*|author\w*|banner\w*|bio|breadcrumb\w*|byline|caption|code|comment\w*|consent|cookies?"
    r"|copyright|credits?|date|disqus|feedback|footer|gdpr|keywords?|latest|login|menu|meta|most|nav\w*|newsletter"
    r"|pag(?:ing|ination)|poll|popular|promo\w*|rat(?:e|ing)|recommend\w*|relat\w*|repl(?:y|ies)|respond|shar(?:e|ing)"
    r"|shortlink|sidebar|signup|social|sponsor\w*|subscri\w*|tags?|time|toc|tool(?:s|bar)?|trending|widgets?)"
)
"""A word in a class or id of what stands beside an article."""

_LEAD_NAMES = frozenset(
    _words(
        "lead lede intro introtext introduction standfirst summary subtitle subhead subheadline description "
        "deck dek abstract excerpt sapo chapo"
    )
)
_NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_HIDDEN_CLASSES = frozenset({"hidden", "d-none", "hide", "sr-only", "visually-hidden", "screen-reader-text"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HEADING = re.compile("h[1-6]")


class Element(Protocol):
    """What is asked of an element of lxml."""

    tag: Any
    text: Any
    tail: Any

    def get(self, key: str) -> str | None:
        """The value of an attribute; None if it is missing."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """The elements in it."""
        ...


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text that stands by itself on a page.

    Attributes:
        text: as it is shown, white space as single spaces.
        element: number of its element in the page.
        tag: of that element.
        kind: its tag, and tag and class of the element around, which others of its kind share.
        linked: share of its letters that are links to elsewhere.
        is_lead: whether it or what it is in is called a lead, a summary or the like.
        squeezed: its text without white space.
    """

    text: str
    element: int
    tag: str
    kind: tuple[str, str, str]
    linked: float
    is_lead: bool
    squeezed: str

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading of any level."""
        return _HEADING.fullmatch(self.tag) is not None


@dataclass(frozen=True, slots=True)
class Page:
    """The blocks of a page, and how its elements lie in one another.

    Attributes:
        blocks: in the order of the page.
        above: by number, the number of the element around; the first is its own.
        tags: by number; of what is the main part by its role, `main`.
        beside: numbers of elements that stand beside an article, as far as names and tags tell.
    """

    blocks: list[Block]
    above: list[int]
    tags: list[str]
    beside: frozenset[int]

    def around(self, element: int) -> Iterator[int]:
        """An element and all around it, from the inside."""
        while True:
            yield element
            if element == self.above[element]:
                return
            element = self.above[element]

    def common(self, elements: list[int]) -> int:
        """The innermost element around all of these."""
        shared = list(self.around(elements[0]))
        for element in dict.fromkeys(elements):
            those = set(self.around(element))
            if shared[0] not in those:
                shared = [one for one in shared if one in those]
        return shared[0]


@dataclass(frozen=True, slots=True)
class _Open:
    """An element that is gone through."""

    number: int
    block: int
    in_link: bool
    is_lead: bool


class _Reader:
    """Goes through a page and gathers its blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.above: list[int] = []
        self.tags: list[str] = []
        self.classes: list[str] = []
        self.beside: set[int] = set()
        self._pieces: list[tuple[str, bool]] = []

    def read(self, root: Element) -> bool:
        """Read all below `root`; False if it is too deep."""
        opened = [(root, iter(root), self._enter(root, None))]
        while opened:
            element, children, state = opened[-1]
            child = next(children, None)
            if child is None:
                opened.pop()
                if element.tag in _BLOCKS:
                    self._flush(state)
                if opened:
                    self._add(element.tail, opened[-1][2])
            elif not isinstance(child.tag, str) or child.tag in _UNSEEN:
                self._add(child.tail, state)
            elif len(opened) == DEEPEST:
                return False
            else:
                if child.tag in _BLOCKS:
                    self._flush(state)
                opened.append((child, iter(child), self._enter(child, state)))
        return True

    def _enter(self, element: Element, around: _Open | None) -> _Open:
        number, tag = len(self.tags), str(element.tag)
        name = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
        words = {word.lower() for word in _NAME.findall(name)}
        self.above.append(around.number if around else 0)
        self.tags.append("main" if element.get("role") == "main" else tag)
        self.classes.append(element.get("class") or "")
        if tag in _BESIDE or any(map(_BESIDE_NAMES.fullmatch, words)) or _is_hidden(element):
            self.beside.add(number)
        href = element.get("href") if tag == "a" else None
        opened = _Open(
            number,
            number if tag in _BLOCKS or not around else around.block,
            bool(around and around.in_link) or bool(href and not href.startswith("#")),
            bool(words & _LEAD_NAMES) or bool(around and around.is_lead),
        )
        self._add(" " if tag == "br" else element.text, opened)
        return opened

    def _add(self, text: str | None, state: _Open) -> None:
        if text:
            self._pieces.append((text, state.in_link))

    def _flush(self, state: _Open) -> None:
        """End the block that the pieces since the last one make."""
        pieces, self._pieces = self._pieces, []
        text = " ".join("".join(piece for piece, _ in pieces).split())
        if not any(map(str.isalnum, text)):
            return
        linked = sum(len(squeeze(piece)) for piece, in_link in pieces if in_link)
        element, around = state.block, self.above[state.block]
        kind = (self.tags[element], self.tags[around], self.classes[around])
        squeezed, tag = squeeze(text), self.tags[element]
        self.blocks.append(Block(text, element, tag, kind, linked / len(squeezed), state.is_lead, squeezed))


def page_of(tree: Element) -> Page | None:
    """What a page shows; None if its elements lie too deep in one another."""
    reader = _Reader()
    if not reader.read(tree):
        return None
    return Page(reader.blocks, reader.above, reader.tags, frozenset(reader.beside))


def squeeze(text: str) -> str:
    """`text` without white space."""
    return "".join(text.split())


def _is_hidden(element: Element) -> bool:
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or not _HIDDEN_CLASSES.isdisjoint((element.get("class") or "").split())
        or _HIDDEN.search(element.get("style") or "") is not None
    )

"""The text of an article as its page shows it: whole, once, in order, out of what extraction found of it.

What was extracted tells where the article is: the main part around it and its heading. What stands there
besides, and is neither named nor linked like menus, related links, comments and notices, belongs to it: the
lead between heading and text, sub-headings, paragraphs of the same kind. Announcements of other articles
that were extracted with it go. Lines stand as their blocks do on the page.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection
from dataclasses import dataclass

from indexer.corpus.page_blocks import Block, Page, squeeze

MOST_BLOCKS = 2_000
"""A page with more blocks is left as it was extracted."""

SURE_LENGTH = 25
"""Letters from which a text is known again inside another; a shorter one must be all of it."""

FEW_WORDS, MANY_WORDS = 6, 12
"""Words of a sentence that may be a lead, and of one that may stand anywhere in an article."""

LONGEST_CARD = 600
"""Letters of what announces another article at most."""

_MOSTLY = 0.5
_ENDS = tuple('.!?؟…:؛۔»"”')
_SECTIONS = frozenset({"article", "li", "section", "div"})
_BULLETS = "-•"
_MOST_TRIED = 20


def recovered(text: str, page: Page | None, title: str) -> str:
    """`text`, which was extracted from `page`, as the page shows it."""
    if page is None or not page.blocks or len(page.blocks) > MOST_BLOCKS:
        return text
    lines = text.split("\n")
    spans = _spans(page.blocks, lines)
    extracted = {number for span in spans for number in span.blocks}
    article = _article(page, extracted, title)
    if article is None:
        return text
    missing = _missing(article, extracted, squeeze(text), squeeze(title))
    mine = {*missing, *extracted}
    pieces = [(number, page.blocks[number].text) for number in missing]
    before = -1
    for span, line in zip(spans, lines, strict=True):
        parts = [number for number in span.blocks if not article.is_card(number)]
        if span.is_whole and len(span.blocks) > 1:
            pieces += [
                (number, page.blocks[number].text) for number in parts if not article.is_beside(number)
            ]
        elif parts or not span.blocks:
            pieces.append((parts[0] if parts else before, line))
        before = span.blocks[-1] if span.blocks else before
    pieces = [piece for piece in pieces if not article.heads_nothing(piece[0], mine)]
    return "\n".join(line for _, line in sorted(pieces, key=lambda piece: piece[0]))


@dataclass(frozen=True, slots=True)
class _Span:
    """The blocks that a line is in, none where it is nowhere; whether it is all of them, and no part."""

    blocks: range
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _Article:
    """Where the article is on a page.

    Attributes:
        page: all of it.
        heading: number of the block of its heading; -1 if there is none.
        first, last: numbers of the first and last block of it that was extracted.
        root: the element that holds it.
        inside, shared: elements around what was extracted, and around all of it.
        kinds: of the blocks that were extracted.
        cards: elements that announce other articles.
    """

    page: Page
    heading: int
    first: int
    last: int
    root: int
    inside: frozenset[int]
    shared: frozenset[int]
    kinds: frozenset[tuple[str, str, str]]
    cards: frozenset[int]

    def is_card(self, number: int) -> bool:
        """Whether a block announces another article."""
        return _is_in(self.page, number, self.cards)

    def is_beside(self, number: int) -> bool:
        """Whether a block is in an element beside the article, or in a card."""
        around = self.page.around(self.page.blocks[number].element)
        outside = [element for element in around if element not in self.inside]
        return any(element in self.page.beside or element in self.cards for element in outside)

    def has(self, number: int) -> bool:
        """Whether a block that was not extracted may be the article's."""
        block = self.page.blocks[number]
        if (
            number <= self.heading
            or self.root not in self.page.around(block.element)
            or self.is_beside(number)
        ):
            return False
        if block.linked > _MOSTLY:
            return block.is_heading and self._is_post(block)
        return block.is_heading or self._is_prose(number, block)

    def heads_nothing(self, number: int, mine: Collection[int]) -> bool:
        """Whether a block is a sub-heading of something else than the article, such as of a list of links."""
        blocks = self.page.blocks
        if not blocks[number].is_heading or number <= max(self.first, self.heading):
            return False
        below = range(number + 1, len(blocks))
        return next((n for n in below if n in mine or blocks[n].linked > _MOSTLY), None) not in mine

    def _is_post(self, heading: Block) -> bool:
        """Whether a heading that is a link is that of one of several posts which the article has."""
        section = _section(self.page, heading.element)
        return section in self.inside - self.shared and self.page.tags[section] in {"article", "li"}

    def _is_prose(self, number: int, block: Block) -> bool:
        words = len(block.text.split())
        is_sentence = block.text.endswith(_ENDS)
        if number < self.first:
            if block.is_lead:
                return words > FEW_WORDS // 2
            return words >= (FEW_WORDS if is_sentence else MANY_WORDS)
        if block.kind in self.kinds:
            return True
        is_within = number < self.last or self.page.tags[self.root] == "article"
        tags = {kind[:2] for kind in self.kinds}
        return is_within and is_sentence and words >= MANY_WORDS and block.kind[:2] in tags


def _spans(blocks: list[Block], lines: list[str]) -> list[_Span]:
    """Where each line stands among the blocks."""
    starts: list[int] = []
    length = 0
    for block in blocks:
        starts.append(length)
        length += len(block.squeezed)
    squeezed, edges = "".join(block.squeezed for block in blocks), frozenset({*starts, length})
    spans: list[_Span] = []
    cursor = 0
    absent: set[str] = set()
    for line in lines:
        wanted = squeeze(line).lstrip(_BULLETS)
        place = -1 if wanted in absent else _place(squeezed, wanted, cursor, edges)
        if place < 0 and wanted not in absent:
            place = _place(squeezed, wanted, 0, edges)
        if place < 0:
            absent.add(wanted)
            spans.append(_Span(range(0), False))
            continue
        cursor = place + len(wanted)
        among = range(bisect_right(starts, place) - 1, bisect_left(starts, cursor))
        spans.append(_Span(among, {place, cursor} <= edges))
    return spans


def _place(squeezed: str, wanted: str, cursor: int, edges: frozenset[int]) -> int:
    """Where a line is from `cursor` on, or -1; a short one must begin and end with blocks."""
    if not wanted:
        return -1
    place = squeezed.find(wanted, cursor)
    for _ in range(_MOST_TRIED):
        if place < 0 or len(wanted) >= SURE_LENGTH or {place, place + len(wanted)} <= edges:
            return place
        place = squeezed.find(wanted, place + 1)
    return -1


def _article(page: Page, extracted: set[int], title: str) -> _Article | None:
    """Where the article is; None if nothing that was extracted tells."""
    blocks = page.blocks
    sure = sorted(number for number in extracted if len(blocks[number].squeezed) >= SURE_LENGTH)
    cards = _cards(page)
    own = [number for number in sure if not _is_in(page, number, cards)]
    if sum(len(blocks[number].text) for number in own) * 2 < sum(len(blocks[number].text) for number in sure):
        own, cards = sure, frozenset()
    if not own:
        return None
    before = range(own[0], -1, -1)
    heading = next((n for n in before if blocks[n].tag == "h1" or blocks[n].squeezed == squeeze(title)), -1)
    elements = [blocks[number].element for number in own]
    shared = page.common([*elements, blocks[heading].element] if heading >= 0 else elements)
    roots = [element for element in page.around(shared) if page.tags[element] in {"main", "article"}]
    return _Article(
        page,
        heading,
        own[0],
        own[-1],
        roots[-1] if roots else shared,
        frozenset(element for one in elements for element in page.around(one)),
        frozenset(page.around(page.common(elements))),
        frozenset(blocks[number].kind for number in own),
        cards,
    )


def _cards(page: Page) -> frozenset[int]:
    """The elements that announce other articles: short ones under a heading that is a link."""
    letters = [0] * len(page.above)
    for block in page.blocks:
        for element in page.around(block.element):
            letters[element] += len(block.squeezed)
    headings = [block for block in page.blocks if block.is_heading and block.tag != "h1"]
    found = {_section(page, block.element) for block in headings if block.linked > _MOSTLY}
    return frozenset(element for element in found if letters[element] <= LONGEST_CARD)


def _section(page: Page, heading: int) -> int:
    around = page.around(page.above[heading])
    return next((element for element in around if page.tags[element] in _SECTIONS), page.above[heading])


def _is_in(page: Page, number: int, elements: frozenset[int]) -> bool:
    return bool(elements) and any(element in elements for element in page.around(page.blocks[number].element))


def _missing(article: _Article, extracted: Collection[int], text: str, title: str) -> list[int]:
    """The blocks that belong to the article and are not in its squeezed text, each once."""
    said = {title}
    missing = []
    for number, block in enumerate(article.page.blocks):
        is_new = number not in extracted and block.squeezed not in said and not _is_repeated(block, text)
        if is_new and article.has(number):
            missing.append(number)
            said.add(block.squeezed)
    return missing


def _is_repeated(block: Block, text: str) -> bool:
    """Whether a longer block, cut off or not, stands in a squeezed text already."""
    wanted = squeeze(block.text.rstrip("….[] "))
    return len(wanted) >= SURE_LENGTH and wanted in text

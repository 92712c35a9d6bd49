"""Values that hold HTML to plain text: tags become paragraphs and lines, entities characters.

What only looks like a tag stays: "a < b", "<3", "<name@host>". A value without tags is text, and its
entities alone are read, once; one that is nothing but escaped tags is HTML.
"""

import re
from html import unescape
from html.entities import html5

_PARAGRAPH, _LINE = "\u2029", "\u2028"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_BLOCKS = frozenset(
    _words(
        "address article aside blockquote body caption center dd details dialog div dl dt fieldset "
        "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p "
        "pre section summary table tbody tfoot thead title tr ul"
    )
)
_APART = frozenset(_words("button col colgroup option select td th"))
"""What stands beside the next of its kind, with space between them."""
_UNSEEN = frozenset(_words("head iframe noembed noframes noscript object script style svg template textarea"))
_ALONE = frozenset(_words("area base br embed hr img input link meta source track wbr"))
"""Tags that have no end."""
_INLINE = frozenset(
    _words(
        "a abbr acronym audio b bdi bdo big canvas cite code data del dfn em font i ins kbd label map mark "
        "marquee nobr output picture q rp rt ruby s samp small span strike strong sub sup time tt u var "
        "video"
    )
)
_NAMES = _BLOCKS | _APART | _UNSEEN | _ALONE | _INLINE
_OWN_NAME = r"[a-zA-Z]\w{0,30}[-:][\w.-]{1,60}"
"""Elements of programs, such as amp-img and o:p."""
_ATTRIBUTE = r"\s*+(?:[^\s\"'<>/=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>]++)?+)?+|/)"
_TAG = re.compile(
    rf"<(?P<end>/?)(?P<name>{'|'.join(sorted(_NAMES, key=len, reverse=True))}|{_OWN_NAME})(?=[\s/>])"
    rf"(?P<attributes>(?>{_ATTRIBUTE}){{0,60}}+)\s*+>"
    r"|<!--|<!doctype[^<>]{0,200}>|<\?xml[^<>]{0,200}\?>|<!\[CDATA\[|\]\]>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BREAKS = re.compile(f" *([{_PARAGRAPH}{_LINE}])[ {_LINE}{_PARAGRAPH}]*")
_BLANK = re.compile(r"[^\S\u2028\u2029]+")
_NBSP = "\u00a0"
_NEWLINE = re.compile(r"\r\n?|\n")
_KEEPS_LINES = frozenset({"p", "br", "div"})
"""Where a value has none of these tags, its paragraphs are told by newlines."""


def plain(value: str) -> str:
    """A value as a reader should see it, whether it is text, HTML, or text with entities."""
    if "<" in value and _is_markup(value):
        return plain_text(value)
    if "&" not in value or not _ENTITY.search(value):
        return value
    text = _ENTITY.sub(_character, value)
    return plain_text(text) if _is_wrapped(text) else text


def plain_text(fragment: str) -> str:
    """The text of a piece of HTML, its paragraphs apart by an empty line."""
    tags = {match["name"].lower() for match in _TAG.finditer(fragment) if match["name"]}
    is_flowing = bool(tags & _KEEPS_LINES)
    pieces: list[str] = []
    place = 0
    while match := _TAG.search(fragment, place):
        pieces.append(_read(fragment[place : match.start()], is_flowing))
        place = _behind(fragment, match)
        pieces.append(_break(match))
    pieces.append(_read(fragment[place:], is_flowing))
    text = _BREAKS.sub(_longest_break, "".join(pieces))
    return re.sub(" {2,}", " ", text).replace(_PARAGRAPH, "\n\n").replace(_LINE, "\n").strip()


def _is_markup(value: str) -> bool:
    """Whether a text has tags that do what tags do: stand in pairs, break lines, or begin it."""
    opened: set[str] = set()
    paragraphs = 0
    for match in _TAG.finditer(value):
        name = (match["name"] or "").lower()
        if not name:
            if match[0] != "]]>":
                return True
            continue
        if name in _ALONE or (match["end"] and name in opened) or "=" in match["attributes"]:
            return True
        paragraphs += name in {"p", "li"}
        if paragraphs > 1 or (not match["end"] and not value[: match.start()].strip() and name in _BLOCKS):
            return True
        opened.add(name)
    return False


def _is_wrapped(text: str) -> bool:
    """Whether a text begins and ends with tags, and so was escaped as a whole."""
    first = _TAG.match(text.lstrip())
    return bool(first and first["name"] and text.rstrip().endswith(">") and _is_markup(text))


def _behind(fragment: str, tag: re.Match[str]) -> int:
    """Where text goes on behind a tag: behind its end as well, where nothing in it is seen."""
    name = (tag["name"] or "").lower()
    if tag[0] == "<!--":
        end = fragment.find("-->", tag.end())
        return len(fragment) if end < 0 else end + 3
    if name not in _UNSEEN or tag["end"] or tag[0].endswith("/>"):
        return tag.end()
    closing = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(fragment, tag.end())
    return closing.end() if closing else len(fragment)


def _break(tag: re.Match[str]) -> str:
    name = (tag["name"] or "").lower()
    if name in _BLOCKS:
        return _PARAGRAPH
    return _LINE if name == "br" else " " if name in _APART else ""


def _read(text: str, is_flowing: bool) -> str:
    """Text between tags."""
    if not is_flowing:
        text = _NEWLINE.sub(_LINE, text)
    return unescape(_BLANK.sub(" ", text)).replace(_NBSP, " ") if text else ""


def _character(match: re.Match[str]) -> str:
    """What an entity stands for; one that is not known stays."""
    written = match[0]
    known = written[1] == "#" or written[1:] in html5
    return unescape(written).replace(_NBSP, " ") if known else written


def _longest_break(match: re.Match[str]) -> str:
    return _PARAGRAPH if _PARAGRAPH in match[0] else _LINE * match[0].count(_LINE)

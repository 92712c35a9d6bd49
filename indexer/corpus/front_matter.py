"""The block of metadata above a Markdown text: between lines of `---` (YAML) or `+++` (TOML).

Of YAML, what such blocks hold is read: keys with a text, quoted or not, or folded over indented lines, and
lists of texts. Nested values are passed over.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MAX_LENGTH = 2**16
"""Code points of a block; a longer one is text."""

NAMES = {
    "title": ("title", "headline"),
    "date": ("date", "published", "publishdate", "publishedat", "pubdate", "datepublished", "created"),
    "language": ("lang", "language", "locale"),
    "url": ("url", "canonicalurl", "canonical", "sourceurl", "link", "permalink"),
    "publisher": ("publisher", "sitename", "site", "source", "outlet", "newspaper"),
}
"""Of each field, the keys that are tried in this order, in small letters without `_` and `-`."""

USUAL = frozenset(
    [
        "layout",
        "tags",
        "tag",
        "categories",
        "category",
        "author",
        "authors",
        "slug",
        "draft",
        "description",
        "id",
        "keywords",
        "type",
        "weight",
        "aliases",
        "image",
        "summary",
        "excerpt",
        "source",
        "updated",
        "modified",
        "lastmod",
    ]
).union(*NAMES.values())
"""A block has at least one of these keys, or it is text between two lines."""

_BLOCK = re.compile(
    r"(?P<mark>---|\+\+\+)[^\S\n]*\n(?P<lines>.*?\n)?(?:(?P=mark)|\.\.\.)[^\S\n]*(?:\n|\Z)", re.DOTALL
)
_KEY = re.compile(r"(?P<key>[A-Za-z_][\w.-]*|\"[^\"\n]+\"|'[^'\n]+')[^\S\n]*:(?:[^\S\n]+(?P<value>.*))?")
_ITEM = re.compile(r"[^\S\n]*-[^\S\n]+(?P<value>.*)")
_BLOCK_TEXT = re.compile(r"[|>][+-]?\d?[+-]?")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^']|'')*)'")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a block says of its text, empty where it says nothing; `values` are all that it says, by key."""

    title: str = ""
    date: str = ""
    language: str = ""
    url: str = ""
    publisher: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def describes(self) -> bool:
        """Whether it says anything of the article that its text may say too."""
        return bool(self.title or self.date or self.language or self.url)


def split(content: str) -> tuple[FrontMatter, str]:
    """What the block at the beginning of `content` says, and the text behind it; all if there is none."""
    match = _BLOCK.match(content[: MAX_LENGTH + 8])
    if not match:
        return FrontMatter(), content
    lines = match["lines"] or ""
    values = _of_toml(lines) if match["mark"] == "+++" else _of_yaml(lines)
    if USUAL.isdisjoint(values):
        return FrontMatter(), content
    found = {field: _first(values, names) for field, names in NAMES.items()}
    return FrontMatter(**found, values=values), content[match.end() :]


def _first(values: Mapping[str, object], names: tuple[str, ...]) -> str:
    texts = (_plain(values.get(name, "")).strip() for name in names)
    return next((text for text in texts if text), "")


def _of_toml(block: str) -> dict[str, object]:
    """The values at the top of a TOML document; none if it is none."""
    try:
        values = tomllib.loads(block)
    except (ValueError, RecursionError):
        return {}
    return {_folded(key): value for key, value in values.items()}


def _plain(value: object) -> str:
    return "" if isinstance(value, list | dict) else str(value)


def _of_yaml(block: str) -> dict[str, object]:
    """The texts and lists at the top of a YAML mapping; none if a line is not part of one."""
    values: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    key = ""
    for line in block.splitlines():
        if match := _KEY.fullmatch(line):
            key = _folded(match["key"].strip("\"'"))
            value = _COMMENT.sub("", match["value"] or "") if _is_plain(match["value"]) else match["value"]
            values[key] = "" if _BLOCK_TEXT.fullmatch(value.strip()) else value.strip()
        elif key and (item := _ITEM.fullmatch(line)):
            lists.setdefault(key, []).append(_unquoted(item["value"].strip()))
        elif key and line[:1].isspace():
            values[key] = f"{values[key]} {line.strip()}".strip()
        elif line.strip() and not line.startswith(("#", "- ")) and line not in ("-", "]", "}"):
            return {}
    return {key: lists.get(key) or _listed(value) for key, value in values.items()}


def _listed(value: str) -> str | list[str]:
    """The texts between square brackets; another value as a text."""
    if not (value.startswith("[") and value.endswith("]")):
        return _unquoted(value)
    return [_unquoted(item.strip()) for item in value[1:-1].split(",") if item.strip()]


def _is_plain(value: str | None) -> bool:
    return not (value or "").lstrip().startswith(('"', "'"))


def _unquoted(value: str) -> str:
    """The text of a value without its quotation marks."""
    match = _QUOTED.match(value)
    if not match:
        return value.lstrip("\"'")
    if match[1] is None:
        return match[2].replace("''", "'")
    return _ESCAPED.sub(lambda found: "".join(_characters(found[1])), match[1])


def _characters(escape: str) -> Iterator[str]:
    if len(escape) > 1:
        yield chr(int(escape[1:], 16))
    else:
        yield {"n": "\n", "t": "\t"}.get(escape, escape)


def _folded(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "")

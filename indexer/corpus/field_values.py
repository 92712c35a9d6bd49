"""Values of fields to text and dates, in the shapes that exports give them: objects, lists, lists of runs."""

import datetime
from collections.abc import Mapping, Sequence

Scalar = str | int | float | datetime.date
"""What a date or an address may be."""

_INSIDE = (
    *("rendered", "text", "value", "context", "plain", "html", "content", "body", "main", "paragraphs"),
    *("blocks", "data", "children", "#text", "$t", "_", "__cdata", "#cdata-section"),
)
"""Keys of an object that stands for a text, in the order in which they are looked for."""

_INSIDE_DATES = ("$date", "$numberLong", "value", "rendered", "date", "iso", "#text", "$t")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_RUNS = frozenset(
    _words(
        "plain bold italic underline strikethrough spoiler code pre link text_link url email phone hashtag "
        "cashtag mention mention_name text_mention bot_command bank_card custom_emoji blockquote"
    )
)
"""Kinds of Telegram's pieces of a line."""

_DEEPEST = 12
_FEW_WORDS = 5


def text_in(value: object, depth: int = 0) -> str | None:
    """The text that a value holds; None if it holds none.

    A list of runs, as Telegram and editors have it, is joined as it stands; any other is one of paragraphs,
    and one of single words a sentence.
    """
    if isinstance(value, str):
        return value
    if depth == _DEEPEST:
        return None
    if isinstance(value, Mapping):
        inside = (text_in(value[key], depth + 1) for key in _INSIDE if key in value)
        return next((text for text in inside if text and text.strip()), None)
    if not isinstance(value, list):
        return None
    texts = [text for item in value if (text := text_in(item, depth + 1)) and text.strip(" ")]
    return _between(value, texts).join(texts) if texts else None


def date_in(value: object) -> Scalar | None:
    """The date that a value holds, alone in a list or an object, as it is written there."""
    for _ in range(_DEEPEST):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        elif isinstance(value, Mapping):
            value = next((value[key] for key in _INSIDE_DATES if key in value), None)
        else:
            break
    return value if isinstance(value, Scalar) and not isinstance(value, bool) else None


def is_empty(value: object) -> bool:
    """Whether a value is null, a text of white space, or a list or object without anything in it."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | Mapping) and not value)


def _between(items: Sequence[object], texts: Sequence[str]) -> str:
    """What stands between the texts of a list."""
    objects = [item for item in items if isinstance(item, Mapping)]
    is_mixed = len(objects) < len(items)
    if objects and all(item.get("type") in _RUNS or _is_run(item, is_mixed) for item in objects):
        return ""
    if len(texts) >= _FEW_WORDS and not any(" " in text.strip() for text in texts):
        return " "
    return "\n\n"


def _is_run(item: Mapping[str, object], is_mixed: bool) -> bool:
    """Whether an object is a piece of a line: in editors such as ProseMirror, or of any kind beside texts."""
    kind = item.get("type")
    return isinstance(item.get("text"), str) and (kind == "text" or (is_mixed and isinstance(kind, str)))

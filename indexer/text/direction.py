"""In which direction a language is written, and what HTML calls it."""

RIGHT_TO_LEFT = frozenset({"ar", "fa", "prs", "ps", "ur", "ckb", "he", "yi", "sd", "ug"})

_TAGS = {"prs": "fa-AF", "und": ""}
"""Dari as browsers and screen readers know it; an empty tag says that the language is not known."""


def is_right_to_left(language: str) -> bool:
    """Whether a language is written from right to left."""
    return language in RIGHT_TO_LEFT


def direction_of(language: str) -> str:
    """The value of HTML's `dir` for a language: `auto` where the language is not known."""
    if language == "und":
        return "auto"
    return "rtl" if is_right_to_left(language) else "ltr"


def tag_of(language: str) -> str:
    """The value of HTML's `lang` for a language (BCP 47)."""
    return _TAGS.get(language, language)

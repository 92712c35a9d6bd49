"""How somebody wants pages: language, calendar and colours, in a cookie that holds nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from http.cookies import CookieError, SimpleCookie

from indexer.text.calendars import Calendar
from search_api.serving.sessions import token_in
from search_api.web.wording import LANGUAGES, Wording, preferred, wording

COOKIE = "hudhud-view"
_OF_MEANINGS = "en"
"""The language that meanings of words come in."""

_A_YEAR = 365 * 24 * 60 * 60


class Colours(StrEnum):
    """Light or dark, or as the system has it."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Preferences:
    """How pages are shown.

    Attributes:
        language: of the page, not of articles.
        calendar: of dates.
        colours: light or dark.
        is_signed_in: whether the browser keeps a session, or one that is over.
        takes_gzip: whether the browser takes pages packed.
    """

    language: str
    calendar: Calendar = Calendar.GREGORIAN
    colours: Colours = Colours.SYSTEM
    is_signed_in: bool = False
    takes_gzip: bool = False

    @property
    def wording(self) -> Wording:
        """The texts in this language."""
        return wording(self.language)

    @property
    def is_glossed(self) -> bool:
        """Whether pages say what words mean where their address does not say: in English they do."""
        return self.language == _OF_MEANINGS

    def cookie(self, path: str) -> str:
        """The header that keeps them, for pages below a path."""
        value = f"{self.language}.{self.calendar.value.lower()}.{self.colours}"
        return f"{COOKIE}={value}; Path={path or '/'}; Max-Age={_A_YEAR}; SameSite=Lax; HttpOnly"

    @classmethod
    def of(cls, headers: Mapping[str, str], shared: str = "") -> "Preferences":
        """What a request says of them; what cannot be is as if it was not said.

        Args:
            headers: of the request.
            shared: the language that the address names, which goes before what the browser keeps.
        """
        try:
            kept = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            kept = None
        language, _, rest = (kept.value if kept else "").partition(".")
        calendar, _, colours = rest.partition(".")
        language = shared if shared in LANGUAGES else language
        chosen = cls.chosen(language, calendar, colours, preferred(headers.get("accept-language", "")))
        return replace(
            chosen,
            is_signed_in=bool(token_in(headers.get("cookie", "").encode("latin-1", "replace"))),
            takes_gzip="gzip" in headers.get("accept-encoding", ""),
        )

    @classmethod
    def chosen(cls, language: str, calendar: str, colours: str, otherwise: str) -> "Preferences":
        """What somebody chose; `otherwise` is the language where theirs is none of a page."""
        return cls(
            language if language in LANGUAGES else otherwise,
            next((one for one in Calendar if one.value.lower() == calendar), Calendar.GREGORIAN),
            next((one for one in Colours if one == colours), Colours.SYSTEM),
        )

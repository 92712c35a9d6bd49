"""What pages say, in the languages that they come in: English, Persian and Arabic.

Each language has a file in `languages/`, which carries its direction, its digits and its months. A text may
have places for values, as `{count}`.
"""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from indexer.text.calendars import Calendar

LANGUAGES = ("en", "fa", "ar")
"""The first is for whoever asks for none of them."""

_ASCII_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language.

    Attributes:
        code: of the language.
        name: of the language, in itself.
        direction: in which it is written, as HTML has it.
        digits: its ten digits.
        thousands: what stands between groups of digits.
        texts: by their names.
        languages: names of languages by their codes.
        months: names of months of each calendar.
    """

    code: str
    name: str
    direction: str
    digits: str
    thousands: str
    texts: Mapping[str, str]
    languages: Mapping[str, str]
    months: Mapping[Calendar, tuple[str, ...]]

    def __call__(self, name: str, **values: object) -> str:
        """A text with its values in place.

        Raises:
            KeyError: there is no such text, or a value is missing.
        """
        return self.texts[name].format(**values)

    def number(self, number: int) -> str:
        """A number as the language writes it, in groups of three digits."""
        return self.with_digits(f"{number:,}".replace(",", self.thousands))

    def with_digits(self, text: str) -> str:
        """A text with the digits of the language."""
        return text.translate(str.maketrans(_ASCII_DIGITS, self.digits))

    def language(self, code: str) -> str:
        """The name of a language; its code where it has none here."""
        return self.languages.get(code, code)


@functools.cache
def wording(code: str) -> Wording:
    """The texts of a language.

    Raises:
        KeyError: pages do not come in it.
    """
    if code not in LANGUAGES:
        raise KeyError(code)
    source = files("search_api.web") / "languages" / f"{code}.toml"
    read = tomllib.loads(source.read_text(encoding="utf-8"))
    return Wording(
        code=code,
        name=read["name"],
        direction=read["direction"],
        digits=read["digits"],
        thousands=read["thousands"],
        texts=read["texts"],
        languages=read["languages"],
        months={calendar: tuple(read["months"][calendar.value.lower()]) for calendar in Calendar},
    )


def preferred(accepted: str) -> str:
    """The language for a browser, by what its header `Accept-Language` asks for."""
    wanted = []
    for place, part in enumerate(accepted.split(",")[:32]):
        tag, _, weight = part.strip().partition(";q=")
        code = tag.partition("-")[0].strip().lower()
        try:
            wanted.append((-float(weight or 1), place, {"prs": "fa"}.get(code, code)))
        except ValueError:
            continue
    return next((code for _, _, code in sorted(wanted) if code in LANGUAGES), LANGUAGES[0])

"""What the first page tells of an archive before anything is searched for."""

import datetime
from dataclasses import dataclass

from indexer.storage.manifest import Manifest
from search_api.web.days import ShownDay, shown_day
from search_api.web.preferences import Preferences


@dataclass(frozen=True, slots=True)
class ShownArchive:
    """An archive.

    Attributes:
        articles: how many there are.
        languages: names, and how many are in each, most first.
        first, last: days of the oldest and the newest article; None where none has a date.
    """

    articles: str
    languages: tuple[tuple[str, str], ...]
    first: ShownDay | None
    last: ShownDay | None


def shown_archive(manifest: Manifest, preferences: Preferences) -> ShownArchive:
    """What the manifest of a generation says."""
    wording = preferences.wording

    def day(text: str | None) -> ShownDay | None:
        return shown_day(datetime.date.fromisoformat(text), preferences.calendar, wording) if text else None

    languages = sorted(manifest.languages.items(), key=lambda one: (-one[1], one[0]))
    return ShownArchive(
        wording.number(manifest.articles),
        tuple((wording.language(code), wording.number(count)) for code, count in languages),
        day(manifest.first_date),
        day(manifest.last_date),
    )

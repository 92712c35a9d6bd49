"""Settings from the environment, read once at the edge into a frozen object."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from indexer.core.errors import InvalidSetting

_PREFIX = "HUDHUD_"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment sets; a command's option goes before it.

    Attributes:
        index: `HUDHUD_INDEX`, folder of the index; `./index` where unset.
        model: `HUDHUD_MODEL`, a folder or a hub name; the embedded default where unset.
        cache: `HUDHUD_CACHE`, folder for models; the user's cache folder where unset.
        reranker: `HUDHUD_RERANKER`, a folder or a hub name of a cross-encoder; none where unset.
    """

    index: Path = Path("index")
    model: str | None = None
    cache: Path | None = None
    reranker: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read every `HUDHUD_…` variable; an empty one counts as unset.

        Raises:
            InvalidSetting: a variable with our prefix that is none of ours.
        """
        given = {name: value for name, value in environment.items() if name.startswith(_PREFIX) and value}
        known = {f"{_PREFIX}{field.upper()}" for field in cls.__slots__}
        for name in sorted(given.keys() - known):
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"the settings are {', '.join(sorted(known))}"
            raise InvalidSetting(f"{name} is not a setting of Hudhud: {hint}")
        cache = given.get("HUDHUD_CACHE")
        return cls(
            index=Path(given.get("HUDHUD_INDEX", "index")),
            model=given.get("HUDHUD_MODEL"),
            cache=Path(cache) if cache else None,
            reranker=given.get("HUDHUD_RERANKER"),
        )

"""By what articles may answer, as requests write it: `mode`, `exact` and `without`."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from search_api.searching.modes import Mode, Without
from search_api.serving.lists import parted


class ModeFields(BaseModel):
    """What finds articles, and which words count as those of the query."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    mode: Annotated[
        Mode | None,
        Field(description="What finds and orders; hybrid, or with `exact` lexical, where it is left out."),
    ] = None
    exact: Annotated[
        bool,
        Field(description="Only these words in any spelling: no other forms, sounds, languages."),
    ] = False
    without: Annotated[
        list[Without],
        BeforeValidator(parted(len(Without), "kinds")),
        Field(max_length=len(Without), description="Ways of answering that do not count, e.g. `sound,stem`."),
    ] = []

    def modes(self) -> dict[str, Any]:
        """The same as `query.parse` takes it."""
        return {"mode": self.mode, "exact": self.exact, "without": self.without}

"""What asks for all that matches, and not for a page: files and feeds."""

from typing import Annotated, Any

from pydantic import Field

from search_api.serving.filter_fields import FilterFields
from search_api.serving.mode_fields import ModeFields
from search_api.serving.schemas import LONGEST_DATE, Question


class WholeFields(FilterFields, ModeFields):
    """A search all of whose matches are wanted."""

    q: Question
    since: Annotated[
        str | None, Field(alias="from", max_length=LONGEST_DATE, description="First day, YYYY-MM-DD.")
    ] = None
    until: Annotated[
        str | None, Field(alias="to", max_length=LONGEST_DATE, description="Last day, likewise.")
    ] = None
    min_confidence: Annotated[
        float | None, Field(ge=0, le=1, description="Confidence from which an article matches.")
    ] = None

    def limits(self) -> dict[str, Any]:
        """What limits the matches, as `query.parse` takes it."""
        days = {"since": self.since, "until": self.until}
        return {**self.filters(), **self.modes(), **days, "min_confidence": self.min_confidence}

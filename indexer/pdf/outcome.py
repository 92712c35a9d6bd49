"""What reading a PDF comes to, as one process hands it to another: a line of JSON."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum


class Refusal(StrEnum):
    """Why there is no text of a PDF."""

    ENCRYPTED = "encrypted"
    WITHOUT_TEXT = "without text"
    TOO_LARGE = "too large"
    DAMAGED = "damaged"
    WITHOUT_LETTERS = "without letters"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The text of a PDF, or why there is none.

    Attributes:
        text: paragraphs, with an empty line between them; empty if it was refused.
        title: what the PDF says that it is called.
        refusal: why there is no text; None if there is.
        detail: of the refusal, in a few words.
    """

    text: str = ""
    title: str = ""
    refusal: Refusal | None = None
    detail: str = ""

    def written(self) -> bytes:
        """This as JSON."""
        return json.dumps(asdict(self)).encode("ascii")

    @classmethod
    def read(cls, written: bytes) -> "Outcome":
        """What was written so.

        Raises:
            ValueError: it was not.
        """
        fields = json.loads(written)
        refusal = fields.pop("refusal")
        return cls(**fields, refusal=Refusal(refusal) if refusal else None)


def refused(refusal: Refusal, detail: str) -> Outcome:
    """That there is no text, and why."""
    return Outcome(refusal=refusal, detail=detail)

"""What a translator's process is asked, and what it says, as one process hands it to another: JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Order:
    """Texts to translate, and the files of the model that does it."""

    weights: str
    source_vocabulary: str
    target_vocabulary: str
    texts: Sequence[str]

    def written(self) -> bytes:
        """As bytes."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, written: bytes) -> Self:
        """Out of bytes."""
        return cls(**json.loads(written))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The drafts; or why there are none, in a few words."""

    drafts: Sequence[str] = ()
    fault: str = ""

    def written(self) -> bytes:
        """As bytes."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, written: bytes) -> Self:
        """Out of bytes.

        Raises:
            ValueError: they are none.
        """
        try:
            return cls(**json.loads(written))
        except TypeError as error:
            raise ValueError(str(error)) from error

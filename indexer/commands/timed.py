"""Lines of a log: where an output is no terminal, every line on it begins with its time."""

import datetime
import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class _Timed(io.TextIOWrapper):
    """Puts the time before each line: local, with the offset to UTC, to the second."""

    _is_begun = False

    def write(self, text: str, /) -> int:
        """Write lines, or parts of lines."""
        written = ""
        for line in _LINE.findall(text):
            written += line if self._is_begun else f"{_now()} {line}"
            self._is_begun = not line.endswith("\n")
        super().write(written)
        return len(text)


@contextmanager
def timed(name: Literal["stdout", "stderr"]) -> Iterator[None]:
    """Give lines on standard output or standard error their time, unless it is a terminal."""
    stream = getattr(sys, name)
    if not isinstance(stream, io.TextIOWrapper) or stream.isatty():
        yield
        return
    stream.flush()
    ours = _Timed(stream.buffer, stream.encoding, stream.errors, line_buffering=True)
    setattr(sys, name, ours)
    try:
        yield
    finally:
        setattr(sys, name, stream)
        ours.flush()
        ours.detach()


def _now() -> str:
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")

"""Logs that nobody can fill: of lines that are alike, a few in some seconds."""

import logging
import threading
import time

MOST = 20
"""Lines of one kind in `SECONDS`; more are counted, and told with the next one that is written."""

SECONDS = 10.0

EACH = "each"
"""Name of the attribute of a record that is written however many there are like it."""


class Sparing(logging.Filter):
    """Lets few records of a kind through: of one logger, level and message before its values go in."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._kinds: dict[tuple[str, int, str], _Kind] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether `record` is written; it then also tells what was not before it."""
        if getattr(record, EACH, False):
            return True
        with self._lock:
            kind = self._kinds.setdefault((record.name, record.levelno, str(record.msg)[:200]), _Kind())
            left_out = kind.left_out_before(time.monotonic())
            if len(self._kinds) > _MOST_KINDS:
                self._kinds.clear()
        if left_out is None:
            return False
        if left_out:
            record.msg = f"{record.getMessage()} ({left_out:,} lines like it were left out)"
            record.args = None
        return True


_MOST_KINDS = 1000


class _Kind:
    """How many records of a kind there were lately."""

    def __init__(self) -> None:
        self._since = -SECONDS
        self._written = self._left_out = 0

    def left_out_before(self, now: float) -> int | None:
        """How many were left out before this one, if it is written; None if it is left out too."""
        if now - self._since >= SECONDS:
            self._since, self._written = now, 0
        if self._written >= MOST:
            self._left_out += 1
            return None
        self._written += 1
        left_out, self._left_out = self._left_out, 0
        return left_out

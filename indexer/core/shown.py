"""Text as a terminal or a log may be given it: nothing that either takes for a command, or for another line.

Titles, ids, file names and texts come from elsewhere. An escape sequence in one of them could colour a
terminal, rename its window or answer in its user's name; a line break could forge a line of a log; a mark of
direction could turn the rest of a line around.
"""

import json
import logging
import re

REPLACEMENT = "\ufffd"

_BREAK = re.compile("[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_IN_JSON = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NOT_ASCII = re.compile("[^\x00-\x7e]")


def shown(text: object) -> str:
    """One line: line breaks become spaces, other control characters U+FFFD; marks that turn a line go.

    Half-spaces and the marks of direction that people type (U+200E, U+200F) stay.
    """
    return _DIRECTION.sub("", controlled(_BREAK.sub(" ", str(text))))


def controlled(line: str) -> str:
    """A line that is put together already: only its control characters become U+FFFD."""
    return _CONTROL.sub(REPLACEMENT, line)


def shown_json(document: str, *, ascii_only: bool = False) -> str:
    """JSON with an escape for every character that `shown` would not give as it is: the same document.

    With `ascii_only` for every character that is not ASCII, for an output that cannot hold them.
    """
    return (_NOT_ASCII if ascii_only else _IN_JSON).sub(lambda found: json.dumps(found[0])[1:-1], document)


class ShownFormatter(logging.Formatter):
    """Formats records of a log; a message is one line, the traceback below it the only other ones."""

    def format(self, record: logging.LogRecord) -> str:
        """The record; what its message says in a line."""
        return "\n".join(map(controlled, super().format(_in_a_line(record)).split("\n")))


def _in_a_line(record: logging.LogRecord) -> logging.LogRecord:
    """A copy of a record whose message is one line."""
    copied = logging.makeLogRecord(record.__dict__)
    copied.msg, copied.args, copied.exc_text = shown(record.getMessage()), None, None
    return copied

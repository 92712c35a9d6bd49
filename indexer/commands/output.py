"""What goes out to people: the only module that prints, so that nothing but text reaches a terminal.

An output that is not UTF-8 gets replacements for what it cannot hold. One that nobody reads any more, as
behind `| head`, ends the command without an error; one that is full ends it with a line and an exit code.
"""

import errno
import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

from indexer.core.shown import ShownFormatter, shown, shown_json

EXIT_OUTPUT = 5
"""What was to be printed could not be written."""


class _OutputLost(Exception):
    """Nothing more can be written to the output; the OSError that says why is its cause."""


class _Output(io.TextIOWrapper):
    """Standard output, whose failures are told from those of other files."""

    def write(self, text: str, /) -> int:
        """Write, or raise _OutputLost."""
        try:
            return super().write(text)
        except OSError as error:
            raise _OutputLost from error

    def flush(self) -> None:
        """Flush, or raise _OutputLost."""
        try:
            super().flush()
        except OSError as error:
            raise _OutputLost from error


def say(message: object) -> None:
    """A line for the user on stderr; nobody learns of it where that is closed."""
    with suppress(OSError, ValueError):
        print(_held(shown(message), sys.stderr), file=sys.stderr, flush=True)


def say_in_a_handler(message: str) -> None:
    """A line for the user from a signal's handler, which may have come while another line is written.

    A buffered file that is written twice at once raises RuntimeError; so this goes past the buffer.
    """
    with suppress(OSError, ValueError):
        os.write(sys.stderr.fileno(), f"{message}\n".encode())


def put(line: object = "") -> None:
    """A line of what a command gives, on stdout."""
    print(_held(shown(line), sys.stdout))


def put_json(value: object) -> None:
    """A value as a line of JSON on stdout; a string is JSON already."""
    document = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    print(shown_json(document, ascii_only=not _is_unicode(sys.stdout)))


def put_text(text: str) -> None:
    """A text as it is on stdout, of which each part was made to be shown."""
    sys.stdout.write(text)


def json_line(value: object) -> str:
    """A value as a line of JSON for a file."""
    return shown_json(json.dumps(value, ensure_ascii=False))


@contextmanager
def kept_output() -> Iterator[None]:
    """Lets a command print to whatever its output is.

    Raises:
        SystemExit: the output is full or failed; told in a line.
    """
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    with suppress(AttributeError, ValueError):
        cast("io.TextIOWrapper", sys.stderr).reconfigure(errors="replace")
    if logging.lastResort:
        logging.lastResort.setFormatter(ShownFormatter())
    ours = _ours(sys.stdout)
    try:
        try:
            yield
        finally:
            ours.flush()
    except _OutputLost as lost:
        _give_up(ours)
        reason = cast("OSError", lost.__cause__)
        if reason.errno in (errno.EPIPE, errno.EINVAL):
            raise SystemExit(0) from None
        say(f"hudhud: the output cannot be written: {reason.strerror}")
        raise SystemExit(EXIT_OUTPUT) from None


def _nowhere() -> IO[str]:
    """What takes the place of an output that was closed before the command began."""
    return Path(os.devnull).open("w", encoding="utf-8")


def _ours(stdout: IO[str]) -> IO[str]:
    """Standard output as _Output; as it is where there is no file below it."""
    if not isinstance(stdout, io.TextIOWrapper):
        return stdout
    encoding, is_line_buffered = stdout.encoding, stdout.line_buffering
    sys.stdout = _Output(
        cast("Any", stdout.detach()), encoding, errors="replace", line_buffering=is_line_buffered
    )
    return sys.stdout


def _give_up(stdout: IO[str]) -> None:
    """Let what is still to be written go nowhere: Python writes it when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stdout.fileno())
        os.close(nowhere)


def _held(line: str, stream: IO[str]) -> str:
    """A line with a question mark for each character that `stream` cannot hold."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return line if _is_unicode(stream) else line.encode(encoding, "replace").decode(encoding)


def _is_unicode(stream: IO[str]) -> bool:
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")

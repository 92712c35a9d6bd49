"""A process that reads one PDF from standard input and writes its text: what goes wrong in it ends with it.

`python -m indexer.pdf.child`; time and memory are limited where the system can do that.
"""

import logging
import sys
from contextlib import suppress

from indexer.pdf.outcome import Outcome, Refusal, refused

MEMORY = 640 * 2**20
"""Of address space, in bytes."""

SECONDS, SECONDS_A_PAGE, SECONDS_A_CHARACTER = 4, 0.25, 1e-4
"""Of computing: for any file, for each page that was read, and for what stood on it; thrice what is usual."""


def main() -> None:
    """Read a PDF from standard input, and write its Outcome to standard output."""
    logging.disable(logging.CRITICAL)
    _limit_memory()
    allow(0, 0)
    sys.stdout.buffer.write(_outcome(sys.stdin.buffer.read()).written())


def allow(pages: int, characters: int) -> None:
    """Let the process go on until it has used up what so many pages, with so many characters, may take."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        most = resource.getrlimit(resource.RLIMIT_CPU)[1]
        seconds = SECONDS + SECONDS_A_PAGE * pages + SECONDS_A_CHARACTER * characters
        resource.setrlimit(resource.RLIMIT_CPU, (round(seconds), most))


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _outcome(raw: bytes) -> Outcome:
    try:
        from indexer.pdf.text import text_of

        return text_of(raw, allow)
    except MemoryError:
        return refused(Refusal.TOO_LARGE, f"a PDF that takes more than {MEMORY // 10**6} MB of memory")


if __name__ == "__main__":
    main()

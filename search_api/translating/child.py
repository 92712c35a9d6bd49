"""A process that translates what stands on its standard input: what goes wrong in it ends with it.

`python -m search_api.translating.child`. Firefox's engine (`fxtranslate`, imported nowhere else) holds the
interpreter's lock while it works, may take minutes for a text that is no language, and ends its process where
a model is damaged in certain places: so no server runs it itself. It would also fetch models; what fetches is
never called.
"""

import gzip
import sys
import zlib
from contextlib import suppress
from pathlib import Path

from search_api.translating.outcome import Order, Outcome

MEMORY = 1024 * 2**20
"""Of address space, in bytes."""

MOST_OF_A_FILE = 256 * 2**20
"""Bytes of a file of a model, unpacked; the largest that Firefox has is a fifth of it."""

SECONDS = 60
"""Of computing, for a process whose server is gone; a server stops it sooner."""

_PACKED = b"\x1f\x8b"


def main() -> None:
    """Read an Order from standard input, and write its Outcome to standard output."""
    _limit()
    sys.stdout.buffer.write(_outcome(Order.read(sys.stdin.buffer.read())).written())


def _limit() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _outcome(order: Order) -> Outcome:
    try:
        from fxtranslate import Translator

        translator = Translator(
            model=content(order.weights),
            src_vocab=content(order.source_vocabulary),
            trg_vocab=content(order.target_vocabulary),
        )
        return Outcome(drafts=[translator.translate_long(text) for text in order.texts])
    except ImportError as error:
        return Outcome(fault=f"fxtranslate cannot be imported ({error})")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        return Outcome(fault=str(error) or type(error).__name__)
    except MemoryError:
        return Outcome(fault=f"it takes more than {MEMORY // 10**6} MB of memory")


def content(path: str) -> bytes:
    """A file, unpacked.

    Raises:
        ValueError: it is too large for a file of a model.
    """
    with Path(path).open("rb") as file:
        is_packed = file.read(len(_PACKED)) == _PACKED
        file.seek(0)
        read = gzip.GzipFile(fileobj=file).read if is_packed else file.read
        content = read(MOST_OF_A_FILE + 1)
    if len(content) > MOST_OF_A_FILE:
        raise ValueError(f"{Path(path).name} has more than {MOST_OF_A_FILE // 2**20} MiB")
    return content


if __name__ == "__main__":
    main()

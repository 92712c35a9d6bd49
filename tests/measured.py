"""Reads files, each in a process of its own, and prints what it took: `python tests/measured.py FILE...`.

The process of each file is forked from one that has read a little of every format, so that what libraries
take is not counted.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

from indexer.core.records import Record, Skipped
from indexer.corpus import Corpus


def read(path: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Ids of the articles in a file, and reason and detail of each skip."""
    ids: list[str] = []
    skips: list[tuple[str, str]] = []
    for item in Corpus([path]):
        found = item.load() if isinstance(item, Record) else item
        if isinstance(found, Skipped):
            skips.append((found.reason.name, found.detail))
        else:
            ids.append(found.id)
    return ids, skips


def measured(path: Path) -> None:
    """A line of JSON: the name, seconds of processor time, megabytes more than before, ids, skips."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    ids, skips = read(path)
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    line = [path.name, round(seconds, 2), (peak - before) // 1000, ids[:10], skips[:3], len(skips)]
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(warming: Path, files: list[Path]) -> None:
    """Read what is in `warming`, then each of `files`, by itself."""
    read(warming)
    for file in files:
        if child := os.fork():
            os.waitpid(child, 0)
            continue
        try:
            measured(file)
        finally:
            os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])

"""What a nightly reindex costs: the first, one with nothing to do, one with 1 % changed, one that was killed.

Example: python benchmarks/speed/reindex.py --rounds 3
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import Series, is_busy, load_average, table, versions, write_results
from benchmarks.speed import texts
from benchmarks.speed.processes import Command, Finished, ProcessFailed, run_to_end
from benchmarks.speed.texts import NoSuchSet

_RESULTS = Path(__file__).parent / "results" / "reindex.json"
_ARTICLES = 5000
_FEW = 500
_DISTRIBUTIONS = ("hudhud", "openvino", "faiss-cpu", "numpy", "tokenizers")
_ADDED = "\nوقال المتحدث إن الاجتماع رقم {number} سيعقد غدا في مدينة أخرى."


@dataclass(frozen=True, slots=True)
class Run:
    """One reindex: the process, and what it said."""

    finished: Finished
    summary: dict[str, Any]

    @property
    def seconds(self) -> float:
        """Of the whole process, start and imports included."""
        return self.finished.seconds


@dataclass(frozen=True, slots=True)
class Round:
    """The reindexes of one round, over one archive."""

    few: Run
    first: Run
    nothing: Run
    one_percent: Run
    killed_embedded: int
    resumed: Run


def main() -> None:
    """Measure, print a table and write the results."""
    parser = argparse.ArgumentParser(description="Measure what a nightly reindex costs.")
    parser.add_argument("--sets", nargs="+", type=Path, default=[], metavar="DIR", help="as for run.py")
    parser.add_argument("--rounds", type=int, default=1, metavar="N")
    parser.add_argument("--articles", type=int, default=_ARTICLES, metavar="N")
    parser.add_argument("--results", type=Path, default=_RESULTS, metavar="FILE")
    options = parser.parse_args()
    load = load_average()
    if is_busy(load):
        print(f"hudhud: the machine is busy (load {load[0]}): figures mean little", file=sys.stderr)
    try:
        documents = _documents(options.sets, options.articles)
        rounds = [_round(documents, number) for number in range(options.rounds)]
    except (NoSuchSet, ProcessFailed) as error:
        sys.exit(f"hudhud: {error}")
    series = _series(rounds)
    print(_shown(series, len(documents)))
    write_results(
        options.results,
        command="python benchmarks/speed/reindex.py " + " ".join(sys.argv[1:]),
        load_before=load,
        installed={"hudhud": versions(_DISTRIBUTIONS)},
        facts={"articles": len(documents), "characters": sum(map(len, documents)), "few": _FEW},
        series=series,
    )


def _documents(folders: Sequence[Path], articles: int) -> list[str]:
    """Distinct documents of all sets, shuffled, as many as are wanted."""
    if not folders and texts.DEFAULT_FOLDER.is_dir():
        folders = sorted(path for path in texts.DEFAULT_FOLDER.iterdir() if path.is_dir())
    found = list(dict.fromkeys(texts.documents(texts.collections(folders))))
    random.Random(0).shuffle(found)
    if len(found) < articles:
        raise NoSuchSet(f"there are only {len(found)} different documents: name more --sets")
    return found[:articles]


def _round(documents: Sequence[str], number: int) -> Round:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive = folder / "archive"
        _write(archive, documents)
        print(f"round {number + 1}: first", file=sys.stderr)
        first = _reindex(archive, folder / "index")
        print("nothing to do", file=sys.stderr)
        nothing = _reindex(archive, folder / "index")
        _change(archive, len(documents), number)
        print("1 % changed", file=sys.stderr)
        one_percent = _reindex(archive, folder / "index")
        shutil.rmtree(archive)
        _write(archive, documents)
        print("killed half-way", file=sys.stderr)
        killed = _killed(archive, folder / "resumed", first.seconds / 2)
        print("resumed", file=sys.stderr)
        resumed = _reindex(archive, folder / "resumed")
        _write(folder / "few", documents[:_FEW])
        few = _reindex(folder / "few", folder / "few-index")
        return Round(few, first, nothing, one_percent, killed, resumed)


def _write(archive: Path, documents: Sequence[str]) -> None:
    for number, document in enumerate(documents):
        path = archive / f"{number % 50:02d}" / f"{number:06d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document, encoding="utf-8")


def _change(archive: Path, articles: int, number: int) -> None:
    """Of a hundredth of the articles, change a half, remove a quarter, and add as many."""
    chosen = random.Random(number).sample(sorted(archive.rglob("*.txt")), articles // 100)
    half, quarter = len(chosen) // 2, len(chosen) // 4
    for place, path in enumerate(chosen[:half]):
        path.write_text(path.read_text(encoding="utf-8") + _ADDED.format(number=place), encoding="utf-8")
    for path in chosen[half : half + quarter]:
        path.unlink()
    for place, path in enumerate(chosen[half + quarter :]):
        text = path.read_text(encoding="utf-8")
        (archive / f"new-{place}.txt").write_text(text[::-1] + _ADDED.format(number=place), encoding="utf-8")


def _command(archive: Path, index: Path) -> Command:
    arguments = (sys.executable, "-m", "search_api", "reindex", str(archive), "--index", str(index))
    return Command((*arguments, "--json", "--quiet"), dict(os.environ), texts.ROOT)


def _reindex(archive: Path, index: Path) -> Run:
    finished = run_to_end(_command(archive, index))
    return Run(finished, json.loads(finished.output.splitlines()[-1]))


def _killed(archive: Path, index: Path, seconds: float) -> int:
    """Kill a reindex after some seconds; how many texts it had committed."""
    command = _command(archive, index)
    process = subprocess.Popen(command.arguments, cwd=command.folder, stdout=subprocess.DEVNULL)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    import sqlite3

    connection = sqlite3.connect(index / "cache.sqlite")
    (committed,) = connection.execute("SELECT count(*) FROM vectors").fetchone()
    connection.close()
    return int(committed)


def _series(rounds: Sequence[Round]) -> list[Series]:
    runs = {
        "first": [one.first for one in rounds],
        "nothing changed": [one.nothing for one in rounds],
        "1 % changed": [one.one_percent for one in rounds],
        "resumed": [one.resumed for one in rounds],
        f"first, {_FEW}": [one.few for one in rounds],
    }
    found = []
    for name, several in runs.items():
        found += [
            Series(name, "time", "s", tuple(run.seconds for run in several)),
            Series(name, "embedded", "texts", tuple(float(run.summary["embedded"]) for run in several)),
            Series(name, "written", "MB", tuple(run.summary["bytes_written"] / 1e6 for run in several)),
            Series(name, "peak resident", "MB", tuple(run.finished.peak for run in several)),
        ]
    again = [
        one.killed_embedded + one.resumed.summary["embedded"] - one.first.summary["embedded"]
        for one in rounds
    ]
    found.append(Series("resumed", "embedded again", "texts", tuple(map(float, again))))
    return found


def _shown(series: Sequence[Series], articles: int) -> str:
    by_side: dict[str, dict[str, Series]] = {}
    for one in series:
        by_side.setdefault(one.side, {})[one.quantity] = one
    first = by_side["first"]["time"].median
    rows = [
        (
            name,
            f"{found['time'].median:.1f} s",
            f"{found['time'].median / first:.1%}",
            f"{found['embedded'].median:,.0f}",
            f"{found['written'].median:,.1f} MB",
            f"{found['peak resident'].median:,.0f} MB",
        )
        for name, found in by_side.items()
    ]
    title = f"Reindexing {articles:,} articles"
    shown = table(title, ("", "time", "of the first", "embedded", "written", "peak resident"), rows)
    again = by_side["resumed"]["embedded again"].median
    return f"{shown}\n\nTexts that a resumed run embedded again: {again:,.0f}"


if __name__ == "__main__":
    main()

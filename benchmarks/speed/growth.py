"""How Hudhud grows with its archive: indexing, a night, opening and searching at 10⁴, 10⁵, 10⁶ passages.

Everything is real but the vectors of the archive's texts, which are made up (see `growing/`).

Example: python benchmarks/speed/growth.py --passages 10000 100000 1000000 --work /var/tmp/growth
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import Series, interleaved, is_busy, load_average, versions, write_results
from benchmarks.speed import texts
from benchmarks.speed.growing.figures import joined, series_of, shown
from benchmarks.speed.growing.plot import plot
from benchmarks.speed.growing.steps import Place
from benchmarks.speed.processes import Command, ProcessFailed, run_to_end
from search_api.serving.pauses import multiply_on_one_thread

STEPS = ("index", "search", "exact", "night", "load")
USUAL = STEPS[:-1]
_SERVING = ("search", "exact")
"""Steps that do in a process of their own what a server does."""

THIS, OTHER = "this", "base"

_RESULTS = Path(__file__).parent / "results" / "growth.json"
_PLOT = texts.ROOT / "docs" / "growth.svg"
_WORK = Path(tempfile.gettempdir()) / "hudhud-growth"
_LIMIT = 3 * 3600.0
_PACKAGES = ("indexer", "search_api", "hudhud")
_DISTRIBUTIONS = ("hudhud", "openvino", "faiss-cpu", "numpy", "tokenizers")


@dataclass(frozen=True, slots=True)
class Side:
    """Whose code is measured: a name, and a folder from which Python imports it."""

    name: str
    folder: Path


def main() -> None:
    """Measure, print tables, write the results and the plot."""
    given = _arguments()
    load = load_average()
    if is_busy(load):
        _tell(f"hudhud: the machine is busy (load {load[0]}): figures mean little")
    sets = tuple(str(path) for path in given.sets or _shared_sets())
    sides = [Side(THIS, texts.ROOT)]
    if given.base:
        sides.append(Side(OTHER, _shim(given.work, given.base.resolve())))
    series: list[Series] = []
    facts: dict[str, Any] = {}
    try:
        for passages in given.passages:
            archive = _step("make", sides[0], Place(str(given.work), passages, THIS, sets))
            found = _measured(sides, given.work, passages, sets, given.only, given.rounds)
            facts[f"{passages:,}"] = {"archive": archive} | found
            series += series_of(f"{passages:,}", found)
    except ProcessFailed as error:
        sys.exit(f"hudhud: {error}")
    series, facts = joined(given.results, series, facts)
    print(shown(series))
    write_results(
        given.results,
        command="python benchmarks/speed/growth.py " + " ".join(sys.argv[1:]),
        load_before=load,
        installed={"hudhud": versions(_DISTRIBUTIONS)},
        facts=facts,
        series=series,
    )
    if given.plot:
        given.plot.write_text(plot(series), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure how Hudhud grows with its archive.")
    parser.add_argument("--passages", nargs="+", type=int, default=[10_000, 100_000], metavar="N")
    parser.add_argument("--sets", nargs="+", type=Path, default=[], metavar="DIR", help="as for run.py")
    parser.add_argument("--work", type=Path, default=_WORK, metavar="DIR", help="kept from run to run")
    parser.add_argument("--base", type=Path, metavar="DIR", help="another checkout, measured in turn")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=STEPS,
        default=USUAL,
        help="without index, the index that there is; load takes ten minutes",
    )
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="of searching")
    parser.add_argument("--results", type=Path, default=_RESULTS, metavar="FILE")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the growth of a search as SVG")
    return parser.parse_args()


def _measured(
    sides: Sequence[Side], work: Path, passages: int, sets: tuple[str, ...], only: Sequence[str], rounds: int
) -> dict[str, Any]:
    """What each step gives, by side; searching as a list of rounds."""
    places = {side.name: Place(str(work), passages, side.name, sets) for side in sides}
    are_there = all((place.index / "CURRENT").exists() for place in places.values())
    wanted = [step for step in STEPS if step in only or (step == "index" and not are_there)]
    found: dict[str, Any] = {side.name: {} for side in sides}
    for step in wanted:
        runs = interleaved(
            {side.name: partial(_step, step, side, places[side.name]) for side in sides},
            rounds if step == "search" else 1,
            partial(_tell_of, f"{passages:,} passages, {step}"),
        )
        for name, several in runs.items():
            found[name][step] = several
    return found


def _tell_of(what: str, line: str) -> None:
    _tell(f"{what}: {line}")


def _step(step: str, side: Side, place: Place, number: int = 0) -> dict[str, Any]:
    """Carry out a step in a process; what it printed, with its memory in MB."""
    del number
    arguments = (sys.executable, "-m", "benchmarks.speed.growing.steps", step, json.dumps(asdict(place)))
    environment = dict(os.environ) | {"PYTHONPATH": str(side.folder)}
    if step in _SERVING:
        multiply_on_one_thread(environment)
    finished = run_to_end(Command(arguments, environment, side.folder), _LIMIT)
    found: dict[str, Any] = json.loads(finished.output.splitlines()[-1])
    return found | {
        "peaks": {"anonymous": finished.anonymous, "mapped": finished.mapped, "resident": finished.peak}
    }


def _shim(work: Path, checkout: Path) -> Path:
    """A folder from which the product of another checkout is imported, and the benchmarks of this one."""
    folder = work / "base"
    folder.mkdir(parents=True, exist_ok=True)
    for name, where in {"benchmarks": texts.ROOT, **dict.fromkeys(_PACKAGES, checkout)}.items():
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(where / name)
    return folder


def _shared_sets() -> Iterator[Path]:
    if texts.DEFAULT_FOLDER.is_dir():
        yield from sorted(path for path in texts.DEFAULT_FOLDER.iterdir() if path.is_dir())


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()

"""Run the speed benchmarks: print tables, write JSON into `benchmarks/speed/results/`.

Example: python benchmarks/speed/run.py --only encoder --rounds 7
"""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from benchmarks.measure import load_average
from benchmarks.speed import encoder_speed, whole_job
from benchmarks.speed.options import Options
from benchmarks.speed.peer import CannotInstall
from benchmarks.speed.processes import ProcessFailed
from benchmarks.speed.texts import NoSuchSet

PARTS = {"whole-job": whole_job.run, "encoder": encoder_speed.run}
"""In this order: the whole job is measured while this process is still small."""

_RESULTS = Path(__file__).parent / "results"
_ROUNDS = 5


def main() -> None:
    """Run what the command line asks for; exit with a sentence where that cannot be."""
    options, parts = _parsed()
    signal.signal(signal.SIGTERM, _stop)
    try:
        for part in parts:
            PARTS[part](options)
    except (CannotInstall, NoSuchSet, ProcessFailed) as error:
        sys.exit(f"hudhud: {error}")
    except KeyboardInterrupt:
        sys.exit("\nhudhud: stopped; no result was written for the part that was running.")


def _parsed() -> tuple[Options, list[str]]:
    parser = argparse.ArgumentParser(description="Measure Hudhud's speed beside its peers'.")
    parser.add_argument(
        "--sets",
        nargs="+",
        type=Path,
        default=[],
        metavar="DIR",
        help="sets in BEIR's format; default: three in ../shared/eval if it is there, else the seeds varied",
    )
    parser.add_argument("--only", choices=sorted(PARTS), help="one part; default: both")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, metavar="N", help=f"default: {_ROUNDS}")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="two rounds on few texts, nothing written: only to see that it works",
    )
    parser.add_argument(
        "--txtai-python",
        type=Path,
        metavar="FILE",
        help="a Python that has txtai; default: one installed into the user's cache folder",
    )
    parser.add_argument("--results", type=Path, metavar="DIR", help="folder of the JSON files")
    given = parser.parse_args()
    if given.rounds < 1:
        parser.error("--rounds must be at least 1")
    options = Options(
        sets=tuple(given.sets),
        rounds=2 if given.quick else given.rounds,
        quick=given.quick,
        txtai_python=given.txtai_python,
        results=given.results or (None if given.quick else _RESULTS),
        command=" ".join(["python", "benchmarks/speed/run.py", *sys.argv[1:]]),
        load_before=load_average(),
    )
    return options, [given.only] if given.only else list(PARTS)


def _stop(_: int, __: FrameType | None) -> NoReturn:
    """Leave in order on SIGTERM, so that every process that was started is ended."""
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    main()

"""Load a server as nobody should, and say whether it bears it: `python -m benchmarks.load`."""

import argparse
import asyncio
import datetime
import json
import sys
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.load.archive import Archive, archive, searches
from benchmarks.load.scenarios import Outcome, abandoned, hostile, overload, shown, steady
from benchmarks.load.served import server
from benchmarks.measure import load_average, machine
from benchmarks.speed.processes import Server

OVERLOAD_SECONDS = 30.0

Scenario = Callable[[Server], Coroutine[Any, Any, Outcome]]


def scenarios(held: Archive, sets: list[Path], seconds: float) -> dict[str, Scenario]:
    """What is to be borne, by name; the steady load takes so many seconds."""
    requests = searches(sets)
    return {
        "hostile": lambda running: hostile(running, requests),
        "abandoned": lambda running: abandoned(running, requests),
        "overload": lambda running: overload(running, requests, min(OVERLOAD_SECONDS, seconds)),
        "steady": lambda running: steady(running, held, requests, seconds),
    }


def main() -> None:
    """Load, tell, and end with 1 where something does not hold."""
    parser = argparse.ArgumentParser(description="Load a server as nobody should.")
    parser.add_argument("--index", type=Path, metavar="DIR", help="a copy of this index; else the seeds'")
    parser.add_argument(
        "--sets", nargs="+", type=Path, default=[], metavar="DIR", help="whose queries are asked"
    )
    parser.add_argument("--seconds", type=float, default=600.0, metavar="N", help="of the steady load")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="hostile, abandoned, overload, steady")
    parser.add_argument("--results", type=Path, metavar="FILE", help="where figures go, as JSON")
    given = parser.parse_args()
    with archive(given.index) as held:
        chosen = scenarios(held, given.sets, given.seconds)
        unknown = set(given.only or ()) - chosen.keys()
        if unknown:
            parser.error(f"there is no {', '.join(sorted(unknown))}")
        before, outcomes = load_average(), []
        for name, scenario in chosen.items():
            if given.only and name not in given.only:
                continue
            with server(held.folder) as running:
                outcomes.append(asyncio.run(scenario(running)))
            sys.stdout.write(shown(outcomes[-1]) + "\n")
            sys.stdout.flush()
    if given.results:
        content = {
            "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "machine": asdict(machine()),
            "load_average": {"before": before, "after": load_average()},
            "seconds": given.seconds,
            "outcomes": [asdict(outcome) for outcome in outcomes],
        }
        given.results.parent.mkdir(parents=True, exist_ok=True)
        given.results.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    sys.exit(0 if all(check.holds for outcome in outcomes for check in outcome.checks) else 1)


if __name__ == "__main__":
    main()

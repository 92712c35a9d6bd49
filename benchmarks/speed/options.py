"""What a run of the speed benchmarks was asked for."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Series, is_busy, load_average, write_results


@dataclass(frozen=True, slots=True)
class Options:
    """Choices of the command line.

    Attributes:
        sets: folders in BEIR's format; empty for the default.
        rounds: how often every side is measured.
        quick: a tenth of the texts, to see that all works; the figures mean nothing.
        txtai_python: an interpreter that has the peer; None to install it.
        results: folder of the JSON files; None to write none.
        command: the command line, for the record.
        load_before: load average before anything was run.
    """

    sets: tuple[Path, ...]
    rounds: int
    quick: bool
    txtai_python: Path | None
    results: Path | None
    command: str
    load_before: tuple[float, ...]

    def tell(self, line: str) -> None:
        """A line on stderr that says how far the run has come."""
        print(line, file=sys.stderr, flush=True)

    def finish(
        self,
        name: str,
        *,
        installed: Mapping[str, Mapping[str, str]],
        facts: Mapping[str, object],
        series: Sequence[Series],
    ) -> None:
        """Print the load average, and write `NAME.json` where results are wanted."""
        words = [
            " ".join(f"{value:.2f}" for value in values) for values in (self.load_before, load_average())
        ]
        print(f"\nLoad average (1, 5, 15 min): {words[0]} before, {words[1]} after; texts: {facts['texts']}")
        if is_busy(self.load_before):
            print("The machine was busy before it began: under load, ratios mean little.")
        if self.results is None:
            return
        path = self.results / f"{name}.json"
        write_results(
            path,
            command=self.command,
            load_before=self.load_before,
            installed=installed,
            facts=facts,
            series=series,
        )
        print(f"Written to {path}")

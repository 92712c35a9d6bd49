"""What every benchmark shares: machine facts, interleaved rounds, medians, a table, a JSON file."""

import contextlib
import datetime
import importlib.metadata
import json
import math
import os
import platform
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_FLAGS = (
    "avx2",
    "avx_vnni",
    "avx512f",
    "avx512_vnni",
    "avx512_bf16",
    "amx_tile",
    "amx_int8",
    "amx_bf16",
    "asimd",
    "asimddp",
    "i8mm",
    "bf16",
    "sve",
)
"""Instruction sets that decide how fast a matrix product is."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a benchmark ran. `flags` are the instruction sets of interest that the CPU has."""

    cpu: str
    flags: tuple[str, ...]
    cores: int
    memory_gb: float
    system: str
    python: str


@dataclass(frozen=True, slots=True)
class Series:
    """One quantity of one side: a value a round, or where it says so a value a text."""

    side: str
    quantity: str
    unit: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return statistics.median(self.values)


def machine() -> Machine:
    """The facts of this machine; what the system does not tell is `unknown` or left out."""
    facts = _cpu_facts()
    flags = set(facts.get("flags", facts.get("Features", "")).split())
    return Machine(
        cpu=facts.get("model name") or platform.processor() or "unknown",
        flags=tuple(flag for flag in _FLAGS if flag in flags),
        cores=os.cpu_count() or 1,
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
    )


def versions(distributions: Iterable[str]) -> dict[str, str]:
    """The installed version of each distribution; one that is not installed is left out."""
    found = {}
    for name in distributions:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def load_average() -> tuple[float, ...]:
    """Processes that ran or waited to run, over 1, 5 and 15 minutes."""
    return tuple(round(value, 2) for value in os.getloadavg())


def interleaved(
    sides: Mapping[str, Callable[[int], T]], rounds: int, tell: Callable[[str], None] = lambda line: None
) -> dict[str, list[T]]:
    """Run every side once a round, given the round's number; each round begins with another side.

    What slows the machine for a while then slows all sides, and none is always the one that runs warm.
    """
    names = list(sides)
    results: dict[str, list[T]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            tell(f"round {number + 1} of {rounds}: {name}")
            results[name].append(sides[name](number))
    return results


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of `values` do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table for the terminal: the first column to the left, the others to the right."""
    lines = [tuple(header), *map(tuple, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    text = [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width) for column, (cell, width) in enumerate(pairs)
        )
        for pairs in (list(zip(line, widths, strict=True)) for line in lines)
    ]
    return "\n".join(["", title, text[0], "-" * len(text[0]), *text[1:]])


def write_results(
    path: Path,
    *,
    command: str,
    load_before: Sequence[float],
    installed: Mapping[str, Mapping[str, str]],
    facts: Mapping[str, object],
    series: Iterable[Series],
) -> None:
    """Write one benchmark's results as JSON.

    Args:
        path: the file; its folder is made.
        command: what was run.
        load_before: load average before the first round; the one after is taken now.
        installed: versions by distribution, by side.
        facts: what was measured on: texts, tokens, documents.
        series: every round's raw number.
    """
    content = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": command,
        "machine": asdict(machine()),
        "load_average": {"before": load_before, "after": load_average()},
        "versions": installed,
        "facts": facts,
    }
    head = json.dumps(content, ensure_ascii=False, indent=1).removesuffix("\n}")
    lines = ",\n".join(f"  {json.dumps(_rounded(one), ensure_ascii=False)}" for one in series)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{head},\n "series": [\n{lines}\n ]\n}}\n', encoding="utf-8")


def is_busy(load: Sequence[float]) -> bool:
    """Whether so much else runs that figures mean little: a minute's load of over a third of the cores."""
    return load[0] > (os.cpu_count() or 1) / 3


def _rounded(series: Series) -> dict[str, object]:
    values = [float(f"{value:.6g}") for value in series.values]
    return {**asdict(series), "median": float(f"{series.median:.6g}"), "values": values}


def _cpu_facts() -> dict[str, str]:
    """The first processor in /proc/cpuinfo, where there is one."""
    with contextlib.suppress(OSError):
        first = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")[0]
        pairs = (line.partition(":") for line in first.splitlines())
        return {name.strip(): value.strip() for name, _, value in pairs}
    return {}

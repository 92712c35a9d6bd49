"""The figures of the benchmark of growth as series, and as tables."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import Series, table

KINDS = ("new words", "remembered", "one day", "one language", "sixteen at once")
"""Of searches, as they are measured."""


def series_of(size: str, found: Mapping[str, Any]) -> list[Series]:
    """What the steps gave, by side, as series; a side is named `this, 10,000`."""
    return [
        Series(f"{side}, {size}", quantity, unit, tuple(float(value) for value in values))
        for side, steps in found.items()
        for quantity, unit, values in _quantities(steps)
    ]


def joined(
    path: Path, series: Sequence[Series], facts: Mapping[str, Any]
) -> tuple[list[Series], dict[str, Any]]:
    """What was measured now, with what a file of results has besides; facts are joined step by step."""
    if not path.exists():
        return list(series), dict(facts)
    content = json.loads(path.read_text(encoding="utf-8"))
    new = {(one.side, one.quantity, one.unit) for one in series}
    kept = [
        Series(one["side"], one["quantity"], one["unit"], tuple(one["values"]))
        for one in content["series"]
        if (one["side"], one["quantity"], one["unit"]) not in new
    ]
    return kept + list(series), _merged(content["facts"], facts)


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings joined, those in them too."""
    found = dict(old)
    for name, value in new.items():
        before = found.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            found[name] = _merged(before, value)
        else:
            found[name] = value
    return found


def shown(series: Sequence[Series]) -> str:
    """A table: a column a side, a row a quantity."""
    sides = list(dict.fromkeys(one.side for one in series))
    names = list(dict.fromkeys((one.quantity, one.unit) for one in series))
    values = {(one.side, one.quantity, one.unit): one.median for one in series}
    rows = []
    for quantity, unit in names:
        cells = [values.get((side, quantity, unit)) for side in sides]
        rows.append((f"{quantity}, {unit}", *("" if cell is None else f"{cell:,.4g}" for cell in cells)))
    return table("Growth", ("", *sides), rows)


def _quantities(steps: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[tuple[str, str, list[float]]]:
    if "index" in steps:
        yield from _indexing("indexing", steps["index"])
        [made] = steps["index"]
        yield "disk, a passage", "bytes", [made["bytes"] / made["passages"]]
    if "night" in steps:
        yield from _indexing("a night", steps["night"])
        [made] = steps["night"]
        yield "a night: written", "MB", [made["bytes_written"] / 1e6]
        if "index" in steps:
            [first] = steps["index"]
            yield "a night: seconds of the first", "share", [made["seconds"] / first["seconds"]]
            yield "a night: written of the first", "share", [made["bytes_written"] / first["bytes_written"]]
    if "load" in steps:
        [made] = steps["load"]
        for name, unit in (("failed", "answers"), ("answered", "answers"), ("p50", "ms"), ("p99", "ms")):
            yield f"under load, a night beside it: {name}", unit, [made[name]]
    if "search" in steps:
        yield from _searching(steps["search"])
    if "exact" in steps:
        [compared] = steps["exact"]
        for name in ("recall of passages", "recall of sentences", "first ten the same"):
            if name in compared:
                yield name, "share", [compared[name]]


def _indexing(name: str, several: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, list[float]]]:
    yield f"{name}, without encoding", "s", [one["seconds"] for one in several]
    for stage in several[0]["stages"]:
        yield f"{name}: {stage}", "s", [one["stages"].get(stage, 0.0) for one in several]
    for kind in ("anonymous", "mapped"):
        yield f"{name}: peak {kind}", "MB", [one["peaks"][kind] for one in several]


def _searching(rounds: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, list[float]]]:
    yield "opening", "s", [one["opening"] for one in rounds]
    for kind in KINDS:
        for share in ("p50", "p95"):
            yield f"search, {kind}: {share}", "ms", [one[kind][share] for one in rounds]
    yield "search, sixteen at once", "searches/s", [one["searches a second"] for one in rounds]
    for kind, stages in rounds[0]["stages"].items():
        for stage in stages:
            yield (
                f"stage, {kind}: {stage}",
                "ms in the mean",
                [one["stages"][kind].get(stage, 0.0) for one in rounds],
            )
    for kind in rounds[0]["memory"]:
        yield f"memory, {kind}", "MB", [one["memory"][kind] for one in rounds]

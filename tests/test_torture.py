"""The short form of `make torture`: a few reindexes killed at random while a server reads."""

import random
from pathlib import Path

from torture import INCREMENTAL, Torture

from indexer.storage.layout import Layout

KILLS, SEED = 12, 5


def test_no_kill_loses_mixes_or_repeats_anything(seed_index: Path, tmp_path: Path) -> None:
    told: list[str] = []
    torture = Torture(tmp_path, random.Random(SEED), told.append)
    torture.run(KILLS, Layout(seed_index).cache)
    counts = torture.counts
    assert counts["kills"] == KILLS == len([line for line in told if "killed None" not in line])
    assert counts["killed before publication"] + counts["killed after publication"] == KILLS
    assert counts["killed before publication"] > 0 < counts["killed after publication"]
    assert counts[f"{INCREMENTAL} killed"] > 0
    assert counts["texts committed by the killed"] > 0 < counts["texts reused by the next"]
    assert counts["answers"] > 100

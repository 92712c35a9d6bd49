"""The short form of `make torture`: some reindexes, killed at moments of every kind while a server reads."""

import random
from pathlib import Path

from torture import (
    ANY_STEP,
    ANY_TIME,
    FIRST,
    FRESH,
    INCREMENTAL,
    PUBLISHED,
    PUBLISHING,
    Torture,
)

PLAN = (
    (INCREMENTAL, ANY_TIME),
    (FRESH, ANY_STEP),
    (FIRST, ANY_STEP),
    (INCREMENTAL, PUBLISHING),
    (INCREMENTAL, PUBLISHED),
)


def test_no_kill_loses_mixes_or_repeats_anything(tmp_path: Path) -> None:
    told: list[str] = []
    torture = Torture(tmp_path, random.Random(5), told.append, PLAN)
    torture.run(len(PLAN))
    counts = torture.counts
    assert counts["kills"] == len(PLAN) == len([line for line in told if "killed None" not in line])
    assert counts["killed before publication"] + counts["killed after publication"] == len(PLAN)
    assert counts["killed before publication"] > 0 < counts["killed after publication"]
    assert [counts[f"{kind} killed"] for kind in (INCREMENTAL, FRESH, FIRST)] == [3, 1, 1]
    assert counts["texts committed by the killed"] > 0 < counts["texts reused by the next"]
    assert counts["answers"] > 100

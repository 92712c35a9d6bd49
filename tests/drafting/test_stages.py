"""How long the stages of a build took."""

import pytest

from indexer.drafting import stages
from indexer.drafting.draft import Progress
from indexer.drafting.stages import Stages


def test_every_stage_has_its_time_and_all_have_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(stages.time, "monotonic", lambda: now[0])  # type: ignore[attr-defined]
    told: list[Progress] = []
    measured = Stages(told.append, "reading")
    for seconds, stage in ((103, "reading"), (104, "embedding"), (110, "embedding"), (111, "words")):
        now[0] = seconds
        measured(Progress(stage, seconds))
    now[0] = 115
    measured.begin("embedding")
    now[0] = 116
    assert measured.seconds() == {"reading": 4.0, "embedding": 8.0, "words": 4.0}
    assert [progress.stage for progress in told] == ["reading", "embedding", "embedding", "words"]

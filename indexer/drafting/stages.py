"""How far a build has come, handed on; and how long each of its stages took."""

import time

from indexer.drafting.draft import Progress, Report


class Stages:
    """Hands progress on, and measures the time from the beginning of a stage to that of the next."""

    def __init__(self, report: Report, first: str) -> None:
        """Hand on to `report`; the stage `first` begins now."""
        self._report = report
        self._seconds: dict[str, float] = {}
        self._stage, self._began = first, time.monotonic()

    def __call__(self, progress: Progress) -> None:
        """Hand progress on; its stage has begun by now."""
        self.begin(progress.stage)
        self._report(progress)

    def begin(self, stage: str) -> None:
        """A stage begins, unless it has."""
        if stage != self._stage:
            self._end()
            self._stage = stage

    def seconds(self) -> dict[str, float]:
        """Of each stage so far, in the order of their beginnings."""
        self._end()
        return dict(self._seconds)

    def _end(self) -> None:
        now = time.monotonic()
        self._seconds[self._stage] = self._seconds.get(self._stage, 0.0) + now - self._began
        self._began = now

"""Runs in TREC's format, which trec_eval and ir_measures read: `query Q0 document rank score hudhud`."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.core.errors import InvalidEvaluation
from indexer.storage.disk import sync
from search_api.evaluation.beir import EvaluationSet

TAG = "hudhud"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document that was found, and its score; higher is better."""

    document: str
    score: float


@dataclass(frozen=True, slots=True)
class RunFiles:
    """Where runs go: the one set's into `path`, those of several into the folder `path` as NAME.trec."""

    path: Path
    several: bool

    def of(self, name: str) -> Path:
        """The file for the run of the set `name`."""
        return self.path / f"{name}.trec" if self.several else self.path

    def write(self, name: str, answers: Mapping[str, Sequence[Ranked]]) -> None:
        """Write the run of the set `name`, whole or not at all.

        Scores are single precision and fall from rank to rank: where two are equal, the second is put
        down by the smallest step there is, since trec_eval orders equal scores by id.

        Raises:
            InvalidEvaluation: the file cannot be written.
        """
        path = self.of(name)
        aside = path.with_name(f"{path.name}.{os.getpid()}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with aside.open("w", encoding="utf-8", newline="\n") as file:
                    file.writelines(_lines(answers))
                sync(aside)
                aside.replace(path)
            finally:
                aside.unlink(missing_ok=True)
            sync(path.parent)
        except OSError as error:
            raise InvalidEvaluation(
                f"the run cannot be written to {path}: {error.strerror or error}; name another --run FILE"
            ) from error


def run_files(path: Path, sets: Sequence[EvaluationSet], *, pool: bool) -> RunFiles:
    """Where the runs of `sets` go when the user names `path`.

    Raises:
        InvalidEvaluation: it is a folder and should be a file, or the reverse; or an id or name holds
            white space, which parts the fields of a run.
    """
    several = len(sets) > 1
    if not several and path.is_dir():
        raise InvalidEvaluation(f"{path} is a folder: for one set, name a file after --run")
    if several and path.exists() and not path.is_dir():
        raise InvalidEvaluation(f"{path} is a file: for several sets, name a folder after --run")
    for one in sets:
        names = [article.id for article in one.corpus] + [query.id for query in one.queries]
        for name in [one.name, *names] if pool else names:
            if len(name.split()) != 1 or name != name.strip():
                raise InvalidEvaluation(f"{name!r} in {one.name} holds white space: no run can name it")
    return RunFiles(path, several)


def _lines(answers: Mapping[str, Sequence[Ranked]]) -> list[str]:
    lines = []
    for query, found in answers.items():
        ceiling = np.float32(np.inf)
        for rank, ranked in enumerate(found, start=1):
            score = min(np.float32(ranked.score), ceiling)
            ceiling = np.nextafter(score, np.float32(-np.inf))
            lines.append(f"{query} Q0 {ranked.document} {rank} {score!s} {TAG}\n")
    return lines

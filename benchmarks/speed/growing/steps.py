"""The steps that are measured, each in a process of its own: an archive, its index, a night, searching.

`python -m benchmarks.speed.growing.steps STEP JSON` carries a step out and prints what it measured as JSON.
The folder that it runs in decides whose code is measured.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.speed.growing import archive, loaded
from benchmarks.speed.growing.base import read_base
from benchmarks.speed.growing.vectors import MadeUpEncoder, prepare, smoothing
from indexer.build import Summary, build
from indexer.core.protocols import Encoder
from indexer.corpus import Corpus
from indexer.drafting.draft import Progress
from indexer.models.encoder import load_encoder
from indexer.models.model import Model, locate
from indexer.options import Options
from indexer.storage.layout import Layout
from indexer.text import orthography
from indexer.vectors.cache import CachedEncoder, VectorCache

FACTS = "facts.json"
MADE, INPUTS = "archive", "vectors"
FILES, INDEX = "files", "index"
REAL_VECTORS = "real-vectors.sqlite"

_ANOTHER = "another night"

LOADED = 600.0
"""Seconds of load."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything lies.

    Attributes:
        work: the folder that is kept between runs.
        passages: the size of the archive that is wanted.
        side: whose code is measured.
        sets: folders in BEIR's format whose sentences archives are made of; the seeds without any.
    """

    work: str
    passages: int
    side: str
    sets: tuple[str, ...]

    @property
    def inputs(self) -> Path:
        """What made-up vectors are drawn from."""
        return Path(self.work) / INPUTS

    @property
    def archive(self) -> Path:
        """The archive as it was made."""
        return Path(self.work) / f"{self.passages}" / MADE

    @property
    def folder(self) -> Path:
        """What belongs to a side."""
        return Path(self.work) / f"{self.passages}" / self.side

    @property
    def index(self) -> Path:
        """The index of a side."""
        return self.folder / INDEX


def make(place: Place) -> dict[str, Any]:
    """Make the archive, unless it is there; what it is made of."""
    facts = place.archive / FACTS
    if facts.exists():
        found: dict[str, Any] = json.loads(facts.read_text(encoding="utf-8"))
        return found
    base = read_base([Path(name) for name in place.sets])
    model = locate(None)
    encoder = load_encoder(model)
    with _remembered(place, model, encoder) as remembered:
        prepare(base, remembered[model.prompts.passage], place.inputs)
    plan = archive.planned(base, archive.articles_for(base, place.passages, encoder.count_tokens))
    archive.write(base, plan, place.archive)
    made = {
        "articles": len(plan.runs),
        "real_sentences": len(base.sentences),
        "real_words": len(base.vocabulary),
        "made_up_words": plan.made_up,
        "words_in_all": plan.tokens,
        "law": asdict(base.law),
        "sentences": len(plan.sentences),
        "h": smoothing(len(plan.sentences), len(base.sentences)),
    }
    facts.write_text(json.dumps(made), encoding="utf-8")
    return made


def index(place: Place) -> dict[str, Any]:
    """Index the archive into an empty folder."""
    archive.link(place.archive, place.folder / FILES)
    _remove(place.index)
    return _built(place)


def night(place: Place, another: int = 0) -> dict[str, Any]:
    """Change a hundredth of the archive, and index it again; afterwards the archive is as it was.

    What changes depends on `another`: of two nights that change the same, the second has nothing to do.
    """
    files = place.folder / FILES
    changed = archive.change(files, seed=place.passages + another)
    try:
        return _built(place) | {"articles_changed": changed}
    finally:
        archive.link(place.archive, files)


def load(place: Place) -> dict[str, Any]:
    """Serve the index under load while a process of its own carries out a night."""
    arguments = (sys.executable, "-m", "benchmarks.speed.growing.steps", _ANOTHER, json.dumps(asdict(place)))

    def of_its_own() -> dict[str, Any]:
        done = subprocess.run(arguments, stdout=subprocess.PIPE, text=True, check=True)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    return loaded.measured(place.index, place.sets, of_its_own, LOADED)


def _generation(place: Place) -> int:
    """The number of the live generation, which no other has."""
    return int(Layout(place.index).live().name.partition("-")[0])


def _built(place: Place) -> dict[str, Any]:
    model = locate(None)
    real = load_encoder(model)
    orthography.prepare(lambda line: None)
    layout = Layout(place.index)
    with _remembered(place, model, real) as remembered:
        spread = json.loads((place.archive / FACTS).read_text(encoding="utf-8"))["h"]
        encoder = MadeUpEncoder(place.inputs, real, remembered, spread)
        corpus = Corpus([place.folder / FILES], roots=layout.roots())

        def report(progress: Progress) -> None:
            encoder.stage = progress.stage

        anonymous = _anonymous()
        summary = build(corpus, layout, model, encoder, report, options=Options())
    return _told(summary, encoder, layout) | {"anonymous_before": anonymous}


def _told(summary: Summary, encoder: MadeUpEncoder, layout: Layout) -> dict[str, Any]:
    stages = {name: seconds - encoder.seconds.get(name, 0.0) for name, seconds in summary.stages.items()}
    manifest = summary.manifest
    return {
        "stages": stages,
        "seconds": sum(stages.values()),
        "encoding": sum(encoder.seconds.values()),
        "texts": asdict(summary.work.texts),
        "by_model": encoder.by_model,
        "bytes_written": summary.work.bytes_written,
        "articles": manifest.articles,
        "passages": manifest.passages,
        "sentences": manifest.sentences,
        "languages": manifest.languages,
        "segments": len(manifest.segments),
        "bytes": sum(fact.bytes for fact in manifest.files.values()),
        "bytes_by_file": _by_file({name: fact.bytes for name, fact in manifest.files.items()}),
        "cache_bytes": layout.cache_size(),
    }


def _by_file(sizes: Mapping[str, int]) -> dict[str, int]:
    """The bytes of files of one name, in whatever segment, largest first."""
    found: dict[str, int] = {}
    for name, size in sizes.items():
        found[Path(name).name] = found.get(Path(name).name, 0) + size
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


@contextmanager
def _remembered(place: Place, model: Model, encoder: Encoder) -> Iterator[dict[str, CachedEncoder]]:
    """The model behind its prompts and behind none, with what it encoded for this benchmark before."""
    Path(place.work).mkdir(parents=True, exist_ok=True)
    with VectorCache(Path(place.work) / REAL_VECTORS) as cache:
        yield {
            prompt: CachedEncoder(encoder, cache, model.fingerprint, prompt)
            for prompt in ("", model.prompts.passage, model.prompts.query)
        }


def _anonymous() -> int:
    """Anonymous memory of this process in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def main() -> None:
    """Carry out the step that the first argument names, at the place that the second describes."""
    from benchmarks.speed.growing import searches

    steps: Mapping[str, Callable[[Place], dict[str, Any]]] = {
        "make": make,
        "index": index,
        "night": night,
        _ANOTHER: lambda place: night(place, another=_generation(place)),
        "load": load,
        "search": lambda place: searches.measured(place.index, place.sets),
        "exact": lambda place: searches.compared(place.index, place.sets),
    }
    began = time.perf_counter()
    found = steps[sys.argv[1]](Place(**json.loads(sys.argv[2])))
    print(json.dumps(found | {"step_seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()

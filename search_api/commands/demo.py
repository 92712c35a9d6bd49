"""`make demo`: index the five seed articles and ask them seven questions in English."""

import sys
from contextlib import closing
from pathlib import Path

from rich.console import Console

from indexer.build import build
from indexer.commands.output import say
from indexer.commands.terminal import settings, told_in_a_line
from indexer.corpus import Corpus
from indexer.models.encoder import load_encoder
from indexer.models.model import locate
from indexer.options import Options
from indexer.storage.layout import Layout
from indexer.text.orthography import prepare
from search_api.commands.render import show
from search_api.searching.query import parse
from search_api.serving.opening import open_searcher

QUERIES = (
    "Zaporizhzhia nuclear plant lost external power",
    "How many of the 810 drones were intercepted",
    "Lavrov says new territorial realities must be recognised",
    "Mark Rutte hopes for clarity soon on what can be delivered",
    "Trump disappointed after phone call with Putin",
    "US and Ukrainian delegations continue talks on Saturday",
    "How do bees make honey",
)
"""The last has no answer in the seeds: it shows how that is told."""


@told_in_a_line
def main(seeds: Path, index: Path) -> None:
    """Index `seeds` into `index` and print what it answers."""
    chosen = settings()
    console = Console()
    model = locate(chosen.model, cache=chosen.cache, progress=say)
    encoder = load_encoder(model, cache=chosen.cache, progress=say)
    prepare(say)
    summary = build(Corpus([seeds]), Layout(index), model, encoder, options=Options(fresh=True))
    made, work = summary.manifest, summary.work
    console.print(
        f"Indexed {made.articles} articles of {seeds}/ as {made.passages} passages in {summary.seconds:.1f} s"
        f" ({work.embedded} texts embedded, {work.reused} reused).\n"
    )
    opened = open_searcher(index, chosen.model, chosen.cache, say, reranker=chosen.reranker)
    with closing(opened) as searcher:
        for query in QUERIES:
            show(searcher.search(parse(query, limit=2)), console)
    console.print('Ask your own:  .venv/bin/hudhud search "your question" --index', str(index))
    console.print("Search in a browser: make serve   then open http://127.0.0.1:8000/")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

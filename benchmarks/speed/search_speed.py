"""What a whole search costs beside the vector of its query alone, on sets in BEIR's format.

    python benchmarks/speed/search_speed.py --sets DIR... [--pool] [--queries N]

Each query is asked once as a stranger would ask it (ten hits, with evidence) and its vector is computed once
by itself; the two take turns. Words that other queries had before are remembered, as in a server. Prints
JSON: medians in milliseconds, and the median of the ratios.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

from benchmarks.measure import load_average
from indexer.models.encoder import load_encoder
from indexer.models.model import default_cache, locate
from indexer.retrieval.retrieval import Retrieval
from indexer.text.orthography import encoder_input
from search_api.evaluation.beir import read_sets
from search_api.evaluation.indexes import collections, open_index
from search_api.search import Searcher
from search_api.searching.query import parse
from search_api.searching.query_encoder import QueryEncoders

WARM_UP = 20


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description="A whole search beside the vector of its query.")
    parser.add_argument("--sets", nargs="+", type=Path, required=True, metavar="DIR")
    parser.add_argument("--pool", action="store_true", help="all corpora in one index")
    parser.add_argument("--queries", type=int, default=500, metavar="N", help="of each set")
    given = parser.parse_args()
    model = locate(None)
    encoder = load_encoder(model)
    rows = []
    for collection in collections(read_sets(given.sets, given.queries), pool=given.pool):
        made = open_index(collection.articles, model, encoder, default_cache(), lambda progress: None)
        index = Retrieval(made)
        searcher = Searcher(index, QueryEncoders.of(encoder, model.prompts.query))
        for part in collection.parts:
            alone, whole = [], []
            for query in part.set.queries:
                asked = parse(query.text)
                text = model.prompts.query + encoder_input(asked.text, asked.language)
                started = time.perf_counter()
                encoder.encode_queries([text])
                between = time.perf_counter()
                searcher.search(asked)
                alone.append((between - started) * 1000)
                whole.append((time.perf_counter() - between) * 1000)
            alone, whole = alone[WARM_UP:], whole[WARM_UP:]
            ratios = [one / other for one, other in zip(whole, alone, strict=True)]
            rows.append(
                {
                    "name": part.set.name,
                    "indexed": len(collection.articles),
                    "queries": len(whole),
                    "vector_ms_p50": round(statistics.median(alone), 2),
                    "search_ms_p50": round(statistics.median(whole), 2),
                    "ratio_p50": round(statistics.median(ratios), 2),
                }
            )
        index.close()
    print(json.dumps({"pool": given.pool, "load_average": load_average(), "sets": rows}, indent=1))


if __name__ == "__main__":
    main()

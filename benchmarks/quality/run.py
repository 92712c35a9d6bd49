"""Measure how well Hudhud answers, on sets in BEIR's format: each on its own, and some in one index.

    python benchmarks/quality/run.py [--sets DIR...] [--pool NAME...] [--queries N] [--lanes] [--results FILE]

Writes JSON with the command, the versions, the machine and what `hudhud evaluate --json` prints for both.
Sets in which queries have no answer get `without_answer`: AUC, and the shares kept and told.
"""

import argparse
import datetime
import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.measure import machine, versions
from indexer.core.errors import HudhudError
from indexer.models.encoder import load_encoder
from indexer.models.model import default_cache, locate
from search_api.evaluation.beir import read_sets
from search_api.evaluation.evaluate import evaluate
from search_api.evaluation.report import as_json, as_table

SETS = Path(__file__).parents[3] / "shared" / "eval"
POOL = (
    *("xquad-en-ar", "tico-passage-en-fa", "ntrex-headline-en-pool", "arcd-ar-ar", "pquad-fa-fa"),
    *("names-place-en-fa", "romanised-ar-dev"),
)
"""Sets whose corpora differ: together they are the index in which each of them is scored again."""

RESULTS = Path(__file__).parent / "results" / "quality.json"
LIBRARIES = ("faiss-cpu", "hazm", "camel-tools", "ir-measures", "numpy", "openvino", "wordfreq")


def main() -> None:
    """Evaluate what the command line names, print tables, write the results."""
    parser = argparse.ArgumentParser(description="Measure how well Hudhud answers.")
    parser.add_argument("--sets", nargs="+", type=Path, metavar="DIR", help="sets in BEIR's format")
    parser.add_argument("--pool", nargs="+", default=POOL, metavar="NAME", help="sets of one common index")
    parser.add_argument("--queries", type=int, metavar="N", help="only N queries of each set")
    parser.add_argument("--lanes", action="store_true", help="also with parts of the scoring left out")
    parser.add_argument("--results", type=Path, metavar="FILE", default=RESULTS)
    given = parser.parse_args()
    folders = given.sets or sorted(folder.parent for folder in SETS.glob("*/corpus.jsonl"))
    if not folders:
        print("hudhud: no evaluation set is here; name some with --sets")
        return
    try:
        write(folders, given.pool, given.queries, given.results, lanes=given.lanes)
    except HudhudError as error:
        sys.exit(f"hudhud: {error}")


def write(folders: list[Path], pool: list[str], queries: int | None, results: Path, *, lanes: bool) -> None:
    """Evaluate `folders`, then those named in `pool` in one index, and write both to `results`."""
    model = locate(None)
    encoder = load_encoder(model)
    sets = read_sets(folders, queries)
    pooled = [one for one in sets if one.name in pool]
    report = {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": " ".join(["python", "benchmarks/quality/run.py", *sys.argv[1:]]),
        "machine": asdict(machine()),
        "versions": versions(LIBRARIES),
    }
    for name, chosen, together in (("single", sets, False), ("pooled", pooled, True)):
        if chosen:
            done = evaluate(chosen, model, encoder, default_cache(), pool=together, lanes=lanes)
            print(as_table(done), flush=True)
            report[name] = as_json(done)
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

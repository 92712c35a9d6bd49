"""Index the text files of a folder with txtai; runs in the peer's environment and imports none of ours.

Prints one JSON line: seconds of loading and of indexing, documents, threads, versions.
"""

import argparse
import importlib.metadata
import json
import time
from pathlib import Path


def main() -> None:
    """Read, embed and save what the command line names, with txtai's defaults."""
    parser = argparse.ArgumentParser()
    for name in ("documents", "index", "model"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--query-prompt", default="")
    parser.add_argument("--passage-prompt", default="")
    given = parser.parse_args()

    started = time.perf_counter()
    import torch
    from txtai import Embeddings

    embeddings = Embeddings(
        path=str(given.model),
        content=True,
        instructions={"query": given.query_prompt, "data": given.passage_prompt},
    )
    loaded = time.perf_counter()
    paths = sorted(given.documents.glob("*.txt"))
    embeddings.index((path.name, path.read_text(encoding="utf-8"), None) for path in paths)
    embeddings.save(str(given.index))
    names = ("txtai", "torch", "transformers", "tokenizers", "faiss-cpu", "fastapi", "uvicorn")
    result = {
        "load_seconds": loaded - started,
        "seconds": time.perf_counter() - loaded,
        "documents": embeddings.count(),
        "threads": torch.get_num_threads(),
        "versions": {name: importlib.metadata.version(name) for name in names},
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()

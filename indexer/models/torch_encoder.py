"""Texts to vectors, and queries with passages to scores, with sentence-transformers on torch."""

import logging
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from indexer.core.errors import ModelDamaged
from indexer.core.records import Scores, Vectors
from indexer.models.batching import batches, each_once, encodable
from indexer.models.model import Model, find_folder
from indexer.models.quiet import keep_quiet

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder, SentenceTransformer

BATCH_TOKENS = 4096
"""Most tokens of one forward pass, padding included."""

_SPECIAL_TOKENS = 4
"""Most that a tokenizer puts around and between a pair."""

_HEADS = ("ForSequenceClassification", "ForCausalLM")
"""What the architectures that score a pair are called; any other would get a head of random weights."""

M = TypeVar("M")
_logger = logging.getLogger(__name__)


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

    def encode_words(self, texts: Sequence[str]) -> Vectors:
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

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """Positions in `texts` of those that are encoded at a time."""
        window = self._model.max_seq_length or BATCH_TOKENS
        lengths = [min(count + 2, window) for count in self.count_tokens(texts)]
        return [*batches(lengths, BATCH_TOKENS)]

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for batch in self.batches(texts):
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


class TorchReranker:
    """A cross-encoder of sentence-transformers on torch: on a CUDA device when there is one, else on the CPU.

    One lock covers tokenizer and model, taken for one batch at a time.
    """

    def __init__(self, name: str, folder: Path) -> None:
        """Load the cross-encoder in `folder`, which the user knows as `name`.

        Raises:
            ModelDamaged: it cannot be loaded, or does not give one score for a pair.
        """
        self._name = name
        self._lock = threading.Lock()
        self._model = _load_reranker(name, folder)

    @property
    def name(self) -> str:
        """What the user knows it by: a hub name or a folder."""
        return self._name

    def score(self, query: str, passages: Sequence[str]) -> Scores:
        """How well each passage answers the query, shape `(len(passages),)`, float32.

        These are the model's own scores, most often from 0 to 1. Of a pair that is longer than the
        model's window, the longer text is cut.
        """
        scores = np.zeros(len(passages), np.float32)
        if not passages:
            return scores
        texts = [encodable(text) for text in (query, *passages)]
        asked, *lengths = self._count_tokens(texts)
        window = self._model.max_seq_length or BATCH_TOKENS
        pairs = [min(asked + length + _SPECIAL_TOKENS, window) for length in lengths]
        for batch in batches(pairs, BATCH_TOKENS):
            scores[batch] = self._score_batch([(texts[0], texts[position + 1]) for position in batch])
        return scores

    def _count_tokens(self, texts: list[str]) -> list[int]:
        with self._lock:
            encoded = self._model.tokenizer(texts, add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def _score_batch(self, pairs: list[tuple[str, str]]) -> Scores:
        with self._lock:
            raw = self._model.predict(pairs, batch_size=len(pairs), show_progress_bar=False)
        return np.asarray(raw, np.float32)


def load_reranker(name: str, *, progress: Callable[[str], None] = _logger.info) -> TorchReranker:
    """The reranker called `name`: a folder or a hub name of a cross-encoder.

    Raises:
        ModelNotFound: there is no such folder or hub model, or the hub cannot be reached.
        ModelDamaged: it cannot be loaded, or does not give one score for a pair.
    """
    folder = find_folder(name, progress=progress)
    progress(f"loading the reranker {name}")
    return TorchReranker(name, folder)


def _load(model: Model) -> "SentenceTransformer":
    with _quiet():
        from sentence_transformers import SentenceTransformer

        return _loaded(f"the model {model.name}", model.folder, SentenceTransformer)


def _load_reranker(name: str, folder: Path) -> "CrossEncoder":
    with _quiet():
        from sentence_transformers import CrossEncoder

        model: CrossEncoder = _loaded(f"the reranker {name}", folder, CrossEncoder)
    architectures = getattr(model.config, "architectures", None) or ["nothing"]
    if not architectures[0].endswith(_HEADS) or model.num_labels != 1:
        raise ModelDamaged(
            f"the model {name} is no reranker: it is {architectures[0]} with {model.num_labels} scores"
            " a pair, not a cross-encoder with one"
        )
    return model


def _loaded(what: str, folder: Path, kind: Callable[..., M]) -> M:
    """A model of sentence-transformers out of `folder`."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    precision = {"dtype": torch.float32 if device == "cpu" else torch.bfloat16}
    try:
        return kind(str(folder), device=device, local_files_only=True, model_kwargs=precision)
    except Exception as error:  # sentence-transformers lets through what any library below it raises
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise ModelDamaged(f"{what} in {folder} cannot be loaded: {reason}") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries' warnings, progress bars and reports off stderr while they import and load."""
    libraries = [logging.getLogger(name) for name in ("transformers", "sentence_transformers")]
    levels = [library.level for library in libraries]
    keep_quiet()
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

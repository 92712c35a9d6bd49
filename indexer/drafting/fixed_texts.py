"""Vectors of the texts that every index is compared with: made once per machine, not for each index.

They depend on the model and its engine alone, and lie in the user's cache folder. Where that cannot be
written, they are encoded each time.
"""

import hashlib
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import platformdirs

from indexer.core.errors import ModelNotWritable
from indexer.core.protocols import Encoder
from indexer.core.records import Vectors
from indexer.models.model import Model
from indexer.storage.disk import file_digest
from indexer.storage.made_once import make_once, read_record

_logger = logging.getLogger(__name__)

FOLDER = "fixed-texts"
VECTORS = "vectors.npy"
_WHAT = "the vectors of the texts that every index is compared with"


@dataclass(frozen=True, slots=True)
class FixedTexts:
    """Encodes fixed texts for one model.

    Attributes:
        model: whose vectors they are.
        encoder: of that model.
        folder: where vectors are kept.
    """

    model: Model
    encoder: Encoder
    folder: Path

    @classmethod
    def of(cls, model: Model, encoder: Encoder) -> Self:
        """Those of this machine: in `HUDHUD_CACHE`, else in the user's cache folder."""
        cache = Path(os.environ.get("HUDHUD_CACHE") or platformdirs.user_cache_path("hudhud"))
        return cls(model, encoder, cache / FOLDER)

    def encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        """Vectors of unit length, shape `(len(texts), dimensions)`, of `texts`, each behind `prompt`."""
        folder = self._place(texts, prompt)
        try:
            make_once(
                folder,
                lambda aside: np.save(aside / VECTORS, self._encoded(texts, prompt)),
                what=_WHAT,
                progress=_logger.info,
                is_whole=_is_whole,
            )
        except ModelNotWritable as reason:
            _logger.info("%s", reason)
            return _unit_rows(self._encoded(texts, prompt))
        return _unit_rows(np.load(folder / VECTORS))

    def _place(self, texts: Sequence[str], prompt: str) -> Path:
        engine = [self.model.fingerprint, self.encoder.engine, self.encoder.dimensions]
        made_from = [*engine, prompt, *texts]
        return self.folder / hashlib.sha256(json.dumps(made_from).encode()).hexdigest()[:32]

    def _encoded(self, texts: Sequence[str], prompt: str) -> Vectors:
        """Vectors as they are kept."""
        return self.encoder.encode([prompt + text for text in texts]).astype(np.float16)


def _is_whole(folder: Path) -> bool:
    """Whether `folder` holds the vectors as they were written."""
    record = read_record(folder) or {}
    return VECTORS in record and file_digest(folder / VECTORS) == record[VECTORS][1]


def _unit_rows(rows: Vectors) -> Vectors:
    vectors = rows.astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors

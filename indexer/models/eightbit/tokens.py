"""Texts to token ids: a few by mapped pieces, many by the library's tokenizer, loaded when first needed."""

import threading
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer

from indexer.core.errors import ModelDamaged
from indexer.models.batching import encodable
from indexer.models.eightbit.pieces import Pieces

FILE = "tokenizer.json"

FEW = 20_000
"""Characters up to which texts are cut by mapped pieces: queries have fewer, and loading costs more."""


MANY = 400_000
"""Characters from which on counting loads the library's tokenizer: here it would have cost as much."""


class Tokens:
    """Gives the ids of texts; both ways give the same. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Open a folder that `convert` wrote.

        Raises:
            ModelDamaged: there are no pieces, and the library's tokenizer cannot be read.
            Exception: the pieces cannot be read.
        """
        self._path = folder / FILE
        self._pieces = Pieces.open(folder)
        self._lock = threading.Lock()
        self._whole: Tokenizer | None = None
        self._counted = 0
        if self._pieces is None:
            self._whole = _tokenizer(self._path)

    def ids(self, texts: Sequence[str], *, special: bool = True) -> list[list[int]]:
        """The ids of each text, without cutting; with those at both ends if `special`.

        Raises:
            ModelDamaged: the library's tokenizer is needed and cannot be read.
        """
        plain = [encodable(text) for text in texts]
        if self._whole is None and self._pieces is not None and sum(map(len, plain)) <= FEW:
            found = [self._pieces.ids(text, special=special) for text in plain]
            known = [ids for ids in found if ids is not None]
            if len(known) == len(plain):
                return known
        encoded = self._loaded().encode_batch_fast(plain, add_special_tokens=special)
        return [tokens.ids for tokens in encoded]

    def count(self, texts: Sequence[str]) -> list[int]:
        """How many ids each text has, without those at both ends; serving counts nothing, indexing much.

        Raises:
            ModelDamaged: as for `ids`.
        """
        self._counted += sum(map(len, texts))
        if self._counted > MANY:
            self._loaded()
        return [len(ids) for ids in self.ids(texts, special=False)]

    def _loaded(self) -> Tokenizer:
        with self._lock:
            if self._whole is None:
                self._whole = _tokenizer(self._path)
            return self._whole


def damaged(folder: Path, error: Exception) -> ModelDamaged:
    """What to say where a file in `folder` cannot be read."""
    return ModelDamaged(f"the encoder in {folder} cannot be read ({error}): delete the folder")


def _tokenizer(path: Path) -> Tokenizer:
    """The library's tokenizer.

    Raises:
        ModelDamaged: the file cannot be read.
    """
    try:
        whole = Tokenizer.from_file(str(path))
    except Exception as error:  # it raises bare Exception
        raise damaged(path.parent, error) from error
    whole.no_padding()
    whole.no_truncation()
    return whole

"""A Unigram tokenizer whose pieces lie in a mapped file: it opens at once, and holds nothing.

The library keeps a tree of objects for 250,000 pieces: 285 MB, and .7 s to build. Here only its normalizer
and its pre-tokenizer are used, which have no vocabulary; words are cut by Viterbi's algorithm as there
(`Unigram::encode_optimized` in
https://github.com/huggingface/tokenizers/blob/main/tokenizers/src/models/unigram/model.rs), in the same order
of the same additions, so that the ids are the same. For a few texts: for many, the library is faster.
"""

import functools
import json
import math
import struct
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from tokenizers import Tokenizer

from indexer.storage import word_map
from indexer.storage.word_map import WordMap

PIECES, RULES = "pieces.map", "pieces.json"

_PIECE = struct.Struct("=Id")
_NO_PIECE = b""
"""Said of what is only the beginning of a piece."""

_UNKNOWN_PENALTY = 10.0
"""What an unknown character counts less than the least likely piece; `K_UNK_PENALTY` there."""

_WORDS = 20_000
"""Words whose pieces are remembered."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a tokenizer does besides looking up pieces.

    Attributes:
        shell: the tokenizer as JSON, with no vocabulary.
        added: tokens that are told from text before it is normalised.
        begin, end: ids around those of a text.
        unknown: id of characters that no piece has.
        least: score of the least likely piece.
    """

    shell: str
    added: tuple[str, ...]
    begin: tuple[int, ...]
    end: tuple[int, ...]
    unknown: int
    least: float


def write(tokenizer: Path, folder: Path) -> None:
    """Write pieces and rules of a `tokenizer.json` into `folder`; nothing, if its kind is another one."""
    content = json.loads(tokenizer.read_text(encoding="utf-8"))
    model = content["model"]
    if model.get("type") != "Unigram" or model.get("byte_fallback") or model.get("unk_id") is None:
        return
    ids = {piece: number for number, (piece, _) in enumerate(model["vocab"])}
    scores = [score for _, score in model["vocab"]]
    whole = Tokenizer.from_file(str(tokenizer))
    begin, end = _around(whole)
    rules = Rules(
        shell=json.dumps(_without_vocabulary(content)),
        added=tuple(token["content"] for token in content["added_tokens"]),
        begin=begin,
        end=end,
        unknown=model["unk_id"],
        least=min(scores),
    )
    said = dict.fromkeys((piece[:end] for piece in ids for end in range(1, len(piece))), _NO_PIECE)
    said |= {piece: _PIECE.pack(number, scores[number]) for piece, number in ids.items()}
    (folder / PIECES).write_bytes(word_map.packed((piece.encode(), found) for piece, found in said.items()))
    (folder / RULES).write_text(json.dumps(asdict(rules)), encoding="utf-8")


def _around(whole: Tokenizer) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ids that stand before and behind those of a text."""
    whole.no_padding()
    whole.no_truncation()
    bare, ids = (whole.encode("a", add_special_tokens=special).ids for special in (False, True))
    start = next(at for at in range(len(ids)) if ids[at : at + len(bare)] == bare)
    return tuple(ids[:start]), tuple(ids[start + len(bare) :])


def _without_vocabulary(content: dict[str, Any]) -> dict[str, Any]:
    model = {"type": "WordLevel", "vocab": {"?": 0}, "unk_token": "?"}
    nothing = dict.fromkeys(("post_processor", "padding", "truncation"))
    return content | nothing | {"added_tokens": [], "model": model}


class Pieces:
    """Cuts texts as the tokenizer does that `write` was given. Safe to use from several threads."""

    def __init__(self, rules: Rules, pieces: WordMap) -> None:
        """Take what `write` wrote."""
        self._rules = rules
        self._pieces = pieces
        shell = Tokenizer.from_str(rules.shell)
        self._normalizer, self._pre_tokenizer = shell.normalizer, shell.pre_tokenizer
        self._of_word = functools.lru_cache(_WORDS)(self._cut)

    @classmethod
    def open(cls, folder: Path) -> Self | None:
        """Map what `write` wrote into `folder`; None if it wrote nothing."""
        if not (folder / RULES).exists():
            return None
        values = json.loads((folder / RULES).read_text(encoding="utf-8"))
        lists = {name: tuple(values[name]) for name in ("added", "begin", "end")}
        return cls(Rules(**values | lists), WordMap.open(folder / PIECES))

    def ids(self, text: str, *, special: bool) -> list[int] | None:
        """The ids of a text, with those at both ends if `special`; None if it holds an added token."""
        rules = self._rules
        if any(token in text for token in rules.added):
            return None
        plain = self._normalizer.normalize_str(text) if self._normalizer else text
        words = self._pre_tokenizer.pre_tokenize_str(plain) if self._pre_tokenizer else [(plain, None)]
        ids = [number for word, _ in words for number in self._of_word(word)]
        return [*rules.begin, *ids, *rules.end] if special else ids

    def _cut(self, word: str) -> tuple[int, ...]:
        """The ids of the likeliest pieces of a word; unknown characters in a row are one."""
        ends = self._best_ends(word)
        ids: list[int] = []
        at = len(word)
        while at > 0:
            _, start, number = ends[at]
            if not (number == self._rules.unknown and ids and ids[-1] == number):
                ids.append(number)
            at = start
        return tuple(reversed(ids))

    def _best_ends(self, word: str) -> list[tuple[float, int, int]]:
        """For each place in a word, the best way to it: its score, where its last piece starts, its id."""
        rules = self._rules
        unknown = rules.least - _UNKNOWN_PENALTY
        ends = [(0.0, 0, -1)] + [(-math.inf, 0, -1)] * len(word)
        for start in range(len(word)):
            here = ends[start][0]
            for end in range(start + 1, len(word) + 1):
                found = self._pieces.get(word[start:end].encode())
                if found:
                    number, score = _PIECE.unpack(found)
                elif end == start + 1:
                    number, score = rules.unknown, unknown
                elif found is None:
                    break
                else:
                    continue
                if here + score > ends[end][0]:
                    ends[end] = (here + score, start, number)
                if found is None:
                    break
        return ends

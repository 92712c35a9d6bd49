"""The texts that are measured on: shared sets in BEIR's format, or the seed articles varied."""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from indexer.core.records import Article
from indexer.text.chunking import chunk
from indexer.text.language import identify
from indexer.text.sentences import split

ROOT = Path(__file__).resolve().parents[2]
SETS = ("xquad-en-ar", "tico-passage-en-fa", "arcd-ar-ar")
DEFAULT_FOLDER = ROOT.parent / "shared" / "eval"

WINDOW = 512
"""Most tokens that the model reads of one text, the two special ones included."""

_SENTENCES_A_DOCUMENT = 5
_VARIANTS = 40
_PASSAGE_TOKENS = range(150, 251)

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents and queries of one set; both distinct, in the set's order."""

    name: str
    documents: tuple[str, ...]
    queries: tuple[str, ...]


class NoSuchSet(Exception):
    """A folder that is no set in BEIR's format; the message names it."""


def collections(folders: Sequence[Path]) -> list[Collection]:
    """The sets in `folders`; without any, the default ones if they are there, else the seeds varied.

    Raises:
        NoSuchSet: a folder lacks corpus.jsonl or queries.jsonl, or they cannot be read.
    """
    if not folders and all((DEFAULT_FOLDER / name).is_dir() for name in SETS):
        folders = [DEFAULT_FOLDER / name for name in SETS]
    return [_beir(folder) for folder in folders] or [_seeds("seeds", "*.txt"), _seeds("docs", "*.md")]


def token_counter(model: Path) -> CountTokens:
    """Counts tokens of texts as the model in this folder cuts them, special tokens apart."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda texts: [
        len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts), add_special_tokens=False)
    ]


def encoded_tokens(texts: Sequence[str], prompt: str, count: CountTokens) -> int:
    """Tokens that a model reads of `texts`, each cut at the window, prompts and special tokens included."""
    return sum(min(tokens + 2, WINDOW) for tokens in count([prompt + text for text in texts]))


def sentences(found: Sequence[Collection], tokens: int, count: CountTokens) -> list[str]:
    """Distinct sentences of about `tokens` tokens together, taken from all sets and their queries in turn."""
    pools = [_sentences_of(collection.documents) for collection in found]
    pools += [iter(collection.queries) for collection in found]
    return _up_to(tokens, _in_turn(pools), count)


def passages(found: Sequence[Collection], tokens: int, count: CountTokens) -> list[str]:
    """Distinct passages of 150 to 250 tokens, about `tokens` together, from all sets in turn.

    The queries of a set, joined, are a text like another: that is where English comes from.
    """
    pools = [_passages_of(collection.documents, count) for collection in found]
    pools += [_passages_of(_joined(collection.queries, 15), count) for collection in found]
    return _up_to(tokens, _in_turn(pools), count)


def queries(found: Sequence[Collection]) -> list[str]:
    """All distinct queries, shuffled, the same way every time."""
    distinct = list(dict.fromkeys(query for collection in found for query in collection.queries))
    random.Random(0).shuffle(distinct)
    return distinct


def documents(found: Sequence[Collection]) -> list[str]:
    """The documents of all sets, in order."""
    return [document for collection in found for document in collection.documents]


def described(found: Sequence[Collection]) -> str:
    """Which texts these are, for the reader of a result."""
    names = ", ".join(collection.name for collection in found)
    return f"{names} (repeated with varied words)" if found[0].name == "seeds" else names


def _beir(folder: Path) -> Collection:
    try:
        documents = [
            f"{item.get('title', '')}\n{item['text']}".strip() for item in _lines(folder / "corpus.jsonl")
        ]
        asked = [item["text"].strip() for item in _lines(folder / "queries.jsonl")]
    except (OSError, ValueError, KeyError) as error:
        raise NoSuchSet(f"{folder} is no set in BEIR's format: {error}") from error
    return Collection(folder.name, tuple(dict.fromkeys(documents)), tuple(dict.fromkeys(asked)))


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _seeds(folder: str, pattern: str) -> Collection:
    """Documents of five sentences, each many times with other words; the sentences are the queries."""
    whole = [path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).glob(pattern))]
    varied = [_varied(sentence, variant) for variant in range(_VARIANTS) for sentence in _sentences_of(whole)]
    distinct = tuple(dict.fromkeys(text for text in varied if any(map(str.isalnum, text))))
    return Collection(folder, tuple(_joined(distinct, _SENTENCES_A_DOCUMENT)), distinct)


def _varied(sentence: str, variant: int) -> str:
    """`sentence` with its words in another order; variant 0 is the sentence itself."""
    words = sentence.split()
    if variant:
        random.Random(f"{variant} {sentence}").shuffle(words)
    return " ".join(words)


def _sentences_of(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (span.of(text) for span in split(text, identify(text)))


def _passages_of(texts: Iterable[str], count: CountTokens) -> Iterator[str]:
    for text in texts:
        article = Article("", "", text, None, identify(text), "")
        parts = [span.of(text) for span in chunk(article, count)]
        sizes = count(parts) if parts else []
        yield from (part for part, size in zip(parts, sizes, strict=True) if size in _PASSAGE_TOKENS)


def _joined(texts: Sequence[str], number: int) -> list[str]:
    return [" ".join(texts[start : start + number]) for start in range(0, len(texts), number)]


def _in_turn(pools: Sequence[Iterator[str]]) -> Iterator[str]:
    seen: set[str] = set()
    for texts in zip_longest(*pools):
        for text in texts:
            if text is not None and text not in seen:
                seen.add(text)
                yield text


def _up_to(tokens: int, texts: Iterator[str], count: CountTokens) -> list[str]:
    taken: list[str] = []
    total = 0
    for text in texts:
        if total >= tokens:
            break
        taken.append(text)
        total += count([text])[0]
    return taken

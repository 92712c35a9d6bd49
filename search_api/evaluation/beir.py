"""Evaluation sets in the format of BEIR (Thakur et al. 2021, arXiv:2104.08663), checked line by line.

SET/
├── corpus.jsonl       {"_id": …, "title": …, "text": …, "lang": …}; title and lang may be missing
├── queries.jsonl      {"_id": …, "text": …}
└── qrels/test.tsv     query-id, corpus-id, score; the first line names the columns

A query for which no document is relevant has no answer in the corpus: a good search says so.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from indexer.core.errors import InvalidEvaluation
from indexer.core.records import Article
from indexer.corpus.text import title_of
from indexer.text.language import identify

CORPUS = "corpus.jsonl"
QUERIES = "queries.jsonl"
QRELS = "qrels/test.tsv"
_HEADER = ["query-id", "corpus-id", "score"]
_CONTENT = re.compile(r"[^\W_]")

Qrels = Mapping[str, Mapping[str, int]]
"""By query, then by document: how relevant it is; 0 and less is not at all."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query of a set, as it is typed."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A corpus, sorted by id, queries in the order of their file, and what is relevant to them.

    `qrels` holds the queries that have an answer, and no others.
    """

    name: str
    corpus: tuple[Article, ...]
    queries: tuple[Question, ...]
    qrels: Qrels


def read_sets(folders: Sequence[Path], queries: int | None = None) -> list[EvaluationSet]:
    """Read the set in each of `folders`; of each no more than `queries` queries.

    Raises:
        InvalidEvaluation: as `read` and `sample`, or two folders have one name.
    """
    sets = [read(folder) for folder in folders]
    for name, times in Counter(one.name for one in sets).items():
        if times > 1:
            raise InvalidEvaluation(f"{times} sets are called {name}: rename one, or evaluate them apart")
    return sets if queries is None else [sample(one, queries) for one in sets]


def read(folder: Path) -> EvaluationSet:
    """Read the set in `folder`, whose name it has.

    A title goes before the text, as in an article, unless the text begins with it. Where a document
    has no `lang`, its language is identified.

    Raises:
        InvalidEvaluation: a file is missing, or a line is not what it should be; names the line.
    """
    if not folder.is_dir():
        raise InvalidEvaluation(
            f"{folder} is not a folder: give one that holds {CORPUS}, {QUERIES} and {QRELS}"
        )
    corpus = sorted(_corpus(folder / CORPUS), key=lambda article: article.id)
    queries = tuple(_queries(folder / QUERIES))
    qrels = _qrels(folder / QRELS, {article.id for article in corpus}, {query.id for query in queries})
    answered = {query: judged for query, judged in qrels.items() if max(judged.values()) > 0}
    return EvaluationSet(folder.resolve().name, tuple(corpus), queries, answered)


def sample(whole: EvaluationSet, queries: int) -> EvaluationSet:
    """The set with `queries` of its queries, evenly spread over the file; all if it has no more.

    Raises:
        InvalidEvaluation: less than one is asked for.
    """
    if queries < 1:
        raise InvalidEvaluation(f"--queries must be at least 1, not {queries}")
    total = len(whole.queries)
    if queries >= total:
        return whole
    chosen = tuple(whole.queries[number * total // queries] for number in range(queries))
    qrels = {query.id: whole.qrels[query.id] for query in chosen if query.id in whole.qrels}
    return replace(whole, queries=chosen, qrels=qrels)


def _corpus(path: Path) -> Iterator[Article]:
    has_text = False
    for where, values in _json_lines(path):
        title = _text(where, values, "title", required=False).strip()
        body = re.sub(r"\r\n?", "\n", _text(where, values, "text"))
        text = body if body.lstrip().startswith(title) else f"{title}\n{body}"
        language = _text(where, values, "lang", required=False) or identify(text)
        has_text = has_text or bool(_CONTENT.search(text))
        yield Article(
            values["_id"],
            title or title_of(text, language),
            text,
            None,
            language,
            f"{path.parent.name}/{CORPUS}",
        )
    if not has_text:
        raise InvalidEvaluation(f"{path} is empty: it holds no document with a letter or digit")


def _queries(path: Path) -> Iterator[Question]:
    is_empty = True
    for where, values in _json_lines(path):
        is_empty = False
        yield Question(values["_id"], _text(where, values, "text"))
    if is_empty:
        raise InvalidEvaluation(f"{path} is empty: it holds no query")


def _qrels(path: Path, documents: set[str], queries: set[str]) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    is_empty = True
    for number, line in _lines(path):
        is_empty = False
        where = f"{path}, line {number}"
        fields = line.split("\t")
        if number == 1:
            if fields != _HEADER:
                raise InvalidEvaluation(f"{where} is {line!r} instead of {' TAB '.join(_HEADER)}")
            continue
        if len(fields) != len(_HEADER):
            raise InvalidEvaluation(f"{where} has {len(fields)} fields between tabs instead of 3")
        query, document, score = fields
        if query not in queries:
            raise InvalidEvaluation(f"{where} names the query {query!r}, which {QUERIES} does not hold")
        if document not in documents:
            raise InvalidEvaluation(f"{where} names the document {document!r}, which {CORPUS} does not hold")
        if not re.fullmatch(r"-?[0-9]{1,9}", score):
            raise InvalidEvaluation(f"{where} has the score {score!r}, which is no whole number")
        if document in qrels.setdefault(query, {}):
            raise InvalidEvaluation(f"{where} judges {document!r} for the query {query!r} a second time")
        qrels[query][document] = int(score)
    if is_empty:
        raise InvalidEvaluation(f"{path} is empty: its first line must be {' TAB '.join(_HEADER)}")
    return qrels


def _json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every line's object, with where it stands; each with an `_id` of its own."""
    seen: dict[str, int] = {}
    for number, line in _lines(path):
        where = f"{path}, line {number}"
        try:
            values = json.loads(line)
        except ValueError as error:
            raise InvalidEvaluation(f"{where} is not JSON: {error}") from None
        if not isinstance(values, dict):
            raise InvalidEvaluation(f"{where} is {line[:40]!r} instead of an object in braces")
        name = _text(where, values, "_id")
        if not name:
            raise InvalidEvaluation(f"{where} has an empty _id")
        if name in seen:
            raise InvalidEvaluation(f"{where} has the _id {name!r}, which line {seen[name]} has already")
        seen[name] = number
        yield where, values


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, without their end, counted from 1."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line.rstrip("\n")
    except FileNotFoundError:
        raise InvalidEvaluation(
            f"{path} is missing: a set is a folder with {CORPUS}, {QUERIES} and {QRELS}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidEvaluation(f"{path} cannot be read: {error}") from None


def _text(where: str, values: Mapping[str, Any], name: str, *, required: bool = True) -> str:
    value = values.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        fault = f"has {value!r} as {name} instead of text" if name in values else f"has no {name}"
        raise InvalidEvaluation(f"{where} {fault}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidEvaluation(f"{where} has half of a surrogate pair in its {name}") from None
    return value

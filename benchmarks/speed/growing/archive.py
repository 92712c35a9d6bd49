"""Archives of any size: JSON Lines by source and month, over fifteen years."""

import datetime
import itertools
import json
import os
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.speed.growing import words
from benchmarks.speed.growing.base import KEY_WORDS, Base
from indexer.core.records import Article, Numbers
from indexer.text.chunking import CountTokens, chunk

SOURCES = ("agency", "daily", "evening", "gazette", "herald", "weekly")
FIRST_DAY = datetime.date(2010, 1, 1)
DAYS = 5478
"""From the first day to the last of 2024."""

RUNS_AN_ARTICLE = 4
CHANGED = 0.01

_SAMPLE = 1000
_USUAL_PASSAGES = 3
"""About how many an article has."""

_TITLE_WORDS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What stands in an archive, before it is written.

    Attributes:
        runs: of each article, in the order of their days, positions in the base.
        sentences: positions of its sentences in the base, all articles one after another.
        places: how many words of each are replaced.
        made: numbers of the words that take their place.
        tokens: how many words the archive has, about.
    """

    runs: tuple[tuple[int, ...], ...]
    sentences: Numbers
    places: Numbers
    made: Numbers
    tokens: int

    @property
    def made_up(self) -> int:
        """How many words there are that no real text has."""
        return int(self.made.max(initial=-1)) + 1


def planned(base: Base, articles: int, seed: int = 0) -> Plan:
    """Put so many articles together: all of the base as it is, then again and again with other words."""
    chance = random.Random(seed)
    runs: list[tuple[int, ...]] = []
    while len(runs) < articles:
        runs += _once(base, chance)
    del runs[articles:]
    sentences = np.concatenate(
        [np.arange(base.runs[run].first, base.runs[run].past) for several in runs for run in several]
    )
    tokens = np.array([sentence.tokens for sentence in base.sentences])[sentences]
    before = np.cumsum(tokens) - tokens
    of_each = np.array([words.places(len(sentence.words), KEY_WORDS) for sentence in base.sentences])[
        sentences
    ]
    of_each[before < base.law.tokens] = 0
    owners = np.repeat(np.arange(len(sentences)), of_each)
    position = np.arange(len(owners)) - np.repeat(np.cumsum(of_each) - of_each, of_each)
    at = before[owners] + tokens[owners] * (position + 1) / (of_each[owners] + 1)
    is_arabic = np.array([base.runs[sentence.run].language == "ar" for sentence in base.sentences])
    made = words.chosen(base.law, at, is_arabic[sentences][owners].astype(np.int64), seed)
    return Plan(tuple(runs), sentences, of_each, made, int(tokens.sum()))


def articles_for(base: Base, passages: int, count_tokens: CountTokens) -> int:
    """How many articles have about so many passages, as the index cuts them.

    Told by articles from the whole of an archive: made-up words take more tokens than real ones.
    """
    plan = planned(base, max(1, passages // _USUAL_PASSAGES))
    step = -(-len(plan.runs) // _SAMPLE)
    sizes = [
        len(chunk(Article("", "", text, language=language), count_tokens))
        for language, text in texts(base, plan, step)
    ]
    return max(1, round(passages * len(sizes) / sum(sizes)))


def texts(base: Base, plan: Plan, step: int = 1) -> Iterator[tuple[str, str]]:
    """Language and text of every article, or of each that many."""
    maker = words.Maker(sorted(base.vocabulary))
    places = np.concatenate([[0], np.cumsum(plan.places)]).tolist()
    sentence = 0
    for number, runs in enumerate(plan.runs):
        past = sentence + sum(base.runs[run].past - base.runs[run].first for run in runs)
        if number % step == 0:
            yield base.runs[runs[0]].language, _text(base, plan, maker, runs, sentence, places)
        sentence = past


def _text(
    base: Base, plan: Plan, maker: words.Maker, runs: Sequence[int], sentence: int, places: Sequence[int]
) -> str:
    """The text of the article whose first sentence is the plan's `sentence`: a line a run."""
    language = base.runs[runs[0]].language
    lines = []
    for run in runs:
        written = []
        for number in range(base.runs[run].first, base.runs[run].past):
            some = plan.made[places[sentence] : places[sentence + 1]].tolist()
            made = [maker.word(one, language) for one in some]
            written.append(_replaced(base.sentences[number].words, made))
            sentence += 1
        lines.append(" ".join(written))
    return "\n".join(lines)


def write(base: Base, plan: Plan, folder: Path) -> None:
    """Write the archive of a plan into `folder`, a file a source and month."""
    total = len(plan.runs)
    dated = (
        (FIRST_DAY + datetime.timedelta(number * DAYS // total), number, text)
        for number, (_, text) in enumerate(texts(base, plan))
    )
    for month, articles in itertools.groupby(dated, key=lambda item: f"{item[0]:%Y-%m}"):
        lines: dict[str, list[str]] = defaultdict(list)
        for day, number, text in articles:
            source = SOURCES[number * 7 % 13 % len(SOURCES)]
            lines[source].append(_line(f"{source}-{number}", day, text))
        for source, several in lines.items():
            path = folder / source / f"{month}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(several), encoding="utf-8")


def link(archive: Path, folder: Path) -> None:
    """Put the files of an archive into `folder` too, where they can be replaced."""
    for path in sorted(archive.rglob("*.jsonl")):
        there = folder / path.relative_to(archive)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.unlink(missing_ok=True)
        os.link(path, there)


def change(folder: Path, seed: int) -> int:
    """Of a hundredth of the articles, change a half, remove a quarter, and add as many; how many in all.

    Files are replaced, not written into: they may be links.
    """
    chance = random.Random(seed)
    touched = 0
    for path in sorted(folder.rglob("*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        changed = [one for line in lines for one in _changed(line, chance)]
        if changed != lines:
            touched += len(set(changed) ^ set(lines))
            path.unlink()
            path.write_text("".join(changed), encoding="utf-8")
    return touched


def _changed(line: str, chance: random.Random) -> Sequence[str]:
    if chance.random() >= CHANGED:
        return (line,)
    kind = chance.randrange(4)
    if kind == 3:
        return ()
    article = json.loads(line)
    sentences = article["text"].split(" ")
    half = len(sentences) // 2
    other = json.dumps(
        article
        | {"text": " ".join(sentences[half:] + sentences[:half])}
        | ({"id": f"{article['id']}-new"} if kind == 2 else {}),
        ensure_ascii=False,
    )
    return (line, f"{other}\n") if kind == 2 else (f"{other}\n",)


def _once(base: Base, chance: random.Random) -> list[tuple[int, ...]]:
    """Articles that hold every run once, each in one language."""
    articles: list[tuple[int, ...]] = []
    for language in sorted({run.language for run in base.runs}):
        own = [number for number, run in enumerate(base.runs) if run.language == language]
        chance.shuffle(own)
        articles += [
            tuple(own[start : start + RUNS_AN_ARTICLE]) for start in range(0, len(own), RUNS_AN_ARTICLE)
        ]
    chance.shuffle(articles)
    return articles


def _replaced(found: Sequence[str], made: Sequence[str]) -> str:
    """A sentence with some words behind its beginning replaced, one in each stretch."""
    if not made:
        return " ".join(found)
    written = list(found)
    for place, word in enumerate(made):
        written[KEY_WORDS + place * words.WORDS_A_PLACE + len(word) % words.WORDS_A_PLACE] = word
    return " ".join(written)


def _line(article_id: str, day: datetime.date, text: str) -> str:
    title = " ".join(text.split(" ", _TITLE_WORDS)[:_TITLE_WORDS])
    article = {"id": article_id, "title": title, "date": day.isoformat(), "text": text}
    return json.dumps(article, ensure_ascii=False) + "\n"

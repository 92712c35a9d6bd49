"""A shard: answers for its articles, given what is known of the whole index, in the numbers of the whole."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.matching import Sketches
from indexer.core.records import (
    Article,
    Expansion,
    Filter,
    Numbers,
    Passage,
    RetrievalRequest,
    Sentence,
    Vectors,
)
from indexer.retrieval.admission import Undated, admitted_by, of_days
from indexer.retrieval.completion import NOWHERE, Spread, spreads
from indexer.retrieval.lexical import LexicalIndex
from indexer.retrieval.likeness import ComparedArticles, Likeness, NearProbe, Own, Probe
from indexer.retrieval.similarity import NearInLanguage, Similarity
from indexer.retrieval.sketches import sketches
from indexer.retrieval.words import Idf, Stood
from indexer.sharding.files import ShardFiles
from indexer.sharding.messages import Best, Facts, Proposed, moved


class Shard:
    """Answers questions about one shard. Safe to use from several threads."""

    def __init__(self, files: ShardFiles) -> None:
        """Answer from `files`, which are closed with this."""
        self._files, self.about = files, files.about
        self._similarity = Similarity(files)
        self._lexical = LexicalIndex(
            files.postings, files.sentence_terms, files.columns.first_sentences, files.about.whole
        )
        self._likeness = Likeness(files, self._similarity)
        self._undated = Undated(files)

    def facts(self) -> Facts:
        """What it says of itself."""
        return Facts(
            self.about,
            self._files.catalogue.ids[0],
            tuple(self._similarity.names),
            self._similarity.counts,
            self._similarity.spread.codes,
            self._similarity.least_hubness,
        )

    def stood_in_sample(self, words: Sequence[Expansion]) -> list[Stood]:
        """In how many of its passages and sentences each word stands, of those that are sampled."""
        return [self._lexical.stood_in_sample(word) for word in words]

    def stood(self, words: Sequence[Expansion]) -> list[Stood]:
        """In how many of all its passages and sentences each word stands."""
        return [self._lexical.stood(word) for word in words]

    def proposed(
        self,
        request: RetrievalRequest,
        words: tuple[Sequence[Expansion], Sequence[Idf]],
        sounds: tuple[Sequence[Expansion], Sequence[Idf]],
        seconds: float = math.inf,
    ) -> Proposed:
        """What may answer a request.

        Args:
            request: what is asked but for words, sounds and the deadline.
            words: those of the query, with the idf of each in the whole index.
            sounds: what sounds like them, as well.
            seconds: until nobody waits any more.
        """
        deadline = Deadline(seconds)
        admitted = admitted_by(request, self._files, self._lexical)
        by_words = self._lexical.query(words[0], deadline, words[1])
        by_sound = self._lexical.query(sounds[0], deadline, sounds[1])
        near, on_days = self._near(request, admitted)
        lists = [
            *by_words.best(request.depth, admitted, by_sentence=True),
            *by_sound.best(request.depth, admitted),
        ]
        offered = [numbers for one in (*near, *on_days) for numbers in (one.passages, one.owners)]
        passages = np.unique(np.concatenate([np.empty(0, np.int64), *lists, *offered]))
        deadline.check()
        compared = self._similarity.compared(request.vector, passages)
        scores = self._lexical.scores([by_words, by_sound], passages)
        wanted = (scores[0].passage, scores[0].sentence, scores[1].passage)
        first_passage, first_sentence = self.about.first_passage, self.about.first_sentence
        of_words, of_sentences, of_sounds = (
            Best(best + first_passage, of_kind[np.searchsorted(passages, best)])
            for best, of_kind in zip(lists, wanted, strict=True)
        )
        columns = self._files.columns
        return Proposed(
            [moved(one, first_passage, first_sentence) for one in near],
            [moved(one, first_passage, first_sentence) for one in on_days],
            of_words,
            of_sentences,
            of_sounds,
            passages=passages + first_passage,
            articles=columns.articles[passages] + self.about.first_article,
            days=columns.days[passages].astype(np.int64),
            is_garbled=columns.garbled[passages],
            compared=replace(compared, best=compared.best + first_sentence),
            words=scores[0],
            sound=scores[1],
            usual=self._similarity.background.usual(request.vector),
            words_moments=by_words.moments,
            sound_moments=by_sound.moments,
        )

    def _near(
        self, request: RetrievalRequest, admitted: Numbers | None
    ) -> tuple[list[NearInLanguage], list[NearInLanguage]]:
        """What is near by its vectors, and what is so of the days that are asked for."""
        if not request.by_vectors:
            return [], []
        near = self._similarity.near(request.vector, request.depth, admitted, exact=request.exact)
        if not request.days:
            return near, []
        dated = of_days(request.days, self._files, admitted)
        on_days = self._similarity.near(request.vector, request.depth, dated, exact=request.exact)
        return near, on_days

    def undated(self, wanted: Filter) -> int:
        """How many of its articles `wanted` leaves out for having no date."""
        return self._undated.left_out(wanted)

    def arrivals(self, articles: Numbers) -> list[int]:
        """When some articles first came, in seconds since 1970, in the order asked for."""
        found: list[int] = self._files.first_came.of(articles - self.about.first_article).tolist()
        return found

    def counts(self, field: str, articles: Numbers) -> list[tuple[str, int]]:
        """How many of some articles have each value of a field.

        Raises:
            UnknownField: the index keeps no such field.
        """
        return self._files.counts(field, articles - self.about.first_article)

    def sketches(self, articles: Numbers) -> Sketches:
        """What some articles say, in brief, in that order."""
        return sketches(self._files, articles - self.about.first_article, self._files.sizes)

    def passages(self, numbers: Numbers) -> list[Passage]:
        """The passages of these numbers, in the order asked for."""
        own = (numbers - self.about.first_passage).tolist()
        return [self._passage(one) for one in self._files.passages(own)]

    def sentences(self, numbers: Numbers) -> list[Sentence]:
        """The sentences of these numbers, in the order asked for."""
        own = (numbers - self.about.first_sentence).tolist()
        return [self._sentence(one) for one in self._files.sentences(own)]

    def sentences_of(self, passages: Numbers) -> list[list[Sentence]]:
        """The sentences of each of some passages, in the order of the text."""
        first = self._files.columns.first_sentences
        own = (passages - self.about.first_passage).tolist()
        ranges = [range(int(first[number]), int(first[number + 1])) for number in own]
        return [[self._sentence(one) for one in self._files.sentences(some)] for some in ranges]

    def shown(self, passages: Numbers, sentences: Numbers) -> list[tuple[Passage, Article, Sentence]]:
        """Passages with their articles, and a sentence of each, by their numbers."""
        found = self.passages(passages)
        articles = self.articles(np.array([passage.article for passage in found], np.int64))
        return [*zip(found, articles, self.sentences(sentences), strict=True)]

    def articles(self, numbers: Numbers) -> list[Article]:
        """The articles of these numbers, in the order asked for."""
        return self._files.articles((numbers - self.about.first_article).tolist())

    def number_of(self, article_id: str) -> int:
        """The number of the article of this id.

        Raises:
            ArticleNotFound: there is none.
        """
        return self._files.number_of(article_id) + self.about.first_article

    def passages_of(self, article: int) -> list[Passage]:
        """The passages of an article, in the order of the text."""
        own = self._likeness.passages_of(article - self.about.first_article)
        return [self._passage(one) for one in self._files.passages(own)]

    def spreads(self, terms: Sequence[int], sampled: Sequence[bool]) -> list[Spread]:
        """Where some words stand; of each whether it is looked for in the sample alone."""
        first = self.about.first_passage
        return [
            replace(one, sampled=_later(one.sampled, first), others=_later(one.others, first))
            for one in spreads(self._files, terms, sampled)
        ]

    def few(self, articles: Numbers) -> list[Vectors]:
        """The vectors of a few passages of each of some articles."""
        return self._likeness.few(articles - self.about.first_article)

    def sample(self) -> Vectors:
        """The vectors of its passages in the background sample."""
        return self._likeness.sample()

    def own(self, article: int) -> Own:
        """What of an article others are compared with."""
        found = self._likeness.own(article - self.about.first_article)
        return replace(found, passages=found.passages + self.about.first_passage)

    def near(self, probes: Sequence[Probe], wanted: Filter, seconds: float = math.inf) -> list[NearProbe]:
        """What is near to each of some probes and admitted by `wanted`, language by language."""
        deadline = Deadline(seconds) if seconds < math.inf else NO_DEADLINE
        return [
            replace(
                one,
                passages=one.passages + self.about.first_passage,
                articles=one.articles + self.about.first_article,
            )
            for one in self._likeness.near(probes, self._files.admitted(wanted), deadline)
        ]

    def compared(self, vectors: Vectors, articles: Numbers) -> ComparedArticles:
        """Some of its articles, ascending, compared with the vectors of one."""
        found = self._likeness.compared(vectors, articles - self.about.first_article)
        return replace(
            found,
            articles=found.articles + self.about.first_article,
            passages=found.passages + self.about.first_passage,
        )

    def close(self) -> None:
        """Release the files."""
        self._files.close()

    def _passage(self, own: Passage) -> Passage:
        return replace(
            own,
            number=own.number + self.about.first_passage,
            article=own.article + self.about.first_article,
        )

    def _sentence(self, own: Sentence) -> Sentence:
        return replace(
            own,
            number=own.number + self.about.first_sentence,
            passage=own.passage + self.about.first_passage,
        )


def _later(number: int, first: int) -> int:
    return NOWHERE if number == NOWHERE else number + first

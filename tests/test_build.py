"""Building an index night after night, with the real model: what is published, embedded, and kept."""

import logging
import random
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from making import forge
from nights import TEXTS, CountingEncoder, Nights, numbered, write

from indexer.build import build
from indexer.core.errors import EmptyCorpus, IndexDamaged, IndexMismatch, IndexNotWritable
from indexer.core.protocols import Encoder
from indexer.core.records import Article, Record, Skipped, SkipReason, Span
from indexer.corpus import Corpus, InMemory
from indexer.corpus import text as text_reader
from indexer.drafting.draft import Progress
from indexer.drafting.provenance import versions
from indexer.generation import catalogue, terms
from indexer.generation.arrivals import ARRIVALS
from indexer.generation.catalogue import ARTICLE_ROWS, PASSAGE_ROWS, SENTENCE_ROWS
from indexer.generation.catalogued import SEGMENTS
from indexer.generation.generation import Generation, open_live
from indexer.generation.postings import SEGMENT_WORDS
from indexer.lexicon import arabic_sounds, lexicon, phonemes
from indexer.lexicon.word_vectors import VECTORS
from indexer.models.model import Model, Prompts
from indexer.options import Options
from indexer.retrieval.retrieval import Retrieval
from indexer.storage.layout import Layout
from indexer.storage.manifest import FORMAT, MANIFEST
from indexer.text import chunking, language, sentences
from indexer.upkeep.checks import faults
from indexer.vectors import cache
from search_api.search import Searcher
from search_api.searching.outcomes import Hit
from search_api.searching.query import parse
from search_api.searching.query_encoder import QueryEncoders

SEEDS = Path(__file__).parent.parent / "seeds"
ROWS = {
    ARRIVALS,
    ARTICLE_ROWS,
    PASSAGE_ROWS,
    SENTENCE_ROWS,
    SEGMENT_WORDS,
    f"{VECTORS}-files.npy",
    f"{VECTORS}-rows.npy",
}
"""What says where on disk something lies, and depends on history."""
QUESTIONS = ("heavy rain flooded the streets", "المدارس", "نان تازه", "Kabul football")


ABOUT_SEEDS = (
    "Zaporizhzhia nuclear plant lost external power",
    "Lavrov says new territorial realities must be recognised",
    "Witkoff and Kushner met Umerov",
    "Trump disappointed after phone call with Putin",
)


@pytest.fixture
def nights(layout: Layout, model: Model, encoder: Encoder) -> Nights:
    return Nights(layout, model, encoder)


def prompted(model: Model, passages: set[str], words: set[str]) -> set[str]:
    """What the model is asked for these texts."""
    return {model.prompts.passage + text for text in passages} | {
        model.prompts.query + word for word in words
    }


class TestSummary:
    def test_says_what_was_done(self, model: Model, encoder: Encoder, tmp_path: Path) -> None:
        nights = Nights(Layout(tmp_path / "index"), model, encoder)
        archive = write(
            tmp_path / "in", {"a": "باران بارید. سیل آمد.\n\nباران بارید.", "b": "نزل المطر في بيروت."}
        )
        summary = nights(archive)
        changes = summary.changes
        assert (changes.read, changes.new, summary.published, changes.rebuilt) == (2, 2, True, ())
        assert (summary.manifest.articles, summary.manifest.languages) == (2, {"ar": 1, "fa": 1})
        assert (summary.manifest.passages, summary.manifest.sentences) == (2, 4)
        words = len(["باران", "بارید", "سیل", "آمد", "نزل", "المطر", "في", "بيروت"])
        # texts: two passages and three sentences, of which one is a whole passage and one comes twice
        assert (summary.work.embedded, summary.work.reused) == (4 + words, 2)
        assert (summary.changes.skips.counts, summary.changes.skips.samples) == ({}, ())
        assert (summary.changes.removed, summary.changes.kept, summary.work.forgotten) == (0, 0, 0)
        assert (summary.work.pruned.removed, summary.work.pruned.held) == ((), ())

    def test_the_bytes_written_are_those_of_new_files_and_of_the_cache(
        self, nights: Nights, tmp_path: Path
    ) -> None:
        archive = write(tmp_path / "in", {f"{n}": TEXTS[n] for n in range(12)})
        nights(archive)
        cached = nights.layout.cache_size()
        (archive / "3.txt").rename(archive / "3.md")
        moved = nights(archive)
        files = [path.stat() for path in nights.layout.live().rglob("*") if path.is_file()]
        new = sum(status.st_size for status in files if status.st_nlink == 1)
        assert 0 < new < nights.manifest().bytes
        assert (moved.work.bytes_written, nights.layout.cache_size()) == (new, cached)
        write(archive, {"new": "سنجاب دوید."})
        added = nights(archive)
        files = [path.stat() for path in nights.layout.live().rglob("*") if path.is_file()]
        new = sum(status.st_size for status in files if status.st_nlink == 1)
        assert added.work.bytes_written >= new + 3 * 2 * 384

    def test_progress_names_every_stage_in_order(
        self, layout: Layout, model: Model, encoder: Encoder, tmp_path: Path
    ) -> None:
        archive = write(tmp_path / "in", numbered(3))
        reports: list[Progress] = []
        build(Corpus([archive]), layout, model, encoder, reports.append)
        embedding = [one for one in reports if one.stage == "embedding"]
        assert embedding == [Progress("embedding", done, 3, "articles") for done in (1, 2, 3)]
        stages = list(dict.fromkeys(one.stage for one in reports))
        assert stages == ["embedding", "numbering", "comparing", "words", "checksums", "publishing"]


def test_the_manifest_says_what_made_it(nights: Nights) -> None:
    summary = nights(SEEDS)
    manifest = nights.manifest()
    assert (manifest.model, manifest.fingerprint, manifest.dimensions) == (
        nights.model.name,
        nights.model.fingerprint,
        384,
    )
    assert (manifest.engine, manifest.base) == (nights.encoder.engine, None)
    assert (manifest.articles, manifest.passages) == (5, summary.manifest.passages)
    assert manifest.sentences == summary.manifest.sentences
    assert manifest.languages == summary.manifest.languages == {"fa": 3, "ar": 1, "prs": 1}
    assert (manifest.first_date, manifest.last_date) == ("2025-09-03", "2025-12-06")
    assert manifest.versions == versions()
    assert (manifest.roots, manifest.deleted, manifest.skipped) == ([str(SEEDS)], [], {})
    live = nights.layout.live()
    found = {str(path.relative_to(live)) for path in live.rglob("*") if path.is_file()}
    assert found == {*manifest.files, MANIFEST}


class TestUnchanged:
    def test_nothing_is_loaded_embedded_or_published(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", numbered(4))
        first = nights(archive)
        second = nights(corpus=Unloadable([archive]))
        assert (second.published, second.manifest.name) == (False, first.manifest.name)
        assert (second.changes.read, second.changes.unchanged) == (4, 4)
        assert (second.work.embedded, second.work.reused, second.work.bytes_written) == (0, 0, 0)
        assert [path.name for path in nights.layout.published()] == [first.manifest.name]

    def test_a_file_that_was_only_touched_is_unchanged(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", numbered(2))
        nights(archive)
        write(archive, numbered(2))
        assert nights(corpus=Unloadable([archive])).changes.unchanged == 2


class Unloadable(Corpus):
    """Files whose articles must not be read."""

    def __iter__(self) -> Iterator[Record | Skipped]:
        for item in super().__iter__():
            yield replace(item, load=_must_not_be_called) if isinstance(item, Record) else item


def _must_not_be_called() -> Article:
    raise AssertionError("an unchanged article was read")


class TestChanged:
    def test_only_new_texts_are_embedded(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", {"a": "باران بارید. سیل آمد.", "b": "نزل المطر في بيروت."})
        nights(archive)
        write(archive, {"a": "باران بارید. سنجاب آمد."})
        summary = nights(archive)
        changes = summary.changes
        assert (changes.changed, changes.unchanged, changes.new, changes.removed) == (1, 1, 0, 0)
        expected = prompted(nights.model, {"باران بارید. سنجاب آمد.", "سنجاب آمد."}, {"سنجاب"})
        assert set(nights.encoder.texts) == expected
        assert summary.work.reused == 1
        assert nights.texts() == {"a": "باران بارید. سنجاب آمد.", "b": "نزل المطر في بيروت."}

    def test_a_new_article_leaves_the_others_alone(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", numbered(4))
        nights(archive)
        write(archive, {"new": "سنجاب دوید."})
        summary = nights(archive)
        assert (summary.changes.new, summary.changes.changed, summary.changes.unchanged) == (1, 0, 4)
        assert set(nights.encoder.texts) == prompted(nights.model, {"سنجاب دوید."}, {"سنجاب", "دوید"})

    def test_a_moved_file_is_not_embedded_again(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", {"a": "باران بارید.", "b": "برف بارید."})
        nights(archive)
        (archive / "a.txt").rename(archive / "a.md")
        summary = nights(archive)
        assert (summary.changes.changed, summary.changes.unchanged, summary.work.embedded) == (1, 1, 0)
        assert nights.paths() == {"a": str(archive / "a.md"), "b": str(archive / "b.txt")}

    def test_articles_without_a_file_come_and_stay(self, nights: Nights) -> None:
        def article(text: str) -> Article:
            return Article("a", "عنوان", text, None, "fa", "memory")

        nights(corpus=InMemory([article("باران بارید.")]))
        assert nights(corpus=InMemory([article("باران بارید.")])).published is False
        changed = nights(corpus=InMemory([article("برف بارید.")]))
        changes = changed.changes
        assert (changes.changed, changes.removed, nights.texts()) == (1, 0, {"a": "برف بارید."})
        assert nights(corpus=InMemory([])).manifest.articles == 1


class Answer(NamedTuple):
    """What of a hit must be the same in every index of the same articles."""

    article: str
    passage: tuple[int, int, int]
    sentence: int
    score: float
    words: str


def answers(generation: Generation, nights: Nights) -> list[list[Answer]]:
    searcher = Searcher(Retrieval(generation), QueryEncoders.of(nights.encoder, nights.model.prompts.query))

    def answer(hit: Hit) -> Answer:
        passage = hit.passage
        place = passage.number, passage.start, passage.end
        return Answer(hit.article.id, place, hit.sentence.number, hit.score, repr(hit.words))

    return [[answer(hit) for hit in searcher.search(parse(text)).hits] for text in QUESTIONS]


def hits_of(folder: Path, model: Model, encoder: Encoder) -> dict[str, list[Hit]]:
    """The hits of some questions about the seeds."""
    with closing(open_live(folder)) as generation:
        searcher = Searcher(Retrieval(generation), QueryEncoders.of(encoder, model.prompts.query))
        return {text: list(searcher.search(parse(text)).hits) for text in ABOUT_SEEDS}


def test_two_builds_of_one_corpus_agree(
    seed_index: Path, model: Model, encoder: Encoder, tmp_path: Path
) -> None:
    """Each with a cache of its own; one grew an article a night, so that its texts were in other batches.

    A vector differs a little with its batch: cosines by less than 2e-3, the fused score, which counts in
    deviations of the index, by a few hundredths.
    """
    again, grown = Layout(tmp_path / "again"), Layout(tmp_path / "grown")
    build(Corpus([SEEDS]), again, model, encoder)
    for seed in sorted(SEEDS.glob("*.txt")):
        build(Corpus([seed]), grown, model, encoder, options=Options(keep=1))
    expected = hits_of(seed_index, model, encoder)
    for layout, apart in ((again, 0.0), (grown, 0.1)):
        for text, hits in hits_of(layout.folder, model, encoder).items():
            assert [hit.article.id for hit in hits] == [hit.article.id for hit in expected[text]]
            for hit, other in zip(hits, expected[text], strict=True):
                assert hit.scores.passage == pytest.approx(other.scores.passage, abs=2e-3)
                assert hit.scores.fused == pytest.approx(other.scores.fused, abs=apart + 1e-6)


def changed_at_random(archive: Path, chosen: random.Random) -> None:
    """Add, change, remove and rename one or two articles each."""
    for _ in range(chosen.randint(1, 2)):
        write(archive, {f"{chosen.randrange(12):02d}": chosen.choice(TEXTS)})
        write(archive, {f"{chosen.randrange(12):02d}": " ".join(chosen.sample(TEXTS, 2))})
        files = sorted(archive.iterdir())
        chosen.choice(files).rename(archive / f"{chosen.randrange(12):02d}.txt")
        if len(files) > 3:
            chosen.choice(sorted(archive.iterdir())).unlink()


@pytest.mark.parametrize("seed", [1, 2])
def test_an_index_is_a_function_of_its_articles(
    nights: Nights, model: Model, encoder: Encoder, tmp_path: Path, seed: int
) -> None:
    chosen = random.Random(seed)
    archive = write(tmp_path / "in", {f"{number:02d}": TEXTS[number] for number in range(8)})
    nights(archive)
    for night in range(4):
        changed_at_random(archive, chosen)
        nights(archive, allow_removals=True)
        fresh = Nights(Layout(tmp_path / f"fresh-{night}"), model, encoder)
        fresh.layout.folder.mkdir()
        fresh.layout.cache = nights.layout.cache
        fresh(archive)
        facts = [
            {name: fact for name, fact in manifest.files.items() if "/" not in name and name not in ROWS}
            for manifest in (nights.manifest(), fresh.manifest())
        ]
        assert facts[0] == facts[1]
        assert len(facts[0]) > 20
        with (
            closing(open_live(nights.layout.folder)) as grown,
            closing(open_live(fresh.layout.folder)) as made,
        ):
            grown_words, made_words = grown.lexicon.word_vectors.rows, made.lexicon.word_vectors.rows
            every = np.arange(len(made_words))
            np.testing.assert_array_equal(grown_words[every], made_words[every])
            found = answers(grown, nights)
            assert found == answers(made, fresh)
            assert all(found)


class TestInterrupted:
    def test_the_next_run_embeds_exactly_the_rest(
        self, nights: Nights, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cache, "_COMMIT_EVERY", 8)
        undisturbed = Nights(Layout(tmp_path / "other"), nights.model, encoder)
        undisturbed.layout.folder.mkdir()
        shutil.copy(nights.layout.cache, undisturbed.layout.cache)
        before = nights(write(tmp_path / "old", {"old": TEXTS[0]}))
        undisturbed(tmp_path / "old")
        archive = write(tmp_path / "in", numbered(30))
        stopped = CountingEncoder(encoder, blocks=2)
        with pytest.raises(KeyboardInterrupt):
            build(Corpus([archive]), nights.layout, nights.model, stopped)
        assert len(stopped.texts) == 16
        assert nights.layout.live().name == before.manifest.name
        assert [path.name for path in nights.layout.generations.iterdir()] == [before.manifest.name]
        assert nights.texts() == {"old": TEXTS[0]}
        resumed = nights(archive)
        whole = undisturbed(archive)
        assert set(stopped.texts) & set(nights.encoder.texts) == set()
        assert len(stopped.texts) + resumed.work.embedded == whole.work.embedded
        assert set(stopped.texts) | set(nights.encoder.texts) == set(undisturbed.encoder.texts)

    def test_words_that_were_embedded_are_not_embedded_again(
        self, nights: Nights, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cache, "_COMMIT_EVERY", 4)
        archive = write(tmp_path / "in", {"a": TEXTS[8], "b": TEXTS[11]})
        stopped = CountingEncoder(encoder, blocks=2)
        with pytest.raises(KeyboardInterrupt):
            build(Corpus([archive]), nights.layout, nights.model, stopped)
        passages, words = stopped.texts[:2], stopped.texts[2:]
        assert set(passages) == prompted(nights.model, {TEXTS[8], TEXTS[11]}, set())
        assert len(words) == 4
        nights(archive)
        assert set(stopped.texts) & set(nights.encoder.texts) == set()


class TestRebuilt:
    """What depends on something that has changed is made anew out of what the index keeps."""

    @pytest.fixture
    def two_sources(self, nights: Nights, tmp_path: Path) -> Path:
        """An index of two folders, the second of which has vanished since."""
        first = write(tmp_path / "first", {"a": "باران بارید. سیل آمد."})
        second = write(tmp_path / "second", {"b": "نزل المطر في بيروت."})
        nights(first, second)
        shutil.rmtree(second)
        return first

    PASSAGES = frozenset({"باران بارید. سیل آمد.", "باران بارید.", "سیل آمد.", "نزل المطر في بيروت."})

    def test_another_model_embeds_everything_anew(self, nights: Nights, two_sources: Path) -> None:
        nights.model = replace(nights.model, name="another", fingerprint="0" * 64)
        summary = nights(two_sources)
        assert summary.changes.rebuilt == ("model (multilingual-e5-small (embedded) → another)",)
        changes = summary.changes
        assert (changes.unchanged, summary.manifest.articles, sorted(nights.texts())) == (1, 2, ["a", "b"])
        words = len(["باران", "بارید", "سیل", "آمد", "نزل", "المطر", "في", "بيروت"])
        assert summary.work.embedded == len(self.PASSAGES) + words
        assert nights.manifest().fingerprint == "0" * 64
        assert nights(two_sources).published is False

    def test_other_prompts_embed_everything_anew(self, nights: Nights, two_sources: Path) -> None:
        old = nights.model.prompts
        nights.model = replace(nights.model, prompts=Prompts(old.query, "text: "))
        summary = nights(two_sources)
        assert summary.changes.rebuilt == (f"passage prompt ({old.passage!r} → 'text: ')",)
        # words are encoded with the prompt of queries, which is the old one
        assert set(nights.encoder.texts) == {f"text: {text}" for text in self.PASSAGES}
        assert sorted(nights.texts()) == ["a", "b"]

    def test_another_way_to_cut_cuts_the_kept_texts_anew(
        self, nights: Nights, two_sources: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        segments = nights.manifest().segments
        monkeypatch.setattr(chunking, "VERSION", chunking.VERSION + 1)
        summary = nights(two_sources)
        assert summary.changes.rebuilt == (f"chunking ({chunking.VERSION - 1} → {chunking.VERSION})",)
        assert (summary.work.embedded, summary.manifest.articles, sorted(nights.texts())) == (
            0,
            2,
            ["a", "b"],
        )
        assert nights.manifest().versions["chunking"] == chunking.VERSION
        assert nights.manifest().segments == segments
        live = nights.layout.live() / SEGMENTS / segments[0] / "articles.sqlite"
        assert live.stat().st_nlink == 1

    def test_another_lexicon_embeds_no_passage(
        self, nights: Nights, two_sources: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nights.layout.cache.unlink()
        segments = nights.manifest().segments
        monkeypatch.setattr(lexicon, "VERSION", lexicon.VERSION + 1)
        summary = nights(two_sources)
        assert summary.changes.rebuilt == (f"lexicon ({lexicon.VERSION - 1} → {lexicon.VERSION})",)
        words = len(["باران", "بارید", "سیل", "آمد", "نزل", "المطر", "في", "بيروت"])
        assert summary.work.embedded == words
        assert not {nights.model.prompts.passage + text for text in self.PASSAGES} & set(nights.encoder.texts)
        assert nights.manifest().segments == segments
        live = nights.layout.live() / SEGMENTS / segments[0] / "articles.sqlite"
        assert live.stat().st_nlink == 2

    def test_other_sounds_embed_nothing_and_share_the_vectors_of_words(
        self, nights: Nights, two_sources: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nights.layout.cache.unlink()
        monkeypatch.setattr(phonemes, "VERSION", phonemes.VERSION + 1)
        monkeypatch.setattr(arabic_sounds, "FEWEST_ARABIC_LETTERS", 3)
        summary = nights(two_sources)
        assert summary.changes.rebuilt == (f"phonemes ({phonemes.VERSION - 1} → {phonemes.VERSION})",)
        assert (summary.work.embedded, nights.manifest().versions["phonemes"]) == (0, phonemes.VERSION)
        (vectors,) = (nights.layout.live() / VECTORS).iterdir()
        assert vectors.stat().st_nlink == 2

    def test_fewer_words_with_vectors_embed_nothing(
        self, nights: Nights, two_sources: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nights.layout.cache.unlink()
        monkeypatch.setattr(terms, "VERSION", terms.VERSION + 1)
        monkeypatch.setattr(terms, "FREQUENT", ((0, 1),))
        summary = nights(two_sources)
        assert summary.changes.rebuilt == (f"terms ({terms.VERSION - 1} → {terms.VERSION})",)
        assert summary.work.embedded == 0
        with closing(open_live(nights.layout.folder)) as live:
            assert len(live.lexicon.word_vectors.rows) == 0

    def test_another_way_to_tell_languages_reads_anew_what_is_at_hand(
        self, nights: Nights, two_sources: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        segments = nights.manifest().segments
        monkeypatch.setattr(language, "VERSION", language.VERSION + 1)
        monkeypatch.setattr(text_reader, "identify", lambda text: "prs")
        summary = nights(two_sources)
        changes = summary.changes
        assert changes.rebuilt == (f"language ({language.VERSION - 1} → {language.VERSION})",)
        assert (changes.changed, changes.unchanged, summary.work.embedded) == (1, 0, 0)
        with closing(open_live(nights.layout.folder)) as live:
            assert [article.language for article in live.articles([0, 1])] == ["prs", "ar"]
        assert set(nights.manifest().segments) != set(segments)
        assert nights(two_sources).published is False

    def test_other_sentences_cut_what_is_kept_anew_and_read_what_is_at_hand(
        self, nights: Nights, two_sources: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sentences, "VERSION", sentences.VERSION + 1)
        monkeypatch.setattr(chunking, "split", lambda text, _: [Span(0, len(text))])
        summary = nights(two_sources)
        changes = summary.changes
        assert changes.rebuilt == (f"sentences ({sentences.VERSION - 1} → {sentences.VERSION})",)
        assert (changes.changed, summary.work.embedded, summary.manifest.sentences) == (1, 0, 2)
        assert summary.manifest.articles == 2

    def test_a_manifest_of_other_versions_is_outdated_and_no_more(
        self, nights: Nights, two_sources: Path
    ) -> None:
        forge(nights.layout.live(), versions={"chunking": chunking.VERSION, "similarity": 3})
        summary = nights(two_sources)
        assert summary.changes.rebuilt[1:3] == (
            f"catalogue (none → {catalogue.VERSION})",
            "columns (none → 4)",
        )
        assert not any("chunking" in reason for reason in summary.changes.rebuilt)
        assert (summary.work.embedded, summary.changes.unchanged, sorted(nights.texts())) == (
            0,
            1,
            ["a", "b"],
        )
        assert nights.manifest().versions == versions()


class TestDamage:
    @pytest.fixture
    def archive(self, nights: Nights, tmp_path: Path) -> Path:
        """Two generations, of one article and of two."""
        archive = write(tmp_path / "in", {"a": "باران بارید."})
        nights(archive)
        write(archive, {"b": "برف بارید."})
        nights(archive)
        return archive

    def test_a_damaged_live_generation_is_built_around(
        self, nights: Nights, archive: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        older, live = nights.layout.published()
        (live / "ids.npy").write_bytes(b"")
        corpus = nights.files(archive)
        with caplog.at_level(logging.WARNING):
            summary = build(corpus, nights.layout, nights.model, nights.encoder)
        (message,) = [record.message for record in caplog.records]
        assert message.startswith(f"{live} is damaged (ids.npy: 0 bytes instead of ")
        assert message.endswith(f": working with {older.name} instead")
        assert (summary.changes.new, summary.changes.unchanged, summary.work.embedded) == (1, 1, 0)
        assert sorted(nights.texts()) == ["a", "b"]
        assert nights.manifest().base == older.name
        assert faults(nights.layout.live()) == []

    def test_where_nothing_else_is_to_do_the_sound_one_becomes_live(
        self, nights: Nights, archive: Path
    ) -> None:
        older, live = nights.layout.published()
        (archive / "b.txt").unlink()
        (live / "ids.npy").write_bytes(b"")
        summary = build(nights.files(archive), nights.layout, nights.model, nights.encoder)
        assert (summary.published, summary.manifest.name) == (False, older.name)
        assert nights.layout.live() == older
        assert nights.texts() == {"a": "باران بارید."}

    @pytest.mark.parametrize("content", [None, "no-such-generation\n", "../../elsewhere\n"])
    def test_a_lost_pointer_costs_nothing(self, nights: Nights, archive: Path, content: str | None) -> None:
        newest = nights.layout.published()[-1]
        if content is None:
            nights.layout.current.unlink()
        else:
            nights.layout.current.write_text(content)
        summary = build(nights.files(archive), nights.layout, nights.model, nights.encoder)
        assert (summary.changes.unchanged, summary.published) == (2, False)
        assert nights.layout.live() == newest

    def test_where_all_are_damaged_it_is_said(self, nights: Nights, archive: Path) -> None:
        for folder in nights.layout.published():
            (folder / "ids.npy").write_bytes(b"")
        with pytest.raises(IndexDamaged, match=r"ids\.npy: 0 bytes instead of"):
            build(nights.files(archive), nights.layout, nights.model, nights.encoder)
        summary = nights(archive, fresh=True)
        assert (summary.changes.new, summary.work.embedded, sorted(nights.texts())) == (2, 0, ["a", "b"])

    def test_another_format_is_made_anew_only_when_told(self, nights: Nights, archive: Path) -> None:
        manifest = nights.layout.live() / MANIFEST
        manifest.write_text(manifest.read_text().replace(f'"format": {FORMAT}', '"format": 2'))
        with pytest.raises(IndexMismatch, match=rf"has format 2, this version reads format {FORMAT}$"):
            build(nights.files(archive), nights.layout, nights.model, nights.encoder)
        summary = build(
            nights.files(archive), nights.layout, nights.model, nights.encoder, options=Options(fresh=True)
        )
        assert (summary.changes.new, summary.manifest.articles, summary.work.embedded) == (2, 2, 0)
        assert faults(nights.layout.live()) == []


def test_fresh_holds_what_is_given_and_nothing_else(nights: Nights, tmp_path: Path) -> None:
    nights(write(tmp_path / "first", {"a": "باران بارید."}))
    summary = nights(write(tmp_path / "second", {"b": "برف بارید."}), fresh=True)
    assert (summary.changes.new, summary.changes.removed, nights.texts()) == (1, 0, {"b": "برف بارید."})
    assert nights.manifest().roots == [str(tmp_path / "second")]


class TestRefused:
    @pytest.mark.parametrize(
        ("files", "message"),
        [
            ({}, "it holds no files"),
            (
                {"photo.jpg": "x", "word.doc": "x", "empty.txt": ""},
                r"every input was skipped \(1 × empty, 2 × unsupported format\), e\.g\. .*empty\.txt: no",
            ),
            ({"empty.txt": " \n"}, r"every input was skipped \(1 × empty\), e\.g\. .*empty\.txt: no letter"),
        ],
    )
    def test_an_index_of_nothing(
        self, nights: Nights, tmp_path: Path, files: dict[str, str], message: str
    ) -> None:
        (tmp_path / "in").mkdir()
        archive = write(tmp_path / "in", files)
        with pytest.raises(EmptyCorpus, match=rf"^nothing to index in {archive}: {message}"):
            nights(archive)
        assert nights.layout.published() == []

    def test_an_index_in_which_nothing_would_be_left(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", {"a": "باران بارید."})
        first = nights(archive)
        (archive / "a.txt").unlink()
        with pytest.raises(
            EmptyCorpus, match=f"^nothing would be left in the index: {archive} holds no article$"
        ):
            nights(archive, allow_removals=True)
        assert nights.layout.live().name == first.manifest.name
        assert nights.texts() == {"a": "باران بارید."}

    def test_a_disk_without_room(
        self, nights: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive = write(tmp_path / "in", numbered(100))
        usage = shutil._ntuple_diskusage(10**9, 10**9, 5_000_000)
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
        message = f"indexing 100 articles takes about 6 MB in {nights.layout.folder}, where 5 MB are free"
        with pytest.raises(IndexNotWritable, match=rf"^{message}: make room, or choose another --index$"):
            nights(archive)
        assert (nights.layout.published(), nights.encoder.texts) == ([], [])

    def test_a_folder_that_is_a_file(self, model: Model, encoder: Encoder, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", numbered(1))
        (tmp_path / "index").write_text("")
        with pytest.raises(IndexNotWritable, match=f"the index in {tmp_path / 'index'} cannot be written"):
            build(Corpus([archive]), Layout(tmp_path / "index"), model, encoder)


class TestGenerations:
    def test_two_stay_unless_told_otherwise(self, nights: Nights, tmp_path: Path) -> None:
        archive = tmp_path / "in"
        names = [nights(write(archive, {f"{n}": TEXTS[n]})).manifest.name for n in range(3)]
        assert [folder.name for folder in nights.layout.published()] == names[1:]
        last = nights(write(archive, {"9": TEXTS[9]}), keep=1)
        assert last.work.pruned.removed == tuple(names[1:])
        assert [folder.name for folder in nights.layout.published()] == [last.manifest.name]

    def test_one_that_is_read_stays(self, nights: Nights, tmp_path: Path) -> None:
        archive = tmp_path / "in"
        first = nights(write(archive, {"0": TEXTS[0]})).manifest.name
        with closing(open_live(nights.layout.folder)) as reading:
            summary = nights(write(archive, {"1": TEXTS[1]}), keep=1)
            assert (summary.work.pruned.removed, summary.work.pruned.held) == ((), (first,))
            assert [article.id for article in reading.articles([0])] == ["0"]
        assert nights(write(archive, {"2": TEXTS[2]}), keep=2).work.pruned.removed == (first,)

    def test_a_file_that_did_not_change_is_shared(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", {f"{n}": TEXTS[n] for n in range(12)})
        nights(archive)
        (segment,) = nights.manifest().segments
        nights(write(archive, {"new": "باران."}))
        assert segment in nights.manifest().segments
        older, live = nights.layout.published()
        for name in (catalogue.IDS, "articles.sqlite", "passages.faiss"):
            for path in (older / SEGMENTS / segment).glob(f"{name}*"):
                assert path.samefile(live / SEGMENTS / segment / path.name)


def test_what_cannot_be_loaded_keeps_its_last_good_version(nights: Nights, tmp_path: Path) -> None:
    archive = write(tmp_path / "in", {"a": "باران بارید.", "b": "برف بارید."})
    nights(archive)
    (archive / "a.txt").write_bytes(bytes(range(256)))
    write(archive, {"c": "سیل آمد."})
    told: list[Skipped] = []
    summary = nights(archive, sink=told.append)
    assert [(one.path, one.reason, one.id) for one in told] == [
        (str(archive / "a.txt"), SkipReason.BINARY, "a")
    ]
    changes = summary.changes
    assert (changes.new, changes.changed, changes.unchanged, changes.removed) == (1, 0, 1, 0)
    assert nights.texts() == {"a": "باران بارید.", "b": "برف بارید.", "c": "سیل آمد."}
    assert nights.manifest().skipped == {"binary": 1}

"""What counts as new, changed, unchanged and missing, and what is removed from an index."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from nights import Nights, numbered, write

from indexer.core.errors import TooManyRemovals, UnreadableInput
from indexer.core.protocols import Encoder
from indexer.core.records import Record, Skipped, SkipReason
from indexer.corpus import Corpus
from indexer.drafting.compare import Comparison, Survey
from indexer.drafting.skips import SkipLog, Skips
from indexer.generation.generation import open_live
from indexer.models.model import Model
from indexer.storage.layout import Layout

NOT_RECORDS = (
    SkipReason.HIDDEN,
    SkipReason.UNSUPPORTED,
    SkipReason.LINK_LOOP,
    SkipReason.LINK,
    SkipReason.DELETED,
)


@pytest.fixture
def nights(layout: Layout, model: Model, encoder: Encoder) -> Nights:
    return Nights(layout, model, encoder)


def skipped(place: str, reason: SkipReason = SkipReason.EMPTY) -> Skipped:
    return Skipped(place, reason, "why", f"/in/{place}")


class TestSkipLog:
    def test_counts_by_reason_and_keeps_three_examples_of_each(self) -> None:
        told: list[Skipped] = []
        log = SkipLog(told.append)
        empty = [skipped(f"{number}") for number in range(5)]
        for one in [*empty, skipped("b", SkipReason.BINARY), *empty]:
            log.add(one)
        summary = log.summary()
        assert summary.counts == {"empty": 5, "binary": 1}
        assert summary.total == 6
        assert summary.samples == (*empty[:3], skipped("b", SkipReason.BINARY))
        assert told == [*empty, skipped("b", SkipReason.BINARY)]

    def test_one_place_may_be_noted_for_two_reasons(self) -> None:
        log = SkipLog()
        log.add(skipped("a"))
        log.add(skipped("a", SkipReason.CHANGED))
        assert log.summary().counts == {"empty": 1, "changed while it was read": 1}

    def test_two_articles_from_one_place_are_noted_apart(self) -> None:
        log = SkipLog()
        for article in ("a", "b", "a"):
            log.add(replace(skipped("wire"), id=article))
        assert log.summary().counts == {"empty": 2}

    @pytest.mark.parametrize("reason", sorted(set(SkipReason) - set(NOT_RECORDS)))
    def test_strict_stops_at_a_record_that_cannot_be_read(self, reason: SkipReason) -> None:
        told: list[Skipped] = []
        message = rf"^a\.txt cannot be read \({reason.value}: why\): mend it, or leave out --strict$"
        with pytest.raises(UnreadableInput, match=message):
            SkipLog(told.append, strict=True).add(skipped("a.txt", reason))
        assert told == [skipped("a.txt", reason)]

    @pytest.mark.parametrize("reason", NOT_RECORDS)
    def test_strict_lets_pass_what_is_no_record(self, reason: SkipReason) -> None:
        log = SkipLog(strict=True)
        log.add(skipped("a", reason))
        assert log.summary().counts == {reason.value: 1}


def survey(sources: dict[str, tuple[int, int]]) -> Survey:
    return Survey(0, 0, 0, Skips({}, ()), np.empty(0, np.int64), 0, sources)


class TestFewRemovals:
    @pytest.mark.parametrize(
        "sources",
        [
            {},
            {"/a": (10, 1)},
            {"/a": (70, 7), "/b": (1000, 100)},
            {"/a": (5, 0)},
        ],
    )
    def test_a_tenth_of_a_source_may_go(self, sources: dict[str, tuple[int, int]]) -> None:
        survey(sources).require_few_removals()

    @pytest.mark.parametrize(
        ("sources", "told"),
        [
            ({"/a": (10, 2)}, "2 of the 10 articles from /a are"),
            ({"/a": (1, 1)}, "1 of the 1 articles from /a are"),
            ({"/a": (100_000, 0), "/b": (20_000, 2001)}, "2,001 of the 20,000 articles from /b are"),
        ],
    )
    def test_more_of_one_source_may_not(self, sources: dict[str, tuple[int, int]], told: str) -> None:
        with pytest.raises(TooManyRemovals) as caught:
            survey(sources).require_few_removals()
        assert str(caught.value) == (
            f"{told} no longer there, more than 10%: nothing was changed. If they shall go, say"
            " --allow-removals; if they shall stay, --keep-missing; if the folder is not mounted, mount it"
        )


class TestRemoval:
    def test_what_is_gone_is_removed_and_other_sources_stay(self, nights: Nights, tmp_path: Path) -> None:
        first = write(tmp_path / "first", numbered(10))
        second = write(tmp_path / "second", {"s": "باران بارید."})
        nights(first, second)
        (first / "03.txt").unlink()
        summary = nights(first)
        assert (summary.changes.removed, summary.changes.kept, summary.changes.unchanged) == (1, 0, 9)
        assert sorted(nights.texts()) == [f"{n:02d}" for n in range(10) if n != 3] + ["s"]
        assert summary.work.embedded == 0
        assert nights.manifest().roots == [str(first), str(second)]

    def test_a_file_given_by_name_says_nothing_about_its_neighbours(
        self, nights: Nights, tmp_path: Path
    ) -> None:
        archive = write(tmp_path / "in", numbered(3))
        nights(archive)
        (archive / "00.txt").unlink()
        write(archive, {"01": "باران بارید."})
        summary = nights(archive / "01.txt")
        changes = summary.changes
        assert (changes.changed, changes.removed, sorted(nights.texts())) == (1, 0, ["00", "01", "02"])

    def test_a_pattern_is_responsible_for_what_it_matches(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", {**numbered(10), "x.md": "باران بارید."})
        nights(archive)
        (archive / "00.txt").unlink()
        (archive / "x.md").unlink()
        summary = nights(archive / "*.txt")
        assert (summary.changes.removed, summary.changes.unchanged) == (1, 9)
        assert sorted(nights.texts()) == [*(f"{n:02d}" for n in range(1, 10)), "x"]

    def test_a_line_that_is_gone_is_removed(self, nights: Nights, tmp_path: Path) -> None:
        lines = [json.dumps({"id": f"{n}", "text": f"خبر {n}."}) for n in range(10)]
        file = write(tmp_path / "in", {"a.jsonl": "\n".join(lines)}) / "a.jsonl"
        nights(file)
        file.write_text("\n".join(lines[1:]))
        assert (nights(file).changes.removed, sorted(nights.texts())) == (1, [f"{n}" for n in range(1, 10)])

    def test_more_than_a_tenth_is_refused_and_nothing_changes(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", numbered(10))
        first = nights(archive)
        for name in ("03.txt", "04.txt"):
            (archive / name).unlink()
        write(archive, {"new": "باران بارید."})
        with pytest.raises(TooManyRemovals, match=f"^2 of the 10 articles from {archive} are no longer"):
            nights(archive)
        assert nights.layout.live().name == first.manifest.name
        assert (len(nights.texts()), nights.encoder.texts) == (10, [])
        allowed = nights(archive, allow_removals=True)
        assert (allowed.changes.removed, allowed.changes.new, allowed.manifest.articles) == (2, 1, 9)

    def test_keep_missing_removes_nothing(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", numbered(10))
        nights(archive)
        for name in ("03.txt", "04.txt"):
            (archive / name).unlink()
        quiet = nights(archive, keep_missing=True)
        assert (quiet.changes.removed, quiet.changes.kept, quiet.published) == (0, 2, False)
        write(archive, {"new": "باران بارید."})
        summary = nights(archive, keep_missing=True)
        changes = summary.changes
        assert (changes.removed, changes.kept, changes.new, summary.manifest.articles) == (0, 2, 1, 11)

    def test_it_is_counted_by_source(self, nights: Nights, tmp_path: Path) -> None:
        large, small = write(tmp_path / "large", numbered(20)), write(tmp_path / "small", {"s": "باران."})
        nights(large, small)
        (small / "s.txt").unlink()
        with pytest.raises(TooManyRemovals, match=f"^1 of the 1 articles from {small}"):
            nights(large, small)


class TestProtected:
    """What could be an article that is not found was there, and could not be read."""

    def test_a_file_without_letters_keeps_its_article(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", numbered(2))
        nights(archive)
        write(archive, {"00": " \n"})
        summary = nights(archive)
        changes = summary.changes
        assert (changes.skips.counts, changes.removed, summary.published) == ({"empty": 1}, 0, False)
        assert nights.texts() == {"00": "خبر 0 از شهر.", "01": "خبر 1 از شهر."}

    def test_a_file_that_cannot_be_opened_keeps_its_article(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", numbered(2))
        nights(archive)
        (archive / "00.txt").unlink()
        (archive / "00.txt").symlink_to("nothing")
        summary = nights(archive)
        (told,) = summary.changes.skips.samples
        assert (told.path, told.reason, told.detail) == (
            str(archive / "00.txt"),
            SkipReason.UNREADABLE,
            "a link to nothing",
        )
        assert (summary.changes.kept, summary.changes.removed, len(nights.texts())) == (1, 0, 2)

    def test_a_folder_that_cannot_be_listed_keeps_all_below(
        self, nights: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive = write(tmp_path / "in", {"top": "باران.", "sub/a": "سیل.", "sub/deep/b": "برف."})
        nights(archive)
        listed = Path.iterdir

        def refused(path: Path) -> Iterator[Path]:
            if path.name == "sub":
                raise PermissionError(13, "Permission denied")
            return listed(path)

        monkeypatch.setattr(Path, "iterdir", refused)
        summary = nights(archive)
        (told,) = summary.changes.skips.samples
        assert (told.path, told.detail) == (str(archive / "sub"), "Permission denied")
        assert (summary.changes.kept, summary.changes.removed, sorted(nights.texts())) == (
            2,
            0,
            ["sub/a", "sub/deep/b", "top"],
        )

    def test_a_folder_that_vanishes_midway_keeps_all_below(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", numbered(5))
        nights(archive)

        class Vanishing(Corpus):
            def __iter__(self) -> Iterator[Record | Skipped]:
                for item in super().__iter__():
                    yield item
                    if archive.exists():
                        archive.rename(tmp_path / "away")

        summary = nights(corpus=Vanishing([archive], roots=nights.layout.roots()))
        assert (summary.changes.unchanged, summary.changes.removed, summary.changes.kept) == (1, 0, 4)
        assert summary.changes.skips.counts == {"unreadable": 5}
        assert summary.changes.skips.samples[0].detail == "no longer there"
        assert len(nights.texts()) == 5

    def test_one_broken_line_keeps_all_of_its_file(self, nights: Nights, tmp_path: Path) -> None:
        lines = [json.dumps({"id": f"{n}", "text": f"خبر {n}."}) for n in range(4)]
        archive = write(tmp_path / "in", {"a.jsonl": "\n".join(lines), "b": "باران بارید."})
        nights(archive)
        write(archive, {"a.jsonl": "\n".join([lines[0], "{broken", lines[3]])})
        summary = nights(archive)
        (told,) = summary.changes.skips.samples
        assert (told.source, told.reason, told.path) == (
            f"{archive / 'a.jsonl'}:2",
            SkipReason.MALFORMED,
            str(archive / "a.jsonl"),
        )
        assert (summary.changes.unchanged, summary.changes.kept, summary.changes.removed) == (3, 2, 0)
        assert sorted(nights.texts()) == ["0", "1", "2", "3", "b"]

    def test_a_line_whose_id_is_known_keeps_only_its_article(self, nights: Nights, tmp_path: Path) -> None:
        lines = [json.dumps({"id": f"{n}", "text": f"خبر {n}."}) for n in range(12)]
        file = write(tmp_path / "in", {"a.jsonl": "\n".join(lines)}) / "a.jsonl"
        nights(file)
        file.write_text("\n".join([*lines[:10], json.dumps({"id": "10", "text": ""})]))
        summary = nights(file)
        changes = summary.changes
        assert (changes.skips.counts, changes.kept, changes.removed) == ({"empty": 1}, 0, 1)
        assert sorted(nights.texts(), key=int) == [f"{n}" for n in range(11)]

    def test_an_article_that_comes_back_meanwhile_stays(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", numbered(10))
        nights(archive)
        text = (archive / "03.txt").read_text()
        (archive / "03.txt").unlink()

        class Returning(Corpus):
            times = 0

            def __iter__(self) -> Iterator[Record | Skipped]:
                self.times += 1
                if self.times == 2:
                    write(archive, {"03": text})
                yield from super().__iter__()

        write(archive, {"new": "باران بارید."})
        summary = nights(corpus=Returning([archive], roots=nights.layout.roots()))
        assert (summary.changes.new, summary.changes.removed, summary.manifest.articles) == (1, 0, 11)
        assert nights.texts()["03"] == text


class TestDuplicates:
    def test_an_id_of_another_source_is_left_to_it(self, nights: Nights, tmp_path: Path) -> None:
        first = write(tmp_path / "first", {"a": "باران بارید."})
        second = write(tmp_path / "second", {"a": "برف بارید.", "b": "سیل آمد."})
        nights(first)
        summary = nights(second)
        (told,) = summary.changes.skips.samples
        assert (told.reason, told.id, told.detail) == (
            SkipReason.DUPLICATE,
            "a",
            f"{first / 'a.txt'} holds the article of this id: rename one of them",
        )
        assert (summary.changes.new, nights.texts()) == (1, {"a": "باران بارید.", "b": "سیل آمد."})

    def test_where_the_other_file_is_gone_it_is_taken_over(self, nights: Nights, tmp_path: Path) -> None:
        first = write(tmp_path / "first", {"a": "باران بارید."})
        second = write(tmp_path / "second", {"a": "برف بارید."})
        nights(first)
        shutil.rmtree(first)
        summary = nights(second)
        assert (summary.changes.changed, summary.changes.new, summary.manifest.articles) == (1, 0, 1)
        assert nights.texts() == {"a": "برف بارید."}
        assert nights.paths() == {"a": str(second / "a.txt")}

    def test_of_two_in_one_run_the_first_counts(self, nights: Nights, tmp_path: Path) -> None:
        first = write(tmp_path / "first", {"a": "باران بارید."})
        second = write(tmp_path / "second", {"a": "برف بارید."})
        summary = nights(first, second)
        (told,) = summary.changes.skips.samples
        assert (told.reason, told.detail) == (
            SkipReason.DUPLICATE,
            f"article 'a' was read from {first / 'a.txt'} already",
        )
        assert nights.texts() == {"a": "باران بارید."}


class TestSurvey:
    def test_counts_and_names_what_is_missing(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", numbered(5))
        nights(archive)
        (archive / "01.txt").unlink()
        write(archive, {"02": "باران بارید.", "04": "", "new": "برف بارید."})
        base = open_live(nights.layout.folder)
        found = Comparison(base, Corpus([archive])).survey(SkipLog())
        assert (found.new, found.changed, found.unchanged, found.read) == (1, 1, 2, 5)
        assert [base.catalogue.ids[number] for number in found.missing] == ["01"]
        assert found.sources == {str(archive): (5, 1)}
        assert found.skips.counts == {"empty": 1}
        without = Comparison(base, Corpus([archive]), {"02", "new"}).survey(SkipLog())
        assert (without.new, without.changed, without.unchanged) == (0, 0, 2)
        assert without.skips.counts == {"deleted by hand": 2, "empty": 1}
        base.close()

    def test_without_an_index_all_is_new(self, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", numbered(3))
        found = Comparison(None, Corpus([archive])).survey(SkipLog())
        assert (found.new, found.read, found.sources, len(found.missing)) == (3, 3, {}, 0)

    def test_tells_how_far_it_is(self, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", numbered(450))
        ticks: list[tuple[int, int]] = []
        Comparison(None, Corpus([archive])).survey(SkipLog(), lambda done, of: ticks.append((done, of)))
        assert ticks == [(200, 200), (400, 400)]

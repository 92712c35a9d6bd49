"""What a dry run says: the numbers of the reindex that would follow, and nothing is written."""

from pathlib import Path

import pytest
from nights import TEXTS, Nights, numbered, tree, write

from indexer import preconditions
from indexer.build import build
from indexer.core.errors import EmptyCorpus, IndexNotWritable, TooManySkipped, UnreadableInput
from indexer.core.protocols import Encoder
from indexer.core.records import Skipped, SkipReason
from indexer.corpus import Corpus
from indexer.drafting.compare import Changes
from indexer.drafting.skips import SkipLimit, Skips
from indexer.estimate import Estimate
from indexer.models.model import Model
from indexer.options import AS_USUAL, Options
from indexer.plan import Plan, plan
from indexer.storage.layout import Layout
from indexer.text import chunking


@pytest.fixture
def nights(layout: Layout, model: Model, encoder: Encoder) -> Nights:
    return Nights(layout, model, encoder)


def planned(nights: Nights, archive: Path, options: Options = AS_USUAL) -> Plan:
    """A plan, after which everything lies as before."""
    before = tree(nights.layout.folder)
    found = plan(nights.files(archive), nights.layout, nights.model, nights.encoder, options=options)
    assert tree(nights.layout.folder) == before
    return found


def test_it_says_what_the_reindex_then_does(nights: Nights, tmp_path: Path) -> None:
    archive = write(tmp_path / "in", numbered(20))
    nights(archive)
    (archive / "03.txt").unlink()
    write(archive, {"05": TEXTS[0], "06": "", "new": TEXTS[3], "photo.jpg": "x"})
    (archive / "binary.txt").write_bytes(bytes(range(256)))
    before = planned(nights, archive)
    done = nights(archive)
    changes = before.changes
    assert (changes.read, changes.new, changes.changed, changes.unchanged) == (22, 1, 1, 17)
    assert (before.changes.read, before.changes.new, before.changes.changed, before.changes.unchanged) == (
        done.changes.read,
        done.changes.new,
        done.changes.changed,
        done.changes.unchanged,
    )
    assert before.changes.skips == done.changes.skips
    assert before.changes.skips.counts == {"empty": 1, "unsupported format": 1, "binary": 1}
    changes = before.changes
    done_changes = done.changes
    assert (changes.removed, changes.kept, changes.rebuilt) == (
        done_changes.removed,
        done_changes.kept,
        done_changes.rebuilt,
    )
    assert (before.changes.removed, before.changes.kept) == (1, 0)
    assert (before.refused, before.estimate.characters) == (None, len(TEXTS[0]) + len(TEXTS[3]))
    assert before.estimate.seconds > 0
    assert before.estimate.texts == done.work.texts


def test_where_nothing_is_to_do_nothing_is_encoded(nights: Nights, tmp_path: Path) -> None:
    archive = write(tmp_path / "in", numbered(3))
    nights(archive)
    nights.encoder.texts.clear()
    assert planned(nights, archive) == Plan(Changes(3, 0, 0, 3, Skips({}, ()), 0, 0), None, Estimate())
    assert nights.encoder.texts == []


def test_where_there_is_no_index_no_folder_is_made(model: Model, encoder: Encoder, tmp_path: Path) -> None:
    archive = write(tmp_path / "in", numbered(3))
    found = plan(Corpus([archive]), Layout(tmp_path / "index"), model, encoder)
    assert (found.changes.new, found.estimate.characters) == (3, sum(map(len, numbered(3).values())))
    assert not (tmp_path / "index").exists()


def test_it_says_that_a_reindex_would_refuse(nights: Nights, tmp_path: Path) -> None:
    archive = write(tmp_path / "in", numbered(10))
    nights(archive)
    for name in ("03.txt", "04.txt"):
        (archive / name).unlink()
    refused = planned(nights, archive)
    assert refused.changes.removed == 2
    assert refused.refused
    assert refused.refused.startswith(f"2 of the 10 articles from {archive} are no longer there")
    allowed = planned(nights, archive, Options(allow_removals=True))
    assert (allowed.changes.removed, allowed.changes.kept, allowed.refused) == (2, 0, None)
    kept = planned(nights, archive, Options(keep_missing=True))
    assert (kept.changes.removed, kept.changes.kept, kept.refused) == (0, 2, None)


def test_it_refuses_whatever_the_reindex_would_refuse(
    nights: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = write(tmp_path / "in", {"a": TEXTS[1], "empty": "", "photo.jpg": "x"})
    (archive / "binary.txt").write_bytes(bytes(range(256)))
    refusals = [
        (archive, Options(max_skipped=SkipLimit.parse("1")), TooManySkipped),
        (archive, Options(max_skipped=SkipLimit.parse("66%")), TooManySkipped),
        (write(tmp_path / "nothing", {"photo.jpg": "x"}), AS_USUAL, EmptyCorpus),
    ]
    for folder, options, kind in refusals:
        refusal = planned(nights, folder, options).refusal
        with pytest.raises(kind) as raised:
            build(nights.files(folder), nights.layout, nights.model, nights.encoder, options=options)
        assert (type(refusal), str(refusal)) == (kind, str(raised.value))
    monkeypatch.setattr(preconditions, "BYTES_PER_ARTICLE", 10**18)
    refusal = planned(nights, archive).refusal
    with pytest.raises(IndexNotWritable, match=r"where .* MB are free: make room") as full:
        nights(archive)
    assert str(refusal).split(", where")[0] == str(full.value).split(", where")[0]
    assert nights.layout.published() == []


def test_as_many_may_be_unreadable_as_was_said(nights: Nights, tmp_path: Path) -> None:
    archive = write(tmp_path / "in", {"a": TEXTS[1], "empty": "", "photo.jpg": "x"})
    (archive / "binary.txt").write_bytes(bytes(range(256)))
    for limit in ("2", "67%"):
        chosen = Options(max_skipped=SkipLimit.parse(limit))
        assert planned(nights, archive, chosen).refusal is None
        assert nights(archive, max_skipped=chosen.max_skipped).manifest.articles == 1
    with pytest.raises(
        TooManySkipped, match=r"^2 of the 3 records cannot be read, more than --max-skipped 1"
    ):
        nights(archive, max_skipped=SkipLimit.parse("1"))


def test_fresh_takes_everything_for_new(nights: Nights, tmp_path: Path) -> None:
    archive = write(tmp_path / "in", numbered(3))
    nights(archive)
    found = planned(nights, archive, Options(fresh=True))
    assert (found.changes.new, found.changes.unchanged, found.changes.rebuilt) == (3, 0, ())


def test_what_must_be_made_anew_is_counted(
    nights: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = write(tmp_path / "first", {"a": TEXTS[1]}), write(tmp_path / "second", {"b": TEXTS[4]})
    nights(first, second)
    monkeypatch.setattr(chunking, "VERSION", chunking.VERSION + 1)
    write(first, {"new": TEXTS[7]})
    found = planned(nights, first)
    assert found.changes.rebuilt == (f"chunking ({chunking.VERSION - 1} → {chunking.VERSION})",)
    assert (found.changes.new, found.changes.unchanged) == (1, 1)
    assert found.estimate.characters == len(TEXTS[1]) + len(TEXTS[4]) + len(TEXTS[7])


def test_strict_and_the_report_are_heeded(nights: Nights, tmp_path: Path) -> None:
    archive = write(tmp_path / "in", {"a": TEXTS[1], "b": ""})
    told: list[Skipped] = []
    plan(Corpus([archive]), nights.layout, nights.model, nights.encoder, sink=told.append)
    assert [(Path(one.path).name, one.reason) for one in told] == [("b.txt", SkipReason.EMPTY)]
    with pytest.raises(UnreadableInput, match=r"b\.txt cannot be read"):
        planned(nights, archive, Options(strict=True))

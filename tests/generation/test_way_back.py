"""What is advised where an index cannot be used: to go back where that helps, else what does."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from making import embedded, forge, publish, published

from indexer.core.errors import (
    CacheDamaged,
    FormatMismatch,
    HudhudError,
    IndexDamaged,
    IndexLocked,
    IndexMismatch,
)
from indexer.generation.generation import open_live
from indexer.generation.way_back import advice, told, way_back
from indexer.storage.layout import Layout
from indexer.storage.manifest import FORMAT, MANIFEST, Manifest, content_faults, damage
from indexer.upkeep import maintenance

ANEW = "make the index anew with `hudhud reindex PATH... --fresh`"
RESTORE = f"restore a backup with `hudhud import FILE`, or {ANEW}"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """Three generations; the later two share the segments of those before."""
    layout = published(tmp_path / "index", [embedded("a", [["یک", "دو"]])])
    for article_id in "bc":
        with closing(open_live(layout.folder)) as base:
            publish(layout, [embedded(article_id, [["سه"]])], base)
    return layout


def names(folder: Path) -> list[Path]:
    return [folder / name for name in Manifest.read(folder / MANIFEST).files]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_the_newest_before_the_live_one_is_gone_back_to(layout: Layout) -> None:
    first, second, _ = layout.published()
    assert way_back(layout) == second
    assert advice(layout) == f"go back with `hudhud rollback {second.name}`"
    (second / "ids.npy").write_bytes(b"")
    assert way_back(layout) == first
    (first / MANIFEST).write_text("{")
    assert way_back(layout) is None
    assert advice(layout) == RESTORE


def test_what_somebody_went_back_from_is_not_gone_on_to(layout: Layout) -> None:
    layout.point_to(layout.published()[0])
    assert advice(layout) == RESTORE


@pytest.mark.parametrize("current", [None, b"", b"000009-x\n", b"\xff"])
def test_where_none_is_known_as_live_it_is_the_newest(layout: Layout, current: bytes | None) -> None:
    if current is None:
        layout.current.unlink()
    else:
        layout.current.write_bytes(current)
    assert way_back(layout) == layout.published()[-1]
    with pytest.raises(IndexDamaged, match="CURRENT") as refused:
        open_live(layout.folder)
    assert told(refused.value, layout) == (
        f"{refused.value}: go back with `hudhud rollback {layout.published()[-1].name}`"
    )


def test_one_that_shares_what_is_damaged_is_passed_over(layout: Layout) -> None:
    first, second, third = layout.published()
    own = {path: sum(path.samefile(other) for other in names(third)) for path in names(second)}
    shared = next(path for path, times in own.items() if times and path.name == "articles.sqlite")
    flip(shared)
    assert content_faults(first) != []
    found = content_faults(third)
    assert way_back(layout, damage(third, found).files) is None
    assert told(damage(third, found), layout) == f"{third} is damaged ({found[0]}): {RESTORE}"
    flip(shared)
    assert way_back(layout, [third / "ids.txt"]) == second
    assert way_back(layout, [third / "missing"]) == second


def test_what_is_advised_can_be_done(layout: Layout) -> None:
    back = way_back(layout)
    assert back
    assert maintenance.rollback(layout, back.name).generation == back.name


def test_a_refused_rollback_is_not_advised_again(layout: Layout) -> None:
    first, second, _ = layout.published()
    flip(second / "ids.npy")
    with pytest.raises(IndexDamaged) as refused:
        maintenance.rollback(layout, second.name)
    assert told(refused.value, layout).endswith(f": go back with `hudhud rollback {first.name}`")


def test_a_folder_that_cannot_be_listed_has_nothing_to_go_back_to(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Layout) -> list[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Layout, "published", refused)
    assert advice(layout) == RESTORE


@pytest.mark.parametrize(
    ("form", "older_form", "expected"),
    [
        (2, 2, ANEW),
        (FORMAT + 1, 2, f"upgrade Hudhud, or {ANEW}"),
        (2, FORMAT, "go back with `hudhud rollback {}`"),
        (FORMAT + 1, FORMAT, "upgrade Hudhud, or go back with `hudhud rollback {}`"),
    ],
)
def test_another_format(layout: Layout, form: int, older_form: int, expected: str) -> None:
    first, second, third = layout.published()
    for folder, its in ((first, older_form), (second, older_form), (third, form)):
        forge(folder, format=its)
    with pytest.raises(FormatMismatch) as refused:
        open_live(layout.folder)
    assert told(refused.value, layout) == (
        f"{third / MANIFEST} has format {form}, this version reads format {FORMAT}:"
        f" {expected.format(second.name)}"
    )


@pytest.mark.parametrize("kind", [HudhudError, CacheDamaged, IndexLocked, IndexMismatch, OSError])
def test_other_errors_are_told_as_they_are(layout: Layout, kind: Callable[[str], Exception]) -> None:
    assert told(kind("why: do this"), layout) == "why: do this"

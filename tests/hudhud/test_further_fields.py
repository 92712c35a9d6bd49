"""Further fields of articles: declared, remembered, changed, and what that makes anew."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from nights import TEXTS

import hudhud
from indexer.core.protocols import Encoder
from indexer.models.model import Model
from indexer.storage.layout import Layout
from indexer.storage.manifest import MANIFEST, Manifest
from indexer.upkeep.maintenance import delete

pytestmark = pytest.mark.usefixtures("loaded")

ROWS = (
    {"id": "bread", "text": TEXTS[1], "author": "Ali", "section": "economy", "site": "Daily"},
    {"id": "football", "text": TEXTS[2], "tags": ["sport", "x" * 201], "url": "https://www.a.org/1"},
)


def _archive(folder: Path) -> Path:
    (folder / "in").mkdir(exist_ok=True)
    path = folder / "in" / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    return path


def _meta(layout: Layout) -> list[str]:
    return Manifest.read(layout.live() / MANIFEST).meta


def _metadata(layout: Layout) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    with hudhud.open(layout.folder) as index:
        return {name: dict(index.article(name).metadata) for name in ("bread", "football")}


def test_a_declaration_stays_until_another_is_made(layout: Layout, tmp_path: Path) -> None:
    archive = _archive(tmp_path)
    first = hudhud.index(archive, layout.folder, meta=["author"])
    assert (_meta(layout), first.metadata_cut) == (["author"], 0)
    assert _metadata(layout) == {"bread": {"author": ("Ali",)}, "football": {}}
    assert hudhud.index(archive, layout.folder).published is False
    more = hudhud.index(archive, layout.folder, meta=["author", "tags"])
    assert (more.changed, more.unchanged, more.embedded, more.metadata_cut) == (1, 1, 0, 1)
    assert _metadata(layout) == {"bread": {"author": ("Ali",)}, "football": {"tags": ("sport",)}}
    fewer = hudhud.index(archive, layout.folder, meta=["tags"])
    assert (fewer.published, fewer.changed, fewer.embedded) == (True, 1, 0)
    assert _metadata(layout) == {"bread": {}, "football": {"tags": ("sport",)}}
    assert hudhud.index(archive, layout.folder, fresh=True).published
    assert _meta(layout) == []


def test_a_declaration_of_what_no_article_has_is_published(layout: Layout, tmp_path: Path) -> None:
    archive = _archive(tmp_path)
    hudhud.index(archive, layout.folder)
    declared = hudhud.index(archive, layout.folder, meta=["desk"])
    assert (declared.published, declared.changed) == (True, 0)
    with hudhud.open(layout.folder) as index:
        assert index.search("bread", meta={"desk": "war"}).hits == ()
        with pytest.raises(hudhud.UnknownField, match=r"no field 'meta.author'"):
            index.search("bread", meta={"author": "Ali"})


def test_searches_filter_count_and_show_what_is_kept(layout: Layout, tmp_path: Path) -> None:
    hudhud.index(_archive(tmp_path), layout.folder, meta=["author"])
    with hudhud.open(layout.folder) as index:
        [hit] = index.search("bread and football", meta={"author": ["ALI"]})
        assert (hit.id, hit.publisher, hit.metadata) == ("bread", "Daily", (("author", ("Ali",)),))
        [hit] = index.search("bread and football", omit=hudhud.Omit(meta={"author": "ali"}))
        assert (hit.id, hit.publisher) == ("football", "a.org")
        found = index.search("نان تازه", facets=["source", "meta.author"], min_confidence=0)
        assert [(facet.field, facet.counts) for facet in found.facets] == [
            ("source", (("Daily", 1), ("a.org", 1))),
            ("meta.author", (("Ali", 1),)),
        ]
        pages = index.search("نان تازه", limit=1, sort="newest", min_confidence=0)
        more = index.search("نان تازه", limit=1, sort="newest", min_confidence=0, cursor=pages.next_cursor)
        assert (pages.total, [hit.rank for hit in more], more.next_cursor) == (2, [2], None)
        assert {pages[0].id, more[0].id} == {"bread", "football"}


def test_deleting_keeps_the_declaration(
    layout: Layout, tmp_path: Path, model: Model, encoder: Encoder
) -> None:
    hudhud.index(_archive(tmp_path), layout.folder, meta=["tags"])
    delete(layout, ["bread"], model, encoder)
    assert _meta(layout) == ["tags"]
    with hudhud.open(layout.folder) as index:
        assert [hit.id for hit in index.search("football", meta={"tags": "Sport"})] == ["football"]


def test_articles_in_memory_have_publishers_and_further_fields(layout: Layout) -> None:
    whole = hudhud.Article("bread", "", TEXTS[1], publisher="Daily", metadata=(("author", ("Ali", "Sara")),))
    hudhud.index([whole, ROWS[1]], layout.folder, meta=["author"])
    with hudhud.open(layout.folder) as index:
        article = index.article("bread")
    assert (article.publisher, article.metadata) == ("Daily", (("author", ("Ali", "Sara")),))

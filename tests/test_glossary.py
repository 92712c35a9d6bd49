"""A user's glossary: kept in the index, used by searches, replaced and given up."""

from contextlib import closing
from pathlib import Path

import pytest

from indexer.build import build
from indexer.core.errors import InvalidGlossary
from indexer.core.protocols import Encoder
from indexer.core.records import QueryWord
from indexer.corpus import Corpus
from indexer.generation.generation import open_live
from indexer.lexicon.dictionary import GLOSSARY
from indexer.models.model import Model
from indexer.options import Options
from indexer.storage.layout import Layout

ASKED = QueryWord("skybird", "skybird", "en")


def terms(layout: Layout) -> list[str]:
    with closing(open_live(layout.folder)) as live:
        found = live.lexicon.expand(ASKED, None)
        return [live.lexicon.word(term) for term in found.terms.tolist()]


def test_a_glossary_stays_until_another_is_given(
    layout: Layout, model: Model, encoder: Encoder, tmp_path: Path
) -> None:
    article, path, none = tmp_path / "a.txt", tmp_path / "ours.tsv", tmp_path / "none.tsv"
    article.write_text("پهپاد بر فراز شهر دیده شد و موشک شلیک شد.", encoding="utf-8")
    path.write_text("skybird\tn\tپهپاد\t\t\n", encoding="utf-8")
    none.write_text("", encoding="utf-8")

    def reindex(glossary: Path | None) -> bool:
        options = Options(glossary=glossary)
        return build(Corpus([article]), layout, model, encoder, options=options).published

    assert reindex(path)
    assert terms(layout) == ["پهپاد"]
    assert not reindex(path)
    assert not reindex(None)
    path.write_text("skybird\tn\tموشک\t\t\n", encoding="utf-8")
    assert reindex(path)
    assert terms(layout) == ["موشک"]
    article.write_text("پهپاد و موشک دیده شد.", encoding="utf-8")
    assert reindex(None)
    assert terms(layout) == ["موشک"]
    assert reindex(none)
    assert terms(layout) == []
    assert not (layout.live() / GLOSSARY).exists()


def test_a_glossary_that_cannot_be_used_changes_nothing(
    layout: Layout, model: Model, encoder: Encoder, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("پهپاد دیده شد.", encoding="utf-8")
    (tmp_path / "bad.tsv").write_text("skybird پهپاد", encoding="utf-8")
    with pytest.raises(InvalidGlossary, match=r"bad.tsv, line 1 has 1 fields"):
        build(
            Corpus([tmp_path / "a.txt"]),
            layout,
            model,
            encoder,
            options=Options(glossary=tmp_path / "bad.tsv"),
        )
    assert layout.published() == []

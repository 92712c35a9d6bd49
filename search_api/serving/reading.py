"""An article with its passages, read from the live generation without a model."""

from contextlib import closing
from pathlib import Path

from indexer.core.records import Article, Passage
from indexer.generation.generation import open_live


def article_with_passages(index: Path, article_id: str) -> tuple[Article, list[Passage]]:
    """The article of this id in the index at `index`, and its passages in order.

    Raises:
        ArticleNotFound: there is none.
        IndexingError: there is no index, or it cannot be used.
    """
    with closing(open_live(index)) as generation:
        article = generation.article_by_id(article_id)
        number = generation.catalogue.ids.number(article_id)
        assert number is not None
        first, behind = generation.catalogue.first_passages[number : number + 2].tolist()
        return article, generation.passages(range(first, behind))

"""An article with its passages, read from the live generation without a model."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from indexer.core.records import Article, Passage
from indexer.generation.generation import open_live


@dataclass(frozen=True, slots=True)
class Shown:
    """An article as it is shown to who looks after the index.

    Attributes:
        article: the article.
        passages: its passages, in order.
        file: the absolute path of the file that it was read from; empty where there was none.
    """

    article: Article
    passages: list[Passage]
    file: str


def article_with_passages(index: Path, article_id: str) -> Shown:
    """The article of this id in the index at `index`.

    Raises:
        ArticleNotFound: there is none.
        IndexingError: there is no index, or it cannot be used.
    """
    with closing(open_live(index)) as generation:
        article = generation.article_by_id(article_id)
        number = generation.catalogue.ids.number(article_id)
        assert number is not None
        first, behind = generation.catalogue.first_passages[number : number + 2].tolist()
        segment, row = generation.catalogue.locate(number)
        return Shown(article, generation.passages(range(first, behind)), segment.origin(row).path)

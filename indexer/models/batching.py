"""Texts in batches of like length, each text once."""

from collections.abc import Callable, Iterator, Sequence

from indexer.core.records import Vectors


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Group positions of `lengths`, longest first, so that `size * longest` stays within `budget`.

    A text longer than the budget stands alone. Equal lengths keep their order.
    """
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > budget:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def each_once(texts: Sequence[str], encode: Callable[[list[str]], Vectors]) -> Vectors:
    """The rows of `encode` for `texts`; equal texts are encoded once and share a vector."""
    rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    return encode(list(rows))[[rows[text] for text in texts]]


def encodable(text: str) -> str:
    """`text` with lone surrogates, which have no UTF-8 form, replaced by `?`."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()

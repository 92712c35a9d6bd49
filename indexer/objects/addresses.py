"""Which store an address names."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from indexer.core.errors import InvalidSetting
from indexer.objects.arrow import ArrowStore
from indexer.objects.stores import FolderStore, Store

SCHEMES = ("s3", "gs")
"""Of stores that pyarrow speaks to."""


def store_at(address: str) -> Store:
    """The store at `s3://BUCKET/PATH`, `gs://BUCKET/PATH`, `file:///PATH`, or the path of a folder.

    Raises:
        InvalidSetting: it is none of these.
    """
    scheme, is_address, _ = address.partition("://")
    if not is_address:
        return FolderStore(Path(address).absolute())
    parts = urlsplit(address)
    if scheme == "file" and parts.netloc in ("", "localhost") and parts.path:
        return FolderStore(Path(unquote(parts.path)))
    if scheme not in SCHEMES or not re.fullmatch(r"[\w.-]+", parts.netloc):
        given = address if "@" not in address else f"{scheme}://…@…"
        raise InvalidSetting(
            f"{given} names no store: say s3://BUCKET/PATH, gs://BUCKET/PATH or file:///PATH; keys belong"
            " into the environment, where the store's own tools look for them"
        )
    return ArrowStore(address)

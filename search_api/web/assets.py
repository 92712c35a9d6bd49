"""Files that pages load: styles, scripts, pictures and the font, at addresses that change with their content.

All of them share one digest, so that a style finds its font and a script its modules beside itself.
"""

import functools
import gzip
import hashlib
from dataclasses import dataclass
from importlib.resources import files

STATIC = "/static"
"""Where they are."""

FOREVER = "public, max-age=31536000, immutable"

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
_PACKED = frozenset({"css", "js", "svg"})
_FOLDER = files("search_api.web") / "static"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file.

    Attributes:
        media_type: of it.
        content: as it is.
        packed: the same in gzip; empty where that saves nothing.
    """

    media_type: str
    content: bytes
    packed: bytes


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by their names, and the digest that stands in their addresses."""

    digest: str
    by_name: dict[str, Asset]

    def address(self, name: str) -> str:
        """Where a file is, below the prefix of the server.

        Raises:
            KeyError: there is no such file.
        """
        return f"{STATIC}/{self.digest}/{name}" if self.by_name[name] else ""


@functools.cache
def assets() -> Assets:
    """The files of the package, read once."""
    found = {
        one.name: one.read_bytes()
        for one in sorted(_FOLDER.iterdir(), key=lambda one: one.name)
        if one.name.rpartition(".")[2] in _TYPES
    }
    digest = hashlib.blake2b(digest_size=8)
    for name, content in found.items():
        digest.update(f"{name} {len(content)} ".encode() + content)
    return Assets(digest.hexdigest(), {name: _asset(name, content) for name, content in found.items()})


def _asset(name: str, content: bytes) -> Asset:
    kind = name.rpartition(".")[2]
    packed = gzip.compress(content, mtime=0) if kind in _PACKED else b""
    return Asset(_TYPES[kind], content, packed)

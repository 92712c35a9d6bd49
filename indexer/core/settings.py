"""Settings from the environment, a file and options, read once at the edge into a frozen object.

What a file says goes before the environment, and an option before both. A name that is no setting is refused,
wherever it stands.
"""

import difflib
import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Self, get_type_hints

from indexer.core.errors import InvalidSetting
from indexer.core.limits import Limits

_PREFIX = "HUDHUD_"
FILE = "HUDHUD_CONFIG"
"""The variable that names the file."""

_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})
_MAY_BE_NOTHING = frozenset({"requests_per_minute", "searches_waiting", "articles_waiting", "drafts_waiting"})
_LEAST, _LEAST_SECONDS = 1, 0.1
_MOST = {"port": 65_535, "metrics_port": 65_535, "recall": 1}


class Origin(StrEnum):
    """Where a setting comes from, weakest first."""

    DEFAULT = "default"
    ENVIRONMENT = "environment"
    FILE = "file"
    OPTION = "option"


RECALL = 0.99
"""Share of the nearest hundred vectors that a search is to find in a large index."""


@dataclass(frozen=True, slots=True)
class Settings(Limits):
    """What is set; every field is `HUDHUD_` and its name in the environment, and its name in a file.

    Attributes:
        index: folder of the index.
        model: a folder or a hub name; the embedded default where unset.
        cache: folder for models; the user's cache folder where unset.
        reranker: a folder or a hub name of a cross-encoder; none where unset.
        translation_models: a folder of models that draft translations of passages; none where unset.
        host: the address that a server listens at.
        port: likewise.
        root_path: the prefix of paths that a proxy cuts off.
        allowed_hosts: names that a server answers to, besides `localhost` and addresses.
        allowed_origins: origins whose pages may ask and read.
        trusted_proxies: addresses and networks of proxies that are believed.
        keys: the file of API keys; `keys.json` in the folder of the index where unset.
        anonymous: whether nobody needs a key.
        requests_per_minute: of each key, and of each address without one; 0 for any number. Where unset, any
            number for a server that only this machine reaches and that has no keys, else 1,200.
        log_queries: whether a server writes down what is asked for.
        recall: share of the nearest vectors that a search is to find in a large index, measured when it is
            written.
        metrics_port: the port of an address that tells metrics and nothing else; where unset, the API tells
            them to keys of the scope admin.
        metrics_host: that address.
        ray: address of a Ray cluster whose processes answer for shards of the index; none where unset.
        shards: into how many parts the index is cut there.
        replicas: how many processes answer for each part.
    """

    index: Path = Path("index")
    model: str | None = None
    cache: Path | None = None
    reranker: str | None = None
    translation_models: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    root_path: str = ""
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    keys: Path | None = None
    anonymous: bool = False
    requests_per_minute: int | None = None
    log_queries: bool = False
    recall: float = RECALL
    metrics_port: int | None = None
    metrics_host: str = "127.0.0.1"
    ray: str | None = None
    shards: int = 1
    replicas: int = 1

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read every `HUDHUD_…` variable that is not empty, and the file that `HUDHUD_CONFIG` names.

        Raises:
            InvalidSetting: a name that is none of ours, or a value that cannot be.
        """
        return cls.read(environment).settings  # type: ignore[return-value]

    @classmethod
    def read(
        cls,
        environment: Mapping[str, str],
        options: Mapping[str, object] | None = None,
        file: Path | None = None,
    ) -> "Read":
        """All settings, and where each comes from.

        Args:
            environment: of the process.
            options: by name of the field; None counts as unset.
            file: in the place of the one that the environment names.

        Raises:
            InvalidSetting: a name that is none of ours, or a value that cannot be.
        """
        stated = {name: value for name, value in environment.items() if name.startswith(_PREFIX) and value}
        named = stated.pop(FILE, None)
        _require_known(stated, {f"{_PREFIX}{name.upper()}" for name in NAMES} | {FILE})
        found: dict[str, tuple[Any, Origin]] = {}
        for variable, text in stated.items():
            name = variable.removeprefix(_PREFIX).lower()
            found[name] = (_value(name, text, variable), Origin.ENVIRONMENT)
        path = file or (Path(named) if named else None)
        if path:
            given = _document(path)
            _require_known(given, NAMES)
            found |= {name: (_value(name, value, name), Origin.FILE) for name, value in given.items()}
        for name, value in (options or {}).items():
            if value is not None:
                found[name] = (_value(name, value, f"--{name.replace('_', '-')}"), Origin.OPTION)
        settings = cls(**{name: value for name, (value, _) in found.items()})
        origins = {name: found[name][1] if name in found else Origin.DEFAULT for name in NAMES}
        return Read(settings, origins)


@dataclass(frozen=True, slots=True)
class Read:
    """Settings, and where each of them comes from."""

    settings: Settings
    origins: Mapping[str, Origin]


NAMES = tuple(field.name for field in fields(Settings))


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidSetting(f"the settings in {path} cannot be read: {error}") from error


def _require_known(given: Iterable[str], known: Iterable[str]) -> None:
    names = {name.removeprefix(_PREFIX): name for name in sorted(known)}  # what all share says nothing
    for name in sorted(set(given) - set(names.values())):
        close = difflib.get_close_matches(name.removeprefix(_PREFIX), names, n=1)
        all_names = f"the settings are {', '.join(names.values())}"
        hint = f"did you mean {names[close[0]]}?" if close else all_names
        raise InvalidSetting(f"{name} is not a setting of Hudhud: {hint}")


def _value(name: str, given: object, where: str) -> object:
    """A setting's value, out of a text or of what TOML has.

    Raises:
        InvalidSetting: it cannot be.
    """
    read, what = _READERS[_TYPES[name]]
    try:
        value = read(given)
    except (TypeError, ValueError):
        raise InvalidSetting(f"{where} must be {what}, not {given!r}") from None
    if isinstance(value, int | float) and not isinstance(value, bool):
        least = 0 if name in _MAY_BE_NOTHING else _LEAST if isinstance(value, int) else _LEAST_SECONDS
        most = _MOST.get(name, math.inf)
        if not least <= value <= most or math.isinf(value):
            bounds = f"at least {least:g}" + (f" and at most {most:g}" if most < math.inf else "")
            raise InvalidSetting(f"{where} must be {bounds}, not {given!r}")
    return value


def _texts(given: object) -> tuple[str, ...]:
    if isinstance(given, str):
        return tuple(part.strip() for part in given.split(",") if part.strip())
    if isinstance(given, list | tuple) and all(isinstance(one, str) for one in given):
        return tuple(given)
    raise TypeError


def _text(given: object) -> str:
    if not isinstance(given, str | Path):
        raise TypeError
    return str(given)


def _path(given: object) -> Path:
    return Path(_text(given))


def _whole(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise TypeError
    return int(given)


def _number(given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise TypeError
    return float(given)


def _truth(given: object) -> bool:
    if isinstance(given, bool):
        return given
    text = _text(given).lower()
    if text not in _YES | _NO:
        raise ValueError
    return text in _YES


_TYPES = get_type_hints(Settings)
_READERS: dict[object, tuple[Callable[[object], object], str]] = {
    Path: (_path, "a path"),
    Path | None: (_path, "a path"),
    str: (_text, "a text"),
    str | None: (_text, "a text"),
    int: (_whole, "a whole number"),
    int | None: (_whole, "a whole number"),
    float: (_number, "a number"),
    bool: (_truth, "true or false"),
    tuple[str, ...]: (_texts, "texts with commas between"),
}

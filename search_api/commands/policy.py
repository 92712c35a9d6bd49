"""How a server receives requests, by its settings: who is let in, how often, and under which names."""

from pathlib import Path
from typing import TYPE_CHECKING

from indexer.core.errors import InvalidSetting
from indexer.core.settings import Settings

if TYPE_CHECKING:
    from search_api.serving.envelope import Policy
    from search_api.serving.keys import KeyFile
    from search_api.serving.sessions import Sessions

_ANYBODY = 0
_MANY = 1200
"""Requests a minute where nothing is said and others than this machine may ask."""


def sessions_of(chosen: Settings) -> "Sessions":
    """The sessions of those who have a key of the file that the settings name.

    Raises:
        KeysUnusable: it cannot be read.
    """
    from search_api.serving.keys import Keys
    from search_api.serving.sessions import Sessions

    return Sessions(Keys(key_file(chosen)))


def policy_of(chosen: Settings, sessions: "Sessions | None" = None) -> "Policy":
    """How requests are received, by the settings.

    Args:
        chosen: the settings.
        sessions: of browsers that have signed in.

    Raises:
        InvalidSetting: they fit nobody, or cannot be.
        KeysUnusable: the file of keys cannot be read.
    """
    from search_api.serving.callers import Callers, is_loopback
    from search_api.serving.envelope import Policy
    from search_api.serving.gates import KeyGate, OriginGate, RateGate, SignInGate
    from search_api.serving.headers import Origins

    sessions = sessions or sessions_of(chosen)
    keys = sessions.keys
    is_own = is_loopback(chosen.host) and not chosen.trusted_proxies
    if not (is_own or chosen.anonymous or keys.any):
        raise InvalidSetting(
            "others than this machine could ask, and there is no key: make one with"
            " `hudhud keys create NAME`, or say --anonymous"
        )
    per_minute = chosen.requests_per_minute
    if per_minute is None:
        per_minute = _ANYBODY if is_own and not keys.any else _MANY
    gate = KeyGate(keys, anonymous=is_own, always=chosen.anonymous, sessions=sessions)
    origins = Origins.of(chosen.allowed_origins)
    return Policy(
        Callers.of(chosen.allowed_hosts, chosen.trusted_proxies),
        origins,
        (OriginGate(origins), SignInGate(), RateGate(gate, per_minute, per_minute)),
        chosen.log_queries,
    )


def key_file(chosen: Settings, index: Path | None = None, keys: Path | None = None) -> "KeyFile":
    """The file of keys: where it is said to be, else where the settings have it, else in the index."""
    from search_api.serving.keys import NAME, KeyFile

    return KeyFile(keys or chosen.keys or (index or chosen.index) / NAME)

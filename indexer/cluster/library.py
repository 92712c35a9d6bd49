"""Ray, which starts the processes of shards, starts them again and connects them: imported nowhere else.

It is optional (`pip install 'hudhud[cluster]'`). Its reports of use are switched off here, in every process
that Hudhud starts; a cluster that somebody else started reports as they say.
"""

import logging
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from indexer.core.errors import InvalidSetting

PACKAGE = "ray==2.60.0"
LOCAL = "local"
"""In place of an address: a cluster of this machine alone, which ends with this process."""

NAMESPACE = "hudhud"
OBJECT_STORE = 100_000_000
"""Bytes of shared memory of a local cluster: answers of shards are small."""

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_USAGE_STATS_PROMPT_ENABLED": "0",
    "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9/",  # else a head reports even that it reports nothing
    "DO_NOT_TRACK": "1",
    "RAY_ENABLE_AUTO_CONNECT": "0",  # else whoever asks without a connection starts a cluster of its own
}
_ALONE = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""Of a cluster of this machine alone: it is on loopback, and nothing looks which address leads outside."""

_FRACTION = 0.01
"""Of a core that a process books: memory says how many fit on a node."""


class Gone(Exception):
    """A process does not answer: it died, or its node did, or it is being started again.

    Attributes:
        for_good: whether nobody starts it again.
    """

    def __init__(self, message: str, *, for_good: bool) -> None:
        super().__init__(message)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Process:
    """What is started: a class, what it is given, and how many requests it takes at once."""

    kind: type[Any]
    arguments: tuple[Any, ...]
    at_once: int
    turn: int = 0
    """Which node in turn it starts on, as far as there are nodes with cores."""
    on_gpus: int = 0
    """Among how many of its kind GPUs are shared, where nodes have some; it needs none when 0."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node by its id, and how much of a GPU a process books there: one, or a part, or 0."""

    node: str
    gpu: float


def place_of(wanted: Process, nodes: Sequence[Mapping[str, Any]]) -> Place | None:
    """Where a process starts, of the nodes that Ray lists; None where none offers a core.

    What wants GPUs starts on nodes that have some, if there are any, as they are some fifty times as quick.
    """
    offered = sorted(
        ((one["NodeID"], one["Resources"]) for one in nodes if one["Alive"] and one["Resources"].get("CPU")),
        key=lambda one: one[0],
    )
    having = [one for one in offered if one[1].get("GPU")] if wanted.on_gpus else []
    if not (chosen := having or offered):
        return None
    turn = wanted.turn % len(chosen)
    node, resources = chosen[turn]
    sharing = len(range(turn, wanted.on_gpus, len(chosen)))
    return Place(node, 1 / -(-sharing // int(resources["GPU"])) if having else 0)


def require_library() -> None:
    """Check that `ray` is installed.

    Raises:
        InvalidSetting: it is not.
    """
    os.environ.update(_QUIET)
    try:
        import ray  # noqa: F401
    except ImportError as error:
        raise InvalidSetting(
            f"--ray needs the package ray, which cannot be imported ({error}):"
            f" pip install 'hudhud[cluster]', or {PACKAGE}"
        ) from error


@contextmanager
def connected(address: str, environment: Mapping[str, str] | None = None) -> Iterator["Cluster"]:
    """The cluster at an address, until the context ends.

    Args:
        address: `local`, `auto` for the one that runs on this machine, or HOST:PORT of its head.
        environment: variables of the processes that are started on it.

    Raises:
        InvalidSetting: `ray` is not installed, or no cluster answers there.
    """
    if address == LOCAL:
        os.environ.update(_ALONE)
    require_library()
    import ray

    if "://" in address:
        raise InvalidSetting(f"--ray must be local, auto or HOST:PORT of a head node, not {address!r}")
    given: dict[str, Any] = {"address": address, "namespace": NAMESPACE, "log_to_driver": False}
    if address == LOCAL:
        given |= {"include_dashboard": False, "object_store_memory": OBJECT_STORE}
    variables = dict(environment or {}) | _QUIET
    _print_nothing()
    try:
        with _own_signals(), without_dashboard():
            ray.init(**given, logging_level=logging.WARNING, runtime_env={"env_vars": variables})
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise InvalidSetting(f"no Ray cluster answers at {address!r}: {error}") from error
    try:
        yield Cluster()
    finally:
        ray.shutdown()


def _print_nothing() -> None:
    """Keeps what Ray tells of nodes off standard output, where commands print JSON.

    Ray prints it there whatever `log_to_driver` is; this is what its debugger switches off while it is used.
    """
    import ray._private.worker

    ray._private.worker._worker_logs_enabled = False


@contextmanager
def without_dashboard() -> Iterator[None]:
    """Lets heads that this process starts have no process of a dashboard.

    Ray 2.60 starts it even where no dashboard is wanted, and then it looks in which cloud it runs: it asks
    169.254.169.254 and metadata.google.internal, whether or not use is reported.
    """
    from ray._private.node import Node

    started = Node.start_api_server
    Node.start_api_server = _nothing
    try:
        yield
    finally:
        Node.start_api_server = started


def _nothing(*_: object, **__: object) -> None:
    """Start nothing."""


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keeps what SIGTERM does: Ray would end the process with another exit code."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, before)


class Cluster:
    """The processes on a cluster. Safe to use from several threads."""

    def process(self, name: str | None, wanted: Process) -> Any:  # noqa: ANN401
        """The process of this name, which is started if there is none; it is started again when it dies.

        It outlives this process: whoever it is for ends it. One without a name ends with this process.
        """
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        place = place_of(wanted, ray.nodes())
        actor: Any = ray.remote(wanted.kind)
        named = {"name": name, "namespace": NAMESPACE, "lifetime": "detached", "get_if_exists": True}
        return actor.options(
            **(named if name else {}),
            max_restarts=-1,
            max_concurrency=wanted.at_once,
            num_cpus=_FRACTION,
            num_gpus=place.gpu if place else 0,
            scheduling_strategy=NodeAffinitySchedulingStrategy(place.node, soft=True) if place else "SPREAD",
        ).remote(*wanted.arguments)

    def ask(self, process: Any, *arguments: Any) -> Any:  # noqa: ANN401
        """Call `answer` of a process; what stands for the answer."""
        return process.answer.remote(*arguments)

    def done(self, asked: Sequence[Any], seconds: float) -> list[Any]:
        """Which of some answers came; waits for one, but no longer than so many seconds."""
        import ray

        found, _ = ray.wait(list(asked), num_returns=1, timeout=seconds, fetch_local=True)
        return list(found)

    def value(self, asked: Any) -> Any:  # noqa: ANN401
        """An answer that came.

        Raises:
            Gone: the process died before it answered.
        """
        import ray
        from ray.exceptions import ActorDiedError, GetTimeoutError, ObjectLostError, RayActorError

        try:
            return ray.get(asked, timeout=_PATIENCE)
        except RayActorError as error:
            raise Gone(str(error), for_good=isinstance(error, ActorDiedError)) from error
        except (ObjectLostError, GetTimeoutError) as error:
            raise Gone(str(error), for_good=False) from error


_PATIENCE = 10.0
"""Seconds for an answer to come over from its node."""


def end_this() -> None:
    """End the process of a shard, from any of its threads, and do not start it again."""
    import ray

    ray.kill(ray.get_runtime_context().current_actor, no_restart=True)

"""What a server tells of itself in Prometheus's format: numbers, and nothing of what is asked.

Labels are routes, methods, statuses, stages, reasons and names of caches, so there is a bounded number of
series, whatever is sent.
"""

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from indexer.core.bounded import caches
from indexer.core.errors import HudhudError
from search_api.searching.stages import Timed
from search_api.serving.envelope import Ended
from search_api.serving.facts import Facts
from search_api.serving.memory import WordCaches, private_bytes
from search_api.serving.pool import Pool

if TYPE_CHECKING:
    from prometheus_client.core import Metric

METHODS = ("GET", "HEAD", "POST", "OPTIONS")
OTHER = "other"

SECONDS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24)
STAGE_SECONDS = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 4.096)
"""Upper bounds of the classes that latencies are counted in."""

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""A variable that would let the library write files; a server tells of itself alone."""

_logger = logging.getLogger(__name__)


class Metrics:
    """What is counted while a server runs. Safe to use from several threads."""

    def __init__(self, facts: Facts) -> None:
        """Count from now on, and tell of what answers."""
        os.environ.pop(_FOLDER, None)
        from prometheus_client import (
            CollectorRegistry,
            Counter,
            Histogram,
            PlatformCollector,
            ProcessCollector,
            disable_created_metrics,
        )

        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._requests = Counter(
            "hudhud_requests",
            "Requests that were answered.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "hudhud_request_seconds",
            "Seconds from a request's head to the end of its answer.",
            ["route"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._stages = Histogram(
            "hudhud_search_stage_seconds",
            "Seconds of a stage of a search.",
            ["stage"],
            buckets=STAGE_SECONDS,
            registry=self._registry,
        )
        self._refused = Counter(
            "hudhud_refused",
            "Requests and connections that were refused.",
            ["reason"],
            registry=self._registry,
        )
        self._now = _Now(facts)
        self._registry.register(self._now)

    def watch(self, words: WordCaches, *pools: Pool) -> None:
        """Tell what is remembered of words, and how much these pools do and let wait."""
        self._now.words, self._now.pools = words, pools

    def request(self, ended: Ended) -> None:
        """A request was answered."""
        method = ended.method if ended.method in METHODS else OTHER
        self._requests.labels(method, ended.route, ended.status).inc()
        self._seconds.labels(ended.route).observe(ended.seconds)
        if ended.refused:
            self.refused(ended.refused)

    def refused(self, reason: str) -> None:
        """A request was refused, or a connection on which there was none."""
        self._refused.labels(reason).inc()

    def stage(self, timed: Timed) -> None:
        """A stage of a search is over."""
        self._stages.labels(timed.name).observe(timed.seconds)

    def text(self) -> bytes:
        """All of it, in Prometheus's format 0.0.4."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)


TEXT = "text/plain; version=0.0.4; charset=utf-8"


class _Now:
    """What is not counted but looked at when somebody asks."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.words = WordCaches()
        self.pools: Sequence[Pool] = ()

    def describe(self) -> Iterable["Metric"]:
        """Nothing beforehand: nothing of it is registered by name."""
        return ()

    def collect(self) -> Iterator["Metric"]:
        """The numbers of now."""
        yield from self._index()
        yield from self._caches()
        yield _gauges(
            "hudhud_running", "Work that is under way.", "work", {one.name: one.running for one in self.pools}
        )
        yield _gauges(
            "hudhud_waiting",
            "Work that waits its turn.",
            "work",
            {one.name: one.waiting for one in self.pools},
        )
        yield _gauge("hudhud_private_memory_bytes", "Memory without mapped files.", private_bytes())

    def _index(self) -> Iterator["Metric"]:
        state = self._facts.state
        yield _gauge("hudhud_index_ok", "1 if what CURRENT names answers, and is sound.", not state.fault)
        yield _gauge("hudhud_index_checked", "1 if its files were compared with the manifest.", state.checked)
        if state.generation is None:
            return
        yield _gauges(
            "hudhud_generation", "The generation that answers.", "generation", {state.generation: 1}
        )
        try:
            manifest = self._facts.manifest(state.generation)
        except HudhudError as error:
            _logger.warning("what answers cannot be told of: %s", error)
            return
        yield _gauge("hudhud_articles", "Articles that can be found.", manifest.articles)
        yield _gauge("hudhud_passages", "Passages that can be found.", manifest.passages)
        made = self._facts.made(manifest).timestamp()
        yield _gauge("hudhud_generation_made_seconds", "When it was made, in seconds since 1970.", made)

    def _caches(self) -> Iterator["Metric"]:
        found = [*caches(), self.words.told()]
        yield _gauges(
            "hudhud_cache_bytes", "What is remembered.", "cache", {one.name: one.bytes for one in found}
        )
        yield _gauges(
            "hudhud_cache_most_bytes",
            "What may be remembered.",
            "cache",
            {one.name: one.most_bytes for one in found},
        )
        yield _gauges(
            "hudhud_cache_entries", "What is remembered.", "cache", {one.name: one.entries for one in found}
        )
        for name, what in (("hits", "found"), ("misses", "not found")):
            counts = {one.name: getattr(one, name) for one in found}
            yield _counters(f"hudhud_cache_{name}", f"What was {what} in a cache.", "cache", counts)


def _gauge(name: str, told: str, value: float) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(name, told, value=float(value))


def _gauges(name: str, told: str, label: str, values: dict[str, Any]) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, told, labels=[label])
    for key, value in values.items():
        family.add_metric([key], float(value))
    return family


def _counters(name: str, told: str, label: str, values: dict[str, Any]) -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(name, told, labels=[label])
    for key, value in values.items():
        family.add_metric([key], float(value))
    return family

"""What threads of a server wait for is kept short."""

import gc
import json
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.storage.layout import Layout
from search_api.serving.live import Live
from search_api.serving.opening import Opener
from search_api.serving.pauses import SWITCH, settle, take_short_turns


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    interval = sys.getswitchinterval()
    yield
    gc.unfreeze()
    sys.setswitchinterval(interval)


class Node:
    def __init__(self) -> None:
        self.other = self


def test_threads_take_short_turns() -> None:
    take_short_turns()
    assert sys.getswitchinterval() == pytest.approx(SWITCH)


PRODUCTS = """
import json, sys
from search_api.commands import cli
from search_api.serving import pauses
multiply = pauses.multiply_on_one_thread

def checked():
    assert "numpy" not in sys.modules
    multiply()
    import numpy
    from threadpoolctl import threadpool_info
    print(json.dumps([one["num_threads"] for one in threadpool_info() if "numpy" in one["filepath"]]))
    raise SystemExit(0)

pauses.multiply_on_one_thread = checked
cli.main()
"""


@pytest.mark.parametrize("command", ["serve", "mcp"])
@pytest.mark.parametrize(("asked", "threads"), [(None, 1), ("2", 2)])
def test_a_server_multiplies_on_the_thread_that_asks(command: str, asked: str | None, threads: int) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    environment |= {"OPENBLAS_NUM_THREADS": asked} if asked else {}
    told = subprocess.run(
        [sys.executable, "-c", PRODUCTS, command], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(told.stdout) == [min(threads, os.cpu_count() or 1)]


def test_cycles_go_and_what_is_left_is_not_looked_at_again() -> None:
    kept, gone = Node(), Node()
    is_gone = weakref.ref(gone)
    del gone
    settle()
    assert is_gone() is None
    frozen = gc.get_freeze_count()
    assert frozen > 10_000
    is_kept = weakref.ref(kept)
    del kept
    gc.collect()
    assert is_kept() is not None, "a collection looked at what was settled"
    settle()
    assert is_kept() is None


@pytest.mark.usefixtures("loaded")
def test_a_server_settles_after_a_generation_began_to_answer(seed_index: Path) -> None:
    changes: list[int] = []
    with Live(Layout(seed_index), Opener(None, None), changed=lambda: changes.append(1)) as live:
        assert changes == [1]
        assert live.state.generation is not None

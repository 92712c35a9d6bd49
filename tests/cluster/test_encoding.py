"""Blocks of texts on a cluster: in their order, whatever dies, and refused where a node has another model."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import MODEL, Checksums, encode

from indexer.cluster import encoding
from indexer.cluster.encoding import ClusterEncoder, EncoderProcess, Refused
from indexer.cluster.library import Cluster, Gone, Process
from indexer.core.errors import ModelNotFound
from indexer.models.model import Model


class Encoders:
    """A cluster whose processes encode, the last asked first; some of their answers never come."""

    def __init__(self, dying: list[bool], *, for_good: bool = False) -> None:
        self.dying, self._for_good = list(dying), for_good
        self.started: list[Process] = []
        self.blocks: list[tuple[int, list[str]]] = []

    def process(self, name: str | None, wanted: Process) -> int:
        assert name is None
        self.started.append(wanted)
        return len(self.started) - 1

    def ask(self, process: int, texts: list[str]) -> int:
        self.blocks.append((process, texts))
        return len(self.blocks) - 1

    def done(self, asked: list[int], seconds: float) -> list[int]:
        assert seconds > 0
        return [max(asked)]

    def value(self, asked: int) -> Any:  # noqa: ANN401
        if self.dying and self.dying.pop():
            raise Gone("died", for_good=self._for_good)
        return encode(self.blocks[asked][1])


def on(encoders: Encoders, processes: int) -> ClusterEncoder:
    return ClusterEncoder(Checksums(), cast(Cluster, encoders), MODEL, processes)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "PAUSE", 0.0)


@given(st.lists(st.text(min_size=1), max_size=90), st.integers(1, 4), st.lists(st.booleans(), max_size=8))
def test_vectors_are_in_the_order_of_texts_whatever_dies(
    texts: list[str], processes: int, dying: list[bool]
) -> None:
    encoders = Encoders(dying)
    encoder = on(encoders, processes)
    np.testing.assert_array_equal(encoder.encode(texts), encode(texts))
    blocks = [block for _, block in encoders.blocks if block]
    size = max(encoding.LEAST, -(-len(texts) // (2 * processes)))
    assert len(blocks) - encoder.repeated == -(-len(texts) // size)
    assert encoder.repeated <= sum(dying)


def test_a_process_that_nobody_starts_again_is_started_anew_on_its_node() -> None:
    encoders = Encoders([True], for_good=True)
    encoder = on(encoders, 2)
    texts = [str(number) for number in range(64)]
    np.testing.assert_array_equal(encoder.encode(texts), encode(texts))
    assert [one.turn for one in encoders.started] == [0, 1, 1]
    assert encoder.repeated == 1


def test_queries_and_tokens_are_of_this_process() -> None:
    encoders = Encoders([])
    encoder = on(encoders, 1)
    np.testing.assert_array_equal(encoder.encode_queries(["flood"]), encode(["flood"]))
    assert encoder.count_tokens(["flood in Kabul"]) == [3]
    assert (encoder.dimensions, encoder.engine) == (8, "checksums")
    assert encoders.blocks == []


def test_a_node_with_another_model_is_named(model: Model) -> None:
    refused = EncoderProcess(None, "0" * 64, None).answer(["flood"])
    assert isinstance(refused, Refused)
    with pytest.raises(
        ModelNotFound, match=rf"fingerprint {model.fingerprint[:12]} in the place of 000000000000"
    ):
        raise refused.error


def test_what_a_node_refuses_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    encoders = Encoders([])
    monkeypatch.setattr(encoders, "value", lambda _: Refused(ModelNotFound("no such folder: /models/e5")))
    with pytest.raises(ModelNotFound, match="/models/e5"):
        on(encoders, 1).encode(["flood"])


def test_a_model_that_is_not_there_is_told_by_the_process(tmp_path: Path) -> None:
    refused = EncoderProcess(str(tmp_path / "none"), "0" * 64, None).answer(["flood"])
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, ModelNotFound)

"""Blocks of texts on a cluster: in their order, whatever dies, and refused where a node has another model."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import MODEL, Checksums, encode

from indexer.cluster import encoding
from indexer.cluster.encoding import ClusterEncoder, Encoded, EncoderProcess, Refused, Spread
from indexer.cluster.library import Cluster, Gone, Place, Process, place_of
from indexer.commands.reports import spread_line
from indexer.core.errors import ModelNotFound
from indexer.core.protocols import BatchingEncoder
from indexer.models.model import Model


class Encoders:
    """A cluster whose processes encode, the last asked first; some of their answers never come.

    Attributes:
        never: processes that never start.
    """

    def __init__(
        self, dying: list[bool], *, for_good: bool = False, never: frozenset[int] = frozenset()
    ) -> None:
        self.dying, self._for_good, self.never = list(dying), for_good, never
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
        return [max(one for one in asked if self.blocks[one][0] not in self.never)]

    def value(self, asked: int) -> Any:  # noqa: ANN401
        if self.dying and self.dying.pop():
            raise Gone("died", for_good=self._for_good)
        return Encoded(encode(self.blocks[asked][1]).astype(np.float16), "checksums on a node")

    def handed_out(self) -> list[list[str]]:
        return [block for _, block in self.blocks if block]


def on(encoders: Encoders, processes: int) -> ClusterEncoder:
    return ClusterEncoder(Checksums(), cast(Cluster, encoders), MODEL, processes)


def require_right(encoder: ClusterEncoder, texts: list[str]) -> None:
    """Vectors are those of one machine, as a cache keeps them."""
    np.testing.assert_array_equal(encoder.encode(texts), encode(texts).astype(np.float16).astype(np.float32))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "PAUSE", 0.0)


@given(st.lists(st.text(min_size=1), max_size=90), st.integers(1, 4), st.lists(st.booleans(), max_size=8))
def test_vectors_are_in_the_order_of_texts_whatever_dies(
    texts: list[str], processes: int, dying: list[bool]
) -> None:
    encoders = Encoders(dying)
    encoder = on(encoders, processes)
    require_right(encoder, texts)
    found, blocks = encoder.spread, encoders.handed_out()
    assert (found.texts, found.blocks) == (len({*texts}), len({block[0] for block in blocks}))
    assert found.repeated_texts == sum(map(len, blocks)) - found.texts
    assert found.repeated_blocks == len(blocks) - found.blocks <= sum(dying)


def test_blocks_are_of_whole_batches_in_their_order() -> None:
    encoders = Encoders([])
    texts = ["x" * length for length in range(1, 43)]
    require_right(on(encoders, 2), texts)
    assert [[len(text) for text in block] for block in encoders.handed_out()] == [
        [*range(42, 27, -1)],
        [*range(27, 12, -1)],
        [*range(12, 0, -1)],
    ]


def test_a_process_that_nobody_starts_again_is_started_anew_on_its_node() -> None:
    encoders = Encoders([True, False, False], for_good=True)
    encoder = on(encoders, 2)
    require_right(encoder, [str(number) for number in range(64)])
    assert [one.turn for one in encoders.started] == [0, 1, 1]
    assert (encoder.spread.repeated_blocks, encoder.spread.processes) == (1, 2)


def test_nobody_waits_for_a_process_that_does_not_start() -> None:
    encoders = Encoders([], never=frozenset({1}))
    encoder = on(encoders, 2)
    require_right(encoder, [str(number) for number in range(64)])
    require_right(encoder, ["flood"])
    assert {process for process, block in encoders.blocks if block} == {0}


def test_the_engine_is_that_of_the_nodes_and_queries_and_tokens_are_of_this_process() -> None:
    encoders = Encoders([])
    encoder = on(encoders, 1)
    np.testing.assert_array_equal(encoder.encode_queries(["flood"]), encode(["flood"]))
    assert encoder.count_tokens(["flood in Kabul"]) == [3]
    assert (encoder.dimensions, encoder.engine) == (8, "checksums on a node")
    assert encoder.spread.engines == ("checksums on a node",)
    assert encoders.handed_out() == []


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


def test_a_process_answers_for_the_same_batches_with_the_vectors_of_this_machine(
    model: Model, encoder: BatchingEncoder
) -> None:
    texts = [f"passage: {'سیل در کابل ' * (number % 23 + 1)}{number}" for number in range(120)]
    batches = encoder.batches(texts)
    assert sorted(position for batch in batches for position in batch) == [*range(120)]
    assert len(batches) > 3
    block = [position for batch in batches[1:3] for position in batch]
    answer = EncoderProcess(None, model.fingerprint, None).answer([texts[position] for position in block])
    assert isinstance(answer, Encoded)
    np.testing.assert_array_equal(answer.vectors, encoder.encode(texts)[block].astype(np.float16))
    assert answer.engine == encoder.engine


def test_people_are_told_what_was_encoded_again() -> None:
    quiet = Spread(3, 1200, 30_000, 0, 0, ("OpenVINO",))
    assert spread_line(quiet) == (
        "30,000 texts in 1,200 blocks by 3 processes; again, after a process died: none"
    )
    assert spread_line(replace(quiet, processes=1, repeated_blocks=1, repeated_texts=43)) == (
        "30,000 texts in 1,200 blocks by 1 process; again, after a process died: 1 block with 43 texts"
    )


def node(name: str, **resources: float) -> dict[str, Any]:
    return {"NodeID": name, "Alive": True, "Resources": resources}


@pytest.mark.parametrize(
    ("turn", "of", "place"),
    [
        (0, 2, Place("b", 1)),
        (1, 2, Place("d", 1)),
        (2, 3, Place("b", 1)),
        (0, 6, Place("b", 0.5)),
        (1, 6, Place("d", 1 / 3)),
        (0, 0, Place("a", 0)),
        (2, 0, Place("d", 0)),
    ],
)
def test_encoders_go_to_nodes_with_gpus_and_share_these(turn: int, of: int, place: Place) -> None:
    nodes = [node("d", CPU=8, GPU=1), node("b", CPU=8, GPU=2), node("a", CPU=8), node("c", GPU=4)]
    nodes.append({"NodeID": "0", "Alive": False, "Resources": {"CPU": 8, "GPU": 8}})
    assert place_of(Process(EncoderProcess, (), 1, turn, of), nodes) == place


def test_encoders_go_to_all_nodes_where_none_has_a_gpu() -> None:
    nodes = [node("b", CPU=8), node("a", CPU=8)]
    places = [place_of(Process(EncoderProcess, (), 1, turn, 3), nodes) for turn in range(3)]
    assert places == [Place("a", 0), Place("b", 0), Place("a", 0)]
    assert place_of(Process(EncoderProcess, (), 1, 0, 3), [node("head", memory=1)]) is None

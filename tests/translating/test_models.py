"""Translation models in a folder: which there are, by the names that Firefox gives them, and what lacks."""

from pathlib import Path

import pytest
from standing_in import model_in

from indexer.core.errors import ModelDamaged, ModelNotFound
from search_api.translating.models import TranslationModel, models_in


def test_a_model_from_persian_translates_dari_too(tmp_path: Path) -> None:
    model_in(tmp_path, "faen")
    model_in(tmp_path, "aren")
    vocabulary = tmp_path / "vocab.faen.spm"
    persian = TranslationModel(
        *("faen", "fa", tmp_path / "model.faen.intgemm.alphas.bin", vocabulary, vocabulary)
    )
    found = models_in(tmp_path)
    assert list(found) == ["ar", "fa", "prs"]
    assert found["fa"] == found["prs"] == persian
    assert found["ar"].name == "aren"


def test_models_may_lie_in_folders_of_their_own_and_be_packed(tmp_path: Path) -> None:
    for name in ("model.aren.intgemm8.bin.gz", "srcvocab.aren.spm.gz", "trgvocab.aren.spm"):
        (tmp_path / "ar-en").mkdir(exist_ok=True)
        (tmp_path / "ar-en" / name).touch()
    model_in(tmp_path / "any name", "pten")
    found = models_in(tmp_path)
    assert list(found) == ["ar", "pt"]
    folder = tmp_path / "ar-en"
    assert (found["ar"].weights, found["ar"].source_vocabulary, found["ar"].target_vocabulary) == (
        folder / "model.aren.intgemm8.bin.gz",
        folder / "srcvocab.aren.spm.gz",
        folder / "trgvocab.aren.spm",
    )


def test_a_model_of_dari_goes_before_one_of_persian(tmp_path: Path) -> None:
    model_in(tmp_path, "faen")
    model_in(tmp_path, "prsen")
    assert models_in(tmp_path)["prs"].name == "prsen"


@pytest.mark.parametrize("name", ["model.enfa.intgemm.bin", "vocab.faen.spm", "lex.50.50.faen.s2t.bin"])
def test_a_folder_without_a_model_is_told(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "models"
    with pytest.raises(ModelNotFound, match="there is no translation model in"):
        models_in(folder)
    folder.mkdir()
    (folder / name).touch()
    with pytest.raises(ModelNotFound) as told:
        models_in(folder)
    assert str(told.value) == (
        f"there is no translation model in {folder}:"
        " put model.faen.intgemm.alphas.bin with vocab.faen.spm beside it there"
    )


def test_a_model_without_a_vocabulary_is_told(tmp_path: Path) -> None:
    model_in(tmp_path)
    (tmp_path / "vocab.faen.spm").rename(tmp_path / "trgvocab.faen.spm")
    with pytest.raises(ModelDamaged) as told:
        models_in(tmp_path)
    weights = tmp_path / "model.faen.intgemm.alphas.bin"
    assert str(told.value) == f"{weights} has no vocabulary: put vocab.faen.spm beside it"


def test_two_models_of_one_language_are_told(tmp_path: Path) -> None:
    model_in(tmp_path / "1")
    model_in(tmp_path / "2")
    with pytest.raises(ModelDamaged, match=r"1/model.* and .*2/model.* translate the same language"):
        models_in(tmp_path)

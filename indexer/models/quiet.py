"""Keeps the libraries of models from reporting to anybody, and from writing where nobody asked."""

import os
import sys
from pathlib import Path

import platformdirs

_REPORTERS = ("openvino_telemetry",)
"""Modules that only report. An import of one fails from now on, which OpenVINO takes for "not installed"."""

_NO_REPORTS = {"DO_NOT_TRACK": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
"""For huggingface_hub and transformers: asked for a model by name, they would also tell of this machine."""

_TORCH_FOLDER = "TORCHINDUCTOR_CACHE_DIR"
"""torch makes this folder as soon as it is imported: where unset, one named after the user, in /tmp."""


def keep_quiet() -> None:
    """Forbid reports to all libraries of this process; to be called before the first of them is imported.

    What a process imported before stays as it is.
    """
    for name in _REPORTERS:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # the import system's way to say no
    os.environ.update(_NO_REPORTS)
    cache = Path(os.environ.get("HUDHUD_CACHE") or platformdirs.user_cache_path("hudhud"))
    os.environ.setdefault(_TORCH_FOLDER, str(cache / "torch"))

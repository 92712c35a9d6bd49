"""Which engine turns texts into vectors on this machine."""

import logging
from collections.abc import Callable
from pathlib import Path

from indexer.core.errors import ModelNotConvertible
from indexer.core.protocols import BatchingEncoder
from indexer.models.model import Model, default_cache

_logger = logging.getLogger(__name__)

_CUDA_DRIVER = (Path("/proc/driver/nvidia/version"), Path("/dev/dxg"))
"""There where Linux or its Windows subsystem has a driver; spares importing torch to ask."""


def load_encoder(
    model: Model, *, cache: Path | None = None, progress: Callable[[str], None] = _logger.info
) -> BatchingEncoder:
    """Load `model` for encoding: with torch on a CUDA device, else with OpenVINO in 8 bits, else with torch.

    Args:
        model: a model on this machine.
        cache: where what is made from a model is kept; the user's cache folder when not given.
        progress: called with a line for the user before what takes seconds.

    Raises:
        ModelDamaged: the model's files cannot be loaded.
        ModelNotWritable: the encoder cannot be written to `cache`.
    """
    if any(driver.exists() for driver in _CUDA_DRIVER) and _has_cuda():
        return _on_torch(model)
    from indexer.models.eightbit.convert import converted
    from indexer.models.eightbit.runtime import OpenVinoEncoder

    try:
        return OpenVinoEncoder(converted(model, cache or default_cache(), progress))
    except ModelNotConvertible as reason:
        _logger.warning("%s runs on torch, several times slower than 8-bit graphs: %s", model.name, reason)
        return _on_torch(model)


def _has_cuda() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def _on_torch(model: Model) -> BatchingEncoder:
    from indexer.models.torch_encoder import TorchEncoder

    return TorchEncoder(model)

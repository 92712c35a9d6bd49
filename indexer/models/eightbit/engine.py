"""OpenVINO, imported nowhere else: by itself it would start a process that reports to an analytics host."""

from indexer.models.quiet import keep_quiet

keep_quiet()

import openvino  # noqa: E402  # it reports as soon as it is imported
from openvino import Model, Node  # noqa: E402
from openvino import opset15 as op  # noqa: E402

__all__ = ["Model", "Node", "op", "openvino"]

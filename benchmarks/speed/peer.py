"""The peer's own environment: made once from pinned requirements in the user's cache folder."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from indexer.models.model import default_cache

REQUIREMENTS = Path(__file__).parent / "requirements-txtai.txt"
_STAMP = "complete"
_PIP_SETTINGS = (("PIP_INDEX_URL", "UV_DEFAULT_INDEX"), ("PIP_EXTRA_INDEX_URL", "UV_INDEX"))
"""What pip reads and uv does not, with uv's name."""


class CannotInstall(Exception):
    """The peer cannot be installed; the message says why and what can be done."""


def python(tell: Callable[[str], None]) -> Path:
    """An interpreter that has what REQUIREMENTS pins; installed now where it was not before.

    Raises:
        CannotInstall: uv is missing, or it fails.
    """
    pins = REQUIREMENTS.read_bytes()
    digest = hashlib.sha256(pins + sys.version.encode() + sys.prefix.encode()).hexdigest()[:12]
    folder = default_cache() / "bench" / f"txtai-{digest}"
    interpreter = folder / "bin" / "python"
    if (folder / _STAMP).exists() and interpreter.exists():
        return interpreter
    uv = Path(sys.executable).parent / "uv"
    if not uv.exists():
        raise CannotInstall(f"txtai cannot be installed: there is no {uv}; `make install` puts it there")
    tell(f"installing txtai into {folder}; the first time takes minutes")
    _run([str(uv), "venv", "--clear", "--quiet", "--python", sys.executable, str(folder)])
    links = [part for link in os.environ.get("PIP_FIND_LINKS", "").split() for part in ("--find-links", link)]
    install = [str(uv), "pip", "install", "--quiet", "--compile-bytecode", "--python", str(interpreter)]
    _run([*install, *links, "--requirements", str(REQUIREMENTS)])
    (folder / _STAMP).touch()
    return interpreter


def _run(command: list[str]) -> None:
    environment = dict(os.environ)
    for pip, uv in _PIP_SETTINGS:
        if environment.get(pip):
            environment.setdefault(uv, environment[pip])
    done = subprocess.run(
        command, check=False, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        raise CannotInstall(
            f"txtai cannot be installed into its own environment ({' '.join(command[:3])} … failed):\n"
            f"{done.stderr.strip()}\n"
            "Mend that, or name a Python that has it with --txtai-python, or run --only encoder."
        )

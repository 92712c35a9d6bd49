"""Install Hudhud and all it needs into `.venv`, or say in one sentence why that cannot be.

`make` runs this before every other target; where the environment is complete, it does nothing.
Any Python from 3.6 can start it, so that it can tell which one is missing. The environment is made
with Python 3.11, 3.12 or 3.13 and filled by uv: one from PATH, else one that pip puts into `.venv`.

hazm is installed with the rest: Hudhud reads words from it, once per machine. Only uv can install it, with
what [tool.uv] in pyproject.toml overrides; where pip installed Hudhud, the same words come with Hudhud.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "complete"

PYTHONS = ("3.12", "3.11", "3.13")
UV_OLDEST = (0, 8)
UV_PIN = "0.13.9"

GIGABYTE = 10**9
SPACE = 2.5
"""Gigabytes; measured on Linux with torch for the CPU: 1.9, of which .4 are bytecode."""
SPACE_CUDA = 8.0
"""Gigabytes with torch for CUDA, what the public index has for Linux; estimated from 3.0 to download."""

PIP_SETTINGS = (
    ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", " "),
    ("PIP_EXTRA_INDEX_URL", "UV_INDEX", " "),
    ("PIP_FIND_LINKS", "UV_FIND_LINKS", ","),
    ("PIP_TRUSTED_HOST", "UV_INSECURE_HOST", " "),
    ("PIP_CERT", "SSL_CERT_FILE", " "),
)
"""What pip reads and uv does not: pip's name, uv's name, and what separates values for uv."""


class Failure(Exception):
    """The installation cannot go on; the message says what, where and what to do."""


class Python(NamedTuple):
    """An interpreter that runs, as it describes itself."""

    version: str
    path: str
    has_ensurepip: bool


def main() -> None:
    """Make `.venv` complete; exit with a sentence where that cannot be."""
    try:
        if not is_complete():
            with (ROOT / "pyproject.toml").open("r+") as lock:
                wait_for(lock.fileno())
                if not is_complete():
                    install()
    except Failure as failure:
        sys.exit(f"hudhud: {failure}")
    except OSError as error:
        sys.exit(f"hudhud: cannot install into {VENV}: {error}.")
    except KeyboardInterrupt:
        sys.exit("\nhudhud: interrupted; the next run starts the installation anew.")


def is_complete() -> bool:
    """Whether `.venv` was filled to the end, for this very checkout, and with PYTHON if that is set."""
    python = VENV / "bin" / "python"
    if not python.exists() or not STAMP.exists() or STAMP.read_text() != fingerprint():
        return False
    return not os.environ.get("PYTHON") or Path(find_python().path).resolve() == python.resolve()


def fingerprint() -> str:
    """What `.venv` depends on: its place, which its scripts hold, the pins, and this file."""
    parts = (os.fsencode(str(ROOT)), (ROOT / "pyproject.toml").read_bytes(), Path(__file__).read_bytes())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def wait_for(lock: int) -> None:
    """Take the lock on this checkout. Children inherit it: one that outlives this process holds it on."""
    os.set_inheritable(lock, True)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say(f"waiting for another installation into {VENV} to end.")
        fcntl.flock(lock, fcntl.LOCK_EX)


def install() -> None:
    """Make `.venv` anew. The stamp goes first and comes last, so half an installation has none."""
    python = find_python()
    uv = find_uv()
    if not uv and not python.has_ensurepip:
        raise Failure(
            f"{python.path} lacks the module ensurepip: install it (on Debian and Ubuntu: "
            f"apt install python{python.version.rpartition('.')[0]}-venv) or put uv on PATH."
        )
    require_space(SPACE)
    say(f"installing into {VENV} with Python {python.version}; the first time takes minutes.")
    if STAMP.exists():
        STAMP.unlink()
    run([python.path, "-m", "venv", "--clear", *(["--without-pip"] if uv else []), str(VENV)])
    project = [uv or install_uv(), "pip", "install", "--python", str(VENV / "bin" / "python")]
    project += ["--group", "dev", "--group", "hazm", "--editable", "."]
    # The dry run tells within seconds that the index cannot be reached, and what is to come.
    plan = ask_index([*project, "--dry-run"], {"UV_HTTP_RETRIES": "1", "UV_HTTP_TIMEOUT": "15"})
    if "nvidia-" in plan:
        require_space(SPACE_CUDA)
    run([*project, "--compile-bytecode"])
    STAMP.write_text(fingerprint())


def find_python() -> Python:
    """PYTHON if that is set; else the Python that runs this; else one of PYTHONS on PATH."""
    wanted = os.environ.get("PYTHON")
    if wanted:
        paths = [shutil.which(wanted) or wanted]
    else:
        paths = [sys.executable, *(path for version in PYTHONS for path in on_path(f"python{version}"))]
    pythons = [probe(path) for path in paths]
    for python in pythons:
        if python and python.version.rpartition(".")[0] in PYTHONS:
            return python
    name = f"PYTHON={wanted}" if wanted else f"python3 ({paths[0]})"
    state = f"is {pythons[0].version}" if pythons[0] else "does not run"
    raise Failure(
        f"Python 3.11, 3.12 or 3.13 is needed, and {name} {state}: install one of them, "
        "or say where it is, as in PYTHON=/path/to/python3.12 make demo."
    )


def probe(path: str) -> Optional[Python]:
    """The interpreter at `path`; None if it does not run, as a pyenv shim may not."""
    program = (
        "import importlib.util, sys; print('.'.join(map(str, sys.version_info[:3])), "
        "bool(importlib.util.find_spec('ensurepip')), sys.executable)"
    )
    words = output_of([path, "-c", program]).strip().split(" ", 2)
    return Python(words[0], words[2], words[1] == "True") if len(words) == 3 else None


def find_uv() -> Optional[str]:
    """A recent uv on PATH, outside the environment that is about to be cleared."""
    for path in on_path("uv"):
        version = re.match(r"uv (\d+)\.(\d+)", output_of([path, "--version"]))
        if version and tuple(map(int, version.groups())) >= UV_OLDEST and VENV not in Path(path).parents:
            return path
    return None


def install_uv() -> str:
    """Have pip put uv into `.venv`."""
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    ask_index([*pip, "--retries", "1", "--timeout", "15", f"uv=={UV_PIN}"], {})
    return str(VENV / "bin" / "uv")


def require_space(gigabytes: float) -> None:
    """Both `.venv` and uv's cache need room; uv links from one to the other where it can."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for folder in (VENV, Path(os.environ.get("UV_CACHE_DIR") or caches / "uv")):
        path = folder.resolve()
        existing = next(place for place in (path, *path.parents) if place.exists())
        free = shutil.disk_usage(str(existing)).free / GIGABYTE
        if free < gigabytes:
            raise Failure(
                f"{gigabytes} GB are needed, and the disk of {folder} has {free:.1f} GB free: "
                "free some space there (uv's cache can be moved with UV_CACHE_DIR)."
            )


def environment() -> Dict[str, str]:
    """The environment with pip's settings in uv's words; what is set for uv stays."""
    variables = dict(os.environ)
    for pip, uv, separator in PIP_SETTINGS:
        if variables.get(pip):
            variables.setdefault(uv, separator.join(variables[pip].split()))
    if variables.get("PIP_EXTRA_INDEX_URL"):
        variables.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # pip's: the best of all indexes
    return variables


def ask_index(command: List[str], bounds: Dict[str, str]) -> str:
    """The output of a command that turns to the package index; `bounds` are its default variables."""
    done = subprocess.run(
        command,
        check=False,
        close_fds=False,
        cwd=str(ROOT),
        env={**bounds, **environment()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    if done.returncode == 0:
        return done.stdout
    reason = network_failure(done.stdout)
    if reason:
        raise Failure(
            f"the package index cannot be reached ({reason}): check the network, the proxy and PIP_CERT, "
            "or name another index in PIP_INDEX_URL."
        )
    sys.stderr.write(done.stdout)
    raise failed(command)


def network_failure(output: str) -> Optional[str]:
    """The address and the innermost cause in what uv or pip printed; None if it failed otherwise."""
    address = re.search(r"Failed to fetch: `?([^\s`]+)", output)
    causes = re.findall(r"(?:cause|Caused by): (.+)", output)
    if address and causes:
        return f"{address.group(1)}: {causes[-1]}"
    broken = re.findall(r"connection broken by '\w+\(['\"](?:<.+?>: )?(.+)['\"]\)': (/\S+)", output)
    return f"{broken[-1][1]}: {broken[-1][0]}" if broken else None


def run(command: List[str]) -> None:
    """Run a command that shows its own progress."""
    done = subprocess.run(
        command, check=False, close_fds=False, cwd=str(ROOT), env=environment(), stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise failed(command)


def failed(command: List[str]) -> Failure:
    """For a command that has printed its own reason."""
    return Failure(f"the reason stands above; mend it and try again, or try this alone: {' '.join(command)}")


def on_path(name: str) -> Iterator[str]:
    """Every executable of that name on PATH, in its order."""
    for folder in os.get_exec_path():
        path = Path(folder, name)
        if path.is_file() and os.access(str(path), os.X_OK):
            yield str(path)


def output_of(command: List[str]) -> str:
    """What a command prints; nothing if it fails."""
    try:
        return subprocess.check_output(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, universal_newlines=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""


def say(sentence: str) -> None:
    """Tell the user what is going on."""
    print(f"hudhud: {sentence}", file=sys.stderr)


if __name__ == "__main__":
    main()

"""`scripts/bootstrap.py` in small checkouts, with stand-ins for uv and for Pythons that are not here."""

import ast
import errno
import fcntl
import os
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import uv

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "scripts" / "bootstrap.py"

PROJECT = """
[project]
name = "stand-in"
version = "1"
[dependency-groups]
dev = ["six"]
hazm = []
"""
FAKE_UV = """
if [ "$1" = --version ]; then echo "uv $FAKE_VERSION (stand-in)"; exit; fi
echo "$*" >> "$FAKE_LOG"
case "$*" in
  *--dry-run) echo "$FAKE_PLAN"; exit "$FAKE_STATUS" ;;
esac
if [ "$FAKE_KILLS" ]; then  # the script, and goes on until told to end
  exec 2>&-
  kill -KILL $PPID
  until [ -e "$FAKE_KILLS" ]; do /bin/sleep 0.1; done
fi
"""
UV_THAT_TELLS = """
if [ "$1" = --version ]; then echo "uv 0.13.9"; exit; fi
indexes="$UV_DEFAULT_INDEX|$UV_INDEX|$UV_INDEX_STRATEGY|$UV_FIND_LINKS"
echo "$indexes|$SSL_CERT_FILE|$UV_HTTP_RETRIES" >> "$FAKE_LOG"
"""
WAITING = "hudhud: waiting for another installation into {} to end.\n"
ADVICE = "install one of them, or say where it is, as in PYTHON=/path/to/python3.12 make demo.\n"


@dataclass(frozen=True)
class Checkout:
    """A folder with nothing but what the script reads, and a PATH of its own."""

    root: Path
    bin: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def stamp(self) -> Path:
        return self.venv / "complete"

    @property
    def asked_of_uv(self) -> list[str]:
        log = self.bin / "log"
        return log.read_text().splitlines() if log.exists() else []

    def program(self, name: str, body: str) -> Path:
        """Put a shell script on PATH."""
        path = self.bin / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    def start(
        self, variables: dict[str, str] | None = None, *, free: float = 100, python: str = sys.executable
    ) -> subprocess.Popen[str]:
        """Start the script on a disk with `free` gigabytes, as if `python` were the one that runs it."""
        program = (
            "import runpy, shutil, sys, types\n"
            f"shutil.disk_usage = lambda path: types.SimpleNamespace(free={free} * 10**9)\n"
            f"sys.executable = {python!r}\n"
            f"runpy.run_path({str(self.root / 'scripts' / 'bootstrap.py')!r}, run_name='__main__')"
        )
        environment = {
            "PATH": str(self.bin),
            "HOME": str(self.bin),
            "FAKE_LOG": str(self.bin / "log"),
            "FAKE_VERSION": "0.13.9",
            "FAKE_STATUS": "0",
            **(variables or {}),
        }
        return subprocess.Popen(
            [sys.executable, "-c", program], env=environment, stderr=subprocess.PIPE, text=True
        )

    def run(
        self, variables: dict[str, str] | None = None, *, free: float = 100, python: str = sys.executable
    ) -> tuple[int, str]:
        """The exit code and what was printed on stderr."""
        return self.finish(self.start(variables, free=free, python=python))

    @staticmethod
    def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
        _, printed = process.communicate(timeout=60)
        return process.returncode, printed


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    root = tmp_path / "a checkout"
    (root / "scripts").mkdir(parents=True)
    shutil.copy(SCRIPT, root / "scripts")
    (root / "pyproject.toml").write_text(PROJECT)
    made = Checkout(root, tmp_path / "bin")
    made.program("uv", FAKE_UV)
    return made


@pytest.fixture
def closed_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_runs_on_old_pythons() -> None:
    parsed = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))
    assert "main" in {node.name for node in parsed.body if isinstance(node, ast.FunctionDef)}


def test_versions_agree_with_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    source = SCRIPT.read_text(encoding="utf-8")
    assert project["project"]["requires-python"] == ">=3.11,<3.14"
    assert 'PYTHONS = ("3.12", "3.11", "3.13")\n' in source
    pin = next(pin for pin in project["dependency-groups"]["dev"] if pin.startswith("uv=="))
    assert f'UV_PIN = "{pin.removeprefix("uv==")}"\n' in source


def test_installs_once(checkout: Checkout) -> None:
    install = f"pip install --python {checkout.venv}/bin/python --group dev --group hazm --editable ."
    version = ".".join(map(str, sys.version_info[:3]))
    assert checkout.run() == (
        0,
        f"hudhud: installing into {checkout.venv} with Python {version}; the first time takes minutes.\n",
    )
    assert checkout.asked_of_uv == [f"{install} --dry-run", f"{install} --compile-bytecode"]
    assert checkout.run() == (0, "")
    assert checkout.run({"PYTHON": sys.executable}) == (0, "")
    assert len(checkout.asked_of_uv) == 2


def pins_change(checkout: Checkout) -> Checkout:
    (checkout.root / "pyproject.toml").write_text("[project]\n")
    return checkout


def script_changes(checkout: Checkout) -> Checkout:
    with (checkout.root / "scripts" / "bootstrap.py").open("a") as script:
        script.write("\n")
    return checkout


def python_goes(checkout: Checkout) -> Checkout:
    (checkout.venv / "bin" / "python").unlink()
    return checkout


def moves(checkout: Checkout) -> Checkout:
    return Checkout(checkout.root.rename(checkout.root.with_name("moved")), checkout.bin)


def is_copied(checkout: Checkout) -> Checkout:
    copy = shutil.copytree(checkout.root, checkout.root.with_name("copy"), symlinks=True)
    return Checkout(copy, checkout.bin)


@pytest.mark.parametrize("change", [pins_change, script_changes, python_goes, moves, is_copied])
def test_installs_again_after_a_change(checkout: Checkout, change: Callable[[Checkout], Checkout]) -> None:
    assert checkout.run()[0] == 0
    changed = change(checkout)
    assert changed.run()[0] == 0
    assert len(changed.asked_of_uv) == 4
    assert changed.run() == (0, "")


def test_installs_again_from_inside_the_environment(checkout: Checkout) -> None:
    assert checkout.run()[0] == 0
    inside = checkout.venv / "bin"
    shutil.copy(checkout.bin / "uv", inside)
    path = f"{inside}{os.pathsep}{checkout.bin}"
    assert pins_change(checkout).run({"PATH": path}, python=str(inside / "python"))[0] == 0
    assert checkout.stamp.exists()


def test_installs_again_for_another_python(checkout: Checkout) -> None:
    assert checkout.run()[0] == 0
    checkout.program("python3.12", "echo 3.12.9 True /nowhere/python")
    code, printed = checkout.run({"PYTHON": "python3.12"})
    assert code == 1
    assert printed.endswith("No such file or directory: '/nowhere/python'.\n")
    assert not checkout.stamp.exists()


def test_half_an_installation_is_not_taken_for_whole(checkout: Checkout) -> None:
    end_of_uv = checkout.bin / "end"
    assert checkout.run({"FAKE_KILLS": str(end_of_uv)})[0] == -signal.SIGKILL
    assert not checkout.stamp.exists()
    (checkout.venv / "half a package").touch()
    next_run = checkout.start()
    assert next_run.stderr
    assert next_run.stderr.readline() == WAITING.format(checkout.venv)
    end_of_uv.touch()
    assert checkout.finish(next_run)[0] == 0
    assert checkout.stamp.exists()
    assert not (checkout.venv / "half a package").exists()


def test_waits_for_another_installation_and_takes_it(checkout: Checkout) -> None:
    assert checkout.run()[0] == 0
    stamp = checkout.stamp.read_text()
    checkout.stamp.unlink()
    with (checkout.root / "pyproject.toml").open("r+") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        process = checkout.start()
        assert process.stderr
        assert process.stderr.readline() == WAITING.format(checkout.venv)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        checkout.stamp.write_text(stamp)
    assert checkout.finish(process) == (0, "")
    assert len(checkout.asked_of_uv) == 2


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ("echo 3.10.13 True /usr/bin/python", "is 3.10.13"),
        ("echo 3.14.0 True /p", "is 3.14.0"),
        ("exit 127", "does not run"),
    ],
)
def test_refuses_a_wrong_python(checkout: Checkout, body: str, state: str) -> None:
    python = str(checkout.program("python3", body))
    start = "hudhud: Python 3.11, 3.12 or 3.13 is needed, and "
    assert checkout.run(python=python) == (1, f"{start}python3 ({python}) {state}: {ADVICE}")
    assert checkout.run({"PYTHON": python}) == (1, f"{start}PYTHON={python} {state}: {ADVICE}")
    assert not checkout.venv.exists()


def test_takes_a_python_from_path_that_runs(checkout: Checkout) -> None:
    old = checkout.program("python3", "echo 3.10.13 True /usr/bin/python")
    checkout.program("python3.12", "echo 'pyenv: python3.12: command not found' >&2; exit 127")
    checkout.program("more/python3.12", f'exec "{sys.executable}" "$@"')
    path = f"{checkout.bin}{os.pathsep}{checkout.bin / 'more'}"
    assert checkout.run({"PATH": path}, python=str(old))[0] == 0
    assert checkout.stamp.exists()


def test_refuses_a_python_without_ensurepip_where_uv_is_too_old(checkout: Checkout) -> None:
    python = checkout.program("python3", "echo 3.11.2 False /usr/bin/python3.11")
    assert checkout.run({"FAKE_VERSION": "0.7.22"}, python=str(python)) == (
        1,
        (
            "hudhud: /usr/bin/python3.11 lacks the module ensurepip: install it "
            "(on Debian and Ubuntu: apt install python3.11-venv) or put uv on PATH.\n"
        ),
    )


def test_refuses_a_full_disk(checkout: Checkout) -> None:
    assert checkout.run(free=1) == (
        1,
        (
            f"hudhud: 2.5 GB are needed, and the disk of {checkout.venv} has 1.0 GB free: "
            "free some space there (uv's cache can be moved with UV_CACHE_DIR).\n"
        ),
    )
    assert not checkout.venv.exists()


def test_needs_more_space_for_cuda(checkout: Checkout) -> None:
    code, printed = checkout.run({"FAKE_PLAN": " + nvidia-cublas==13.1\n + torch==2.13.0"}, free=5)
    assert code == 1
    assert printed.splitlines()[1].startswith(
        f"hudhud: 8.0 GB are needed, and the disk of {checkout.venv} has 5.0 GB"
    )
    assert len(checkout.asked_of_uv) == 1


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_unreachable_index_is_told_within_seconds(
    checkout: Checkout, closed_port: int, installer: str
) -> None:
    (checkout.bin / "uv").unlink()
    if installer == "uv":
        (checkout.bin / "uv").symlink_to(uv.find_uv_bin())
    start = time.monotonic()
    code, printed = checkout.run({"PIP_INDEX_URL": f"http://127.0.0.1:{closed_port}/simple"})
    assert time.monotonic() - start < 30
    assert code == 1
    refused = os.strerror(errno.ECONNREFUSED)
    address, cause = {
        "uv": (f"http://127.0.0.1:{closed_port}/simple/six/", f"{refused} (os error {errno.ECONNREFUSED})"),
        "pip": (
            "/simple/uv/",
            f"Failed to establish a new connection: [Errno {errno.ECONNREFUSED}] {refused}",
        ),
    }[installer]
    assert printed.splitlines()[1:] == [
        (
            f"hudhud: the package index cannot be reached ({address}: {cause}): check the network, the proxy "
            "and PIP_CERT, or name another index in PIP_INDEX_URL."
        )
    ]


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            (
                "error: Failed to fetch: `https://mirror.example/simple/rich/`\n"
                "  Caused by: Request failed after 1 retries\n"
                "  Caused by: invalid peer certificate: UnknownIssuer\n"
            ),
            "https://mirror.example/simple/rich/: invalid peer certificate: UnknownIssuer",
        ),
        (
            (
                "WARNING: Retrying (Retry(total=0)) after connection broken by 'ReadTimeoutError("
                "\"HTTPSConnectionPool(host='mirror.example', port=443): Read timed out.\")'"
                ": /simple/uv/\nERROR: No matching distribution found for uv\n"
            ),
            "/simple/uv/: HTTPSConnectionPool(host='mirror.example', port=443): Read timed out.",
        ),
        ("error: No solution found\n  cause: Because six was not found in the package registry\n", None),
    ],
)
def test_names_what_broke_the_connection(output: str, reason: str | None) -> None:
    assert runpy.run_path(str(SCRIPT))["network_failure"](output) == reason


def test_shows_why_the_pins_cannot_be_installed(checkout: Checkout) -> None:
    code, printed = checkout.run({"FAKE_PLAN": "error: No solution found", "FAKE_STATUS": "1"})
    assert code == 1
    assert printed.splitlines()[1:] == [
        "error: No solution found",
        (
            "hudhud: the reason stands above; mend it and try again, or try this alone: "
            f"{checkout.bin}/uv {checkout.asked_of_uv[0]}"
        ),
    ]


def test_carries_pip_settings_over_to_uv(checkout: Checkout) -> None:
    checkout.program("uv", UV_THAT_TELLS)
    settings = {
        "PIP_INDEX_URL": "https://mirror.example/simple",
        "PIP_EXTRA_INDEX_URL": "https://a.example/simple https://b.example/simple",
        "PIP_FIND_LINKS": "/wheels  /more",
        "PIP_CERT": "/ca.pem",
    }
    carried = (
        "https://mirror.example/simple|https://a.example/simple https://b.example/simple|unsafe-best-match"
        "|/wheels,/more|/ca.pem|"
    )
    assert checkout.run(settings)[0] == 0
    assert checkout.asked_of_uv == [f"{carried}1", carried]


def test_leaves_what_is_set_for_uv(checkout: Checkout) -> None:
    checkout.program("uv", UV_THAT_TELLS)
    pip = {"PIP_INDEX_URL": "https://mirror.example/simple", "PIP_CERT": "/ca.pem"}
    own = {"UV_DEFAULT_INDEX": "https://own.example", "SSL_CERT_FILE": "/own.pem", "UV_HTTP_RETRIES": "9"}
    assert checkout.run({**pip, **own})[0] == 0
    assert checkout.asked_of_uv == ["https://own.example||||/own.pem|9"] * 2

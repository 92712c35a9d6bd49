"""A cluster on this machine calls nobody, reports nothing, and lets nobody in without its token."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from clustered import descendants, own_cache, wait_until
from ingresses import asked, free_port, search_of
from tracing import Traced, calls, strace

if not importlib.util.find_spec("ray"):
    pytest.skip("needs ray: pip install 'hudhud[cluster]'", allow_module_level=True)

ROOT = Path(__file__).parents[2]
CALLS = ("bind", "connect", "sendto", "sendmsg", "sendmmsg", "execve")
SECONDS = 240.0
OWN = re.compile(r"\w+ (?:AF_UNIX|AF_NETLINK|AF_UNSPEC|AF_INET \d+ 127\.|AF_INET6 \d+ (?:::1$|::ffff:127\.))")
"""An address of this machine, which no packet leaves."""

DISCARD = 9
NOBODY = f"http://127.0.0.1:{DISCARD}"
"""An address of this machine at which nobody listens."""

HEAD = (
    *("--node-ip-address", "127.0.0.2", "--num-cpus", "0", "--include-dashboard=false"),
    "--disable-usage-stats",
)
LEARNING = "connect AF_INET 53 8.8.8.8"
"""How processes of Ray learn which address leads outside: over UDP, where connecting sends nothing."""

TOKENLESS = "import ray, sys; ray.init(sys.argv[1], log_to_driver=False); print('let in')"
REFUSED_IN = 20.0
"""Seconds within which a head says no; Ray tries again for minutes."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a server over a cluster did, what it answered, and what a stranger heard."""

    traced: Traced
    status: int
    hits: int
    stranger: str

    @property
    def of_ray(self) -> list[str]:
        """The programs of Ray, each with its arguments and its environment, as strace prints them."""
        return of_ray(self.traced)


@pytest.fixture(scope="module")
def served(strace: None, seed_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A search over two shards of the seeds on a cluster of this machine, from its start to its end."""
    del strace
    folder = tmp_path_factory.mktemp("quiet")
    (folder / "home").mkdir()
    environment = {
        "HOME": str(folder / "home"),
        "HUDHUD_CACHE": str(own_cache(folder / "cache")),
        "LANG": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
    }
    port = free_port()
    command = [sys.executable, "-m", "search_api", "serve", "--index", str(seed_index), "--port", str(port)]
    with running([*command, "--ray", "local", "--shards", "2"], environment, folder):
        wait_until(lambda: asked(port, "/readyz")[0] == 200, SECONDS)
        status, body = asked(port, search_of("nuclear plant lost power"))
        on_loopback = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}  # else Ray asks at the machine's own address
        stranger = let_in(environment | on_loopback | {"HOME": str(folder), "RAY_AUTH_MODE": "disabled"})
    return Served(traced(folder), status, len(body["hits"]), stranger)


def traced(folder: Path) -> Traced:
    """What was written down in a folder."""
    return Traced(ROOT, tuple(calls(log_of(folder).splitlines())))


def log_of(folder: Path) -> str:
    """What is written down so far."""
    log = folder / "log"
    return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""


def of_ray(traced: Traced) -> list[str]:
    """The programs of Ray that were started, as strace prints them."""
    started = [call.arguments for call in traced.calls if call.name == "execve" and not call.result]
    return [one for one in started if re.search(r"/ray/(core|_private|dashboard)/", one)]


@contextmanager
def running(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[None]:
    """A command under strace, which writes down every environment too."""
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            [*strace(CALLS, folder / "log"), "-v", *command],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            yield
        finally:
            [started, *_] = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            os.kill(int(started), signal.SIGTERM)
            process.wait(SECONDS)


def let_in(environment: dict[str, str]) -> str:
    """What somebody hears who joins the cluster of a server without its token."""
    command = [sys.executable, "-c", TOKENLESS, head()]
    try:
        heard = subprocess.run(command, env=environment, capture_output=True, timeout=REFUSED_IN, check=False)
    except subprocess.TimeoutExpired as error:
        return ((error.stdout or b"") + (error.stderr or b"")).decode()
    return (heard.stdout + heard.stderr).decode()


def head() -> str:
    """The address of the head that a server started."""
    lines = b" ".join((one / "cmdline").read_bytes() for one in descendants())
    found: list[bytes] = re.findall(rb"--gcs-address=([\d.:]+)", lines)
    return found[0].decode()


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize(
    ("variables", "calls_to_nobody"),
    [({}, 1), ({"http_proxy": NOBODY}, 4)],  # its report, and what asks three clouds
    ids=["with the file", "by a proxy"],
)
def test_a_head_that_is_started_as_documented_calls_nobody(
    tmp_path: Path, variables: dict[str, str], calls_to_nobody: int
) -> None:
    if not variables:
        (tmp_path / "ray_bootstrap_config.yaml").write_text("provider: {type: none}\n", encoding="utf-8")
    environment = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_USAGE_STATS_REPORT_URL": NOBODY,
        **variables,
    }
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", *HEAD]
    with tempfile.TemporaryDirectory(prefix="ray-") as room:
        arguments = ["--port", str(free_port()), "--temp-dir", room]
        with running([*command, *arguments], environment, tmp_path):
            nobody = f"sin_port=htons({DISCARD})"
            wait_until(lambda: log_of(tmp_path).count(nobody) >= calls_to_nobody, SECONDS)
    found = traced(tmp_path)
    assert any("dashboard.py" in one for one in of_ray(found))
    called = [one for one in found.addresses if not one.startswith("bind ")]  # it listens on all addresses
    assert [one for one in called if not OWN.match(one) and one != LEARNING] == []


def test_it_answers(served: Served) -> None:
    assert served.status == 200
    assert served.hits > 0


def test_no_process_of_it_calls_anybody_but_this_machine(served: Served) -> None:
    assert any(one.startswith("connect AF_INET ") for one in served.traced.addresses)
    assert [one for one in served.traced.addresses if not OWN.match(one)] == []


def test_reports_of_use_are_off_in_every_process_of_it(served: Served) -> None:
    names = " ".join(served.of_ray)
    assert [kind for kind in ("gcs_server", "raylet", "default_worker.py") if kind not in names] == []
    assert [one[:300] for one in served.of_ray if '"RAY_USAGE_STATS_ENABLED=0"' not in one] == []


def test_it_has_no_dashboard(served: Served) -> None:
    assert [one[:300] for one in served.of_ray if "dashboard.py" in one] == []


def test_nobody_is_let_in_without_its_token(served: Served) -> None:
    assert "Unauthenticated" in served.stranger
    assert "let in" not in served.stranger

"""Processes that run `hudhud` commands, made ready beforehand: a kill hits the work, not Python's start.

One process imports and warms everything that needs no threads, and forks a worker for every connection to
its socket. A worker loads the encoder, says that it is ready, and then runs commands of the real command
line, one after another. It counts its steps, which are the calls that write, force to disk, rename, link or
remove files of the index, and can be told to kill itself before one of them.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from making import MODEL, encode
from typer.testing import CliRunner

ROOT = Path(__file__).parent.parent
COMMIT_EVERY = 8
"""Texts between two commits of a worker: a small archive has as many commits as a large one elsewhere."""

LARGEST = 60
"""Sentences after which a worker's segment is full, so that there are several."""

_STEPS = frozenset(
    {"open", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "shutil.rmtree", "sqlite3.connect"}
)
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended: exit code, what it printed, how long it took and how many steps it made.

    `published` is the step that replaced `CURRENT`; 0 if none did.
    """

    code: int
    stdout: str
    stderr: str
    seconds: float
    steps: int
    published: int


class Worker:
    """A process that is ready to run commands, or soon will be."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(_SECONDS)
        self._socket.connect(path)
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self.pid = int(self._receive()["pid"])

    def begin(self, arguments: Sequence[object], index: Path, kill_at: int | None = None) -> None:
        """Run a command; the worker kills itself before step `kill_at` below the folder `index`.

        A negative number counts the steps from the one that publishes.
        """
        assert self._receive() == {"ready": True}
        command = {"arguments": [*map(str, arguments)], "index": str(index), "kill_at": kill_at}
        self._socket.sendall(json.dumps(command).encode() + b"\n")

    def outcome(self) -> Outcome | None:
        """Wait for the end of the command; None if the process was killed before it."""
        try:
            line = self._lines.readline()
        except ConnectionError:
            line = ""
        if line:
            return Outcome(**json.loads(line))
        self._await_end()
        return None

    def run(self, arguments: Sequence[object], index: Path) -> Outcome:
        """Run a command to its end."""
        self.begin(arguments, index)
        done = self.outcome()
        assert done is not None, f"the process ended while it ran {arguments}"
        return done

    def kill(self) -> None:
        """Send SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Let the process end."""
        self.kill()
        self._await_end()
        self._lines.close()
        self._socket.close()

    def _receive(self) -> dict[str, Any]:
        received: dict[str, Any] = json.loads(self._lines.readline() or "{}")
        return received

    def _await_end(self) -> None:
        deadline = time.monotonic() + _SECONDS
        while _lives(self.pid):
            assert time.monotonic() < deadline, f"process {self.pid} does not end"
            time.sleep(0.002)


@contextlib.contextmanager
def workers() -> Iterator[str]:
    """Start the process that workers are forked from; the path of its socket, for `Worker`."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "workers")
        environment = os.environ | {
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "TOKENIZERS_PARALLELISM": "false",
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        }
        with subprocess.Popen(
            [sys.executable, __file__, path], env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n"
                yield path
            finally:
                process.kill()


class _Steps:
    """Counts steps, and ends the process before one of them."""

    def __init__(self) -> None:
        self.folder, self.done, self.kill_at, self.published = "", 0, 0, 0
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.folder or event not in _STEPS:
            return
        if event == "open" and arguments[1] is not None and not arguments[2] & os.O_ACCMODE:
            return
        if event in {"os.remove", "os.rmdir"} or str(arguments[0]).startswith(self.folder):
            self.done += 1
            if event == "os.rename" and Path(str(arguments[1])).name == "CURRENT":
                self.published = self.done
            if self.done == self.kill_at or self.kill_at < 0 < self.published == self.done + self.kill_at:
                os.kill(os.getpid(), signal.SIGKILL)


def _serve(path: str) -> None:
    """Fork a worker for every connection, until killed."""
    _warm()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            connection, _ = server.accept()
            if os.fork() == 0:
                server.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _work(connection)
                os._exit(0)
            connection.close()


def _warm() -> None:
    """Build a tiny index with an encoder that needs no threads: everything lazy is loaded then."""
    from indexer.build import build
    from indexer.corpus import Corpus
    from indexer.storage.layout import Layout

    class _Pure:
        dimensions = 8
        engine = "by hand"
        encode = staticmethod(encode)
        encode_queries = staticmethod(encode)
        encode_words = staticmethod(encode)

        @staticmethod
        def count_tokens(texts: Sequence[str]) -> list[int]:
            return [len(text.split()) for text in texts]

    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder) / "texts"
        texts.mkdir()
        (texts / "fa.txt").write_text("این نخستین خبر امروز است.", encoding="utf-8")
        (texts / "ar.txt").write_text("هذا أول خبر اليوم.", encoding="utf-8")
        build(Corpus([texts]), Layout(Path(folder) / "index"), MODEL, _Pure())


def _work(connection: socket.socket) -> None:
    lines = connection.makefile("r", encoding="utf-8")

    def send(message: object) -> None:
        connection.sendall(json.dumps(message).encode() + b"\n")

    send({"pid": os.getpid()})
    import indexer.drafting.merging
    import indexer.models.encoder
    import indexer.vectors.cache
    from indexer.models.model import locate
    from search_api.commands.cli import app

    loaded = indexer.models.encoder.load_encoder(locate(None))
    loaded.encode(["query: سلام"])
    indexer.models.encoder.load_encoder = lambda *_, **__: loaded
    indexer.vectors.cache._COMMIT_EVERY = COMMIT_EVERY
    indexer.drafting.merging.LARGEST = LARGEST
    steps = _Steps()
    send({"ready": True})
    for line in lines:
        command = json.loads(line)
        steps.done, steps.published, steps.kill_at = 0, 0, command["kill_at"] or 0
        steps.folder = command["index"]
        started = time.monotonic()
        result = CliRunner().invoke(app, command["arguments"])
        seconds = time.monotonic() - started
        steps.folder = ""
        told = result.stderr if not result.exception or result.exit_code else repr(result.exception)
        send(
            {
                "code": result.exit_code,
                "stdout": result.stdout,
                "stderr": told,
                "seconds": seconds,
                "steps": steps.done,
                "published": steps.published,
            }
        )
        send({"ready": True})


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    _serve(sys.argv[1])

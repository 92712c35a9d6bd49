"""Processes that are measured: run to their end, or serving until they are ended by their id."""

import contextlib
import http.client
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_POLL = 0.02
"""Seconds between two looks at a process, or two attempts to reach a server."""

_INDEX_LIMIT = 3600.0
_START_LIMIT = 300.0
_END_LIMIT = 15.0
_LAST_LINES = 15


class ProcessFailed(Exception):
    """A measured process failed or took too long; the message holds its last words."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to start: arguments, the whole environment, and the folder to run in."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory of a process in MB (10⁶ bytes).

    `anonymous` leaves out mapped files; `proportional` shares what several processes map, None where
    the system does not tell; `peak` is the highest `resident` so far.
    """

    resident: float
    anonymous: float
    proportional: float | None
    peak: float


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that ended well: what it printed, its seconds, and its peak memory in MB.

    `peak` is of all resident memory, `anonymous` of that without mapped files, `mapped` of these alone; the
    latter two are what was seen at some moments.
    """

    output: str
    seconds: float
    peak: float
    anonymous: float
    mapped: float


@dataclass(frozen=True, slots=True)
class Server:
    """A server that has answered once, `started` seconds after its process was started."""

    pid: int
    port: int
    started: float


def run_to_end(command: Command, limit: float = _INDEX_LIMIT) -> Finished:
    """Run a process, looking at its memory every 20 ms.

    Raises:
        ProcessFailed: it ended with an error or not within `limit` seconds.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        with _ended(_started(command, output, errors)) as process:
            peaks = [0.0, 0.0, 0.0]
            while process.poll() is None:
                peaks = list(map(max, peaks, _resident(process.pid)))
                if time.perf_counter() - started > limit:
                    raise ProcessFailed(f"{_named(command)} did not end within {limit:.0f} s")
                time.sleep(_POLL)
            seconds = time.perf_counter() - started
        if process.returncode:
            raise ProcessFailed(f"{_named(command)} ended with {process.returncode}:\n{_tail(errors)}")
        output.seek(0)
        return Finished(output.read().decode(), seconds, *peaks)


@contextlib.contextmanager
def serving(command: Command, port: int, path: str) -> Iterator[Server]:
    """Run a server until the block ends; it begins with the first `path` answered with 200.

    Raises:
        ProcessFailed: it ended, or did not answer within five minutes.
    """
    with tempfile.TemporaryFile() as log:
        started = time.perf_counter()
        with _ended(_started(command, log, log)) as process:
            while not _answers(port, path):
                if process.poll() is not None:
                    raise ProcessFailed(f"{_named(command)} ended with {process.returncode}:\n{_tail(log)}")
                if time.perf_counter() - started > _START_LIMIT:
                    raise ProcessFailed(
                        f"{_named(command)} did not answer within {_START_LIMIT:.0f} s:\n{_tail(log)}"
                    )
                time.sleep(_POLL)
            yield Server(process.pid, port, time.perf_counter() - started)


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def memory(pid: int) -> Memory:
    """The memory of a running process, from /proc."""
    status = _kilobytes(Path(f"/proc/{pid}/status"))
    proportional = None
    with contextlib.suppress(OSError):
        proportional = _kilobytes(Path(f"/proc/{pid}/smaps_rollup")).get("Pss")
    return Memory(
        resident=_megabytes(status["VmRSS"]),
        anonymous=_megabytes(status["RssAnon"]),
        proportional=None if proportional is None else _megabytes(proportional),
        peak=_megabytes(status["VmHWM"]),
    )


def _started(command: Command, output: IO[bytes], errors: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command.arguments,
        env=command.environment,
        cwd=command.folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
    )


@contextlib.contextmanager
def _ended(process: "subprocess.Popen[bytes]") -> Iterator["subprocess.Popen[bytes]"]:
    """End the process with the block, whatever happens in it."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_END_LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_START_LIMIT)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _resident(pid: int) -> tuple[float, float, float]:
    """Peak resident memory of a process in MB, its anonymous and its mapped now; 0 when it has just ended."""
    try:
        status = _kilobytes(Path(f"/proc/{pid}/status"))
    except OSError:
        return (0.0, 0.0, 0.0)
    peak, anonymous, mapped = (status.get(name, 0) for name in ("VmHWM", "RssAnon", "RssFile"))
    return (_megabytes(peak), _megabytes(anonymous), _megabytes(mapped))


def _kilobytes(path: Path) -> dict[str, int]:
    """The lines `Name: number kB` of a file."""
    words = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    return {line[0].rstrip(":"): int(line[1]) for line in words if len(line) == 3 and line[2] == "kB"}


def _megabytes(kilobytes: int) -> float:
    return kilobytes * 1024 / 1e6


def _named(command: Command) -> str:
    return " ".join(command.arguments[:4])


def _tail(log: IO[bytes]) -> str:
    log.seek(0)
    lines: Sequence[str] = log.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-_LAST_LINES:])

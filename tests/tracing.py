"""What a command does to the system, as strace writes it down: processes, the network, files that change."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PROGRAM_SECONDS = 240.0
_CHANGING = (
    *("open", "openat", "openat2", "creat", "mkdir", "mkdirat", "mknod", "mknodat", "rename", "renameat"),
    *("renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir", "truncate"),
    *("chmod", "fchmodat", "chown", "lchown", "fchownat", "utime", "utimes", "utimensat", "futimesat"),
    *("setxattr", "lsetxattr"),
)
_WATCHED = ("%network", "%process", "chdir", "fchdir", "io_uring_setup", *_CHANGING)
_LINE = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)(?P<said>.*)")
_PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<(?P<folder>[^>]*)>, )?"(?P<path>(?:[^"\\]|\\.)*)"')
_OPENED = re.compile("<(/[^>]*)>")
_FAMILY = re.compile(r"sa_family=(\w+)")
_PORT = re.compile(r"port=htons\((\d+)\)")
_ADDRESS = re.compile(r'(?:inet_addr\(|inet_pton\(AF_INET6, |sun_path=@?)"(.*?)"')
_FORKS = ("fork", "vfork", "clone", "clone3")


@dataclass(frozen=True, slots=True)
class Call:
    """A system call that a process made: its arguments and its result, as strace prints them.

    `said` is what strace says of the result: an error's name and meaning, or what a descriptor stands for.
    """

    name: str
    arguments: str
    result: int
    said: str


@dataclass(frozen=True, slots=True)
class Traced:
    """What the processes of a command did, from its start until the last of them had ended."""

    folder: Path
    calls: tuple[Call, ...]

    @property
    def programs(self) -> list[list[str]]:
        """The command lines that were run, in the order of the numbers of their processes."""
        run = (call.arguments for call in self._named("execve") if call.result == 0)
        return [re.findall(r'"(.*?)"', arguments.partition("[")[2].partition("]")[0]) for arguments in run]

    @property
    def forked(self) -> set[int]:
        """The numbers of the processes that were begun; threads are none."""
        begun = [call for call in self._named(*_FORKS) if "CLONE_THREAD" not in call.arguments]
        return {call.result for call in begun if call.result > 0}

    @property
    def awaited(self) -> set[int]:
        """The numbers of the processes that another one waited for until they had ended."""
        return {call.result for call in self._named("wait4", "waitid")}

    @property
    def sockets(self) -> set[str]:
        """The families of addresses that sockets were made for."""
        return {call.arguments.split(",")[0] for call in self._named("socket")}

    @property
    def addresses(self) -> list[str]:
        """Every address that something was bound, connected or sent to: the call, the family, the address."""
        found = []
        for call in self._named("bind", "connect", "sendto", "sendmsg", "sendmmsg"):
            if _FAMILY.search(call.arguments):
                parts = (part.search(call.arguments) for part in (_FAMILY, _PORT, _ADDRESS))
                found.append(" ".join([call.name, *(part[1] for part in parts if part)]))
        return found

    @property
    def changed(self) -> set[Path]:
        """Every path that was to be written, made, renamed or removed, whether or not that succeeded."""
        return {path for call in self._named(*_CHANGING) for path in self._changed(call)}

    @property
    def unwatched(self) -> list[str]:
        """Calls by which a process could do what is not seen here."""
        return [f"{call.name}({call.arguments})" for call in self._named("chdir", "fchdir", "io_uring_setup")]

    def _named(self, *names: str) -> Iterator[Call]:
        return (call for call in self.calls if call.name in names)

    def _changed(self, call: Call) -> Iterator[Path]:
        if call.name.startswith("open") and not re.search("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", call.arguments):
            return
        for place, found in enumerate(_PATH.finditer(call.arguments)):
            if not (call.name.startswith("symlink") and place == 0):
                yield Path(os.path.normpath(Path(self.folder, found["folder"] or "", found["path"])))
        opened = _OPENED.match(call.said)
        if opened:
            yield Path(opened[1])


def cannot_trace() -> str:
    """Why no process can be traced here; nothing if one can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    done = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    return f"strace does not run: {done.stderr.strip()}" if done.returncode else ""


class Program:
    """A command that runs under strace, with an environment of exactly these variables."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path
    ) -> None:
        """Start `command` in `folder`; what it prints and what strace writes lands in the folder `out`."""
        self._folder, self._out = folder, out
        watched = ",".join(name if name.startswith("%") else f"?{name}" for name in _WATCHED)
        strace = ["strace", "--seccomp-bpf", "-ff", "-qq", "-y", "-s", "4096"]
        strace += ["-e", "signal=none", "-e", f"trace={watched}", "-o", str(out / "trace")]
        with (out / "stdout").open("wb") as stdout, (out / "stderr").open("wb") as stderr:
            self._process = subprocess.Popen(
                [*strace, *command],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )

    @property
    def stdout(self) -> str:
        """What it has printed."""
        return (self._out / "stdout").read_text(encoding="utf-8")

    @property
    def stderr(self) -> str:
        """What it has printed on stderr."""
        return (self._out / "stderr").read_text(encoding="utf-8")

    def interrupt(self) -> None:
        """Press Ctrl-C: strace itself does not heed it."""
        os.killpg(self._process.pid, signal.SIGINT)

    def traced(self) -> Traced:
        """Wait until every process has ended; what they did."""
        assert self._process.wait(_PROGRAM_SECONDS) == 0, self.stderr
        files = sorted(self._out.glob("trace.*"), key=lambda path: int(path.suffix[1:]))
        return Traced(self._folder, tuple(call for path in files for call in _calls(path)))


def _calls(path: Path) -> Iterator[Call]:
    for line in path.read_text(encoding="utf-8").splitlines():
        found = _LINE.fullmatch(line)
        if found:
            yield Call(found["name"], found["arguments"], int(found["result"]), found["said"])

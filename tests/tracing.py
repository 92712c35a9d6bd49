"""What a command does to the system, as strace writes it down: processes, the network, files that change."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 240.0
_CHANGING = (
    *("open", "openat", "openat2", "creat", "mkdir", "mkdirat", "mknod", "mknodat", "rename", "renameat"),
    *("renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir", "truncate"),
    *("chmod", "fchmodat", "chown", "lchown", "fchownat", "utime", "utimes", "utimensat", "futimesat"),
    *("setxattr", "lsetxattr"),
)
_WATCHED = ("%network", "%process", "chdir", "fchdir", "io_uring_setup", *_CHANGING)
_FORKS = ("fork", "vfork", "clone", "clone3")
_LINE = re.compile(r"(?P<pid>\d+) +(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)(?P<said>.*)")
_RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)")
_PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<(?P<folder>[^>]*)>, )?"(?P<path>(?:[^"\\]|\\.)*)"')
_OPENED = re.compile("<(/[^>]*)>")
_FAMILY = re.compile(r"sa_family=(\w+)")
_PORT = re.compile(r"port=htons\((\d+)\)")
_ADDRESS = re.compile(r'(?:inet_addr\(|inet_pton\(AF_INET6, |sun_path=@?)"(.*?)"')


@dataclass(frozen=True, slots=True)
class Call:
    """A system call of a process: its arguments and its result as strace prints them.

    `said` is what strace says of the result: an error's name and meaning, or what a descriptor stands for.
    """

    name: str
    arguments: str
    result: int
    said: str


def cannot_trace() -> str:
    """Why nothing can be traced here; an empty text where it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    return f"strace may not trace here: {tried.stderr.strip()}" if tried.returncode else ""


def strace(calls: Iterable[str], log: Path) -> list[str]:
    """How a command line begins whose calls are to be written into `log`; classes of calls start with %."""
    wanted = ",".join(call if call.startswith("%") else f"?{call}" for call in calls)
    how = ("-f", "--seccomp-bpf", "-qq", "-y", "-s", "4096", "-e", "signal=none", "-e", f"trace={wanted}")
    return ["strace", *how, "-o", str(log)]


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """The calls in the lines of a log, in the order in which they ended."""
    begun: dict[str, str] = {}
    for line in lines:
        if line.endswith(" <unfinished ...>"):
            begun[line.split()[0]] = line.removesuffix(" <unfinished ...>")
            continue
        resumed = _RESUMED.match(line)
        found = _LINE.match(begun.pop(resumed[1]) + resumed[2] if resumed else line)
        if found:
            yield Call(found["name"], found["arguments"], int(found["result"]), found["said"])


def paths(call: Call, folder: Path) -> list[Path]:
    """The paths among the arguments of a call, of a process in `folder`."""
    found = _PATH.finditer(call.arguments)
    return [Path(os.path.normpath(Path(folder, match["folder"] or "", match["path"]))) for match in found]


@dataclass(frozen=True, slots=True)
class Traced:
    """What the processes of a command did that was started in `folder`, until the last of them had ended."""

    folder: Path
    calls: tuple[Call, ...]

    @property
    def programs(self) -> list[list[str]]:
        """The command lines that were run."""
        run = (call.arguments for call in self._named("execve") if call.result == 0)
        return [re.findall(r'"(.*?)"', arguments.partition("[")[2].partition("]")[0]) for arguments in run]

    @property
    def forked(self) -> set[int]:
        """The numbers of the processes that were begun; threads are none."""
        begun = [call for call in self._named(*_FORKS) if "CLONE_THREAD" not in call.arguments]
        return {call.result for call in begun if call.result > 0}

    @property
    def awaited(self) -> set[int]:
        """The numbers of the processes whose end another one waited for."""
        return {call.result for call in self._named("wait4")}

    @property
    def sockets(self) -> set[str]:
        """The families of addresses that sockets were made for."""
        return {call.arguments.split(",")[0] for call in self._named("socket")}

    @property
    def addresses(self) -> list[str]:
        """Every address that something was bound, connected or sent to: call, family, port, address."""
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
        """Calls after which a process could do what is not seen here."""
        return [f"{call.name}({call.arguments})" for call in self._named("chdir", "fchdir", "io_uring_setup")]

    def _named(self, *names: str) -> Iterator[Call]:
        return (call for call in self.calls if call.name in names)

    def _changed(self, call: Call) -> Iterator[Path]:
        if call.name.startswith("open") and not re.search("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", call.arguments):
            return
        yield from paths(call, self.folder)[call.name.startswith("symlink") :]
        opened = _OPENED.match(call.said)
        if opened:
            yield Path(opened[1])


class Program:
    """A command that runs under strace, with exactly these variables in its environment."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path
    ) -> None:
        """Start `command` in `folder`; what it prints and what strace writes lands in the folder `out`."""
        self._folder, self._out = folder, out
        with (out / "stdout").open("wb") as stdout, (out / "stderr").open("wb") as stderr:
            self._process = subprocess.Popen(
                [*strace(_WATCHED, out / "log"), *command],
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

    def traced(self, code: int = 0) -> Traced:
        """Wait until every process has ended, the command with this exit code; what they did."""
        assert self._process.wait(_SECONDS) == code, self.stderr
        log = (self._out / "log").read_text(encoding="utf-8", errors="replace")
        return Traced(self._folder, tuple(calls(log.splitlines())))

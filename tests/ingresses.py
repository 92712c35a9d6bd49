"""Servers over a Ray cluster as processes, and a caller that asks another one where one is gone."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

TIMEOUT = 15.0
"""Seconds that a caller waits for an answer, which a server gives or refuses within ten."""

Body = dict[str, Any]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass(slots=True)
class Ingress:
    """`hudhud serve --ray` on a port of loopback."""

    arguments: list[str]
    log: Path
    variables: dict[str, str]
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        command = [sys.executable, "-m", "search_api", "serve", *self.arguments, "--port", str(self.port)]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                command, stdout=out, stderr=out, env=os.environ | self.variables, start_new_session=True
            )

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    @property
    def is_ready(self) -> bool:
        return asked(self.port, "/readyz")[0] == 200


def asked(port: int, target: str) -> tuple[int, Body]:
    """Status and body of an answer; 0 where there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("GET", target)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return 0, {}
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a question: the last status and body, how often it was asked, and seconds."""

    status: int
    body: Body
    tries: int
    seconds: float


@dataclass(slots=True)
class Caller:
    """Asks some servers in turn; where one gives no answer, the next one, once."""

    ports: Sequence[int]
    turn: int = 0

    def ask(self, text: str, *, partial: bool = False) -> Answered:
        since = time.monotonic()
        status, body = 0, dict[str, Any]()
        for again in (0, 1):
            port = self.ports[(self.turn + again) % len(self.ports)]
            found = asked(port, search_of(text, partial=partial))
            if found[0] or not status:  # a refusal tells more than no answer after it
                status, body = found
            if status == 200:
                break
        self.turn += 1
        return Answered(status, body, again + 1, time.monotonic() - since)


def search_of(text: str, *, partial: bool = False) -> str:
    wanted = {"q": text, "limit": "10", "min_confidence": "0", "evidence": "false"}
    return f"/v1/search?{urlencode(wanted | ({'partial': 'true'} if partial else {}))}"


@contextmanager
def ingresses(arguments: list[str], how_many: int, folder: Path, **variables: str) -> Iterator[list[Ingress]]:
    """So many servers, all of which answer; `variables` are in their environment."""
    made = [Ingress(arguments, folder / f"ingress-{number}.log", variables) for number in range(how_many)]
    try:
        for one in made:
            one.start()
        until = time.monotonic() + 180
        while not all(one.is_ready for one in made):
            assert time.monotonic() < until, [one.log.read_text(encoding="utf-8") for one in made]
            time.sleep(0.2)
        yield made
    finally:
        for one in made:
            if one.process and one.process.poll() is None:
                one.stop()


def kill_process(pid: int) -> None:
    """End a process without asking it."""
    os.kill(pid, signal.SIGKILL)

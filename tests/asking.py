"""A real server, and somebody who asks it all the time and writes down every answer."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

ROOT = Path(__file__).parent.parent
State = Mapping[str, str]
"""Texts of articles by their ids."""

QUERIES = ("Zaporizhzhia nuclear plant", "what was said about the war", "مذاکرات صلح", "الرئيس الأوكراني")
_SECONDS = 60.0
_REST = 0.05
_KEPT_ALIVE = 5.0
"""Seconds after which the server closes a connection on which nobody asks."""


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search: ids of all articles, and of each passage its article, place and text."""

    generation: str
    articles: frozenset[str]
    passages: tuple[tuple[str, int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An article as it was given out."""

    article: str
    text: str


Answer = Found | Shown


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Server:
    """`hudhud serve` in a process of its own, on a free port unless one is named."""

    def __init__(self, index: Path, log: Path, *, port: int | None = None, **environment: str) -> None:
        self.log = log
        self.port = port or free_port()
        command = [sys.executable, "-m", "search_api", "serve", "--index", str(index), "--port"]
        environment |= {"PYTHONPATH": os.pathsep.join([str(ROOT), os.getenv("PYTHONPATH", "")])}
        with log.open("w", encoding="utf-8") as file:
            self._process = subprocess.Popen(
                [*command, str(self.port)], cwd=ROOT, env=os.environ | environment, stdout=file, stderr=file
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def process(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it is gone, by itself or killed."""
        return self._process.poll() is not None

    def ready(self) -> tuple[int, dict[str, Any]]:
        """Status and body of `/readyz`; status 0 if nobody answers."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_SECONDS)
            connection.request("GET", "/readyz")
            response = connection.getresponse()
            body: dict[str, Any] = json.loads(response.read())
            connection.close()
        except OSError:
            return 0, {}
        return response.status, body

    def wait_for(self, generation: str, seconds: float = _SECONDS) -> None:
        """Wait until a generation answers and its contents were checked."""
        expected = {"status": "ok", "generation": generation, "checked": True}
        deadline = time.monotonic() + seconds
        while (found := self.ready()) != (200, expected):
            told = self.log.read_text(encoding="utf-8")
            assert self._process.poll() is None, f"the server ended:\n{told}"
            assert time.monotonic() < deadline, f"{generation} does not answer: {found}\n{told}"
            time.sleep(0.05)

    def complaints(self) -> list[str]:
        """Lines of the log that tell of something wrong."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        wrong = ("ERROR", "WARNING", "CRITICAL", "Traceback")
        return [line for line in lines if line.partition(" ")[2].startswith(wrong) or line.startswith(wrong)]


class Asker(threading.Thread):
    """Asks one thing after another on one connection: a search, an article, and so on.

    Attributes:
        failures: what went wrong, a line each.
    """

    def __init__(self, server: Server, articles: Sequence[str]) -> None:
        """Ask for `articles`, which are in every state of the archive."""
        super().__init__(name="asker", daemon=True)
        self._server, self._articles = server, articles
        self._answers: list[Answer] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.failures: list[str] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=_SECONDS)
        answered = time.monotonic()
        asked = zip(cycle(QUERIES), cycle(self._articles), strict=False)
        for query, article in asked:
            for target in (f"/v1/search?limit=100&q={quote(query)}", f"/v1/articles/{quote(article)}"):
                try:
                    connection.request("GET", target)
                    response = connection.getresponse()
                    body = response.read()
                except OSError as error:
                    # On a busy machine this thread may rest so long that the server rightly hung up.
                    if time.monotonic() - answered < _KEPT_ALIVE:
                        self.failures.append(f"{target}: {error!r}")
                    connection.close()
                    continue
                answered = time.monotonic()
                if response.status != 200:
                    self.failures.append(f"{target}: {response.status} {body.decode()}")
                    continue
                with self._lock:
                    self._answers.append(_answer(json.loads(body)))
            if self._stopped.wait(_REST):
                connection.close()
                return

    def stop(self) -> None:
        """Ask no more."""
        self._stopped.set()
        self.join(_SECONDS)

    def answers(self) -> list[Answer]:
        """What was answered since this was called last."""
        with self._lock:
            answers, self._answers = self._answers, []
        return answers


def _answer(body: dict[str, Any]) -> Answer:
    if "hits" not in body:
        return Shown(body["id"], body["text"])
    hits = [(hit["article"]["id"], hit["passage"]) for hit in body["hits"]]
    passages = tuple((article, piece["start"], piece["end"], piece["text"]) for article, piece in hits)
    return Found(body["generation"], frozenset(article for article, _ in hits), passages)


class Judge:
    """Holds the answers that one asker got against what the archive held.

    Searches name the generation that answered, which must never be an earlier one than before. An article
    does not, but it must be as it was in a generation between those of the searches before and after it.
    """

    def __init__(self) -> None:
        self._last = 0
        self._shown: list[Shown] = []
        self.judged = 0

    def judge(self, answers: Sequence[Answer], live: Sequence[str], states: Mapping[str, State]) -> list[str]:
        """What is wrong with some answers, a line each.

        Args:
            answers: as they came, following those of the call before.
            live: names of the generations that were live, in order.
            states: what each of them holds.
        """
        faults = []
        for answer in answers:
            self.judged += 1
            if isinstance(answer, Shown):
                self._shown.append(answer)
                continue
            if answer.generation not in live[self._last :]:
                faults.append(f"{answer.generation} answered after {live[self._last]}")
                continue
            place = live.index(answer.generation)
            faults += _wrong(answer, states[answer.generation])
            possible = [states[name] for name in live[self._last : place + 1]]
            for shown in self._shown:
                if not any(state.get(shown.article) == shown.text for state in possible):
                    faults.append(f"article {shown.article} is of none of {live[self._last : place + 1]}")
            self._last, self._shown = place, []
        return faults


def _wrong(found: Found, state: State) -> list[str]:
    faults = []
    if found.articles != state.keys():
        faults.append(
            f"{found.generation} does not answer with its articles: {found.articles ^ state.keys()}"
        )
    for article, start, end, text in found.passages:
        if article in state and state[article][start:end] != text:
            faults.append(f"{found.generation} has another text of {article} at {start}: {text}")
    return faults

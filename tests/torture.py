"""Kill reindexes at random moments while a server reads: `python -m tests.torture --kills 200 --seed 1`.

Every night a small archive changes, and a reindex of it is killed. It is killed after a random time, or
before a random step of those that it takes on disk, or before one of the few that publish. Afterwards the
index must open, be sound, and hold exactly what it held before or exactly what the archive holds. Then the
same command runs to its end, and must embed no text that the killed one had committed. All the while two
threads ask a real server, whose every answer must be whole and of one generation.
"""

import argparse
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from asking import Asker, Judge, Server, State
from reindexing import Outcome, Worker, workers

from indexer.core.errors import HudhudError
from indexer.corpus.text import parse
from indexer.generation.generation import Generation, open_live
from indexer.storage.layout import Layout
from indexer.upkeep.checks import faults

SEEDS = Path(__file__).parent.parent / "seeds"
ARTICLES, KEPT = 25, 10
ASKERS = 2
CALIBRATE_EVERY = 25
BEFORE, BEHIND = 10, 6
"""Steps around the one that publishes, of which every third kill takes one."""

INCREMENTAL, FRESH, FORGOTTEN, FIRST = "incremental", "fresh", "fresh, nothing embedded", "first"
KINDS = {INCREMENTAL: 7, FRESH: 3, FORGOTTEN: 1, FIRST: 1}
"""How often each kind of reindex comes."""

ANY_TIME, ANY_STEP, PUBLISHING, PUBLISHED = "any time", "any step", "publishing", "published"
MOMENTS = (ANY_TIME, PUBLISHING, ANY_STEP)
"""When a reindex is killed; `PUBLISHED`, one of the steps of `PUBLISHING`, comes only where it is planned."""


class Violation(Exception):
    """Something was lost, mixed, wrong or paid twice."""


@dataclass
class Archive:
    """A folder of short articles that changes every night.

    Attributes:
        state: texts by id, as they are on disk.
        kept: ids that are never removed.
    """

    folder: Path
    chance: random.Random
    state: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self._pieces = list(_pieces())
        self._words = sorted({word for piece in self._pieces for word in piece.split() if word.isalpha()})
        self._night = 0
        for number in range(ARTICLES):
            self._write(f"{number:03d}", self._pieces[number % len(self._pieces)])
        self.kept = sorted(self.state)[:KEPT]

    def change(self) -> None:
        """Let a night pass: some articles change, some come, some go."""
        self._night += 1
        for name in self.chance.sample(sorted(self.state), self.chance.randint(1, 4)):
            self._write(name, self._said(self.state[name]))
        for number in range(self.chance.randint(0, 2)):
            self._write(f"{self._night:04d}-{number}", self._said(self.chance.choice(self._pieces)))
        removable = sorted(self.state.keys() - set(self.kept))
        most = min(2, len(removable)) if len(self.state) < 2 * ARTICLES else 5
        for name in self.chance.sample(removable, self.chance.randint(0, most)):
            (self.folder / f"{name}.txt").unlink()
            del self.state[name]

    def _said(self, text: str) -> str:
        """A text with a new last sentence, in place of the one of an earlier night."""
        words = " ".join(self.chance.sample(self._words, 6))
        before, _, _ = text.partition("\n\n")
        return f"{before}\n\nشب {self._night}: {words}."

    def _write(self, name: str, text: str) -> None:
        self.state[name] = text
        (self.folder / f"{name}.txt").write_text(text, encoding="utf-8")


def _pieces() -> list[str]:
    """Some paragraphs of the seeds, two at a time."""
    found = []
    for path in sorted(SEEDS.glob("*.txt")):
        _, text = parse(path.read_text(encoding="utf-8"))
        lines = [line.strip() for line in text.splitlines() if len(line) > 40]
        found += ["\n".join(lines[first : first + 2]) for first in range(0, len(lines), 2)]
    return found


@dataclass
class Index:
    """The folder of an index, and what is known of its generations.

    Attributes:
        states: what every generation holds that was ever published.
        live: names of those that were live, in order.
    """

    folder: Path
    states: dict[str, State] = field(default_factory=dict)
    live: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.layout = Layout(self.folder)

    def examine(self, new: State) -> None:
        """Check that all that is new is sound and holds `new`, and that `CURRENT` names something known.

        Raises:
            Violation: it is not so.
        """
        for folder in self.layout.published():
            if folder.name in self.states and [folder.name] != self.live[-1:]:
                continue
            wrong = faults(folder)
            if wrong:
                raise Violation(f"{folder.name} is not sound: {wrong}")
            expected = self.states.setdefault(folder.name, dict(new))
            found = _state_of(folder)
            if found != expected:
                raise Violation(f"{folder.name} differs in {_difference(found, expected)}")
        if not self.live and not self.layout.current.exists():
            return
        with closing(open_live(self.folder)) as opened:
            name = opened.name
        if name not in self.states:
            raise Violation(f"{name} is live, and was never seen")
        if name not in self.live:
            if self.states[name] != new:
                raise Violation(f"{name} became live, which is neither the old nor the new")
            self.live.append(name)
        elif name != self.live[-1]:
            raise Violation(f"{name} is live again after {self.live[-1]}")

    def committed(self) -> set[tuple[int, bytes]]:
        """The texts whose vectors are in the cache."""
        if not self.layout.cache.exists():
            return set()
        with closing(sqlite3.connect(self.layout.cache, timeout=30)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'vectors'").fetchall()
            return set(connection.execute("SELECT space, text_hash FROM vectors")) if tables else set()

    def forget(self) -> None:
        """Leave no vector in the cache."""
        with closing(sqlite3.connect(self.layout.cache, timeout=30)) as connection, connection:
            connection.execute("DELETE FROM vectors")

    def leftovers(self) -> list[str]:
        """Folders that no writer should leave behind."""
        return sorted(path.name for path in self.layout.generations.glob(".*"))


@dataclass
class Torture:
    """Some nights.

    Attributes:
        folder: an empty folder for all that is made.
        chance: decides everything that is left to chance.
        tell: takes lines for people.
        plan: kinds and moments of the first kills; those beyond are left to chance.
        counts: what happened, for the closing line.
    """

    folder: Path
    chance: random.Random
    tell: Callable[[str], None]
    plan: Sequence[tuple[str, str]] = ()
    counts: Counter[str] = field(default_factory=Counter)

    def run(self, kills: int) -> None:
        """Kill so many reindexes.

        Raises:
            Violation: what must never happen.
        """
        self._archive = Archive(self.folder / "archive", self.chance)
        self._index, self._first = Index(self.folder / "index"), Index(self.folder / "first")
        self._usual: dict[str, Outcome] = {}
        self._index.folder.mkdir()
        with ExitStack() as stack:
            self._workers = stack.enter_context(workers())
            self._finisher = stack.enter_context(closing(Worker(self._workers)))
            self._complete(FRESH)
            server = stack.enter_context(Server(self._index.folder, self.folder / "server.log"))
            server.wait_for(self._index.live[-1])
            self._askers = [Asker(server, self._archive.kept) for _ in range(ASKERS)]
            self._judges = [Judge() for _ in self._askers]
            for asker in self._askers:
                asker.start()
                stack.callback(asker.stop)
            victim = stack.enter_context(_Replaced(self._workers))
            while self.counts["kills"] < kills:
                self._night(victim, kills)
            server.wait_for(self._index.live[-1])
            for asker in self._askers:
                asker.stop()
            self._judge()
            if server.complaints():
                raise Violation(f"the server complains: {server.complaints()}")
            self._verify()

    def _night(self, victim: "_Replaced", kills: int) -> None:
        """Kill one reindex, look what it left, and run it again."""
        kind = self.chance.choices(list(KINDS), list(KINDS.values()))[0]
        when = self.chance.choice(MOMENTS)
        if self.counts["kills"] < len(self.plan):
            kind, when = self.plan[self.counts["kills"]]
        if kind not in self._usual or self.counts["kills"] % CALIBRATE_EVERY == CALIBRATE_EVERY - 1:
            self._archive.change()
            self._prepare(kind)
            self._usual[kind] = self._complete(kind)
        self._archive.change()
        index = self._prepare(kind)
        before = index.committed()
        moment = self._kill(victim.next(), kind, when)
        victim.renew()
        if moment is None:
            self.counts["too late"] += 1
        else:
            self.counts["kills"] += 1
            self.counts[f"{kind} killed"] += 1
        try:
            live = index.live[-1:]
            index.examine(self._archive.state)
            published = index.live[-1:] != live
            self.counts["killed after publication" if published else "killed before publication"] += bool(
                moment
            )
            committed = index.committed()
            if not before <= committed:
                raise Violation("committed vectors are gone")
            self.counts["texts committed by the killed"] += len(committed - before)
            self._complete(kind)
            self._judge()
        except (Violation, HudhudError) as error:
            raise Violation(f"{kind}, killed {moment}: {error}") from error
        self.tell(
            f"{self.counts['kills']} of {kills}: {kind}, killed {moment},"
            f" {'after' if published else 'before'} publication; live: {index.live[-1]}"
        )

    def _prepare(self, kind: str) -> Index:
        """The index to work on, in the state that belongs to a kind of reindex."""
        if kind == FORGOTTEN:
            self._index.forget()
        if kind == FIRST:
            shutil.rmtree(self._first.folder, ignore_errors=True)
            self._first = Index(self.folder / "first")
            self._first.folder.mkdir()
        return self._index_of(kind)

    def _index_of(self, kind: str) -> Index:
        return self._first if kind == FIRST else self._index

    def _command(self, kind: str) -> list[object]:
        command: list[object] = ["reindex", self._archive.folder, "--index", self._index_of(kind).folder]
        fresh = ["--fresh"] if kind in {FRESH, FORGOTTEN} else []
        return [*command, "--json", "--allow-removals", *fresh]

    def _kill(self, worker: Worker, kind: str, when: str) -> str | None:
        """Begin a reindex and kill it; when, for people, or None where it had ended before."""
        usual, index = self._usual[kind], self._index_of(kind).folder
        if when == ANY_TIME:
            seconds = self.chance.uniform(0, usual.seconds)
            worker.begin(self._command(kind), index)
            time.sleep(seconds)
            worker.kill()
            moment = f"after {seconds:.3f} s"
        else:
            first, end = {
                ANY_STEP: (1, usual.steps + 1),
                PUBLISHING: (max(usual.published - BEFORE, 1), usual.published + BEHIND),
                PUBLISHED: (-BEHIND, 0),
            }[when]
            step = self.chance.randrange(first, end)
            worker.begin(self._command(kind), index, kill_at=step)
            moment = f"before step {step}" if step > 0 else f"{-step} steps after publication"
        return moment if worker.outcome() is None else None

    def _complete(self, kind: str) -> Outcome:
        """Run a reindex to its end, and check what it made and what it cost."""
        index = self._index_of(kind)
        before = index.committed()
        done = self._finisher.run(self._command(kind), index.folder)
        if done.code != 0:
            raise Violation(f"the next run ended with {done.code}: {done.stderr}")
        summary: dict[str, Any] = json.loads(done.stdout)
        index.examine(self._archive.state)
        if index.states[index.live[-1]] != self._archive.state or summary["generation"] != index.live[-1]:
            raise Violation(f"the next run published something else: {summary}")
        after = index.committed()
        if summary["forgotten"] == 0 and not before <= after:
            raise Violation("the next run lost committed vectors")
        if summary["embedded"] != len(after - before):
            raise Violation(f"{summary['embedded']} texts embedded, {len(after - before)} of them new")
        if index.leftovers():
            raise Violation(f"left behind: {index.leftovers()}")
        self.counts["texts embedded by the next"] += summary["embedded"]
        self.counts["texts reused by the next"] += summary["reused"]
        return done

    def _judge(self) -> None:
        for asker, judge in zip(self._askers, self._judges, strict=True):
            answers = asker.answers()
            wrong = asker.failures + judge.judge(answers, self._index.live, self._index.states)
            self.counts["answers"] += len(answers)
            if wrong:
                raise Violation(f"{len(wrong)} wrong answers: {wrong[:3]}")

    def _verify(self) -> None:
        verified = self._finisher.run(["verify", "--index", self._index.folder], self._index.folder)
        if verified.code != 0:
            raise Violation(f"verify: {verified.stdout} {verified.stderr}")

    def closing_line(self) -> str:
        """What happened, in numbers."""
        counts = ", ".join(f"{count:,} {name}" for name, count in sorted(self.counts.items()))
        return f"{counts}; {len(self._index.live):,} generations live one after another"


class _Replaced:
    """A worker that is ready, and another one as soon as it is taken."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._ready: Worker | None = Worker(path)
        self._taken: Worker | None = None

    def __enter__(self) -> "_Replaced":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in (self._ready, self._taken):
            if worker:
                worker.close()

    def next(self) -> Worker:
        """The worker that is ready; whoever had the last one needs it no longer."""
        if self._taken:
            self._taken.close()
        self._taken, self._ready = self._ready or Worker(self._path), None
        return self._taken

    def renew(self) -> None:
        """Get the next one ready."""
        if self._ready is None:
            self._ready = Worker(self._path)


def _state_of(folder: Path) -> dict[str, str]:
    with closing(Generation(folder)) as generation:
        articles = generation.articles(range(len(generation.catalogue)))
    return {article.id: article.text for article in articles}


def _difference(found: State, expected: State) -> list[str]:
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


def main() -> int:
    """Run what the command line asks for; 1 where something was violated, whose files then stay."""
    parser = argparse.ArgumentParser(description="Kill reindexes at random moments while a server reads.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None, help="default: another one every time")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    folder = Path(tempfile.mkdtemp(prefix="torture-"))
    started = time.monotonic()
    _tell(f"killing {given.kills} reindexes; --seed {seed}")
    torture = Torture(folder, random.Random(seed), _tell)
    try:
        torture.run(given.kills)
    except Violation as error:
        _tell(f"VIOLATION: {error}\n--seed {seed}; everything is in {folder}")
        return 1
    shutil.rmtree(folder)
    _tell(f"no violation in {time.monotonic() - started:,.0f} s with --seed {seed}: {torture.closing_line()}")
    return 0


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""What all commands share: options, lines for the user, progress, and errors told in a line."""

import functools
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, ParamSpec, TypeVar

import typer

from indexer.commands.output import put, say
from indexer.core.errors import HudhudError, IndexingError, InputError, ModelError, TooManySkipped
from indexer.core.settings import Settings

if TYPE_CHECKING:
    from indexer.drafting.draft import Progress

P = ParamSpec("P")
R = TypeVar("R")

EXIT_FAULTS = 1
EXIT_CODES: tuple[tuple[type[HudhudError], int], ...] = (
    (TooManySkipped, 6),
    (InputError, 2),
    (ModelError, 3),
    (IndexingError, 4),
)
"""The code of an error is that of the first kind that it is of."""
EXIT_INTERRUPTED = 130

LINES_EVERY = 10.0
"""Seconds between lines of progress where they do not go to a terminal."""

IndexOption = Annotated[
    Path | None,
    typer.Option("--index", metavar="DIR", help="Folder of the index; default: HUDHUD_INDEX, else ./index."),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="Folder or hub name of a sentence-transformers model; default: HUDHUD_MODEL, else built in.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Nothing on stderr but errors.")]


def settings() -> Settings:
    """The settings that the environment gives, and the file that it names."""
    chosen = Settings.from_environment(os.environ)
    if chosen.cache:
        os.environ["HUDHUD_CACHE"] = str(chosen.cache)  # where lists of words are looked for, too
    return chosen


def silent(_: str) -> None:
    """Say nothing."""


def told_in_a_line(command: Callable[P, R]) -> Callable[P, R]:
    """Turn a domain error or Ctrl-C into a line on stderr, which says what to do, and an exit code."""

    @functools.wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with stoppable():
                return command(*args, **kwargs)
        except HudhudError as error:
            say(f"hudhud: {_told(error, kwargs)}")
            raise typer.Exit(exit_code(error)) from None
        except KeyboardInterrupt:
            say("hudhud: stopped")
            raise typer.Exit(EXIT_INTERRUPTED) from None

    return guarded


def exit_code(error: HudhudError) -> int:
    """What a command ends with because of an error."""
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), EXIT_FAULTS)


@contextmanager
def stoppable() -> Iterator[None]:
    """Take a polite request to end, as from a service manager, like Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _told(error: HudhudError, options: Mapping[str, object]) -> str:
    """The error, with what to do where it is that of the index which the command works on."""
    if not isinstance(error, IndexingError) or "index" not in options:
        return str(error)
    from indexer.generation.way_back import told
    from indexer.storage.layout import Layout

    index = options["index"]
    return told(error, Layout(index if isinstance(index, Path) else settings().index))


def megabytes(size: int) -> str:
    """Bytes as a number that a person reads."""
    return f"{size / 1e6:,.1f} MB"


def plural(count: int, noun: str) -> str:
    """So many of a thing whose plural ends in s."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def counted(counts: Mapping[str, int]) -> str:
    """Numbers of several kinds in a row."""
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def print_rows(rows: Mapping[str, object]) -> None:
    """Names and values, one pair a line."""
    width = max(map(len, rows))
    for name, value in rows.items():
        put(f"{name:<{width}}  {value}")


@contextmanager
def following(quiet: bool) -> Iterator[Callable[["Progress"], None]]:
    """Shows how far work has come: a bar a stage on a terminal, else a line now and then."""
    if quiet:
        yield lambda progress: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        with _bars(console) as show:
            yield show
    else:
        yield _Lines()


class _Lines:
    """A line when a stage begins, and every few seconds; each with the rate and the time left."""

    def __init__(self) -> None:
        self._stage, self._began, self._said = "", 0.0, 0.0

    def __call__(self, progress: "Progress") -> None:
        now = time.monotonic()
        if progress.stage != self._stage:
            self._stage, self._began, self._said = progress.stage, now, now
            say(progress.stage)
        elif now - self._said >= LINES_EVERY:
            self._said = now
            say(self._line(progress, now - self._began))

    @staticmethod
    def _line(progress: "Progress", seconds: float) -> str:
        rate = progress.done / seconds
        of = "" if progress.total is None else f" of {progress.total:,}"
        line = f"{progress.stage}: {progress.done:,}{of} {progress.unit}".rstrip()
        if progress.total is None or not rate:
            return line
        left = (progress.total - progress.done) / rate
        return f"{line}, {rate:,.1f} a second, {left:,.0f} s left"


@contextmanager
def _bars(console: object) -> Iterator[Callable[["Progress"], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    assert isinstance(console, Console)
    columns = (
        TextColumn("{task.description:<20}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]} {task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=console) as bars:
        tasks: dict[str, int] = {}

        def show(progress: "Progress") -> None:
            if progress.stage not in tasks:
                for done in tasks.values():
                    bars.stop_task(done)  # type: ignore[arg-type]
                tasks[progress.stage] = bars.add_task(progress.stage, total=progress.total, unit="", rate="")
            task = tasks[progress.stage]
            speed = bars.tasks[task].speed
            bars.update(
                task,  # type: ignore[arg-type]
                completed=progress.done,
                total=progress.total,
                unit=progress.unit,
                rate=f"{speed:,.0f}/s" if speed else "",
            )

        yield show

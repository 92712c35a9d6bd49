"""Progress on a terminal and elsewhere, and the words around numbers."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from indexer.commands import terminal
from indexer.commands.terminal import counted, following, megabytes, plural, print_rows, told_in_a_line
from indexer.core.errors import (
    AddressNotFree,
    DeletionsDamaged,
    GenerationNotFound,
    HudhudError,
    IndexLocked,
    InvalidMapping,
    ModelDamaged,
    Overloaded,
    TooManyRemovals,
    TooManySkipped,
)
from indexer.drafting.draft import Progress

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("count", "printed"),
    [(0, "0 articles"), (1, "1 article"), (2, "2 articles"), (12_345, "12,345 articles")],
)
def test_one_of_a_thing_is_no_plural(count: int, printed: str) -> None:
    assert plural(count, "article") == printed


def test_numbers_are_written_for_people() -> None:
    assert (megabytes(0), megabytes(1_250_000), megabytes(12_345_000_000)) == (
        "0.0 MB",
        "1.2 MB",
        "12,345.0 MB",
    )
    assert (counted({"fa": 1200, "ar": 3}), counted({})) == ("1,200 fa, 3 ar", "")


def test_names_and_values_stand_in_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows({"Read": "5", "Articles": 12})
    assert capsys.readouterr().out == "Read      5\nArticles  12\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TooManyRemovals("why"), 2),
        (TooManySkipped("why"), 6),
        (AddressNotFree("why"), 2),
        (DeletionsDamaged("why"), 4),
        (InvalidMapping("why"), 2),
        (GenerationNotFound("why"), 2),
        (ModelDamaged("why"), 3),
        (IndexLocked("why"), 4),
        (Overloaded("why"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_an_error_is_a_line_and_an_exit_code(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    @told_in_a_line
    def command() -> None:
        raise error

    with pytest.raises(typer.Exit) as caught:
        command()
    assert caught.value.exit_code == code
    told = "hudhud: why\n" if isinstance(error, HudhudError) else "hudhud: stopped\n"
    assert capsys.readouterr() == ("", told)


def test_a_command_that_is_told_to_end_stops_as_with_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    @told_in_a_line
    def command() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(typer.Exit) as caught:
        command()
    assert caught.value.exit_code == 130
    assert capsys.readouterr() == ("", "hudhud: stopped\n")
    assert signal.getsignal(signal.SIGTERM) == before


class TestLines:
    """Where stderr is no terminal."""

    @pytest.fixture
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        now = [100.0]
        monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])  # type: ignore[attr-defined]
        return now

    def test_a_line_a_stage_and_one_every_few_seconds(
        self, clock: list[float], capsys: pytest.CaptureFixture[str]
    ) -> None:
        with following(quiet=False) as show:
            for seconds, done in ((100, 1), (109, 90), (110, 100), (119, 190), (120, 300)):
                clock[0] = seconds
                show(Progress("embedding", done, 1000, "articles"))
            show(Progress("numbering"))
            clock[0] = 131
            show(Progress("numbering"))
            show(Progress("words"))
            clock[0] = 143
            show(Progress("words", 2500, None, "words embedded"))
        out, err = capsys.readouterr()
        assert (out, err.splitlines()) == (
            "",
            [
                "embedding",
                "embedding: 100 of 1,000 articles, 10.0 a second, 90 s left",
                "embedding: 300 of 1,000 articles, 15.0 a second, 47 s left",
                "numbering",
                "numbering: 0",
                "words",
                "words: 2,500 words embedded",
            ],
        )

    def test_quiet_says_nothing(self, clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
        with following(quiet=True) as show:
            show(Progress("embedding", 1, 2, "articles"))
            clock[0] += 100
            show(Progress("embedding", 2, 2, "articles"))
        assert capsys.readouterr() == ("", "")


BARS = """
from indexer.drafting.draft import Progress
from indexer.commands.terminal import following
with following(False) as show:
    for done in range(0, 1001, 50):
        show(Progress("embedding", done, 1000, "articles"))
    show(Progress("numbering"))
    show(Progress("words"))
    show(Progress("words", 256, None, "words embedded"))
    show(Progress("embedding", 20, 40, "articles"))
print("done")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
def test_bars_on_a_terminal_name_every_stage() -> None:
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "120"}
    process = subprocess.Popen(
        [sys.executable, "-c", BARS],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=ROOT,
        env=environment,
    )
    os.close(theirs)
    shown = b""
    while piece := _read(ours):
        shown += piece
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, b"done\n")
    drawn = shown.decode()
    for words in ("embedding", "1000/1000", "numbering", "words embedded", "articles"):
        assert words in drawn
    assert "Traceback" not in drawn


def _read(terminal_side: int) -> bytes:
    """What was written to the terminal; nothing once the other side is closed."""
    try:
        return os.read(terminal_side, 65536)
    except OSError:
        return b""

"""Lines of a log have their time; those on a terminal have none."""

import datetime
import io
import os
import pty
import re
import sys

import pytest

from indexer.commands.timed import timed

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"


def test_every_line_begins_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    stderr = io.TextIOWrapper(written, "utf-8")
    monkeypatch.setattr(sys, "stderr", stderr)
    before = datetime.datetime.now().astimezone().replace(microsecond=0)
    with timed("stderr"):
        print("one\ntwo", file=sys.stderr)
        sys.stderr.write("begun")
        sys.stderr.write(" and ended\n\n")
        sys.stderr.write("نان")
    assert sys.stderr is stderr
    lines = written.getvalue().decode().split("\n")
    found = [re.fullmatch(f"({TIME}) (.*)", line) for line in lines]
    assert [match and match[2] for match in found] == ["one", "two", "begun and ended", "", "نان"]
    times = [datetime.datetime.fromisoformat(match[1]) for match in found if match]
    assert times == sorted(times)
    assert before <= times[0] <= datetime.datetime.now().astimezone()


def test_afterwards_it_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    stderr = io.TextIOWrapper(written, "utf-8")
    monkeypatch.setattr(sys, "stderr", stderr)
    with pytest.raises(KeyboardInterrupt), timed("stderr"):
        raise KeyboardInterrupt
    assert sys.stderr is stderr
    print("plain", file=sys.stderr, flush=True)
    assert written.getvalue() == b"plain\n"


def test_a_terminal_shows_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", terminal)
        with timed("stderr"):
            print("plain", file=sys.stderr, flush=True)
        assert os.read(ours, 100).splitlines() == [b"plain"]
    os.close(ours)


def test_what_is_no_file_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.StringIO()
    monkeypatch.setattr(sys, "stderr", text)
    with timed("stderr"):
        print("plain", file=sys.stderr)
    assert text.getvalue() == "plain\n"

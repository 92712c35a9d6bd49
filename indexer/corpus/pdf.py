"""PDF files to articles: the text on their pages, where it is text and no picture.

Each is read in a process of its own, which a hostile file may crash, or keep busy until its time is up. The
title is what the file says, if the text could be called so, else the first line. The day on which the file
was made is not that of the article, which has no date.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus.html import with_title
from indexer.corpus.source import Source, digest
from indexer.corpus.text import NOTHING, title_of
from indexer.pdf.outcome import Outcome, Refusal, refused
from indexer.text.language import identify, script_of

BEGINNING = b"%PDF-"
BEGINS_WITHIN = 1024

LONGEST_WAIT = 900
"""Seconds after which the process is given up, however little it has computed."""

_READER = "indexer.pdf.child"
_REASONS = {
    Refusal.ENCRYPTED: SkipReason.UNREADABLE,
    Refusal.WITHOUT_TEXT: SkipReason.EMPTY,
    Refusal.TOO_LARGE: SkipReason.TOO_LARGE,
    Refusal.DAMAGED: SkipReason.MALFORMED,
    Refusal.WITHOUT_LETTERS: SkipReason.ENCODING,
}
_PLACEHOLDER = re.compile(
    r"\.(?:docx?|odt|rtf|pdf|indd|pmd|qxp|pptx?|xlsx?|html?|txt|tex|dvi|ps|cdr|ai)$"
    r"|^(?:microsoft word|untitled|document\d*$|slide \d+$|layout \d+$)",
    re.IGNORECASE,
)


def read(source: Source) -> Iterator[Record | Skipped]:
    """The one article in `source`."""
    with source.open() as opened:
        raw = opened.read()
    if not raw:
        yield source.skipped(SkipReason.EMPTY, NOTHING, id=source.id)
    elif BEGINNING not in raw[:BEGINS_WITHIN]:
        yield source.skipped(SkipReason.MALFORMED, "called a PDF, and is none", id=source.id)
    else:
        yield Record(source.id, source.name, source.path, digest(b"pdf", raw), partial(_load, source, raw))


def _load(source: Source, raw: bytes) -> Article | Skipped:
    outcome = outcome_of(raw)
    if outcome.refusal:
        return source.skipped(_REASONS[outcome.refusal], outcome.detail, id=source.id)
    text = outcome.text
    language = identify(text)
    title = " ".join(outcome.title.split())
    if not is_title(title, text):
        return Article(source.id, title_of(text, language), text, None, language, source.name)
    shown = title in " ".join(text[: 10 * len(title) + 1000].split())
    return Article(
        source.id,
        title_of(title, language),
        text if shown else with_title(title, text),
        None,
        language,
        source.name,
    )


def outcome_of(raw: bytes) -> Outcome:
    """What a process of its own makes of a PDF."""
    command = [sys.executable, "-P", "-m", _READER]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            command, input=raw, capture_output=True, env=environment, check=False, timeout=LONGEST_WAIT
        )
        return Outcome.read(done.stdout)
    except subprocess.TimeoutExpired:
        return refused(Refusal.TOO_LARGE, f"a PDF that is not read within {LONGEST_WAIT} seconds")
    except ValueError:
        if done.returncode == -getattr(signal, "SIGXCPU", 0) != 0:
            return refused(Refusal.TOO_LARGE, "a PDF that takes more time to read than its pages are worth")
        return refused(Refusal.DAMAGED, f"the PDF ends the process that reads it ({done.returncode})")


def is_title(title: str, text: str) -> bool:
    """Whether what a PDF says that it is called is no file name, and in the script of `text`."""
    return (
        any(map(str.isalpha, title))
        and " " in title
        and not _PLACEHOLDER.search(title)
        and script_of(title) == script_of(text)
    )

"""Fixtures of tests in a browser: a server over the seeds and forty articles written for tests, and Chromium.

A plugin (`conftest.py` names it), which loads nothing of the browser until a test asks for one.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from asking import Server

from indexer.build import build
from indexer.core.protocols import Encoder
from indexer.corpus import Corpus
from indexer.corpus.fields import Fields
from indexer.models.model import Model
from indexer.options import Options
from indexer.storage.layout import Layout

if TYPE_CHECKING:
    from browsing import Looking
    from playwright.sync_api import Browser

TESTS = Path(__file__).parent
ARTICLES = (
    TESTS.parent / "seeds",
    TESTS / "searching" / "data" / "news.jsonl",
    TESTS / "web" / "data" / "wire.jsonl",
)
META = ("author", "section")

REQUIRED = "REQUIRE_CHROMIUM"
"""The variable of the environment that forbids to leave these tests out."""

MISSING = "Chromium is not installed: nothing looks at the page in a browser (apt-get install chromium)"
NAMES = ("chromium", "chromium-browser", "google-chrome")


def found_chromium() -> Path | None:
    """The program, where there is one."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def require_chromium() -> Path:
    """The program; a test that needs it is left out where there is none, or fails if that is forbidden."""
    found = found_chromium()
    if found:
        return found
    assert REQUIRED not in os.environ, MISSING
    pytest.skip(MISSING)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Debian's, or another; the test is left out where there is none, unless REQUIRE_CHROMIUM is set."""
    return require_chromium()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says in the end that nothing looked at the page: a skip by itself says only a letter."""
    if any(MISSING in str(report.longrepr) for report in terminalreporter.stats.get("skipped", ())):
        terminalreporter.write_line(MISSING, yellow=True)


@pytest.fixture(scope="session")
def archive(
    seed_index: Path, model: Model, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An index of all these articles. Tests only read it."""
    layout = Layout(tmp_path_factory.mktemp("archive"))
    shutil.copy(Layout(seed_index).cache, layout.cache)
    build(
        Corpus(list(ARTICLES), fields=Fields.parse([], META)),
        layout,
        model,
        encoder,
        options=Options(meta=META),
    )
    return layout.folder


@pytest.fixture(scope="session")
def origin(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `hudhud serve` answers from that index, with no key."""
    log = tmp_path_factory.mktemp("served") / "log.txt"
    with Server(archive, log) as server:
        server.wait_for((archive / "CURRENT").read_text(encoding="utf-8").strip())
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator["Browser"]:
    """A browser for the tests of a module: while it is there, none of them may run an event loop."""
    from browsing import chromium_of

    with chromium_of(chromium) as opened:
        yield opened


@pytest.fixture
def looking(browser: "Browser", origin: str) -> Iterator["Looking"]:
    """The browser before the server; the test fails if the console complains or another host is asked."""
    from browsing import watching

    with watching(browser, origin) as looks:
        yield looks


@pytest.fixture(scope="session")
def pictures() -> Path:
    """The folder for pictures of the page, which git ignores."""
    folder = Path(os.environ.get("PICTURES") or TESTS.parent / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder

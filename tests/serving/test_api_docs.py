"""The examples of docs/api.md run against a live server, and print what is shown there."""

import contextlib
import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import pytest
from serving import Served, served
from standing_in import StandIn

import search_api.serving.loading
from indexer.build import build
from indexer.core.limits import Limits
from indexer.core.protocols import Encoder
from indexer.core.records import Article
from indexer.corpus import InMemory
from indexer.models.model import Model
from indexer.storage.layout import Layout
from search_api.client import Hit, Results
from search_api.serving.app import create_app
from search_api.serving.envelope import Envelope, Policy
from search_api.serving.live import Live
from search_api.serving.opening import Opener

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
ADDRESS = "http://127.0.0.1:8000"
ANYTHING = "…"
_EXAMPLE = re.compile(
    r"^```(bash|python|javascript)\n(.*?)^```\n(?:\n```\n(.*?)^```$)?", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Example:
    """A program, and what it prints; an empty text where nothing is shown."""

    language: str
    program: str
    shown: str

    def at(self, server: Served) -> str:
        """The program, asking the server of the test."""
        assert ADDRESS in self.program or self.language == "python"
        return self.program.replace(ADDRESS, f"http://127.0.0.1:{server.port}")


EXAMPLES = [Example(*found) for found in _EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))]


def of(language: str) -> list[Example]:
    found = [example for example in EXAMPLES if example.language == language]
    assert found, language
    return found


def check(example: Example, printed: str) -> None:
    """Whether what was printed is what is shown; … stands for anything."""
    pattern = ".*".join(map(re.escape, example.shown.strip().split(ANYTHING)))
    matches = re.fullmatch(pattern, printed.strip(), re.DOTALL)
    assert matches, f"{example.program}\nprints\n{printed}"


@pytest.fixture(scope="module")
def server(live: Live) -> Iterator[Served]:
    app = create_app(live, translator=StandIn())
    with served(Envelope(app, Policy()), Limits()) as opened:
        yield opened


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("example", of("bash"), ids=lambda example: example.program[-40:])
def test_every_example_with_curl(server: Served, example: Example) -> None:
    done = subprocess.run(["bash", "-c", example.at(server)], capture_output=True, text=True, check=True)
    check(example, done.stdout)


def run(server: Served) -> Iterator[tuple[Example, str]]:
    """Every example in Python, one after the other, and what it prints."""
    names: dict[str, object] = {}
    for example in of("python"):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(example.at(server), PAGE.name, "exec"), names)
        yield example, printed.getvalue()


def test_every_example_in_python(server: Served) -> None:
    for example, printed in run(server):
        if example.shown:
            check(example, printed)


def test_no_example_in_python_needs_the_archive_of_the_demo(
    seed_index: Path, model: Model, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over an article that states no date, in Turkish, filters leave nothing and facets count nothing."""
    monkeypatch.setattr(search_api.serving.loading, "load_encoder", lambda *_, **__: encoder)
    layout = Layout(tmp_path)
    shutil.copy(Layout(seed_index).cache, layout.cache)
    text = "Bal yapan ar\u0131lar k\u0131\u015f\u0131n uyur."
    build(InMemory([Article("a", text, text, None, "tr", "a.txt")]), layout, model, encoder)
    elsewhere = Live(layout, Opener(None, None))
    try:
        with served(Envelope(create_app(elsewhere), Policy()), Limits()) as opened:
            first, *_, last = (printed for _, printed in run(opened))
    finally:
        elsewhere.close()
    assert first == "Nothing here seems to answer this.\n"
    assert last.endswith("\n0 [('language', ()), ('month', ())]\n0\n0\n[]\n")


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed: no JavaScript is run")
@pytest.mark.parametrize("example", of("javascript"), ids=["javascript"])
def test_every_example_in_javascript(server: Served, example: Example, tmp_path: Path) -> None:
    program = tmp_path / "find.mjs"
    program.write_text(example.at(server), encoding="utf-8")
    done = subprocess.run(["node", str(program)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    check(example, done.stdout)


def test_every_name_of_the_client_in_the_table_is_one() -> None:
    page = PAGE.read_text(encoding="utf-8")
    table = page.split("| in JSON | in the client |")[1].split("\n\n")[0]
    named = set(re.findall(r"\b(results|hit)\.(\w+)", table))
    known = {("results", field.name) for field in fields(Results)} | {
        ("hit", field.name) for field in fields(Hit)
    }
    assert len(named) == 17
    assert named <= known


def test_what_is_shown_is_compared() -> None:
    check(Example("bash", "", "a …\nc"), "a b\nc\n")
    with pytest.raises(AssertionError):
        check(Example("bash", "", "a …\nd"), "a b\nc\n")

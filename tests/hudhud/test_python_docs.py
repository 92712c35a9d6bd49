"""The examples of docs/python.md and of the README run, from top to bottom, and print what is shown there."""

import contextlib
import inspect
import io
import re
import shutil
from dataclasses import fields
from pathlib import Path

import pytest

import hudhud
from hudhud.results import FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE
from indexer.storage.layout import Layout

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "python.md"
README = ROOT / "README.md"
EXAMPLE = re.compile(r"^```python\n(.*?)^```\n(?:\n```\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
ANYTHING = "…"
ISOLATES = str.maketrans("", "", FIRST_STRONG_ISOLATE + POP_DIRECTIONAL_ISOLATE)


def examples(document: Path) -> list[tuple[str, str]]:
    """Every program, and what it prints; nothing where nothing is shown."""
    return EXAMPLE.findall(document.read_text(encoding="utf-8"))


def shows(shown: str, printed: str) -> bool:
    """Whether a document shows what was printed; … stands for anything."""
    pattern = ".*".join(map(re.escape, shown.split(ANYTHING)))
    return re.fullmatch(pattern, printed.translate(ISOLATES), re.DOTALL) is not None


@pytest.fixture
def folder(tmp_path: Path, seed_index: Path, loaded: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the seeds, to work in; their vectors are in the cache of the index."""
    del loaded
    for name in ("HUDHUD_INDEX", "HUDHUD_MODEL", "HUDHUD_RERANKER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    (tmp_path / "index").mkdir()
    shutil.copy(Layout(seed_index).cache, tmp_path / "index")
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("document", [PAGE, README], ids=lambda document: document.name)
def test_every_example_prints_what_is_shown(document: Path) -> None:
    found = examples(document)
    assert len(found) == document.read_text(encoding="utf-8").count("```python\n") > 0
    names: dict[str, object] = {}
    for program, shown in found:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(program, document.name, "exec"), names)
        assert shows(shown, printed.getvalue()), f"{program}\nprints\n{printed.getvalue()}"


def test_what_is_shown_is_compared() -> None:
    assert shows("a …\nc\n", "a b\nc\n")
    assert shows("a\n…\n", "a\nb\nc\n")
    assert not shows("a …\nc\n", "a b\nd\n")
    assert not shows("", "a\n")
    assert not shows("a.\n", "ab\n")


def test_every_name_argument_and_attribute_is_documented() -> None:
    page = PAGE.read_text(encoding="utf-8")
    arguments = [
        name
        for function in (hudhud.index, hudhud.open, hudhud.Index.search)
        for name in inspect.signature(function).parameters
        if name != "self"
    ]
    attributes = [field.name for kind in (hudhud.Hit, hudhud.Results) for field in fields(kind)]
    told = set(re.findall(r"\w+", page))
    assert [name for name in [*hudhud.__all__, *arguments] if name not in told] == []
    assert [name for name in attributes if name != "hits" and f"`{name}`" not in page] == []

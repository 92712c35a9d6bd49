"""What `import hudhud` gives, and what it costs."""

import inspect
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import hudhud
from indexer.core import errors

ROOT = Path(__file__).parents[2]
NOT_FOR_PROGRAMS = {
    "AddressNotFree",  # of `hudhud serve`
    "TooManySkipped",  # of `hudhud reindex --max-skipped`
    "GenerationNotFound",  # of `hudhud rollback` and `verify`
    "InvalidArchive",  # of `hudhud import`
    "InvalidEvaluation",  # of `hudhud evaluate`
    "ModelNotConvertible",  # caught: torch runs such a model
    "Overloaded",  # of the server
    "TooSlow",
    "Cancelled",
    "KeysUnusable",
    "ShardMissing",  # of `hudhud serve --ray`
    "NotTranslated",  # of `hudhud serve --translation-models`
    "TranslationFailed",
    "StoreUnusable",  # of `hudhud push` and `pull`
    "StoreDamaged",
    "StoreChanged",
}

HEAVY = ("fastapi", "hazm", "pydantic", "rich", "starlette", "torch", "transformers", "typer", "uvicorn")


def in_a_process(program: str, *arguments: str) -> dict[str, list[str]]:
    """What a program prints as JSON; it must print nothing else, and say nothing on stderr."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"},
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    printed: dict[str, list[str]] = json.loads(done.stdout)
    return printed


def test_importing_loads_no_library() -> None:
    found = in_a_process(
        "import json, sys\n"
        "before = set(sys.modules)\n"
        "import hudhud\n"
        "loaded = {name.split('.')[0] for name in sys.modules.keys() - before}\n"
        "own = [name for name in sys.modules if name.startswith(('indexer.', 'search_api.', 'hudhud.'))]\n"
        "print(json.dumps({'libraries': sorted(loaded - sys.stdlib_module_names), 'own': sorted(own)}))"
    )
    assert found["libraries"] == ["hudhud", "indexer"]
    assert found["own"] == [
        "hudhud.reading",
        "hudhud.reports",
        "hudhud.results",
        "hudhud.writing",
        "indexer.core",
        "indexer.core.bounded",
        "indexer.core.errors",
        "indexer.core.limits",
        "indexer.core.settings",
        "indexer.core.shown",
    ]


def test_searching_loads_neither_the_server_nor_torch_and_prints_nothing(seed_index: Path) -> None:
    found = in_a_process(
        "import json, sys\n"
        "import hudhud\n"
        "with hudhud.open(sys.argv[1]) as index:\n"
        "    results = index.search('nuclear plant', languages='ar')\n"
        "    results.to_dict(), repr(results), index.article(results[0].id), index.info()\n"
        "loaded = [name for name in sys.argv[2:] if name in sys.modules]\n"
        "print(json.dumps({'loaded': loaded, 'ids': [hit.id for hit in results]}))",
        str(seed_index),
        *HEAVY,
    )
    assert found == {"loaded": [], "ids": ["003_f7d4c279eac3b33f"]}


def test_every_name_is_there_and_documented() -> None:
    assert list(hudhud.__all__) == sorted(hudhud.__all__, key=lambda name: (name.islower(), name))
    for name in hudhud.__all__:
        value = getattr(hudhud, name)
        assert name == "__version__" or inspect.getdoc(value), name
    assert dir(hudhud) == sorted(hudhud.__all__)


def test_a_name_that_is_not_there() -> None:
    name = "serach"
    with pytest.raises(AttributeError, match="module 'hudhud' has no attribute 'serach'"):
        getattr(hudhud, name)


def test_every_error_that_a_program_may_meet_is_there() -> None:
    raised = {
        name: value
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.HudhudError)
    }
    there = {name: getattr(hudhud, name) for name in raised.keys() & set(hudhud.__all__)}
    assert raised.keys() - there.keys() == NOT_FOR_PROGRAMS
    assert there == {name: raised[name] for name in there}


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert hudhud.__version__ == project["project"]["version"]


def test_every_package_is_installed_and_typed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert packages == ["hudhud", "indexer", "search_api"]
    assert [name for name in packages if not (ROOT / name / "py.typed").is_file()] == []

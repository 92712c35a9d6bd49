"""Imports follow the table of packages, and a third-party library enters through one file."""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TABLE = {
    "indexer.core": "",
    "indexer.storage": "core",
    "indexer.text": "core storage",
    "indexer.models": "core storage",
    "indexer.vectors": "core storage",
    "indexer.pdf": "",
    "indexer.corpus": "core text pdf",
    "indexer.lexicon": "core storage text vectors",
    "indexer.retrieval": "core",
    "indexer.generation": "core storage text vectors lexicon",
    "indexer.drafting": "core storage text models vectors lexicon generation",
    "indexer.sharding": "core storage lexicon retrieval generation drafting",
    "indexer.cluster": "core models generation sharding",
    "indexer.objects": "core storage generation",
    "indexer.upkeep": "core storage models vectors generation drafting",
    "indexer": "core storage text models vectors lexicon generation drafting",
    "indexer.commands": "core storage text models corpus generation drafting cluster objects upkeep indexer",
    "search_api.searching": "core text lexicon",
    "search_api": "core searching",
    "search_api.translating": "core",
    "search_api.serving": (
        "core storage text models retrieval generation sharding cluster searching search_api translating"
    ),
    "search_api.web": "core storage text searching search_api serving",
    "search_api.agents": "core storage generation searching search_api serving",
    "search_api.evaluation": (
        "core storage text models corpus retrieval generation drafting indexer searching search_api"
    ),
    "search_api.commands": (
        "core storage text models corpus indexer commands searching search_api translating serving web agents"
        " evaluation"
    ),
    "hudhud": "core storage text models corpus drafting indexer searching search_api serving",
}
"""What the modules of a package may import besides each other, by the last parts of the names.

`indexer` and `search_api` are the modules beside the packages: `indexer/build.py`, `search_api/search.py`;
`hudhud` is the package that programs import.
"""
ENTRY = {"search_api.__main__": "search_api.commands"}
"""Modules that belong to another package than the folder they must lie in."""
EVERYWHERE = {"numpy"}
SHARED = {"typer", "rich", "filelock", "pyarrow", "platformdirs", "pydantic", "torch", "transformers"} | {
    *("fastapi", "starlette", "uvicorn"),
}
PACKAGES = {"indexer", "search_api", "hudhud"}
ONE_PLACE = ("indexer.models.eightbit",)
"""Packages that count as one file: what they import enters there."""
REPORTING = {"huggingface_hub", "openvino", "sentence_transformers", "transformers"}
"""Libraries that report their use, unless `keep_quiet` was called before."""
MOST_LINES = 350
MOST_AT_THE_TOP = 12


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    module_name(path): path for package in sorted(PACKAGES) for path in sorted((ROOT / package).rglob("*.py"))
}


def package_of(module: str) -> str:
    """The package of the table that a module belongs to."""
    parts = module.split(".")
    folder = ".".join(parts[:2])
    return ENTRY.get(module) or (folder if folder in TABLE else parts[0])


def allowed(package: str) -> set[str]:
    """The packages whose modules those of `package` may import."""
    short = {name.split(".")[-1]: name for name in TABLE if name != "search_api.commands"}
    return {short[name] for name in TABLE[package].split()}


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in names)


def edges() -> dict[str, dict[str, list[str]]]:
    """Which packages import which, with the imports."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for module, path in MODULES.items():
        for other in imported(path):
            if other in MODULES and package_of(other) != package_of(module):
                found[package_of(module)][package_of(other)].append(f"{module} imports {other}")
    return found


EDGES = edges()


@pytest.mark.parametrize("package", TABLE)
def test_a_package_imports_what_the_table_says_and_all_of_it(package: str) -> None:
    wrong = {other: lines for other, lines in EDGES[package].items() if other not in allowed(package)}
    assert wrong == {}
    assert allowed(package) - set(EDGES[package]) == set(), "the table allows what nobody uses"


@pytest.mark.parametrize("package", [package for package in TABLE if "." in package])
def test_the_docstring_of_a_package_says_what_it_may_import(package: str) -> None:
    described = ast.get_docstring(ast.parse(MODULES[package].read_text(encoding="utf-8"))) or ""
    assert (
        " ".join(described.split("\n\n")[-1].split())
        == f"May import: {', '.join(TABLE[package].split()) or 'nothing of Hudhud'}."
    )


def test_packages_are_listed_from_the_lowest_floor_up() -> None:
    order = list(TABLE)
    for package in order:
        assert all(order.index(other) < order.index(package) for other in allowed(package))


def test_no_circle_inside_a_package() -> None:
    inside = {
        module: {other for other in imported(path) if other in MODULES and other != module}
        for module, path in MODULES.items()
    }
    assert len(list(TopologicalSorter(inside).static_order())) == len(MODULES)


def test_a_package_itself_imports_nothing_unless_it_is_the_way_in() -> None:
    packages = [*TABLE, "indexer.models.eightbit"]
    found = {package: list(imported(MODULES[package])) for package in packages}
    assert [package for package, modules in found.items() if modules] == ["indexer.corpus", "hudhud"]


def test_a_library_enters_through_one_file() -> None:
    importers = defaultdict(set)
    for module, path in MODULES.items():
        for name in imported(path):
            library = name.split(".")[0]
            if library not in sys.stdlib_module_names | PACKAGES | EVERYWHERE | SHARED:
                importers[library].add(next((p for p in ONE_PLACE if module.startswith(p)), module))
    assert {library: sorted(modules) for library, modules in importers.items() if len(modules) > 1} == {}


def test_libraries_that_report_are_imported_where_they_are_kept_quiet() -> None:
    roots = {module: {name.split(".")[0] for name in imported(path)} for module, path in MODULES.items()}
    importers = [module for module, names in roots.items() if names & REPORTING]
    assert importers == [f"indexer.models.{name}" for name in ("eightbit.engine", "hub", "torch_encoder")]
    for module in importers:
        assert "indexer.models.quiet" in imported(MODULES[module])


def test_no_file_is_long_and_the_top_is_small() -> None:
    lines = {module: path.read_text(encoding="utf-8").count("\n") for module, path in MODULES.items()}
    assert {module: count for module, count in lines.items() if count > MOST_LINES} == {}
    assert len(list((ROOT / "indexer").glob("*.py"))) <= MOST_AT_THE_TOP


def test_the_check_sees_every_import(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text(
        "def f():\n    from indexer import build\n    from indexer.core.records import Article\n"
    )
    assert list(imported(sample)) == ["indexer.build", "indexer.core.records"]

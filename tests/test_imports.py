"""Imports run one way, and a third-party library enters through one file."""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
ORDER = (
    {"indexer.errors", "indexer.disk", "indexer.sharing"},
    {"indexer.records", "indexer.wordlists", "indexer.arrays", "indexer.manifest"},
    {
        "indexer.settings",
        "indexer.sentences",
        "indexer.language",
        "indexer.repeats",
        "indexer.packed_model",
        "indexer.locks",
        "indexer.row_blocks",
    },
    {
        "indexer.orthography.hazm_words",
        "indexer.orthography.common",
        "indexer.cache",
        "indexer.dense",
        "indexer.vocabulary",
        "indexer.model_files",
        "indexer.layout",
    },
    {
        "indexer.orthography.letters",
        "indexer.made_once",
        "indexer.batching",
        "indexer.eightbit.architecture",
        "indexer.options",
    },
    {"indexer.orthography.word_tables", "indexer.eightbit.graph"},
    {
        "indexer.orthography.persian",
        "indexer.orthography.arabic",
        "indexer.chunking",
        "indexer.embedded_model",
        "indexer.lexical",
    },
    {
        "indexer.orthography.folding",
        "indexer.orthography.word_tables_maker",
        "indexer.store",
        "indexer.hub",
        "indexer.corpus.claims",
        "indexer.corpus.dates",
        "indexer.corpus.decoding",
        "indexer.corpus.language_codes",
        "indexer.corpus.source",
    },
    {
        "indexer.orthography",
        "indexer.orthography.stems",
        "indexer.model",
        "indexer.corpus.packed",
        "indexer.corpus.text",
        "indexer.corpus.watching",
    },
    {
        "indexer.query_language",
        "indexer.torch_encoder",
        "indexer.eightbit.convert",
        "indexer.phonemes",
        "indexer.segment",
        "indexer.corpus.fields",
        "indexer.corpus.html",
    },
    {
        "indexer.eightbit.runtime",
        "indexer.sound_distance",
        "indexer.catalogue",
        "indexer.embedding",
        "indexer.corpus.feeds",
        "indexer.corpus.jsonl",
        "indexer.corpus.tables",
        "indexer.corpus.warc",
    },
    {"indexer.encoder", "indexer.sound", "indexer.similarity", "indexer.corpus.formats"},
    {"indexer.lexicon", "indexer.corpus.files"},
    {"indexer.retrieval", "indexer.words", "indexer.corpus.paths"},
    {"indexer.generation", "indexer.corpus"},
    {"indexer.segments", "indexer.archive", "indexer.checks", "indexer.compare"},
    {"indexer.assembly"},
    {"indexer.drafting"},
    {"indexer.build", "indexer.plan", "indexer.maintenance", "indexer.terminal"},
    {"indexer.cli", "indexer.cli_upkeep"},
    {"search_api.query", "search_api.query_encoder", "search_api.memory"},
    {"search_api.question", "search_api.fusion"},
    {"search_api.evidence", "search_api.romanised", "search_api.lanes"},
    {"search_api.search"},
    {"search_api.opening", "search_api.leases"},
    {"search_api.checking"},
    {"search_api.live"},
    {"search_api.schemas", "search_api.render", "search_api.evaluation.beir"},
    {
        "search_api.app",
        "search_api.evaluation.indexes",
        "search_api.evaluation.measures",
        "search_api.evaluation.runs",
    },
    {"search_api.evaluation.evaluate"},
    {"search_api.evaluation.report"},
    {"search_api.cli", "search_api.demo"},
    {"search_api.__main__"},
)
"""Ranks: a module imports only modules of ranks before its own."""
EMPTY = {"indexer", "search_api", "indexer.eightbit", "search_api.evaluation"}
"""Packages that are only a docstring."""
EVERYWHERE = {"numpy"}
SHARED = {"typer", "rich", "filelock", "platformdirs", "pydantic", "starlette", "torch", "transformers"}
PACKAGES = ("indexer.eightbit",)
"""Packages that count as one file: what they import enters there."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    module_name(path): path
    for package in ("indexer", "search_api")
    for path in sorted((ROOT / package).rglob("*.py"))
}
RANK = {module: rank for rank, modules in enumerate(ORDER) for module in modules}


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in names)


def test_every_module_has_a_rank() -> None:
    assert set(RANK) == set(MODULES) - EMPTY


def test_imports_run_one_way() -> None:
    wrong = [
        f"{module} (rank {RANK[module]}) imports {other} (rank {RANK[other]})"
        for module, path in MODULES.items()
        for other in imported(path)
        if other in RANK and RANK[other] >= RANK[module]
    ]
    assert wrong == []


def test_the_packages_themselves_import_nothing() -> None:
    assert [list(imported(MODULES[package])) for package in ("indexer", "search_api")] == [[], []]


def test_a_library_enters_through_one_file() -> None:
    importers = defaultdict(set)
    for module, path in MODULES.items():
        for name in imported(path):
            library = name.split(".")[0]
            if library not in sys.stdlib_module_names | {"indexer", "search_api"} | EVERYWHERE | SHARED:
                importers[library].add(next((p for p in PACKAGES if module.startswith(p)), module))
    assert {library: sorted(modules) for library, modules in importers.items() if len(modules) > 1} == {}


def test_the_order_check_sees_an_import_the_wrong_way(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text("def f():\n    from indexer import build\n    from indexer.records import Article\n")
    assert list(imported(sample)) == ["indexer.build", "indexer.records"]

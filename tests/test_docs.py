"""Every command, option, route, field and setting stands in the documentation."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
import typer.main
from fastapi.routing import APIRoute

from indexer.commands.terminal import EXIT_CODES, EXIT_FAULTS, EXIT_INTERRUPTED
from indexer.core.records import SkipReason
from indexer.core.settings import Settings
from indexer.corpus.field_names import NAMES
from indexer.corpus.formats import FORMATS, ZIP
from indexer.corpus.packed import PACKINGS
from scripts import tree
from search_api.commands.cli import app
from search_api.serving.app import create_app
from search_api.serving.live import Live
from search_api.serving.problems import STATUSES
from search_api.serving.schemas import SearchRequest

ROOT = Path(__file__).parent.parent
COMMAND_LINE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_group(app).commands


def section(document: str, heading: str) -> str:
    """The part of a document from a heading that starts so to the next one of its level."""
    found = re.search(rf"^## {re.escape(heading)}.*?(?=^## |\Z)", document, re.MULTILINE | re.DOTALL)
    assert found, f"no heading {heading!r}"
    return found.group()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_documented(name: str) -> None:
    described = section(COMMAND_LINE, f"hudhud {name}")
    options = [
        parameter.opts[0] for parameter in COMMANDS[name].params if parameter.param_type_name == "option"
    ]
    assert [option for option in options if f"`{option}" not in described] == []
    assert f"hudhud {name}" in README + OPERATIONS


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_an_example(name: str) -> None:
    assert f"Example: hudhud {name}" in (COMMANDS[name].help or "")


def test_every_route_is_documented(live: Live) -> None:
    routes = [
        route for route in create_app(live).routes if isinstance(route, APIRoute) and route.include_in_schema
    ]
    paths = {route.path.replace(":path", "") for route in routes}
    assert paths == {
        *("/v1/search", "/v1/search.csv", "/v1/search.jsonl", "/v1/search.atom", "/v1/search/batch"),
        *("/v1/articles", "/v1/articles/{id}", "/v1/articles/{id}/similar", "/v1/suggest"),
        "/v1/articles/{id}/translation",
        *("/v1/stats", "/v1/version", "/healthz", "/readyz"),
    }
    documented = [path for path in paths if re.search(rf"^## .*{re.escape(path)}", API, re.MULTILINE)]
    assert sorted(documented) == sorted(paths)


def test_every_field_is_documented() -> None:
    names = [field.alias or name for name, field in SearchRequest.model_fields.items()]
    assert [name for name in names if f"| `{name}` |" not in section(API, "GET /v1/search")] == []


def test_every_status_is_documented() -> None:
    described = section(API, "Errors")
    assert [status for _, status in STATUSES if f"| {status.value} |" not in described] == []


def test_every_setting_is_documented() -> None:
    names = [f"HUDHUD_{field.name.upper()}" for field in fields(Settings)]
    assert [name for name in names if f"| `{name}` |" not in section(COMMAND_LINE, "Settings")] == []


def test_every_exit_code_is_documented() -> None:
    codes = [0, EXIT_FAULTS, EXIT_INTERRUPTED, *(code for _, code in EXIT_CODES)]
    assert [code for code in codes if f"| {code} |" not in section(COMMAND_LINE, "Exit codes")] == []


def test_every_reason_to_skip_is_documented() -> None:
    described = section(COMMAND_LINE, "hudhud reindex").replace("\n", " ")
    assert [reason.value for reason in SkipReason if reason.value not in described] == []


def test_every_format_and_every_name_of_a_field_is_documented() -> None:
    described = section(COMMAND_LINE, "hudhud reindex")
    suffixes = [suffix for one in FORMATS for suffix in one.suffixes if suffix]
    names = [name for tried in NAMES.values() for name in tried]
    expected = [*(one.name for one in FORMATS), *suffixes, *PACKINGS, ZIP, *NAMES, *names]
    assert [name for name in expected if f"`{name}`" not in described] == []


def test_every_link_between_documents_leads_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    broken = [
        f"{document.name}: {target}"
        for document in documents
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]
    assert broken == []


def test_the_tree_of_the_architecture_is_that_of_the_code() -> None:
    document = tree.DOCUMENT.read_text(encoding="utf-8")
    assert tree.shown(document) == tree.tree(), "run `python scripts/tree.py --write`"

"""The commands keys and config, and what serve refuses."""

import json
import queue
import webbrowser
from pathlib import Path

import pytest
from standing_in import model_in, module_in
from typer.testing import CliRunner

from indexer.core.errors import InvalidSetting, ModelNotFound
from indexer.core.settings import Settings
from search_api.commands.cli import app
from search_api.commands.drafting import translator_of
from search_api.commands.policy import policy_of
from search_api.commands.serving import _open
from search_api.serving.gates import RateGate
from search_api.serving.keys import KeyFile, Keys, Scope


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HUDHUD_INDEX", str(tmp_path))
    return tmp_path


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def test_a_key_is_made_listed_and_revoked(index: Path) -> None:
    code, text, told = run("keys", "create", "newsroom")
    assert code == 0
    key = Keys(KeyFile(index / "keys.json")).find(text.strip())
    assert key is not None
    assert (key.name, key.scopes) == ("newsroom", (Scope.SEARCH,))
    assert told == f"key {key.id} for newsroom, good for search; keep it, it is shown only now:\n"
    code, both, _ = run("keys", "create", "desk", "--scope", "admin", "--scope", "search")
    assert (code, len(both.splitlines())) == (0, 1)
    code, listed, _ = run("keys", "list")
    assert code == 0
    assert listed.startswith(f"{key.id}  ")
    assert text.strip() not in listed
    shown = json.loads(run("keys", "list", "--json")[1])
    assert [(one["name"], one["scopes"]) for one in shown] == [
        ("newsroom", ["search"]),
        ("desk", ["admin", "search"]),
    ]
    assert run("keys", "revoke", key.id) == (0, "", f"key {key.id} for newsroom is revoked\n")
    assert Keys(KeyFile(index / "keys.json")).find(text.strip()) is None
    assert run("keys", "revoke", key.id)[0] == 2


def test_a_scope_that_is_none_is_refused() -> None:
    code, _, told = run("keys", "create", "newsroom", "--scope", "all")
    assert (code, told) == (2, "hudhud: --scope must be search or feed or admin, not all\n")


def test_every_setting_is_printed_with_its_origin(index: Path) -> None:
    code, printed, _ = run("config", "--json")
    shown = json.loads(printed)
    assert code == 0
    assert shown["index"] == {"value": str(index), "origin": "environment"}
    assert shown["port"] == {"value": 8000, "origin": "default"}
    file = index / "hudhud.toml"
    file.write_text("port = 9\n", encoding="utf-8")
    lines = run("config", "--config", str(file))[1].splitlines()
    assert [line.split() for line in lines if line.startswith("port ")] == [["port", "9", "(file)"]]
    assert len(lines) == len(shown)
    other = json.loads(run("config", "--index", "/srv/hudhud", "--json")[1])
    assert other["index"] == {"value": "/srv/hudhud", "origin": "option"}


@pytest.mark.parametrize(
    "options",
    [{"host": "0.0.0.0"}, {"host": "::"}, {"trusted_proxies": "127.0.0.1"}],
)
def test_nobody_serves_others_without_keys_unless_they_say_so(index: Path, options: dict[str, str]) -> None:
    chosen = Settings.read({"HUDHUD_INDEX": str(index)}, options).settings
    with pytest.raises(InvalidSetting, match=r"there is no key: make one with .* or say --anonymous"):
        policy_of(chosen)
    policy_of(Settings.read({"HUDHUD_INDEX": str(index)}, {**options, "anonymous": True}).settings)
    KeyFile(index / "keys.json").create("a", [Scope.SEARCH])
    policy_of(chosen)


def limit(chosen: Settings) -> int | None:
    *_, gate = policy_of(chosen).gates
    assert isinstance(gate, RateGate)
    return gate.per_minute


def test_rates_are_limited_where_others_may_ask(index: Path) -> None:
    own = Settings.read({"HUDHUD_INDEX": str(index)}).settings
    assert limit(own) is None
    assert limit(Settings.read({"HUDHUD_INDEX": str(index)}, {"requests_per_minute": 7}).settings) == 7
    KeyFile(index / "keys.json").create("a", [Scope.SEARCH])
    assert limit(own) == 1200
    assert limit(Settings.read({"HUDHUD_INDEX": str(index)}, {"requests_per_minute": 0}).settings) is None


def test_a_server_drafts_translations_where_models_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(module_in(tmp_path))
    models = tmp_path / "models"
    assert translator_of(Settings.read({}).settings) is None
    chosen = Settings.read({"HUDHUD_TRANSLATION_MODELS": str(models)}).settings
    with pytest.raises(ModelNotFound, match="there is no translation model in"):
        translator_of(chosen)
    translator = translator_of(Settings.read({}, {"translation_models": model_in(models)}).settings)
    assert translator is not None
    assert translator.languages == {"fa", "prs"}
    assert capsys.readouterr().err == "drafts English translations from fa, prs\n"


def test_serving_ends_with_one_line_where_a_model_cannot_be_used(tmp_path: Path) -> None:
    code, _, told = run("serve", "--translation-models", str(tmp_path / "nowhere"))
    assert code != 0
    assert told.splitlines()[-1].startswith("hudhud: there is no translation model in ")


def test_an_empty_address_is_refused() -> None:
    from search_api.serving.listening import bound

    with pytest.raises(InvalidSetting, match="--host is empty, which would listen everywhere"), bound("", 1):
        pass


def test_the_page_is_opened_as_soon_as_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr(webbrowser, "open", opened.put)
    _open("http://127.0.0.1:8000/")
    assert opened.get(timeout=60) == "http://127.0.0.1:8000/"

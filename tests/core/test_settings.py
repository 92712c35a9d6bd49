"""Settings: options before a file, a file before the environment; what is no setting is refused."""

from dataclasses import fields
from pathlib import Path

import pytest

from indexer.core.errors import InvalidSetting
from indexer.core.limits import DEFAULTS, Limits
from indexer.core.settings import NAMES, RECALL, Origin, Settings


def test_nothing_said_is_the_default() -> None:
    read = Settings.read({"PATH": "/bin", "HUDHUD_MODEL": ""})
    assert read.settings == Settings()
    assert set(read.origins.values()) == {Origin.DEFAULT}
    assert set(read.origins) == set(NAMES)
    assert [getattr(read.settings, field.name) for field in fields(Limits)] == [
        getattr(DEFAULTS, field.name) for field in fields(Limits)
    ]


def test_an_option_goes_before_a_file_and_a_file_before_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "hudhud.toml"
    file.write_text(
        'port = 2\nhost = "10.0.0.2"\nallowed_hosts = ["a.example", "b.example"]\n', encoding="utf-8"
    )
    environment = {"HUDHUD_PORT": "1", "HUDHUD_HOST": "10.0.0.1", "HUDHUD_INDEX": "/one"}
    read = Settings.read(environment, {"port": 3, "model": None}, file)
    settings = read.settings
    assert (settings.port, settings.host, settings.index) == (3, "10.0.0.2", Path("/one"))
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert {name: origin for name, origin in read.origins.items() if origin is not Origin.DEFAULT} == {
        "port": Origin.OPTION,
        "host": Origin.FILE,
        "index": Origin.ENVIRONMENT,
        "allowed_hosts": Origin.FILE,
    }
    named = Settings.from_environment({**environment, "HUDHUD_CONFIG": str(file)})
    assert (named.port, named.host) == (2, "10.0.0.2")


def test_values_are_read_by_their_kind() -> None:
    settings = Settings.from_environment(
        {
            "HUDHUD_ANONYMOUS": "yes",
            "HUDHUD_LOG_QUERIES": "0",
            "HUDHUD_DEADLINE_SECONDS": "2.5",
            "HUDHUD_CONNECTIONS": "9",
            "HUDHUD_REQUESTS_PER_MINUTE": "0",
            "HUDHUD_TRUSTED_PROXIES": " 10.0.0.1, ,::1 ",
            "HUDHUD_KEYS": "/etc/keys.json",
        }
    )
    assert (settings.anonymous, settings.log_queries, settings.deadline_seconds) == (True, False, 2.5)
    assert (settings.connections, settings.requests_per_minute) == (9, 0)
    assert (settings.trusted_proxies, settings.keys) == (("10.0.0.1", "::1"), Path("/etc/keys.json"))


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"HUDHUD_IDNEX": "x"}, "HUDHUD_IDNEX is not a setting of Hudhud: did you mean HUDHUD_INDEX"),
        ({"HUDHUD_ORIGINS": "x"}, "HUDHUD_ORIGINS is not a setting of Hudhud: did you mean HUDHUD_ALLOWED"),
        ({"HUDHUD_TIMEOUT": "9"}, "HUDHUD_TIMEOUT is not a setting of Hudhud: the settings are HUDHUD_ALLO"),
        ({"HUDHUD_LIMT": "9"}, "HUDHUD_LIMT is not a setting of Hudhud: the settings are HUDHUD_ALLOWED_H"),
        ({"HUDHUD_PORT": "many"}, "HUDHUD_PORT must be a whole number, not 'many'"),
        ({"HUDHUD_PORT": "0"}, "HUDHUD_PORT must be at least 1 and at most 65535, not '0'"),
        ({"HUDHUD_PORT": "99999"}, "HUDHUD_PORT must be at least 1 and at most 65535, not '99999'"),
        ({"HUDHUD_SEARCHES_AT_ONCE": "-1"}, "HUDHUD_SEARCHES_AT_ONCE must be at least 1, not '-1'"),
        ({"HUDHUD_DEADLINE_SECONDS": "inf"}, "HUDHUD_DEADLINE_SECONDS must be at least 0.1, not 'inf'"),
        ({"HUDHUD_DEADLINE_SECONDS": "nan"}, "HUDHUD_DEADLINE_SECONDS must be at least 0.1, not 'nan'"),
        ({"HUDHUD_ANONYMOUS": "perhaps"}, "HUDHUD_ANONYMOUS must be true or false, not 'perhaps'"),
    ],
)
def test_what_cannot_be_is_refused(environment: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        Settings.from_environment(environment)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 1", "prot is not a setting of Hudhud: did you mean port"),
        ("[serve]\nport = 1", "serve is not a setting of Hudhud"),
        ("port = true", "port must be a whole number, not True"),
        ("allowed_hosts = [1]", "allowed_hosts must be texts with commas between, not [1]"),
        ("index = 1", "index must be a path, not 1"),
        ("port = ", "the settings in "),
    ],
)
def test_a_file_is_checked_like_the_environment(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "hudhud.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidSetting) as caught:
        Settings.read({}, file=file)
    assert str(caught.value).startswith(message)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"the settings in .* cannot be read"):
        Settings.from_environment({"HUDHUD_CONFIG": str(tmp_path / "none.toml")})


def test_the_recall_that_is_asked_for_is_a_share() -> None:
    assert Settings.from_environment({}).recall == RECALL == 0.99
    assert Settings.from_environment({"HUDHUD_RECALL": "0.9"}).recall == 0.9
    assert Settings.from_environment({"HUDHUD_RECALL": "1"}).recall == 1.0


@pytest.mark.parametrize("value", ["0", "1.01", "-0.5", "much", "nan"])
def test_what_is_no_share_is_refused(value: str) -> None:
    with pytest.raises(InvalidSetting, match=rf"HUDHUD_RECALL must be .* not '{value}'"):
        Settings.from_environment({"HUDHUD_RECALL": value})

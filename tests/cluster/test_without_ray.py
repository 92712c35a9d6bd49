"""Without ray nothing changes but for one sentence, and an address that cannot be is refused."""

import sys

import pytest

from indexer.cluster.library import connected
from indexer.commands.output import say
from indexer.core.errors import InvalidSetting
from indexer.core.settings import Settings
from search_api.serving.opening import whole
from search_api.serving.sharded import opened_by


def test_who_asks_for_no_cluster_opens_generations_in_this_process() -> None:
    with opened_by(Settings(), say) as opened:
        assert opened is whole


def test_where_ray_is_missing_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        pytest.raises(
            InvalidSetting, match=r"--ray needs the package ray, .*pip install 'hudhud\[cluster\]'"
        ),
        opened_by(Settings(ray="local"), say),
    ):
        pass


def test_an_address_of_a_client_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", sys)
    with (
        pytest.raises(InvalidSetting, match="--ray must be local, auto or HOST:PORT of a head node"),
        connected("ray://head:10001"),
    ):
        pass
